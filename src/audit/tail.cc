#include "facegate/audit/tail.h"

#include <algorithm>
#include <utility>

#include "audit/entry.h"
#include "audit/head_file.h"
#include "audit/rotation.h"
#include "facegate/audit/log_keys.h"
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
    const auto opened = LogGenerations(keys, origin).OpenCheckpoint(**kept);
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
  const tlog::TileReader tiles = [&store, &log](const tlog::TileId& id, int) {
    return store.ReadTile(log, {id.level, id.index});
  };
  FG_ASSIGN_OR_RETURN(tlog::GrowingTree tree, tlog::GrowingTree::Load(head.size, tiles));
  const LogGenerations log_keys(keys, until.origin);
  std::optional<int> in_force;
  if (head.size > 0) {
    FG_ASSIGN_OR_RETURN(const auto opened, log_keys.OpenCheckpoint(head.checkpoint));
    in_force = opened.generation;
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
    std::map<storage::TileKey, core::Bytes> changed;
    for (auto& [id, hashes] : tree.TakeChangedTiles()) {
      const bool is_complete = hashes.size() == storage::kTileBytes;
      if (id.level > 0 || is_complete)
        changed.emplace(storage::TileKey{id.level, id.index}, hashes);
    }
    std::string checkpoint =
        SignCheckpoint({until.origin, tree.size(), tree.Root()}, records.signers());
    const storage::ApplyResult applied = store.Apply(
        storage::Batch(log, first, std::move(items), std::move(changed), std::move(checkpoint)));
    FG_RETURN_IF_ERROR(applied.status);
  }
  return Status::Ok();
}

}  // namespace facegate::audit
