// What the line-based formats of C2SP have in common: lines, and hashes in base64.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/crypto/primitives.h"

namespace facegate::tlog {

// Takes the first line of `rest`, without its newline. Empty if there is no newline.
inline std::optional<std::string_view> TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

// Canonical base64 of exactly 32 bytes.
inline std::optional<core::Hash256> ParseHash(std::string_view base64) {
  const core::Result<core::Bytes> bytes = crypto::Base64Decode(base64);
  core::Hash256 hash;
  if (!bytes.ok() || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace facegate::tlog
