#include "facegate/gateway/sitting.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/desk_sitting.h"
#include "support/yard/yard.h"

namespace facegate::gateway {
namespace {

using core::Counter;
using model::Reason;
using model::Verdict;
using testing::Paint;
using testing::World;

constexpr std::uint8_t kAnn = 1;
constexpr std::uint8_t kBob = 2;

// The painted faces, with something that happens while one is embedded.
class HookedEngine final : public vision::FaceEngine {
 public:
  explicit HookedEngine(vision::FaceEngine& faces) : faces_(faces) {}
  core::Result<std::vector<vision::FaceBox>> Detect(const frame::Image& image,
                                                    const policy::ViewPermit& permit,
                                                    const core::Deadline& deadline) override {
    return faces_.Detect(image, permit, deadline);
  }
  core::Result<vision::EmbeddedFaces> Embed(const frame::Image& image,
                                            std::span<const vision::FaceBox> boxes,
                                            const policy::Permit& permit,
                                            const core::Deadline& deadline) override {
    if (during_embed) during_embed();
    if (fault) return *fault;
    return faces_.Embed(image, boxes, permit, deadline);
  }
  const std::vector<vision::ModelInfo>& models() const override { return faces_.models(); }
  const std::string& embedding_model_id() const override { return faces_.embedding_model_id(); }

  std::function<void()> during_embed;
  std::optional<core::Status> fault;

 private:
  vision::FaceEngine& faces_;
};

class SittingTest : public ::testing::Test {
 protected:
  SittingTest() {
    EXPECT_TRUE(yard.Register("ann").ok());
    EXPECT_TRUE(yard.Grant("ann", 30).ok());
  }

  core::Result<std::unique_ptr<Sitting>> Open(const std::string& subject, int templates = 3,
                                              std::int64_t lease_ms = kSittingMsDefault) {
    policy::Claim claim = yard.world.EnrollClaim(subject);
    claim.lease_ms = lease_ms;
    return gateway.OpenSitting(claim, templates);
  }
  void Begin(int templates = 3) {
    auto opened = Open("ann", templates);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    sitting = std::move(opened).value();
    ASSERT_EQ(sitting->result(), nullptr);
  }
  FrameHint Show(const Paint& paint) {
    const auto hint = sitting->OnFrame(PaintedPicture(paint), core::NoDeadline{});
    EXPECT_TRUE(hint.ok()) << hint.status().ToString();
    return hint.ok() ? *hint : FrameHint::kFrameUnusable;
  }
  // Ann, so many hundredths from her first picture.
  FrameHint ShowAnn(int change = 0) { return Show({1, kAnn, static_cast<std::uint8_t>(change)}); }
  // Enough good frames for three templates, but for the last.
  void ShowAlmostEnough() {
    for (int i = 0; i < 8; ++i) {
      ASSERT_EQ(ShowAnn(12 * (i % 3)), FrameHint::kGood) << i;
      ASSERT_EQ(sitting->result(), nullptr);
    }
  }
  void ExpectEnd(Reason reason, const std::string& detail = "") {
    ASSERT_NE(sitting->result(), nullptr);
    const audit::Outcome& outcome = sitting->result()->outcome();
    EXPECT_EQ(outcome.reason, reason);
    EXPECT_EQ(outcome.detail, detail);
    EXPECT_EQ(outcome.verdict == Verdict::kAllow, reason == Reason::kEnrolled);
  }
  void ExpectNothingKept() {
    EXPECT_TRUE(yard.world.store->ListTemplatesOf(World::subject("ann"))->empty());
    EXPECT_EQ(yard.gallery.size(), 0u);
  }
  std::uint64_t Records() { return yard.world.store->GetLogHead(World::op())->size; }
  std::string LastRecord() {
    return yard.world.store->ReadEntries(World::op(), Records() - 1, 1)->front().entry;
  }
  std::uint64_t Decoded() { return yard.world.metrics.Value(Counter::kFramesDecoded); }
  model::ConsentRef TheConsent() {
    const model::Consent consent = yard.world.store->ListConsents(World::subject("ann"))->front();
    return {consent.op, consent.subject, consent.id};
  }

  testing::Yard yard;
  HookedEngine faces{yard.faces};
  Gateway gateway{{yard.world.clock, yard.world.metrics, yard.world.logger, *yard.world.engine,
                   *yard.world.ledger, faces, yard.gallery, *yard.world.keys},
                  frame::Limits{}};
  std::unique_ptr<Sitting> sitting;
};

// ---- An enrolment

TEST_F(SittingTest, StoresDifferentViewsOfOnePersonInOneRecord) {
  const std::uint64_t before = Records();
  Begin();
  ShowAlmostEnough();
  EXPECT_EQ(Records(), before) << "nothing is recorded before the end";
  ExpectNothingKept();
  EXPECT_EQ(ShowAnn(), FrameHint::kGood);
  ExpectEnd(Reason::kEnrolled);
  EXPECT_EQ(Records(), before + 1);
  EXPECT_EQ(yard.world.store->ListTemplatesOf(World::subject("ann"))->size(), 3u);
  EXPECT_EQ(yard.gallery.size(), 3u);
  const audit::Counts& counts = sitting->result()->outcome().counts;
  EXPECT_EQ(counts.frames, 9);
  EXPECT_EQ(counts.faces_embedded, 9);
  EXPECT_NE(LastRecord().find(R"("type":"template.enrolled")"), std::string::npos);
  EXPECT_NE(LastRecord().find(R"("templates":3)"), std::string::npos);
  EXPECT_EQ(yard.Authorize("ann", kAnn)->outcome().reason, Reason::kMatched);
  EXPECT_EQ(yard.Authorize("ann", kBob)->outcome().reason, Reason::kNoMatch);
}

TEST_F(SittingTest, StoresAsManyTemplatesAsAreWanted) {
  for (const int templates : {1, 2}) {
    SCOPED_TRACE(templates);
    Begin(templates);
    for (int i = 0; i < kGoodFramesPerTemplate * templates; ++i) {
      ASSERT_EQ(sitting->result(), nullptr);
      ShowAnn(12 * (i % templates));
    }
    ExpectEnd(Reason::kEnrolled);
  }
  EXPECT_EQ(yard.world.store->ListTemplatesOf(World::subject("ann"))->size(), 3u);
  EXPECT_NE(LastRecord().find(R"("templates":2)"), std::string::npos);
}

TEST_F(SittingTest, AsksForAnotherViewWhereAllAreAlike) {
  Begin();
  EXPECT_EQ(ShowAnn(), FrameHint::kGood);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ShowAnn(), FrameHint::kMoveALittle);
  EXPECT_EQ(sitting->views(), 1);
  ASSERT_EQ(sitting->result(), nullptr) << "one view is not three templates";
  ASSERT_TRUE(sitting->End(core::Status::Ok()).ok());
  ExpectEnd(Reason::kPoorQuality, "MOVE_A_LITTLE");
  ExpectNothingKept();
}

TEST_F(SittingTest, KeepsWhatIsEnoughWhenTheFramesAreOver) {
  Begin();
  for (const int change : {0, 12, 24}) ShowAnn(change);
  ASSERT_EQ(sitting->result(), nullptr);
  ASSERT_TRUE(sitting->End(core::Status::Ok()).ok());
  ExpectEnd(Reason::kEnrolled);
  EXPECT_EQ(yard.gallery.size(), 3u);
}

TEST_F(SittingTest, KeepsNoFewerTemplatesThanWereWanted) {
  Begin();
  for (const int change : {0, 12}) ShowAnn(change);
  ASSERT_TRUE(sitting->End(core::Status::Ok()).ok());
  ExpectEnd(Reason::kPoorQuality, "TOO_FEW_FRAMES");
  ExpectNothingKept();
}

// ---- Hints

TEST_F(SittingTest, SaysWhatToDoAboutEachFrame) {
  Begin();
  const std::vector<std::pair<std::uint8_t, FrameHint>> shown{{0, FrameHint::kNoFace},
                                                              {2, FrameHint::kOnePersonOnly},
                                                              {101, FrameHint::kComeCloser},
                                                              {102, FrameHint::kLookStraight},
                                                              {103, FrameHint::kHoldStill},
                                                              {104, FrameHint::kMoreLight},
                                                              {105, FrameHint::kLessLight},
                                                              {106, FrameHint::kLookStraight},
                                                              {107, FrameHint::kMoveBack},
                                                              {110, FrameHint::kComeCloser},
                                                              {111, FrameHint::kStepToTheMark},
                                                              {200, FrameHint::kFrameUnusable},
                                                              {1, FrameHint::kGood}};
  for (const auto& [code, hint] : shown) {
    EXPECT_EQ(Word(Show({code, kAnn, 0})), Word(hint)) << int{code};
  }
  EXPECT_EQ(sitting->views(), 1);
  ASSERT_TRUE(sitting->End(core::Status::Ok()).ok());
  ExpectEnd(Reason::kPoorQuality, "FRAME_UNUSABLE");
}

TEST_F(SittingTest, GoesOnAfterAFrameThatIsNoPicture) {
  Begin();
  const std::string junk = "no picture";
  EXPECT_EQ(*sitting->OnFrame(core::AsBytes(junk), core::NoDeadline{}), FrameHint::kFrameUnusable);
  EXPECT_EQ(ShowAnn(), FrameHint::kGood);
}

TEST_F(SittingTest, CountsNoFrameThatMayBeSomebodyElse) {
  Begin();
  ShowAnn();
  EXPECT_EQ(ShowAnn(50), FrameHint::kLookStraight);
  EXPECT_EQ(sitting->views(), 1);
}

// ---- Ends

TEST_F(SittingTest, KeepsNothingWhereTheFramesShowTwoPeople) {
  Begin();
  ShowAlmostEnough();
  EXPECT_EQ(Show({1, kBob, 0}), FrameHint::kOnePersonOnly);
  ExpectEnd(Reason::kMultipleFaces, "FRAMES_DISAGREE");
  ExpectNothingKept();
  EXPECT_NE(LastRecord().find("FRAMES_DISAGREE"), std::string::npos);
}

TEST_F(SittingTest, DecodesNothingWithoutConsent) {
  ASSERT_TRUE(yard.Register("bob").ok());
  auto opened = Open("bob");
  ASSERT_TRUE(opened.ok());
  ASSERT_NE((*opened)->result(), nullptr) << "before a frame is even sent";
  EXPECT_EQ((*opened)->result()->outcome().reason, Reason::kConsentMissing);
  EXPECT_EQ(Decoded(), 0u);
  EXPECT_NE(LastRecord().find("CONSENT_MISSING"), std::string::npos);
}

TEST_F(SittingTest, KeepsNothingAfterAWithdrawalInTheMiddle) {
  Begin();
  ShowAlmostEnough();
  ASSERT_TRUE(yard.consents.Withdraw(yard.Desk(), TheConsent()).ok());
  const std::uint64_t decoded = Decoded();
  ShowAnn();
  ExpectEnd(Reason::kConsentMoved);
  EXPECT_EQ(Decoded(), decoded) << "that frame is not even decoded";
  ExpectNothingKept();
}

TEST_F(SittingTest, KeepsNothingWhereAWithdrawalOvertakesTheLastFrame) {
  Begin();
  ShowAlmostEnough();
  faces.during_embed = [&] { ASSERT_TRUE(yard.consents.Withdraw(yard.Desk(), TheConsent()).ok()); };
  ShowAnn();
  ExpectEnd(Reason::kConsentMoved);
  ExpectNothingKept();
}

TEST_F(SittingTest, EndsWhenThePersonIsRestricted) {
  Begin();
  ShowAlmostEnough();
  ASSERT_TRUE(yard.consents.Restrict(yard.Desk(), World::subject("ann")).ok());
  ShowAnn();
  ExpectEnd(Reason::kConsentMoved);
  ExpectNothingKept();
}

TEST_F(SittingTest, IsOverWhenItsTimeIs) {
  Begin();
  ShowAlmostEnough();
  yard.world.clock.Advance(kSittingMsDefault);
  const std::uint64_t decoded = Decoded();
  ShowAnn();
  ExpectEnd(Reason::kDeadlineExceeded, "PERMIT_EXPIRED");
  EXPECT_EQ(Decoded(), decoded);
  ExpectNothingKept();
}

TEST_F(SittingTest, LastsNoLongerThanTheGatewayLetsIt) {
  auto opened = Open("ann", 3, 10 * kSittingMsMax);
  ASSERT_TRUE(opened.ok());
  sitting = std::move(opened).value();
  ShowAnn();
  yard.world.clock.Advance(kSittingMsMax);
  ShowAnn();
  ExpectEnd(Reason::kDeadlineExceeded, "PERMIT_EXPIRED");
}

TEST_F(SittingTest, KeepsNothingOfAClientThatWentAway) {
  Begin();
  ShowAlmostEnough();
  ASSERT_TRUE(sitting->End(core::Status(core::Code::kCancelled, "CANCELLED", "gone")).ok());
  ExpectEnd(Reason::kCancelled, "CANCELLED");
  ExpectNothingKept();
}

TEST_F(SittingTest, IsRecordedWhereItIsAbandoned) {
  for (const bool with_a_frame : {false, true}) {
    Begin();
    if (with_a_frame) ShowAnn();
    const std::uint64_t before = Records();
    sitting.reset();
    EXPECT_EQ(Records(), before + 1);
    EXPECT_NE(LastRecord().find(R"("reason":"CANCELLED")"), std::string::npos);
  }
  ExpectNothingKept();
}

TEST_F(SittingTest, EndsWithAFaultOfAStage) {
  Begin();
  faces.fault = core::Status(core::Code::kInternal, "OUT_OF_MEMORY", "no memory");
  ShowAnn();
  ExpectEnd(Reason::kFault, "OUT_OF_MEMORY");
}

// ---- Limits

TEST_F(SittingTest, TakesNoMoreFramesThanItMay) {
  Begin();
  for (int i = 0; i < kFramesPerSittingMax; ++i) ASSERT_EQ(Show({0, 0, 0}), FrameHint::kNoFace);
  ASSERT_EQ(sitting->result(), nullptr);
  ShowAnn();
  ExpectEnd(Reason::kPoorQuality, "FRAMES_MAX");
}

TEST_F(SittingTest, TakesNoMoreBytesThanItMay) {
  Begin();
  const core::Bytes large(kBytesPerSittingMax / 2);
  EXPECT_EQ(*sitting->OnFrame(large, core::NoDeadline{}), FrameHint::kFrameUnusable);
  EXPECT_EQ(*sitting->OnFrame(large, core::NoDeadline{}), FrameHint::kFrameUnusable);
  ASSERT_EQ(sitting->result(), nullptr);
  ShowAnn();
  ExpectEnd(Reason::kPoorQuality, "BYTES_MAX");
}

TEST_F(SittingTest, LetsOnePersonSitForACameraAtATime) {
  Begin();
  EXPECT_EQ(Open("ann").status().reason(), "CAMERA_BUSY");
  ASSERT_TRUE(sitting->End(core::Status::Ok()).ok());
  ASSERT_TRUE(Open("nobody").ok()) << "over, though it still is there";
  ASSERT_TRUE(Open("ann").ok()) << "after a refusal, too";
  ASSERT_TRUE(Open("ann").ok()) << "after one that was abandoned, too";
}

TEST_F(SittingTest, LooksAtNobodyForWhomThereIsNoRoom) {
  ASSERT_EQ(yard.Enroll("ann", kAnn)->outcome().reason, Reason::kEnrolled);
  const std::uint64_t decoded = Decoded();
  auto opened = Open("ann", 3);
  ASSERT_TRUE(opened.ok());
  sitting = std::move(opened).value();
  ExpectEnd(Reason::kFault, "TEMPLATES_MAX");
  EXPECT_EQ(Decoded(), decoded);
  Begin(2);
  ShowAnn();
}

TEST_F(SittingTest, LooksAtNobodyWhoHoldsTheirTemplateThemself) {
  yard.world.HaveTemplatesHeld();
  const std::uint64_t decoded = Decoded();
  auto opened = Open("ann", 1);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  sitting = std::move(opened).value();
  ExpectEnd(Reason::kFault, "CUSTODY_IS_THE_HOLDERS");
  EXPECT_EQ(Decoded(), decoded);
}

}  // namespace
}  // namespace facegate::gateway
