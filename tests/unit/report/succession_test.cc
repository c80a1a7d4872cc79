// Logs that succeed one of which records were lost: their copies, what is left of the old one, and
// receipts of both.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "facegate/report/compare.h"
#include "facegate/report/copy_reader.h"
#include "facegate/report/log_copy.h"
#include "facegate/report/receipt.h"
#include "support/base/temp_dir.h"
#include "unit/report/written_log.h"

namespace facegate::report {
namespace {

using core::Json;
using testing::TempDir;
using testing::WrittenLog;
using Signers = WrittenLog::Signers;

constexpr const char* kSuccessor = "gate.example/acme~2";

// What a file of the old log's and its successor's keys has.
LogKeys Both(const LogKeys& old, const LogKeys& successor) {
  LogKeys keys = successor;
  keys.earlier = {{old.checkpoint, old.record}};
  return keys;
}

CopyReport Verify(const std::string& directory, const LogKeys& keys,
                  const CopyOptions& options = {}) {
  core::Result<CopyReport> report = VerifyLogCopy(directory, keys, {}, options);
  EXPECT_TRUE(report.ok()) << report.status().ToString();
  return std::move(report).value();
}

CopyReport VerifyWith(WrittenLog& log, const LogKeys& keys, const CopyOptions& options = {}) {
  TempDir dir;
  log.WriteTo(dir.path());
  return Verify(dir.path(), keys, options);
}

std::string ReasonOf(const CopyReport& report) {
  return report.fault ? report.fault->reason : "OK";
}

std::vector<std::string> WhatWasLost(const std::vector<Unproved>& unproved) {
  std::vector<std::string> told;
  for (const Unproved& one : unproved) {
    if (one.reason == "RECORDS_LOST") told.push_back(one.what);
  }
  return told;
}

std::vector<std::uint64_t> RecordsOf(const std::vector<Succession>& successions) {
  std::vector<std::uint64_t> records;
  records.reserve(successions.size());
  for (const Succession& succession : successions) records.push_back(succession.record);
  return records;
}

tlog::Checkpoint Said(const std::string& checkpoint) {
  return tlog::ParseCheckpointText(tlog::ParseNote(checkpoint).value().text).value();
}

// The key that WrittenLog starts with.
crypto::SigningKey OldCheckpointKey() { return crypto::SigningKey(core::Bytes(32, 1)); }

// ---- Whole copies

TEST(Succession, IsFollowedForwardAndBackwardFromTheKeysOfEitherLog) {
  WrittenLog log;
  log.AppendMany(300);
  const LogKeys old = log.keys();
  log.Succeed(11, 40);
  log.AppendMany(5);
  for (const LogKeys& keys : {old, log.keys(), Both(old, log.keys())}) {
    const CopyReport report = VerifyWith(log, keys);
    ASSERT_TRUE(report.ok()) << CopyReportText(report);
    EXPECT_EQ(report.checkpoint.origin, kSuccessor);
    EXPECT_EQ(report.records_checked, 266u);
    EXPECT_TRUE(report.rotations.empty());
    ASSERT_EQ(report.successions.size(), 1u);
    EXPECT_EQ(report.successions[0].record, 260u);
    EXPECT_EQ(report.successions[0].previous_origin, WrittenLog::kOrigin);
    EXPECT_EQ(report.successions[0].previous_size, 300u);
    EXPECT_EQ(report.successions[0].RecordsLost(), 40u);
  }
}

TEST(Succession, IsFollowedAmongRotationsAndOthersFromAnyKeys) {
  WrittenLog log;
  std::vector<LogKeys> generations = {log.keys()};
  const auto next = [&] { generations.push_back(log.keys()); };
  log.AppendMany(10);
  log.Rotate(11);
  next();
  log.AppendMany(5);
  log.Succeed(21, 2);
  next();
  log.AppendMany(3);
  log.Rotate(31);
  next();
  log.AppendMany(4);
  log.Succeed(41, 1);
  next();
  log.AppendMany(1);
  for (const LogKeys& keys : generations) {
    const CopyReport report = VerifyWith(log, keys);
    ASSERT_TRUE(report.ok()) << CopyReportText(report);
    EXPECT_EQ(report.checkpoint.origin, "gate.example/acme~3");
    EXPECT_EQ(report.rotations, (std::vector<std::uint64_t>{10, 18}));
    EXPECT_EQ(RecordsOf(report.successions), (std::vector<std::uint64_t>{14, 22}));
    EXPECT_EQ(WhatWasLost(report.unproved).size(), 2u);
  }
}

TEST(Succession, SaysWhatWasLostAndCannotBeShown) {
  WrittenLog log;
  log.AppendMany(300);
  log.Succeed(11, 40);
  const CopyReport report = VerifyWith(log, log.keys());
  const std::string lost =
      "record 260 says that 40 records of gate.example/acme, from 260 on, were lost: what they "
      "said cannot be shown";
  EXPECT_EQ(WhatWasLost(report.unproved), std::vector<std::string>{lost});
  EXPECT_NE(CopyReportText(report).find("not shown: RECORDS_LOST: " + lost), std::string::npos);
  EXPECT_NE(CopyReportText(report).find("record 260 succeeds gate.example/acme"),
            std::string::npos);

  const Json json = CopyReportJson(report);
  ASSERT_EQ(json.Find("successions")->AsArray().size(), 1u);
  const Json& succession = json.Find("successions")->AsArray()[0];
  EXPECT_EQ(succession.IntOr("record", -1), 260);
  EXPECT_EQ(succession.StringOr("previousOrigin", ""), WrittenLog::kOrigin);
  EXPECT_EQ(succession.IntOr("previousSize", -1), 300);
  EXPECT_EQ(succession.IntOr("recordsLost", -1), 40);

  WrittenLog whole;
  whole.AppendMany(3);
  EXPECT_TRUE(WhatWasLost(VerifyWith(whole, whole.keys()).unproved).empty());
}

TEST(Succession, SignedByOneKeyAloneIsRefused) {
  for (const Signers signers : {Signers::kOldAlone, Signers::kNewAlone}) {
    WrittenLog log;
    log.AppendMany(5);
    const LogKeys old = log.keys();
    log.Succeed(11, 2, signers);
    log.AppendMany(2);
    for (const LogKeys& keys : {old, log.keys()}) {
      const CopyReport report = VerifyWith(log, keys);
      ASSERT_EQ(ReasonOf(report), "ROTATION_UNPROVED");
      EXPECT_EQ(report.fault->record, 3u);
      EXPECT_TRUE(report.fault->what.starts_with("the record succeeds another log, but "))
          << report.fault->what;
    }
  }
}

// The vkeys are of the key that the successor has, under other names.
Json NamesOf(const std::string& origin, const std::string& record_name) {
  const auto vkey = [](const std::string& name, std::uint8_t seed) {
    const crypto::SigningKey key{core::Bytes(32, seed)};
    return tlog::MakeVerifierKey(name, tlog::kSigEd25519, key.public_key()).ToString();
  };
  Json members = Json::MakeObject();
  members.Set("checkpoint_vkey", vkey(origin, 11)).Set("record_vkey", vkey(record_name, 12));
  return members;
}

// What a verifier with the old keys finds where the successor's record 3 says this.
std::string FaultWith(const Json& changes) {
  WrittenLog log;
  log.AppendMany(5);
  const LogKeys old = log.keys();
  log.Succeed(11, 2, Signers::kBoth, changes);
  log.AppendMany(1);
  const CopyReport report = VerifyWith(log, old);
  EXPECT_EQ(report.fault ? report.fault->record : 3u, 3u);
  return ReasonOf(report);
}

TEST(Succession, OfALogThatCannotBeTheOneBeforeIsRefused) {
  const auto with = [](const char* member, const Json& value) {
    return FaultWith(Json::MakeObject().Set(member, value));
  };
  EXPECT_EQ(FaultWith(Json::MakeObject()), "OK");
  EXPECT_EQ(with("previous_origin", "gate.example/other"), "ROTATION_UNPROVED");
  EXPECT_EQ(with("previous_origin", kSuccessor), "ROTATION_UNPROVED");
  EXPECT_EQ(with("previous_origin", nullptr), "ROTATION_UNPROVED");
}

TEST(Succession, ThatSaysOtherThanHowFarTheLogBeforeWentIsRefused) {
  const auto with = [](const char* member, const Json& value) {
    return FaultWith(Json::MakeObject().Set(member, value));
  };
  EXPECT_EQ(with("previous_size", 4), "OK");
  EXPECT_EQ(with("previous_size", 3), "ROOT_DIFFERS");  // nothing lost: the root is known
  for (const Json& size : {Json(2), Json(-1), Json("5"), Json(nullptr)}) {
    EXPECT_EQ(with("previous_size", size), "ROTATION_UNPROVED") << size.Dump();
  }
  EXPECT_EQ(with("previous_root", std::string(64, 'a')), "OK");
  for (const std::string& root : {std::string(64, 'A'), std::string(62, 'a'), std::string(66, 'a'),
                                  std::string(64, 'g'), std::string()}) {
    EXPECT_EQ(with("previous_root", root), "ROTATION_UNPROVED") << root;
  }
}

TEST(Succession, ToALogOfAnotherNameIsRefused) {
  EXPECT_EQ(FaultWith(NamesOf(kSuccessor, "gate.example/acme~2/records")), "OK");
  for (const char* origin : {"gate.example/other~2", "gate.example/acme", "gate.example/acme~1",
                             "gate.example/acme~02", "gate.example/acme~2~2"}) {
    EXPECT_EQ(FaultWith(NamesOf(origin, RecordKeyName(origin))), "ROTATION_UNPROVED") << origin;
  }
  EXPECT_EQ(FaultWith(NamesOf(kSuccessor, "gate.example/acme~3/records")), "ROTATION_UNPROVED");
  EXPECT_EQ(FaultWith(NamesOf(kSuccessor, "gate.example/acme/records")), "ROTATION_UNPROVED");
}

TEST(Succession, MayPassOverNumbers) {
  WrittenLog log;
  log.AppendMany(5);
  const LogKeys old = log.keys();
  log.Succeed(11, 2, Signers::kBoth, Json::MakeObject(), 3);
  const CopyReport report = VerifyWith(log, old);
  ASSERT_TRUE(report.ok()) << CopyReportText(report);
  EXPECT_EQ(report.checkpoint.origin, "gate.example/acme~4");
}

TEST(Succession, IsNoRotationOfKeys) {
  WrittenLog log;
  log.AppendMany(3);
  const LogKeys old = log.keys();
  Json members = NamesOf(kSuccessor, "gate.example/acme~2/records");
  members.Set("kind", "LOG");
  members.Set("previous_checkpoint_vkey", old.checkpoint.ToString());
  members.Set("previous_record_vkey", old.record.ToString());
  log.AppendEvent("key.rotated", members);
  const CopyReport report = VerifyWith(log, old);
  ASSERT_EQ(ReasonOf(report), "ROTATION_UNPROVED");
  EXPECT_NE(report.fault->what.find("names keys of another log"), std::string::npos);
}

TEST(Succession, EndsWhatTheOldKeysMaySign) {
  const std::string late = WrittenLog().Record(5, 5);
  WrittenLog log;
  log.AppendMany(5);
  log.Succeed(11, 1);
  log.Append(late);
  const CopyReport report = VerifyWith(log, log.keys());
  ASSERT_EQ(ReasonOf(report), "SIGNATURE_MISSING");
  EXPECT_EQ(report.fault->record, 5u);
}

TEST(Succession, HasCheckpointsOfTheNewKeyAlone) {
  for (const std::uint64_t more : {0u, 3u}) {
    WrittenLog log;
    log.AppendMany(5);
    const LogKeys old = log.keys();
    log.Succeed(11, 1);
    log.AppendMany(more);
    TempDir dir;
    log.WriteTo(dir.path());
    const auto reason_with = [&](const std::string& checkpoint) {
      std::ofstream(dir / "checkpoint", std::ios::trunc) << checkpoint;
      std::string reason = ReasonOf(Verify(dir.path(), old));
      EXPECT_EQ(ReasonOf(Verify(dir.path(), Both(old, log.keys()))), reason);
      return reason;
    };
    EXPECT_EQ(reason_with(log.Checkpoint()), "OK");

    const tlog::Checkpoint said = Said(log.Checkpoint());
    EXPECT_EQ(reason_with(tlog::SignCheckpoint({WrittenLog::kOrigin, said.size, said.root},
                                               OldCheckpointKey())),
              "SIGNATURE_MISSING");
    tlog::Note both = tlog::ParseNote(log.Checkpoint()).value();
    tlog::SignNote(both, WrittenLog::kOrigin, OldCheckpointKey());
    EXPECT_EQ(reason_with(tlog::EncodeNote(both)), "ORIGIN_WRONG");
    both.signatures.erase(both.signatures.begin());
    EXPECT_EQ(reason_with(tlog::EncodeNote(both)), "SIGNATURE_MISSING");
  }
}

TEST(Succession, LeavesTheOldLogsCopyGoodWithTheKeysOfBoth) {
  WrittenLog log;
  const LogKeys old = log.keys();
  TempDir dir;
  log.AppendMany(200);
  log.WriteTo(dir / "before");
  log.AppendMany(100);
  log.WriteTo(dir / "at its end");
  log.Succeed(11, 40);
  for (const auto& [name, size] : {std::pair("before", 200u), std::pair("at its end", 300u)}) {
    const CopyReport report = Verify(dir / name, Both(old, log.keys()));
    ASSERT_TRUE(report.ok()) << CopyReportText(report);
    EXPECT_EQ(report.checkpoint.origin, WrittenLog::kOrigin);
    EXPECT_EQ(report.records_checked, size);
    EXPECT_TRUE(WhatWasLost(report.unproved).empty());
    EXPECT_EQ(ReasonOf(Verify(dir / name, log.keys())), "SIGNATURE_MISSING");
  }
}

TEST(Succession, ThatLostNothingHasTheRootOfTheRecordsBefore) {
  for (const std::uint64_t size : {0u, 1u, 256u, 300u}) {
    WrittenLog log;
    log.AppendMany(size);
    log.Succeed(11, 0);
    const CopyReport report = VerifyWith(log, log.keys());
    ASSERT_TRUE(report.ok()) << CopyReportText(report);
    const std::vector<std::string> lost = WhatWasLost(report.unproved);
    ASSERT_EQ(lost.size(), 1u);
    EXPECT_TRUE(lost[0].starts_with("whether gate.example/acme went on")) << lost[0];

    WrittenLog other;
    other.AppendMany(size);
    other.Succeed(11, 0, Signers::kBoth,
                  Json::MakeObject().Set("previous_root", std::string(64, 'a')));
    other.AppendMany(2);
    const CopyReport bad = VerifyWith(other, other.keys());
    ASSERT_EQ(ReasonOf(bad), "ROOT_DIFFERS");
    EXPECT_EQ(bad.fault->record, size);
    EXPECT_TRUE(bad.fault->file.starts_with("tile/entries/")) << bad.fault->file;
  }
}

TEST(Succession, LetsSingleRecordsOfBothLogsBeProved) {
  WrittenLog log;
  log.AppendMany(5);
  const LogKeys old = log.keys();
  log.Succeed(11, 2);
  log.AppendMany(3);
  TempDir dir;
  log.WriteTo(dir.path());
  const auto reader = CopyReader::Open(dir.path(), old);
  ASSERT_TRUE(reader.ok()) << reader.status().ToString();
  for (std::uint64_t index = 0; index < 7; ++index) {
    EXPECT_TRUE(reader->Read(index).ok()) << index;
  }
}

TEST(Succession, IsFollowedWhereTheSuccessorWasPruned) {
  WrittenLog log;
  log.AppendMany(600);
  const LogKeys old = log.keys();
  log.Succeed(11, 50);
  log.AppendMany(10);
  log.Prune(512);
  TempDir dir;
  log.WriteTo(dir.path());
  const CopyReport report = Verify(dir.path(), old);
  ASSERT_TRUE(report.ok()) << CopyReportText(report);
  EXPECT_EQ(report.minimum_index, 512u);
  EXPECT_EQ(RecordsOf(report.successions), std::vector<std::uint64_t>{550});

  // The old log's key says nothing about the new one's records.
  const core::Bytes statement = log.Files().at("minimum-index");
  tlog::Note note = tlog::ParseNote(core::AsText(statement)).value();
  note.signatures.clear();
  tlog::SignNote(note, WrittenLog::kOrigin, OldCheckpointKey());
  std::ofstream(dir / "minimum-index", std::ios::trunc) << tlog::EncodeNote(note);
  EXPECT_EQ(ReasonOf(Verify(dir.path(), old)), "SIGNATURE_MISSING");
}

// ---- Older checkpoints

class OlderOfTheOldLog : public ::testing::Test {
 protected:
  // 260 records of the old log are left of 300.
  OlderOfTheOldLog() {
    log_.AppendMany(300);
    log_.Succeed(11, 40);
    log_.AppendMany(100);
  }
  CopyReport With(const std::string& older) {
    CopyOptions options;
    options.older_checkpoint = older;
    return VerifyWith(log_, log_.keys(), options);
  }
  static std::string OfOld(std::uint64_t size) {
    WrittenLog old;
    old.AppendMany(size);
    return old.Checkpoint();
  }
  WrittenLog log_;
};

TEST_F(OlderOfTheOldLog, IsOfTheRecordsThatAreLeft) {
  for (const std::uint64_t size : {1u, 259u, 260u}) {
    EXPECT_EQ(ReasonOf(With(OfOld(size))), "OK") << size;
  }
  WrittenLog other;
  other.AppendMany(100);
  other.AppendEvent("gateway.heartbeat", Json::MakeObject());
  EXPECT_EQ(ReasonOf(With(other.Checkpoint())), "FORK");
}

TEST_F(OlderOfTheOldLog, ShowsThatItsRecordsWereLost) {
  for (const std::uint64_t size : {261u, 299u, 300u}) {
    const CopyReport report = With(OfOld(size));
    ASSERT_EQ(ReasonOf(report), "ROLLBACK") << size;
    EXPECT_EQ(report.fault->kind, FaultKind::kRollback);
    EXPECT_NE(report.fault->what.find("the first 260 records of gate.example/acme"),
              std::string::npos);
  }
}

TEST_F(OlderOfTheOldLog, ShowsThatItEndedElsewhereThanItsSuccessorSays) {
  WrittenLog other;
  other.AppendMany(299);
  other.AppendEvent("gateway.heartbeat", Json::MakeObject());
  for (const std::string& older : {OfOld(301), other.Checkpoint()}) {
    const CopyReport report = With(older);
    ASSERT_EQ(ReasonOf(report), "FORK");
    EXPECT_EQ(report.fault->kind, FaultKind::kFork);
  }
}

TEST_F(OlderOfTheOldLog, IsNotThatOfALogThatSucceededTheCopys) {
  TempDir dir;
  log_.WriteTo(dir.path());
  LogKeys keys = log_.keys();
  log_.Succeed(21, 10);
  keys = Both(keys, log_.keys());
  CopyOptions options;
  options.older_checkpoint = log_.Checkpoint();
  EXPECT_EQ(VerifyLogCopy(dir.path(), keys, {}, options).status().reason(), "OLDER_CHECKPOINT_BAD");
}

// ---- Two copies

class CompareSuccessor : public ::testing::Test {
 protected:
  // The later copy: 260 of 300 records are left.
  CompareSuccessor() {
    log_.AppendMany(300);
    log_.Succeed(11, 40);
    log_.AppendMany(100);
  }
  Comparison With(WrittenLog& earlier) { return Compare(earlier, log_); }
  static Comparison Compare(WrittenLog& earlier, WrittenLog& later) {
    TempDir dir;
    earlier.WriteTo(dir / "earlier");
    later.WriteTo(dir / "later");
    auto compared =
        CompareLogCopies(dir / "earlier", dir / "later", Both(earlier.keys(), later.keys()), {});
    EXPECT_TRUE(compared.ok()) << compared.status().ToString();
    return std::move(compared).value();
  }
  // `size` records, those from `changed` on others than the log had.
  static WrittenLog OldLog(std::uint64_t size, std::uint64_t changed) {
    WrittenLog old;
    old.AppendMany(std::min(size, changed));
    while (old.entries().size() < size) old.AppendEvent("gateway.heartbeat", Json::MakeObject());
    return old;
  }
  static WrittenLog OldLog(std::uint64_t size) { return OldLog(size, size); }
  WrittenLog log_;
};

TEST_F(CompareSuccessor, FindsWhatIsLeftOfTheEarlierCopy) {
  for (const std::uint64_t size : {0u, 1u, 255u, 256u, 260u}) {
    WrittenLog old = OldLog(size);
    const Comparison comparison = With(old);
    EXPECT_EQ(comparison.relation, CopyRelation::kSucceeds) << ComparisonText(comparison);
    EXPECT_EQ(comparison.RecordsMissing(), 0u);
    EXPECT_TRUE(comparison.ok());
    EXPECT_TRUE(ComparisonText(comparison)
                    .starts_with("SUCCEEDS: the later copy's log succeeds the earlier one's, with "
                                 "its first 260 records; none of the earlier copy's is missing"))
        << ComparisonText(comparison);
  }
}

TEST_F(CompareSuccessor, SaysNoWhereTheEarlierCopyHasLostRecords) {
  for (const std::uint64_t size : {261u, 290u, 300u}) {
    WrittenLog old = OldLog(size);
    const Comparison comparison = With(old);
    EXPECT_EQ(comparison.relation, CopyRelation::kSucceeds) << ComparisonText(comparison);
    EXPECT_EQ(comparison.RecordsMissing(), size - 260);
    EXPECT_FALSE(comparison.ok());
    const std::string missing = std::to_string(size - 260) + " of the earlier copy's are not in it";
    EXPECT_NE(ComparisonText(comparison).find(missing), std::string::npos);
    const Json json = ComparisonJson(comparison);
    EXPECT_EQ(json.StringOr("relation", ""), "SUCCEEDS");
    EXPECT_EQ(json.IntOr("recordsMissing", -1), static_cast<std::int64_t>(size - 260));
    EXPECT_FALSE(json.BoolOr("ok", true));
  }
}

TEST_F(CompareSuccessor, FindsAForkWhereTheOldLogWentOn) {
  WrittenLog old = OldLog(305);
  const Comparison comparison = With(old);
  EXPECT_EQ(comparison.relation, CopyRelation::kFork) << ComparisonText(comparison);
  EXPECT_EQ(comparison.first_difference, 300u);
  EXPECT_FALSE(comparison.ok());
}

TEST_F(CompareSuccessor, FindsAForkWhereTheOldLogEndedWithOtherRecords) {
  WrittenLog old = OldLog(300, 270);
  const Comparison comparison = With(old);
  EXPECT_EQ(comparison.relation, CopyRelation::kFork) << ComparisonText(comparison);
  EXPECT_FALSE(comparison.first_difference.has_value());
}

TEST_F(CompareSuccessor, NamesTheFirstRecordThatAForkChanged) {
  for (const std::uint64_t changed : {0u, 100u, 259u}) {
    for (const std::uint64_t size : {260u, 300u, 500u}) {
      WrittenLog old = OldLog(size, changed);
      const Comparison comparison = With(old);
      EXPECT_EQ(comparison.relation, CopyRelation::kFork) << ComparisonText(comparison);
      EXPECT_EQ(comparison.first_difference, changed);
    }
  }
}

TEST_F(CompareSuccessor, FindsALaterCopyThatIsOfTheClosedLog) {
  WrittenLog old = OldLog(290);
  const Comparison comparison = Compare(log_, old);
  EXPECT_EQ(comparison.relation, CopyRelation::kRollback);
  EXPECT_NE(ComparisonText(comparison).find("gate.example/acme, which the earlier one's log"),
            std::string::npos)
      << ComparisonText(comparison);
  WrittenLog longer = OldLog(305);
  EXPECT_EQ(Compare(log_, longer).relation, CopyRelation::kFork);
}

TEST_F(CompareSuccessor, FindsThatTheSuccessorGrew) {
  WrittenLog more = OldLog(300);
  more.Succeed(11, 40);
  more.AppendMany(200);
  const Comparison comparison = Compare(log_, more);
  EXPECT_EQ(comparison.relation, CopyRelation::kExtends) << ComparisonText(comparison);
  EXPECT_EQ(WhatWasLost(comparison.unproved).size(), 1u);
}

TEST_F(CompareSuccessor, FollowsALogThatWasSucceededTwice) {
  log_.Succeed(21, 10);
  WrittenLog old = OldLog(280);
  const Comparison comparison = With(old);
  EXPECT_EQ(comparison.relation, CopyRelation::kSucceeds) << ComparisonText(comparison);
  EXPECT_EQ(comparison.RecordsMissing(), 20u);
  EXPECT_EQ(WhatWasLost(comparison.unproved).size(), 2u);
}

// ---- Keys and receipts

std::string KeyLines(const tlog::VerifierKey& a, const tlog::VerifierKey& b) {
  return a.ToString() + "\n" + b.ToString() + "\n";
}

TEST(LogKeys, MayBeOfALogAndOfThoseThatSucceedIt) {
  WrittenLog log;
  const LogKeys old = log.keys();
  log.Succeed(11, 0);
  const LogKeys successor = log.keys();
  const std::string first = KeyLines(old.checkpoint, old.record);
  const auto both = ParseLogKeys(first + KeyLines(successor.record, successor.checkpoint));
  ASSERT_TRUE(both.ok()) << both.status().ToString();
  ASSERT_EQ(both->earlier.size(), 1u);
  EXPECT_EQ(both->earlier[0].checkpoint.name, WrittenLog::kOrigin);
  EXPECT_EQ(both->checkpoint.name, kSuccessor);
  EXPECT_TRUE(VerifyWith(log, *both).ok());

  const std::string mixed =
      KeyLines(old.checkpoint, successor.record) + KeyLines(successor.checkpoint, old.record);
  EXPECT_EQ(ParseLogKeys(mixed).status().reason(), "KEYS_UNPAIRED");
  for (const char* origin : {"gate.example/acme2", "gate.example/acme~02", "gate.example/acme~1",
                             "gate.example/other~2", "gate.example/acme~2~2"}) {
    const auto checkpoint =
        tlog::MakeVerifierKey(origin, tlog::kSigEd25519, successor.checkpoint.key);
    const auto record =
        tlog::MakeVerifierKey(RecordKeyName(origin), tlog::kSigEd25519, successor.record.key);
    EXPECT_EQ(ParseLogKeys(first + KeyLines(checkpoint, record)).status().reason(), "KEYS_UNPAIRED")
        << origin;
  }
}

HeldReceipt ReceiptOf(WrittenLog& log, std::uint64_t index) {
  HeldReceipt receipt;
  receipt.origin = log.origin();
  receipt.index = index;
  receipt.entry = log.entries()[index];
  receipt.leaf_hash = tlog::LeafHash(core::AsBytes(*receipt.entry));
  receipt.checkpoint = log.Checkpoint();
  receipt.inclusion_proof = log.Proof(index);
  return receipt;
}

std::string ReasonOf(const HeldReceipt& receipt, const LogKeys& keys) {
  const core::Result<ReceiptProof> proof = VerifyReceipt(receipt, keys);
  return proof.ok() ? "OK" : proof.status().reason();
}

TEST(Receipt, OfALogThatWasSucceededIsGoodWithTheKeysOfBoth) {
  WrittenLog log;
  log.AppendMany(7);
  const LogKeys old = log.keys();
  const HeldReceipt lost = ReceiptOf(log, 6);
  log.Succeed(11, 2);
  const LogKeys both = Both(old, log.keys());
  EXPECT_EQ(ReasonOf(lost, both), "OK");
  EXPECT_EQ(ReasonOf(lost, log.keys()), "SIGNATURE_MISSING");
  // Of a record that the old log's key signed, in the new one's tree, and of the one between them.
  for (const std::uint64_t index : {4u, 5u}) {
    EXPECT_EQ(ReasonOf(ReceiptOf(log, index), both), "OK") << index;
  }
  HeldReceipt renamed = lost;
  renamed.origin = kSuccessor;
  EXPECT_EQ(ReasonOf(renamed, both), "ORIGIN_DIFFERS");
}

}  // namespace
}  // namespace facegate::report
