#include "rpc/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>

namespace facegate::rpc {

std::string Address::ToString() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

core::Result<Address> ParseAddress(std::string_view text) {
  const core::Status bad(core::Code::kInvalidArgument, "BAD_ADDRESS",
                         "an address is host:port or [IPv6]:port, the port 0 to 65535");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad;
  }
  const std::string_view digits = text.substr(colon + 1);
  Address address{std::string(host), -1};
  const char* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, address.port);
  const bool port_ok = parsed.ec == std::errc() && parsed.ptr == end && !digits.empty() &&
                       address.port >= 0 && address.port <= 65535;
  if (host.empty() || !port_ok) return bad;
  return address;
}

bool IsLoopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace facegate::rpc
