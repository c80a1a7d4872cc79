// Which of a log's oldest records go, what keeps the others, and what is left of those that went.
#include "facegate/audit/pruning.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "facegate/audit/past_receipt.h"
#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/duties.h"
#include "facegate/policy/replay.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/minimum_index.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::audit {
namespace {

using testing::World;

constexpr std::int64_t kDays = 10;  // for which records are kept

class LogPrunerTest : public ::testing::Test {
 protected:
  explicit LogPrunerTest(testing::WorldOptions options = {}) : world_(std::move(options)) {}

  PruningOptions On() const { return {.is_on = true, .retained_days = kDays, .published = {}}; }
  LogPruner Pruner() { return LogPruner(*world_.store, *world_.ledger, world_.clock, On()); }

  storage::LogHead Head() { return *world_.store->GetLogHead(World::op()); }
  // Records of people who agree to nothing, until the log has so many.
  void FillTo(std::uint64_t size) {
    for (std::uint64_t i = Head().size; i < size; ++i) {
      world_.AddSubject("p" + std::to_string(i));
    }
  }
  void PassDays(std::int64_t days) { world_.clock.Advance(days * core::kMsPerDay); }

  PruningPlan Plan() {
    const auto plan = Pruner().Plan(World::op());
    EXPECT_TRUE(plan.ok()) << plan.status().ToString();
    return *plan;
  }
  void ExpectPlan(std::uint64_t next_minimum_index, std::string_view held_by) {
    const PruningPlan plan = Plan();
    EXPECT_EQ(plan.next_minimum_index, next_minimum_index);
    EXPECT_EQ(HeldByWord(plan.held_by), held_by);
  }
  core::Result<Pruned> Prune(LogPruner& pruner) {
    return pruner.Prune(World::op(), Someone(), crypto::RandomUuid(), core::NoDeadline());
  }
  Pruned MustPrune() {
    LogPruner pruner = Pruner();
    auto pruned = Prune(pruner);
    EXPECT_TRUE(pruned.ok()) << pruned.status().ToString();
    return *std::move(pruned);
  }
  static model::Principal Someone() { return {model::Role::kOperator, "somebody", ""}; }

  core::Json LineAt(std::uint64_t index) {
    const auto entries = world_.store->ReadEntries(World::op(), index, 1);
    EXPECT_TRUE(entries.ok()) << entries.status().ToString();
    return *storage::LineOf(entries->front().entry);
  }
  bool IsPruned(std::uint64_t index) {
    return world_.store->ReadEntries(World::op(), index, 1).status().reason() == "RECORD_PRUNED";
  }

  World world_;
};

// ---- What may go
// ---------------------------------------------------------------------------------

TEST_F(LogPrunerTest, LetsWholeBundlesOfOldRecordsGo) {
  FillTo(600);
  PassDays(kDays + 1);
  world_.AddSubject("young");
  ExpectPlan(512, "AGE");
  const Pruned pruned = MustPrune();
  EXPECT_TRUE(pruned.is_done);
  EXPECT_EQ(pruned.plan.records(), 512u);
  EXPECT_EQ(Head().minimum_index, 512u);
  EXPECT_TRUE(IsPruned(0));
  EXPECT_TRUE(IsPruned(511));
  EXPECT_EQ(LineAt(512).IntOr("index", -1), 512);
}

TEST_F(LogPrunerTest, PutsItOnRecordAsAnActOfWhoAsked) {
  FillTo(300);
  PassDays(kDays + 1);
  const auto root = tlog::RootHash(256, [this](const tlog::TileId& id, int) {
    return world_.store->ReadTile(World::op(), {id.level, id.index});
  });
  const Pruned pruned = MustPrune();
  ASSERT_TRUE(pruned.receipt.has_value());
  EXPECT_EQ(pruned.receipt->index, 300u);
  const core::Json line = LineAt(300);
  EXPECT_EQ(line.StringOr("type", ""), "log.pruned");
  EXPECT_EQ(line.IntOr("minimum_index", -1), 256);
  EXPECT_EQ(line.StringOr("root", ""), core::HexEncode(*root));
  EXPECT_EQ(line.IntOr("retained_days", -1), kDays);
  EXPECT_EQ(line.Find("actor")->StringOr("fingerprint", ""), "somebody");
}

TEST_F(LogPrunerTest, KeepsWhatIsJustAsOldAsRecordsAreKept) {
  FillTo(256);
  PassDays(kDays);
  ExpectPlan(0, "AGE");
  world_.clock.Advance(1);
  ExpectPlan(256, "AGE");
}

TEST_F(LogPrunerTest, KeepsABundleThatIsNotFull) {
  FillTo(255);
  PassDays(1000);
  ExpectPlan(0, "AGE");
  EXPECT_FALSE(MustPrune().receipt.has_value());
  EXPECT_EQ(Head().size, 255u);
}

TEST_F(LogPrunerTest, KeepsEveryEventOfAConsentThatStands) {
  FillTo(300);
  world_.AddSubject("ann");
  model::Consent consent = world_.Grant("ann");
  EXPECT_EQ(consent.log_index, 301u);
  FillTo(800);
  ++consent.epoch;  // as when its scopes are narrowed: it stands, and the grant is an earlier event
  world_.Change(storage::PutConsent{consent});
  FillTo(1300);
  PassDays(kDays + 1);
  ExpectPlan(256, "CONSENT");
  world_.Withdraw(*world_.store->GetConsent({World::op(), consent.subject, consent.id}));
  ExpectPlan(1280, "AGE");
}

TEST_F(LogPrunerTest, KeepsNothingForAConsentWhoseTimeIsUp) {
  FillTo(300);
  world_.AddSubject("ann");
  world_.Grant("ann");  // for 30 days
  FillTo(600);
  PassDays(29);
  ExpectPlan(256, "CONSENT");
  PassDays(1);
  ExpectPlan(512, "AGE");
}

TEST_F(LogPrunerTest, KeepsWhatMayBeAboutSomebodyWhoIsRestricted) {
  FillTo(300);
  world_.AddSubject("ann");
  FillTo(800);
  PassDays(kDays + 1);
  world_.Change(storage::RestrictSubject{World::subject("ann"), world_.clock.Now()});
  ExpectPlan(256, "RESTRICTION");
  world_.Change(storage::RestrictSubject{World::subject("ann"), std::nullopt});
  ExpectPlan(768, "AGE");
}

TEST_F(LogPrunerTest, KeepsEverythingWhileADutyIsOpen) {
  FillTo(600);
  PassDays(kDays + 1);
  model::Complaint complaint;
  complaint.op = World::op();
  complaint.id = model::ComplaintId("c-1");
  complaint.received_on = model::DateOf(world_.clock.Now());
  world_.Register(complaint);
  ExpectPlan(0, "DUTY");
  complaint.answered_on = complaint.received_on;
  complaint.outcome = model::ComplaintOutcome::kRejected;
  world_.Register(complaint);
  ExpectPlan(512, "AGE");

  model::Incident incident;
  incident.op = World::op();
  incident.id = model::IncidentId("i-1");
  incident.drill = true;
  incident.detected_at = world_.clock.Now();
  world_.Register(incident);
  ExpectPlan(512, "AGE");
  incident.id = model::IncidentId("i-2");
  incident.drill = false;
  world_.Register(incident);
  ExpectPlan(0, "DUTY");
}

TEST_F(LogPrunerTest, KeepsTheIssueOfAPassThatIsStillGood) {
  FillTo(300);
  Event event;
  event.type = "pass.issued";
  event.log = World::op();
  event.actor = GatewayItself();
  event.request_id = crypto::RandomUuid();
  event.body.Set("uses", "ONCE")
      .Set("expires_at", core::FormatRfc3339(world_.clock.Now() + 20 * core::kMsPerDay));
  ASSERT_TRUE(world_.ledger->Append(event, {}).ok());
  FillTo(800);
  PassDays(kDays + 1);
  ExpectPlan(256, "PASS");
  PassDays(kDays);
  ExpectPlan(768, "AGE");
}

TEST_F(LogPrunerTest, NeverLowersWhatIsGone) {
  FillTo(600);
  PassDays(kDays + 1);
  MustPrune();
  PruningOptions longer = On();
  longer.retained_days = 1000;
  LogPruner pruner(*world_.store, *world_.ledger, world_.clock, longer);
  const auto plan = pruner.Plan(World::op());
  EXPECT_EQ(plan->minimum_index, 512u);
  EXPECT_EQ(plan->records(), 0u);
  const auto pruned = Prune(pruner);
  ASSERT_TRUE(pruned.ok()) << pruned.status().ToString();
  EXPECT_FALSE(pruned->receipt.has_value());
  EXPECT_EQ(Head().minimum_index, 512u);
}

TEST_F(LogPrunerTest, DoesNothingWhereItIsOffButSaysWhatWouldGo) {
  FillTo(600);
  PassDays(kDays + 1);
  PruningOptions off = On();
  off.is_on = false;
  LogPruner pruner(*world_.store, *world_.ledger, world_.clock, off);
  EXPECT_EQ(Prune(pruner).status().reason(), "PRUNING_OFF");
  EXPECT_EQ(*pruner.Run(), 0u);
  EXPECT_EQ(Head().minimum_index, 0u);
  EXPECT_EQ(pruner.Plan(World::op())->records(), 512u);
}

// ---- How it goes
// ---------------------------------------------------------------------------------

TEST_F(LogPrunerTest, FindsNothingTheSecondTime) {
  FillTo(600);
  PassDays(kDays + 1);
  LogPruner pruner = Pruner();
  ASSERT_TRUE(Prune(pruner)->receipt.has_value());
  const std::uint64_t size = Head().size;
  EXPECT_FALSE(Prune(pruner)->receipt.has_value());
  EXPECT_EQ(Head().size, size);
}

TEST_F(LogPrunerTest, SweepsOnceADay) {
  FillTo(600);
  PassDays(kDays + 1);
  LogPruner pruner = Pruner();
  EXPECT_EQ(*pruner.Run(), 512u);
  EXPECT_EQ(LineAt(Head().size - 1).Find("actor")->StringOr("fingerprint", ""), "gateway");
  FillTo(800);
  EXPECT_EQ(*pruner.Run(), 0u);
  PassDays(kDays + 1);
  EXPECT_EQ(*pruner.Run(), 256u);
  EXPECT_EQ(Head().minimum_index, 768u);
}

TEST_F(LogPrunerTest, DeletesNothingThatNoWitnessSaw) {
  FillTo(300);
  std::optional<std::string> published;
  PruningOptions options = On();
  options.published = [&published](const model::OperatorId&) { return published; };
  LogPruner pruner(*world_.store, *world_.ledger, world_.clock, options);
  FillTo(800);
  PassDays(kDays + 1);
  EXPECT_EQ(HeldByWord(pruner.Plan(World::op())->held_by), "WITNESS");
  EXPECT_EQ(pruner.Plan(World::op())->records(), 0u);

  published = Head().checkpoint;  // of 800
  const auto pruned = Prune(pruner);
  ASSERT_TRUE(pruned.ok()) << pruned.status().ToString();
  EXPECT_EQ(pruned->receipt->index, 800u);
  // The record itself was not published: a copy of that size could not tell what went.
  EXPECT_FALSE(pruned->is_done);
  EXPECT_FALSE(IsPruned(0));
  EXPECT_FALSE(Prune(pruner)->receipt.has_value());
  published = Head().checkpoint;  // of 801
  ASSERT_TRUE(pruner.Run().ok());
  EXPECT_EQ(Head().minimum_index, 768u);
  EXPECT_EQ(Head().size, 801u);
}

TEST_F(LogPrunerTest, FinishesInAnotherProcessWhatIsOnRecord) {
  FillTo(600);
  PassDays(kDays + 1);
  PruningOptions unseen = On();
  unseen.published = [seen = Head().checkpoint](const model::OperatorId&) { return seen; };
  LogPruner killed(*world_.store, *world_.ledger, world_.clock, unseen);
  ASSERT_FALSE(Prune(killed)->is_done);  // it ended between its record and the first deletion
  EXPECT_FALSE(IsPruned(0));

  PruningOptions off = On();  // whatever is configured now: the record stands
  off.is_on = false;
  LogPruner next(*world_.store, *world_.ledger, world_.clock, off);
  EXPECT_EQ(*next.Run(), 0u);
  EXPECT_EQ(Head().minimum_index, 512u);
  EXPECT_TRUE(IsPruned(511));
  EXPECT_EQ(Head().size, 601u);
}

// ---- What is left
// --------------------------------------------------------------------------------

TEST_F(LogPrunerTest, LeavesAProofOfEveryRecord) {
  FillTo(600);
  const auto before = PastReceipt(*world_.store, World::op(), "test.example/acme", 3);
  const core::Timestamp written = *RecordTime(*world_.store, World::op(), 3);
  PassDays(1);
  FillTo(700);
  PassDays(kDays);
  world_.clock.Advance(1);
  MustPrune();
  const auto receipt = PastReceipt(*world_.store, World::op(), "test.example/acme", 3);
  ASSERT_TRUE(receipt.ok()) << receipt.status().ToString();
  EXPECT_EQ(receipt->entry, "");
  ASSERT_TRUE(receipt->pruned_leaf.has_value());
  EXPECT_EQ(*receipt->pruned_leaf, tlog::LeafHash(core::AsBytes(before->entry)));
  const auto checkpoint =
      tlog::OpenCheckpoint(receipt->checkpoint, world_.ledger->CheckpointKey(World::op()));
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_TRUE(tlog::VerifyInclusion(*receipt->pruned_leaf, 3, checkpoint->size,
                                    receipt->inclusion_proof, checkpoint->root)
                  .ok());
  EXPECT_TRUE(PastReceipt(*world_.store, World::op(), "o", 512)->pruned_leaf == std::nullopt);
  // When it was written nobody knows any more: no later than the first that is kept.
  EXPECT_EQ(*RecordTime(*world_.store, World::op(), 3), written);
  EXPECT_EQ(*RecordTime(*world_.store, World::op(), 3),
            *RecordTime(*world_.store, World::op(), 512));
}

TEST_F(LogPrunerTest, LeavesASignedStatementOfWhatWent) {
  EXPECT_FALSE(world_.ledger->MinimumIndex(World::op())->has_value());
  FillTo(600);
  PassDays(kDays + 1);
  MustPrune();
  const auto note = world_.ledger->MinimumIndex(World::op());
  ASSERT_TRUE(note.ok() && note->has_value());
  const tlog::VerifierKey key = world_.ledger->CheckpointKey(World::op());
  const auto statement = tlog::OpenMinimumIndex(**note, std::span(&key, 1));
  ASSERT_TRUE(statement.ok()) << statement.status().ToString();
  EXPECT_EQ(statement->origin, "test.example/acme");
  EXPECT_EQ(statement->index, 512u);
  EXPECT_EQ(core::HexEncode(statement->root), LineAt(600).StringOr("root", ""));
}

TEST_F(LogPrunerTest, LeavesDecisionsThatCanBeJudgedAgain) {
  FillTo(600);
  PassDays(kDays + 1);
  Outcome outcome;
  const auto recorded =
      world_.ledger->Commit(world_.DenialFor(world_.VerifyClaim("p20")), std::move(outcome));
  ASSERT_TRUE(recorded.ok());
  MustPrune();
  ASSERT_TRUE(IsPruned(0));  // where the operator, the site and the camera were registered
  const core::Json line = LineAt(recorded->receipt().index);
  ASSERT_LT(line.Find("rests_on")->AsArray().front().AsInt(), 256);
  const auto replayed =
      policy::Replay(*world_.store, World::op(), line, world_.engine->rules()->vocabulary(),
                     world_.engine->gateway_facts(), world_.engine->profiles());
  ASSERT_TRUE(replayed.ok()) << replayed.status().ToString();
  EXPECT_EQ(replayed->site.id, World::site());
  EXPECT_EQ(replayed->inputs.Get("venue.country"), rules::Value(std::string("DE")));
}

TEST_F(LogPrunerTest, LeavesALogThatGoesOn) {
  FillTo(600);
  PassDays(kDays + 1);
  MustPrune();
  const std::uint64_t size = Head().size;
  world_.AddSubject("next");
  EXPECT_EQ(Head().size, size + 1);
  EXPECT_EQ(Head().minimum_index, 512u);
}

// ---- In a file
// -----------------------------------------------------------------------------------

class LogPrunerFileTest : public LogPrunerTest {
 protected:
  LogPrunerFileTest() : LogPrunerFileTest(std::make_unique<testing::TempDir>()) {}
  explicit LogPrunerFileTest(std::unique_ptr<testing::TempDir> folder)
      : LogPrunerTest(In(*folder)), folder_(std::move(folder)) {}

  static testing::WorldOptions In(const testing::TempDir& folder) {
    storage::SqliteOptions sqlite;
    sqlite.path = folder / "facegate.db";
    testing::WorldOptions options;
    auto store = storage::OpenSqliteStore(sqlite);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    options.store = std::move(store).value();
    options.data_dir = folder.path();
    return options;
  }

  // Behind the store's back.
  std::int64_t Ask(const std::string& sql) {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open((*folder_ / "facegate.db").c_str(), &db), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    const bool has_row = sqlite3_step(statement) == SQLITE_ROW;
    const std::int64_t value = has_row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
  }

  std::unique_ptr<testing::TempDir> folder_;
};

TEST_F(LogPrunerFileTest, FinishesWhatWasBrokenOffHalfWay) {
  FillTo(600);
  PassDays(kDays + 1);
  PruningOptions unseen = On();
  unseen.published = [seen = Head().checkpoint](const model::OperatorId&) { return seen; };
  LogPruner killed(*world_.store, *world_.ledger, world_.clock, unseen);
  const auto recorded = Prune(killed);
  ASSERT_TRUE(recorded.ok()) << recorded.status().ToString();
  ASSERT_FALSE(*world_.store->PruneLog(World::op(), {512, recorded->receipt->index}, 100));
  EXPECT_EQ(Ask("SELECT count(*) FROM log_entries"), 501);
  EXPECT_TRUE(IsPruned(511));

  LogPruner next = Pruner();
  ASSERT_TRUE(next.Run().ok());
  EXPECT_EQ(Ask("SELECT count(*) FROM log_entries"), 601 - 512);
  EXPECT_EQ(Ask("SELECT count(*) FROM log_index_keys"), 601 - 512);
}

TEST_F(LogPrunerFileTest, DestroysNoEvidenceOfDamage) {
  FillTo(600);
  PassDays(kDays + 1);
  Ask("UPDATE log_entries SET entry = CAST('other' AS BLOB) "
      "WHERE (seq & 1099511627775) = 300");
  LogPruner pruner = Pruner();
  const auto pruned = Prune(pruner);
  EXPECT_EQ(pruned.status().code(), core::Code::kDataLoss);
  EXPECT_EQ(pruned.status().reason(), "LOG_DAMAGED");
  EXPECT_EQ(Head().size, 600u);
  EXPECT_EQ(Head().minimum_index, 0u);
}

}  // namespace
}  // namespace facegate::audit
