// The catalogue's own examples that are about expressions, in its words for the inputs.
#include <gmock/gmock.h>

#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

class CatalogueExamples : public ::testing::Test {
 protected:
  CatalogueExamples()
      : vocabulary_(Vocabulary::Load(kConfig + "/policies/vocabulary.yaml").value()),
        inputs_(vocabulary_) {}
  Truth Is(std::string_view text) {
    auto compiled = Expression::Compile(text, *vocabulary_, MainlandCalendar());
    EXPECT_TRUE(std::holds_alternative<Expression>(compiled)) << text;
    return std::get<Expression>(compiled).Evaluate(inputs_);
  }

  std::shared_ptr<const Vocabulary> vocabulary_;
  Inputs inputs_;
};

TEST_F(CatalogueExamples, TheThirtiethWorkingDayAfterTheFirstOfJune2025) {
  const char* in_time = "workdays_cn(population.threshold_crossed_on, now) <= 30";
  inputs_.Set("population.threshold_crossed_on", Day0("2025-06-01"));
  inputs_.Set("now", At("2025-07-14T23:59:59+08:00"));
  EXPECT_EQ(Is(in_time), Truth::kTrue);
  inputs_.Set("now", At("2025-07-15T00:00:00+08:00"));
  EXPECT_EQ(Is(in_time), Truth::kFalse);
}

TEST_F(CatalogueExamples, CountingBeginsOnTheDayAfterTheHoliday) {
  inputs_.Set("population.threshold_crossed_on", Day0("2025-06-01"));
  inputs_.Set("now", At("2025-06-02T12:00:00+08:00"));
  EXPECT_EQ(Is("workdays_cn(population.threshold_crossed_on, now) == 0"), Truth::kTrue);
  inputs_.Set("now", At("2025-06-03T12:00:00+08:00"));
  EXPECT_EQ(Is("workdays_cn(population.threshold_crossed_on, now) == 1"), Truth::kTrue);
}

TEST_F(CatalogueExamples, TheFilingThresholdsOfDraftAndMeasures) {
  inputs_.Set("population.stored_persons", 10'000.0);
  EXPECT_EQ(Is("population.stored_persons > 10000"), Truth::kFalse);
  inputs_.Set("population.stored_persons", 10'001.0);
  EXPECT_EQ(Is("population.stored_persons > 10000"), Truth::kTrue);
  inputs_.Set("population.stored_persons", 99'999.0);
  EXPECT_EQ(Is("population.stored_persons >= 100000"), Truth::kFalse);
  inputs_.Set("population.stored_persons", 100'000.0);
  EXPECT_EQ(Is("population.stored_persons >= 100000"), Truth::kTrue);
}

TEST_F(CatalogueExamples, AnAssessmentIsKeptForThreeYears) {
  const char* kept = "years(pia.approved_on, pia.retained_until) >= 3";
  inputs_.Set("pia.approved_on", Day0("2024-03-01"));
  inputs_.Set("pia.retained_until", Day0("2027-02-28"));
  EXPECT_EQ(Is(kept), Truth::kFalse);
  inputs_.Set("pia.retained_until", Day0("2027-03-01"));
  EXPECT_EQ(Is(kept), Truth::kTrue);
}

TEST_F(CatalogueExamples, FourteenIsNoChildAndAnUnknownAgeIsNoAnswer) {
  const char* child = "subject.age_years < 14";
  inputs_.Set("subject.age_years", 13.99);
  EXPECT_EQ(Is(child), Truth::kTrue);
  inputs_.Set("subject.age_years", 14.0);
  EXPECT_EQ(Is(child), Truth::kFalse);
  inputs_.Set("subject.age_years", Value());
  EXPECT_EQ(Is(child), Truth::kUnknown);
}

TEST_F(CatalogueExamples, AMissingAgeFlagFailsClosed) {
  EXPECT_EQ(Is("not subject.age_known or subject.age_years < 14"), Truth::kUnknown);
  inputs_.Set("subject.age_known", false);
  EXPECT_EQ(Is("not subject.age_known or subject.age_years < 14"), Truth::kTrue);
}

}  // namespace
}  // namespace facegate::rules
