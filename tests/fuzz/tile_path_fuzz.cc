// LINKS: facegate_tlog facegate_crypto
// Paths below a log's prefix: what is accepted is written back as it was, so that no path has a
// second spelling or leads out of the log; and tiles.
#include "facegate/core/check.h"
#include "facegate/tlog/merkle.h"
#include "fuzz/fuzz_target.h"

namespace core = facegate::core;
namespace tlog = facegate::tlog;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = FuzzText(data, size);
  if (const auto file = tlog::ParseTilePath(input); file.ok()) {
    const bool is_bundle = file->content == tlog::TileFile::Content::kEntries;
    const std::string again = is_bundle ? tlog::BundlePath(file->id.index, file->width)
                                        : tlog::TilePath(file->id, file->width);
    FG_CHECK(again == input);
    FG_CHECK(input.find("..") == std::string_view::npos);
  }
  for (const int width : {1, 2, 255, 256}) {
    const auto hashes = tlog::ParseTile(core::AsBytes(input), width);
    FG_CHECK(hashes.ok() == (size == static_cast<std::size_t>(width) * sizeof(tlog::Hash256)));
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  return {tlog::TilePath({0, 0}, 256),
          tlog::TilePath({63, 1'234'067}, 17),
          tlog::BundlePath(999'999'999, 1),
          tlog::BundlePath(~std::uint64_t{0}, 255),
          std::string(32, 'h'),
          std::string(64, 'h')};
}
