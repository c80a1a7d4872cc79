// One SQLite connection with its prepared statements.
//
// What the library throws travels as SQLite::Exception inside the driver and stops at the store's
// public functions, which turn it into a Status with StatusOf.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/model/ids.h"

namespace facegate::storage::sqlite {

// Names the file. SQLite's own messages name columns and codes, never values.
core::Status StatusOf(const SQLite::Exception& error, const std::string& path);

// Not thread-safe: the writer's is used under the write mutex, a reader's by one call at a time.
class Connection {
 public:
  enum class Mode { kReadWrite, kReadOnly };
  // Throws SQLite::Exception.
  Connection(const std::string& path, Mode mode, int busy_timeout_ms);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Throws SQLite::Exception.
  void Execute(const char* sql) { database_.exec(sql); }
  // The one integer that a query such as "PRAGMA user_version" answers. Throws SQLite::Exception.
  std::int64_t Integer(const char* sql);
  // Prepares at first use. `sql` is a literal: it is the key. Throws SQLite::Exception.
  SQLite::Statement& Prepared(const char* sql);
  // Lets go of the pages kept in memory. Requires: no transaction is open.
  void ForgetPages() { sqlite3_db_release_memory(handle()); }
  SQLite::Database& database() { return database_; }
  sqlite3* handle() const { return database_.getHandle(); }

 private:
  SQLite::Database database_;
  // By the literal's address, not by its text: hashing a statement would cost as much as binding
  // it.
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

// One use of a prepared statement. Resets it when it goes, which also ends the read transaction
// that an autocommit SELECT opens: nothing outlives the call.
class Query {
 public:
  Query(Connection& connection, const char* sql) : statement_(connection.Prepared(sql)) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Binds the parameters ?1, ?2, ... in order.
  template <class... Values>
  Query& Bind(const Values&... values) {
    (BindNext(values), ...);
    return *this;
  }
  // True while there is a row. Throws SQLite::Exception.
  bool Step() { return statement_.executeStep(); }
  // For statements that answer nothing.
  void Run() {
    while (Step()) {
    }
  }

  std::int64_t Int(int column) { return statement_.getColumn(column).getInt64(); }
  double Real(int column) { return statement_.getColumn(column).getDouble(); }
  bool IsNull(int column) { return statement_.isColumnNull(column); }
  std::string Text(int column) { return statement_.getColumn(column).getString(); }
  core::Bytes Blob(int column);

 private:
  void BindNext(std::int64_t value) { statement_.bind(++bound_, value); }
  void BindNext(std::uint64_t value) { BindNext(static_cast<std::int64_t>(value)); }
  void BindNext(int value) { BindNext(std::int64_t{value}); }
  void BindNext(bool value) { BindNext(std::int64_t{value}); }
  void BindNext(double value) { statement_.bind(++bound_, value); }
  void BindNext(std::string_view value) { statement_.bind(++bound_, std::string(value)); }
  void BindNext(const std::string& value) { statement_.bind(++bound_, value); }
  void BindNext(const char* value) { statement_.bind(++bound_, value); }
  void BindNext(core::ByteSpan value);
  void BindNext(const core::Bytes& value) { BindNext(core::ByteSpan(value)); }
  void BindNext(std::nullptr_t) { statement_.bind(++bound_); }
  template <class Tag>
  void BindNext(const model::Id<Tag>& id) {
    BindNext(id.str());
  }

  SQLite::Statement& statement_;
  int bound_ = 0;
};

}  // namespace facegate::storage::sqlite
