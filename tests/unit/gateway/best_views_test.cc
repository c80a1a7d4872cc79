#include "gateway/best_views.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace facegate::gateway {
namespace {

using gallery::Likeness;

// A face that stands at `place` and is worth `worth`, of 1 at most. Places stand in for distances.
vision::Face FaceAt(float place, float worth) {
  std::array<float, vision::kEmbeddingSize> values{};
  values[0] = place;
  vision::Quality quality;
  quality.plausibility = worth;
  quality.sharpness = 1;
  return {{}, quality, vision::Embedding(values)};
}

float PlaceOf(const vision::Face& face) { return face.embedding.values()[0]; }

Likeness Compare(const vision::Face& a, const vision::Face& b) {
  const float apart = std::abs(PlaceOf(a) - PlaceOf(b));
  if (apart < 1) return Likeness::kSameView;
  if (apart < 10) return Likeness::kSamePerson;
  return apart < 20 ? Likeness::kUnsure : Likeness::kOtherPerson;
}

class BestViewsTest : public ::testing::Test {
 protected:
  Offered Offer(float place, float worth) { return views.Offer(FaceAt(place, worth), Compare); }
  std::vector<float> Places(std::size_t count) const {
    std::vector<float> places;
    for (const vision::Face* face : views.Best(count)) places.push_back(PlaceOf(*face));
    return places;
  }
  BestViews views{4};
};

using Floats = std::vector<float>;

TEST_F(BestViewsTest, GivesTheBestFirst) {
  EXPECT_EQ(Offer(1, 0.5F), Offered::kNew);
  EXPECT_EQ(Offer(3, 0.9F), Offered::kNew);
  EXPECT_EQ(Offer(5, 0.7F), Offered::kNew);
  EXPECT_EQ(Places(2), (Floats{3, 5}));
  EXPECT_EQ(Places(9), (Floats{3, 5, 1}));
}

TEST_F(BestViewsTest, NeverHoldsTwoThatLookAlike) {
  Offer(1, 0.5F);
  EXPECT_EQ(Offer(1.5F, 0.5F), Offered::kNotBetter);
  EXPECT_EQ(Places(9), Floats{1});
  EXPECT_EQ(Offer(1.5F, 0.6F), Offered::kBetter);
  EXPECT_EQ(Places(9), Floats{1.5F});
}

TEST_F(BestViewsTest, LetsOneViewReplaceAllThatItIsLikeOnlyIfItIsBetterThanEach) {
  Offer(1, 0.5F);
  Offer(2.5F, 0.8F);
  EXPECT_EQ(Offer(1.75F, 0.7F), Offered::kNotBetter);
  EXPECT_EQ(Offer(1.75F, 0.9F), Offered::kBetter);
  EXPECT_EQ(Places(9), Floats{1.75F});
}

TEST_F(BestViewsTest, LeavesNothingOnceAnotherPersonIsSeen) {
  Offer(1, 0.5F);
  Offer(3, 0.5F);
  EXPECT_EQ(Offer(40, 0.1F), Offered::kOtherPerson);
  EXPECT_EQ(views.size(), 0u);
}

TEST_F(BestViewsTest, KeepsTheBetterOfTwoThatMayNotBeOnePerson) {
  Offer(1, 0.5F);
  Offer(3, 0.5F);
  EXPECT_EQ(Offer(12, 0.4F), Offered::kUnsure);
  EXPECT_EQ(views.size(), 2u);
  EXPECT_EQ(Offer(12, 0.9F), Offered::kBetter) << "in place of the one at 1";
  EXPECT_EQ(Places(9), (Floats{12, 3}));
}

TEST_F(BestViewsTest, HoldsTheBestWhereThereAreTooMany) {
  for (const float place : {1.0F, 3.0F, 5.0F, 7.0F}) Offer(place, 0.5F);
  EXPECT_EQ(Offer(9, 0.4F), Offered::kNotBetter);
  EXPECT_EQ(Offer(9, 0.6F), Offered::kNew);
  EXPECT_EQ(views.size(), 4u);
  EXPECT_EQ(Places(1), Floats{9});
}

TEST(Worth, FallsWithBlurAndWithTurningAway) {
  vision::Quality best;
  best.plausibility = 1;
  best.sharpness = 0.1F;
  EXPECT_DOUBLE_EQ(Worth(best), 1);
  vision::Quality blurred = best;
  blurred.sharpness = 0.015F;
  EXPECT_LT(Worth(blurred), 0.5);
  for (const float yaw : {-0.4F, 0.4F}) {
    vision::Quality turned = best;
    turned.yaw = yaw;
    EXPECT_NEAR(Worth(turned), 0.6, 1e-6);
  }
}

TEST(Worth, SaysNothingOfBrightness) {
  vision::Quality dark;
  dark.plausibility = dark.sharpness = 1;
  vision::Quality bright = dark;
  dark.brightness = 30;
  bright.brightness = 200;
  EXPECT_EQ(Worth(dark), Worth(bright));
}

}  // namespace
}  // namespace facegate::gateway
