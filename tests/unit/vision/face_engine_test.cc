#include "facegate/vision/face_engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "models_testing.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::vision {
namespace {

DlibOptions Options() {
  DlibOptions options;
  options.models_dir = ModelsDir();
  options.manifest_path = ManifestPath();
  return options;
}

class FaceEngineTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    metrics_ = new core::MemoryMetrics;
    auto engine = LoadDlibEngine(Options(), *metrics_);
    ASSERT_TRUE(engine.ok()) << engine.status().ToString() << "\nrun scripts/fetch_models.sh";
    engine_ = std::move(*engine).release();
  }
  static void TearDownTestSuite() {
    delete engine_;
    engine_ = nullptr;
    delete metrics_;
    metrics_ = nullptr;
  }
  FaceEngineTest() {
    world_.AddSubject("anna");
    world_.Grant("anna");
    world_.MarkEnrolled("anna");
  }
  policy::Permit Permit() { return world_.PermitFor(world_.VerifyClaim("anna")); }

  static core::MemoryMetrics* metrics_;
  static FaceEngine* engine_;
  testing::World world_;
  core::NoDeadline patient_;
};

core::MemoryMetrics* FaceEngineTest::metrics_ = nullptr;
FaceEngine* FaceEngineTest::engine_ = nullptr;

// The door's region of interest is the middle third; of the three people, the middle one stands in
// it.
TEST_F(FaceEngineTest, DetectsEverybodyAndMarksWhomThePermitCovers) {
  const frame::Image photo = Photo("sample3.jpg");
  policy::ViewPermit permit = world_.ViewPermitFor(world_.VerifyClaim("anna"));
  const auto boxes = engine_->Detect(photo, permit, patient_);
  world_.Spend(std::move(permit));
  ASSERT_TRUE(boxes.ok()) << boxes.status().ToString();
  ASSERT_EQ(boxes->size(), 3u);
  for (const FaceBox& box : *boxes) {
    EXPECT_EQ(box.eligible, box.left > 900 && box.left < 1200) << box.left;
  }
}

TEST_F(FaceEngineTest, EmbedsUnderAPermit) {
  const frame::Image photo = Photo("sample3.jpg");
  std::vector<FaceBox> boxes = NewDetector()->Find(photo, 80);
  for (FaceBox& box : boxes) box.eligible = true;
  policy::Permit permit = Permit();
  const auto faces = engine_->Embed(photo, boxes, permit, patient_);
  world_.Spend(std::move(permit));
  ASSERT_TRUE(faces.ok()) << faces.status().ToString();
  EXPECT_EQ(faces->faces.size(), 3u);
}

TEST_F(FaceEngineTest, AnswersManyCallersAtOnce) {
  const frame::Image photo = Photo("sample3.jpg");
  std::vector<FaceBox> boxes = NewDetector()->Find(photo, 80);
  for (FaceBox& box : boxes) box.eligible = true;
  policy::Permit permit = Permit();
  std::atomic<int> faces{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 6; ++i) {
    callers.emplace_back([&] {
      const auto embedded = engine_->Embed(photo, boxes, permit, patient_);
      if (embedded.ok()) faces += static_cast<int>(embedded->faces.size());
    });
  }
  for (std::thread& caller : callers) caller.join();
  world_.Spend(std::move(permit));
  EXPECT_EQ(faces, 18);
}

TEST_F(FaceEngineTest, NamesItsModelsWithTheirHashes) {
  ASSERT_EQ(engine_->models().size(), 3u);
  for (const ModelInfo& info : engine_->models()) {
    EXPECT_FALSE(info.id.empty());
    EXPECT_EQ(info.sha256.size(), 64u);
  }
  EXPECT_EQ(engine_->embedding_model_id(), engine_->models()[2].id);
}

TEST_F(FaceEngineTest, AbortsOnABoxThatIsNotEligible) {
  const frame::Image photo(8, 8, std::vector<std::uint8_t>(192));
  const std::vector<FaceBox> boxes(1);
  policy::Permit permit = Permit();
  EXPECT_DEATH(static_cast<void>(engine_->Embed(photo, boxes, permit, patient_)), "eligible");
  world_.Spend(std::move(permit));
}

TEST_F(FaceEngineTest, AbortsOnAPermitThatWasMovedFrom) {
  const frame::Image photo(8, 8, std::vector<std::uint8_t>(192));
  policy::Permit permit = Permit();
  world_.Spend(std::move(permit));
  EXPECT_DEATH(static_cast<void>(engine_->Embed(photo, {}, permit, patient_)), "check failed");
}

TEST(LoadDlibEngine, SaysWhichModelIsMissing) {
  testing::TempDir empty;
  core::MemoryMetrics metrics;
  DlibOptions options = Options();
  options.models_dir = empty.path();
  const core::Status status = LoadDlibEngine(options, metrics).status();
  EXPECT_EQ(status.code(), core::Code::kFailedPrecondition);
  EXPECT_EQ(status.reason(), "MODEL_MISSING");
  EXPECT_NE(status.message().find("face_recognition_model.bin"), std::string::npos);
}

TEST(LoadDlibEngine, SaysWhichModelIsCorrupt) {
  testing::TempDir dir;
  core::MemoryMetrics metrics;
  for (const char* name :
       {"face_recognition_model.bin", "face_recognition_model-weights_manifest.json"}) {
    std::filesystem::copy_file(ModelsDir() + "/" + name, dir / name);
  }
  std::filesystem::resize_file(dir / "face_recognition_model.bin", 6'444'031);
  DlibOptions options = Options();
  options.models_dir = dir.path();
  const core::Status status = LoadDlibEngine(options, metrics).status();
  EXPECT_EQ(status.code(), core::Code::kDataLoss);
  EXPECT_EQ(status.reason(), "MODEL_CORRUPT");
  EXPECT_NE(status.message().find(dir / "face_recognition_model.bin"), std::string::npos);
}

TEST(LoadDlibEngineDeathTest, RefusesNoWorkers) {
  core::MemoryMetrics metrics;
  DlibOptions options = Options();
  options.workers = 0;
  EXPECT_DEATH(static_cast<void>(LoadDlibEngine(options, metrics)), "workers >= 1");
}

TEST(LoadDlibEngineDeathTest, RefusesBatchesBeyondTheLimit) {
  core::MemoryMetrics metrics;
  DlibOptions options = Options();
  options.batch_max = 9;
  EXPECT_DEATH(static_cast<void>(LoadDlibEngine(options, metrics)), "batch_max");
}

TEST(LoadDlibEngineDeathTest, RefusesAQueueOfNone) {
  core::MemoryMetrics metrics;
  DlibOptions options = Options();
  options.queue_max = 0;
  EXPECT_DEATH(static_cast<void>(LoadDlibEngine(options, metrics)), "queue_max");
}

}  // namespace
}  // namespace facegate::vision
