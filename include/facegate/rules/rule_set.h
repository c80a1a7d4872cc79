// Rule packs: loaded, type-checked, compiled, evaluated in Kleene's three-valued logic.
//
// A missing input is unknown; exists() of a missing input is false; an unknown `when` means the
// rule applies; an unknown `check` means it is not met, and the finding names every missing input.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/rules/value.h"

namespace facegate::rules {

enum class Phase { kSelection, kDeploy, kRequest, kScheduled, kDoc };
enum class Effect { kDeny, kRequire, kWarn, kReport };

struct Rule {
  std::string id;       // "core.consent-before-template"
  std::string article;  // "cn23 5", "core 1"
  std::string title;
  std::string statement;
  std::vector<Phase> phases;
  Effect effect = Effect::kDeny;
  // True where the rule is absolute: no alternative makes it bearable (intimate spaces, sensitive
  // categorisation); the verdict is DENY even where an alternative works.
  bool absolute = false;
  std::string obligation;
  // The reason word (model::Reason) that tells people best what is wrong; empty: POLICY_DENIED.
  std::string reason;
  Stage stage = Stage::kRequest;  // derived from its inputs
};

struct Finding {
  const Rule* rule = nullptr;        // lives as long as the rule set
  std::vector<std::string> missing;  // inputs whose absence left the check undecided, sorted
};

struct Evaluation {
  std::vector<const Rule*> applies;
  std::vector<Finding> unmet;
  // True if an unmet rule has the effect deny.
  bool denied() const;
};

struct PackInfo {
  std::string id;
  std::string version;
  std::string sha256;  // of the file's bytes, lower-case hex
};

// Immutable, thread-safe, shared by snapshot.
class RuleSet {
 public:
  // Loads all of `pack_files` against the vocabulary or none. Errors name file:line:column:
  // INVALID_ARGUMENT BAD_PACK. Two rules of one id are an error.
  static core::Result<std::shared_ptr<const RuleSet>> Load(
      std::shared_ptr<const Vocabulary> vocabulary, const std::vector<std::string>& pack_files);
  // From text; `name` stands for the file in errors. For tests and `policy check -`.
  static core::Result<std::shared_ptr<const RuleSet>> Parse(
      std::shared_ptr<const Vocabulary> vocabulary, std::string_view name, std::string_view yaml);

  ~RuleSet();

  // The rules of that phase and stage. Total.
  Evaluation Evaluate(const Inputs& inputs, Phase phase, Stage stage) const;
  // Evaluate(...).denied() negated, without building findings or allocating: for candidates.
  bool Permits(const Inputs& inputs, Phase phase, Stage stage) const;

  const std::vector<PackInfo>& packs() const { return packs_; }
  const std::vector<Rule>& rules() const { return rules_; }
  const std::shared_ptr<const Vocabulary>& vocabulary() const { return vocabulary_; }

 private:
  RuleSet();
  struct Compiled;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::vector<PackInfo> packs_;
  std::vector<Rule> rules_;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace facegate::rules
