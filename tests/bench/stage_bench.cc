// Each stage of docs/LIFE_OF_A_FRAME.md by itself, and dlib's plain pipeline beside them.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "bench_world.h"
#include "support/photos/photos.h"
#include "vision/detector.h"
#include "vision/landmarks.h"
#include "vision/model_files.h"
#include "vision/network.h"
#include "vision/weights.h"

namespace facegate::bench {
namespace {

Size SizeOf(const benchmark::State& state) { return static_cast<Size>(state.range(0)); }

frame::Image DecodeWith(BenchWorld& bench, const policy::ViewPermit& permit, Size size) {
  auto image = frame::Decode(bench.Photo(size), permit, frame::Limits{}, bench.world.metrics);
  FG_CHECK(image.ok());
  return std::move(image).value();
}

void BM_Decide(benchmark::State& state) {
  BenchWorld& bench = TheWorld();
  const auto claim = bench.world.VerifyClaim("nobody");
  for (auto _ : state) benchmark::DoNotOptimize(bench.world.engine->Decide(claim));
}
BENCHMARK(BM_Decide)->Unit(benchmark::kMicrosecond);

void BM_Decode(benchmark::State& state) {
  BenchWorld& bench = TheWorld();
  state.SetLabel(Label(SizeOf(state)));
  auto permit = bench.world.ViewPermitFor(bench.Claim());
  for (auto _ : state) benchmark::DoNotOptimize(DecodeWith(bench, permit, SizeOf(state)));
  bench.world.Spend(std::move(permit));
}
BENCHMARK(BM_Decode)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void BM_Detect(benchmark::State& state) {
  BenchWorld& bench = TheWorld();
  state.SetLabel(Label(SizeOf(state)));
  auto permit = bench.world.ViewPermitFor(bench.Claim());
  const frame::Image image = DecodeWith(bench, permit, SizeOf(state));
  for (auto _ : state) {
    benchmark::DoNotOptimize(bench.faces->Detect(image, permit, bench.deadline));
  }
  bench.world.Spend(std::move(permit));
}
BENCHMARK(BM_Detect)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

// The eligible face of a picture, and the permit to use it.
struct Probe {
  frame::Image image;
  vision::FaceBox box;
  policy::Permit permit;
};

Probe MakeProbe(BenchWorld& bench, Size size) {
  auto view = bench.world.ViewPermitFor(bench.Claim());
  frame::Image image = DecodeWith(bench, view, size);
  const auto boxes = bench.faces->Detect(image, view, bench.deadline);
  FG_CHECK(boxes.ok());
  for (const vision::FaceBox& box : *boxes) {
    if (!box.eligible) continue;
    auto admission = bench.world.engine->Admit(std::move(view), {1, 1});
    return {std::move(image), box, std::get<policy::Permit>(std::move(admission))};
  }
  FG_CHECK(false && "no eligible face in the benchmark's picture");
  std::abort();
}

void BM_AlignGateEmbed(benchmark::State& state) {
  BenchWorld& bench = TheWorld();
  state.SetLabel(Label(SizeOf(state)));
  Probe probe = MakeProbe(bench, SizeOf(state));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        bench.faces->Embed(probe.image, {&probe.box, 1}, probe.permit, bench.deadline));
  }
  bench.world.Spend(std::move(probe.permit));
}
BENCHMARK(BM_AlignGateEmbed)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_Verify(benchmark::State& state) {
  BenchWorld& bench = TheWorld();
  Probe probe = MakeProbe(bench, Size::kVga);
  const auto embedded =
      bench.faces->Embed(probe.image, {&probe.box, 1}, probe.permit, bench.deadline);
  FG_CHECK(embedded.ok() && embedded->faces.size() == 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(bench.gallery.Verify(embedded->faces[0], probe.permit));
  }
  bench.world.Spend(std::move(probe.permit));
}
BENCHMARK(BM_Verify)->Unit(benchmark::kMicrosecond);

// What a durable record cannot be cheaper than: six pages, as one record's commit appends them,
// written in place on the database's disk and flushed; after a rest of as many milliseconds as a
// face takes, since a disk that rested answers later.
void BM_DiskFlush(benchmark::State& state) {
  constexpr std::size_t kCommitBytes = std::size_t{6} * 4096;
  constexpr std::size_t kPlaces = 256;
  const std::string path = TheWorld().dir.path() + "/flush";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  FG_CHECK(file >= 0);
  const core::Bytes pages(kCommitBytes, 1);
  const auto write = [&](std::size_t place) {
    const auto offset = static_cast<off_t>(place * kCommitBytes);
    FG_CHECK(pwrite(file, pages.data(), pages.size(), offset) ==
             static_cast<ssize_t>(pages.size()));
  };
  for (std::size_t place = 0; place < kPlaces; ++place) write(place);
  FG_CHECK(fsync(file) == 0);
  const std::chrono::milliseconds rest(state.range(0));
  std::size_t count = 0;
  for (auto _ : state) {
    std::this_thread::sleep_for(rest);
    const auto start = std::chrono::steady_clock::now();
    write(count++ % kPlaces);
    FG_CHECK(fdatasync(file) == 0);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    state.SetIterationTime(seconds.count());
  }
  close(file);
}
BENCHMARK(BM_DiskFlush)->Arg(0)->Arg(45)->Unit(benchmark::kMicrosecond)->UseManualTime();

// A denial, durable on disk with its proof; with 8 threads they share transactions.
void BM_CommitSqlite(benchmark::State& state) {
  BenchWorld& bench = TheWorld();
  const auto claim = bench.world.VerifyClaim("nobody");
  for (auto _ : state) {
    auto recorded = bench.world.ledger->Commit(bench.world.DenialFor(claim), audit::Outcome{});
    FG_CHECK(recorded.ok());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CommitSqlite)->Threads(1)->Threads(8)->Unit(benchmark::kMicrosecond)->UseRealTime();

void BM_CommitMemory(benchmark::State& state) {
  static auto* world = new testing::World;
  const auto claim = world->VerifyClaim("nobody");
  for (auto _ : state) {
    auto recorded = world->ledger->Commit(world->DenialFor(claim), audit::Outcome{});
    FG_CHECK(recorded.ok());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CommitMemory)->Threads(1)->Threads(8)->Unit(benchmark::kMicrosecond)->UseRealTime();

// dlib alone: detect, 68 points, chip, embed, one face, one thread, and nothing of facegate's.
struct PlainDlib {
  PlainDlib() {
    const auto manifest = vision::ReadModelManifest(FACEGATE_SOURCE_DIR "/models/manifest.yaml");
    FG_CHECK(manifest.ok());
    const auto file = vision::LoadModelFile(*manifest, "landmarks", testing::ModelsDir());
    FG_CHECK(file.ok());
    landmarks = *vision::LandmarkModel::Load(file->bytes);
    const auto weights = vision::LoadModelFile(*manifest, "embedding", testing::ModelsDir());
    FG_CHECK(weights.ok() && weights->entry.format == "tfjs_weights");
    const auto layout =
        vision::LoadLayoutFile(*manifest, weights->entry.name, testing::ModelsDir());
    FG_CHECK(layout.ok());
    const auto tensors = vision::ReadTensors(core::AsText(layout->bytes), weights->bytes);
    FG_CHECK(tensors.ok());
    network = std::move(vision::Network::FromTensors(*tensors)).value();
  }
  vision::Detector detector;
  std::shared_ptr<const vision::LandmarkModel> landmarks;
  std::unique_ptr<vision::Network> network;
};

void BM_PlainDlibPipeline(benchmark::State& state) {
  static auto* dlib = new PlainDlib;
  BenchWorld& bench = TheWorld();
  state.SetLabel(Label(SizeOf(state)));
  auto permit = bench.world.ViewPermitFor(bench.Claim());
  for (auto _ : state) {
    const frame::Image image = DecodeWith(bench, permit, SizeOf(state));
    const auto boxes = dlib->detector.Find(image, permit.capture().min_face_px);
    FG_CHECK(!boxes.empty());
    const vision::Chip chip =
        vision::ExtractChip(image, dlib->landmarks->Find(image, boxes.front()));
    const vision::Chip* one[] = {&chip};
    benchmark::DoNotOptimize(dlib->network->Embed(one));
  }
  bench.world.Spend(std::move(permit));
}
BENCHMARK(BM_PlainDlibPipeline)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace facegate::bench
