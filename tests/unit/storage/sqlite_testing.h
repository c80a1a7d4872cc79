// Opening SQLite stores in tests, and looking at their files from outside.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "facegate/storage/store.h"

namespace facegate::storage::testing {

inline core::Result<std::unique_ptr<Store>> TryOpen(const std::string& path,
                                                    int busy_timeout_ms = 2000,
                                                    std::int64_t file_bytes_max = 0) {
  SqliteOptions options;
  options.path = path;
  options.busy_timeout_ms = busy_timeout_ms;
  options.file_bytes_max = file_bytes_max;
  return OpenSqliteStore(options);
}

inline std::unique_ptr<Store> Open(const std::string& path, int busy_timeout_ms = 2000) {
  core::Result<std::unique_ptr<Store>> store = TryOpen(path, busy_timeout_ms);
  EXPECT_TRUE(store.ok()) << store.status().ToString();
  return store.ok() ? *std::move(store) : nullptr;
}

// A connection of somebody else, such as an operator with a shell.
class Outsider {
 public:
  explicit Outsider(const std::string& path) {
    EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
  }
  ~Outsider() { sqlite3_close(db_); }
  Outsider(const Outsider&) = delete;
  Outsider& operator=(const Outsider&) = delete;
  void Execute(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db_);
  }
  // The first value that a query answers.
  std::int64_t Integer(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db_);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const std::int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
  }

 private:
  sqlite3* db_ = nullptr;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void WriteFile(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}
// Every byte that the store keeps, in whichever file.
inline std::string AllBytes(const std::string& directory) {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    all += ReadFile(entry.path().string());
  }
  return all;
}

}  // namespace facegate::storage::testing
