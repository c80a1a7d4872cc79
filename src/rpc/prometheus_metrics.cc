#include "facegate/rpc/prometheus_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <cstddef>

#include "facegate/core/check.h"

namespace facegate::rpc {
namespace {

constexpr auto kCounters = static_cast<std::size_t>(core::Counter::kCount_);
constexpr auto kStages = static_cast<std::size_t>(core::Stage::kCount_);

// Seconds; from a policy decision in memory to a request that waited.
const prometheus::Histogram::BucketBoundaries& Boundaries() {
  static const prometheus::Histogram::BucketBoundaries kBoundaries = {
      0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return kBoundaries;
}

}  // namespace

struct PrometheusMetrics::Impl {
  prometheus::Registry registry;
  std::array<prometheus::Counter*, kCounters> counters{};  // owned by the registry
  std::array<prometheus::Histogram*, kStages> stages{};
};

PrometheusMetrics::PrometheusMetrics() : impl_(std::make_unique<Impl>()) {
  for (std::size_t i = 0; i < kCounters; ++i) {
    const std::string name(core::CounterName(static_cast<core::Counter>(i)));
    auto& family = prometheus::BuildCounter()
                       .Name(name)
                       .Help("See docs/API.md, metrics.")
                       .Register(impl_->registry);
    impl_->counters[i] = &family.Add({});
  }
  auto& family = prometheus::BuildHistogram()
                     .Name("facegate_stage_seconds")
                     .Help("Duration of a stage of a request.")
                     .Register(impl_->registry);
  for (std::size_t i = 0; i < kStages; ++i) {
    const std::string stage(core::StageName(static_cast<core::Stage>(i)));
    impl_->stages[i] = &family.Add({{"stage", stage}}, Boundaries());
  }
}

PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::Add(core::Counter counter, std::uint64_t n) {
  const auto index = static_cast<std::size_t>(counter);
  FG_CHECK(index < kCounters);
  impl_->counters[index]->Increment(static_cast<double>(n));
}

void PrometheusMetrics::Observe(core::Stage stage, double seconds) {
  const auto index = static_cast<std::size_t>(stage);
  FG_CHECK(index < kStages);
  impl_->stages[index]->Observe(seconds);
}

std::uint64_t PrometheusMetrics::Value(core::Counter counter) const {
  const auto index = static_cast<std::size_t>(counter);
  FG_CHECK(index < kCounters);
  return static_cast<std::uint64_t>(impl_->counters[index]->Value());
}

std::string PrometheusMetrics::Serialize() const {
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace facegate::rpc
