// Rule packs: loaded, type-checked, compiled, evaluated in Kleene's three-valued logic.
//
// A missing input is unknown; exists() of a missing input is false; an unknown `when` means the
// rule applies; an unknown `check` means it is not met, and the finding names every missing input.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/rules/calendar.h"
#include "facegate/rules/value.h"

namespace facegate::rules {

enum class Phase { kSelection, kDeploy, kRequest, kScheduled, kDoc };
enum class Effect { kDeny, kRequire, kWarn, kReport };
// Of kRequire: until it is met nothing goes on, or warnings come first and the block at the
// deadline.
enum class Severity { kNone, kBlockUntilMet, kEscalating };
// How sure the catalogue is of the rule's content; kProductPolicy is a design choice, not law.
enum class Confidence { kVerified, kCorroborated, kRecall, kProductPolicy };

// "request", "deny": the words of the pack files.
std::string_view PhaseWord(Phase phase);
std::string_view EffectWord(Effect effect);
std::optional<Phase> PhaseFromWord(std::string_view word);

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
  std::string pack;               // the pack's id
  // True for a rule on what the gateway alone knows (its registers, its caller): a scenario on
  // paper is judged by it only as far as it tells the inputs. A live request is always judged by
  // it.
  bool live = false;
  Severity severity = Severity::kNone;
  Confidence confidence = Confidence::kProductPolicy;
  std::vector<std::string> evidence;  // what shows that it is met
  std::vector<std::string> sources;   // where the rule's content was read
  // As written, for explanations.
  std::string when;
  std::string check;
};

struct Finding {
  const Rule* rule = nullptr;  // lives as long as the rule set
  // Inputs whose absence left the check undecided, or whether the rule applies; sorted.
  std::vector<std::string> missing;
};

struct Evaluation {
  std::vector<const Rule*> applies;
  std::vector<Finding> unmet;
  // True if working days were counted past the published calendar: the answer may move.
  bool provisional = false;
  // True if an unmet rule has the effect deny.
  bool denied() const;
};

struct PackInfo {
  std::string id;
  std::string version;
  std::string sha256;  // of the file's bytes, lower-case hex
};

class RuleSet;

// A scenario on paper, judged by every stage of one phase or of all.
struct ScenarioEvaluation {
  Evaluation evaluation;  // each rule once, in the packs' order
  // Rules that are `live` and lack an input: they neither apply nor refuse here.
  std::vector<const Rule*> left_out;
};
// For `facegate policy evaluate`; never for a decision.
ScenarioEvaluation EvaluateScenario(const RuleSet& rules, const Inputs& inputs,
                                    std::optional<Phase> phase);

// Immutable, thread-safe, shared by snapshot.
class RuleSet {
 public:
  // Loads all of `pack_files` against the vocabulary or none. Errors name file:line:column:
  // INVALID_ARGUMENT BAD_PACK (NOT_FOUND BAD_PACK where a file cannot be read). Two rules or two
  // packs of one id are an error. Without a calendar, so is a rule that counts working days.
  static core::Result<std::shared_ptr<const RuleSet>> Load(
      std::shared_ptr<const Vocabulary> vocabulary, const std::vector<std::string>& pack_files,
      std::shared_ptr<const WorkCalendar> calendar = nullptr);
  // From text; `name` stands for the file in errors. For tests and `policy check -`.
  static core::Result<std::shared_ptr<const RuleSet>> Parse(
      std::shared_ptr<const Vocabulary> vocabulary, std::string_view name, std::string_view yaml,
      std::shared_ptr<const WorkCalendar> calendar = nullptr);

  ~RuleSet();

  // The rules of that phase and stage. Total.
  // Requires: `inputs` are of this rule set's vocabulary.
  Evaluation Evaluate(const Inputs& inputs, Phase phase, Stage stage) const;
  // Evaluate(...).denied() negated, without building findings or allocating: for candidates.
  bool Permits(const Inputs& inputs, Phase phase, Stage stage) const;

  const std::vector<PackInfo>& packs() const { return packs_; }
  const std::vector<Rule>& rules() const { return rules_; }
  const std::shared_ptr<const Vocabulary>& vocabulary() const { return vocabulary_; }

 private:
  friend class RuleSetBuilder;
  RuleSet();
  struct Compiled;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::vector<PackInfo> packs_;
  std::vector<Rule> rules_;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace facegate::rules
