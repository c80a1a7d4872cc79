// Logs that succeed one whose newest records were lost: what the record says, who signs what, what
// a gateway makes of it at its start, and what reads a stored log across it.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "audit/head_file.h"
#include "facegate/audit/inspection.h"
#include "facegate/audit/log_keys.h"
#include "facegate/audit/tail.h"
#include "facegate/core/bytes.h"
#include "facegate/report/log_copy.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "support/base/fake_clock.h"
#include "support/world/world.h"
#include "unit/audit/kept_gateway.h"

namespace facegate::audit {
namespace {

namespace fs = std::filesystem;
using testing::World;

const std::string kSuccessor = kOrigin + "~2";

// A database is kept, the gateway goes on, and then only what was kept is left.
class SuccessionTest : public KeptGatewayTest {
 protected:
  std::string kept_path() const { return folder_ / "kept.db"; }
  std::string lost_path() const { return folder_ / "lost.db"; }
  void CopyDatabase(const std::string& from, const std::string& to) const {
    fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  }
  void KeepDatabase() { CopyDatabase(db_path(), kept_path()); }

  tlog::Checkpoint Head() const {
    return tlog::ParseCheckpointText(NoteOf(Checkpoint()).text).value();
  }
  core::Result<std::string> SucceedKept(const tlog::Checkpoint& lost) {
    CopyDatabase(db_path(), lost_path());
    CopyDatabase(kept_path(), db_path());
    const auto store = OpenStore(db_path());
    const testing::FakeClock clock;
    return Succeed(*store, *Ring(), clock, World::op(), lost);
  }
  // Two people are kept, two are lost. Gives the head that is lost.
  tlog::Checkpoint LoseTwo() {
    RunWithNewPerson("kept-1");
    RunWithNewPerson("kept-2");
    KeepDatabase();
    RunWithNewPerson("lost-1");
    RunWithNewPerson("lost-2");
    tlog::Checkpoint lost = Head();
    const auto origin = SucceedKept(lost);
    EXPECT_TRUE(origin.ok()) << origin.status().ToString();
    return lost;
  }
  LogKeys KeysOf(const std::string& origin) const { return LogKeys(*Ring(), origin, 1, 1); }
  Inspection Inspect() const {
    const auto store = OpenStore(db_path());
    auto found = InspectLog(*store, *Ring(), "test.example", folder_.path(), World::op(), {});
    EXPECT_TRUE(found.ok()) << found.status().ToString();
    return std::move(found).value();
  }
};

// ---- The record
// ----------------------------------------------------------------------------------

TEST_F(SuccessionTest, BeginsWithWhatIsLeftAndNamesWhatWasLost) {
  const tlog::Checkpoint lost = LoseTwo();
  const std::vector<std::string> records = Records();
  EXPECT_EQ(RecordsOf(*OpenStore(kept_path())),
            std::vector<std::string>(records.begin(), records.end() - 1));
  EXPECT_EQ(lost.size, records.size() + 1);
  const core::Json line = storage::LineOf(records.back()).value();
  EXPECT_EQ(line.StringOr("type", ""), "log.succeeded");
  EXPECT_EQ(line.IntOr("index", -1), static_cast<std::int64_t>(records.size() - 1));
  EXPECT_EQ(line.StringOr("previous_origin", ""), kOrigin);
  EXPECT_EQ(line.IntOr("previous_size", -1), static_cast<std::int64_t>(lost.size));
  EXPECT_EQ(line.StringOr("previous_root", ""), core::HexEncode(lost.root));
  const LogKeys old = KeysOf(kOrigin);
  const LogKeys next = KeysOf(kSuccessor);
  EXPECT_EQ(line.StringOr("previous_checkpoint_vkey", ""), old.CheckpointVerifier().ToString());
  EXPECT_EQ(line.StringOr("previous_record_vkey", ""), old.RecordVerifier().ToString());
  EXPECT_EQ(line.StringOr("checkpoint_vkey", ""), next.CheckpointVerifier().ToString());
  EXPECT_EQ(line.StringOr("record_vkey", ""), next.RecordVerifier().ToString());
}

TEST_F(SuccessionTest, IsSignedByBothRecordKeysAndTheNewCheckpointKeyAlone) {
  LoseTwo();
  const tlog::Note record = NoteOf(Records().back());
  ASSERT_EQ(record.signatures.size(), 2u);
  EXPECT_EQ(record.signatures[0].name, kOrigin + "/records");
  EXPECT_EQ(record.signatures[1].name, kSuccessor + "/records");
  EXPECT_TRUE(tlog::VerifyNote(record, KeysOf(kOrigin).RecordVerifier()).ok());
  EXPECT_TRUE(tlog::VerifyNote(record, KeysOf(kSuccessor).RecordVerifier()).ok());
  const tlog::Note checkpoint = NoteOf(Checkpoint());
  ASSERT_EQ(checkpoint.signatures.size(), 1u);
  EXPECT_TRUE(tlog::OpenCheckpoint(Checkpoint(), KeysOf(kSuccessor).CheckpointVerifier()).ok());
}

TEST_F(SuccessionTest, IsOfTheKeysThatWereInForce) {
  RunWithNewPerson("kept");
  RotateKeys();
  Run();
  KeepDatabase();
  RunWithNewPerson("lost");
  ASSERT_TRUE(SucceedKept(Head()).ok());
  const LogKeys old(*Ring(), kOrigin, 2, 2);
  EXPECT_EQ(storage::LineOf(Records().back())->StringOr("previous_record_vkey", ""),
            old.RecordVerifier().ToString());
  RunWithNewPerson("after");
  EXPECT_TRUE(Inspect().ok());
}

TEST_F(SuccessionTest, CanItselfBeSucceeded) {
  LoseTwo();
  RunWithNewPerson("after");
  KeepDatabase();
  RunWithNewPerson("lost-again");
  const auto origin = SucceedKept(Head());
  ASSERT_TRUE(origin.ok()) << origin.status().ToString();
  EXPECT_EQ(*origin, kOrigin + "~3");
  RunWithNewPerson("at-last");
  EXPECT_TRUE(Inspect().ok());
}

TEST_F(SuccessionTest, IsNoneOfALogOfWhichMoreOrOthersAreLeft) {
  RunWithNewPerson("kept");
  const tlog::Checkpoint early = Head();
  RunWithNewPerson("kept-too");
  KeepDatabase();
  tlog::Checkpoint forged = Head();
  EXPECT_EQ(SucceedKept(early).status().reason(), "LOG_ROLLED_BACK");
  forged.root[0] ^= 1;
  EXPECT_EQ(SucceedKept(forged).status().reason(), "LOG_ROLLED_BACK");
  forged = Head();
  forged.origin = kSuccessor;
  forged.size += 5;
  EXPECT_EQ(SucceedKept(forged).status().reason(), "LOG_TAIL_MISSING");
  forged.origin = kOrigin + "~99";
  EXPECT_EQ(SucceedKept(forged).status().reason(), "SUCCESSORS_MAX");
}

// ---- At the next start
// ---------------------------------------------------------------------------

TEST_F(SuccessionTest, GoesOnUnderItsOwnName) {
  LoseTwo();
  const std::uint64_t size = Size();
  for (const char* person : {"after-1", "after-2"}) {
    Run([person](World& world) {
      EXPECT_EQ(world.ledger->Origin(World::op()), kSuccessor);
      world.AddSubject(person);
    });
  }
  EXPECT_EQ(Size(), size + 2);
  const tlog::Note record = NoteOf(Records().back());
  EXPECT_EQ(record.signatures.size(), 1u);
  EXPECT_TRUE(tlog::VerifyNote(record, KeysOf(kSuccessor).RecordVerifier()).ok());
}

TEST_F(SuccessionTest, ClosesTheLogForGood) {
  LoseTwo();
  RunWithNewPerson("after");
  // What was lost is found again.
  CopyDatabase(lost_path(), db_path());
  EXPECT_EQ(Start(*Ring()).reason(), "LOG_ROLLED_BACK");
  ASSERT_EQ(Inspect().faults.size(), 1u);
  EXPECT_EQ(Inspect().faults.front().ill, Ill::kRollback);
}

TEST_F(SuccessionTest, IsRefusedWhereTheLogWentOnFurtherThanItSays) {
  RunWithNewPerson("kept");
  KeepDatabase();
  RunWithNewPerson("lost");
  const tlog::Checkpoint early = Head();
  RunWithNewPerson("lost-too");
  ASSERT_TRUE(SucceedKept(early).ok());
  EXPECT_EQ(Start(*Ring()).reason(), "LOG_FORKED");
  ASSERT_EQ(Inspect().faults.size(), 1u);
  EXPECT_EQ(Inspect().faults.front().ill, Ill::kFork);
}

TEST_F(SuccessionTest, IsRefusedWhereTheHeadFileIsOfOtherRecords) {
  const tlog::Checkpoint lost = LoseTwo();
  // Among those that were kept, and where the log is said to have ended.
  for (const std::uint64_t size : {std::uint64_t{2}, lost.size}) {
    HeadFile head(head_path());
    ASSERT_TRUE(head.Read().ok());
    const tlog::Checkpoint other{kOrigin, size, {}};
    ASSERT_TRUE(head.Write(tlog::SignCheckpoint(other, Ring()->CheckpointKey(kOrigin, 1))).ok());
    EXPECT_EQ(Start(*Ring()).reason(), "LOG_FORKED");
    const Inspection found = Inspect();
    ASSERT_EQ(found.faults.size(), 1u) << size;
    EXPECT_EQ(found.faults.front().ill, Ill::kFork);
  }
}

TEST_F(SuccessionTest, TellsWhichKeysSignedFromWhichRecordOn) {
  LoseTwo();
  const std::uint64_t begins = Size() - 1;
  RunWithNewPerson("after");
  const LogKeys old = KeysOf(kOrigin);
  const LogKeys next = KeysOf(kSuccessor);
  const auto periods = KeyPeriodsOf(*OpenStore(db_path()), World::op(), {});
  ASSERT_TRUE(periods.ok());
  ASSERT_EQ(periods->size(), 2u);
  EXPECT_EQ(periods->at(0).record_vkey, old.RecordVerifier().ToString());
  EXPECT_EQ(periods->at(0).first_index, 0u);
  EXPECT_EQ(periods->at(1).checkpoint_vkey, next.CheckpointVerifier().ToString());
  EXPECT_EQ(periods->at(1).record_vkey, next.RecordVerifier().ToString());
  EXPECT_EQ(periods->at(1).first_index, begins + 1);
}

// ---- What reads across it
// ------------------------------------------------------------------------

TEST_F(SuccessionTest, LeavesNothingWrongAndSaysWhatCannotBeShown) {
  LoseTwo();
  for (const bool has_started : {false, true}) {
    if (has_started) RunWithNewPerson("after");
    const Inspection found = Inspect();
    EXPECT_TRUE(found.ok()) << (found.ok() ? "" : found.faults.front().what);
    EXPECT_EQ(found.origin, kSuccessor);
    EXPECT_EQ(found.records_checked, Size());
    EXPECT_NE(found.unproven.back().find("2 records of " + kOrigin), std::string::npos);
  }
}

TEST_F(SuccessionTest, IsFollowedByVerifiersFromEitherSide) {
  LoseTwo();
  for (const bool has_started : {false, true}) {
    if (has_started) RunWithNewPerson("after");
    for (const std::string& origin : {kOrigin, kSuccessor}) {
      const LogKeys keys = KeysOf(origin);
      const auto report = VerifyCopy({keys.CheckpointVerifier(), keys.RecordVerifier()});
      EXPECT_TRUE(report.ok()) << report::CopyReportText(report);
      EXPECT_EQ(report.records_checked, Size());
    }
  }
}

class SucceededTailTest : public SuccessionTest {
 protected:
  core::Status PutBack(storage::Store& to, const std::vector<std::string>& records) const {
    return AppendTail(to, *Ring(), World::op(), Head(), ReaderOf(records));
  }
};

TEST_F(SucceededTailTest, IsPutBackWithTheSuccessionInIt) {
  LoseTwo();
  RunWithNewPerson("after");
  const auto kept = OpenStore(kept_path());
  const core::Status appended = PutBack(*kept, Records());
  ASSERT_TRUE(appended.ok()) << appended.ToString();
  EXPECT_EQ(RecordsOf(*kept), Records());
  EXPECT_EQ(kept->GetLogHead(World::op())->checkpoint, Checkpoint());
}

TEST_F(SucceededTailTest, IsNotPutBackWithoutEitherSignature) {
  LoseTwo();
  for (const std::size_t left_out : {0u, 1u}) {
    std::vector<std::string> records = Records();
    records.back() = Without(records.back(), left_out);
    const auto kept = OpenStore(kept_path());
    EXPECT_EQ(PutBack(*kept, records).reason(), "SIGNATURE_MISSING");
  }
}

}  // namespace
}  // namespace facegate::audit
