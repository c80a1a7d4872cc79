#include "report/copy_files.h"

#include <algorithm>
#include <fstream>

namespace facegate::report {

int BundleWidth(std::uint64_t first, std::uint64_t size) {
  return static_cast<int>(std::min<std::uint64_t>(tlog::kTileWidth, size - first));
}

std::optional<std::string_view> TakeEntry(std::string_view& bundle) {
  if (bundle.size() < 2) return std::nullopt;
  const std::size_t size = (static_cast<std::size_t>(static_cast<std::uint8_t>(bundle[0])) << 8) |
                           static_cast<std::uint8_t>(bundle[1]);
  if (bundle.size() < 2 + size) return std::nullopt;
  const std::string_view entry = bundle.substr(2, size);
  bundle.remove_prefix(2 + size);
  return entry;
}

std::optional<std::string> CopyFiles::Read(std::string_view path) const {
  std::ifstream in(directory_ / path, std::ios::binary | std::ios::ate);
  if (!in) return std::nullopt;
  const std::streamoff size = in.tellg();
  if (size < 0 || size > static_cast<std::streamoff>(kFileBytesMax)) return std::nullopt;
  std::string content(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  in.read(content.data(), size);
  if (!in || in.gcount() != size) return std::nullopt;
  return content;
}

core::Result<core::Bytes> CopyFiles::ReadTile(const tlog::TileId& id, std::uint64_t size) const {
  const int width = tlog::TileWidthAt(id, size);
  if (width == 0) {
    return core::Status(core::Code::kDataLoss, "TILE_MISSING", "the log has no such tile");
  }
  const std::string path = tlog::TilePath(id, width);
  const std::optional<std::string> content = Read(path);
  if (!content) return core::Status(core::Code::kDataLoss, "TILE_MISSING", path + " is missing");
  return core::Bytes(content->begin(), content->end());
}

tlog::TileReader CopyFiles::TileReaderFor(std::uint64_t size) const {
  return [this, size](const tlog::TileId& id, int) { return ReadTile(id, size); };
}

}  // namespace facegate::report
