#include "facegate/frame/image.h"

#include <utility>

#include "facegate/core/check.h"
#include "facegate/crypto/secret.h"

namespace facegate::frame {

Image::Image(int width, int height, std::vector<std::uint8_t> rgb)
    : width_(width), height_(height), rgb_(std::move(rgb)) {
  FG_CHECK(width > 0);
  FG_CHECK(height > 0);
  FG_CHECK(rgb_.size() ==
           std::size_t{3} * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
}

Image::Image(Image&& other) noexcept
    : width_(std::exchange(other.width_, 0)),
      height_(std::exchange(other.height_, 0)),
      rgb_(std::move(other.rgb_)) {}

Image& Image::operator=(Image&& other) noexcept {
  if (this != &other) {
    crypto::Zero(rgb_.data(), rgb_.size());
    width_ = std::exchange(other.width_, 0);
    height_ = std::exchange(other.height_, 0);
    rgb_ = std::move(other.rgb_);
  }
  return *this;
}

Image::~Image() { crypto::Zero(rgb_.data(), rgb_.size()); }

}  // namespace facegate::frame
