// The SQLite driver's files: what survives, who may open them, what is found damaged.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "support/base/temp_dir.h"
#include "unit/storage/sqlite_testing.h"
#include "unit/storage/store_testing.h"

namespace facegate::storage::testing {
namespace {

using core::Code;

class SqliteStore : public ::testing::Test {
 protected:
  void ExpectDamaged(const std::string& what) {
    const auto store = TryOpen(path_);
    EXPECT_EQ(store.status().code(), Code::kDataLoss) << store.status().ToString();
    EXPECT_EQ(store.status().reason(), "STORE_DAMAGED");
    EXPECT_NE(store.status().message().find(path_), std::string::npos);
    EXPECT_NE(store.status().message().find(what), std::string::npos) << store.status().message();
  }
  mode_t ModeOf(const std::string& path) {
    struct stat info = {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }

  facegate::testing::TempDir directory_;
  const std::string path_ = directory_ / "store.db";
};
using SqliteStoreDeathTest = SqliteStore;

constexpr int kBeforeStretches = 9;  // the schema that did not sum up the log

TEST_F(SqliteStore, KeepsEverythingWhenReopened) {
  std::string before;
  {
    const auto store = Open(path_);
    EnrolPerson(*store, "p1");
    EnrolPerson(*store, "p2");
    CommitChange(*store, ResourceOf("operators/acme/sites/hq"));
    CommitChange(*store, EraseSubject{SubjectRefOf("p2")});
    CommitChange(*store, PutGallerySecret{{Op(), Purpose()}, Bytes("wrapped")});
    ASSERT_TRUE(store->SetPropertyOnce("kek", "one").ok());
    before = Everything(*store);
  }
  const auto store = Open(path_);
  EXPECT_EQ(Everything(*store), before);
  EXPECT_EQ(*store->GetGallerySecret({Op(), Purpose()}), Bytes("wrapped"));
  EXPECT_EQ(*store->GetProperty("kek"), "one");
  EXPECT_EQ(store->GetSubject(SubjectRefOf("p2")).status().reason(), "SUBJECT_ERASED");
}

TEST_F(SqliteStore, KeepsItsFilesForItsOwner) {
  const auto store = Open(path_);
  Commit(*store, {Item()});
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
    EXPECT_EQ(ModeOf(path_ + suffix), mode_t{0600}) << suffix;
  }
}

TEST_F(SqliteStore, TakesOverAFileForItsOwner) {
  Open(path_);
  ASSERT_EQ(chmod(path_.c_str(), 0644), 0);
  Open(path_);
  EXPECT_EQ(ModeOf(path_), mode_t{0600});
}

TEST_F(SqliteStore, RefusesASecondOpenInTheSameProcess) {
  const auto store = Open(path_);
  for (const std::string& name : {path_, directory_ / "./store.db"}) {
    const auto second = TryOpen(name);
    EXPECT_EQ(second.status().code(), Code::kFailedPrecondition);
    EXPECT_EQ(second.status().reason(), "STORE_IN_USE");
    EXPECT_NE(second.status().message().find(path_), std::string::npos);
  }
}

TEST_F(SqliteStore, RefusesASecondOpenThroughALink) {
  const auto store = Open(path_);
  const std::string link = directory_ / "link.db";
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_EQ(TryOpen(link).status().reason(), "STORE_IN_USE");
}

TEST_F(SqliteStore, RefusesASecondProcess) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t holder = fork();
  if (holder == 0) {
    const auto held = TryOpen(path_);
    const char word = held.ok() ? 'y' : 'n';
    if (write(pipe_ends[1], &word, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char word = 0;
  ASSERT_EQ(read(pipe_ends[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  EXPECT_EQ(TryOpen(path_).status().reason(), "STORE_IN_USE");
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  EXPECT_TRUE(TryOpen(path_).ok()) << "a dead process holds nothing";
}

TEST_F(SqliteStore, RefusesAFileOfANewerVersion) {
  Open(path_);
  Outsider(path_).Execute("PRAGMA user_version = 99");
  const auto store = TryOpen(path_);
  EXPECT_EQ(store.status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(store.status().reason(), "STORE_TOO_NEW");
  EXPECT_NE(store.status().message().find(path_), std::string::npos);
}

TEST_F(SqliteStore, GoesOnWithTheGrowingTileOfVersion1) {
  {
    const auto store = Open(path_);
    Commit(*store, {Item({}, {}, "a"), Item({}, {}, "b")});
  }
  // As version 1 left it: the tile whole in a row of its own, no hash beside the records.
  Outsider version1(path_);
  version1.Execute("UPDATE log_index_keys SET leaf_hash = NULL");
  version1.Execute(
      "INSERT INTO tiles (log, level, idx, bytes) "
      "SELECT id, 0, 0, CAST(printf('%.32c%.32c', 'A', 'B') AS BLOB) FROM logs");

  const auto store = Open(path_);
  core::Bytes wanted(32, 'A');
  wanted.insert(wanted.end(), 32, 'B');
  EXPECT_EQ(*store->ReadTile(Op(), {0, 0}), wanted);
  Commit(*store, {Item({}, {}, "c")});
  wanted.insert(wanted.end(), 32, 'c');
  EXPECT_EQ(*store->ReadTile(Op(), {0, 0}), wanted);
}

TEST_F(SqliteStore, SumsUpTheLogOfAnOlderVersion) {
  std::vector<BatchItem> items(5000, Item());
  items[4500].keys.camera = "cam1";
  items[4500].keys.time = {1'000};
  items[4500].keys.rules = {"r1"};
  Commit(*Open(path_), std::move(items));
  Outsider older(path_);
  for (const char* drop :
       {"DROP TABLE log_stretches", "DROP TABLE log_stretch_values",
        "DROP INDEX log_rules_by_record", "DROP INDEX log_others_by_record",
        "ALTER TABLE logs DROP COLUMN minimum_index", "DROP INDEX resource_history_by_record"}) {
    older.Execute(drop);
  }
  older.Execute("PRAGMA user_version = " + std::to_string(kBeforeStretches));

  const auto store = Open(path_);
  for (const bool by_rule : {false, true}) {
    LogQuery query;
    query.from = core::Timestamp{500};
    (by_rule ? query.rule : query.camera) = by_rule ? "r1" : "cam1";
    const auto found = Must(store->QueryLog(Op(), query));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].index, 4500U);
  }
}

TEST_F(SqliteStore, GoesOnWithAPruningThatWasCutShort) {
  {
    const auto store = Open(path_);
    CommitPrunableLog(*store, 5000);
    EXPECT_FALSE(Must(store->PruneLog(Op(), {4608, 5000}, 4000)));
  }
  const auto store = Open(path_);
  EXPECT_EQ(store->GetLogHead(Op())->minimum_index, 4608u);
  EXPECT_EQ(store->ReadEntries(Op(), 4607, 1).status().reason(), "RECORD_PRUNED");
  EXPECT_TRUE(Must(store->PruneLog(Op(), {4608, 5000}, 4000)));
  EXPECT_EQ(std::filesystem::file_size(path_ + "-wal"), 0u);
  LogQuery query;
  query.rule = "even";
  query.until = core::Timestamp{4610};
  ASSERT_EQ(Must(store->QueryLog(Op(), query)).size(), 1u);
  // Nothing of them is left, nor of the stretch that they filled.
  Outsider outside(path_);
  for (const char* table : {"log_entries", "log_index_keys", "log_rules", "log_others"}) {
    EXPECT_EQ(outside.Integer(std::string("SELECT count(*) FROM ") + table +
                              " WHERE (seq & 1099511627775) < 4608"),
              0)
        << table;
  }
  EXPECT_EQ(outside.Integer("SELECT count(*) FROM log_stretches"), 1);
  EXPECT_EQ(outside.Integer("SELECT min(min_ms) FROM log_stretches"), 4608);
  EXPECT_EQ(outside.Integer("SELECT count(DISTINCT stretch) FROM log_stretch_values"), 1);
}

TEST_F(SqliteStore, FinishesAFileWhoseCreationWasCutShort) {
  WriteFile(path_, "");
  EXPECT_TRUE(TryOpen(path_).ok());
  const std::string other = directory_ / "other.db";
  WriteFile(other, "");
  Outsider(other).Execute("PRAGMA journal_mode = WAL");
  EXPECT_TRUE(TryOpen(other).ok());
}

TEST_F(SqliteStore, NamesAFileThatCannotBeOpened) {
  const std::string nowhere = directory_ / "missing/store.db";
  for (const std::string& path : {nowhere, directory_.path()}) {
    const auto store = TryOpen(path);
    EXPECT_EQ(store.status().code(), Code::kUnavailable);
    EXPECT_EQ(store.status().reason(), "STORE_UNREADABLE");
    EXPECT_NE(store.status().message().find(path), std::string::npos);
  }
}

TEST_F(SqliteStoreDeathTest, NeedsAReader) {
  SqliteOptions options;
  options.path = path_;
  options.readers_max = 0;
  EXPECT_DEATH((void)OpenSqliteStore(options), "check failed");
}

// ---- Damage
// --------------------------------------------------------------------------------------

TEST_F(SqliteStore, FindsGarbage) {
  WriteFile(path_, std::string(8192, 'x'));
  ExpectDamaged("not a database");
}

TEST_F(SqliteStore, FindsAFileCutWithinItsHeader) {
  Open(path_);
  WriteFile(path_, ReadFile(path_).substr(0, 50));
  ExpectDamaged("truncated");
}

TEST_F(SqliteStore, FindsAFileCutInTheMiddle) {
  {
    const auto store = Open(path_);
    EnrolPerson(*store, "p1");
  }
  const std::string whole = ReadFile(path_);
  WriteFile(path_, whole.substr(0, whole.size() / 2));
  ExpectDamaged("malformed");
}

TEST_F(SqliteStore, FindsAnEmptyFileBesideItsLogOfWrites) {
  WriteFile(path_, "");
  WriteFile(path_ + "-wal", "something");
  ExpectDamaged("-wal");
}

TEST_F(SqliteStore, FindsOverwrittenPages) {
  {
    const auto store = Open(path_);
    for (int i = 0; i < 20; ++i) Commit(*store, std::vector<BatchItem>(50, Item()));
  }
  std::string bytes = ReadFile(path_);
  for (std::size_t at = 4096; at < bytes.size(); at += 4096) {
    bytes.replace(at, 100, std::string(100, '\xee'));
  }
  WriteFile(path_, bytes);
  ExpectDamaged("store.db");
}

TEST_F(SqliteStore, FindsADatabaseOfSomethingElse) {
  WriteFile(path_, "");
  Outsider(path_).Execute("CREATE TABLE notes (text TEXT)");
  ExpectDamaged("not a store");
}

TEST_F(SqliteStore, FindsALogWithoutItsLastRecord) {
  {
    const auto store = Open(path_);
    Commit(*store, {Item(), Item(), Item()});
  }
  Outsider(path_).Execute("DELETE FROM log_entries WHERE seq = (SELECT max(seq) FROM log_entries)");
  ExpectDamaged("the log of acme does not end with record 2");
}

TEST_F(SqliteStore, FindsALogThatGoesOnAfterItsHead) {
  {
    const auto store = Open(path_);
    Commit(*store, {Item(), Item(), Item()});
  }
  Outsider(path_).Execute("UPDATE logs SET size = 2");
  ExpectDamaged("the log of acme does not end with record 1");
}

TEST_F(SqliteStore, ReportsAGapInTheLogWhenItIsRead) {
  {
    const auto store = Open(path_);
    Commit(*store, {Item(), Item(), Item()});
  }
  Outsider(path_).Execute("DELETE FROM log_entries WHERE (seq & 1023) = 1");
  const auto store = Open(path_);
  const auto entries = store->ReadEntries(Op(), 0, 10);
  EXPECT_EQ(entries.status().reason(), "STORE_DAMAGED");
  EXPECT_NE(entries.status().message().find(path_), std::string::npos);
}

TEST_F(SqliteStore, ReportsRowsThatMakeNoSense) {
  const auto store = Open(path_);
  EnrolPerson(*store, "p1");
  Outsider(path_).Execute(
      "UPDATE consents SET status = 'MAYBE'; UPDATE vault SET data = zeroblob(3);"
      "UPDATE templates SET site = 'No Id'");
  EXPECT_EQ(store->GetConsent(ConsentRefOf("p1", "c1")).status().reason(), "STORE_DAMAGED");
  EXPECT_EQ(store->GetSubject(SubjectRefOf("p1")).status().reason(), "STORE_DAMAGED");
  EXPECT_EQ(store->GetTemplateKey(SubjectRefOf("p1"), Purpose()).status().reason(),
            "STORE_DAMAGED");
  EXPECT_EQ(store->ListTemplates(std::nullopt, 9).status().code(), Code::kDataLoss);
}

// ---- Limits and company
// --------------------------------------------------------------------------

TEST_F(SqliteStore, RefusesABatchBeyondItsSizeAndKeepsTheRest) {
  std::string before;
  {
    auto opened = TryOpen(path_, 2000, 400 << 10);
    ASSERT_TRUE(opened.ok());
    const std::unique_ptr<Store> store = *std::move(opened);
    const std::string entry(10'000, 'e');
    ApplyResult result;
    for (int i = 0; i < 100 && result.status.ok(); ++i) {
      before = Everything(*store);
      result = TryCommit(*store, {Item({}, {}, entry)});
    }
    EXPECT_EQ(result.status.code(), Code::kUnavailable);
    EXPECT_EQ(result.status.reason(), "STORE_FULL");
    EXPECT_FALSE(result.failed_item.has_value());
    EXPECT_EQ(Everything(*store), before);
    EXPECT_EQ(TryCommit(*store, {Item({}, {}, entry)}).status.reason(), "STORE_FULL");
  }
  const auto store = Open(path_);
  EXPECT_EQ(Everything(*store), before);
  Commit(*store, {Item()});
}

TEST_F(SqliteStore, ScrubsWhileOthersRead) {
  const auto store = Open(path_);
  for (int i = 0; i < 10; ++i) EnrolPerson(*store, ("p" + std::to_string(i)).c_str());
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 6; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        EXPECT_TRUE(store->ListTemplates(std::nullopt, 100).ok());
        EXPECT_TRUE(store->QueryLog(Op(), {}).ok());
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    CommitChange(*store, EraseSubject{SubjectRefOf(("p" + std::to_string(i)).c_str())});
    EXPECT_EQ(std::filesystem::file_size(path_ + "-wal"), 0u);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace facegate::storage::testing
