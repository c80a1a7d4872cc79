// A plain HTTP server on a thread of its own, from Start to destruction.
#pragma once

#include <httplib.h>

#include <atomic>
#include <string>
#include <thread>

#include "facegate/core/status.h"

namespace facegate::rpc {

class PageListener {
 public:
  // To be given its routes before Start.
  httplib::Server& server() { return server_; }

  // Returns INVALID_ARGUMENT BAD_ADDRESS, or UNAVAILABLE LISTEN_FAILED (names the address).
  core::Status Start(const std::string& address, int threads);
  ~PageListener();

  int port() const { return port_; }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace facegate::rpc
