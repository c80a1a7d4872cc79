// A server that authenticates nobody must be spelled out (rpc::InsecureForDevelopment).
// EXPECT: no matching function for call to|too few arguments|cannot convert|could not convert
#include "facegate/rpc/server.h"

namespace facegate::rpc {
auto Open(const ServerOptions& options, ServerInfo info, Parts parts) {
  return Server::Start(options, std::move(info), parts);
}
}  // namespace facegate::rpc
