// The files of a copy of a log, and what is inside a bundle.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/tlog/merkle.h"

namespace facegate::report {

inline constexpr std::string_view kCheckpointFile = "checkpoint";
inline constexpr std::string_view kMinimumIndexFile = "minimum-index";
// No file of a log is larger: a bundle of 256 entries of 65,535 bytes is the largest.
inline constexpr std::uint64_t kFileBytesMax = std::uint64_t{256} * (65'535 + 2);

// How many records bundle `first / 256` has in a log of `size`. Requires: first < size.
int BundleWidth(std::uint64_t first, std::uint64_t size);

// Takes the next (uint16 length || entry) off a bundle; nothing if it is cut off. Not
// tlog::ParseBundle, which cannot say how far a damaged bundle is good.
std::optional<std::string_view> TakeEntry(std::string_view& bundle);

// Thread-safe: it only reads.
class CopyFiles {
 public:
  explicit CopyFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // The whole file; nothing where it is missing or cannot be read.
  std::optional<std::string> Read(std::string_view path) const;
  // The hashes of a tile in a log of `size` leaves. Fails as tlog::TileReader says: DATA_LOSS
  // TILE_MISSING, which names the file.
  core::Result<core::Bytes> ReadTile(const tlog::TileId& id, std::uint64_t size) const;
  // The same for what proves things. `this` must outlive it.
  tlog::TileReader TileReaderFor(std::uint64_t size) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace facegate::report
