// The statement that the oldest records of a log were pruned: from which index on its entry bundles
// are kept (https://c2sp.org/tlog-tiles, "Pruning", which leaves the form open).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/crypto/primitives.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"

namespace facegate::tlog {

struct MinimumIndex {
  std::string origin;
  std::uint64_t index = 0;  // records below it are gone: a multiple of kTileWidth
  Hash256 root{};           // of the first `index` leaves, whose hash tiles stay
  bool operator==(const MinimumIndex&) const = default;
};

// "facegate-minimum-index v1\norigin\nindex\nbase64(root)\n".
// Requires: IsValidKeyName(origin); index is a multiple of kTileWidth, and with 0 the root is
// EmptyRoot().
std::string MinimumIndexText(const MinimumIndex& minimum);
// Strict: accepts only what MinimumIndexText writes. INVALID_ARGUMENT BAD_MINIMUM_INDEX.
core::Result<MinimumIndex> ParseMinimumIndexText(std::string_view text);
// The signed note's bytes; the key is that of the log's checkpoints, whose name is the origin. No
// statement is a checkpoint: its first line is no origin. Requires as MinimumIndexText.
std::string SignMinimumIndex(const MinimumIndex& minimum, const crypto::SigningKey& key);
// Verifies and parses; any of `keys`, the generations of the log's checkpoint key, will do. Fails
// as ParseNote, VerifyNoteByAny and ParseMinimumIndexText do, or with PERMISSION_DENIED
// ORIGIN_WRONG where the key is of another log.
core::Result<MinimumIndex> OpenMinimumIndex(std::string_view note_bytes,
                                            std::span<const VerifierKey> keys);

}  // namespace facegate::tlog
