// A witness as a log sees it: asked over HTTP for cosignatures of checkpoints.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "facegate/core/status.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"
#include "facegate/tlog/policy.h"

namespace facegate::witness {

// How long one request may take from the first to the last byte.
constexpr std::int64_t kAskMsMax = 5'000;

// Not thread-safe. Remembers how far the witness is with each log, so that it is mostly asked once.
class RemoteWitness {
 public:
  // Returns INVALID_ARGUMENT BAD_WITNESS_URL unless its url is http:// or https://, a host, maybe a
  // port and a path, and nothing else.
  static core::Result<RemoteWitness> Make(const tlog::PolicyWitness& witness);

  const tlog::PolicyWitness& witness() const { return witness_; }

  // Asks for a cosignature of `note`, a checkpoint that the log signed. `prover` answers for the
  // tree of that size. What it gives verifies under the witness's key.
  //
  // Returns UNAVAILABLE WITNESS_UNREACHABLE where there was no answer in time;
  // FAILED_PRECONDITION WITNESS_REFUSED where the witness does not know this log or its key, or
  // answered nonsense; DATA_LOSS LOG_ROLLED_BACK where it cosigned a longer log than this one;
  // DATA_LOSS LOG_FORKED where it cosigned another one; or as the prover does.
  core::Result<tlog::NoteSignature> Cosign(const tlog::Note& note,
                                           const tlog::Checkpoint& checkpoint,
                                           tlog::Prover& prover);

 private:
  explicit RemoteWitness(tlog::PolicyWitness witness) : witness_(std::move(witness)) {}
  core::Result<tlog::NoteSignature> Accept(const tlog::Note& note, const std::string& body) const;

  tlog::PolicyWitness witness_;
  std::string host_;                               // "https://witness.example:8080"
  std::string path_;                               // "/w1/add-checkpoint"
  std::map<std::string, std::uint64_t> cosigned_;  // by origin: the size that it cosigned last
};

}  // namespace facegate::witness
