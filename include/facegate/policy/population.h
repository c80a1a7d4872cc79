// Numbers of people whose passing obliges an operator, as rule packs name them, and the record that
// one was passed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/model/date.h"
#include "facegate/model/ids.h"
#include "facegate/rules/rule_view.h"
#include "facegate/storage/store.h"

namespace facegate::policy {

// That a number was passed: a resource below the operator, written with its threshold.reached.
struct Threshold {
  std::uint64_t persons = 0;
  std::optional<model::Date> crossed_on;  // nothing: never passed, or fallen below it again
  std::uint64_t revision = 0;             // of the resource; 0: there is none yet
};

inline constexpr std::string_view kThresholdKind = "threshold";
// operators/{o}/thresholds/{persons}
std::string ThresholdName(const model::OperatorId& op, std::uint64_t persons);
// What is stored of it: all but the revision.
core::Json ToJson(const Threshold& threshold);
// What is on record of that number. DATA_LOSS BAD_RESOURCE.
core::Result<Threshold> ReadThreshold(const storage::Store& store, const model::OperatorId& op,
                                      std::uint64_t persons);

// The numbers that the packs of a view know.
struct Milestone {
  std::uint64_t persons = 0;
  bool filing = false;  // from here on a filing is owed; else an early warning
  std::string pack;
};
// By number, each once for each pack.
std::vector<Milestone> MilestonesOf(const rules::RuleView& view);
// The lowest number from which on a filing is owed; nothing where no pack knows one.
std::optional<std::uint64_t> FilingThresholdOf(const rules::RuleView& view);

}  // namespace facegate::policy
