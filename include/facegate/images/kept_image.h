// Kept images: sealed for the store, opened for the person or for a view that is on record.
//
// Each is sealed with AES-256-GCM under a key of its own, which the key-encryption key wraps: one
// that ends takes its key along and no other (decision 17). Nothing but Seal makes what may be
// stored, and it demands the permit's ImageGrant and what was cut under one (invariant I7).
#pragma once

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/crypto/secret.h"
#include "facegate/frame/face_cut.h"
#include "facegate/model/people.h"
#include "facegate/policy/permit.h"
#include "facegate/storage/store.h"

namespace facegate::images {

// A sealed image may be this large.
inline constexpr std::size_t kKeptImageBytesMax = std::size_t{4} << 20;

// An image that was sealed and not yet recorded. Move-only.
class PendingImage {
 public:
  PendingImage(PendingImage&&) noexcept = default;
  PendingImage& operator=(PendingImage&&) noexcept = default;
  PendingImage(const PendingImage&) = delete;
  PendingImage& operator=(const PendingImage&) = delete;

  model::ImageRetention kept() const { return change_.image.kept; }
  core::Timestamp expires_at() const { return change_.image.expires_at; }
  // To be committed with the permit that the grant is of.
  storage::PutImage TakeChange() && { return std::move(change_); }

 private:
  friend core::Result<PendingImage> Seal(const frame::FaceCut& cut, const policy::ImageGrant& grant,
                                         const crypto::KeyRing& keys, core::Timestamp now);
  explicit PendingImage(storage::PutImage change) : change_(std::move(change)) {}
  storage::PutImage change_;
};

// Returns INTERNAL IMAGE_TOO_LARGE_TO_KEEP.
core::Result<PendingImage> Seal(const frame::FaceCut& cut, const policy::ImageGrant& grant,
                                const crypto::KeyRing& keys, core::Timestamp now);

// The JPEG. Returns DATA_LOSS IMAGE_BROKEN, naming the image's id, for one that does not open with
// its key, or whose row says something else than it was sealed with.
core::Result<crypto::SecretBytes> Open(const model::KeptImage& image, const crypto::KeyRing& keys);

}  // namespace facegate::images
