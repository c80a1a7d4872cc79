#include "vision/landmarks.h"

#include <gtest/gtest.h>

#include "models_testing.h"

namespace facegate::vision {
namespace {

// The middle face of sample3.jpg.
FaceBox MiddleFace() {
  FaceBox box;
  box.left = 1025;
  box.top = 251;
  box.right = 1284;
  box.bottom = 510;
  return box;
}

TEST(LandmarkModel, FindsEyesAboveNoseAboveMouth) {
  const Landmarks points = SharedLandmarks()->Find(Photo("sample3.jpg"), MiddleFace());
  EXPECT_LT(points[36].x, points[45].x);
  EXPECT_LT(points[36].y, points[30].y);
  EXPECT_LT(points[30].y, points[57].y);
  EXPECT_GT(points[36].x, MiddleFace().left);
  EXPECT_LT(points[45].x, MiddleFace().right);
}

TEST(LandmarkModel, RefusesBytesThatAreNoModel) {
  EXPECT_EQ(LandmarkModel::Load({}).status().reason(), "MODEL_CORRUPT");
  EXPECT_EQ(LandmarkModel::Load(core::AsBytes("not a model")).status().code(),
            core::Code::kDataLoss);
}

TEST(LandmarkModel, CopesWithABoxBeyondThePicture) {
  const frame::Image dot(2, 2, std::vector<std::uint8_t>(12, 9));
  FaceBox box;
  box.left = -50;
  box.top = -50;
  box.right = 50;
  box.bottom = 50;
  const Chip chip = ExtractChip(dot, SharedLandmarks()->Find(dot, box));
  EXPECT_NE(chip.rgb(), nullptr);
}

// Points found again on the chip lie where the network expects them: eyes level at the same height.
TEST(ExtractChip, LevelsTheEyes) {
  const frame::Image photo = Photo("sample3.jpg");
  const Chip chip = ExtractChip(photo, SharedLandmarks()->Find(photo, MiddleFace()));
  const frame::Image aligned(
      kChipSide, kChipSide,
      std::vector<std::uint8_t>(chip.rgb(), chip.rgb() + 3 * kChipSide * kChipSide));
  FaceBox box;
  box.left = box.top = 22;
  box.right = box.bottom = 128;
  const Landmarks points = SharedLandmarks()->Find(aligned, box);
  EXPECT_NEAR(points[36].y, points[45].y, 6);
  EXPECT_NEAR((points[36].x + points[45].x) / 2, kChipSide / 2.0, 8);
}

}  // namespace
}  // namespace facegate::vision
