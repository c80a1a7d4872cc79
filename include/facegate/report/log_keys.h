// The public keys of one log and of those that succeed it, over all the changes of them that are
// known.
//
// See docs/AUDIT_FORMAT.md, "Rotation" and "Succession": who trusts one generation of keys adopts
// its neighbours where the record of the change is signed by both.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"

namespace facegate::report {

// The two keys that a log signs with from one change of them to the next.
struct KeyGeneration {
  tlog::VerifierKey checkpoint;  // named as the origin
  tlog::VerifierKey record;      // named origin + "/records"
};

// The public keys of one log, and of those of its base: what an auditor got once and keeps.
struct LogKeys {
  tlog::VerifierKey checkpoint;  // of the newest generation in hand
  tlog::VerifierKey record;
  std::vector<KeyGeneration> earlier = {};  // those before it, oldest first; mostly none

  // All of them, oldest first.
  std::vector<KeyGeneration> Generations() const;
};

// How many generations a key file may hold.
inline constexpr std::size_t kKeyGenerationsMax = 256;

// Reads verifier keys, one a line, in pairs, oldest first: that of the checkpoints (named as the
// origin) and that of the records (named origin + "/records"), in either order. Empty lines and
// lines that start with '#' are skipped, and so is a pair that is there already. Returns
// INVALID_ARGUMENT BAD_VKEY for a line that is none, KEYS_UNPAIRED unless there are pairs of one
// log and those that succeed it (tlog::ParseOrigin), at least one and at most kKeyGenerationsMax.
core::Result<LogKeys> ParseLogKeys(std::string_view text);

// "origin/records": the name of the keys that sign records.
std::string RecordKeyName(std::string_view origin);

// Opens a checkpoint with whichever of the generations signed it; signatures of others (witnesses)
// are ignored. Fails as tlog::OpenCheckpoint does with the newest generation.
core::Result<tlog::Checkpoint> OpenCheckpoint(std::string_view note, const LogKeys& keys);

// No log has more records; a checkpoint that says so is refused.
inline constexpr std::uint64_t kRecordsMax = std::numeric_limits<std::int64_t>::max();

// Verifies checkpoint and inclusion of `entry`; gives the checkpoint. Fails as OpenCheckpoint and
// tlog::VerifyInclusion do, and with PERMISSION_DENIED BAD_CHECKPOINT above kRecordsMax.
core::Result<tlog::Checkpoint> VerifyProof(const tlog::ProofFile& proof, core::ByteSpan entry,
                                           const LogKeys& keys);

// Ok if the note carries a valid signature of the record key of any of the generations. Fails as
// tlog::VerifyNote does with the newest.
core::Status VerifyRecordNote(const tlog::Note& note, const LogKeys& keys);

}  // namespace facegate::report
