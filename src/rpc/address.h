// Addresses to listen on.
#pragma once

#include <string>
#include <string_view>

#include "facegate/core/status.h"

namespace facegate::rpc {

struct Address {
  std::string host;  // without brackets
  int port = 0;

  // "127.0.0.1:50051", "[::1]:50051".
  std::string ToString() const;
};

// Splits "host:port" or "[v6]:port". Returns INVALID_ARGUMENT BAD_ADDRESS.
core::Result<Address> ParseAddress(std::string_view text);

// True for the numeric addresses 127.0.0.0/8 and ::1 alone: a name could resolve to anything.
bool IsLoopback(const std::string& host);

}  // namespace facegate::rpc
