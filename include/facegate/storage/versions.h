// Counters that move with every write, so that a reader may keep what it read and see, without
// asking the store, whether it is still so.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "facegate/model/ids.h"

namespace facegate::storage {

class Batch;

// Thread-safe; a read is one atomic load and allocates nothing.
//
// Take the counter before reading, keep it with what was read, and compare it before using that
// again: a write moves the counter before its Apply returns, so that nothing acknowledged is ever
// overlooked. A counter may move without cause (names share counters; a failed write moves them
// too), never the other way round. They count this process's writes: the stores of today have one
// writer.
class Versions {
 public:
  // A site and all that is registered below it.
  std::uint64_t OfSite(const model::SiteRef& site) const { return OfSite(site.op, site.site); }
  std::uint64_t OfSite(const model::OperatorId& op, const model::SiteId& site) const {
    return Read(registry_, op.str(), site.str());
  }
  // An operator and all that is registered below it, but for what its sites have.
  std::uint64_t OfOperator(const model::OperatorId& op) const {
    return Read(registry_, op.str(), {});
  }
  // Who has templates with an operator: how many people are stored.
  std::uint64_t TemplatesOf(const model::OperatorId& op) const {
    return Read(templates_, op.str(), {});
  }
  // What is known of one person: the subject, its consents, keys and templates.
  std::uint64_t Of(const model::SubjectRef& subject) const {
    return Of(subject.op, subject.subject);
  }
  std::uint64_t Of(const model::OperatorId& op, const model::SubjectId& subject) const {
    return Read(people_, op.str(), subject.str());
  }

  void Advance(const Batch& batch);

 private:
  static constexpr std::size_t kSlots = 4096;
  using Counters = std::array<std::atomic<std::uint64_t>, kSlots>;
  static std::size_t Slot(std::string_view op, std::string_view id);
  static std::uint64_t Read(const Counters& counters, std::string_view op, std::string_view id) {
    return counters[Slot(op, id)].load(std::memory_order_acquire);
  }

  Counters registry_{};  // by operator and site; by operator alone for its own
  Counters templates_{};
  Counters people_{};
};

}  // namespace facegate::storage
