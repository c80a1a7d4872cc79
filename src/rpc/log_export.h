// A log as the files of a C2SP tlog-tiles directory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/model/ids.h"
#include "facegate/publication/publisher.h"
#include "facegate/storage/store.h"
#include "facegate/tlog/merkle.h"
#include "facegate/v1/audit_service.pb.h"

namespace facegate::rpc {

// Reads the tiles of a stored log. `store` and `log` must outlive it.
tlog::TileReader TilesOf(const storage::Store& store, const model::OperatorId& log);

// The checkpoint that a copy ends at: the newest that a quorum cosigned, or without a publisher the
// newest. Of size 0 for a log without records. Returns UNAVAILABLE NOT_PUBLISHED, DATA_LOSS
// LOG_ROLLED_BACK (more was published than the log has) or LOG_DAMAGED.
core::Result<v1::Checkpoint> EndOfCopy(const storage::Store& store,
                                       const publication::Publisher* publisher,
                                       const model::OperatorId& log);

// Takes one file; an error of its own ends the export.
using FileSink = std::function<core::Status(const std::string& path, core::ByteSpan content)>;

// Which of a log's files are wanted: those of the tree of `size` records, without those that were
// complete when it had `first_index`, and without bundles of records below `minimum_index`.
struct ExportRange {
  std::uint64_t first_index = 0;
  std::uint64_t minimum_index = 0;
  std::uint64_t size = 0;
};
// Gives `take` the files, bundles first. Reads page by page; no read stays open between files.
// Returns DATA_LOSS LOG_DAMAGED (names the file) if records or hashes are missing, NOT_FOUND
// RECORD_PRUNED if records from minimum_index on were pruned, and what `take` returns.
core::Status ExportFiles(const storage::Store& store, const model::OperatorId& log,
                         const ExportRange& range, const FileSink& take);

}  // namespace facegate::rpc
