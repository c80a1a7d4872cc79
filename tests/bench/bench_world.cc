#include "bench_world.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "support/photos/photos.h"

namespace facegate::bench {
namespace {

constexpr int kJpegQuality = 90;
constexpr model::Region kPersonA{0.7, 0.1, 0.95, 0.4};  // in the first photograph

// A part of the second photograph with person A in its middle third, at the given size.
core::Bytes Crop(const cv::Rect& part, const cv::Size& size) {
  const core::Bytes photo = testing::ReadPhoto("sample3.jpg");
  const cv::Mat picture = cv::imdecode(photo, cv::IMREAD_COLOR);
  cv::Mat resized;
  cv::resize(picture(part), resized, size, 0, 0, cv::INTER_AREA);
  core::Bytes jpeg;
  cv::imencode(".jpg", resized, jpeg, {cv::IMWRITE_JPEG_QUALITY, kJpegQuality});
  return jpeg;
}

}  // namespace

testing::WorldOptions OnDisk(const testing::TempDir& dir) {
  testing::WorldOptions options;
  storage::SqliteOptions sqlite;
  sqlite.path = dir / "facegate.db";
  auto store = storage::OpenSqliteStore(sqlite);
  FG_CHECK(store.ok());
  options.store = std::move(store).value();
  options.data_dir = dir.path();
  return options;
}

std::string Label(Size size) { return size == Size::kVga ? "640x480" : "1280x720"; }

BenchWorld::BenchWorld()
    : world(OnDisk(dir)),
      faces(testing::LoadRealEngine(world.metrics)),
      gallery(*world.store, *world.keys, world.clock, world.metrics,
              *gallery::LoadDecisionTable(FACEGATE_SOURCE_DIR "/models/decision_tables.yaml",
                                          faces->embedding_model_id()),
              {}, faces->embedding_model_id()),
      gateway({world.clock, world.metrics, world.logger, *world.engine, *world.ledger, *faces,
               gallery, *world.keys},
              frame::Limits{}),
      vga(Crop({674, 30, 960, 720}, {640, 480})),
      hd(Crop({420, 100, 1280, 720}, {1280, 720})) {
  world.AddSubject("person-a");
  world.Grant("person-a");
  auto claim = world.EnrollClaim("person-a");
  claim.region = kPersonA;
  const auto enrolled = gateway.Enroll(claim, testing::ReadPhoto("sample1.jpg"), deadline);
  FG_CHECK(enrolled.ok() && enrolled->outcome().reason == model::Reason::kEnrolled);
}

BenchWorld& TheWorld() {
  static auto* world = new BenchWorld;
  return *world;
}

double Quantile(std::vector<double>& values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

}  // namespace facegate::bench
