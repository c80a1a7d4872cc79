// Bytes and spans of them, and hexadecimal.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"

namespace facegate::core {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;
// A SHA-256 value.
using Hash256 = std::array<std::uint8_t, 32>;

inline ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Numbers in bytes: eight of them, big-endian.
void AppendNumber(std::uint64_t number, Bytes& to);
// Takes one off the front. Requires: there are eight bytes.
std::uint64_t TakeNumber(ByteSpan& from);
// A text behind its length of two bytes, big-endian. Requires: text.size() <= 65535.
void AppendField(std::string_view text, Bytes& to);

// Lower case.
std::string HexEncode(ByteSpan bytes);
// Either case. Returns INVALID_ARGUMENT BAD_HEX for an odd length or another character.
Result<Bytes> HexDecode(std::string_view text);

}  // namespace facegate::core
