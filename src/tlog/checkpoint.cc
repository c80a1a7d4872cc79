#include "facegate/tlog/checkpoint.h"

#include <utility>

#include "facegate/core/check.h"
#include "facegate/core/text.h"
#include "tlog/lines.h"

namespace facegate::tlog {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtraPrefix = "extra ";
constexpr std::string_view kIndexPrefix = "index ";

Status BadCheckpoint(std::string why) {
  return {Code::kInvalidArgument, "BAD_CHECKPOINT", std::move(why)};
}

Status BadProofFile(std::string why) {
  return {Code::kInvalidArgument, "BAD_PROOF_FILE", std::move(why)};
}

}  // namespace

std::string CheckpointText(const Checkpoint& checkpoint) {
  FG_CHECK(IsValidKeyName(checkpoint.origin));
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         crypto::Base64Encode(checkpoint.root) + "\n";
}

Result<Checkpoint> ParseCheckpointText(std::string_view text) {
  const std::optional<std::string_view> origin = TakeLine(text);
  const std::optional<std::string_view> size_line = TakeLine(text);
  const std::optional<std::string_view> root_line = TakeLine(text);
  if (!root_line) return BadCheckpoint("want three lines: origin, size, root");
  if (!text.empty()) return BadCheckpoint("extension lines are not accepted");
  if (!IsValidKeyName(*origin)) return BadCheckpoint("the origin is not a valid key name");
  const std::optional<std::uint64_t> size = core::ParseDecimal(*size_line);
  if (!size) return BadCheckpoint("the size is not a decimal number");
  const std::optional<Hash256> root = ParseHash(*root_line);
  if (!root) return BadCheckpoint("the root is not the base64 of 32 bytes");
  if (*size == 0 && *root != EmptyRoot()) return BadCheckpoint("no leaves, but another root");
  return Checkpoint{std::string(*origin), *size, *root};
}

std::string SignCheckpoint(const Checkpoint& checkpoint, const crypto::SigningKey& key) {
  FG_CHECK(checkpoint.size > 0 || checkpoint.root == EmptyRoot());
  Note note{CheckpointText(checkpoint), {}};
  SignNote(note, checkpoint.origin, key);
  return EncodeNote(note);
}

Result<Checkpoint> OpenCheckpoint(std::string_view note_bytes, const VerifierKey& key) {
  return OpenCheckpoint(note_bytes, std::span<const VerifierKey>(&key, 1));
}

Result<Checkpoint> OpenCheckpoint(std::string_view note_bytes, std::span<const VerifierKey> keys) {
  FG_ASSIGN_OR_RETURN(const Note note, ParseNote(note_bytes));
  FG_ASSIGN_OR_RETURN(const VerifierKey* const key, VerifyNoteByAny(note, keys));
  FG_ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseCheckpointText(note.text));
  if (checkpoint.origin != key->name) {
    return Status(Code::kPermissionDenied, "ORIGIN_WRONG",
                  "the key signed a checkpoint of another log than its own");
  }
  return checkpoint;
}

std::string EncodeProofFile(const ProofFile& proof) {
  std::string bytes = std::string(kProofHeader) + "\n";
  if (proof.extra) {
    bytes += std::string(kExtraPrefix) + crypto::Base64Encode(*proof.extra) + "\n";
  }
  bytes += std::string(kIndexPrefix) + std::to_string(proof.index) + "\n";
  for (const Hash256& hash : proof.hashes) bytes += crypto::Base64Encode(hash) + "\n";
  return bytes + "\n" + proof.checkpoint;
}

Result<ProofFile> ParseProofFile(std::string_view bytes) {
  if (bytes.size() > kProofFileBytesMax) return BadProofFile("longer than a proof file may be");
  std::string_view rest = bytes;
  if (TakeLine(rest) != kProofHeader) return BadProofFile("it does not start with its format line");
  ProofFile proof;
  std::optional<std::string_view> line = TakeLine(rest);
  if (line && line->starts_with(kExtraPrefix)) {
    Result<core::Bytes> extra = crypto::Base64Decode(line->substr(kExtraPrefix.size()));
    if (!extra.ok()) return BadProofFile("the extra data is not canonical base64");
    proof.extra = std::move(extra).value();
    line = TakeLine(rest);
  }
  if (!line || !line->starts_with(kIndexPrefix)) return BadProofFile("no index line");
  const std::optional<std::uint64_t> index = core::ParseDecimal(line->substr(kIndexPrefix.size()));
  if (!index) return BadProofFile("the index is not a decimal number");
  proof.index = *index;
  for (line = TakeLine(rest); line && !line->empty(); line = TakeLine(rest)) {
    const std::optional<Hash256> hash = ParseHash(*line);
    if (!hash) return BadProofFile("a proof line is not the base64 of 32 bytes");
    if (proof.hashes.size() == kProofHashesMax) return BadProofFile("too many proof lines");
    proof.hashes.push_back(*hash);
  }
  if (!line) return BadProofFile("no empty line before the checkpoint");
  proof.checkpoint = rest;
  return proof;
}

Result<Checkpoint> VerifyProofFile(const ProofFile& proof, core::ByteSpan entry,
                                   const VerifierKey& log_key) {
  FG_ASSIGN_OR_RETURN(Checkpoint checkpoint, OpenCheckpoint(proof.checkpoint, log_key));
  FG_RETURN_IF_ERROR(VerifyInclusion(LeafHash(entry), proof.index, checkpoint.size, proof.hashes,
                                     checkpoint.root));
  return checkpoint;
}

core::Bytes EncodeBundle(const std::vector<std::string>& entries) {
  FG_CHECK(entries.size() <= static_cast<std::size_t>(kTileWidth));
  core::Bytes bytes;
  for (const std::string& entry : entries) {
    FG_CHECK(entry.size() <= kEntryBytesMax);
    bytes.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
    bytes.push_back(static_cast<std::uint8_t>(entry.size() & 0xFF));
    bytes.insert(bytes.end(), entry.begin(), entry.end());
  }
  return bytes;
}

Result<std::vector<std::string>> ParseBundle(core::ByteSpan bytes) {
  const auto bad = [](const char* why) {
    return Status(Code::kInvalidArgument, "BAD_BUNDLE", why);
  };
  std::vector<std::string> entries;
  while (!bytes.empty()) {
    if (entries.size() == static_cast<std::size_t>(kTileWidth)) return bad("more than 256 entries");
    if (bytes.size() < 2) return bad("the last entry is cut short");
    const std::size_t size = static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
    bytes = bytes.subspan(2);
    if (bytes.size() < size) return bad("the last entry is cut short");
    entries.emplace_back(core::AsText(bytes.first(size)));
    bytes = bytes.subspan(size);
  }
  return entries;
}

}  // namespace facegate::tlog
