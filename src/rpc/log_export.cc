#include "rpc/log_export.h"

#include <optional>
#include <utility>
#include <vector>

#include "facegate/tlog/checkpoint.h"
#include "rpc/audit_messages.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

constexpr std::uint64_t kWidth = tlog::kTileWidth;
constexpr std::size_t kHashBytes = 32;

Status Damaged(const std::string& path) {
  return Status(Code::kDataLoss, "LOG_DAMAGED", "the log cannot give the file " + path);
}

Status ExportBundles(const storage::Store& store, const model::OperatorId& log,
                     const ExportRange& range, const FileSink& take) {
  const std::uint64_t first = std::max(range.first_index, range.minimum_index);
  for (std::uint64_t n = first / kWidth; n * kWidth < range.size; ++n) {
    const std::uint64_t begin = n * kWidth;
    const std::uint64_t width = std::min(kWidth, range.size - begin);
    const std::string path = tlog::BundlePath(n, static_cast<int>(width));
    FG_ASSIGN_OR_RETURN(std::vector<storage::LogEntry> read,
                        store.ReadEntries(log, begin, static_cast<std::size_t>(width)));
    if (read.size() != width) return Damaged(path);
    std::vector<std::string> entries;
    entries.reserve(read.size());
    for (storage::LogEntry& entry : read) entries.push_back(std::move(entry.entry));
    FG_RETURN_IF_ERROR(take(path, tlog::EncodeBundle(entries)));
  }
  return Status::Ok();
}

Status ExportTiles(const storage::Store& store, const model::OperatorId& log,
                   const ExportRange& range, const FileSink& take) {
  const tlog::TileReader read = TilesOf(store, log);
  for (int level = 0; level * tlog::kTileHeight < 64; ++level) {
    const std::uint64_t hashes = range.size >> (level * tlog::kTileHeight);
    if (hashes == 0) break;
    const std::uint64_t had = range.first_index >> (level * tlog::kTileHeight);
    for (std::uint64_t n = had / kWidth; n * kWidth < hashes; ++n) {
      const tlog::TileId id{level, n};
      const int width = tlog::TileWidthAt(id, range.size);
      const std::string path = tlog::TilePath(id, width);
      FG_ASSIGN_OR_RETURN(core::Bytes tile, read(id, width));
      const std::size_t bytes = static_cast<std::size_t>(width) * kHashBytes;
      if (tile.size() < bytes) return Damaged(path);
      tile.resize(bytes);  // the log may have grown since `size` was read
      FG_RETURN_IF_ERROR(take(path, tile));
    }
  }
  return Status::Ok();
}

}  // namespace

tlog::TileReader TilesOf(const storage::Store& store, const model::OperatorId& log) {
  return [&store, &log](const tlog::TileId& id, int) {
    return store.ReadTile(log, storage::TileKey{id.level, id.index});
  };
}

core::Result<v1::Checkpoint> EndOfCopy(const storage::Store& store,
                                       const publication::Publisher* publisher,
                                       const model::OperatorId& log) {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, store.GetLogHead(log));
  if (head.size == 0) return v1::Checkpoint();
  if (publisher == nullptr) return CheckpointToProto(head.checkpoint);
  const std::optional<std::string> published = publisher->Published(log);
  if (!published) {
    return Status(Code::kUnavailable, "NOT_PUBLISHED",
                  "no quorum of witnesses cosigned this log yet: try again, or ask for the newest");
  }
  FG_ASSIGN_OR_RETURN(v1::Checkpoint end, CheckpointToProto(*published));
  if (static_cast<std::uint64_t>(end.size()) <= head.size) return end;
  return Status(Code::kDataLoss, "LOG_ROLLED_BACK",
                "more records were published than the log has now");
}

Status ExportFiles(const storage::Store& store, const model::OperatorId& log,
                   const ExportRange& range, const FileSink& take) {
  FG_RETURN_IF_ERROR(ExportBundles(store, log, range, take));
  return ExportTiles(store, log, range, take);
}

}  // namespace facegate::rpc
