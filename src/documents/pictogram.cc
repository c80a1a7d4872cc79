#include "documents/pictogram.h"

namespace facegate::documents {

const std::vector<Stroke>& PictogramStrokes() {
  static const std::vector<Stroke> kStrokes = {
      {{{5, 27}, {5, 5}, {27, 5}}},     {{{73, 5}, {95, 5}, {95, 27}}},
      {{{95, 73}, {95, 95}, {73, 95}}}, {{{27, 95}, {5, 95}, {5, 73}}},
      {{{39, 64}, {61, 64}}},
  };
  return kStrokes;
}

const std::array<Circle, 3>& PictogramCircles() {
  static const std::array<Circle, 3> kCircles = {
      {{50, 50, 32, false}, {39, 43, 4.5, true}, {61, 43, 4.5, true}}};
  return kCircles;
}

std::string PictogramSvg() {
  const auto number = [](double value) {
    std::string text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
  };
  std::string svg =
      "<svg class=\"pictogram\" aria-hidden=\"true\" viewBox=\"0 0 100 100\" fill=\"none\" "
      "stroke=\"currentColor\" stroke-width=\"" +
      number(kPictogramStrokeWidth) + "\" stroke-linecap=\"round\" stroke-linejoin=\"round\">";
  for (const Stroke& stroke : PictogramStrokes()) {
    svg += "<polyline points=\"";
    for (const auto& [x, y] : stroke.points) svg += number(x) + "," + number(y) + " ";
    svg.back() = '"';
    svg += " />";
  }
  for (const Circle& circle : PictogramCircles()) {
    svg.append("<circle cx=\"").append(number(circle.x)).append("\" cy=\"");
    svg.append(number(circle.y)).append("\" r=\"").append(number(circle.radius)).append("\"");
    svg.append(circle.filled ? " fill=\"currentColor\" stroke=\"none\" />" : " />");
  }
  return svg + "</svg>\n";
}

}  // namespace facegate::documents
