// Calls of clients that wait for a worker: bounded, first come first served.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <vector>

#include "facegate/core/metrics.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/frame/image.h"
#include "facegate/policy/claim.h"
#include "facegate/vision/face.h"

namespace facegate::vision {

enum class Work { kDetect, kEmbed };

// One call and its answer. It lives on its client's stack and refers to what the client holds, so a
// client never leaves while a worker has it.
struct Call {
  Work work = Work::kDetect;
  const frame::Image* image = nullptr;
  const core::Deadline* deadline = nullptr;
  policy::Capture capture;         // detect
  std::span<const FaceBox> boxes;  // embed

  core::Status status;
  std::vector<FaceBox> found;
  EmbeddedFaces embedded;

  enum class State { kWaiting, kRunning, kDone };
  State state = State::kWaiting;  // the queue's
};

// Thread-safe.
class CallQueue {
 public:
  // `metrics` must outlive it. Counts kQueueRejections.
  CallQueue(int calls_max, core::Metrics& metrics);

  // Waits until a worker has answered `call`; returns its status. Returns RESOURCE_EXHAUSTED
  // QUEUE_FULL at once if too many wait, and the deadline's status if it passes before a worker
  // takes the call.
  core::Status Run(Call& call);

  // For workers: waits for a call. One to embed brings along the embed calls that wait behind it,
  // as long as all their boxes together are at most `faces_max`. Nothing once closed.
  std::vector<Call*> Take(int faces_max);
  // For workers: the answer is in the call.
  void Finish(std::span<Call* const> calls);

  // How many calls wait now.
  std::size_t waiting();

  // Lets workers go home. No client may wait or come.
  void Close();

 private:
  const std::size_t calls_max_;
  core::Metrics& metrics_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  std::deque<Call*> waiting_;
  bool closed_ = false;
};

}  // namespace facegate::vision
