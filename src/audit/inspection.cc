#include "facegate/audit/inspection.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "audit/entry.h"
#include "audit/head_file.h"
#include "audit/rotation.h"
#include "facegate/audit/log_keys.h"
#include "facegate/core/time.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kPageRecords = 256;  // a tile's

void SortOnce(std::vector<std::string>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

// The row that belongs beside a record. Fails as KeysOfEntry.
Result<storage::IndexRow> RowOf(const storage::LogEntry& entry) {
  storage::IndexRow row;
  row.index = entry.index;
  const std::string_view line = std::string_view(entry.entry).substr(0, entry.entry.find('\n'));
  FG_ASSIGN_OR_RETURN(row.keys, KeysOfEntry(line, entry.index));
  SortOnce(row.keys.rules);
  SortOnce(row.keys.other_pseudonyms);
  row.leaf_hash = tlog::LeafHash(core::AsBytes(entry.entry));
  return row;
}

// The index rows of one page of records, by index.
Result<std::map<std::uint64_t, storage::IndexRow>> RowsFrom(const storage::Store& store,
                                                            const model::OperatorId& log,
                                                            std::uint64_t first) {
  FG_ASSIGN_OR_RETURN(std::vector<storage::IndexRow> rows,
                      store.ReadIndex(log, first, kPageRecords));
  std::map<std::uint64_t, storage::IndexRow> by_index;
  for (storage::IndexRow& row : rows) by_index.emplace(row.index, std::move(row));
  return by_index;
}

// Goes through one log once.
class Inspector {
 public:
  Inspector(const storage::Store& store, const LogGenerations& keys, const model::OperatorId& log,
            const Progress& progress)
      : store_(store), keys_(keys), log_(log), progress_(progress) {
    found_.origin = keys.origin();
  }

  Status Run(const std::string& head_path) {
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log_));
    found_.size = head.size;
    found_.minimum_index = head.minimum_index;
    const std::optional<Signed> signs = OpenCheckpoint(head);
    const std::optional<Signed> kept = OpenHeadFile(head_path);
    FG_RETURN_IF_ERROR(ReadPrunedHashes(kept));
    FG_RETURN_IF_ERROR(ReadRecords(kept));
    CheckPruning();
    CheckSuccession();
    if (tree_.size() < found_.size) return Status::Ok();  // the tree cannot be told
    CheckRoots(signs, kept);
    CheckSigners(head, signs, kept);
    return Status::Ok();
  }

  Inspection Take() && { return std::move(found_); }

 private:
  using Signed = LogGenerations::Signed;

  void Blame(Ill ill, std::optional<std::uint64_t> record, std::string what) {
    found_.faults.push_back({ill, record, std::move(what)});
  }

  // Of a checkpoint that does not open: `who` holds it, and `else_wrong` where its key is right.
  void BlameCheckpoint(const Status& why, const std::string& who, const char* else_wrong) {
    const bool by_others = why.code() == Code::kPermissionDenied;
    Blame(by_others ? Ill::kWrongKeys : Ill::kDamage, std::nullopt,
          who + (by_others ? " was signed with another log key" : else_wrong));
  }

  std::optional<Signed> OpenCheckpoint(const storage::LogHead& head) {
    if (head.size == 0) return std::nullopt;
    const auto opened = keys_.OpenCheckpoint(head.checkpoint);
    if (opened.ok() && opened->checkpoint.size == head.size) return *opened;
    BlameCheckpoint(opened.status(), "the stored checkpoint",
                    " is malformed, or is that of another size");
    return std::nullopt;
  }

  std::optional<Signed> OpenHeadFile(const std::string& path) {
    found_.unproven.emplace_back(
        "that nothing was left out before it was recorded: reconcile with the callers' own counts");
    const auto kept = path.empty() ? std::optional<std::string>() : ReadHeadFile(path);
    if (!kept) {
      found_.unproven.emplace_back(
          "that nothing was cut off its end: there is no head file; compare with a copy or a "
          "receipt");
      return std::nullopt;
    }
    found_.unproven.emplace_back(
        "that the database and its head file were not set back together: compare with a copy, a "
        "receipt or a witness");
    const int number = tlog::OriginIn(*kept).number;
    const int stored_number = tlog::ParseOrigin(keys_.origin()).number;
    if (number > stored_number) {
      Blame(Ill::kRollback, found_.size, "its head file is that of a log that succeeded it");
      return std::nullopt;
    }
    const auto opened = keys_.OpenCheckpoint(*kept);
    if (opened.ok() && number < stored_number) {
      closed_head_ = opened->checkpoint;
      return std::nullopt;
    }
    if (opened.ok()) {
      if (opened->checkpoint.size > found_.size) {
        Blame(Ill::kRollback, found_.size,
              "the log ends before this record, but its head file knows " +
                  std::to_string(opened->checkpoint.size));
      }
      return *opened;
    }
    BlameCheckpoint(opened.status(), "the head file", " is malformed");
    return std::nullopt;
  }

  std::optional<std::string> ReadHeadFile(const std::string& path) {
    auto kept = HeadFile(path).Read();
    if (kept.ok()) return std::move(kept).value();
    Blame(Ill::kDamage, std::nullopt, "the head file cannot be read: " + kept.status().message());
    return std::nullopt;
  }

  void Append(const core::Hash256& leaf, const std::optional<Signed>& kept) {
    tree_.Append(leaf);
    if (closed_head_ && tree_.size() == closed_head_->size) root_at_closed_head_ = tree_.Root();
    if (!kept || tree_.size() != kept->checkpoint.size) return;
    root_at_head_ = tree_.Root();
    signers_at_head_ = records_.signers();
  }

  // Of what was pruned there are the tiles alone. Stops at the first that is missing.
  Status ReadPrunedHashes(const std::optional<Signed>& kept) {
    if (found_.minimum_index == 0) return Status::Ok();
    found_.unproven.push_back("what the records below " + std::to_string(found_.minimum_index) +
                              " said: they were pruned, and their hashes are kept");
    while (tree_.size() < found_.minimum_index) {
      const std::uint64_t index = tree_.size() / storage::kTileHashes;
      const auto tile = store_.ReadTile(log_, {0, index});
      if (!tile.ok() && tile.status().code() != Code::kNotFound) return tile.status();
      if (!tile.ok() || tile->size() != storage::kTileBytes) {
        Blame(Ill::kMissing, std::nullopt,
              "tile " + std::to_string(index) + " of level 0, of pruned records, is not there");
        return Status::Ok();
      }
      core::Hash256 leaf{};
      for (auto at = tile->begin(); at != tile->end(); at += leaf.size()) {
        std::copy_n(at, leaf.size(), leaf.begin());
        Append(leaf, kept);
      }
      FG_RETURN_IF_ERROR(CheckTiles());
      if (progress_) progress_(tree_.size(), found_.size);
    }
    root_of_pruned_ = tree_.Root();
    return Status::Ok();
  }

  Status ReadRecords(const std::optional<Signed>& kept) {
    if (tree_.size() < found_.minimum_index) return Status::Ok();
    while (tree_.size() < found_.size) {
      const std::uint64_t first = tree_.size();
      FG_ASSIGN_OR_RETURN(const auto entries, ReadUpToGap(first));
      FG_ASSIGN_OR_RETURN(auto rows, RowsFrom(store_, log_, first));
      rows.erase(rows.lower_bound(first + entries.size()), rows.end());  // of no record
      FG_RETURN_IF_ERROR(CheckQueries(rows));
      for (const storage::LogEntry& entry : entries) {
        if (entry.index != tree_.size()) break;
        CheckRecord(entry);
        CheckRow(entry, rows[entry.index]);
        Append(tlog::LeafHash(core::AsBytes(entry.entry)), kept);
        ++found_.records_checked;
      }
      if (tree_.size() == first) {
        Blame(Ill::kMissing, first, "the record is not there");
        return Status::Ok();
      }
      FG_RETURN_IF_ERROR(CheckTiles());
      if (progress_) progress_(tree_.size(), found_.size);
    }
    return Status::Ok();
  }

  // A page of records, or those before the first that is missing: a store calls a gap damage.
  Result<std::vector<storage::LogEntry>> ReadUpToGap(std::uint64_t first) {
    Result<std::vector<storage::LogEntry>> page = store_.ReadEntries(log_, first, kPageRecords);
    if (page.status().code() != Code::kDataLoss) return page;
    std::vector<storage::LogEntry> before;
    while (before.size() < kPageRecords) {
      auto one = store_.ReadEntries(log_, first + before.size(), 1);
      if (one.status().code() == Code::kDataLoss || (one.ok() && one->empty())) break;
      if (!one.ok()) return one.status();
      before.push_back(std::move(one->front()));
    }
    return before;
  }

  void CheckRecord(const storage::LogEntry& entry) {
    if (has_bad_record_) return;
    const std::string wrong = WrongWith(entry);
    has_bad_record_ = !wrong.empty();
    if (has_bad_record_) Blame(Ill::kDamage, entry.index, wrong);
  }

  std::string WrongWith(const storage::LogEntry& entry) {
    const auto note = tlog::ParseNote(entry.entry);
    if (!note.ok()) return "it is no signed note";
    if (const Status taken = records_.Take(*note); !taken.ok()) {
      return taken.reason() == "ROTATION_UNPROVED" ? taken.message()
                                                   : "its signature does not verify";
    }
    const auto line = core::Json::Parse(note->text);
    if (!line.ok() || line->IntOr("index", -1) != static_cast<std::int64_t>(entry.index)) {
      return "it says that it belongs elsewhere";
    }
    const auto time = core::ParseRfc3339(line->StringOr("time", ""));
    if (!time.ok() || *time < last_time_) return "its time is before that of the record above it";
    last_time_ = *time;
    const std::string type = line->StringOr("type", "");
    if (type == storage::kPrunedType) said_pruned_ = *line;
    if (type == kSuccessionType) TellLost(entry.index, *line);
    return "";
  }

  // Whoever can write to the database can say that records were pruned. The log must say it too:
  // its newest record of that kind, of which more may be to come than was done.
  void CheckPruning() {
    if (found_.minimum_index == 0 || has_bad_record_ || tree_.size() < found_.size) return;
    const auto said = static_cast<std::uint64_t>(said_pruned_.IntOr("minimum_index", 0));
    const std::string below = std::to_string(found_.minimum_index);
    if (said < found_.minimum_index) {
      Blame(Ill::kMissing, 0,
            "records below " + below +
                " are gone, and no record of the log says that they were pruned");
    } else if (said == found_.minimum_index &&
               said_pruned_.StringOr("root", "") != core::HexEncode(root_of_pruned_)) {
      Blame(Ill::kDamage, std::nullopt,
            "the hash tiles below " + below + " are not those of the records that were pruned");
    }
  }

  void TellLost(std::uint64_t index, const core::Json& line) {
    ClosedLog closed(line, index);
    found_.unproven.push_back("what " + std::to_string(closed.size - std::min(index, closed.size)) +
                              " records of " + closed.origin + " said, from " +
                              std::to_string(index) +
                              " on: they were lost, and this log succeeds it");
    if (closed_head_ && closed.origin == closed_head_->origin) closed_ = std::move(closed);
  }

  // A head file of a log that this one succeeded, as a restore leaves it until the next start, must
  // be within what was lost, and begin with what was kept.
  void CheckSuccession() {
    if (!closed_head_ || has_bad_record_ || tree_.size() < found_.size) return;
    if (closed_ && closed_->HadHead(*closed_head_, root_at_closed_head_)) return;
    Blame(Ill::kFork, std::nullopt,
          "the head file is that of " + closed_head_->origin + " at " +
              std::to_string(closed_head_->size) +
              " records, which is not the log that this one says it succeeds");
  }

  void CheckRow(const storage::LogEntry& entry, const storage::IndexRow& row) {
    const auto wanted = RowOf(entry);
    if (!wanted.ok() || row == *wanted) return;
    if (found_.index_rows_wrong++ == 0) found_.first_index_row_wrong = entry.index;
  }

  // Whether queries find the records of a page: one of each kind, and the last. Rows that are
  // wrong are found by what they say; what is wrong about them is told where they are read.
  Status CheckQueries(const std::map<std::uint64_t, storage::IndexRow>& rows) {
    std::vector<storage::IndexKeys> kinds;
    for (const auto& [index, row] : rows) {
      if (found_.first_record_not_found) return Status::Ok();
      storage::IndexKeys kind = row.keys;
      kind.time = {};
      kind.subject_pseudonym.clear();
      kind.other_pseudonyms.clear();
      const bool is_last = index == rows.rbegin()->first;
      if (!is_last && std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) continue;
      FG_ASSIGN_OR_RETURN(const bool is_found, IsFound(row));
      if (!is_found) found_.first_record_not_found = index;
      kinds.push_back(std::move(kind));
    }
    return Status::Ok();
  }

  // Whether a query for all that a row says gives its record, with each of its rules.
  Result<bool> IsFound(const storage::IndexRow& row) const {
    const storage::IndexKeys& keys = row.keys;
    storage::LogQuery query;
    query.from = keys.time;
    query.until = keys.time + 1;
    query.type = keys.type;
    query.site = keys.site;
    query.access_point = keys.access_point;
    query.camera = keys.camera;
    query.purpose = keys.purpose;
    query.verdict = keys.verdict;
    query.reason = keys.reason;
    query.first_index = row.index;
    query.limit = 1;
    std::vector<std::string> rules = keys.rules;
    if (rules.empty()) rules.emplace_back();
    for (std::string& rule : rules) {
      query.rule = std::move(rule);
      FG_ASSIGN_OR_RETURN(const auto found, store_.QueryLog(log_, query));
      if (found.empty() || found.front().index != row.index) return false;
    }
    return true;
  }

  // Whether the tiles that the records made are the stored ones.
  Status CheckTiles() {
    for (const auto& [id, hashes] : tree_.TakeChangedTiles()) {
      const bool is_complete = hashes.size() == storage::kTileBytes;
      if (has_bad_tile_ || (!is_complete && tree_.size() < found_.size)) continue;
      const auto stored = store_.ReadTile(log_, {id.level, id.index});
      if (!stored.ok() && stored.status().code() != Code::kNotFound) return stored.status();
      if (stored.ok() && *stored == hashes) continue;
      has_bad_tile_ = true;
      Blame(stored.ok() ? Ill::kDamage : Ill::kMissing, std::nullopt,
            "tile " + std::to_string(id.index) + " of level " + std::to_string(id.level) +
                (stored.ok() ? " is not that of the records" : " is not there"));
    }
    return Status::Ok();
  }

  void CheckRoots(const std::optional<Signed>& signs, const std::optional<Signed>& kept) {
    if (signs && tree_.Root() != signs->checkpoint.root) {
      Blame(Ill::kDamage, std::nullopt, "the stored checkpoint signs other records");
    }
    if (Reaches(kept) && root_at_head_ != kept->checkpoint.root) {
      Blame(Ill::kFork, std::nullopt,
            "the first " + std::to_string(kept->checkpoint.size) +
                " records are not those that the head file signs");
    }
  }

  bool Reaches(const std::optional<Signed>& kept) const {
    return kept && kept->checkpoint.size <= found_.size && kept->checkpoint.size > 0;
  }

  // Whether the generations signed that the records had put in force by then.
  void CheckSigners(const storage::LogHead& head, const std::optional<Signed>& signs,
                    const std::optional<Signed>& kept) {
    if (has_bad_record_) return;  // they cannot be told
    if (signs && !AreSigners(records_.signers(), signs->position, head.checkpoint)) {
      Blame(Ill::kWrongKeys, std::nullopt,
            "the stored checkpoint was not signed with the log keys that its records have in "
            "force");
    }
    // A head file that ends where records were pruned has none behind it that tell.
    const bool can_tell = Reaches(kept) && !signers_at_head_.empty();
    if (can_tell && signers_at_head_.back()->position != kept->position) {
      Blame(Ill::kWrongKeys, std::nullopt,
            "the head file was not signed with the log keys that the records have in force");
    }
  }

  // Both where the last record hands the log over.
  static bool AreSigners(const Signers& signers, int newest, const std::string& checkpoint) {
    if (signers.back()->position != newest) return false;
    return std::all_of(signers.begin(), signers.end(), [&checkpoint](const LogKeys* keys) {
      return tlog::OpenCheckpoint(checkpoint, keys->CheckpointVerifier()).ok();
    });
  }

  const storage::Store& store_;
  const LogGenerations& keys_;
  const model::OperatorId& log_;
  const Progress& progress_;
  RecordVerifier records_{keys_, std::nullopt};
  Inspection found_;
  tlog::GrowingTree tree_;
  core::Hash256 root_at_head_{};
  Signers signers_at_head_;
  core::Hash256 root_of_pruned_{};
  core::Json said_pruned_;  // the newest record of pruning
  // Where the head file is of a log that this one succeeded: its checkpoint, and what is said of
  // it.
  std::optional<tlog::Checkpoint> closed_head_;
  std::optional<ClosedLog> closed_;
  core::Hash256 root_at_closed_head_{};
  core::Timestamp last_time_;
  bool has_bad_record_ = false;
  bool has_bad_tile_ = false;
};

}  // namespace

std::string_view IllWord(Ill ill) {
  switch (ill) {
    case Ill::kDamage:
      return "DAMAGE";
    case Ill::kMissing:
      return "MISSING";
    case Ill::kFork:
      return "FORK";
    case Ill::kRollback:
      return "ROLLBACK";
    case Ill::kWrongKeys:
      return "WRONG_KEYS";
  }
  return "DAMAGE";
}

Result<std::vector<model::OperatorId>> KnownLogs(const storage::Store& store,
                                                 const std::string& data_dir) {
  FG_ASSIGN_OR_RETURN(const auto stored, store.ListLogs());
  std::set<model::OperatorId> logs(stored.begin(), stored.end());
  if (!data_dir.empty()) {
    FG_ASSIGN_OR_RETURN(const auto kept, LogsWithHeads(data_dir));
    logs.insert(kept.begin(), kept.end());
  }
  return std::vector<model::OperatorId>(logs.begin(), logs.end());
}

Result<Inspection> InspectLog(const storage::Store& store, const crypto::KeyRing& keys,
                              const std::string& gateway_name, const std::string& data_dir,
                              const model::OperatorId& log, const Progress& progress) {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, store.GetLogHead(log));
  const LogGenerations log_keys(
      keys, {OriginOf(gateway_name, log), tlog::OriginIn(head.checkpoint).number});
  Inspector inspector(store, log_keys, log, progress);
  FG_RETURN_IF_ERROR(inspector.Run(data_dir.empty() ? "" : HeadPath(data_dir, log)));
  return std::move(inspector).Take();
}

Result<std::uint64_t> RebuildIndex(storage::Store& store, const model::OperatorId& log,
                                   const Progress& progress) {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, store.GetLogHead(log));
  std::uint64_t mended = 0;
  for (std::uint64_t first = head.minimum_index; first < head.size; first += kPageRecords) {
    FG_ASSIGN_OR_RETURN(const auto entries, store.ReadEntries(log, first, kPageRecords));
    FG_ASSIGN_OR_RETURN(auto rows, RowsFrom(store, log, first));
    // Those that are right too: what the store sums up from them is made again with them.
    std::vector<storage::IndexRow> right;
    for (const storage::LogEntry& entry : entries) {
      if (entry.index >= first + kPageRecords) break;
      Result<storage::IndexRow> wanted = RowOf(entry);
      if (!wanted.ok()) continue;
      mended += rows[entry.index] != *wanted ? 1 : 0;
      right.push_back(*std::move(wanted));
    }
    FG_RETURN_IF_ERROR(store.ReplaceIndex(log, right));
    if (progress) progress(std::min(first + kPageRecords, head.size), head.size);
  }
  return mended;
}

}  // namespace facegate::audit
