// Rule packs: loaded, type-checked, compiled, evaluated in Kleene's three-valued logic.
//
// A missing input is unknown; exists() of a missing input is false; an unknown `when` means the
// rule applies; an unknown `check` means it is not met, and the finding names every missing input.
// docs/POLICY.md describes the format of a pack.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/rules/calendar.h"
#include "facegate/rules/value.h"

namespace facegate::rules {

enum class Phase { kSelection, kDeploy, kRequest, kScheduled, kDoc };
enum class Effect { kDeny, kRequire, kWarn, kReport };
// Of kRequire. kBlockUntilMet refuses in the phases request and deploy as a deny does; kEscalating
// blocks nothing by itself: warnings come first and the block at a deadline, which its owner keeps.
enum class Severity { kNone, kBlockUntilMet, kEscalating };
// What an unmet rule of the severity escalating stops, its deadline having passed. kDestroy is of
// rules about a person, in the phase scheduled: it ends their consent and destroys the template.
enum class AtDeadline { kNothing, kEnroll, kEverything, kDestroy };
// How sure the catalogue is of the rule's content; kProductPolicy is a design choice, not law.
enum class Confidence { kVerified, kCorroborated, kRecall, kProductPolicy };

// How much of a rule its check covers; the rest stays with people.
enum class MachineCheckable { kFull, kPartial, kNone };
// A reading of the rules that the configuration selects; a rule may word itself for each.
enum class Profile { kStrict, kSeedLiteral };
enum class PackStatus { kDraft, kInForce, kGuidance, kSuperseded };
// An operator's own pack can only tighten: see docs/POLICY.md for what it may not have.
enum class PackKind { kLaw, kOperator };

// "request", "deny": the words of the pack files.
std::string_view PhaseWord(Phase phase);
std::string_view EffectWord(Effect effect);
std::string_view SeverityWord(Severity severity);  // empty for kNone
std::string_view ConfidenceWord(Confidence confidence);
std::string_view MachineCheckableWord(MachineCheckable checkable);
std::string_view ProfileWord(Profile profile);
std::string_view PackStatusWord(PackStatus status);
std::optional<Phase> PhaseFromWord(std::string_view word);
std::optional<Profile> ProfileFromWord(std::string_view word);

// The first and the last day; nothing where open.
struct EffectiveDays {
  std::optional<Day> from;
  std::optional<Day> until;
};

// What a rule says instead under one profile; an empty expression is the rule's own.
struct ProfileWording {
  Profile profile = Profile::kStrict;
  std::string when;
  std::string check;
};

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
  AtDeadline at_deadline = AtDeadline::kNothing;
  Confidence confidence = Confidence::kProductPolicy;
  std::vector<std::string> evidence;  // what shows that it is met
  std::vector<std::string> sources;   // where the rule's content was read
  // As written, for explanations.
  std::string when;
  std::string check;
  std::vector<ProfileWording> profiles;
  EffectiveDays days;  // within those of its pack
  MachineCheckable machine_checkable = MachineCheckable::kFull;
  // For documents; they switch nothing on or off.
  std::string people;      // what stays with people
  std::string exceptions;  // one sentence
  std::string note;
  std::vector<std::string> supersedes;  // ids of rules of an earlier pack
};

struct Finding {
  const Rule* rule = nullptr;  // lives as long as the rule set
  // True if it refuses: a deny, or a requirement that blocks until it is met in the phase request
  // or deploy. Where it is false, rule->effect and rule->severity say what is owed.
  bool blocks = false;
  // Inputs whose absence left the check undecided, or whether the rule applies; sorted.
  std::vector<std::string> missing;
};

struct Evaluation {
  std::vector<const Rule*> applies;
  std::vector<Finding> unmet;
  // True if working days were counted past the published calendar: the answer may move.
  bool provisional = false;
  // True if an unmet rule blocks.
  bool denied() const;
};

struct PackInfo {
  std::string id;
  std::string version;
  std::string sha256;  // of the file's bytes, lower-case hex
};
// As records name them: id, version, sha256.
core::Json PacksJson(const std::vector<PackInfo>& packs);

// How many stored people oblige an operator to file, and at which numbers it is warned before.
struct PopulationDuty {
  std::uint64_t filing_at = 0;         // from this number on
  std::vector<std::uint64_t> warn_at;  // ascending, below filing_at
};

struct Pack {
  PackInfo info;
  std::string name;
  std::string jurisdiction;  // "ANY", "CN", "EU", "US-IL", "US-NY-NYC"
  PackKind kind = PackKind::kLaw;
  PackStatus status = PackStatus::kInForce;
  EffectiveDays days;
  std::string superseded_by;  // a pack's id
  std::optional<PopulationDuty> population;
  std::string note;
};

class RuleSet;
class RuleView;
struct Selection;

// A scenario on paper, judged by every stage of one phase or of all.
struct ScenarioEvaluation {
  Evaluation evaluation;  // each rule once, in the packs' order
  // Rules that are `live` and lack an input: they neither apply nor refuse here.
  std::vector<const Rule*> left_out;
};
// Whether the inputs are all that a scenario on paper tells, or what a live request saw: live rules
// are left out of a scenario on paper that lacks their inputs.
enum class Judging { kOnPaper, kLive };
// For `facegate policy` and explanations; never for a decision. Every rule by its own words for a
// rule set.
ScenarioEvaluation EvaluateScenario(const RuleSet& rules, const Inputs& inputs,
                                    std::optional<Phase> phase);
ScenarioEvaluation EvaluateScenario(const RuleView& rules, const Inputs& inputs,
                                    std::optional<Phase> phase,
                                    Judging judging = Judging::kOnPaper);

// Immutable, thread-safe, shared by snapshot.
class RuleSet : public std::enable_shared_from_this<RuleSet> {
 public:
  // Loads all of `pack_files` against the vocabulary or none. Errors name file:line:column:
  // INVALID_ARGUMENT BAD_PACK (NOT_FOUND BAD_PACK where a file cannot be read). Two rules or two
  // packs of one id are an error, and so is a circle of packs or rules that supersede one another.
  // Without a calendar, so is a rule that counts working days.
  static core::Result<std::shared_ptr<const RuleSet>> Load(
      std::shared_ptr<const Vocabulary> vocabulary, const std::vector<std::string>& pack_files,
      std::shared_ptr<const WorkCalendar> calendar = nullptr);
  // From text; `name` stands for the file in errors. For tests and `policy check -`.
  static core::Result<std::shared_ptr<const RuleSet>> Parse(
      std::shared_ptr<const Vocabulary> vocabulary, std::string_view name, std::string_view yaml,
      std::shared_ptr<const WorkCalendar> calendar = nullptr);

  ~RuleSet();

  // Every loaded rule of that phase and stage in its own words, whatever its days. Total.
  // Requires: `inputs` are of this rule set's vocabulary.
  Evaluation Evaluate(const Inputs& inputs, Phase phase, Stage stage) const;
  // Evaluate(...).denied() negated, without building findings or allocating: for candidates.
  bool Permits(const Inputs& inputs, Phase phase, Stage stage) const;

  // The rules that hold at that place and moment:
  //   - packs whose jurisdiction is ANY or the venue's and whose status is in_force or guidance, on
  //     their days: the venue's country, region and city decide; where the region is not told, no
  //     pack of a region matches;
  //   - packs that the site names, wherever it is; drafts and superseded packs only so. The days of
  //     a draft do not count, and a named pack stays in use after its last day;
  //   - for whoever is from its jurisdiction (subject.country, subject.region), wherever the venue
  //     is, a pack in_force or guidance with those of its rules that ask where a person is from.
  // Of these packs, the rules whose days hold the moment, in the words of the profiles. A moment
  // before every first day of a pack of law is no moment at which anything ran: the clock is wrong,
  // and then every first day counts as reached, so that setting it back permits nothing more.
  // Days begin and end as docs/POLICY.md says.
  // Returns NOT_FOUND PACK_UNKNOWN for a named pack that is not loaded, FAILED_PRECONDITION
  // PACK_NOT_IN_FORCE for one that is no draft before its first day.
  core::Result<std::shared_ptr<const RuleView>> Select(const Selection& selection) const;

  // Every loaded pack under those profiles: for scenarios on paper and conformance tests, never
  // for a decision. With a moment, only the packs and rules whose days hold it; a draft has none.
  std::shared_ptr<const RuleView> Everything(
      const std::vector<Profile>& profiles,
      std::optional<core::Timestamp> moment = std::nullopt) const;

  const std::vector<PackInfo>& packs() const { return packs_; }
  // The same packs, with all that their files say.
  const std::vector<Pack>& pack_files() const { return pack_files_; }
  const std::vector<Rule>& rules() const { return rules_; }
  const std::shared_ptr<const Vocabulary>& vocabulary() const { return vocabulary_; }
  // Of working days; nullptr where the rules count none.
  const std::shared_ptr<const WorkCalendar>& calendar() const { return calendar_; }

 private:
  friend class RuleSetBuilder;
  friend class RuleView;
  RuleSet();
  struct Compiled;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const WorkCalendar> calendar_;
  std::vector<PackInfo> packs_;
  std::vector<Pack> pack_files_;
  std::vector<Rule> rules_;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace facegate::rules
