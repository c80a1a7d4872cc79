#include "facegate/core/bytes.h"

#include <limits>

#include "facegate/core/check.h"

namespace facegate::core {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::size_t kNumberBytes = 8;

}  // namespace

void AppendNumber(std::uint64_t number, Bytes& to) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    to.push_back(static_cast<std::uint8_t>(number >> shift));
  }
}

std::uint64_t TakeNumber(ByteSpan& from) {
  FG_CHECK(from.size() >= kNumberBytes);
  std::uint64_t number = 0;
  for (const std::uint8_t byte : from.first(kNumberBytes)) number = number << 8 | byte;
  from = from.subspan(kNumberBytes);
  return number;
}

void AppendField(std::string_view text, Bytes& to) {
  FG_CHECK(text.size() <= std::numeric_limits<std::uint16_t>::max());
  to.push_back(static_cast<std::uint8_t>(text.size() >> 8));
  to.push_back(static_cast<std::uint8_t>(text.size() & 0xff));
  to.insert(to.end(), text.begin(), text.end());
}

std::string HexEncode(ByteSpan bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t b : bytes) {
    text += kDigits[b >> 4];
    text += kDigits[b & 15];
  }
  return text;
}

Result<Bytes> HexDecode(std::string_view text) {
  const Status bad(Code::kInvalidArgument, "BAD_HEX", "expected pairs of hexadecimal digits");
  if (text.size() % 2 != 0) return bad;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) return bad;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

}  // namespace facegate::core
