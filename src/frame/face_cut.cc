#include "facegate/frame/face_cut.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "facegate/model/people.h"

namespace facegate::frame {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr int kAroundDivisor = 4;  // a quarter of the face on each side
constexpr int kJpegQuality = 90;
constexpr int kColours = 3;

// Pixels that are zeroed when they go; rows top to bottom, blue before green before red.
struct Pixels {
  Pixels(int wide, int high, int channels_each)
      : width(wide),
        height(high),
        channels(channels_each),
        bytes(static_cast<std::size_t>(wide) * static_cast<std::size_t>(high) *
              static_cast<std::size_t>(channels_each)) {}
  Pixels(const Pixels&) = delete;
  Pixels& operator=(const Pixels&) = delete;
  ~Pixels() { crypto::Zero(bytes.data(), bytes.size()); }

  std::uint8_t* At(int x, int y) {
    return bytes.data() + (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                           static_cast<std::size_t>(x)) *
                              static_cast<std::size_t>(channels);
  }

  int width;
  int height;
  int channels;
  std::vector<std::uint8_t> bytes;
};

// The face and what is around it, as far as there is picture.
Box CutOf(const Image& image, const Box& face) {
  const int around_x = (face.right - face.left) / kAroundDivisor;
  const int around_y = (face.bottom - face.top) / kAroundDivisor;
  return {std::max(face.left - around_x, 0), std::max(face.top - around_y, 0),
          std::min(face.right + around_x, image.width()),
          std::min(face.bottom + around_y, image.height())};
}

bool Holds(const Box& box, int x, int y) {
  return x >= box.left && x < box.right && y >= box.top && y < box.bottom;
}

std::array<int, kColours> ColourAt(const Image& image, int x, int y, std::span<const Box> others) {
  const auto is_there = [&](const Box& other) { return Holds(other, x, y); };
  if (std::any_of(others.begin(), others.end(), is_there)) return {0, 0, 0};
  const std::uint8_t* rgb =
      image.rgb() + (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width()) +
                     static_cast<std::size_t>(x)) *
                        kColours;
  return {rgb[2], rgb[1], rgb[0]};
}

// The mean of what a pixel of the smaller picture stands for.
std::array<int, kColours> MeanOf(const Image& image, const Box& part, std::span<const Box> others) {
  std::array<int, kColours> sums = {};
  for (int y = part.top; y < part.bottom; ++y) {
    for (int x = part.left; x < part.right; ++x) {
      const auto colour = ColourAt(image, x, y, others);
      for (std::size_t c = 0; c < kColours; ++c) sums[c] += colour[c];
    }
  }
  const int count = (part.bottom - part.top) * (part.right - part.left);
  for (int& sum : sums) sum /= count;
  return sums;
}

std::uint8_t GreyOf(const std::array<int, kColours>& bgr) {
  return static_cast<std::uint8_t>((114 * bgr[0] + 587 * bgr[1] + 299 * bgr[2]) / 1000);
}

// Draws `cut` at the size of `pixels`, which is no larger.
void Draw(const Image& image, const Box& cut, std::span<const Box> others, Pixels& pixels) {
  const int wide = cut.right - cut.left;
  const int high = cut.bottom - cut.top;
  for (int y = 0; y < pixels.height; ++y) {
    for (int x = 0; x < pixels.width; ++x) {
      const Box part = {cut.left + x * wide / pixels.width, cut.top + y * high / pixels.height,
                        cut.left + (x + 1) * wide / pixels.width,
                        cut.top + (y + 1) * high / pixels.height};
      const auto bgr = MeanOf(image, part, others);
      std::uint8_t* out = pixels.At(x, y);
      if (pixels.channels == 1) {
        *out = GreyOf(bgr);
        continue;
      }
      for (std::size_t c = 0; c < kColours; ++c) out[c] = static_cast<std::uint8_t>(bgr[c]);
    }
  }
}

Result<crypto::SecretBytes> Encode(Pixels& pixels) {
  const Status failed(Code::kInternal, "IMAGE_NOT_ENCODED", "the picture could not be encoded");
  try {
    const cv::Mat mat(pixels.height, pixels.width, pixels.channels == 1 ? CV_8UC1 : CV_8UC3,
                      pixels.bytes.data());
    std::vector<std::uint8_t> jpeg;
    if (!cv::imencode(".jpg", mat, jpeg, {cv::IMWRITE_JPEG_QUALITY, kJpegQuality})) return failed;
    crypto::SecretBytes kept{core::ByteSpan(jpeg)};
    crypto::Zero(jpeg.data(), jpeg.size());
    return kept;
  } catch (const std::bad_alloc&) {
    return failed;
  } catch (const cv::Exception&) {
    return failed;
  }
}

}  // namespace

Result<FaceCut> CutFace(const Image& image, const Box& face, std::span<const Box> others,
                        const policy::ImageGrant& grant) {
  const Box cut = CutOf(image, face);
  const int wide = cut.right - cut.left;
  const int high = cut.bottom - cut.top;
  if (wide <= 0 || high <= 0) {
    return Status(Code::kInvalidArgument, "FACE_OUTSIDE", "the face lies beyond the picture");
  }
  const bool is_reduced = grant.kept() == model::ImageRetention::kReduced;
  const int side_max = is_reduced ? model::kReducedImagePxMax : model::kOriginalImagePxMax;
  const double ratio = std::min(is_reduced ? model::kReducedImageRatio : 1.0,
                                static_cast<double>(side_max) / std::max(wide, high));
  constexpr double kRounding = 1e-9;  // so that side * (max / side) is max
  const auto scaled = [ratio](int side) {
    return std::max(static_cast<int>(side * ratio + kRounding), 1);
  };
  Pixels pixels(scaled(wide), scaled(high), is_reduced ? 1 : kColours);
  Draw(image, cut, others, pixels);
  FG_ASSIGN_OR_RETURN(crypto::SecretBytes jpeg, Encode(pixels));
  return FaceCut(std::move(jpeg));
}

}  // namespace facegate::frame
