// A copy of the database while it is in use.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "storage/sqlite_schema.h"
#include "storage/sqlite_store.h"

namespace facegate::storage::sqlite {
namespace {

using core::Code;
using core::Result;
using core::Status;

// 1 MiB: a step's read transaction and the writers' wait are a few milliseconds.
constexpr int kStepPages = 256;
constexpr auto kPause = std::chrono::milliseconds(1);

Status Unwritable(const std::string& path, const std::string& why) {
  return Status(Code::kUnavailable, "BACKUP_UNWRITABLE", path + ": " + why);
}

// Creates the file for its owner alone; never takes over one that is there.
Status CreateFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return Unwritable(path, std::strerror(errno));
  close(file);
  return Status::Ok();
}

Status SyncFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return Unwritable(path, std::strerror(errno));
  const bool is_synced = fsync(file) == 0;
  const int error = errno;
  close(file);
  return is_synced ? Status::Ok() : Unwritable(path, std::strerror(error));
}

// Reads back what was copied: that it is whole, and how far its logs go.
Result<StoreCopy> ReadBack(Connection& copy, const std::string& path) {
  FG_RETURN_IF_ERROR(CheckContents(copy, path));
  StoreCopy found;
  found.schema_version = static_cast<int>(copy.Integer("PRAGMA user_version"));
  Query query(copy, "SELECT op, size, checkpoint, minimum_index FROM logs ORDER BY op");
  while (query.Step()) {
    FG_ASSIGN_OR_RETURN(const model::OperatorId op, model::OperatorId::Parse(query.Text(0)));
    found.logs[op] = LogHead{static_cast<std::uint64_t>(query.Int(1)), query.Text(2),
                             static_cast<std::uint64_t>(query.Int(3))};
  }
  return found;
}

}  // namespace

// Page by page with the writer's own connection as the source, so that SQLite carries what is
// written between two steps over to the pages copied already, zeroed ones among them. A rollback
// makes it begin again; each time the steps grow, so that it ends however many there are.
Status SqliteStore::CopyPages(Connection& target) {
  sqlite3_backup* copy = nullptr;
  {
    const std::lock_guard lock(write_mutex_);
    copy = sqlite3_backup_init(target.handle(), "main", writer_->handle(), "main");
  }
  if (copy == nullptr) return Unwritable(path_, sqlite3_errmsg(target.handle()));
  int step_pages = kStepPages;
  int left_before = -1;
  int code = SQLITE_OK;
  while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    {
      const std::lock_guard lock(write_mutex_);
      if (is_poisoned_) break;
      code = sqlite3_backup_step(copy, step_pages);
      const int left = sqlite3_backup_remaining(copy);
      if (left_before >= 0 && left > left_before) step_pages *= 4;
      left_before = left;
    }
    if (code != SQLITE_DONE) std::this_thread::sleep_for(kPause);
  }
  const std::lock_guard lock(write_mutex_);
  const int finished = sqlite3_backup_finish(copy);
  if (is_poisoned_) {
    return Status(Code::kUnavailable, "STORE_POISONED", path_ + ": a write failed");
  }
  if (code == SQLITE_DONE && finished == SQLITE_OK) return Status::Ok();
  return Unwritable(path_, std::string("cannot be copied: ") + sqlite3_errstr(code));
}

Result<StoreCopy> SqliteStore::CopyTo(const std::string& path) {
  FG_RETURN_IF_ERROR(CreateFile(path));
  try {
    {
      Connection target(path, Connection::Mode::kReadWrite, busy_timeout_ms_);
      // Of a copy that was broken off nothing is used: it needs no journal.
      target.Execute("PRAGMA journal_mode = OFF");
      target.Execute("PRAGMA synchronous = OFF");
      FG_RETURN_IF_ERROR(CopyPages(target));
    }
    Result<StoreCopy> copy = [&] {
      Connection target(path, Connection::Mode::kReadWrite, busy_timeout_ms_);
      return ReadBack(target, path);
    }();
    if (!copy.ok()) return copy;
    FG_RETURN_IF_ERROR(SyncFile(path));
    return copy;
  } catch (const SQLite::Exception& error) {
    return Unwritable(path, error.what());
  }
}

}  // namespace facegate::storage::sqlite
