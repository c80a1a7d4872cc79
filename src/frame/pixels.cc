#include "frame/pixels.h"

#include <cstddef>
#include <cstdint>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <utility>
#include <vector>

#include "facegate/crypto/secret.h"
#include "frame/format.h"

namespace facegate::frame {
namespace {

using core::Code;
using core::Status;

// OpenCV's picture, zeroed before its memory goes back to the heap.
class ScopedMat {
 public:
  explicit ScopedMat(cv::Mat mat) : mat_(std::move(mat)) {}
  ScopedMat(const ScopedMat&) = delete;
  ScopedMat& operator=(const ScopedMat&) = delete;
  ~ScopedMat() {
    if (mat_.data != nullptr && mat_.isContinuous()) {
      crypto::Zero(mat_.data, mat_.total() * mat_.elemSize());
    }
  }
  const cv::Mat& get() const { return mat_; }

 private:
  cv::Mat mat_;
};

std::vector<std::uint8_t> ToRgb(const cv::Mat& bgr) {
  std::vector<std::uint8_t> rgb(std::size_t{3} * bgr.total());
  std::uint8_t* out = rgb.data();
  for (int row = 0; row < bgr.rows; ++row) {
    const std::uint8_t* in = bgr.ptr<std::uint8_t>(row);
    for (int column = 0; column < bgr.cols; ++column, in += 3, out += 3) {
      out[0] = in[2];
      out[1] = in[1];
      out[2] = in[0];
    }
  }
  return rgb;
}

core::Result<Image> DecodeWithOpenCv(core::ByteSpan bytes, const Header& header) {
  const Status damaged(Code::kInvalidArgument, "IMAGE_INVALID", "the picture's content is damaged");
  // imdecode only reads; its signature has no const form.
  const cv::Mat encoded(1, static_cast<int>(bytes.size()), CV_8UC1,
                        const_cast<std::uint8_t*>(bytes.data()));
  const ScopedMat bgr(cv::imdecode(encoded, cv::IMREAD_COLOR));
  const cv::Mat& mat = bgr.get();
  if (mat.empty() || mat.type() != CV_8UC3) return damaged;
  // EXIF orientation may turn the picture by 90 degrees; any other size means that the header read
  // by hand and the decoder disagree about which picture this is.
  const bool as_stated = mat.cols == header.width && mat.rows == header.height;
  const bool turned = mat.cols == header.height && mat.rows == header.width;
  if (!as_stated && !turned) return damaged;
  return Image(mat.cols, mat.rows, ToRgb(mat));
}

}  // namespace

core::Result<Image> DecodePixels(core::ByteSpan bytes, const Limits& limits) {
  FG_ASSIGN_OR_RETURN(const Header header, ReadHeader(bytes, limits));
  FG_RETURN_IF_ERROR(CheckComplete(bytes));
  try {
    return DecodeWithOpenCv(bytes, header);
  } catch (const std::bad_alloc&) {
    return Status(Code::kResourceExhausted, "IMAGE_MEMORY", "not enough memory for the picture");
  } catch (const cv::Exception& e) {
    if (e.code == cv::Error::StsNoMem) {
      return Status(Code::kResourceExhausted, "IMAGE_MEMORY", "not enough memory for the picture");
    }
    return Status(Code::kInvalidArgument, "IMAGE_INVALID", "the decoder refused the picture");
  }
}

}  // namespace facegate::frame
