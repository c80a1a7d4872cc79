// A disk that fails, and a process that is killed.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "support/base/temp_dir.h"
#include "unit/storage/faulty_vfs_testing.h"
#include "unit/storage/sqlite_testing.h"
#include "unit/storage/store_testing.h"

namespace facegate::storage::testing {
namespace {

using core::Code;

class SqliteFault : public ::testing::Test {
 protected:
  void ExpectPoisoned() {
    const std::string before = Everything(*store_);
    const ApplyResult result = TryCommit(*store_, {Item()});
    EXPECT_EQ(result.status.code(), Code::kUnavailable);
    EXPECT_EQ(result.status.reason(), "STORE_POISONED");
    EXPECT_NE(result.status.message().find(path_), std::string::npos);
    EXPECT_EQ(store_->SetPropertyOnce("key", "value").reason(), "STORE_POISONED");
    EXPECT_EQ(Everything(*store_), before);
  }

  facegate::testing::TempDir directory_;
  const std::string path_ = directory_ / "store.db";
  FaultyDisk disk_;
  std::unique_ptr<Store> store_ = Open(path_, 100);
};

TEST_F(SqliteFault, AFailedSyncPoisonsTheStoreUntilReopened) {
  Commit(*store_, {Item()});
  const std::string before = Everything(*store_);
  disk_.wal_sync = SQLITE_IOERR_FSYNC;
  const ApplyResult result = TryCommit(*store_, {Item({PutSubject{SubjectOf("p1")}})});
  EXPECT_EQ(result.status.code(), Code::kUnavailable);
  EXPECT_EQ(result.status.reason(), "STORE_POISONED");
  EXPECT_FALSE(result.failed_item.has_value());
  EXPECT_EQ(Everything(*store_), before);
  disk_.wal_sync = 0;
  ExpectPoisoned();
  store_.reset();
  store_ = Open(path_);
  EXPECT_GE(SizeOf(*store_), 1u);
  Commit(*store_, {Item()});
}

TEST_F(SqliteFault, AFailedWritePoisonsTheStore) {
  Commit(*store_, {Item()});
  disk_.wal_write = SQLITE_IOERR_WRITE;
  EXPECT_EQ(TryCommit(*store_, {Item()}).status.reason(), "STORE_POISONED");
  disk_.wal_write = 0;
  ExpectPoisoned();
}

TEST_F(SqliteFault, APoisonedStoreDoesNotWriteWhenItCloses) {
  Commit(*store_, {Item({}, {}, "acknowledged")});
  disk_.wal_sync = SQLITE_IOERR_FSYNC;
  EXPECT_FALSE(TryCommit(*store_, {Item()}).status.ok());
  disk_.wal_sync = 0;
  const std::string database = ReadFile(path_);
  store_.reset();
  EXPECT_EQ(ReadFile(path_), database);
  store_ = Open(path_);
  EXPECT_EQ(store_->ReadEntries(Op(), 0, 1)->front().entry, "acknowledged");
}

TEST_F(SqliteFault, AFullDiskRollsBackAndIsNotTheEnd) {
  Commit(*store_, {Item()});
  const std::string before = Everything(*store_);
  disk_.wal_write = SQLITE_FULL;
  for (int i = 0; i < 2; ++i) {
    const ApplyResult result = TryCommit(*store_, {Item({PutSubject{SubjectOf("p1")}})});
    EXPECT_EQ(result.status.code(), Code::kUnavailable);
    EXPECT_EQ(result.status.reason(), "STORE_FULL");
    EXPECT_EQ(Everything(*store_), before);
  }
  disk_.wal_write = 0;
  Commit(*store_, {Item({PutSubject{SubjectOf("p1")}})});
  store_.reset();
  store_ = Open(path_);
  EXPECT_EQ(SizeOf(*store_), 2u);
}

TEST_F(SqliteFault, AScrubThatCannotWriteIsNotAcknowledged) {
  EnrolPerson(*store_, "p1");
  disk_.database_sync = SQLITE_IOERR_FSYNC;
  const ApplyResult result = TryCommit(*store_, {Item({EraseSubject{SubjectRefOf("p1")}})});
  EXPECT_EQ(result.status.code(), Code::kUnavailable);
  EXPECT_EQ(result.status.reason(), "NOT_SCRUBBED");
  disk_.database_sync = 0;
  ExpectPoisoned();
  store_.reset();
  store_ = Open(path_);
  EXPECT_EQ(store_->GetSubject(SubjectRefOf("p1")).status().reason(), "SUBJECT_ERASED");
  EXPECT_EQ(AllBytes(directory_.path()).find("sealed t1 of p1"), std::string::npos);
}

TEST_F(SqliteFault, AFailedCheckpointPoisonsWhatComesAfterTheBatch) {
  disk_.database_write = SQLITE_IOERR_WRITE;
  const std::vector<BatchItem> big(350, Item({}, {}, std::string(50'000, 'e')));
  const ApplyResult result = TryCommit(*store_, big);
  EXPECT_TRUE(result.status.ok()) << "the batch is durable in the log of writes";
  disk_.database_write = 0;
  const ApplyResult next = TryCommit(*store_, {Item()});
  EXPECT_EQ(next.status.reason(), "STORE_POISONED");
  store_.reset();
  store_ = Open(path_);
  EXPECT_EQ(SizeOf(*store_), 350u);
}

TEST_F(SqliteFault, KeepsTheLogOfWritesShort) {
  const std::vector<BatchItem> big(100, Item({}, {}, std::string(50'000, 'e')));
  for (int i = 0; i < 16; ++i) Commit(*store_, big);
  EXPECT_GT(std::filesystem::file_size(path_), std::uintmax_t{64} << 20);
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), std::uintmax_t{40} << 20);
}

// ---- Kill -9
// -------------------------------------------------------------------------------------

// Writes batches for ever and tells through `out` how long the acknowledged log is.
[[noreturn]] void WriteUntilKilled(const std::string& path, int out) {
  core::Result<std::unique_ptr<Store>> opened = TryOpen(path);
  if (!opened.ok()) _exit(1);
  Store& store = **opened;
  for (;;) {
    const std::uint64_t size = store.GetLogHead(Op())->size;
    std::vector<BatchItem> items;
    for (std::uint64_t i = size; i < size + 3; ++i) {
      const std::string id = std::string("p").append(std::to_string(i));
      items.push_back(Item({PutSubject{SubjectOf(id.c_str())}}, {}, std::to_string(i)));
    }
    const std::string last = std::string("p").append(std::to_string(size + 2));
    items.back().changes.push_back(EraseSubject{SubjectRefOf(last.c_str())});
    Batch batch(Op(), size, std::move(items), {}, "over " + std::to_string(size + 3));
    if (!store.Apply(batch).status.ok()) _exit(2);
    const std::uint64_t acknowledged = size + 3;
    if (write(out, &acknowledged, sizeof acknowledged) != sizeof acknowledged) _exit(3);
  }
}

// Kills a writer after it has acknowledged `batches` more; answers the last it told of.
std::uint64_t RunAndKill(const std::string& path, int batches) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    WriteUntilKilled(path, ends[1]);
  }
  close(ends[1]);
  std::uint64_t acknowledged = 0;
  for (int i = 0; i < batches; ++i) {
    EXPECT_EQ(read(ends[0], &acknowledged, sizeof acknowledged),
              static_cast<ssize_t>(sizeof acknowledged));
  }
  // It goes on meanwhile, so that the kill falls anywhere in a batch.
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer failed by itself";
  std::uint64_t more = 0;
  while (read(ends[0], &more, sizeof more) == static_cast<ssize_t>(sizeof more)) {
    acknowledged = more;
  }
  close(ends[0]);
  return acknowledged;
}

TEST(SqliteCrash, EveryAcknowledgedBatchSurvivesAKill) {
  const facegate::testing::TempDir directory;
  const std::string path = directory / "store.db";
  constexpr int kCycles = 20;
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    const std::uint64_t acknowledged = RunAndKill(path, 1 + cycle % 4);
    const auto store = Open(path);
    ASSERT_NE(store, nullptr);
    const LogHead head = Must(store->GetLogHead(Op()));
    EXPECT_GE(head.size, acknowledged);
    EXPECT_LE(head.size, acknowledged + 3) << "at most the batch in flight";
    EXPECT_EQ(head.checkpoint, "over " + std::to_string(head.size));
    const std::vector<LogEntry> entries = Must(store->ReadEntries(Op(), 0, 1000));
    ASSERT_EQ(entries.size(), head.size);
    for (const LogEntry& entry : entries) {
      EXPECT_EQ(entry.entry, std::to_string(entry.index));
      const std::string id = std::string("p").append(std::to_string(entry.index));
      EXPECT_EQ(store->GetSubject(SubjectRefOf(id.c_str())).ok(), entry.index % 3 != 2);
    }
    const std::string last = "secret of p" + std::to_string(head.size - 1) + '\0';
    EXPECT_EQ(AllBytes(directory.path()).find(last), std::string::npos);
  }
}

}  // namespace
}  // namespace facegate::storage::testing
