#include "gallery/rotation.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace facegate::gallery {
namespace {

constexpr int kSize = vision::kEmbeddingSize;
using Vector = std::array<float, kSize>;

core::Bytes Secret(std::uint8_t last) {
  core::Bytes secret(kGallerySecretBytes, 0x5a);
  secret.back() = last;
  return secret;
}

double Dot(std::span<const float, kSize> a, std::span<const float, kSize> b) {
  double sum = 0;
  for (std::size_t i = 0; i < kSize; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

Vector RandomVector(std::mt19937& random) {
  std::normal_distribution<float> normal(0, 0.12f);
  Vector out;
  for (float& value : out) value = normal(random);
  return out;
}

TEST(Rotation, IsOrthogonal) {
  const Rotation rotation = Rotation::Derive(Secret(1));
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j <= i; ++j) {
      EXPECT_NEAR(Dot(rotation.row(i), rotation.row(j)), i == j ? 1 : 0, 1e-6) << i << " " << j;
    }
  }
}

TEST(Rotation, KeepsDistances) {
  const Rotation rotation = Rotation::Derive(Secret(1));
  std::mt19937 random(1);
  for (int i = 0; i < 50; ++i) {
    const Vector a = RandomVector(random);
    const Vector b = RandomVector(random);
    Vector rotated_a;
    Vector rotated_b;
    rotation.Apply(a, rotated_a);
    rotation.Apply(b, rotated_b);
    EXPECT_NEAR(Dot(a, b), Dot(rotated_a, rotated_b), 1e-5);
    EXPECT_NEAR(Dot(a, a), Dot(rotated_a, rotated_a), 1e-5);
  }
}

TEST(Rotation, ComesFromTheSecretAlone) {
  const Rotation one = Rotation::Derive(Secret(1));
  const Rotation same = Rotation::Derive(Secret(1));
  for (int i = 0; i < kSize; ++i) {
    EXPECT_TRUE(std::equal(one.row(i).begin(), one.row(i).end(), same.row(i).begin()));
  }
}

// Templates in store depend on the derivation: a change here would make them all unusable. The
// values come from an independent implementation (Python's hmac and math).
TEST(Rotation, DoesNotChangeFromReleaseToRelease) {
  const Rotation rotation = Rotation::Derive(Secret(1));
  EXPECT_NEAR(rotation.row(0)[0], -0.071361777, 1e-6);
  EXPECT_NEAR(rotation.row(0)[127], 0.101402288, 1e-6);
  EXPECT_NEAR(rotation.row(127)[0], 0.079453328, 1e-6);
  EXPECT_NEAR(rotation.row(127)[127], 0.000556722, 1e-6);
}

TEST(Rotation, IsUnrelatedForAnotherSecret) {
  const Rotation one = Rotation::Derive(Secret(1));
  const Rotation other = Rotation::Derive(Secret(2));
  std::mt19937 random(2);
  double cosine_sum = 0;
  for (int i = 0; i < 50; ++i) {
    const Vector in = RandomVector(random);
    Vector a;
    Vector b;
    one.Apply(in, a);
    other.Apply(in, b);
    const double cosine = Dot(a, b) / std::sqrt(Dot(a, a) * Dot(b, b));
    EXPECT_LT(std::fabs(cosine), 0.5);
    cosine_sum += cosine;
  }
  EXPECT_LT(std::fabs(cosine_sum / 50), 0.1);
}

// Of a uniformly distributed orthogonal matrix every entry has mean 0 and variance 1/128.
TEST(Rotation, SpreadsEveryDirectionEvenly) {
  const Rotation rotation = Rotation::Derive(Secret(3));
  double sum = 0;
  double largest = 0;
  for (int i = 0; i < kSize; ++i) {
    for (const float value : rotation.row(i)) {
      sum += value;
      largest = std::max(largest, std::fabs(static_cast<double>(value)));
    }
  }
  EXPECT_LT(std::fabs(sum / (kSize * kSize)), 0.004);
  EXPECT_LT(largest, 0.55);
  EXPECT_GT(largest, 0.25);
}

TEST(RotationDeathTest, RefusesASecretOfAnotherSize) {
  EXPECT_DEATH((void)Rotation::Derive(core::Bytes(31)), "check failed");
}

TEST(RotationDeathTest, HasOnlyItsOwnRows) {
  const Rotation rotation = Rotation::Derive(Secret(1));
  EXPECT_DEATH((void)rotation.row(128), "check failed");
}

}  // namespace
}  // namespace facegate::gallery
