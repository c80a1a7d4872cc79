#include "vision/quality.h"

#include <gtest/gtest.h>

#include <functional>

namespace facegate::vision {
namespace {

// A chip whose luma is `value(x, y)`.
Chip Grey(const std::function<int(int, int)>& value) {
  Chip chip;
  std::uint8_t* out = chip.mutable_rgb();
  for (int y = 0; y < kChipSide; ++y) {
    for (int x = 0; x < kChipSide; ++x, out += 3) {
      out[0] = out[1] = out[2] = static_cast<std::uint8_t>(value(x, y));
    }
  }
  return chip;
}

Chip Stripes(int period, int dark, int light) {
  return Grey([=](int x, int) { return x / period % 2 == 0 ? dark : light; });
}

FaceBox Box(int left, int top, int right, int bottom) {
  FaceBox box;
  box.left = left;
  box.top = top;
  box.right = right;
  box.bottom = bottom;
  return box;
}

// A frontal face, its eyes `eyes` pixels apart, its nose `shift` to the right of the middle.
Landmarks Face(double eyes, double shift = 0) {
  Landmarks points{};
  for (std::size_t i = 36; i < 42; ++i) points[i] = {-eyes / 2, 0};
  for (std::size_t i = 42; i < 48; ++i) points[i] = {eyes / 2, 0};
  points[2] = {-eyes, eyes / 2};
  points[14] = {eyes, eyes / 2};
  points[30] = {shift, eyes / 2};
  return points;
}

// A view that passes every limit, with Stripes(3, 60, 180).
FaceView GoodView() {
  FaceView view;
  view.image_width = 640;
  view.image_height = 480;
  view.box = Box(100, 100, 200, 200);
  view.landmarks = Face(40);
  view.confidence = 2;
  return view;
}

QualityIssue IssueOf(const FaceView& view, const Chip& chip = Stripes(3, 60, 180)) {
  return Assess(view, chip).issue;
}

TEST(CutOffShare, IsZeroInsideThePicture) {
  EXPECT_EQ(CutOffShare(Box(0, 0, 100, 100), 100, 100), 0);
}

TEST(CutOffShare, IsTheShareOutside) {
  EXPECT_DOUBLE_EQ(CutOffShare(Box(-25, 0, 75, 100), 200, 200), 0.25);
  EXPECT_DOUBLE_EQ(CutOffShare(Box(150, 150, 250, 250), 200, 200), 0.75);
}

TEST(CutOffShare, IsOneForABoxOutsideOrWithoutArea) {
  EXPECT_EQ(CutOffShare(Box(300, 0, 400, 100), 200, 200), 1);
  EXPECT_EQ(CutOffShare(Box(10, 10, 10, 10), 200, 200), 1);
}

TEST(Plausibility, RisesWithConfidenceWithinZeroAndOne) {
  EXPECT_EQ(Plausibility(-1), 0);
  EXPECT_EQ(Plausibility(-5), 0);
  EXPECT_EQ(Plausibility(1), 0.5);
  EXPECT_EQ(Plausibility(5), 1);
}

TEST(EyeDistance, IsBetweenTheCentresOfTheEyes) { EXPECT_NEAR(EyeDistance(Face(40)), 40, 1e-9); }

TEST(Yaw, IsZeroForAFrontalFace) { EXPECT_NEAR(Yaw(Face(40)), 0, 1e-9); }

TEST(Yaw, HasTheSignOfTheSideTheNosePointsTo) {
  EXPECT_NEAR(Yaw(Face(40, 20)), 0.5, 1e-9);
  EXPECT_NEAR(Yaw(Face(40, -20)), -0.5, 1e-9);
}

TEST(Yaw, IsZeroForPointsThatCoincide) { EXPECT_EQ(Yaw(Landmarks{}), 0); }

TEST(Sharpness, DoesNotDependOnLightOrContrast) {
  const double bright = Sharpness(Stripes(3, 60, 180));
  EXPECT_NEAR(Sharpness(Stripes(3, 20, 60)), bright, 0.01 * bright);
}

TEST(Sharpness, FallsAsEdgesGetWider) {
  const auto ramp = [](int width) {
    return Grey([width](int x, int) {
      const int phase = x % (2 * width);
      return 60 + 120 * (phase < width ? phase : 2 * width - phase) / width;
    });
  };
  EXPECT_GT(Sharpness(ramp(3)), 2 * Sharpness(ramp(10)));
  EXPECT_LT(Sharpness(ramp(40)), kSharpnessMin);
}

TEST(Sharpness, IsZeroForAFlatChip) {
  EXPECT_EQ(Sharpness(Grey([](int, int) { return 99; })), 0);
}

TEST(Brightness, IsTheMeanOfTheFaceAlone) {
  const Chip chip =
      Grey([](int x, int y) { return x >= 30 && x < 120 && y >= 30 && y < 120 ? 100 : 255; });
  EXPECT_NEAR(Brightness(chip), 100, 1e-3);
}

TEST(Assess, PassesAGoodFace) {
  const Quality quality = Assess(GoodView(), Stripes(3, 60, 180));
  EXPECT_EQ(quality.issue, QualityIssue::kNone);
  EXPECT_NEAR(quality.brightness, 120, 1e-3);
  EXPECT_NEAR(quality.plausibility, 0.75, 1e-6);
  EXPECT_GT(quality.sharpness, kSharpnessMin);
}

TEST(Assess, RejectsAFaceCutOffByTheEdge) {
  FaceView view = GoodView();
  view.box = Box(-9, 100, 91, 200);
  EXPECT_EQ(IssueOf(view), QualityIssue::kNone);
  view.box = Box(-11, 100, 89, 200);
  EXPECT_EQ(IssueOf(view), QualityIssue::kCutOff);
}

TEST(Assess, RejectsWhatIsNoFaceOnceAligned) {
  FaceView view = GoodView();
  view.confidence = -0.3;
  EXPECT_EQ(IssueOf(view), QualityIssue::kImplausibleLandmarks);
}

TEST(Assess, RejectsAFaceThatIsTooSmall) {
  FaceView view = GoodView();
  view.landmarks = Face(kEyeDistancePxMin - 1);
  EXPECT_EQ(IssueOf(view), QualityIssue::kTooSmall);
}

TEST(Assess, RejectsAFaceTurnedAwayToEitherSide) {
  FaceView view = GoodView();
  view.landmarks = Face(40, 26);
  EXPECT_EQ(IssueOf(view), QualityIssue::kPose);
  view.landmarks = Face(40, -26);
  EXPECT_EQ(IssueOf(view), QualityIssue::kPose);
}

TEST(Assess, RejectsABlurredFace) {
  EXPECT_EQ(IssueOf(GoodView(), Grey([](int x, int) { return 60 + x / 2; })),
            QualityIssue::kBlurred);
}

TEST(Assess, RejectsTooLittleAndTooMuchLight) {
  EXPECT_EQ(IssueOf(GoodView(), Stripes(3, 5, 25)), QualityIssue::kTooDark);
  EXPECT_EQ(IssueOf(GoodView(), Stripes(3, 220, 250)), QualityIssue::kTooBright);
}

TEST(Word, IsStable) {
  EXPECT_EQ(Word(QualityIssue::kNone), "NONE");
  EXPECT_EQ(Word(QualityIssue::kTooSmall), "TOO_SMALL");
  EXPECT_EQ(Word(QualityIssue::kPose), "POSE");
  EXPECT_EQ(Word(QualityIssue::kBlurred), "BLURRED");
  EXPECT_EQ(Word(QualityIssue::kTooDark), "TOO_DARK");
  EXPECT_EQ(Word(QualityIssue::kTooBright), "TOO_BRIGHT");
  EXPECT_EQ(Word(QualityIssue::kImplausibleLandmarks), "IMPLAUSIBLE_LANDMARKS");
  EXPECT_EQ(Word(QualityIssue::kCutOff), "CUT_OFF");
}

}  // namespace
}  // namespace facegate::vision
