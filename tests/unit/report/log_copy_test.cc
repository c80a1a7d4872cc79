#include "facegate/report/log_copy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/base/temp_dir.h"
#include "unit/report/written_log.h"

namespace facegate::report {
namespace {

using testing::TempDir;
using testing::WrittenLog;

CopyReport Verify(const TempDir& dir, const WrittenLog& log) {
  core::Result<CopyReport> report = VerifyLogCopy(dir.path(), log.keys(), {});
  EXPECT_TRUE(report.ok());
  return std::move(report).value();
}

void FlipByte(const std::string& path, std::size_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  ASSERT_TRUE(file.is_open()) << path;
  file.seekg(static_cast<long>(at));
  const int byte = file.get();
  file.seekp(static_cast<long>(at));
  file.put(static_cast<char>(byte ^ 1));
}

TEST(VerifyLogCopy, AcceptsAWholeCopyAndCountsItsRecords) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(300);
  log.WriteTo(dir.path());
  const CopyReport report = Verify(dir, log);
  ASSERT_TRUE(report.ok()) << report.fault->reason << " " << report.fault->file;
  EXPECT_EQ(report.records_checked, 300u);
  EXPECT_EQ(report.checkpoint.size, 300u);
  EXPECT_EQ(report.records_by_type.at("decision"), 299u);
  EXPECT_EQ(report.records_by_type.at("gateway.started"), 1u);
  EXPECT_EQ(report.last_time - report.first_time, 299'000);
}

TEST(VerifyLogCopy, AcceptsACopyOfAnEmptyLog) {
  TempDir dir;
  WrittenLog log;
  log.WriteTo(dir.path());
  EXPECT_TRUE(Verify(dir, log).ok());
}

TEST(VerifyLogCopy, AcceptsACopyWhoseLastBundleIsFull) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(512);
  log.WriteTo(dir.path());
  EXPECT_TRUE(Verify(dir, log).ok());
}

TEST(VerifyLogCopy, ReportsProgressUpToTheEnd) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(300);
  log.WriteTo(dir.path());
  std::vector<std::uint64_t> seen;
  const Progress progress = [&seen](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, 300u);
    seen.push_back(done);
  };
  ASSERT_TRUE(VerifyLogCopy(dir.path(), log.keys(), progress).ok());
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{256, 300}));
}

// Whichever byte of a bundle is flipped, the record that holds it is named.
TEST(VerifyLogCopy, NamesTheRecordThatAFlippedByteIsIn) {
  WrittenLog log;
  log.AppendMany(4);
  std::size_t offset = 0;
  for (std::uint64_t index = 0; index < 4; ++index) {
    const std::size_t size = 2 + log.entries()[index].size();
    for (std::size_t at = offset; at < offset + size; at += 7) {
      TempDir dir;
      log.WriteTo(dir.path());
      FlipByte(dir / "tile/entries/000.p/4", at);
      const CopyReport report = Verify(dir, log);
      ASSERT_FALSE(report.ok()) << at;
      EXPECT_EQ(report.fault->record, index) << at << " " << report.fault->reason;
      EXPECT_EQ(report.fault->file, "tile/entries/000.p/4");
      EXPECT_EQ(report.records_checked, index);
    }
    offset += size;
  }
}

TEST(VerifyLogCopy, NamesAFlippedByteOfATile) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(5);
  log.WriteTo(dir.path());
  FlipByte(dir / "tile/0/000.p/5", 100);
  const CopyReport report = Verify(dir, log);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.fault->reason, "TILE_DIFFERS");
  EXPECT_EQ(report.fault->file, "tile/0/000.p/5");
}

TEST(VerifyLogCopy, NamesAFlippedByteOfTheCheckpoint) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(5);
  log.WriteTo(dir.path());
  FlipByte(dir / "checkpoint", std::string(WrittenLog::kOrigin).size() + 1);
  const CopyReport report = Verify(dir, log);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.fault->file, "checkpoint");
  EXPECT_FALSE(report.fault->record.has_value());
}

TEST(VerifyLogCopy, RefusesACopyWithoutCheckpoint) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(1);
  log.WriteTo(dir.path());
  std::filesystem::remove(dir / "checkpoint");
  EXPECT_EQ(Verify(dir, log).fault->reason, "COPY_INCOMPLETE");
}

TEST(VerifyLogCopy, NamesTheFirstRecordOfAMissingBundle) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(300);
  log.WriteTo(dir.path());
  std::filesystem::remove(dir / "tile/entries/001.p/44");
  const CopyReport report = Verify(dir, log);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.fault->reason, "RECORD_MISSING");
  EXPECT_EQ(report.fault->record, 256u);
}

TEST(VerifyLogCopy, NamesAMissingTile) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(300);
  log.WriteTo(dir.path());
  std::filesystem::remove(dir / "tile/1/000.p/1");
  EXPECT_EQ(Verify(dir, log).fault->reason, "TILE_MISSING");
}

TEST(VerifyLogCopy, NamesBytesAfterTheLastRecord) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(2);
  log.WriteTo(dir.path());
  std::ofstream(dir / "tile/entries/000.p/2", std::ios::app) << "x";
  EXPECT_EQ(Verify(dir, log).fault->reason, "BUNDLE_TOO_LONG");
}

// The operator's own keys do not help to put a record elsewhere.
TEST(VerifyLogCopy, NamesASignedRecordInAnotherPlace) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(2);
  log.Append(log.Record(7, 2));
  log.WriteTo(dir.path());
  const CopyReport report = Verify(dir, log);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.fault->reason, "INDEX_DIFFERS");
  EXPECT_EQ(report.fault->record, 2u);
}

TEST(VerifyLogCopy, NamesARecordThatIsOlderThanTheOneBefore) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(2);
  log.Append(log.Record(2, 0));
  log.WriteTo(dir.path());
  EXPECT_EQ(Verify(dir, log).fault->reason, "TIME_GOES_BACK");
}

TEST(VerifyLogCopy, NamesASignedRecordThatIsNoRecord) {
  for (const char* line : {"{}", "[]", "no json", R"({"index":0})", R"({"index":"0"})"}) {
    TempDir dir;
    WrittenLog log;
    log.Append(log.SignRecord(line));
    log.WriteTo(dir.path());
    EXPECT_EQ(Verify(dir, log).fault->reason, "RECORD_MALFORMED") << line;
  }
}

// Same records, checkpoint of a longer history.
TEST(VerifyLogCopy, RefusesRecordsThatTheCheckpointWasNotSignedOver) {
  TempDir dir;
  WrittenLog log, other;
  log.AppendMany(3);
  other.AppendMany(2);
  other.Append(other.Record(2, 99));
  log.WriteTo(dir.path());
  std::ofstream(dir / "checkpoint", std::ios::trunc) << other.Checkpoint();
  EXPECT_EQ(Verify(dir, log).fault->reason, "ROOT_DIFFERS");
}

TEST(VerifyLogCopy, RefusesTheKeysOfAnotherLog) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(1);
  log.WriteTo(dir.path());
  LogKeys keys = log.keys();
  std::swap(keys.checkpoint.key, keys.record.key);
  core::Result<CopyReport> report = VerifyLogCopy(dir.path(), keys, {});
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->ok());
  EXPECT_EQ(report->fault->file, "checkpoint");
}

TEST(VerifyLogCopy, ReturnsNotFoundWithoutADirectory) {
  TempDir dir;
  const core::Result<CopyReport> report = VerifyLogCopy(dir / "none", WrittenLog().keys(), {});
  EXPECT_EQ(report.status().reason(), "COPY_NOT_FOUND");
}

TEST(ParseLogKeys, TakesBothKeysInEitherOrder) {
  const LogKeys keys = WrittenLog().keys();
  for (const std::string& text :
       {keys.checkpoint.ToString() + "\n" + keys.record.ToString() + "\n",
        "# keys\r\n" + keys.record.ToString() + "\r\n\n" + keys.checkpoint.ToString()}) {
    const core::Result<LogKeys> parsed = ParseLogKeys(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed->checkpoint.name, WrittenLog::kOrigin);
    EXPECT_EQ(parsed->record.name, std::string(WrittenLog::kOrigin) + "/records");
  }
}

TEST(ParseLogKeys, RefusesALineThatIsNoKey) {
  EXPECT_EQ(ParseLogKeys("hello\n").status().reason(), "BAD_VKEY");
}

TEST(ParseLogKeys, RefusesOneKeyAloneAndKeysOfTwoLogs) {
  const LogKeys keys = WrittenLog().keys();
  const tlog::VerifierKey other =
      tlog::MakeVerifierKey("other/records", tlog::kSigEd25519, keys.record.key);
  EXPECT_EQ(ParseLogKeys(keys.checkpoint.ToString()).status().reason(), "KEYS_UNPAIRED");
  EXPECT_EQ(ParseLogKeys(keys.checkpoint.ToString() + "\n" + other.ToString()).status().reason(),
            "KEYS_UNPAIRED");
}

TEST(IsLogFilePath, KnowsThePathsOfALog) {
  for (const char* path : {"checkpoint", "tile/0/000", "tile/entries/000.p/1", "tile/1/x001/067",
                           "tile/entries/x001/x234/067.p/255"}) {
    EXPECT_TRUE(IsLogFilePath(path)) << path;
  }
  for (const char* path : {"",
                           "checkpoint/",
                           "/checkpoint",
                           "../checkpoint",
                           "tile/0",
                           "tile/0/../../x",
                           "tile/0/x001",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000/1",
                           "tile/0/00",
                           "tile/-1/000",
                           "tile/a/000",
                           "tile/0/000.p/1/2",
                           "tile//000",
                           "keys",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/x000/001",
                           "tile/64/000"}) {
    EXPECT_FALSE(IsLogFilePath(path)) << path;
  }
}

TEST(LogCopyWriter, RefusesAPathOutsideTheLog) {
  TempDir dir;
  core::Result<LogCopyWriter> writer = LogCopyWriter::Open(dir / "copy");
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ(writer->Add("../escaped", {}).reason(), "BAD_COPY_PATH");
  EXPECT_FALSE(std::filesystem::exists(dir / "escaped"));
}

// Puts, without content, every bundle and tile that is full at `size` into the folder.
void TouchFull(const std::string& folder, std::uint64_t size) {
  core::Result<LogCopyWriter> writer = LogCopyWriter::Open(folder);
  ASSERT_TRUE(writer.ok());
  for (std::uint64_t n = 0; n < size / tlog::kTileWidth; ++n) {
    ASSERT_TRUE(writer->Add(tlog::BundlePath(n, tlog::kTileWidth), {}).ok());
  }
  std::uint64_t below = tlog::kTileWidth;
  for (int level = 0; size >= below; ++level, below *= tlog::kTileWidth) {
    for (std::uint64_t n = 0; n < size / below; ++n) {
      ASSERT_TRUE(writer->Add(tlog::TilePath({level, n}, tlog::kTileWidth), {}).ok());
    }
  }
}

TEST(LogCopyWriter, KnowsUpToWhereACopyIsFull) {
  TempDir dir;
  const core::Result<LogCopyWriter> writer = LogCopyWriter::Open(dir.path());
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ(writer->FullUpTo(), 0u);
  TouchFull(dir.path(), 600);
  EXPECT_EQ(writer->FullUpTo(), 512u);
  TouchFull(dir.path(), 66'000);
  EXPECT_EQ(writer->FullUpTo(), 65'792u);
}

TEST(LogCopyWriter, GoesBackToWhereAFullFileIsMissing) {
  const auto without = [](const std::string& file) {
    TempDir dir;
    TouchFull(dir.path(), 66'000);
    EXPECT_TRUE(std::filesystem::remove(dir / file)) << file;
    return LogCopyWriter::Open(dir.path())->FullUpTo();
  };
  EXPECT_EQ(without("tile/entries/003"), 768u);
  EXPECT_EQ(without("tile/0/001"), 256u);
  EXPECT_EQ(without("tile/1/000"), 65'280u);
  EXPECT_EQ(without("tile/0/000"), 0u);
}

TEST(LogCopyWriter, KnowsWhoseCopyItIs) {
  TempDir dir;
  const core::Result<LogCopyWriter> writer = LogCopyWriter::Open(dir.path());
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ(writer->Origin(), std::nullopt);
  WrittenLog log;
  log.AppendMany(2);
  log.WriteTo(dir.path());
  EXPECT_EQ(writer->Origin(), Verify(dir, log).checkpoint.origin);
}

TEST(LogCopyWriter, ReplacesAFile) {
  TempDir dir;
  core::Result<LogCopyWriter> writer = LogCopyWriter::Open(dir.path());
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->Add("checkpoint", core::AsBytes("a longer text")).ok());
  ASSERT_TRUE(writer->Add("checkpoint", core::AsBytes("short")).ok());
  std::ifstream in(dir / "checkpoint");
  std::string content;
  std::getline(in, content);
  EXPECT_EQ(content, "short");
}

TEST(LogCopyWriter, ReturnsUnavailableWhereItCannotWrite) {
  TempDir dir;
  std::ofstream(dir / "file") << "x";
  EXPECT_EQ(LogCopyWriter::Open(dir / "file").status().reason(), "COPY_UNWRITABLE");
  core::Result<LogCopyWriter> writer = LogCopyWriter::Open(dir.path());
  ASSERT_TRUE(writer.ok());
  std::ofstream(dir / "tile") << "in the way";
  EXPECT_EQ(writer->Add("tile/0/000", {}).reason(), "COPY_UNWRITABLE");
}

}  // namespace
}  // namespace facegate::report
