// What becomes of the picture of an enrolment, through the whole gateway.
#include <gtest/gtest.h>

#include <string>

#include "facegate/images/kept_image.h"
#include "support/yard/yard.h"

namespace facegate {
namespace {

using model::ImageRetention;
using model::Reason;
using testing::KeepingImages;
using testing::World;
using testing::Yard;

std::vector<model::KeptImage> KeptOf(const Yard& yard, const std::string& subject) {
  return *yard.world.store->ListImagesOf(World::subject(subject));
}

// Enrols a person at a desk whose purpose keeps a smaller copy.
audit::Recorded Enrolled(Yard& yard, const std::string& subject, bool with_scope) {
  yard.world.KeepOfPicture(ImageRetention::kReduced, 7);
  yard.world.AddSubject(subject);
  with_scope ? yard.world.GrantWithImages(subject) : yard.world.Grant(subject);
  return *yard.Enroll(subject, 1);
}

TEST(KeepImage, KeepsNothingByDefault) {
  Yard yard;
  const auto recorded = Enrolled(yard, "person-a", true);
  EXPECT_EQ(recorded.outcome().reason, Reason::kEnrolled);
  EXPECT_EQ(recorded.outcome().kept_image, ImageRetention::kNone);
  EXPECT_EQ(recorded.receipt().entry.find("image_kept"), std::string::npos);
  EXPECT_TRUE(KeptOf(yard, "person-a").empty());
}

TEST(KeepImage, KeepsASealedCopyWithTheTemplateInOneRecord) {
  Yard yard(KeepingImages());
  const auto recorded = Enrolled(yard, "person-a", true);
  EXPECT_EQ(recorded.outcome().reason, Reason::kEnrolled);
  EXPECT_EQ(recorded.outcome().kept_image, ImageRetention::kReduced);
  const auto kept = KeptOf(yard, "person-a");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].log_index, recorded.receipt().index);
  EXPECT_EQ(kept[0].expires_at, recorded.outcome().kept_image_until);
  EXPECT_EQ(yard.world.store->ListTemplatesOf(World::subject("person-a"))->at(0).log_index,
            recorded.receipt().index);
  EXPECT_NE(recorded.receipt().entry.find(R"("image_kept":"REDUCED","image_expires_at":)"),
            std::string::npos);
  const auto image = yard.world.store->GetImage({World::op(), kept[0].subject, kept[0].id});
  EXPECT_TRUE(images::Open(*image, *yard.world.keys).ok());
}

TEST(KeepImage, DecodesNothingOfWhomItMayNotKeep) {
  Yard yard(KeepingImages({rules::Profile::kStrict}));
  const auto recorded = Enrolled(yard, "person-a", false);
  EXPECT_EQ(recorded.outcome().reason, Reason::kConsentMissing);
  EXPECT_EQ(recorded.findings().at(0).rule, "core.image-own-scope");
  EXPECT_EQ(recorded.outcome().counts.frames, 0);
  EXPECT_TRUE(KeptOf(yard, "person-a").empty());
}

TEST(KeepImage, KeepsASmallerCopyByTheLetterOfTheDraft) {
  Yard yard(KeepingImages({rules::Profile::kSeedLiteral}));
  EXPECT_EQ(Enrolled(yard, "person-a", false).outcome().kept_image, ImageRetention::kReduced);
  EXPECT_EQ(KeptOf(yard, "person-a").size(), 1u);
}

TEST(KeepImage, KeepsNothingOfAFaceThatFailsTheGate) {
  Yard yard(KeepingImages());
  yard.world.KeepOfPicture(ImageRetention::kReduced, 7);
  yard.world.AddSubject("person-a");
  yard.world.GrantWithImages("person-a");
  const auto recorded = yard.gateway.Enroll(
      yard.world.EnrollClaim("person-a"), testing::PaintedPicture({100, 1, 0}), core::NoDeadline{});
  EXPECT_EQ(recorded->outcome().reason, Reason::kPoorQuality);
  EXPECT_TRUE(KeptOf(yard, "person-a").empty());
}

TEST(KeepImage, KeepsNothingOfWhomItOnlyVerifiesOrFinds) {
  Yard yard(KeepingImages());
  (void)Enrolled(yard, "person-a", true);
  EXPECT_EQ(yard.Authorize("person-a", 1)->outcome().reason, Reason::kMatched);
  EXPECT_EQ(yard.Identify(1)->outcome().reason, Reason::kMatched);
  EXPECT_EQ(KeptOf(yard, "person-a").size(), 1u) << "that of the enrolment";
}

TEST(KeepImage, KeepsNothingWhereNothingCouldBeEnrolled) {
  Yard yard(KeepingImages());
  (void)Enrolled(yard, "person-a", true);
  for (int i = 0; i < 2; ++i) (void)*yard.Enroll("person-a", 1);
  const auto full = *yard.Enroll("person-a", 1);
  EXPECT_EQ(full.outcome().detail, "TEMPLATES_MAX");
  EXPECT_EQ(KeptOf(yard, "person-a").size(), 3u);
}

}  // namespace
}  // namespace facegate
