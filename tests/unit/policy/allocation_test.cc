// A door decides for every person who comes by: once warmed up, a decision that grants takes no
// memory, and neither do the steps of the frames after it.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "facegate/policy/engine.h"
#include "support/base/allocations.h"
#include "support/world/world.h"

namespace facegate {
namespace {

using testing::Allocations;
using testing::World;

// Ids as registers have them, longer than any small string.
constexpr const char* kPerson = "0b0e6a2e-3f5a-4bb0-9a3c-5a9a4f0f3d11";
constexpr const char* kDoor = "the-door-of-the-northern-entrance";
constexpr const char* kWay = "the-northern-entrance-of-the-lobby";
constexpr int kHeartbeat_s = 60;

class Forgetful final : public policy::AbandonSink {
 public:
  void OnAbandoned(const policy::Grounds&) noexcept override {}
};

class AllocationTest : public ::testing::Test {
 protected:
  AllocationTest()
      : engine(*world.store, world.clock, testing::CoreRules(), {}, std::make_shared<Forgetful>()) {
    world.AddSubject(kPerson);
    world.Grant(kPerson);
    world.MarkEnrolled(kPerson);
    model::AccessPoint point;
    point.op = World::op();
    point.site = World::site();
    point.id = model::AccessPointId(kWay);
    point.alternatives = {
        {model::AlternativeKind::kCard, "the badge reader beside the northern entrance", true}};
    world.Register(point);
    model::Camera door;
    door.op = World::op();
    door.site = World::site();
    door.id = model::CameraId(kDoor);
    door.access_point = point.id;
    door.capture_area = "the door";
    world.Register(door);
    claim = world.VerifyClaim(kPerson);
    claim.camera = World::camera(kDoor);
    claim.caller.resource = model::CameraName(World::op(), World::site(), door.id);
  }

  // How often the decision about `asked` asks for memory, decided some times before.
  std::uint64_t AllocationsOf(const policy::Claim& asked) {
    std::uint64_t allocated = 0;
    for (int i = 0; i < 20; ++i) {
      policy::Claim own = asked;
      const std::uint64_t before = Allocations();
      const policy::Decision decision = engine.Decide(std::move(own));
      allocated = Allocations() - before;
      EXPECT_TRUE(std::holds_alternative<policy::ViewPermit>(decision));
    }
    return allocated;
  }

  // The way through is one that must be heard from then on.
  model::AccessPoint RegisterHeardWay() {
    model::AccessPoint point;
    point.op = World::op();
    point.site = World::site();
    point.id = model::AccessPointId(kWay);
    point.heartbeat_s_max = kHeartbeat_s;
    point.alternatives = {{model::AlternativeKind::kCard, "badge reader", true}};
    world.Register(point);
    return point;
  }

  World world;
  policy::Engine engine;
  policy::Claim claim;
};

TEST_F(AllocationTest, GrantsAVerificationWithoutAny) { EXPECT_EQ(AllocationsOf(claim), 0u); }

TEST_F(AllocationTest, GrantsAnEnrolmentWithoutAny) {
  EXPECT_EQ(AllocationsOf(world.EnrollClaim(kPerson)), 0u);
}

TEST_F(AllocationTest, GrantsUnderAnExemptionWithoutAny) {
  model::Exemption exemption;
  exemption.op = World::op();
  exemption.id = model::ExemptionId("an-exemption-with-a-long-name");
  exemption.kind = model::ExemptionKind::kLawWaivesConsent;
  exemption.legal_ref = "a paragraph of a law whose name is long as well";
  exemption.expires_at = world.clock.Now() + core::kMsPerDay;
  exemption.attestations = {{"one", world.clock.Now()}, {"another", world.clock.Now()}};
  world.Register(exemption);
  EXPECT_EQ(AllocationsOf(claim), 0u);
}

TEST_F(AllocationTest, GrantsWhereAlternativesMustBeHeardWithoutAny) {
  const model::AccessPoint point = RegisterHeardWay();
  engine.heartbeats().Hear({point.op, point.site, point.id}, model::AlternativeKind::kCard, true,
                           world.clock.Now());
  EXPECT_EQ(AllocationsOf(claim), 0u);
}

TEST_F(AllocationTest, JudgesTheFramesOfAPermitWithoutAny) {
  policy::Decision decision = engine.Decide(claim);
  ASSERT_TRUE(std::holds_alternative<policy::ViewPermit>(decision));
  auto& permit = std::get<policy::ViewPermit>(decision);
  EXPECT_TRUE(engine.StillStands(permit));
  EXPECT_TRUE(engine.LetsUse(permit, {1, 1}));
  const std::uint64_t before = Allocations();
  const bool is_good = engine.StillStands(permit) && engine.LetsUse(permit, {1, 1});
  const policy::Admission admission = engine.Admit(std::move(permit), {1, 1});
  EXPECT_EQ(Allocations(), before);
  EXPECT_TRUE(is_good);
  EXPECT_TRUE(std::holds_alternative<policy::Permit>(admission));
}

TEST_F(AllocationTest, CountsWhatADenialIsMadeOf) {
  const std::uint64_t before = Allocations();
  const policy::Decision decision = engine.Decide(world.VerifyClaim("nobody"));
  EXPECT_GT(Allocations(), before) << "the counter counts";
  EXPECT_TRUE(std::holds_alternative<policy::Denial>(decision));
}

// What was heard and what time brings reach a decision at once, although it is kept.
TEST_F(AllocationTest, SeesAHeartbeatAndItsEndAtOnce) {
  const model::AccessPoint point = RegisterHeardWay();
  const auto grants = [&] {
    return std::holds_alternative<policy::ViewPermit>(engine.Decide(claim));
  };
  const auto hear = [&](bool works) {
    engine.heartbeats().Hear({point.op, point.site, point.id}, model::AlternativeKind::kCard, works,
                             world.clock.Now());
  };
  EXPECT_FALSE(grants()) << "nothing was heard";
  hear(true);
  EXPECT_TRUE(grants());
  hear(false);
  EXPECT_FALSE(grants());
  hear(true);
  world.clock.Advance(kHeartbeat_s * 1000);
  EXPECT_TRUE(grants()) << "the last moment at which it counts";
  world.clock.Advance(1);
  EXPECT_FALSE(grants());
  world.clock.Advance(-1);
  EXPECT_TRUE(grants()) << "a clock set back";
}

}  // namespace
}  // namespace facegate
