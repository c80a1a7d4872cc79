#include "audit/made_record.h"

#include <utility>

#include "facegate/core/check.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"

namespace facegate::audit {

storage::BatchItem MadeRecord::Item() const {
  storage::BatchItem item;
  item.entry = entry;
  item.leaf_hash = leaf_hash;
  item.keys = keys;
  return item;
}

MadeRecord MakeRecord(const Draft& draft, Place place) {
  tlog::Note note{EntryJson(draft, place.index, place.time) + "\n", {}};
  SignRecord(note, place.signers);
  MadeRecord made;
  made.entry = tlog::EncodeNote(note);
  FG_CHECK(made.entry.size() <= tlog::kEntryBytesMax);
  made.leaf_hash = tlog::LeafHash(core::AsBytes(made.entry));
  made.keys = KeysOf(draft, place.time);
  made.place = std::move(place);
  return made;
}

std::map<storage::TileKey, core::Bytes> StoredTiles(
    const std::map<tlog::TileId, core::Bytes>& changed) {
  std::map<storage::TileKey, core::Bytes> tiles;
  for (const auto& [id, hashes] : changed) {
    const bool is_complete = hashes.size() == storage::kTileBytes;
    if (id.level > 0 || is_complete) tiles.emplace(storage::TileKey{id.level, id.index}, hashes);
  }
  return tiles;
}

}  // namespace facegate::audit
