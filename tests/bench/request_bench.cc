// Whole requests: in process and over gRPC, with a bare gRPC call as the ceiling.
#include <benchmark/benchmark.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>

#include "bench_world.h"
#include "facegate/rpc/server.h"
#include "facegate/rpc/token_desk.h"
#include "facegate/v1/gateway_service.grpc.pb.h"

namespace facegate::bench {
namespace {

using core::Stage;

double FaceWorkSeconds(const core::MemoryMetrics& metrics) {
  return metrics.TotalSeconds(Stage::kDecode) + metrics.TotalSeconds(Stage::kDetect) +
         metrics.TotalSeconds(Stage::kAlign) + metrics.TotalSeconds(Stage::kEmbed);
}

double NowSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Mean durations of stages since it was made.
class StageMeans {
 public:
  explicit StageMeans(const core::MemoryMetrics& metrics) : metrics_(metrics) {
    for (int i = 0; i < static_cast<int>(Stage::kCount_); ++i) {
      const auto stage = static_cast<Stage>(i);
      seconds_before_.push_back(metrics.TotalSeconds(stage));
      count_before_.push_back(metrics.Observations(stage));
    }
  }
  double Milliseconds(Stage stage) const {
    const auto i = static_cast<std::size_t>(stage);
    const std::uint64_t count = metrics_.Observations(stage) - count_before_[i];
    if (count == 0) return 0;
    return (metrics_.TotalSeconds(stage) - seconds_before_[i]) * 1e3 / static_cast<double>(count);
  }

 private:
  const core::MemoryMetrics& metrics_;
  std::vector<double> seconds_before_;
  std::vector<std::uint64_t> count_before_;
};

// Measures each call of `request`; reports its quantiles, and those of what is left of it without
// decoding, detecting, aligning and embedding: facegate's own overhead.
template <class F>
void MeasureRequests(benchmark::State& state, BenchWorld& bench, F request) {
  std::vector<double> total;
  std::vector<double> overhead;
  std::vector<double> unrecorded;  // the overhead without the record
  const StageMeans means(bench.world.metrics);
  for (auto _ : state) {
    const double face_before = FaceWorkSeconds(bench.world.metrics);
    const double commit_before = bench.world.metrics.TotalSeconds(Stage::kCommit);
    const double start = NowSeconds();
    request();
    const double seconds = NowSeconds() - start;
    total.push_back(seconds * 1e3);
    const double left = seconds - (FaceWorkSeconds(bench.world.metrics) - face_before);
    const double commit = bench.world.metrics.TotalSeconds(Stage::kCommit) - commit_before;
    overhead.push_back(left * 1e3);
    unrecorded.push_back((left - commit) * 1e3);
  }
  state.counters["p50_ms"] = Quantile(total, 0.50);
  state.counters["p99_ms"] = Quantile(total, 0.99);
  state.counters["overhead_p50_ms"] = Quantile(overhead, 0.50);
  state.counters["overhead_p99_ms"] = Quantile(overhead, 0.99);
  state.counters["unrecorded_p50_ms"] = Quantile(unrecorded, 0.50);
  state.counters["decide_ms"] = means.Milliseconds(Stage::kDecide);
  state.counters["match_ms"] = means.Milliseconds(Stage::kMatch);
  state.counters["commit_ms"] = means.Milliseconds(Stage::kCommit);
}

void BM_AuthorizeInProcess(benchmark::State& state) {
  BenchWorld& bench = TheWorld();
  const auto size = static_cast<Size>(state.range(0));
  state.SetLabel(Label(size));
  MeasureRequests(state, bench, [&] {
    const auto recorded = bench.gateway.Authorize(bench.Claim(), bench.Photo(size), bench.deadline);
    FG_CHECK(recorded.ok() && recorded->outcome().verdict == model::Verdict::kAllow);
  });
}
BENCHMARK(BM_AuthorizeInProcess)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_DenyInProcess(benchmark::State& state) {
  BenchWorld& bench = TheWorld();
  MeasureRequests(state, bench, [&] {
    const auto recorded = bench.gateway.Authorize(bench.world.VerifyClaim("nobody"),
                                                  bench.Photo(Size::kVga), bench.deadline);
    FG_CHECK(recorded.ok());
  });
}
BENCHMARK(BM_DenyInProcess)->Unit(benchmark::kMicrosecond)->UseRealTime();

// A server on a free loopback port before the same world.
struct Served {
  Served()
      : bench(TheWorld()),
        dropper(bench.gallery, *bench.world.engine),
        consents(*bench.world.store, *bench.world.ledger, *bench.world.keys, bench.world.clock,
                 *bench.world.engine, dropper),
        registry(*bench.world.store, *bench.world.ledger, bench.world.clock, *bench.world.engine,
                 wording::Wordlist::Empty()),
        alternatives(*bench.world.store, *bench.world.ledger, *bench.world.keys, bench.world.clock,
                     *bench.world.engine, registry),
        custody(*bench.world.store, *bench.world.ledger, *bench.world.keys, bench.world.clock) {
    rpc::ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    auto started = rpc::Server::Start(
        rpc::InsecureForDevelopment{}, options, {"bench", bench.faces->models()},
        {bench.gateway, consents, registry, *bench.world.engine, *bench.world.ledger,
         *bench.world.store, *bench.world.keys, bench.world.clock, bench.world.metrics,
         bench.world.logger, alternatives, token_desk, images, custody});
    FG_CHECK(started.ok());
    server = std::move(started).value();
    channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(server->port()),
                                  grpc::InsecureChannelCredentials());
  }
  BenchWorld& bench;
  gateway::GalleryDropper dropper;
  consent::ConsentService consents;
  registry::RegistryService registry;
  alternatives::AlternativeService alternatives;
  rpc::TokenDesk token_desk{consents, bench.world.clock, 0};
  consent::ImageDesk images{*bench.world.store, *bench.world.ledger, *bench.world.keys,
                            bench.world.clock};
  custody::CustodyService custody;
  std::unique_ptr<rpc::Server> server;
  std::shared_ptr<grpc::Channel> channel;
};

Served& TheServer() {
  static auto* served = new Served;
  return *served;
}

// The health service's Check: gRPC and nothing behind it.
void BM_GrpcEcho(benchmark::State& state) {
  Served& served = TheServer();
  grpc::GenericStub stub(served.channel);
  grpc::CompletionQueue queue;
  const grpc::Slice nothing;
  const grpc::ByteBuffer empty(&nothing, 1);  // an empty HealthCheckRequest
  for (auto _ : state) {
    grpc::ClientContext context;
    grpc::ByteBuffer reply;
    grpc::Status status;
    auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", empty, &queue);
    call->StartCall();
    call->Finish(&reply, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    FG_CHECK(queue.Next(&tag, &ok) && ok && status.ok());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_GrpcEcho)
    ->Threads(1)
    ->Threads(8)
    ->Threads(64)
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

v1::AuthorizeRequest RequestFor(const std::string& subject, const core::Bytes& photo) {
  v1::AuthorizeRequest request;
  request.set_camera("operators/acme/sites/lobby/cameras/door");
  request.set_purpose("operators/acme/purposes/building_access");
  request.set_subject("operators/acme/subjects/" + subject);
  request.set_image(photo.data(), photo.size());
  return request;
}

void AuthorizeOverGrpc(Served& served, const v1::AuthorizeRequest& request, v1::Verdict wanted) {
  const auto stub = v1::GatewayService::NewStub(served.channel);
  grpc::ClientContext context;
  context.AddMetadata("x-facegate-role", "controller");
  v1::AuthorizeResponse response;
  const grpc::Status status = stub->Authorize(&context, request, &response);
  FG_CHECK(status.ok() && response.answer().verdict() == wanted);
}

void BM_AuthorizeOverGrpc(benchmark::State& state) {
  Served& served = TheServer();
  const auto size = static_cast<Size>(state.range(0));
  state.SetLabel(Label(size));
  const auto request = RequestFor("person-a", served.bench.Photo(size));
  MeasureRequests(state, served.bench,
                  [&] { AuthorizeOverGrpc(served, request, v1::VERDICT_ALLOW); });
}
BENCHMARK(BM_AuthorizeOverGrpc)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_DenyOverGrpc(benchmark::State& state) {
  Served& served = TheServer();
  const auto request = RequestFor("nobody", served.bench.Photo(Size::kVga));
  MeasureRequests(state, served.bench,
                  [&] { AuthorizeOverGrpc(served, request, v1::VERDICT_USE_ALTERNATIVE); });
}
BENCHMARK(BM_DenyOverGrpc)->Unit(benchmark::kMicrosecond)->UseRealTime();

// Audited decisions of callers at the same time, beside as many echoes. The frame is a few bytes:
// nobody looks at one of a person who is refused.
void BM_AuditedDecisionsOverGrpc(benchmark::State& state) {
  Served& served = TheServer();
  const auto request = RequestFor("nobody", core::Bytes(16));
  for (auto _ : state) AuthorizeOverGrpc(served, request, v1::VERDICT_USE_ALTERNATIVE);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_AuditedDecisionsOverGrpc)
    ->Threads(1)
    ->Threads(8)
    ->Threads(64)
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

}  // namespace
}  // namespace facegate::bench
