// Logs whose keys were rotated: what the ledger puts on record, what verifiers make of it, and what
// reads a stored log across it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/head_file.h"
#include "facegate/audit/inspection.h"
#include "facegate/audit/log_keys.h"
#include "facegate/audit/past_receipt.h"
#include "facegate/audit/tail.h"
#include "facegate/report/log_copy.h"
#include "facegate/report/receipt.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"
#include "unit/audit/kept_gateway.h"

namespace facegate::audit {
namespace {

namespace fs = std::filesystem;
using testing::World;

using RotationTest = KeptGatewayTest;

TEST_F(RotationTest, IsTheFirstRecordOfTheNextRunAndBothSignIt) {
  RunWithNewPerson("before");
  const std::uint64_t size = Size();
  RotateKeys();
  Run();
  ASSERT_EQ(Size(), size + 1);
  const std::string entry = Records().back();
  const core::Json line = storage::LineOf(entry).value();
  EXPECT_EQ(line.StringOr("type", ""), "key.rotated");
  EXPECT_EQ(line.StringOr("kind", ""), "LOG");
  EXPECT_EQ(line.StringOr("previous_checkpoint_vkey", ""), Held(1).checkpoint.ToString());
  EXPECT_EQ(line.StringOr("previous_record_vkey", ""), Held(1).record.ToString());
  EXPECT_EQ(line.StringOr("checkpoint_vkey", ""), Held(2).checkpoint.ToString());
  EXPECT_EQ(line.StringOr("record_vkey", ""), Held(2).record.ToString());
  const tlog::Note record = NoteOf(entry);
  const tlog::Note checkpoint = NoteOf(Checkpoint());
  ASSERT_EQ(record.signatures.size(), 2u);
  ASSERT_EQ(checkpoint.signatures.size(), 2u);
  for (const int generation : {1, 2}) {
    const report::LogKeys held = Held(generation);
    EXPECT_TRUE(tlog::VerifyNote(record, held.record).ok());
    EXPECT_TRUE(tlog::VerifyNote(checkpoint, held.checkpoint).ok());
    const auto place = static_cast<std::size_t>(generation - 1);  // the old one first
    EXPECT_EQ(record.signatures[place].id, held.record.id);
    EXPECT_EQ(checkpoint.signatures[place].id, held.checkpoint.id);
  }
}

TEST_F(RotationTest, LeavesTheNewKeysToSignAlone) {
  RunWithNewPerson("before");
  RotateKeys();
  RunWithNewPerson("after");
  const tlog::Note record = NoteOf(Records().back());
  const tlog::Note checkpoint = NoteOf(Checkpoint());
  EXPECT_EQ(record.signatures.size(), 1u);
  EXPECT_EQ(checkpoint.signatures.size(), 1u);
  EXPECT_TRUE(tlog::VerifyNote(record, Held(2).record).ok());
  EXPECT_TRUE(tlog::VerifyNote(checkpoint, Held(2).checkpoint).ok());
  Run();
  EXPECT_EQ(Rotations().size(), 1u) << "it is handed over once";
}

TEST_F(RotationTest, IsFollowedByVerifiersFromEitherSide) {
  RunWithNewPerson("before");
  RotateKeys();
  RunWithNewPerson("after");
  for (const report::LogKeys& held : {Held(1), Held(2), HeldFromBoth()}) {
    const report::CopyReport report = VerifyCopy(held);
    EXPECT_TRUE(report.ok()) << report::CopyReportText(report);
    EXPECT_EQ(report.rotations, Rotations());
    EXPECT_EQ(report.records_checked, Size());
  }
}

TEST_F(RotationTest, IsFollowedByVerifiersWhereItIsTheLastRecord) {
  RunWithNewPerson("before");
  RotateKeys();
  Run();
  for (const int generation : {1, 2}) {
    EXPECT_TRUE(VerifyCopy(Held(generation)).ok());
    for (const std::size_t left_out : {0u, 1u}) {
      const auto report = VerifyCopy(Records(), Without(Checkpoint(), left_out), Held(generation));
      ASSERT_FALSE(report.ok());
      EXPECT_EQ(report.fault->reason, "SIGNATURE_MISSING");
    }
  }
}

TEST_F(RotationTest, IsRefusedByVerifiersWithoutEitherSignature) {
  RunWithNewPerson("before");
  RotateKeys();
  RunWithNewPerson("after");
  const std::uint64_t at = Rotations().front();
  for (const std::size_t left_out : {0u, 1u}) {
    std::vector<std::string> records = Records();
    records[at] = Without(records[at], left_out);
    for (const int generation : {1, 2}) {
      const auto report = VerifyCopy(records, SignedAgain(records), Held(generation));
      ASSERT_FALSE(report.ok());
      EXPECT_EQ(report.fault->reason, "ROTATION_UNPROVED");
      EXPECT_EQ(report.fault->record, at);
    }
  }
}

TEST_F(RotationTest, TakesOneRecordForEachGeneration) {
  RunWithNewPerson("before");
  const std::uint64_t size = Size();
  RotateKeys();
  RotateKeys();
  RunWithNewPerson("after");
  EXPECT_EQ(Rotations(), (std::vector<std::uint64_t>{size, size + 1}));
  for (const int generation : {1, 2, 3}) {
    const report::CopyReport report = VerifyCopy(Held(generation));
    EXPECT_TRUE(report.ok()) << report::CopyReportText(report);
    EXPECT_EQ(report.rotations, Rotations());
  }
}

TEST_F(RotationTest, GoesOnWhereItEndedBetweenTwoGenerations) {
  RunWithNewPerson("before");
  RotateKeys();
  RotateKeys();
  // What a crash after the first step leaves is what a gateway without the third generation does.
  fs::rename(key_dir() + "/log.3.key", folder_ / "later");
  Run();
  fs::rename(folder_ / "later", key_dir() + "/log.3.key");
  RunWithNewPerson("after");
  EXPECT_EQ(Rotations().size(), 2u);
  EXPECT_TRUE(VerifyCopy(Held(1)).ok());
}

TEST_F(RotationTest, GoesOnAfterACrashBeforeItsHeadFileWasWritten) {
  RunWithNewPerson("before");
  fs::copy_file(head_path(), folder_ / "older.head");
  RotateKeys();
  Run();
  const std::uint64_t size = Size();
  fs::copy_file(folder_ / "older.head", head_path(), fs::copy_options::overwrite_existing);
  Run();
  EXPECT_EQ(Size(), size) << "it is on record already";
  RunWithNewPerson("after");
  EXPECT_EQ(Rotations().size(), 1u);
  EXPECT_TRUE(VerifyCopy(Held(1)).ok());
}

TEST_F(RotationTest, IsNoneOfALogThatHadNoRecordsYet) {
  RotateKeys();
  RunWithNewPerson("first");
  EXPECT_TRUE(Rotations().empty());
  EXPECT_TRUE(VerifyCopy(Held(2)).ok());
  EXPECT_FALSE(VerifyCopy(Held(1)).ok());
}

TEST_F(RotationTest, CannotBeUndoneByLosingTheNewKeys) {
  RunWithNewPerson("before");
  const auto old_ring = Ring();
  RotateKeys();
  Run();  // the head is signed by both
  EXPECT_EQ(Start(*old_ring).reason(), "WRONG_KEYS");
  EXPECT_TRUE(Start(*Ring()).ok());
  RunWithNewPerson("after");  // by the new ones alone
  EXPECT_EQ(Start(*old_ring).reason(), "WRONG_KEYS");
  EXPECT_TRUE(Start(*Ring()).ok());
}

// ---- Who reads a stored log ----

TEST_F(RotationTest, TellsWhichKeysSignedFromWhichRecordOn) {
  RunWithNewPerson("before");
  const KeyPeriod only{"checkpoint", "record", 0};
  auto periods = KeyPeriodsOf(*OpenStore(db_path()), World::op(), only);
  ASSERT_TRUE(periods.ok()) << periods.status().ToString();
  ASSERT_EQ(periods->size(), 1u);
  EXPECT_EQ(periods->front().checkpoint_vkey, "checkpoint");

  RotateKeys();
  RunWithNewPerson("after");
  periods = KeyPeriodsOf(*OpenStore(db_path()), World::op(), only);
  ASSERT_TRUE(periods.ok()) << periods.status().ToString();
  ASSERT_EQ(periods->size(), 2u);
  EXPECT_EQ(periods->at(0).checkpoint_vkey, Held(1).checkpoint.ToString());
  EXPECT_EQ(periods->at(0).record_vkey, Held(1).record.ToString());
  EXPECT_EQ(periods->at(0).first_index, 0u);
  EXPECT_EQ(periods->at(1).checkpoint_vkey, Held(2).checkpoint.ToString());
  EXPECT_EQ(periods->at(1).record_vkey, Held(2).record.ToString());
  EXPECT_EQ(periods->at(1).first_index, Rotations().front() + 1);
}

report::HeldReceipt AsHeld(const Receipt& receipt) {
  report::HeldReceipt held;
  held.origin = receipt.origin;
  held.index = receipt.index;
  held.entry = receipt.entry;
  held.leaf_hash = tlog::LeafHash(core::AsBytes(receipt.entry));
  held.checkpoint = receipt.checkpoint;
  held.inclusion_proof = receipt.inclusion_proof;
  held.record_time = receipt.recorded_at;
  return held;
}

TEST_F(RotationTest, LeavesReceiptsFromBeforeItTrueAndGivesTrueOnesAgain) {
  RunWithNewPerson("before");
  const std::uint64_t index = Size() - 1;
  const auto receipt_of = [&](std::uint64_t record) {
    auto receipt = PastReceipt(*OpenStore(db_path()), World::op(), kOrigin, record);
    EXPECT_TRUE(receipt.ok()) << receipt.status().ToString();
    return AsHeld(*receipt);
  };
  const report::HeldReceipt earlier = receipt_of(index);
  RotateKeys();
  RunWithNewPerson("after");
  for (const report::LogKeys& held : {Held(1), HeldFromBoth()}) {
    EXPECT_TRUE(report::VerifyReceipt(earlier, held).ok());
  }
  const std::uint64_t rotation = Rotations().front();
  for (const std::uint64_t record : {index, rotation, rotation + 1}) {
    const auto proof = report::VerifyReceipt(receipt_of(record), HeldFromBoth());
    EXPECT_TRUE(proof.ok()) << proof.status().ToString();
  }
  EXPECT_FALSE(report::VerifyReceipt(receipt_of(index), Held(1)).ok());
}

class RotatedInspectionTest : public RotationTest {
 protected:
  Inspection Inspect(const crypto::KeyRing& keys) const {
    const auto store = OpenStore(db_path());
    auto found = InspectLog(*store, keys, "test.example", folder_.path(), World::op(), {});
    EXPECT_TRUE(found.ok()) << found.status().ToString();
    return *std::move(found);
  }
};

TEST_F(RotatedInspectionTest, FindsNothingWrongBeforeWithAndAfterARotation) {
  RunWithNewPerson("before");
  RotateKeys();
  EXPECT_TRUE(Inspect(*Ring()).ok()) << "the next start will move it";
  Run();
  EXPECT_TRUE(Inspect(*Ring()).ok());
  RunWithNewPerson("after");
  const Inspection found = Inspect(*Ring());
  EXPECT_TRUE(found.ok());
  EXPECT_EQ(found.records_checked, Size());
}

TEST_F(RotatedInspectionTest, NamesTheGenerationThatIsMissing) {
  RunWithNewPerson("before");
  const auto old_ring = Ring();
  RotateKeys();
  Run();
  const Inspection found = Inspect(*old_ring);
  ASSERT_FALSE(found.faults.empty());
  EXPECT_EQ(found.faults.front().ill, Ill::kWrongKeys);
}

TEST_F(RotatedInspectionTest, FindsAHeadFileThatOldKeysSignedAfterTheyWereReplaced) {
  RunWithNewPerson("before");
  RotateKeys();
  RunWithNewPerson("after");
  const tlog::Checkpoint end = tlog::ParseCheckpointText(NoteOf(Checkpoint()).text).value();
  HeadFile head(head_path());
  ASSERT_TRUE(head.Read().ok());
  ASSERT_TRUE(head.Write(tlog::SignCheckpoint(end, Ring()->CheckpointKey(kOrigin, 1))).ok());
  const Inspection found = Inspect(*Ring());
  ASSERT_EQ(found.faults.size(), 1u);
  EXPECT_EQ(found.faults.front().ill, Ill::kWrongKeys);
}

// ---- Putting records back ----

class RotatedTailTest : public RotationTest {
 protected:
  // The database as it is now, in a file of its own.
  void KeepDatabase() { fs::copy_file(db_path(), kept_path()); }
  std::string kept_path() const { return folder_ / "kept.db"; }

  core::Status Append(storage::Store& to, const crypto::KeyRing& keys) const {
    const auto present = OpenStore(db_path());
    const storage::LogHead head = *present->GetLogHead(World::op());
    const auto until = LogGenerations(*Ring(), {kOrigin, 1}).OpenCheckpoint(head.checkpoint);
    EXPECT_TRUE(until.ok()) << until.status().ToString();
    return AppendTail(to, keys, World::op(), until->checkpoint, ReaderOf(RecordsOf(*present)));
  }
};

TEST_F(RotatedTailTest, IsPutBackWithTheRotationInIt) {
  RunWithNewPerson("before");
  KeepDatabase();
  RotateKeys();
  RunWithNewPerson("after");
  const auto kept = OpenStore(kept_path());
  const core::Status appended = Append(*kept, *Ring());
  ASSERT_TRUE(appended.ok()) << appended.ToString();
  EXPECT_EQ(RecordsOf(*kept), Records());
  EXPECT_EQ(kept->GetLogHead(World::op())->checkpoint, Checkpoint());
}

TEST_F(RotatedTailTest, IsPutBackWhereTheRotationIsItsLastRecord) {
  RunWithNewPerson("before");
  KeepDatabase();
  RotateKeys();
  Run();
  const auto kept = OpenStore(kept_path());
  const core::Status appended = Append(*kept, *Ring());
  ASSERT_TRUE(appended.ok()) << appended.ToString();
  EXPECT_EQ(kept->GetLogHead(World::op())->checkpoint, Checkpoint());
  EXPECT_EQ(NoteOf(Checkpoint()).signatures.size(), 2u);
}

TEST_F(RotatedTailTest, IsPutBackFromTheFirstRecordOn) {
  RunWithNewPerson("before");
  RotateKeys();
  RunWithNewPerson("after");
  const auto empty = storage::OpenMemoryStore();
  const core::Status appended = Append(*empty, *Ring());
  ASSERT_TRUE(appended.ok()) << appended.ToString();
  EXPECT_EQ(empty->GetLogHead(World::op())->checkpoint, Checkpoint());
}

TEST_F(RotatedTailTest, IsNotPutBackWithoutTheKeysThatItWentOnTo) {
  RunWithNewPerson("before");
  KeepDatabase();
  const auto old_ring = Ring();
  RotateKeys();
  RunWithNewPerson("after");
  const auto kept = OpenStore(kept_path());
  const std::uint64_t size = kept->GetLogHead(World::op())->size;
  EXPECT_EQ(Append(*kept, *old_ring).reason(), "ROTATION_UNPROVED");
  EXPECT_EQ(kept->GetLogHead(World::op())->size, size);
}

}  // namespace
}  // namespace facegate::audit
