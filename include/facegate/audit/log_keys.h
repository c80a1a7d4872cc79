// A log's name, what it signs with, and what its signatures are checked with.
#pragma once

#include <cstdint>
#include <string>

#include "facegate/core/bytes.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/ids.h"
#include "facegate/tlog/minimum_index.h"
#include "facegate/tlog/note.h"

namespace facegate::audit {

// "<gateway_name>/<operator>": the origin of its checkpoints.
inline std::string OriginOf(const std::string& gateway_name, const model::OperatorId& log) {
  return gateway_name + "/" + log.str();
}

struct LogKeys {
  LogKeys(const crypto::KeyRing& keys, const std::string& log_origin)
      : origin(log_origin),
        checkpoint_key(keys.CheckpointKey(log_origin)),
        record_key(keys.RecordKey(log_origin)) {}

  tlog::VerifierKey CheckpointVerifier() const {
    return tlog::MakeVerifierKey(origin, tlog::kSigEd25519, checkpoint_key.public_key());
  }
  tlog::VerifierKey RecordVerifier() const {
    return tlog::MakeVerifierKey(origin + "/records", tlog::kSigEd25519, record_key.public_key());
  }

  std::string origin;
  crypto::SigningKey checkpoint_key;
  crypto::SigningKey record_key;
};

// The statement that the records of a log below `index` are gone, of whose leaves `root` is: what
// copies have as "minimum-index". Requires: index is a multiple of tlog::kTileWidth, above 0.
inline std::string MinimumIndexNote(const LogKeys& keys, std::uint64_t index,
                                    const core::Hash256& root) {
  return tlog::SignMinimumIndex({keys.origin, index, root}, keys.checkpoint_key);
}

}  // namespace facegate::audit
