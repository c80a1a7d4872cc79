// What a look through a stored log finds, and what it can mend.
#include "facegate/audit/inspection.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "facegate/audit/pruning.h"
#include "support/base/fake_clock.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::audit {
namespace {

using testing::World;

constexpr int kPeople = 300;  // more records than a tile has leaves

class InspectionTest : public ::testing::Test {
 protected:
  InspectionTest() {
    testing::WorldOptions options;
    options.store = OpenStore();
    options.data_dir = folder_.path();
    World world(std::move(options));
    for (int i = 0; i < kPeople; ++i) world.AddSubject(std::string("p") + std::to_string(i));
    size_ = world.store->GetLogHead(World::op())->size;
    keys_ = std::move(world.keys);
  }

  std::unique_ptr<storage::Store> OpenStore() {
    storage::SqliteOptions sqlite;
    sqlite.path = folder_ / "facegate.db";
    auto store = storage::OpenSqliteStore(sqlite);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    return std::move(store).value();
  }

  // Behind the store's back.
  void Change(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "facegate.db").c_str(), &db), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
    sqlite3_close(db);
  }

  // The same world eleven days later: what is older than ten goes, which is a bundle of 256.
  void Prune() {
    testing::WorldOptions options;
    options.store = OpenStore();
    options.data_dir = folder_.path();
    options.already_registered = true;
    options.keys = std::move(keys_);
    options.now = testing::FakeClock().Now() + 11 * core::kMsPerDay;
    World world(std::move(options));
    LogPruner pruner(*world.store, *world.ledger, world.clock,
                     {.is_on = true, .retained_days = 10, .published = {}});
    const auto pruned = pruner.Run();
    EXPECT_TRUE(pruned.ok()) << pruned.status().ToString();
    EXPECT_EQ(*pruned, 256U);
    size_ = world.store->GetLogHead(World::op())->size;
    keys_ = std::move(world.keys);
  }

  Inspection Inspect() {
    const auto store = OpenStore();
    auto found = InspectLog(*store, *keys_, "test.example", folder_.path(), World::op(), {});
    EXPECT_TRUE(found.ok()) << found.status().ToString();
    return *std::move(found);
  }

  void ExpectOne(Ill ill, std::optional<std::uint64_t> record) {
    const Inspection found = Inspect();
    ASSERT_FALSE(found.faults.empty());
    EXPECT_EQ(IllWord(found.faults[0].ill), IllWord(ill)) << found.faults[0].what;
    EXPECT_EQ(found.faults[0].record, record) << found.faults[0].what;
    EXPECT_FALSE(found.ok());
  }

  testing::TempDir folder_;
  std::unique_ptr<crypto::KeyRing> keys_;
  std::uint64_t size_ = 0;
};

TEST_F(InspectionTest, FindsNothingInAWholeLogAndSaysWhatItCannotShow) {
  const Inspection found = Inspect();
  EXPECT_TRUE(found.ok());
  EXPECT_EQ(found.size, size_);
  EXPECT_EQ(found.records_checked, size_);
  EXPECT_EQ(found.origin, "test.example/acme");
  EXPECT_EQ(found.unproven.size(), 2U);
}

TEST_F(InspectionTest, NamesTheFirstRecordThatIsNotAsItWasWritten) {
  Change(
      "UPDATE log_entries SET entry = "
      "CAST(replace(entry, 'subject.created', 'subject.erased!') AS BLOB) "
      "WHERE (seq & 1099511627775) IN (100, 200)");
  ExpectOne(Ill::kDamage, 100);
}

TEST_F(InspectionTest, NamesTheFirstRecordThatIsMissing) {
  Change("DELETE FROM log_entries WHERE (seq & 1099511627775) IN (70, 71, 90)");
  ExpectOne(Ill::kMissing, 70);
}

TEST_F(InspectionTest, NamesRecordsThatChangedPlaces) {
  Change(
      "UPDATE log_entries SET entry = (SELECT entry FROM log_entries "
      "WHERE (seq & 1099511627775) = 50) WHERE (seq & 1099511627775) = 60");
  ExpectOne(Ill::kDamage, 60);
}

TEST_F(InspectionTest, FindsATileThatIsNotThatOfTheRecords) {
  Change("UPDATE tiles SET bytes = zeroblob(8192) WHERE level = 0 AND idx = 0");
  ExpectOne(Ill::kDamage, std::nullopt);
}

TEST_F(InspectionTest, TellsARollbackFromAFork) {
  const std::string head = folder_ / "heads/acme.head";
  {
    // The same log, gone on without the one that is looked at.
    testing::TempDir other;
    std::filesystem::copy(folder_.path(), other.path(), std::filesystem::copy_options::recursive);
    testing::WorldOptions options;
    storage::SqliteOptions sqlite;
    sqlite.path = other / "facegate.db";
    options.store = *storage::OpenSqliteStore(sqlite);
    options.data_dir = other.path();
    options.already_registered = true;
    options.keys = std::move(keys_);
    World world(std::move(options));
    world.AddSubject("another");
    keys_ = std::move(world.keys);
    std::filesystem::copy_file(other / "heads/acme.head", head,
                               std::filesystem::copy_options::overwrite_existing);
  }
  ExpectOne(Ill::kRollback, size_);
  {
    testing::WorldOptions options;
    options.store = OpenStore();
    options.already_registered = true;  // and no head file of its own: it grows unchecked
    options.keys = std::move(keys_);
    World world(std::move(options));
    world.AddSubject("one");
    keys_ = std::move(world.keys);
  }
  ExpectOne(Ill::kFork, std::nullopt);
}

TEST_F(InspectionTest, NamesOtherKeys) {
  keys_ = crypto::KeyRing::Ephemeral();
  ExpectOne(Ill::kWrongKeys, std::nullopt);
}

TEST_F(InspectionTest, SaysMoreCannotBeShownWithoutAHeadFile) {
  std::filesystem::remove(folder_ / "heads/acme.head");
  const Inspection found = Inspect();
  EXPECT_TRUE(found.ok());
  ASSERT_EQ(found.unproven.size(), 2U);
  EXPECT_NE(found.unproven[1].find("no head file"), std::string::npos);
}

TEST_F(InspectionTest, KnowsALogThatOnlyItsHeadFileRemembers) {
  const auto store = storage::OpenMemoryStore();
  const auto logs = KnownLogs(*store, folder_.path());
  ASSERT_TRUE(logs.ok());
  ASSERT_EQ(logs->size(), 1U);
  const auto found = InspectLog(*store, *keys_, "test.example", folder_.path(), World::op(), {});
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->faults.size(), 1U);
  EXPECT_EQ(found->faults[0].ill, Ill::kRollback);
}

TEST_F(InspectionTest, FindsAndMendsTheSearchIndex) {
  Change("UPDATE log_index_keys SET type = 'decision' WHERE (seq & 1099511627775) = 40");
  Change("DELETE FROM log_index_keys WHERE (seq & 1099511627775) IN (41, 42)");
  Change("DELETE FROM log_stretch_values");
  const Inspection before = Inspect();
  EXPECT_TRUE(before.faults.empty());
  EXPECT_EQ(before.index_rows_wrong, 3U);
  EXPECT_EQ(before.first_index_row_wrong, 40U);
  {
    const auto store = OpenStore();
    const auto mended = RebuildIndex(*store, World::op(), {});
    ASSERT_TRUE(mended.ok()) << mended.status().ToString();
    EXPECT_EQ(*mended, 3U);
    storage::LogQuery query;
    query.type = "subject.created";
    query.limit = 1000;
    EXPECT_EQ(store->QueryLog(World::op(), query)->size(), std::size_t{kPeople});
  }
  EXPECT_TRUE(Inspect().ok());
}

// The rows are right, and what the store sums up from them, to skip what cannot be there, is not.
TEST_F(InspectionTest, FindsAndMendsWhatSearchesPassOver) {
  for (const char* damage :
       {"DELETE FROM log_stretch_values WHERE value = 'subject.created'",
        "DELETE FROM log_stretches", "UPDATE log_stretches SET max_ms = min_ms - 1",
        "UPDATE log_stretches SET min_ms = max_ms + 1"}) {
    SCOPED_TRACE(damage);
    Change(damage);
    const Inspection before = Inspect();
    EXPECT_TRUE(before.faults.empty());
    EXPECT_EQ(before.index_rows_wrong, 0U);
    EXPECT_TRUE(before.first_record_not_found);
    EXPECT_FALSE(before.ok());
    {
      const auto store = OpenStore();
      const auto mended = RebuildIndex(*store, World::op(), {});
      ASSERT_TRUE(mended.ok()) << mended.status().ToString();
      EXPECT_EQ(*mended, 0U);
    }
    EXPECT_TRUE(Inspect().ok());
  }
}

TEST_F(InspectionTest, LooksThroughAPrunedLogAndSaysWhatItCannotShow) {
  Prune();
  const Inspection found = Inspect();
  EXPECT_TRUE(found.ok());
  EXPECT_EQ(found.size, size_);
  EXPECT_EQ(found.minimum_index, 256U);
  EXPECT_EQ(found.records_checked, size_ - 256);
  ASSERT_EQ(found.unproven.size(), 3U);
  EXPECT_NE(found.unproven[2].find("below 256"), std::string::npos);
}

TEST_F(InspectionTest, TellsARecordThatIsMissingFromThoseThatWerePruned) {
  Prune();
  Change("DELETE FROM log_entries WHERE (seq & 1099511627775) IN (270, 271)");
  ExpectOne(Ill::kMissing, 270);
}

TEST_F(InspectionTest, TakesNoRecordsForPrunedThatTheLogDoesNotSay) {
  Change("DELETE FROM log_entries WHERE (seq & 1099511627775) < 256");
  Change("UPDATE logs SET minimum_index = 256");
  ExpectOne(Ill::kMissing, 0);
}

TEST_F(InspectionTest, TakesNoMoreForPrunedThanTheLogSays) {
  Prune();
  {
    testing::WorldOptions options;
    options.store = OpenStore();
    options.data_dir = folder_.path();
    options.already_registered = true;
    options.keys = std::move(keys_);
    options.now = testing::FakeClock().Now() + 12 * core::kMsPerDay;
    World world(std::move(options));
    for (int i = 0; i < kPeople; ++i) world.AddSubject(std::string("q") + std::to_string(i));
    keys_ = std::move(world.keys);
  }
  Change("DELETE FROM log_entries WHERE (seq & 1099511627775) < 512");
  Change("UPDATE logs SET minimum_index = 512");
  ExpectOne(Ill::kMissing, 0);
}

TEST_F(InspectionTest, FindsATileOfPrunedRecordsThatIsMissingOrAnother) {
  Prune();
  {
    testing::TempDir other;
    std::filesystem::copy_file(folder_ / "facegate.db", other / "kept.db");
    Change("DELETE FROM tiles WHERE level = 0 AND idx = 0");
    ExpectOne(Ill::kMissing, std::nullopt);
    std::filesystem::copy_file(other / "kept.db", folder_ / "facegate.db",
                               std::filesystem::copy_options::overwrite_existing);
  }
  Change("UPDATE tiles SET bytes = zeroblob(8192) WHERE level = 0 AND idx = 0");
  ExpectOne(Ill::kDamage, std::nullopt);
}

TEST_F(InspectionTest, MendsTheSearchIndexOfAPrunedLog) {
  Prune();
  Change("DELETE FROM log_index_keys WHERE (seq & 1099511627775) = 300");
  {
    const auto store = OpenStore();
    const auto mended = RebuildIndex(*store, World::op(), {});
    ASSERT_TRUE(mended.ok()) << mended.status().ToString();
    EXPECT_EQ(*mended, 1U);
  }
  EXPECT_TRUE(Inspect().ok());
}

TEST_F(InspectionTest, ReplacesNoRowOfARecordThatIsNotThere) {
  const auto store = OpenStore();
  storage::IndexRow row;
  row.index = size_;
  EXPECT_EQ(store->ReplaceIndex(World::op(), {row}).reason(), "RECORD_NOT_FOUND");
}

}  // namespace
}  // namespace facegate::audit
