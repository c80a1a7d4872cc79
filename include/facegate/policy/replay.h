// The inputs that a recorded decision saw, made again from its record and the register's history.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/model/resources.h"
#include "facegate/policy/context.h"
#include "facegate/rules/value.h"
#include "facegate/storage/store.h"

namespace facegate::policy {

struct Replayed {
  rules::Inputs inputs;
  model::Site site;                      // as it was registered then: for the choice of packs
  std::vector<std::string> packs;        // ids that the record names
  std::vector<rules::Profile> profiles;  // the readings of the rules then
  core::Timestamp decided_at;
  std::string verdict;  // words of the record
  std::string reason;
};

// `entry` is the JSON line of a decision's record. `gateway` and `profiles` are what the gateway
// says of itself and how it reads the rules today: for records of before facegate put both into
// them. The registers are read as they were when the record was made; of the person, the record has
// what rules ask, but for an exact age. Free text that only a hash of is recorded is not needed.
//
// Returns FAILED_PRECONDITION NOT_A_DECISION for a record of another type, DATA_LOSS BAD_RECORD
// where it lacks what it must have, and what the store returns.
core::Result<Replayed> Replay(const storage::Store& store, const model::OperatorId& op,
                              const core::Json& entry,
                              std::shared_ptr<const rules::Vocabulary> vocabulary,
                              const GatewayFacts& gateway,
                              const std::vector<rules::Profile>& profiles);

}  // namespace facegate::policy
