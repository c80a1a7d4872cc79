#include "wording/normal_text.h"

namespace facegate::wording {
namespace {

constexpr char32_t kBad = 0xFFFD;

// Decodes the character at `at` and moves behind it; a byte that begins none is kBad.
char32_t Next(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (more == 0 || first > 0xF4 || at + static_cast<std::size_t>(more) > text.size()) return kBad;
  char32_t c = first & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    const unsigned char next = byte(at + static_cast<std::size_t>(i));
    if ((next & 0xC0) != 0x80) return kBad;
    c = (c << 6) | (next & 0x3F);
  }
  at += static_cast<std::size_t>(more);
  return c;
}

bool IsSpace(char32_t c) {
  return c == U' ' || c == U'\t' || c == U'\n' || c == U'\r' || c == 0xA0 || c == 0x3000 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x2028 || c == 0x2029;
}

bool HasNoWidth(char32_t c) {
  return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

char32_t Fold(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c == 0x2018 || c == 0x2019) return U'\'';
  if (c >= 0x2010 && c <= 0x2015) return U'-';
  return c;
}

// A run of white space, until its letter is known.
struct Gap {
  bool any = false;
  int line_ends = 0;
  NormalText::Origin origin;
};

bool IsListMark(char32_t c) { return c == U'-' || c == U'*' || c == 0x2022; }

class Normaliser {
 public:
  explicit Normaliser(std::string_view text) : text_(text) {}

  NormalText Run() {
    for (std::size_t at = 0; at < text_.size();) {
      NormalText::Origin origin{at, at, line_, column_};
      const char32_t c = Next(text_, at);
      origin.end = at;
      ++column_;
      if (c == U'\n') {
        ++line_;
        column_ = 1;
      }
      if (HasNoWidth(c)) continue;
      if (IsSpace(c)) {
        if (!gap_.any) gap_ = {true, 0, origin};
        gap_.line_ends += c == U'\n' ? 1 : 0;
      } else {
        Close(c);
        Put(Fold(c), origin);
        if (c == 0x3002 || c == U'!' || c == U'?' || c == 0xFF01 || c == 0xFF1F) {
          Put(kSentenceEnd, origin);
        }
      }
    }
    return std::move(normal_);
  }

 private:
  void Put(char32_t c, const NormalText::Origin& origin) {
    normal_.letters += c;
    normal_.origins.push_back(origin);
  }

  // Writes what the white space before `next` amounts to.
  void Close(char32_t next) {
    const Gap gap = gap_;
    gap_ = {};
    if (!gap.any || normal_.letters.empty()) return;
    const char32_t last = normal_.letters.back();
    // "Art. 6", and "art. #" in a pattern, goes on; "by law. You" does not.
    const bool full_stop = last == U'.' && next != U'#' && !(next >= U'0' && next <= U'9');
    if (full_stop || gap.line_ends > 1 || (gap.line_ends == 1 && IsListMark(next))) {
      Put(kSentenceEnd, gap.origin);
    } else if (!IsChinese(last) && !IsChinese(next) && last != kSentenceEnd) {
      Put(U' ', gap.origin);
    }
  }

  const std::string_view text_;
  NormalText normal_;
  Gap gap_;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace

NormalText Normalise(std::string_view text) { return Normaliser(text).Run(); }

bool IsChinese(char32_t c) {
  return (c >= 0x3001 && c <= 0x303F) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

bool IsWordLetter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') || (c >= 0xC0 && c <= 0x24F);
}

bool IsDigit(char32_t c) {
  return (c >= U'0' && c <= U'9') ||
         std::u32string_view(U"〇零一二三四五六七八九十百千").find(c) != std::u32string_view::npos;
}

}  // namespace facegate::wording
