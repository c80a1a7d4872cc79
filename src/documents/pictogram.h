// The picture on a sign: a face in the corners of a viewfinder. Drawn on a square of 100 units, in
// strokes and dots, so that every renderer draws the same.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace facegate::documents {

struct Stroke {
  std::vector<std::pair<double, double>> points;
};
struct Circle {
  double x, y, radius;
  bool filled;
};

constexpr double kPictogramStrokeWidth = 6;
// The corners, then the mouth.
const std::vector<Stroke>& PictogramStrokes();
// The head, then the eyes.
const std::array<Circle, 3>& PictogramCircles();

std::string PictogramSvg();

}  // namespace facegate::documents
