// What decisions make of holder tokens, and in which order they ask.
#include <gtest/gtest.h>

#include "facegate/crypto/primitives.h"
#include "facegate/custody/custody_service.h"
#include "facegate/policy/engine.h"
#include "support/world/world.h"

namespace facegate {
namespace {

using model::Reason;
using model::Verdict;
using testing::World;

class HolderEngineTest : public ::testing::Test {
 protected:
  HolderEngineTest() {
    world.HaveTemplatesHeld();
    world.AddSubject("person-a");
    consent = world.Grant("person-a");
    token = world.HandOut("person-a");
  }
  policy::Claim Showing(const std::string& text, const char* subject = nullptr) const {
    policy::Claim claim = world.VerifyClaim(subject == nullptr ? "person-a" : subject);
    if (subject == nullptr) claim.subject.reset();
    claim.holder_token = text;
    return claim;
  }
  Reason RefusalOf(const policy::Claim& claim) {
    const policy::Denial denial = world.DenialFor(claim);
    EXPECT_EQ(denial.verdict, Verdict::kUseAlternative);
    return denial.reason;
  }
  void Revoke() {
    custody::CustodyService service(*world.store, *world.ledger, *world.keys, world.clock);
    const auto revoked = service.RevokeShown(
        {{model::Role::kEnroller, "test", ""}, crypto::RandomUuid()}, World::op(), token);
    ASSERT_TRUE(revoked.ok()) << revoked.status().ToString();
  }

  World world;
  model::Consent consent;
  std::string token;
};

TEST_F(HolderEngineTest, GrantsWhoeverShowsTheirToken) {
  for (const policy::Claim& claim : {Showing(token), Showing(token, "person-a")}) {
    auto permit = world.PermitFor(claim);
    EXPECT_EQ(permit.scope().custody, model::TemplateCustody::kHolder);
    EXPECT_EQ(permit.scope().subject, model::SubjectId("person-a"));
    EXPECT_EQ(permit.grounds().claim.subject, model::SubjectId("person-a"));
    EXPECT_FALSE(permit.grounds().token.empty());
    EXPECT_TRUE(permit.grounds().person->enrolled);
    EXPECT_EQ(permit.grounds().consent->expires_at, consent.expires_at);
    world.Spend(std::move(permit));
  }
}

TEST_F(HolderEngineTest, RefusesWhatIsWrongWithATokenByItself) {
  EXPECT_EQ(RefusalOf(world.VerifyClaim("person-a")), Reason::kHolderTokenMissing);
  EXPECT_EQ(RefusalOf(Showing("FGH1:AAAA")), Reason::kHolderTokenBad);
  Revoke();
  EXPECT_EQ(RefusalOf(Showing(token)), Reason::kHolderTokenRevoked);
}

TEST_F(HolderEngineTest, RefusesATokenWhoseTimeOrKeyIsOver) {
  custody::CustodyService service(*world.store, *world.ledger, *world.keys, world.clock);
  const custody::Caller caller{{model::Role::kOperator, "test", ""}, crypto::RandomUuid()};
  ASSERT_TRUE(service.RotateKey(caller, World::op()).ok());
  world.clock.Advance(World::kGraceDays * core::kMsPerDay);
  EXPECT_EQ(RefusalOf(Showing(token)), Reason::kHolderTokenKeyRetired);
  world.clock.Advance(consent.expires_at - world.clock.Now());
  EXPECT_EQ(RefusalOf(Showing(token)), Reason::kHolderTokenExpired);
}

// Whoever is claimed to show a bad token, or none, gets the same answer: it tells of no person.
TEST_F(HolderEngineTest, AnswersABadTokenAlikeWhoeverIsClaimed) {
  world.AddSubject("unconsented");
  world.AddSubject("withdrawn");
  world.Withdraw(world.Grant("withdrawn"));
  for (const char* subject : {"person-a", "unconsented", "withdrawn", "nobody"}) {
    EXPECT_EQ(RefusalOf(world.VerifyClaim(subject)), Reason::kHolderTokenMissing) << subject;
    EXPECT_EQ(RefusalOf(Showing("FGH1:AAAA", subject)), Reason::kHolderTokenBad) << subject;
  }
}

// To a door that shows a token which is not theirs, a person looks as one who never consented.
TEST_F(HolderEngineTest, AnswersAnothersTokenAsAMissingConsentAtADoor) {
  world.AddSubject("person-b");
  world.Grant("person-b");
  EXPECT_EQ(RefusalOf(Showing(token, "person-b")), Reason::kHolderTokenOther);
  EXPECT_EQ(model::Coarse(Reason::kHolderTokenOther), Reason::kConsentMissing);
  EXPECT_EQ(RefusalOf(Showing(token, "nobody")), Reason::kConsentMissing);
}

TEST_F(HolderEngineTest, RefusesATokenWhoseConsentWasWithdrawn) {
  world.Withdraw(consent);
  EXPECT_EQ(RefusalOf(Showing(token)), Reason::kConsentWithdrawn);
  world.Grant("person-a");
  EXPECT_EQ(RefusalOf(Showing(token)), Reason::kHolderTokenOther) << "it was another consent's";
}

TEST_F(HolderEngineTest, RefusesTheTokenOfARestrictedAndOfAnErasedPerson) {
  world.Change(storage::RestrictSubject{World::subject("person-a"), world.clock.Now()});
  EXPECT_EQ(RefusalOf(Showing(token)), Reason::kSubjectRestricted);
  world.Change(storage::EraseSubject{World::subject("person-a")});
  EXPECT_EQ(RefusalOf(Showing(token)), Reason::kConsentMissing);
}

TEST_F(HolderEngineTest, TakesNoTokenForAnotherPurposeOfTheirs) {
  model::Purpose other = world.RegisteredPurpose();
  other.id = model::PurposeId("canteen");
  world.Register(other);
  model::Notice notice;
  notice.op = World::op();
  notice.purpose = other.id;
  notice.id = model::NoticeId("en-1");
  notice.language = "en";
  notice.text = "We compare your face at the canteen, if you agree.";
  notice.text_sha256 = core::HexEncode(crypto::Sha256(core::AsBytes(notice.text)));
  world.Register(notice);
  policy::Claim claim = Showing(token);
  claim.purpose = other.id;
  EXPECT_EQ(RefusalOf(claim), Reason::kConsentMissing) << "no consent for that";
}

TEST_F(HolderEngineTest, TakesNoTokenWhereTheGatewayHoldsTheTemplates) {
  model::Purpose purpose = world.RegisteredPurpose();
  purpose.custody = model::TemplateCustody::kGateway;
  world.Register(purpose);
  EXPECT_EQ(RefusalOf(Showing(token)), Reason::kHolderTokenBad);
}

// A template that the gateway stored before people held them is compared no more.
TEST_F(HolderEngineTest, UsesNoStoredTemplateWherePeopleHoldThem) {
  world.MarkEnrolled("person-a");
  EXPECT_EQ(RefusalOf(world.VerifyClaim("person-a")), Reason::kHolderTokenMissing);
  EXPECT_EQ(RefusalOf(world.IdentifyClaim()), Reason::kHolderTokenMissing);
  world.AddSubject("person-b");
  world.Grant("person-b");
  world.MarkEnrolled("person-b");
  EXPECT_EQ(RefusalOf(Showing(token, "person-b")), Reason::kHolderTokenOther);
}

TEST_F(HolderEngineTest, SaysFirstWhatRefusesWhoeverComes) {
  world.SetAlternatives({});
  const policy::Denial denial = world.DenialFor(world.VerifyClaim("person-a"));
  EXPECT_EQ(denial.verdict, Verdict::kDeny);
  EXPECT_EQ(denial.reason, Reason::kPolicyDenied);
}

TEST_F(HolderEngineTest, TellsRulesThatTheSubjectHoldsTheTemplate) {
  auto permit = world.ViewPermitFor(Showing(token));
  world.Spend(std::move(permit));
  const auto review = world.engine->ReviewDeployment(World::camera("door"), World::purpose());
  ASSERT_TRUE(review.ok()) << review.status().ToString();
  EXPECT_EQ(std::get<std::string>(review->inputs->Get("storage.location")), "subject_token");
}

TEST_F(HolderEngineTest, LetsAPermitLiveNoLongerThanItsToken) {
  world.clock.Advance(consent.expires_at - world.clock.Now() - 100);
  auto permit = world.ViewPermitFor(Showing(token));
  EXPECT_EQ(permit.scope().expires_at, consent.expires_at);
  world.Spend(std::move(permit));
}

TEST_F(HolderEngineTest, TakesNoTokenWithoutAJudge) {
  policy::Engine blind(*world.store, world.clock, testing::CoreRules(), {}, nullptr);
  auto decision = blind.Decide(Showing(token));
  ASSERT_TRUE(std::holds_alternative<policy::Denial>(decision));
  EXPECT_EQ(std::get<policy::Denial>(decision).reason, Reason::kHolderTokenBad);
}

using HolderEngineDeathTest = HolderEngineTest;

TEST_F(HolderEngineDeathTest, AbortsOnAVerificationThatNamesNobody) {
  policy::Claim claim = world.VerifyClaim("person-a");
  claim.subject.reset();
  EXPECT_DEATH({ (void)world.engine->Decide(claim); }, "NamesWhomItMust");
}

}  // namespace
}  // namespace facegate
