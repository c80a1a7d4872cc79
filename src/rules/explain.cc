#include "facegate/rules/explain.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "facegate/core/check.h"
#include "rules/compiler.h"
#include "rules/rule_index.h"
#include "rules/syntax.h"
#include "rules/text.h"

namespace facegate::rules {
namespace {

using core::Json;

constexpr std::array<std::string_view, 4> kVerdictWords = {"not_applicable", "met", "unmet",
                                                           "left_out"};

std::string_view TruthWord(Truth truth) {
  return truth == Truth::kTrue ? "true" : truth == Truth::kFalse ? "false" : "unknown";
}

// What a rule set needs to judge a condition by itself.
struct Judge {
  const Vocabulary& vocabulary;
  std::shared_ptr<const WorkCalendar> calendar;
  const Inputs& inputs;

  // Requires: the condition compiled when its pack was loaded.
  Term Of(const Syntax& syntax) const {
    Term term;
    term.text = TextOf(syntax);
    const auto compiled = CompileSyntax(syntax, vocabulary, calendar);
    FG_CHECK(std::holds_alternative<Expression>(compiled));
    term.truth = std::get<Expression>(compiled).Evaluate(inputs);
    const bool joins = syntax.kind == SyntaxKind::kAnd || syntax.kind == SyntaxKind::kOr ||
                       syntax.kind == SyntaxKind::kNot ||
                       (syntax.kind == SyntaxKind::kCall && syntax.text == "implies");
    if (!joins) return term;
    for (const Syntax& child : syntax.children) {
      Term part = Of(child);
      // "a and b and c" joins three, not two and one.
      if (child.kind == syntax.kind && syntax.kind != SyntaxKind::kCall &&
          syntax.kind != SyntaxKind::kNot) {
        std::move(part.terms.begin(), part.terms.end(), std::back_inserter(term.terms));
      } else {
        term.terms.push_back(std::move(part));
      }
    }
    return term;
  }

  Term Of(const std::string& condition) const {
    const auto syntax = ParseSyntax(condition);
    FG_CHECK(std::holds_alternative<Syntax>(syntax));
    return Of(std::get<Syntax>(syntax));
  }
};

// The wordings of a rule under those profiles, its own where there is none.
std::vector<ProfileWording> WordingsOf(const Rule& rule, const std::vector<Profile>& profiles,
                                       bool& own) {
  std::vector<ProfileWording> wordings;
  for (ProfileWording wording : rule.profiles) {
    if (std::find(profiles.begin(), profiles.end(), wording.profile) == profiles.end()) continue;
    if (wording.when.empty()) wording.when = rule.when;
    if (wording.check.empty()) wording.check = rule.check;
    wordings.push_back(std::move(wording));
  }
  own = wordings.empty();
  if (own) wordings.push_back({Profile::kStrict, rule.when, rule.check});
  return wordings;
}

void AddInputs(const std::string& condition, const Judge& judge, std::set<std::size_t>& inputs) {
  const auto compiled = Expression::Compile(condition, judge.vocabulary, judge.calendar);
  FG_CHECK(std::holds_alternative<Expression>(compiled));
  for (const std::size_t input : std::get<Expression>(compiled).inputs()) inputs.insert(input);
}

RuleExplanation ExplainRule(const Rule& rule, const std::vector<Profile>& profiles,
                            const Judge& judge) {
  RuleExplanation explanation;
  explanation.rule = &rule;
  bool own = false;
  std::set<std::size_t> inputs;
  for (const ProfileWording& wording : WordingsOf(rule, profiles, own)) {
    WordingExplanation words;
    if (!own) words.profile = wording.profile;
    words.when = judge.Of(wording.when);
    words.check = judge.Of(wording.check);
    explanation.wordings.push_back(std::move(words));
    AddInputs(wording.when, judge, inputs);
    AddInputs(wording.check, judge, inputs);
  }
  for (const std::size_t input : inputs) {
    const InputSpec& spec = judge.vocabulary.at(input);
    explanation.inputs.push_back({spec.name, judge.inputs.at(input), spec.type == Type::kDate});
  }
  return explanation;
}

bool HasPhase(const Rule& rule, std::optional<Phase> phase) {
  return !phase || std::find(rule.phases.begin(), rule.phases.end(), *phase) != rule.phases.end();
}

Json TermJson(const Term& term) {
  Json json = Json::MakeObject();
  json.Set("text", term.text).Set("truth", TruthWord(term.truth));
  Json terms = Json::MakeArray();
  for (const Term& part : term.terms) terms.Push(TermJson(part));
  json.Set("terms", std::move(terms));
  return json;
}

Json WordsJson(const std::vector<std::string>& words) {
  Json array = Json::MakeArray();
  for (const std::string& word : words) array.Push(word);
  return array;
}

Json RuleJson(const RuleExplanation& explanation) {
  const Rule& rule = *explanation.rule;
  Json json = Json::MakeObject();
  json.Set("id", rule.id).Set("article", rule.article).Set("title", rule.title);
  json.Set("statement", rule.statement).Set("effect", EffectWord(rule.effect));
  if (rule.severity != Severity::kNone) json.Set("severity", SeverityWord(rule.severity));
  json.Set("verdict", RuleVerdictWord(explanation.verdict)).Set("blocks", explanation.blocks);
  json.Set("missing", WordsJson(explanation.missing));
  Json inputs = Json::MakeObject();
  for (const InputSeen& input : explanation.inputs) {
    inputs.Set(input.name, ValueJson(input.value, input.whole_day));
  }
  json.Set("inputs", std::move(inputs));
  Json wordings = Json::MakeArray();
  for (const WordingExplanation& words : explanation.wordings) {
    Json wording = Json::MakeObject();
    wording.Set("profile", words.profile ? Json(ProfileWord(*words.profile)) : Json());
    wording.Set("when", TermJson(words.when)).Set("check", TermJson(words.check));
    wordings.Push(std::move(wording));
  }
  json.Set("wordings", std::move(wordings));
  return json;
}

void AppendTerm(const Term& term, std::size_t indent, std::string& text) {
  Append(text, {std::string(indent, ' '), TruthWord(term.truth), "  ", term.text, "\n"});
  for (const Term& part : term.terms) AppendTerm(part, indent + 2, text);
}

std::string_view AppliesWords(Truth when) {
  switch (when) {
    case Truth::kTrue:
      return "it applies:";
    case Truth::kFalse:
      return "it does not apply:";
    case Truth::kUnknown:
      break;
  }
  return "it applies, since nobody can tell that it does not:";
}

std::string_view MetWords(Truth check) {
  switch (check) {
    case Truth::kTrue:
      return "it is met:";
    case Truth::kFalse:
      return "it is not met:";
    case Truth::kUnknown:
      break;
  }
  return "it counts as not met, since nobody can tell that it is:";
}

void AppendWording(const WordingExplanation& words, std::string& text) {
  const std::string profile =
      words.profile ? Concat({"under the profile ", ProfileWord(*words.profile), " "}) : "";
  Append(text, {"  ", profile, AppliesWords(words.when.truth), "\n"});
  AppendTerm(words.when, 4, text);
  if (words.when.truth == Truth::kFalse) return;
  Append(text, {"  ", profile, MetWords(words.check.truth), "\n"});
  AppendTerm(words.check, 4, text);
}

void AppendRule(const RuleExplanation& explanation, std::string& text) {
  const Rule& rule = *explanation.rule;
  Append(text, {RuleVerdictWord(explanation.verdict), "  ", rule.id, " (", rule.article, "), ",
                EffectWord(rule.effect)});
  if (rule.severity != Severity::kNone) Append(text, {" ", SeverityWord(rule.severity)});
  Append(text, {"\n  ", rule.title, ": ", rule.statement, "\n"});
  for (const WordingExplanation& words : explanation.wordings) AppendWording(words, text);
  text += "  it saw:\n";
  for (const InputSeen& input : explanation.inputs) {
    const Json value = ValueJson(input.value, input.whole_day);
    Append(text, {"    ", input.name, " = ", value.is_null() ? "missing" : value.Dump(), "\n"});
  }
  if (explanation.verdict == RuleVerdict::kLeftOut) {
    text += "  left out: only a live request knows what is missing\n";
  }
  if (explanation.verdict == RuleVerdict::kUnmet) {
    text += explanation.blocks ? "  this refuses\n" : "  this does not refuse by itself\n";
    if (!rule.obligation.empty()) Append(text, {"  owed: ", rule.obligation, "\n"});
  }
}

std::map<std::string, RuleVerdict> VerdictsOf(const Explanation& explanation) {
  std::map<std::string, RuleVerdict> verdicts;
  for (const RuleExplanation& rule : explanation.rules) {
    verdicts.emplace(rule.rule->id, rule.verdict);
  }
  return verdicts;
}

}  // namespace

std::string_view RuleVerdictWord(RuleVerdict verdict) {
  return kVerdictWords[static_cast<std::size_t>(verdict)];
}

Explanation Explain(const RuleView& view, const Inputs& inputs, std::optional<Phase> phase,
                    Judging judging) {
  const ScenarioEvaluation scenario = EvaluateScenario(view, inputs, phase, judging);
  const Judge judge{*view.rule_set().vocabulary(), view.rule_set().calendar(), inputs};
  Explanation explanation;
  explanation.denied = scenario.evaluation.denied();
  explanation.provisional = scenario.evaluation.provisional;
  std::map<const Rule*, std::size_t> places;
  for (const Rule* rule : view.rules()) {
    if (!HasPhase(*rule, phase)) continue;
    places.emplace(rule, explanation.rules.size());
    explanation.rules.push_back(ExplainRule(*rule, view.profiles(), judge));
  }
  for (const Rule* rule : scenario.evaluation.applies) {
    explanation.rules[places.at(rule)].verdict = RuleVerdict::kMet;
  }
  for (const Rule* rule : scenario.left_out) {
    explanation.rules[places.at(rule)].verdict = RuleVerdict::kLeftOut;
  }
  for (const Finding& finding : scenario.evaluation.unmet) {
    RuleExplanation& rule = explanation.rules[places.at(finding.rule)];
    rule.verdict = RuleVerdict::kUnmet;
    rule.blocks = finding.blocks;
    rule.missing = finding.missing;
  }
  return explanation;
}

Json ExplanationJson(const Explanation& explanation) {
  Json rules = Json::MakeArray();
  for (const RuleExplanation& rule : explanation.rules) rules.Push(RuleJson(rule));
  Json json = Json::MakeObject();
  json.Set("decision", explanation.denied ? "deny" : "permit");
  json.Set("provisional", explanation.provisional).Set("rules", std::move(rules));
  return json;
}

std::string ExplanationText(const Explanation& explanation) {
  std::string text = explanation.denied ? "deny\n" : "permit\n";
  if (explanation.provisional) {
    text += "working days were counted beyond the published calendar: this may change\n";
  }
  std::string others;
  for (const RuleExplanation& rule : explanation.rules) {
    if (rule.verdict != RuleVerdict::kNotApplicable) {
      text += "\n";
      AppendRule(rule, text);
    } else {
      Append(others, {"not_applicable  ", rule.rule->id, " (", rule.rule->article,
                      "): ", rule.wordings[0].when.text, "\n"});
    }
  }
  if (!others.empty()) Append(text, {"\n", others});
  return text;
}

ScenarioDiff DiffScenario(const RuleView& before, const RuleView& after, const Inputs& inputs,
                          std::optional<Phase> phase, Judging judging) {
  const Explanation old_one = Explain(before, inputs, phase, judging);
  const Explanation new_one = Explain(after, inputs, phase, judging);
  const std::map<std::string, RuleVerdict> was = VerdictsOf(old_one);
  const std::map<std::string, RuleVerdict> is = VerdictsOf(new_one);
  ScenarioDiff diff;
  diff.denied_before = old_one.denied;
  diff.denied_after = new_one.denied;
  std::set<std::string> ids;
  for (const auto& [id, verdict] : was) ids.insert(id);
  for (const auto& [id, verdict] : is) ids.insert(id);
  const auto find = [](const auto& verdicts, const std::string& id) {
    const auto found = verdicts.find(id);
    return found == verdicts.end() ? std::nullopt : std::optional<RuleVerdict>(found->second);
  };
  for (const std::string& id : ids) {
    RuleChange change{id, find(was, id), find(is, id)};
    if (change.before != change.after) diff.changes.push_back(std::move(change));
  }
  return diff;
}

}  // namespace facegate::rules
