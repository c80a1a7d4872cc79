// Why rules decided as they did, and what other rules would have decided: pure functions of a view
// and inputs, for scenarios on paper and for recorded decisions alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/rules/expression.h"
#include "facegate/rules/rule_view.h"

namespace facegate::rules {

enum class RuleVerdict { kNotApplicable, kMet, kUnmet, kLeftOut };
// "not_applicable", "left_out".
std::string_view RuleVerdictWord(RuleVerdict verdict);

// A condition, its truth under the inputs, and the conditions that it joins by and, or, not and
// implies.
struct Term {
  std::string text;
  Truth truth = Truth::kUnknown;
  std::vector<Term> terms;
};

// What a rule says, in its own words or a profile's.
struct WordingExplanation {
  std::optional<Profile> profile;  // nothing: its own
  Term when;
  Term check;
};

struct InputSeen {
  std::string name;
  Value value;  // monostate: missing
  bool whole_day = false;
};

struct RuleExplanation {
  const Rule* rule = nullptr;  // lives as long as the view
  RuleVerdict verdict = RuleVerdict::kNotApplicable;
  bool blocks = false;               // as in Finding
  std::vector<std::string> missing;  // as in Finding
  std::vector<WordingExplanation> wordings;
  std::vector<InputSeen> inputs;  // that the rule reads, by name
};

struct Explanation {
  bool denied = false;
  bool provisional = false;
  std::vector<RuleExplanation> rules;  // every rule of the phase, in the packs' order
};

// Explains each rule of the phase, or of any phase. `judging` says whether live rules can be left
// out, as EvaluateScenario does.
// Requires: `inputs` are of the view's vocabulary.
Explanation Explain(const RuleView& view, const Inputs& inputs, std::optional<Phase> phase,
                    Judging judging);

// docs/POLICY.md describes the members.
core::Json ExplanationJson(const Explanation& explanation);
// The same in words. Rules that do not apply have a line each at the end.
std::string ExplanationText(const Explanation& explanation);

// One rule that two versions judge differently. Nothing: the version does not have it there.
struct RuleChange {
  std::string id;
  std::optional<RuleVerdict> before;
  std::optional<RuleVerdict> after;
};

struct ScenarioDiff {
  bool denied_before = false;
  bool denied_after = false;
  std::vector<RuleChange> changes;  // by id
  bool empty() const { return denied_before == denied_after && changes.empty(); }
};

// What two versions of the rules make of the same inputs.
// Requires: both are of the inputs' vocabulary.
ScenarioDiff DiffScenario(const RuleView& before, const RuleView& after, const Inputs& inputs,
                          std::optional<Phase> phase, Judging judging);

}  // namespace facegate::rules
