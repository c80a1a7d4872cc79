// The pages that are generated from packs and vocabulary: docs/INPUTS.md and docs/COMPLIANCE.md.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/rules/rule_set.h"

namespace facegate::rules {

// The packs of a folder: core.yaml first, then every other X.yaml by name; not the vocabulary and
// not X.test.yaml. Returns NOT_FOUND BAD_PACK where the folder cannot be read.
core::Result<std::vector<std::string>> PackFilesIn(const std::string& folder);

// How many vectors of a file are about each rule, by the rule's id.
// Returns NOT_FOUND or INVALID_ARGUMENT BAD_VECTORS.
core::Result<std::map<std::string, int>> CountVectors(const std::string& path);

// Every input: its type, when it becomes known, where it comes from.
std::string InputsPage(const Vocabulary& vocabulary);

// Every rule of the packs in `folder`: what it asks, where it is enforced, what shows that it is
// met, what stays with people. `calendar` may be null.
// Returns what loading the packs and the vectors beside them returns.
core::Result<std::string> CompliancePage(std::shared_ptr<const Vocabulary> vocabulary,
                                         const std::string& folder,
                                         std::shared_ptr<const WorkCalendar> calendar);

}  // namespace facegate::rules
