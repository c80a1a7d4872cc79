// What works now, by what alternatives say of themselves.
#include "facegate/storage/typed.h"
#include "unit/alternatives/alternatives_testing.h"

namespace facegate::alternatives::testing {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

// The front door expects a heartbeat a minute; somebody consented and is enrolled.
class ReportsTest : public AlternativesTest {
 protected:
  ReportsTest() {
    model::AccessPoint door{World::op(),
                            World::site(),
                            point.access_point,
                            "Front door",
                            {{AlternativeKind::kCard, "badge reader", true},
                             {AlternativeKind::kStaffDesk, "reception", true}}};
    door.heartbeat_s_max = 60;
    door.face_wait_s = 10;
    world.Register(door);
    world.AddSubject("person-a");
    (void)world.Grant("person-a");
    world.MarkEnrolled("person-a");
  }

  Reported Say(const std::vector<Report>& reports) {
    auto reported = service.TakeReports(By(model::Role::kController), point, reports);
    EXPECT_TRUE(reported.ok()) << reported.status().ToString();
    return reported.ok() ? *reported : Reported{};
  }
  static Report Card(bool operational = true, std::optional<int> wait_s = {}) {
    return {AlternativeKind::kCard, operational, wait_s};
  }
  static Report Desk(bool operational = true, std::optional<int> wait_s = {}) {
    return {AlternativeKind::kStaffDesk, operational, wait_s};
  }
  // Whether a face is looked at now.
  bool IsFaceLaneOpen() {
    auto decision = world.engine->Decide(world.VerifyClaim("person-a"));
    if (auto* permit = std::get_if<policy::ViewPermit>(&decision)) {
      world.Spend(std::move(*permit));
      return true;
    }
    EXPECT_EQ(std::get<policy::Denial>(decision).verdict, Verdict::kDeny);
    return false;
  }
  model::AccessPoint Registered() const {
    return storage::ReadOne<model::AccessPoint>(
               *world.store, model::AccessPointName(point.op, point.site, point.access_point))
        .value()
        .resource;
  }

  const model::AccessPointRef point{World::op(), World::site(), model::AccessPointId("front")};
};

TEST_F(ReportsTest, CountNothingAsWorkingThatSaidNothing) { EXPECT_FALSE(IsFaceLaneOpen()); }

TEST_F(ReportsTest, OpenTheFaceLaneAndAreRecordedOnce) {
  const Reported first = Say({Card(), Desk()});
  EXPECT_EQ(first.working, 2);
  EXPECT_TRUE(first.log_index.has_value());
  EXPECT_TRUE(IsFaceLaneOpen());
  const std::uint64_t records = Records();
  for (int i = 0; i < 100; ++i) {
    world.clock.Advance(kMinuteMs / 2);
    EXPECT_FALSE(Say({Card(), Desk()}).log_index.has_value());
  }
  EXPECT_EQ(Records(), records);
  EXPECT_TRUE(IsFaceLaneOpen());
}

TEST_F(ReportsTest, CloseTheFaceLaneWhenTheLastAlternativeBreaks) {
  Say({Card(), Desk()});
  EXPECT_TRUE(Say({Desk(false)}).log_index.has_value());
  EXPECT_TRUE(IsFaceLaneOpen());
  const Reported last = Say({Card(false)});
  EXPECT_EQ(last.working, 0);
  EXPECT_EQ(LastLine().StringOr("type", ""), "registry.access_point");
  EXPECT_FALSE(IsFaceLaneOpen());
  EXPECT_FALSE(Registered().alternatives[0].operational);
  Say({Card()});
  EXPECT_TRUE(IsFaceLaneOpen());
}

TEST_F(ReportsTest, CloseTheFaceLaneWhenTheyFallSilent) {
  Say({Card(), Desk()});
  world.clock.Advance(kMinuteMs);
  EXPECT_TRUE(IsFaceLaneOpen());
  world.clock.Advance(1);
  EXPECT_FALSE(IsFaceLaneOpen());
  // Speaking again is a change, and recorded.
  EXPECT_TRUE(Say({Card()}).log_index.has_value());
  EXPECT_TRUE(IsFaceLaneOpen());
}

TEST_F(ReportsTest, LeaveSilenceOnRecordOnce) {
  Say({Card(), Desk()});
  EXPECT_EQ(*service.SweepSilent(By()), 0);
  world.clock.Advance(kMinuteMs + 1);
  EXPECT_EQ(*service.SweepSilent(By()), 1);
  const core::Json line = LastLine();
  EXPECT_EQ(line.StringOr("type", ""), "alternatives.silent");
  EXPECT_EQ(line.StringOr("access_point", ""), "front");
  EXPECT_EQ(line.IntOr("working", -1), 0);
  EXPECT_EQ(line.IntOr("worked", -1), 2);
  EXPECT_EQ(*service.SweepSilent(By()), 0);
}

TEST_F(ReportsTest, TellRecordsHowManyWorked) {
  Say({Card(), Desk()});
  EXPECT_TRUE(IsFaceLaneOpen());
  EXPECT_EQ(LastLine().IntOr("alternatives_working", -1), 2);
  world.SetAlternatives({{AlternativeKind::kCard, "badge reader", true}});
  EXPECT_TRUE(IsFaceLaneOpen());  // no heartbeat is expected: the register says it all
  EXPECT_EQ(LastLine().Find("alternatives_working"), nullptr);
}

TEST_F(ReportsTest, RecordAWaitWhereItCrossesHalfTheFaceLanes) {
  Say({Card(true, 10), Desk(true, 10)});
  const std::uint64_t records = Records();
  Say({Card(true, 9), Desk(true, 6)});  // 0.9 of the face lane: the same half
  EXPECT_EQ(Records(), records);
  Say({Desk(true, 16)});
  EXPECT_EQ(Records(), records + 1);
  EXPECT_EQ(Registered().alternatives[1].wait_s, 16);
  Say({Desk(true, 20)});
  EXPECT_EQ(Records(), records + 1);
}

TEST_F(ReportsTest, RefuseKindsAndWaitsThatAreNone) {
  const auto refused = [&](const Report& report) {
    return service.TakeReports(By(model::Role::kController), point, {report}).status().reason();
  };
  EXPECT_EQ(refused({AlternativeKind::kKey, true, {}}), "KIND_NOT_OFFERED");
  EXPECT_EQ(refused(Card(true, -1)), "BAD_WAIT");
  EXPECT_EQ(refused(Card(true, kWaitSMax + 1)), "BAD_WAIT");
  model::AccessPointRef nowhere = point;
  nowhere.access_point = model::AccessPointId("nowhere");
  EXPECT_EQ(service.TakeReports(By(), nowhere, {}).status().reason(), "RESOURCE_NOT_FOUND");
  EXPECT_FALSE(IsFaceLaneOpen());
}

TEST(Heartbeats, NeverMakeWorkWhatIsRegisteredAsBroken) {
  policy::Heartbeats heartbeats;
  model::AccessPoint door{World::op(),
                          World::site(),
                          model::AccessPointId("front"),
                          "Front door",
                          {{AlternativeKind::kCard, "badge reader", false}}};
  const model::AccessPointRef ref{door.op, door.site, door.id};
  heartbeats.Hear(ref, AlternativeKind::kCard, true, {5000});
  EXPECT_FALSE(heartbeats.Applied(door).alternatives[0].operational);
  EXPECT_EQ(heartbeats.Applied(door).alternatives[0].heartbeat_at, core::Timestamp{5000});
  door.alternatives[0].heartbeat_at = core::Timestamp{6000};  // the register heard later
  door.alternatives[0].operational = true;
  heartbeats.Hear(ref, AlternativeKind::kCard, false, {5500});
  EXPECT_TRUE(heartbeats.Applied(door).alternatives[0].operational);
  EXPECT_EQ(heartbeats.Heard(), std::vector<model::AccessPointRef>{ref});
}

}  // namespace
}  // namespace facegate::alternatives::testing
