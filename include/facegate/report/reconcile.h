// A door's own log beside the gateway's: what one has and the other does not.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/report/log_copy.h"
#include "facegate/report/record.h"
#include "facegate/report/record_filter.h"

namespace facegate::report {

// One request as its caller wrote it down.
struct DoorEntry {
  std::uint64_t line = 0;           // of the file, from 1
  std::int64_t client_counter = 0;  // 0: not kept
  std::string request_id;           // empty: not kept
  std::optional<core::Timestamp> time;
  std::string outcome;  // "ALLOW"; empty: not kept
};

// How many entries a door's log may have.
inline constexpr std::size_t kDoorEntriesMax = 5'000'000;

// Reads CSV with a header, or JSON Lines (where the first character is '{'): client_counter,
// request_id, time (RFC 3339), outcome; other columns and members are ignored. Each entry needs one
// of the first two. `name` is for messages.
// Returns INVALID_ARGUMENT BAD_DOOR_LOG "name:line: what".
core::Result<std::vector<DoorEntry>> ParseDoorLog(const std::string& name, std::string_view text);

struct DifferingOutcome {
  DoorEntry door;
  std::uint64_t index = 0;  // of the record
  std::string outcome;      // that it says
};

struct Reconciliation {
  std::uint64_t in_both = 0;
  std::vector<DoorEntry> only_at_door;     // the gateway recorded none of these
  std::vector<std::uint64_t> only_in_log;  // records of this caller that its log does not have
  std::vector<DifferingOutcome> differing;
  std::vector<Unproved> unproved;
  bool ok() const { return only_at_door.empty() && only_in_log.empty() && differing.empty(); }
};

// Matches a door's log with records as they come. An entry with a request_id is matched by it, any
// other by its counter, in order where a counter comes again. Memory grows with the door's log.
// Not thread-safe.
class Reconciler {
 public:
  // `caller`: the records that are this door's (its camera, or its certificate's fingerprint); of
  // others only a request_id is looked at.
  Reconciler(std::vector<DoorEntry> door, RecordFilter caller);

  void Add(const OpenedRecord& record);
  // Requires: called once, after the last record.
  Reconciliation Finish();

 private:
  std::optional<std::size_t> Find(const OpenedRecord& record, bool is_callers);

  const std::vector<DoorEntry> door_;
  const RecordFilter caller_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_request_;  // the last is next
  std::map<std::int64_t, std::vector<std::size_t>> by_counter_;
  std::vector<bool> matched_;
  // What the door's log covers, where it keeps times.
  std::optional<core::Timestamp> from_, until_;
  // The same of the copy.
  std::optional<core::Timestamp> copy_from_, copy_until_;
  Reconciliation result_;
};

std::string ReconciliationText(const Reconciliation& reconciliation);
core::Json ReconciliationJson(const Reconciliation& reconciliation);

}  // namespace facegate::report
