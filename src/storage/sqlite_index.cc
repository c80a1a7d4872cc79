// The search index as rows: read to be compared with the records, and put back from them.
#include <algorithm>
#include <set>
#include <utility>

#include "storage/sqlite_rows.h"
#include "storage/sqlite_schema.h"
#include "storage/sqlite_store.h"
#include "storage/sqlite_write.h"

namespace facegate::storage::sqlite {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kRowsMax = 1000;

std::vector<std::string> TextsOf(Connection& db, const char* sql, std::int64_t seq) {
  Query rows(db, sql);
  rows.Bind(seq);
  std::vector<std::string> texts;
  while (rows.Step()) texts.push_back(rows.Text(0));
  return texts;
}

// What a stretch is summed up to, made again from its rows: first without what was there.
constexpr const char* kSumUpAgain[] = {
    "DELETE FROM log_stretches WHERE log = ?1 AND stretch = ?2 AND ?3 <= ?4",
    "DELETE FROM log_stretch_values WHERE log = ?1 AND stretch = ?2 AND ?3 <= ?4",
    "INSERT INTO log_stretches SELECT ?1, ?2, min(time_ms), max(time_ms) FROM log_index_keys "
    "WHERE seq >= ?3 AND seq < ?4",
    "INSERT INTO log_stretch_values SELECT DISTINCT ?1, 1, type, ?2 FROM log_index_keys "
    "WHERE seq >= ?3 AND seq < ?4 AND type != ''",
    "INSERT INTO log_stretch_values SELECT DISTINCT ?1, 2, site, ?2 FROM log_index_keys "
    "WHERE seq >= ?3 AND seq < ?4 AND site != ''",
    "INSERT INTO log_stretch_values SELECT DISTINCT ?1, 3, access_point, ?2 FROM log_index_keys "
    "WHERE seq >= ?3 AND seq < ?4 AND access_point != ''",
    "INSERT INTO log_stretch_values SELECT DISTINCT ?1, 4, camera, ?2 FROM log_index_keys "
    "WHERE seq >= ?3 AND seq < ?4 AND camera != ''",
    "INSERT INTO log_stretch_values SELECT DISTINCT ?1, 5, purpose, ?2 FROM log_index_keys "
    "WHERE seq >= ?3 AND seq < ?4 AND purpose != ''",
    "INSERT INTO log_stretch_values SELECT DISTINCT ?1, 6, verdict, ?2 FROM log_index_keys "
    "WHERE seq >= ?3 AND seq < ?4 AND verdict != ''",
    "INSERT INTO log_stretch_values SELECT DISTINCT ?1, 7, reason, ?2 FROM log_index_keys "
    "WHERE seq >= ?3 AND seq < ?4 AND reason != ''",
    "INSERT INTO log_stretch_values SELECT DISTINCT ?1, 8, rule, ?2 FROM log_rules "
    "WHERE seq >= ?3 AND seq < ?4",
};

}  // namespace

void SumUpStretch(Connection& connection, std::int64_t log, std::uint64_t stretch) {
  const std::uint64_t first = stretch * kStretchRecords;
  for (const char* sql : kSumUpAgain) {
    Query(connection, sql)
        .Bind(log, stretch, Sequence(log, first), Sequence(log, first + kStretchRecords))
        .Run();
  }
}

Result<std::vector<IndexRow>> SqliteStore::ReadIndex(const model::OperatorId& log,
                                                     std::uint64_t first, std::size_t count) const {
  return Read([&](Connection& db) -> Result<std::vector<IndexRow>> {
    std::vector<IndexRow> found;
    Query rows(db, R"sql(
        SELECT seq, type, time_ms, site, access_point, camera, purpose, verdict, reason,
               subject_pseudonym, leaf_hash
        FROM log_index_keys
        WHERE seq >= (SELECT id << 40 | max(minimum_index, ?2) FROM logs WHERE op = ?1)
        AND seq < ((SELECT id FROM logs WHERE op = ?1) + 1) << 40 ORDER BY seq LIMIT ?3)sql");
    rows.Bind(log, first, std::min(count, kRowsMax));
    while (rows.Step()) {
      IndexRow row;
      const std::int64_t seq = rows.Int(0);
      row.index = IndexOf(seq);
      row.keys.type = rows.Text(1);
      row.keys.time = {rows.Int(2)};
      row.keys.site = rows.Text(3);
      row.keys.access_point = rows.Text(4);
      row.keys.camera = rows.Text(5);
      row.keys.purpose = rows.Text(6);
      row.keys.verdict = rows.Text(7);
      row.keys.reason = rows.Text(8);
      row.keys.subject_pseudonym = rows.Text(9);
      const core::Bytes hash = rows.Blob(10);
      std::copy_n(hash.begin(), std::min(hash.size(), row.leaf_hash.size()), row.leaf_hash.begin());
      row.keys.rules = TextsOf(db, "SELECT rule FROM log_rules WHERE seq = ?1 ORDER BY rule", seq);
      row.keys.other_pseudonyms =
          TextsOf(db, "SELECT pseudonym FROM log_others WHERE seq = ?1 ORDER BY pseudonym", seq);
      found.push_back(std::move(row));
    }
    return found;
  });
}

Status SqliteStore::ReplaceIndex(const model::OperatorId& log, const std::vector<IndexRow>& rows) {
  const std::lock_guard lock(write_mutex_);
  if (is_poisoned_) {
    return Status(Code::kUnavailable, "STORE_POISONED", path_ + ": a write failed");
  }
  stretches_stored_.clear();
  return InTransaction([&]() -> Status {
    std::int64_t id = 0;
    std::uint64_t size = 0;
    std::uint64_t minimum_index = 0;
    {
      Query head(*writer_, "SELECT id, size, minimum_index FROM logs WHERE op = ?1");
      head.Bind(log);
      if (head.Step()) {
        id = head.Int(0);
        size = static_cast<std::uint64_t>(head.Int(1));
        minimum_index = static_cast<std::uint64_t>(head.Int(2));
      }
    }
    std::set<std::uint64_t> stretches;
    for (const IndexRow& row : rows) {
      if (row.index >= size) {
        return Status(Code::kNotFound, "RECORD_NOT_FOUND", "the log is not that long");
      }
      if (row.index < minimum_index) return RecordPruned(minimum_index);
      const std::int64_t seq = Sequence(id, row.index);
      for (const char* table :
           {"DELETE FROM log_index_keys WHERE seq = ?1", "DELETE FROM log_rules WHERE seq = ?1",
            "DELETE FROM log_others WHERE seq = ?1"}) {
        Query(*writer_, table).Bind(seq).Run();
      }
      WriteIndexKeys(*writer_, seq, row.keys, row.leaf_hash);
      stretches.insert(row.index / kStretchRecords);
    }
    for (const std::uint64_t stretch : stretches) SumUpStretch(*writer_, id, stretch);
    return Status::Ok();
  });
}

}  // namespace facegate::storage::sqlite
