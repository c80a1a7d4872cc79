#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "backup/manifest.h"
#include "facegate/alternatives/restored.h"
#include "facegate/audit/log_keys.h"
#include "facegate/audit/tail.h"
#include "facegate/core/durable_file.h"
#include "facegate/core/metrics.h"
#include "facegate/crypto/primitives.h"
#include "facegate/custody/custody_service.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"

namespace facegate::backup {
namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kCopyFileBytesMax = std::size_t{64} << 20;

Status Damaged(const std::string& path, const std::string& what) {
  return Status(Code::kDataLoss, "BACKUP_DAMAGED", path + ": " + what);
}

// Where the records of a log can be read up to a head that this gateway signed.
struct Source {
  tlog::Checkpoint head;
  audit::RecordReader read;
};

// Records from a copy on disk (`facegate audit export`).
audit::RecordReader CopyReader(std::string folder, std::uint64_t size) {
  return [folder = std::move(folder), size](std::uint64_t first,
                                            std::size_t) -> Result<std::vector<std::string>> {
    const std::uint64_t bundle = first / tlog::kTileWidth;
    const auto width = static_cast<int>(
        std::min<std::uint64_t>(tlog::kTileWidth, size - bundle * tlog::kTileWidth));
    const std::string path = folder + "/" + tlog::BundlePath(bundle, width);
    FG_ASSIGN_OR_RETURN(const std::string bytes, core::ReadWholeFile(path, kCopyFileBytesMax));
    FG_ASSIGN_OR_RETURN(std::vector<std::string> entries, tlog::ParseBundle(core::AsBytes(bytes)));
    const auto skip = std::min<std::size_t>(first % tlog::kTileWidth, entries.size());
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(skip));
    return entries;
  };
}

audit::RecordReader StoreReader(const storage::Store& store, const model::OperatorId& log) {
  return [&store, log](std::uint64_t first, std::size_t count) -> Result<std::vector<std::string>> {
    FG_ASSIGN_OR_RETURN(auto found, store.ReadEntries(log, first, count));
    std::vector<std::string> entries;
    entries.reserve(found.size());
    for (storage::LogEntry& entry : found) entries.push_back(std::move(entry.entry));
    return entries;
  };
}

// A restore under way: the present store, and the new database beside it until it is whole.
class Restoring {
 public:
  Restoring(const RestoreOptions& options, const crypto::KeyRing& keys, const core::Clock& clock,
            core::Logger& logger)
      : options_(options),
        keys_(keys),
        clock_(clock),
        logger_(logger),
        new_path_(options.store_path + ".restoring"),
        new_data_(options.store_path + ".restoring.data") {}
  ~Restoring() { RemoveNew(); }
  Restoring(const Restoring&) = delete;
  Restoring& operator=(const Restoring&) = delete;

  Result<Restored> Run() {
    FG_RETURN_IF_ERROR(CheckBackup());
    FG_RETURN_IF_ERROR(OpenPresent());
    FG_RETURN_IF_ERROR(OpenNew());
    FG_RETURN_IF_ERROR(AppendTails());
    FG_RETURN_IF_ERROR(ApplyAndRecord());
    FG_RETURN_IF_ERROR(Replace());
    return std::move(restored_);
  }

 private:
  Status CheckBackup() {
    FG_ASSIGN_OR_RETURN(restored_.manifest,
                        OpenManifest(options_.backup_path, options_.gateway_name, keys_));
    const Manifest& manifest = restored_.manifest;
    // Whichever is stricter: what it was made under, or what is configured today.
    const core::Timestamp end =
        std::min(manifest.expires_at, manifest.created_at + options_.days_max * core::kMsPerDay);
    if (clock_.Now() >= end) {
      return Status(Code::kFailedPrecondition, "BACKUP_EXPIRED",
                    options_.backup_path + ": its time was up at " + core::FormatRfc3339(end) +
                        "; delete it");
    }
    FG_ASSIGN_OR_RETURN(const FileHash hash, HashFile(options_.backup_path));
    if (hash.sha256 != manifest.sha256 || hash.size_bytes != manifest.size_bytes) {
      return Damaged(options_.backup_path, "not the bytes that its manifest was signed over");
    }
    return Status::Ok();
  }

  // Held to the end, so that no gateway starts meanwhile. One that is damaged is not read.
  Status OpenPresent() {
    storage::SqliteOptions options;
    options.path = options_.store_path;
    auto present = storage::OpenSqliteStore(options);
    if (present.ok()) {
      present_ = std::move(present).value();
      return Status::Ok();
    }
    const bool is_unusable = present.status().code() == Code::kDataLoss;
    if (!is_unusable) return present.status();
    logger_.Warn("present_database_unusable", {{"reason", present.status().reason()}});
    return Status::Ok();
  }

  Status OpenNew() {
    RemoveNew();
    std::error_code error;
    fs::copy_file(options_.backup_path, new_path_, error);
    if (!error) {
      fs::permissions(new_path_, fs::perms::owner_read | fs::perms::owner_write, error);
    }
    if (error) return Damaged(new_path_, "cannot be written: " + error.message());
    storage::SqliteOptions options;
    options.path = new_path_;
    FG_ASSIGN_OR_RETURN(new_, storage::OpenSqliteStore(options));
    for (const auto& [op, size] : restored_.manifest.log_sizes) {
      FG_ASSIGN_OR_RETURN(const storage::LogHead head, new_->GetLogHead(op));
      if (head.size != size) return Damaged(options_.backup_path, "other logs than its manifest's");
      restored_.logs[op].backup_size = size;
    }
    return Status::Ok();
  }

  std::string OriginOf(const model::OperatorId& op) const {
    return audit::OriginOf(options_.gateway_name, op);
  }
  // Signed by any generation of the keys of any of the operator's logs.
  Result<tlog::Checkpoint> OpenCheckpoint(const model::OperatorId& op,
                                          const std::string& note) const {
    const audit::LogGenerations keys(keys_, {OriginOf(op), tlog::OriginIn(note).number});
    FG_ASSIGN_OR_RETURN(auto opened, keys.OpenCheckpoint(note));
    return std::move(opened.checkpoint);
  }

  Status AddCopies() {
    for (const std::string& folder : options_.log_copies) {
      FG_ASSIGN_OR_RETURN(const std::string note,
                          core::ReadWholeFile(folder + "/checkpoint", kCopyFileBytesMax));
      const std::string base = tlog::OriginIn(note).base;
      const std::size_t slash = base.rfind('/');
      const auto op =
          model::OperatorId::Parse(slash == std::string::npos ? "" : base.substr(slash + 1));
      if (!op.ok()) return Damaged(folder, "not a copy of a log of this gateway");
      FG_ASSIGN_OR_RETURN(const tlog::Checkpoint head, OpenCheckpoint(*op, note));
      AddSource(*op, {head, CopyReader(folder, head.size)});
    }
    return Status::Ok();
  }

  Status AddPresent() {
    if (present_ == nullptr) return Status::Ok();
    FG_ASSIGN_OR_RETURN(const auto logs, present_->ListLogs());
    for (const model::OperatorId& op : logs) {
      FG_ASSIGN_OR_RETURN(const storage::LogHead head, present_->GetLogHead(op));
      FG_ASSIGN_OR_RETURN(const tlog::Checkpoint checkpoint, OpenCheckpoint(op, head.checkpoint));
      AddSource(op, {checkpoint, StoreReader(*present_, op)});
    }
    return Status::Ok();
  }

  // Whether one head of an operator's logs is as new as another.
  static bool Reaches(const tlog::Checkpoint& head, const tlog::Checkpoint& other) {
    return std::pair(tlog::ParseOrigin(head.origin).number, head.size) >=
           std::pair(tlog::ParseOrigin(other.origin).number, other.size);
  }

  // The newest counts.
  void AddSource(const model::OperatorId& op, Source source) {
    const auto found = sources_.find(op);
    if (found != sources_.end() && Reaches(found->second.head, source.head)) return;
    sources_.insert_or_assign(op, std::move(source));
  }

  Status AppendTails() {
    FG_ASSIGN_OR_RETURN(const auto heads,
                        audit::ReadHeads(options_.data_dir, options_.gateway_name, keys_));
    FG_RETURN_IF_ERROR(AddPresent());
    FG_RETURN_IF_ERROR(AddCopies());
    for (const auto& [op, head] : heads) restored_.logs.try_emplace(op);
    for (const auto& [op, source] : sources_) restored_.logs.try_emplace(op);
    for (auto& [op, log] : restored_.logs) {
      const auto head = heads.find(op);
      FG_RETURN_IF_ERROR(AppendTail(op, log, head == heads.end() ? nullptr : &head->second));
    }
    return Status::Ok();
  }

  Status AppendTail(const model::OperatorId& op, RestoredLog& log, const tlog::Checkpoint* head) {
    const auto source = sources_.find(op);
    const bool has_source = source != sources_.end();
    FG_ASSIGN_OR_RETURN(tlog::Checkpoint end, EndOfBackup(op));
    if (has_source && !Reaches(end, source->second.head)) end = source->second.head;
    const bool is_missing = head != nullptr && !Reaches(end, *head);
    const bool is_unknown = head == nullptr && !has_source;
    if (is_missing && !options_.without_tail) {
      return Status(Code::kFailedPrecondition, "LOG_TAIL_MISSING",
                    "log " + head->origin + " went on to record " + std::to_string(head->size) +
                        ", the backup ends at " + std::to_string(log.backup_size) +
                        ": give a copy of it that reaches as far");
    }
    if (is_unknown && !options_.without_tail) {
      return Status(Code::kFailedPrecondition, "LOG_TAIL_UNKNOWN",
                    "nothing says how far log " + end.origin +
                        " went after the backup: give a copy of it, or accept that records may be "
                        "lost");
    }
    if (end.size < log.backup_size) {
      return Status(Code::kDataLoss, "LOG_FORKED",
                    "log " + end.origin + " succeeded the one that the backup is of, and ends at " +
                        std::to_string(end.size) + " records, before the backup's " +
                        std::to_string(log.backup_size));
    }
    if (has_source && end.size > log.backup_size) {
      FG_RETURN_IF_ERROR(
          audit::AppendTail(*new_, keys_, op, source->second.head, source->second.read));
      log.tail = end.size - log.backup_size;
    }
    log.origin = end.origin;
    const tlog::Checkpoint& lost = is_missing ? *head : end;
    if ((!is_missing && !is_unknown) || lost.size == 0) return Status::Ok();
    FG_ASSIGN_OR_RETURN(log.origin, audit::Succeed(*new_, keys_, clock_, op, lost));
    log.succeeds = lost.origin;
    log.lost = lost.size - end.size;
    return Status::Ok();
  }

  // As far as the backup has a log, by its own checkpoint.
  Result<tlog::Checkpoint> EndOfBackup(const model::OperatorId& op) const {
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, new_->GetLogHead(op));
    if (head.size == 0) return tlog::Checkpoint{OriginOf(op), 0, tlog::EmptyRoot()};
    return OpenCheckpoint(op, head.checkpoint);
  }

  // With copies of the head files, which the new database must satisfy.
  Status ApplyAndRecord() {
    std::error_code error;
    if (fs::exists(options_.data_dir, error)) {
      FG_RETURN_IF_ERROR(core::MakeFolder(new_data_));
      for (const char* part : {"suppressions", "heads"}) {
        const fs::path from = fs::path(options_.data_dir) / part;
        const fs::path to = fs::path(new_data_) / part;
        if (fs::exists(from, error)) fs::copy(from, to, fs::copy_options::recursive, error);
        if (error) return Damaged(to.string(), "cannot be written: " + error.message());
      }
    }
    core::MemoryMetrics metrics;
    core::NullLogger quiet;  // it has no head files, and says so
    audit::LedgerOptions options;
    options.gateway_name = options_.gateway_name;
    options.data_dir = new_data_;
    FG_ASSIGN_OR_RETURN(const auto ledger,
                        audit::Ledger::Open(*new_, keys_, clock_, metrics, quiet, options));
    for (const auto& [op, log] : restored_.logs) {
      FG_ASSIGN_OR_RETURN(storage::Changes changes, ChangedSince(op, log));
      audit::Event event;
      event.type = "backup.restored";
      event.log = op;
      event.actor = audit::GatewayItself();
      event.request_id = crypto::RandomUuid();
      event.body.Set("records", log.backup_size)
          .Set("tail", log.tail)
          .Set("sha256", restored_.manifest.sha256)
          .Set("created_at", core::FormatRfc3339(restored_.manifest.created_at));
      FG_RETURN_IF_ERROR(ledger->Append(event, std::move(changes)).status());
    }
    return Status::Ok();
  }

  // What the records that were put back closed: a holder token that was revoked since the backup
  // stays revoked, a badge that was removed stays removed, a pass that was used stays used.
  Result<storage::Changes> ChangedSince(const model::OperatorId& op, const RestoredLog& log) const {
    storage::Changes changes;
    const std::uint64_t end = log.backup_size + log.tail;
    for (std::uint64_t next = log.backup_size; next < end;) {
      FG_ASSIGN_OR_RETURN(const auto entries, new_->ReadEntries(op, next, end - next));
      if (entries.empty()) break;
      for (const storage::LogEntry& entry : entries) {
        FG_ASSIGN_OR_RETURN(const core::Json record, storage::LineOf(entry.entry));
        FG_RETURN_IF_ERROR(alternatives::AddClosedBy(record, op, *new_, changes));
        FG_ASSIGN_OR_RETURN(storage::Changes of_it, custody::ChangesOf(record, op));
        std::move(of_it.begin(), of_it.end(), std::back_inserter(changes));
      }
      next = entries.back().index + 1;
    }
    return changes;
  }

  Status Replace() {
    new_.reset();  // moves its -wal in
    std::error_code error;
    if (fs::exists(new_path_ + "-wal", error)) {
      return Damaged(new_path_, "its -wal could not be moved in");
    }
    // The new file has no -wal: one of the present database must not be taken for its.
    present_.reset();
    for (const char* part : {"-wal", "-shm"}) fs::remove(options_.store_path + part, error);
    fs::rename(new_path_, options_.store_path, error);
    if (error) return Damaged(options_.store_path, "cannot be replaced: " + error.message());
    return KeepHeads();
  }

  // The head files learn at once what is in the new database, so that losing it now would show too.
  // Those of before fit it as well: a crash in between is as one of a gateway.
  Status KeepHeads() const {
    const std::string folder = options_.data_dir + "/heads";
    FG_RETURN_IF_ERROR(core::MakeFolder(options_.data_dir));
    FG_RETURN_IF_ERROR(core::MakeFolder(folder));
    for (const auto& file : fs::directory_iterator(new_data_ + "/heads")) {
      FG_ASSIGN_OR_RETURN(const std::string head,
                          core::ReadWholeFile(file.path().string(), kCopyFileBytesMax));
      FG_RETURN_IF_ERROR(core::ReplaceFile(folder + "/" + file.path().filename().string(), head));
    }
    return Status::Ok();
  }

  void RemoveNew() {
    std::error_code ignored;
    new_.reset();
    for (const char* part : {"", "-wal", "-shm", ".lock"}) fs::remove(new_path_ + part, ignored);
    fs::remove_all(new_data_, ignored);
  }

  const RestoreOptions& options_;
  const crypto::KeyRing& keys_;
  const core::Clock& clock_;
  core::Logger& logger_;
  const std::string new_path_;
  const std::string new_data_;
  Restored restored_;
  std::unique_ptr<storage::Store> present_;
  std::unique_ptr<storage::Store> new_;
  std::map<model::OperatorId, Source> sources_;
};

}  // namespace

Result<Restored> Restore(const RestoreOptions& options, const crypto::KeyRing& keys,
                         const core::Clock& clock, core::Logger& logger) {
  return Restoring(options, keys, clock, logger).Run();
}

}  // namespace facegate::backup
