// The shipped packs, as a gateway loads them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "facegate/rules/rule_set.h"

namespace facegate::testing {

// Those of config/policies with these ids, with the shipped vocabulary and calendar. Aborts where
// one is missing or bad.
std::shared_ptr<const rules::RuleSet> ShippedRules(const std::vector<std::string>& packs);

}  // namespace facegate::testing
