// Where a pack holds, and when a day begins and ends there.
#pragma once

#include <limits>
#include <string_view>

#include "facegate/core/time.h"
#include "facegate/rules/rule_set.h"

namespace facegate::rules {

// From `begin` on, before `end`.
struct TimeSpan {
  core::Timestamp begin{std::numeric_limits<std::int64_t>::min()};
  core::Timestamp end{std::numeric_limits<std::int64_t>::max()};
  bool Holds(core::Timestamp t) const { return begin <= t && t < end; }
};

// The moments of those days in that jurisdiction. A day begins when it does there or in UTC,
// whichever is first, and ends when it does there or in UTC, whichever is last: a law is never late
// by an hour, nor over too soon.
TimeSpan SpanOf(const EffectiveDays& days, std::string_view jurisdiction);

// ANY, EU, UK or a country's code, and behind a dash each a region and a city: "US-NY-NYC".
bool IsJurisdiction(std::string_view word);

// Whether a venue there is in the jurisdiction. Words in any case; a region with or without its
// country's code, or by name where a pack of this repository needs it; a city that is told without
// its region counts for every region.
bool Covers(std::string_view jurisdiction, std::string_view country, std::string_view region,
            std::string_view city);

// Whether a person from there is of the jurisdiction; the country may be told by the region alone
// ("US-IL"). Nobody is of a city.
bool CoversPerson(std::string_view jurisdiction, std::string_view country, std::string_view region);

}  // namespace facegate::rules
