#include "facegate/gateway/duty_sweep.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/gateway/policy_reload.h"
#include "facegate/model/compliance.h"
#include "facegate/policy/population.h"
#include "support/world/world.h"

namespace facegate::gateway {
namespace {

using testing::World;

// Two people are warned of, from the third on a filing is owed.
constexpr const char* kSmallTown = R"(
id: town
version: 1.0.0
jurisdiction: ANY
status: in_force
population: {filing_at: 3, warn_at: [2]}
rules:
  - id: town.file
    article: town 1
    title: File
    statement: Whoever stores three people or more files.
    phase: [scheduled, request]
    when: population.stored_persons >= 3
    check: >-
      filing.status in ['submitted', 'accepted'] or
      days(population.threshold_crossed_on, now) <= 30
    effect: {on_fail: require, severity: escalating, at_deadline: enroll, obligation: file}
)";

class DutySweepTest : public ::testing::Test {
 protected:
  void UseTown() {
    const auto core = testing::CoreRules();
    const auto calendar =
        rules::WorkCalendar::Load(FACEGATE_SOURCE_DIR "/config/calendars/cn.yaml");
    const auto town = rules::RuleSet::Parse(core->vocabulary(), "town.yaml", kSmallTown, *calendar);
    ASSERT_TRUE(town.ok()) << town.status().ToString();
    world.engine->Reload(*town);
  }
  void Enrol(const std::string& id) {
    world.AddSubject(id);
    world.Grant(id);
    world.StoreTemplate(id);
  }
  DutySwept Sweep() {
    const auto swept = sweep.Run();
    EXPECT_TRUE(swept.ok()) << swept.status().ToString();
    return swept.ok() ? *swept : DutySwept{};
  }
  // The bodies of the records of a type.
  std::vector<std::string> Records(const std::string& type) {
    storage::LogQuery query;
    query.type = type;
    query.limit = 1000;
    std::vector<std::string> found;
    const auto entries = world.store->QueryLog(World::op(), query);
    EXPECT_TRUE(entries.ok());
    for (const auto& entry : *entries) found.push_back(entry.entry);
    return found;
  }

  World world;
  consent::NoTemplates dropper;
  consent::ConsentService consents{*world.store, *world.ledger, *world.keys,
                                   world.clock,  *world.engine, dropper};
  DutySweep sweep{*world.store, *world.ledger, consents, *world.engine, world.clock};
};

TEST_F(DutySweepTest, RecordsNothingWhereNothingFellDue) {
  Enrol("person-a");
  const DutySwept swept = Sweep();
  EXPECT_EQ(swept.thresholds + swept.expiries + swept.consents_ended, 0);
}

TEST_F(DutySweepTest, RecordsEveryNumberOfPeopleOnce) {
  UseTown();
  Enrol("person-a");
  EXPECT_EQ(Sweep().thresholds, 0);
  Enrol("person-b");
  EXPECT_EQ(Sweep().thresholds, 1);
  EXPECT_EQ(Sweep().thresholds, 0);
  Enrol("person-c");
  EXPECT_EQ(Sweep().thresholds, 1);
  const auto reached = Records("threshold.reached");
  ASSERT_EQ(reached.size(), 2u);
  EXPECT_NE(reached[0].find("EARLY_WARNING"), std::string::npos);
  EXPECT_NE(reached[1].find("FILING"), std::string::npos);
  EXPECT_NE(reached[1].find("due_on"), std::string::npos);
}

TEST_F(DutySweepTest, RecordsThatANumberWasLeftAgain) {
  UseTown();
  Enrol("person-a");
  Enrol("person-b");
  Sweep();
  consent::Caller caller;
  caller.request_id = crypto::RandomUuid();
  ASSERT_TRUE(consents.Erase(caller, World::subject("person-b")).ok());
  EXPECT_EQ(Sweep().thresholds, 1);
  EXPECT_EQ(Records("threshold.left").size(), 1u);
}

TEST_F(DutySweepTest, BlocksNewEnrolmentsAfterTheDeadlineAndNothingElse) {
  UseTown();
  for (const char* id : {"person-a", "person-b", "person-c"}) Enrol(id);
  Sweep();
  world.AddSubject("person-d");
  world.Grant("person-d");
  world.Spend(world.ViewPermitFor(world.EnrollClaim("person-d")));
  world.clock.Advance(31 * core::kMsPerDay);
  const auto denial = world.DenialFor(world.EnrollClaim("person-d"));
  ASSERT_FALSE(denial.findings.empty());
  EXPECT_EQ(denial.findings[0].rule, "town.file");
  world.Grant("person-a");  // the first one expired meanwhile
  world.Spend(world.ViewPermitFor(world.VerifyClaim("person-a")));
}

TEST_F(DutySweepTest, RecordsWhatRanOutOnce) {
  model::Signage sign;
  sign.op = World::op();
  sign.site = World::site();
  sign.id = model::SignageId("s1");
  sign.present = true;
  sign.verified_at = world.clock.Now();
  world.Register(sign);
  model::Exemption exemption;
  exemption.op = World::op();
  exemption.id = model::ExemptionId("e1");
  exemption.legal_ref = "Art. 1";
  exemption.expires_at = world.clock.Now() + core::kMsPerDay;
  world.Register(exemption);
  EXPECT_EQ(Sweep().expiries, 0);
  world.clock.Advance(2 * core::kMsPerDay);
  EXPECT_EQ(Sweep().expiries, 1);
  world.clock.Advance(90 * core::kMsPerDay);
  EXPECT_EQ(Sweep().expiries, 1);
  EXPECT_EQ(Sweep().expiries, 0);
  const auto expired = Records("registry.expired");
  ASSERT_EQ(expired.size(), 2u);
  EXPECT_NE(expired[0].find("\"kind\":\"exemption\""), std::string::npos);
  EXPECT_NE(expired[1].find("\"kind\":\"signage\""), std::string::npos);
}

TEST_F(DutySweepTest, EndsEveryConsentToAPurposeThatEnded) {
  Enrol("person-a");
  Enrol("person-b");
  model::Purpose purpose = world.RegisteredPurpose();
  purpose.ended_on = model::DateOf(world.clock.Now());
  world.Register(purpose);
  EXPECT_EQ(Sweep().consents_ended, 0) << "a day later";
  world.clock.Advance(core::kMsPerDay);
  EXPECT_EQ(Sweep().consents_ended, 2);
  EXPECT_EQ(Records("retention.swept").size(), 1u);
  EXPECT_EQ(*world.store->CountStoredPersons(World::op()), 0u);
  EXPECT_EQ(Sweep().consents_ended, 0);
}

TEST_F(DutySweepTest, EndsConsentsThatAShortenedRetentionLetsGo) {
  Enrol("person-a");
  world.clock.Advance(10 * core::kMsPerDay);
  Enrol("person-b");
  EXPECT_EQ(Sweep().consents_ended, 0);
  model::Purpose purpose = world.RegisteredPurpose();
  purpose.retention_days = 5;
  world.Register(purpose);
  EXPECT_EQ(Sweep().consents_ended, 0) << "once a day";
  world.clock.Advance(core::kMsPerDay);
  EXPECT_EQ(Sweep().consents_ended, 1);
  EXPECT_EQ(*world.store->CountStoredPersons(World::op()), 1u);
  const auto swept = Records("retention.swept");
  ASSERT_EQ(swept.size(), 1u);
  EXPECT_NE(swept[0].find("\"cause\":\"RETENTION\",\"consents\":1"), std::string::npos);
}

// Where three weeks after somebody agreed last their template must be gone.
constexpr const char* kForgetful = R"(
id: forgetful
version: 1.0.0
jurisdiction: ANY
status: in_force
rules:
  - id: forgetful.destroy
    article: forgetful 1
    title: Destroy on time
    statement: Whoever has not been heard of for three weeks is forgotten.
    phase: [scheduled]
    when: true_for_information
    check: days(retention.last_interaction_on, now) < 21
    effect: {on_fail: require, severity: escalating, at_deadline: destroy, obligation: destroy}
  - id: forgetful.untold
    article: forgetful 2
    title: Nothing by what is not known
    statement: Whoever is from elsewhere is forgotten.
    phase: [scheduled]
    when: true_for_information
    check: subject.region == 'US-IL'
    effect: {on_fail: require, severity: escalating, at_deadline: destroy, obligation: destroy}
)";

TEST_F(DutySweepTest, DestroysWhatARuleHasDestroyedAtItsDeadline) {
  const auto core = testing::CoreRules();
  const auto pack = rules::RuleSet::Parse(core->vocabulary(), "forgetful.yaml", kForgetful);
  ASSERT_TRUE(pack.ok()) << pack.status().ToString();
  Enrol("person-a");
  world.clock.Advance(10 * core::kMsPerDay);
  Enrol("person-b");
  world.clock.Advance(11 * core::kMsPerDay);
  EXPECT_EQ(Sweep().consents_ended, 0) << "no rule of facegate's own destroys";
  world.engine->Reload(*pack);
  world.clock.Advance(core::kMsPerDay);
  EXPECT_EQ(Sweep().consents_ended, 1);
  EXPECT_EQ(*world.store->CountStoredPersons(World::op()), 1u);
  const auto swept = Records("retention.swept");
  ASSERT_EQ(swept.size(), 1u);
  EXPECT_NE(swept[0].find("\"cause\":\"RULE\",\"consents\":1"), std::string::npos);
  EXPECT_EQ(Sweep().consents_ended, 0) << "once a day";
}

TEST_F(DutySweepTest, ErasesWhoHadNoConsentForTooLong) {
  world.AddSubject("person-a");
  world.clock.Advance(300 * core::kMsPerDay);
  world.AddSubject("person-b");
  EXPECT_EQ(Sweep().people_erased, 0);
  world.clock.Advance(66 * core::kMsPerDay);
  EXPECT_EQ(Sweep().people_erased, 1);
  EXPECT_EQ(world.store->GetSubject(World::subject("person-a")).status().reason(),
            "SUBJECT_ERASED");
  EXPECT_TRUE(world.store->GetSubject(World::subject("person-b")).ok());
  const auto swept = Records("retention.swept");
  ASSERT_EQ(swept.size(), 1u);
  EXPECT_NE(swept[0].find("\"cause\":\"NO_CONSENT\",\"people_erased\":1"), std::string::npos);
}

TEST(ReloadPolicy, PutsTheRulesInForceAndOnRecord) {
  World world;
  const auto core = testing::CoreRules();
  const auto calendar = rules::WorkCalendar::Load(FACEGATE_SOURCE_DIR "/config/calendars/cn.yaml");
  const auto town = rules::RuleSet::Parse(core->vocabulary(), "town.yaml", kSmallTown, *calendar);
  ASSERT_TRUE(town.ok());
  ASSERT_TRUE(ReloadPolicy(*town, *world.engine, *world.store, *world.ledger).ok());
  EXPECT_EQ(world.engine->rules(), *town);
  storage::LogQuery query;
  query.type = "policy.loaded";
  const auto entries = world.store->QueryLog(World::op(), query);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_NE((*entries)[0].entry.find((*town)->packs()[0].sha256), std::string::npos);
}

// The packs of each policy.loaded of the world's operator, oldest first.
std::vector<std::string> PacksTold(const World& world) {
  storage::LogQuery query;
  query.type = "policy.loaded";
  std::vector<std::string> told;
  const auto entries = world.store->QueryLog(World::op(), query);
  for (const storage::LogEntry& entry : *entries) {
    told.push_back(storage::LineOf(entry.entry)->Find("packs")->Dump());
  }
  return told;
}

TEST(RecordPolicy, TellsOfTheRulesInForceOnceUntilTheyAreOthers) {
  World world;
  const auto core = testing::CoreRules();
  const auto start = [&world](const rules::RuleSet& rules) {
    EXPECT_TRUE(RecordPolicyInAll(rules, *world.store, *world.ledger).ok());
    return PacksTold(world);
  };
  const auto first = start(*core);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0], rules::PacksJson(core->packs()).Dump());
  EXPECT_EQ(start(*core), first) << "an unchanged set is not told again";

  const auto calendar = rules::WorkCalendar::Load(FACEGATE_SOURCE_DIR "/config/calendars/cn.yaml");
  const auto town = rules::RuleSet::Parse(core->vocabulary(), "town.yaml", kSmallTown, *calendar);
  ASSERT_TRUE(town.ok());
  ASSERT_EQ(start(**town).size(), 2u);
  ASSERT_TRUE(ReloadPolicy(core, *world.engine, *world.store, *world.ledger).ok());
  EXPECT_EQ(start(*core).size(), 3u) << "the reload told it";
  EXPECT_EQ(start(**town).size(), 4u) << "the newest counts, not any";
}

TEST(ReloadPolicy, RefusesRulesWithoutAPackThatASiteNames) {
  World world;
  model::Site site = world.RegisteredSite();
  site.packs = {"town"};
  world.Register(site);
  const auto before = world.engine->rules();
  const auto status =
      ReloadPolicy(testing::CoreRules(), *world.engine, *world.store, *world.ledger);
  EXPECT_EQ(status.reason(), "PACK_STILL_NAMED");
  EXPECT_EQ(world.engine->rules(), before);
}

}  // namespace
}  // namespace facegate::gateway
