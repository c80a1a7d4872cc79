// An aligned face: 150 by 150 pixels, the eyes level and always in the same place.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "facegate/crypto/secret.h"

namespace facegate::vision {

constexpr int kChipSide = 150;
// How much is left around the face on each side, as a share of its size; the network was trained
// so.
constexpr double kChipPadding = 0.25;

// RGB, rows top to bottom. Zeroed when it goes; move-only.
class Chip {
 public:
  Chip() : rgb_(std::size_t{3} * kChipSide * kChipSide) {}
  Chip(Chip&& other) noexcept = default;  // leaves the other without pixels
  Chip& operator=(Chip&& other) noexcept {
    rgb_.swap(other.rgb_);
    return *this;
  }
  Chip(const Chip&) = delete;
  Chip& operator=(const Chip&) = delete;
  ~Chip() { crypto::Zero(rgb_.data(), rgb_.size()); }

  const std::uint8_t* rgb() const { return rgb_.data(); }
  std::uint8_t* mutable_rgb() { return rgb_.data(); }

 private:
  std::vector<std::uint8_t> rgb_;
};

}  // namespace facegate::vision
