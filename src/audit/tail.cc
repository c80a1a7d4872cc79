#include "facegate/audit/tail.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "audit/entry.h"
#include "audit/head_file.h"
#include "facegate/audit/log_keys.h"
#include "facegate/audit/outcome.h"
#include "facegate/core/json.h"
#include "facegate/core/time.h"
#include "facegate/storage/typed.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Json;
using core::Result;
using core::Status;

constexpr std::size_t kBatchRecords = 256;

Status LogError(const char* reason, const std::string& origin, const std::string& what) {
  return Status(Code::kDataLoss, reason, "log " + origin + ": " + what);
}

model::PassId PassUsedBy(const Json& pass_issued, std::uint64_t index) {
  return pass_issued.StringOr("uses", "") == "ONCE" ? UsedAs(index) : model::PassId();
}

// What records of a tail closed, in the database that they are put back into.
class Closed {
 public:
  Closed(const storage::Store& store, const model::OperatorId& log) : store_(store), log_(log) {}

  // `line` is of a record that is about to be appended at `index`.
  Result<storage::Changes> Of(const Json& line, std::uint64_t index) {
    const std::string type = line.StringOr("type", "");
    if (type == "pass.issued") issued_[index] = line;
    if (type == "badge.removed") return RemovedBadge(line);
    if (line.StringOr("reason", "") == model::Word(model::Reason::kPassAccepted)) {
      return UsedPass(line);
    }
    return storage::Changes{};
  }

 private:
  Result<storage::Changes> RemovedBadge(const Json& line) {
    FG_ASSIGN_OR_RETURN(const auto badge, model::BadgeId::Parse(line.StringOr("badge", "")));
    const model::BadgeRef ref{log_, badge};
    const auto stands = store_.GetBadge(ref);
    if (stands.status().code() == Code::kNotFound) return storage::Changes{};
    FG_RETURN_IF_ERROR(stands.status());
    if (!removed_.insert(badge).second) return storage::Changes{};  // earlier in this batch
    return storage::Changes{storage::DeleteBadge{ref}};
  }

  // Its issue is among what the decision rests on.
  Result<storage::Changes> UsedPass(const Json& line) {
    const Json* rests_on = line.Find("rests_on");
    if (rests_on == nullptr || !rests_on->is_array()) return storage::Changes{};
    FG_ASSIGN_OR_RETURN(const auto at, core::ParseRfc3339(line.StringOr("decided_at", "")));
    for (const Json& item : rests_on->AsArray()) {
      const auto index = static_cast<std::uint64_t>(item.is_int() ? item.AsInt() : 0);
      FG_ASSIGN_OR_RETURN(const Json issue, RecordAt(index));
      if (issue.StringOr("type", "") != "pass.issued") continue;
      const model::PassId pass = PassUsedBy(issue, index);
      if (pass.empty()) return storage::Changes{};
      FG_ASSIGN_OR_RETURN(const auto end, core::ParseRfc3339(issue.StringOr("expires_at", "")));
      return storage::Changes{storage::UsePass{log_, pass, end, at}};
    }
    return storage::Changes{};
  }

  Result<Json> RecordAt(std::uint64_t index) const {
    const auto issued = issued_.find(index);
    if (issued != issued_.end()) return issued->second;
    FG_ASSIGN_OR_RETURN(const auto entries, store_.ReadEntries(log_, index, 1));
    if (entries.empty()) return Json::MakeObject();  // of this batch, and no pass
    return storage::LineOf(entries.front().entry);
  }

  const storage::Store& store_;
  const model::OperatorId log_;
  std::map<std::uint64_t, Json> issued_;  // in the tail
  std::set<model::BadgeId> removed_;
};

}  // namespace

model::PassId UsedAs(std::uint64_t issued_by) {
  return model::PassId(std::string("record-").append(std::to_string(issued_by)));
}

Result<std::map<model::OperatorId, tlog::Checkpoint>> ReadHeads(const std::string& data_dir,
                                                                const std::string& gateway_name,
                                                                const crypto::KeyRing& keys) {
  std::map<model::OperatorId, tlog::Checkpoint> heads;
  const std::filesystem::path folder = std::filesystem::path(data_dir) / "heads";
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return heads;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".head") continue;
    FG_ASSIGN_OR_RETURN(const auto log, model::OperatorId::Parse(file.path().stem().string()));
    const std::string origin = OriginOf(gateway_name, log);
    const auto kept = HeadFile(file.path().string()).Read();
    if (!kept.ok() || !kept->has_value()) {
      return LogError("LOG_DAMAGED", origin, "its head file is malformed: " + file.path().string());
    }
    const auto checkpoint =
        tlog::OpenCheckpoint(**kept, LogKeys(keys, origin).CheckpointVerifier());
    if (!checkpoint.ok()) {
      return Status(Code::kFailedPrecondition, "WRONG_KEYS",
                    file.path().string() + " was signed with another log key");
    }
    heads.emplace(log, *checkpoint);
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
  const LogKeys log_keys(keys, until.origin);
  const tlog::VerifierKey record_key = log_keys.RecordVerifier();
  Closed closed(store, log);
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
      FG_RETURN_IF_ERROR(tlog::VerifyNote(note, record_key));
      storage::BatchItem item;
      FG_ASSIGN_OR_RETURN(item.keys, KeysOfEntry(note.text, tree.size()));
      FG_ASSIGN_OR_RETURN(const Json line, storage::LineOf(entry));
      FG_ASSIGN_OR_RETURN(item.changes, closed.Of(line, tree.size()));
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
        tlog::SignCheckpoint({until.origin, tree.size(), tree.Root()}, log_keys.checkpoint_key);
    const storage::ApplyResult applied = store.Apply(
        storage::Batch(log, first, std::move(items), std::move(changed), std::move(checkpoint)));
    FG_RETURN_IF_ERROR(applied.status);
  }
  return Status::Ok();
}

}  // namespace facegate::audit
