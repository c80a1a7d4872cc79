// What a pack file says beyond its expressions: days, profiles, succession, whose it is.
#include <gmock/gmock.h>

#include <fstream>

#include "facegate/rules/rule_view.h"
#include "facegate/rules/vectors.h"
#include "support/base/temp_dir.h"
#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Rules(const std::string& extra, const std::string& id = "p.r") {
  return "rules:\n  - {id: " + id +
         ", article: p 1, title: t, statement: s, phase: [request], when: a, check: b,\n"
         "     effect: {on_fail: deny}" +
         (extra.empty() ? "" : ",\n     " + extra) + "}\n";
}

std::string PackText(const std::string& header, const std::string& extra = "",
                     const std::string& id = "p") {
  return "id: " + id + "\nversion: 1.0.0\njurisdiction: ANY\nstatus: in_force\n" + header +
         Rules(extra, id + ".r");
}

std::shared_ptr<const RuleSet> Loaded(const std::string& text) {
  auto set = RuleSet::Parse(SmallVocabulary(), "p", text);
  EXPECT_TRUE(set.ok()) << set.status().ToString();
  return *set;
}

std::string ErrorOf(const std::string& text) {
  const core::Status status = RuleSet::Parse(SmallVocabulary(), "p", text).status();
  EXPECT_EQ(status.reason(), "BAD_PACK");
  return status.message();
}

// Several files at once.
core::Status LoadAll(const std::vector<std::string>& texts) {
  facegate::testing::TempDir directory;
  std::vector<std::string> files;
  for (const std::string& text : texts) {
    files.push_back(directory / (std::to_string(files.size()) + ".yaml"));
    std::ofstream(files.back()) << text;
  }
  return RuleSet::Load(SmallVocabulary(), files).status();
}

TEST(Pack, KeepsWhatItsHeaderSays) {
  const auto set = Loaded(
      "id: p\nversion: 1.0.0\nname: n\njurisdiction: US-IL\nstatus: guidance\nkind: law\n"
      "effective_from: 2025-06-01\neffective_until: 2025-06-30\nsuperseded_by: q\nnote: x\n" +
      Rules(""));
  ASSERT_EQ(set->pack_files().size(), 1u);
  const Pack& pack = set->pack_files()[0];
  EXPECT_EQ(pack.info.id, "p");
  EXPECT_EQ(pack.name, "n");
  EXPECT_EQ(pack.jurisdiction, "US-IL");
  EXPECT_EQ(pack.status, PackStatus::kGuidance);
  EXPECT_EQ(pack.kind, PackKind::kLaw);
  EXPECT_EQ(pack.days.from, DayOf(Day0("2025-06-01")));
  EXPECT_EQ(pack.days.until, DayOf(Day0("2025-06-30")));
  EXPECT_EQ(pack.superseded_by, "q");
  EXPECT_EQ(pack.note, "x");
}

TEST(Pack, KeepsWhatARuleSaysForPeople) {
  const auto set = Loaded(
      PackText("",
               "effective_from: 2026-12-02, effective_until: null, machine_checkable: partial, "
               "people: who, exceptions: when, supersedes: [o.r, o.s], note: why, "
               "profiles: {strict: {check: b and c}, seed_literal: {when: c, check: a}}"));
  const Rule& rule = set->rules().at(0);
  EXPECT_EQ(rule.days.from, DayOf(Day0("2026-12-02")));
  EXPECT_FALSE(rule.days.until.has_value());
  EXPECT_EQ(rule.machine_checkable, MachineCheckable::kPartial);
  EXPECT_EQ(rule.people, "who");
  EXPECT_EQ(rule.exceptions, "when");
  EXPECT_EQ(rule.note, "why");
  EXPECT_THAT(rule.supersedes, ElementsAre("o.r", "o.s"));
  ASSERT_EQ(rule.profiles.size(), 2u);
  EXPECT_EQ(rule.profiles[0].profile, Profile::kStrict);
  EXPECT_EQ(rule.profiles[0].when, "");
  EXPECT_EQ(rule.profiles[0].check, "b and c");
  EXPECT_EQ(rule.profiles[1].when, "c");
}

TEST(Pack, TellsMistakesInTheNewKeysByLineAndColumn) {
  EXPECT_EQ(ErrorOf(PackText("kind: law\nkidn: law\n")),
            "p:6:1: unknown key \"kidn\" (did you mean \"kind\"?)");
  EXPECT_EQ(ErrorOf(PackText("kind: private\n")), "p:5:7: \"private\" is not one of law operator");
  EXPECT_EQ(ErrorOf(PackText("effective_from: 2025-06-02\neffective_until: 2025-06-01\n")),
            "p:6:18: effective_until comes before effective_from");
  EXPECT_EQ(ErrorOf(PackText("", "effective_from: 2026-06-02, effective_until: 2025-06-01")),
            "p:8:51: effective_until comes before effective_from");
  EXPECT_EQ(ErrorOf(PackText("", "effective_from: soon")),
            "p:8:22: expected a day such as 2025-06-01");
  EXPECT_EQ(ErrorOf(PackText("", "profiles: {strikt: {check: b}}")),
            "p:8:17: unknown key \"strikt\" (did you mean \"strict\"?)");
  EXPECT_EQ(ErrorOf(PackText("", "profiles: {strict: {chek: b}}")),
            "p:8:26: unknown key \"chek\" (did you mean \"check\"?)");
  EXPECT_EQ(ErrorOf(PackText("", "profiles: {strict: {}}")),
            "p:8:17: a profile says when or check, or both");
  EXPECT_EQ(ErrorOf(PackText("", "profiles: {strict: {check: b and kid}}")),
            "p:8:39: unknown input \"kid\" (did you mean \"kind\"?)");
  EXPECT_THAT(ErrorOf(PackText("", "machine_checkable: some")),
              HasSubstr("p:8:25: \"some\" is not one of full partial none"));
  EXPECT_EQ(ErrorOf(PackText("", "people: ''")), "p:8:14: must not be empty");
  EXPECT_THAT(ErrorOf(PackText("", "supersedes: o.r")), HasSubstr("p:8:18: expected a list"));
}

TEST(Pack, ReplacesARulesWordsUnderItsProfile) {
  const auto set = Loaded(
      PackText("", "profiles: {strict: {check: b and c}, seed_literal: {when: c, check: a}}"));
  Inputs inputs(set->vocabulary());
  inputs.Set("a", true);
  inputs.Set("b", true);
  inputs.Set("c", false);
  const auto denies = [&](const std::vector<Profile>& profiles) {
    const auto view = set->Everything(profiles);
    const bool denied = view->Evaluate(inputs, Phase::kRequest, Stage::kRequest).denied();
    EXPECT_EQ(view->Denies(inputs, Phase::kRequest, Stage::kRequest), denied);
    EXPECT_EQ(view->Permits(inputs, Phase::kRequest, Stage::kRequest), !denied);
    return denied;
  };
  EXPECT_FALSE(denies({}));
  EXPECT_TRUE(denies({Profile::kStrict}));
  EXPECT_FALSE(denies({Profile::kSeedLiteral})) << "it does not apply: c is false";
  EXPECT_TRUE(denies({Profile::kSeedLiteral, Profile::kStrict})) << "the strictest counts";
}

TEST(Pack, TellsOneFindingForARuleInSeveralWords) {
  const auto set =
      Loaded(PackText("",
                      "profiles: {strict: {check: b and c}, seed_literal: {check: kind == "
                      "'pin' and c}}"));
  Inputs inputs(set->vocabulary());
  inputs.Set("a", true);
  const Evaluation evaluation = set->Everything({Profile::kStrict, Profile::kSeedLiteral})
                                    ->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  EXPECT_EQ(evaluation.applies.size(), 1u);
  ASSERT_EQ(evaluation.unmet.size(), 1u);
  EXPECT_THAT(evaluation.unmet[0].missing, ElementsAre("b", "c", "kind"));
}

TEST(Pack, JudgesAProfilesWordsAsSoonAsTheyCanBe) {
  const auto set = Loaded(PackText("", "profiles: {strict: {check: b and faces.total <= 1}}"));
  const Inputs inputs(set->vocabulary());
  const auto own = set->Everything({});
  EXPECT_TRUE(own->Denies(inputs, Phase::kRequest, Stage::kRequest));
  EXPECT_FALSE(own->Denies(inputs, Phase::kRequest, Stage::kDetection));
  const auto strict = set->Everything({Profile::kStrict});
  EXPECT_FALSE(strict->Denies(inputs, Phase::kRequest, Stage::kRequest));
  EXPECT_TRUE(strict->Denies(inputs, Phase::kRequest, Stage::kDetection));
}

TEST(Pack, CountsARuleOnItsDaysAndItsPacks) {
  const auto set = Loaded(PackText("effective_from: 2025-06-01\neffective_until: 2027-06-01\n",
                                   "effective_from: 2026-01-01, effective_until: 2026-12-31"));
  const auto rules = [&](std::optional<core::Timestamp> moment) {
    return set->Everything({}, moment)->rules().size();
  };
  EXPECT_EQ(rules(std::nullopt), 1u);
  EXPECT_EQ(rules(At("2025-12-30T00:00:00Z")), 0u);
  EXPECT_EQ(rules(At("2026-01-01T00:00:00Z")), 1u);
  EXPECT_EQ(rules(At("2026-12-31T23:59:59Z")), 1u);
  EXPECT_EQ(rules(At("2027-01-02T00:00:00Z")), 0u);
  EXPECT_EQ(set->Everything({}, At("2027-01-02T00:00:00Z"))->packs().size(), 1u);
  EXPECT_EQ(set->Everything({}, At("2025-05-30T00:00:00Z"))->packs().size(), 0u);
  EXPECT_EQ(set->Everything({}, At("2027-06-03T00:00:00Z"))->packs().size(), 0u);
}

TEST(Pack, BeginsADayWhereItFirstBegins) {
  const auto rules = [&](const std::string& jurisdiction, std::string_view moment) {
    const auto set = Loaded("id: p\nversion: 1.0.0\njurisdiction: " + jurisdiction +
                            "\nstatus: in_force\neffective_from: 2025-06-01\n"
                            "effective_until: 2025-06-01\n" +
                            Rules(""));
    return set->Everything({}, At(moment))->rules().size();
  };
  EXPECT_EQ(rules("CN", "2025-05-31T15:59:59Z"), 0u);
  EXPECT_EQ(rules("CN", "2025-05-31T16:00:00Z"), 1u) << "midnight in Beijing";
  EXPECT_EQ(rules("CN", "2025-06-01T23:59:59Z"), 1u);
  EXPECT_EQ(rules("CN", "2025-06-02T00:00:00Z"), 0u);
  EXPECT_EQ(rules("US-IL", "2025-05-31T23:59:59Z"), 0u);
  EXPECT_EQ(rules("US-IL", "2025-06-01T00:00:00Z"), 1u);
  EXPECT_EQ(rules("US-IL", "2025-06-02T09:59:59Z"), 1u) << "the day is not over in Hawaii";
  EXPECT_EQ(rules("US-IL", "2025-06-02T10:00:00Z"), 0u);
  EXPECT_EQ(rules("NZ", "2025-05-31T10:00:00Z"), 1u) << "no clock is further ahead";
}

TEST(Pack, IgnoresTheDaysOfADraft) {
  const auto set = Loaded(
      "id: p\nversion: 1.0.0\njurisdiction: CN\nstatus: draft\n"
      "effective_from: 2025-06-01\n" +
      Rules(""));
  EXPECT_EQ(set->Everything({}, At("2020-01-01T00:00:00Z"))->rules().size(), 1u);
}

TEST(Pack, RefusesPacksThatSupersedeOneAnotherInACircle) {
  EXPECT_EQ(ErrorOf(PackText("superseded_by: p\n")),
            "p:5:16: packs \"p\" and \"p\" supersede one another in a circle");
  const core::Status status =
      LoadAll({PackText("superseded_by: q\n"), PackText("superseded_by: o\n", "", "q"),
               PackText("superseded_by: p\n", "", "o")});
  EXPECT_EQ(status.reason(), "BAD_PACK");
  EXPECT_THAT(status.message(), HasSubstr("2.yaml:5:16: packs \"o\" and \"p\" supersede"));
  EXPECT_TRUE(LoadAll({PackText("superseded_by: q\n"), PackText("superseded_by: o\n", "", "q"),
                       PackText("", "", "o")})
                  .ok());
}

TEST(Pack, RefusesRulesThatSupersedeOneAnotherInACircle) {
  EXPECT_THAT(ErrorOf(PackText("", "supersedes: [p.r]")),
              HasSubstr("p:8:18: rules \"p.r\" and \"p.r\" supersede"));
  const core::Status status =
      LoadAll({PackText("", "supersedes: [x.x, q.r]"), PackText("", "supersedes: [p.r]", "q")});
  EXPECT_THAT(status.message(), HasSubstr("0.yaml:8:18: rules \"p.r\" and \"q.r\" supersede"));
}

TEST(OperatorPack, CanOnlyTighten) {
  const std::string kind = "kind: operator\n";
  EXPECT_EQ(Loaded(PackText(kind))->pack_files()[0].kind, PackKind::kOperator);
  Loaded(PackText(kind, "absolute: true, effective_from: 2026-01-01, people: x"));
  const std::string only = "an operator pack can only tighten: ";
  EXPECT_EQ(ErrorOf(PackText(kind + "superseded_by: q\n")),
            "p:6:16: " + only + "it has no \"superseded_by\"");
  EXPECT_EQ(ErrorOf(PackText(kind, "profiles: {strict: {check: b}}")),
            "p:9:16: " + only + "its rules have no \"profiles\"");
  EXPECT_EQ(ErrorOf(PackText(kind, "supersedes: [q.r]")),
            "p:9:18: " + only + "its rules have no \"supersedes\"");
  EXPECT_EQ(ErrorOf(PackText(kind, "exceptions: on Mondays")),
            "p:9:18: " + only + "its rules have no \"exceptions\"");
  EXPECT_EQ(ErrorOf(PackText(kind, "live: true")),
            "p:9:12: " + only + "its rules have no \"live\"");
  EXPECT_EQ(ErrorOf(PackText(kind, "absolute: false")),
            "p:9:16: " + only + "its rules have no \"absolute: false\"");
}

TEST(OperatorPack, KeepsToItsOwnNamespace) {
  EXPECT_EQ(ErrorOf("id: p\nversion: 1.0.0\njurisdiction: ANY\nstatus: in_force\nkind: operator\n" +
                    Rules("", "core.r")),
            "p:7:10: an operator pack can only tighten: its rules' ids begin with \"p.\"");
  const std::string kind = "kind: operator\n";
  const core::Status inside = LoadAll({PackText("", "", "core"), PackText(kind, "", "core.more")});
  EXPECT_THAT(inside.message(),
              HasSubstr("1.yaml:1:5: an operator pack can only tighten: its id is in \"core.\""));
  EXPECT_TRUE(LoadAll({PackText("", "", "core"), PackText(kind, "", "corefoo")}).ok());
  const core::Status taken = LoadAll({PackText(kind, "", "us"),
                                      "id: us.r\nversion: 1.0.0\njurisdiction: ANY\nstatus: "
                                      "in_force\n" +
                                          Rules("", "us.r.s")});
  EXPECT_TRUE(taken.ok()) << taken.ToString();
  const core::Status other = LoadAll(
      {"id: us\nversion: 1.0.0\njurisdiction: ANY\nstatus: in_force\n" + Rules("", "us.tx.x"),
       PackText("", "", "us.tx")});
  EXPECT_THAT(other.message(), HasSubstr("rule \"us.tx.x\" has an id of the pack \"us.tx\""));
}

VectorReport Report(const std::shared_ptr<const RuleSet>& rules, std::string_view vectors) {
  const auto report = RunVectors(*rules, "v", vectors);
  EXPECT_TRUE(report.ok()) << report.status().ToString();
  return report.ok() ? *report : VectorReport{};
}

TEST(RunVectors, SelectsTheProfilesOfAVector) {
  const auto rules = Loaded(PackText("", "profiles: {strict: {check: b and c}}"));
  const std::string scenarios = "scenarios: {s: {a: true, b: true, c: false}}\nvectors:\n";
  const VectorReport with =
      Report(rules, scenarios +
                        "  - {rule: p.r, in: s, expect: met}\n"
                        "  - {rule: p.r, in: s, profiles: [strict], expect: unmet}\n"
                        "  - {decision: deny, in: s, profiles: [strict]}\n"
                        "  - {decision: permit, in: s, profiles: [seed_literal]}\n");
  EXPECT_THAT(with.failures, IsEmpty());
  EXPECT_THAT(with.uncovered, IsEmpty());
  const VectorReport without =
      Report(rules, scenarios +
                        "  - {rule: p.r, in: s, expect: met}\n"
                        "  - {rule: p.r, in: s, set: {b: null}, expect: unmet}\n");
  EXPECT_THAT(without.uncovered, ElementsAre("p.r: never under the profile strict"));
  EXPECT_EQ(RunVectors(*rules, "v", scenarios + "  - {rule: p.r, in: s, profiles: [x]}\n")
                .status()
                .message(),
            "v:3:35: unknown profile");
}

TEST(RunVectors, HonoursDaysByTheScenariosNow) {
  const auto rules = Loaded(PackText("effective_from: 2025-06-01\n"));
  const VectorReport report = Report(rules, R"(scenarios: {s: {a: true, b: false}}
vectors:
  - {rule: p.r, in: s, expect: unmet}
  - {rule: p.r, in: s, set: {now: 2025-05-30T12:00:00Z}, expect: not_applicable}
  - {rule: p.r, in: s, set: {now: 2025-06-01T12:00:00Z}, expect: unmet}
  - {decision: permit, in: s, set: {now: 2025-05-30T12:00:00Z}}
  - {decision: deny, in: s, set: {now: 2025-06-01T12:00:00Z}}
)");
  EXPECT_THAT(report.failures, IsEmpty());
}

}  // namespace
}  // namespace facegate::rules
