#include "facegate/frame/image.h"
#include "frame/format.h"

namespace facegate::frame {

core::Result<Header> ReadHeader(core::ByteSpan bytes, const Limits& limits) {
  const auto too_large = [](const char* what) {
    return core::Status(core::Code::kInvalidArgument, "IMAGE_TOO_LARGE", what);
  };
  if (bytes.size() > limits.image_bytes_max) return too_large("more bytes than image_bytes_max");
  FG_ASSIGN_OR_RETURN(const Header header, ParseHeader(bytes));
  if (header.width > limits.width_px_max) return too_large("wider than width_px_max");
  if (header.height > limits.height_px_max) return too_large("higher than height_px_max");
  if (std::int64_t{header.width} * header.height > limits.pixels_max) {
    return too_large("more pixels than pixels_max");
  }
  return header;
}

}  // namespace facegate::frame
