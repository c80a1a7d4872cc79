#include "facegate/rules/rule_set.h"

#include <algorithm>
#include <array>
#include <map>

#include "facegate/core/bytes.h"
#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/enums.h"
#include "facegate/rules/document.h"
#include "facegate/rules/expression.h"

namespace facegate::rules {
namespace {

using core::Status;

constexpr std::array<std::string_view, 5> kPhaseWords = {"selection", "deploy", "request",
                                                         "scheduled", "doc"};
constexpr std::array<std::string_view, 4> kEffectWords = {"deny", "require", "warn", "report"};
constexpr std::array<std::string_view, 2> kSeverityWords = {"block_until_met", "escalating"};
constexpr std::array<std::string_view, 4> kConfidenceWords = {"verified", "corroborated", "recall",
                                                              "product_policy"};

// The indices of `values` without repetition, as names, sorted.
std::vector<std::string> NamesOf(const Vocabulary& vocabulary, std::vector<std::size_t> indices) {
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  std::vector<std::string> names;
  names.reserve(indices.size());
  for (const std::size_t index : indices) names.push_back(vocabulary.at(index).name);
  return names;
}

}  // namespace

std::string_view PhaseWord(Phase phase) { return kPhaseWords[static_cast<std::size_t>(phase)]; }
std::string_view EffectWord(Effect effect) {
  return kEffectWords[static_cast<std::size_t>(effect)];
}

std::optional<Phase> PhaseFromWord(std::string_view word) {
  const auto found = std::find(kPhaseWords.begin(), kPhaseWords.end(), word);
  if (found == kPhaseWords.end()) return std::nullopt;
  return static_cast<Phase>(found - kPhaseWords.begin());
}

bool Evaluation::denied() const {
  return std::any_of(unmet.begin(), unmet.end(),
                     [](const Finding& finding) { return finding.rule->effect == Effect::kDeny; });
}

struct RuleSet::Compiled {
  struct Body {
    Expression when;
    Expression check;
  };
  std::vector<Body> bodies;  // one for each of rules_
  // The rules of each phase and stage, in the packs' order.
  std::array<std::array<std::vector<std::size_t>, 3>, 5> index;

  const std::vector<std::size_t>& Of(Phase phase, Stage stage) const {
    return index[static_cast<std::size_t>(phase)][static_cast<std::size_t>(stage)];
  }
};

// Reads packs into a rule set that nobody has seen yet.
class RuleSetBuilder {
 public:
  RuleSetBuilder(std::shared_ptr<const Vocabulary> vocabulary,
                 std::shared_ptr<const WorkCalendar> calendar)
      : set_(new RuleSet), calendar_(std::move(calendar)) {
    FG_CHECK(vocabulary != nullptr);
    set_->vocabulary_ = std::move(vocabulary);
  }

  Status AddPack(std::string_view name, std::string_view yaml) {
    FG_ASSIGN_OR_RETURN(const Document document, Document::Parse(name, yaml, "BAD_PACK"));
    const Node& root = document.root();
    FG_RETURN_IF_ERROR(
        document.CheckKeys(root, {"id", "version", "name", "jurisdiction", "status",
                                  "effective_from", "effective_until", "note", "rules"}));
    PackInfo pack;
    FG_ASSIGN_OR_RETURN(const Node* id, document.Require(root, "id"));
    FG_ASSIGN_OR_RETURN(pack.id, document.String(*id));
    FG_ASSIGN_OR_RETURN(const Node* version, document.Require(root, "version"));
    FG_ASSIGN_OR_RETURN(pack.version, document.String(*version));
    FG_RETURN_IF_ERROR(CheckPackFacts(document, root));
    for (const PackInfo& other : set_->packs_) {
      if (other.id == pack.id) {
        return document.Error(id->position(), "pack " + Quoted(pack.id) + " is loaded twice");
      }
    }
    const core::Hash256 hash = crypto::Sha256(core::AsBytes(yaml));
    pack.sha256 = core::HexEncode(hash);
    FG_ASSIGN_OR_RETURN(const Node* rules, document.Require(root, "rules"));
    if (!rules->is_list()) return document.Error(rules->position(), "expected a list of rules");
    for (const Node& node : rules->items()) {
      FG_RETURN_IF_ERROR(AddRule(document, node, pack.id));
    }
    set_->packs_.push_back(std::move(pack));
    return Status::Ok();
  }

  std::shared_ptr<const RuleSet> Finish() && {
    for (std::size_t i = 0; i < set_->rules_.size(); ++i) {
      const Rule& rule = set_->rules_[i];
      for (const Phase phase : rule.phases) {
        set_->compiled_
            ->index[static_cast<std::size_t>(phase)][static_cast<std::size_t>(rule.stage)]
            .push_back(i);
      }
    }
    return std::shared_ptr<const RuleSet>(std::move(set_));
  }

 private:
  static Status CheckPackFacts(const Document& document, const Node& root) {
    FG_ASSIGN_OR_RETURN(const Node* jurisdiction, document.Require(root, "jurisdiction"));
    FG_RETURN_IF_ERROR(document.String(*jurisdiction).status());
    FG_ASSIGN_OR_RETURN(const Node* status, document.Require(root, "status"));
    FG_RETURN_IF_ERROR(document.OneOf(*status, {"draft", "in_force", "superseded"}).status());
    for (const std::string_view key : {"effective_from", "effective_until"}) {
      const Node* day = root.Find(key);
      if (day != nullptr && !day->is_null() && !ParseDay(day->text()).ok()) {
        return document.Error(day->position(), "expected a day such as 2025-06-01");
      }
    }
    return Status::Ok();
  }

  Status AddRule(const Document& document, const Node& node, const std::string& pack) {
    FG_RETURN_IF_ERROR(document.CheckKeys(
        node, {"id", "article", "title", "statement", "phase", "when", "check", "effect",
               "absolute", "live", "reason", "confidence", "evidence", "sources", "note"}));
    Rule rule;
    rule.pack = pack;
    FG_RETURN_IF_ERROR(ReadWords(document, node, rule));
    FG_RETURN_IF_ERROR(ReadPhases(document, node, rule));
    FG_RETURN_IF_ERROR(ReadEffect(document, node, rule));
    const auto [known, is_new] = ids_.emplace(rule.id, document.name());
    if (!is_new) {
      return document.Error(node.Find("id")->position(),
                            "rule " + Quoted(rule.id) + " is already defined in " + known->second);
    }
    FG_ASSIGN_OR_RETURN(Expression when, Compile(document, node, "when", rule.when));
    FG_ASSIGN_OR_RETURN(Expression check, Compile(document, node, "check", rule.check));
    for (const Expression* expression : {&when, &check}) {
      for (const std::size_t input : expression->inputs()) {
        rule.stage = std::max(rule.stage, set_->vocabulary_->at(input).stage);
      }
    }
    set_->compiled_->bodies.push_back({std::move(when), std::move(check)});
    set_->rules_.push_back(std::move(rule));
    return Status::Ok();
  }

  static Status ReadWords(const Document& document, const Node& node, Rule& rule) {
    for (const auto& [key, to] : {std::pair<std::string_view, std::string*>{"id", &rule.id},
                                  {"article", &rule.article},
                                  {"title", &rule.title},
                                  {"statement", &rule.statement}}) {
      FG_ASSIGN_OR_RETURN(const Node* word, document.Require(node, key));
      FG_ASSIGN_OR_RETURN(*to, document.String(*word));
      if (to->empty()) return document.Error(word->position(), "must not be empty");
    }
    if (const Node* absolute = node.Find("absolute")) {
      FG_ASSIGN_OR_RETURN(rule.absolute, document.Bool(*absolute));
    }
    if (const Node* live = node.Find("live")) {
      FG_ASSIGN_OR_RETURN(rule.live, document.Bool(*live));
    }
    if (const Node* reason = node.Find("reason")) {
      FG_ASSIGN_OR_RETURN(rule.reason, document.String(*reason));
      if (!model::FromWord<model::Reason>(rule.reason)) {
        return document.Error(reason->position(), Quoted(rule.reason) + " is not a reason");
      }
    }
    if (const Node* confidence = node.Find("confidence")) {
      FG_ASSIGN_OR_RETURN(const std::size_t index, document.OneOf(*confidence, kConfidenceWords));
      rule.confidence = static_cast<Confidence>(index);
    }
    if (const Node* evidence = node.Find("evidence")) {
      FG_ASSIGN_OR_RETURN(rule.evidence, document.Strings(*evidence));
    }
    if (const Node* sources = node.Find("sources")) {
      FG_ASSIGN_OR_RETURN(rule.sources, document.Strings(*sources));
    }
    return Status::Ok();
  }

  static Status ReadPhases(const Document& document, const Node& node, Rule& rule) {
    FG_ASSIGN_OR_RETURN(const Node* list, document.Require(node, "phase"));
    if (!list->is_list() || list->items().empty()) {
      return document.Error(list->position(), "expected a list of phases");
    }
    for (const Node& item : list->items()) {
      FG_ASSIGN_OR_RETURN(const std::size_t index, document.OneOf(item, kPhaseWords));
      const Phase phase = static_cast<Phase>(index);
      if (std::find(rule.phases.begin(), rule.phases.end(), phase) != rule.phases.end()) {
        return document.Error(item.position(), "this phase is listed twice");
      }
      rule.phases.push_back(phase);
    }
    return Status::Ok();
  }

  static Status ReadEffect(const Document& document, const Node& node, Rule& rule) {
    FG_ASSIGN_OR_RETURN(const Node* effect, document.Require(node, "effect"));
    FG_RETURN_IF_ERROR(document.CheckKeys(*effect, {"on_fail", "obligation", "severity"}));
    FG_ASSIGN_OR_RETURN(const Node* on_fail, document.Require(*effect, "on_fail"));
    FG_ASSIGN_OR_RETURN(const std::size_t index, document.OneOf(*on_fail, kEffectWords));
    rule.effect = static_cast<Effect>(index);
    if (const Node* obligation = effect->Find("obligation")) {
      FG_ASSIGN_OR_RETURN(rule.obligation, document.String(*obligation));
    }
    const Node* severity = effect->Find("severity");
    if ((severity != nullptr) != (rule.effect == Effect::kRequire)) {
      return document.Error((severity != nullptr ? severity : effect)->position(),
                            "a severity goes with the effect require, and only with it");
    }
    if (severity != nullptr) {
      FG_ASSIGN_OR_RETURN(const std::size_t word, document.OneOf(*severity, kSeverityWords));
      rule.severity = static_cast<Severity>(word + 1);
    }
    if (rule.absolute && rule.effect != Effect::kDeny) {
      return document.Error(effect->position(), "an absolute rule denies");
    }
    return Status::Ok();
  }

  core::Result<Expression> Compile(const Document& document, const Node& node, std::string_view key,
                                   std::string& text) const {
    FG_ASSIGN_OR_RETURN(const Node* scalar, document.Require(node, key));
    FG_ASSIGN_OR_RETURN(text, document.String(*scalar));
    std::variant<Expression, ExpressionError> compiled =
        Expression::Compile(text, *set_->vocabulary_, calendar_);
    if (const auto* error = std::get_if<ExpressionError>(&compiled)) {
      return document.Error(document.Within(*scalar, error->offset), error->message);
    }
    return std::get<Expression>(std::move(compiled));
  }

  std::shared_ptr<RuleSet> set_;
  std::shared_ptr<const WorkCalendar> calendar_;
  std::map<std::string, std::string> ids_;  // of rules, with the file that has them
};

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
  Evaluation evaluation;
  for (const std::size_t i : compiled_->Of(phase, stage)) {
    const Compiled::Body& body = compiled_->bodies[i];
    if (body.when.Evaluate(inputs, &evaluation.provisional) == Truth::kFalse) continue;
    evaluation.applies.push_back(&rules_[i]);
    if (body.check.Evaluate(inputs, &evaluation.provisional) == Truth::kTrue) continue;
    std::vector<std::size_t> missing;
    body.when.AppendMissing(inputs, missing);
    body.check.AppendMissing(inputs, missing);
    evaluation.unmet.push_back({&rules_[i], NamesOf(*vocabulary_, std::move(missing))});
  }
  return evaluation;
}

bool RuleSet::Permits(const Inputs& inputs, Phase phase, Stage stage) const {
  FG_CHECK(&inputs.vocabulary() == vocabulary_.get());
  for (const std::size_t i : compiled_->Of(phase, stage)) {
    if (rules_[i].effect != Effect::kDeny) continue;
    const Compiled::Body& body = compiled_->bodies[i];
    if (body.when.Evaluate(inputs) != Truth::kFalse &&
        body.check.Evaluate(inputs) != Truth::kTrue) {
      return false;
    }
  }
  return true;
}

ScenarioEvaluation EvaluateScenario(const RuleSet& rules, const Inputs& inputs,
                                    std::optional<Phase> phase) {
  std::map<const Rule*, const Finding*> found;  // nullptr: met
  std::vector<Evaluation> evaluations;
  ScenarioEvaluation scenario;
  for (std::size_t p = 0; p < kPhaseWords.size(); ++p) {
    if (phase && *phase != static_cast<Phase>(p)) continue;
    for (const Stage stage : {Stage::kRequest, Stage::kCandidate, Stage::kDetection}) {
      evaluations.push_back(rules.Evaluate(inputs, static_cast<Phase>(p), stage));
    }
  }
  for (const Evaluation& evaluation : evaluations) {
    scenario.evaluation.provisional |= evaluation.provisional;
    for (const Rule* rule : evaluation.applies) found.emplace(rule, nullptr);
    for (const Finding& finding : evaluation.unmet) found[finding.rule] = &finding;
  }
  for (const Rule& rule : rules.rules()) {
    const auto entry = found.find(&rule);
    if (entry == found.end()) continue;
    const Finding* finding = entry->second;
    if (rule.live && finding != nullptr && !finding->missing.empty()) {
      scenario.left_out.push_back(&rule);
      continue;
    }
    scenario.evaluation.applies.push_back(&rule);
    if (finding != nullptr) scenario.evaluation.unmet.push_back(*finding);
  }
  return scenario;
}

}  // namespace facegate::rules
