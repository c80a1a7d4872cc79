// Copies of a database in use.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "support/base/temp_dir.h"
#include "unit/storage/sqlite_testing.h"
#include "unit/storage/store_testing.h"

namespace facegate::storage::testing {
namespace {

class SqliteCopy : public ::testing::Test {
 protected:
  // Some megabytes, so that a copy takes many steps.
  void Fill(int items) {
    for (int i = 0; i < items; i += 50) {
      std::vector<BatchItem> batch(50, Item({}, {}, std::string(4000, 'e')));
      Commit(*store_, std::move(batch));
    }
  }
  facegate::testing::TempDir dir_;
  facegate::testing::TempDir copies_;
  const std::string path_ = dir_ / "store.db";
  const std::string copy_ = copies_ / "copy.db";
  std::unique_ptr<Store> store_ = Open(path_);
};

TEST_F(SqliteCopy, HoldsEverythingAndSaysHowFarItsLogsGo) {
  EnrolPerson(*store_, "p1");
  Fill(200);
  const auto copied = store_->CopyTo(copy_);
  ASSERT_TRUE(copied.ok()) << copied.status().ToString();
  EXPECT_EQ(copied->logs.at(Op()).size, SizeOf(*store_));
  EXPECT_GT(copied->schema_version, 0);
  const std::string everything = Everything(*store_);
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  EXPECT_EQ(Everything(*Open(copy_)), everything);
}

TEST_F(SqliteCopy, IsOneFile) {
  Fill(50);
  ASSERT_TRUE(store_->CopyTo(copy_).ok());
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(copies_.path())) {
    EXPECT_EQ(file.path().string(), copy_);
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(SqliteCopy, OverwritesNothing) {
  WriteFile(copy_, "somebody's");
  EXPECT_EQ(store_->CopyTo(copy_).status().reason(), "BACKUP_UNWRITABLE");
  EXPECT_EQ(ReadFile(copy_), "somebody's");
  EXPECT_EQ(store_->CopyTo(copies_ / "none/copy.db").status().reason(), "BACKUP_UNWRITABLE");
}

// Writers, rollbacks and erasures go on, and the copy is one of the states that there were.
TEST_F(SqliteCopy, IsConsistentWhileTheStoreIsWrittenTo) {
  EnrolPerson(*store_, "p1");
  Fill(3000);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      Commit(*store_, {Item({}, {}, std::string(4000, 'w'))});
      if (i % 3 == 0) {
        const auto refused = TryCommit(
            *store_, {Item({}, {}, std::string(4000, 'r')), Item({PutSubject{SubjectOf("p1")}})});
        EXPECT_EQ(refused.status.reason(), "PRECONDITION");
      }
      if (i == 20) CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
    }
  });
  const std::uint64_t before = SizeOf(*store_);
  const auto copied = store_->CopyTo(copy_);
  const std::uint64_t after = SizeOf(*store_);
  stop = true;
  writer.join();
  ASSERT_TRUE(copied.ok()) << copied.status().ToString();
  EXPECT_GE(copied->logs.at(Op()).size, before);
  EXPECT_LE(copied->logs.at(Op()).size, after);
  const auto opened = Open(copy_);
  EXPECT_EQ(SizeOf(*opened), copied->logs.at(Op()).size);
}

TEST_F(SqliteCopy, HoldsUpNoErasureAndKeepsNothingOfIt) {
  EnrolPerson(*store_, "p1");
  const std::string secret = "secret of p1";
  Fill(3000);
  std::atomic<bool> done{false};
  std::thread copier([&] {
    EXPECT_TRUE(store_->CopyTo(copy_).ok());
    done = true;
  });
  // Once the first pages, with the secret in them, are in the copy.
  while (!done && ReadFile(copy_).find(secret) == std::string::npos) std::this_thread::yield();
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  const bool overtook = !done;
  copier.join();
  EXPECT_EQ(AllBytes(dir_.path()).find(secret), std::string::npos);
  if (overtook) {
    EXPECT_EQ(ReadFile(copy_).find(secret), std::string::npos);
  }
}

}  // namespace
}  // namespace facegate::storage::testing
