#include "facegate/gallery/gallery.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

#include "support/world/world.h"

namespace facegate::gallery {
namespace {

using testing::World;

constexpr char kModel[] = "model-v1";

DecisionTable TestTable() { return {kModel, 0.55, {{0.45, 2.7e-5, 111'966, 0, "a set"}}}; }

// Points of the embedding space: Spot(1) is a person's face, Near(1, d) a picture at distance d of
// it.
std::array<float, vision::kEmbeddingSize> Spot(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 0.13f);  // a norm of about 1.5
  std::array<float, vision::kEmbeddingSize> values;
  for (float& value : values) value = normal(random);
  return values;
}

vision::Face FaceAt(const std::array<float, vision::kEmbeddingSize>& values) {
  return vision::Face{{}, {}, vision::Embedding(values)};
}

vision::Face Near(unsigned seed, double distance) {
  auto values = Spot(seed);
  // Spread over all coordinates, as differences between pictures are.
  std::mt19937 random(seed + 1000);
  std::normal_distribution<double> normal;
  std::array<double, vision::kEmbeddingSize> direction;
  double norm = 0;
  for (double& value : direction) {
    value = normal(random);
    norm += value * value;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] += static_cast<float>(distance * direction[i] / std::sqrt(norm));
  }
  return FaceAt(values);
}

vision::Face Exactly(unsigned seed) { return Near(seed, 0); }

// Three views of person 1.
std::vector<vision::Face> SeveralFaces() {
  std::vector<vision::Face> faces;
  for (const double distance : {0.0, 0.15, 0.3}) faces.push_back(Near(1, distance));
  return faces;
}

std::vector<const vision::Face*> Pointers(const std::vector<vision::Face>& faces) {
  std::vector<const vision::Face*> pointers;
  for (const vision::Face& face : faces) pointers.push_back(&face);
  return pointers;
}

class GalleryTest : public ::testing::Test {
 protected:
  GalleryTest() { Reopen(); }

  // As a restart does: memory starts empty.
  void Reopen(MatchOptions options = {}, const std::string& model = kModel) {
    gallery_ = std::make_unique<Gallery>(*world_.store, *world_.keys, world_.clock, world_.metrics,
                                         TestTable(), options, model);
  }

  model::Consent AddPerson(std::string_view id) {
    world_.AddSubject(id);
    return world_.Grant(id);
  }

  // Records a prepared template as the gateway does; the outcome may be an aborted one.
  audit::Recorded Record(policy::Permit permit, PendingTemplate& pending) {
    audit::Outcome outcome;
    outcome.verdict = model::Verdict::kAllow;
    outcome.reason = model::Reason::kEnrolled;
    outcome.people = {{*permit.scope().subject, *permit.grounds().consent,
                       permit.grounds().wrapped_subject_secret}};
    outcome.enrolled_template = pending.id();
    auto recorded =
        world_.ledger->Commit(std::move(permit), std::move(outcome), pending.TakeChanges());
    EXPECT_TRUE(recorded.ok()) << recorded.status().ToString();
    return std::move(recorded).value();
  }

  std::uint64_t Enroll(std::string_view subject, const vision::Face& face) {
    auto permit = world_.PermitFor(world_.EnrollClaim(subject));
    auto pending = gallery_->Prepare(face, permit);
    EXPECT_TRUE(pending.ok()) << pending.status().ToString();
    const audit::Recorded recorded = Record(std::move(permit), *pending);
    EXPECT_EQ(recorded.outcome().reason, model::Reason::kEnrolled);
    const std::uint64_t index = recorded.receipt().index;
    gallery_->Activate(std::move(*pending), index);
    return index;
  }

  core::Status PrepareStatus(std::string_view subject, const vision::Face& face,
                             std::int64_t wait_ms = 0) {
    auto permit = world_.PermitFor(world_.EnrollClaim(subject));
    world_.clock.Advance(wait_ms);
    auto pending = gallery_->Prepare(face, permit);
    world_.Spend(std::move(permit));
    return pending.status();
  }

  Match Verify(std::string_view subject, const vision::Face& face) {
    auto permit = world_.PermitFor(world_.VerifyClaim(subject));
    Match match = gallery_->Verify(face, permit);
    world_.Spend(std::move(permit));
    return match;
  }

  template <class... Faces>
  std::vector<Match> Identify(Faces... faces) {
    std::vector<vision::Face> all;
    (all.push_back(std::move(faces)), ...);
    auto permit = world_.PermitFor(world_.IdentifyClaim());
    auto matches = gallery_->Identify(all, permit);
    world_.Spend(std::move(permit));
    return matches;
  }

  std::uint64_t Append(storage::Changes changes) {
    audit::Event event;
    event.type = "template.enrolled";
    event.log = World::op();
    event.request_id = "00000000-0000-4000-8000-000000000000";
    auto recorded = world_.ledger->Append(std::move(event), std::move(changes));
    EXPECT_TRUE(recorded.ok()) << recorded.status().ToString();
    return recorded->receipt().index;
  }

  World world_;
  std::unique_ptr<Gallery> gallery_;
};

// ---- What people hold
// ------------------------------------------------------------------------------

class HeldTest : public GalleryTest {
 protected:
  HeldTest() { world_.HaveTemplatesHeld(); }

  HeldTemplate Hold(std::string_view subject, const vision::Face& face) {
    auto permit = world_.PermitFor(world_.EnrollClaim(subject));
    auto held = gallery_->PrepareToken(face, permit);
    EXPECT_TRUE(held.ok()) << held.status().ToString();
    audit::Outcome outcome;
    outcome.verdict = model::Verdict::kAllow;
    outcome.reason = model::Reason::kIssuedToHolder;
    outcome.people = {{*permit.scope().subject, *permit.grounds().consent,
                       permit.grounds().wrapped_subject_secret}};
    outcome.issued_token = {held->token, held->expires_at, held->key_version};
    EXPECT_TRUE(
        world_.ledger->Commit(std::move(permit), std::move(outcome), std::move(held->changes))
            .ok());
    return std::move(held).value();
  }
  Match Show(const std::string& token, const vision::Face& face) {
    policy::Claim claim = world_.VerifyClaim("ann");
    claim.subject.reset();
    claim.holder_token = token;
    auto permit = world_.PermitFor(claim);
    Match match = gallery_->Verify(face, permit);
    world_.Spend(std::move(permit));
    return match;
  }
};

TEST_F(HeldTest, ComparesWithTheTemplateInTheToken) {
  const model::Consent consent = AddPerson("ann");
  const HeldTemplate held = Hold("ann", Exactly(1));
  EXPECT_EQ(held.expires_at, consent.expires_at);
  const Match match = Show(held.token, Near(1, 0.3));
  ASSERT_EQ(match.kind, MatchKind::kMatch);
  EXPECT_EQ(match.subject, model::SubjectId("ann"));
  EXPECT_EQ(match.consent->epoch, consent.epoch);
  EXPECT_FALSE(match.wrapped_subject_secret.empty());
  EXPECT_EQ(Show(held.token, Near(1, 0.5)).kind, MatchKind::kInconclusive);
  EXPECT_EQ(Show(held.token, Exactly(2)).kind, MatchKind::kNoMatch);
}

TEST_F(HeldTest, KeepsNothingOfTheTemplate) {
  AddPerson("ann");
  const HeldTemplate held = Hold("ann", Exactly(1));
  EXPECT_EQ(gallery_->size(), 0u);
  EXPECT_TRUE(world_.store->ListTemplates(std::nullopt, 10)->empty());
  EXPECT_FALSE(world_.store->GetTemplateKey(World::subject("ann"), World::purpose()).ok());
  EXPECT_EQ(*world_.store->CountStoredPersons(World::op()), 0u);
  Reopen();
  ASSERT_TRUE(gallery_->Load().ok());
  EXPECT_EQ(gallery_->size(), 0u);
  EXPECT_EQ(Show(held.token, Near(1, 0.3)).kind, MatchKind::kMatch) << "after a restart, too";
}

TEST_F(HeldTest, HandsOutAsManyAsAreAskedFor) {
  AddPerson("ann");
  for (unsigned i = 1; i <= 5; ++i) {
    EXPECT_EQ(Show(Hold("ann", Exactly(i)).token, Near(i, 0.3)).kind, MatchKind::kMatch);
  }
}

TEST_F(HeldTest, AsksWhoHoldsATemplateOfAnotherModelToEnrolAgain) {
  AddPerson("ann");
  const HeldTemplate held = Hold("ann", Exactly(1));
  Reopen({}, "another-model");
  EXPECT_EQ(Show(held.token, Exactly(1)).kind, MatchKind::kNotEnrolled);
}

TEST_F(HeldTest, ComparesNothingUnderAnExpiredPermit) {
  AddPerson("ann");
  policy::Claim claim = world_.VerifyClaim("ann");
  claim.holder_token = Hold("ann", Exactly(1)).token;
  auto permit = world_.PermitFor(claim);
  world_.clock.Advance(60'000);
  EXPECT_EQ(gallery_->Verify(Exactly(1), permit).kind, MatchKind::kInconclusive);
  EXPECT_EQ(world_.metrics.Value(core::Counter::kComparisons), 0u);
  world_.Spend(std::move(permit));
  auto enrol = world_.PermitFor(world_.EnrollClaim("ann"));
  world_.clock.Advance(60'000);
  EXPECT_EQ(gallery_->PrepareToken(Exactly(1), enrol).status().reason(), "PERMIT_EXPIRED");
  world_.Spend(std::move(enrol));
}

using HeldDeathTest = HeldTest;

TEST_F(HeldDeathTest, StoresNoTemplateThatIsToBeHeld) {
  AddPerson("ann");
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  EXPECT_DEATH({ (void)gallery_->Prepare(Exactly(1), permit); }, "custody");
  world_.Spend(std::move(permit));
}

// ---- 1:1
// -----------------------------------------------------------------------------------------

TEST_F(GalleryTest, VerifiesTheEnrolledPerson) {
  const model::Consent consent = AddPerson("ann");
  Enroll("ann", Exactly(1));
  const Match match = Verify("ann", Near(1, 0.3));
  ASSERT_EQ(match.kind, MatchKind::kMatch);
  EXPECT_EQ(match.subject, model::SubjectId("ann"));
  ASSERT_TRUE(match.consent.has_value());
  EXPECT_EQ(match.consent->consent.consent, consent.id);
  EXPECT_EQ(match.consent->epoch, consent.epoch);
  EXPECT_EQ(match.wrapped_subject_secret,
            world_.store->GetSubject(World::subject("ann"))->wrapped_secret);
}

TEST_F(GalleryTest, AnswersByDistance) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  EXPECT_EQ(Verify("ann", Near(1, 0.43)).kind, MatchKind::kMatch);
  EXPECT_EQ(Verify("ann", Near(1, 0.47)).kind, MatchKind::kInconclusive);
  EXPECT_EQ(Verify("ann", Near(1, 0.53)).kind, MatchKind::kInconclusive);
  EXPECT_EQ(Verify("ann", Near(1, 0.57)).kind, MatchKind::kNoMatch);
  EXPECT_EQ(Verify("ann", Exactly(2)).kind, MatchKind::kNoMatch);
}

TEST_F(GalleryTest, NamesNobodyUnlessItMatches) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  for (const double distance : {0.5, 0.7}) {
    const Match match = Verify("ann", Near(1, distance));
    EXPECT_TRUE(match.subject.empty());
    EXPECT_FALSE(match.consent.has_value());
    EXPECT_TRUE(match.wrapped_subject_secret.empty());
  }
}

TEST_F(GalleryTest, VerifiesAgainstTheNearestOfAPersonsTemplates) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  Enroll("ann", Exactly(2));
  EXPECT_EQ(Verify("ann", Near(2, 0.3)).kind, MatchKind::kMatch);
  EXPECT_EQ(Verify("ann", Near(1, 0.3)).kind, MatchKind::kMatch);
}

TEST_F(GalleryTest, ComparesWithTheClaimedPersonOnly) {
  AddPerson("ann");
  AddPerson("bob");
  Enroll("ann", Exactly(1));
  Enroll("bob", Exactly(2));
  EXPECT_EQ(Verify("ann", Exactly(2)).kind, MatchKind::kNoMatch);
}

TEST_F(GalleryTest, IsNotEnrolledWithoutATemplateInMemory) {
  AddPerson("ann");
  world_.MarkEnrolled("ann");
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kNotEnrolled);
}

TEST_F(GalleryTest, ComparesNothingUnderAnEarlierConsent) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  world_.Grant("ann");  // a newer consent: the permit rests on it, the template does not
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kNotEnrolled);
}

TEST_F(GalleryTest, DividesTheRateAmongAPersonsTemplates) {
  MatchOptions options;
  options.fmr_max = 5e-5;  // enough for one comparison at 2.7e-5, not for two
  Reopen(options);
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kMatch);
  Enroll("ann", Exactly(2));
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kInconclusive);
}

TEST_F(GalleryTest, IsInconclusiveWhereTheEvidenceIsTooThin) {
  MatchOptions options;
  options.fmr_max = 1e-6;
  Reopen(options);
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kInconclusive);
  EXPECT_EQ(Verify("ann", Near(1, 0.7)).kind, MatchKind::kNoMatch);
}

TEST_F(GalleryTest, ComparesNothingUnderAnExpiredPermit) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  auto permit = world_.PermitFor(world_.VerifyClaim("ann"));
  const std::uint64_t before = world_.metrics.Value(core::Counter::kComparisons);
  world_.clock.Advance(5'001);
  EXPECT_EQ(gallery_->Verify(Exactly(1), permit).kind, MatchKind::kInconclusive);
  EXPECT_EQ(world_.metrics.Value(core::Counter::kComparisons), before);
  world_.Spend(std::move(permit));
}

TEST_F(GalleryTest, IsInconclusiveForABrokenEmbedding) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  auto values = Spot(1);
  values[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Verify("ann", FaceAt(values)).kind, MatchKind::kInconclusive);
}

TEST_F(GalleryTest, IsInconclusiveForAPersonErasedMeanwhile) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  auto permit = world_.PermitFor(world_.VerifyClaim("ann"));
  Append({storage::EraseSubject{World::subject("ann")}});  // and the Drop has not arrived yet
  EXPECT_EQ(gallery_->Verify(Exactly(1), permit).kind, MatchKind::kInconclusive);
  world_.Spend(std::move(permit));
}

TEST_F(GalleryTest, CountsAndTimesComparisons) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  Enroll("ann", Exactly(2));
  const std::uint64_t before = world_.metrics.Value(core::Counter::kComparisons);
  const std::uint64_t observed = world_.metrics.Observations(core::Stage::kMatch);
  Verify("ann", Exactly(1));
  EXPECT_EQ(world_.metrics.Value(core::Counter::kComparisons), before + 2);
  EXPECT_EQ(world_.metrics.Observations(core::Stage::kMatch), observed + 1);
}

// ---- 1:N
// -----------------------------------------------------------------------------------------

TEST_F(GalleryTest, IdentifiesEachFaceInOrder) {
  AddPerson("ann");
  AddPerson("bob");
  Enroll("ann", Exactly(1));
  Enroll("bob", Exactly(2));
  const auto matches = Identify(Near(2, 0.2), Exactly(7), Near(1, 0.2), Near(2, 0.5));
  ASSERT_EQ(matches.size(), 4u);
  EXPECT_EQ(matches[0].kind, MatchKind::kMatch);
  EXPECT_EQ(matches[0].subject, model::SubjectId("bob"));
  EXPECT_EQ(matches[1].kind, MatchKind::kNoMatch);
  EXPECT_EQ(matches[2].subject, model::SubjectId("ann"));
  EXPECT_EQ(matches[3].kind, MatchKind::kInconclusive);
}

TEST_F(GalleryTest, CarriesConsentAndSecretOfWhomItIdentified) {
  const model::Consent consent = AddPerson("ann");
  Enroll("ann", Exactly(1));
  const auto matches = Identify(Exactly(1));
  ASSERT_TRUE(matches[0].consent.has_value());
  EXPECT_EQ(matches[0].consent->consent.consent, consent.id);
  EXPECT_FALSE(matches[0].wrapped_subject_secret.empty());
}

TEST_F(GalleryTest, GivesAPersonToTheNearestFaceOnly) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  const auto matches = Identify(Near(1, 0.3), Near(1, 0.1), Near(1, 0.2));
  EXPECT_EQ(matches[0].kind, MatchKind::kInconclusive);
  EXPECT_EQ(matches[1].kind, MatchKind::kMatch);
  EXPECT_EQ(matches[2].kind, MatchKind::kInconclusive);
  EXPECT_TRUE(matches[0].subject.empty());
}

TEST_F(GalleryTest, DividesTheRateAmongTheCandidates) {
  MatchOptions options;
  options.fpir_max = 5e-5;  // enough for one comparison at 2.7e-5, not for two
  Reopen(options);
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  EXPECT_EQ(Identify(Exactly(1))[0].kind, MatchKind::kMatch);
  AddPerson("bob");
  Enroll("bob", Exactly(2));
  EXPECT_EQ(Identify(Exactly(1))[0].kind, MatchKind::kInconclusive);
}

TEST_F(GalleryTest, ComparesOnlyWithCandidatesThatThePermitAdmits) {
  AddPerson("ann");
  const model::Consent bobs = AddPerson("bob");
  Enroll("ann", Exactly(1));
  Enroll("bob", Exactly(2));
  world_.Withdraw(bobs);  // and the Drop has not arrived yet
  const std::uint64_t before = world_.metrics.Value(core::Counter::kComparisons);
  const auto matches = Identify(Exactly(2));
  EXPECT_EQ(matches[0].kind, MatchKind::kNoMatch);
  EXPECT_EQ(world_.metrics.Value(core::Counter::kComparisons), before + 1);
}

TEST_F(GalleryTest, FindsNobodyEnrolledWhenNoCandidateIsAdmitted) {
  const model::Consent anns = AddPerson("ann");
  Enroll("ann", Exactly(1));
  auto permit = world_.PermitFor(world_.IdentifyClaim());
  world_.Withdraw(anns);
  std::vector<vision::Face> faces;
  faces.push_back(Exactly(1));
  EXPECT_EQ(gallery_->Identify(faces, permit)[0].kind, MatchKind::kNotEnrolled);
  world_.Spend(std::move(permit));
}

TEST_F(GalleryTest, IdentifiesNobodyUnderAnExpiredPermit) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  auto permit = world_.PermitFor(world_.IdentifyClaim());
  world_.clock.Advance(5'001);
  std::vector<vision::Face> faces;
  faces.push_back(Exactly(1));
  const auto matches = gallery_->Identify(faces, permit);
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].kind, MatchKind::kInconclusive);
  world_.Spend(std::move(permit));
}

TEST_F(GalleryTest, IdentifiesNoFacesAsNothing) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  EXPECT_TRUE(Identify().empty());
}

// ---- Enrolment
// -----------------------------------------------------------------------------------

TEST_F(GalleryTest, MakesSecretAndKeyWithTheFirstTemplateOnly) {
  AddPerson("ann");
  AddPerson("bob");
  const auto kinds = [this](std::string_view subject) {
    auto permit = world_.PermitFor(world_.EnrollClaim(subject));
    auto pending = gallery_->Prepare(Exactly(1), permit);
    const storage::Changes changes = pending->TakeChanges();
    world_.Spend(std::move(permit));
    std::vector<std::size_t> out;
    for (const auto& change : changes) out.push_back(change.index());
    return out;
  };
  const std::size_t secret = storage::Change(storage::PutGallerySecret{}).index();
  const std::size_t key = storage::Change(storage::PutTemplateKey{}).index();
  const std::size_t value = storage::Change(storage::PutTemplate{}).index();
  EXPECT_EQ(kinds("ann"), (std::vector{secret, key, value}));
  Enroll("ann", Exactly(1));
  EXPECT_EQ(kinds("ann"), (std::vector{value}));
  EXPECT_EQ(kinds("bob"), (std::vector{key, value}));
}

TEST_F(GalleryTest, StoresWhoWhereWhatForAndByWhichConsent) {
  const model::Consent consent = AddPerson("ann");
  Enroll("ann", Exactly(1));
  const auto stored = world_.store->ListTemplatesOf(World::subject("ann"));
  ASSERT_EQ(stored->size(), 1u);
  const model::Template& value = stored->front();
  EXPECT_EQ(value.site, World::site());
  EXPECT_EQ(value.purpose, World::purpose());
  EXPECT_EQ(value.consent, consent.id);
  EXPECT_EQ(value.model_id, kModel);
  EXPECT_EQ(value.created_at, world_.clock.Now());
  EXPECT_EQ(value.sealed.size(), 12u + 128u + 16u);
}

TEST_F(GalleryTest, IsNotComparableBeforeActivate) {
  AddPerson("ann");
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  auto pending = gallery_->Prepare(Exactly(1), permit);
  const audit::Recorded recorded = Record(std::move(permit), *pending);
  EXPECT_EQ(gallery_->size(), 0u);
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kNotEnrolled);
  gallery_->Activate(std::move(*pending), recorded.receipt().index);
  EXPECT_EQ(gallery_->size(), 1u);
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kMatch);
}

TEST_F(GalleryTest, LetsOneOfTwoFirstEnrolmentsMakeTheSecret) {
  AddPerson("ann");
  AddPerson("bob");
  auto anns = world_.PermitFor(world_.EnrollClaim("ann"));
  auto bobs = world_.PermitFor(world_.EnrollClaim("bob"));
  auto first = gallery_->Prepare(Exactly(1), anns);
  auto second = gallery_->Prepare(Exactly(2), bobs);
  EXPECT_EQ(Record(std::move(anns), *first).outcome().reason, model::Reason::kEnrolled);
  EXPECT_EQ(Record(std::move(bobs), *second).outcome().reason, model::Reason::kConsentMoved);
  Enroll("bob", Exactly(2));  // tried again, with the secret that is stored now
  EXPECT_EQ(Verify("bob", Exactly(2)).kind, MatchKind::kMatch);
}

TEST_F(GalleryTest, RefusesMoreTemplatesThanTheEvidenceBears) {
  AddPerson("ann");
  for (unsigned i = 1; i <= 3; ++i) Enroll("ann", Exactly(i));
  const core::Status status = PrepareStatus("ann", Exactly(4));
  EXPECT_EQ(status.code(), core::Code::kResourceExhausted);
  EXPECT_EQ(status.reason(), "TEMPLATES_MAX");
}

TEST_F(GalleryTest, EnrolsSeveralFacesUnderOneRecord) {
  AddPerson("ann");
  const auto faces = SeveralFaces();
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  EXPECT_EQ(gallery_->RoomFor(permit.view()), 3);
  auto several = gallery_->PrepareSeveral(Pointers(faces), permit);
  ASSERT_TRUE(several.ok()) << several.status().ToString();
  ASSERT_EQ(several->size(), 3u);
  // One secret and one key for all, and a template for each.
  std::vector<storage::Changes> changes;
  for (PendingTemplate& one : *several) changes.push_back(one.TakeChanges());
  EXPECT_EQ(changes[0].size(), 3u);
  EXPECT_EQ(changes[1].size(), 1u);
  EXPECT_EQ(changes[2].size(), 1u);
  storage::Changes all;
  for (storage::Changes& own : changes) {
    for (storage::Change& change : own) all.push_back(std::move(change));
  }
  world_.Spend(std::move(permit));
  const std::uint64_t index = Append(std::move(all));
  for (PendingTemplate& one : *several) gallery_->Activate(std::move(one), index);
  for (const double distance : {0.0, 0.15, 0.3}) {
    EXPECT_EQ(Verify("ann", Near(1, distance)).kind, MatchKind::kMatch) << distance;
  }
  Reopen();
  ASSERT_TRUE(gallery_->Load().ok());
  EXPECT_EQ(gallery_->size(), 3u);
  EXPECT_EQ(Verify("ann", Near(1, 0.3)).kind, MatchKind::kMatch);
}

TEST_F(GalleryTest, EnrolsAllOfSeveralFacesOrNone) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  const auto faces = SeveralFaces();
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  EXPECT_EQ(gallery_->RoomFor(permit.view()), 2);
  EXPECT_EQ(gallery_->PrepareSeveral(Pointers(faces), permit).status().reason(), "TEMPLATES_MAX");
  world_.Spend(std::move(permit));
  EXPECT_EQ(gallery_->size(), 1u);
}

TEST_F(GalleryTest, TellsHowFacesOfOneEnrolmentCompare) {
  AddPerson("ann");
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  const auto compare = [&](const vision::Face& a, const vision::Face& b) {
    return gallery_->Compare(a, b, 3, permit);
  };
  EXPECT_EQ(compare(Exactly(1), Exactly(1)), Likeness::kSameView);
  EXPECT_EQ(compare(Exactly(1), Near(1, 0.03)), Likeness::kSameView);
  EXPECT_EQ(compare(Exactly(1), Near(1, 0.2)), Likeness::kSamePerson);
  EXPECT_EQ(compare(Exactly(1), Near(1, 0.44)), Likeness::kSamePerson);
  EXPECT_EQ(compare(Exactly(1), Near(1, 0.46)), Likeness::kUnsure);
  EXPECT_EQ(compare(Exactly(1), Near(1, 0.54)), Likeness::kUnsure);
  EXPECT_EQ(compare(Exactly(1), Near(1, 0.56)), Likeness::kOtherPerson);
  auto values = Spot(1);
  values[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(compare(FaceAt(values), Exactly(1)), Likeness::kUnsure);
  world_.clock.Advance(5'001);
  EXPECT_EQ(compare(Exactly(1), Exactly(1)), Likeness::kUnsure) << "the permit has expired";
  world_.Spend(std::move(permit));
}

TEST_F(GalleryTest, IsAsStrictWithTheFramesOfAnEnrolmentAsADoorIsWithItsTemplates) {
  MatchOptions options;
  options.fmr_max = 5e-5;  // enough for one comparison at 2.7e-5, not for two
  Reopen(options);
  AddPerson("ann");
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  EXPECT_EQ(gallery_->Compare(Exactly(1), Near(1, 0.2), 1, permit), Likeness::kSamePerson);
  EXPECT_EQ(gallery_->Compare(Exactly(1), Near(1, 0.2), 2, permit), Likeness::kUnsure);
  world_.Spend(std::move(permit));
}

TEST_F(GalleryTest, RefusesToPrepareUnderAnExpiredPermit) {
  AddPerson("ann");
  const core::Status status = PrepareStatus("ann", Exactly(1), 5'001);
  EXPECT_EQ(status.code(), core::Code::kFailedPrecondition);
  EXPECT_EQ(status.reason(), "PERMIT_EXPIRED");
}

TEST_F(GalleryTest, RefusesABrokenEmbedding) {
  AddPerson("ann");
  auto values = Spot(1);
  values[0] = std::numeric_limits<float>::infinity();
  const core::Status status = PrepareStatus("ann", FaceAt(values));
  EXPECT_EQ(status.code(), core::Code::kInvalidArgument);
  EXPECT_EQ(status.reason(), "EMBEDDING_INVALID");
}

// A template always rests on a consent, even where no rule would ask for one: there is no permit.
TEST_F(GalleryTest, IsNeverShownAPermitThatRestsOnNoConsent) {
  world_.AddSubject("ann");
  const auto no_rules =
      rules::RuleSet::Load(testing::CoreRules()->vocabulary(), std::vector<std::string>{});
  ASSERT_TRUE(no_rules.ok()) << no_rules.status().ToString();
  const policy::Engine engine(*world_.store, world_.clock, *no_rules, {}, nullptr);
  const auto decision = engine.Decide(world_.EnrollClaim("ann"));
  ASSERT_TRUE(std::holds_alternative<policy::Denial>(decision));
  EXPECT_EQ(std::get<policy::Denial>(decision).reason, model::Reason::kConsentMissing);
}

TEST_F(GalleryTest, RefusesToPrepareWithABrokenTemplateKey) {
  AddPerson("ann");
  world_.MarkEnrolled("ann");  // a key that nothing unwraps
  const core::Status status = PrepareStatus("ann", Exactly(1));
  EXPECT_EQ(status.code(), core::Code::kDataLoss);
  EXPECT_EQ(status.reason(), "TEMPLATE_KEY_BROKEN");
}

TEST_F(GalleryTest, RefusesToPrepareWithABrokenGallerySecret) {
  AddPerson("ann");
  Append({storage::PutGallerySecret{{World::op(), World::purpose()}, core::Bytes(60, 1)}});
  const core::Status status = PrepareStatus("ann", Exactly(1));
  EXPECT_EQ(status.code(), core::Code::kDataLoss);
  EXPECT_EQ(status.reason(), "GALLERY_SECRET_BROKEN");
}

// ---- Load
// ----------------------------------------------------------------------------------------

TEST_F(GalleryTest, MatchesAfterARestart) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  Reopen();
  EXPECT_EQ(gallery_->size(), 0u);
  ASSERT_TRUE(gallery_->Load().ok());
  EXPECT_EQ(gallery_->size(), 1u);
  EXPECT_EQ(Verify("ann", Near(1, 0.3)).kind, MatchKind::kMatch);
}

TEST_F(GalleryTest, LoadsMoreThanOnePage) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  const model::Template value = world_.store->ListTemplatesOf(World::subject("ann"))->front();
  storage::Changes changes;
  for (int i = 0; i < 600; ++i) {
    model::Template other = value;
    other.id = model::TemplateId(std::to_string(i).insert(0, 1, 't'));
    other.model_id = "model-v0";
    changes.push_back(storage::PutTemplate{other});
  }
  Append(std::move(changes));
  Reopen();
  ASSERT_TRUE(gallery_->Load().ok());
  EXPECT_EQ(gallery_->size(), 1u);
  EXPECT_EQ(gallery_->other_model_templates(), 600u);
}

TEST_F(GalleryTest, LeavesTemplatesOfAnotherModelAside) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  Reopen({}, "model-v2");
  ASSERT_TRUE(gallery_->Load().ok());
  EXPECT_EQ(gallery_->size(), 0u);
  EXPECT_EQ(gallery_->other_model_templates(), 1u);
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kNotEnrolled);
}

TEST_F(GalleryTest, FailsToLoadATemplateThatDoesNotOpen) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  model::Template value = world_.store->ListTemplatesOf(World::subject("ann"))->front();
  value.id = model::TemplateId("moved");  // sealed under another id
  Append({storage::PutTemplate{value}});
  Reopen();
  const core::Status status = gallery_->Load();
  EXPECT_EQ(status.code(), core::Code::kDataLoss);
  EXPECT_EQ(status.reason(), "TEMPLATE_BROKEN");
  EXPECT_NE(status.message().find("moved"), std::string::npos);
  EXPECT_EQ(status.message().find("ann"), std::string::npos);
  EXPECT_EQ(gallery_->size(), 0u);
}

TEST_F(GalleryTest, FailsToLoadATemplateWhoseKeyDoesNotOpen) {
  AddPerson("ann");
  AddPerson("bob");
  world_.MarkEnrolled("bob");  // a key that nothing unwraps
  Enroll("ann", Exactly(1));
  model::Template value = world_.store->ListTemplatesOf(World::subject("ann"))->front();
  value.subject = model::SubjectId("bob");
  value.id = model::TemplateId("stray");
  Append({storage::PutTemplate{value}});
  Reopen();
  const core::Status status = gallery_->Load();
  EXPECT_EQ(status.reason(), "TEMPLATE_BROKEN");
  EXPECT_NE(status.message().find("stray"), std::string::npos);
}

TEST_F(GalleryTest, FailsToLoadWithoutTheGallerySecret) {
  AddPerson("ann");
  world_.MarkEnrolled("ann");
  model::Template value;
  value.op = World::op();
  value.subject = model::SubjectId("ann");
  value.purpose = World::purpose();
  value.site = World::site();
  value.id = model::TemplateId("t1");
  value.model_id = kModel;
  Append({storage::PutTemplate{value}});
  EXPECT_EQ(gallery_->Load().reason(), "GALLERY_SECRET_BROKEN");
}

TEST_F(GalleryTest, FailsToLoadUnderAnotherKeyEncryptionKey) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  const auto other_keys = crypto::KeyRing::Ephemeral();
  Gallery other(*world_.store, *other_keys, world_.clock, world_.metrics, TestTable(), {}, kModel);
  EXPECT_EQ(other.Load().reason(), "GALLERY_SECRET_BROKEN");
}

// ---- Withdrawal
// ----------------------------------------------------------------------------------

TEST_F(GalleryTest, ForgetsWhatIsDropped) {
  const model::Consent anns = AddPerson("ann");
  AddPerson("bob");
  Enroll("ann", Exactly(1));
  Enroll("bob", Exactly(2));
  const std::uint64_t index = world_.Withdraw(anns);
  gallery_->Drop(World::subject("ann"), World::purpose(), index);
  EXPECT_EQ(gallery_->size(), 1u);
  EXPECT_EQ(Identify(Exactly(1))[0].kind, MatchKind::kNoMatch);
  EXPECT_EQ(Identify(Exactly(2))[0].kind, MatchKind::kMatch);
}

TEST_F(GalleryTest, ForgetsEveryPurposeOfWhomIsErased) {
  AddPerson("ann");
  Enroll("ann", Exactly(1));
  gallery_->Drop(World::subject("ann"), std::nullopt, 1'000);
  EXPECT_EQ(gallery_->size(), 0u);
}

TEST_F(GalleryTest, SetsAPersonAsideAndBringsThemBack) {
  AddPerson("ann");
  AddPerson("bob");
  Enroll("ann", Exactly(1));
  Enroll("ann", Exactly(3));
  Enroll("bob", Exactly(2));
  const storage::RestrictSubject freeze{World::subject("ann"), world_.clock.Now()};
  Append({freeze});
  gallery_->SetAside(World::subject("ann"));
  EXPECT_EQ(gallery_->size(), 1u);
  EXPECT_EQ(Identify(Exactly(2))[0].kind, MatchKind::kMatch);
  ASSERT_TRUE(gallery_->BringBack(World::subject("ann")).ok());
  EXPECT_EQ(gallery_->size(), 1u) << "still restricted";

  Append({storage::RestrictSubject{World::subject("ann"), std::nullopt}});
  ASSERT_TRUE(gallery_->BringBack(World::subject("ann")).ok());
  ASSERT_TRUE(gallery_->BringBack(World::subject("ann")).ok());
  EXPECT_EQ(gallery_->size(), 3u) << "once each";
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kMatch);
}

TEST_F(GalleryTest, LoadsNothingOfARestrictedPerson) {
  AddPerson("ann");
  AddPerson("bob");
  Enroll("ann", Exactly(1));
  Enroll("bob", Exactly(2));
  Append({storage::RestrictSubject{World::subject("ann"), world_.clock.Now()}});
  Reopen();
  ASSERT_TRUE(gallery_->Load().ok());
  EXPECT_EQ(gallery_->size(), 1u);
}

TEST_F(GalleryTest, IgnoresAnEnrolmentThatAWithdrawalOvertook) {
  const model::Consent anns = AddPerson("ann");
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  auto pending = gallery_->Prepare(Exactly(1), permit);
  const std::uint64_t enrolled = Record(std::move(permit), *pending).receipt().index;
  const std::uint64_t withdrawn = world_.Withdraw(anns);
  ASSERT_LT(enrolled, withdrawn);
  gallery_->Drop(World::subject("ann"), World::purpose(), withdrawn);
  gallery_->Activate(std::move(*pending), enrolled);
  EXPECT_EQ(gallery_->size(), 0u);
}

TEST_F(GalleryTest, TakesAnEnrolmentUnderALaterConsent) {
  const model::Consent anns = AddPerson("ann");
  Enroll("ann", Exactly(1));
  gallery_->Drop(World::subject("ann"), World::purpose(), world_.Withdraw(anns));
  world_.Grant("ann");
  Enroll("ann", Exactly(2));
  EXPECT_EQ(Verify("ann", Exactly(2)).kind, MatchKind::kMatch);
  EXPECT_EQ(Verify("ann", Exactly(1)).kind, MatchKind::kNoMatch);
}

TEST_F(GalleryTest, LetsComparisonsAndDropsRunAtOnce) {
  AddPerson("ann");
  AddPerson("bob");
  Enroll("ann", Exactly(1));
  Enroll("bob", Exactly(2));
  std::vector<policy::Permit> permits;
  for (int i = 0; i < 3; ++i) permits.push_back(world_.PermitFor(world_.IdentifyClaim()));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (policy::Permit& permit : permits) {
    threads.emplace_back([&] {
      std::vector<vision::Face> faces;
      faces.push_back(Exactly(2));
      for (int i = 0; i < 50; ++i) {
        const auto matches = gallery_->Identify(faces, permit);
        if (matches[0].kind != MatchKind::kMatch) ++wrong;
      }
    });
  }
  gallery_->Drop(World::subject("ann"), World::purpose(), 1'000);
  for (std::thread& thread : threads) thread.join();
  for (policy::Permit& permit : permits) world_.Spend(std::move(permit));
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(gallery_->size(), 1u);
}

// ---- Contracts
// -----------------------------------------------------------------------------------

class GalleryDeathTest : public GalleryTest {
 protected:
  GalleryDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(GalleryDeathTest, PreparesOnlyForEnrolment) {
  AddPerson("ann");
  world_.MarkEnrolled("ann");
  auto permit = world_.PermitFor(world_.VerifyClaim("ann"));
  EXPECT_DEATH((void)gallery_->Prepare(Exactly(1), permit), "check failed");
  world_.Spend(std::move(permit));
}

TEST_F(GalleryDeathTest, ComparesOnlyForTheOperationPermitted) {
  AddPerson("ann");
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  EXPECT_DEATH((void)gallery_->Verify(Exactly(1), permit), "check failed");
  EXPECT_DEATH((void)gallery_->Identify({}, permit), "check failed");
  world_.Spend(std::move(permit));
}

TEST_F(GalleryDeathTest, GivesItsChangesOnce) {
  AddPerson("ann");
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  auto pending = gallery_->Prepare(Exactly(1), permit);
  (void)pending->TakeChanges();
  EXPECT_DEATH((void)pending->TakeChanges(), "check failed");
  world_.Spend(std::move(permit));
}

TEST_F(GalleryDeathTest, ActivatesOnlyWhatWasRecorded) {
  AddPerson("ann");
  auto permit = world_.PermitFor(world_.EnrollClaim("ann"));
  auto pending = gallery_->Prepare(Exactly(1), permit);
  EXPECT_DEATH(gallery_->Activate(std::move(*pending), 1), "check failed");
  world_.Spend(std::move(permit));
}

}  // namespace
}  // namespace facegate::gallery
