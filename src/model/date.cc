#include "facegate/model/date.h"

#include <chrono>

namespace facegate::model {
namespace {

namespace chr = std::chrono;

constexpr std::size_t kDateBytes = 10;  // "2026-11-23"

}  // namespace

std::string FormatDate(Date date) { return core::FormatDay(StartOf(date)); }

core::Result<Date> ParseDate(std::string_view text) {
  const core::Status bad(core::Code::kInvalidArgument, "BAD_DATE",
                         "expected a day, such as 2026-11-23");
  if (text.size() != kDateBytes) return bad;
  const auto start = core::ParseRfc3339(std::string(text) + "T00:00:00Z");
  if (!start.ok()) return bad;
  return DateOf(*start);
}

Date DateOf(core::Timestamp t) {
  const chr::sys_time<chr::milliseconds> at{chr::milliseconds(t.unix_ms)};
  return {static_cast<std::int32_t>(chr::floor<chr::days>(at).time_since_epoch().count())};
}

core::Timestamp StartOf(Date date) { return {date.days * core::kMsPerDay}; }

Date AddYears(Date date, int years) {
  const chr::year_month_day from{chr::sys_days(chr::days(date.days))};
  chr::year_month_day to = from + chr::years(years);
  if (!to.ok()) to = to.year() / chr::March / 1;
  return {static_cast<std::int32_t>(chr::sys_days(to).time_since_epoch().count())};
}

}  // namespace facegate::model
