#include "vision/call_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>

namespace facegate::vision {
namespace {

// A caller that gives up when the test says so.
class SwitchedDeadline final : public core::Deadline {
 public:
  core::Status Check() const override {
    if (!over_) return core::Status::Ok();
    return core::Status(core::Code::kDeadlineExceeded, "DEADLINE_EXCEEDED", "over");
  }
  void End() { over_ = true; }

 private:
  std::atomic<bool> over_{false};
};

Call NewCall(Work work, const core::Deadline& deadline, std::span<const FaceBox> boxes = {}) {
  Call call;
  call.work = work;
  call.deadline = &deadline;
  call.boxes = boxes;
  return call;
}

// Clients in threads of their own, each waiting in Run. The calls live as long as they do.
class CallQueueTest : public ::testing::Test {
 protected:
  ~CallQueueTest() override {
    for (std::thread& client : clients_) client.join();
    queue_.Close();
  }
  // A client that waits in the queue once this returns.
  Call& Come(Work work, const core::Deadline& deadline, std::span<const FaceBox> boxes = {}) {
    Call& call = calls_.emplace_back(NewCall(work, deadline, boxes));
    const std::size_t before = queue_.waiting();
    clients_.emplace_back([this, &call] { call.status = queue_.Run(call); });
    while (queue_.waiting() == before) std::this_thread::yield();
    return call;
  }

  core::MemoryMetrics metrics_;
  core::NoDeadline patient_;
  CallQueue queue_{3, metrics_};
  std::deque<Call> calls_;
  std::vector<std::thread> clients_;
};

TEST_F(CallQueueTest, HandsACallToAWorkerAndItsAnswerBack) {
  Call& call = Come(Work::kDetect, patient_);
  const std::vector<Call*> taken = queue_.Take(8);
  ASSERT_EQ(taken, std::vector<Call*>{&call});
  taken[0]->status = core::Status(core::Code::kInternal, "VISION_FAILED", "test");
  queue_.Finish(taken);
  clients_.back().join();
  clients_.clear();
  EXPECT_EQ(call.status.reason(), "VISION_FAILED");
}

TEST_F(CallQueueTest, RefusesMoreCallsThanMayWait) {
  for (int i = 0; i < 3; ++i) Come(Work::kDetect, patient_);
  Call extra = NewCall(Work::kDetect, patient_);
  const core::Status status = queue_.Run(extra);
  EXPECT_EQ(status.code(), core::Code::kResourceExhausted);
  EXPECT_EQ(status.reason(), "QUEUE_FULL");
  EXPECT_EQ(metrics_.Value(core::Counter::kQueueRejections), 1u);
  for (int i = 0; i < 3; ++i) queue_.Finish(queue_.Take(8));
}

TEST_F(CallQueueTest, DoesNotQueueACallWhoseDeadlinePassed) {
  SwitchedDeadline over;
  over.End();
  Call call = NewCall(Work::kDetect, over);
  EXPECT_EQ(queue_.Run(call).code(), core::Code::kDeadlineExceeded);
}

TEST_F(CallQueueTest, LetsAClientGoWhoseDeadlinePassesWhileItWaits) {
  SwitchedDeadline deadline;
  Call& late = Come(Work::kDetect, deadline);
  Call& next = Come(Work::kDetect, patient_);
  deadline.End();
  clients_.front().join();
  clients_.erase(clients_.begin());
  EXPECT_EQ(late.status.code(), core::Code::kDeadlineExceeded);
  const std::vector<Call*> taken = queue_.Take(8);
  EXPECT_EQ(taken, std::vector<Call*>{&next});
  queue_.Finish(taken);
}

TEST_F(CallQueueTest, BatchesEmbedCallsAsLongAsTheirFacesFit) {
  const std::vector<FaceBox> two(2);
  const std::vector<FaceBox> three(3);
  Call& first = Come(Work::kEmbed, patient_, two);
  Call& large = Come(Work::kEmbed, patient_, three);
  Call& second = Come(Work::kEmbed, patient_, two);
  const std::vector<Call*> batch = queue_.Take(4);
  EXPECT_EQ(batch, (std::vector<Call*>{&first, &second}));
  queue_.Finish(batch);
  const std::vector<Call*> rest = queue_.Take(4);
  EXPECT_EQ(rest, std::vector<Call*>{&large});
  queue_.Finish(rest);
}

TEST_F(CallQueueTest, TakesAnEmbedCallThatIsLargerThanABatch) {
  const std::vector<FaceBox> many(9);
  Call& call = Come(Work::kEmbed, patient_, many);
  const std::vector<Call*> taken = queue_.Take(8);
  EXPECT_EQ(taken, std::vector<Call*>{&call});
  queue_.Finish(taken);
}

TEST_F(CallQueueTest, NeverBatchesDetection) {
  Come(Work::kDetect, patient_);
  Come(Work::kDetect, patient_);
  for (int i = 0; i < 2; ++i) {
    const std::vector<Call*> taken = queue_.Take(8);
    EXPECT_EQ(taken.size(), 1u);
    queue_.Finish(taken);
  }
}

TEST(CallQueue, SendsWorkersHomeOnceClosed) {
  core::MemoryMetrics metrics;
  CallQueue queue(1, metrics);
  std::vector<Call*> taken(1);
  std::thread worker([&] { taken = queue.Take(8); });
  queue.Close();
  worker.join();
  EXPECT_TRUE(taken.empty());
}

TEST(CallQueueDeathTest, RefusesACallOnceClosed) {
  core::MemoryMetrics metrics;
  core::NoDeadline patient;
  CallQueue queue(1, metrics);
  queue.Close();
  Call call = NewCall(Work::kDetect, patient);
  EXPECT_DEATH(static_cast<void>(queue.Run(call)), "closed_");
}

TEST(CallQueueDeathTest, RefusesNoRoom) {
  core::MemoryMetrics metrics;
  EXPECT_DEATH(CallQueue(0, metrics), "calls_max > 0");
}

}  // namespace
}  // namespace facegate::vision
