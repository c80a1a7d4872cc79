// A plain HTTP listener for the people who operate the gateway: /metrics and /healthz, nothing
// else.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "facegate/core/status.h"
#include "facegate/rpc/prometheus_metrics.h"

namespace facegate::rpc {

// Serves from Start to destruction on threads of its own.
class MetricsListener {
 public:
  // `address` is "host:port"; port 0 picks one. Not encrypted and not authenticated, and it counts
  // faces: keep it on a loopback address or a management network. /healthz answers 200 while
  // `healthy` says true, else 503. `metrics` must outlive the listener.
  //
  // Returns INVALID_ARGUMENT BAD_ADDRESS, or UNAVAILABLE LISTEN_FAILED (names the address).
  static core::Result<std::unique_ptr<MetricsListener>> Start(const std::string& address,
                                                              const PrometheusMetrics& metrics,
                                                              std::function<bool()> healthy);
  ~MetricsListener();

  int port() const;

 private:
  struct Impl;
  explicit MetricsListener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::rpc
