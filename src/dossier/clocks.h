// By when a rule has somebody told of an incident, found by asking the rules themselves: what they
// say is evaluated at later and later moments, with nobody told and with somebody told.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dossier/sources.h"
#include "facegate/model/duties.h"
#include "facegate/rules/rule_view.h"

namespace facegate::dossier {

struct Clock {
  const rules::Rule* rule = nullptr;  // lives as long as the rule set in force
  documents::Addressee addressee = documents::Addressee::kAuthority;
  core::Timestamp due_at;                  // that of detection: at once
  std::optional<core::Timestamp> told_at;  // as the incident says
};

// Of the rules in force at any of the operator's sites, each once, the earliest first. A drill has
// those that it would have if it were real. An incident that nobody's rules are about has none.
core::Result<std::vector<Clock>> ClocksOf(const Sources& sources, const model::Incident& incident,
                                          std::shared_ptr<const rules::RuleSet>& keeps_alive);

// Done, or not, or not in time.
documents::DutyState StateOf(const Clock& clock, core::Timestamp now);

}  // namespace facegate::dossier
