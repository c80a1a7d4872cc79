#include "audit/head_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/base/temp_dir.h"

namespace facegate::audit {
namespace {

class HeadFileTest : public ::testing::Test {
 protected:
  std::string Kept() {
    HeadFile file(path);
    const auto kept = file.Read();
    EXPECT_TRUE(kept.ok()) << kept.status().ToString();
    return kept.ok() && kept->has_value() ? **kept : "nothing";
  }
  void Keep(const std::string& checkpoint) {
    HeadFile file(path);
    ASSERT_TRUE(file.Read().ok());
    ASSERT_TRUE(file.Write(checkpoint).ok());
  }
  // Overwrites one byte of the file.
  void Damage(std::streamoff at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put('#');
  }
  testing::TempDir dir;
  const std::string path = dir / "acme.head";
};

TEST_F(HeadFileTest, HoldsNothingBeforeTheFirstCheckpoint) {
  EXPECT_EQ(Kept(), "nothing");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(HeadFileTest, GivesBackTheLastCheckpoint) {
  for (int i = 1; i <= 5; ++i) {
    Keep("checkpoint " + std::to_string(i) + "\n");
    EXPECT_EQ(Kept(), "checkpoint " + std::to_string(i) + "\n");
  }
}

TEST_F(HeadFileTest, FallsBackToTheOtherSlotWhenOneIsTorn) {
  Keep("first\n");   // turn 1, second slot
  Keep("second\n");  // turn 2, first slot
  Damage(90);
  EXPECT_EQ(Kept(), "first\n");
  Keep("third\n");
  EXPECT_EQ(Kept(), "third\n");
}

TEST_F(HeadFileTest, RefusesAFileWithoutAWholeSlot) {
  Keep("first\n");
  Damage(4096 + 90);
  HeadFile file(path);
  EXPECT_EQ(file.Read().status().reason(), "HEAD_DAMAGED");
}

TEST_F(HeadFileTest, TellsWhenItCannotWrite) {
  HeadFile file(dir / "none/acme.head");
  ASSERT_TRUE(file.Read().ok());
  EXPECT_EQ(file.Write("first\n").reason(), "FILE_NOT_WRITTEN");
}

TEST_F(HeadFileTest, ListsTheLogsThatHaveOne) {
  EXPECT_TRUE(LogsWithHeads(dir.path())->empty());
  std::filesystem::create_directory(HeadsFolder(dir.path()));
  for (const char* log : {"beta", "acme"}) {
    HeadFile file(HeadPath(dir.path(), model::OperatorId(log)));
    ASSERT_TRUE(file.Read().ok());
    ASSERT_TRUE(file.Write("first\n").ok());
  }
  std::ofstream(HeadsFolder(dir.path()) + "/acme.head~") << "an editor's";
  const auto logs = LogsWithHeads(dir.path());
  ASSERT_TRUE(logs.ok());
  EXPECT_EQ(*logs, (std::vector{model::OperatorId("acme"), model::OperatorId("beta")}));
}

// A folder that cannot be read is not one without head files: they are what a rollback shows by.
TEST_F(HeadFileTest, TellsAFolderThatCannotBeReadFromOneThatIsNotThere) {
  std::ofstream(HeadsFolder(dir.path())) << "not a folder";
  EXPECT_EQ(LogsWithHeads(dir.path()).status().reason(), "FILE_UNREADABLE");
}

using HeadFileDeathTest = HeadFileTest;

TEST_F(HeadFileDeathTest, AbortsOnACheckpointThatDoesNotFit) {
  HeadFile file(path);
  ASSERT_TRUE(file.Read().ok());
  EXPECT_DEATH({ (void)file.Write(std::string(kHeadCheckpointBytesMax + 1, 'x')); },
               "check failed");
}

}  // namespace
}  // namespace facegate::audit
