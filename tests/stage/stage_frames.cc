// Makes a frame of a kiosk's camera out of a photograph: one person of it, nearer or farther,
// turned, blurred, in other light.
//
//   stage_frames photo.jpg frame.jpg --crop 0.7,0.1,0.95,0.4 --width 400 --blur 4
#include <CLI/CLI.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

namespace {

struct Flags {
  std::string photo;
  std::string frame;
  std::vector<double> crop{0, 0, 1, 1};
  int width = 0;     // 0: as it is
  double turn = 0;   // degrees, in the picture's plane
  double blur = 0;   // sigma of a Gaussian, in pixels
  double light = 1;  // times
  int beside = 0;    // how often the person stands there once more
};

int Make(const Flags& flags) {
  const cv::Mat photo = cv::imread(flags.photo);
  if (photo.empty()) return 1;
  const cv::Point from(static_cast<int>(flags.crop[0] * photo.cols),
                       static_cast<int>(flags.crop[1] * photo.rows));
  const cv::Point to(static_cast<int>(flags.crop[2] * photo.cols),
                     static_cast<int>(flags.crop[3] * photo.rows));
  cv::Mat frame = photo(cv::Rect(from, to)).clone();
  if (flags.width > 0) {
    const double scale = static_cast<double>(flags.width) / frame.cols;
    cv::resize(frame, frame, {}, scale, scale, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  }
  if (flags.turn != 0) {
    const cv::Point2f middle(static_cast<float>(frame.cols) / 2,
                             static_cast<float>(frame.rows) / 2);
    const cv::Mat turned = cv::getRotationMatrix2D(middle, flags.turn, 1);
    cv::warpAffine(frame, frame, turned, frame.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  }
  if (flags.blur > 0) cv::GaussianBlur(frame, frame, {}, flags.blur);
  if (flags.light != 1) frame.convertTo(frame, -1, flags.light);
  const cv::Mat one = frame.clone();
  for (int i = 0; i < flags.beside; ++i) cv::hconcat(frame, one, frame);
  return cv::imwrite(flags.frame, frame) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("stage_frames: makes a frame out of a photograph, for tests.");
  Flags flags;
  app.add_option("photo", flags.photo)->required();
  app.add_option("frame", flags.frame)->required();
  app.add_option("--crop", flags.crop, "x0,y0,x1,y1 as fractions")->delimiter(',')->expected(4);
  app.add_option("--width", flags.width, "Pixels");
  app.add_option("--turn", flags.turn, "Degrees");
  app.add_option("--blur", flags.blur, "Sigma in pixels");
  app.add_option("--light", flags.light, "Times");
  app.add_option("--beside", flags.beside, "Copies of the person beside");
  CLI11_PARSE(app, argc, argv);
  return Make(flags);
}
