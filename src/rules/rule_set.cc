#include "facegate/rules/rule_set.h"

#include <algorithm>
#include <map>

#include "facegate/core/check.h"
#include "facegate/rules/document.h"
#include "facegate/rules/rule_view.h"
#include "rules/pack_reader.h"
#include "rules/rule_index.h"
#include "rules/territory.h"
#include "rules/words.h"

namespace facegate::rules {
namespace {

template <class Enum, std::size_t kSize>
std::optional<Enum> FromWord(const std::array<std::string_view, kSize>& words,
                             std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

template <class Enum, std::size_t kSize>
std::string_view ToWord(const std::array<std::string_view, kSize>& words, Enum value) {
  return words[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view PhaseWord(Phase phase) { return ToWord(kPhaseWords, phase); }
std::string_view EffectWord(Effect effect) { return ToWord(kEffectWords, effect); }
std::string_view SeverityWord(Severity severity) {
  if (severity == Severity::kNone) return {};
  return kSeverityWords[static_cast<std::size_t>(severity) - 1];
}
std::string_view ConfidenceWord(Confidence confidence) {
  return ToWord(kConfidenceWords, confidence);
}
std::string_view MachineCheckableWord(MachineCheckable checkable) {
  return ToWord(kCheckableWords, checkable);
}
std::string_view ProfileWord(Profile profile) { return ToWord(kProfileWords, profile); }
std::string_view PackStatusWord(PackStatus status) { return ToWord(kPackStatusWords, status); }

std::optional<Phase> PhaseFromWord(std::string_view word) {
  return FromWord<Phase>(kPhaseWords, word);
}
std::optional<Profile> ProfileFromWord(std::string_view word) {
  return FromWord<Profile>(kProfileWords, word);
}

core::Json PacksJson(const std::vector<PackInfo>& packs) {
  core::Json list = core::Json::MakeArray();
  for (const PackInfo& pack : packs) {
    core::Json json = core::Json::MakeObject();
    json.Set("id", pack.id).Set("version", pack.version).Set("sha256", pack.sha256);
    list.Push(std::move(json));
  }
  return list;
}

bool Evaluation::denied() const {
  return std::any_of(unmet.begin(), unmet.end(),
                     [](const Finding& finding) { return finding.blocks; });
}

RuleSet::RuleSet() : compiled_(std::make_unique<Compiled>()) {}
RuleSet::~RuleSet() = default;

core::Result<std::shared_ptr<const RuleSet>> RuleSet::Load(
    std::shared_ptr<const Vocabulary> vocabulary, const std::vector<std::string>& pack_files,
    std::shared_ptr<const WorkCalendar> calendar) {
  RuleSetBuilder builder(std::move(vocabulary), std::move(calendar));
  for (const std::string& file : pack_files) {
    FG_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(file, "BAD_PACK"));
    FG_RETURN_IF_ERROR(builder.AddPack(file, text));
  }
  return std::move(builder).Finish();
}

core::Result<std::shared_ptr<const RuleSet>> RuleSet::Parse(
    std::shared_ptr<const Vocabulary> vocabulary, std::string_view name, std::string_view yaml,
    std::shared_ptr<const WorkCalendar> calendar) {
  RuleSetBuilder builder(std::move(vocabulary), std::move(calendar));
  FG_RETURN_IF_ERROR(builder.AddPack(name, yaml));
  return std::move(builder).Finish();
}

Evaluation RuleSet::Evaluate(const Inputs& inputs, Phase phase, Stage stage) const {
  FG_CHECK(&inputs.vocabulary() == vocabulary_.get());
  return compiled_->all.Evaluate(inputs, phase, stage);
}

bool RuleSet::Permits(const Inputs& inputs, Phase phase, Stage stage) const {
  FG_CHECK(&inputs.vocabulary() == vocabulary_.get());
  return !compiled_->all.Denies(inputs, phase, stage);
}

std::shared_ptr<const RuleView> RuleSet::Everything(const std::vector<Profile>& profiles,
                                                    std::optional<core::Timestamp> moment) const {
  std::shared_ptr<RuleView> view(new RuleView(shared_from_this()));
  view->profiles_ = profiles;
  std::size_t next = 0;  // rules stand in their packs' order
  for (const Pack& pack : pack_files_) {
    const bool in_force = !moment || pack.status == PackStatus::kDraft ||
                          SpanOf(pack.days, pack.jurisdiction).Holds(*moment);
    if (in_force) view->packs_.push_back(pack.info);
    for (; next < rules_.size() && rules_[next].pack == pack.info.id; ++next) {
      if (in_force && (!moment || SpanOf(rules_[next].days, pack.jurisdiction).Holds(*moment))) {
        view->Add(next);
      }
    }
  }
  return view;
}

RuleView::RuleView(std::shared_ptr<const RuleSet> set)
    : set_(std::move(set)), index_(std::make_unique<RuleIndex>()) {}
RuleView::~RuleView() = default;

void RuleView::Add(std::size_t rule) {
  const Rule& added = set_->rules_[rule];
  rules_.push_back(&added);
  bool worded = false;
  for (const RuleSet::Compiled::Variant& variant : set_->compiled_->variants[rule]) {
    if (std::find(profiles_.begin(), profiles_.end(), variant.profile) == profiles_.end()) continue;
    index_->Add(added, variant.body);
    worded = true;
  }
  if (!worded) index_->Add(added, set_->compiled_->bodies[rule]);
}

Evaluation RuleView::Evaluate(const Inputs& inputs, Phase phase, Stage stage) const {
  FG_CHECK(&inputs.vocabulary() == set_->vocabulary_.get());
  return index_->Evaluate(inputs, phase, stage);
}

std::vector<const Rule*> RuleView::Foreclosed(const Inputs& inputs, Phase phase) const {
  FG_CHECK(&inputs.vocabulary() == set_->vocabulary().get());
  return index_->Foreclosed(inputs, phase);
}

bool RuleView::Denies(const Inputs& inputs, Phase phase, Stage stage) const {
  FG_CHECK(&inputs.vocabulary() == set_->vocabulary_.get());
  return index_->Denies(inputs, phase, stage);
}

ScenarioEvaluation EvaluateScenario(const RuleSet& rules, const Inputs& inputs,
                                    std::optional<Phase> phase) {
  return EvaluateScenario(*rules.Everything({}), inputs, phase);
}

ScenarioEvaluation EvaluateScenario(const RuleView& rules, const Inputs& inputs,
                                    std::optional<Phase> phase, Judging judging) {
  // A rule is found once for each phase and stage that it stands in.
  std::map<const Rule*, std::optional<Finding>> found;  // nothing: met
  ScenarioEvaluation scenario;
  for (std::size_t p = 0; p < kPhaseWords.size(); ++p) {
    if (phase && *phase != static_cast<Phase>(p)) continue;
    for (const Stage stage : {Stage::kRequest, Stage::kCandidate, Stage::kDetection}) {
      Evaluation evaluation = rules.Evaluate(inputs, static_cast<Phase>(p), stage);
      scenario.evaluation.provisional |= evaluation.provisional;
      for (const Rule* rule : evaluation.applies) found.emplace(rule, std::nullopt);
      for (Finding& finding : evaluation.unmet) {
        std::optional<Finding>& known = found[finding.rule];
        const bool blocks = finding.blocks || (known && known->blocks);
        if (!known) known = std::move(finding);
        known->blocks = blocks;
      }
    }
  }
  for (const Rule* rule : rules.rules()) {
    const auto entry = found.find(rule);
    if (entry == found.end()) continue;
    std::optional<Finding>& finding = entry->second;
    const bool untold = rule->live && finding && !finding->missing.empty();
    if (untold && judging == Judging::kOnPaper) {
      scenario.left_out.push_back(rule);
      continue;
    }
    scenario.evaluation.applies.push_back(rule);
    if (finding) scenario.evaluation.unmet.push_back(*std::move(finding));
  }
  return scenario;
}

}  // namespace facegate::rules
