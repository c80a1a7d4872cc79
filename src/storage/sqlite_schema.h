// The tables, how older files become current ones, and whether a file can be trusted.
#pragma once

#include <cstdint>
#include <string>

#include "facegate/core/status.h"
#include "storage/sqlite_connection.h"

namespace facegate::storage::sqlite {

// The newest schema this build knows; kept in the file as user_version.
int SchemaVersion();

// Looks at the file's first bytes and at its companions, before SQLite touches anything.
// Returns DATA_LOSS STORE_DAMAGED, UNAVAILABLE STORE_UNREADABLE.
core::Status CheckHeader(const std::string& path);

// Returns FAILED_PRECONDITION STORE_TOO_NEW, DATA_LOSS STORE_DAMAGED (a database of something
// else). Throws SQLite::Exception.
core::Status CheckVersion(Connection& connection, const std::string& path);

// Brings the schema to SchemaVersion(), each step in a transaction of its own.
// Throws SQLite::Exception.
void Migrate(Connection& connection);

// SQLite's own check (of every table, or of all but the log's in a large file) and that every log
// ends where its head says. Returns DATA_LOSS STORE_DAMAGED. Throws SQLite::Exception.
core::Status CheckContents(Connection& connection, const std::string& path);

// Entries of all logs share one table whose key sorts by log, then by index.
constexpr int kIndexBits = 40;
constexpr std::int64_t Sequence(std::int64_t log, std::uint64_t index) {
  return log << kIndexBits | static_cast<std::int64_t>(index);
}
constexpr std::uint64_t IndexOf(std::int64_t sequence) {
  return static_cast<std::uint64_t>(sequence) & ((std::uint64_t{1} << kIndexBits) - 1);
}

// Records are summed up in stretches, for queries to skip; no statement reads more than one, which
// bounds how long it holds up a scrub.
constexpr std::uint64_t kStretchRecords = 4096;
// What of a record its stretch is summed up by; numbers in the table log_stretch_values.
enum class LogField {
  kType = 1,
  kSite = 2,
  kAccessPoint = 3,
  kCamera = 4,
  kPurpose = 5,
  kVerdict = 6,
  kReason = 7,
  kRule = 8
};

}  // namespace facegate::storage::sqlite
