// Face and alternatives side by side, from the log alone: whether another way is as reasonable and
// convenient is then a number.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"

namespace facegate::alternatives {

// Times of many requests; all 0 where count is.
struct Spread {
  std::uint64_t count = 0;
  std::int64_t median_ms = 0;  // half took no longer
  std::int64_t p95_ms = 0;     // 95 of 100 took no longer
  std::int64_t max_ms = 0;
};
// `times_ms` in any order.
Spread SpreadOf(std::vector<std::int64_t> times_ms);

// One way through one access point.
struct WayFigures {
  model::AccessPointId access_point;
  model::CredentialKind credential = model::CredentialKind::kFace;
  std::uint64_t uses = 0;
  std::uint64_t let_through = 0;
  std::uint64_t refused = 0;
  std::uint64_t faults = 0;                      // FAULT, CANCELLED, DEADLINE_EXCEEDED, ABANDONED
  std::map<std::string, std::uint64_t> reasons;  // by word
  Spread took;                                   // from the decision to its record
  Spread waited;                                 // as the controllers say
  // The median wait against that of the face there, which counts as a second at least; nothing
  // where either is not known, and for the face.
  std::optional<double> wait_ratio;
};

// The decisions at the access points of a site in [from, until), by access point and credential.
// Returns DATA_LOSS BAD_RECORD for a record that is none, and what `deadline` says.
core::Result<std::vector<WayFigures>> Compare(const storage::Store& store,
                                              const model::SiteRef& site, core::Timestamp from,
                                              core::Timestamp until,
                                              const core::Deadline& deadline);

}  // namespace facegate::alternatives
