// Finds frontal faces (dlib's HOG detector, compiled in).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "facegate/frame/image.h"
#include "facegate/vision/face.h"
#include "vision/chip.h"

namespace facegate::vision {

constexpr double kConfidenceFloor = -1;

// The scale at which a face of `min_face_px` fills the detector's window, bounded so that neither a
// small face nor a large picture makes the search explode: see kUpscaleMax and kSearchPixelsMax.
double SearchScale(int width, int height, int min_face_px);

// Not thread-safe: one per worker, copied from one that was loaded (which takes 0.3 s).
class Detector {
 public:
  Detector();
  ~Detector();
  std::unique_ptr<Detector> Clone() const;

  // Faces anywhere in the picture, best first, about `min_face_px` wide or more, none of them
  // marked eligible. A box may reach past the picture's edge.
  std::vector<FaceBox> Find(const frame::Image& image, int min_face_px);

  // How sure the detector is that the middle of an aligned chip is a face: about 1 to 3 for one, at
  // least kConfidenceFloor for anything.
  double Confidence(const Chip& chip);

  // Identifies the detector that is compiled in: the hash of its serialised form.
  static std::string Sha256();

 private:
  struct Impl;
  explicit Detector(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::vision
