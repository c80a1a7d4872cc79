// Papers as plain text.
#include <cstdint>

#include "facegate/documents/render.h"

namespace facegate::documents {
namespace {

// Columns a text takes in a terminal: Chinese letters take two.
std::size_t Columns(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xC0) != 0x80) columns += byte >= 0xE2 ? 2 : 1;
  }
  return columns;
}

class TextWriter {
 public:
  void operator()(const Heading& heading) {
    Line(heading.text);
    if (heading.level <= 2) {
      Line(std::string(Columns(heading.text), heading.level == 1 ? '=' : '-'));
    }
    Line("");
  }
  void operator()(const Paragraph& paragraph) {
    Line(paragraph.text);
    Line("");
  }
  void operator()(const Note& note) {
    Line("! " + note.text);
    Line("");
  }
  void operator()(const Unwritten& unwritten) {
    Line("[" + to_be_written + ": " + unwritten.guidance + "]");
    Line("");
  }
  void operator()(const BulletList& list) {
    for (const std::string& item : list.items) Line("- " + item);
    Line("");
  }
  void operator()(const Facts& facts) {
    for (const auto& [label, value] : facts.facts) Line(label + ": " + value);
    Line("");
  }
  void operator()(const Table& table) {
    Line(table.caption);
    for (const std::vector<std::string>& row : table.rows) {
      Line("");
      for (std::size_t i = 0; i < row.size(); ++i) {
        Line((i == 0 ? "* " : "  ") + table.columns[i] + ": " + row[i]);
      }
    }
    Line("");
  }
  void operator()(const QrCode& code) {
    Line(code.caption);
    if (code.caption.find(code.content) == std::string::npos) Line(code.content);
    Line("");
  }
  void operator()(const Signature& signature) {
    for (const std::string& line : signature.lines) Line(line + ": ____________________");
    Line("");
  }
  void operator()(const Banner& banner) {
    Line(banner.text);
    Line(banner.subtitle);
    Line("");
  }
  void operator()(const NewPage&) {}

  void Line(std::string_view text) {
    out += text;
    out += '\n';
  }

  std::string to_be_written;
  std::string out;
};

}  // namespace

std::string RenderText(const Paper& paper) {
  TextWriter writer;
  writer.to_be_written = paper.to_be_written;
  for (const Block& block : paper.blocks) std::visit(writer, block);
  writer.Line(paper.footer);
  return std::move(writer.out);
}

}  // namespace facegate::documents
