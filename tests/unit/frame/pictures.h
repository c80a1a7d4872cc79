// Small pictures in the formats that cameras send, made on the spot.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "facegate/core/bytes.h"

namespace facegate::frame {

// Red rises to the right, green downward, blue is constant: tells channels and directions apart.
inline cv::Mat Gradient(int width, int height) {
  cv::Mat bgr(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      bgr.at<cv::Vec3b>(y, x) = cv::Vec3b(40, static_cast<std::uint8_t>(255 * y / height),
                                          static_cast<std::uint8_t>(255 * x / width));
    }
  }
  return bgr;
}

inline core::Bytes Encode(const std::string& extension, const cv::Mat& picture,
                          const std::vector<int>& parameters = {}) {
  core::Bytes bytes;
  cv::imencode(extension, picture, bytes, parameters);
  return bytes;
}

inline core::Bytes Jpeg(int width, int height) { return Encode(".jpg", Gradient(width, height)); }
inline core::Bytes Png(int width, int height) { return Encode(".png", Gradient(width, height)); }

// The JPEG with an EXIF segment that says how to turn it (6: by 90 degrees clockwise).
inline core::Bytes WithOrientation(const core::Bytes& jpeg, std::uint8_t orientation) {
  const std::vector<std::uint8_t> segment = {
      0xFF, 0xE1, 0x00, 0x22, 'E', 'x', 'i', 'f', 0,           0,  // APP1, 34 bytes
      'I',  'I',  42,   0,    8,   0,   0,   0,  // TIFF, little-endian, directory at 8
      1,    0,                                   // one entry
      0x12, 0x01, 3,    0,    1,   0,   0,   0,   orientation, 0, 0, 0, 0, 0, 0, 0};
  core::Bytes turned = jpeg;
  turned.insert(turned.begin() + 2, segment.begin(), segment.end());
  return turned;
}

}  // namespace facegate::frame
