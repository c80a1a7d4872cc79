#include "facegate/rpc/metrics_listener.h"

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "rpc/address.h"

namespace facegate::rpc {
namespace {

constexpr int kThreads = 2;

}  // namespace

struct MetricsListener::Impl {
  httplib::Server server;
  int port = 0;
  std::atomic<bool> ended{false};
  std::thread thread;
};

core::Result<std::unique_ptr<MetricsListener>> MetricsListener::Start(
    const std::string& address, const PrometheusMetrics& metrics, std::function<bool()> healthy) {
  FG_ASSIGN_OR_RETURN(const Address where, ParseAddress(address));
  auto impl = std::make_unique<Impl>();
  httplib::Server& server = impl->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(0);  // nothing here takes a body
  server.Get("/metrics", [&metrics](const httplib::Request&, httplib::Response& response) {
    response.set_content(metrics.Serialize(), "text/plain; version=0.0.4");
  });
  server.Get("/healthz",
             [healthy = std::move(healthy)](const httplib::Request&, httplib::Response& response) {
               const bool ok = healthy();
               response.status = ok ? 200 : 503;
               response.set_content(ok ? "serving\n" : "not serving\n", "text/plain");
             });
  if (where.port == 0) {
    impl->port = server.bind_to_any_port(where.host);
  } else {
    impl->port = server.bind_to_port(where.host, where.port) ? where.port : -1;
  }
  if (impl->port <= 0) {
    return core::Status(core::Code::kUnavailable, "LISTEN_FAILED",
                        "cannot listen on " + where.ToString());
  }
  impl->thread = std::thread([state = impl.get()] {
    state->server.listen_after_bind();
    state->ended = true;
  });
  return std::unique_ptr<MetricsListener>(new MetricsListener(std::move(impl)));
}

MetricsListener::MetricsListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

MetricsListener::~MetricsListener() {
  // A stop() before the thread reached its loop would be lost.
  while (!impl_->server.is_running() && !impl_->ended) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  impl_->server.stop();
  impl_->thread.join();
}

int MetricsListener::port() const { return impl_->port; }

}  // namespace facegate::rpc
