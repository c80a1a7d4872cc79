// A place as rules spell it, whatever way a register spells it.
#pragma once

#include <string>
#include <string_view>

namespace facegate::rules {

struct Place {
  std::string country;  // ISO 3166-1, "CN"
  std::string region;   // what packs call it: "EU", "UK", "US-IL"; else as given
  std::string city;     // "New York", "Portland" where a pack is about it; else as given
};

// The members of the EU and the EEA are in the region EU and Great Britain in UK, whatever their
// own region is called; regions of the United States are "US-" and the state's two letters.
Place CanonicalPlace(std::string_view country, std::string_view region, std::string_view city);

}  // namespace facegate::rules
