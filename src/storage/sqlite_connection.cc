#include "storage/sqlite_connection.h"

#include <sqlite3.h>

#include <SQLiteCpp/Column.h>

namespace facegate::storage::sqlite {

using core::Code;
using core::Status;

Status StatusOf(const SQLite::Exception& error, const std::string& path) {
  const std::string what = path + ": " + error.what();
  switch (error.getErrorCode() & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Status(Code::kDataLoss, "STORE_DAMAGED", what);
    case SQLITE_FULL:
      return Status(Code::kUnavailable, "STORE_FULL", what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Status(Code::kUnavailable, "STORE_BUSY", what);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return Status(Code::kUnavailable, "STORE_UNREADABLE", what);
    case SQLITE_NOMEM:
      return Status(Code::kResourceExhausted, "STORE_OUT_OF_MEMORY", what);
    default:
      return Status(Code::kInternal, "STORE_FAULT", what);
  }
}

namespace {

int OpenFlags(Connection::Mode mode) {
  const int access =
      mode == Connection::Mode::kReadWrite ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY;
  return access | SQLite::OPEN_NOMUTEX;
}

}  // namespace

Connection::Connection(const std::string& path, Mode mode, int busy_timeout_ms)
    : database_(path, OpenFlags(mode), busy_timeout_ms) {
  // Sorting must not leave rows in a temporary file; a schema must not run functions of its own.
  Execute("PRAGMA temp_store = MEMORY");
  Execute("PRAGMA trusted_schema = OFF");
  Execute("PRAGMA cell_size_check = ON");
  Execute("PRAGMA cache_size = -8000");
  if (mode == Mode::kReadOnly) Execute("PRAGMA query_only = ON");
}

std::int64_t Connection::Integer(const char* sql) {
  SQLite::Statement statement(database_, sql);
  return statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
}

SQLite::Statement& Connection::Prepared(const char* sql) {
  std::unique_ptr<SQLite::Statement>& statement = statements_[sql];
  if (statement == nullptr) statement = std::make_unique<SQLite::Statement>(database_, sql);
  return *statement;
}

Query::~Query() {
  statement_.tryReset();
  // Bound secrets must not stay in the statement until its next use.
  if (bound_ > 0) {
    try {
      statement_.clearBindings();
    } catch (const SQLite::Exception&) {
      // Cannot fail for a statement that was reset.
    }
  }
}

core::Bytes Query::Blob(int column) {
  const SQLite::Column value = statement_.getColumn(column);
  const auto* first = static_cast<const std::uint8_t*>(value.getBlob());
  return core::Bytes(first, first + value.getBytes());
}

void Query::BindNext(core::ByteSpan value) {
  // A null pointer would bind NULL, not an empty blob.
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  statement_.bind(++bound_, data, static_cast<int>(value.size()));
}

}  // namespace facegate::storage::sqlite
