// Counters that move with every write, so that a reader may keep what it read and see, without
// asking the store, whether it is still so.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "facegate/model/ids.h"

namespace facegate::storage {

class Batch;

// Thread-safe; a read is one atomic load and allocates nothing.
//
// Take the counter before reading, keep it with what was read, and compare it before using that
// again: a write moves the counter before its Apply returns, so that nothing acknowledged is ever
// overlooked. A counter may move without cause (people share counters; a failed write moves them
// too), never the other way round. They count this process's writes: the stores of today have one
// writer.
class Versions {
 public:
  // Any registry resource of any operator.
  std::uint64_t registry() const { return registry_.load(std::memory_order_acquire); }
  // Who has templates, of all operators: the population counts.
  std::uint64_t templates() const { return templates_.load(std::memory_order_acquire); }
  // What is known of one person: the subject, its consents, keys and templates.
  std::uint64_t Of(const model::SubjectRef& subject) const {
    return people_[Slot(subject)].load(std::memory_order_acquire);
  }

  void Advance(const Batch& batch);

 private:
  static constexpr std::size_t kSlots = 4096;
  static std::size_t Slot(const model::SubjectRef& subject);

  std::atomic<std::uint64_t> registry_{0};
  std::atomic<std::uint64_t> templates_{0};
  std::array<std::atomic<std::uint64_t>, kSlots> people_{};
};

}  // namespace facegate::storage
