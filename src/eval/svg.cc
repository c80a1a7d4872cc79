// The detection error tradeoff as a picture: no library, a few lines of SVG.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "eval/text.h"
#include "facegate/eval/eval.h"

namespace facegate::eval {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 560;
constexpr double kLeft = 80;
constexpr double kRight = 24;
constexpr double kTop = 48;
constexpr double kBottom = 64;

std::string Number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.1f", value);
  return buffer;
}

// An axis from 10^-decades to 1. A rate of zero has no place on it and stands at its end.
struct Axis {
  int decades = 1;
  double start = 0;  // of 10^-decades, in pixels
  double end = 0;    // of 1

  double At(double rate) const {
    const double exponent = rate > 0 ? std::max(std::log10(rate), -static_cast<double>(decades))
                                     : -static_cast<double>(decades);
    return end + (start - end) * exponent / -static_cast<double>(decades);
  }
};

// Far enough down to show one error in all trials.
int DecadesFor(long trials) {
  return trials <= 0 ? 1 : std::clamp(static_cast<int>(std::ceil(std::log10(trials))), 1, 8);
}

std::string Line(double x1, double y1, double x2, double y2, std::string_view style) {
  return Join({"<line x1=\"", Number(x1), "\" y1=\"", Number(y1), "\" x2=\"", Number(x2),
               "\" y2=\"", Number(y2), "\" ", style, "/>\n"});
}

std::string Text(double x, double y, std::string_view anchor, std::string_view text,
                 std::string_view more = "") {
  return Join({"<text x=\"", Number(x), "\" y=\"", Number(y), "\" text-anchor=\"", anchor, "\" ",
               more, ">", text, "</text>\n"});
}

std::string Rectangle(double x, double y, double width, double height, std::string_view style) {
  return Join({"<rect x=\"", Number(x), "\" y=\"", Number(y), "\" width=\"", Number(width),
               "\" height=\"", Number(height), "\" ", style, "/>\n"});
}

std::string TickLabel(int exponent) {
  char buffer[32];
  if (exponent >= -2) {
    std::snprintf(buffer, sizeof(buffer), "%g%%", 100 * std::pow(10.0, exponent));
  } else {
    std::snprintf(buffer, sizeof(buffer), "1e%d", exponent);
  }
  return buffer;
}

std::string Grid(const Axis& x, const Axis& y) {
  constexpr std::string_view kGrid = "stroke=\"#ddd\"";
  std::string out;
  for (int exponent = -x.decades; exponent <= 0; ++exponent) {
    const double at = x.At(std::pow(10.0, exponent));
    out += Line(at, y.start, at, y.end, kGrid);
    out += Text(at, y.start + 18, "middle", TickLabel(exponent));
  }
  for (int exponent = -y.decades; exponent <= 0; ++exponent) {
    const double at = y.At(std::pow(10.0, exponent));
    out += Line(x.start, at, x.end, at, kGrid);
    out += Text(x.start - 8, at + 4, "end", TickLabel(exponent));
  }
  return out;
}

// Where no rate may be claimed: below 3/n of either kind of pair.
std::string Unsupported(const Axis& x, const Axis& y, const Report& report) {
  constexpr std::string_view kShade = "fill=\"#f3e3e3\"";
  std::string out;
  if (report.impostor_pairs > 0) {
    const double at = x.At(std::min(1.0, 3.0 / static_cast<double>(report.impostor_pairs)));
    out += Rectangle(x.start, y.end, at - x.start, y.start - y.end, kShade);
  }
  if (report.genuine_pairs > 0) {
    const double at = y.At(std::min(1.0, 3.0 / static_cast<double>(report.genuine_pairs)));
    out += Rectangle(x.start, at, x.end - x.start, y.start - at, kShade);
  }
  return out;
}

// A staircase: between two distances that occur the rates stay.
std::string Curve(const Axis& x, const Axis& y, const std::vector<Point>& points) {
  if (points.empty()) return "";
  std::string out = "<polyline fill=\"none\" stroke=\"#1f4e8c\" stroke-width=\"2\" points=\"";
  double last_x = x.At(0);
  for (const Point& point : points) {
    const double px = x.At(point.false_match.rate());
    const double py = y.At(point.false_non_match.rate());
    out += Join({Number(last_x), ",", Number(py), " ", Number(px), ",", Number(py), " "});
    last_x = px;
  }
  return out.append("\"/>\n");
}

std::string Mark(const Axis& x, const Axis& y, const Point& point, std::string_view label,
                 double label_shift) {
  const double px = x.At(point.false_match.rate());
  const double py = y.At(point.false_non_match.rate());
  std::string out = "<circle cx=\"" + Number(px);
  out.append("\" cy=\"").append(Number(py)).append("\" r=\"5\" fill=\"#b03a2e\"/>\n");
  const bool right_half = px > (x.start + x.end) / 2;
  return out +
         Text(right_half ? px - 9 : px + 9, py + label_shift, right_half ? "end" : "start", label);
}

std::string At(double distance) {
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.3f", distance);
  return buffer;
}

}  // namespace

std::string ToSvg(const Report& report) {
  const Axis x{DecadesFor(report.impostor_pairs), kLeft, kWidth - kRight};
  const Axis y{DecadesFor(report.genuine_pairs), kHeight - kBottom, kTop};
  std::string out =
      Join({"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", Number(kWidth), " ",
            Number(kHeight), "\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n",
            "<title>Detection error tradeoff</title>\n"});
  out += Rectangle(0, 0, kWidth, kHeight, "fill=\"white\"");
  out += Unsupported(x, y, report);
  out += Grid(x, y);
  const std::string heading =
      Join({"Detection error tradeoff: ", std::to_string(report.genuine_pairs), " genuine, ",
            std::to_string(report.impostor_pairs), " impostor pairs"});
  out += Text(kLeft, 22, "start", heading, "font-size=\"15\"");
  out += Text(kLeft, 38, "start", "shaded: below 3/n, where these pairs support no claim",
              "fill=\"#777\"");
  out += Text((kLeft + kWidth - kRight) / 2, kHeight - 20, "middle", "false match rate");
  const double middle = (kTop + kHeight - kBottom) / 2;
  out += Text(20, middle, "middle", "false non-match rate",
              Join({"transform=\"rotate(-90 20 ", Number(middle), ")\""}));
  out += Curve(x, y, report.tradeoff);
  if (report.equal_error) {
    out += Mark(x, y, *report.equal_error,
                Join({"equal error at distance ", At(report.equal_error->distance)}), -8);
  }
  out += Mark(x, y, report.operating, Join({"distance ", At(report.operating.distance)}), 16);
  return out + "</svg>\n";
}

}  // namespace facegate::eval
