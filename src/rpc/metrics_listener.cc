#include "facegate/rpc/metrics_listener.h"

#include <utility>

#include "rpc/page_listener.h"

namespace facegate::rpc {
namespace {

constexpr int kThreads = 2;

}  // namespace

struct MetricsListener::Impl {
  PageListener listener;
};

core::Result<std::unique_ptr<MetricsListener>> MetricsListener::Start(
    const std::string& address, const PrometheusMetrics& metrics, std::function<bool()> healthy) {
  auto impl = std::make_unique<Impl>();
  httplib::Server& server = impl->listener.server();
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
  FG_RETURN_IF_ERROR(impl->listener.Start(address, kThreads));
  return std::unique_ptr<MetricsListener>(new MetricsListener(std::move(impl)));
}

MetricsListener::MetricsListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

MetricsListener::~MetricsListener() = default;

int MetricsListener::port() const { return impl_->listener.port(); }

}  // namespace facegate::rpc
