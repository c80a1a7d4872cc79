// Copies of logs that rotated their keys, were pruned or cosigned, or are older than something
// known.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "facegate/report/copy_reader.h"
#include "facegate/report/held_checkpoint.h"
#include "facegate/report/log_copy.h"
#include "support/base/temp_dir.h"
#include "unit/report/written_log.h"

namespace facegate::report {
namespace {

using testing::TempDir;
using testing::WrittenLog;
using Signers = WrittenLog::Signers;

CopyReport VerifyWith(WrittenLog& log, const LogKeys& keys, const CopyOptions& options = {}) {
  TempDir dir;
  log.WriteTo(dir.path());
  core::Result<CopyReport> report = VerifyLogCopy(dir.path(), keys, {}, options);
  EXPECT_TRUE(report.ok()) << report.status().ToString();
  return std::move(report).value();
}

// Brings a copy up to its log, in the order of an export.
void AddTo(const std::string& directory, WrittenLog& log) {
  auto writer = LogCopyWriter::Open(directory);
  ASSERT_TRUE(writer.ok());
  const auto files = log.Files();
  for (const auto& [path, content] : files) {
    if (!path.starts_with("tile/")) continue;
    ASSERT_TRUE(writer->Add(path, content).ok());
  }
  for (const char* path : {"minimum-index", "checkpoint"}) {
    if (!files.contains(path)) continue;
    ASSERT_TRUE(writer->Add(path, files.at(path)).ok());
  }
}

std::string Words(const CopyReport& report) { return CopyReportText(report); }

bool Tells(const CopyReport& report, const std::string& reason) {
  return std::any_of(report.unproved.begin(), report.unproved.end(),
                     [&reason](const Unproved& one) { return one.reason == reason; });
}

TEST(Rotation, IsFollowedForwardAndBackwardFromAnyGeneration) {
  WrittenLog log;
  std::vector<LogKeys> generations = {log.keys()};
  for (const std::uint8_t seed : {11, 21}) {
    log.AppendMany(300);
    log.Rotate(seed);
    generations.push_back(log.keys());
  }
  log.AppendMany(5);
  for (const LogKeys& keys : generations) {
    const CopyReport report = VerifyWith(log, keys);
    EXPECT_TRUE(report.ok()) << Words(report);
    EXPECT_EQ(report.rotations, (std::vector<std::uint64_t>{300, 601}));
    EXPECT_EQ(report.records_checked, 607u);
  }
}

TEST(Rotation, SignedByOneKeyAloneIsRefused) {
  for (const Signers signers : {Signers::kOldAlone, Signers::kNewAlone}) {
    WrittenLog log;
    const LogKeys old = log.keys();
    log.AppendMany(3);
    log.Rotate(11, signers);
    log.AppendMany(2);
    for (const LogKeys& keys : {old, log.keys()}) {
      const CopyReport report = VerifyWith(log, keys);
      ASSERT_FALSE(report.ok());
      EXPECT_EQ(report.fault->reason, "ROTATION_UNPROVED");
      EXPECT_EQ(report.fault->record, 3u);
    }
  }
}

TEST(Rotation, EndsWhatTheOldKeysMaySign) {
  WrittenLog log;
  const std::string late = [] {
    WrittenLog old;
    return old.Record(4, 4);
  }();
  log.AppendMany(3);
  log.Rotate(11);
  log.Append(late);
  const CopyReport report = VerifyWith(log, log.keys());
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.fault->reason, "SIGNATURE_MISSING");
  EXPECT_EQ(report.fault->record, 4u);
}

TEST(Rotation, LastInTheLogHasACheckpointOfBothKeys) {
  WrittenLog log;
  const LogKeys old = log.keys();
  log.AppendMany(3);
  log.Rotate(11);
  EXPECT_TRUE(VerifyWith(log, old).ok());
  EXPECT_TRUE(VerifyWith(log, log.keys()).ok());

  TempDir dir;
  log.WriteTo(dir.path());
  const auto signed_by_both = tlog::ParseNote(log.Checkpoint());
  ASSERT_TRUE(signed_by_both.ok());
  for (const std::size_t left_out : {0u, 1u}) {
    tlog::Note one = *signed_by_both;
    one.signatures.erase(one.signatures.begin() + static_cast<long>(left_out));
    std::ofstream(dir / "checkpoint", std::ios::trunc) << tlog::EncodeNote(one);
    const auto report = VerifyLogCopy(dir.path(), old, {});
    ASSERT_TRUE(report.ok());
    ASSERT_FALSE(report->ok());
    EXPECT_EQ(report->fault->reason, "SIGNATURE_MISSING");
  }
}

TEST(Rotation, OfAnotherLogsHistoryIsNotTrusted) {
  WrittenLog log;
  log.AppendMany(2);
  log.Rotate(11);
  log.AppendMany(1);
  WrittenLog other;
  other.Rotate(31);
  const CopyReport report = VerifyWith(log, other.keys());
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.fault->reason, "KEYS_UNLINKED");
}

TEST(Rotation, TakesOverFromTheKeysInForceAlone) {
  WrittenLog stranger;
  stranger.AppendMany(5);
  stranger.Rotate(41);
  WrittenLog log;
  log.AppendMany(2);
  log.Rotate(11);
  log.AppendMany(2);
  log.Append(stranger.entries().back());  // from the first generation, which is no longer in force
  const CopyReport report = VerifyWith(log, log.keys());
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.fault->reason, "ROTATION_UNPROVED");
  EXPECT_EQ(report.fault->record, 5u);
}

TEST(Rotation, LetsSingleRecordsOfAllGenerationsBeProved) {
  WrittenLog log;
  const LogKeys old = log.keys();
  log.AppendMany(3);
  log.Rotate(11);
  log.AppendMany(3);
  TempDir dir;
  log.WriteTo(dir.path());
  const auto reader = CopyReader::Open(dir.path(), old);
  ASSERT_TRUE(reader.ok()) << reader.status().ToString();
  for (std::uint64_t index = 0; index < 7; ++index) {
    EXPECT_TRUE(reader->Read(index).ok()) << index;
  }
}

TEST(LogKeys, HoldSeveralGenerationsOldestFirst) {
  WrittenLog log;
  const LogKeys first = log.keys();
  log.Rotate(11);
  const LogKeys second = log.keys();
  const std::string text = first.checkpoint.ToString() + "\n" + first.record.ToString() + "\n" +
                           second.record.ToString() + "\n" + second.checkpoint.ToString() + "\n" +
                           first.checkpoint.ToString() + "\n" + first.record.ToString() + "\n";
  const auto keys = ParseLogKeys(text);
  ASSERT_TRUE(keys.ok());
  ASSERT_EQ(keys->earlier.size(), 1u);
  EXPECT_EQ(keys->earlier[0].checkpoint.id, first.checkpoint.id);
  EXPECT_EQ(keys->record.id, second.record.id);
}

TEST(LogKeys, OfTwoLogsAreRefused) {
  const LogKeys keys = WrittenLog().keys();
  const auto other = tlog::MakeVerifierKey("other", tlog::kSigEd25519, keys.checkpoint.key);
  const auto other_record =
      tlog::MakeVerifierKey("other/records", tlog::kSigEd25519, keys.record.key);
  const auto parsed = ParseLogKeys(keys.checkpoint.ToString() + "\n" + keys.record.ToString() +
                                   "\n" + other.ToString() + "\n" + other_record.ToString());
  EXPECT_EQ(parsed.status().reason(), "KEYS_UNPAIRED");
}

TEST(PrunedCopy, IsVerifiedByTheHashesOfWhatIsGone) {
  WrittenLog log;
  log.AppendMany(600);
  log.Prune(512);
  log.AppendMany(3);
  const CopyReport report = VerifyWith(log, log.keys());
  ASSERT_TRUE(report.ok()) << Words(report);
  EXPECT_EQ(report.minimum_index, 512u);
  EXPECT_EQ(report.records_checked, 604u - 512u);
  EXPECT_TRUE(Tells(report, "PRUNED"));
}

TEST(PrunedCopy, GivesItsRecordsOneByOneButNotWhatIsGone) {
  WrittenLog log;
  log.AppendMany(300);
  log.Prune(256);
  TempDir dir;
  log.WriteTo(dir.path());
  const auto reader = CopyReader::Open(dir.path(), log.keys());
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader->Read(255).status().reason(), "RECORD_PRUNED");
  EXPECT_TRUE(reader->Read(256).ok());
  EXPECT_EQ(reader->Read(301).status().reason(), "RECORD_BEYOND");
}

TEST(PrunedCopy, NeedsItsStatement) {
  WrittenLog log;
  log.AppendMany(300);
  log.Prune(256);
  TempDir dir;
  log.WriteTo(dir.path());
  std::filesystem::remove(dir / "minimum-index");
  const auto report = VerifyLogCopy(dir.path(), log.keys(), {});
  ASSERT_TRUE(report.ok());
  ASSERT_FALSE(report->ok());
  EXPECT_EQ(report->fault->reason, "RECORD_MISSING");
  EXPECT_EQ(report->fault->kind, FaultKind::kMissing);
}

TEST(PrunedCopy, NeedsAStatementThatTheLogSignedAndItsRecordAgreesWith) {
  const std::string start = "facegate-minimum-index v1\n" + std::string(WrittenLog::kOrigin) + "\n";
  const std::string no_root = crypto::Base64Encode(core::Bytes(32, 7)) + "\n";
  WrittenLog log;
  log.AppendMany(600);
  log.Prune(256);
  log.SetStatement(start + "256\n" + no_root);
  EXPECT_EQ(VerifyWith(log, log.keys()).fault->reason, "PRUNING_DIFFERS");
  for (const char* form : {"255\n", "0256\n", "-256\n", "99999999999999999999\n", "1024\n", "\n"}) {
    log.SetStatement(start + form + no_root);
    EXPECT_EQ(VerifyWith(log, log.keys()).fault->reason, "PRUNING_MALFORMED") << form;
  }

  WrittenLog unrecorded;  // pruned further than its newest record says
  unrecorded.AppendMany(600);
  unrecorded.Prune(512);
  core::Json members = core::Json::MakeObject();
  members.Set("minimum_index", 256).Set("root", "00").Set("retained_days", 30);
  unrecorded.AppendEvent("log.pruned", members);
  EXPECT_EQ(VerifyWith(unrecorded, unrecorded.keys()).fault->reason, "PRUNING_DIFFERS");
}

TEST(PrunedCopy, KeepsWhatItHasWhenItsLogLetsGoOfIt) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(600);
  log.WriteTo(dir.path());
  log.Prune(512);
  log.AppendMany(3);
  AddTo(dir.path(), log);
  EXPECT_FALSE(std::filesystem::exists(dir / "minimum-index"));
  const auto report = VerifyLogCopy(dir.path(), log.keys(), {});
  ASSERT_TRUE(report.ok() && report->ok()) << Words(*report);
  EXPECT_EQ(report->minimum_index, 0u);
  EXPECT_EQ(report->records_checked, 604u);
}

TEST(PrunedCopy, KeepsItsOwnStatementWhereItHasMoreThanItsLog) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(900);
  log.Prune(256);
  log.WriteTo(dir.path());
  log.AppendMany(200);
  log.Prune(768);
  AddTo(dir.path(), log);
  const auto report = VerifyLogCopy(dir.path(), log.keys(), {});
  ASSERT_TRUE(report.ok() && report->ok()) << Words(*report);
  EXPECT_EQ(report->minimum_index, 256u);
  EXPECT_EQ(report->records_checked, 1102u - 256u);
}

TEST(PrunedCopy, TakesTheLogsStatementWhereRecordsInBetweenAreGone) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(300);
  log.WriteTo(dir.path());
  log.AppendMany(600);
  log.Prune(768);
  AddTo(dir.path(), log);
  const auto report = VerifyLogCopy(dir.path(), log.keys(), {});
  ASSERT_TRUE(report.ok() && report->ok()) << Words(*report);
  EXPECT_EQ(report->minimum_index, 768u);
}

TEST(PrunedCopy, NeedsTheTilesOfWhatIsGone) {
  WrittenLog log;
  log.AppendMany(600);
  log.Prune(256);
  TempDir dir;
  log.WriteTo(dir.path());
  std::filesystem::remove(dir / "tile/0/000");
  const auto report = VerifyLogCopy(dir.path(), log.keys(), {});
  ASSERT_TRUE(report.ok());
  ASSERT_FALSE(report->ok());
  EXPECT_EQ(report->fault->reason, "TILE_MISSING");
}

TEST(HugeCheckpoint, IsRefusedAlthoughItIsSigned) {
  WrittenLog log;
  log.AppendMany(1);
  TempDir dir;
  log.WriteTo(dir.path());
  const std::string huge =
      tlog::SignCheckpoint({WrittenLog::kOrigin, 18'446'744'073'709'551'615u, tlog::Hash256{}},
                           crypto::SigningKey(core::Bytes(32, 1)));
  std::ofstream(dir / "checkpoint", std::ios::trunc) << huge;
  const auto report = VerifyLogCopy(dir.path(), log.keys(), {});
  ASSERT_TRUE(report.ok());
  ASSERT_FALSE(report->ok());
  EXPECT_EQ(report->fault->reason, "BAD_CHECKPOINT");
  EXPECT_FALSE(CopyReportJson(*report).BoolOr("ok", true));
  EXPECT_EQ(
      VerifyProof({{}, 1, {}, huge}, core::AsBytes(log.entries()[0]), log.keys()).status().reason(),
      "BAD_CHECKPOINT");
}

TEST(CosignedCopy, IsAcceptedWithoutKnowingTheWitnesses) {
  WrittenLog log;
  log.AppendMany(3);
  TempDir dir;
  log.WriteTo(dir.path());
  auto note = tlog::ParseNote(log.Checkpoint());
  ASSERT_TRUE(note.ok());
  tlog::CosignNote(*note, "witness.example", crypto::SigningKey(core::Bytes(32, 9)), 1'772'438'400);
  std::ofstream(dir / "checkpoint", std::ios::trunc) << tlog::EncodeNote(*note);
  const auto report = VerifyLogCopy(dir.path(), log.keys(), {});
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->ok()) << Words(*report);
}

TEST(OlderCheckpoint, ShowsThatALogWasSetBackOrForked) {
  WrittenLog log, forked;
  log.AppendMany(3);
  CopyOptions options;
  options.older_checkpoint = log.Checkpoint();
  log.AppendMany(2);
  const CopyReport grown = VerifyWith(log, log.keys(), options);
  EXPECT_TRUE(grown.ok());
  EXPECT_FALSE(Tells(grown, "NO_OLDER_CHECKPOINT"));
  EXPECT_TRUE(Tells(VerifyWith(log, log.keys()), "NO_OLDER_CHECKPOINT"));

  WrittenLog cut;
  cut.AppendMany(2);
  const CopyReport rollback = VerifyWith(cut, cut.keys(), options);
  ASSERT_FALSE(rollback.ok());
  EXPECT_EQ(rollback.fault->reason, "ROLLBACK");
  EXPECT_EQ(FaultKindWord(rollback.fault->kind), "ROLLBACK");

  forked.AppendMany(2);
  forked.Append(forked.Record(2, 99));
  forked.AppendEventAt(100, "decision", core::Json::MakeObject());
  const CopyReport fork = VerifyWith(forked, forked.keys(), options);
  ASSERT_FALSE(fork.ok());
  EXPECT_EQ(fork.fault->reason, "FORK");
}

TEST(OlderCheckpoint, OfAnotherLogIsAnError) {
  WrittenLog log;
  log.AppendMany(1);
  TempDir dir;
  log.WriteTo(dir.path());
  CopyOptions options;
  options.older_checkpoint =
      tlog::SignCheckpoint({"other", 0, tlog::EmptyRoot()}, crypto::SigningKey(core::Bytes(32, 5)));
  EXPECT_EQ(VerifyLogCopy(dir.path(), log.keys(), {}, options).status().reason(),
            "OLDER_CHECKPOINT_BAD");
}

TEST(QuickCheck, LeavesOutRecordSignaturesAndSaysSo) {
  WrittenLog log;
  log.AppendMany(2);
  tlog::Note note{R"({"v":1,"type":"decision","index":2,"time":"2026-03-02T09:00:00.000Z"})"
                  "\n",
                  {}};
  tlog::SignNote(note, "somebody", crypto::SigningKey(core::Bytes(32, 8)));
  log.Append(tlog::EncodeNote(note));
  CopyOptions quick;
  quick.signatures = Signatures::kCheckpoint;
  EXPECT_EQ(VerifyWith(log, log.keys()).fault->reason, "SIGNATURE_MISSING");
  const CopyReport report = VerifyWith(log, log.keys(), quick);
  EXPECT_TRUE(report.ok()) << Words(report);
  EXPECT_TRUE(Tells(report, "RECORD_SIGNATURES"));
}

TEST(QuickCheck, FindsEveryChangedByte) {
  WrittenLog log;
  log.AppendMany(2);
  CopyOptions quick;
  quick.signatures = Signatures::kCheckpoint;
  const std::size_t size = log.Files().at("tile/entries/000.p/2").size();
  for (std::size_t at = 0; at < size; at += 5) {
    TempDir dir;
    log.WriteTo(dir.path());
    std::fstream file(dir / "tile/entries/000.p/2",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<long>(at));
    const int byte = file.get();
    file.seekp(static_cast<long>(at));
    file.put(static_cast<char>(byte ^ 1));
    file.close();
    const auto report = VerifyLogCopy(dir.path(), log.keys(), {}, quick);
    ASSERT_TRUE(report.ok());
    EXPECT_FALSE(report->ok()) << at;
  }
}

TEST(HeldCheckpoint, IsFoundInAReceiptAProofAndItself) {
  WrittenLog log;
  log.AppendMany(3);
  const std::string checkpoint = log.Checkpoint();
  EXPECT_EQ(*HeldCheckpoint(checkpoint), checkpoint);
  EXPECT_EQ(*HeldCheckpoint(tlog::EncodeProofFile({{}, 1, log.Proof(1), checkpoint})), checkpoint);
  core::Json receipt = core::Json::MakeObject();
  receipt.Set("logOrigin", WrittenLog::kOrigin).Set("index", 1).Set("checkpoint", checkpoint);
  receipt.Set("leafHash", crypto::Base64Encode(core::Bytes(32, 0)));
  EXPECT_EQ(*HeldCheckpoint(receipt.Dump()), checkpoint);
  for (const char* bad : {"", "{}", "hello", "[1]"}) {
    EXPECT_EQ(HeldCheckpoint(bad).status().reason(), "BAD_CHECKPOINT") << bad;
  }
  EXPECT_EQ(HeldCheckpoint(log.entries()[0]).status().reason(), "BAD_CHECKPOINT");
}

}  // namespace
}  // namespace facegate::report
