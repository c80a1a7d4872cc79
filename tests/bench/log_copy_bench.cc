// How long a copy of a log takes to check, and how much memory: both by records.
//
//   FACEGATE_BENCH_RECORDS=1000000 FACEGATE_BENCH_COPY=big log_copy_bench
//
// writes that copy once and keeps it; without them the copy is small, and removed.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/report/log_copy.h"
#include "facegate/report/log_totals.h"
#include "support/base/temp_dir.h"

namespace facegate::bench {
namespace {

constexpr const char* kOrigin = "gate.example/acme";
constexpr std::uint64_t kRecordsByDefault = 5'000;

std::uint64_t Records() {
  const char* given = std::getenv("FACEGATE_BENCH_RECORDS");
  return given == nullptr ? kRecordsByDefault : std::strtoull(given, nullptr, 10);
}

// A decision of usual length, about 1.2 kB with its signature.
std::string DecisionLine(std::uint64_t index) {
  const std::string time =
      core::FormatRfc3339({1'772'438'400'000 + static_cast<std::int64_t>(index) * 100});
  return R"({"v":1,"type":"decision","index":)" + std::to_string(index) + R"(,"time":")" + time +
         R"(","site":"lobby","access_point":"front","camera":"door","purpose":"building_access",)"
         R"("actor":{"role":"CONTROLLER","fingerprint":")" +
         std::string(64, 'f') +
         R"("},"request_id":"7d444840-9dc0-41d1-b245-5ffdce74fad2","purpose_version":1,)"
         R"("operation":"VERIFY_1TO1","outcome":"ALLOW","reason":"MATCHED","person":)"
         R"({"consent_status":"granted","consent_form":"WRITTEN","consent_given_by":"SELF",)"
         R"("consent_scopes":["IDENTIFY","VERIFY"],"covers_purpose_version":true,)"
         R"("site_matches":true,"guardian_verified":false,"has_evidence":true,"reprompts":0,)"
         R"("enrolled":true},"rules":[],"packs":[{"id":"core","version":"1.0.0","sha256":")" +
         std::string(64, 'b') +
         R"("}],"rests_on":[5,8,0,2,3,4],"models":[{"id":"dlib-resnet29-v1","sha256":")" +
         std::string(64, 'a') +
         R"("}],"counts":{"frames":1,"faces_seen":3,"faces_embedded":1,"faces_ignored":2,)"
         R"("matched":1,"unknown":0},"client_counter":)" +
         std::to_string(index + 1) + R"(,"pad":"NOT_PERFORMED","subjects":[{"pseudonym":")" +
         std::string(64, 'c') + R"(","consent":")" + std::string(64, 'd') + R"("}]})";
}

// A copy of so many records, written bundle by bundle, and its keys.
class WrittenCopy {
 public:
  WrittenCopy() : checkpoint_key_(core::Bytes(32, 1)), record_key_(core::Bytes(32, 2)) {
    const char* kept = std::getenv("FACEGATE_BENCH_COPY");
    directory_ = kept == nullptr ? temporary_.emplace().path() : kept;
    if (!std::filesystem::exists(directory_ + "/checkpoint")) Write(Records());
  }

  const std::string& directory() const { return directory_; }
  report::LogKeys keys() const {
    return {tlog::MakeVerifierKey(kOrigin, tlog::kSigEd25519, checkpoint_key_.public_key()),
            tlog::MakeVerifierKey(report::RecordKeyName(kOrigin), tlog::kSigEd25519,
                                  record_key_.public_key())};
  }

 private:
  void Write(std::uint64_t records) {
    auto writer = report::LogCopyWriter::Open(directory_);
    FG_CHECK(writer.ok());
    const auto add = [&writer](const std::string& path, core::ByteSpan content) {
      FG_CHECK(writer->Add(path, content).ok());
    };
    tlog::GrowingTree tree;
    std::map<tlog::TileId, core::Bytes> tiles;
    std::vector<std::string> bundle;
    for (std::uint64_t index = 0; index < records; ++index) {
      tlog::Note note{DecisionLine(index) + "\n", {}};
      tlog::SignNote(note, report::RecordKeyName(kOrigin), record_key_);
      bundle.push_back(tlog::EncodeNote(note));
      tree.Append(tlog::LeafHash(core::AsBytes(bundle.back())));
      if (bundle.size() < tlog::kTileWidth && index + 1 < records) continue;
      add(tlog::BundlePath(index / tlog::kTileWidth, static_cast<int>(bundle.size())),
          tlog::EncodeBundle(bundle));
      bundle.clear();
      for (auto& [id, hashes] : tree.TakeChangedTiles()) tiles[id] = std::move(hashes);
      for (auto it = tiles.begin(); it != tiles.end();) {
        const int width = static_cast<int>(it->second.size() / sizeof(tlog::Hash256));
        if (width == tlog::kTileWidth || index + 1 == records) {
          add(tlog::TilePath(it->first, width), it->second);
          it = tiles.erase(it);
        } else {
          ++it;
        }
      }
    }
    add("checkpoint",
        core::AsBytes(tlog::SignCheckpoint({kOrigin, tree.size(), tree.Root()}, checkpoint_key_)));
  }

  crypto::SigningKey checkpoint_key_;
  crypto::SigningKey record_key_;
  std::optional<testing::TempDir> temporary_;
  std::string directory_;
};

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void Check(benchmark::State& state, const report::CopyOptions& options) {
  static const WrittenCopy copy;
  std::uint64_t records = 0;
  for (auto _ : state) {
    const auto report = report::VerifyLogCopy(copy.directory(), copy.keys(), {}, options);
    FG_CHECK(report.ok() && report->ok());
    records += report->records_checked;
  }
  state.counters["records"] =
      benchmark::Counter(static_cast<double>(records), benchmark::Counter::kAvgIterations);
  state.counters["records/s"] =
      benchmark::Counter(static_cast<double>(records), benchmark::Counter::kIsRate);
  state.counters["peak_MB"] = PeakMegabytes();
}

void BM_CheckCopy(benchmark::State& state) { Check(state, {}); }
BENCHMARK(BM_CheckCopy)->Unit(benchmark::kSecond)->UseRealTime();

void BM_CheckCopyOneThread(benchmark::State& state) {
  report::CopyOptions options;
  options.threads = 1;
  Check(state, options);
}
BENCHMARK(BM_CheckCopyOneThread)->Unit(benchmark::kSecond)->UseRealTime();

// The checkpoint's signature and every hash; no signature of a record.
void BM_CheckCopyQuick(benchmark::State& state) {
  report::CopyOptions options;
  options.signatures = report::Signatures::kCheckpoint;
  Check(state, options);
}
BENCHMARK(BM_CheckCopyQuick)->Unit(benchmark::kSecond)->UseRealTime();

// The same with every record read for its figures.
void BM_ReportQuick(benchmark::State& state) {
  report::LogTotals totals;
  report::CopyOptions options;
  options.signatures = report::Signatures::kCheckpoint;
  options.visit = [&totals](const report::OpenedRecord& record) { totals.Add(record); };
  Check(state, options);
}
BENCHMARK(BM_ReportQuick)->Unit(benchmark::kSecond)->UseRealTime();

// What every check cannot do without: one signature.
void BM_VerifyOneSignature(benchmark::State& state) {
  const crypto::SigningKey key(core::Bytes(32, 2));
  const std::string line = DecisionLine(7);
  const auto signature = key.Sign(core::AsBytes(line));
  for (auto _ : state) {
    FG_CHECK(crypto::VerifyEd25519(key.public_key(), core::AsBytes(line), signature));
  }
}
BENCHMARK(BM_VerifyOneSignature)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace facegate::bench
