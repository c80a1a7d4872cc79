// The part of a picture that may be kept: one face and nobody else's, without anything that a
// camera wrote beside it (invariant I7).
#pragma once

#include <span>
#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/crypto/secret.h"
#include "facegate/frame/image.h"
#include "facegate/policy/permit.h"

namespace facegate::frame {

// Pixels of a picture; `right` and `bottom` are exclusive. May reach beyond the picture.
struct Box {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};

// One face's part of a picture as a JPEG; zeroed when it goes, has no formatter. Move-only.
class FaceCut {
 public:
  core::ByteSpan jpeg() const { return jpeg_.span(); }

 private:
  friend core::Result<FaceCut> CutFace(const Image& image, const Box& face,
                                       std::span<const Box> others,
                                       const policy::ImageGrant& grant);
  explicit FaceCut(crypto::SecretBytes jpeg) : jpeg_(std::move(jpeg)) {}
  crypto::SecretBytes jpeg_;
};

// Cuts out the face with a quarter of its size around it, and encodes that anew as a JPEG. What
// lies in one of the `others`, the faces of other people, is black. How large it is, and whether
// grey, follows from grant.kept(): model::kReducedImageRatio and its neighbours. Returns
// INVALID_ARGUMENT FACE_OUTSIDE where the face lies beyond the picture, INTERNAL IMAGE_NOT_ENCODED.
core::Result<FaceCut> CutFace(const Image& image, const Box& face, std::span<const Box> others,
                              const policy::ImageGrant& grant);

}  // namespace facegate::frame
