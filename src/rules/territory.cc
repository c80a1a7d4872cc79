#include "rules/territory.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "facegate/core/text.h"
#include "facegate/rules/place.h"

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

// Members of the EU with the territories where its law holds, and the other states of the EEA.
constexpr std::array<std::string_view, 38> kEuropean = {
    "at", "be", "bg", "cy", "cz", "de", "dk", "ee", "el", "es", "fi", "fr", "gr",
    "hr", "hu", "ie", "it", "lt", "lu", "lv", "mt", "nl", "pl", "pt", "ro", "se",
    "si", "sk", "ax", "gf", "gp", "mf", "mq", "re", "yt", "is", "li", "no"};

// Other spellings of a region or a city, lower-case.
struct Alias {
  std::string_view word;
  std::string_view spelling;
};
constexpr std::array<Alias, 14> kAliases = {{
    {"il", "illinois"},
    {"tx", "texas"},
    {"wa", "washington"},
    {"ny", "new york"},
    {"or", "oregon"},
    {"nyc", "new york"},
    {"nyc", "new york city"},
    {"nyc", "manhattan"},
    {"nyc", "brooklyn"},
    {"nyc", "queens"},
    {"nyc", "bronx"},
    {"nyc", "the bronx"},
    {"nyc", "staten island"},
    {"uk", "gb"},
}};

// Lower-case, without spaces around it.
std::string Lower(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return core::AsciiLower(text);
}

bool Names(const std::string& word, const std::string& spelling) {
  return word == spelling || std::any_of(kAliases.begin(), kAliases.end(), [&](const Alias& alias) {
           return alias.word == word && alias.spelling == spelling;
         });
}

// "US-NY-NYC" in its parts, lower-case. Requests ask for it, of words so short that no string
// allocates.
struct Parts {
  std::array<std::string, 3> at;
  std::size_t count = 0;
};

Parts PartsOf(std::string_view jurisdiction) {
  Parts parts;
  while (parts.count + 1 < parts.at.size()) {
    const std::size_t dash = jurisdiction.find('-');
    if (dash == std::string_view::npos) break;
    parts.at[parts.count++] = Lower(jurisdiction.substr(0, dash));
    jurisdiction.remove_prefix(dash + 1);
  }
  parts.at[parts.count++] = Lower(jurisdiction);
  return parts;
}

}  // namespace

TimeSpan SpanOf(const EffectiveDays& days, std::string_view jurisdiction) {
  const Clocks& clocks = ClocksOf(jurisdiction);
  TimeSpan span;
  if (days.from) span.begin.unix_ms = *days.from * core::kMsPerDay - clocks.ahead_ms;
  if (days.until) span.end.unix_ms = (*days.until + 1) * core::kMsPerDay - clocks.behind_ms;
  return span;
}

bool IsJurisdiction(std::string_view word) {
  if (word == "ANY") return true;
  const Parts parts = PartsOf(word);
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  return parts.at[0].size() == 2 && upper(word[0]) && upper(word[1]) &&
         std::none_of(parts.at.begin(), parts.at.begin() + parts.count,
                      [](const auto& part) { return part.empty(); });
}

bool Covers(std::string_view jurisdiction, std::string_view country, std::string_view region,
            std::string_view city) {
  if (jurisdiction == "ANY") return true;
  const Parts parts = PartsOf(jurisdiction);
  const std::string land = Lower(country);
  if (parts.at[0] == "eu") {
    return std::find(kEuropean.begin(), kEuropean.end(), land) != kEuropean.end();
  }
  if (!Names(parts.at[0], land)) return false;
  if (parts.count == 1) return true;
  std::string part = Lower(region);
  if (part.starts_with(land + "-")) part.erase(0, land.size() + 1);
  const bool here = Names(parts.at[1], part);
  if (parts.count == 2) return here;
  return (here || part.empty()) && Names(parts.at[2], Lower(city));
}

bool CoversPerson(std::string_view jurisdiction, std::string_view country,
                  std::string_view region) {
  if (country.empty()) country = region.substr(0, region.find('-'));
  return !country.empty() && Covers(jurisdiction, country, region, "");
}

Place CanonicalPlace(std::string_view country, std::string_view region, std::string_view city) {
  Place place{std::string(country), std::string(region), std::string(city)};
  for (const std::string_view whole : {"EU", "UK"}) {
    if (Covers(whole, country, region, city)) place.region = whole;
  }
  if (country == "US") {
    std::string state = Lower(region);
    if (state.starts_with("us-")) state.erase(0, 3);
    for (const Alias& alias : kAliases) {
      if (alias.word.size() == 2 && alias.spelling == state) state = alias.word;
    }
    if (!state.empty()) place.region = "US-" + core::AsciiUpper(state);
    if (Covers("US-NY-NYC", country, region, city)) place.city = "New York";
    if (Covers("US-OR-Portland", country, region, city)) place.city = "Portland";
  }
  return place;
}

}  // namespace facegate::rules
