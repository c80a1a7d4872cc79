// Lets dlib's algorithms read a frame::Image in place, as its generic image interface asks.
#pragma once

#include <dlib/image_processing/generic_image.h>
#include <dlib/pixel.h>

#include "facegate/frame/image.h"

namespace facegate::vision {

// A view; the image must outlive it. Read-only: dlib takes it by const reference.
class DlibImage {
 public:
  explicit DlibImage(const frame::Image& image) : image_(image) {}
  long rows() const { return image_.height(); }
  long columns() const { return image_.width(); }
  const void* data() const { return image_.rgb(); }

 private:
  const frame::Image& image_;
};

// Found by dlib through argument-dependent lookup; the names are dlib's.
inline long num_rows(const DlibImage& image) { return image.rows(); }
inline long num_columns(const DlibImage& image) { return image.columns(); }
inline const void* image_data(const DlibImage& image) { return image.data(); }
inline long width_step(const DlibImage& image) { return 3 * image.columns(); }

}  // namespace facegate::vision

namespace dlib {
template <>
struct image_traits<facegate::vision::DlibImage> {
  using pixel_type = rgb_pixel;
};
}  // namespace dlib
