// C2SP checkpoints, log-proof files and entry bundles (https://c2sp.org/tlog-checkpoint,
// tlog-proof, tlog-tiles).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"

namespace facegate::tlog {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash256 root{};
  bool operator==(const Checkpoint&) const = default;
};

// "origin\nsize\nbase64(root)\n".
std::string CheckpointText(const Checkpoint& checkpoint);
// Strict: decimal without leading zeros, 32-byte root, no extension lines; a size of 0 must have
// the empty root. INVALID_ARGUMENT BAD_CHECKPOINT.
core::Result<Checkpoint> ParseCheckpointText(std::string_view text);
// The signed note's bytes; the key's name is the origin.
std::string SignCheckpoint(const Checkpoint& checkpoint, const crypto::SigningKey& key);
// Parses, verifies, and checks that the key's name is the origin. Signatures of keys that are not
// given are ignored: witnesses, and other generations of the log's key. Fails as ParseNote,
// VerifyNote and ParseCheckpointText do, or with PERMISSION_DENIED ORIGIN_WRONG.
core::Result<Checkpoint> OpenCheckpoint(std::string_view note_bytes, const VerifierKey& key);
// The same for a log whose key was rotated: any of `keys` will do, and none may have signed badly
// (VerifyNoteByAny).
core::Result<Checkpoint> OpenCheckpoint(std::string_view note_bytes,
                                        std::span<const VerifierKey> keys);

// A self-contained proof that an entry is in a log.
struct ProofFile {
  std::optional<core::Bytes> extra;  // not authenticated by anything
  std::uint64_t index = 0;
  std::vector<Hash256> hashes;
  std::string checkpoint;  // signed note
};
constexpr std::size_t kProofHashesMax = 64;
constexpr std::size_t kProofFileBytesMax = 2'000'000;
// "c2sp.org/tlog-proof@v1\n" ["extra <base64>\n"] "index <n>\n" (base64(hash) "\n")* "\n"
// checkpoint.
std::string EncodeProofFile(const ProofFile& proof);
// Returns INVALID_ARGUMENT BAD_PROOF_FILE for another form, a number with leading zeros, more than
// kProofHashesMax hashes, or more than kProofFileBytesMax bytes. The checkpoint is a string until
// VerifyProofFile opens it.
core::Result<ProofFile> ParseProofFile(std::string_view bytes);
// Verifies checkpoint and inclusion of `entry`; gives the checkpoint. Fails as OpenCheckpoint and
// VerifyInclusion do.
core::Result<Checkpoint> VerifyProofFile(const ProofFile& proof, core::ByteSpan entry,
                                         const VerifierKey& log_key);

constexpr std::size_t kEntryBytesMax = 65'535;
// (uint16 big-endian length || entry)*.
// Requires: at most kTileWidth entries, each at most kEntryBytesMax.
core::Bytes EncodeBundle(const std::vector<std::string>& entries);
// Returns INVALID_ARGUMENT BAD_BUNDLE for an entry cut short or more than kTileWidth entries.
core::Result<std::vector<std::string>> ParseBundle(core::ByteSpan bytes);

}  // namespace facegate::tlog
