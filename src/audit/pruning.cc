#include "facegate/audit/pruning.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "audit/holds.h"
#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

// In one transaction: some ten milliseconds, for which commits wait.
constexpr std::size_t kStepRecords = 1024;
// Between two, so that commits get their turn.
constexpr auto kPause = std::chrono::milliseconds(1);
// Of one log in one round of the sweep: some seconds. A multiple of 256.
constexpr std::uint64_t kRoundRecordsMax = 102'400;
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

Status Damaged(std::uint64_t record) {
  return {Code::kDataLoss, "LOG_DAMAGED",
          "records from " + std::to_string(record) +
              " on are not those that their hashes are of: nothing was pruned, see audit fsck"};
}

// The root of the records below `end`. Those from `begin` on are compared with their hashes first:
// once they are gone, nobody can tell.
Result<core::Hash256> CheckedRoot(const storage::Store& store, const model::OperatorId& log,
                                  std::uint64_t begin, std::uint64_t end,
                                  const core::Deadline& deadline) {
  const tlog::TileReader tiles = [&store, &log](const tlog::TileId& id, int) {
    return store.ReadTile(log, {id.level, id.index});
  };
  FG_ASSIGN_OR_RETURN(tlog::GrowingTree tree, tlog::GrowingTree::Load(begin, tiles));
  for (std::uint64_t first = begin; first < end; first += storage::kTileHashes) {
    FG_RETURN_IF_ERROR(deadline.Check());
    FG_ASSIGN_OR_RETURN(const auto entries, store.ReadEntries(log, first, storage::kTileHashes));
    FG_ASSIGN_OR_RETURN(const core::Bytes tile,
                        store.ReadTile(log, {0, first / storage::kTileHashes}));
    core::Bytes hashes;
    for (const storage::LogEntry& entry : entries) {
      const core::Hash256 leaf = tlog::LeafHash(core::AsBytes(entry.entry));
      hashes.insert(hashes.end(), leaf.begin(), leaf.end());
      tree.Append(leaf);
    }
    if (hashes != tile) return Damaged(first);
    (void)tree.TakeChangedTiles();  // or it would keep them all
  }
  FG_ASSIGN_OR_RETURN(const core::Hash256 root, tlog::RootHash(end, tiles));
  if (root != tree.Root()) return Damaged(begin);
  return root;
}

// What the newest record of pruning says.
Result<std::optional<storage::LogPruning>> NewestPruning(const storage::Store& store,
                                                         const model::OperatorId& log) {
  constexpr std::size_t kPage = 1000;
  storage::LogQuery query;
  query.type = storage::kPrunedType;
  query.limit = kPage;
  std::optional<storage::LogEntry> newest;
  for (;;) {
    FG_ASSIGN_OR_RETURN(auto page, store.QueryLog(log, query));
    const bool is_last = page.size() < kPage;
    if (!page.empty()) newest = std::move(page.back());
    if (is_last) break;
    query.first_index = newest->index + 1;
  }
  if (!newest) return std::optional<storage::LogPruning>();
  FG_ASSIGN_OR_RETURN(const core::Json line, storage::LineOf(newest->entry));
  const std::int64_t minimum_index = line.IntOr("minimum_index", -1);
  if (minimum_index < 0) {
    return Status(Code::kDataLoss, "BAD_RECORD", "a record of pruning does not say what went");
  }
  return std::optional(
      storage::LogPruning{static_cast<std::uint64_t>(minimum_index), newest->index});
}

}  // namespace

std::string_view HeldByWord(HeldBy held_by) {
  switch (held_by) {
    case HeldBy::kAge:
      return "AGE";
    case HeldBy::kConsent:
      return "CONSENT";
    case HeldBy::kRestriction:
      return "RESTRICTION";
    case HeldBy::kDuty:
      return "DUTY";
    case HeldBy::kPass:
      return "PASS";
    case HeldBy::kWitness:
      return "WITNESS";
  }
  return "AGE";
}

LogPruner::LogPruner(storage::Store& store, Ledger& ledger, const core::Clock& clock,
                     PruningOptions options)
    : store_(store), ledger_(ledger), clock_(clock), options_(std::move(options)) {}

Result<std::optional<std::uint64_t>> LogPruner::PublishedSize(const model::OperatorId& log) const {
  if (!options_.published) return std::optional<std::uint64_t>();
  const std::optional<std::string> published = options_.published(log);
  if (!published) return std::optional<std::uint64_t>(0);
  FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(*published));
  FG_ASSIGN_OR_RETURN(const tlog::Checkpoint checkpoint, tlog::ParseCheckpointText(note.text));
  return std::optional<std::uint64_t>(checkpoint.size);
}

Result<PruningPlan> LogPruner::Plan(const model::OperatorId& log) const {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
  const core::Timestamp now = clock_.Now();
  Limit limit(head.size);
  FG_RETURN_IF_ERROR(
      HoldYoung(store_, log, head, now + -options_.retained_days * core::kMsPerDay, limit));
  FG_ASSIGN_OR_RETURN(const auto published, PublishedSize(log));
  if (published) limit.LowerTo(*published, HeldBy::kWitness);
  // The dear ones, where there is anything to keep.
  if (limit.BundleEnd() > head.minimum_index) {
    FG_RETURN_IF_ERROR(HoldForDuties(store_, log, head, limit));
    FG_RETURN_IF_ERROR(HoldForPeople(store_, log, now, limit));
    FG_RETURN_IF_ERROR(HoldForPasses(store_, log, head, now, limit));
  }
  return PruningPlan{head.minimum_index, std::max(head.minimum_index, limit.BundleEnd()),
                     limit.held_by()};
}

Result<Receipt> LogPruner::Record(const model::OperatorId& log, const PruningPlan& plan,
                                  const model::Principal& actor, const std::string& request_id,
                                  const core::Deadline& deadline) {
  FG_ASSIGN_OR_RETURN(const core::Hash256 root, CheckedRoot(store_, log, plan.minimum_index,
                                                            plan.next_minimum_index, deadline));
  Event event;
  event.type = storage::kPrunedType;
  event.log = log;
  event.actor = actor;
  event.request_id = request_id;
  event.body.Set("minimum_index", plan.next_minimum_index)
      .Set("root", core::HexEncode(root))
      .Set("retained_days", options_.retained_days);
  FG_ASSIGN_OR_RETURN(const RecordedEvent recorded, ledger_.Append(event, {}));
  standings_[log].left = storage::LogPruning{plan.next_minimum_index, recorded.receipt().index};
  return recorded.receipt();
}

Result<bool> LogPruner::LetGo(const model::OperatorId& log, std::uint64_t records_max,
                              const core::Deadline& deadline) {
  Standing& standing = standings_[log];
  if (!standing.is_read) {
    FG_ASSIGN_OR_RETURN(standing.left, NewestPruning(store_, log));
    standing.is_read = true;
  }
  if (!standing.left) return true;
  // A copy ends at what was published, and one without that record could not tell why they went.
  FG_ASSIGN_OR_RETURN(const auto published, PublishedSize(log));
  if (published && *published <= standing.left->record) return false;
  for (std::uint64_t taken = 0; taken < records_max; taken += kStepRecords) {
    FG_RETURN_IF_ERROR(deadline.Check());
    FG_ASSIGN_OR_RETURN(const bool is_done, store_.PruneLog(log, *standing.left, kStepRecords));
    if (is_done) {
      standing.left.reset();
      return true;
    }
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

Result<Pruned> LogPruner::Prune(const model::OperatorId& log, const model::Principal& actor,
                                const std::string& request_id, const core::Deadline& deadline) {
  if (!options_.is_on) {
    return Status(Code::kFailedPrecondition, "PRUNING_OFF",
                  "this gateway prunes no log: see audit.prune in its configuration");
  }
  const std::lock_guard lock(mutex_);
  Pruned pruned;
  FG_ASSIGN_OR_RETURN(pruned.is_done, LetGo(log, kNoLimit, deadline));
  FG_ASSIGN_OR_RETURN(pruned.plan, Plan(log));
  if (!pruned.is_done || pruned.plan.records() == 0) return pruned;
  FG_ASSIGN_OR_RETURN(pruned.receipt, Record(log, pruned.plan, actor, request_id, deadline));
  FG_ASSIGN_OR_RETURN(pruned.is_done, LetGo(log, kNoLimit, deadline));
  return pruned;
}

Result<std::uint64_t> LogPruner::Sweep(const model::OperatorId& log) {
  const core::NoDeadline for_ever;
  FG_ASSIGN_OR_RETURN(const bool is_done, LetGo(log, kRoundRecordsMax, for_ever));
  Standing& standing = standings_[log];
  const model::Date today = model::DateOf(clock_.Now());
  if (!is_done || !options_.is_on || standing.planned_on == today) return std::uint64_t{0};
  standing.planned_on = today;  // a fault is met again tomorrow
  FG_ASSIGN_OR_RETURN(PruningPlan plan, Plan(log));
  const bool is_cut = plan.records() > kRoundRecordsMax;
  if (is_cut) plan.next_minimum_index = plan.minimum_index + kRoundRecordsMax;
  if (plan.records() == 0) return std::uint64_t{0};
  FG_RETURN_IF_ERROR(Record(log, plan, GatewayItself(), crypto::RandomUuid(), for_ever).status());
  FG_RETURN_IF_ERROR(LetGo(log, kRoundRecordsMax, for_ever).status());
  if (is_cut) standing.planned_on.reset();
  return plan.records();
}

Result<std::uint64_t> LogPruner::Run() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return std::uint64_t{0};  // somebody prunes
  FG_ASSIGN_OR_RETURN(const auto logs, store_.ListLogs());
  std::uint64_t records = 0;
  Status fault;
  for (const model::OperatorId& log : logs) {
    const Result<std::uint64_t> swept = Sweep(log);
    if (swept.ok()) {
      records += *swept;
    } else if (fault.ok()) {
      fault = swept.status();
    }
  }
  if (!fault.ok()) return fault;
  return records;
}

}  // namespace facegate::audit
