// From untrusted bytes to a bounded picture, under a ViewPermit only (invariant I1).
#pragma once

#include <cstdint>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/metrics.h"
#include "facegate/core/status.h"
#include "facegate/policy/permit.h"

namespace facegate::frame {

// An RGB picture, 8 bits a channel, rows top to bottom without padding. Zeroed when it goes; has no
// formatter. Move-only.
class Image {
 public:
  // Requires: 0 < width, 0 < height, rgb.size() == 3 * width * height.
  Image(int width, int height, std::vector<std::uint8_t> rgb);
  Image(Image&&) noexcept;
  Image& operator=(Image&&) noexcept;
  ~Image();

  int width() const { return width_; }
  int height() const { return height_; }
  const std::uint8_t* rgb() const { return rgb_.data(); }

 private:
  int width_ = 0;
  int height_ = 0;
  std::vector<std::uint8_t> rgb_;
};

struct Limits {
  std::size_t image_bytes_max = 8u << 20;
  int width_px_max = 8192;
  int height_px_max = 8192;
  std::int64_t pixels_max = 16'000'000;
};

enum class Format { kJpeg, kPng };

struct Header {
  Format format = Format::kJpeg;
  int width = 0;
  int height = 0;
};

// Reads kind and dimensions from the first bytes, without decoding. Knows JPEG and PNG, nothing
// else. Returns INVALID_ARGUMENT IMAGE_INVALID for another kind or a broken header,
// INVALID_ARGUMENT IMAGE_TOO_LARGE over a limit.
core::Result<Header> ReadHeader(core::ByteSpan bytes, const Limits& limits);

// Decodes after ReadHeader agreed; EXIF orientation is applied. Counts kFramesDecoded.
// Returns what ReadHeader returns, INVALID_ARGUMENT IMAGE_INVALID for content that is damaged or
// cut short (a JPEG has no checksums: bits flipped inside its data show as a distorted picture), or
// RESOURCE_EXHAUSTED IMAGE_MEMORY where there is no memory for it.
// Requires: `permit` is live (the caller checked; a dead one is a bug).
core::Result<Image> Decode(core::ByteSpan bytes, const policy::ViewPermit& permit,
                           const Limits& limits, core::Metrics& metrics);

}  // namespace facegate::frame
