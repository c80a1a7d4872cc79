#include "facegate/tlog/witness.h"

#include <optional>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/core/text.h"
#include "facegate/crypto/primitives.h"
#include "tlog/lines.h"

namespace facegate::tlog {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::string_view kOldPrefix = "old ";
// Signature lines become a note below a text: that has one parser.
constexpr std::string_view kAnyText = "\n";

Status BadRequest(std::string why) {
  return {Code::kInvalidArgument, "BAD_WITNESS_REQUEST", std::move(why)};
}

Status BadAnswer(std::string why) {
  return {Code::kInvalidArgument, "BAD_WITNESS_ANSWER", std::move(why)};
}

}  // namespace

std::string EncodeAddCheckpoint(const AddCheckpointRequest& request) {
  FG_CHECK(request.proof.size() <= kWitnessProofHashesMax);
  std::string bytes = std::string(kOldPrefix) + std::to_string(request.old_size) + "\n";
  for (const Hash256& hash : request.proof) bytes += crypto::Base64Encode(hash) + "\n";
  return bytes + "\n" + request.checkpoint;
}

Result<AddCheckpointRequest> ParseAddCheckpoint(std::string_view bytes) {
  if (bytes.size() > kAddCheckpointBytesMax) return BadRequest("longer than a request may be");
  std::string_view rest = bytes;
  std::optional<std::string_view> line = TakeLine(rest);
  if (!line || !line->starts_with(kOldPrefix)) return BadRequest("no line with the old size");
  const std::optional<std::uint64_t> old_size = core::ParseDecimal(line->substr(kOldPrefix.size()));
  if (!old_size) return BadRequest("the old size is not a decimal number");
  AddCheckpointRequest request;
  request.old_size = *old_size;
  for (line = TakeLine(rest); line && !line->empty(); line = TakeLine(rest)) {
    const std::optional<Hash256> hash = ParseHash(*line);
    if (!hash) return BadRequest("a proof line is not the base64 of 32 bytes");
    if (request.proof.size() == kWitnessProofHashesMax) return BadRequest("too many proof lines");
    request.proof.push_back(*hash);
  }
  if (!line) return BadRequest("no empty line before the checkpoint");
  request.checkpoint = rest;
  return request;
}

std::string EncodeTreeSize(std::uint64_t size) { return std::to_string(size) + "\n"; }

Result<std::uint64_t> ParseTreeSize(std::string_view body) {
  const std::optional<std::string_view> line = TakeLine(body);
  const std::optional<std::uint64_t> size = line ? core::ParseDecimal(*line) : std::nullopt;
  if (!size || !body.empty()) return BadAnswer("the size is not a decimal number on one line");
  return *size;
}

std::string EncodeSignatureLines(const std::vector<NoteSignature>& signatures) {
  return EncodeNote({std::string(kAnyText), signatures}).substr(kAnyText.size() + 1);
}

Result<std::vector<NoteSignature>> ParseSignatureLines(std::string_view body) {
  Result<Note> note = ParseNote(std::string(kAnyText) + "\n" + std::string(body));
  // A body that holds an empty line of its own would have moved the split.
  if (!note.ok() || note->text != kAnyText)
    return BadAnswer("not one signature line after another");
  return std::move(note->signatures);
}

}  // namespace facegate::tlog
