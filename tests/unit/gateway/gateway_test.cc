#include "facegate/gateway/gateway.h"

#include <gtest/gtest.h>

#include <optional>

#include "facegate/gateway/gallery_dropper.h"
#include "support/photos/photos.h"
#include "support/world/world.h"

namespace facegate {
namespace {

using core::Counter;
using model::Reason;
using model::Verdict;
using testing::World;

// The real engine, with faults on demand.
class FaultyEngine final : public vision::FaceEngine {
 public:
  explicit FaultyEngine(vision::FaceEngine& real) : real_(real) {}

  core::Result<std::vector<vision::FaceBox>> Detect(const frame::Image& image,
                                                    const policy::ViewPermit& permit,
                                                    const core::Deadline& deadline) override {
    if (detect_fault) return *detect_fault;
    return real_.Detect(image, permit, deadline);
  }
  core::Result<vision::EmbeddedFaces> Embed(const frame::Image& image,
                                            std::span<const vision::FaceBox> boxes,
                                            const policy::Permit& permit,
                                            const core::Deadline& deadline) override {
    if (during_embed) during_embed();
    if (embed_fault) return *embed_fault;
    return real_.Embed(image, boxes, permit, deadline);
  }
  const std::vector<vision::ModelInfo>& models() const override { return real_.models(); }
  const std::string& embedding_model_id() const override { return real_.embedding_model_id(); }

  std::optional<core::Status> detect_fault;
  std::optional<core::Status> embed_fault;
  std::function<void()> during_embed;

 private:
  vision::FaceEngine& real_;
};

class GoneCaller final : public core::Deadline {
 public:
  core::Status Check() const override {
    return core::Status(core::Code::kCancelled, "CANCELLED", "the caller went away");
  }
};

// One engine for all tests: loading takes longer than using it.
struct Shared {
  core::MemoryMetrics metrics;
  std::unique_ptr<vision::FaceEngine> engine = testing::LoadRealEngine(metrics);
  core::Bytes sample1 = testing::ReadPhoto("sample1.jpg");
  core::Bytes sample3 = testing::ReadPhoto("sample3.jpg");
  gallery::DecisionTable table = *gallery::LoadDecisionTable(
      FACEGATE_SOURCE_DIR "/models/decision_tables.yaml", engine->embedding_model_id());
};

Shared& TheShared() {
  static auto* shared = new Shared;
  return *shared;
}

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest()
      : shared(TheShared()),
        faces(*shared.engine),
        gallery(*world.store, *world.keys, world.clock, world.metrics, shared.table, {},
                faces.embedding_model_id()),
        dropper(gallery, *world.engine),
        consents(*world.store, *world.ledger, *world.keys, world.clock, *world.engine, dropper),
        gateway({world.clock, world.metrics, world.logger, *world.engine, *world.ledger, faces,
                 gallery, *world.keys},
                frame::Limits{}) {
    EXPECT_TRUE(gallery.Load().ok());
  }

  audit::Recorded Must(core::Result<audit::Recorded> result) {
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    if (!result.ok()) std::abort();
    return std::move(result).value();
  }
  audit::Recorded Enroll(const std::string& subject, model::Region region) {
    auto claim = world.EnrollClaim(subject);
    claim.region = region;
    return Must(gateway.Enroll(claim, shared.sample1, deadline));
  }
  // Person A consents and is enrolled from the first photograph.
  void EnrollA() {
    world.AddSubject("person-a");
    consent = world.Grant("person-a");
    ASSERT_EQ(Enroll("person-a", kRight).outcome().reason, Reason::kEnrolled);
  }
  audit::Recorded Authorize(const std::string& subject) {
    return Must(gateway.Authorize(world.VerifyClaim(subject), shared.sample3, deadline));
  }

  // The marks of the right-hand and the left-hand person of the first photograph.
  static constexpr model::Region kRight{0.7, 0.1, 0.95, 0.4};
  static constexpr model::Region kLeft{0.1, 0.2, 0.4, 0.6};

  Shared& shared;
  World world;
  FaultyEngine faces;
  gallery::Gallery gallery;
  gateway::GalleryDropper dropper;
  consent::ConsentService consents;
  gateway::Gateway gateway;
  core::NoDeadline deadline;
  model::Consent consent;
};

TEST_F(GatewayTest, DecodesNothingWithoutConsent) {
  const auto recorded = Authorize("person-a");
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(recorded.outcome().reason, Reason::kConsentMissing);
  EXPECT_EQ(recorded.outcome().counts.frames, 0);
  EXPECT_EQ(world.metrics.Value(Counter::kFramesDecoded), 0u);
}

TEST_F(GatewayTest, LooksAtNothingWhileNoDecisionMayBeAnswered) {
  EnrollA();
  const std::uint64_t decoded = world.metrics.Value(Counter::kFramesDecoded);
  const std::uint64_t records = world.metrics.Value(Counter::kRecords);
  world.may_answer = core::Status(core::Code::kUnavailable, "QUORUM_MISSING", "");
  EXPECT_EQ(
      gateway.Authorize(world.VerifyClaim("person-a"), shared.sample3, deadline).status().reason(),
      "QUORUM_MISSING");
  EXPECT_EQ(gateway.Identify(world.IdentifyClaim(), shared.sample3, deadline).status().reason(),
            "QUORUM_MISSING");
  auto sitting_claim = world.EnrollClaim("person-a");
  sitting_claim.lease_ms = 2000;
  EXPECT_EQ(gateway.OpenSitting(sitting_claim, 1).status().reason(), "QUORUM_MISSING");
  auto lane_claim = world.IdentifyClaim();
  lane_claim.lease_ms = 2000;
  EXPECT_EQ(gateway.OpenStream(lane_claim)->OnFrame(shared.sample3, deadline).status().reason(),
            "QUORUM_MISSING");
  EXPECT_EQ(world.metrics.Value(Counter::kFramesDecoded), decoded);
  EXPECT_EQ(world.metrics.Value(Counter::kRecords), records);
  world.may_answer = core::Status::Ok();
  EXPECT_EQ(Authorize("person-a").outcome().reason, Reason::kMatched);
}

TEST_F(GatewayTest, AllowsTheEnrolledPersonOnAnotherPhotograph) {
  EnrollA();
  const auto recorded = Authorize("person-a");
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kAllow);
  EXPECT_EQ(recorded.outcome().reason, Reason::kMatched);
  EXPECT_EQ(recorded.outcome().counts.faces_embedded, 1);
}

TEST_F(GatewayTest, SendsSomebodyElseToTheAlternative) {
  EnrollA();
  world.AddSubject("person-b");
  world.Grant("person-b");
  ASSERT_EQ(Enroll("person-b", kLeft).outcome().reason, Reason::kEnrolled);
  const auto recorded = Authorize("person-b");
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(recorded.outcome().reason, Reason::kNoMatch);
  EXPECT_TRUE(recorded.outcome().people.empty());
}

TEST_F(GatewayTest, FindsOnePersonInALaneAndLeavesStrangersUnknown) {
  EnrollA();
  const auto recorded = Must(gateway.Identify(world.IdentifyClaim(), shared.sample3, deadline));
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kAllow);
  EXPECT_EQ(recorded.outcome().counts.faces_seen, 3);
  EXPECT_EQ(recorded.outcome().counts.matched, 1);
  EXPECT_EQ(recorded.outcome().counts.unknown, 2);
  ASSERT_EQ(recorded.outcome().people.size(), 1u);
  EXPECT_EQ(recorded.outcome().people[0].subject.str(), "person-a");
}

TEST_F(GatewayTest, DecodesNothingAfterAWithdrawal) {
  EnrollA();
  const consent::Caller caller{world.EnrollClaim("person-a").caller,
                               world.EnrollClaim("person-a").request_id};
  ASSERT_TRUE(consents.Withdraw(caller, {consent.op, consent.subject, consent.id}).ok());
  EXPECT_EQ(gallery.size(), 0u);
  const auto decoded = world.metrics.Value(Counter::kFramesDecoded);
  EXPECT_EQ(Authorize("person-a").outcome().reason, Reason::kConsentWithdrawn);
  EXPECT_EQ(world.metrics.Value(Counter::kFramesDecoded), decoded);
}

TEST_F(GatewayTest, AbortsAMatchThatAWithdrawalOvertakes) {
  EnrollA();
  faces.during_embed = [&] { world.Withdraw(consent); };
  const auto recorded = Authorize("person-a");
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(recorded.outcome().reason, Reason::kConsentMoved);
}

TEST_F(GatewayTest, UsesNothingOfARestrictedPersonUntilTheyAreReleased) {
  EnrollA();
  const consent::Caller caller{world.EnrollClaim("person-a").caller,
                               world.EnrollClaim("person-a").request_id};
  ASSERT_TRUE(consents.Restrict(caller, World::subject("person-a")).ok());
  EXPECT_EQ(gallery.size(), 0u);
  const auto decoded = world.metrics.Value(Counter::kFramesDecoded);
  EXPECT_EQ(Authorize("person-a").outcome().reason, Reason::kSubjectRestricted);
  EXPECT_EQ(Enroll("person-a", kRight).outcome().reason, Reason::kSubjectRestricted);
  EXPECT_EQ(
      Must(gateway.Identify(world.IdentifyClaim(), shared.sample3, deadline)).outcome().reason,
      Reason::kConsentMissing);
  EXPECT_EQ(world.metrics.Value(Counter::kFramesDecoded), decoded);
  ASSERT_TRUE(consents.Release(caller, World::subject("person-a")).ok());
  EXPECT_EQ(Authorize("person-a").outcome().reason, Reason::kMatched);
}

TEST_F(GatewayTest, AbortsAMatchThatARestrictionOvertakes) {
  EnrollA();
  faces.during_embed = [&] {
    world.Change(storage::RestrictSubject{World::subject("person-a"), world.clock.Now()});
  };
  EXPECT_EQ(Authorize("person-a").outcome().reason, Reason::kConsentMoved);
}

TEST_F(GatewayTest, KeepsNoTemplateOfAnEnrolmentThatAWithdrawalOvertakes) {
  world.AddSubject("person-a");
  consent = world.Grant("person-a");
  faces.during_embed = [&] { world.Withdraw(consent); };
  EXPECT_EQ(Enroll("person-a", kRight).outcome().reason, Reason::kConsentMoved);
  EXPECT_EQ(gallery.size(), 0u);
  EXPECT_TRUE(world.store->ListTemplatesOf(World::subject("person-a"))->empty());
}

TEST_F(GatewayTest, RecordsAnUndecodablePictureAsItsOutcome) {
  EnrollA();
  const std::string junk = "no picture";
  const auto recorded =
      Must(gateway.Authorize(world.VerifyClaim("person-a"), core::AsBytes(junk), deadline));
  EXPECT_EQ(recorded.outcome().reason, Reason::kImageInvalid);
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kUseAlternative);
}

TEST_F(GatewayTest, RecordsAFaultBehindThePermitAndGrantsNothing) {
  EnrollA();
  faces.embed_fault = core::Status(core::Code::kInternal, "OUT_OF_MEMORY", "no memory");
  const auto recorded = Authorize("person-a");
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(recorded.outcome().reason, Reason::kFault);
  EXPECT_EQ(recorded.outcome().detail, "OUT_OF_MEMORY");
  faces.detect_fault = core::Status(core::Code::kResourceExhausted, "QUEUE_FULL", "busy");
  EXPECT_EQ(Authorize("person-a").outcome().detail, "QUEUE_FULL");
}

TEST_F(GatewayTest, StopsBeforeDecodingForACallerWhoWentAway) {
  EnrollA();
  const auto decoded = world.metrics.Value(Counter::kFramesDecoded);
  const auto recorded =
      Must(gateway.Authorize(world.VerifyClaim("person-a"), shared.sample3, GoneCaller()));
  EXPECT_EQ(recorded.outcome().reason, Reason::kCancelled);
  EXPECT_EQ(world.metrics.Value(Counter::kFramesDecoded), decoded);
}

TEST_F(GatewayTest, AsksForAMarkWhenSeveralFacesAreInView) {
  world.AddSubject("person-a");
  world.Grant("person-a");
  const auto recorded =
      Must(gateway.Enroll(world.EnrollClaim("person-a"), shared.sample1, deadline));
  EXPECT_EQ(recorded.outcome().reason, Reason::kMultipleFaces);
  EXPECT_EQ(recorded.outcome().counts.faces_embedded, 0);
}

TEST_F(GatewayTest, RecordsEveryRequestExactlyOnce) {
  EnrollA();
  const auto before = world.store->GetLogHead(World::op())->size;
  (void)Authorize("person-a");
  (void)Authorize("nobody");
  EXPECT_EQ(world.store->GetLogHead(World::op())->size, before + 2);
}

// ---- What people hold
// ------------------------------------------------------------------------------

class HolderTest : public GatewayTest {
 protected:
  HolderTest() {
    world.HaveTemplatesHeld();
    world.AddSubject("person-a");
    consent = world.Grant("person-a");
  }
  std::string HandOut(const std::string& subject, model::Region region) {
    const auto recorded = Enroll(subject, region);
    EXPECT_EQ(recorded.outcome().reason, Reason::kIssuedToHolder);
    EXPECT_EQ(recorded.outcome().verdict, Verdict::kAllow);
    return recorded.outcome().issued_token ? recorded.outcome().issued_token->text : "";
  }
  audit::Recorded Show(const std::string& token) {
    auto claim = world.VerifyClaim("person-a");
    claim.subject.reset();
    claim.holder_token = token;
    return Must(gateway.Authorize(claim, shared.sample3, deadline));
  }
  void Revoke(const std::string& token) {
    const auto revoked =
        custody::CustodyService(*world.store, *world.ledger, *world.keys, world.clock)
            .RevokeShown({world.EnrollClaim("x").caller, kRequestId}, World::op(), token);
    ASSERT_TRUE(revoked.ok()) << revoked.status().ToString();
  }
  static constexpr char kRequestId[] = "00000000-0000-4000-8000-000000000000";
};

TEST_F(HolderTest, LetsThroughWhoeverShowsTheirTokenAndTheirFace) {
  const std::string token = HandOut("person-a", kRight);
  const auto recorded = Show(token);
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kAllow);
  EXPECT_EQ(recorded.outcome().reason, Reason::kMatched);
  ASSERT_EQ(recorded.outcome().people.size(), 1u);
  EXPECT_EQ(recorded.outcome().people[0].subject.str(), "person-a");
  EXPECT_EQ(gallery.size(), 0u);
  EXPECT_TRUE(world.store->ListTemplatesOf(World::subject("person-a"))->empty());
}

TEST_F(HolderTest, DecodesNothingForATokenThatIsRefused) {
  const std::string token = HandOut("person-a", kRight);
  world.AddSubject("person-b");
  world.Grant("person-b");
  const auto decoded = world.metrics.Value(Counter::kFramesDecoded);
  EXPECT_EQ(Authorize("person-a").outcome().reason, Reason::kHolderTokenMissing);
  EXPECT_EQ(Show("FGH1:AAAA").outcome().reason, Reason::kHolderTokenBad);
  auto claim = world.VerifyClaim("person-b");
  claim.holder_token = token;
  EXPECT_EQ(Must(gateway.Authorize(claim, shared.sample3, deadline)).outcome().reason,
            Reason::kHolderTokenOther);
  Revoke(token);
  EXPECT_EQ(Show(token).outcome().reason, Reason::kHolderTokenRevoked);
  world.Withdraw(consent);
  EXPECT_EQ(Authorize("person-a").outcome().reason, Reason::kHolderTokenMissing);
  EXPECT_EQ(world.metrics.Value(Counter::kFramesDecoded), decoded);
}

TEST_F(HolderTest, SendsSomebodyElseWithAFoundTokenToTheAlternative) {
  world.AddSubject("person-b");
  world.Grant("person-b");
  const std::string token = HandOut("person-b", kLeft);
  const auto recorded = Show(token);
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(recorded.outcome().reason, Reason::kNoMatch);
}

// I6 for tokens: the record is what counts, whatever was compared before it.
TEST_F(HolderTest, AbortsAMatchThatARevocationOvertakes) {
  const std::string token = HandOut("person-a", kRight);
  faces.during_embed = [&] { Revoke(token); };
  const auto recorded = Show(token);
  EXPECT_EQ(recorded.outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(recorded.outcome().reason, Reason::kConsentMoved);
  EXPECT_TRUE(recorded.outcome().people.empty());
}

TEST_F(HolderTest, AbortsAMatchByATokenThatAWithdrawalOvertakes) {
  const std::string token = HandOut("person-a", kRight);
  faces.during_embed = [&] { world.Withdraw(consent); };
  EXPECT_EQ(Show(token).outcome().reason, Reason::kConsentMoved);
}

TEST_F(HolderTest, HandsOutNoTokenOfAnEnrolmentThatAWithdrawalOvertakes) {
  faces.during_embed = [&] { world.Withdraw(consent); };
  const auto recorded = Enroll("person-a", kRight);
  EXPECT_EQ(recorded.outcome().reason, Reason::kConsentMoved);
  EXPECT_FALSE(recorded.outcome().issued_token.has_value());
}

// ---- Streams
// --------------------------------------------------------------------------------------

class StreamTest : public GatewayTest {
 protected:
  std::unique_ptr<gateway::StreamSession> Open() {
    auto claim = world.IdentifyClaim();
    claim.lease_ms = 2000;
    return gateway.OpenStream(claim);
  }
  gateway::FrameResult Frame(gateway::StreamSession& session) {
    auto result = session.OnFrame(shared.sample3, deadline);
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    return std::move(result).value();
  }
};

TEST_F(StreamTest, DecidesEachFaceOnceAndClosesTheLeaseWithItsCounts) {
  EnrollA();
  auto session = Open();
  EXPECT_TRUE(Frame(*session).decisions.empty());  // seen once: may be nothing
  EXPECT_EQ(Frame(*session).decisions.size(), 3u);
  EXPECT_TRUE(Frame(*session).decisions.empty());
  const auto closed = session->Close();
  ASSERT_TRUE(closed.ok());
  ASSERT_EQ(closed->closed_leases.size(), 1u);
  const auto& counts = closed->closed_leases[0].outcome().counts;
  EXPECT_EQ(counts.frames, 3);
  EXPECT_EQ(counts.faces_seen, 9);
  EXPECT_EQ(counts.faces_embedded, 3);
  EXPECT_EQ(counts.matched, 1);
}

TEST_F(StreamTest, RecordsOneLeaseAfterTheOther) {
  EnrollA();
  auto session = Open();
  Frame(*session);
  world.clock.Advance(2000);
  EXPECT_EQ(Frame(*session).closed_leases.size(), 1u);
}

TEST_F(StreamTest, DecodesNothingUntilALeaseTimeAfterARefusal) {
  auto session = Open();
  EXPECT_EQ(Frame(*session).decisions.size(), 1u);
  EXPECT_TRUE(Frame(*session).decisions.empty());
  EXPECT_EQ(world.metrics.Value(Counter::kFramesDecoded), 0u);
  world.clock.Advance(2000);
  EXPECT_EQ(Frame(*session).decisions.size(), 1u);
}

TEST_F(StreamTest, RecordsALeaseThatNobodyClosed) {
  EnrollA();
  const auto before = world.store->GetLogHead(World::op())->size;
  {
    auto session = Open();
    Frame(*session);
  }
  EXPECT_EQ(world.store->GetLogHead(World::op())->size, before + 1);
}

TEST_F(StreamTest, TellsAFrameThatIsNoPicture) {
  EnrollA();
  auto session = Open();
  const std::string junk = "no picture";
  const auto result = session->OnFrame(core::AsBytes(junk), deadline);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->issue, Reason::kImageInvalid);
}

}  // namespace
}  // namespace facegate
