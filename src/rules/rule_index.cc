#include "rules/rule_index.h"

#include <algorithm>

namespace facegate::rules {
namespace {

bool Blocks(const Rule& rule, Phase phase) {
  if (rule.effect == Effect::kDeny) return true;
  return rule.effect == Effect::kRequire && rule.severity == Severity::kBlockUntilMet &&
         (phase == Phase::kRequest || phase == Phase::kDeploy);
}

// The names of those inputs, sorted, each once.
std::vector<std::string> NamesOf(const Vocabulary& vocabulary, std::vector<std::size_t> indices) {
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  std::vector<std::string> names;
  for (const std::size_t index : indices) names.push_back(vocabulary.at(index).name);
  return names;
}

// Another wording of the rule of the last finding, or a finding of its own.
void AddFinding(std::vector<Finding>& unmet, Finding finding) {
  if (unmet.empty() || unmet.back().rule != finding.rule) {
    unmet.push_back(std::move(finding));
    return;
  }
  std::vector<std::string>& missing = unmet.back().missing;
  missing.insert(missing.end(), finding.missing.begin(), finding.missing.end());
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
}

}  // namespace

void RuleIndex::Add(const Rule& rule, const RuleBody& body) {
  for (const Phase phase : rule.phases) {
    entries_[static_cast<std::size_t>(phase)][static_cast<std::size_t>(body.stage)].push_back(
        {&rule, body.when.get(), body.check.get(), Blocks(rule, phase)});
  }
}

Evaluation RuleIndex::Evaluate(const Inputs& inputs, Phase phase, Stage stage) const {
  Evaluation evaluation;
  for (const Entry& entry : Of(phase, stage)) {
    if (entry.when->Evaluate(inputs, &evaluation.provisional) == Truth::kFalse) continue;
    if (evaluation.applies.empty() || evaluation.applies.back() != entry.rule) {
      evaluation.applies.push_back(entry.rule);
    }
    if (entry.check->Evaluate(inputs, &evaluation.provisional) == Truth::kTrue) continue;
    std::vector<std::size_t> missing;
    entry.when->AppendMissing(inputs, missing);
    entry.check->AppendMissing(inputs, missing);
    AddFinding(evaluation.unmet,
               {entry.rule, entry.blocks, NamesOf(inputs.vocabulary(), std::move(missing))});
  }
  return evaluation;
}

bool RuleIndex::Denies(const Inputs& inputs, Phase phase, Stage stage) const {
  for (const Entry& entry : Of(phase, stage)) {
    if (entry.blocks && entry.when->Evaluate(inputs) != Truth::kFalse &&
        entry.check->Evaluate(inputs) != Truth::kTrue) {
      return true;
    }
  }
  return false;
}

bool RuleIndex::MayDestroy() const {
  const std::vector<Entry>& scheduled = Of(Phase::kScheduled, Stage::kCandidate);
  return std::any_of(scheduled.begin(), scheduled.end(), [](const Entry& entry) {
    return entry.rule->at_deadline == AtDeadline::kDestroy;
  });
}

std::vector<const Rule*> RuleIndex::Foreclosed(const Inputs& inputs, Phase phase) const {
  std::vector<const Rule*> rules;
  for (const std::vector<Entry>& stage : entries_[static_cast<std::size_t>(phase)]) {
    for (const Entry& entry : stage) {
      const bool is_lost = entry.blocks && entry.when->Foresee(inputs) == Truth::kTrue &&
                           entry.check->Foresee(inputs) == Truth::kFalse;
      if (is_lost && (rules.empty() || rules.back() != entry.rule)) rules.push_back(entry.rule);
    }
  }
  return rules;
}

}  // namespace facegate::rules
