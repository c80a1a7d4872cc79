// The rules of a rule set that hold at one place and moment: what decisions evaluate.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/rules/rule_set.h"

namespace facegate::rules {

class RuleIndex;

// Immutable, thread-safe, shared by snapshot; keeps its rule set alive.
class RuleView {
 public:
  ~RuleView();

  // The view's rules of that phase and stage, in the packs' order. Where several profiles word a
  // rule, it applies if one wording does and is unmet if one is: the strictest counts. Total.
  // Requires: `inputs` are of the rule set's vocabulary.
  Evaluation Evaluate(const Inputs& inputs, Phase phase, Stage stage) const;
  // Evaluate(...).denied(), without building findings or allocating: for candidates, and before
  // anybody needs to know why.
  bool Denies(const Inputs& inputs, Phase phase, Stage stage) const;
  bool Permits(const Inputs& inputs, Phase phase, Stage stage) const {
    return !Denies(inputs, phase, stage);
  }

  // The packs in use, in the order loaded; one of them may have no rule in force yet.
  const std::vector<PackInfo>& packs() const { return packs_; }
  // The rules, in the packs' order.
  const std::vector<const Rule*>& rules() const { return rules_; }
  const RuleSet& rule_set() const { return *set_; }

 private:
  friend class RuleSet;
  explicit RuleView(std::shared_ptr<const RuleSet> set);
  // Adds a rule in the wordings that the profiles give it, or in its own.
  void Add(std::size_t rule, const std::vector<Profile>& profiles);

  std::shared_ptr<const RuleSet> set_;
  std::unique_ptr<RuleIndex> index_;
  std::vector<const Rule*> rules_;
  std::vector<PackInfo> packs_;
};

}  // namespace facegate::rules
