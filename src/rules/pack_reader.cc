#include "rules/pack_reader.h"

#include <algorithm>
#include <optional>
#include <set>

#include "facegate/core/bytes.h"
#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/enums.h"
#include "rules/asserted.h"
#include "rules/territory.h"
#include "rules/words.h"

namespace facegate::rules {
namespace {

using core::Status;

constexpr std::string_view kOnlyTighten = "an operator pack can only tighten: ";

// The word's index in `words`, where the key is there.
template <class Enum, std::size_t kSize>
Status ReadWord(const Document& document, const Node& map, std::string_view key,
                const std::array<std::string_view, kSize>& words, Enum& to) {
  const Node* node = map.Find(key);
  if (node == nullptr) return Status::Ok();
  FG_ASSIGN_OR_RETURN(const std::size_t index, document.OneOf(*node, words));
  to = static_cast<Enum>(index);
  return Status::Ok();
}

Status ReadText(const Document& document, const Node& map, std::string_view key, std::string& to) {
  const Node* node = map.Find(key);
  if (node == nullptr || node->is_null()) return Status::Ok();
  FG_ASSIGN_OR_RETURN(to, document.String(*node));
  if (to.empty()) return document.Error(node->position(), "must not be empty");
  return Status::Ok();
}

Status RequireText(const Document& document, const Node& map, std::string_view key,
                   std::string& to) {
  FG_ASSIGN_OR_RETURN(const Node* node, document.Require(map, key));
  FG_ASSIGN_OR_RETURN(to, document.String(*node));
  if (to.empty()) return document.Error(node->position(), "must not be empty");
  return Status::Ok();
}

Status ReadTexts(const Document& document, const Node& map, std::string_view key,
                 std::vector<std::string>& to) {
  const Node* node = map.Find(key);
  if (node == nullptr) return Status::Ok();
  FG_ASSIGN_OR_RETURN(to, document.Strings(*node));
  return Status::Ok();
}

Status ReadFlag(const Document& document, const Node& map, std::string_view key, bool& to) {
  const Node* node = map.Find(key);
  if (node == nullptr) return Status::Ok();
  FG_ASSIGN_OR_RETURN(to, document.Bool(*node));
  return Status::Ok();
}

Status ReadDays(const Document& document, const Node& map, EffectiveDays& days) {
  for (const auto& [key, to] :
       {std::pair<std::string_view, std::optional<Day>*>{"effective_from", &days.from},
        {"effective_until", &days.until}}) {
    const Node* node = map.Find(key);
    if (node == nullptr || node->is_null()) continue;
    const core::Result<core::Timestamp> day = ParseDay(node->text());
    if (!day.ok()) return document.Error(node->position(), "expected a day such as 2025-06-01");
    *to = DayOf(*day);
  }
  if (days.from && days.until && *days.until < *days.from) {
    return document.Error(map.Find("effective_until")->position(),
                          "effective_until comes before effective_from");
  }
  return Status::Ok();
}

Status ReadPopulation(const Document& document, const Node& root,
                      std::optional<PopulationDuty>& duty) {
  constexpr std::int64_t kPersonsMax = 1'000'000'000;
  const Node* node = root.Find("population");
  if (node == nullptr) return Status::Ok();
  FG_RETURN_IF_ERROR(document.CheckKeys(*node, {"filing_at", "warn_at"}));
  FG_ASSIGN_OR_RETURN(const Node* filing, document.Require(*node, "filing_at"));
  FG_ASSIGN_OR_RETURN(const std::int64_t filing_at, document.Int(*filing, 1, kPersonsMax));
  duty.emplace();
  duty->filing_at = static_cast<std::uint64_t>(filing_at);
  const Node* warnings = node->Find("warn_at");
  if (warnings == nullptr) return Status::Ok();
  if (!warnings->is_list()) return document.Error(warnings->position(), "expected a list");
  std::int64_t least = 1;
  for (const Node& item : warnings->items()) {
    // Each above the one before, all below the duty.
    FG_ASSIGN_OR_RETURN(const std::int64_t persons, document.Int(item, least, filing_at - 1));
    duty->warn_at.push_back(static_cast<std::uint64_t>(persons));
    least = persons + 1;
  }
  return Status::Ok();
}

Status ReadHeader(const Document& document, const Node& root, Pack& pack) {
  FG_RETURN_IF_ERROR(document.CheckKeys(
      root, {"id", "version", "name", "kind", "jurisdiction", "status", "effective_from",
             "effective_until", "superseded_by", "population", "note", "rules"}));
  FG_RETURN_IF_ERROR(RequireText(document, root, "id", pack.info.id));
  FG_RETURN_IF_ERROR(RequireText(document, root, "version", pack.info.version));
  FG_RETURN_IF_ERROR(ReadText(document, root, "name", pack.name));
  FG_RETURN_IF_ERROR(RequireText(document, root, "jurisdiction", pack.jurisdiction));
  if (!IsJurisdiction(pack.jurisdiction)) {
    return document.Error(root.Find("jurisdiction")->position(),
                          "expected ANY, EU, UK or a country's code, such as US-NY-NYC with a "
                          "region and a city");
  }
  FG_RETURN_IF_ERROR(document.Require(root, "status").status());
  FG_RETURN_IF_ERROR(ReadWord(document, root, "status", kPackStatusWords, pack.status));
  FG_RETURN_IF_ERROR(ReadWord(document, root, "kind", kPackKindWords, pack.kind));
  FG_RETURN_IF_ERROR(ReadDays(document, root, pack.days));
  FG_RETURN_IF_ERROR(ReadText(document, root, "superseded_by", pack.superseded_by));
  FG_RETURN_IF_ERROR(ReadText(document, root, "note", pack.note));
  FG_RETURN_IF_ERROR(ReadPopulation(document, root, pack.population));
  if (pack.kind == PackKind::kOperator && root.Find("superseded_by") != nullptr) {
    return document.Error(root.Find("superseded_by")->position(),
                          std::string(kOnlyTighten) + "it has no \"superseded_by\"");
  }
  return Status::Ok();
}

// What only a pack of law may say about a rule, and whose namespace its id is in.
Status CheckOperatorRule(const Document& document, const Node& node, const Rule& rule) {
  for (const std::string_view key : {"profiles", "supersedes", "exceptions", "live"}) {
    if (const Node* member = node.Find(key)) {
      return document.Error(member->position(),
                            std::string(kOnlyTighten) + "its rules have no " + Quoted(key));
    }
  }
  if (const Node* absolute = node.Find("absolute"); absolute != nullptr && !rule.absolute) {
    return document.Error(absolute->position(),
                          std::string(kOnlyTighten) + "its rules have no \"absolute: false\"");
  }
  if (!rule.id.starts_with(rule.pack + ".")) {
    return document.Error(
        node.Find("id")->position(),
        std::string(kOnlyTighten) + "its rules' ids begin with " + Quoted(rule.pack + "."));
  }
  return Status::Ok();
}

Status ReadWords(const Document& document, const Node& node, Rule& rule) {
  FG_RETURN_IF_ERROR(RequireText(document, node, "id", rule.id));
  FG_RETURN_IF_ERROR(RequireText(document, node, "article", rule.article));
  FG_RETURN_IF_ERROR(RequireText(document, node, "title", rule.title));
  FG_RETURN_IF_ERROR(RequireText(document, node, "statement", rule.statement));
  FG_RETURN_IF_ERROR(ReadFlag(document, node, "absolute", rule.absolute));
  FG_RETURN_IF_ERROR(ReadFlag(document, node, "live", rule.live));
  FG_RETURN_IF_ERROR(ReadText(document, node, "reason", rule.reason));
  if (!rule.reason.empty() && !model::FromWord<model::Reason>(rule.reason)) {
    return document.Error(node.Find("reason")->position(),
                          Quoted(rule.reason) + " is not a reason");
  }
  FG_RETURN_IF_ERROR(ReadWord(document, node, "confidence", kConfidenceWords, rule.confidence));
  FG_RETURN_IF_ERROR(
      ReadWord(document, node, "machine_checkable", kCheckableWords, rule.machine_checkable));
  FG_RETURN_IF_ERROR(ReadDays(document, node, rule.days));
  FG_RETURN_IF_ERROR(ReadText(document, node, "people", rule.people));
  FG_RETURN_IF_ERROR(ReadText(document, node, "exceptions", rule.exceptions));
  FG_RETURN_IF_ERROR(ReadText(document, node, "note", rule.note));
  FG_RETURN_IF_ERROR(ReadTexts(document, node, "evidence", rule.evidence));
  FG_RETURN_IF_ERROR(ReadTexts(document, node, "sources", rule.sources));
  return ReadTexts(document, node, "supersedes", rule.supersedes);
}

Status ReadPhases(const Document& document, const Node& node, Rule& rule) {
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

Status ReadEffect(const Document& document, const Node& node, Rule& rule) {
  FG_ASSIGN_OR_RETURN(const Node* effect, document.Require(node, "effect"));
  FG_RETURN_IF_ERROR(
      document.CheckKeys(*effect, {"on_fail", "obligation", "severity", "at_deadline"}));
  FG_RETURN_IF_ERROR(document.Require(*effect, "on_fail").status());
  FG_RETURN_IF_ERROR(ReadWord(document, *effect, "on_fail", kEffectWords, rule.effect));
  FG_RETURN_IF_ERROR(ReadText(document, *effect, "obligation", rule.obligation));
  const Node* severity = effect->Find("severity");
  if ((severity != nullptr) != (rule.effect == Effect::kRequire)) {
    return document.Error((severity != nullptr ? severity : effect)->position(),
                          "a severity goes with the effect require, and only with it");
  }
  if (severity != nullptr) {
    FG_ASSIGN_OR_RETURN(const std::size_t word, document.OneOf(*severity, kSeverityWords));
    rule.severity = static_cast<Severity>(word + 1);
  }
  if (const Node* at_deadline = effect->Find("at_deadline")) {
    if (rule.severity != Severity::kEscalating) {
      return document.Error(at_deadline->position(),
                            "a deadline goes with the severity escalating");
    }
    FG_ASSIGN_OR_RETURN(const std::size_t word, document.OneOf(*at_deadline, kAtDeadlineWords));
    rule.at_deadline = static_cast<AtDeadline>(word);
  }
  if (rule.absolute && rule.effect != Effect::kDeny) {
    return document.Error(effect->position(), "an absolute rule denies");
  }
  return Status::Ok();
}

}  // namespace

RuleSetBuilder::RuleSetBuilder(std::shared_ptr<const Vocabulary> vocabulary,
                               std::shared_ptr<const WorkCalendar> calendar)
    : set_(new RuleSet) {
  FG_CHECK(vocabulary != nullptr);
  set_->vocabulary_ = std::move(vocabulary);
  set_->calendar_ = std::move(calendar);
}

RuleSetBuilder::~RuleSetBuilder() = default;

Status RuleSetBuilder::AddPack(std::string_view name, std::string_view yaml) {
  FG_ASSIGN_OR_RETURN(Document parsed, Document::Parse(name, yaml, "BAD_PACK"));
  const Document& document = documents_.emplace_back(std::move(parsed));
  const Node& root = document.root();
  Pack pack;
  FG_RETURN_IF_ERROR(ReadHeader(document, root, pack));
  const std::string& id = pack.info.id;
  const Position at = root.Find("id")->position();
  if (!packs_.emplace(id, Place{&document, at}).second) {
    return document.Error(at, "pack " + Quoted(id) + " is loaded twice");
  }
  if (!pack.superseded_by.empty()) {
    const Place place{&document, root.Find("superseded_by")->position()};
    pack_successions_.emplace(id, Succession{pack.superseded_by, place});
  }
  const core::Hash256 hash = crypto::Sha256(core::AsBytes(yaml));
  pack.info.sha256 = core::HexEncode(hash);
  FG_ASSIGN_OR_RETURN(const Node* rules, document.Require(root, "rules"));
  if (!rules->is_list()) return document.Error(rules->position(), "expected a list of rules");
  for (const Node& node : rules->items()) FG_RETURN_IF_ERROR(AddRule(document, node, pack));
  set_->packs_.push_back(pack.info);
  set_->pack_files_.push_back(std::move(pack));
  return Status::Ok();
}

Status RuleSetBuilder::AddRule(const Document& document, const Node& node, const Pack& pack) {
  FG_RETURN_IF_ERROR(document.CheckKeys(node, {"id",
                                               "article",
                                               "title",
                                               "statement",
                                               "phase",
                                               "when",
                                               "check",
                                               "effect",
                                               "absolute",
                                               "live",
                                               "reason",
                                               "confidence",
                                               "evidence",
                                               "sources",
                                               "note",
                                               "effective_from",
                                               "effective_until",
                                               "profiles",
                                               "machine_checkable",
                                               "people",
                                               "exceptions",
                                               "supersedes"}));
  Rule rule;
  rule.pack = pack.info.id;
  FG_RETURN_IF_ERROR(ReadWords(document, node, rule));
  FG_RETURN_IF_ERROR(ReadPhases(document, node, rule));
  FG_RETURN_IF_ERROR(ReadEffect(document, node, rule));
  const Position at = node.Find("id")->position();
  const auto [known, is_new] = rules_.emplace(rule.id, Place{&document, at});
  if (!is_new) {
    return document.Error(
        at, "rule " + Quoted(rule.id) + " is already defined in " + known->second.document->name());
  }
  if (pack.kind == PackKind::kOperator) {
    FG_RETURN_IF_ERROR(CheckOperatorRule(document, node, rule));
  }
  for (const std::string& earlier : rule.supersedes) {
    const Place place{&document, node.Find("supersedes")->position()};
    rule_successions_.emplace(rule.id, Succession{earlier, place});
  }
  FG_ASSIGN_OR_RETURN(auto when, Compile(document, node, "when", rule.when));
  FG_ASSIGN_OR_RETURN(auto check, Compile(document, node, "check", rule.check));
  FG_RETURN_IF_ERROR(CheckWitness(document, node, rule, rule.check));
  RuleBody body = BodyOf(std::move(when), std::move(check));
  rule.stage = body.stage;
  std::vector<RuleSet::Compiled::Variant> variants;
  FG_RETURN_IF_ERROR(ReadProfiles(document, node, rule, variants, body));
  set_->compiled_->bodies.push_back(std::move(body));
  set_->compiled_->variants.push_back(std::move(variants));
  set_->rules_.push_back(std::move(rule));
  return Status::Ok();
}

Status RuleSetBuilder::ReadProfiles(const Document& document, const Node& node, Rule& rule,
                                    std::vector<RuleSet::Compiled::Variant>& variants,
                                    const RuleBody& own) const {
  const Node* profiles = node.Find("profiles");
  if (profiles == nullptr) return Status::Ok();
  FG_RETURN_IF_ERROR(document.CheckKeys(*profiles, kProfileWords));
  for (const Member& member : profiles->members()) {
    FG_RETURN_IF_ERROR(document.CheckKeys(member.value, {"when", "check"}));
    if (member.value.members().empty()) {
      return document.Error(member.position, "a profile says when or check, or both");
    }
    ProfileWording wording;
    wording.profile = *ProfileFromWord(member.key);
    auto when = own.when;
    auto check = own.check;
    if (member.value.Find("when") != nullptr) {
      FG_ASSIGN_OR_RETURN(when, Compile(document, member.value, "when", wording.when));
    }
    if (member.value.Find("check") != nullptr) {
      FG_ASSIGN_OR_RETURN(check, Compile(document, member.value, "check", wording.check));
      FG_RETURN_IF_ERROR(CheckWitness(document, member.value, rule, wording.check));
    }
    variants.push_back({wording.profile, BodyOf(std::move(when), std::move(check))});
    rule.profiles.push_back(std::move(wording));
  }
  return Status::Ok();
}

core::Result<std::shared_ptr<const Expression>> RuleSetBuilder::Compile(const Document& document,
                                                                        const Node& node,
                                                                        std::string_view key,
                                                                        std::string& text) const {
  FG_ASSIGN_OR_RETURN(const Node* scalar, document.Require(node, key));
  FG_ASSIGN_OR_RETURN(text, document.String(*scalar));
  std::variant<Expression, ExpressionError> compiled =
      Expression::Compile(text, *set_->vocabulary_, set_->calendar_);
  if (const auto* error = std::get_if<ExpressionError>(&compiled)) {
    return document.Error(document.Within(*scalar, error->offset), error->message);
  }
  return std::make_shared<const Expression>(std::get<Expression>(std::move(compiled)));
}

// That a rule which denies has a witness other than the caller.
Status RuleSetBuilder::CheckWitness(const Document& document, const Node& node, const Rule& rule,
                                    const std::string& check) const {
  if (rule.effect != Effect::kDeny) return Status::Ok();
  const std::vector<std::string> asserted =
      AssertedAlone(std::get<Syntax>(ParseSyntax(check)), *set_->vocabulary_);
  if (asserted.empty()) return Status::Ok();
  std::string names;
  for (const std::string& name : asserted) names += " " + name;
  return document.Error(node.Find("check")->position(),
                        "what a caller asserts could satisfy this rule by itself:" + names);
}

RuleBody RuleSetBuilder::BodyOf(std::shared_ptr<const Expression> when,
                                std::shared_ptr<const Expression> check) const {
  RuleBody body{std::move(when), std::move(check), Stage::kRequest};
  for (const Expression* expression : {body.when.get(), body.check.get()}) {
    for (const std::size_t input : expression->inputs()) {
      body.stage = std::max(body.stage, set_->vocabulary_->at(input).stage);
    }
  }
  return body;
}

// An operator's pack stands in nobody else's namespace, so that no reader takes its rules for law.
Status RuleSetBuilder::CheckNamespaces() const {
  for (const Pack& pack : set_->pack_files_) {
    if (pack.kind != PackKind::kOperator) continue;
    for (const Pack& other : set_->pack_files_) {
      const std::string space = other.info.id + ".";
      const bool inside = (pack.info.id + ".").starts_with(space);
      if (other.kind == PackKind::kOperator || !inside) continue;
      const Place& place = packs_.at(pack.info.id);
      return place.document->Error(place.position, std::string(kOnlyTighten) + "its id is in " +
                                                       Quoted(space) + ", another pack's");
    }
  }
  for (const Rule& rule : set_->rules_) {
    const Place& place = rules_.at(rule.id);
    for (const Pack& other : set_->pack_files_) {
      const bool longer = other.info.id.size() > rule.pack.size();
      if (!longer || !rule.id.starts_with(other.info.id + ".")) continue;
      return place.document->Error(
          place.position,
          "rule " + Quoted(rule.id) + " has an id of the pack " + Quoted(other.info.id));
    }
  }
  return Status::Ok();
}

// That nothing succeeds itself, through however many others.
Status RuleSetBuilder::CheckSuccessions(const Successions& successions, std::string_view what) {
  for (const auto& [from, first] : successions) {
    std::set<std::string> reached;
    std::vector<std::string> next = {first.to};
    while (!next.empty()) {
      const std::string id = std::move(next.back());
      next.pop_back();
      if (!reached.insert(id).second) continue;
      const auto [begin, end] = successions.equal_range(id);
      for (auto edge = begin; edge != end; ++edge) next.push_back(edge->second.to);
    }
    if (!reached.contains(from)) continue;
    return first.place.document->Error(
        first.place.position, std::string(what) + " " + Quoted(from) + " and " + Quoted(first.to) +
                                  " supersede one another in a circle");
  }
  return Status::Ok();
}

core::Result<std::shared_ptr<const RuleSet>> RuleSetBuilder::Finish() && {
  FG_RETURN_IF_ERROR(CheckNamespaces());
  FG_RETURN_IF_ERROR(CheckSuccessions(pack_successions_, "packs"));
  FG_RETURN_IF_ERROR(CheckSuccessions(rule_successions_, "rules"));
  for (std::size_t i = 0; i < set_->rules_.size(); ++i) {
    set_->compiled_->all.Add(set_->rules_[i], set_->compiled_->bodies[i]);
  }
  return std::shared_ptr<const RuleSet>(std::move(set_));
}

}  // namespace facegate::rules
