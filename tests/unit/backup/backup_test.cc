#include "facegate/backup/backup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "facegate/alternatives/alternative_service.h"
#include "facegate/audit/pruning.h"
#include "facegate/crypto/primitives.h"
#include "facegate/custody/custody_service.h"
#include "facegate/registry/registry_service.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/wording/wording.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::backup {
namespace {

namespace fs = std::filesystem;
using testing::World;

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A world on a real file, its backups, and what a restore makes of them.
class BackupTest : public ::testing::Test {
 protected:
  BackupTest() { OpenWorld(false); }

  void OpenWorld(bool registered, std::unique_ptr<crypto::KeyRing> ring = nullptr) {
    fs::create_directories(dir / "data");
    storage::SqliteOptions sqlite;
    sqlite.path = db_path;
    auto store = storage::OpenSqliteStore(sqlite);
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    testing::WorldOptions options;
    options.store = std::move(store).value();
    options.data_dir = dir / "data";
    options.already_registered = registered;
    options.keys = std::move(ring);
    world = std::make_unique<World>(std::move(options));
    if (!registered) world->StoreTemplate(AddPerson("person-a"));
  }
  const char* AddPerson(const char* id) {
    world->AddSubject(id);
    consent = world->Grant(id);
    return id;
  }
  KeeperOptions Options() const { return {dir / "backups", "test.example", 30}; }
  Manifest MustCreate() {
    Keeper keeper(*world->store, *world->ledger, *world->keys, world->clock, Options());
    const auto made = keeper.Create({model::Role::kOperator, "development", ""}, kRequestId);
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    return made.ok() ? *made : Manifest{};
  }
  std::string PathOf(const Manifest& manifest) const { return dir / "backups/" + manifest.file; }

  // So many people more, and a month and a day in which every consent ends.
  void GrowOld(int people) {
    for (int i = 0; i < people; ++i) world->AddSubject("old-" + std::to_string(i));
    world->clock.Advance(31 * core::kMsPerDay);
  }
  template <class Gateway>
  static audit::LogPruner PrunerOf(Gateway& gateway, bool is_on) {
    return audit::LogPruner(*gateway.store, *gateway.ledger, gateway.clock,
                            {.is_on = is_on, .retained_days = 10, .published = {}});
  }

  // Stops the gateway; a restore is an offline act.
  void Stop() {
    now.Advance(world->clock.Now() - now.Now());
    keys = std::move(world->keys);
    world.reset();
  }
  core::Result<Restored> TryRestore(const std::string& backup_path) {
    restore.backup_path = backup_path;
    restore.store_path = db_path;
    restore.data_dir = dir / "data";
    restore.gateway_name = "test.example";
    return Restore(restore, *keys, now, logger);
  }
  std::string RefusalOf(const std::string& backup_path) {
    const std::string before = ReadAll(db_path);
    const auto restored = TryRestore(backup_path);
    EXPECT_EQ(ReadAll(db_path), before) << "the present database stays as it was";
    EXPECT_FALSE(fs::exists(db_path + ".restoring"));
    return restored.ok() ? "RESTORED" : restored.status().reason();
  }
  // What a gateway finds at its start.
  struct Found {
    std::unique_ptr<storage::Store> store;
    core::MemoryMetrics metrics;
    core::NullLogger logger;
    testing::FakeClock clock;
    std::unique_ptr<audit::Ledger> ledger;
  };
  std::unique_ptr<Found> Start() {
    auto found = std::make_unique<Found>();
    storage::SqliteOptions sqlite;
    sqlite.path = db_path;
    auto store = storage::OpenSqliteStore(sqlite);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    found->store = std::move(store).value();
    audit::LedgerOptions options;
    options.gateway_name = "test.example";
    options.data_dir = dir / "data";
    auto ledger = audit::Ledger::Open(*found->store, *keys, found->clock, found->metrics,
                                      found->logger, options);
    EXPECT_TRUE(ledger.ok()) << ledger.status().ToString();
    if (ledger.ok()) found->ledger = std::move(ledger).value();
    return found;
  }
  static std::vector<std::string> TypesFrom(const storage::Store& store, std::uint64_t first) {
    std::vector<std::string> types;
    const auto entries = store.ReadEntries(World::op(), first, 1000);
    EXPECT_TRUE(entries.ok());
    for (const storage::LogEntry& entry : *entries) {
      types.push_back(
          core::Json::Parse(entry.entry.substr(0, entry.entry.find('\n')))->StringOr("type", ""));
    }
    return types;
  }
  void LoseDatabase() {
    for (const char* part : {"", "-wal", "-shm"}) fs::remove(db_path + part);
  }
  // A copy of the log as `facegate audit export` writes it, but for the tiles of the tree.
  std::string CopyLog() {
    std::string folder = dir / "copy";
    const storage::LogHead head = *world->store->GetLogHead(World::op());
    for (std::uint64_t first = 0; first < head.size; first += tlog::kTileWidth) {
      const auto width =
          static_cast<int>(std::min<std::uint64_t>(tlog::kTileWidth, head.size - first));
      const auto records =
          world->store->ReadEntries(World::op(), first, static_cast<std::size_t>(width));
      std::vector<std::string> entries;
      for (const storage::LogEntry& record : *records) entries.push_back(record.entry);
      const fs::path path = fs::path(folder) / tlog::BundlePath(first / tlog::kTileWidth, width);
      fs::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << core::AsText(tlog::EncodeBundle(entries));
    }
    std::ofstream(folder + "/checkpoint", std::ios::binary) << head.checkpoint;
    return folder;
  }

  static constexpr const char* kRequestId = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
  testing::TempDir dir;
  const std::string db_path = dir / "data/facegate.db";
  std::unique_ptr<World> world;
  model::Consent consent;
  std::unique_ptr<crypto::KeyRing> keys;
  testing::FakeClock now;
  core::NullLogger logger;
  RestoreOptions restore;
};

TEST_F(BackupTest, IsAFileWithASignedManifestOnRecord) {
  const std::uint64_t size = world->store->GetLogHead(World::op())->size;
  const Manifest made = MustCreate();
  EXPECT_EQ(made.created_at, world->clock.Now());
  EXPECT_EQ(made.expires_at, world->clock.Now() + 30 * core::kMsPerDay);
  EXPECT_EQ(made.log_sizes.at(World::op()), size);
  EXPECT_EQ(fs::file_size(PathOf(made)), made.size_bytes);
  EXPECT_EQ(fs::status(PathOf(made)).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const auto read = ReadManifest(PathOf(made));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->sha256, made.sha256);
  EXPECT_EQ(TypesFrom(*world->store, size), (std::vector<std::string>{"backup.created"}));
}

TEST_F(BackupTest, IsRestoredAfterTheLogKeysWereRotated) {
  world.reset();
  LoseDatabase();
  fs::remove_all(dir / "data");
  const std::string key_dir = dir / "keys";
  ASSERT_TRUE(crypto::KeyRing::Init(key_dir).ok());
  OpenWorld(false, crypto::KeyRing::Load(key_dir).value());
  const Manifest made = MustCreate();
  Stop();
  ASSERT_TRUE(crypto::KeyRing::RotateLog(key_dir).ok());
  keys = crypto::KeyRing::Load(key_dir).value();
  Start().reset();  // its log moves to the new keys
  const auto restored = TryRestore(PathOf(made));
  ASSERT_TRUE(restored.ok()) << restored.status().ToString();
  const auto found = Start();
  EXPECT_EQ(TypesFrom(*found->store, made.log_sizes.at(World::op())),
            (std::vector<std::string>{"backup.created", "key.rotated", "backup.restored"}));
}

TEST_F(BackupTest, LeavesNothingButBackupsInItsFolder) {
  fs::create_directories(dir / "backups");
  std::ofstream(dir / "backups/facegate-20200101T000000.000Z.db.partial") << "a crash";
  const Manifest made = MustCreate();
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(dir / "backups")) {
    names.push_back(file.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{made.file, made.file + ".manifest"}));
}

TEST_F(BackupTest, IsNotMadeWithoutAFolderOrAFile) {
  KeeperOptions nowhere = Options();
  nowhere.folder.clear();
  Keeper off(*world->store, *world->ledger, *world->keys, world->clock, nowhere);
  const model::Principal caller{model::Role::kOperator, "development", ""};
  EXPECT_EQ(off.Create(caller, kRequestId).status().reason(), "BACKUP_OFF");
  const auto memory = storage::OpenMemoryStore();
  Keeper forgetful(*memory, *world->ledger, *world->keys, world->clock, Options());
  EXPECT_EQ(forgetful.Create(caller, kRequestId).status().reason(), "BACKUP_UNSUPPORTED");
  std::ofstream(dir / "file") << "no folder";
  KeeperOptions blocked = Options();
  blocked.folder = dir / "file/below";
  Keeper unwritable(*world->store, *world->ledger, *world->keys, world->clock, blocked);
  EXPECT_EQ(unwritable.Create(caller, kRequestId).status().reason(), "BACKUP_UNWRITABLE");
}

TEST_F(BackupTest, IsDeletedOnceItsTimeIsUp) {
  const Manifest old = MustCreate();
  world->clock.Advance(29 * core::kMsPerDay);
  const Manifest young = MustCreate();
  Keeper keeper(*world->store, *world->ledger, *world->keys, world->clock, Options());
  EXPECT_EQ(*keeper.PruneExpired(), 0);
  world->clock.Advance(core::kMsPerDay);
  EXPECT_EQ(*keeper.PruneExpired(), 1);
  EXPECT_FALSE(fs::exists(PathOf(old)));
  const auto left = List(dir / "backups");
  ASSERT_TRUE(left.ok());
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().manifest->file, young.file);
  EXPECT_EQ(List(dir / "nowhere").status().reason(), "FOLDER_MISSING");
}

TEST_F(BackupTest, RestoresWhatWasThereAndKeepsTheWholeLog) {
  const Manifest made = MustCreate();
  AddPerson("person-b");
  const storage::LogHead head = *world->store->GetLogHead(World::op());
  Stop();
  const auto restored = TryRestore(PathOf(made));
  ASSERT_TRUE(restored.ok()) << restored.status().ToString();
  EXPECT_EQ(restored->logs.at(World::op()).tail, head.size - made.log_sizes.at(World::op()));
  const auto found = Start();
  EXPECT_TRUE(found->store->GetSubject(World::subject("person-a")).ok());
  EXPECT_EQ(found->store->GetSubject(World::subject("person-b")).status().reason(),
            "SUBJECT_NOT_FOUND")
      << "known from its records alone";
  EXPECT_EQ(TypesFrom(*found->store, made.log_sizes.at(World::op())),
            (std::vector<std::string>{"backup.created", "subject.created", "consent.granted",
                                      "backup.restored"}));
  EXPECT_FALSE(fs::exists(db_path + ".restoring"));
  EXPECT_FALSE(fs::exists(db_path + ".restoring.data"));
}

TEST_F(BackupTest, FindsTheRecordsItPutBack) {
  const Manifest made = MustCreate();
  auto denied = world->ledger->Commit(world->DenialFor(world->VerifyClaim("nobody")), {});
  ASSERT_TRUE(denied.ok());
  Stop();
  ASSERT_TRUE(TryRestore(PathOf(made)).ok());
  const auto found = Start();
  storage::LogQuery query;
  query.rule = "core.consent-before-template";
  query.reason = "CONSENT_MISSING";
  query.site = World::site().str();
  const auto entries = found->store->QueryLog(World::op(), query);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ(entries->front().index, denied->receipt().index);
  EXPECT_EQ(entries->front().entry, denied->receipt().entry);
}

TEST_F(BackupTest, RestoresALogThatWasPruned) {
  GrowOld(300);
  ASSERT_EQ(*PrunerOf(*world, true).Run(), 256u);
  const Manifest made = MustCreate();
  AddPerson("person-b");
  Stop();
  const auto restored = TryRestore(PathOf(made));
  ASSERT_TRUE(restored.ok()) << restored.status().ToString();
  const auto found = Start();
  EXPECT_EQ(found->store->GetLogHead(World::op())->minimum_index, 256u);
  EXPECT_EQ(found->store->ReadEntries(World::op(), 255, 1).status().reason(), "RECORD_PRUNED");
  EXPECT_EQ(TypesFrom(*found->store, made.log_sizes.at(World::op())),
            (std::vector<std::string>{"backup.created", "subject.created", "consent.granted",
                                      "backup.restored"}));
}

TEST_F(BackupTest, LetsGoAgainOfWhatWasPrunedSince) {
  GrowOld(300);
  const Manifest made = MustCreate();
  ASSERT_EQ(*PrunerOf(*world, true).Run(), 256u);
  Stop();
  const auto restored = TryRestore(PathOf(made));
  ASSERT_TRUE(restored.ok()) << restored.status().ToString();
  const auto found = Start();
  EXPECT_EQ(found->store->GetLogHead(World::op())->minimum_index, 0u);
  ASSERT_TRUE(PrunerOf(*found, false).Run().ok());  // whatever is configured: the record stands
  EXPECT_EQ(found->store->GetLogHead(World::op())->minimum_index, 256u);
}

TEST_F(BackupTest, RevivesNoConsentThatWasWithdrawn) {
  const Manifest made = MustCreate();
  world->Withdraw(consent);
  Stop();
  ASSERT_TRUE(TryRestore(PathOf(made)).ok());
  const auto found = Start();
  EXPECT_EQ(found->store->GetConsent({consent.op, consent.subject, consent.id})->status,
            model::ConsentStatus::kWithdrawn);
  EXPECT_FALSE(found->store->GetTemplateKey(World::subject("person-a"), World::purpose()).ok());
  EXPECT_TRUE(found->store->ListTemplatesOf(World::subject("person-a"))->empty());
}

TEST_F(BackupTest, OpensNothingThatWasClosedSince) {
  world->SetAlternatives({{model::AlternativeKind::kQr, "code reader", true},
                          {model::AlternativeKind::kCard, "badge reader", true}});
  registry::RegistryService registry{*world->store, *world->ledger, world->clock, *world->engine,
                                     wording::Wordlist::Empty()};
  alternatives::AlternativeService ways{*world->store, *world->ledger, *world->keys,
                                        world->clock,  *world->engine, registry};
  const auto desk = [] {
    return alternatives::Caller{{model::Role::kOperator, "f00d", ""}, crypto::RandomUuid()};
  };
  const auto badge = [&](const char* on_badge) {
    alternatives::NewBadge order;
    order.op = World::op();
    order.on_badge = on_badge;
    const auto made = ways.RegisterBadge(desk(), order);
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    return model::BadgeRef{World::op(), made->id};
  };
  const auto pass = [&] {
    alternatives::PassOrder order;
    order.site = {World::op(), World::site()};
    order.not_before = world->clock.Now();
    order.expires_at = world->clock.Now() + core::kMsPerDay;
    const auto issued = ways.IssuePass(desk(), order);
    EXPECT_TRUE(issued.ok()) << issued.status().ToString();
    return *issued;
  };
  const auto present = [&](model::CredentialKind kind, std::string_view shown) {
    policy::Claim claim = world->VerifyClaim("nobody");
    claim.subject.reset();
    claim.credential = kind;
    const auto answer = ways.Present(claim, shown);
    EXPECT_EQ(answer->outcome().verdict, model::Verdict::kAllow);
  };
  const model::BadgeRef lost = badge("lost");
  const model::BadgeRef kept = badge("kept");
  const alternatives::IssuedPass used = pass();
  const alternatives::IssuedPass unused = pass();
  const Manifest made = MustCreate();
  ASSERT_TRUE(ways.RemoveBadge(desk(), lost).ok());
  const model::BadgeRef brief = badge("made and removed after the backup");
  ASSERT_TRUE(ways.RemoveBadge(desk(), brief).ok());
  present(model::CredentialKind::kPass, used.text);
  const alternatives::IssuedPass later = pass();
  present(model::CredentialKind::kPass, later.text);
  present(model::CredentialKind::kBadge, "kept");
  Stop();
  const auto restored = TryRestore(PathOf(made));
  ASSERT_TRUE(restored.ok()) << restored.status().ToString();
  const auto found = Start();
  EXPECT_EQ(found->store->GetBadge(lost).status().code(), core::Code::kNotFound);
  EXPECT_TRUE(found->store->GetBadge(kept).ok());
  const auto is_used = [&](const alternatives::IssuedPass& one) {
    return *found->store->IsPassUsed(World::op(), alternatives::UsedAs(one.receipt.index));
  };
  EXPECT_TRUE(is_used(used));
  EXPECT_TRUE(is_used(later));
  EXPECT_FALSE(is_used(unused));
}

TEST_F(BackupTest, RevivesNoTokenThatWasRevoked) {
  const Manifest made = MustCreate();
  custody::CustodyService service(*world->store, *world->ledger, *world->keys, world->clock);
  const custody::Caller caller{{model::Role::kOperator, "test", ""}, kRequestId};
  ASSERT_TRUE(service.RotateKey(caller, World::op()).ok());
  world->HaveTemplatesHeld();
  const std::string token = world->HandOut("person-a");
  const auto revoked = service.RevokeShown(caller, World::op(), token);
  ASSERT_TRUE(revoked.ok()) << revoked.status().ToString();
  Stop();
  ASSERT_TRUE(TryRestore(PathOf(made)).ok());
  const auto found = Start();
  EXPECT_TRUE(found->store->GetRevokedToken(World::op(), revoked->token.id).ok());
  EXPECT_EQ(*custody::CurrentKeyVersion(*found->store, World::op()), 2);
}

TEST_F(BackupTest, RevivesNobodyWhoWasErased) {
  const core::Bytes secret = world->store->GetSubject(World::subject("person-a"))->wrapped_secret;
  const Manifest made = MustCreate();
  world->Change(storage::EraseSubject{World::subject("person-a")});
  Stop();
  EXPECT_NE(ReadAll(PathOf(made)).find(core::AsText(secret)), std::string::npos);
  ASSERT_TRUE(TryRestore(PathOf(made)).ok());
  EXPECT_EQ(ReadAll(db_path).find(core::AsText(secret)), std::string::npos);
  const auto found = Start();
  EXPECT_EQ(found->store->GetSubject(World::subject("person-a")).status().reason(),
            "SUBJECT_ERASED");
}

TEST_F(BackupTest, FreezesAgainWhoWasRestrictedAndNotReleased) {
  AddPerson("person-b");
  const Manifest made = MustCreate();
  for (const char* id : {"person-a", "person-b"}) {
    world->Change(storage::RestrictSubject{World::subject(id), world->clock.Now()});
  }
  world->Change(storage::RestrictSubject{World::subject("person-b"), std::nullopt});
  Stop();
  ASSERT_TRUE(TryRestore(PathOf(made)).ok());
  const auto found = Start();
  EXPECT_TRUE(found->store->GetSubject(World::subject("person-a"))->restricted_at.has_value());
  EXPECT_FALSE(found->store->GetSubject(World::subject("person-b"))->restricted_at.has_value());
}

TEST_F(BackupTest, IsRefusedWhenItsTimeIsUp) {
  const Manifest made = MustCreate();
  Stop();
  now.Advance(made.expires_at - now.Now());
  EXPECT_EQ(RefusalOf(PathOf(made)), "BACKUP_EXPIRED");
  now.Advance(-core::kMsPerDay);
  restore.days_max = 29;
  EXPECT_EQ(RefusalOf(PathOf(made)), "BACKUP_EXPIRED") << "as configured today";
  restore.days_max = 60;
  EXPECT_TRUE(TryRestore(PathOf(made)).ok());
}

TEST_F(BackupTest, IsRefusedUnlessItIsWhatThisGatewayMade) {
  const Manifest made = MustCreate();
  Stop();
  const std::string path = PathOf(made);
  const std::string bytes = ReadAll(path);
  std::string changed = bytes;
  changed[changed.size() / 2] ^= 1;
  std::ofstream(path, std::ios::binary) << changed;
  EXPECT_EQ(RefusalOf(path), "BACKUP_DAMAGED");
  std::ofstream(path, std::ios::binary) << bytes;

  const std::string manifest = ReadAll(path + ".manifest");
  std::string younger = manifest;
  younger.replace(younger.find("expires_at\":\"2"), 14, "expires_at\":\"3");
  std::ofstream(path + ".manifest", std::ios::binary) << younger;
  EXPECT_EQ(RefusalOf(path), "MANIFEST_FORGED");
  std::ofstream(path + ".manifest", std::ios::binary) << "nothing";
  EXPECT_EQ(RefusalOf(path), "MANIFEST_DAMAGED");
  fs::remove(path + ".manifest");
  EXPECT_EQ(RefusalOf(path), "MANIFEST_MISSING");
  std::ofstream(path + ".manifest", std::ios::binary) << manifest;

  restore.backup_path = path;
  restore.store_path = db_path;
  restore.data_dir = dir / "data";
  restore.gateway_name = "other.example";
  EXPECT_EQ(Restore(restore, *keys, now, logger).status().reason(), "BACKUP_ELSEWHERE");
  keys = crypto::KeyRing::Ephemeral();
  EXPECT_EQ(RefusalOf(path), "MANIFEST_FORGED") << "other keys";
}

TEST_F(BackupTest, IsNotRestoredUnderARunningGateway) {
  const Manifest made = MustCreate();
  now.Advance(world->clock.Now() - now.Now());
  restore = {PathOf(made), {}, false, db_path, dir / "data", "test.example", 30};
  const auto restored = Restore(restore, *world->keys, now, logger);
  EXPECT_EQ(restored.status().reason(), "STORE_IN_USE");
}

TEST_F(BackupTest, TakesTheTailFromACopyWhereTheDatabaseIsLost) {
  const Manifest made = MustCreate();
  const std::string early = CopyLog();
  fs::rename(early, dir / "early");
  world->Withdraw(consent);
  const std::string copy = CopyLog();
  Stop();
  LoseDatabase();
  EXPECT_EQ(TryRestore(PathOf(made)).status().reason(), "LOG_TAIL_MISSING");
  restore.log_copies = {dir / "early"};
  EXPECT_EQ(TryRestore(PathOf(made)).status().reason(), "LOG_TAIL_MISSING") << "too short";
  restore.log_copies = {copy};
  ASSERT_TRUE(TryRestore(PathOf(made)).ok());
  const auto found = Start();
  EXPECT_EQ(TypesFrom(*found->store, made.log_sizes.at(World::op())),
            (std::vector<std::string>{"backup.created", "consent.withdrawn", "suppression.applied",
                                      "backup.restored"}));
}

TEST_F(BackupTest, TakesNoTailThatIsNotTheLogs) {
  const Manifest made = MustCreate();
  world->Withdraw(consent);
  const std::string copy = CopyLog();
  Stop();
  LoseDatabase();
  // A record of the tail is left out.
  const std::string bundle =
      copy + "/" + tlog::BundlePath(0, static_cast<int>(made.log_sizes.at(World::op()) + 2));
  const std::string bytes = ReadAll(bundle);
  auto entries = *tlog::ParseBundle(core::AsBytes(bytes));
  entries.erase(entries.end() - 2);
  std::ofstream(bundle, std::ios::binary) << core::AsText(tlog::EncodeBundle(entries));
  restore.log_copies = {copy};
  const auto restored = TryRestore(PathOf(made));
  EXPECT_EQ(restored.status().code(), core::Code::kDataLoss) << restored.status().ToString();
}

// ---- Without the tail
// ----------------------------------------------------------------------------

TEST_F(BackupTest, ClosesALogWhoseTailIsLostWhereThatIsSpelledOut) {
  const Manifest made = MustCreate();
  world->Withdraw(consent);
  const std::uint64_t size = world->store->GetLogHead(World::op())->size;
  Stop();
  LoseDatabase();
  EXPECT_EQ(TryRestore(PathOf(made)).status().reason(), "LOG_TAIL_MISSING");
  restore.without_tail = true;
  const auto restored = TryRestore(PathOf(made));
  ASSERT_TRUE(restored.ok()) << restored.status().ToString();
  const RestoredLog& log = restored->logs.at(World::op());
  EXPECT_EQ(log.tail, 0u);
  EXPECT_EQ(log.lost, size - made.log_sizes.at(World::op()));
  EXPECT_EQ(log.succeeds, "test.example/acme");
  EXPECT_EQ(log.origin, "test.example/acme~2");
  const auto found = Start();
  EXPECT_EQ(found->ledger->Origin(World::op()), "test.example/acme~2");
  EXPECT_EQ(TypesFrom(*found->store, made.log_sizes.at(World::op())),
            (std::vector<std::string>{"log.succeeded", "suppression.applied", "backup.restored"}));
  EXPECT_EQ(found->store->GetConsent({World::op(), consent.subject, consent.id})->status,
            model::ConsentStatus::kWithdrawn);
}

TEST_F(BackupTest, PutsBackWhatThereIsOfATailBeforeItClosesALog) {
  const Manifest made = MustCreate();
  const std::string early = CopyLog();
  world->Withdraw(consent);
  Stop();
  LoseDatabase();
  restore.log_copies = {early};
  restore.without_tail = true;
  const auto restored = TryRestore(PathOf(made));
  ASSERT_TRUE(restored.ok()) << restored.status().ToString();
  EXPECT_EQ(restored->logs.at(World::op()).tail, 1u);
  EXPECT_EQ(restored->logs.at(World::op()).lost, 1u);
  const auto found = Start();
  EXPECT_EQ(TypesFrom(*found->store, made.log_sizes.at(World::op())),
            (std::vector<std::string>{"backup.created", "log.succeeded", "suppression.applied",
                                      "backup.restored"}));
}

TEST_F(BackupTest, ClosesNoLogWhoseTailIsThere) {
  const Manifest made = MustCreate();
  world->Withdraw(consent);
  Stop();
  restore.without_tail = true;
  const auto restored = TryRestore(PathOf(made));
  ASSERT_TRUE(restored.ok()) << restored.status().ToString();
  EXPECT_EQ(restored->logs.at(World::op()).succeeds, "");
  EXPECT_EQ(restored->logs.at(World::op()).origin, "test.example/acme");
  EXPECT_EQ(Start()->ledger->Origin(World::op()), "test.example/acme");
}

TEST_F(BackupTest, ClosesALogOfWhichNobodyKnowsHowFarItWent) {
  const Manifest made = MustCreate();
  Stop();
  fs::remove_all(dir / "data");
  fs::create_directories(dir / "data");
  EXPECT_EQ(TryRestore(PathOf(made)).status().reason(), "LOG_TAIL_UNKNOWN");
  restore.without_tail = true;
  const auto restored = TryRestore(PathOf(made));
  ASSERT_TRUE(restored.ok()) << restored.status().ToString();
  EXPECT_EQ(restored->logs.at(World::op()).lost, 0u);
  EXPECT_EQ(restored->logs.at(World::op()).origin, "test.example/acme~2");
  EXPECT_EQ(Start()->ledger->Origin(World::op()), "test.example/acme~2");
}

// What is left of a closed log is the beginning of the one that succeeds it, and no other.
TEST_F(BackupTest, GoesOnWithTheSuccessorFromABackupOfTheClosedLog) {
  const Manifest first = MustCreate();
  world->clock.Advance(1000);
  const Manifest second = MustCreate();
  world->Withdraw(consent);
  Stop();
  LoseDatabase();
  restore.without_tail = true;
  ASSERT_TRUE(TryRestore(PathOf(first)).ok());
  const auto again = TryRestore(PathOf(first));
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(again->logs.at(World::op()).succeeds, "");
  EXPECT_EQ(Start()->ledger->Origin(World::op()), "test.example/acme~2");
  // The other one ends behind where the successor begins, with other records.
  EXPECT_EQ(RefusalOf(PathOf(second)), "SIGNATURE_MISSING");
  // Without what followed there is no going on from before the succession.
  LoseDatabase();
  const auto lost = TryRestore(PathOf(first));
  EXPECT_EQ(lost.status().reason(), "LOG_TAIL_MISSING");
}

}  // namespace
}  // namespace facegate::backup
