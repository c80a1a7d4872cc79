// Retention of the log itself: which of its oldest records may go, and letting go of them. Their
// hashes stay, so that all of it can still be proved. See docs/LOG_RETENTION.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "facegate/audit/ledger.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/date.h"
#include "facegate/model/ids.h"
#include "facegate/model/people.h"
#include "facegate/storage/store.h"

namespace facegate::audit {

// What keeps the oldest record that stays.
enum class HeldBy {
  kAge,          // it is not old enough
  kConsent,      // it is an event of a consent that stands
  kRestriction,  // what is held about a person is restricted, and it may be about them
  kDuty,         // a complaint, a rights request or an incident is open: nothing goes
  kPass,         // it issued a pass that is still good
  kWitness,      // no quorum of witnesses cosigned it
};
// "AGE", "CONSENT", "RESTRICTION", "DUTY", "PASS", "WITNESS".
std::string_view HeldByWord(HeldBy held_by);

struct PruningOptions {
  bool is_on = false;                 // else nothing goes
  std::int64_t retained_days = 1095;  // nothing younger goes
  // The newest checkpoint of a log that a quorum of witnesses cosigned, a signed note. Empty: there
  // are no witnesses.
  std::function<std::optional<std::string>(const model::OperatorId&)> published;
};

// How far a log may be pruned. Both are multiples of 256.
struct PruningPlan {
  std::uint64_t minimum_index = 0;       // records below it are gone
  std::uint64_t next_minimum_index = 0;  // those below it may go; never less than minimum_index
  HeldBy held_by = HeldBy::kAge;

  std::uint64_t records() const { return next_minimum_index - minimum_index; }
};

// What became of it.
struct Pruned {
  PruningPlan plan;                // as it was before
  std::optional<Receipt> receipt;  // of log.pruned; nothing where nothing was to go
  // Whether everything is gone that a record says is to go. What waits for a quorum of witnesses,
  // or was interrupted, goes with the sweep.
  bool is_done = true;
};

// The order is: what goes is compared with its hashes, log.pruned is durable, and where there are
// witnesses cosigned; only then is anything deleted, and always as the newest such record says.
// Whatever interrupts it, the next Run goes on from there, also in another process.
//
// Thread-safe.
class LogPruner {
 public:
  // All must outlive it.
  LogPruner(storage::Store& store, Ledger& ledger, const core::Clock& clock,
            PruningOptions options);

  const PruningOptions& options() const { return options_; }

  // What may go now, whether or not pruning is on. Fails as the store does.
  core::Result<PruningPlan> Plan(const model::OperatorId& log) const;

  // Lets go of what may go, as an act of `actor`; a second call in a row finds nothing. Returns
  // FAILED_PRECONDITION PRUNING_OFF; DATA_LOSS LOG_DAMAGED (names the record), and nothing went,
  // where what would go is not what its hashes say; what `deadline` does; or as Ledger::Append and
  // Store::PruneLog.
  core::Result<Pruned> Prune(const model::OperatorId& log, const model::Principal& actor,
                             const std::string& request_id, const core::Deadline& deadline);

  // One round of the sweep, over every log: goes on with what was begun, and once a day prunes
  // what may go. Of each log some at a time, so that the rest of the sweep need not wait. Gives how
  // many records it put on record as gone; the first fault, when every log was seen to.
  core::Result<std::uint64_t> Run();

 private:
  // What is known of one log.
  struct Standing {
    bool is_read = false;  // `left` is what the log says
    std::optional<storage::LogPruning> left;
    std::optional<model::Date> planned_on;
  };

  // Both want mutex_ held.
  core::Result<Receipt> Record(const model::OperatorId& log, const PruningPlan& plan,
                               const model::Principal& actor, const std::string& request_id,
                               const core::Deadline& deadline);
  core::Result<std::uint64_t> Sweep(const model::OperatorId& log);
  // Deletes what is left to delete, `records_max` at most; whether nothing is left.
  core::Result<bool> LetGo(const model::OperatorId& log, std::uint64_t records_max,
                           const core::Deadline& deadline);
  // Nothing: there are no witnesses.
  core::Result<std::optional<std::uint64_t>> PublishedSize(const model::OperatorId& log) const;

  storage::Store& store_;
  Ledger& ledger_;
  const core::Clock& clock_;
  const PruningOptions options_;

  std::mutex mutex_;
  std::map<model::OperatorId, Standing> standings_;
};

}  // namespace facegate::audit
