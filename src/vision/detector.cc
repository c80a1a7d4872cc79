#include "vision/detector.h"

#include <dlib/array2d.h>
#include <dlib/image_processing/frontal_face_detector.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "facegate/crypto/primitives.h"
#include "facegate/crypto/secret.h"

namespace facegate::vision {
namespace {

// The detector's own window; it finds no face below that.
constexpr double kWindowPx = 80;
// Beyond twice its size an enlarged face gives the detector nothing to go by.
constexpr double kUpscaleMax = 2;
// Enlarging stops here: four megapixels take about 0.35 s on one core. A larger picture is searched
// at its own size, never enlarged.
constexpr double kSearchPixelsMax = 4'000'000;

// How far from the middle of an aligned chip its face may be found. The detector's boxes come in
// steps of 18 to 28 pixels there.
constexpr double kOffCentrePxMax = 40;

// The picture in grey at the search scale. Grey finds the same faces as colour (the detector takes
// the strongest gradient of the channels) in four fifths of the time.
class SearchImage {
 public:
  SearchImage(const std::uint8_t* pixels, int width, int height, double scale) {
    const cv::Mat rgb(height, width, CV_8UC3, const_cast<std::uint8_t*>(pixels));  // only read
    cv::cvtColor(rgb, grey_, cv::COLOR_RGB2GRAY);
    if (scale == 1) return;
    cv::Mat scaled;
    cv::resize(grey_, scaled, cv::Size(), scale, scale,
               scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
    Wipe();
    grey_ = std::move(scaled);
  }
  SearchImage(const SearchImage&) = delete;
  SearchImage& operator=(const SearchImage&) = delete;
  ~SearchImage() { Wipe(); }
  const cv::Mat& grey() const { return grey_; }

 private:
  void Wipe() { crypto::Zero(grey_.data, grey_.total()); }
  cv::Mat grey_;
};

// Found by dlib through argument-dependent lookup; the names are dlib's.
[[maybe_unused]] long num_rows(const SearchImage& image) { return image.grey().rows; }
[[maybe_unused]] long num_columns(const SearchImage& image) { return image.grey().cols; }
[[maybe_unused]] const void* image_data(const SearchImage& image) { return image.grey().data; }
[[maybe_unused]] long width_step(const SearchImage& image) {
  return static_cast<long>(image.grey().step);
}

FaceBox ToBox(const dlib::rect_detection& found, double scale) {
  const auto back = [scale](long px) {
    return static_cast<int>(std::lround(static_cast<double>(px) / scale));
  };
  FaceBox box;
  box.left = back(found.rect.left());
  box.top = back(found.rect.top());
  box.right = back(found.rect.right() + 1);
  box.bottom = back(found.rect.bottom() + 1);
  box.score = static_cast<float>(found.detection_confidence);
  return box;
}

}  // namespace
}  // namespace facegate::vision

namespace dlib {
template <>
struct image_traits<facegate::vision::SearchImage> {
  using pixel_type = unsigned char;
};
}  // namespace dlib

namespace facegate::vision {

double SearchScale(int width, int height, int min_face_px) {
  const double wanted = kWindowPx / min_face_px;
  if (wanted <= 1) return wanted;
  const double pixels = static_cast<double>(width) * height;
  return std::max(1.0, std::min({wanted, kUpscaleMax, std::sqrt(kSearchPixelsMax / pixels)}));
}

struct Detector::Impl {
  dlib::frontal_face_detector hog;
};

Detector::Detector() : impl_(std::make_unique<Impl>()) {
  impl_->hog = dlib::get_frontal_face_detector();
}
Detector::Detector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Detector::~Detector() = default;

std::unique_ptr<Detector> Detector::Clone() const {
  return std::unique_ptr<Detector>(new Detector(std::make_unique<Impl>(*impl_)));
}

std::vector<FaceBox> Detector::Find(const frame::Image& image, int min_face_px) {
  const double scale = SearchScale(image.width(), image.height(), min_face_px);
  if (image.width() * scale < 1 || image.height() * scale < 1) return {};
  const SearchImage search(image.rgb(), image.width(), image.height(), scale);
  std::vector<dlib::rect_detection> found;
  impl_->hog(search, found);
  std::vector<FaceBox> boxes;
  boxes.reserve(found.size());
  for (const dlib::rect_detection& one : found) boxes.push_back(ToBox(one, scale));
  return boxes;
}

double Detector::Confidence(const Chip& chip) {
  const SearchImage search(chip.rgb(), kChipSide, kChipSide, 1);
  std::vector<dlib::rect_detection> found;
  impl_->hog(search, found, kConfidenceFloor);
  const dlib::point middle(kChipSide / 2, kChipSide / 2);
  double best = kConfidenceFloor;
  for (const dlib::rect_detection& one : found) {
    if (dlib::length(dlib::center(one.rect) - middle) > kOffCentrePxMax) continue;
    best = std::max(best, one.detection_confidence);
  }
  return best;
}

std::string Detector::Sha256() {
  return core::HexEncode(crypto::Sha256(core::AsBytes(dlib::get_serialized_frontal_faces())));
}

}  // namespace facegate::vision
