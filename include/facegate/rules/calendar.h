// Working days of one country, from its published holidays and make-up working days.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/core/time.h"

namespace facegate::rules {

// A calendar day, counted from 1970-01-01.
using Day = std::int64_t;

// The day of a date (00:00 UTC) or, shifted by the calendar's offset, of a moment.
Day DayOf(core::Timestamp t, std::int64_t utc_offset_ms = 0);
// "2025-06-01" as 00:00 UTC of that day.
// Returns INVALID_ARGUMENT BAD_TIMESTAMP for anything else, an impossible date among it.
core::Result<core::Timestamp> ParseDay(std::string_view text);

// A number of working days.
struct WorkDays {
  std::int64_t count = 0;
  // True if a day counted lies in a year whose holidays are not published: those were counted
  // Monday to Friday, and the answer may move.
  bool provisional = false;
};

// Immutable and thread-safe.
class WorkCalendar {
 public:
  // Errors name file:line:column. NOT_FOUND or INVALID_ARGUMENT BAD_CALENDAR.
  static core::Result<std::shared_ptr<const WorkCalendar>> Load(const std::string& path);
  // From text; `name` stands for the file in errors.
  static core::Result<std::shared_ptr<const WorkCalendar>> Parse(std::string_view name,
                                                                 std::string_view yaml);

  // Working days after `from` up to and including `to`; negative where `to` comes first.
  WorkDays Between(Day from, Day to) const;
  // The first day with `count` working days after `from` up to and including it.
  // Requires: count >= 0.
  struct Deadline {
    Day day = 0;
    bool provisional = false;
  };
  Deadline After(Day from, std::int64_t count) const;
  bool IsWorking(Day day) const { return Between(day - 1, day).count == 1; }

  // Where a day begins: +8 h for the Chinese mainland.
  std::int64_t utc_offset_ms() const { return utc_offset_ms_; }
  int first_year() const { return first_year_; }
  int last_year() const { return last_year_; }

 private:
  WorkCalendar() = default;
  // Where a published day differs from Monday to Friday, with the sum of differences up to it.
  struct Exception {
    Day day = 0;
    std::int64_t sum = 0;
  };
  std::int64_t ExceptionsUpTo(Day day) const;

  std::int64_t utc_offset_ms_ = 0;
  int first_year_ = 0;
  int last_year_ = 0;
  Day first_day_ = 0;
  Day last_day_ = 0;
  std::vector<Exception> exceptions_;  // by day
};

}  // namespace facegate::rules
