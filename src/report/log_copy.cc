#include "facegate/report/log_copy.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "facegate/tlog/merkle.h"
#include "facegate/tlog/minimum_index.h"
#include "facegate/tlog/note.h"
#include "facegate/tlog/origin.h"
#include "report/opened_copy.h"

namespace facegate::report {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPruned = "log.pruned";
// How many bundles are read and checked at once: what bounds the memory.
constexpr std::uint64_t kBundlesAtOnce = 16;

// One bundle: its records and their leaf hashes, up to the first that is at fault.
struct CheckedBundle {
  std::vector<OpenedRecord> records;
  std::vector<tlog::Hash256> leaves;
  std::optional<CopyFault> fault;
};

// Checks bundles one by one. Thread-safe: it only reads.
class BundleCheck {
 public:
  BundleCheck(const OpenedCopy& copy, const CopyOptions& options)
      : copy_(copy), options_(options) {}

  CheckedBundle Run(std::uint64_t first) const {
    const int width = BundleWidth(first, copy_.checkpoint.size);
    return first < copy_.minimum_index ? TakeLeaves(first, width) : CheckRecords(first, width);
  }

 private:
  // Of what was pruned there are the hashes alone.
  CheckedBundle TakeLeaves(std::uint64_t first, int width) const {
    CheckedBundle bundle;
    const tlog::TileId id{0, first / tlog::kTileWidth};
    const auto tile = copy_.files.ReadTile(id, copy_.checkpoint.size);
    if (!tile.ok() || tile->size() != static_cast<std::size_t>(width) * sizeof(tlog::Hash256)) {
      bundle.fault = CopyFault{{},
                               tlog::TilePath(id, width),
                               "TILE_MISSING",
                               "the file is missing or cut off",
                               FaultKind::kMissing};
      return bundle;
    }
    bundle.leaves.resize(static_cast<std::size_t>(width));
    for (std::size_t i = 0; i < bundle.leaves.size(); ++i) {
      std::copy_n(tile->begin() + static_cast<std::ptrdiff_t>(i * sizeof(tlog::Hash256)),
                  sizeof(tlog::Hash256), bundle.leaves[i].begin());
    }
    return bundle;
  }

  CheckedBundle CheckRecords(std::uint64_t first, int width) const {
    CheckedBundle bundle;
    const std::string file = tlog::BundlePath(first / tlog::kTileWidth, width);
    const auto fail = [&bundle, &file](std::uint64_t index, std::string reason, std::string what,
                                       FaultKind kind) {
      bundle.fault = CopyFault{index, file, std::move(reason), std::move(what), kind};
    };
    const std::optional<std::string> content = copy_.files.Read(file);
    if (!content) {
      fail(first, "RECORD_MISSING", "the file is missing", FaultKind::kMissing);
      return bundle;
    }
    std::string_view rest = *content;
    for (int i = 0; i < width; ++i) {
      const std::uint64_t index = first + static_cast<std::uint64_t>(i);
      const std::optional<std::string_view> entry = TakeEntry(rest);
      if (!entry) {
        fail(index, "RECORD_MISSING", "the file ends inside the record", FaultKind::kDamage);
        return bundle;
      }
      core::Result<OpenedRecord> record = CheckRecord(index, *entry);
      if (!record.ok()) {
        fail(index, record.status().reason(), record.status().message(), FaultKind::kDamage);
        return bundle;
      }
      const bool is_read = options_.visit != nullptr || record->type == kPruned;
      if (!is_read) record->line = core::Json();
      bundle.records.push_back(std::move(record).value());
      bundle.leaves.push_back(tlog::LeafHash(core::AsBytes(*entry)));
    }
    if (!rest.empty()) {
      fail(first + static_cast<std::uint64_t>(width) - 1, "BUNDLE_TOO_LONG",
           "the file holds more than its records", FaultKind::kDamage);
    }
    return bundle;
  }

  core::Result<OpenedRecord> CheckRecord(std::uint64_t index, std::string_view entry) const {
    const core::Result<tlog::Note> note = tlog::ParseNote(entry);
    if (!note.ok()) {
      return core::Status(core::Code::kPermissionDenied, "RECORD_MALFORMED",
                          "the record is no signed note");
    }
    if (options_.signatures == Signatures::kAll) {
      FG_RETURN_IF_ERROR(copy_.chain.VerifyRecord(*note, index));
    }
    FG_ASSIGN_OR_RETURN(OpenedRecord record, ReadRecord(*note));
    if (record.index != index) {
      return core::Status(core::Code::kPermissionDenied, "INDEX_DIFFERS",
                          "the record says that it belongs elsewhere");
    }
    return record;
  }

  const OpenedCopy& copy_;
  const CopyOptions& options_;
};

// For people. A gateway knows no more of the log before than what was still there.
std::string WhatWasLost(const Succession& succession) {
  const std::string record = std::to_string(succession.record);
  if (succession.RecordsLost() == 0) {
    return "whether " + succession.previous_origin + " went on: record " + record +
           " says that it is not known to have had records from " + record + " on";
  }
  return "record " + record + " says that " + std::to_string(succession.RecordsLost()) +
         " records of " + succession.previous_origin + ", from " + record +
         " on, were lost: what they said cannot be shown";
}

// Walks a copy: some bundles are checked by all threads, then taken in order.
class CopyCheck {
 public:
  CopyCheck(const OpenedCopy& copy, const CopyOptions& options, const Progress& progress,
            std::optional<tlog::Checkpoint> older)
      : copy_(copy),
        options_(options),
        progress_(progress),
        older_(std::move(older)),
        bundles_(copy, options) {
    report_.checkpoint = copy.checkpoint;
    report_.minimum_index = copy.minimum_index;
    for (const HandOver& hand_over : copy.chain.hand_overs()) {
      if (hand_over.succession) {
        report_.successions.push_back(*hand_over.succession);
      } else {
        report_.rotations.push_back(hand_over.index);
      }
    }
  }

  CopyReport Run() {
    if (CheckOlder() && CheckBundles() && CheckRoot() && CheckPruning()) TellUnproved();
    return std::move(report_);
  }

 private:
  bool Fail(CopyFault fault) {
    report_.fault = std::move(fault);
    return false;
  }
  bool Fail(std::string file, std::string reason, std::string what,
            FaultKind kind = FaultKind::kDamage) {
    return Fail(CopyFault{{}, std::move(file), std::move(reason), std::move(what), kind});
  }

  // An older checkpoint is of the records that this copy begins with.
  bool CheckOlder() {
    if (!older_) return true;
    for (const Succession& succession : report_.successions) {
      const bool is_of_it = succession.previous_origin == older_->origin;
      if (is_of_it && older_->size > succession.record) return FailBeyond(succession);
    }
    if (older_->size > copy_.checkpoint.size) {
      return Fail(std::string(kCheckpointFile), "ROLLBACK",
                  "it ends at " + std::to_string(copy_.checkpoint.size) +
                      " records, and an older checkpoint signs " + std::to_string(older_->size),
                  FaultKind::kRollback);
    }
    return true;
  }

  // The older checkpoint is of the log that was succeeded, and signs more than is left of it.
  bool FailBeyond(const Succession& succession) {
    const bool is_other =
        older_->size > succession.previous_size ||
        (older_->size == succession.previous_size && older_->root != succession.previous_root);
    if (is_other) {
      return Fail(std::string(kCheckpointFile), "FORK",
                  "record " + std::to_string(succession.record) + " says that " + older_->origin +
                      " ended at " + std::to_string(succession.previous_size) +
                      " records, and an older checkpoint of it signs others",
                  FaultKind::kFork);
    }
    return Fail(std::string(kCheckpointFile), "ROLLBACK",
                "it has the first " + std::to_string(succession.record) + " records of " +
                    older_->origin + ", and an older checkpoint signs " +
                    std::to_string(older_->size),
                FaultKind::kRollback);
  }

  bool CheckBundles() {
    const std::uint64_t size = copy_.checkpoint.size;
    constexpr std::uint64_t kStep = kBundlesAtOnce * tlog::kTileWidth;
    for (std::uint64_t first = 0; first < size; first += kStep) {
      std::vector<CheckedBundle> checked = CheckSome(first, std::min(size, first + kStep));
      for (std::size_t i = 0; i < checked.size(); ++i) {
        if (!Take(first + i * tlog::kTileWidth, std::move(checked[i]))) return false;
        if (progress_) progress_(std::min(size, first + (i + 1) * tlog::kTileWidth), size);
      }
    }
    return true;
  }

  // The bundles of records `first` to `end`, on all threads.
  std::vector<CheckedBundle> CheckSome(std::uint64_t first, std::uint64_t end) const {
    const std::uint64_t count = (end - first + tlog::kTileWidth - 1) / tlog::kTileWidth;
    std::vector<CheckedBundle> checked(count);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < checked.size(); i = next++) {
        checked[i] = bundles_.Run(first + i * tlog::kTileWidth);
      }
    };
    const auto wanted = static_cast<std::uint64_t>(options_.threads);
    const std::uint64_t threads = wanted > 0 ? wanted : std::thread::hardware_concurrency();
    std::vector<std::thread> others;
    for (std::uint64_t i = 1; i < std::min(threads, count); ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    return checked;
  }

  bool Take(std::uint64_t first, CheckedBundle bundle) {
    const std::string file =
        tlog::BundlePath(first / tlog::kTileWidth, BundleWidth(first, copy_.checkpoint.size));
    for (std::size_t i = 0; i < bundle.leaves.size(); ++i) {
      if (!CheckSuccession(file)) return false;
      if (!bundle.records.empty() && !TakeRecord(bundle.records[i], file)) return false;
      tree_.Append(bundle.leaves[i]);
      if (older_ && tree_.size() == older_->size && tree_.Root() != older_->root) {
        return Fail(std::string(kCheckpointFile), "FORK",
                    "its first " + std::to_string(older_->size) +
                        " records are not those that an older checkpoint signs",
                    FaultKind::kFork);
      }
    }
    if (bundle.fault) return Fail(std::move(*bundle.fault));
    return CheckTiles(tree_.size() == copy_.checkpoint.size);
  }

  // Where the next record succeeds a log that lost nothing: its root is that of the records so far.
  bool CheckSuccession(const std::string& file) {
    const HandOver* next = copy_.chain.HandOverAt(tree_.size());
    if (next == nullptr || !next->succession || next->succession->RecordsLost() > 0) return true;
    if (tree_.Root() == next->succession->previous_root) return true;
    return Fail(CopyFault{next->index, file, "ROOT_DIFFERS",
                          "the records before it are not those that it says the log before had",
                          FaultKind::kDamage});
  }

  bool TakeRecord(const OpenedRecord& record, const std::string& file) {
    if (report_.records_checked > 0 && record.time < report_.last_time) {
      return Fail(CopyFault{record.index, file, "TIME_GOES_BACK",
                            "the record is older than the one before it", FaultKind::kDamage});
    }
    if (report_.records_checked == 0) report_.first_time = record.time;
    report_.last_time = record.time;
    ++report_.records_checked;
    ++report_.records_by_type[record.type];
    if (record.type == kPruned) TakePruning(record.line);
    if (options_.visit) options_.visit(record);
    return true;
  }

  // The record of what is gone here. A copy that was kept up may have more than its log has now.
  void TakePruning(const core::Json& line) {
    const std::int64_t said = line.IntOr("minimum_index", -1);
    is_pruning_lowered_ = is_pruning_lowered_ || said < newest_pruning_;
    newest_pruning_ = said;
    if (said == static_cast<std::int64_t>(copy_.minimum_index)) pruned_ = line;
  }

  // Compares the tiles that the last bundle completed, or at the end all that are left.
  bool CheckTiles(bool at_end) {
    for (auto& [id, hashes] : tree_.TakeChangedTiles()) pending_[id] = std::move(hashes);
    for (auto it = pending_.begin(); it != pending_.end();) {
      const int width = static_cast<int>(it->second.size() / sizeof(tlog::Hash256));
      if (width < tlog::kTileWidth && !at_end) {
        ++it;
        continue;
      }
      const std::string file = tlog::TilePath(it->first, width);
      const std::optional<std::string> content = copy_.files.Read(file);
      if (!content) return Fail(file, "TILE_MISSING", "the file is missing", FaultKind::kMissing);
      if (*content != core::AsText(it->second)) {
        return Fail(file, "TILE_DIFFERS", "the tile is not the hashes of the records");
      }
      it = pending_.erase(it);
    }
    return true;
  }

  bool CheckRoot() {
    if (tree_.Root() == copy_.checkpoint.root) return true;
    return Fail(std::string(kCheckpointFile), "ROOT_DIFFERS",
                "the records are not those that the checkpoint was signed over");
  }

  // What is gone must have been removed by the log, as a record of it says that none after it
  // takes back.
  bool CheckPruning() {
    if (copy_.minimum_index == 0) return true;
    const core::Result<tlog::Hash256> root =
        tlog::RootHash(copy_.minimum_index, copy_.files.TileReaderFor(copy_.checkpoint.size));
    const bool is_recorded =
        root.ok() && !is_pruning_lowered_ &&
        pruned_.IntOr("minimum_index", -1) == static_cast<std::int64_t>(copy_.minimum_index) &&
        pruned_.StringOr("root", "") == core::HexEncode(*root);
    if (is_recorded) return true;
    return Fail(std::string(kMinimumIndexFile), "PRUNING_DIFFERS",
                "no record of the log says that what the statement says is gone was pruned");
  }

  void TellUnproved() {
    if (!older_) {
      Tell("NO_OLDER_CHECKPOINT",
           "whether its end was cut off: give an older checkpoint, such as a receipt's (--older)");
    }
    Tell("OTHER_LOG", "whether others see another log of this name: compare copies or receipts");
    Tell("NOT_RECORDED", "what was never recorded: see gaps, and reconcile with a door's own log");
    if (copy_.minimum_index > 0) {
      Tell("PRUNED", "what the records below " + std::to_string(copy_.minimum_index) +
                         " said, and who signed them: only their hashes are kept");
    }
    for (const Succession& succession : report_.successions) {
      Tell("RECORDS_LOST", WhatWasLost(succession));
    }
    if (options_.signatures == Signatures::kCheckpoint) {
      Tell("RECORD_SIGNATURES",
           "that the record key signed each record: only the checkpoint's signature was checked");
    }
  }
  void Tell(std::string reason, std::string what) {
    report_.unproved.push_back({std::move(reason), std::move(what)});
  }

  const OpenedCopy& copy_;
  const CopyOptions& options_;
  const Progress& progress_;
  const std::optional<tlog::Checkpoint> older_;
  const BundleCheck bundles_;
  CopyReport report_;
  core::Json pruned_;  // the record of pruning that is of what is gone here
  std::int64_t newest_pruning_ = 0;
  bool is_pruning_lowered_ = false;
  tlog::GrowingTree tree_;
  std::map<tlog::TileId, core::Bytes> pending_;
};

// A checkpoint that the log, or one that it succeeded, signed at any time: by the chain's keys, or
// others in hand.
core::Result<tlog::Checkpoint> OpenOlder(const OpenedCopy& copy, const LogKeys& keys,
                                         std::string_view note) {
  core::Result<tlog::Checkpoint> opened = copy.chain.OpenAnyCheckpoint(note);
  if (!opened.ok()) opened = OpenCheckpoint(note, keys);
  if (!opened.ok()) return opened;
  if (tlog::ParseOrigin(opened->origin).number > tlog::ParseOrigin(copy.checkpoint.origin).number) {
    return core::Status(core::Code::kPermissionDenied, "ORIGIN_WRONG",
                        "it is of " + opened->origin + ", which succeeded the copy's log");
  }
  return opened;
}

core::Json SuccessionsJson(const std::vector<Succession>& successions) {
  core::Json list = core::Json::MakeArray();
  for (const Succession& succession : successions) {
    core::Json json = core::Json::MakeObject();
    json.Set("record", succession.record).Set("previousOrigin", succession.previous_origin);
    json.Set("previousSize", succession.previous_size)
        .Set("previousRoot", core::HexEncode(succession.previous_root))
        .Set("recordsLost", succession.RecordsLost());
    list.Push(std::move(json));
  }
  return list;
}

core::Status Unwritable(const fs::path& path) {
  return core::Status(core::Code::kUnavailable, "COPY_UNWRITABLE",
                      "cannot write " + path.string() + ": check space and permissions");
}

}  // namespace

std::string_view FaultKindWord(FaultKind kind) {
  switch (kind) {
    case FaultKind::kMissing:
      return "MISSING";
    case FaultKind::kDamage:
      return "DAMAGE";
    case FaultKind::kRollback:
      return "ROLLBACK";
    case FaultKind::kFork:
      return "FORK";
  }
  return "DAMAGE";
}

core::Result<CopyReport> VerifyLogCopy(const std::string& directory, const LogKeys& keys,
                                       const Progress& progress, const CopyOptions& options) {
  FG_RETURN_IF_ERROR(CheckIsDirectory(directory));
  CopyReport report;
  CopyFault fault;
  const std::optional<OpenedCopy> copy = OpenCopy(directory, keys, fault);
  if (!copy) {
    report.fault = std::move(fault);
    return report;
  }
  std::optional<tlog::Checkpoint> older;
  if (options.older_checkpoint) {
    core::Result<tlog::Checkpoint> opened = OpenOlder(*copy, keys, *options.older_checkpoint);
    if (!opened.ok()) {
      return core::Status(core::Code::kInvalidArgument, "OLDER_CHECKPOINT_BAD",
                          "the older checkpoint is not of this log: " + opened.status().message());
    }
    older = std::move(opened).value();
  }
  return CopyCheck(*copy, options, progress, std::move(older)).Run();
}

std::string CopyReportText(const CopyReport& report) {
  if (report.fault) {
    const CopyFault& fault = *report.fault;
    return "BAD: " + std::string(FaultKindWord(fault.kind)) + ": " +
           (fault.record ? "record " + std::to_string(*fault.record) + " in " : "") + fault.file +
           ": " + fault.reason + ": " + fault.what;
  }
  std::string text = "verified " + std::to_string(report.records_checked) + " records of " +
                     report.checkpoint.origin + ", root " +
                     core::HexEncode(report.checkpoint.root).substr(0, 16);
  for (const std::uint64_t rotation : report.rotations) {
    text += "\n  record " + std::to_string(rotation) + " rotates the log's keys, signed by both";
  }
  for (const Succession& succession : report.successions) {
    text += "\n  record " + std::to_string(succession.record) + " succeeds " +
            succession.previous_origin +
            ", signed by both: " + std::to_string(succession.RecordsLost()) + " records were lost";
  }
  for (const Unproved& unproved : report.unproved) {
    text += "\n  not shown: " + unproved.reason + ": " + unproved.what;
  }
  return text;
}

core::Json UnprovedJson(const std::vector<Unproved>& unproved) {
  core::Json list = core::Json::MakeArray();
  for (const Unproved& one : unproved) {
    core::Json json = core::Json::MakeObject();
    json.Set("reason", one.reason).Set("what", one.what);
    list.Push(std::move(json));
  }
  return list;
}

core::Json FaultJson(const CopyFault& fault) {
  core::Json json = core::Json::MakeObject();
  json.Set("kind", FaultKindWord(fault.kind));
  if (fault.record) json.Set("record", *fault.record);
  json.Set("file", fault.file).Set("reason", fault.reason).Set("what", fault.what);
  return json;
}

core::Json CopyReportJson(const CopyReport& report) {
  core::Json json = core::Json::MakeObject();
  json.Set("ok", report.ok()).Set("origin", report.checkpoint.origin);
  json.Set("size", report.checkpoint.size)
      .Set("root", core::HexEncode(report.checkpoint.root))
      .Set("minimumIndex", report.minimum_index)
      .Set("recordsChecked", report.records_checked);
  core::Json types = core::Json::MakeObject();
  for (const auto& [type, count] : report.records_by_type) types.Set(type, count);
  json.Set("recordsByType", std::move(types));
  if (report.records_checked > 0) {
    json.Set("firstTime", core::FormatRfc3339(report.first_time));
    json.Set("lastTime", core::FormatRfc3339(report.last_time));
  }
  core::Json rotations = core::Json::MakeArray();
  for (const std::uint64_t rotation : report.rotations) rotations.Push(rotation);
  json.Set("rotations", std::move(rotations));
  json.Set("successions", SuccessionsJson(report.successions));
  json.Set("unproved", UnprovedJson(report.unproved));
  if (report.fault) json.Set("fault", FaultJson(*report.fault));
  return json;
}

bool IsLogFilePath(std::string_view path) {
  return path == kCheckpointFile || path == kMinimumIndexFile || tlog::ParseTilePath(path).ok();
}

namespace {

// The index in a statement, whoever signed it; 0 where it is none.
std::uint64_t MinimumIndexIn(std::string_view note_bytes) {
  const core::Result<tlog::Note> note = tlog::ParseNote(note_bytes);
  if (!note.ok()) return 0;
  const core::Result<tlog::MinimumIndex> statement = tlog::ParseMinimumIndexText(note->text);
  return statement.ok() ? statement->index : 0;
}

}  // namespace

core::Result<LogCopyWriter> LogCopyWriter::Open(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error || !fs::is_directory(directory, error)) return Unwritable(directory);
  return LogCopyWriter(directory);
}

std::uint64_t LogCopyWriter::FullUpTo() const {
  const auto is_there = [this](const std::string& path) {
    std::error_code error;
    return fs::is_regular_file(fs::path(directory_) / path, error);
  };
  std::uint64_t records = MinimumIndex();
  while (is_there(tlog::BundlePath(records / tlog::kTileWidth, tlog::kTileWidth))) {
    records += tlog::kTileWidth;
  }
  std::uint64_t below = tlog::kTileWidth;  // a full tile of the level has so many records below it
  for (int level = 0; records >= below; ++level, below *= tlog::kTileWidth) {
    std::uint64_t tiles = 0;
    while (tiles < records / below && is_there(tlog::TilePath({level, tiles}, tlog::kTileWidth))) {
      ++tiles;
    }
    if (tiles < records / below) records = (tiles + 1) * below - tlog::kTileWidth;
  }
  return records;
}

std::optional<std::string> LogCopyWriter::Origin() const {
  std::ifstream in(fs::path(directory_) / kCheckpointFile, std::ios::binary);
  std::string line;
  if (!in || !std::getline(in, line)) return std::nullopt;
  return line;
}

std::uint64_t LogCopyWriter::MinimumIndex() const {
  std::ifstream in(fs::path(directory_) / kMinimumIndexFile, std::ios::binary);
  const std::string note{std::istreambuf_iterator<char>(in), {}};
  return MinimumIndexIn(note);
}

core::Status LogCopyWriter::Add(std::string_view path, core::ByteSpan content) {
  if (path == kMinimumIndexFile) {
    const std::uint64_t minimum_index = MinimumIndexIn(core::AsText(content));
    const bool is_here = minimum_index > 0 && FullUpTo() >= minimum_index;
    if (is_here) return core::Status::Ok();
  }
  if (!IsLogFilePath(path)) {
    return core::Status(core::Code::kInvalidArgument, "BAD_COPY_PATH",
                        "the server sent a path that is no file of a log");
  }
  const fs::path target = fs::path(directory_) / path;
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  if (error) return Unwritable(target.parent_path());
  const fs::path partial = target.string() + ".partial";
  {
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) return Unwritable(partial);
  }
  fs::rename(partial, target, error);
  if (error) return Unwritable(target);
  return core::Status::Ok();
}

}  // namespace facegate::report
