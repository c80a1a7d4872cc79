// Papers as PDF: pages, boxes and tables on A4, drawn with cairo.
#include <cairo-pdf.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "documents/pictogram.h"
#include "documents/qr.h"
#include "documents/text_box.h"
#include "facegate/documents/render.h"

namespace facegate::documents {
namespace {

using core::Code;
using core::Status;

// A4 in points.
constexpr double kPageWidth = 595.276;
constexpr double kPageHeight = 841.89;
constexpr int kPagesMax = 2000;
constexpr double kDocumentSize = 10;
// The letters of a sign: the smallest that can be read from where people stop, and the largest.
constexpr double kSignSizeMin = 15;
constexpr double kSignSizeMax = 30;
constexpr double kSignSizeStep = 0.5;

constexpr const char* kHeadingTags[] = {"H1", "H2", "H3", "H4", "H5", "H6"};
constexpr Colour kNoteFill{0.992, 0.957, 0.855};
constexpr Colour kNoteBar{0.76, 0.5, 0};
constexpr Colour kHeadFill{0.91, 0.935, 0.955};
constexpr Colour kLine{0.75, 0.78, 0.81};
constexpr Colour kUnwrittenFill{1, 0.945, 0.94};
constexpr Colour kUnwrittenBar{0.7, 0.13, 0.1};

void SetColour(cairo_t* cairo, const Colour& colour) {
  cairo_set_source_rgb(cairo, colour.red, colour.green, colour.blue);
}

cairo_status_t Append(void* out, const unsigned char* bytes, unsigned int size) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
  return CAIRO_STATUS_SUCCESS;
}

// What a page looks like.
struct PageStyle {
  double size;    // of plain text
  double margin;  // left, right and top
  double bottom;  // where the footer begins, from below
  double gap;     // between blocks
};

PageStyle StyleOf(Layout layout, double size) {
  if (layout == Layout::kSign) return {size, 42, 34, size * 0.55};
  return {size, 56, 58, size * 0.75};
}

// Draws a paper on a surface. The same code measures (no tags, no outline) and prints.
class PageWriter {
 public:
  // `pages` is their number, for the footers, where it is known.
  PageWriter(cairo_surface_t* surface, const FontSet& fonts, const Paper& paper, double size,
             int pages, bool printing)
      : surface_(surface),
        cairo_(cairo_create(surface)),
        paper_(paper),
        style_(StyleOf(paper.layout, size)),
        setter_(fonts, paper.language),
        pages_(pages),
        printing_(printing) {
    y_ = style_.margin;
  }
  ~PageWriter() { cairo_destroy(cairo_); }
  PageWriter(const PageWriter&) = delete;
  PageWriter& operator=(const PageWriter&) = delete;

  void Run() {
    Tag("Document", [this] {
      for (const Block& block : paper_.blocks) {
        if (!status_.ok() || page_ > kPagesMax) break;
        std::visit(*this, block);
      }
    });
    EndPage();
    if (status_.ok() && cairo_status(cairo_) != CAIRO_STATUS_SUCCESS) {
      status_ = Status(Code::kInternal, "PDF_FAILED", cairo_status_to_string(cairo_status(cairo_)));
    }
  }

  int page() const { return page_; }
  Status status() const {
    FG_RETURN_IF_ERROR(status_);
    if (page_ > kPagesMax) {
      return Status(Code::kInvalidArgument, "PAPER_TOO_LONG",
                    "more than " + std::to_string(kPagesMax) + " pages");
    }
    if (setter_.missing() == 0) return Status::Ok();
    char name[16];
    std::snprintf(name, sizeof name, "U+%04X", setter_.missing());
    return Status(Code::kFailedPrecondition, "GLYPH_MISSING",
                  std::string("the fonts have no ") + name +
                      ": they know Latin, Greek, Cyrillic and Chinese");
  }

  void operator()(const Heading& heading) {
    const double scale = heading.level == 1 ? 2 : heading.level == 2 ? 1.4 : 1.15;
    const TextBox box(setter_, heading.text, {style_.size * scale, true, kAccent}, width());
    if (heading.level > 1) y_ += style_.gap * 0.8;
    // A heading stays with what follows it.
    Need(box.height() + 4 * style_.size);
    AddOutline(heading);
    Flow(box, kHeadingTags[std::clamp(heading.level, 1, 6) - 1]);
    y_ += heading.level == 1 ? style_.gap : style_.gap * 0.4;
  }

  void operator()(const Paragraph& paragraph) {
    Flow(TextBox(setter_, paragraph.text, Plain(), width()), "P");
    y_ += style_.gap;
  }

  void operator()(const Note& note) { Boxed(note.text, "", kNoteFill, kNoteBar); }

  void operator()(const Unwritten& unwritten) {
    Boxed(unwritten.guidance, paper_.to_be_written, kUnwrittenFill, kUnwrittenBar);
  }

  void operator()(const BulletList& list) {
    const double indent = style_.size * 1.3;
    for (const std::string& item : list.items) {
      const TextBox box(setter_, item, Plain(), width() - indent);
      Need(box.Height(0, 1));
      SetColour(cairo_, kAccent);
      cairo_new_path(cairo_);
      cairo_arc(cairo_, style_.margin + indent * 0.4, y_ + box.Height(0, 1) / 2, style_.size * 0.17,
                0, 2 * M_PI);
      cairo_fill(cairo_);
      Flow(box, "P", indent);
      y_ += style_.gap * 0.3;
    }
    y_ += style_.gap * 0.7;
  }

  void operator()(const Facts& facts) {
    const bool stacked = paper_.layout == Layout::kSign;
    for (const auto& [label, value] : facts.facts)
      stacked ? Stack(label, value) : Pair(label, value);
    y_ += stacked ? 0 : style_.gap * 0.6;
  }

  void operator()(const Table& table) {
    const TextBox caption(setter_, table.caption, {style_.size, true, kInk}, width());
    Need(caption.height() + 6 * style_.size);
    Flow(caption, "P");
    y_ += style_.gap * 0.3;
    Tag("Table", [&] {
      Row(table, table.columns, true);
      for (const std::vector<std::string>& row : table.rows) Row(table, row, false);
    });
    y_ += style_.gap;
  }

  void operator()(const QrCode& code) {
    const core::Result<QrGrid> grid = EncodeQr(code.content);
    if (!grid.ok()) {
      status_ = grid.status();
      return;
    }
    const bool sign = paper_.layout == Layout::kSign;
    const double side = sign ? 150 : 110;
    const TextStyle style = sign ? TextStyle{style_.size * 0.85, false, kInk} : Plain();
    const TextBox caption(setter_, code.caption, style, width() - side - style_.gap * 2);
    Need(std::max(side, caption.height()));
    DrawQr(*grid, style_.margin, y_, side);
    Tag("P", [&] {
      caption.Draw(cairo_, style_.margin + side + style_.gap * 2,
                   y_ + std::max(0.0, (side - caption.height()) / 2), 0, caption.lines());
    });
    y_ += std::max(side, caption.height()) + style_.gap;
  }

  void operator()(const Signature& signature) {
    for (const std::string& line : signature.lines) {
      const TextBox box(setter_, line, {style_.size * 0.85, false, kFaint}, width() / 2);
      Need(style_.size * 3 + box.height());
      y_ += style_.size * 2.6;
      Rule(style_.margin, y_, width() / 2, kInk);
      y_ += 2;
      Flow(box, "P");
    }
    y_ += style_.gap;
  }

  void operator()(const Banner& banner) {
    const double pictogram = style_.size * 6.2;
    const double left = style_.margin + pictogram + style_.margin * 0.6;
    const double text_width = kPageWidth - left - style_.margin;
    const TextBox head(setter_, banner.text, {style_.size * 2.1, true, kWhite}, text_width);
    const TextBox sub(setter_, banner.subtitle, {style_.size * 1.05, false, kWhite}, text_width);
    const double text_height = head.height() + sub.height();
    const double height = std::max(pictogram, text_height) + style_.margin * 1.2;
    SetColour(cairo_, kAccent);
    cairo_rectangle(cairo_, 0, 0, kPageWidth, height);
    cairo_fill(cairo_);
    DrawPictogram(style_.margin, (height - pictogram) / 2, pictogram);
    const double top = (height - text_height) / 2;
    Tag("H1", [&] { head.Draw(cairo_, left, top, 0, head.lines()); });
    Tag("P", [&] { sub.Draw(cairo_, left, top + head.height(), 0, sub.lines()); });
    y_ = height + style_.gap * 1.6;
  }

  void operator()(const NewPage&) {
    if (y_ > style_.margin) NextPage();
  }

 private:
  double width() const { return kPageWidth - 2 * style_.margin; }
  double floor() const { return kPageHeight - style_.bottom; }
  TextStyle Plain() const { return {style_.size, false, kInk}; }

  void Tag(const std::string& tag, const std::function<void()>& draw) {
    if (printing_) cairo_tag_begin(cairo_, tag.c_str(), nullptr);
    draw();
    if (printing_) cairo_tag_end(cairo_, tag.c_str());
  }

  void Rule(double x, double y, double length, const Colour& colour) {
    SetColour(cairo_, colour);
    cairo_set_line_width(cairo_, 0.6);
    cairo_move_to(cairo_, x, y);
    cairo_line_to(cairo_, x + length, y);
    cairo_stroke(cairo_);
  }

  void EndPage() {
    const bool sign = paper_.layout == Layout::kSign;
    std::string number = paper_.page_of;
    for (const auto& [mark, value] : {std::pair<std::string_view, int>{"{page}", page_},
                                      std::pair<std::string_view, int>{"{pages}", pages_}}) {
      const std::size_t at = number.find(mark);
      if (at != std::string::npos) number.replace(at, mark.size(), std::to_string(value));
    }
    const TextStyle style{8, false, kFaint};
    const double y = floor() + (sign ? 6 : 16);
    const TextBox right(setter_, number, style, width());
    const TextBox left(setter_, paper_.footer, style, width() - (sign ? 0 : 90));
    if (!sign) Rule(style_.margin, y - 5, width(), kLine);
    left.Draw(cairo_, style_.margin, y, 0, std::min<std::size_t>(2, left.lines()));
    if (!sign) right.Draw(cairo_, kPageWidth - style_.margin - right.width(), y, 0, 1);
    cairo_show_page(cairo_);
  }

  void NextPage() {
    // An element of the structure lies on one page: those that are open go on as new ones.
    EndPage();
    ++page_;
    y_ = style_.margin;
  }

  // Makes room for `height`, where a page has it at all.
  void Need(double height) {
    if (y_ + height > floor() && y_ > style_.margin) NextPage();
  }

  // Draws a text, over pages where it must.
  void Flow(const TextBox& box, const std::string& tag, double indent = 0) {
    for (std::size_t from = 0; from < box.lines();) {
      std::size_t fit = box.Fit(from, floor() - y_);
      if (fit == 0 && y_ > style_.margin) {
        NextPage();
        continue;
      }
      fit = std::max<std::size_t>(fit, 1);
      Tag(tag, [&] { box.Draw(cairo_, style_.margin + indent, y_, from, from + fit); });
      y_ += box.Height(from, from + fit);
      from += fit;
    }
  }

  void AddOutline(const Heading& heading) {
    if (!printing_ || heading.level > 2 || paper_.layout == Layout::kSign) return;
    char place[64];
    std::snprintf(place, sizeof place, "page=%d pos=[%d %d]", page_,
                  static_cast<int>(style_.margin), static_cast<int>(y_));
    cairo_pdf_surface_add_outline(surface_, CAIRO_PDF_OUTLINE_ROOT, heading.text.c_str(), place,
                                  static_cast<cairo_pdf_outline_flags_t>(0));
  }

  // A text on a ground with a bar at its left, under a label where there is one.
  void Boxed(const std::string& text, const std::string& label, const Colour& fill,
             const Colour& bar) {
    const double pad = style_.size * 0.8;
    const double inner = width() - 2 * pad - 4;
    const TextBox head(setter_, label, {style_.size * 0.9, true, bar}, inner);
    const double head_height = label.empty() ? 0 : head.height();
    const TextBox box(setter_, text, Plain(), inner);
    Need(std::min(head_height + box.height(), 8 * style_.size) + 2 * pad);
    for (std::size_t from = 0; from < box.lines();) {
      const double top = from == 0 ? head_height : 0;
      const std::size_t fit = std::max<std::size_t>(1, box.Fit(from, floor() - y_ - top - 2 * pad));
      const double height = top + box.Height(from, from + fit) + 2 * pad;
      SetColour(cairo_, fill);
      cairo_rectangle(cairo_, style_.margin, y_, width(), height);
      cairo_fill(cairo_);
      SetColour(cairo_, bar);
      cairo_rectangle(cairo_, style_.margin, y_, 4, height);
      cairo_fill(cairo_);
      Tag("P", [&] {
        if (top > 0) head.Draw(cairo_, style_.margin + 4 + pad, y_ + pad, 0, head.lines());
        box.Draw(cairo_, style_.margin + 4 + pad, y_ + pad + top, from, from + fit);
      });
      y_ += height;
      from += fit;
      if (from < box.lines()) NextPage();
    }
    y_ += style_.gap;
  }

  // A label beside its value.
  void Pair(const std::string& label, const std::string& value) {
    const double label_width = width() * 0.3;
    const TextBox left(setter_, label, {style_.size, true, kFaint}, label_width - style_.size);
    const TextBox right(setter_, value, Plain(), width() - label_width);
    Need(std::min(std::max(left.height(), right.height()), 8 * style_.size));
    const double top = y_;
    const int page = page_;
    Tag("P", [&] { left.Draw(cairo_, style_.margin, y_, 0, left.lines()); });
    Flow(right, "P", label_width);
    if (page_ == page) y_ = std::max(y_, top + left.height());
    y_ += style_.gap * 0.35;
  }

  // A label above its value.
  void Stack(const std::string& label, const std::string& value) {
    const TextBox head(setter_, label, {style_.size * 0.72, true, kAccent}, width());
    const TextBox body(setter_, value, {style_.size, true, kInk}, width());
    Flow(head, "P");
    Flow(body, "P");
    y_ += style_.gap;
  }

  // Where a table's columns begin; one more than there are.
  std::vector<double> Edges(const Table& table) const {
    double sum = 0;
    for (const int each : table.widths) sum += each;
    std::vector<double> edges{style_.margin};
    for (const int each : table.widths) edges.push_back(edges.back() + width() * each / sum);
    return edges;
  }

  // A row, over pages where it must; the head is drawn again on each.
  void Row(const Table& table, const std::vector<std::string>& cells, bool head) {
    const double pad = style_.size * 0.35;
    const std::vector<double> edges = Edges(table);
    std::vector<TextBox> boxes;
    double whole = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      boxes.emplace_back(setter_, cells[i], TextStyle{style_.size * 0.88, head, kInk},
                         edges[i + 1] - edges[i] - 2 * pad);
      whole = std::max(whole, boxes.back().height());
    }
    if (!head && y_ + whole + 2 * pad > floor() && whole < (floor() - style_.margin) * 0.6) {
      NextTablePage(table);
    }
    std::vector<std::size_t> from(boxes.size(), 0);
    for (bool more = true; more && page_ <= kPagesMax;) {
      more = RowSlice(boxes, edges, from, head, pad);
      if (more) NextTablePage(table);
    }
  }

  void NextTablePage(const Table& table) {
    if (printing_) cairo_tag_end(cairo_, "Table");
    NextPage();
    if (printing_) cairo_tag_begin(cairo_, "Table", nullptr);
    Row(table, table.columns, true);
  }

  // Draws of each cell what goes on this page, and says whether any goes on.
  bool RowSlice(const std::vector<TextBox>& boxes, const std::vector<double>& edges,
                std::vector<std::size_t>& from, bool head, double pad) {
    std::vector<std::size_t> to(boxes.size());
    double height = 0;
    bool more = false;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      to[i] = from[i] + boxes[i].Fit(from[i], head ? kPageHeight : floor() - y_ - 2 * pad);
      height = std::max(height, boxes[i].Height(from[i], to[i]));
      more = more || to[i] < boxes[i].lines();
    }
    height += 2 * pad;
    if (head) {
      SetColour(cairo_, kHeadFill);
      cairo_rectangle(cairo_, style_.margin, y_, width(), height);
      cairo_fill(cairo_);
    }
    Tag("TR", [&] {
      for (std::size_t i = 0; i < boxes.size(); ++i) {
        Tag(head ? "TH" : "TD",
            [&] { boxes[i].Draw(cairo_, edges[i] + pad, y_ + pad, from[i], to[i]); });
      }
    });
    y_ += height;
    Rule(style_.margin, y_, width(), kLine);
    from = to;
    return more;
  }

  void DrawQr(const QrGrid& grid, double x, double y, double side) {
    const double module = side / (grid.size + 2 * kQrQuietModules);
    SetColour(cairo_, kWhite);
    cairo_rectangle(cairo_, x, y, side, side);
    cairo_fill(cairo_);
    cairo_set_source_rgb(cairo_, 0, 0, 0);
    cairo_set_antialias(cairo_, CAIRO_ANTIALIAS_NONE);
    for (int row = 0; row < grid.size; ++row) {
      for (int column = 0; column < grid.size; ++column) {
        if (!grid.at(row, column)) continue;
        cairo_rectangle(cairo_, x + (column + kQrQuietModules) * module,
                        y + (row + kQrQuietModules) * module, module, module);
      }
    }
    cairo_fill(cairo_);
    cairo_set_antialias(cairo_, CAIRO_ANTIALIAS_DEFAULT);
  }

  void DrawPictogram(double x, double y, double side) {
    cairo_save(cairo_);
    cairo_translate(cairo_, x, y);
    cairo_scale(cairo_, side / 100, side / 100);
    SetColour(cairo_, kWhite);
    cairo_set_line_width(cairo_, kPictogramStrokeWidth);
    cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
    for (const Stroke& stroke : PictogramStrokes()) {
      for (const auto& [px, py] : stroke.points) cairo_line_to(cairo_, px, py);
      cairo_stroke(cairo_);
    }
    for (const Circle& circle : PictogramCircles()) {
      cairo_arc(cairo_, circle.x, circle.y, circle.radius, 0, 2 * M_PI);
      circle.filled ? cairo_fill(cairo_) : cairo_stroke(cairo_);
    }
    cairo_restore(cairo_);
  }

  cairo_surface_t* const surface_;
  cairo_t* const cairo_;
  const Paper& paper_;
  const PageStyle style_;
  TextSetter setter_;
  const int pages_;
  const bool printing_;
  double y_ = 0;
  int page_ = 1;
  Status status_;
};

// How many pages a paper takes at a size of letters.
core::Result<int> CountPages(const FontSet& fonts, const Paper& paper, double size) {
  cairo_surface_t* surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, nullptr);
  int pages = 0;
  Status status;
  {
    PageWriter writer(surface, fonts, paper, size, 0, false);
    writer.Run();
    pages = writer.page();
    status = writer.status();
  }
  cairo_surface_destroy(surface);
  FG_RETURN_IF_ERROR(status);
  return pages;
}

// The largest letters in which a sign fits its page.
core::Result<double> SizeOfSign(const FontSet& fonts, const Paper& paper) {
  for (double size = kSignSizeMax; size >= kSignSizeMin; size -= kSignSizeStep) {
    FG_ASSIGN_OR_RETURN(const int pages, CountPages(fonts, paper, size));
    if (pages == 1) return size;
  }
  return Status(Code::kInvalidArgument, "SIGN_TOO_LONG",
                "the sign's words do not fit one page in legible letters: shorten them");
}

void SetMetadata(cairo_surface_t* surface, const Paper& paper) {
  const auto set = [surface](cairo_pdf_metadata_t what, const std::string& text) {
    cairo_pdf_surface_set_metadata(surface, what, text.c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, paper.title);
  set(CAIRO_PDF_METADATA_AUTHOR, paper.author);
  set(CAIRO_PDF_METADATA_CREATOR, "facegate");
  // Never the clock: the same model gives the same bytes.
  set(CAIRO_PDF_METADATA_CREATE_DATE, paper.dated + "T00:00:00Z");
  set(CAIRO_PDF_METADATA_MOD_DATE, paper.dated + "T00:00:00Z");
}

}  // namespace

core::Result<std::string> RenderPdf(const Paper& paper) {
  FG_ASSIGN_OR_RETURN(const std::unique_ptr<FontSet> fonts, FontSet::Make(LettersOf(paper)));
  double size = kDocumentSize;
  if (paper.layout == Layout::kSign) {
    FG_ASSIGN_OR_RETURN(size, SizeOfSign(*fonts, paper));
  }
  FG_ASSIGN_OR_RETURN(const int pages, CountPages(*fonts, paper, size));
  std::string bytes;
  cairo_surface_t* surface =
      cairo_pdf_surface_create_for_stream(Append, &bytes, kPageWidth, kPageHeight);
  SetMetadata(surface, paper);
  Status status;
  {
    PageWriter writer(surface, *fonts, paper, size, pages, true);
    writer.Run();
    status = writer.status();
  }
  cairo_surface_finish(surface);
  if (status.ok() && cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) {
    status = Status(Code::kInternal, "PDF_FAILED",
                    cairo_status_to_string(cairo_surface_status(surface)));
  }
  cairo_surface_destroy(surface);
  FG_RETURN_IF_ERROR(status);
  return bytes;
}

}  // namespace facegate::documents
