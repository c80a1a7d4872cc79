#include "facegate/rules/calendar.h"

#include <gmock/gmock.h>

#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::HasSubstr;

Day D(std::string_view text) { return DayOf(Day0(text)); }

TEST(WorkCalendar, ReachesTheThirtiethDayAfterTheFirstOfJune2025) {
  const auto calendar = MainlandCalendar();
  EXPECT_EQ(calendar->Between(D("2025-06-01"), D("2025-07-14")).count, 30);
  EXPECT_EQ(calendar->Between(D("2025-06-01"), D("2025-07-13")).count, 29);
}

TEST(WorkCalendar, KnowsHolidaysAndMakeUpDays) {
  const auto calendar = MainlandCalendar();
  for (const char* off : {"2025-01-28", "2025-06-02", "2025-10-08", "2026-02-23", "2023-10-06",
                          "2024-02-12", "2026-09-25"}) {
    EXPECT_FALSE(calendar->IsWorking(D(off))) << off;
  }
  for (const char* on : {"2025-01-26", "2025-09-28", "2026-02-28", "2023-04-23", "2024-10-12"}) {
    EXPECT_TRUE(calendar->IsWorking(D(on))) << on;
  }
  EXPECT_TRUE(calendar->IsWorking(D("2025-06-03")));
  EXPECT_FALSE(calendar->IsWorking(D("2025-06-07")));
}

// The notices give each year this many working days.
TEST(WorkCalendar, CountsWholeYears) {
  const auto calendar = MainlandCalendar();
  EXPECT_EQ(calendar->first_year(), 2023);
  EXPECT_EQ(calendar->last_year(), 2026);
  EXPECT_EQ(calendar->Between(D("2024-12-31"), D("2025-12-31")).count, 248);
  EXPECT_EQ(calendar->Between(D("2025-12-31"), D("2026-12-31")).count, 248);
}

TEST(WorkCalendar, AgreesWithCountingDayByDay) {
  const auto calendar = MainlandCalendar();
  const Day from = D("2022-11-20");
  std::int64_t count = 0;
  for (Day day = from + 1; day <= D("2027-02-10"); ++day) {
    count += calendar->IsWorking(day) ? 1 : 0;
    ASSERT_EQ(calendar->Between(from, day).count, count) << day;
  }
}

TEST(WorkCalendar, CountsBackwardsNegative) {
  const auto calendar = MainlandCalendar();
  EXPECT_EQ(calendar->Between(D("2025-07-14"), D("2025-06-01")).count, -30);
  EXPECT_EQ(calendar->Between(D("2025-07-14"), D("2025-07-14")).count, 0);
}

TEST(WorkCalendar, CountsMondayToFridayBeyondThePublishedYears) {
  const auto calendar = MainlandCalendar();
  const WorkDays beyond = calendar->Between(D("2027-09-30"), D("2027-10-08"));
  EXPECT_EQ(beyond.count, 6);
  EXPECT_TRUE(beyond.provisional);
  EXPECT_TRUE(calendar->Between(D("2022-12-30"), D("2023-01-05")).provisional);
  EXPECT_FALSE(calendar->Between(D("2022-12-31"), D("2026-12-31")).provisional);
  EXPECT_FALSE(calendar->Between(D("2030-01-01"), D("2030-01-01")).provisional);
}

TEST(WorkCalendar, CountsCenturiesAwayWithoutEffort) {
  const auto calendar = MainlandCalendar();
  EXPECT_EQ(calendar->Between(D("0001-01-01"), D("9999-12-31")).provisional, true);
}

TEST(WorkCalendar, RefusesDaysThatMakeNoSense) {
  const auto error = [](const std::string& years) {
    return WorkCalendar::Parse("cal", "utc_offset_hours: 8\nyears:\n" + years).status();
  };
  EXPECT_EQ(error("  2025: {holidays: [2025-06-01]}").message(),
            "cal:3:21: a holiday on a weekend changes nothing");
  EXPECT_EQ(error("  2025: {working: [2025-06-02]}").message(),
            "cal:3:20: a make-up working day falls on a weekend");
  EXPECT_EQ(error("  2025: {holidays: [2024-06-03]}").message(),
            "cal:3:21: this day is not in 2025");
  EXPECT_EQ(error("  2025: {holidays: [2025-06-02, 2025-06-02]}").message(),
            "cal:3:33: this day is listed twice");
  EXPECT_EQ(error("  2025: {holidays: [2025-02-30]}").message(),
            "cal:3:21: expected a day such as 2025-06-02");
  EXPECT_EQ(error("  2025: {}\n  2027: {}").message(), "cal:4:3: years must follow one another");
  EXPECT_EQ(error("  soon: {}").message(), "cal:3:3: expected a year");
  EXPECT_EQ(error("  2025: {holiday: []}").message(),
            "cal:3:10: unknown key \"holiday\" (did you mean \"holidays\"?)");
  EXPECT_EQ(error("  []").reason(), "BAD_CALENDAR");
}

TEST(WorkCalendar, SaysWhenTheFileIsNotThere) {
  const core::Status status = WorkCalendar::Load("/nowhere/cn.yaml").status();
  EXPECT_EQ(status.code(), core::Code::kNotFound);
  EXPECT_EQ(status.reason(), "BAD_CALENDAR");
}

TEST(ParseDay, TakesADayAndNothingElse) {
  EXPECT_EQ(ParseDay("1970-01-02").value().unix_ms, core::kMsPerDay);
  for (const char* bad : {"", "1970-1-2", "1970-01-02T00:00:00Z", "1970-02-30", "tomorrow!!"}) {
    EXPECT_EQ(ParseDay(bad).status().reason(), "BAD_TIMESTAMP") << bad;
  }
}

TEST(DayOf, RoundsTowardThePast) {
  EXPECT_EQ(DayOf({-1}), -1);
  EXPECT_EQ(DayOf({0}), 0);
  EXPECT_EQ(DayOf({-core::kMsPerDay}), -1);
  EXPECT_EQ(DayOf({core::kMsPerDay - 1}), 0);
  EXPECT_EQ(DayOf({core::kMsPerDay - 1}, 1), 1);
}

}  // namespace
}  // namespace facegate::rules
