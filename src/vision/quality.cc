#include "vision/quality.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace facegate::vision {
namespace {
constexpr double kScatterMax = 0.5;
constexpr int kFaceFrom = 30;
constexpr int kFaceTo = 120;

Point Mean(const Landmarks& l, int from, int to) {
  Point sum;
  for (int i = from; i < to; ++i) {
    sum.x += l[static_cast<std::size_t>(i)].x;
    sum.y += l[static_cast<std::size_t>(i)].y;
  }
  return {sum.x / (to - from), sum.y / (to - from)};
}
double Distance(const Point& a, const Point& b) { return std::hypot(a.x - b.x, a.y - b.y); }

class Luma {
 public:
  explicit Luma(const Chip& chip) : values_(std::size_t{kChipSide} * kChipSide) {
    const std::uint8_t* in = chip.rgb();
    for (float& v : values_) {
      v = 0.299F * in[0] + 0.587F * in[1] + 0.114F * in[2];
      in += 3;
    }
  }
  ~Luma() { crypto::Zero(values_.data(), values_.size() * sizeof(float)); }
  float At(int x, int y) const { return values_[static_cast<std::size_t>(y * kChipSide + x)]; }
 private:
  std::vector<float> values_;
};

struct Moments { double mean = 0; double variance = 0; };
template <class F>
Moments Over(F value) {
  double sum = 0, squares = 0; int n = 0;
  for (int y = kFaceFrom; y < kFaceTo; ++y)
    for (int x = kFaceFrom; x < kFaceTo; ++x) { double v = value(x, y); sum += v; squares += v * v; ++n; }
  double mean = sum / n;
  return {mean, squares / n - mean * mean};
}
}  // namespace

FaceBox DisplacedBox(const FaceBox& box) {
  FaceBox d = box;
  int by = box.width() / 8;
  d.left += by; d.right += by; d.top -= by/2 ; d.bottom -= by/2 ;
  return d;
}
double EyeDistance(const Landmarks& l) { return Distance(Mean(l, 36, 42), Mean(l, 42, 48)); }
double Yaw(const Landmarks& l) {
  double a = Distance(l[30], l[2]), b = Distance(l[30], l[14]);
  return (a - b) / std::max(a + b, 1.0);
}
double Plausibility(const Landmarks& a, const Landmarks& b) {
  double s = 0; for (int i = 17; i < 68; ++i) s += Distance(a[i], b[i]);
  return s / 51 / std::max(1.0, EyeDistance(a));
}
double Sharpness(const Chip& chip) {
  Luma l(chip);
  auto lap = Over([&](int x, int y) { return 4 * l.At(x, y) - l.At(x - 1, y) - l.At(x + 1, y) - l.At(x, y - 1) - l.At(x, y + 1); });
  auto v = Over([&](int x, int y) { return l.At(x, y); });
  return lap.variance / std::max(1.0, v.variance);
}
double Brightness(const Chip& chip) { Luma l(chip); return Over([&](int x, int y) { return l.At(x, y); }).mean; }
}  // namespace facegate::vision
