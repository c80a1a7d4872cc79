// The pipeline's counters and durations as Prometheus metrics.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "facegate/core/metrics.h"

namespace facegate::rpc {

// Counters keep their names (core::CounterName); durations are one histogram,
// facegate_stage_seconds{stage="decode"}. Thread-safe.
class PrometheusMetrics final : public core::Metrics {
 public:
  PrometheusMetrics();
  ~PrometheusMetrics() override;

  void Add(core::Counter counter, std::uint64_t n = 1) override;
  void Observe(core::Stage stage, double seconds) override;
  std::uint64_t Value(core::Counter counter) const override;

  // The text exposition format, version 0.0.4.
  std::string Serialize() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::rpc
