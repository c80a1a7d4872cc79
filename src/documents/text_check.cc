#include "documents/text_check.h"

#include <algorithm>
#include <optional>

#include "facegate/core/text.h"

namespace facegate::documents {
namespace {

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
    const std::optional<core::CodePoint> c = core::DecodeCodePoint(text.substr(at));
    if (!c) return "is not UTF-8";
    if (IsHidden(c->value)) return "has a control character";
    at += c->bytes;
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
