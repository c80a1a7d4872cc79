// A text set in lines of a width, to be drawn whole or some lines at a time.
#pragma once

#include <pango/pangocairo.h>

#include <memory>
#include <string>
#include <vector>

#include "documents/fonts.h"

namespace facegate::documents {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

struct Colour {
  double red, green, blue;
};
constexpr Colour kInk{0.11, 0.13, 0.16};
constexpr Colour kWhite{1, 1, 1};
constexpr Colour kAccent{0.04, 0.24, 0.39};
constexpr Colour kFaint{0.42, 0.45, 0.5};

struct TextStyle {
  double size = 10.5;  // points
  bool bold = false;
  Colour colour = kInk;
};

// The fonts of one rendering, in the language of the paper. Not thread-safe; several at once are.
class TextSetter {
 public:
  // `fonts` must outlive the setter and what is drawn with it.
  TextSetter(const FontSet& fonts, const std::string& language);

  PangoContext* context() const { return context_.get(); }
  const char* families() const { return families_; }
  // The first character that no font has, or 0.
  gunichar missing() const { return missing_; }
  // Looks for it in a text whose layout lacks a glyph.
  void NoteMissing(const std::string& text);

 private:
  Owned<PangoFontMap> map_;
  Owned<PangoContext> context_;
  const char* families_;
  gunichar missing_ = 0;
};

class TextBox {
 public:
  TextBox(TextSetter& setter, const std::string& text, const TextStyle& style, double width);

  std::size_t lines() const { return lines_.size(); }
  double Height(std::size_t from, std::size_t to) const;
  double height() const { return Height(0, lines()); }
  // Of the longest line.
  double width() const;
  // How many lines from `from` on go into `height`.
  std::size_t Fit(std::size_t from, double height) const;
  // Draws lines [from, to) below `y`.
  void Draw(cairo_t* cairo, double x, double y, std::size_t from, std::size_t to) const;

 private:
  struct Line {
    PangoLayoutLine* line;  // the layout's
    double top, bottom, baseline;
  };
  Owned<PangoLayout> layout_;
  Colour colour_;
  std::vector<Line> lines_;
};

}  // namespace facegate::documents
