#include "facegate/audit/ledger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "facegate/tlog/checkpoint.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate {
namespace {

using audit::Outcome;
using model::Reason;
using model::Verdict;
using testing::World;

core::Json EntryOf(const audit::Receipt& receipt) {
  const auto note = tlog::ParseNote(receipt.entry);
  EXPECT_TRUE(note.ok());
  const auto json = core::Json::Parse(note->text);
  EXPECT_TRUE(json.ok());
  return *json;
}

// Record signature, checkpoint signature and inclusion, with public keys only.
void ExpectProves(const World& world, const audit::Receipt& receipt) {
  const auto note = tlog::ParseNote(receipt.entry);
  ASSERT_TRUE(note.ok());
  EXPECT_TRUE(tlog::VerifyNote(*note, world.ledger->RecordKey(World::op())).ok());
  const auto proof = tlog::ParseProofFile(receipt.ToProofFile());
  ASSERT_TRUE(proof.ok());
  const auto checkpoint = tlog::VerifyProofFile(*proof, core::AsBytes(receipt.entry),
                                                world.ledger->CheckpointKey(World::op()));
  EXPECT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
}

Outcome Match(const model::Consent& consent, const core::Bytes& secret) {
  Outcome outcome;
  outcome.verdict = Verdict::kAllow;
  outcome.reason = Reason::kMatched;
  audit::Person& person = outcome.people.emplace_back();
  person.subject = consent.subject;
  person.basis.consent = {consent.op, consent.subject, consent.id};
  person.basis.epoch = consent.epoch;
  person.basis.log_index = consent.log_index;
  person.wrapped_secret = secret;
  return outcome;
}

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    world.AddSubject("person-a");
    consent = world.Grant("person-a");
    world.MarkEnrolled("person-a");
    secret = world.store->GetSubject(World::subject("person-a"))->wrapped_secret;
  }
  World world;
  model::Consent consent;
  core::Bytes secret;
};

TEST_F(LedgerTest, RecordsADenialWithItsRules) {
  auto recorded = world.ledger->Commit(world.DenialFor(world.VerifyClaim("nobody")), Outcome{});
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(recorded->outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(recorded->outcome().reason, Reason::kConsentMissing);
  const core::Json entry = EntryOf(recorded->receipt());
  EXPECT_EQ(entry.StringOr("type", ""), "decision");
  EXPECT_EQ(entry.StringOr("reason", ""), "CONSENT_MISSING");
  EXPECT_EQ(entry.StringOr("pad", ""), "NOT_PERFORMED");
  EXPECT_EQ(entry.Find("rules")->AsArray().at(0).StringOr("rule", ""),
            "core.consent-before-template");
  EXPECT_FALSE(entry.Find("packs")->AsArray().empty());
  ExpectProves(world, recorded->receipt());
}

TEST_F(LedgerTest, NamesNobodyInAnEntry) {
  auto recorded =
      world.ledger->Commit(world.PermitFor(world.VerifyClaim("person-a")), Match(consent, secret));
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(recorded->receipt().entry.find("person-a"), std::string::npos);
  EXPECT_EQ(recorded->receipt().entry.find(consent.id.str() + "\""), std::string::npos);
}

TEST_F(LedgerTest, GivesThePersonAnotherPseudonymEachDay) {
  const auto pseudonym = [&] {
    auto recorded = world.ledger->Commit(world.PermitFor(world.VerifyClaim("person-a")),
                                         Match(consent, secret));
    return EntryOf(recorded->receipt()).Find("subjects")->AsArray().at(0).StringOr("pseudonym", "");
  };
  const std::string first = pseudonym();
  EXPECT_EQ(pseudonym(), first);
  world.clock.Advance(core::kMsPerDay);
  EXPECT_NE(pseudonym(), first);
}

TEST_F(LedgerTest, AbortsAMatchWhoseConsentMoved) {
  auto permit = world.PermitFor(world.VerifyClaim("person-a"));
  world.Withdraw(consent);
  auto recorded = world.ledger->Commit(std::move(permit), Match(consent, secret));
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(recorded->outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(recorded->outcome().reason, Reason::kConsentMoved);
  EXPECT_TRUE(recorded->outcome().people.empty());
  EXPECT_EQ(EntryOf(recorded->receipt()).StringOr("outcome", ""), "USE_ALTERNATIVE");
  ExpectProves(world, recorded->receipt());
}

TEST_F(LedgerTest, AbortsAMatchOfAPersonRestrictedMeanwhile) {
  auto permit = world.PermitFor(world.VerifyClaim("person-a"));
  world.Change(storage::RestrictSubject{World::subject("person-a"), world.clock.Now()});
  auto recorded = world.ledger->Commit(std::move(permit), Match(consent, secret));
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(recorded->outcome().verdict, Verdict::kUseAlternative);
  EXPECT_EQ(recorded->outcome().reason, Reason::kConsentMoved);
  EXPECT_TRUE(recorded->outcome().people.empty());
}

TEST_F(LedgerTest, NamesNobodyWhoWasErasedMeanwhile) {
  world.Withdraw(consent);
  auto stands = world.DenialFor(world.VerifyClaim("person-a"));
  auto erased = world.DenialFor(world.VerifyClaim("person-a"));
  const auto before = world.ledger->Commit(std::move(stands), Outcome{});
  world.Change(storage::EraseSubject{World::subject("person-a")});
  const auto after = world.ledger->Commit(std::move(erased), Outcome{});
  ASSERT_TRUE(before.ok());
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(EntryOf(before->receipt()).Find("subjects")->AsArray().size(), 1u);
  EXPECT_EQ(EntryOf(after->receipt()).Find("subjects"), nullptr);
  EXPECT_EQ(after->outcome().reason, before->outcome().reason);
  ExpectProves(world, after->receipt());
}

TEST_F(LedgerTest, KeepsAnEventThatNamesNobodyAnyMore) {
  audit::Event event;
  event.type = "token.revoked";
  event.log = World::op();
  event.subject = model::SubjectId("person-a");
  event.wrapped_subject_secret = secret;
  const auto before = world.ledger->AppendOfWhoStands(event, {});
  world.Change(storage::EraseSubject{World::subject("person-a")});
  const core::Timestamp now = world.clock.Now();
  const model::TokenMark mark("m1");
  const storage::Changes changes{
      storage::RevokeToken{{World::op(), mark, now + core::kMsPerDay, 0}, now}};
  const auto after = world.ledger->AppendOfWhoStands(event, changes);
  ASSERT_TRUE(before.ok());
  ASSERT_TRUE(after.ok()) << after.status().ToString();
  EXPECT_EQ(EntryOf(before->receipt()).Find("subjects")->AsArray().size(), 1u);
  EXPECT_EQ(EntryOf(after->receipt()).Find("subjects"), nullptr);
  EXPECT_TRUE(world.store->GetRevokedToken(World::op(), mark).ok());
  const auto again = world.ledger->AppendOfWhoStands(event, changes);
  EXPECT_TRUE(audit::IsPreconditionFailure(again.status())) << again.status().ToString();
}

TEST_F(LedgerTest, IsSearchedByEverybodyARecordIsAbout) {
  world.AddSubject("person-b");
  const auto other = world.Grant("person-b");
  const core::Bytes theirs = world.store->GetSubject(World::subject("person-b"))->wrapped_secret;
  Outcome outcome = Match(consent, secret);
  outcome.people.push_back(Match(other, theirs).people.front());
  world.MarkEnrolled("person-b");
  auto recorded = world.ledger->Commit(world.PermitFor(world.IdentifyClaim()), std::move(outcome));
  ASSERT_TRUE(recorded.ok());
  const core::Json entry = EntryOf(recorded->receipt());
  ASSERT_EQ(entry.Find("subjects")->AsArray().size(), 2u);
  for (const core::Json& person : entry.Find("subjects")->AsArray()) {
    storage::LogQuery query;
    query.subject_pseudonym = person.StringOr("pseudonym", "");
    query.type = "decision";
    const auto found = world.store->QueryLog(World::op(), query);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ(found->front().index, recorded->receipt().index);
  }
}

TEST_F(LedgerTest, LeavesOthersAloneWhenOneConsentMoves) {
  world.AddSubject("person-b");
  const auto other = world.Grant("person-b");
  auto permit = world.PermitFor(world.VerifyClaim("person-a"));
  world.Withdraw(other);
  auto recorded = world.ledger->Commit(std::move(permit), Match(consent, secret));
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(recorded->outcome().verdict, Verdict::kAllow);
}

TEST_F(LedgerTest, DoesNotApplyTheChangesOfAnAbortedRecord) {
  auto permit = world.PermitFor(world.EnrollClaim("person-a"));
  world.Withdraw(consent);
  Outcome outcome = Match(consent, secret);
  outcome.reason = Reason::kEnrolled;
  const model::TemplateKey key{World::op(), consent.subject, World::purpose(), core::Bytes(60, 9)};
  auto recorded = world.ledger->Commit(std::move(permit), outcome, {storage::PutTemplateKey{key}});
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(recorded->outcome().reason, Reason::kConsentMoved);
  EXPECT_FALSE(world.store->GetTemplateKey(World::subject("person-a"), World::purpose()).ok());
}

TEST_F(LedgerTest, RefusesAnEventWhosePreconditionFails) {
  audit::Event event;
  event.type = "registry.site";
  event.log = World::op();
  const auto before = world.store->GetLogHead(World::op())->size;
  const auto result = world.ledger->Append(
      event, {}, {storage::ResourceAtRevision{"operators/acme/sites/lobby", 99}});
  EXPECT_EQ(result.status().code(), core::Code::kAborted);
  EXPECT_EQ(world.store->GetLogHead(World::op())->size, before);
}

TEST_F(LedgerTest, ProvesEveryRecordOfConcurrentCommits) {
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kEach = 40;
  std::vector<audit::Receipt> receipts(kThreads * kEach);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < kEach; ++i) {
        auto recorded =
            world.ledger->Commit(world.DenialFor(world.VerifyClaim("nobody")), Outcome{});
        ASSERT_TRUE(recorded.ok());
        receipts[t * kEach + i] = recorded->receipt();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::uint64_t> indices;
  for (const auto& receipt : receipts) {
    ExpectProves(world, receipt);
    indices.insert(receipt.index);
    EXPECT_EQ(EntryOf(receipt).IntOr("index", -1), static_cast<std::int64_t>(receipt.index));
  }
  EXPECT_EQ(indices.size(), receipts.size());
}

// Every record is made for the place that it will have if nothing ahead of it fails: here something
// often does, and what stood behind it moves up.
TEST_F(LedgerTest, MovesUpWhatStoodBehindAFailure) {
  constexpr std::size_t kThreads = 6;
  constexpr std::size_t kEach = 30;
  const std::uint64_t before = world.store->GetLogHead(World::op())->size;
  std::mutex mutex;
  std::vector<audit::Receipt> receipts;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < kEach; ++i) {
        if ((t + i) % 3 == 0) {
          audit::Event event;
          event.type = "registry.site";
          event.log = World::op();
          const auto refused = world.ledger->Append(
              event, {}, {storage::ResourceAtRevision{"operators/acme/sites/lobby", 99}});
          EXPECT_TRUE(audit::IsPreconditionFailure(refused.status()));
          continue;
        }
        // Some are recorded as aborted: the consent was never at that epoch.
        model::Consent moved = consent;
        moved.epoch += 7;
        auto recorded =
            (t + i) % 3 == 1
                ? world.ledger->Commit(world.PermitFor(world.VerifyClaim("person-a")),
                                       Match(moved, secret))
                : world.ledger->Commit(world.DenialFor(world.VerifyClaim("nobody")), Outcome{});
        ASSERT_TRUE(recorded.ok());
        EXPECT_NE(recorded->outcome().verdict, Verdict::kAllow);
        const std::lock_guard lock(mutex);
        receipts.push_back(recorded->receipt());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ASSERT_EQ(receipts.size(), kThreads * kEach * 2 / 3);
  std::sort(receipts.begin(), receipts.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  for (const audit::Receipt& receipt : receipts) {
    EXPECT_EQ(receipt.index, before + static_cast<std::uint64_t>(&receipt - receipts.data()));
    EXPECT_EQ(EntryOf(receipt).IntOr("index", -1), static_cast<std::int64_t>(receipt.index));
    ExpectProves(world, receipt);
  }
}

TEST_F(LedgerTest, KeepsTimeFromGoingBack) {
  const auto time_of = [&] {
    auto recorded = world.ledger->Commit(world.DenialFor(world.VerifyClaim("nobody")), Outcome{});
    return recorded->receipt().recorded_at;
  };
  const auto first = time_of();
  world.clock.Jump(-3'600'000);
  EXPECT_EQ(time_of(), first);
}

TEST(Ledger, RecordsAnAbandonedPermit) {
  testing::WorldOptions options;
  options.record_abandoned = true;
  World world(std::move(options));
  world.AddSubject("person-a");
  world.Grant("person-a");
  world.MarkEnrolled("person-a");
  { auto dropped = world.ViewPermitFor(world.VerifyClaim("person-a")); }
  // The next commit comes after it in the same log.
  auto recorded = world.ledger->Commit(world.DenialFor(world.VerifyClaim("nobody")), Outcome{});
  ASSERT_TRUE(recorded.ok());
  storage::LogQuery query;
  query.reason = "ABANDONED";
  EXPECT_EQ(world.store->QueryLog(World::op(), query)->size(), 1u);
  EXPECT_EQ(world.metrics.Value(core::Counter::kPermitsAbandoned), 1u);
}

// ---- Files and restarts
// ---------------------------------------------------------------------------

class LedgerFilesTest : public ::testing::Test {
 protected:
  core::Result<std::unique_ptr<storage::Store>> OpenStore(const std::string& name = "facegate.db") {
    storage::SqliteOptions options;
    options.path = dir / name;
    return storage::OpenSqliteStore(options);
  }
  std::unique_ptr<World> MakeWorld(bool registered) {
    testing::WorldOptions options;
    auto store = OpenStore();
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    options.store = std::move(store).value();
    options.data_dir = dir.path();
    options.already_registered = registered;
    return std::make_unique<World>(std::move(options));
  }
  // Opens the ledger alone, with the given keys.
  core::Status Reopen(const crypto::KeyRing& keys) {
    auto store = OpenStore();
    if (!store.ok()) return store.status();
    audit::LedgerOptions options;
    options.gateway_name = "test.example";
    options.data_dir = dir.path();
    core::MemoryMetrics metrics;
    core::NullLogger logger;
    testing::FakeClock clock;
    return audit::Ledger::Open(**store, keys, clock, metrics, logger, options).status();
  }
  testing::TempDir dir;
};

TEST_F(LedgerFilesTest, GoesOnWhereItStopped) {
  auto world = MakeWorld(false);
  const auto keys = std::move(world->keys);
  const auto size = world->store->GetLogHead(World::op())->size;
  world.reset();
  EXPECT_TRUE(Reopen(*keys).ok());
  auto store = OpenStore();
  EXPECT_EQ((*store)->GetLogHead(World::op())->size, size);
}

TEST_F(LedgerFilesTest, RefusesADatabaseOlderThanItsHeadFile) {
  auto world = MakeWorld(false);
  const auto keys = std::move(world->keys);
  world->engine.reset();
  world->ledger.reset();
  world->store.reset();
  std::filesystem::copy_file(dir / "facegate.db", dir / "old.db");
  {
    auto store = OpenStore();
    core::MemoryMetrics metrics;
    core::NullLogger logger;
    testing::FakeClock clock;
    audit::LedgerOptions options;
    options.gateway_name = "test.example";
    options.data_dir = dir.path();
    auto ledger = audit::Ledger::Open(**store, *keys, clock, metrics, logger, options);
    ASSERT_TRUE(ledger.ok());
    audit::Event event;
    event.type = "gateway.heartbeat";
    event.log = World::op();
    ASSERT_TRUE((*ledger)->Append(event, {}).ok());
  }
  std::filesystem::remove(dir / "facegate.db-wal");
  std::filesystem::remove(dir / "facegate.db-shm");
  std::filesystem::copy_file(dir / "old.db", dir / "facegate.db",
                             std::filesystem::copy_options::overwrite_existing);
  const auto status = Reopen(*keys);
  EXPECT_EQ(status.reason(), "LOG_ROLLED_BACK") << status.ToString();
}

TEST_F(LedgerFilesTest, AcceptsADatabaseAheadOfItsHeadFile) {
  auto world = MakeWorld(false);
  const std::string head = dir / "heads/acme.head";
  std::filesystem::copy_file(head, dir / "older.head");
  world->AddSubject("person-a");
  const auto keys = std::move(world->keys);
  world.reset();
  std::filesystem::copy_file(dir / "older.head", head,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(Reopen(*keys).ok());
}

TEST_F(LedgerFilesTest, RefusesOtherKeys) {
  auto world = MakeWorld(false);
  world.reset();
  EXPECT_EQ(Reopen(*crypto::KeyRing::Ephemeral()).reason(), "WRONG_KEYS");
}

TEST_F(LedgerFilesTest, RefusesADamagedHeadFile) {
  auto world = MakeWorld(false);
  const auto keys = std::move(world->keys);
  world.reset();
  std::ofstream(dir / "heads/acme.head") << "not a checkpoint";
  EXPECT_EQ(Reopen(*keys).reason(), "LOG_DAMAGED");
}

TEST_F(LedgerFilesTest, AnswersNothingWhenTheHeadFileCannotBeWritten) {
  auto world = MakeWorld(false);
  std::filesystem::remove_all(dir / "heads");
  auto recorded = world->ledger->Commit(world->DenialFor(world->VerifyClaim("nobody")), Outcome{});
  EXPECT_EQ(recorded.status().reason(), "NOT_RECORDED");
  // And nothing after it either.
  recorded = world->ledger->Commit(world->DenialFor(world->VerifyClaim("nobody")), Outcome{});
  EXPECT_EQ(recorded.status().reason(), "NOT_RECORDED");
}

TEST_F(LedgerFilesTest, UndoesWhatARestoredDatabaseRevives) {
  auto world = MakeWorld(false);
  world->AddSubject("person-a");
  const auto consent = world->Grant("person-a");
  world->MarkEnrolled("person-a");
  const auto keys = std::move(world->keys);
  world.reset();
  std::filesystem::copy_file(dir / "facegate.db", dir / "backup.db");
  {
    auto store = OpenStore();
    core::MemoryMetrics metrics;
    core::NullLogger logger;
    testing::FakeClock clock;
    audit::LedgerOptions options;
    options.gateway_name = "test.example";
    options.data_dir = dir.path();
    auto ledger = audit::Ledger::Open(**store, *keys, clock, metrics, logger, options);
    ASSERT_TRUE(ledger.ok());
    model::Consent next = consent;
    next.status = model::ConsentStatus::kWithdrawn;
    ++next.epoch;
    audit::Event event;
    event.type = "consent.withdrawn";
    event.log = World::op();
    const storage::Changes changes{
        storage::PutConsent{next},
        storage::DestroyTemplates{World::subject("person-a"), World::purpose()}};
    ASSERT_TRUE((*ledger)->Append(event, changes).ok());
  }
  // Somebody restores the backup and, to get past the rollback refusal, removes the head file.
  std::filesystem::remove(dir / "facegate.db-wal");
  std::filesystem::remove(dir / "facegate.db-shm");
  std::filesystem::copy_file(dir / "backup.db", dir / "facegate.db",
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove(dir / "heads/acme.head");
  EXPECT_TRUE(Reopen(*keys).ok());
  auto store = OpenStore();
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->GetConsent({consent.op, consent.subject, consent.id})->status,
            model::ConsentStatus::kWithdrawn);
  EXPECT_FALSE((*store)->GetTemplateKey(World::subject("person-a"), World::purpose()).ok());
}

TEST_F(LedgerFilesTest, RefusesADamagedSuppressionFile) {
  auto world = MakeWorld(false);
  const auto keys = std::move(world->keys);
  world.reset();
  std::ofstream(dir / "suppressions") << "v1 W short 1 2\n";
  EXPECT_EQ(Reopen(*keys).reason(), "SUPPRESSIONS_DAMAGED");
}

}  // namespace
}  // namespace facegate
