// What is shown at a door in place of a face.
#include <algorithm>
#include <thread>

#include "support/base/temp_dir.h"
#include "unit/alternatives/alternatives_testing.h"

namespace facegate::alternatives::testing {
namespace {

// ---- The place ----

TEST_F(AlternativesTest, NeedsAWayForWhatIsShown) {
  world.SetAlternatives({{AlternativeKind::kPin, "keypad", true}});
  for (const auto kind :
       {CredentialKind::kPass, CredentialKind::kBadge, CredentialKind::kStaffOverride}) {
    policy::Claim claim = ClaimOf(kind);
    claim.override_reason = model::OverrideReason::kEmergency;
    const audit::Recorded recorded = Show(claim, "x");
    EXPECT_EQ(recorded.outcome().reason, Reason::kKindNotOffered);
    EXPECT_EQ(recorded.outcome().verdict, Verdict::kUseAlternative);
  }
}

TEST_F(AlternativesTest, NeedsThatWayToWork) {
  Register("04A1");
  world.SetAlternatives({{AlternativeKind::kCard, "badge reader", false},
                         {AlternativeKind::kStaffDesk, "reception", false}});
  const audit::Recorded badge = Show(CredentialKind::kBadge, "04A1");
  EXPECT_EQ(badge.outcome().reason, Reason::kKindNotWorking);
  EXPECT_EQ(badge.outcome().verdict, Verdict::kDeny);
  // Staff who stand there are a way that works.
  policy::Claim staff = ClaimOf(CredentialKind::kStaffOverride);
  staff.override_reason = model::OverrideReason::kEquipmentFailure;
  EXPECT_EQ(Show(staff, "").outcome().verdict, Verdict::kAllow);
}

TEST_F(AlternativesTest, AnswersNobodyWhileNoDecisionMayBeAnswered) {
  Register("04A1");
  world.may_answer = core::Status(core::Code::kUnavailable, "QUORUM_MISSING", "");
  EXPECT_EQ(service.Present(ClaimOf(CredentialKind::kBadge), "04A1").status().reason(),
            "QUORUM_MISSING");
  world.may_answer = core::Status::Ok();
  EXPECT_EQ(Show(CredentialKind::kBadge, "04A1").outcome().verdict, Verdict::kAllow);
}

TEST_F(AlternativesTest, RefusesWhatIsNotRegistered) {
  Register("04A1");
  policy::Claim claim = ClaimOf(CredentialKind::kBadge);
  claim.purpose = model::PurposeId("elsewhere");
  EXPECT_EQ(Show(claim, "04A1").outcome().reason, Reason::kUnknownResource);
  claim = ClaimOf(CredentialKind::kBadge);
  claim.camera = World::camera("desk");  // at no access point
  EXPECT_EQ(Show(claim, "04A1").outcome().reason, Reason::kUnknownResource);
}

TEST_F(AlternativesTest, LooksAtNoFaceAndAsksForNoConsent) {
  Register("04A1");
  const audit::Recorded recorded = Show(CredentialKind::kBadge, "04A1");
  EXPECT_EQ(recorded.outcome().counts.frames, 0);
  EXPECT_TRUE(recorded.outcome().people.empty());
  EXPECT_TRUE(recorded.findings().empty());
  const core::Json line = LastLine();
  for (const char* member : {"operation", "person", "subjects", "models", "counts", "pad"}) {
    EXPECT_EQ(line.Find(member), nullptr) << member;
  }
}

// ---- The record ----

TEST_F(AlternativesTest, RecordsEachAsADecision) {
  policy::Claim claim = ClaimOf(CredentialKind::kStaffOverride);
  claim.override_reason = model::OverrideReason::kAccessibility;
  claim.waited_ms = 1500;
  claim.client_counter = 9;
  const audit::Recorded recorded = Show(claim, "");
  EXPECT_EQ(recorded.outcome().reason, Reason::kStaffOverride);
  const core::Json line = LastLine();
  EXPECT_EQ(line.StringOr("type", ""), "decision");
  EXPECT_EQ(line.StringOr("access_point", ""), "front");
  EXPECT_EQ(line.StringOr("credential", ""), "STAFF_OVERRIDE");
  EXPECT_EQ(line.StringOr("override_reason", ""), "ACCESSIBILITY");
  EXPECT_EQ(line.StringOr("outcome", ""), "ALLOW");
  EXPECT_EQ(line.StringOr("reason", ""), "STAFF_OVERRIDE");
  EXPECT_EQ(line.IntOr("waited_ms", 0), 1500);
  EXPECT_EQ(line.IntOr("client_counter", 0), 9);
  EXPECT_EQ(recorded.receipt().index, Records() - 1);
}

TEST_F(AlternativesTest, FindsARefusedBadgeByReason) {
  EXPECT_EQ(ReasonFor(CredentialKind::kBadge, "04A1"), Reason::kBadgeUnknown);
  storage::LogQuery query;
  query.reason = "BADGE_UNKNOWN";
  query.access_point = "front";
  EXPECT_EQ(world.store->QueryLog(World::op(), query)->size(), 1u);
}

// ---- Passes ----

TEST_F(AlternativesTest, LetsAPassThroughOnce) {
  const std::string pass = IssuedFor(Order());
  const std::uint64_t issued_by = Records() - 1;
  const audit::Recorded first = Show(CredentialKind::kPass, pass);
  EXPECT_EQ(first.outcome().verdict, Verdict::kAllow);
  EXPECT_EQ(first.outcome().reason, Reason::kPassAccepted);
  EXPECT_EQ(first.grounds().rests_on->back(), issued_by);
  const audit::Recorded second = Show(CredentialKind::kPass, pass);
  EXPECT_EQ(second.outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(second.outcome().reason, Reason::kPassReplayed);
}

TEST_F(AlternativesTest, LetsAPassForManyUsesThroughEachTime) {
  PassOrder order = Order();
  order.many_uses = true;
  const std::string pass = IssuedFor(order);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ReasonFor(CredentialKind::kPass, pass), Reason::kPassAccepted);
  }
}

// Shown at many doors at the same moment, copies of one pass let one person through.
TEST_F(AlternativesTest, LetsOneOfManyCopiesThrough) {
  const std::string pass = IssuedFor(Order());
  std::vector<Reason> reasons(8);
  std::vector<std::thread> doors;
  for (Reason& reason : reasons) {
    doors.emplace_back([&] { reason = ReasonFor(CredentialKind::kPass, pass); });
  }
  for (std::thread& door : doors) door.join();
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), Reason::kPassAccepted), 1);
  EXPECT_EQ(std::count(reasons.begin(), reasons.end(), Reason::kPassReplayed), 7);
}

TEST_F(AlternativesTest, RefusesAPassOfAnotherPlaceOrTime) {
  RegisterAnnexe();
  const std::string pass = IssuedFor(Order());
  EXPECT_EQ(Show(AnnexeClaimOf(CredentialKind::kPass), pass).outcome().reason,
            Reason::kPassOtherSite);
  PassOrder later = Order();
  later.not_before = later.not_before + 60'000;
  const std::string not_yet = IssuedFor(later);
  EXPECT_EQ(ReasonFor(CredentialKind::kPass, not_yet), Reason::kPassNotYetValid);
  world.clock.Advance(3'600'000);
  EXPECT_EQ(ReasonFor(CredentialKind::kPass, pass), Reason::kPassExpired);
  // A refusal used nothing up.
  EXPECT_EQ(ReasonFor(CredentialKind::kPass, not_yet), Reason::kPassExpired);
}

TEST_F(AlternativesTest, RefusesAPassThatWasChanged) {
  std::string pass = IssuedFor(Order());
  pass[30] = pass[30] == 'A' ? 'B' : 'A';
  EXPECT_EQ(ReasonFor(CredentialKind::kPass, pass), Reason::kPassBadSignature);
  EXPECT_EQ(ReasonFor(CredentialKind::kPass, "FGP1:"), Reason::kPassBadSignature);
}

TEST_F(AlternativesTest, IssuesNoPassOutOfBounds) {
  const auto refused = [&](const PassOrder& order) {
    return service.IssuePass(By(), order).status().reason();
  };
  const std::uint64_t records = Records();
  PassOrder order = Order();
  order.expires_at = order.not_before + kPassMsMax + 1;
  EXPECT_EQ(refused(order), "BAD_VALIDITY");
  order = Order();
  order.expires_at = order.not_before;
  EXPECT_EQ(refused(order), "BAD_VALIDITY");
  order = Order();
  order.not_before = order.not_before + kPassAheadMsMax + 1;
  order.expires_at = order.not_before + 1;
  EXPECT_EQ(refused(order), "BAD_VALIDITY");
  order = Order();
  order.site.site = model::SiteId("nowhere");
  EXPECT_EQ(refused(order), "RESOURCE_NOT_FOUND");
  order = Order();
  order.access_point = model::AccessPointId("nowhere");
  EXPECT_EQ(refused(order), "RESOURCE_NOT_FOUND");
  world.SetAlternatives({{AlternativeKind::kCard, "badge reader", true}});
  order.access_point = model::AccessPointId("front");
  EXPECT_EQ(refused(order), "KIND_NOT_OFFERED");
  EXPECT_EQ(Records(), records + 1);  // what SetAlternatives wrote
}

TEST_F(AlternativesTest, TakesAPassFromBeforeTheLogKeysWereRotated) {
  const facegate::testing::TempDir keys;
  ASSERT_TRUE(crypto::KeyRing::Init(keys.path()).ok());
  const auto before = crypto::KeyRing::Load(keys.path()).value();
  ASSERT_TRUE(crypto::KeyRing::RotateLog(keys.path()).ok());
  const auto after = crypto::KeyRing::Load(keys.path()).value();
  AlternativeService earlier{*world.store, *world.ledger, *before,
                             world.clock,  *world.engine, registry};
  AlternativeService later{*world.store, *world.ledger, *after,
                           world.clock,  *world.engine, registry};
  const auto reason_for = [&](AlternativeService& door, const std::string& pass) {
    const auto shown = door.Present(ClaimOf(CredentialKind::kPass), pass);
    EXPECT_TRUE(shown.ok()) << shown.status().ToString();
    return shown->outcome().reason;
  };
  const auto old_pass = earlier.IssuePass(By(), Order());
  const auto new_pass = later.IssuePass(By(), Order());
  ASSERT_TRUE(old_pass.ok() && new_pass.ok());
  EXPECT_EQ(reason_for(later, old_pass->text), Reason::kPassAccepted);
  EXPECT_EQ(reason_for(later, old_pass->text), Reason::kPassReplayed);
  EXPECT_EQ(reason_for(earlier, new_pass->text), Reason::kPassBadSignature);
  EXPECT_EQ(reason_for(later, new_pass->text), Reason::kPassAccepted);
}

TEST_F(AlternativesTest, RecordsThatAPassWasIssuedAndNotThePass) {
  PassOrder order = Order();
  order.access_point = model::AccessPointId("front");
  const std::string pass = IssuedFor(order);
  const core::Json line = LastLine();
  EXPECT_EQ(line.StringOr("type", ""), "pass.issued");
  EXPECT_EQ(line.StringOr("access_point", ""), "front");
  EXPECT_EQ(line.StringOr("uses", ""), "ONCE");
  const auto opened = OpenPass(pass, world.keys->PassKey("operators/acme").public_key());
  EXPECT_EQ(line.Dump().find(opened->id.str()), std::string::npos);
}

// ---- Badges ----

TEST_F(AlternativesTest, LetsARegisteredBadgeThrough) {
  const model::Badge badge = Register("04A1B2C3");
  const audit::Recorded recorded = Show(CredentialKind::kBadge, "04A1B2C3");
  EXPECT_EQ(recorded.outcome().reason, Reason::kBadgeAccepted);
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kAllow);
  EXPECT_EQ(ReasonFor(CredentialKind::kBadge, "04A1B2C4"), Reason::kBadgeUnknown);
  EXPECT_EQ(badge.log_index, world.store->GetBadge({World::op(), badge.id})->log_index);
}

TEST_F(AlternativesTest, KnowsABadgeByItsKeyedHashAlone) {
  const model::Badge badge = Register("04A1B2C3");
  EXPECT_EQ(badge.id.str().size(), 32u);
  const auto entries = world.store->ReadEntries(World::op(), 0, 1000);
  ASSERT_TRUE(entries.ok());
  for (const storage::LogEntry& entry : *entries) {
    EXPECT_EQ(entry.entry.find("04A1B2C3"), std::string::npos);
  }
  // Another gateway's key gives another hash.
  World elsewhere;
  EXPECT_NE(core::HexEncode(
                elsewhere.keys->KeyedHash("badge-id/operators/acme", core::AsBytes("04A1B2C3")))
                .substr(0, 32),
            badge.id.str());
}

TEST_F(AlternativesTest, KeepsABadgeToItsSitesAndItsTime) {
  RegisterAnnexe();
  NewBadge badge;
  badge.sites = {model::SiteId("annexe")};
  badge.expires_at = world.clock.Now() + 1000;
  Register("04A1", badge);
  EXPECT_EQ(ReasonFor(CredentialKind::kBadge, "04A1"), Reason::kBadgeUnknown);
  const policy::Claim annexe = AnnexeClaimOf(CredentialKind::kBadge);
  EXPECT_EQ(Show(annexe, "04A1").outcome().reason, Reason::kBadgeAccepted);
  world.clock.Advance(1000);
  EXPECT_EQ(Show(AnnexeClaimOf(CredentialKind::kBadge), "04A1").outcome().reason,
            Reason::kBadgeExpired);
}

TEST_F(AlternativesTest, LetsNobodyThroughByABadgeThatWasRemoved) {
  const model::Badge badge = Register("04A1");
  const model::BadgeRef ref{badge.op, badge.id};
  ASSERT_TRUE(service.RemoveBadge(By(), ref).ok());
  EXPECT_EQ(LastLine().StringOr("type", ""), "badge.removed");
  EXPECT_EQ(ReasonFor(CredentialKind::kBadge, "04A1"), Reason::kBadgeUnknown);
  EXPECT_EQ(service.RemoveBadge(By(), ref).reason(), "BADGE_NOT_FOUND");
}

TEST_F(AlternativesTest, RegistersABadgeOnceWithinBounds) {
  Register("04A1");
  NewBadge badge;
  badge.op = World::op();
  const auto refused = [&] { return service.RegisterBadge(By(), badge).status().reason(); };
  badge.on_badge = "04A1";
  EXPECT_EQ(refused(), "BADGE_EXISTS");
  badge.on_badge = "";
  EXPECT_EQ(refused(), "BAD_BADGE_ID");
  badge.on_badge = std::string(kBadgeIdBytesMax + 1, '0');
  EXPECT_EQ(refused(), "BAD_BADGE_ID");
  badge.on_badge = "04A2";
  badge.expires_at = world.clock.Now();
  EXPECT_EQ(refused(), "BAD_VALIDITY");
  badge.expires_at.reset();
  badge.sites = {model::SiteId("nowhere")};
  EXPECT_EQ(refused(), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(service.ListBadges(World::op(), "", 10)->size(), 1u);
}

// ---- The ledger ----

// A removal between the answer and its record: the record tells.
TEST_F(AlternativesTest, RecordsNoBadgeAsGoodOnceItIsGone) {
  const model::Badge badge = Register("04A1");
  policy::FacelessDecision decision = world.engine->DecideFaceless(ClaimOf(CredentialKind::kBadge));
  auto& way = std::get<policy::Faceless>(decision);
  ASSERT_TRUE(service.RemoveBadge(By(), {badge.op, badge.id}).ok());
  audit::Presented presented;
  presented.reason = Reason::kBadgeAccepted;
  presented.badge = model::BadgeRef{badge.op, badge.id};
  const auto recorded = world.ledger->Commit(std::move(way), presented);
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(recorded->outcome().reason, Reason::kBadgeUnknown);
  EXPECT_NE(recorded->outcome().verdict, Verdict::kAllow);
}

using AlternativesDeathTest = AlternativesTest;

// What only a comparison of faces can say needs a permit.
TEST_F(AlternativesDeathTest, RecordsNoFaceWithoutAPermit) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  audit::Presented presented;
  presented.reason = Reason::kMatched;
  EXPECT_DEATH(
      {
        auto decision = world.engine->DecideFaceless(ClaimOf(CredentialKind::kBadge));
        (void)world.ledger->Commit(std::get<policy::Faceless>(std::move(decision)), presented);
      },
      "IsOfCredential");
}

TEST_F(AlternativesDeathTest, AbortsWhenOneIsDroppedUnrecorded) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH((void)world.engine->DecideFaceless(ClaimOf(CredentialKind::kBadge)),
               "dropped unspent");
}

}  // namespace
}  // namespace facegate::alternatives::testing
