// A gateway that is started and stopped, with its files in a folder, and what others make of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/audit/log_keys.h"
#include "facegate/audit/tail.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/report/log_copy.h"
#include "facegate/storage/store.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"
#include "support/base/fake_clock.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::audit {

inline const std::string kOrigin = "test.example/acme";

// A gateway with its keys and its database in a folder, that is started and stopped.
class KeptGatewayTest : public ::testing::Test {
 protected:
  KeptGatewayTest() { EXPECT_TRUE(crypto::KeyRing::Init(key_dir()).ok()); }

  std::string key_dir() const { return folder_ / "keys"; }
  std::string head_path() const { return folder_ / "heads/acme.head"; }
  std::string db_path() const { return folder_ / "facegate.db"; }
  std::unique_ptr<crypto::KeyRing> Ring() const { return crypto::KeyRing::Load(key_dir()).value(); }
  void RotateKeys() { EXPECT_TRUE(crypto::KeyRing::RotateLog(key_dir()).ok()); }

  static std::unique_ptr<storage::Store> OpenStore(const std::string& path) {
    storage::SqliteOptions sqlite;
    sqlite.path = path;
    auto store = storage::OpenSqliteStore(sqlite);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    return std::move(store).value();
  }

  // The gateway starts, is used, and stops.
  void Run(const std::function<void(testing::World&)>& use = [](testing::World&) {}) {
    testing::WorldOptions options;
    options.store = OpenStore(db_path());
    options.data_dir = folder_.path();
    options.already_registered = has_run_;
    options.keys = Ring();
    testing::World world(std::move(options));
    has_run_ = true;
    use(world);
  }
  void RunWithNewPerson(const std::string& id) {
    Run([&id](testing::World& world) { world.AddSubject(id); });
  }

  // Whether a gateway would start, with these keys.
  core::Status Start(const crypto::KeyRing& keys) const {
    const auto store = OpenStore(db_path());
    LedgerOptions options;
    options.gateway_name = "test.example";
    options.data_dir = folder_.path();
    core::MemoryMetrics metrics;
    core::NullLogger logger;
    testing::FakeClock clock;
    return Ledger::Open(*store, keys, clock, metrics, logger, options).status();
  }

  std::string Checkpoint() const {
    return OpenStore(db_path())->GetLogHead(testing::World::op())->checkpoint;
  }
  std::uint64_t Size() const {
    return OpenStore(db_path())->GetLogHead(testing::World::op())->size;
  }
  std::vector<std::string> Records() const { return RecordsOf(*OpenStore(db_path())); }
  static std::vector<std::string> RecordsOf(const storage::Store& store) {
    std::vector<std::string> records;
    const auto entries = store.ReadEntries(testing::World::op(), 0, 1000);
    EXPECT_TRUE(entries.ok()) << entries.status().ToString();
    for (const storage::LogEntry& entry : *entries) records.push_back(entry.entry);
    return records;
  }
  static RecordReader ReaderOf(std::vector<std::string> records) {
    return [records = std::move(records)](
               std::uint64_t first, std::size_t count) -> core::Result<std::vector<std::string>> {
      const std::size_t end = std::min<std::size_t>(first + count, records.size());
      return std::vector<std::string>(records.begin() + static_cast<std::ptrdiff_t>(first),
                                      records.begin() + static_cast<std::ptrdiff_t>(end));
    };
  }
  // The records that hand the log over, by index.
  std::vector<std::uint64_t> Rotations() const {
    std::vector<std::uint64_t> found;
    const std::vector<std::string> records = Records();
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (storage::LineOf(records[i])->StringOr("type", "") == "key.rotated") found.push_back(i);
    }
    return found;
  }

  // What an auditor of one generation holds.
  report::LogKeys Held(int generation) const {
    const auto ring = Ring();
    const LogKeys keys(*ring, kOrigin, generation, generation);
    return {keys.CheckpointVerifier(), keys.RecordVerifier()};
  }
  report::LogKeys HeldFromBoth() const {
    report::LogKeys held = Held(2);
    const report::LogKeys first = Held(1);
    held.earlier = {{first.checkpoint, first.record}};
    return held;
  }

  // What those who hold the keys make of a copy of these records with this checkpoint.
  static report::CopyReport VerifyCopy(const std::vector<std::string>& records,
                                       const std::string& checkpoint, const report::LogKeys& held) {
    const testing::TempDir copy;
    auto writer = report::LogCopyWriter::Open(copy.path()).value();
    tlog::GrowingTree tree;
    for (const std::string& record : records) tree.Append(tlog::LeafHash(core::AsBytes(record)));
    for (const auto& [id, hashes] : tree.TakeChangedTiles()) {
      const auto path = tlog::TilePath(id, static_cast<int>(hashes.size() / 32));
      EXPECT_TRUE(writer.Add(path, hashes).ok());
    }
    for (std::size_t first = 0; first < records.size(); first += 256) {
      const std::size_t end = std::min(first + 256, records.size());
      const std::vector<std::string> bundle(records.begin() + static_cast<std::ptrdiff_t>(first),
                                            records.begin() + static_cast<std::ptrdiff_t>(end));
      const auto path = tlog::BundlePath(first / 256, static_cast<int>(end - first));
      EXPECT_TRUE(writer.Add(path, tlog::EncodeBundle(bundle)).ok());
    }
    EXPECT_TRUE(writer.Add("checkpoint", core::AsBytes(checkpoint)).ok());
    auto report = report::VerifyLogCopy(copy.path(), held, {});
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    return std::move(report).value();
  }
  report::CopyReport VerifyCopy(const report::LogKeys& held) const {
    return VerifyCopy(Records(), Checkpoint(), held);
  }

  // As those would sign it who have the newest keys alone.
  std::string SignedAgain(const std::vector<std::string>& records) const {
    tlog::GrowingTree tree;
    for (const std::string& record : records) tree.Append(tlog::LeafHash(core::AsBytes(record)));
    const auto ring = Ring();
    return tlog::SignCheckpoint({kOrigin, tree.size(), tree.Root()}, ring->CheckpointKey(kOrigin));
  }

  static tlog::Note NoteOf(const std::string& bytes) { return tlog::ParseNote(bytes).value(); }
  static std::string Without(const std::string& bytes, std::size_t signature) {
    tlog::Note note = NoteOf(bytes);
    note.signatures.erase(note.signatures.begin() + static_cast<std::ptrdiff_t>(signature));
    return tlog::EncodeNote(note);
  }

  testing::TempDir folder_;
  bool has_run_ = false;
};

}  // namespace facegate::audit
