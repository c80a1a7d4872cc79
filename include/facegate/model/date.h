// Calendar days, for what laws count in days and years: filings, assessments, deadlines.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/core/time.h"

namespace facegate::model {

// A day of the Gregorian calendar, without a time zone. Ordered, trivially copyable.
struct Date {
  std::int32_t days = 0;                          // since 1970-01-01
  auto operator<=>(const Date&) const = default;  // NOLINT(modernize-use-nullptr)
};

constexpr Date operator+(Date date, std::int32_t days) { return {date.days + days}; }
constexpr std::int32_t operator-(Date a, Date b) { return a.days - b.days; }

// "2026-11-23". Requires: the year lies in 0001..9999.
std::string FormatDate(Date date);
// Returns INVALID_ARGUMENT BAD_DATE for anything but such a text, an impossible day among it.
core::Result<Date> ParseDate(std::string_view text);

// The UTC day of a moment, and the moment at which that day begins.
Date DateOf(core::Timestamp t);
core::Timestamp StartOf(Date date);

// The same day of a later year; 1 March where 29 February is none. A period that ends there is
// never short of `years`.
Date AddYears(Date date, int years);

}  // namespace facegate::model
