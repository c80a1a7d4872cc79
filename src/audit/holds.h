// What keeps old records of a log from being pruned.
#pragma once

#include <cstdint>

#include "facegate/audit/pruning.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"

namespace facegate::audit {

// The index from which on records stay, and why; only ever lowered.
class Limit {
 public:
  explicit Limit(std::uint64_t index) : index_(index) {}

  void LowerTo(std::uint64_t index, HeldBy why) {
    if (index >= index_) return;
    index_ = index;
    held_by_ = why;
  }
  std::uint64_t index() const { return index_; }
  HeldBy held_by() const { return held_by_; }
  // The multiple of 256 that whole bundles go up to.
  std::uint64_t BundleEnd() const { return index_ / storage::kTileHashes * storage::kTileHashes; }

 private:
  std::uint64_t index_;
  HeldBy held_by_ = HeldBy::kAge;
};

// Each lowers `limit` by one kind of thing that keeps records; `head` is the log's. They fail as
// the store does.
core::Status HoldYoung(const storage::Store& store, const model::OperatorId& log,
                       const storage::LogHead& head, core::Timestamp kept_from, Limit& limit);
core::Status HoldForDuties(const storage::Store& store, const model::OperatorId& log,
                           const storage::LogHead& head, Limit& limit);
core::Status HoldForPeople(const storage::Store& store, const model::OperatorId& log,
                           core::Timestamp now, Limit& limit);
core::Status HoldForPasses(const storage::Store& store, const model::OperatorId& log,
                           const storage::LogHead& head, core::Timestamp now, Limit& limit);

}  // namespace facegate::audit
