#include "facegate/policy/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "facegate/crypto/primitives.h"
#include "support/world/world.h"

namespace facegate {
namespace {

using model::Reason;
using model::Verdict;
using testing::World;

// A world with one person who consented and is enrolled.
class EngineTest : public ::testing::Test {
 protected:
  EngineTest() {
    world.AddSubject("person-a");
    consent = world.Grant("person-a");
    world.MarkEnrolled("person-a");
  }
  World world;
  model::Consent consent;
};

bool Names(const policy::Denial& denial, const std::string& rule) {
  return std::any_of(denial.findings.begin(), denial.findings.end(),
                     [&](const policy::RuleFinding& finding) { return finding.rule == rule; });
}

TEST(Engine, DeniesAnUnknownPersonForWantOfConsent) {
  World world;
  const auto denial = world.DenialFor(world.VerifyClaim("nobody"));
  EXPECT_EQ(denial.reason, Reason::kConsentMissing);
  EXPECT_EQ(denial.verdict, Verdict::kUseAlternative);
  EXPECT_TRUE(Names(denial, "core.consent-before-template"));
}

TEST(Engine, DeniesAKnownPersonWithoutConsentInTheSameWords) {
  World world;
  world.AddSubject("person-a");
  const auto known = world.DenialFor(world.VerifyClaim("person-a"));
  const auto unknown = world.DenialFor(world.VerifyClaim("nobody"));
  EXPECT_EQ(known.reason, unknown.reason);
  EXPECT_EQ(known.verdict, unknown.verdict);
  EXPECT_EQ(known.findings.size(), unknown.findings.size());
}

TEST(Engine, NamesRuleAndArticleOfEveryFinding) {
  World world;
  for (const auto& finding : world.DenialFor(world.VerifyClaim("nobody")).findings) {
    EXPECT_FALSE(finding.rule.empty());
    EXPECT_FALSE(finding.article.empty());
  }
}

TEST_F(EngineTest, GrantsAConsentedPersonWithinTheClaim) {
  const auto claim = world.VerifyClaim("person-a");
  auto permit = world.ViewPermitFor(claim);
  EXPECT_EQ(permit.scope().camera, claim.camera);
  EXPECT_EQ(permit.scope().subject, claim.subject);
  EXPECT_EQ(permit.scope().access_point.str(), "front");
  EXPECT_LE(permit.scope().expires_at, world.clock.Now() + 5'000);
  EXPECT_DOUBLE_EQ(permit.capture().region.x0, 1.0 / 3);
  ASSERT_NE(permit.grounds().consent, nullptr);
  EXPECT_EQ(permit.grounds().consent->epoch, consent.epoch);
  EXPECT_GE(permit.grounds().rests_on->size(), 5u);
  world.Spend(std::move(permit));
}

TEST_F(EngineTest, TellsAWithdrawalToThoseWhoMayKnow) {
  world.Withdraw(consent);
  const auto denial = world.DenialFor(world.VerifyClaim("person-a"));
  EXPECT_EQ(denial.reason, Reason::kConsentWithdrawn);
  EXPECT_EQ(model::Coarse(denial.reason), Reason::kConsentMissing);
}

TEST_F(EngineTest, DeniesFromTheMomentAConsentExpires) {
  world.clock.Advance(consent.expires_at - world.clock.Now() - 1);
  auto permit = world.ViewPermitFor(world.VerifyClaim("person-a"));
  EXPECT_EQ(permit.scope().expires_at, consent.expires_at);
  world.Spend(std::move(permit));
  world.clock.Advance(1);
  EXPECT_EQ(world.DenialFor(world.VerifyClaim("person-a")).reason, Reason::kConsentExpired);
}

TEST_F(EngineTest, DeniesAPersonWhoConsentedButIsNotEnrolled) {
  world.AddSubject("person-b");
  world.Grant("person-b");
  EXPECT_EQ(world.DenialFor(world.VerifyClaim("person-b")).reason, Reason::kNotEnrolled);
}

TEST_F(EngineTest, SeesAWithdrawalThatFollowsAGrant) {
  world.Spend(world.ViewPermitFor(world.VerifyClaim("person-a")));
  world.Withdraw(consent);
  EXPECT_EQ(world.DenialFor(world.VerifyClaim("person-a")).reason, Reason::kConsentWithdrawn);
}

TEST_F(EngineTest, SeesAnEnrolmentThatFollowsARefusal) {
  world.AddSubject("person-b");
  world.Grant("person-b");
  EXPECT_EQ(world.DenialFor(world.VerifyClaim("person-b")).reason, Reason::kNotEnrolled);
  world.MarkEnrolled("person-b");
  world.Spend(world.ViewPermitFor(world.VerifyClaim("person-b")));
}

TEST_F(EngineTest, SeesHowManyPeopleAreStored) {
  const auto rules = rules::RuleSet::Parse(world.engine->rules()->vocabulary(), "few.yaml", R"(
id: few
version: 1.0.0
name: A small gallery
jurisdiction: ANY
status: in_force
rules:
  - id: few.one
    article: few 1
    title: One
    statement: One person at most is stored.
    phase: [request]
    when: true_for_information
    check: population.stored_persons <= 1
    effect: {on_fail: deny, obligation: none}
    confidence: product_policy
    evidence: [none]
)");
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  world.engine->Reload(*rules);
  for (const char* person : {"person-b", "person-c"}) {
    world.Spend(world.ViewPermitFor(world.VerifyClaim("person-a")));
    world.AddSubject(person);
    world.Grant(person);
    world.StoreTemplate(person);
  }
  const auto denial = world.DenialFor(world.VerifyClaim("person-a"));
  EXPECT_TRUE(Names(denial, "few.one"));
  EXPECT_EQ(denial.grounds.stored_persons, 2u);
}

TEST_F(EngineTest, SeesEveryChangeOfTheRegister) {
  world.Spend(world.ViewPermitFor(world.VerifyClaim("person-a")));
  world.SetAlternatives({{model::AlternativeKind::kCard, "reader", false}});
  EXPECT_TRUE(Names(world.DenialFor(world.VerifyClaim("person-a")), "core.alternative-works"));
  world.SetAlternatives({{model::AlternativeKind::kCard, "reader", true}});
  world.Spend(world.ViewPermitFor(world.VerifyClaim("person-a")));
}

// A rule of the phase deploy about something that is registered beside the site.
constexpr const char* kSignsFirst = R"(
id: signs
version: 1.0.0
jurisdiction: ANY
status: in_force
rules:
  - id: signs.first
    article: signs 1
    title: Signs first
    statement: No face is looked at before the signs hang.
    phase: [deploy]
    when: venue.kind == 'office'
    check: signage.present and days(signage.verified_at, now) <= 90
    effect: {on_fail: deny, obligation: put up signs}
)";

TEST_F(EngineTest, KeepsADoorClosedUntilItsSignsHang) {
  const auto rules =
      rules::RuleSet::Parse(world.engine->rules()->vocabulary(), "signs.yaml", kSignsFirst);
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  world.engine->Reload(*rules);
  EXPECT_TRUE(Names(world.DenialFor(world.VerifyClaim("person-a")), "signs.first"));
  model::Signage sign;
  sign.op = World::op();
  sign.site = World::site();
  sign.id = model::SignageId("s1");
  sign.verified_at = world.clock.Now();
  sign.present = true;
  world.Register(sign);
  world.Spend(world.ViewPermitFor(world.VerifyClaim("person-a")));
  // Within the hour the same answer stands; time passes for signs as well.
  world.clock.Advance(91 * core::kMsPerDay);
  EXPECT_TRUE(Names(world.DenialFor(world.VerifyClaim("person-a")), "signs.first"));
}

TEST_F(EngineTest, LetsAnExemptionStandOnlyWhereTwoAttestedIt) {
  const auto exemption_of = [&](std::vector<std::string> principals) {
    model::Exemption exemption;
    exemption.op = World::op();
    exemption.id = model::ExemptionId("e" + std::to_string(principals.size()));
    exemption.kind = model::ExemptionKind::kLawWaivesConsent;
    exemption.legal_ref = "Act 1";
    exemption.expires_at = world.clock.Now() + core::kMsPerDay;
    for (const std::string& principal : principals) {
      exemption.attestations.push_back({principal, world.clock.Now()});
    }
    return exemption;
  };
  world.Register(exemption_of({"a"}));
  EXPECT_EQ(world.DenialFor(world.VerifyClaim("nobody")).reason, Reason::kConsentMissing);
  EXPECT_TRUE(world.DenialFor(world.VerifyClaim("nobody")).grounds.exemption->empty());
  world.Register(exemption_of({"a", "b"}));
  const auto denial = world.DenialFor(world.VerifyClaim("nobody"));
  EXPECT_EQ(denial.grounds.exemption->str(), "e2");
  // The rule is lifted; nothing is stored or compared without a consent all the same.
  EXPECT_EQ(denial.reason, Reason::kConsentMissing);
  world.Withdraw(consent);
  EXPECT_EQ(world.DenialFor(world.EnrollClaim("person-a")).reason, Reason::kConsentWithdrawn);
  EXPECT_FALSE(Names(denial, "core.consent-before-template"));
  world.clock.Advance(core::kMsPerDay);
  EXPECT_TRUE(Names(world.DenialFor(world.VerifyClaim("nobody")), "core.consent-before-template"));
}

TEST_F(EngineTest, DecidesTheSameAfterForgettingAPerson) {
  world.Spend(world.ViewPermitFor(world.VerifyClaim("person-a")));
  world.engine->Forget(World::subject("person-a"));
  world.Spend(world.ViewPermitFor(world.VerifyClaim("person-a")));
}

TEST_F(EngineTest, DeniesAnUnregisteredCamera) {
  auto claim = world.VerifyClaim("person-a");
  claim.camera = World::camera("elsewhere");
  EXPECT_EQ(world.DenialFor(claim).reason, Reason::kUnknownResource);
}

TEST_F(EngineTest, ClosesTheFaceLaneWhenNoAlternativeWorks) {
  world.SetAlternatives({{model::AlternativeKind::kCard, "badge reader", false}});
  const auto denial = world.DenialFor(world.VerifyClaim("person-a"));
  EXPECT_EQ(denial.verdict, Verdict::kDeny);
  EXPECT_TRUE(Names(denial, "core.alternative-works"));
}

TEST_F(EngineTest, DeniesACallerWhoseCertificateNamesAnotherSite) {
  auto claim = world.VerifyClaim("person-a");
  claim.caller.resource = "operators/acme/sites/warehouse";
  EXPECT_TRUE(Names(world.DenialFor(claim), "core.caller-speaks-for-camera"));
}

TEST_F(EngineTest, DoesNotTakeAPrefixOfANameForItsParent) {
  auto claim = world.VerifyClaim("person-a");
  claim.caller.resource = "operators/acme/sites/lob";
  EXPECT_TRUE(Names(world.DenialFor(claim), "core.caller-speaks-for-camera"));
}

TEST_F(EngineTest, DeniesARoleThatMayNotAsk) {
  auto claim = world.VerifyClaim("person-a");
  claim.caller.role = model::Role::kAuditor;
  EXPECT_TRUE(Names(world.DenialFor(claim), "core.caller-role"));
}

TEST_F(EngineTest, SearchesOnlyInAMarkedLane) {
  auto claim = world.IdentifyClaim();
  claim.camera = World::camera("door");
  EXPECT_TRUE(Names(world.DenialFor(claim), "core.identify-in-marked-lane"));
}

TEST_F(EngineTest, DeniesASearchWhereNobodyMayBeCompared) {
  world.Withdraw(consent);
  EXPECT_EQ(world.DenialFor(world.IdentifyClaim()).reason, Reason::kConsentMissing);
}

TEST_F(EngineTest, AdmitsOnlyConsentedCandidatesToASearch) {
  world.AddSubject("person-b");
  const auto other = world.Grant("person-b");
  auto permit = world.PermitFor(world.IdentifyClaim());
  const policy::Candidate a{World::subject("person-a"), World::site(), World::purpose(),
                            consent.id};
  policy::Candidate b{World::subject("person-b"), World::site(), World::purpose(), other.id};
  EXPECT_TRUE(permit.Admits(a).has_value());
  EXPECT_TRUE(permit.Admits(b).has_value());
  world.Withdraw(other);
  EXPECT_FALSE(permit.Admits(b).has_value());
  b.site = model::SiteId("warehouse");
  EXPECT_FALSE(permit.Admits(b).has_value());
  world.Spend(std::move(permit));
}

TEST_F(EngineTest, AdmitsOnlyTheClaimedPersonToAVerification) {
  world.AddSubject("person-b");
  const auto other = world.Grant("person-b");
  auto permit = world.PermitFor(world.VerifyClaim("person-a"));
  EXPECT_TRUE(
      permit.Admits({World::subject("person-a"), World::site(), World::purpose(), consent.id})
          .has_value());
  EXPECT_FALSE(
      permit.Admits({World::subject("person-b"), World::site(), World::purpose(), other.id})
          .has_value());
  world.Spend(std::move(permit));
}

TEST_F(EngineTest, DoesNotAdmitAnExpiredPermit) {
  auto view_permit = world.ViewPermitFor(world.VerifyClaim("person-a"));
  world.clock.Advance(5'000);
  auto admission = world.engine->Admit(std::move(view_permit), {1, 1});
  const auto* denial = std::get_if<policy::Denial>(&admission);
  ASSERT_NE(denial, nullptr);
  EXPECT_EQ(denial->reason, Reason::kDeadlineExceeded);
}

TEST_F(EngineTest, DoesNotAdmitAnEnrolmentWithTwoFacesInTheMark) {
  world.AddSubject("person-b");
  world.Grant("person-b");
  auto admission = world.engine->Admit(world.ViewPermitFor(world.EnrollClaim("person-b")), {2, 2});
  const auto* denial = std::get_if<policy::Denial>(&admission);
  ASSERT_NE(denial, nullptr);
  EXPECT_EQ(denial->reason, Reason::kMultipleFaces);
  EXPECT_EQ(denial->view.total, 2);
}

// ---- Several frames under one permit

TEST_F(EngineTest, LetsASittingLastAsLongAsItAsksAndNoLongerThanItMay) {
  for (const auto& [asked_ms, granted_ms] : {std::pair{20'000, 20'000}, {90'000, 60'000}}) {
    auto claim = world.EnrollClaim("person-a");
    claim.lease_ms = asked_ms;
    auto permit = world.ViewPermitFor(claim);
    EXPECT_EQ(permit.scope().expires_at, world.clock.Now() + granted_ms);
    world.Spend(std::move(permit));
  }
}

TEST_F(EngineTest, SaysWhetherTheConsentBehindAPermitStands) {
  auto permit = world.ViewPermitFor(world.EnrollClaim("person-a"));
  EXPECT_TRUE(world.engine->StillStands(permit));
  world.Withdraw(consent);
  EXPECT_FALSE(world.engine->StillStands(permit));
  world.Grant("person-a");
  EXPECT_FALSE(world.engine->StillStands(permit)) << "another consent is another";
  world.Spend(std::move(permit));
}

TEST_F(EngineTest, LetsNothingStandOfARestrictedPerson) {
  auto permit = world.ViewPermitFor(world.EnrollClaim("person-a"));
  world.Change(storage::RestrictSubject{World::subject("person-a"), world.clock.Now()});
  EXPECT_FALSE(world.engine->StillStands(permit));
  world.Spend(std::move(permit));
}

TEST_F(EngineTest, JudgesWhoIsInViewInEachFrame) {
  auto view_permit = world.ViewPermitFor(world.EnrollClaim("person-a"));
  EXPECT_TRUE(world.engine->LetsUse(view_permit, {1, 1}));
  EXPECT_FALSE(world.engine->LetsUse(view_permit, {2, 2}));
  auto admission = world.engine->Admit(std::move(view_permit), {1, 1});
  auto& permit = std::get<policy::Permit>(admission);
  EXPECT_TRUE(world.engine->LetsUse(permit.view(), {1, 1})) << "of the same request";
  EXPECT_FALSE(world.engine->LetsUse(permit.view(), {2, 2}));
  world.Spend(std::move(permit));
}

TEST_F(EngineTest, NarrowsTheCameraRegionToTheMarkedOne) {
  auto claim = world.EnrollClaim("person-a");
  claim.region = model::Region{0.5, 0, 1, 0.5};
  auto permit = world.ViewPermitFor(claim);
  EXPECT_EQ(permit.capture().region, (model::Region{0.5, 0, 1, 0.5}));
  world.Spend(std::move(permit));
}

TEST_F(EngineTest, RefusesAMarkOutsideTheCameraRegion) {
  auto claim = world.VerifyClaim("person-a");
  claim.region = model::Region{0.8, 0, 1, 0.5};
  EXPECT_EQ(world.DenialFor(claim).reason, Reason::kNoFace);
}

TEST_F(EngineTest, DeniesWhenTheStoreFails) {
  // A registry row that cannot be read is a fault, and a fault is never a grant.
  const std::string name = model::CameraName(World::op(), World::site(), model::CameraId("door"));
  const auto row = world.store->GetResource(name);
  audit::Event event;
  event.type = "registry.camera";
  event.log = World::op();
  event.request_id = "00000000-0000-4000-8000-000000000000";
  const storage::Changes damage{
      storage::PutResource{name, "camera", row->parent, "{", row->revision + 1}};
  ASSERT_TRUE(world.ledger->Append(event, damage).ok());
  EXPECT_EQ(world.DenialFor(world.VerifyClaim("person-a")).reason, Reason::kFault);
}

TEST_F(EngineTest, ReloadSwapsTheRulesWhole) {
  const auto rules = rules::RuleSet::Parse(world.engine->rules()->vocabulary(), "strict.yaml", R"(
id: strict
version: 1.0.0
name: Nothing at all
jurisdiction: ANY
status: in_force
rules:
  - id: strict.nothing
    article: strict 1
    title: Nothing
    statement: Nothing is allowed.
    phase: [request]
    when: true_for_information
    check: false_always
    effect: {on_fail: deny, obligation: none}
    confidence: product_policy
    evidence: [none]
)");
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  world.engine->Reload(*rules);
  const auto denial = world.DenialFor(world.VerifyClaim("person-a"));
  EXPECT_TRUE(Names(denial, "strict.nothing"));
  EXPECT_EQ(denial.grounds.packs->at(0).id, "strict");
}

TEST_F(EngineTest, NamesTheMissingInputOfAnUndecidedRule) {
  const auto rules = rules::RuleSet::Parse(world.engine->rules()->vocabulary(), "pia.yaml", R"(
id: pia
version: 1.0.0
name: Assessment
jurisdiction: ANY
status: in_force
rules:
  - id: pia.covered
    article: pia 1
    title: Covered
    statement: An assessment covers the purpose's version.
    phase: [request]
    when: true_for_information
    check: pia.covers_purpose_version
    effect: {on_fail: deny, obligation: assess}
    confidence: product_policy
    evidence: [none]
)");
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  world.engine->Reload(*rules);
  const auto denial = world.DenialFor(world.VerifyClaim("person-a"));
  EXPECT_EQ(denial.reason, Reason::kInputMissing);
  ASSERT_EQ(denial.findings.size(), 1u);
  EXPECT_EQ(denial.findings[0].missing, std::vector<std::string>{"pia.covers_purpose_version"});
}

// A law that follows its people: theirs need a consent in writing, wherever they are looked at.
class FollowingTest : public EngineTest {
 protected:
  FollowingTest() {
    const auto rules = rules::RuleSet::Parse(world.engine->rules()->vocabulary(), "home.yaml", R"(
id: home
version: 1.0.0
name: Their own law
jurisdiction: US-IL
status: in_force
rules:
  - id: home.written
    article: home 1
    title: In writing
    statement: Whoever is from here agrees in writing.
    phase: [request]
    when: venue.region == 'US-IL' or subject.region == 'US-IL'
    check: consent.form == 'written'
    reason: CONSENT_MISSING
    effect: {on_fail: deny, obligation: ask in writing}
    evidence: [none]
)");
    EXPECT_TRUE(rules.ok()) << rules.status().ToString();
    world.engine->Reload(*rules);
  }
  // Registers somebody from there, who consents and is enrolled.
  model::Consent Register(const std::string& id, const std::string& country,
                          const std::string& region) {
    model::Subject subject = *world.store->GetSubject(World::subject("person-a"));
    subject.id = model::SubjectId(id);
    subject.wrapped_secret = world.keys->Wrap(crypto::RandomSecret(32).span(),
                                              audit::SubjectSecretContext(subject.op, subject.id));
    subject.country = country;
    subject.region = region;
    world.Change(storage::PutSubject{subject});
    world.MarkEnrolled(id);
    return world.Grant(id);
  }
};

TEST_F(FollowingTest, LeavesEverybodyElseAlone) {
  int people = 0;
  for (const auto& [country, region] :
       {std::pair{"", ""}, {"US", ""}, {"US", "WA"}, {"CN", "IL"}}) {
    const std::string id = std::string("somebody-").append(std::to_string(++people));
    Register(id, country, region);
    auto permit = world.PermitFor(world.VerifyClaim(id));
    EXPECT_TRUE(permit.grounds().packs->empty()) << country << region;
    world.Spend(std::move(permit));
  }
}

TEST_F(FollowingTest, JudgesTheClaimedPersonByTheLawThatFollowsThem) {
  Register("ann", "US", "Illinois");
  const auto denial = world.DenialFor(world.VerifyClaim("ann"));
  EXPECT_TRUE(Names(denial, "home.written"));
  ASSERT_EQ(denial.grounds.packs->size(), 1u);
  EXPECT_EQ(denial.grounds.packs->at(0).id, "home");
}

TEST_F(FollowingTest, LeavesThemOutOfASearch) {
  const auto other = Register("ann", "US", "IL");
  auto permit = world.PermitFor(world.IdentifyClaim());
  const auto admits = [&](const char* id, const model::Consent& of) {
    return permit.Admits({World::subject(id), World::site(), World::purpose(), of.id}).has_value();
  };
  EXPECT_TRUE(admits("person-a", consent));
  EXPECT_FALSE(admits("ann", other));
  world.Spend(std::move(permit));
}

TEST(VerdictOfRefusal, IsDenyForAbsoluteBansAndWithoutAWorkingAlternative) {
  const std::vector<model::Alternative> works{{model::AlternativeKind::kCard, "card", true}};
  const std::vector<model::Alternative> broken{{model::AlternativeKind::kCard, "card", false}};
  EXPECT_EQ(policy::VerdictOfRefusal(works, false), Verdict::kUseAlternative);
  EXPECT_EQ(policy::VerdictOfRefusal(works, true), Verdict::kDeny);
  EXPECT_EQ(policy::VerdictOfRefusal(broken, false), Verdict::kDeny);
  EXPECT_EQ(policy::VerdictOfRefusal({}, false), Verdict::kDeny);
}

TEST_F(EngineTest, RefusesARestrictedPersonAsAnybodyWithoutConsent) {
  world.Change(storage::RestrictSubject{World::subject("person-a"), world.clock.Now()});
  for (const policy::Claim& claim :
       {world.VerifyClaim("person-a"), world.EnrollClaim("person-a")}) {
    const auto denial = world.DenialFor(claim);
    EXPECT_EQ(denial.reason, Reason::kSubjectRestricted);
    EXPECT_EQ(model::Coarse(denial.reason), Reason::kConsentMissing);
    // A desk is no way through: there is no other.
    const bool is_at_door = claim.operation == model::Operation::kVerify1to1;
    EXPECT_EQ(denial.verdict, is_at_door ? Verdict::kUseAlternative : Verdict::kDeny);
    EXPECT_TRUE(Names(denial, "core.consent-before-template"));
    EXPECT_EQ(denial.grounds.person->consent_status, "restricted");
  }
}

TEST_F(EngineTest, FindsNobodyWhereEverybodyIsRestricted) {
  world.Change(storage::RestrictSubject{World::subject("person-a"), world.clock.Now()});
  EXPECT_EQ(world.DenialFor(world.IdentifyClaim()).reason, Reason::kConsentMissing);
}

TEST_F(EngineTest, LeavesARestrictedPersonOutOfASearch) {
  world.AddSubject("person-b");
  world.Grant("person-b");
  world.MarkEnrolled("person-b");
  auto permit = world.PermitFor(world.IdentifyClaim());
  const policy::Candidate candidate{World::subject("person-a"), World::site(), World::purpose(),
                                    consent.id};
  EXPECT_TRUE(permit.Admits(candidate).has_value());
  world.Change(storage::RestrictSubject{World::subject("person-a"), world.clock.Now()});
  EXPECT_FALSE(permit.Admits(candidate).has_value()) << "also while the search is under way";
  world.Spend(std::move(permit));
}

TEST_F(EngineTest, GrantsAgainOnceAPersonIsReleased) {
  world.Change(storage::RestrictSubject{World::subject("person-a"), world.clock.Now()});
  EXPECT_EQ(world.DenialFor(world.VerifyClaim("person-a")).reason, Reason::kSubjectRestricted);
  world.Change(storage::RestrictSubject{World::subject("person-a"), std::nullopt});
  world.Spend(world.ViewPermitFor(world.VerifyClaim("person-a")));
}

using EngineDeathTest = EngineTest;

TEST_F(EngineDeathTest, AbortsWhenAPermitIsDroppedUnspent) {
  EXPECT_DEATH({ auto permit = world.ViewPermitFor(world.VerifyClaim("person-a")); },
               "dropped unspent");
}

TEST_F(EngineDeathTest, AbortsOnAClaimWithoutARequestId) {
  auto claim = world.VerifyClaim("person-a");
  claim.request_id = "not a uuid";
  EXPECT_DEATH({ (void)world.engine->Decide(claim); }, "IsUuid");
}

TEST_F(EngineDeathTest, AbortsOnASearchThatClaimsSomebody) {
  auto claim = world.IdentifyClaim();
  claim.subject = model::SubjectId("person-a");
  EXPECT_DEATH({ (void)world.engine->Decide(claim); }, "check failed");
}

}  // namespace
}  // namespace facegate
