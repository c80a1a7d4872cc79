#include "vision/detector.h"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>

#include "models_testing.h"

namespace facegate::vision {
namespace {

TEST(SearchScale, FitsTheSmallestFaceToTheWindow) {
  EXPECT_DOUBLE_EQ(SearchScale(640, 480, 80), 1);
  EXPECT_DOUBLE_EQ(SearchScale(640, 480, 160), 0.5);
  EXPECT_DOUBLE_EQ(SearchScale(640, 480, 40), 2);
}

TEST(SearchScale, EnlargesNoMoreThanTwice) { EXPECT_DOUBLE_EQ(SearchScale(64, 48, 20), 2); }

TEST(SearchScale, EnlargesToFourMegapixelsAtMost) {
  EXPECT_NEAR(SearchScale(1600, 1200, 40), 1.4434, 1e-3);
}

TEST(SearchScale, NeverShrinksALargePictureForThat) {
  EXPECT_DOUBLE_EQ(SearchScale(4000, 3000, 40), 1);
}

TEST(Detector, FindsTheThreePeople) {
  const auto boxes = NewDetector()->Find(Photo("sample3.jpg"), 80);
  ASSERT_EQ(boxes.size(), 3u);
  for (const FaceBox& box : boxes) {
    EXPECT_GT(box.width(), 150);
    EXPECT_LT(box.width(), 300);
    EXPECT_FALSE(box.eligible);
  }
}

TEST(Detector, FindsTheSamePlacesAtALowerScale) {
  const frame::Image photo = Photo("sample3.jpg");
  const auto detector = NewDetector();
  const auto full = detector->Find(photo, 80);
  const auto half = detector->Find(photo, 160);
  ASSERT_EQ(half.size(), full.size());
  for (const FaceBox& a : full) {
    bool found = false;
    for (const FaceBox& b : half) {
      found = found || (std::abs(a.left - b.left) < 60 && std::abs(a.top - b.top) < 60);
    }
    EXPECT_TRUE(found) << a.left;
  }
}

TEST(Detector, FindsNobodyInAFlatPicture) {
  const frame::Image flat(640, 480, std::vector<std::uint8_t>(3 * 640 * 480, 128));
  EXPECT_TRUE(NewDetector()->Find(flat, 80).empty());
}

TEST(Detector, CopesWithPicturesSmallerThanAFace) {
  const frame::Image dot(1, 1, {1, 2, 3});
  EXPECT_TRUE(NewDetector()->Find(dot, 80).empty());
  EXPECT_TRUE(NewDetector()->Find(dot, 2000).empty());
  EXPECT_TRUE(NewDetector()->Find(dot, 40).empty());
}

TEST(Detector, IsSureOfAFaceInItsChipAndNotOfAFlatOne) {
  const frame::Image photo = Photo("sample3.jpg");
  const auto detector = NewDetector();
  for (const FaceBox& box : detector->Find(photo, 80)) {
    const Chip chip = ExtractChip(photo, SharedLandmarks()->Find(photo, box));
    EXPECT_GT(detector->Confidence(chip), 0.9);
  }
  EXPECT_EQ(detector->Confidence(Chip()), kConfidenceFloor);
}

TEST(Detector, HasAHashOfItsOwn) { EXPECT_EQ(Detector::Sha256().size(), 64u); }

}  // namespace
}  // namespace facegate::vision
