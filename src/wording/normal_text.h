// A text as the word list sees it: what a reader takes for the same is the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace facegate::wording {

// Stands between sentences in `NormalText::letters`.
constexpr char32_t kSentenceEnd = U'\n';

// Lower case, full-width letters made narrow, line ends and runs of space made one space (none at
// all beside Chinese), characters of no width left out.
struct NormalText {
  struct Origin {
    std::size_t begin = 0;  // bytes of the original
    std::size_t end = 0;
    int line = 1;
    int column = 1;  // in characters
  };
  std::u32string letters;
  std::vector<Origin> origins;  // one for each letter
};

NormalText Normalise(std::string_view text);

bool IsChinese(char32_t c);
bool IsWordLetter(char32_t c);  // of a language that puts spaces between words
bool IsDigit(char32_t c);       // also the Chinese ones, as in the number of an article

}  // namespace facegate::wording
