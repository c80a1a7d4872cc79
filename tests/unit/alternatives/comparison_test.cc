#include "facegate/alternatives/comparison.h"

#include "unit/alternatives/alternatives_testing.h"

namespace facegate::alternatives::testing {
namespace {

TEST(SpreadOf, IsTheNearestRank) {
  EXPECT_EQ(SpreadOf({}).count, 0u);
  EXPECT_EQ(SpreadOf({}).max_ms, 0);
  const Spread one = SpreadOf({7});
  EXPECT_EQ(one.median_ms, 7);
  EXPECT_EQ(one.p95_ms, 7);
  std::vector<std::int64_t> hundred;
  for (int i = 100; i >= 1; --i) hundred.push_back(i);
  const Spread spread = SpreadOf(hundred);
  EXPECT_EQ(spread.count, 100u);
  EXPECT_EQ(spread.median_ms, 50);
  EXPECT_EQ(spread.p95_ms, 95);
  EXPECT_EQ(spread.max_ms, 100);
}

class ComparisonTest : public AlternativesTest {
 protected:
  std::vector<WayFigures> Compared(core::Timestamp from, core::Timestamp until) {
    auto ways =
        Compare(*world.store, {World::op(), World::site()}, from, until, core::NoDeadline());
    EXPECT_TRUE(ways.ok()) << ways.status().ToString();
    return ways.ok() ? *ways : std::vector<WayFigures>{};
  }
  void ShowBadge(const std::string& on_badge, std::int64_t waited_ms) {
    policy::Claim claim = ClaimOf(CredentialKind::kBadge);
    claim.waited_ms = waited_ms;
    (void)Show(claim, on_badge);
  }
  // A face that is refused for want of consent.
  void ShowFace(std::int64_t waited_ms) {
    policy::Claim claim = world.VerifyClaim("nobody");
    claim.waited_ms = waited_ms;
    auto decision = world.engine->Decide(claim);
    world.clock.Advance(40);
    ASSERT_TRUE(
        world.ledger->Commit(std::get<policy::Denial>(std::move(decision)), audit::Outcome{}).ok());
  }
};

TEST_F(ComparisonTest, CountsEachWayByWhatBecameOfIt) {
  const core::Timestamp start = world.clock.Now();
  Register("04A1");
  ShowBadge("04A1", 3000);
  ShowBadge("04A1", 5000);
  ShowBadge("0000", 9000);
  ShowFace(2000);
  (void)Show(CredentialKind::kPass, "no pass");
  const auto ways = Compared(start, world.clock.Now() + 1);
  ASSERT_EQ(ways.size(), 3u);
  const WayFigures& face = ways[0];
  EXPECT_EQ(face.credential, CredentialKind::kFace);
  EXPECT_EQ(face.access_point.str(), "front");
  EXPECT_EQ(face.uses, 1u);
  EXPECT_EQ(face.refused, 1u);
  EXPECT_EQ(face.took.median_ms, 40);
  EXPECT_EQ(face.waited.median_ms, 2000);
  EXPECT_FALSE(face.wait_ratio.has_value());
  EXPECT_EQ(ways[1].credential, CredentialKind::kPass);
  EXPECT_EQ(ways[1].reasons.at("PASS_BAD_SIGNATURE"), 1u);
  EXPECT_EQ(ways[1].waited.count, 0u);
  EXPECT_FALSE(ways[1].wait_ratio.has_value());
  const WayFigures& badge = ways[2];
  EXPECT_EQ(badge.credential, CredentialKind::kBadge);
  EXPECT_EQ(badge.uses, 3u);
  EXPECT_EQ(badge.let_through, 2u);
  EXPECT_EQ(badge.refused, 1u);
  EXPECT_EQ(badge.faults, 0u);
  EXPECT_EQ(badge.reasons.at("BADGE_ACCEPTED"), 2u);
  EXPECT_EQ(badge.waited.median_ms, 5000);
  EXPECT_EQ(badge.waited.max_ms, 9000);
  EXPECT_DOUBLE_EQ(*badge.wait_ratio, 2.5);
}

TEST_F(ComparisonTest, KeepsToItsTimeAndSite) {
  Register("04A1");
  ShowBadge("04A1", 0);
  world.clock.Advance(1000);
  const core::Timestamp start = world.clock.Now();
  ShowBadge("04A1", 0);
  RegisterAnnexe();
  (void)Show(AnnexeClaimOf(CredentialKind::kBadge), "04A1");
  const auto ways = Compared(start, world.clock.Now() + 1);
  ASSERT_EQ(ways.size(), 1u);
  EXPECT_EQ(ways[0].uses, 1u);
  EXPECT_TRUE(Compared(start + 10'000, start + 20'000).empty());
}

TEST_F(ComparisonTest, TellsFaultsFromRefusals) {
  const core::Timestamp start = world.clock.Now();
  auto decision = world.engine->DecideFaceless(ClaimOf(CredentialKind::kBadge));
  ASSERT_TRUE(
      world.ledger->Commit(std::get<policy::Faceless>(std::move(decision)), audit::Presented{})
          .ok());
  const auto ways = Compared(start, world.clock.Now() + 1);
  ASSERT_EQ(ways.size(), 1u);
  EXPECT_EQ(ways[0].faults, 1u);
  EXPECT_EQ(ways[0].refused, 0u);
  EXPECT_EQ(ways[0].let_through, 0u);
}

}  // namespace
}  // namespace facegate::alternatives::testing
