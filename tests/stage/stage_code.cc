// Paints a QR code into a photograph, as if somebody held it before the camera: reads the SVG that
// `facegate enroll --token-svg` writes.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <regex>
#include <string>

namespace facegate::testing {
namespace {

constexpr int kJpegQuality = 92;

// One module is `module_px` wide; the quiet zone is part of the SVG.
bool Paint(const std::string& svg, int module_px, cv::Point at, cv::Mat& photo) {
  std::smatch box;
  if (!std::regex_search(svg, box, std::regex("viewBox=\"0 0 (\\d+) "))) return false;
  const int side = std::stoi(box[1]) * module_px;
  const cv::Rect frame(at.x, at.y, side, side);
  if ((frame & cv::Rect(0, 0, photo.cols, photo.rows)) != frame) return false;
  photo(frame).setTo(cv::Scalar::all(255));
  const std::regex module("M(\\d+) (\\d+)h1v1h-1z");
  for (std::sregex_iterator it(svg.begin(), svg.end(), module), end; it != end; ++it) {
    photo(cv::Rect(at.x + std::stoi((*it)[1]) * module_px, at.y + std::stoi((*it)[2]) * module_px,
                   module_px, module_px))
        .setTo(cv::Scalar::all(0));
  }
  return true;
}

}  // namespace
}  // namespace facegate::testing

int main(int argc, char** argv) {
  CLI::App app("Paints a QR code into a photograph; for tests.");
  std::string svg_file, photo_file, out_file;
  int x = 20, y = 20, module_px = 6;
  app.add_option("--svg", svg_file, "The code")->required();
  app.add_option("--photo", photo_file, "The photograph")->required();
  app.add_option("--out", out_file, "The JPEG to write")->required();
  app.add_option("--x", x, "Left edge, in pixels");
  app.add_option("--y", y, "Upper edge, in pixels");
  app.add_option("--module-px", module_px, "Width of a module");
  CLI11_PARSE(app, argc, argv);
  std::ifstream in(svg_file);
  const std::string svg{std::istreambuf_iterator<char>(in), {}};
  cv::Mat photo = cv::imread(photo_file, cv::IMREAD_COLOR);
  const bool done =
      !photo.empty() && facegate::testing::Paint(svg, module_px, {x, y}, photo) &&
      cv::imwrite(out_file, photo, {cv::IMWRITE_JPEG_QUALITY, facegate::testing::kJpegQuality});
  if (!done) std::cerr << "stage_code: cannot paint " << svg_file << '\n';
  return done ? 0 : 1;
}
