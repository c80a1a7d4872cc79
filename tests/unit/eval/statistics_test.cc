#include "eval/statistics.h"

#include <gtest/gtest.h>

#include <limits>

namespace facegate::eval {
namespace {

std::vector<double> Steps(double from, double step, int count) {
  std::vector<double> out;
  for (int i = 0; i < count; ++i) out.push_back(from + step * i);
  return out;
}

TEST(Rate, HasItsExactInterval) {
  const Rate rate = MakeRate(5, 100);
  EXPECT_DOUBLE_EQ(rate.rate(), 0.05);
  EXPECT_NEAR(rate.interval.lower, 0.0164, 1e-4);
  EXPECT_NEAR(rate.interval.upper, 0.1128, 1e-4);
}

TEST(Rate, BoundsNoLowerThanTheRuleOfThree) {
  for (const long n : {10L, 3280L, 111'966L}) {
    EXPECT_GE(MakeRate(0, n).interval.upper, 3.0 / static_cast<double>(n));
  }
}

TEST(Rate, IsUnknownWithoutTrials) {
  const Rate rate = MakeRate(0, 0);
  EXPECT_EQ(rate.rate(), 0);
  EXPECT_EQ(rate.interval.lower, 0);
  EXPECT_EQ(rate.interval.upper, 1);
}

TEST(Scores, MatchAtOrBelowTheDistance) {
  const Scores scores({0.1, 0.3, 0.5}, {0.4, 0.5, 0.6, 0.7});
  const Point at = scores.At(0.5);
  EXPECT_EQ(at.false_match.errors, 2);
  EXPECT_EQ(at.false_match.trials, 4);
  EXPECT_EQ(at.false_non_match.errors, 0);
  const Point below = scores.At(0.3);
  EXPECT_EQ(below.false_match.errors, 0);
  EXPECT_EQ(below.false_non_match.errors, 1);
  EXPECT_EQ(below.false_non_match.trials, 3);
}

TEST(EqualError, IsZeroForSetsApart) {
  const auto point = Scores({0.1, 0.2}, {0.6, 0.7}).EqualError();
  ASSERT_TRUE(point.has_value());
  EXPECT_EQ(MeanErrorRate(*point), 0);
  EXPECT_EQ(point->distance, 0.2);
}

TEST(EqualError, IsFoundWhereTheRatesCross) {
  // 10 genuine, the worst above; 10 impostor, the best below: one in ten each at 0.5.
  std::vector<double> genuine = Steps(0.1, 0.01, 9);
  genuine.push_back(0.9);
  std::vector<double> impostor = Steps(0.8, 0.01, 9);
  impostor.push_back(0.5);
  const auto point = Scores(genuine, impostor).EqualError();
  EXPECT_DOUBLE_EQ(MeanErrorRate(*point), 0.1);
  EXPECT_EQ(point->distance, 0.5);
}

TEST(EqualError, IsTheMeanWhereTheRatesDoNotMeet) {
  // One of 4 genuine above 0.5 (25 %); of 8 impostor none until 0.6, when two at once (25 %): at
  // 0.6 the rates meet. Take one impostor away and they do not: 1 of 7 against 1 of 4.
  const Scores scores({0.1, 0.2, 0.3, 0.9}, {0.6, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96});
  const auto point = scores.EqualError();
  EXPECT_DOUBLE_EQ(MeanErrorRate(*point), (1.0 / 7 + 1.0 / 4) / 2);
}

TEST(EqualError, IsAHalfForTheSameSet) {
  const std::vector<double> same = Steps(0, 0.001, 1000);
  EXPECT_NEAR(MeanErrorRate(*Scores(same, same).EqualError()), 0.5, 1e-3);
}

TEST(EqualError, IsOneForSetsTheWrongWayRound) {
  EXPECT_EQ(MeanErrorRate(*Scores({0.8, 0.9}, {0.1, 0.2}).EqualError()), 1);
}

TEST(EqualError, NeedsBothKinds) {
  EXPECT_FALSE(Scores({}, {0.5}).EqualError().has_value());
  EXPECT_FALSE(Scores({0.5}, {}).EqualError().has_value());
}

TEST(Tradeoff, RisesInFalseMatchesAndFallsInFalseNonMatches) {
  const auto points = Scores(Steps(0, 0.01, 60), Steps(0.4, 0.001, 500)).Tradeoff();
  ASSERT_GT(points.size(), 10u);
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_GT(points[i].distance, points[i - 1].distance);
    EXPECT_GE(points[i].false_match.errors, points[i - 1].false_match.errors);
    EXPECT_LE(points[i].false_non_match.errors, points[i - 1].false_non_match.errors);
  }
}

TEST(Tradeoff, KeepsTheFirstErrorsAndThinsTheMany) {
  const auto points = Scores({0.1}, Steps(0.2, 0.00001, 50'000)).Tradeoff();
  EXPECT_LT(points.size(), 600u);
  EXPECT_EQ(points[0].false_match.errors, 0);
  EXPECT_EQ(points[1].false_match.errors, 1);
  EXPECT_EQ(points[2].false_match.errors, 2);
}

TEST(Tradeoff, IsEmptyForNothing) { EXPECT_TRUE(Scores({}, {}).Tradeoff().empty()); }

TEST(ScoresDeathTest, RefuseWhatIsNoDistance) {
  EXPECT_DEATH(Scores({std::numeric_limits<double>::quiet_NaN()}, {}), "check failed");
}

}  // namespace
}  // namespace facegate::eval
