// Strict UTF-8: what a note may hold is defined on code points, not on bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace facegate::tlog {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 1..4
};

// The first code point of `text`. Empty for no text and for what is not UTF-8: overlong forms,
// surrogates, values above U+10FFFF, stray or missing continuation bytes.
std::optional<CodePoint> DecodeCodePoint(std::string_view text);

// White space as Unicode's White_Space property has it.
bool IsUnicodeSpace(char32_t c);

}  // namespace facegate::tlog
