// The only exit of a request and the only writer of the store.
//
// Turns decisions with their outcomes, and events with their changes, into log records: one commit
// holds entry, Merkle leaf, signatures, checkpoint and changes. Concurrent commits share one
// transaction and one checkpoint. No durable record, no answer. See AUDIT_FORMAT.md, I3, I5, I6.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "facegate/audit/outcome.h"
#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/policy/permit.h"
#include "facegate/storage/store.h"
#include "facegate/tlog/note.h"

namespace facegate::audit {

struct LedgerOptions {
  // Names the gateway; a log's origin is "<gateway_name>/<operator>". No white space, no '+'.
  std::string gateway_name;
  // Holds the head file of each log and the suppression file; "" keeps neither (memory stores).
  std::string data_dir;
  int group_max = 256;   // records in one transaction
  int queue_max = 4096;  // commits waiting; more are refused with RESOURCE_EXHAUSTED QUEUE_FULL
  // Called once, from the ledger's thread, when nothing can be made durable any more: the process
  // should stop and say so. Every commit from then on is UNAVAILABLE NOT_RECORDED.
  std::function<void(const core::Status&)> on_fatal;
  // Whether decisions of a log may be answered now; asked before one is looked into, from any
  // thread, and must not block. Empty: always.
  std::function<core::Status(const model::OperatorId&)> may_answer;
};

// Whether Append says that a precondition failed, and nothing was recorded.
inline bool IsPreconditionFailure(const core::Status& status) {
  return status.code() == core::Code::kAborted && status.reason() == "PRECONDITION";
}

// Thread-safe.
class Ledger {
 public:
  // Checks every log of the store against its head file and signature. A log that an older
  // generation of the ring signed is then handed over to the newest one: key.rotated is the next
  // record that it has, whatever is recorded after.
  // Returns DATA_LOSS LOG_ROLLED_BACK (the store is older than the head file), LOG_FORKED (it
  // disagrees with it), LOG_DAMAGED; FAILED_PRECONDITION WRONG_KEYS. Each names log and index.
  // `store`, `keys`, `clock`, `metrics` and `logger` must outlive it.
  static core::Result<std::unique_ptr<Ledger>> Open(storage::Store& store,
                                                    const crypto::KeyRing& keys,
                                                    const core::Clock& clock,
                                                    core::Metrics& metrics, core::Logger& logger,
                                                    const LedgerOptions& options);
  ~Ledger();  // waits for commits under way; no call may be in progress or follow

  // Ok where decisions of that log may be answered. Whoever is about to decide asks first, so that
  // no picture is looked at for nothing. Returns what LedgerOptions::may_answer does.
  core::Status MayAnswer(const model::OperatorId& log) const;

  // Records what became of a permit or a denial, with the changes that come with it. Blocks until
  // durable. If a consent that the outcome rests on moved since, the person was restricted or the
  // holder token revoked, the record is an aborted one: the outcome in Recorded then is
  // USE_ALTERNATIVE (or DENY), CONSENT_MOVED, without people or changes. A refusal names whom the
  // claim named, unless they were erased meanwhile. Returns UNAVAILABLE NOT_RECORDED when nothing
  // could be made durable: there is no answer then.
  core::Result<Recorded> Commit(policy::ViewPermit permit, Outcome outcome);
  core::Result<Recorded> Commit(policy::Permit permit, Outcome outcome,
                                storage::Changes changes = {});
  core::Result<Recorded> Commit(policy::Denial denial, Outcome outcome);
  // The same for a credential that is no face. The verdict follows from the reason. A pass that
  // another request used first is recorded as PASS_REPLAYED, a badge that was removed meanwhile as
  // BADGE_UNKNOWN. Requires: model::IsOfCredential of its reason.
  core::Result<Recorded> Commit(policy::Faceless way, Presented presented);

  // Records an event and its changes. `preconditions` failing returns ABORTED PRECONDITION and
  // records nothing. Suppressions, where the changes destroy something, are durable before it
  // returns.
  core::Result<RecordedEvent> Append(const Event& event, storage::Changes changes,
                                     storage::Preconditions preconditions = {});

  // The same for an event about a person whom nobody keeps from being erased meanwhile: it is then
  // about nobody. It must not create or erase them.
  core::Result<RecordedEvent> AppendOfWhoStands(Event event, storage::Changes changes);

  // Hears of abandoned permits; give it to the engine. Outlives the ledger safely.
  std::shared_ptr<policy::AbandonSink> abandon_sink();

  // "<gateway_name>/<operator>", and the public keys of its checkpoints and records: those in
  // force. KeyPeriodsOf gives the ones before them.
  std::string Origin(const model::OperatorId& log) const;
  tlog::VerifierKey CheckpointKey(const model::OperatorId& log) const;
  tlog::VerifierKey RecordKey(const model::OperatorId& log) const;
  // The signed statement of what was pruned, for copies of the log; nothing where nothing was. Read
  // it before the checkpoint that the copy ends at. Fails as the store does, or as tlog::RootHash.
  core::Result<std::optional<std::string>> MinimumIndex(const model::OperatorId& log) const;

 private:
  struct Impl;
  explicit Ledger(std::unique_ptr<Impl> impl);
  core::Status ApplySuppressions();
  core::Status SuppressSubject(const model::Subject& subject);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::audit
