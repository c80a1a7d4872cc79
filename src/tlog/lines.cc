#include "tlog/lines.h"

#include <algorithm>
#include <charconv>

#include "facegate/crypto/primitives.h"

namespace facegate::tlog {

std::optional<std::string_view> TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<core::Hash256> ParseHash(std::string_view base64) {
  const core::Result<core::Bytes> bytes = crypto::Base64Decode(base64);
  core::Hash256 hash;
  if (!bytes.ok() || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace facegate::tlog
