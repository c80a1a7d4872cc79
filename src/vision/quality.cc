#include "vision/quality.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "facegate/crypto/secret.h"

namespace facegate::vision {
namespace {

// The square of the chip that shows the face: between the brows and the chin, without hair.
constexpr int kFaceFrom = 30;
constexpr int kFaceTo = 120;

// Landmark numbers (iBUG 300-W).
constexpr std::size_t kJawNearLeftEar = 2;
constexpr std::size_t kJawNearRightEar = 14;
constexpr std::size_t kNoseTip = 30;
constexpr std::size_t kLeftEye = 36;
constexpr std::size_t kRightEye = 42;
constexpr std::size_t kEyePoints = 6;

double Distance(const Point& a, const Point& b) { return std::hypot(a.x - b.x, a.y - b.y); }

Point EyeCentre(const Landmarks& landmarks, std::size_t first) {
  Point centre;
  for (std::size_t i = first; i < first + kEyePoints; ++i) {
    centre.x += landmarks[i].x / kEyePoints;
    centre.y += landmarks[i].y / kEyePoints;
  }
  return centre;
}

// The luma of a chip; zeroed when it goes.
class Luma {
 public:
  explicit Luma(const Chip& chip) : values_(std::size_t{kChipSide} * kChipSide) {
    const std::uint8_t* in = chip.rgb();
    for (float& value : values_) {
      value = 0.299F * static_cast<float>(in[0]) + 0.587F * static_cast<float>(in[1]) +
              0.114F * static_cast<float>(in[2]);
      in += 3;
    }
  }
  Luma(const Luma&) = delete;
  Luma& operator=(const Luma&) = delete;
  ~Luma() { crypto::Zero(values_.data(), values_.size() * sizeof(float)); }

  double At(int x, int y) const {
    return values_[static_cast<std::size_t>(y) * kChipSide + static_cast<std::size_t>(x)];
  }
  double Laplacian(int x, int y) const {
    return At(x - 1, y) + At(x + 1, y) + At(x, y - 1) + At(x, y + 1) - 4 * At(x, y);
  }

 private:
  std::vector<float> values_;
};

struct Moments {
  double mean = 0;
  double variance = 0;
};

// Of `value(x, y)` over the face.
template <class Value>
Moments OverFace(Value value) {
  constexpr double kCount = (kFaceTo - kFaceFrom) * (kFaceTo - kFaceFrom);
  double sum = 0;
  double squares = 0;
  for (int y = kFaceFrom; y < kFaceTo; ++y) {
    for (int x = kFaceFrom; x < kFaceTo; ++x) {
      const double v = value(x, y);
      sum += v;
      squares += v * v;
    }
  }
  const double mean = sum / kCount;
  return {mean, squares / kCount - mean * mean};
}

QualityIssue FirstIssue(const FaceView& view, const Quality& quality) {
  if (CutOffShare(view.box, view.image_width, view.image_height) > kCutOffShareMax) {
    return QualityIssue::kCutOff;
  }
  if (quality.plausibility < kPlausibilityMin) return QualityIssue::kImplausibleLandmarks;
  if (EyeDistance(view.landmarks) < kEyeDistancePxMin) return QualityIssue::kTooSmall;
  if (std::abs(quality.yaw) > kYawMax) return QualityIssue::kPose;
  if (quality.sharpness < kSharpnessMin) return QualityIssue::kBlurred;
  if (quality.brightness < kBrightnessMin) return QualityIssue::kTooDark;
  if (quality.brightness > kBrightnessMax) return QualityIssue::kTooBright;
  return QualityIssue::kNone;
}

}  // namespace

double CutOffShare(const FaceBox& box, int image_width, int image_height) {
  const double area = static_cast<double>(box.width()) * box.height();
  if (box.width() <= 0 || box.height() <= 0) return 1;
  const int width = std::min(box.right, image_width) - std::max(box.left, 0);
  const int height = std::min(box.bottom, image_height) - std::max(box.top, 0);
  if (width <= 0 || height <= 0) return 1;
  return 1 - static_cast<double>(width) * height / area;
}

double Plausibility(double confidence) { return std::clamp((confidence + 1) / 4, 0.0, 1.0); }

double EyeDistance(const Landmarks& landmarks) {
  return Distance(EyeCentre(landmarks, kLeftEye), EyeCentre(landmarks, kRightEye));
}

double Yaw(const Landmarks& landmarks) {
  const double left = Distance(landmarks[kNoseTip], landmarks[kJawNearLeftEar]);
  const double right = Distance(landmarks[kNoseTip], landmarks[kJawNearRightEar]);
  return left + right == 0 ? 0 : (left - right) / (left + right);
}

double Sharpness(const Chip& chip) {
  const Luma luma(chip);
  const Moments edges = OverFace([&luma](int x, int y) { return luma.Laplacian(x, y); });
  const Moments values = OverFace([&luma](int x, int y) { return luma.At(x, y); });
  return edges.variance / std::max(values.variance, 1.0);
}

double Brightness(const Chip& chip) {
  const Luma luma(chip);
  return OverFace([&luma](int x, int y) { return luma.At(x, y); }).mean;
}

Quality Assess(const FaceView& view, const Chip& chip) {
  Quality quality;
  quality.sharpness = static_cast<float>(Sharpness(chip));
  quality.brightness = static_cast<float>(Brightness(chip));
  quality.yaw = static_cast<float>(Yaw(view.landmarks));
  quality.plausibility = static_cast<float>(Plausibility(view.confidence));
  quality.issue = FirstIssue(view, quality);
  return quality;
}

}  // namespace facegate::vision
