#include "facegate/core/text.h"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace facegate::core {

std::optional<CodePoint> DecodeCodePoint(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto lead = static_cast<std::uint8_t>(text[0]);
  if (lead < 0x80) return CodePoint{lead, 1};

  CodePoint c;
  char32_t smallest = 0;  // anything below it has a shorter form, and this one is overlong
  if ((lead & 0xE0) == 0xC0) {
    c = {static_cast<char32_t>(lead & 0x1F), 2};
    smallest = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    c = {static_cast<char32_t>(lead & 0x0F), 3};
    smallest = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    c = {static_cast<char32_t>(lead & 0x07), 4};
    smallest = 0x10000;
  } else {
    return std::nullopt;
  }
  if (text.size() < c.bytes) return std::nullopt;
  for (std::size_t i = 1; i < c.bytes; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    if ((next & 0xC0) != 0x80) return std::nullopt;
    c.value = (c.value << 6) | (next & 0x3F);
  }
  const bool is_surrogate = c.value >= 0xD800 && c.value <= 0xDFFF;
  if (c.value < smallest || c.value > 0x10FFFF || is_surrogate) return std::nullopt;
  return c;
}

bool IsUnicodeSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::string AsciiUpper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

std::string AsciiLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::optional<std::uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace facegate::core
