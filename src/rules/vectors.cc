#include "facegate/rules/vectors.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "facegate/rules/document.h"
#include "facegate/rules/rule_view.h"

namespace facegate::rules {
namespace {

using core::Json;
using core::Status;

constexpr std::array<std::string_view, 3> kExpectations = {"met", "unmet", "not_applicable"};
constexpr Stage kStages[] = {Stage::kRequest, Stage::kCandidate, Stage::kDetection};

// A YAML value as the JSON that Inputs::FromJson expects: only what is written as a number or a
// bool is one, unless the input is a text of some kind ("1.0.0", an id of digits).
core::Result<Json> ToJson(const Document& document, const Node& node, const InputSpec& spec) {
  if (node.is_null()) return Json();
  switch (spec.type) {
    case Type::kBool: {
      FG_ASSIGN_OR_RETURN(const bool value, document.Bool(node));
      return Json(value);
    }
    case Type::kInt:
    case Type::kNumber: {
      FG_ASSIGN_OR_RETURN(const double value, document.Number(node, -1e15, 1e15));
      return Json(value);
    }
    case Type::kSet: {
      FG_ASSIGN_OR_RETURN(const std::vector<std::string> words, document.Strings(node));
      Json array = Json::MakeArray();
      for (const std::string& word : words) array.Push(word);
      return array;
    }
    default: {
      FG_ASSIGN_OR_RETURN(std::string text, document.String(node));
      return Json(std::move(text));
    }
  }
}

class VectorRun {
 public:
  VectorRun(const RuleSet& rules, const Document& document) : rules_(rules), document_(document) {}

  core::Result<VectorReport> Run() {
    const Node& root = document_.root();
    FG_RETURN_IF_ERROR(document_.CheckKeys(root, {"scenarios", "vectors"}));
    FG_ASSIGN_OR_RETURN(const Node* scenarios, document_.Require(root, "scenarios"));
    for (const Member& member : scenarios->members()) {
      Inputs inputs(rules_.vocabulary());
      FG_RETURN_IF_ERROR(SetAll(member.value, inputs));
      scenarios_.emplace(member.key, std::move(inputs));
    }
    FG_ASSIGN_OR_RETURN(const Node* vectors, document_.Require(root, "vectors"));
    if (!vectors->is_list()) return document_.Error(vectors->position(), "expected a list");
    for (const Node& vector : vectors->items()) {
      FG_RETURN_IF_ERROR(RunOne(vector));
      ++report_.run;
    }
    for (const Rule& rule : rules_.rules()) {
      const bool flat_ban = rule.check == "false_always";
      const bool only_informs = rule.check == "true_for_information";
      if (!flat_ban && !met_.contains(&rule)) {
        report_.uncovered.push_back(rule.id + ": never met");
      }
      if (!only_informs && !unmet_.contains(&rule)) {
        report_.uncovered.push_back(rule.id + ": never unmet");
      }
      for (const ProfileWording& wording : rule.profiles) {
        if (worded_.contains({&rule, wording.profile})) continue;
        report_.uncovered.push_back(rule.id + ": never under the profile " +
                                    std::string(ProfileWord(wording.profile)));
      }
    }
    return std::move(report_);
  }

 private:
  Status SetAll(const Node& map, Inputs& inputs) const {
    if (!map.is_map()) return document_.Error(map.position(), "expected a mapping of inputs");
    for (const Member& member : map.members()) {
      const std::optional<std::size_t> index = rules_.vocabulary()->Find(member.key);
      if (!index) {
        return document_.Error(member.position,
                               "unknown input " + Quoted(member.key) +
                                   DidYouMean(member.key, rules_.vocabulary()->Names()));
      }
      FG_ASSIGN_OR_RETURN(Json json,
                          ToJson(document_, member.value, rules_.vocabulary()->at(*index)));
      const core::Result<Inputs> one = Inputs::FromJson(
          rules_.vocabulary(), Json::MakeObject().Set(member.key, std::move(json)));
      if (!one.ok()) return document_.Error(member.value.position(), one.status().message());
      inputs.Set(member.key, one->at(*index));
    }
    return Status::Ok();
  }

  Status RunOne(const Node& vector) {
    FG_RETURN_IF_ERROR(document_.CheckKeys(vector, {"rule", "decision", "in", "set", "phase",
                                                    "profiles", "expect", "missing", "note"}));
    FG_ASSIGN_OR_RETURN(const Node* scenario, document_.Require(vector, "in"));
    const auto base = scenarios_.find(scenario->text());
    if (base == scenarios_.end()) return document_.Error(scenario->position(), "unknown scenario");
    Inputs inputs = base->second;
    if (const Node* changes = vector.Find("set")) FG_RETURN_IF_ERROR(SetAll(*changes, inputs));
    Phase phase = Phase::kRequest;
    if (const Node* word = vector.Find("phase")) {
      const std::optional<Phase> named = PhaseFromWord(word->text());
      if (!named) return document_.Error(word->position(), "unknown phase");
      phase = *named;
    }
    FG_ASSIGN_OR_RETURN(const std::vector<Profile> profiles, ReadProfiles(vector));
    const std::shared_ptr<const RuleView> view = rules_.Everything(profiles, MomentOf(inputs));
    if (const Node* decision = vector.Find("decision")) {
      return CheckDecision(vector, *decision, *view, inputs, phase);
    }
    FG_ASSIGN_OR_RETURN(const Rule* rule, FindRule(vector, phase));
    for (const Profile profile : profiles) worded_.emplace(rule, profile);
    return CheckRule(vector, *rule, Judge(*view, *rule, inputs, phase));
  }

  core::Result<std::vector<Profile>> ReadProfiles(const Node& vector) const {
    std::vector<Profile> profiles;
    const Node* node = vector.Find("profiles");
    if (node == nullptr) return profiles;
    FG_RETURN_IF_ERROR(document_.Strings(*node).status());
    for (const Node& item : node->items()) {
      const std::optional<Profile> profile = ProfileFromWord(item.text());
      if (!profile) return document_.Error(item.position(), "unknown profile");
      profiles.push_back(*profile);
    }
    return profiles;
  }

  // The scenario's `now`, where the vocabulary and the scenario have one.
  std::optional<core::Timestamp> MomentOf(const Inputs& inputs) const {
    const std::optional<std::size_t> index = rules_.vocabulary()->Find("now");
    if (!index) return std::nullopt;
    const auto* now = std::get_if<core::Timestamp>(&inputs.at(*index));
    return now == nullptr ? std::nullopt : std::optional<core::Timestamp>(*now);
  }

  Status CheckDecision(const Node& vector, const Node& decision, const RuleView& view,
                       const Inputs& inputs, Phase phase) {
    FG_ASSIGN_OR_RETURN(const std::size_t wanted, document_.OneOf(decision, {"permit", "deny"}));
    std::string denials;
    for (const Stage stage : kStages) {
      for (const Finding& finding : view.Evaluate(inputs, phase, stage).unmet) {
        if (finding.blocks) denials += " " + finding.rule->id;
      }
    }
    if (denials.empty() != (wanted == 0)) {
      Fail(vector,
           wanted == 0 ? "expected permit, denied by" + denials : "expected deny, permitted");
    }
    return Status::Ok();
  }

  core::Result<const Rule*> FindRule(const Node& vector, Phase phase) const {
    FG_ASSIGN_OR_RETURN(const Node* id, document_.Require(vector, "rule"));
    const auto rule = std::find_if(rules_.rules().begin(), rules_.rules().end(),
                                   [&](const Rule& r) { return r.id == id->text(); });
    if (rule == rules_.rules().end()) return document_.Error(id->position(), "unknown rule");
    if (std::find(rule->phases.begin(), rule->phases.end(), phase) == rule->phases.end()) {
      return document_.Error(id->position(), "the rule has no such phase");
    }
    return &*rule;
  }

  struct Verdict {
    bool applies = false;
    std::optional<Finding> finding;
  };
  // In whichever stage the rule stands under the vector's profiles.
  static Verdict Judge(const RuleView& view, const Rule& rule, const Inputs& inputs, Phase phase) {
    Verdict verdict;
    for (const Stage stage : kStages) {
      Evaluation evaluation = view.Evaluate(inputs, phase, stage);
      for (const Rule* applies : evaluation.applies) verdict.applies |= applies == &rule;
      for (Finding& unmet : evaluation.unmet) {
        if (unmet.rule == &rule) verdict.finding = std::move(unmet);
      }
    }
    return verdict;
  }

  Status CheckRule(const Node& vector, const Rule& rule, const Verdict& verdict) {
    FG_ASSIGN_OR_RETURN(const Node* expect, document_.Require(vector, "expect"));
    FG_ASSIGN_OR_RETURN(const std::size_t wanted, document_.OneOf(*expect, kExpectations));
    const std::size_t found = !verdict.applies ? 2 : verdict.finding ? 1 : 0;
    if (found != wanted) {
      Fail(vector, rule.id + ": expected " + std::string(kExpectations[wanted]) + ", found " +
                       std::string(kExpectations[found]));
      return Status::Ok();
    }
    if (wanted == 0) met_.insert(&rule);
    if (wanted == 1) unmet_.insert(&rule);
    return CheckMissing(vector, verdict.finding);
  }

  Status CheckMissing(const Node& vector, const std::optional<Finding>& finding) {
    const Node* missing = vector.Find("missing");
    if (missing == nullptr) return Status::Ok();
    FG_ASSIGN_OR_RETURN(std::vector<std::string> wanted, document_.Strings(*missing));
    std::sort(wanted.begin(), wanted.end());
    const std::vector<std::string> found = finding ? finding->missing : std::vector<std::string>();
    if (wanted == found) return Status::Ok();
    std::string names;
    for (const std::string& name : found) names += " " + name;
    Fail(vector, "other inputs are missing:" + (names.empty() ? " none" : names));
    return Status::Ok();
  }

  void Fail(const Node& vector, std::string_view message) {
    report_.failures.push_back(document_.Error(vector.position(), message).message());
  }

  const RuleSet& rules_;
  const Document& document_;
  std::map<std::string, Inputs> scenarios_;
  std::set<const Rule*> met_;
  std::set<const Rule*> unmet_;
  std::set<std::pair<const Rule*, Profile>> worded_;
  VectorReport report_;
};

}  // namespace

core::Result<VectorReport> RunVectors(const RuleSet& rules, const std::string& path) {
  FG_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, "BAD_VECTORS"));
  return RunVectors(rules, path, text);
}

core::Result<VectorReport> RunVectors(const RuleSet& rules, std::string_view name,
                                      std::string_view yaml) {
  FG_ASSIGN_OR_RETURN(const Document document, Document::Parse(name, yaml, "BAD_VECTORS"));
  return VectorRun(rules, document).Run();
}

}  // namespace facegate::rules
