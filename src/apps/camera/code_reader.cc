#include "apps/camera/code_reader.h"

#include <zbar.h>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

namespace facegate::apps {

struct CodeReader::Impl {
  zbar::ImageScanner scanner;
};

CodeReader::CodeReader() : impl_(new Impl) {
  impl_->scanner.set_config(zbar::ZBAR_NONE, zbar::ZBAR_CFG_ENABLE, 0);
  impl_->scanner.set_config(zbar::ZBAR_QRCODE, zbar::ZBAR_CFG_ENABLE, 1);
}

CodeReader::~CodeReader() = default;

std::vector<std::string> CodeReader::Read(std::string_view picture) {
  std::vector<std::string> found;
  try {
    const cv::Mat encoded(1, static_cast<int>(picture.size()), CV_8UC1,
                          const_cast<char*>(picture.data()));  // OpenCV has no const view
    cv::Mat grey = cv::imdecode(encoded, cv::IMREAD_GRAYSCALE);
    if (grey.empty() || !grey.isContinuous()) return found;
    zbar::Image image(static_cast<unsigned>(grey.cols), static_cast<unsigned>(grey.rows), "Y800",
                      grey.data, grey.total());
    impl_->scanner.scan(image);
    for (auto symbol = image.symbol_begin(); symbol != image.symbol_end(); ++symbol) {
      found.push_back(symbol->get_data());
    }
  } catch (const std::exception&) {  // of either library: a frame like any without a code
    return {};
  }
  return found;
}

}  // namespace facegate::apps
