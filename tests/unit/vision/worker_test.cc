#include "vision/worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "models_testing.h"

namespace facegate::vision {
namespace {

// A caller that gives up after a number of checks.
class CountedDeadline final : public core::Deadline {
 public:
  explicit CountedDeadline(int checks) : left_(checks) {}
  core::Status Check() const override {
    if (left_-- > 0) return core::Status::Ok();
    return core::Status(core::Code::kCancelled, "CANCELLED", "gone");
  }

 private:
  mutable int left_;
};

double Distance(const Embedding& a, const Embedding& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kEmbeddingSize; ++i) {
    const double difference = a.values()[i] - b.values()[i];
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() : worker_(NewDetector(), SharedLandmarks(), NewNetwork(), kBatchMax, metrics_) {}

  Call Detected(const frame::Image& image, policy::Capture capture = {}) {
    Call call;
    call.image = &image;
    call.deadline = &patient_;
    call.capture = capture;
    Call* one = &call;
    worker_.Answer({&one, 1});
    return call;
  }
  Call EmbedCall(const frame::Image& image, std::span<const FaceBox> boxes) {
    Call call;
    call.work = Work::kEmbed;
    call.image = &image;
    call.deadline = &patient_;
    call.boxes = boxes;
    return call;
  }
  Call Embedded(const frame::Image& image, std::span<const FaceBox> boxes) {
    Call call = EmbedCall(image, boxes);
    Call* one = &call;
    worker_.Answer({&one, 1});
    return call;
  }

  core::MemoryMetrics metrics_;
  core::NoDeadline patient_;
  Worker worker_;
};

// The people of both photographs, as docs/ACCURACY.md lists them: one is in both.
TEST_F(WorkerTest, GivesTheKnownDistances) {
  const frame::Image first = Photo("sample1.jpg");
  const frame::Image second = Photo("sample3.jpg");
  const Call in_first = Embedded(first, Detected(first).found);
  const Call in_second = Embedded(second, Detected(second).found);
  ASSERT_EQ(in_first.embedded.faces.size(), 3u);
  ASSERT_EQ(in_second.embedded.faces.size(), 3u);
  const auto by_left = [](const Face& a, const Face& b) { return a.box.left < b.box.left; };
  const auto at = [&](const Call& call, std::size_t index) -> const Face& {
    std::vector<const Face*> faces;
    for (const Face& face : call.embedded.faces) faces.push_back(&face);
    std::sort(faces.begin(), faces.end(),
              [&](const Face* a, const Face* b) { return by_left(*a, *b); });
    return *faces[index];
  };
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double distance = Distance(at(in_first, i).embedding, at(in_second, j).embedding);
      if (i == 2 && j == 1) {
        EXPECT_NEAR(distance, 0.434, 0.01);
      } else {
        EXPECT_GT(distance, 0.54) << i << " " << j;
      }
    }
  }
}

TEST_F(WorkerTest, RejectsTheBadgeThatTheDetectorTakesForAFace) {
  const frame::Image photo = Photo("sample1.jpg");
  const Call found = Detected(photo);
  ASSERT_EQ(found.found.size(), 4u);
  const Call call = Embedded(photo, found.found);
  EXPECT_EQ(call.embedded.faces.size(), 3u);
  ASSERT_EQ(call.embedded.rejected.size(), 1u);
  EXPECT_EQ(call.embedded.rejected[0].quality.issue, QualityIssue::kImplausibleLandmarks);
  EXPECT_LT(call.embedded.rejected[0].box.width(), 150);
}

TEST_F(WorkerTest, AnswersInTheOrderOfTheBoxes) {
  const frame::Image photo = Photo("sample3.jpg");
  std::vector<FaceBox> boxes = Detected(photo).found;
  std::reverse(boxes.begin(), boxes.end());
  const Call call = Embedded(photo, boxes);
  ASSERT_EQ(call.embedded.faces.size(), boxes.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    EXPECT_EQ(call.embedded.faces[i].box.left, boxes[i].left);
  }
}

TEST_F(WorkerTest, EmbedsSeveralCallsAsItEmbedsEachAlone) {
  const frame::Image photo = Photo("sample3.jpg");
  const std::vector<FaceBox> boxes = Detected(photo).found;
  const Call alone = Embedded(photo, boxes);
  Call first = EmbedCall(photo, std::span(boxes).first(1));
  Call second = EmbedCall(photo, std::span(boxes).subspan(1));
  const std::vector<Call*> both = {&first, &second};
  worker_.Answer(both);
  ASSERT_EQ(first.embedded.faces.size(), 1u);
  ASSERT_EQ(second.embedded.faces.size(), boxes.size() - 1);
  EXPECT_LT(Distance(first.embedded.faces[0].embedding, alone.embedded.faces[0].embedding), 1e-4);
  EXPECT_LT(Distance(second.embedded.faces[0].embedding, alone.embedded.faces[1].embedding), 1e-4);
}

TEST_F(WorkerTest, EmbedsMoreFacesThanFitOneBatch) {
  const frame::Image photo = Photo("sample3.jpg");
  const std::vector<FaceBox> boxes(kBatchMax + 1, Detected(photo).found.front());
  EXPECT_EQ(Embedded(photo, boxes).embedded.faces.size(), boxes.size());
}

TEST_F(WorkerTest, EmbedsNothingForNoBoxes) {
  const Call call = Embedded(Photo("sample3.jpg"), {});
  EXPECT_TRUE(call.status.ok());
  EXPECT_TRUE(call.embedded.faces.empty());
}

TEST_F(WorkerTest, CountsFacesAndStages) {
  const frame::Image photo = Photo("sample3.jpg");
  const std::vector<FaceBox> boxes = Detected(photo).found;
  Embedded(photo, boxes);
  EXPECT_EQ(metrics_.Value(core::Counter::kFacesSeen), 3u);
  EXPECT_EQ(metrics_.Value(core::Counter::kFacesEmbedded), 3u);
  EXPECT_EQ(metrics_.Observations(core::Stage::kDetect), 1u);
  EXPECT_EQ(metrics_.Observations(core::Stage::kAlign), 1u);
  EXPECT_EQ(metrics_.Observations(core::Stage::kEmbed), 1u);
}

TEST_F(WorkerTest, MarksFacesInTheRegionOnly) {
  const Call call = Detected(Photo("sample3.jpg"), {{0.0, 0.0, 0.45, 1.0}, 80});
  ASSERT_EQ(call.found.size(), 3u);
  for (const FaceBox& box : call.found) {
    EXPECT_EQ(box.eligible, box.left < 800) << box.left;
  }
}

TEST_F(WorkerTest, DoesNotDetectForACallerThatIsGone) {
  const frame::Image photo = Photo("sample3.jpg");
  CountedDeadline gone(0);
  Call call;
  call.image = &photo;
  call.deadline = &gone;
  Call* one = &call;
  worker_.Answer({&one, 1});
  EXPECT_EQ(call.status.code(), core::Code::kCancelled);
  EXPECT_EQ(metrics_.Observations(core::Stage::kDetect), 0u);
}

TEST_F(WorkerTest, LooksAtTheDeadlineBeforeEachFaceAndBeforeTheNetwork) {
  const frame::Image photo = Photo("sample3.jpg");
  const std::vector<FaceBox> boxes = Detected(photo).found;
  for (int checks = 0; checks <= 3; ++checks) {
    CountedDeadline gone(checks);
    Call call = EmbedCall(photo, boxes);
    call.deadline = &gone;
    Call* one = &call;
    worker_.Answer({&one, 1});
    EXPECT_EQ(call.status.code(), core::Code::kCancelled) << checks;
    EXPECT_TRUE(call.embedded.faces.empty()) << checks;
  }
  EXPECT_EQ(metrics_.Value(core::Counter::kFacesEmbedded), 0u);
}

TEST_F(WorkerTest, ACallerThatIsGoneDoesNotDisturbItsBatch) {
  const frame::Image photo = Photo("sample3.jpg");
  const std::vector<FaceBox> boxes = Detected(photo).found;
  CountedDeadline gone(0);
  Call first = EmbedCall(photo, boxes);
  first.deadline = &gone;
  Call second = EmbedCall(photo, boxes);
  const std::vector<Call*> both = {&first, &second};
  worker_.Answer(both);
  EXPECT_EQ(first.status.code(), core::Code::kCancelled);
  EXPECT_TRUE(second.status.ok());
  EXPECT_EQ(second.embedded.faces.size(), boxes.size());
}

FaceBox Square(int left, int top, int side) {
  FaceBox box;
  box.left = left;
  box.top = top;
  box.right = left + side;
  box.bottom = top + side;
  return box;
}

TEST(IsEligible, AsksForThreeQuartersOfTheBoxInTheRegion) {
  const policy::Capture left_half{{0, 0, 0.5, 1}, 80};
  EXPECT_TRUE(IsEligible(Square(25, 0, 100), 200, 200, left_half));
  EXPECT_FALSE(IsEligible(Square(26, 0, 100), 200, 200, left_half));
  const policy::Capture lower_half{{0, 0.5, 1, 1}, 80};
  EXPECT_TRUE(IsEligible(Square(0, 75, 100), 200, 200, lower_half));
  EXPECT_FALSE(IsEligible(Square(0, 74, 100), 200, 200, lower_half));
}

TEST(IsEligible, CountsOnlyWhatThePictureShowsOfTheBox) {
  EXPECT_TRUE(IsEligible(Square(-40, 0, 100), 200, 200, {{}, 80}));
  EXPECT_FALSE(IsEligible(Square(-100, 0, 100), 200, 200, {{}, 80}));
}

TEST(IsEligible, AsksForTheSmallestWidth) {
  EXPECT_TRUE(IsEligible(Square(0, 0, 80), 200, 200, {{}, 80}));
  EXPECT_FALSE(IsEligible(Square(0, 0, 80), 200, 200, {{}, 81}));
}

}  // namespace
}  // namespace facegate::vision
