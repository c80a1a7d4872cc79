// The rules of a rule set that hold at one place and moment: what decisions evaluate.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/rules/rule_set.h"

namespace facegate::rules {

class RuleIndex;
struct Follower;

// What a site and the configuration say about where rules are asked for, and when.
struct Selection {
  // Of the venue: ISO 3166-1 and 3166-2 codes and a city's name, in whatever case; empty: not told.
  std::string country;
  std::string region;  // "IL" or "US-IL"
  std::string city;
  std::vector<std::string> packs;  // ids that the site names
  std::vector<Profile> profiles;
  core::Timestamp moment;
};

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

  // The rules that block in that phase and that nothing can meet any more, whatever the missing
  // inputs turn out to be: for what is registered piece by piece.
  std::vector<const Rule*> Foreclosed(const Inputs& inputs, Phase phase) const;

  // Whether a rule destroys templates at its deadline: of packs(), or of one that follows people.
  bool MayDestroy() const;

  // True from one date of the packs in question until the next: for a moment between them, the
  // same selection gives the same rules. A cache selects again when this is false.
  bool Holds(core::Timestamp moment) const { return from_ <= moment && moment < until_; }
  // The first moment at which it no longer holds; far beyond any date where there is none.
  core::Timestamp until() const { return until_; }

  // The packs in use, in the order loaded; one of them may have no rule in force yet.
  const std::vector<PackInfo>& packs() const { return packs_; }
  // The packs besides that judge a person of those inputs, because they follow their people: empty
  // for almost everybody.
  std::vector<PackInfo> PacksFollowing(const Inputs& inputs) const;
  // The rules of packs(), in their order.
  const std::vector<const Rule*>& rules() const { return rules_; }
  const std::vector<Profile>& profiles() const { return profiles_; }
  const RuleSet& rule_set() const { return *set_; }

 private:
  friend class RuleSet;
  explicit RuleView(std::shared_ptr<const RuleSet> set);
  // Adds a rule in the wordings that the profiles give it, or in its own.
  void Add(std::size_t rule);
  // The same, to an index of its own.
  void AddTo(RuleIndex& index, std::size_t rule) const;
  // Whether a rule asks where a person is from.
  bool AsksWhereFrom(std::size_t rule) const;
  bool Follows(const Follower& follower, const Inputs& inputs) const;

  std::shared_ptr<const RuleSet> set_;
  std::unique_ptr<RuleIndex> index_;
  std::optional<std::size_t> persons_country_;  // inputs, where the vocabulary has them
  std::optional<std::size_t> persons_region_;
  std::vector<Follower> followers_;
  std::vector<const Rule*> rules_;
  std::vector<PackInfo> packs_;
  std::vector<Profile> profiles_;
  core::Timestamp from_{std::numeric_limits<std::int64_t>::min()};
  core::Timestamp until_{std::numeric_limits<std::int64_t>::max()};
};

}  // namespace facegate::rules
