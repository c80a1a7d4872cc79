#include "facegate/rules/calendar.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "facegate/core/check.h"
#include "facegate/rules/document.h"

namespace facegate::rules {
namespace {

using core::Status;

Day FirstDayOfYear(int year) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::January / 1)
      .time_since_epoch()
      .count();
}

int YearOf(Day day) {
  return static_cast<int>(
      std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day))).year());
}

Day FloorDiv(Day a, Day b) { return a / b - (a % b < 0 ? 1 : 0); }

// Mondays to Fridays from 1970-01-05, a Monday, up to and including `day`; negative before.
std::int64_t WeekdaysUpTo(Day day) {
  const Day days = day - 4 + 1;
  const Day weeks = FloorDiv(days, 7);
  return weeks * 5 + std::min<Day>(days - weeks * 7, 5);
}

bool IsWeekday(Day day) { return WeekdaysUpTo(day) != WeekdaysUpTo(day - 1); }

// Adds to `differences` the days listed under `key` of one year, each of which must lie in it.
Status ReadDays(const Document& document, const Node& year_node, int year, std::string_view key,
                std::map<Day, std::int64_t>& differences) {
  const Node* list = year_node.Find(key);
  if (list == nullptr) return Status::Ok();
  if (!list->is_list()) return document.Error(list->position(), "expected a list of days");
  const bool working = key == "working";
  for (const Node& item : list->items()) {
    const core::Result<core::Timestamp> time = ParseDay(item.text());
    if (!time.ok()) return document.Error(item.position(), "expected a day such as 2025-06-02");
    const Day day = DayOf(*time);
    if (YearOf(day) != year) {
      return document.Error(item.position(), "this day is not in " + std::to_string(year));
    }
    if (working == IsWeekday(day)) {
      return document.Error(item.position(), working ? "a make-up working day falls on a weekend"
                                                     : "a holiday on a weekend changes nothing");
    }
    if (!differences.emplace(day, working ? 1 : -1).second) {
      return document.Error(item.position(), "this day is listed twice");
    }
  }
  return Status::Ok();
}

}  // namespace

Day DayOf(core::Timestamp t, std::int64_t utc_offset_ms) {
  return FloorDiv(t.unix_ms + utc_offset_ms, core::kMsPerDay);
}

core::Result<core::Timestamp> ParseDay(std::string_view text) {
  if (text.size() != 10) {
    return Status(core::Code::kInvalidArgument, "BAD_TIMESTAMP", "a day is written YYYY-MM-DD");
  }
  return core::ParseRfc3339(std::string(text) + "T00:00:00Z");
}

core::Result<std::shared_ptr<const WorkCalendar>> WorkCalendar::Load(const std::string& path) {
  FG_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, "BAD_CALENDAR"));
  return Parse(path, text);
}

core::Result<std::shared_ptr<const WorkCalendar>> WorkCalendar::Parse(std::string_view name,
                                                                      std::string_view yaml) {
  FG_ASSIGN_OR_RETURN(const Document document, Document::Parse(name, yaml, "BAD_CALENDAR"));
  const Node& root = document.root();
  FG_RETURN_IF_ERROR(document.CheckKeys(root, {"id", "title", "utc_offset_hours", "years"}));
  FG_ASSIGN_OR_RETURN(const Node* offset, document.Require(root, "utc_offset_hours"));
  FG_ASSIGN_OR_RETURN(const std::int64_t hours, document.Int(*offset, -12, 14));
  FG_ASSIGN_OR_RETURN(const Node* years, document.Require(root, "years"));
  if (!years->is_map() || years->members().empty()) {
    return document.Error(years->position(), "expected a mapping of years");
  }
  std::shared_ptr<WorkCalendar> calendar(new WorkCalendar);
  calendar->utc_offset_ms_ = hours * 3'600'000;
  std::map<Day, std::int64_t> differences;
  for (const Member& member : years->members()) {
    const core::Result<core::Timestamp> start = ParseDay(member.key + "-01-01");
    if (!start.ok()) return document.Error(member.position, "expected a year");
    const int year = YearOf(DayOf(*start));
    if (calendar->last_year_ != 0 && year != calendar->last_year_ + 1) {
      return document.Error(member.position, "years must follow one another");
    }
    if (calendar->first_year_ == 0) calendar->first_year_ = year;
    calendar->last_year_ = year;
    FG_RETURN_IF_ERROR(document.CheckKeys(member.value, {"holidays", "working"}));
    FG_RETURN_IF_ERROR(ReadDays(document, member.value, year, "holidays", differences));
    FG_RETURN_IF_ERROR(ReadDays(document, member.value, year, "working", differences));
  }
  calendar->first_day_ = FirstDayOfYear(calendar->first_year_);
  calendar->last_day_ = FirstDayOfYear(calendar->last_year_ + 1) - 1;
  std::int64_t sum = 0;
  for (const auto& [day, difference] : differences) {
    calendar->exceptions_.push_back({day, sum += difference});
  }
  return std::shared_ptr<const WorkCalendar>(std::move(calendar));
}

WorkDays WorkCalendar::Between(Day from, Day to) const {
  if (to < from) {
    const WorkDays forward = Between(to, from);
    return {-forward.count, forward.provisional};
  }
  const std::int64_t weekdays = WeekdaysUpTo(to) - WeekdaysUpTo(from);
  return {weekdays + ExceptionsUpTo(to) - ExceptionsUpTo(from),
          from < to && (from + 1 < first_day_ || to > last_day_)};
}

WorkCalendar::Deadline WorkCalendar::After(Day from, std::int64_t count) const {
  FG_CHECK(count >= 0);
  Day day = from + count;  // no earlier day can do
  WorkDays passed = Between(from, day);
  while (passed.count < count) {
    day += count - passed.count;
    passed = Between(from, day);
  }
  // The jumps may have ended on days off behind the one that counts.
  while (day > from && !IsWorking(day)) --day;
  return {day, passed.provisional};
}

std::int64_t WorkCalendar::ExceptionsUpTo(Day day) const {
  const auto after = std::upper_bound(
      exceptions_.begin(), exceptions_.end(), day,
      [](Day wanted, const Exception& exception) { return wanted < exception.day; });
  return after == exceptions_.begin() ? 0 : std::prev(after)->sum;
}

}  // namespace facegate::rules
