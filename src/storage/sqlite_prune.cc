// Letting go of a log's oldest records, some at a time.
#include <algorithm>
#include <optional>
#include <utility>

#include "facegate/core/check.h"
#include "storage/sqlite_rows.h"
#include "storage/sqlite_schema.h"
#include "storage/sqlite_store.h"
#include "storage/sqlite_write.h"

namespace facegate::storage::sqlite {
namespace {

using core::Code;
using core::Result;
using core::Status;

Status BadPruning(const char* why) { return {Code::kFailedPrecondition, "BAD_PRUNING", why}; }

bool IsRecordOfPruning(Connection& connection, const LogRow& log, std::uint64_t index) {
  Query query(connection, "SELECT 1 FROM log_index_keys WHERE seq = ?1 AND type = ?2");
  query.Bind(Sequence(log.id, index), kPrunedType);
  return query.Step();
}

// Whether the hashes of the records from the log's minimum index to `end` are all in tiles.
bool HasTiles(Connection& connection, const LogRow& log, std::uint64_t end) {
  const std::uint64_t first_tile = log.minimum_index / kTileHashes;
  const std::uint64_t end_tile = end / kTileHashes;
  Query query(connection, R"sql(
      SELECT count(*) FROM tiles
      WHERE log = ?1 AND level = 0 AND idx >= ?2 AND idx < ?3 AND length(bytes) = ?4)sql");
  query.Bind(log.id, first_tile, end_tile, static_cast<std::int64_t>(kTileBytes));
  return query.Step() && static_cast<std::uint64_t>(query.Int(0)) == end_tile - first_tile;
}

Status CheckPruning(Connection& connection, const LogRow& log, const LogPruning& pruning) {
  const std::uint64_t end = pruning.minimum_index;
  if (end % kTileHashes != 0) return BadPruning("the minimum index is no multiple of 256");
  if (end < log.minimum_index) return BadPruning("a log's minimum index is never lowered");
  if (pruning.record >= log.size || end > pruning.record ||
      !IsRecordOfPruning(connection, log, pruning.record)) {
    return BadPruning("no record of the log says that these go");
  }
  if (!HasTiles(connection, log, end)) return BadPruning("a tile of what would go is not stored");
  return Status::Ok();
}

// The first row from `begin` to before `end` in the entries or in the search index.
std::optional<std::int64_t> FirstLeft(Connection& connection, std::int64_t begin,
                                      std::int64_t end) {
  Query query(connection, R"sql(
      SELECT min(seq) FROM (
        SELECT min(seq) AS seq FROM log_entries WHERE seq >= ?1 AND seq < ?2
        UNION ALL
        SELECT min(seq) AS seq FROM log_index_keys WHERE seq >= ?1 AND seq < ?2))sql");
  query.Bind(begin, end);
  if (!query.Step() || query.IsNull(0)) return std::nullopt;
  return query.Int(0);
}

void DeleteRecords(Connection& connection, std::int64_t begin, std::int64_t end) {
  for (const char* sql : {"DELETE FROM log_others WHERE seq >= ?1 AND seq < ?2",
                          "DELETE FROM log_rules WHERE seq >= ?1 AND seq < ?2",
                          "DELETE FROM log_index_keys WHERE seq >= ?1 AND seq < ?2",
                          "DELETE FROM log_entries WHERE seq >= ?1 AND seq < ?2"}) {
    Query(connection, sql).Bind(begin, end).Run();
  }
}

void DeleteStretches(Connection& connection, std::int64_t log, std::uint64_t minimum_index) {
  const std::uint64_t first_kept = minimum_index / kStretchRecords;
  for (const char* sql : {"DELETE FROM log_stretches WHERE log = ?1 AND stretch < ?2",
                          "DELETE FROM log_stretch_values WHERE log = ?1 AND stretch < ?2"}) {
    Query(connection, sql).Bind(log, first_kept).Run();
  }
  SumUpStretch(connection, log, first_kept);
}

// What one step did.
struct Step {
  bool took_some = false;
  bool is_done = false;
};

Step TakeAway(Connection& connection, std::int64_t log, std::uint64_t minimum_index,
              std::size_t records_max) {
  const std::int64_t end = Sequence(log, minimum_index);
  const auto first = FirstLeft(connection, Sequence(log, 0), end);
  if (!first) return {.took_some = false, .is_done = true};
  const std::int64_t until =
      *first + std::min<std::int64_t>(static_cast<std::int64_t>(records_max), end - *first);
  DeleteRecords(connection, *first, until);
  const bool is_done = !FirstLeft(connection, until, end).has_value();
  if (is_done) DeleteStretches(connection, log, minimum_index);
  return {.took_some = true, .is_done = is_done};
}

}  // namespace

Result<bool> SqliteStore::PruneLog(const model::OperatorId& log, const LogPruning& pruning,
                                   std::size_t records_max) {
  FG_CHECK(records_max > 0);
  const std::lock_guard lock(write_mutex_);
  if (is_poisoned_) {
    return Status(Code::kUnavailable, "STORE_POISONED", path_ + ": a write failed");
  }
  if (is_scrub_due_) FG_RETURN_IF_ERROR(Scrub());
  Step step;
  const Status written = InTransaction([&]() -> Status {
    const LogRow stored = FindLog(*writer_, log);
    FG_RETURN_IF_ERROR(CheckPruning(*writer_, stored, pruning));
    Query(*writer_, "UPDATE logs SET minimum_index = ?2 WHERE id = ?1")
        .Bind(stored.id, pruning.minimum_index)
        .Run();
    step = TakeAway(*writer_, stored.id, pruning.minimum_index, records_max);
    return Status::Ok();
  });
  if (!written.ok()) return written;
  stretches_stored_.clear();
  if (step.took_some && step.is_done) {
    is_scrub_due_ = true;
    FG_RETURN_IF_ERROR(Scrub());
  } else {
    KeepWalShort();
  }
  return step.is_done;
}

}  // namespace facegate::storage::sqlite
