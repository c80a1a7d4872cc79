#include "storage/sqlite_schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace facegate::storage::sqlite {
namespace {

using core::Code;
using core::Status;

constexpr std::int64_t kApplicationId = 0x46434754;  // "FCGT"
// Beyond this size only the tables that are not the log are read through when a store opens.
constexpr std::int64_t kFullCheckBytesMax = std::int64_t{256} << 20;

// kMigrations[i] leads from version i to i + 1. Steps are only ever added.
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE properties (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Bytes that must be destroyable; see sqlite_vault.h. Rows are never deleted and never resized.
CREATE TABLE vault (
  slot INTEGER PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;
CREATE TABLE vault_free (
  bytes INTEGER NOT NULL,
  slot  INTEGER NOT NULL REFERENCES vault,
  PRIMARY KEY (bytes, slot)
) STRICT, WITHOUT ROWID;

-- One log an operator. `persons` counts subjects with at least one stored template.
CREATE TABLE logs (
  id         INTEGER PRIMARY KEY,
  op         TEXT    NOT NULL UNIQUE,
  size       INTEGER NOT NULL,
  checkpoint TEXT    NOT NULL,
  persons    INTEGER NOT NULL DEFAULT 0
) STRICT;
-- seq = log << 40 | index: appends go to the end of the log's own range.
CREATE TABLE log_entries (
  seq   INTEGER PRIMARY KEY,
  entry BLOB    NOT NULL
) STRICT;
CREATE TABLE log_index_keys (
  seq               INTEGER PRIMARY KEY,
  type              TEXT    NOT NULL,
  time_ms           INTEGER NOT NULL,
  site              TEXT    NOT NULL,
  access_point      TEXT    NOT NULL,
  camera            TEXT    NOT NULL,
  purpose           TEXT    NOT NULL,
  verdict           TEXT    NOT NULL,
  reason            TEXT    NOT NULL,
  subject_pseudonym TEXT    NOT NULL
) STRICT;
CREATE INDEX log_index_by_subject ON log_index_keys (subject_pseudonym, seq)
  WHERE subject_pseudonym != '';
CREATE TABLE log_rules (
  rule TEXT    NOT NULL,
  seq  INTEGER NOT NULL,
  PRIMARY KEY (rule, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE tiles (
  log   INTEGER NOT NULL REFERENCES logs,
  level INTEGER NOT NULL,
  idx   INTEGER NOT NULL,
  bytes BLOB    NOT NULL,
  PRIMARY KEY (log, level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE resources (
  name      TEXT PRIMARY KEY,
  kind      TEXT    NOT NULL,
  parent    TEXT    NOT NULL,
  body      TEXT    NOT NULL,
  revision  INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  deleted   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX resources_by_parent ON resources (parent, kind, name) WHERE deleted = 0;
-- Every revision that ever was, in the order of writing; a deletion is one with deleted = 1.
CREATE TABLE resource_history (
  id        INTEGER PRIMARY KEY,
  name      TEXT    NOT NULL REFERENCES resources,
  kind      TEXT    NOT NULL,
  parent    TEXT    NOT NULL,
  body      TEXT    NOT NULL,
  revision  INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  deleted   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX resource_history_by_name ON resource_history (name, log_index);

-- secret is a vault slot. An erased subject keeps its id, as a fence, and nothing else.
CREATE TABLE subjects (
  op         TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  erased     INTEGER NOT NULL DEFAULT 0,
  secret     INTEGER REFERENCES vault,
  age_years  REAL,
  created_at INTEGER NOT NULL,
  log_index  INTEGER NOT NULL,
  PRIMARY KEY (op, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE consents (
  op              TEXT    NOT NULL,
  subject         TEXT    NOT NULL,
  id              TEXT    NOT NULL,
  site            TEXT    NOT NULL,
  purpose         TEXT    NOT NULL,
  purpose_version INTEGER NOT NULL,
  status          TEXT    NOT NULL,
  form            TEXT    NOT NULL,
  given_by        TEXT    NOT NULL,
  scopes          TEXT    NOT NULL,  -- words with commas between
  notice_sha256   TEXT    NOT NULL,
  evidence        INTEGER REFERENCES vault,
  granted_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  epoch           INTEGER NOT NULL,
  log_index       INTEGER NOT NULL,
  PRIMARY KEY (op, subject, id),
  FOREIGN KEY (op, subject) REFERENCES subjects
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_at ON consents (op, site, purpose, subject, log_index DESC, id);
CREATE INDEX consents_granted ON consents (expires_at, op, subject, id) WHERE status = 'GRANTED';
CREATE TABLE template_keys (
  op          TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  purpose     TEXT    NOT NULL,
  wrapped_key INTEGER NOT NULL REFERENCES vault,
  PRIMARY KEY (op, subject, purpose),
  FOREIGN KEY (op, subject) REFERENCES subjects
) STRICT, WITHOUT ROWID;
CREATE TABLE templates (
  op         TEXT    NOT NULL,
  subject    TEXT    NOT NULL,
  purpose    TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  site       TEXT    NOT NULL,
  consent    TEXT    NOT NULL,
  model_id   TEXT    NOT NULL,
  sealed     INTEGER NOT NULL REFERENCES vault,
  created_at INTEGER NOT NULL,
  log_index  INTEGER NOT NULL,
  PRIMARY KEY (op, subject, purpose, id),
  FOREIGN KEY (op, subject, purpose) REFERENCES template_keys
) STRICT, WITHOUT ROWID;
CREATE TABLE gallery_secrets (
  op      TEXT NOT NULL,
  purpose TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (op, purpose)
) STRICT, WITHOUT ROWID;

PRAGMA application_id = 1178814292;
)sql",
    // The growing tile of level 0, a row a hash: writing it whole with every record cost three
    // pages. What version 1 kept of it in `tiles` stays there, as the tile's beginning.
    "ALTER TABLE log_index_keys ADD COLUMN leaf_hash BLOB",
    // What rules about people and guardians ask. guardian_evidence is a vault slot.
    R"sql(
ALTER TABLE subjects ADD COLUMN country TEXT;
ALTER TABLE subjects ADD COLUMN region TEXT;
ALTER TABLE subjects ADD COLUMN role TEXT;
ALTER TABLE subjects ADD COLUMN needs_accessibility INTEGER;
ALTER TABLE consents ADD COLUMN guardian_evidence INTEGER REFERENCES vault;
ALTER TABLE consents ADD COLUMN guardian_verified_by TEXT NOT NULL DEFAULT '';
)sql",
    // What a person was offered instead, and where they were asked.
    R"sql(
ALTER TABLE consents ADD COLUMN alternative_offered TEXT;
ALTER TABLE consents ADD COLUMN channel TEXT;
)sql",
    // Badges, by a keyed hash of what is on them, and passes for one use that were used.
    R"sql(
CREATE TABLE badges (
  op         TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  sites      TEXT    NOT NULL,  -- ids with commas between; empty: all
  expires_at INTEGER,
  created_at INTEGER NOT NULL,
  log_index  INTEGER NOT NULL,
  PRIMARY KEY (op, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE used_passes (
  op         TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (op, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_passes_by_expiry ON used_passes (op, expires_at);
)sql",
    // The receipt's token: its keyed hash in a vault slot, found by the two bytes it begins with,
    // which say nothing once the slot is zeroed. earlier: log indices with commas between.
    R"sql(
ALTER TABLE consents ADD COLUMN token INTEGER REFERENCES vault;
ALTER TABLE consents ADD COLUMN token_bucket INTEGER;
ALTER TABLE consents ADD COLUMN earlier TEXT NOT NULL DEFAULT '';
CREATE INDEX consents_by_token ON consents (token_bucket) WHERE token_bucket IS NOT NULL;
)sql",
    // Since when what is held about a person is frozen, and who else a record is about than the
    // person in its subject_pseudonym.
    R"sql(
ALTER TABLE subjects ADD COLUMN restricted_at INTEGER;
CREATE TABLE log_others (
  pseudonym TEXT    NOT NULL,
  seq       INTEGER NOT NULL,
  PRIMARY KEY (pseudonym, seq)
) STRICT, WITHOUT ROWID;
)sql",
    // Kept images, each with a key of its own; both are vault slots.
    R"sql(
CREATE TABLE images (
  op          TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  id          TEXT    NOT NULL,
  purpose     TEXT    NOT NULL,
  site        TEXT    NOT NULL,
  consent     TEXT    NOT NULL,
  kept        TEXT    NOT NULL,
  wrapped_key INTEGER NOT NULL REFERENCES vault,
  sealed      INTEGER NOT NULL REFERENCES vault,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  log_index   INTEGER NOT NULL,
  PRIMARY KEY (op, subject, id),
  FOREIGN KEY (op, subject) REFERENCES subjects
) STRICT, WITHOUT ROWID;
CREATE INDEX images_by_expiry ON images (expires_at, op, subject, id);
)sql",
    // Of templates that people hold: the keys after the first, and the tokens that were lost, by a
    // keyed hash.
    R"sql(
CREATE TABLE holder_keys (
  op        TEXT    NOT NULL,
  version   INTEGER NOT NULL,
  since     INTEGER NOT NULL,
  log_index INTEGER NOT NULL,
  PRIMARY KEY (op, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE revoked_tokens (
  op         TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  log_index  INTEGER NOT NULL,
  PRIMARY KEY (op, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (op, expires_at);
)sql",
    // Between which times the records of a stretch of 4,096 were written, and which values of the
    // search keys they have: a query reads only the stretches where something may fit. `field` is a
    // LogField.
    R"sql(
CREATE TABLE log_stretches (
  log     INTEGER NOT NULL REFERENCES logs,
  stretch INTEGER NOT NULL,
  min_ms  INTEGER NOT NULL,
  max_ms  INTEGER NOT NULL,
  PRIMARY KEY (log, stretch)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_stretch_values (
  log     INTEGER NOT NULL REFERENCES logs,
  field   INTEGER NOT NULL,
  value   TEXT    NOT NULL,
  stretch INTEGER NOT NULL,
  PRIMARY KEY (log, field, value, stretch)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_rules_by_record ON log_rules (seq);
CREATE INDEX log_others_by_record ON log_others (seq);
INSERT INTO log_stretches SELECT seq >> 40, (seq & 1099511627775) >> 12, min(time_ms), max(time_ms)
  FROM log_index_keys GROUP BY seq >> 12;
INSERT INTO log_stretch_values
  SELECT DISTINCT seq >> 40, 1, type, (seq & 1099511627775) >> 12
  FROM log_index_keys WHERE type != '';
INSERT INTO log_stretch_values
  SELECT DISTINCT seq >> 40, 2, site, (seq & 1099511627775) >> 12
  FROM log_index_keys WHERE site != '';
INSERT INTO log_stretch_values
  SELECT DISTINCT seq >> 40, 3, access_point, (seq & 1099511627775) >> 12
  FROM log_index_keys WHERE access_point != '';
INSERT INTO log_stretch_values
  SELECT DISTINCT seq >> 40, 4, camera, (seq & 1099511627775) >> 12
  FROM log_index_keys WHERE camera != '';
INSERT INTO log_stretch_values
  SELECT DISTINCT seq >> 40, 5, purpose, (seq & 1099511627775) >> 12
  FROM log_index_keys WHERE purpose != '';
INSERT INTO log_stretch_values
  SELECT DISTINCT seq >> 40, 6, verdict, (seq & 1099511627775) >> 12
  FROM log_index_keys WHERE verdict != '';
INSERT INTO log_stretch_values
  SELECT DISTINCT seq >> 40, 7, reason, (seq & 1099511627775) >> 12
  FROM log_index_keys WHERE reason != '';
INSERT INTO log_stretch_values
  SELECT DISTINCT seq >> 40, 8, rule, (seq & 1099511627775) >> 12 FROM log_rules;
)sql",
    // From which record on a log has contents, and what a record registered, which is asked where
    // the record itself is gone.
    R"sql(
ALTER TABLE logs ADD COLUMN minimum_index INTEGER NOT NULL DEFAULT 0;
CREATE INDEX resource_history_by_record ON resource_history (log_index);
)sql",
};

constexpr const char* kCheckedAlways[] = {
    "properties",  "vault_free",       "logs",        "resources",
    "subjects",    "resource_history", "consents",    "template_keys",
    "templates",   "gallery_secrets",  "vault",       "badges",
    "used_passes", "images",           "holder_keys", "revoked_tokens",
};

Status Damaged(const std::string& path, const std::string& what) {
  return Status(Code::kDataLoss, "STORE_DAMAGED", path + ": " + what);
}

// What is wrong, or "".
std::string QuickCheck(Connection& connection, const std::string& argument) {
  const std::string sql = "PRAGMA quick_check(" + argument + ")";
  SQLite::Statement check(connection.database(), sql);
  if (!check.executeStep()) return "";
  const std::string answer = check.getColumn(0).getString();
  return answer == "ok" ? "" : answer;
}

std::string CheckTables(Connection& connection) {
  const std::int64_t bytes =
      connection.Integer("PRAGMA page_count") * connection.Integer("PRAGMA page_size");
  if (bytes <= kFullCheckBytesMax) return QuickCheck(connection, "1");
  for (const char* table : kCheckedAlways) {
    std::string wrong = QuickCheck(connection, table);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

std::int64_t FileSize(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

}  // namespace

int SchemaVersion() { return static_cast<int>(std::size(kMigrations)); }

Status CheckHeader(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  constexpr std::size_t kHeaderBytes = 100;
  // Nobody of this process has the file open yet, so that closing this descriptor drops no lock.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return Status(Code::kUnavailable, "STORE_UNREADABLE", path + ": " + std::strerror(errno));
  }
  std::array<char, kHeaderBytes> header = {};
  const ssize_t count = read(file, header.data(), header.size());
  const int read_error = errno;
  close(file);
  if (count < 0) {
    return Status(Code::kUnavailable, "STORE_UNREADABLE", path + ": " + std::strerror(read_error));
  }
  if (count == 0) {
    // SQLite would take this for a new database and throw the log of writes away.
    if (FileSize(path + "-wal") > 0) return Damaged(path, "empty, but its -wal is not");
    return Status::Ok();
  }
  if (static_cast<std::size_t>(count) < kHeaderBytes) return Damaged(path, "truncated");
  if (std::string_view(header.data(), kMagic.size()) != kMagic) {
    return Damaged(path, "not a database");
  }
  return Status::Ok();
}

Status CheckVersion(Connection& connection, const std::string& path) {
  const std::int64_t version = connection.Integer("PRAGMA user_version");
  const std::int64_t application = connection.Integer("PRAGMA application_id");
  const std::int64_t tables = connection.Integer("SELECT count(*) FROM sqlite_schema");
  const bool is_new = version == 0 && application == 0 && tables == 0;
  if (!is_new && application != kApplicationId) return Damaged(path, "a database, but not a store");
  if (version > SchemaVersion()) {
    return Status(Code::kFailedPrecondition, "STORE_TOO_NEW",
                  path + ": written by a newer version (schema " + std::to_string(version) +
                      ", this build knows " + std::to_string(SchemaVersion()) + ")");
  }
  return Status::Ok();
}

void Migrate(Connection& connection) {
  for (std::int64_t version = connection.Integer("PRAGMA user_version"); version < SchemaVersion();
       ++version) {
    connection.Execute("BEGIN IMMEDIATE");
    connection.Execute(kMigrations[version]);
    const std::string set = "PRAGMA user_version = " + std::to_string(version + 1);
    connection.Execute(set.c_str());
    connection.Execute("COMMIT");
  }
}

Status CheckContents(Connection& connection, const std::string& path) {
  const std::string wrong = CheckTables(connection);
  if (!wrong.empty()) return Damaged(path, wrong);
  // The last record must stand, and nothing after it.
  Query query(connection, R"sql(
      SELECT op, size FROM logs WHERE size != coalesce(
        (SELECT max(seq) FROM log_entries WHERE seq >= id << 40 AND seq < (id + 1) << 40) -
        (id << 40) + 1, 0))sql");
  if (query.Step()) {
    return Damaged(path, "the log of " + query.Text(0) + " does not end with record " +
                             std::to_string(query.Int(1) - 1));
  }
  return Status::Ok();
}

}  // namespace facegate::storage::sqlite
