#include "documents/text_box.h"

#include <pango/pangofc-fontmap.h>

namespace facegate::documents {
namespace {

constexpr float kLineSpacing = 1.08f;

PangoFontDescription* MakeFont(const char* families, const TextStyle& style) {
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family_static(font, families);
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  return font;
}

PangoLayout* MakeLayout(const TextSetter& setter, const std::string& text, const TextStyle& style) {
  PangoLayout* layout = pango_layout_new(setter.context());
  PangoFontDescription* font = MakeFont(setter.families(), style);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
  return layout;
}

PangoFontMap* MakeMap(const FontSet& fonts) {
  PangoFontMap* map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
  FG_CHECK(map != nullptr);
  pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), fonts.config());
  return map;
}

}  // namespace

TextSetter::TextSetter(const FontSet& fonts, const std::string& language)
    : map_(MakeMap(fonts)),
      context_(pango_font_map_create_context(map_.get())),
      families_(language.starts_with("zh") ? "Noto Sans CJK SC, Noto Sans"
                                           : "Noto Sans, Noto Sans CJK SC") {
  pango_context_set_language(context_.get(), pango_language_from_string(language.c_str()));
  // A page has no pixels: widths are exact, and the same at every size.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context_.get(), options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(context_.get(), FALSE);
}

void TextSetter::NoteMissing(const std::string& text) {
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end && missing_ == 0;) {
    const char* next = g_utf8_next_char(at);
    const Owned<PangoLayout> layout(MakeLayout(*this, std::string(at, next), {}));
    if (pango_layout_get_unknown_glyphs_count(layout.get()) > 0) missing_ = g_utf8_get_char(at);
    at = next;
  }
}

TextBox::TextBox(TextSetter& setter, const std::string& text, const TextStyle& style, double width)
    : layout_(MakeLayout(setter, text, style)), colour_(style.colour) {
  pango_layout_set_width(layout_.get(), static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout_.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_line_spacing(layout_.get(), kLineSpacing);
  // A hyphen at a line's end would become part of an address or a hash.
  PangoAttrList* attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
  pango_layout_set_attributes(layout_.get(), attributes);
  pango_attr_list_unref(attributes);
  if (pango_layout_get_unknown_glyphs_count(layout_.get()) > 0) setter.NoteMissing(text);

  PangoLayoutIter* at = pango_layout_get_iter(layout_.get());
  do {
    int top = 0, bottom = 0;
    pango_layout_iter_get_line_yrange(at, &top, &bottom);
    lines_.push_back({pango_layout_iter_get_line_readonly(at), pango_units_to_double(top),
                      pango_units_to_double(bottom),
                      pango_units_to_double(pango_layout_iter_get_baseline(at))});
  } while (pango_layout_iter_next_line(at));
  pango_layout_iter_free(at);
}

double TextBox::Height(std::size_t from, std::size_t to) const {
  return from < to ? lines_[to - 1].bottom - lines_[from].top : 0;
}

double TextBox::width() const {
  int width = 0;
  pango_layout_get_size(layout_.get(), &width, nullptr);
  return pango_units_to_double(width);
}

std::size_t TextBox::Fit(std::size_t from, double height) const {
  std::size_t to = from;
  while (to < lines() && Height(from, to + 1) <= height) ++to;
  return to - from;
}

void TextBox::Draw(cairo_t* cairo, double x, double y, std::size_t from, std::size_t to) const {
  cairo_set_source_rgb(cairo, colour_.red, colour_.green, colour_.blue);
  for (std::size_t i = from; i < to; ++i) {
    cairo_move_to(cairo, x, y + lines_[i].baseline - lines_[from].top);
    pango_cairo_show_layout_line(cairo, lines_[i].line);
  }
}

}  // namespace facegate::documents
