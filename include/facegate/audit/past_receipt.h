// The receipt of a record that was made earlier.
#pragma once

#include <cstdint>
#include <string>

#include "facegate/audit/outcome.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"

namespace facegate::audit {

// Proves record `index` of `log` under the log's present checkpoint. `origin` is the log's. Of one
// that was pruned there is the proof alone: Receipt::pruned_leaf. Returns DATA_LOSS RECORD_MISSING
// or RECORD_DAMAGED, or as the store does.
core::Result<Receipt> PastReceipt(const storage::Store& store, const model::OperatorId& log,
                                  std::string origin, std::uint64_t index);

// The leaf hash of record `index`, from the log's tiles; also where it was pruned. Returns
// DATA_LOSS RECORD_MISSING, or as the store does.
core::Result<core::Hash256> LeafHashOf(const storage::Store& store, const model::OperatorId& log,
                                       std::uint64_t index);

// When record `index` of `log` was written; of one that was pruned, when the first that is kept
// was, which is no earlier. Returns as PastReceipt.
core::Result<core::Timestamp> RecordTime(const storage::Store& store, const model::OperatorId& log,
                                         std::uint64_t index);

}  // namespace facegate::audit
