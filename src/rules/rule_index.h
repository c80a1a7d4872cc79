// Compiled rules in the order in which they are evaluated, and the one loop over them.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "facegate/rules/expression.h"
#include "facegate/rules/rule_set.h"

namespace facegate::rules {

// One wording of a rule.
struct RuleBody {
  std::shared_ptr<const Expression> when;
  std::shared_ptr<const Expression> check;
  Stage stage = Stage::kRequest;  // the latest of their inputs
};

// Rules of one set by phase and stage. A rule may stand there in several wordings, next to each
// other. Points into the set, which must outlive it.
class RuleIndex {
 public:
  void Add(const Rule& rule, const RuleBody& body);
  Evaluation Evaluate(const Inputs& inputs, Phase phase, Stage stage) const;
  bool Denies(const Inputs& inputs, Phase phase, Stage stage) const;
  std::vector<const Rule*> Foreclosed(const Inputs& inputs, Phase phase) const;
  // Whether a rule about a person destroys their template at its deadline.
  bool MayDestroy() const;

 private:
  struct Entry {
    const Rule* rule = nullptr;
    const Expression* when = nullptr;
    const Expression* check = nullptr;
    bool blocks = false;
  };
  const std::vector<Entry>& Of(Phase phase, Stage stage) const {
    return entries_[static_cast<std::size_t>(phase)][static_cast<std::size_t>(stage)];
  }
  std::array<std::array<std::vector<Entry>, 3>, 5> entries_;
};

// A pack of another place than the venue: those of its rules that ask where a person is from.
struct Follower {
  PackInfo pack;
  std::string jurisdiction;
  RuleIndex index;
};

struct RuleSet::Compiled {
  struct Variant {
    Profile profile = Profile::kStrict;
    RuleBody body;
  };
  std::vector<RuleBody> bodies;                // one for each of rules_
  std::vector<std::vector<Variant>> variants;  // the same, by profile
  RuleIndex all;                               // every rule in its own words
};

}  // namespace facegate::rules
