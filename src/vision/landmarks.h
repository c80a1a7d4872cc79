// The 68 points of a face (iBUG 300-W numbering), and the aligned chip that follows from them.
//
// Points: 0-16 jaw, 17-26 brows, 27-35 nose, 36-41 and 42-47 eyes, 48-67 mouth; left is the
// picture's.
#pragma once

#include <array>
#include <memory>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/frame/image.h"
#include "facegate/vision/face.h"
#include "vision/chip.h"

namespace facegate::vision {

struct Point {
  double x = 0;
  double y = 0;
};

constexpr int kLandmarks = 68;
using Landmarks = std::array<Point, kLandmarks>;

// Immutable and thread-safe: 74 MB of trees that all workers share.
class LandmarkModel {
 public:
  // Returns DATA_LOSS MODEL_CORRUPT if the bytes are no shape predictor of 68 points.
  static core::Result<std::shared_ptr<const LandmarkModel>> Load(core::ByteSpan bytes);
  ~LandmarkModel();
  LandmarkModel(const LandmarkModel&) = delete;
  LandmarkModel& operator=(const LandmarkModel&) = delete;

  // The points, in pixels of the picture. Always finds some, also where there is no face.
  Landmarks Find(const frame::Image& image, const FaceBox& box) const;

 private:
  struct Impl;
  explicit LandmarkModel(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

Chip ExtractChip(const frame::Image& image, const Landmarks& landmarks);

}  // namespace facegate::vision
