#include "facegate/gallery/confidence.h"

#include <gtest/gtest.h>

#include <cmath>

namespace facegate::gallery {
namespace {

// Reference values: Clopper and Pearson's interval as in Agresti, "Categorical Data Analysis", and
// R's binom.test.
TEST(ClopperPearson, AgreesWithPublishedIntervals) {
  const Interval few = ClopperPearson(5, 100);
  EXPECT_NEAR(few.lower, 0.01643188, 1e-7);
  EXPECT_NEAR(few.upper, 0.11283491, 1e-7);
  const Interval many = ClopperPearson(81, 263);
  EXPECT_NEAR(many.lower, 0.2527, 1e-4);
  EXPECT_NEAR(many.upper, 0.3676, 1e-4);
}

TEST(ClopperPearson, HasAClosedFormWithoutErrors) {
  const Interval none = ClopperPearson(0, 100);
  EXPECT_EQ(none.lower, 0);
  EXPECT_NEAR(none.upper, 1 - std::pow(0.025, 0.01), 1e-12);
}

TEST(ClopperPearson, IsTheMirrorImageForFailuresOnly) {
  const Interval all = ClopperPearson(100, 100);
  EXPECT_EQ(all.upper, 1);
  EXPECT_NEAR(all.lower, std::pow(0.025, 0.01), 1e-12);
}

TEST(ClopperPearson, KnowsNothingWithoutTrials) {
  const Interval nothing = ClopperPearson(0, 0);
  EXPECT_EQ(nothing.lower, 0);
  EXPECT_EQ(nothing.upper, 1);
}

TEST(ClopperPearson, NarrowsAroundTheRateWithManyTrials) {
  const Interval half = ClopperPearson(500'000, 1'000'000);
  EXPECT_NEAR(half.lower, 0.49901952, 1e-7);
  EXPECT_NEAR(half.upper, 0.50098048, 1e-7);
}

TEST(ClopperPearson, WidensWithConfidence) {
  EXPECT_LT(ClopperPearson(5, 100, 0.90).upper, ClopperPearson(5, 100, 0.99).upper);
  EXPECT_GT(ClopperPearson(5, 100, 0.90).lower, ClopperPearson(5, 100, 0.99).lower);
}

TEST(UpperBound, IsTheRuleOfThreeWithoutErrors) {
  for (const long n : {100L, 111'966L, 1'000'000'000L}) {
    const double three = 3.0 / static_cast<double>(n);
    EXPECT_LE(UpperBound(0, n), three);
    EXPECT_GT(UpperBound(0, n), 0.98 * three);
  }
}

TEST(UpperBound, AgreesWithChiSquareForRareErrors) {
  // 21.02607 is the 95 % quantile of chi-square with 12 degrees of freedom.
  EXPECT_NEAR(UpperBound(5, 20'604), 21.02607 / 2 / 20'604, 2e-7);
}

TEST(UpperBoundDeathTest, RefusesImpossibleCounts) {
  EXPECT_DEATH((void)UpperBound(2, 1), "check failed");
  EXPECT_DEATH((void)UpperBound(-1, 1), "check failed");
  EXPECT_DEATH((void)ClopperPearson(2, 1), "check failed");
  EXPECT_DEATH((void)ClopperPearson(0, 1, 1.0), "check failed");
}

}  // namespace
}  // namespace facegate::gallery
