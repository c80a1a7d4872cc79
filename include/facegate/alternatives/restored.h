// What a restore must close again, of the ways that need no face.
#pragma once

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"

namespace facegate::alternatives {

// Adds what a record, put back after the backup that `store` was made from, closed: a badge that
// was removed is removed, a pass for one use that was used is used. Nothing for a record of
// anything else. `store` has the whole log, and all else as the backup had it.
// Returns the status of what cannot be read in the record, or the store's.
core::Status AddClosedBy(const core::Json& record, const model::OperatorId& op,
                         const storage::Store& store, storage::Changes& changes);

}  // namespace facegate::alternatives
