// A record as it is stored: signed, at its place, with what it is searched and proved by.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "audit/entry.h"
#include "audit/rotation.h"
#include "facegate/core/time.h"
#include "facegate/storage/store.h"
#include "facegate/tlog/merkle.h"

namespace facegate::audit {

// Where a record stands in its log, when, and who signs it there.
struct Place {
  std::uint64_t index = 0;
  core::Timestamp time;
  Signers signers;
  bool operator==(const Place&) const = default;
};

// The bytes of a record at its place, and what follows from them.
struct MadeRecord {
  Place place;
  std::string entry;
  core::Hash256 leaf_hash{};
  storage::IndexKeys keys;

  // Without preconditions and changes.
  storage::BatchItem Item() const;
};

MadeRecord MakeRecord(const Draft& draft, Place place);

// Of the tiles that changed, those that a batch gives: the growing one of the leaves is kept as the
// records' leaf hashes.
std::map<storage::TileKey, core::Bytes> StoredTiles(
    const std::map<tlog::TileId, core::Bytes>& changed);

}  // namespace facegate::audit
