#include "audit/sequencer.h"

#include <algorithm>

#include "facegate/core/durable_file.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kOperatorsMax = 1000;
constexpr std::chrono::milliseconds kLingerMax{2};

storage::TileKey ToTileKey(const tlog::TileId& id) { return {id.level, id.index}; }

Status NotRecorded(const Status& why) {
  return Status(Code::kUnavailable, "NOT_RECORDED",
                "nothing was recorded, so there is no answer: " + why.ToString());
}

Status LogError(const std::string& reason, const std::string& origin, const std::string& what) {
  return Status(Code::kDataLoss, reason, "log " + origin + ": " + what);
}

}  // namespace

Sequencer::Sequencer(storage::Store& store, const crypto::KeyRing& keys, const core::Clock& clock,
                     core::Metrics& metrics, core::Logger& logger, const LedgerOptions& options)
    : store_(store),
      keys_(keys),
      clock_(clock),
      metrics_(metrics),
      logger_(logger),
      options_(options) {
  FG_CHECK(tlog::IsValidKeyName(options.gateway_name));
  FG_CHECK(options.group_max > 0 && options.queue_max > 0);
}

Sequencer::~Sequencer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

HeadFile& Sequencer::HeadOf(const model::OperatorId& log) {
  return heads_.try_emplace(log, HeadPath(options_.data_dir, log)).first->second;
}

const LogGenerations& Sequencer::KeysOfLog(const model::OperatorId& log) {
  return KeysOfLog(log, /*number=*/1);
}

// `number`: which of the operator's logs it is, where nobody asked for its keys before.
const LogGenerations& Sequencer::KeysOfLog(const model::OperatorId& log, int number) {
  const std::lock_guard lock(keys_mutex_);
  auto& slot = log_keys_[log];
  if (slot == nullptr) {
    slot = std::make_unique<LogGenerations>(
        keys_, tlog::Origin{OriginOf(options_.gateway_name, log), number});
  }
  return *slot;
}

tlog::TileReader Sequencer::ReaderFor(const model::OperatorId& log) const {
  return [this, log](const tlog::TileId& id, int) { return store_.ReadTile(log, ToTileKey(id)); };
}

Status Sequencer::Open() {
  const std::string fingerprint = keys_.KekFingerprint();
  Status bound = store_.SetPropertyOnce("kek_fingerprint", fingerprint);
  if (bound.code() == Code::kAlreadyExists) {
    FG_ASSIGN_OR_RETURN(const std::string stored, store_.GetProperty("kek_fingerprint"));
    if (stored != fingerprint) {
      return Status(Code::kFailedPrecondition, "WRONG_KEYS",
                    "the database was made under key-encryption key " + stored +
                        ", the key directory holds " + fingerprint);
    }
  } else if (!bound.ok()) {
    return bound;
  }
  std::string suppression_path;
  if (!options_.data_dir.empty()) {
    FG_RETURN_IF_ERROR(core::MakeFolder(options_.data_dir));
    FG_RETURN_IF_ERROR(core::MakeFolder(HeadsFolder(options_.data_dir)));
    suppression_path = options_.data_dir + "/suppressions";
  }
  FG_ASSIGN_OR_RETURN(suppressions_, SuppressionFile::Open(suppression_path, keys_));

  FG_ASSIGN_OR_RETURN(const auto logs, LogsToOpen());
  for (const model::OperatorId& log : logs) FG_RETURN_IF_ERROR(StateOf(log).status());
  // Once all are known to be sound, and before anything else is recorded.
  for (auto& [log, state] : logs_) {
    FG_RETURN_IF_ERROR(MoveToNewestKeys(log, state));
    Foresee(log, state);
  }
  thread_ = std::thread([this] { Run(); });
  return Status::Ok();
}

Result<std::set<model::OperatorId>> Sequencer::LogsToOpen() const {
  FG_ASSIGN_OR_RETURN(const auto stored, store_.ListLogs());
  std::set<model::OperatorId> logs(stored.begin(), stored.end());
  FG_ASSIGN_OR_RETURN(const auto operators,
                      store_.ListResources("", "operator", "", kOperatorsMax));
  for (const storage::Resource& row : operators) {
    FG_ASSIGN_OR_RETURN(model::OperatorId log, model::ParseOperatorName(row.name));
    logs.insert(std::move(log));
  }
  if (options_.data_dir.empty()) return logs;
  // A log that the store does not know at all is the deepest rollback there is.
  FG_ASSIGN_OR_RETURN(const auto with_heads, LogsWithHeads(options_.data_dir));
  logs.insert(with_heads.begin(), with_heads.end());
  return logs;
}

Result<std::future<Sequenced>> Sequencer::Submit(const std::shared_ptr<Pending>& pending) {
  auto future = pending->promise.get_future();
  FG_ASSIGN_OR_RETURN(auto place, Enqueue(pending));
  // Ready in any case: what could not be made here is made in its turn, or fails there.
  const struct Ready {
    ~Ready() { sequencer.MarkReady(pending); }
    Sequencer& sequencer;
    Pending& pending;
  } ready{*this, *pending};
  if (place) pending->made = MakeRecord(pending->draft, *std::move(place));
  return future;
}

Result<std::optional<Place>> Sequencer::Enqueue(const std::shared_ptr<Pending>& pending) {
  const std::lock_guard lock(mutex_);
  if (dead_) return NotRecorded(*dead_);
  if (stopping_) {
    return NotRecorded(Status(Code::kUnavailable, "STOPPING", "the gateway is stopping"));
  }
  if (queue_.size() >= static_cast<std::size_t>(options_.queue_max)) {
    metrics_.Add(core::Counter::kQueueRejections);
    return Status(Code::kResourceExhausted, "QUEUE_FULL", "too many records wait; try again");
  }
  pending->submitted_at = clock_.Now();
  queue_.push_back(pending);
  const auto next = next_.find(pending->draft.log);
  if (next == next_.end()) return std::optional<Place>();
  Place& foreseen = next->second;
  foreseen.time = std::max(foreseen.time, pending->submitted_at);
  std::optional<Place> place = foreseen;
  ++foreseen.index;
  return place;
}

void Sequencer::MarkReady(Pending& pending) {
  {
    const std::lock_guard lock(mutex_);
    pending.is_ready = true;
    if (++ready_ < wanted_) return;
  }
  wake_.notify_one();
}

void Sequencer::Run() {
  while (true) {
    const Group group = NextGroup();
    if (group.empty()) return;
    last_group_ = group.size();
    const auto begin = std::chrono::steady_clock::now();
    CommitGroup(group);
    last_commit_ = std::chrono::steady_clock::now() - begin;
  }
}

// Whoever was answered with the last group asks again soon. The first of them alone would be a
// commit of its own, and make the others wait for two; so for a part of what a commit takes, as
// many are waited for as came last time. A caller who is alone waits for nobody. As many are
// answered in a second as without it; of 64 callers the slowest percent wait less.
void Sequencer::WaitForMore(std::unique_lock<std::mutex>& lock) {
  wanted_ = last_group_;
  wake_.wait_for(lock, std::min<std::chrono::nanoseconds>(last_commit_ / 2, kLingerMax),
                 [this] { return stopping_ || ready_ >= wanted_; });
  wanted_ = 1;
}

// What is ready for the log of the first in line, without a gap; empty when stopping and nothing is
// left.
Sequencer::Group Sequencer::NextGroup() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return queue_.empty() ? stopping_ : queue_.front()->is_ready; });
  Group group;
  if (queue_.empty()) return group;
  WaitForMore(lock);
  const model::OperatorId log = queue_.front()->draft.log;
  std::deque<std::shared_ptr<Pending>> others;
  while (!queue_.empty() && group.size() < static_cast<std::size_t>(options_.group_max)) {
    const bool is_of_log = queue_.front()->draft.log == log;
    if (is_of_log && !queue_.front()->is_ready) break;
    auto& to = is_of_log ? group.emplace_back() : others.emplace_back();
    to = std::move(queue_.front());
    queue_.pop_front();
  }
  ready_ -= group.size();
  // Other logs keep their order, ahead of what came later.
  std::move(others.rbegin(), others.rend(), std::front_inserter(queue_));
  return group;
}

Result<Sequencer::LogState*> Sequencer::StateOf(const model::OperatorId& log) {
  const auto found = logs_.find(log);
  if (found != logs_.end()) return &found->second;
  FG_ASSIGN_OR_RETURN(LogState state, LoadState(log));
  return &logs_.emplace(log, std::move(state)).first->second;
}

Result<Sequencer::LogState> Sequencer::LoadState(const model::OperatorId& log) {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
  const LogGenerations& keys = KeysOfLog(log, tlog::OriginIn(head.checkpoint).number);
  FG_RETURN_IF_ERROR(CheckAgainstHead(log, head.size));
  LogState state;
  state.signer = keys.newest().position;
  if (head.size == 0) return state;

  const auto opened = keys.OpenCheckpoint(head.checkpoint);
  if (!opened.ok()) {
    if (opened.status().code() == Code::kPermissionDenied) {
      return Status(Code::kFailedPrecondition, "WRONG_KEYS",
                    "log " + keys.origin() + " was signed with another log key");
    }
    return LogError("LOG_DAMAGED", keys.origin(), "its checkpoint is malformed");
  }
  auto tree = tlog::GrowingTree::Load(head.size, ReaderFor(log));
  const tlog::Checkpoint& checkpoint = opened->checkpoint;
  if (!tree.ok() || checkpoint.size != head.size || tree->Root() != checkpoint.root) {
    return LogError("LOG_DAMAGED", keys.origin(),
                    "its tree does not fit its checkpoint at record " + std::to_string(head.size));
  }
  state.tree = std::move(tree).value();
  state.signer = opened->position;
  FG_ASSIGN_OR_RETURN(const auto last, store_.ReadEntries(log, head.size - 1, 1));
  if (last.size() != 1) return LogError("LOG_DAMAGED", keys.origin(), "its last record is missing");
  FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(last[0].entry));
  FG_ASSIGN_OR_RETURN(const core::Json json, core::Json::Parse(note.text));
  FG_ASSIGN_OR_RETURN(state.last_time, core::ParseRfc3339(json.StringOr("time", "")));
  return state;
}

Result<std::optional<tlog::Checkpoint>> Sequencer::ReadHeadFile(const model::OperatorId& log) {
  if (options_.data_dir.empty()) return std::optional<tlog::Checkpoint>();
  const LogGenerations& keys = KeysOfLog(log);
  const auto kept = HeadOf(log).Read();
  if (kept.status().code() == Code::kDataLoss) {
    return LogError("LOG_DAMAGED", keys.origin(), kept.status().message());
  }
  if (!kept.ok()) return kept.status();
  if (!kept->has_value()) return std::optional<tlog::Checkpoint>();
  if (tlog::OriginIn(**kept).number > tlog::ParseOrigin(keys.origin()).number) {
    return LogError("LOG_ROLLED_BACK", keys.origin(),
                    "its head file " + HeadPath(options_.data_dir, log) +
                        " is that of a log that succeeded it");
  }
  const auto opened = keys.OpenCheckpoint(**kept);
  if (opened.ok()) return std::optional<tlog::Checkpoint>(opened->checkpoint);
  if (opened.status().code() == Code::kPermissionDenied) {
    return Status(Code::kFailedPrecondition, "WRONG_KEYS",
                  HeadPath(options_.data_dir, log) + " was signed with another log key");
  }
  return LogError("LOG_DAMAGED", keys.origin(),
                  "its head file " + HeadPath(options_.data_dir, log) + " is malformed");
}

// A store ahead of the head file by a consistent extension is what a crash between the two leaves;
// an older or another one is refused.
Status Sequencer::CheckAgainstHead(const model::OperatorId& log, std::uint64_t size) {
  FG_ASSIGN_OR_RETURN(const auto head, ReadHeadFile(log));
  if (!head) {
    if (size > 1 && !options_.data_dir.empty()) {
      logger_.Warn("head_file_missing", {{"log", Origin(log)}, {"size", std::to_string(size)}});
    }
    return Status::Ok();
  }
  if (head->origin != Origin(log)) return CheckSucceeds(log, *head);
  if (size < head->size) {
    return LogError("LOG_ROLLED_BACK", Origin(log),
                    "the database ends at record " + std::to_string(size) +
                        ", the head file knows " + std::to_string(head->size));
  }
  const auto root = tlog::RootHash(head->size, ReaderFor(log));
  if (!root.ok()) return LogError("LOG_DAMAGED", Origin(log), root.status().message());
  if (*root != head->root) {
    return LogError("LOG_FORKED", Origin(log),
                    "the first " + std::to_string(head->size) +
                        " records are not those that the head file signs");
  }
  return Status::Ok();
}

// A head file of a log that this one succeeded is what a restore leaves until the first commit: it
// must be within what the log says was lost, and begin with what it kept.
Status Sequencer::CheckSucceeds(const model::OperatorId& log, const tlog::Checkpoint& head) {
  storage::LogQuery query;
  query.type = kSuccessionType;
  FG_ASSIGN_OR_RETURN(const auto records, store_.QueryLog(log, query));
  for (const storage::LogEntry& record : records) {
    FG_ASSIGN_OR_RETURN(const core::Json line, storage::LineOf(record.entry));
    const ClosedLog closed(line, record.index);
    if (closed.origin != head.origin) continue;
    const auto root = tlog::RootHash(std::min(head.size, closed.kept), ReaderFor(log));
    if (!root.ok()) return LogError("LOG_DAMAGED", Origin(log), root.status().message());
    if (closed.HadHead(head, *root)) return Status::Ok();
    break;
  }
  return LogError("LOG_FORKED", Origin(log),
                  "its head file is that of " + head.origin + " at " + std::to_string(head.size) +
                      " records, which is not the log that this one says it succeeds");
}

// Each step is one record, alone in its group and durable before the next: whatever ends the
// process in between, the next start goes on from there.
Status Sequencer::MoveToNewestKeys(const model::OperatorId& log, LogState& state) {
  while (state.signer < KeysOfLog(log).newest().position) {
    FG_RETURN_IF_ERROR(RotateKeys(log, state));
  }
  return Status::Ok();
}

Status Sequencer::RotateKeys(const model::OperatorId& log, LogState& state) {
  const LogGenerations& keys = KeysOfLog(log);
  const LogKeys& old = keys.Of(state.signer);
  const LogKeys& next = keys.Of(state.signer + 1);
  FG_CHECK(next.origin == old.origin);
  const Group alone = {std::make_shared<Pending>()};
  alone.front()->draft = RotationDraft(log, old, next);
  alone.front()->submitted_at = clock_.Now();
  Built built = Build(state, alone, {&old, &next});
  FG_RETURN_IF_ERROR(store_.Apply(built.batch).status);
  const std::uint64_t index = state.tree.size();
  FG_RETURN_IF_ERROR(KeepOutside(log, built, alone));
  Advance(state, built);
  state.signer = next.position;
  logger_.Info("log_keys_rotated", {{"log", keys.origin()},
                                    {"record", std::to_string(index)},
                                    {"generation", std::to_string(next.generation)}});
  return Status::Ok();
}

Sequencer::Built Sequencer::Build(const LogState& state, const Group& group,
                                  const Signers& signers) {
  tlog::GrowingTree tree = state.tree;
  tlog::GrowthProver prover(tree.accumulator());
  std::vector<storage::BatchItem> items;
  items.reserve(group.size());
  core::Timestamp time = state.last_time;
  for (const auto& pending : group) {
    time = std::max(time, pending->submitted_at);
    const Place place{tree.size(), time, signers};
    std::optional<MadeRecord>& made = pending->made;
    if (!made || made->place != place) made = MakeRecord(pending->RecordedDraft(), place);
    tree.Append(made->leaf_hash);
    prover.Append(made->leaf_hash);
    storage::BatchItem& item = items.emplace_back(made->Item());
    if (pending->is_aborted) continue;
    item.preconditions = pending->preconditions;
    item.changes = pending->changes;
  }
  std::string checkpoint =
      SignCheckpoint({signers.front()->origin, tree.size(), tree.Root()}, signers);
  storage::Batch batch(group.front()->draft.log, state.tree.size(), std::move(items),
                       StoredTiles(tree.TakeChangedTiles()), std::move(checkpoint));
  return {std::move(tree), std::move(prover), std::move(batch)};
}

void Sequencer::CommitGroup(const Group& group) {
  const model::OperatorId log = group.front()->draft.log;
  const auto state = StateOf(log);
  if (!state.ok()) return Fail(group, NotRecorded(state.status()));
  // Of a log that was not known at the start; others are there already.
  if (const Status moved = MoveToNewestKeys(log, **state); !moved.ok()) {
    Die(moved);
    return Fail(group, NotRecorded(moved));
  }
  CommitMembers(**state, group, {&KeysOfLog(log).Of((*state)->signer)});
  Foresee(log, **state);
}

void Sequencer::CommitMembers(LogState& state, Group group, const Signers& signers) {
  const model::OperatorId log = group.front()->draft.log;
  while (!group.empty()) {
    Built built = Build(state, group, signers);
    const storage::ApplyResult applied = store_.Apply(built.batch);
    if (applied.status.ok()) {
      const Status kept = KeepOutside(log, built, group);
      if (!kept.ok()) {
        Die(kept);
        return Fail(group, NotRecorded(kept));
      }
      Advance(state, built);
      return Finish(std::move(built), group);
    }
    if (!applied.failed_item) {
      Die(applied.status);
      return Fail(group, NotRecorded(applied.status));
    }
    // One member's ground moved: record it as aborted, or take it out, and commit the others.
    const std::size_t failed = *applied.failed_item;
    FG_CHECK(failed < group.size() && !group[failed]->is_aborted);
    if (group[failed]->aborted_draft) {
      group[failed]->is_aborted = true;
      group[failed]->made.reset();
      continue;
    }
    Fail({group[failed]}, applied.status);
    group.erase(group.begin() + static_cast<std::ptrdiff_t>(failed));
  }
}

// Where the next record of a log will stand: behind those that wait already. Those of them that
// were made for other places are made again in their turn.
void Sequencer::Foresee(const model::OperatorId& log, const LogState& state) {
  Place next{state.tree.size(), state.last_time, {&KeysOfLog(log).Of(state.signer)}};
  const std::lock_guard lock(mutex_);
  for (const auto& pending : queue_) {
    if (pending->draft.log != log) continue;
    ++next.index;
    next.time = std::max(next.time, pending->submitted_at);
  }
  next_.insert_or_assign(log, std::move(next));
}

// Head file and suppressions: after the commit, before any answer.
Status Sequencer::KeepOutside(const model::OperatorId& log, const Built& built,
                              const Group& group) {
  for (const auto& pending : group) {
    if (pending->is_aborted) continue;
    const Place& place = pending->made->place;
    FG_RETURN_IF_ERROR(suppressions_->Add(pending->changes, place.index, place.time));
  }
  if (options_.data_dir.empty()) return Status::Ok();
  return HeadOf(log).Write(built.batch.checkpoint());
}

// Takes over what is durable; the rest of `built` stays.
void Sequencer::Advance(LogState& state, Built& built) {
  state.tree = std::move(built.tree);
  state.last_time = built.batch.items().back().keys.time;
  metrics_.Add(core::Counter::kRecords, built.batch.items().size());
  metrics_.Add(core::Counter::kLogCommits);
}

void Sequencer::Finish(Built built, const Group& group) {
  const auto snapshot = std::make_shared<const GroupSnapshot>(
      GroupSnapshot{built.batch.checkpoint(), std::move(built.prover)});
  for (const auto& pending : group) {
    const Place& place = pending->made->place;
    pending->promise.set_value({Status::Ok(), pending->is_aborted, place.index, place.time,
                                std::move(pending->made->entry), snapshot});
  }
}

void Sequencer::Fail(const Group& group, const Status& status) {
  for (const auto& pending : group) {
    Sequenced failed;
    failed.status = status;
    pending->promise.set_value(std::move(failed));
  }
}

// A commit whose fate is unknown, or that could not be kept outside: nothing more may be answered.
void Sequencer::Die(const Status& status) {
  Group left;
  {
    const std::lock_guard lock(mutex_);
    if (dead_) return;
    dead_ = status;
    std::move(queue_.begin(), queue_.end(), std::back_inserter(left));
    queue_.clear();
  }
  logger_.Error("ledger_stopped", {{"reason", status.reason()}, {"message", status.message()}});
  Fail(left, NotRecorded(status));
  if (options_.on_fatal) options_.on_fatal(status);
}

}  // namespace facegate::audit
