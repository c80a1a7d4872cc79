// The keyed rotation of a gallery: a random orthogonal matrix that only its secret yields.
//
// It keeps every distance, so comparison goes on inside one gallery, and it makes the coordinates
// of two galleries unrelated to anybody who does not hold both secrets. That is all it does:
// templates are confidential because they are sealed.
#pragma once

#include <array>
#include <span>

#include "facegate/core/bytes.h"
#include "facegate/crypto/secret.h"
#include "facegate/vision/face.h"

namespace facegate::gallery {

constexpr std::size_t kGallerySecretBytes = 32;

// Immutable, thread-safe, move-only. The matrix stands in locked memory.
class Rotation {
 public:
  // The same secret gives the same rotation on every machine (to the last places of a float).
  // Requires: secret.size() == kGallerySecretBytes.
  static Rotation Derive(core::ByteSpan secret);

  // out = matrix * in. Requires: `in` and `out` do not overlap.
  void Apply(std::span<const float, vision::kEmbeddingSize> in,
             std::span<float, vision::kEmbeddingSize> out) const;

  // One row of the matrix; for tests of its orthogonality.
  std::span<const float, vision::kEmbeddingSize> row(int index) const;

 private:
  explicit Rotation(crypto::SecretBytes matrix) : matrix_(std::move(matrix)) {}
  crypto::SecretBytes matrix_;  // float32, row by row
};

}  // namespace facegate::gallery
