// A QR code as a grid of modules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"

namespace facegate::documents {

// White modules that must surround a code, or scanners do not find it.
constexpr int kQrQuietModules = 4;

struct QrGrid {
  int size = 0;             // modules a side, without the quiet zone
  std::vector<bool> black;  // row by row

  bool at(int row, int column) const {
    return black[static_cast<std::size_t>(row) * static_cast<std::size_t>(size) +
                 static_cast<std::size_t>(column)];
  }
};

// With enough redundancy that a quarter of a printed sign may be dirty; of a long content, which is
// shown on a card or a screen, a seventh.
// Returns INVALID_ARGUMENT QR_TOO_LONG where the content does not fit.
core::Result<QrGrid> EncodeQr(const std::string& content);

// As an SVG element with these attributes, which are escaped already.
std::string QrSvg(const QrGrid& grid, std::string_view attributes);

}  // namespace facegate::documents
