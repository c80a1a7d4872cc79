#include "documents/qr.h"

#include <qrencode.h>

#include <memory>
#include <utility>

#include "facegate/documents/qr_code.h"

namespace facegate::documents {

namespace {
// Beyond this a code has so many modules that a camera is served better by larger ones.
constexpr std::size_t kLongBytes = 200;
}  // namespace

core::Result<QrGrid> EncodeQr(const std::string& content) {
  const QRecLevel level = content.size() > kLongBytes ? QR_ECLEVEL_M : QR_ECLEVEL_Q;
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(content.size()),
                        reinterpret_cast<const unsigned char*>(content.data()), 0, level),
      &QRcode_free);
  if (code == nullptr) {
    return core::Status(core::Code::kInvalidArgument, "QR_TOO_LONG",
                        "the content of a QR code is empty or longer than 1600 bytes");
  }
  QrGrid grid;
  grid.size = code->width;
  for (int i = 0; i < code->width * code->width; ++i) {
    grid.black.push_back((code->data[i] & 1) != 0);
  }
  return grid;
}

std::string QrSvg(const QrGrid& grid, std::string_view attributes) {
  std::string path;
  for (int row = 0; row < grid.size; ++row) {
    for (int column = 0; column < grid.size; ++column) {
      if (!grid.at(row, column)) continue;
      path.append("M").append(std::to_string(column + kQrQuietModules)).append(" ");
      path.append(std::to_string(row + kQrQuietModules)).append("h1v1h-1z");
    }
  }
  const std::string side = std::to_string(grid.size + 2 * kQrQuietModules);
  std::string svg = "<svg ";
  svg.append(attributes).append(" viewBox=\"0 0 ").append(side).append(" ").append(side);
  svg.append("\" shape-rendering=\"crispEdges\"><rect width=\"").append(side);
  svg.append("\" height=\"").append(side).append("\" fill=\"#fff\" /><path fill=\"#000\" d=\"");
  return svg.append(path).append("\" /></svg>\n");
}

core::Result<std::string> QrCodeSvg(const std::string& content) {
  FG_ASSIGN_OR_RETURN(const QrGrid grid, EncodeQr(content));
  return QrSvg(grid, "xmlns=\"http://www.w3.org/2000/svg\"");
}

core::Result<std::string> QrCodeText(const std::string& content) {
  FG_ASSIGN_OR_RETURN(const QrGrid grid, EncodeQr(content));
  const int end = grid.size + kQrQuietModules;
  // On a dark screen the light modules are what is drawn.
  const auto is_light = [&grid](int row, int column) {
    const bool inside = row >= 0 && column >= 0 && row < grid.size && column < grid.size;
    return !inside || !grid.at(row, column);
  };
  std::string text;
  for (int row = -kQrQuietModules; row < end; row += 2) {
    for (int column = -kQrQuietModules; column < end; ++column) {
      const bool upper = is_light(row, column);
      const bool lower = row + 1 < end && is_light(row + 1, column);
      text += upper ? (lower ? "\u2588" : "\u2580") : (lower ? "\u2584" : " ");
    }
    text += '\n';
  }
  return text;
}

}  // namespace facegate::documents
