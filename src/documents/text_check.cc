#include "documents/text_check.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace facegate::documents {
namespace {

// The character at `at`, which moves behind it; nothing where the bytes are not UTF-8.
std::optional<char32_t> Decode(std::string_view text, std::size_t& at) {
  const auto first = static_cast<std::uint8_t>(text[at++]);
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (more == 0 || first > 0xF4 || text.size() - at < more) return std::nullopt;
  char32_t c = first & (0x3Fu >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto next = static_cast<std::uint8_t>(text[at++]);
    if ((next & 0xC0) != 0x80) return std::nullopt;
    c = (c << 6) | (next & 0x3Fu);
  }
  const char32_t least[] = {0, 0x80, 0x800, 0x10000};
  const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
  if (c < least[more] || c > 0x10FFFF || surrogate) return std::nullopt;
  return c;
}

bool IsHidden(char32_t c) {
  return (c < 0x20 && c != U'\n' && c != U'\t') || (c >= 0x7F && c <= 0x9F) ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFFFE ||
         c == 0xFFFF || c == 0xFEFF;
}

}  // namespace

std::string MistakeIn(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    return "longer than " + std::to_string(kTextBytesMax) + " bytes";
  }
  if (text.find_first_not_of(" \t\n") == std::string_view::npos) return "is empty";
  for (std::size_t at = 0; at < text.size();) {
    const std::optional<char32_t> c = Decode(text, at);
    if (!c) return "is not UTF-8";
    if (IsHidden(*c)) return "has a control character";
  }
  return "";
}

std::string MistakeInUrl(std::string_view url) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) {
    return "does not begin with https:// or http://";
  }
  if (url.size() > kUrlBytesMax) return "longer than " + std::to_string(kUrlBytesMax) + " bytes";
  if (url.size() == url.find("//") + 2) return "names no host";
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  });
  return plain ? "" : "has a character that must be written as %XX";
}

}  // namespace facegate::documents
