// A witness of logs: cosigns a checkpoint where the log only grew since the last one it cosigned
// (https://c2sp.org/tlog-witness). What it once cosigned it never contradicts.
//
// In its folder, by the hash of a log's origin: `.checkpoint`, the newest it cosigned, and
// `.refused`, the last that the log signed and that was not shown to grow from that.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/file_lock.h"
#include "facegate/core/log.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/primitives.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"
#include "facegate/tlog/witness.h"

namespace facegate::witness {

struct WitnessOptions {
  std::string name;       // of its key: a URL without scheme, such as "witness.example/w1"
  std::string state_dir;  // made where it is missing; lost or set back, its promises are void
  // The logs it witnesses; the name of a key is the log's origin. Several keys of one origin are
  // the generations of a log whose key was rotated: a checkpoint needs a signature of one of them.
  std::vector<tlog::VerifierKey> logs;
};

// What it answers: the number, and what goes with it.
struct Answer {
  tlog::WitnessAnswer code = tlog::WitnessAnswer::kMalformed;
  // Signature lines with kCosigned, a tree size with kConflict, else a line for people.
  std::string body;
};

// Thread-safe.
class Witness {
 public:
  // `clock` and `logger` must outlive it. Returns FAILED_PRECONDITION STORE_IN_USE where another
  // witness holds the folder; DATA_LOSS WITNESS_STATE_DAMAGED for a file of it that this key did
  // not cosign; INVALID_ARGUMENT BAD_WITNESS for a name that no key can have, or no log.
  static core::Result<std::unique_ptr<Witness>> Open(const WitnessOptions& options,
                                                     crypto::SigningKey key,
                                                     const core::Clock& clock,
                                                     core::Logger& logger);

  // Answers the body of an add-checkpoint request. What it cosigns is durable before it returns.
  // Returns UNAVAILABLE FILE_NOT_WRITTEN where it is not: there is no cosignature then.
  core::Result<Answer> AddCheckpoint(std::string_view body);

  // Type 0x04: what goes into others' policies.
  const tlog::VerifierKey& key() const { return verifier_; }
  // The newest checkpoint it cosigned of that log; nothing if there is none.
  std::optional<tlog::Checkpoint> Newest(std::string_view origin) const;

 private:
  // The newest checkpoint that was cosigned of one log.
  struct Cosigned {
    tlog::Checkpoint checkpoint;
    std::int64_t unix_s = 0;
  };

  Witness(const WitnessOptions& options, crypto::SigningKey key, const core::Clock& clock,
          core::Logger& logger, core::FileLock lock);
  core::Status LoadState();
  std::string PathOf(std::string_view origin, std::string_view suffix) const;
  // The signatures of the note by known keys of that log, all of which verify.
  std::vector<tlog::NoteSignature> TrustedSignatures(const tlog::Note& note,
                                                     const std::string& origin) const;
  // Requires: mutex_ is held.
  std::optional<Answer> Objection(const tlog::AddCheckpointRequest& request,
                                  const tlog::Checkpoint& checkpoint, const Cosigned& newest);
  core::Result<Answer> Cosign(tlog::Note note, const tlog::Checkpoint& checkpoint,
                              Cosigned& newest);

  const std::string state_dir_;
  const crypto::SigningKey key_;
  const tlog::VerifierKey verifier_;
  const core::Clock& clock_;
  core::Logger& logger_;
  const core::FileLock lock_;
  std::multimap<std::string, tlog::VerifierKey, std::less<>> logs_;  // by origin

  mutable std::mutex mutex_;
  std::map<std::string, Cosigned, std::less<>> newest_;  // by origin
};

}  // namespace facegate::witness
