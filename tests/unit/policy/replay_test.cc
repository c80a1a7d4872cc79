#include "facegate/policy/replay.h"

#include <gtest/gtest.h>

#include <optional>

#include "facegate/policy/population.h"
#include "support/world/world.h"

namespace facegate {
namespace {

using core::Json;
using testing::World;

constexpr char kTown[] = R"(
id: town
version: 1.0.0
name: A town
jurisdiction: ANY
status: in_force
population: {filing_at: 2, warn_at: [1]}
rules:
  - id: town.filing
    article: town 1
    title: Two people are filed
    statement: Who stores two people files within 30 days.
    phase: [request]
    when: population.stored_persons >= 2
    check: days(population.threshold_crossed_on, now) <= 30
    effect: {on_fail: deny, obligation: file}
    confidence: product_policy
    evidence: [the filing]
)";

// What gateways of two configurations say of themselves.
policy::GatewayFacts Sealed() {
  policy::GatewayFacts facts;
  facts.controls = {"encryption", "access_control"};
  facts.storage_location = "edge_lan";
  facts.key_custody = "third_party";
  facts.leaves_device_via_internet = true;
  facts.storage_country = "CN";
  facts.log_retained_days = 400;
  return facts;
}

class ReplayTest : public ::testing::Test {
 protected:
  ReplayTest() {
    world.AddSubject("person-a");
    world.Grant("person-a");
    world.MarkEnrolled("person-a");
  }

  // The JSON line of the record of what an engine decides.
  Json RecordOf(const policy::Engine& engine, const policy::Claim& claim) {
    auto decision = engine.Decide(claim);
    audit::Outcome outcome;
    std::optional<core::Result<audit::Recorded>> recorded;
    if (auto* denial = std::get_if<policy::Denial>(&decision)) {
      recorded = world.ledger->Commit(std::move(*denial), std::move(outcome));
    } else {
      recorded = world.ledger->Commit(std::get<policy::ViewPermit>(std::move(decision)),
                                      std::move(outcome));
    }
    EXPECT_TRUE(recorded->ok()) << recorded->status().ToString();
    const std::string& entry = (*recorded)->receipt().entry;
    auto line = Json::Parse(std::string_view(entry).substr(0, entry.find('\n')));
    EXPECT_TRUE(line.ok());
    return *line;
  }
  Json RecordOf(const policy::Claim& claim) { return RecordOf(*world.engine, claim); }

  policy::Replayed Again(const Json& record, const policy::GatewayFacts& today = {},
                         const std::vector<rules::Profile>& profiles = {}) {
    auto replayed = policy::Replay(*world.store, World::op(), record,
                                   world.engine->rules()->vocabulary(), today, profiles);
    EXPECT_TRUE(replayed.ok()) << replayed.status().ToString();
    if (!replayed.ok()) std::abort();
    return std::move(replayed).value();
  }

  // Rules under which a filing is owed from the second person on, and those people.
  void UseTown() {
    const auto rules =
        rules::RuleSet::Parse(world.engine->rules()->vocabulary(), "town.yaml", kTown);
    ASSERT_TRUE(rules.ok()) << rules.status().ToString();
    world.engine->Reload(*rules);
  }
  void StorePerson(const std::string& id) {
    world.AddSubject(id);
    world.Grant(id);
    world.StoreTemplate(id);
  }
  // Puts on record that the number was passed today, or, with nothing, that it is no more.
  void PutThreshold(std::optional<model::Date> crossed_on, std::uint64_t revision) {
    policy::Threshold threshold;
    threshold.persons = 2;
    threshold.crossed_on = crossed_on;
    world.Change(storage::PutResource{
        policy::ThresholdName(World::op(), 2), std::string(policy::kThresholdKind),
        model::OperatorName(World::op()), policy::ToJson(threshold).Dump(), revision});
  }
  bool Denies(const policy::Replayed& replayed) {
    const auto view = world.engine->RulesAt(replayed.site);
    EXPECT_TRUE(view.ok());
    return (*view)->Denies(replayed.inputs, rules::Phase::kRequest, rules::Stage::kRequest);
  }

  World world;
};

TEST_F(ReplayTest, SeesOnWhichDayANumberWasPassed) {
  UseTown();
  StorePerson("person-b");
  const Json before = RecordOf(world.VerifyClaim("person-a"));
  StorePerson("person-c");
  const model::Date passed_on = model::DateOf(world.clock.Now());
  PutThreshold(passed_on, 1);
  world.clock.Advance(20 * core::kMsPerDay);
  const Json in_time = RecordOf(world.VerifyClaim("person-a"));

  // Whatever became of the number since.
  world.clock.Advance(100 * core::kMsPerDay);
  PutThreshold(std::nullopt, 2);
  EXPECT_EQ(before.Find("threshold_crossed_on"), nullptr);
  EXPECT_EQ(in_time.StringOr("threshold_crossed_on", ""), model::FormatDate(passed_on));
  const auto day_of = [](const policy::Replayed& replayed) {
    return replayed.inputs.Get("population.threshold_crossed_on");
  };
  EXPECT_TRUE(std::holds_alternative<std::monostate>(day_of(Again(before))));
  EXPECT_EQ(day_of(Again(in_time)), rules::Value(model::StartOf(passed_on)));
  EXPECT_FALSE(Denies(Again(before)));
  EXPECT_FALSE(Denies(Again(in_time)));
}

TEST_F(ReplayTest, IsRefusedAfterTheDeadlineAsTheDecisionWas) {
  UseTown();
  StorePerson("person-b");
  StorePerson("person-c");
  PutThreshold(model::DateOf(world.clock.Now()), 1);
  world.clock.Advance(31 * core::kMsPerDay);
  const Json late = RecordOf(world.VerifyClaim("person-a"));
  EXPECT_EQ(late.StringOr("reason", ""), "POLICY_DENIED");
  EXPECT_TRUE(Denies(Again(late)));
}

TEST_F(ReplayTest, SeesWhatTheGatewaySaidOfItselfThen) {
  policy::EngineOptions options;
  options.gateway = Sealed();
  options.profiles = {rules::Profile::kStrict};
  const policy::Engine then(*world.store, world.clock, world.engine->rules(), options, nullptr);
  const Json record = RecordOf(then, world.VerifyClaim("person-a"));
  const policy::Replayed replayed =
      Again(record, policy::GatewayFacts{}, {rules::Profile::kSeedLiteral});
  EXPECT_EQ(replayed.inputs.Get("security.controls"),
            rules::Value(std::vector<std::string>{"access_control", "encryption"}));
  EXPECT_EQ(replayed.inputs.Get("storage.location"), rules::Value(std::string("edge_lan")));
  EXPECT_EQ(replayed.inputs.Get("storage.key_custody"), rules::Value(std::string("third_party")));
  EXPECT_EQ(replayed.inputs.Get("storage.country"), rules::Value(std::string("CN")));
  EXPECT_EQ(replayed.inputs.Get("storage.leaves_device_via_internet"), rules::Value(true));
  EXPECT_EQ(replayed.inputs.Get("log.retained_days"), rules::Value(400.0));
  EXPECT_EQ(replayed.profiles, std::vector{rules::Profile::kStrict});
}

TEST_F(ReplayTest, TakesTodaysWordsForARecordOfBefore) {
  const Json record = RecordOf(world.VerifyClaim("person-a"));
  Json before = Json::MakeObject();
  for (const auto& [name, value] : record.AsObject()) {
    if (name != "gateway" && name != "decided_at") before.Set(name, value);
  }
  const policy::Replayed replayed = Again(before, Sealed(), {rules::Profile::kSeedLiteral});
  EXPECT_EQ(replayed.inputs.Get("storage.location"), rules::Value(std::string("edge_lan")));
  EXPECT_EQ(replayed.profiles, std::vector{rules::Profile::kSeedLiteral});
  EXPECT_EQ(core::FormatRfc3339(replayed.decided_at), record.StringOr("time", ""));
}

TEST_F(ReplayTest, SeesTheMomentOfTheDecisionNotOfItsRecord) {
  const core::Timestamp decided_at = world.clock.Now();
  policy::ViewPermit permit = world.ViewPermitFor(world.VerifyClaim("person-a"));
  world.clock.Advance(2'000);
  const auto recorded = world.ledger->Commit(std::move(permit), audit::Outcome{});
  ASSERT_TRUE(recorded.ok());
  const std::string& entry = recorded->receipt().entry;
  const auto line = Json::Parse(std::string_view(entry).substr(0, entry.find('\n')));
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(Again(*line).decided_at, decided_at);
  EXPECT_EQ(Again(*line).inputs.Get("now"), rules::Value(decided_at));
}

TEST_F(ReplayTest, SeesWhoSpokeForWhichCameraAndWhatWasMarked) {
  policy::Claim elsewhere = world.VerifyClaim("person-a");
  elsewhere.caller.resource = "operators/acme/sites/another";
  policy::Claim marked = world.EnrollClaim("person-a");
  marked.region = model::Region{0, 0, 0.5, 0.5};
  const policy::Replayed one = Again(RecordOf(elsewhere));
  const policy::Replayed other = Again(RecordOf(marked));
  EXPECT_EQ(one.inputs.Get("caller.speaks_for_camera"), rules::Value(false));
  EXPECT_EQ(one.inputs.Get("request.region_marked"), rules::Value(false));
  EXPECT_EQ(other.inputs.Get("caller.speaks_for_camera"), rules::Value(true));
  EXPECT_EQ(other.inputs.Get("request.region_marked"), rules::Value(true));
}

TEST_F(ReplayTest, SeesOfTheAssessmentsOfADayThatOfTheNewestVersion) {
  model::Assessment assessment;
  assessment.op = World::op();
  assessment.purpose = World::purpose();
  assessment.approved_on = model::DateOf(world.clock.Now());
  for (const auto& [id, version] : {std::pair{"a", 1}, std::pair{"b", 2}, std::pair{"c", 1}}) {
    assessment.id = model::AssessmentId(id);
    assessment.purpose_version = version;
    world.Register(assessment);
  }
  const auto covers = [&] {
    return Again(RecordOf(world.VerifyClaim("person-a"))).inputs.Get("pia.covers_purpose_version");
  };
  EXPECT_EQ(covers(), rules::Value(false)) << "the purpose is at its first version still";
  model::Purpose purpose = world.RegisteredPurpose();
  purpose.version = 2;
  world.Register(purpose);
  EXPECT_EQ(covers(), rules::Value(true));
}

TEST_F(ReplayTest, SeesThatAPictureWouldBeKeptOfAnEnrolmentAlone) {
  model::Purpose purpose = world.RegisteredPurpose();
  purpose.image_retention = model::ImageRetention::kReduced;
  world.Register(purpose);
  const policy::Replayed enrolment = Again(RecordOf(world.EnrollClaim("person-a")));
  EXPECT_EQ(enrolment.inputs.Get("image.original_kept"), rules::Value(true));
  EXPECT_EQ(enrolment.inputs.Get("image.anonymised"), rules::Value(false));
  EXPECT_EQ(enrolment.inputs.Get("image.raw_deleted_after_template"), rules::Value(false));
  EXPECT_EQ(enrolment.inputs.Get("image.kept_resolution_ratio"), rules::Value(0.5));
  const policy::Replayed door = Again(RecordOf(world.VerifyClaim("person-a")));
  EXPECT_EQ(door.inputs.Get("image.original_kept"), rules::Value(false));
}

// What was heard in heartbeats is in no record but that of the decision.
TEST_F(ReplayTest, JudgesByTheAlternativesThatWorkedThen) {
  model::AccessPoint front{World::op(),
                           World::site(),
                           model::AccessPointId("front"),
                           "Front door",
                           {{model::AlternativeKind::kCard, "badge reader", true},
                            {model::AlternativeKind::kStaffDesk, "reception", true}}};
  front.heartbeat_s_max = 60;
  world.Register(front);
  const Json silent = RecordOf(world.VerifyClaim("person-a"));
  world.engine->heartbeats().Hear({front.op, front.site, front.id}, model::AlternativeKind::kCard,
                                  true, world.clock.Now());
  const Json heard = RecordOf(world.VerifyClaim("person-a"));
  EXPECT_EQ(silent.IntOr("alternatives_working", -1), 0);
  EXPECT_EQ(heard.IntOr("alternatives_working", -1), 1);
  EXPECT_TRUE(Denies(Again(silent)));
  EXPECT_FALSE(Denies(Again(heard)));
}

TEST_F(ReplayTest, JudgesNoCredentialThatIsNoFace) {
  policy::Claim claim = world.VerifyClaim("person-a");
  claim.subject.reset();
  claim.credential = model::CredentialKind::kBadge;
  auto decision = world.engine->DecideFaceless(claim);
  auto recorded =
      world.ledger->Commit(std::get<policy::Faceless>(std::move(decision)), audit::Presented{});
  ASSERT_TRUE(recorded.ok());
  const std::string& entry = recorded->receipt().entry;
  const auto line = Json::Parse(std::string_view(entry).substr(0, entry.find('\n')));
  EXPECT_EQ(
      policy::Replay(*world.store, World::op(), *line, world.engine->rules()->vocabulary(), {}, {})
          .status()
          .reason(),
      "NOT_A_DECISION");
}

}  // namespace
}  // namespace facegate
