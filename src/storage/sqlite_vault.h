// Slots for the bytes that must be destroyable: secrets, keys, sealed templates and images,
// evidence hashes.
//
// SQLite's secure_delete zeroes a cell that is deleted, but not the copies that splitting and
// merging pages leave in the slack of a page when cells move (seen: about one deleted row in two
// hundred could still be read from the file). So these bytes live in rows that never move: the
// table only ever grows at its end, a row never changes its size, and it is written and zeroed in
// place through the incremental blob interface. A zeroed slot is used again for a value of its size
// class.
#pragma once

#include <cstdint>

#include "facegate/core/bytes.h"
#include "storage/sqlite_connection.h"

namespace facegate::storage::sqlite {

// Not thread-safe; used inside the writer's transaction. Functions throw SQLite::Exception.
class Vault {
 public:
  explicit Vault(Connection& connection) : connection_(connection) {}

  // Stores `value` and returns its slot.
  std::int64_t Put(core::ByteSpan value);
  // Overwrites a slot with zeros and frees it.
  void Destroy(std::int64_t slot);

 private:
  void Write(std::int64_t slot, core::ByteSpan data);

  Connection& connection_;
};

// The value in a slot's bytes: four bytes of length, big endian, the value, zeros.
// Returns DATA_LOSS STORE_DAMAGED if they are not that, or zeroed.
core::Result<core::Bytes> OpenSlot(core::ByteSpan data);

}  // namespace facegate::storage::sqlite
