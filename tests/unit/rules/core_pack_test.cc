// The pack that facegate ships: its vectors, and what must stay true of it.
#include <gmock/gmock.h>

#include <set>

#include "facegate/rules/vectors.h"
#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

const std::string kPolicies = kConfig + "/policies/";

std::shared_ptr<const RuleSet> Core() {
  const auto vocabulary = Vocabulary::Load(kPolicies + "vocabulary.yaml");
  EXPECT_TRUE(vocabulary.ok()) << vocabulary.status().ToString();
  const auto rules = RuleSet::Load(*vocabulary, {kPolicies + "core.yaml"});
  EXPECT_TRUE(rules.ok()) << rules.status().ToString();
  return *rules;
}

TEST(CorePack, PassesItsVectors) {
  const auto report = RunVectors(*Core(), kPolicies + "core.test.yaml");
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_GT(report->run, 0);
  EXPECT_THAT(report->failures, IsEmpty());
}

TEST(CorePack, SeesEveryRuleBiteAndMet) {
  const auto report = RunVectors(*Core(), kPolicies + "core.test.yaml");
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_THAT(report->uncovered, IsEmpty());
}

TEST(CorePack, NumbersItsArticlesInOrderAndDeniesThroughout) {
  const auto rules = Core();
  for (std::size_t i = 0; i < rules->rules().size(); ++i) {
    const Rule& rule = rules->rules()[i];
    EXPECT_EQ(rule.article, "core " + std::to_string(i + 1)) << rule.id;
    EXPECT_EQ(rule.effect, Effect::kDeny) << rule.id;
    EXPECT_TRUE(rule.id.starts_with("core.")) << rule.id;
    EXPECT_FALSE(rule.evidence.empty()) << rule.id;
  }
}

TEST(CorePack, IsAbsoluteAboutIntimateSpacesAndAttributesAlone) {
  std::set<std::string> absolute;
  const auto rules = Core();
  for (const Rule& rule : rules->rules()) {
    if (rule.absolute) absolute.insert(rule.id);
  }
  EXPECT_EQ(absolute,
            (std::set<std::string>{"core.intimate-spaces", "core.no-attribute-analysis"}));
}

// Invariant I4: nothing known, nothing granted, in any stage that a request passes.
TEST(CorePack, GrantsNothingToAnEmptyRequest) {
  const auto rules = Core();
  const Inputs nothing(rules->vocabulary());
  for (const Stage stage : {Stage::kRequest, Stage::kCandidate, Stage::kDetection}) {
    EXPECT_FALSE(rules->Permits(nothing, Phase::kRequest, stage));
  }
}

TEST(CorePack, JudgesAPaperScenarioByTheCatalogueAlone) {
  const auto rules = Core();
  Inputs inputs(rules->vocabulary());
  inputs.Set("request.operation", std::string("verify_1to1"));
  inputs.Set("exemption.kind", std::string("none"));
  inputs.Set("consent.status", std::string("granted"));
  EXPECT_FALSE(EvaluateScenario(*rules, inputs, Phase::kRequest).evaluation.denied());
  inputs.Set("consent.status", std::string("withdrawn"));
  EXPECT_TRUE(EvaluateScenario(*rules, inputs, Phase::kRequest).evaluation.denied());
  inputs.Set("consent.status", std::string("granted"));
  inputs.Set("venue.kind", std::string("toilet"));
  EXPECT_TRUE(EvaluateScenario(*rules, inputs, Phase::kRequest).evaluation.denied());
}

constexpr std::string_view kPack = R"(
id: p
version: 1.0.0
jurisdiction: ANY
status: draft
rules:
  - {id: r, article: p 1, title: t, statement: s, phase: [request], when: a, check: b and c,
     effect: {on_fail: deny}}
)";

VectorReport Report(std::string_view vectors) {
  const auto rules = RuleSet::Parse(SmallVocabulary(), "p", kPack).value();
  const auto report = RunVectors(*rules, "v", vectors);
  EXPECT_TRUE(report.ok()) << report.status().ToString();
  return report.ok() ? *report : VectorReport{};
}

TEST(RunVectors, TellsWhatWasExpectedAndWhatCame) {
  const VectorReport report = Report(R"(scenarios: {s: {a: true, b: true}}
vectors:
  - {rule: r, in: s, expect: met}
  - {rule: r, in: s, expect: unmet, missing: [a]}
  - {rule: r, in: s, set: {a: false}, expect: unmet}
  - {decision: permit, in: s}
  - {decision: deny, in: s, set: {c: true}}
  - {rule: r, in: s, expect: unmet, missing: [c]}
)");
  EXPECT_EQ(report.run, 6);
  EXPECT_THAT(report.failures,
              ::testing::ElementsAre(
                  "v:3:5: r: expected met, found unmet", "v:4:5: other inputs are missing: c",
                  "v:5:5: r: expected unmet, found not_applicable",
                  "v:6:5: expected permit, denied by r", "v:7:5: expected deny, permitted"));
  EXPECT_THAT(report.uncovered, ::testing::ElementsAre("r: never met"));
}

TEST(RunVectors, AsksOfAFlatBanAndOfWhatOnlyInformsWhatTheyCanBe) {
  const auto uncovered = [](std::string_view check, std::string_view expect) {
    std::string pack(kPack);
    pack.replace(pack.find("b and c"), std::string("b and c").size(), check);
    const auto rules = RuleSet::Parse(SmallVocabulary(), "p", pack).value();
    const std::string scenarios = "scenarios: {s: {a: true, b: true}}\nvectors:\n";
    return RunVectors(*rules, "v",
                      scenarios + "  - {rule: r, in: s, expect: " + std::string(expect) + "}\n")
        .value()
        .uncovered;
  };
  EXPECT_THAT(uncovered("false_always", "unmet"), IsEmpty());
  EXPECT_THAT(uncovered("false_always", "met"), ::testing::ElementsAre("r: never unmet"));
  EXPECT_THAT(uncovered("true_for_information", "met"), IsEmpty());
  EXPECT_THAT(uncovered("true_for_information", "unmet"), ::testing::ElementsAre("r: never met"));
}

TEST(RunVectors, RefusesFilesThatMakeNoSense) {
  const auto rules = RuleSet::Parse(SmallVocabulary(), "p", kPack).value();
  const auto error = [&](const std::string& vectors) {
    const core::Status status =
        RunVectors(*rules, "v", "scenarios: {s: {a: true}}\nvectors:\n  - " + vectors).status();
    EXPECT_EQ(status.reason(), "BAD_VECTORS");
    return status.message();
  };
  EXPECT_EQ(error("{rule: q, in: s, expect: met}"), "v:3:12: unknown rule");
  EXPECT_EQ(error("{rule: r, in: t, expect: met}"), "v:3:19: unknown scenario");
  EXPECT_EQ(error("{rule: r, in: s, phase: now, expect: met}"), "v:3:29: unknown phase");
  EXPECT_EQ(error("{rule: r, in: s, phase: doc, expect: met}"),
            "v:3:12: the rule has no such phase");
  EXPECT_EQ(error("{rule: r, in: s, set: {kind: fob}, expect: met}"),
            "v:3:34: \"kind\": not one of its values");
  EXPECT_EQ(error("{rule: r, in: s, set: {knid: pin}, expect: met}"),
            "v:3:28: unknown input \"knid\" (did you mean \"kind\"?)");
  EXPECT_EQ(RunVectors(*rules, std::string("/nowhere")).status().code(), core::Code::kNotFound);
}

}  // namespace
}  // namespace facegate::rules
