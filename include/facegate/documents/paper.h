// A document that is composed but not yet rendered: blocks of plain text, the same for HTML, PDF
// and text.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace facegate::documents {

// Level 1 is the title of the document.
struct Heading {
  int level = 2;
  std::string text;
};
// A line end is a line end.
struct Paragraph {
  std::string text;
};
// Set apart in a box: what must not be overlooked.
struct Note {
  std::string text;
};
// A place where people have yet to write.
struct Unwritten {
  std::string guidance;
};
struct BulletList {
  std::vector<std::string> items;
};
// Labels with their values.
struct Facts {
  std::vector<std::pair<std::string, std::string>> facts;
};
struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<int> widths;  // in proportion; one for each column
  std::vector<std::vector<std::string>> rows;
};
struct QrCode {
  std::string content;
  std::string caption;
};
// Lines to sign on, each with what goes there.
struct Signature {
  std::vector<std::string> lines;
};
// The head of a sign: a pictogram of a face in a viewfinder, and large words.
struct Banner {
  std::string text;
  std::string subtitle;
};
struct NewPage {};

using Block = std::variant<Heading, Paragraph, Note, Unwritten, BulletList, Facts, Table, QrCode,
                           Signature, Banner, NewPage>;

// A document flows over pages; a sign fills one page with the largest letters that fit.
enum class Layout { kDocument, kSign };

struct Paper {
  Layout layout = Layout::kDocument;
  std::string language;  // BCP 47
  std::string title;
  std::string author;
  std::string dated;   // "2025-07-14"; the only date that rendering knows
  std::string footer;  // on every page
  // Words of the renderers in the paper's language; "{page}" and "{pages}" are filled in.
  std::string page_of;
  std::string to_be_written;
  std::vector<Block> blocks;

  // How many parts people have yet to write.
  int unwritten() const;
};

}  // namespace facegate::documents
