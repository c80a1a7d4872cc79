#include "vision/landmarks.h"

#include <dlib/image_processing/shape_predictor.h>
#include <dlib/image_transforms/interpolation.h>

#include <cstring>
#include <utility>

#include "vision/dlib_image.h"
#include "vision/memory_stream.h"

namespace facegate::vision {
namespace {

dlib::rectangle ToRectangle(const FaceBox& box) {
  return dlib::rectangle(box.left, box.top, box.right - 1, box.bottom - 1);
}

}  // namespace

struct LandmarkModel::Impl {
  dlib::shape_predictor predictor;
};

LandmarkModel::LandmarkModel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LandmarkModel::~LandmarkModel() = default;

core::Result<std::shared_ptr<const LandmarkModel>> LandmarkModel::Load(core::ByteSpan bytes) {
  const core::Status corrupt(core::Code::kDataLoss, "MODEL_CORRUPT",
                             "not a shape predictor of 68 points");
  auto impl = std::make_unique<Impl>();
  try {
    MemoryStream in(bytes);
    deserialize(impl->predictor, in);
  } catch (const std::exception&) {  // dlib::serialization_error, std::bad_alloc
    return corrupt;
  }
  if (impl->predictor.num_parts() != kLandmarks) return corrupt;
  return std::shared_ptr<const LandmarkModel>(new LandmarkModel(std::move(impl)));
}

Landmarks LandmarkModel::Find(const frame::Image& image, const FaceBox& box) const {
  const dlib::full_object_detection shape = impl_->predictor(DlibImage(image), ToRectangle(box));
  Landmarks landmarks;
  for (unsigned long i = 0; i < landmarks.size(); ++i) {
    landmarks[i] = {static_cast<double>(shape.part(i).x()), static_cast<double>(shape.part(i).y())};
  }
  return landmarks;
}

Chip ExtractChip(const frame::Image& image, const Landmarks& landmarks) {
  std::vector<dlib::point> parts;
  parts.reserve(landmarks.size());
  for (const Point& p : landmarks) {
    parts.emplace_back(static_cast<long>(p.x), static_cast<long>(p.y));
  }
  const dlib::full_object_detection shape(dlib::rectangle(), parts);
  dlib::array2d<dlib::rgb_pixel> pixels;
  dlib::extract_image_chip(DlibImage(image),
                           dlib::get_face_chip_details(shape, kChipSide, kChipPadding), pixels);
  Chip chip;
  FG_CHECK(pixels.nr() == kChipSide && pixels.nc() == kChipSide);
  for (long row = 0; row < pixels.nr(); ++row) {
    std::memcpy(chip.mutable_rgb() + row * 3 * kChipSide, &pixels[row][0],
                std::size_t{3} * kChipSide);
    crypto::Zero(&pixels[row][0], std::size_t{3} * kChipSide);
  }
  return chip;
}

}  // namespace facegate::vision
