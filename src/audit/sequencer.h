// Gives records their index and makes them durable, in groups: one thread, one transaction and one
// checkpoint for all that waited. What takes long about a record, its line and its signature, is
// made by the thread that waits for it, while the group before is written.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "audit/entry.h"
#include "audit/head_file.h"
#include "audit/made_record.h"
#include "audit/rotation.h"
#include "audit/suppression_file.h"
#include "facegate/audit/ledger.h"
#include "facegate/audit/log_keys.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"

namespace facegate::audit {

// What a group left behind, shared by the threads that wait for its members.
struct GroupSnapshot {
  std::string checkpoint;
  tlog::GrowthProver prover;  // of its records
};

// How a commit ended.
struct Sequenced {
  core::Status status;
  bool aborted = false;  // recorded, but as the aborted draft
  std::uint64_t index = 0;
  core::Timestamp time;
  std::string entry;
  std::shared_ptr<const GroupSnapshot> group;
};

// One waiting commit.
struct Pending {
  Draft draft;
  // What is recorded instead where a precondition fails; without one, the commit fails.
  std::optional<Draft> aborted_draft;
  storage::Changes changes;
  storage::Preconditions preconditions;
  std::promise<Sequenced> promise;

  // What follows is Submit's until `is_ready`, and the sequencer's from then on.
  core::Timestamp submitted_at;
  bool is_aborted = false;  // it is the aborted draft that is recorded
  // At the place that was foreseen, until its turn comes; then at its own.
  std::optional<MadeRecord> made;
  bool is_ready = false;  // of the sequencer's mutex

  const Draft& RecordedDraft() const { return is_aborted ? *aborted_draft : draft; }
};

// Thread-safe but for Open.
class Sequencer {
 public:
  Sequencer(storage::Store& store, const crypto::KeyRing& keys, const core::Clock& clock,
            core::Metrics& metrics, core::Logger& logger, const LedgerOptions& options);
  ~Sequencer();

  // Verifies the stored logs against keys and head files, hands each over to the newest generation
  // of its keys where it is behind, and starts the thread.
  core::Status Open();

  // Queues; the future is ready once the record is durable or has failed.
  core::Result<std::future<Sequenced>> Submit(const std::shared_ptr<Pending>& pending);

  // Of an operator's newest log, which a log that Open did not find is the first of.
  const LogGenerations& KeysOfLog(const model::OperatorId& log);
  std::string Origin(const model::OperatorId& log) { return KeysOfLog(log).origin(); }
  tlog::TileReader ReaderFor(const model::OperatorId& log) const;
  const SuppressionFile& suppressions() const { return *suppressions_; }

 private:
  struct LogState {
    tlog::GrowingTree tree;
    core::Timestamp last_time;
    int signer = 0;  // the position of the keys that sign
  };
  struct Built {
    tlog::GrowingTree tree;
    tlog::GrowthProver prover;
    storage::Batch batch;
  };
  using Group = std::vector<std::shared_ptr<Pending>>;

  // Queues, and says where the record will stand if nothing ahead of it fails; nothing for a log
  // that the thread does not know yet.
  core::Result<std::optional<Place>> Enqueue(const std::shared_ptr<Pending>& pending);
  void MarkReady(Pending& pending);
  void Run();
  Group NextGroup();
  void WaitForMore(std::unique_lock<std::mutex>& lock);
  void CommitGroup(const Group& group);
  const LogGenerations& KeysOfLog(const model::OperatorId& log, int number);
  core::Result<std::set<model::OperatorId>> LogsToOpen() const;
  core::Result<LogState*> StateOf(const model::OperatorId& log);
  core::Result<LogState> LoadState(const model::OperatorId& log);
  HeadFile& HeadOf(const model::OperatorId& log);
  core::Result<std::optional<tlog::Checkpoint>> ReadHeadFile(const model::OperatorId& log);
  core::Status MoveToNewestKeys(const model::OperatorId& log, LogState& state);
  core::Status RotateKeys(const model::OperatorId& log, LogState& state);
  core::Status CheckAgainstHead(const model::OperatorId& log, std::uint64_t size);
  core::Status CheckSucceeds(const model::OperatorId& log, const tlog::Checkpoint& head);
  // Gives every member its place, and makes those that were not made for it.
  // Requires: signers are of the group's log.
  Built Build(const LogState& state, const Group& group, const Signers& signers);
  // Commits what can be of a group, and answers all of it.
  void CommitMembers(LogState& state, Group group, const Signers& signers);
  core::Status KeepOutside(const model::OperatorId& log, const Built& built, const Group& group);
  void Advance(LogState& state, Built& built);
  void Finish(Built built, const Group& group);
  void Foresee(const model::OperatorId& log, const LogState& state);
  void Fail(const Group& group, const core::Status& status);
  void Die(const core::Status& status);

  storage::Store& store_;
  const crypto::KeyRing& keys_;
  const core::Clock& clock_;
  core::Metrics& metrics_;
  core::Logger& logger_;
  const LedgerOptions options_;
  std::optional<SuppressionFile> suppressions_;
  // The sequencer thread's own, after Open.
  std::map<model::OperatorId, LogState> logs_;
  std::map<model::OperatorId, HeadFile> heads_;
  std::size_t last_group_ = 1;
  std::chrono::nanoseconds last_commit_{0};  // how long it took

  std::mutex keys_mutex_;
  std::map<model::OperatorId, std::unique_ptr<LogGenerations>> log_keys_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Pending>> queue_;
  std::map<model::OperatorId, Place> next_;  // where the next record of a log will stand
  std::size_t ready_ = 0;                    // so many in the queue are
  std::size_t wanted_ = 1;                   // so many wake the thread
  bool stopping_ = false;
  std::optional<core::Status> dead_;
  std::thread thread_;
};

}  // namespace facegate::audit
