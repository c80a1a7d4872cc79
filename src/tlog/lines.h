// What the C2SP text formats share: lines, decimal numbers, hashes in base64.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "facegate/core/bytes.h"

namespace facegate::tlog {

// Takes the first line of `rest`, without its newline. Empty if there is no newline.
std::optional<std::string_view> TakeLine(std::string_view& rest);

// Decimal digits only, no leading zeros, below 2^64.
std::optional<std::uint64_t> ParseDecimal(std::string_view text);

// Canonical base64 of exactly 32 bytes.
std::optional<core::Hash256> ParseHash(std::string_view base64);

}  // namespace facegate::tlog
