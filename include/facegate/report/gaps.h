// What a log itself shows to be missing from it: counts of its callers that were skipped, starts
// of the gateway without a stop, silence longer than its heartbeat.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/time.h"
#include "facegate/report/log_copy.h"
#include "facegate/report/record.h"

namespace facegate::report {

enum class GapKind {
  kCountersMissing,   // a caller counted requests that have no record
  kCounterRepeated,   // a caller's count stands in two records
  kStartWithoutStop,  // the gateway started, and its run before never said that it stopped
  kBootDiffers,       // a heartbeat or stop of another run than the one that started
  kQuietTooLong,      // no record, and no heartbeat either
  kCallerRestarted,   // told, no gap: a caller began to count again
  kClockStepped,      // told, no gap: the gateway's wall clock moved
};
// "COUNTERS_MISSING" and so on.
std::string_view GapKindWord(GapKind kind);
// Whether it means that something may be missing.
bool IsGap(GapKind kind);

struct Gap {
  GapKind kind = GapKind::kCountersMissing;
  std::uint64_t index = 0;  // the record at which it shows
  std::string caller;       // certificate fingerprint and camera, for the counters
  std::int64_t first = 0;   // of counters: the first and last one missing; else 0
  std::int64_t last = 0;
  std::int64_t ms = 0;     // of silence, or by which the clock moved (negative: back)
  std::string after = {};  // of a start: what it says ended the run before: "CRASH"
};

// How many findings of a log are listed; all are counted.
inline constexpr std::size_t kGapsListedMax = 10'000;

struct Gaps {
  std::uint64_t records = 0;
  std::uint64_t callers = 0;                // that keep a count
  std::map<GapKind, std::uint64_t> counts;  // of counters: how many, else of findings
  std::vector<Gap> found;                   // as they showed; at most kGapsListedMax
  std::vector<Unproved> unproved;
  // Nothing is known to be missing.
  bool ok() const;
};

// Looks for gaps in records as they come, in the log's order. Memory grows with the number of
// callers, not of records. Not thread-safe.
class GapFinder {
 public:
  void Add(const OpenedRecord& record);
  // Requires: called once, after the last record.
  Gaps Finish();

 private:
  struct Missing {
    std::int64_t last = 0;
    std::uint64_t index = 0;
  };
  struct Counted {
    std::int64_t counter = 0;
    std::uint64_t index = 0;
  };
  // One caller's count. Requests may overlap, so that a count comes a little late.
  struct Caller {
    std::int64_t last = 0;                    // the highest of this run; 0: none yet
    std::map<std::int64_t, Missing> missing;  // by the first of each range
    std::optional<Counted> repeated;          // a restart, if the next one follows it
  };

  void AddCounter(const OpenedRecord& record, std::int64_t counter);
  void BeginRun(const std::string& name, Caller& caller, std::int64_t first, std::uint64_t index);
  void TellRepeated(const std::string& name, Caller& caller);
  void TellMissing(const std::string& name, Caller& caller);
  void AddGateway(const OpenedRecord& record);
  void CheckSilence(const OpenedRecord& record);
  void Tell(Gap gap, std::uint64_t weight = 1);

  bool is_whole_ = true;  // it began with record 0: what was counted before is known
  Gaps gaps_;
  std::map<std::string, Caller> callers_;
  std::uint64_t uncounted_ = 0;  // decisions of callers that keep no count
  std::string boot_;             // of the run that started; empty: none yet, or stopped
  bool has_started_ = false;
  std::uint64_t first_start_ = 0;
  std::int64_t heartbeat_ms_ = 0;  // 0: none is promised
  std::optional<core::Timestamp> last_time_;
};

std::string GapsText(const Gaps& gaps);
core::Json GapsJson(const Gaps& gaps);

}  // namespace facegate::report
