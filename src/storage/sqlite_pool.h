// A few read-only connections, lent to one call at a time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/sqlite_connection.h"

namespace facegate::storage::sqlite {

// Thread-safe.
class ReaderPool {
 public:
  // A reader on loan; goes back when it goes.
  class Loan {
   public:
    explicit Loan(ReaderPool& pool) : pool_(pool), connection_(pool.Take()) {}
    ~Loan() { pool_.GiveBack(std::move(connection_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Connection& operator*() const { return *connection_; }

   private:
    ReaderPool& pool_;
    std::unique_ptr<Connection> connection_;
  };

  // While it lives no reader is on loan, and who asks for one waits: a checkpoint that must have
  // the file to itself would otherwise wait for ever for a gap between reads. Gives up on readers
  // that are out for longer than `wait_ms`. The pages that readers kept in memory are gone. One at
  // a time.
  class Quiet {
   public:
    Quiet(ReaderPool& pool, int wait_ms);
    ~Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    ReaderPool& pool_;
  };

  // Opens all of them, so that what can fail fails at start. Throws SQLite::Exception.
  // Requires: count >= 1.
  ReaderPool(const std::string& path, int count, int busy_timeout_ms);

 private:
  // Waits for a free one.
  std::unique_ptr<Connection> Take();
  void GiveBack(std::unique_ptr<Connection> connection);

  std::mutex mutex_;
  std::condition_variable given_back_;
  const std::size_t count_;
  std::vector<std::unique_ptr<Connection>> free_;  // guarded by mutex_; the last used on top
  bool is_quiet_ = false;                          // guarded by mutex_
};

}  // namespace facegate::storage::sqlite
