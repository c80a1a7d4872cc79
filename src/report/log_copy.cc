#include "facegate/report/log_copy.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "facegate/tlog/merkle.h"
#include "report/record.h"

namespace facegate::report {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRecordKeySuffix = "/records";
constexpr std::string_view kCheckpointFile = "checkpoint";

std::optional<std::string> ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  return content;
}

// Takes the next (uint16 length || entry) off a bundle; nothing if it is cut off. Not
// tlog::ParseBundle, which cannot say how far a damaged bundle is good.
std::optional<std::string_view> TakeEntry(std::string_view& bundle) {
  if (bundle.size() < 2) return std::nullopt;
  const std::size_t size = (static_cast<std::size_t>(static_cast<std::uint8_t>(bundle[0])) << 8) |
                           static_cast<std::uint8_t>(bundle[1]);
  if (bundle.size() < 2 + size) return std::nullopt;
  const std::string_view entry = bundle.substr(2, size);
  bundle.remove_prefix(2 + size);
  return entry;
}

// Walks a copy record by record.
class CopyCheck {
 public:
  CopyCheck(fs::path directory, const LogKeys& keys, const Progress& progress)
      : directory_(std::move(directory)), keys_(keys), progress_(progress) {}

  CopyReport Run() {
    if (!OpenCheckpoint()) return std::move(report_);
    const std::uint64_t size = report_.checkpoint.size;
    for (std::uint64_t first = 0; first < size; first += tlog::kTileWidth) {
      const int width = static_cast<int>(std::min<std::uint64_t>(tlog::kTileWidth, size - first));
      if (!CheckBundle(first, width) || !CheckTiles(first + width == size)) {
        return std::move(report_);
      }
      if (progress_) progress_(report_.records_checked, size);
    }
    if (tree_.Root() != report_.checkpoint.root) {
      Fail(std::nullopt, std::string(kCheckpointFile), "ROOT_DIFFERS",
           "the records are not those that the checkpoint was signed over");
    }
    return std::move(report_);
  }

 private:
  bool Fail(std::optional<std::uint64_t> record, std::string file, std::string reason,
            std::string what) {
    report_.fault = CopyFault{record, std::move(file), std::move(reason), std::move(what)};
    return false;
  }

  bool OpenCheckpoint() {
    const std::string file(kCheckpointFile);
    const std::optional<std::string> note = ReadFile(directory_ / file);
    if (!note) return Fail({}, file, "COPY_INCOMPLETE", "the copy has no checkpoint");
    core::Result<tlog::Checkpoint> opened = tlog::OpenCheckpoint(*note, keys_.checkpoint);
    if (!opened.ok()) return Fail({}, file, opened.status().reason(), opened.status().message());
    report_.checkpoint = std::move(opened).value();
    return true;
  }

  bool CheckBundle(std::uint64_t first, int width) {
    const std::string file = tlog::BundlePath(first / tlog::kTileWidth, width);
    const std::optional<std::string> content = ReadFile(directory_ / file);
    if (!content) return Fail(first, file, "RECORD_MISSING", "the file is missing");
    std::string_view rest = *content;
    for (int i = 0; i < width; ++i) {
      const std::uint64_t index = first + static_cast<std::uint64_t>(i);
      const std::optional<std::string_view> entry = TakeEntry(rest);
      if (!entry) return Fail(index, file, "RECORD_MISSING", "the file ends inside the record");
      if (!CheckRecord(index, file, *entry)) return false;
    }
    if (!rest.empty()) {
      return Fail(first + static_cast<std::uint64_t>(width) - 1, file, "BUNDLE_TOO_LONG",
                  "the file holds more than its records");
    }
    return true;
  }

  bool CheckRecord(std::uint64_t index, const std::string& file, std::string_view entry) {
    core::Result<OpenedRecord> record = OpenRecord(entry, keys_.record);
    if (!record.ok()) {
      return Fail(index, file, record.status().reason(), record.status().message());
    }
    if (record->index != index) {
      return Fail(index, file, "INDEX_DIFFERS", "the record says that it belongs elsewhere");
    }
    if (report_.records_checked > 0 && record->time < report_.last_time) {
      return Fail(index, file, "TIME_GOES_BACK", "the record is older than the one before it");
    }
    if (report_.records_checked == 0) report_.first_time = record->time;
    report_.last_time = record->time;
    ++report_.records_checked;
    ++report_.records_by_type[record->type];
    tree_.Append(tlog::LeafHash(core::AsBytes(entry)));
    return true;
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
      const std::optional<std::string> content = ReadFile(directory_ / file);
      if (!content) return Fail({}, file, "TILE_MISSING", "the file is missing");
      if (*content != core::AsText(it->second)) {
        return Fail({}, file, "TILE_DIFFERS", "the tile is not the hashes of the records");
      }
      it = pending_.erase(it);
    }
    return true;
  }

  const fs::path directory_;
  const LogKeys& keys_;
  const Progress& progress_;
  CopyReport report_;
  tlog::GrowingTree tree_;
  std::map<tlog::TileId, core::Bytes> pending_;
};

core::Status Unwritable(const fs::path& path) {
  return core::Status(core::Code::kUnavailable, "COPY_UNWRITABLE",
                      "cannot write " + path.string() + ": check space and permissions");
}

}  // namespace

core::Result<LogKeys> ParseLogKeys(std::string_view text) {
  std::vector<tlog::VerifierKey> keys;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    FG_ASSIGN_OR_RETURN(tlog::VerifierKey key, tlog::VerifierKey::Parse(line));
    keys.push_back(std::move(key));
  }
  if (keys.size() == 2) {
    if (keys[0].name == keys[1].name + std::string(kRecordKeySuffix)) std::swap(keys[0], keys[1]);
    if (keys[1].name == keys[0].name + std::string(kRecordKeySuffix)) {
      return LogKeys{std::move(keys[0]), std::move(keys[1])};
    }
  }
  return core::Status(core::Code::kInvalidArgument, "KEYS_UNPAIRED",
                      "give the two keys of one log: its checkpoints' and its records'");
}

core::Result<CopyReport> VerifyLogCopy(const std::string& directory, const LogKeys& keys,
                                       const Progress& progress) {
  std::error_code ignored;
  if (!fs::is_directory(directory, ignored)) {
    return core::Status(core::Code::kNotFound, "COPY_NOT_FOUND", directory + " is no directory");
  }
  return CopyCheck(directory, keys, progress).Run();
}

bool IsLogFilePath(std::string_view path) {
  return path == kCheckpointFile || tlog::ParseTilePath(path).ok();
}

core::Result<LogCopyWriter> LogCopyWriter::Open(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error || !fs::is_directory(directory, error)) return Unwritable(directory);
  return LogCopyWriter(directory);
}

core::Status LogCopyWriter::Add(std::string_view path, core::ByteSpan content) {
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
