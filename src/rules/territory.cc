#include "rules/territory.h"

#include <array>

namespace facegate::rules {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

// How far local clocks are ahead of UTC: the most, and (negative) the least.
struct Clocks {
  std::string_view jurisdiction;
  std::int64_t ahead_ms;
  std::int64_t behind_ms;
};
constexpr std::array<Clocks, 6> kClocks = {{
    {"CN", 8 * kHourMs, 0},
    {"EU", 4 * kHourMs, -4 * kHourMs},
    {"UK", 1 * kHourMs, 0},
    {"IN", 5 * kHourMs + kHourMs / 2, 0},
    {"BR", 0, -5 * kHourMs},
    {"US", 0, -10 * kHourMs},
}};
// Anywhere else on Earth.
constexpr Clocks kElsewhere = {"", 14 * kHourMs, -12 * kHourMs};

const Clocks& ClocksOf(std::string_view jurisdiction) {
  const std::string_view country = jurisdiction.substr(0, jurisdiction.find('-'));
  for (const Clocks& clocks : kClocks) {
    if (clocks.jurisdiction == country) return clocks;
  }
  return kElsewhere;
}

}  // namespace

TimeSpan SpanOf(const EffectiveDays& days, std::string_view jurisdiction) {
  const Clocks& clocks = ClocksOf(jurisdiction);
  TimeSpan span;
  if (days.from) span.begin.unix_ms = *days.from * core::kMsPerDay - clocks.ahead_ms;
  if (days.until) span.end.unix_ms = (*days.until + 1) * core::kMsPerDay - clocks.behind_ms;
  return span;
}

}  // namespace facegate::rules
