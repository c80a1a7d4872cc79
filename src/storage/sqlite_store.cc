#include "storage/sqlite_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "facegate/core/check.h"
#include "storage/sqlite_memory.h"
#include "storage/sqlite_schema.h"
#include "storage/sqlite_write.h"

namespace facegate::storage::sqlite {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr int kPageBytes = 4096;
constexpr int kWalPagesMax = 4000;  // 16 MiB; then the writer moves them into the database

Status Unreadable(const std::string& path) {
  return Status(Code::kUnavailable, "STORE_UNREADABLE", path + ": " + std::strerror(errno));
}

// One name for one file, so that two spellings of it meet at one lock.
std::string Canonical(const std::string& path) {
  std::error_code error;
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(path, error);
  return error || canonical.empty() ? path : canonical.string();
}

// Creates the file, or checks it, for its owner alone; the -wal and -shm take over its mode.
Status PrepareFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Unreadable(path);
  struct stat info = {};
  Status status;
  if (fstat(file, &info) != 0) {  // NOLINT(bugprone-branch-clone): in this order
    status = Unreadable(path);
  } else if (!S_ISREG(info.st_mode)) {
    status = Status(Code::kUnavailable, "STORE_UNREADABLE", path + ": not a regular file");
  } else if ((info.st_mode & 0077) != 0 && fchmod(file, 0600) != 0) {
    status = Unreadable(path);
  }
  close(file);
  return status;
}

// Makes the names of new files durable.
Status SyncDirectory(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const int file = open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Unreadable(path);
  const int failed = fsync(file);
  Status status;
  if (failed != 0) status = Unreadable(path);
  close(file);
  return status;
}

int RememberWalPages(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

int Checkpoint(Connection& connection, int mode) {
  return sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, mode, nullptr, nullptr);
}

// Throws SQLite::Exception.
void SetUpWriter(Connection& writer, const SqliteOptions& options) {
  sqlite3_db_config(writer.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  writer.Execute("PRAGMA journal_mode = WAL");
  writer.Execute("PRAGMA synchronous = FULL");
  writer.Execute("PRAGMA foreign_keys = ON");
  writer.Execute("PRAGMA secure_delete = ON");
  writer.Execute("PRAGMA journal_size_limit = 67108864");
  // SQLite's own checkpoints swallow their errors; ours do not. See KeepWalShort.
  writer.Execute("PRAGMA wal_autocheckpoint = 0");
  if (options.file_bytes_max > 0) {
    const std::string limit =
        "PRAGMA max_page_count = " + std::to_string(options.file_bytes_max / kPageBytes);
    writer.Execute(limit.c_str());
  }
}

}  // namespace

Result<std::unique_ptr<Store>> SqliteStore::Open(const SqliteOptions& given) {
  ZeroFreedMemory();
  SqliteOptions options = given;
  options.path = Canonical(given.path);
  Result<core::FileLock> lock = core::FileLock::Take(options.path + ".lock");
  if (!lock.ok()) return lock.status();
  FG_RETURN_IF_ERROR(PrepareFile(options.path));
  FG_RETURN_IF_ERROR(CheckHeader(options.path));
  auto writer = std::make_unique<Connection>(options.path, Connection::Mode::kReadWrite,
                                             options.busy_timeout_ms);
  FG_RETURN_IF_ERROR(CheckVersion(*writer, options.path));
  SetUpWriter(*writer, options);
  // A crash may have come between a destroying commit and its scrub.
  if (const int code = Checkpoint(*writer, SQLITE_CHECKPOINT_TRUNCATE); code != SQLITE_OK) {
    throw SQLite::Exception(writer->handle(), code);
  }
  Migrate(*writer);
  FG_RETURN_IF_ERROR(CheckContents(*writer, options.path));
  FG_RETURN_IF_ERROR(SyncDirectory(options.path));
  return std::unique_ptr<Store>(new SqliteStore(options, *std::move(lock), std::move(writer)));
}

SqliteStore::SqliteStore(const SqliteOptions& options, core::FileLock lock,
                         std::unique_ptr<Connection> writer)
    : path_(options.path),
      busy_timeout_ms_(options.busy_timeout_ms),
      lock_(std::move(lock)),
      writer_(std::move(writer)),
      readers_(options.path, options.readers_max, options.busy_timeout_ms) {
  sqlite3_wal_hook(writer_->handle(), RememberWalPages, &wal_pages_);
}

SqliteStore::~SqliteStore() = default;

// ---- Writing
// -------------------------------------------------------------------------------------

Status SqliteStore::AfterFault(const SQLite::Exception& fault, bool is_committing) {
  const int code = fault.getErrorCode() & 0xff;
  // A full disk is found before the commit record is written, and the others before anything is;
  // all leave a transaction that can be taken back. Of anything else nobody knows what is on the
  // disk.
  const bool is_harmless =
      code == SQLITE_FULL || (!is_committing && (code == SQLITE_BUSY || code == SQLITE_NOMEM ||
                                                 code == SQLITE_CONSTRAINT));
  bool is_rolled_back = sqlite3_get_autocommit(writer_->handle()) != 0;
  if (!is_rolled_back) {
    is_rolled_back =
        sqlite3_exec(writer_->handle(), "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  if (!is_harmless || !is_rolled_back) Poison();
  Status status = StatusOf(fault, path_);
  if (!is_poisoned_ || status.code() == Code::kDataLoss) return status;
  return Status(Code::kUnavailable, "STORE_POISONED", status.message());
}

void SqliteStore::Poison() {
  is_poisoned_ = true;
  // Closing would otherwise checkpoint: write again what the disk refused.
  sqlite3_db_config(writer_->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

ApplyResult SqliteStore::Write(const Batch& batch) {
  const std::lock_guard lock(write_mutex_);
  if (is_poisoned_) {
    return {Status(Code::kUnavailable, "STORE_POISONED",
                   path_ + ": a write failed; restart once the disk is sound"),
            {}};
  }
  if (is_scrub_due_) {
    if (Status status = Scrub(); !status.ok()) return {std::move(status), {}};
  }
  ApplyResult result;
  BatchWriter writer(*writer_, batch, stretches_stored_);
  result.status = InTransaction([&] {
    ApplyResult written = writer.Write();
    result.failed_item = written.failed_item;
    return std::move(written.status);
  });
  if (!result.status.ok()) return result;
  std::move(writer).MergeInto(stretches_stored_);
  if (batch.Destroys()) {
    is_scrub_due_ = true;
    result.status = Scrub();
  } else {
    KeepWalShort();
  }
  return result;
}

Status SqliteStore::Scrub() {
  using std::chrono::milliseconds;
  using std::chrono::steady_clock;
  const ReaderPool::Quiet quiet(readers_, busy_timeout_ms_);
  writer_->ForgetPages();
  const auto give_up = steady_clock::now() + milliseconds(busy_timeout_ms_);
  int code = Checkpoint(*writer_, SQLITE_CHECKPOINT_TRUNCATE);
  while (code == SQLITE_BUSY && steady_clock::now() < give_up) {
    std::this_thread::sleep_for(milliseconds(1));
    code = Checkpoint(*writer_, SQLITE_CHECKPOINT_TRUNCATE);
  }
  if (code == SQLITE_OK) {
    is_scrub_due_ = false;
    wal_pages_ = 0;
    return Status::Ok();
  }
  if (code != SQLITE_BUSY) Poison();
  return Status(Code::kUnavailable, "NOT_SCRUBBED",
                path_ + ": written, but its -wal could not be emptied: " + sqlite3_errstr(code));
}

void SqliteStore::KeepWalShort() {
  if (wal_pages_ < kWalPagesMax) return;
  const int code = Checkpoint(*writer_, SQLITE_CHECKPOINT_PASSIVE);
  // This batch is durable all the same: it is in the -wal.
  if (code != SQLITE_OK && code != SQLITE_BUSY) Poison();
}

Status SqliteStore::SetPropertyOnce(std::string_view key, std::string_view value) {
  const std::lock_guard lock(write_mutex_);
  if (is_poisoned_) {
    return Status(Code::kUnavailable, "STORE_POISONED", path_ + ": a write failed");
  }
  return InTransaction([&]() -> Status {
    Query(*writer_, "INSERT INTO properties (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
        .Bind(key, value)
        .Run();
    Query stored(*writer_, "SELECT value FROM properties WHERE key = ?1");
    stored.Bind(key);
    if (stored.Step() && stored.Text(0) == value) return Status::Ok();
    return Status(Code::kAlreadyExists, "PROPERTY_EXISTS", "another value is set for good");
  });
}

}  // namespace facegate::storage::sqlite

namespace facegate::storage {

core::Result<std::unique_ptr<Store>> OpenSqliteStore(const SqliteOptions& options) {
  try {
    return sqlite::SqliteStore::Open(options);
  } catch (const SQLite::Exception& error) {
    return sqlite::StatusOf(error, options.path);
  }
}

}  // namespace facegate::storage
