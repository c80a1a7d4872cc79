#include "facegate/audit/past_receipt.h"

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

}  // namespace

Result<Receipt> PastReceipt(const storage::Store& store, const model::OperatorId& log,
                            std::string origin, std::uint64_t index) {
  // The head first: entries and tiles that are read after it reach at least as far.
  FG_ASSIGN_OR_RETURN(storage::LogHead head, store.GetLogHead(log));
  FG_ASSIGN_OR_RETURN(std::vector<storage::LogEntry> entries, store.ReadEntries(log, index, 1));
  if (entries.empty() || index >= head.size) {
    return Status(Code::kDataLoss, "RECORD_MISSING", "the log does not reach that record");
  }
  const tlog::TileReader read_tile = [&store, &log](const tlog::TileId& id, int) {
    return store.ReadTile(log, storage::TileKey{id.level, id.index});
  };
  Receipt receipt;
  FG_ASSIGN_OR_RETURN(receipt.inclusion_proof, tlog::InclusionProof(index, head.size, read_tile));
  FG_ASSIGN_OR_RETURN(receipt.recorded_at, TimeOf(entries.front().entry));
  receipt.origin = std::move(origin);
  receipt.index = index;
  receipt.entry = std::move(entries.front().entry);
  receipt.checkpoint = std::move(head.checkpoint);
  return receipt;
}

Result<core::Timestamp> RecordTime(const storage::Store& store, const model::OperatorId& log,
                                   std::uint64_t index) {
  FG_ASSIGN_OR_RETURN(const auto entries, store.ReadEntries(log, index, 1));
  if (entries.empty()) {
    return Status(Code::kDataLoss, "RECORD_MISSING", "the log does not reach that record");
  }
  return TimeOf(entries.front().entry);
}

}  // namespace facegate::audit
