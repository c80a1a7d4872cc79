// How long a withdrawal takes from call to acknowledgement: record, destruction, scrubbed files,
// dropped templates; on a disk, alone and while others ask as fast as they are answered.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "bench_world.h"
#include "support/yard/yard.h"

namespace facegate::bench {
namespace {

using testing::World;
using testing::Yard;

constexpr int kPeople = 12;

std::string IdOf(int person) { return "person-" + std::to_string(person); }

// Consents and is enrolled; gives the consent.
model::ConsentRef Admit(Yard& yard, int person) {
  const auto granted = yard.Grant(IdOf(person), 30);
  FG_CHECK(granted.ok());
  FG_CHECK(yard.Enroll(IdOf(person), person + 1).ok());
  return {World::op(), model::SubjectId(IdOf(person)), granted->consent.id};
}

void BM_Withdraw(benchmark::State& state) {
  const testing::TempDir dir;
  Yard yard(testing::OnDisk(dir.path()));
  std::vector<model::ConsentRef> consents;
  for (int i = 0; i < kPeople; ++i) {
    FG_CHECK(yard.Register(IdOf(i)).ok());
    consents.push_back(Admit(yard, i));
  }
  std::atomic<bool> stopped{false};
  std::atomic<int> answers{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < state.range(0); ++i) {
    clients.emplace_back([&, i] {
      std::mt19937 random(static_cast<unsigned>(i));
      while (!stopped) {
        const int person = static_cast<int>(random() % kPeople);
        FG_CHECK(yard.Authorize(IdOf(person), person + 1).ok());
        ++answers;
      }
    });
  }
  std::vector<double> took_ms;
  int person = 0;
  for (auto unused : state) {
    (void)unused;
    person = (person + 1) % kPeople;
    const auto start = std::chrono::steady_clock::now();
    FG_CHECK(yard.consents.Withdraw(yard.Desk(), consents[person]).ok());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(took.count());
    took_ms.push_back(took.count() * 1e3);
    consents[person] = Admit(yard, person);
  }
  stopped = true;
  for (std::thread& client : clients) client.join();
  state.counters["answers"] = answers.load();
  for (const auto& [name, q] : {std::pair{"p50_ms", 0.5}, {"p99_ms", 0.99}, {"max_ms", 1.0}}) {
    state.counters[name] = Quantile(took_ms, q);
  }
  // A histogram, in percent of all; sorted by Quantile.
  for (const int below : {2, 4, 8, 16, 32, 50}) {
    const auto end = std::lower_bound(took_ms.begin(), took_ms.end(), below);
    state.counters["below_" + std::to_string(below).append("ms")] =
        100.0 * static_cast<double>(end - took_ms.begin()) / static_cast<double>(took_ms.size());
  }
}
// What a start costs for each person who is enrolled: their template is read, opened and held.
void BM_LoadGallery(benchmark::State& state) {
  const testing::TempDir dir;
  Yard yard(testing::OnDisk(dir.path()));
  for (int i = 0; i < state.range(0); ++i) {
    FG_CHECK(yard.Register(IdOf(i)).ok());
    Admit(yard, i);
  }
  for (auto unused : state) {
    (void)unused;
    gallery::Gallery started(*yard.world.store, *yard.world.keys, yard.world.clock,
                             yard.world.metrics, testing::TableOf(yard.faces),
                             gallery::MatchOptions{}, yard.faces.embedding_model_id());
    FG_CHECK(started.Load().ok());
    FG_CHECK(started.size() == static_cast<std::size_t>(state.range(0)));
  }
}
BENCHMARK(BM_LoadGallery)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond)->UseRealTime();

BENCHMARK(BM_Withdraw)
    ->ArgName("clients")
    ->Arg(0)
    ->Arg(1)
    ->Arg(8)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace facegate::bench
