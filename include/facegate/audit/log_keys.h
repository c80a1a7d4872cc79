// A log's name, what it signs with, and what its signatures are checked with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/minimum_index.h"
#include "facegate/tlog/note.h"
#include "facegate/tlog/origin.h"

namespace facegate::audit {

// "<gateway_name>/<operator>": the origin of an operator's first log. Those that succeeded it have
// a number behind it, see tlog::Origin.
inline std::string OriginOf(const std::string& gateway_name, const model::OperatorId& log) {
  return gateway_name + "/" + log.str();
}

// The keys of one log in one generation of the ring.
struct LogKeys {
  // Requires: 0 < of_generation <= keys.log_generation().
  LogKeys(const crypto::KeyRing& keys, const std::string& log_origin, int of_generation,
          int at_position)
      : origin(log_origin),
        generation(of_generation),
        position(at_position),
        checkpoint_key(keys.CheckpointKey(log_origin, of_generation)),
        record_key(keys.RecordKey(log_origin, of_generation)) {}

  tlog::VerifierKey CheckpointVerifier() const {
    return tlog::MakeVerifierKey(origin, tlog::kSigEd25519, checkpoint_key.public_key());
  }
  tlog::VerifierKey RecordVerifier() const {
    return tlog::MakeVerifierKey(origin + "/records", tlog::kSigEd25519, record_key.public_key());
  }

  std::string origin;
  int generation;  // of the ring
  int position;    // among the log's LogGenerations, from 1
  crypto::SigningKey checkpoint_key;
  crypto::SigningKey record_key;
};

// The statement that the records of a log below `index` are gone, of whose leaves `root` is: what
// copies have as "minimum-index". Requires: index is a multiple of tlog::kTileWidth, above 0.
inline std::string MinimumIndexNote(const LogKeys& keys, std::uint64_t index,
                                    const core::Hash256& root) {
  return tlog::SignMinimumIndex({keys.origin, index, root}, keys.checkpoint_key);
}

// The keys of one log in every generation of the ring, behind those of the logs that it succeeded.
// Immutable, thread-safe.
class LogGenerations {
 public:
  LogGenerations(const crypto::KeyRing& keys, const tlog::Origin& origin);

  const std::string& origin() const { return newest().origin; }
  const std::vector<LogKeys>& all() const { return all_; }  // oldest first, never empty
  const LogKeys& newest() const { return all_.back(); }
  // Requires: 0 < position <= newest().position.
  const LogKeys& Of(int position) const;

  // A checkpoint of this log or of one that it succeeded, and the position of the newest keys that
  // signed it: those that sign what comes after it.
  struct Signed {
    tlog::Checkpoint checkpoint;
    int position = 0;
  };
  // Returns as tlog::OpenCheckpoint; also PERMISSION_DENIED SIGNATURE_MISSING where a key of the
  // checkpoint's log signed that is not in the ring: it went on to a generation that is missing.
  core::Result<Signed> OpenCheckpoint(std::string_view note) const;

 private:
  std::vector<LogKeys> all_;
};

// The public keys of a log from one rotation or succession to the next.
struct KeyPeriod {
  std::string checkpoint_vkey;
  std::string record_vkey;
  // The first record that they alone sign; 0 for those that the log began with, as far as its
  // records are kept.
  std::uint64_t first_index = 0;
};

// The keys that the log signed with, oldest first, by its records of rotations and successions: the
// last are those in force, `newest` where it never rotated them. Generations of the ring that never
// signed it are not among them. Returns as Store::QueryLog.
core::Result<std::vector<KeyPeriod>> KeyPeriodsOf(const storage::Store& store,
                                                  const model::OperatorId& log,
                                                  const KeyPeriod& newest);

}  // namespace facegate::audit
