#include "documents/qr.h"

#include <qrencode.h>

#include <memory>

namespace facegate::documents {

core::Result<QrGrid> EncodeQr(const std::string& content) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(content.size()),
                        reinterpret_cast<const unsigned char*>(content.data()), 0, QR_ECLEVEL_Q),
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

}  // namespace facegate::documents
