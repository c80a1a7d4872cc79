#include "gallery/rotation.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <tuple>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"

namespace facegate::gallery {
namespace {

constexpr int kSize = vision::kEmbeddingSize;

// A view of secret memory as numbers. SecretBytes hands out whole pages or parts of them aligned
// for any scalar; the check keeps that assumption honest.
template <class T>
std::span<T> NumbersIn(crypto::SecretBytes& bytes) {
  auto* data = bytes.mutable_span().data();
  FG_CHECK(reinterpret_cast<std::uintptr_t>(data) % alignof(T) == 0);
  return {reinterpret_cast<T*>(data), bytes.size() / sizeof(T)};
}

// Standard normal numbers from a key: HMAC-SHA-256 over a counter gives uniform 53-bit fractions,
// Box-Muller makes them normal.
class NormalStream {
 public:
  explicit NormalStream(core::ByteSpan key) : key_(key) {}
  ~NormalStream() { crypto::Zero(block_.data(), block_.size()); }
  NormalStream(const NormalStream&) = delete;
  NormalStream& operator=(const NormalStream&) = delete;

  std::pair<double, double> NextPair() {
    const double radius = std::sqrt(-2 * std::log(NextUniform()));
    const double angle = 2 * std::numbers::pi * NextUniform();
    return {radius * std::cos(angle), radius * std::sin(angle)};
  }

 private:
  // In the open interval (0, 1): its logarithm must be finite.
  double NextUniform() {
    if (used_ == block_.size()) Refill();
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | block_[used_++];
    return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
  }

  void Refill() {
    std::array<std::uint8_t, 8> counter;
    for (int i = 0; i < 8; ++i) {
      counter[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(blocks_ >> (56 - 8 * i));
    }
    block_ = crypto::HmacSha256(key_, counter);
    ++blocks_;
    used_ = 0;
  }

  core::ByteSpan key_;
  std::uint64_t blocks_ = 0;
  core::Hash256 block_{};
  std::size_t used_ = block_.size();
};

// Modified Gram-Schmidt over the rows, twice: once leaves errors that grow with the condition
// number, the second pass brings them to rounding. The diagonal of R is positive by construction,
// so a Gaussian matrix becomes a uniformly (Haar) distributed orthogonal one without a sign fix.
void Orthonormalise(std::span<double> matrix) {
  const auto row = [&](int i) { return matrix.data() + static_cast<std::ptrdiff_t>(i) * kSize; };
  for (int i = 0; i < kSize; ++i) {
    double* current = row(i);
    for (int pass = 0; pass < 2; ++pass) {
      for (int j = 0; j < i; ++j) {
        const double* earlier = row(j);
        double dot = 0;
        for (int k = 0; k < kSize; ++k) dot += current[k] * earlier[k];
        for (int k = 0; k < kSize; ++k) current[k] -= dot * earlier[k];
      }
    }
    double norm_squared = 0;
    for (int k = 0; k < kSize; ++k) norm_squared += current[k] * current[k];
    // 128 Gaussian vectors are never dependent; zero here means the stream is broken.
    FG_CHECK(norm_squared > 1e-12);
    const double scale = 1 / std::sqrt(norm_squared);
    for (int k = 0; k < kSize; ++k) current[k] *= scale;
  }
}

}  // namespace

Rotation Rotation::Derive(core::ByteSpan secret) {
  FG_CHECK(secret.size() == kGallerySecretBytes);
  const crypto::SecretBytes key = crypto::Hkdf(secret, "facegate gallery rotation v1", 32);
  crypto::SecretBytes work(static_cast<std::size_t>(kSize) * kSize * sizeof(double));
  const std::span<double> wide = NumbersIn<double>(work);
  NormalStream normals(key.span());
  for (std::size_t i = 0; i < wide.size(); i += 2) {
    std::tie(wide[i], wide[i + 1]) = normals.NextPair();
  }
  Orthonormalise(wide);
  crypto::SecretBytes matrix(wide.size() * sizeof(float));
  const std::span<float> narrow = NumbersIn<float>(matrix);
  for (std::size_t i = 0; i < wide.size(); ++i) narrow[i] = static_cast<float>(wide[i]);
  return Rotation(std::move(matrix));
}

std::span<const float, kSize> Rotation::row(int index) const {
  FG_CHECK(index >= 0 && index < kSize);
  const auto* values = reinterpret_cast<const float*>(matrix_.span().data());
  return std::span<const float, kSize>(values + static_cast<std::ptrdiff_t>(index) * kSize, kSize);
}

void Rotation::Apply(std::span<const float, kSize> in, std::span<float, kSize> out) const {
  for (int i = 0; i < kSize; ++i) {
    const std::span<const float, kSize> coefficients = row(i);
    double sum = 0;
    for (std::size_t k = 0; k < kSize; ++k) {
      sum += static_cast<double>(coefficients[k]) * static_cast<double>(in[k]);
    }
    out[static_cast<std::size_t>(i)] = static_cast<float>(sum);
  }
}

}  // namespace facegate::gallery
