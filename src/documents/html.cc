// Papers as one file of HTML that is well-formed XML too.
#include <algorithm>
#include <array>

#include "documents/pictogram.h"
#include "documents/qr.h"
#include "facegate/documents/render.h"

namespace facegate::documents {
namespace {

std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// Likewise, with line ends kept.
std::string EscapeLines(std::string_view text) {
  std::string escaped;
  for (const char c : Escape(text)) {
    escaped += c == '\n' ? std::string("<br />") : std::string(1, c);
  }
  return escaped;
}

std::string Element(std::string_view tag, std::string_view content) {
  std::string element = "<";
  element.append(tag).append(">").append(content).append("</");
  return element.append(tag.substr(0, tag.find(' '))).append(">\n");
}

constexpr std::string_view kHeadings[] = {"h1", "h2", "h3", "h4", "h5", "h6"};

class HtmlWriter {
 public:
  explicit HtmlWriter(const Paper& paper) : paper_(paper) {}

  void operator()(const Heading& heading) {
    out += Element(kHeadings[std::clamp(heading.level, 1, 6) - 1], Escape(heading.text));
  }
  void operator()(const Paragraph& paragraph) { out += Element("p", EscapeLines(paragraph.text)); }
  void operator()(const Note& note) {
    out += Element("div class=\"note\" role=\"note\"", Element("p", EscapeLines(note.text)));
  }
  void operator()(const Unwritten& unwritten) {
    out += Element("div class=\"unwritten\" role=\"note\"",
                   Element("p class=\"label\"", Escape(paper_.to_be_written)) +
                       Element("p", EscapeLines(unwritten.guidance)));
  }
  void operator()(const BulletList& list) {
    std::string items;
    for (const std::string& item : list.items) items += Element("li", EscapeLines(item));
    out += Element("ul", items);
  }
  void operator()(const Facts& facts) {
    std::string pairs;
    for (const auto& [label, value] : facts.facts) {
      pairs += Element("div", Element("dt", Escape(label)) + Element("dd", EscapeLines(value)));
    }
    out += Element("dl", pairs);
  }
  void operator()(const Table& table) {
    std::string head, body;
    for (const std::string& column : table.columns) {
      head += Element("th scope=\"col\"", Escape(column));
    }
    for (const std::vector<std::string>& row : table.rows) {
      std::string cells;
      for (std::size_t i = 0; i < row.size(); ++i) {
        cells += Element(i == 0 ? "th scope=\"row\"" : "td", EscapeLines(row[i]));
      }
      body += Element("tr", cells);
    }
    out += Element("table", Element("caption", Escape(table.caption)) + Widths(table) +
                                Element("thead", Element("tr", head)) + Element("tbody", body));
  }
  void operator()(const QrCode& code) {
    const core::Result<QrGrid> grid = EncodeQr(code.content);
    if (!grid.ok()) {
      status = grid.status();
      return;
    }
    out +=
        Element("figure", QrSvg(*grid, std::string("class=\"qr\" role=\"img\" aria-label=\"")
                                           .append(Escape(std::string("QR: ").append(code.content)))
                                           .append("\"")) +
                              Element("figcaption", EscapeLines(code.caption)));
  }
  void operator()(const Signature& signature) {
    std::string lines;
    for (const std::string& line : signature.lines) {
      lines += Element("div", Element("span", Escape(line)));
    }
    out += Element("div class=\"signature\"", lines);
  }
  void operator()(const Banner& banner) {
    out += Element("header class=\"banner\"", PictogramSvg() + Element("h1", Escape(banner.text)) +
                                                  Element("p", Escape(banner.subtitle)));
  }
  void operator()(const NewPage&) { out += "<div class=\"new-page\"></div>\n"; }

  core::Status status;
  std::string out;

 private:
  static std::string Widths(const Table& table) {
    int sum = 0;
    for (const int width : table.widths) sum += width;
    std::string columns;
    for (const int width : table.widths) {
      columns.append("<col style=\"width:").append(std::to_string(100 * width / sum));
      columns.append("%\" />");
    }
    return Element("colgroup", columns);
  }

  const Paper& paper_;
};

// What would fetch something, or leave the style element.
core::Status CheckStylesheet(std::string_view css) {
  for (const std::string_view mark : {"<", "&", "@import", "url(", "\\", "expression("}) {
    if (css.find(mark) == std::string_view::npos) continue;
    return core::Status(
        core::Code::kInvalidArgument, "BAD_STYLESHEET",
        "the stylesheet has " + std::string(mark) + ": a document must be complete in itself");
  }
  return core::Status::Ok();
}

}  // namespace

core::Result<std::string> RenderHtml(const Paper& paper, std::string_view stylesheet) {
  FG_RETURN_IF_ERROR(CheckStylesheet(stylesheet));
  HtmlWriter writer(paper);
  for (const Block& block : paper.blocks) std::visit(writer, block);
  FG_RETURN_IF_ERROR(writer.status);
  const auto meta = [](std::string_view name, std::string_view content) {
    std::string tag = "<meta name=\"";
    return tag.append(name).append("\" content=\"").append(Escape(content)).append("\" />\n");
  };
  std::string head =
      "<meta charset=\"utf-8\" />\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\" />\n";
  head += meta("viewport", "width=device-width, initial-scale=1");
  head += meta("author", paper.author) + meta("date", paper.dated);
  head += Element("title", Escape(paper.title)) + Element("style", stylesheet);
  std::string body = Element("main", writer.out);
  body += Element("footer", Element("p", Escape(paper.footer)));
  const bool sign = paper.layout == Layout::kSign;
  std::string html = "<!DOCTYPE html>\n<html lang=\"";
  html.append(Escape(paper.language)).append("\">\n").append(Element("head", head));
  html += Element(sign ? "body class=\"sign\"" : "body class=\"document\"", body);
  return html.append("</html>\n");
}

}  // namespace facegate::documents
