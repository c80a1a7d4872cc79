#include "facegate/rules/rule_set.h"

#include <gmock/gmock.h>

#include <fstream>

#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "support/base/temp_dir.h"
#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kHead =
    "id: p\nversion: 1.0.0\njurisdiction: ANY\nstatus: in_force\nrules:\n";

// A rule of the pack in the short form the tests need.
std::string RuleText(std::string_view id, std::string_view when, std::string_view check,
                     std::string_view phase = "request", std::string_view on_fail = "deny") {
  std::string text = "  - id: " + std::string(id) + "\n    article: p 1\n    title: t\n";
  text += "    statement: s\n    phase: [" + std::string(phase) + "]\n";
  text += "    when: " + std::string(when) + "\n    check: " + std::string(check) + "\n";
  text += "    effect: {on_fail: " + std::string(on_fail);
  text += on_fail == "require" ? ", severity: block_until_met}\n" : "}\n";
  return text;
}

std::shared_ptr<const RuleSet> Loaded(const std::string& rules) {
  auto set =
      RuleSet::Parse(SmallVocabulary(), "p.yaml", std::string(kHead) + rules, MainlandCalendar());
  EXPECT_TRUE(set.ok()) << set.status().ToString();
  return *set;
}

std::string ErrorOf(const std::string& rules) {
  const core::Status status =
      RuleSet::Parse(SmallVocabulary(), "p.yaml", std::string(kHead) + rules).status();
  EXPECT_EQ(status.code(), core::Code::kInvalidArgument);
  EXPECT_EQ(status.reason(), "BAD_PACK");
  return status.message();
}

TEST(RuleSet, AppliesARuleWhoseConditionIsUnknown) {
  const auto set = Loaded(RuleText("r", "a", "b"));
  Inputs inputs(set->vocabulary());
  inputs.Set("b", true);
  Evaluation evaluation = set->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  EXPECT_EQ(evaluation.applies.size(), 1u);
  EXPECT_THAT(evaluation.unmet, IsEmpty());
  inputs.Set("a", false);
  evaluation = set->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  EXPECT_THAT(evaluation.applies, IsEmpty());
}

TEST(RuleSet, CountsAnUnknownCheckAsUnmetAndNamesWhatIsMissing) {
  const auto set = Loaded(RuleText("r", "a", "b and not c"));
  Inputs inputs(set->vocabulary());
  inputs.Set("a", true);
  Evaluation evaluation = set->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  ASSERT_EQ(evaluation.unmet.size(), 1u);
  EXPECT_THAT(evaluation.unmet[0].missing, ElementsAre("b", "c"));
  EXPECT_TRUE(evaluation.denied());
  inputs.Set("b", false);
  evaluation = set->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  ASSERT_EQ(evaluation.unmet.size(), 1u);
  EXPECT_THAT(evaluation.unmet[0].missing, IsEmpty()) << "the check is false whatever c is";
  inputs.Set("a", Value());
  evaluation = set->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  ASSERT_EQ(evaluation.unmet.size(), 1u);
  EXPECT_THAT(evaluation.unmet[0].missing, ElementsAre("a")) << "it applies for want of a";
}

TEST(RuleSet, RefusesByRulesThatDenyOrBlock) {
  const auto set = Loaded(RuleText("w", "true", "a", "request", "warn") +
                          RuleText("p", "true", "a", "request", "report") +
                          RuleText("e", "true", "a", "request", "require, severity: escalating"));
  Inputs inputs(set->vocabulary());
  const Evaluation evaluation = set->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  EXPECT_EQ(evaluation.unmet.size(), 3u);
  EXPECT_FALSE(evaluation.denied());
  EXPECT_TRUE(set->Permits(inputs, Phase::kRequest, Stage::kRequest));
  const auto deny = Loaded(RuleText("d", "true", "a"));
  EXPECT_TRUE(
      deny->Evaluate(Inputs(deny->vocabulary()), Phase::kRequest, Stage::kRequest).denied());
}

TEST(RuleSet, BlocksUntilMetWhereSomethingGoesOn) {
  const auto set = Loaded(RuleText("q", "true", "a", "deploy, request, scheduled, doc", "require"));
  const Inputs inputs(set->vocabulary());
  for (const Phase phase : {Phase::kDeploy, Phase::kRequest, Phase::kScheduled, Phase::kDoc}) {
    const bool blocks = phase == Phase::kDeploy || phase == Phase::kRequest;
    const Evaluation evaluation = set->Evaluate(inputs, phase, Stage::kRequest);
    ASSERT_EQ(evaluation.unmet.size(), 1u);
    EXPECT_EQ(evaluation.unmet[0].blocks, blocks) << PhaseWord(phase);
    EXPECT_EQ(evaluation.unmet[0].rule->effect, Effect::kRequire);
    EXPECT_EQ(evaluation.denied(), blocks) << PhaseWord(phase);
    EXPECT_EQ(set->Permits(inputs, phase, Stage::kRequest), !blocks) << PhaseWord(phase);
  }
}

TEST(RuleSet, PutsARuleInTheLatestStageOfItsInputs) {
  const auto set =
      Loaded(RuleText("early", "a", "b") + RuleText("person", "a", "consent.status == 'granted'") +
             RuleText("seen", "consent.status == 'granted'", "faces.total <= 1"));
  EXPECT_EQ(set->rules()[0].stage, Stage::kRequest);
  EXPECT_EQ(set->rules()[1].stage, Stage::kCandidate);
  EXPECT_EQ(set->rules()[2].stage, Stage::kDetection);
  const Inputs inputs(set->vocabulary());
  const auto applies = [&](Stage stage) {
    std::vector<std::string> ids;
    for (const Rule* rule : set->Evaluate(inputs, Phase::kRequest, stage).applies) {
      ids.push_back(rule->id);
    }
    return ids;
  };
  EXPECT_THAT(applies(Stage::kRequest), ElementsAre("early"));
  EXPECT_THAT(applies(Stage::kCandidate), ElementsAre("person"));
  EXPECT_THAT(applies(Stage::kDetection), ElementsAre("seen"));
}

TEST(RuleSet, EvaluatesOnlyThePhaseAskedFor) {
  const auto set = Loaded(RuleText("d", "true", "a", "deploy") +
                          RuleText("both", "true", "a", "deploy, request"));
  const Inputs inputs(set->vocabulary());
  EXPECT_EQ(set->Evaluate(inputs, Phase::kDeploy, Stage::kRequest).unmet.size(), 2u);
  EXPECT_EQ(set->Evaluate(inputs, Phase::kRequest, Stage::kRequest).unmet.size(), 1u);
  EXPECT_EQ(set->Evaluate(inputs, Phase::kDoc, Stage::kRequest).unmet.size(), 0u);
}

TEST(RuleSet, PermitsExactlyWhatEvaluateDoesNotDeny) {
  const auto set = Loaded(RuleText("r", "a", "b") + RuleText("s", "c", "kind == 'pin'") +
                          RuleText("w", "true", "c", "request", "warn"));
  for (int bits = 0; bits < 27; ++bits) {
    Inputs inputs(set->vocabulary());
    int rest = bits;
    for (const char* name : {"a", "b", "c"}) {
      if (rest % 3 != 2) inputs.Set(name, rest % 3 == 1);
      rest /= 3;
    }
    EXPECT_EQ(set->Permits(inputs, Phase::kRequest, Stage::kRequest),
              !set->Evaluate(inputs, Phase::kRequest, Stage::kRequest).denied())
        << bits;
  }
}

TEST(RuleSetDeathTest, RefusesInputsOfAnotherVocabulary) {
  const auto set = Loaded(RuleText("r", "a", "b"));
  const Inputs inputs(SmallVocabulary());
  EXPECT_DEATH(set->Evaluate(inputs, Phase::kRequest, Stage::kRequest), "check failed");
  EXPECT_DEATH(set->Permits(inputs, Phase::kRequest, Stage::kRequest), "check failed");
}

TEST(RuleSet, TellsMistakesInExpressionsByLineAndColumn) {
  // The check stands in line 12, from column 12.
  EXPECT_EQ(ErrorOf(RuleText("r", "a", "b and kid == 'pin'")),
            "p.yaml:12:18: unknown input \"kid\" (did you mean \"kind\"?)");
  EXPECT_EQ(ErrorOf(RuleText("r", "a", "'kind == ''pim'''")),
            "p.yaml:12:21: \"pim\" is not a value of \"kind\" (did you mean \"pin\"?)");
  EXPECT_EQ(ErrorOf(RuleText("r", "a", ">-\n      b and\n      count == 'x'")),
            "p.yaml:14:16: cannot compare a number with a text");
  EXPECT_EQ(ErrorOf(RuleText("r", "a", "exist(b)")),
            "p.yaml:12:12: unknown function \"exist\" (did you mean \"exists\"?)");
  EXPECT_EQ(ErrorOf(RuleText("r", "a and", "b")), "p.yaml:11:16: expected a value, found the end");
  EXPECT_EQ(ErrorOf(RuleText("r", "a", "workdays_cn(now, now) < 3")),
            "p.yaml:12:12: workdays_cn needs a calendar, and none is loaded");
}

TEST(RuleSet, RefusesUnknownKeysWithTheNearest) {
  EXPECT_EQ(ErrorOf(RuleText("r", "a", "b") + "    chekc: b\n"),
            "p.yaml:14:5: unknown key \"chekc\" (did you mean \"check\"?)");
  EXPECT_EQ(RuleSet::Parse(SmallVocabulary(), "p.yaml", "idd: p\n").status().message(),
            "p.yaml:1:1: unknown key \"idd\" (did you mean \"id\"?)");
}

TEST(RuleSet, RefusesTwoRulesOfOneId) {
  EXPECT_EQ(ErrorOf(RuleText("r", "a", "b") + RuleText("r", "a", "b")),
            "p.yaml:14:9: rule \"r\" is already defined in p.yaml");
}

TEST(RuleSet, RefusesIncompleteAndContradictoryRules) {
  std::string rule = RuleText("r", "a", "b");
  const auto without = [&](const std::string& line) {
    std::string text = rule;
    text.erase(text.find(line), line.size());
    return ErrorOf(text);
  };
  EXPECT_THAT(without("    when: a\n"), HasSubstr("missing key \"when\""));
  EXPECT_THAT(without("    title: t\n"), HasSubstr("missing key \"title\""));
  EXPECT_THAT(without("    effect: {on_fail: deny}\n"), HasSubstr("missing key \"effect\""));
  EXPECT_THAT(ErrorOf(RuleText("r", "a", "b", "request, request")), HasSubstr("listed twice"));
  EXPECT_THAT(ErrorOf(RuleText("r", "a", "b", "")), HasSubstr("expected a list of phases"));
  EXPECT_THAT(ErrorOf(RuleText("r", "a", "b", "reqest")), HasSubstr("did you mean \"request\"?"));
  EXPECT_THAT(ErrorOf(RuleText("r", "a", "b", "request", "forbid")), HasSubstr("is not one of"));
  EXPECT_THAT(ErrorOf(RuleText("r", "a", "b") + "    reason: NO_SUCH_REASON\n"),
              HasSubstr("is not a reason"));
  EXPECT_THAT(ErrorOf(RuleText("r", "a", "b", "request", "warn") + "    absolute: true\n"),
              HasSubstr("an absolute rule denies"));
  EXPECT_THAT(ErrorOf(RuleText("r", "a", "b", "request", "deny, severity: escalating")),
              HasSubstr("a severity goes with the effect require"));
}

TEST(RuleSet, KeepsWhatTheRuleSays) {
  const auto set = Loaded(RuleText("r", "a", "b", "deploy, request", "require") +
                          "    confidence: recall\n    evidence: [photo, log]\n    live: true\n"
                          "    sources: [x]\n    reason: CONSENT_EXPIRED\n");
  const Rule& rule = set->rules().at(0);
  EXPECT_EQ(rule.pack, "p");
  EXPECT_EQ(rule.article, "p 1");
  EXPECT_THAT(rule.phases, ElementsAre(Phase::kDeploy, Phase::kRequest));
  EXPECT_EQ(rule.effect, Effect::kRequire);
  EXPECT_EQ(rule.severity, Severity::kBlockUntilMet);
  EXPECT_EQ(rule.confidence, Confidence::kRecall);
  EXPECT_THAT(rule.evidence, ElementsAre("photo", "log"));
  EXPECT_THAT(rule.sources, ElementsAre("x"));
  EXPECT_EQ(rule.reason, "CONSENT_EXPIRED");
  EXPECT_TRUE(rule.live);
  EXPECT_FALSE(rule.absolute);
  EXPECT_EQ(rule.when, "a");
  EXPECT_EQ(rule.check, "b");
}

TEST(RuleSet, NamesEachPackWithTheHashOfItsBytes) {
  const std::string text = std::string(kHead) + RuleText("r", "a", "b");
  const auto set = RuleSet::Parse(SmallVocabulary(), "p.yaml", text);
  ASSERT_TRUE(set.ok());
  ASSERT_EQ((*set)->packs().size(), 1u);
  EXPECT_EQ((*set)->packs()[0].id, "p");
  EXPECT_EQ((*set)->packs()[0].version, "1.0.0");
  const core::Hash256 hash = crypto::Sha256(core::AsBytes(text));
  EXPECT_EQ((*set)->packs()[0].sha256, core::HexEncode(hash));
}

TEST(RuleSet, LoadsAllPacksOrNone) {
  facegate::testing::TempDir directory;
  std::ofstream(directory / "p.yaml") << kHead << RuleText("r", "a", "b");
  std::ofstream(directory / "q.yaml") << "id: q" << kHead.substr(5) << RuleText("s", "a", "b");
  std::ofstream(directory / "again.yaml") << "id: z" << kHead.substr(5) << RuleText("r", "a", "b");
  const auto vocabulary = SmallVocabulary();
  const auto both = RuleSet::Load(vocabulary, {directory / "p.yaml", directory / "q.yaml"});
  ASSERT_TRUE(both.ok()) << both.status().ToString();
  EXPECT_EQ((*both)->rules().size(), 2u);
  EXPECT_THAT(RuleSet::Load(vocabulary, {directory / "p.yaml", directory / "again.yaml"})
                  .status()
                  .message(),
              HasSubstr("is already defined in " + directory / "p.yaml"));
  EXPECT_THAT(
      RuleSet::Load(vocabulary, {directory / "p.yaml", directory / "p.yaml"}).status().message(),
      HasSubstr("pack \"p\" is loaded twice"));
  const core::Status absent = RuleSet::Load(vocabulary, {directory / "none.yaml"}).status();
  EXPECT_EQ(absent.code(), core::Code::kNotFound);
  EXPECT_EQ(absent.reason(), "BAD_PACK");
}

TEST(RuleSet, RefusesPackFactsThatMakeNoSense) {
  const auto error = [](const std::string& head) {
    return RuleSet::Parse(SmallVocabulary(), "p", head + "\nrules: []\n").status().message();
  };
  EXPECT_THAT(error("version: 1"), HasSubstr("missing key \"id\""));
  EXPECT_THAT(error("id: p\nversion: 1\njurisdiction: CN\nstatus: live"),
              HasSubstr("p:4:9: \"live\" is not one of"));
  EXPECT_THAT(
      error("id: p\nversion: 1\njurisdiction: CN\nstatus: draft\neffective_from: 2025-02-31"),
      HasSubstr("p:5:17: expected a day"));
  EXPECT_EQ(error("id: p\nversion: 1\njurisdiction: CN\nstatus: superseded\n"
                  "effective_from: 2025-06-01\neffective_until: null"),
            "");
}

TEST(RuleSet, WarnsThatACountIsProvisional) {
  const auto set = Loaded(RuleText("r", "true", "workdays_cn(day.from, day.to) <= 30"));
  Inputs inputs(set->vocabulary());
  inputs.Set("day.from", Day0("2026-12-01"));
  inputs.Set("day.to", Day0("2026-12-20"));
  EXPECT_FALSE(set->Evaluate(inputs, Phase::kRequest, Stage::kRequest).provisional);
  inputs.Set("day.to", Day0("2027-01-20"));
  EXPECT_TRUE(set->Evaluate(inputs, Phase::kRequest, Stage::kRequest).provisional);
}

TEST(EvaluateScenario, JudgesEveryStageAndEachRuleOnce) {
  const auto set = Loaded(RuleText("r", "true", "a", "deploy, request") +
                          RuleText("s", "true", "consent.status == 'granted'"));
  Inputs inputs(set->vocabulary());
  ScenarioEvaluation all = EvaluateScenario(*set, inputs, std::nullopt);
  EXPECT_EQ(all.evaluation.applies.size(), 2u);
  EXPECT_EQ(all.evaluation.unmet.size(), 2u);
  ScenarioEvaluation deploy = EvaluateScenario(*set, inputs, Phase::kDeploy);
  EXPECT_EQ(deploy.evaluation.applies.size(), 1u);
}

TEST(EvaluateScenario, LeavesOutLiveRulesThatTheScenarioDoesNotSpeakOf) {
  const auto set =
      Loaded(RuleText("r", "true", "a") + "    live: true\n" + RuleText("s", "true", "b"));
  Inputs inputs(set->vocabulary());
  ScenarioEvaluation scenario = EvaluateScenario(*set, inputs, Phase::kRequest);
  ASSERT_EQ(scenario.left_out.size(), 1u);
  EXPECT_EQ(scenario.left_out[0]->id, "r");
  ASSERT_EQ(scenario.evaluation.unmet.size(), 1u);
  EXPECT_EQ(scenario.evaluation.unmet[0].rule->id, "s");
  inputs.Set("a", false);
  scenario = EvaluateScenario(*set, inputs, Phase::kRequest);
  EXPECT_THAT(scenario.left_out, IsEmpty());
  EXPECT_EQ(scenario.evaluation.unmet.size(), 2u);
  EXPECT_TRUE(set->Evaluate(Inputs(set->vocabulary()), Phase::kRequest, Stage::kRequest).denied())
      << "a live request is always judged by it";
}

}  // namespace
}  // namespace facegate::rules
