// Which rules hold where and when.
#include <gmock/gmock.h>

#include <fstream>

#include "facegate/rules/rule_view.h"
#include "support/base/temp_dir.h"
#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A pack with one rule, "<id>.r", that denies unless `a`.
std::string PackText(const std::string& id, const std::string& jurisdiction,
                     const std::string& status = "in_force", const std::string& header = "",
                     const std::string& rule = "") {
  return "id: " + id + "\nversion: 1.0.0\njurisdiction: " + jurisdiction + "\nstatus: " + status +
         "\n" + header + "rules:\n  - {id: " + id +
         ".r, article: p 1, title: t, statement: s, phase: [request], when: b, check: a,\n"
         "     effect: {on_fail: deny}" +
         (rule.empty() ? "" : ", " + rule) + "}\n";
}

std::shared_ptr<const RuleSet> LoadAll(const std::vector<std::string>& texts) {
  facegate::testing::TempDir directory;
  std::vector<std::string> files;
  for (const std::string& text : texts) {
    files.push_back(directory / (std::to_string(files.size()) + ".yaml"));
    std::ofstream(files.back()) << text;
  }
  auto set = RuleSet::Load(SmallVocabulary(), files);
  EXPECT_TRUE(set.ok()) << set.status().ToString();
  return *set;
}

class Selecting : public ::testing::Test {
 protected:
  // The ids of the packs in use.
  std::vector<std::string> Packs() const {
    std::vector<std::string> ids;
    const auto view = View();
    for (const PackInfo& pack : view->packs()) ids.push_back(pack.id);
    return ids;
  }
  std::shared_ptr<const RuleView> View() const {
    auto view = set_->Select(selection_);
    EXPECT_TRUE(view.ok()) << view.status().ToString();
    return *view;
  }
  std::size_t Rules() const { return View()->rules().size(); }
  void Moment(std::string_view text) { selection_.moment = At(text); }

  std::shared_ptr<const RuleSet> set_;
  Selection selection_;
};

// A law of Illinois with one rule that follows its people and one about venues there.
class SelectingByPerson : public ::testing::Test {
 protected:
  SelectingByPerson() {
    const auto vocabulary = Vocabulary::Parse("vocabulary", R"(inputs:
  a: {type: bool, source: test}
  subject.country: {type: string, stage: candidate, source: test}
  subject.region: {type: string, stage: candidate, source: test}
)");
    const auto set = RuleSet::Parse(*vocabulary, "il.yaml", R"(
id: il
version: 1.0.0
jurisdiction: US-IL
status: in_force
effective_from: 2020-01-01
rules:
  - id: il.person
    article: il 1
    title: t
    statement: s
    phase: [request]
    when: subject.region != 'US-WA'
    check: a
    effect: {on_fail: deny}
  - id: il.venue
    article: il 2
    title: t
    statement: s
    phase: [request]
    when: true_for_information
    check: a and subject.region == 'nowhere'
    effect: {on_fail: deny}
)");
    EXPECT_TRUE(set.ok()) << set.status().ToString();
    selection_.country = "CN";
    selection_.moment = At("2026-03-02T08:00:00Z");
    set_ = *set;
  }
  // The rules of that stage that are not met for a person from there.
  std::vector<std::string> Unmet(const std::string& country, const std::string& region) const {
    const auto view = set_->Select(selection_);
    EXPECT_TRUE(view.ok()) << view.status().ToString();
    Inputs inputs(set_->vocabulary());
    if (!country.empty()) inputs.Set("subject.country", country);
    if (!region.empty()) inputs.Set("subject.region", region);
    std::vector<std::string> ids;
    const Evaluation evaluation = (*view)->Evaluate(inputs, Phase::kRequest, Stage::kCandidate);
    for (const Finding& finding : evaluation.unmet) ids.push_back(finding.rule->id);
    EXPECT_EQ((*view)->Denies(inputs, Phase::kRequest, Stage::kCandidate), !ids.empty());
    EXPECT_EQ((*view)->PacksFollowing(inputs).size(), ids.empty() ? 0u : 1u);
    EXPECT_THAT((*view)->packs(), IsEmpty());
    return ids;
  }
  std::shared_ptr<const RuleSet> set_;
  Selection selection_;
};

TEST_F(SelectingByPerson, TakesTheRulesThatAskWhereSomebodyIsFrom) {
  EXPECT_THAT(Unmet("US", "US-IL"), ElementsAre("il.person"));
  EXPECT_THAT(Unmet("", "US-IL"), ElementsAre("il.person"));
  EXPECT_THAT(Unmet("US", "Illinois"), ElementsAre("il.person"));
}

TEST_F(SelectingByPerson, TakesNoneForWhoeverIsFromElsewhereOrDidNotSay) {
  EXPECT_THAT(Unmet("", ""), IsEmpty());
  EXPECT_THAT(Unmet("US", ""), IsEmpty());
  EXPECT_THAT(Unmet("US", "US-NY"), IsEmpty());
  EXPECT_THAT(Unmet("CN", "IL"), IsEmpty());
}

class SelectingByPlace : public Selecting {
 protected:
  SelectingByPlace() {
    set_ = LoadAll({PackText("core", "ANY"), PackText("cn", "CN"), PackText("eu", "EU"),
                    PackText("uk", "UK"), PackText("il", "US-IL"), PackText("nyc", "US-NY-NYC"),
                    PackText("pdx", "US-OR-Portland"), PackText("by", "DE-BY")});
    Moment("2026-03-02T08:00:00Z");
  }
  std::vector<std::string> At(const std::string& country, const std::string& region = "",
                              const std::string& city = "") {
    selection_.country = country;
    selection_.region = region;
    selection_.city = city;
    return Packs();
  }
};

TEST_F(SelectingByPlace, TakesFacegatesOwnRulesEverywhere) {
  EXPECT_THAT(At(""), ElementsAre("core"));
  EXPECT_THAT(At("CH"), ElementsAre("core"));
  EXPECT_THAT(At("ZZ"), ElementsAre("core"));
}

TEST_F(SelectingByPlace, KnowsACountryByItsCode) {
  EXPECT_THAT(At("CN"), ElementsAre("core", "cn"));
  EXPECT_THAT(At("cn", "CN-31", "Shanghai"), ElementsAre("core", "cn"));
  EXPECT_THAT(At("HK"), ElementsAre("core"));
  EXPECT_THAT(At("GB"), ElementsAre("core", "uk"));
  EXPECT_THAT(At("UK"), ElementsAre("core", "uk"));
}

TEST_F(SelectingByPlace, KnowsTheMembersOfTheUnionAndTheEconomicArea) {
  for (const char* country :
       {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO"}) {
    EXPECT_THAT(At(country), ElementsAre("core", "eu")) << country;
  }
  for (const char* country : {"CH", "GB", "TR", "US", "UA"}) {
    EXPECT_THAT(At(country), ::testing::Not(::testing::Contains("eu"))) << country;
  }
}

TEST_F(SelectingByPlace, KnowsARegionByItsCodeOrName) {
  EXPECT_THAT(At("US", "IL"), ElementsAre("core", "il"));
  EXPECT_THAT(At("US", "US-IL"), ElementsAre("core", "il"));
  EXPECT_THAT(At("us", "us-il"), ElementsAre("core", "il"));
  EXPECT_THAT(At("US", "Illinois"), ElementsAre("core", "il"));
  EXPECT_THAT(At("US", "IN"), ElementsAre("core"));
  EXPECT_THAT(At("US"), ElementsAre("core"));
  EXPECT_THAT(At("DE", "BY"), ElementsAre("core", "eu", "by"));
  EXPECT_THAT(At("DE", "IL"), ElementsAre("core", "eu"));
}

TEST_F(SelectingByPlace, KnowsACityByItsNames) {
  EXPECT_THAT(At("US", "NY", "New York"), ElementsAre("core", "nyc"));
  EXPECT_THAT(At("US", "US-NY", "NYC"), ElementsAre("core", "nyc"));
  EXPECT_THAT(At("US", "New York", " brooklyn "), ElementsAre("core", "nyc"));
  EXPECT_THAT(At("US", "NY", "Albany"), ElementsAre("core"));
  EXPECT_THAT(At("US", "OR", "Portland"), ElementsAre("core", "pdx"));
  EXPECT_THAT(At("US", "ME", "Portland"), ElementsAre("core")) << "the one in Maine";
  EXPECT_THAT(At("US", "", "Portland"), ElementsAre("core", "pdx")) << "it may be either";
  EXPECT_THAT(At("GB", "", "Portland"), ElementsAre("core", "uk"));
}

TEST(Jurisdiction, IsAWordThatAVenueCanMatch) {
  const auto error = [](const std::string& word) {
    return RuleSet::Parse(SmallVocabulary(), "p", PackText("p", word)).status().message();
  };
  for (const char* good : {"ANY", "EU", "UK", "CN", "US-IL", "US-NY-NYC", "US-OR-Portland"}) {
    EXPECT_EQ(error(good), "") << good;
  }
  for (const char* bad : {"any", "CHN", "C", "cn", "US-", "US--NYC"}) {
    EXPECT_THAT(error(bad), HasSubstr("p:3:15: expected ANY, EU, UK or a country's code")) << bad;
  }
}

class SelectingByStatus : public Selecting {
 protected:
  SelectingByStatus() {
    set_ = LoadAll({PackText("core", "ANY"), PackText("cn23", "CN", "draft"),
                    PackText("cn25", "CN", "in_force", "effective_from: 2025-06-01\n"),
                    PackText("old", "CN", "superseded", "effective_until: 2020-12-31\n"),
                    PackText("advice", "CN", "guidance"), PackText("gdpr", "EU")});
    selection_.country = "CN";
    Moment("2026-03-02T08:00:00Z");
  }
};

TEST_F(SelectingByStatus, TakesDraftsAndSupersededPacksOnlyByName) {
  EXPECT_THAT(Packs(), ElementsAre("core", "cn25", "advice"));
  selection_.packs = {"old", "cn23"};
  EXPECT_THAT(Packs(), ElementsAre("core", "cn23", "cn25", "old", "advice"));
  EXPECT_EQ(Rules(), 5u);
}

TEST_F(SelectingByStatus, TakesANamedPackWhereverTheSiteIs) {
  selection_.country = "CH";
  selection_.packs = {"gdpr", "gdpr"};
  EXPECT_THAT(Packs(), ElementsAre("core", "gdpr"));
}

TEST_F(SelectingByStatus, RefusesANamedPackThatIsNotLoaded) {
  selection_.packs = {"cn23", "gdqr"};
  const core::Status status = set_->Select(selection_).status();
  EXPECT_EQ(status.code(), core::Code::kNotFound);
  EXPECT_EQ(status.reason(), "PACK_UNKNOWN");
  EXPECT_EQ(status.message(), "no pack \"gdqr\" is loaded (did you mean \"gdpr\"?)");
}

TEST_F(SelectingByStatus, RefusesANamedPackBeforeItsFirstDay) {
  Moment("2025-05-31T15:59:59Z");
  selection_.packs = {"cn25"};
  const core::Status status = set_->Select(selection_).status();
  EXPECT_EQ(status.code(), core::Code::kFailedPrecondition);
  EXPECT_EQ(status.reason(), "PACK_NOT_IN_FORCE");
  EXPECT_EQ(status.message(), "pack \"cn25\" is in force from 2025-06-01");
  Moment("2025-05-31T16:00:00Z");
  EXPECT_THAT(Packs(), ElementsAre("core", "cn25", "advice"));
}

TEST(Select, TakesADraftByNameBeforeItsFirstDay) {
  const auto set = LoadAll(
      {PackText("core", "ANY"), PackText("draft", "CN", "draft", "effective_from: 2030-01-01\n")});
  Selection selection;
  selection.packs = {"draft"};
  selection.moment = At("2026-03-02T08:00:00Z");
  const auto view = set->Select(selection);
  ASSERT_TRUE(view.ok()) << view.status().ToString();
  EXPECT_EQ((*view)->rules().size(), 2u);
}

class SelectingByTime : public Selecting {
 protected:
  SelectingByTime() {
    set_ = LoadAll({PackText("core", "ANY"),
                    PackText("act", "EU", "in_force", "effective_from: 2024-08-01\n",
                             "effective_from: 2026-12-02, effective_until: 2027-12-31"),
                    PackText("gone", "EU", "in_force", "effective_until: 2025-12-31\n"),
                    PackText("other", "CN", "in_force", "effective_from: 2020-01-01\n")});
    selection_.country = "DE";
  }
};

TEST_F(SelectingByTime, TakesPacksAndRulesOnTheirDays) {
  Moment("2024-07-01T00:00:00Z");
  EXPECT_THAT(Packs(), ElementsAre("core", "gone"));
  Moment("2025-07-01T00:00:00Z");
  EXPECT_THAT(Packs(), ElementsAre("core", "act", "gone"));
  EXPECT_EQ(Rules(), 2u) << "the act's rule begins later";
  Moment("2026-12-02T00:00:00Z");
  EXPECT_THAT(Packs(), ElementsAre("core", "act"));
  EXPECT_EQ(Rules(), 2u);
  Moment("2028-02-01T00:00:00Z");
  EXPECT_EQ(Rules(), 1u) << "the act's rule is over";
}

TEST_F(SelectingByTime, KeepsANamedPackAfterItsLastDay) {
  Moment("2026-07-01T00:00:00Z");
  EXPECT_THAT(Packs(), ElementsAre("core", "act"));
  selection_.packs = {"gone"};
  EXPECT_THAT(Packs(), ElementsAre("core", "act", "gone"));
  EXPECT_EQ(Rules(), 2u);
}

TEST_F(SelectingByTime, NeverPermitsMoreForAClockSetBack) {
  Moment("1970-01-01T00:00:00Z");
  EXPECT_THAT(Packs(), ElementsAre("core", "act", "gone"));
  EXPECT_EQ(Rules(), 3u);
  selection_.moment = {std::numeric_limits<std::int64_t>::min()};
  EXPECT_EQ(Rules(), 3u);
  selection_.packs = {"act"};
  EXPECT_EQ(set_->Select(selection_).status().reason(), "PACK_NOT_IN_FORCE");
}

TEST(Select, TakesNoDateOfAnOperatorForAWrongClock) {
  const auto set =
      LoadAll({PackText("core", "ANY"), PackText("acme", "ANY", "in_force",
                                                 "kind: operator\neffective_from: 2030-01-01\n")});
  Selection selection;
  selection.moment = At("2026-03-02T08:00:00Z");
  const auto view = set->Select(selection).value();
  EXPECT_EQ(view->packs().size(), 1u);
  EXPECT_EQ(view->until(), At("2029-12-31T10:00:00Z"));
}

TEST_F(SelectingByTime, HoldsUntilTheNextDateThatMatters) {
  Moment("2025-07-01T00:00:00Z");
  const auto view = View();
  EXPECT_TRUE(view->Holds(selection_.moment));
  EXPECT_FALSE(view->Holds(At("2024-07-30T00:00:00Z"))) << "the act had not begun";
  EXPECT_TRUE(view->Holds(At("2025-12-31T23:59:59Z")));
  EXPECT_EQ(view->until(), At("2026-01-01T04:00:00Z")) << "the other pack's last day is over";
  EXPECT_FALSE(view->Holds(view->until()));
  Moment("2029-01-01T00:00:00Z");
  EXPECT_TRUE(View()->Holds(At("9999-12-31T00:00:00Z")));
  Moment("1970-01-01T00:00:00Z");
  EXPECT_EQ(View()->until(), At("2019-12-31T16:00:00Z")) << "from then on the clock may be right";
}

// A cached view is as good as a new one for as long as it says that it holds.
TEST_F(SelectingByTime, HoldsExactlyWhereAnotherSelectionWouldGiveTheSame) {
  for (Day day = DayOf(Day0("2019-06-01")); day < DayOf(Day0("2028-12-01")); day += 11) {
    selection_.moment = {day * core::kMsPerDay};
    const auto view = View();
    selection_.moment = {std::min(view->until().unix_ms - 1, (day + 4000) * core::kMsPerDay)};
    EXPECT_EQ(View()->rules(), view->rules()) << day;
  }
}

TEST_F(SelectingByTime, KeepsItsRuleSetAlive) {
  Moment("2026-12-24T00:00:00Z");
  const auto view = View();
  Inputs inputs(set_->vocabulary());
  inputs.Set("b", true);
  set_.reset();
  const Evaluation evaluation = view->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  ASSERT_EQ(evaluation.unmet.size(), 2u);
  EXPECT_EQ(evaluation.unmet[1].rule->id, "act.r");
  EXPECT_TRUE(view->Denies(inputs, Phase::kRequest, Stage::kRequest));
}

TEST(Select, TakesTheWordsOfTheProfiles) {
  const auto set =
      LoadAll({PackText("core", "ANY", "in_force", "", "profiles: {strict: {check: a and c}}")});
  Inputs inputs(set->vocabulary());
  inputs.Set("a", true);
  inputs.Set("b", true);
  Selection selection;
  selection.moment = At("2026-03-02T08:00:00Z");
  EXPECT_TRUE(set->Select(selection).value()->Permits(inputs, Phase::kRequest, Stage::kRequest));
  selection.profiles = {Profile::kStrict};
  const auto strict = set->Select(selection).value();
  EXPECT_FALSE(strict->Permits(inputs, Phase::kRequest, Stage::kRequest));
  EXPECT_THAT(strict->profiles(), ElementsAre(Profile::kStrict));
}

TEST(RuleViewDeathTest, RefusesInputsOfAnotherVocabulary) {
  const auto view = LoadAll({PackText("core", "ANY")})->Everything({});
  const Inputs inputs(SmallVocabulary());
  EXPECT_DEATH(view->Evaluate(inputs, Phase::kRequest, Stage::kRequest), "check failed");
  EXPECT_DEATH(view->Denies(inputs, Phase::kRequest, Stage::kRequest), "check failed");
}

}  // namespace
}  // namespace facegate::rules
