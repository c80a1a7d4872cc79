// Puts on record that the gateway is there: when it starts and stops, that it lives through quiet
// times, and that its clock was set. Beside the callers' own counters, this is what makes a gap in
// a log show (docs/AUDIT_FORMAT.md, docs/VERIFYING.md).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/core/json.h"
#include "facegate/core/log.h"
#include "facegate/core/time.h"
#include "facegate/storage/store.h"

namespace facegate::gateway {

struct PresenceOptions {
  std::string version;                // of facegate
  std::int64_t heartbeat_s = 3600;    // no log is quiet for longer; at least 2 * beat_ms
  std::int64_t beat_ms = 60'000;      // how often Beat is called
  std::int64_t clock_step_ms = 1000;  // what counts as a step of the wall clock between two beats
};

// From Begin until it goes. Not thread-safe: Begin, then Beat from one thread, then the destructor.
class Presence {
 public:
  // All must outlive it.
  Presence(const storage::Store& store, audit::Ledger& ledger, const core::Clock& clock,
           core::Logger& logger, PresenceOptions options);
  // Puts gateway.stopped into the log of every operator, where Begin was. What fails is logged: the
  // next start then says that this run ended in a crash.
  ~Presence();
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  // Puts gateway.started into the log of every operator that is registered: this run's id, and how
  // the run before ended, as far as that log knows. Call it before the first request is taken.
  // Fails as Ledger::Append.
  core::Status Begin();

  // Puts gateway.clock_stepped into every such log if the wall clock moved against the steady one,
  // and gateway.heartbeat into each that would otherwise be quiet for heartbeat_s before the next
  // beat. Gives how many heartbeats that were. Fails as Ledger::Append.
  core::Result<int> Beat();

 private:
  // What a log was like at the last beat.
  struct Quiet {
    std::uint64_t size = 0;
    std::int64_t since_ms = 0;  // steady; no record came later than this
  };

  core::Status RecordInAll(std::string_view type, const core::Json& body);
  core::Status Record(const model::OperatorId& log, std::string_view type, core::Json body);
  core::Result<std::vector<model::OperatorId>> Logs() const;
  core::Result<std::string_view> EndOfLastRun(const model::OperatorId& log) const;
  std::int64_t SteadyMs() const;
  std::int64_t WallAheadMs() const;

  const storage::Store& store_;
  audit::Ledger& ledger_;
  const core::Clock& clock_;
  core::Logger& logger_;
  const PresenceOptions options_;
  const std::string boot_;  // UUID of this run
  bool has_begun_ = false;
  std::int64_t last_beat_ms_ = 0;   // steady
  std::int64_t wall_ahead_ms_ = 0;  // of the steady clock, at the last beat
  std::map<model::OperatorId, Quiet> quiet_;
};

}  // namespace facegate::gateway
