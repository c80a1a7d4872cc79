// What a database that was set back lacks: how far its logs went, putting their records back, and
// closing a log of which some are lost for good.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"
#include "facegate/tlog/checkpoint.h"

namespace facegate::audit {

// The checkpoints in the head files below `data_dir`; of a folder that is not there, none.
// Returns DATA_LOSS LOG_DAMAGED or FAILED_PRECONDITION WRONG_KEYS, which name the log.
core::Result<std::map<model::OperatorId, tlog::Checkpoint>> ReadHeads(
    const std::string& data_dir, const std::string& gateway_name, const crypto::KeyRing& keys);

// Gives up to `count` records of a log from `first` on, in order; at least one where there is one.
using RecordReader =
    std::function<core::Result<std::vector<std::string>>(std::uint64_t first, std::size_t count)>;

// Appends to the log what it lacks of the tree that `until` signs: the records verbatim, with the
// search index rebuilt from them. What they changed besides is not changed again. Where the records
// hand the log over to later keys, the log is signed by whichever were in force at its end.
// Returns DATA_LOSS LOG_FORKED unless the log is then that very tree (nothing signed says otherwise
// until then), RECORD_MISSING, BAD_RECORD; PERMISSION_DENIED SIGNATURE_MISSING, SIGNATURE_BAD or
// ROTATION_UNPROVED for a record that the keys at hand did not sign; or the store's status.
// Requires: nobody else writes to the store; until.origin is the log's.
core::Status AppendTail(storage::Store& store, const crypto::KeyRing& keys,
                        const model::OperatorId& log, const tlog::Checkpoint& until,
                        const RecordReader& read);

// Closes a log that is known to have gone on to `lost`, whose records from the end of the stored
// ones on are lost, and begins the one that succeeds it: with what is stored, and log.succeeded.
// Gives its origin. Returns FAILED_PRECONDITION LOG_TAIL_MISSING where `lost` is of another log
// than the stored one, LOG_ROLLED_BACK where it ends before the stored one, RESOURCE_EXHAUSTED
// SUCCESSORS_MAX, or as AppendTail. Requires: nobody else writes to the store.
core::Result<std::string> Succeed(storage::Store& store, const crypto::KeyRing& keys,
                                  const core::Clock& clock, const model::OperatorId& log,
                                  const tlog::Checkpoint& lost);

}  // namespace facegate::audit
