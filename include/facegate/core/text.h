// Text as code points (strict UTF-8), ASCII words in another case and numbers, whatever the locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facegate::core {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 1..4
};

// The first code point of `text`. Empty for no text and for what is not UTF-8: overlong forms,
// surrogates, values above U+10FFFF, stray or missing continuation bytes.
std::optional<CodePoint> DecodeCodePoint(std::string_view text);

// White space as Unicode's White_Space property has it.
bool IsUnicodeSpace(char32_t c);

// With a..z as A..Z, or the reverse; every other byte stays.
std::string AsciiUpper(std::string_view text);
std::string AsciiLower(std::string_view text);

// Decimal digits and nothing else, without leading zeros, below 2^64: one spelling per number.
std::optional<std::uint64_t> ParseDecimal(std::string_view text);

}  // namespace facegate::core
