// One pattern of the word list, and where it stands in a text.
//
//   by (entering|using) .. you agree     alternatives, and a gap within the sentence
//   第#条                                 # is a number
//
// No other character is special. A word is found whole: "anonymous" is not in "anonymously".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wording/normal_text.h"

namespace facegate::wording {

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Pattern {
 public:
  // Or, in `mistake`, what is wrong with it.
  static std::optional<Pattern> Parse(std::string_view text, std::string& mistake);

  // The first place at or behind `from`, the longest one there; nothing where there is none before
  // `until`.
  std::optional<Span> Find(const NormalText& text, std::size_t from, std::size_t until) const;

 private:
  // Letters that stand together; U'#' is a number.
  using Piece = std::u32string;
  // With a gap before every one.
  using Pieces = std::vector<Piece>;

  // What a match begins with, and the ways it may go on. Many variants begin alike.
  std::map<Piece, std::vector<Pieces>> variants_;
};

}  // namespace facegate::wording
