// Time that moves only when a test says so. Thread-safe.
#pragma once

#include <atomic>

#include "facegate/core/time.h"

namespace facegate::testing {

class FakeClock final : public core::Clock {
 public:
  // 2026-03-02T08:00:00Z, a Monday.
  explicit FakeClock(core::Timestamp start = {1'772'438'400'000}) : now_(start.unix_ms) {}
  core::Timestamp Now() const override { return {now_.load()}; }
  std::int64_t SteadyNs() const override { return steady_ns_.load(); }
  void Advance(std::int64_t ms) {
    now_ += ms;
    steady_ns_ += ms * 1'000'000;
  }
  // A jump of the wall clock: the steady clock does not follow.
  void Jump(std::int64_t ms) { now_ += ms; }

 private:
  std::atomic<std::int64_t> now_;
  std::atomic<std::int64_t> steady_ns_{0};
};

}  // namespace facegate::testing
