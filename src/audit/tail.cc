#include "facegate/audit/tail.h"

#include <algorithm>
#include <utility>

#include "audit/entry.h"
#include "audit/head_file.h"
#include "audit/made_record.h"
#include "audit/rotation.h"
#include "facegate/audit/log_keys.h"
#include "facegate/audit/past_receipt.h"
#include "facegate/core/check.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kBatchRecords = 256;

Status LogError(const char* reason, const std::string& origin, const std::string& what) {
  return Status(Code::kDataLoss, reason, "log " + origin + ": " + what);
}

tlog::TileReader ReaderOf(const storage::Store& store, const model::OperatorId& log) {
  return [&store, log](const tlog::TileId& id, int) {
    return store.ReadTile(log, {id.level, id.index});
  };
}

// Adds records whose leaves `tree` has at its end already.
Status Append(storage::Store& store, const model::OperatorId& log,
              std::vector<storage::BatchItem> items, tlog::GrowingTree& tree,
              const std::string& origin, const Signers& signers) {
  const std::uint64_t first = tree.size() - items.size();
  std::string checkpoint = SignCheckpoint({origin, tree.size(), tree.Root()}, signers);
  return store
      .Apply(storage::Batch(log, first, std::move(items), StoredTiles(tree.TakeChangedTiles()),
                            std::move(checkpoint)))
      .status;
}

// Whose keys were in force at the end of a stored log that went on to `lost`.
Result<const LogKeys*> LastSigner(const LogGenerations& keys, const storage::LogHead& head,
                                  const tlog::Checkpoint& lost) {
  if (head.size > 0) {
    FG_ASSIGN_OR_RETURN(const auto opened, keys.OpenCheckpoint(head.checkpoint));
    if (opened.checkpoint.origin == lost.origin) return &keys.Of(opened.position);
    return Status(Code::kFailedPrecondition, "LOG_TAIL_MISSING",
                  "the records that are left end before log " + lost.origin +
                      " began: give a copy of it that reaches as far");
  }
  const auto& all = keys.all();
  const auto last = std::find_if(all.rbegin(), all.rend(),
                                 [&lost](const LogKeys& one) { return one.origin == lost.origin; });
  FG_CHECK(last != all.rend());
  return &*last;
}

}  // namespace

Result<std::map<model::OperatorId, tlog::Checkpoint>> ReadHeads(const std::string& data_dir,
                                                                const std::string& gateway_name,
                                                                const crypto::KeyRing& keys) {
  std::map<model::OperatorId, tlog::Checkpoint> heads;
  FG_ASSIGN_OR_RETURN(const auto logs, LogsWithHeads(data_dir));
  for (const model::OperatorId& log : logs) {
    const std::string path = HeadPath(data_dir, log);
    const std::string origin = OriginOf(gateway_name, log);
    const auto kept = HeadFile(path).Read();
    if (!kept.ok() || !kept->has_value()) {
      return LogError("LOG_DAMAGED", origin, "its head file is malformed: " + path);
    }
    const LogGenerations log_keys(keys, {origin, tlog::OriginIn(**kept).number});
    const auto opened = log_keys.OpenCheckpoint(**kept);
    if (!opened.ok()) {
      return Status(Code::kFailedPrecondition, "WRONG_KEYS",
                    path + " was signed with another log key");
    }
    heads.emplace(log, opened->checkpoint);
  }
  return heads;
}

Status AppendTail(storage::Store& store, const crypto::KeyRing& keys, const model::OperatorId& log,
                  const tlog::Checkpoint& until, const RecordReader& read) {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, store.GetLogHead(log));
  FG_ASSIGN_OR_RETURN(tlog::GrowingTree tree,
                      tlog::GrowingTree::Load(head.size, ReaderOf(store, log)));
  const LogGenerations log_keys(keys, tlog::ParseOrigin(until.origin));
  std::optional<int> in_force;
  if (head.size > 0) {
    FG_ASSIGN_OR_RETURN(const auto opened, log_keys.OpenCheckpoint(head.checkpoint));
    in_force = opened.position;
  }
  RecordVerifier records(log_keys, in_force);
  while (tree.size() < until.size) {
    const std::uint64_t first = tree.size();
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(kBatchRecords, until.size - first));
    FG_ASSIGN_OR_RETURN(std::vector<std::string> entries, read(first, count));
    if (entries.empty()) {
      return LogError("RECORD_MISSING", until.origin,
                      "the tail does not reach record " + std::to_string(first));
    }
    entries.resize(std::min(entries.size(), count));
    std::vector<storage::BatchItem> items;
    for (std::string& entry : entries) {
      FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(entry));
      FG_RETURN_IF_ERROR(records.Take(note));
      storage::BatchItem item;
      FG_ASSIGN_OR_RETURN(item.keys, KeysOfEntry(note.text, tree.size()));
      item.leaf_hash = tlog::LeafHash(core::AsBytes(entry));
      item.entry = std::move(entry);
      tree.Append(item.leaf_hash);
      items.push_back(std::move(item));
    }
    if (tree.size() == until.size && tree.Root() != until.root) {
      return LogError("LOG_FORKED", until.origin,
                      "the records before or in the tail are not those that the log's head signs");
    }
    const Signers signers = records.signers();
    FG_RETURN_IF_ERROR(
        Append(store, log, std::move(items), tree, signers.front()->origin, signers));
  }
  return Status::Ok();
}

Result<std::string> Succeed(storage::Store& store, const crypto::KeyRing& keys,
                            const core::Clock& clock, const model::OperatorId& log,
                            const tlog::Checkpoint& lost) {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, store.GetLogHead(log));
  const tlog::Origin closed = tlog::ParseOrigin(lost.origin);
  if (closed.number == tlog::kOriginNumberMax) {
    return Status(Code::kResourceExhausted, "SUCCESSORS_MAX",
                  "log " + lost.origin + " is the last that may succeed another");
  }
  const LogGenerations log_keys(keys, {closed.base, closed.number + 1});
  FG_ASSIGN_OR_RETURN(const LogKeys* const old, LastSigner(log_keys, head, lost));
  FG_ASSIGN_OR_RETURN(tlog::GrowingTree tree,
                      tlog::GrowingTree::Load(head.size, ReaderOf(store, log)));
  if (lost.size < head.size || (lost.size == head.size && lost.root != tree.Root())) {
    return LogError("LOG_ROLLED_BACK", lost.origin,
                    "it is said to end at record " + std::to_string(lost.size) +
                        ", the records that are left are others, or more");
  }
  core::Timestamp time = clock.Now();
  if (head.size > 0) {
    FG_ASSIGN_OR_RETURN(const core::Timestamp last, RecordTime(store, log, head.size - 1));
    time = std::max(time, last);
  }
  const LogKeys& next = log_keys.newest();
  const MadeRecord made =
      MakeRecord(SuccessionDraft(log, lost, *old, next), {head.size, time, Signers{old, &next}});
  tree.Append(made.leaf_hash);
  FG_RETURN_IF_ERROR(Append(store, log, {made.Item()}, tree, next.origin, {&next}));
  return next.origin;
}

}  // namespace facegate::audit
