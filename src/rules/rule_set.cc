#include "facegate/rules/rule_set.h"

#include <algorithm>
#include <iterator>
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

bool Reads(const Expression& expression, const std::optional<std::size_t>& input) {
  const std::vector<std::size_t>& sorted = expression.inputs();
  return input && std::binary_search(sorted.begin(), sorted.end(), *input);
}

// Empty where it is missing.
std::string_view TextOf(const Inputs& inputs, const std::optional<std::size_t>& input) {
  const auto* text = input ? std::get_if<std::string>(&inputs.at(*input)) : nullptr;
  return text != nullptr ? std::string_view(*text) : std::string_view();
}

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
    : set_(std::move(set)),
      index_(std::make_unique<RuleIndex>()),
      persons_country_(set_->vocabulary_->Find("subject.country")),
      persons_region_(set_->vocabulary_->Find("subject.region")) {}
RuleView::~RuleView() = default;

void RuleView::Add(std::size_t rule) {
  rules_.push_back(&set_->rules_[rule]);
  AddTo(*index_, rule);
}

void RuleView::AddTo(RuleIndex& index, std::size_t rule) const {
  const Rule& added = set_->rules_[rule];
  bool worded = false;
  for (const RuleSet::Compiled::Variant& variant : set_->compiled_->variants[rule]) {
    if (std::find(profiles_.begin(), profiles_.end(), variant.profile) == profiles_.end()) continue;
    index.Add(added, variant.body);
    worded = true;
  }
  if (!worded) index.Add(added, set_->compiled_->bodies[rule]);
}

bool RuleView::AsksWhereFrom(std::size_t rule) const {
  const auto asks = [&](const RuleBody& body) {
    return Reads(*body.when, persons_country_) || Reads(*body.when, persons_region_);
  };
  const auto& variants = set_->compiled_->variants[rule];
  return asks(set_->compiled_->bodies[rule]) ||
         std::any_of(variants.begin(), variants.end(),
                     [&](const auto& variant) { return asks(variant.body); });
}

bool RuleView::Follows(const Follower& follower, const Inputs& inputs) const {
  return CoversPerson(follower.jurisdiction, TextOf(inputs, persons_country_),
                      TextOf(inputs, persons_region_));
}

std::vector<PackInfo> RuleView::PacksFollowing(const Inputs& inputs) const {
  std::vector<PackInfo> packs;
  for (const Follower& follower : followers_) {
    if (Follows(follower, inputs)) packs.push_back(follower.pack);
  }
  return packs;
}

Evaluation RuleView::Evaluate(const Inputs& inputs, Phase phase, Stage stage) const {
  FG_CHECK(&inputs.vocabulary() == set_->vocabulary_.get());
  Evaluation evaluation = index_->Evaluate(inputs, phase, stage);
  for (const Follower& follower : followers_) {
    if (!Follows(follower, inputs)) continue;
    Evaluation more = follower.index.Evaluate(inputs, phase, stage);
    evaluation.provisional |= more.provisional;
    evaluation.applies.insert(evaluation.applies.end(), more.applies.begin(), more.applies.end());
    std::move(more.unmet.begin(), more.unmet.end(), std::back_inserter(evaluation.unmet));
  }
  return evaluation;
}

std::vector<const Rule*> RuleView::Foreclosed(const Inputs& inputs, Phase phase) const {
  FG_CHECK(&inputs.vocabulary() == set_->vocabulary().get());
  std::vector<const Rule*> foreclosed = index_->Foreclosed(inputs, phase);
  for (const Follower& follower : followers_) {
    if (!Follows(follower, inputs)) continue;
    const std::vector<const Rule*> more = follower.index.Foreclosed(inputs, phase);
    foreclosed.insert(foreclosed.end(), more.begin(), more.end());
  }
  return foreclosed;
}

bool RuleView::MayDestroy() const {
  return index_->MayDestroy() ||
         std::any_of(followers_.begin(), followers_.end(),
                     [](const Follower& follower) { return follower.index.MayDestroy(); });
}

bool RuleView::Denies(const Inputs& inputs, Phase phase, Stage stage) const {
  FG_CHECK(&inputs.vocabulary() == set_->vocabulary_.get());
  if (index_->Denies(inputs, phase, stage)) return true;
  return std::any_of(followers_.begin(), followers_.end(), [&](const Follower& follower) {
    return Follows(follower, inputs) && follower.index.Denies(inputs, phase, stage);
  });
}

ScenarioEvaluation EvaluateScenario(const RuleSet& rules, const Inputs& inputs,
                                    std::optional<Phase> phase) {
  return EvaluateScenario(*rules.Everything({}), inputs, phase);
}

ScenarioEvaluation EvaluateScenario(const RuleView& rules, const Inputs& inputs,
                                    std::optional<Phase> phase, Judging judging) {
  // A rule is found once for each phase and stage that it stands in. Rules stand in one array, in
  // the packs' order: so does the map.
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
  for (auto& [rule, finding] : found) {
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
