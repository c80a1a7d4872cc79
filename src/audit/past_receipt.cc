#include "facegate/audit/past_receipt.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/core/time.h"
#include "facegate/tlog/merkle.h"

namespace facegate::audit {
namespace {

using core::Code;
using core::Result;
using core::Status;

Result<core::Timestamp> TimeOf(const std::string& entry) {
  const Result<core::Json> json = storage::LineOf(entry);
  if (json.ok()) {
    Result<core::Timestamp> time = core::ParseRfc3339(json->StringOr("time", ""));
    if (time.ok()) return time;
  }
  return Status(Code::kDataLoss, "RECORD_DAMAGED", "a log record has no readable time");
}

bool IsPruned(const Status& status) { return status.reason() == "RECORD_PRUNED"; }

Status Missing() {
  return {Code::kDataLoss, "RECORD_MISSING", "the log does not reach that record"};
}

}  // namespace

Result<core::Hash256> LeafHashOf(const storage::Store& store, const model::OperatorId& log,
                                 std::uint64_t index) {
  const auto tile = store.ReadTile(log, {0, index / storage::kTileHashes});
  if (tile.status().reason() == "TILE_NOT_FOUND") return Missing();
  if (!tile.ok()) return tile.status();
  core::Hash256 leaf{};
  const std::size_t at = static_cast<std::size_t>(index % storage::kTileHashes) * leaf.size();
  if (tile->size() < at + leaf.size()) return Missing();
  std::copy_n(tile->begin() + static_cast<std::ptrdiff_t>(at), leaf.size(), leaf.begin());
  return leaf;
}

Result<Receipt> PastReceipt(const storage::Store& store, const model::OperatorId& log,
                            std::string origin, std::uint64_t index) {
  // The head first: entries and tiles that are read after it reach at least as far.
  FG_ASSIGN_OR_RETURN(storage::LogHead head, store.GetLogHead(log));
  Result<std::vector<storage::LogEntry>> entries = store.ReadEntries(log, index, 1);
  const bool is_pruned = IsPruned(entries.status());
  if (!entries.ok() && !is_pruned) return entries.status();
  if (index >= head.size || (!is_pruned && entries->empty())) return Missing();
  const tlog::TileReader read_tile = [&store, &log](const tlog::TileId& id, int) {
    return store.ReadTile(log, storage::TileKey{id.level, id.index});
  };
  Receipt receipt;
  FG_ASSIGN_OR_RETURN(receipt.inclusion_proof, tlog::InclusionProof(index, head.size, read_tile));
  if (is_pruned) {
    FG_ASSIGN_OR_RETURN(receipt.pruned_leaf, LeafHashOf(store, log, index));
  } else {
    FG_ASSIGN_OR_RETURN(receipt.recorded_at, TimeOf(entries->front().entry));
    receipt.entry = std::move(entries->front().entry);
  }
  receipt.origin = std::move(origin);
  receipt.index = index;
  receipt.checkpoint = std::move(head.checkpoint);
  return receipt;
}

Result<core::Timestamp> RecordTime(const storage::Store& store, const model::OperatorId& log,
                                   std::uint64_t index) {
  auto entries = store.ReadEntries(log, index, 1);
  if (IsPruned(entries.status())) {
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store.GetLogHead(log));
    entries = store.ReadEntries(log, head.minimum_index, 1);
  }
  if (!entries.ok()) return entries.status();
  if (entries->empty()) return Missing();
  return TimeOf(entries->front().entry);
}

}  // namespace facegate::audit
