// Test vectors of packs: `facegate policy test FILE`, and the unit tests of the packs we ship.
//
//   scenarios:                       # named sets of inputs
//     door: {request.operation: verify_1to1, venue.kind: office}
//   vectors:
//     - rule: core.intimate-spaces   # one rule ...
//       in: door
//       set: {venue.kind: toilet}    # changes to the scenario; null takes an input away
//       expect: unmet                # met, unmet or not_applicable
//       missing: []                  # optional: exactly the inputs the finding must name
//       profiles: [strict]           # optional: the profiles selected
//     - decision: permit             # ... or the whole decision: permit or deny
//       in: door
//       phase: request               # the default
//
// Where the scenario has a `now`, packs and rules count only on their days; a draft always does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/rules/rule_set.h"

namespace facegate::rules {

struct VectorReport {
  int run = 0;
  std::vector<std::string> failures;  // `file:line:column: what was expected and what came`
  // Rules that no vector sees bite, or that none sees met: "core.x: never unmet". A flat ban
  // (false_always) cannot be met, and what only informs (true_for_information) cannot bite.
  std::vector<std::string> uncovered;
};

// Runs every vector of the file as a live request would be judged.
// Returns NOT_FOUND or INVALID_ARGUMENT BAD_VECTORS, with file:line:column, where it cannot be
// read.
core::Result<VectorReport> RunVectors(const RuleSet& rules, const std::string& path);
// From text; `name` stands for the file in messages.
core::Result<VectorReport> RunVectors(const RuleSet& rules, std::string_view name,
                                      std::string_view yaml);

}  // namespace facegate::rules
