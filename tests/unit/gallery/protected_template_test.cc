#include "gallery/protected_template.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

namespace facegate::gallery {
namespace {

constexpr int kSize = vision::kEmbeddingSize;
using Vector = std::array<double, kSize>;

double Norm(const Vector& v) {
  double sum = 0;
  for (const double value : v) sum += value * value;
  return std::sqrt(sum);
}

Vector RandomDirection(std::mt19937& random) {
  std::normal_distribution<double> normal;
  Vector out;
  for (double& value : out) value = normal(random);
  const double norm = Norm(out);
  for (double& value : out) value /= norm;
  return out;
}

vision::Embedding ToEmbedding(const Vector& v) {
  std::array<float, kSize> values;
  for (std::size_t i = 0; i < kSize; ++i) values[i] = static_cast<float>(v[i]);
  return vision::Embedding(values);
}

// Two vectors of that norm at that distance.
std::pair<Vector, Vector> PairAt(double distance, double norm, std::mt19937& random) {
  const Vector a = RandomDirection(random);
  Vector across = RandomDirection(random);
  double dot = 0;
  for (std::size_t i = 0; i < kSize; ++i) dot += a[i] * across[i];
  for (std::size_t i = 0; i < kSize; ++i) across[i] -= dot * a[i];
  const double across_norm = Norm(across);
  const double cosine = 1 - distance * distance / (2 * norm * norm);
  const double sine = std::sqrt(1 - cosine * cosine);
  std::pair<Vector, Vector> out;
  for (std::size_t i = 0; i < kSize; ++i) {
    out.first[i] = norm * a[i];
    out.second[i] = norm * (cosine * a[i] + sine * across[i] / across_norm);
  }
  return out;
}

const Rotation& TestRotation() {
  static const Rotation rotation = Rotation::Derive(core::Bytes(kGallerySecretBytes, 7));
  return rotation;
}

TemplateView View(const crypto::SecretBytes& steps) {
  return TemplateView(steps.span().data(), kTemplateBytes);
}

double ProtectedDistance(const std::pair<Vector, Vector>& pair) {
  const auto a = Protect(TestRotation(), ToEmbedding(pair.first));
  const auto b = Protect(TestRotation(), ToEmbedding(pair.second));
  return std::sqrt(SquaredDistance(View(*a), View(*b))) / kStepsPerUnit;
}

class ProtectedDistanceOfNorm : public ::testing::TestWithParam<double> {};

TEST_P(ProtectedDistanceOfNorm, StaysWithinAHundredthWhereDecisionsLie) {
  std::mt19937 random(1);
  for (double distance = 0.1; distance <= 1.2; distance += 0.01) {
    for (int i = 0; i < 20; ++i) {
      ASSERT_NEAR(ProtectedDistance(PairAt(distance, GetParam(), random)), distance, 0.01);
    }
  }
}

// Two nearly equal values may fall on either side of a rounding edge: far below any decision a
// distance is known less well.
TEST_P(ProtectedDistanceOfNorm, StaysWithinTwoHundredthsBelow) {
  std::mt19937 random(2);
  for (double distance = 0; distance < 0.1; distance += 0.0025) {
    for (int i = 0; i < 50; ++i) {
      ASSERT_NEAR(ProtectedDistance(PairAt(distance, GetParam(), random)), distance, 0.02);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(RealisticNorms, ProtectedDistanceOfNorm,
                         ::testing::Values(1.3, 1.4, 1.5, 1.6));

TEST(Protect, IsZeroDistanceFromItself) {
  std::mt19937 random(3);
  const Vector v = PairAt(0.5, 1.3, random).first;
  EXPECT_EQ(ProtectedDistance({v, v}), 0);
}

TEST(Protect, ClipsToTheEndsOfTheRange) {
  std::mt19937 random(4);
  Vector huge = RandomDirection(random);
  for (double& value : huge) value *= 1000;
  const auto steps = Protect(TestRotation(), ToEmbedding(huge));
  int least = 0;
  int most = 0;
  for (const std::uint8_t byte : steps->span()) {
    least = std::min<int>(least, static_cast<std::int8_t>(byte));
    most = std::max<int>(most, static_cast<std::int8_t>(byte));
  }
  EXPECT_EQ(least, -127);
  EXPECT_EQ(most, 127);
}

TEST(Protect, GivesNothingForWhatIsNoNumber) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Vector v{};
    v[77] = bad;
    EXPECT_FALSE(Protect(TestRotation(), ToEmbedding(v)).has_value());
  }
}

TEST(Protect, DoesNotShowTheEmbedding) {
  Vector v{};
  v[0] = 1.3;
  const auto steps = Protect(TestRotation(), ToEmbedding(v));
  const auto zeros = std::count(steps->span().begin(), steps->span().end(), 0);
  EXPECT_LT(zeros, 32);
}

TEST(SquaredDistance, EqualsTheDefinitionAtTheExtremes) {
  core::Bytes low(kTemplateBytes, static_cast<std::uint8_t>(-127));
  core::Bytes high(kTemplateBytes, 127);
  const TemplateView a(low.data(), kTemplateBytes);
  const TemplateView b(high.data(), kTemplateBytes);
  EXPECT_EQ(SquaredDistance(a, b), 254 * 254 * 128);
  EXPECT_EQ(SquaredDistance(a, a), 0);
}

TEST(SquaredDistance, EqualsTheDefinitionForRandomBytes) {
  std::mt19937 random(5);
  std::uniform_int_distribution<int> step(-127, 127);
  for (int round = 0; round < 100; ++round) {
    core::Bytes x(kTemplateBytes);
    core::Bytes y(kTemplateBytes);
    long expected = 0;
    for (std::size_t i = 0; i < kTemplateBytes; ++i) {
      const int a = step(random);
      const int b = step(random);
      x[i] = static_cast<std::uint8_t>(a);
      y[i] = static_cast<std::uint8_t>(b);
      expected += static_cast<long>(a - b) * (a - b);
    }
    EXPECT_EQ(SquaredDistance(TemplateView(x.data(), kTemplateBytes),
                              TemplateView(y.data(), kTemplateBytes)),
              expected);
  }
}

TEST(SquaredSteps, IsTheLargestThatDoesNotExceedTheDistance) {
  for (const double distance : {0.0, 0.1, 0.45, 0.55, 1.0}) {
    const double unit_squared = kStepsPerUnit * kStepsPerUnit;
    const std::int32_t steps = SquaredSteps(distance);
    EXPECT_LE(std::sqrt(steps / unit_squared), distance + 1e-12);
    EXPECT_GT(std::sqrt((steps + 1) / unit_squared), distance);
  }
}

TEST(SquaredSteps, DoesNotOverflow) { EXPECT_GE(SquaredSteps(1e9), 254 * 254 * 128); }

TEST(SquaredStepsDeathTest, RefusesANegativeDistance) {
  EXPECT_DEATH((void)SquaredSteps(-0.1), "check failed");
}

}  // namespace
}  // namespace facegate::gallery
