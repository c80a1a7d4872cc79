// What alternatives said last that they work: kept in memory, since a record of every beat would
// bury the log. After a start nobody has said anything yet, and what must be heard does not work.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "facegate/core/time.h"
#include "facegate/model/ids.h"
#include "facegate/model/resources.h"

namespace facegate::policy {

// Thread-safe. Holds one time and one word for each kind of alternative of an access point.
class Heartbeats {
 public:
  // The alternatives of that kind say at `at` that they work, or that they do not.
  void Hear(const model::AccessPointRef& point, model::AlternativeKind kind, bool operational,
            core::Timestamp at);

  // `point` as it is registered with what was heard since: a later beat is a later heartbeat, and
  // what says that it does not work does not. A beat never makes work what is registered as down.
  model::AccessPoint Applied(model::AccessPoint point) const;

  // How often anything was heard of it: while that stands, Applied says the same.
  std::uint64_t CountOf(const model::AccessPointRef& point) const;

  // The access points of which anything was heard.
  std::vector<model::AccessPointRef> Heard() const;

 private:
  struct Beat {
    bool operational = true;
    core::Timestamp at;
  };

  struct Beats {
    std::uint64_t count = 0;
    std::map<model::AlternativeKind, Beat> by_kind;
  };

  mutable std::mutex mutex_;
  std::map<model::AccessPointRef, Beats> beats_;
};

}  // namespace facegate::policy
