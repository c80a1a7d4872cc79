// The bodies of the C2SP witness protocol (https://c2sp.org/tlog-witness): what a log asks a
// witness, and what the witness answers. Bytes alone; nothing here talks to anybody.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"

namespace facegate::tlog {

// POST <submission prefix>/add-checkpoint.
struct AddCheckpointRequest {
  std::uint64_t old_size = 0;  // of the newest checkpoint that the witness cosigned; 0: none
  std::vector<Hash256> proof;  // consistency, from old_size to the checkpoint's size
  std::string checkpoint;      // a signed note
};
constexpr std::size_t kWitnessProofHashesMax = 63;
constexpr std::size_t kAddCheckpointBytesMax = 64 << 10;

// How a witness answers, with HTTP's numbers.
enum class WitnessAnswer {
  kCosigned = 200,       // the body is signature lines
  kMalformed = 400,      // or the old size is above the checkpoint's
  kBadSignature = 403,   // none of a key that is known for this origin
  kUnknownOrigin = 404,  // not one of the logs that are witnessed
  kConflict = 409,       // another old size, or another root of the same size; the body is a size
  kBadProof = 422,
};

// "old <n>\n" (base64(hash) "\n"){0,63} "\n" checkpoint.
// Requires: at most kWitnessProofHashesMax hashes.
std::string EncodeAddCheckpoint(const AddCheckpointRequest& request);
// Returns INVALID_ARGUMENT BAD_WITNESS_REQUEST for another form, a number with leading zeros, too
// many hashes, or more than kAddCheckpointBytesMax bytes. The checkpoint is any text until it is
// opened.
core::Result<AddCheckpointRequest> ParseAddCheckpoint(std::string_view bytes);

// The body of kConflict, "<size>\n", and its media type.
constexpr std::string_view kTreeSizeType = "text/x.tlog.size";
std::string EncodeTreeSize(std::uint64_t size);
// Returns INVALID_ARGUMENT BAD_WITNESS_ANSWER.
core::Result<std::uint64_t> ParseTreeSize(std::string_view body);

// The body of kCosigned: signature lines as they stand in a note. Requires as EncodeNote.
std::string EncodeSignatureLines(const std::vector<NoteSignature>& signatures);
// Returns INVALID_ARGUMENT BAD_WITNESS_ANSWER. Nothing is verified: that takes the checkpoint.
core::Result<std::vector<NoteSignature>> ParseSignatureLines(std::string_view body);

}  // namespace facegate::tlog
