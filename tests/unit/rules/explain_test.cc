#include "facegate/rules/explain.h"

#include <gmock/gmock.h>

#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kPack = R"(
id: p
version: 1.0.0
jurisdiction: ANY
status: in_force
rules:
  - {id: p.door, article: p 1, title: A title, statement: A statement., phase: [request],
     when: "kind in ['pin', 'key']", check: "a and (b or not c) and days(day.from, now) < 30",
     profiles: {strict: {check: a and b}}, effect: {on_fail: deny, obligation: mend it}}
  - {id: p.owed, article: p 2, title: t, statement: s, phase: [deploy], when: true, check: b,
     effect: {on_fail: require, severity: escalating}}
  - {id: p.live, article: p 3, title: t, statement: s, phase: [request], when: true, check: doc ==
     'x', live: true, effect: {on_fail: deny}}
)";

class ExplainTest : public ::testing::Test {
 protected:
  ExplainTest()
      : rules_(RuleSet::Parse(SmallVocabulary(), "p", kPack).value()),
        inputs_(rules_->vocabulary()) {
    inputs_.Set("kind", std::string("pin"));
    inputs_.Set("a", true);
    inputs_.Set("c", true);
    inputs_.Set("day.from", Day0("2026-03-01"));
    inputs_.Set("now", At("2026-03-02T08:00:00Z"));
  }
  Explanation Explained(const std::vector<Profile>& profiles = {},
                        std::optional<Phase> phase = std::nullopt,
                        Judging judging = Judging::kOnPaper) {
    view_ = rules_->Everything(profiles);
    return Explain(*view_, inputs_, phase, judging);
  }

  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const RuleView> view_;
  Inputs inputs_;
};

TEST_F(ExplainTest, TellsTheTruthOfEachPartOfACondition) {
  const Explanation explanation = Explained();
  ASSERT_EQ(explanation.rules.size(), 3u);
  const RuleExplanation& door = explanation.rules[0];
  EXPECT_EQ(door.verdict, RuleVerdict::kUnmet);
  EXPECT_TRUE(door.blocks);
  EXPECT_THAT(door.missing, ElementsAre("b"));
  ASSERT_EQ(door.wordings.size(), 1u);
  EXPECT_FALSE(door.wordings[0].profile.has_value());
  EXPECT_EQ(door.wordings[0].when.truth, Truth::kTrue);
  const Term& check = door.wordings[0].check;
  EXPECT_EQ(check.text, "a and (b or not c) and days(day.from, now) < 30");
  EXPECT_EQ(check.truth, Truth::kUnknown);
  ASSERT_EQ(check.terms.size(), 3u) << "a chain of ands is one";
  EXPECT_EQ(check.terms[0].truth, Truth::kTrue);
  EXPECT_EQ(check.terms[1].text, "b or not c");
  EXPECT_EQ(check.terms[1].truth, Truth::kUnknown);
  ASSERT_EQ(check.terms[1].terms.size(), 2u);
  EXPECT_EQ(check.terms[1].terms[0].truth, Truth::kUnknown);
  EXPECT_EQ(check.terms[1].terms[1].truth, Truth::kFalse);
  EXPECT_EQ(check.terms[2].truth, Truth::kTrue);
}

TEST_F(ExplainTest, NamesTheInputsThatARuleReadsWithTheirValues) {
  const Explanation explanation = Explained();
  std::vector<std::string> seen;
  for (const InputSeen& input : explanation.rules[0].inputs) {
    const core::Json value = ValueJson(input.value, input.whole_day);
    seen.push_back(input.name + "=" + value.Dump());
  }
  EXPECT_THAT(seen, ElementsAre("a=true", "b=null", "c=true", "day.from=\"2026-03-01\"",
                                "kind=\"pin\"", "now=\"2026-03-02T08:00:00.000Z\""));
}

TEST_F(ExplainTest, UsesTheWordsOfTheProfile) {
  const Explanation explanation = Explained({Profile::kStrict});
  ASSERT_EQ(explanation.rules[0].wordings.size(), 1u);
  EXPECT_EQ(explanation.rules[0].wordings[0].profile, Profile::kStrict);
  EXPECT_EQ(explanation.rules[0].wordings[0].check.text, "a and b");
  EXPECT_EQ(explanation.rules[0].wordings[0].when.text, "kind in ['pin', 'key']");
}

TEST_F(ExplainTest, AgreesWithTheEvaluationOfTheScenario) {
  for (const Value& b : {Value(), Value(false), Value(true)}) {
    inputs_.Set("b", b);
    const Explanation explanation = Explained();
    const ScenarioEvaluation scenario = EvaluateScenario(*view_, inputs_, std::nullopt);
    EXPECT_EQ(explanation.denied, scenario.evaluation.denied());
    EXPECT_EQ(explanation.denied, b != Value(true));
  }
}

TEST_F(ExplainTest, TellsAScenarioOnPaperFromALiveRequest) {
  Explanation explanation = Explained();
  EXPECT_EQ(explanation.rules[2].verdict, RuleVerdict::kLeftOut);
  explanation = Explained({}, std::nullopt, Judging::kLive);
  EXPECT_EQ(explanation.rules[2].verdict, RuleVerdict::kUnmet);
  EXPECT_TRUE(explanation.rules[2].blocks);
}

TEST_F(ExplainTest, ExplainsOnlyThePhaseAskedFor) {
  const Explanation explanation = Explained({}, Phase::kDeploy);
  ASSERT_EQ(explanation.rules.size(), 1u);
  EXPECT_EQ(explanation.rules[0].rule->id, "p.owed");
  EXPECT_EQ(explanation.rules[0].verdict, RuleVerdict::kUnmet);
  EXPECT_FALSE(explanation.rules[0].blocks);
  EXPECT_FALSE(explanation.denied);
}

TEST_F(ExplainTest, SaysItInWords) {
  EXPECT_THAT(ExplanationText(Explained({}, Phase::kRequest)), ::testing::StartsWith(R"(deny

unmet  p.door (p 1), deny
  A title: A statement.
  it applies:
    true  kind in ['pin', 'key']
  it counts as not met, since nobody can tell that it is:
    unknown  a and (b or not c) and days(day.from, now) < 30
      true  a
      unknown  b or not c
        unknown  b
        false  not c
          true  c
      true  days(day.from, now) < 30
  it saw:
    a = true
    b = missing
    c = true
    day.from = "2026-03-01"
    kind = "pin"
    now = "2026-03-02T08:00:00.000Z"
  this refuses
  owed: mend it
)"));
  inputs_.Set("kind", std::string("card"));
  EXPECT_THAT(ExplanationText(Explained({}, Phase::kRequest)),
              HasSubstr("\nnot_applicable  p.door (p 1): kind in ['pin', 'key']\n"));
  inputs_.Set("kind", Value());
  EXPECT_THAT(ExplanationText(Explained({}, Phase::kRequest)),
              HasSubstr("it applies, since nobody can tell that it does not:"));
}

TEST_F(ExplainTest, SaysItInJson) {
  const core::Json json = ExplanationJson(Explained({Profile::kStrict}, Phase::kRequest));
  EXPECT_EQ(json.StringOr("decision", ""), "deny");
  const core::Json& rule = json.Find("rules")->AsArray().at(0);
  EXPECT_EQ(rule.StringOr("id", ""), "p.door");
  EXPECT_EQ(rule.StringOr("verdict", ""), "unmet");
  EXPECT_EQ(rule.Find("inputs")->Dump(), R"({"a":true,"b":null,"kind":"pin"})")
      << "the profile's words read no more";
  const core::Json& wording = rule.Find("wordings")->AsArray().at(0);
  EXPECT_EQ(wording.StringOr("profile", ""), "strict");
  EXPECT_EQ(wording.Find("check")->Dump(), R"({"text":"a and b","truth":"unknown","terms":[)"
                                           R"({"text":"a","truth":"true","terms":[]},)"
                                           R"({"text":"b","truth":"unknown","terms":[]}]})");
}

class DiffScenarioTest : public ExplainTest {
 protected:
  std::shared_ptr<const RuleView> Version(std::string text, const std::string& old_words,
                                          const std::string& new_words) {
    text.replace(text.find(old_words), old_words.size(), new_words);
    auto set = RuleSet::Parse(rules_->vocabulary(), "p", text);
    EXPECT_TRUE(set.ok()) << set.status().ToString();
    return (*set)->Everything({});
  }
};

TEST_F(DiffScenarioTest, IsEmptyForTheSameRules) {
  const auto view = rules_->Everything({});
  EXPECT_TRUE(DiffScenario(*view, *view, inputs_, std::nullopt, Judging::kOnPaper).empty());
}

TEST_F(DiffScenarioTest, NamesTheRulesThatJudgeDifferently) {
  const auto before = rules_->Everything({});
  const auto after = Version(std::string(kPack), "(b or not c)", "(b or c)");
  const ScenarioDiff diff = DiffScenario(*before, *after, inputs_, std::nullopt, Judging::kOnPaper);
  EXPECT_TRUE(diff.denied_before);
  EXPECT_FALSE(diff.denied_after);
  ASSERT_EQ(diff.changes.size(), 1u);
  EXPECT_EQ(diff.changes[0].id, "p.door");
  EXPECT_EQ(diff.changes[0].before, RuleVerdict::kUnmet);
  EXPECT_EQ(diff.changes[0].after, RuleVerdict::kMet);
}

TEST_F(DiffScenarioTest, NamesRulesThatOneVersionLacks) {
  const auto before = rules_->Everything({});
  const auto after = Version(std::string(kPack), "id: p.owed", "id: p.renamed");
  const ScenarioDiff diff =
      DiffScenario(*before, *after, inputs_, Phase::kDeploy, Judging::kOnPaper);
  ASSERT_EQ(diff.changes.size(), 2u);
  EXPECT_EQ(diff.changes[0].id, "p.owed");
  EXPECT_EQ(diff.changes[0].after, std::nullopt);
  EXPECT_EQ(diff.changes[1].before, std::nullopt);
  EXPECT_EQ(diff.changes[1].after, RuleVerdict::kUnmet);
}

TEST(InputsToJson, IsReadBackToTheSameInputs) {
  Inputs inputs(SmallVocabulary());
  inputs.Set("a", true);
  inputs.Set("count", 3.0);
  inputs.Set("age.years", 13.99);
  inputs.Set("kinds", std::vector<std::string>{"pin", "card"});
  inputs.Set("city", std::string("Zürich"));
  inputs.Set("now", At("2026-03-02T08:00:00.123Z"));
  inputs.Set("day.from", Day0("2026-03-01"));
  const core::Json json = inputs.ToJson();
  EXPECT_EQ(json.Dump(), R"({"a":true,"age.years":13.99,"city":"Zürich","count":3,)"
                         R"("day.from":"2026-03-01","kinds":["pin","card"],)"
                         R"("now":"2026-03-02T08:00:00.123Z"})");
  const auto back = Inputs::FromJson(SmallVocabulary(), json);
  ASSERT_TRUE(back.ok()) << back.status().ToString();
  EXPECT_EQ(back->ToJson(), json);
}

}  // namespace
}  // namespace facegate::rules
