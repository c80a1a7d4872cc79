// What the log costs: audited decisions beside raw SQLite rows of the same bytes, and queries of a
// log that grows. FACEGATE_BENCH_RECORDS=1000000 lets it grow further than a test run wants.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench_world.h"
#include "facegate/core/check.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::bench {
namespace {

using Clock = std::chrono::steady_clock;
using testing::World;

constexpr int kClients = 8;
constexpr int kDecisionsPerClient = 250;  // of one iteration

double MicrosecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

// A world whose log is on the disk.
struct Lobby {
  testing::TempDir dir;
  World world{OnDisk(dir)};
};

// One decision, from claim to durable record: nobody of that name has agreed to anything.
void Decide(World& world) {
  auto denial = world.engine->Decide(world.VerifyClaim("nobody"));
  const auto recorded =
      world.ledger->Commit(std::get<policy::Denial>(std::move(denial)), audit::Outcome{});
  FG_CHECK(recorded.ok() && !recorded->receipt().inclusion_proof.empty());
}

// Clients that ask as fast as they are answered; how long each answer took goes to `took_us`.
void AskAtOnce(World& world, int clients, int each, std::vector<double>& took_us) {
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      std::vector<double> mine;
      mine.reserve(static_cast<std::size_t>(each));
      for (int k = 0; k < each; ++k) {
        const auto begin = Clock::now();
        Decide(world);
        mine.push_back(MicrosecondsSince(begin));
      }
      const std::lock_guard lock(mutex);
      took_us.insert(took_us.end(), mine.begin(), mine.end());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Items are audited decisions: judged, recorded, durable, and answered with a proof.
void BM_AuditedDecisions(benchmark::State& state) {
  Lobby lobby;
  const int clients = static_cast<int>(state.range(0));
  std::vector<double> took_us;
  for (auto _ : state) AskAtOnce(lobby.world, clients, kDecisionsPerClient, took_us);
  state.SetItemsProcessed(state.iterations() * clients * kDecisionsPerClient);
  state.counters["p50_us"] = Quantile(took_us, 0.5);
  state.counters["p99_us"] = Quantile(took_us, 0.99);
  const core::MemoryMetrics& metrics = lobby.world.metrics;
  state.counters["records_per_commit"] =
      static_cast<double>(metrics.Value(core::Counter::kRecords)) /
      static_cast<double>(metrics.Value(core::Counter::kLogCommits));
}
BENCHMARK(BM_AuditedDecisions)
    ->Arg(1)
    ->Arg(kClients)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

// The ceiling: rows of the same bytes in one table, so many to a durable transaction.
void BM_RawSqliteRows(benchmark::State& state) {
  Lobby lobby;
  Decide(lobby.world);
  const auto head = lobby.world.store->GetLogHead(World::op());
  const auto last = lobby.world.store->ReadEntries(World::op(), head->size - 1, 1);
  FG_CHECK(last.ok() && last->size() == 1);
  const std::string& entry = last->front().entry;

  SQLite::Database db(lobby.dir / "raw.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE entries (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT");
  SQLite::Statement insert(db, "INSERT INTO entries (entry) VALUES (?1)");
  const std::int64_t rows = state.range(0);
  for (auto _ : state) {
    SQLite::Transaction transaction(db);
    for (std::int64_t i = 0; i < rows; ++i) {
      insert.bind(1, entry.data(), static_cast<int>(entry.size()));
      insert.exec();
      insert.reset();
    }
    transaction.commit();
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.counters["entry_bytes"] = static_cast<double>(entry.size());
}
BENCHMARK(BM_RawSqliteRows)->Arg(1)->Arg(kClients)->Arg(64)->UseRealTime();

// A log of at least so many records, grown once.
World& Grown(std::int64_t records) {
  static std::map<std::int64_t, std::unique_ptr<Lobby>> lobbies;
  std::unique_ptr<Lobby>& lobby = lobbies[records];
  if (lobby != nullptr) return lobby->world;
  lobby = std::make_unique<Lobby>();
  // What is rare is spread over all of it.
  constexpr std::int64_t kRareEvery = 50'000;
  std::vector<double> unused;
  for (std::int64_t done = 0; done < records; done += kRareEvery) {
    lobby->world.AddSubject("rare-" + std::to_string(done));
    constexpr int kMany = 64;
    AskAtOnce(lobby->world, kMany, static_cast<int>(std::min(kRareEvery, records - done) / kMany),
              unused);
    unused.clear();
  }
  return lobby->world;
}

enum Asked { kFirstPage, kNewest, kRareType, kRareAndTime, kNothing };
constexpr const char* kAskedWords[] = {"first page of a reason", "the last hundred records",
                                       "a rare type", "a rare type in a time", "nothing there"};

storage::LogQuery QueryOf(Asked asked, World& world, std::uint64_t size) {
  storage::LogQuery query;
  query.limit = 50;
  switch (asked) {
    case kFirstPage:
      query.reason = "CONSENT_MISSING";
      break;
    case kNewest:
      query.first_index = size - std::min<std::uint64_t>(size, 100);
      break;
    case kRareType:
      query.type = "subject.created";
      break;
    case kRareAndTime:
      query.type = "subject.created";
      query.from = world.clock.Now() + (-1000);
      break;
    case kNothing:
      query.type = "gateway.clock_stepped";
      break;
  }
  return query;
}

void BM_QueryLog(benchmark::State& state) {
  World& world = Grown(state.range(0));
  const auto asked = static_cast<Asked>(state.range(1));
  state.SetLabel(kAskedWords[asked]);
  const storage::LogQuery query = QueryOf(asked, world, world.store->GetLogHead(World::op())->size);
  std::vector<double> took_us;
  for (auto _ : state) {
    const auto begin = Clock::now();
    benchmark::DoNotOptimize(world.store->QueryLog(World::op(), query));
    took_us.push_back(MicrosecondsSince(begin));
  }
  state.counters["p99_us"] = Quantile(took_us, 0.99);
}

void BM_CountLog(benchmark::State& state) {
  World& world = Grown(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.store->CountLog(World::op(), {}, storage::LogKey::kReason));
  }
}

std::vector<std::int64_t> Sizes() {
  std::vector<std::int64_t> sizes = {1000, 10'000};
  const char* most = std::getenv("FACEGATE_BENCH_RECORDS");
  for (std::int64_t size = 100'000; most != nullptr && size <= std::atoll(most); size *= 10) {
    sizes.push_back(size);
  }
  return sizes;
}

const bool kRegistered = [] {
  for (const std::int64_t size : Sizes()) {
    for (const Asked asked : {kFirstPage, kNewest, kRareType, kRareAndTime, kNothing}) {
      benchmark::RegisterBenchmark("BM_QueryLog", BM_QueryLog)
          ->Args({size, asked})
          ->Unit(benchmark::kMicrosecond);
    }
    benchmark::RegisterBenchmark("BM_CountLog", BM_CountLog)
        ->Arg(size)
        ->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
}  // namespace facegate::bench
