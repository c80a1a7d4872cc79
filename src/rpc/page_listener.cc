#include "rpc/page_listener.h"

#include <chrono>

#include "rpc/address.h"

namespace facegate::rpc {

core::Status PageListener::Start(const std::string& address, int threads) {
  FG_ASSIGN_OR_RETURN(const Address where, ParseAddress(address));
  server_.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  if (where.port == 0) {
    port_ = server_.bind_to_any_port(where.host);
  } else {
    port_ = server_.bind_to_port(where.host, where.port) ? where.port : -1;
  }
  if (port_ <= 0) {
    return core::Status(core::Code::kUnavailable, "LISTEN_FAILED",
                        "cannot listen on " + where.ToString());
  }
  thread_ = std::thread([this] {
    server_.listen_after_bind();
    ended_ = true;
  });
  return core::Status::Ok();
}

PageListener::~PageListener() {
  if (!thread_.joinable()) return;
  // A stop() before the thread reached its loop would be lost.
  while (!server_.is_running() && !ended_) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  server_.stop();
  thread_.join();
}

}  // namespace facegate::rpc
