#include "vision/call_queue.h"

#include <algorithm>
#include <chrono>

#include "facegate/core/check.h"

namespace facegate::vision {
namespace {

// How often a waiting client looks whether its own caller gave up. A deadline cannot wake anybody.
constexpr std::chrono::milliseconds kDeadlineCheckEvery{20};

}  // namespace

CallQueue::CallQueue(int calls_max, core::Metrics& metrics)
    : calls_max_(static_cast<std::size_t>(calls_max)), metrics_(metrics) {
  FG_CHECK(calls_max > 0);
}

core::Status CallQueue::Run(Call& call) {
  FG_RETURN_IF_ERROR(call.deadline->Check());
  std::unique_lock lock(mutex_);
  FG_CHECK(!closed_);
  if (waiting_.size() >= calls_max_) {
    metrics_.Add(core::Counter::kQueueRejections);
    return core::Status(core::Code::kResourceExhausted, "QUEUE_FULL",
                        "too many pictures wait for the face engine; try again later");
  }
  waiting_.push_back(&call);
  work_.notify_one();
  while (call.state != Call::State::kDone) {
    done_.wait_for(lock, kDeadlineCheckEvery);
    if (call.state != Call::State::kWaiting) continue;
    core::Status late = call.deadline->Check();
    if (late.ok()) continue;
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &call));
    return late;
  }
  return call.status;
}

std::vector<Call*> CallQueue::Take(int faces_max) {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  std::vector<Call*> taken;
  if (waiting_.empty()) return taken;
  taken.push_back(waiting_.front());
  waiting_.pop_front();
  if (taken.front()->work == Work::kEmbed) {
    std::size_t faces = taken.front()->boxes.size();
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      const bool fits = (*it)->work == Work::kEmbed &&
                        faces + (*it)->boxes.size() <= static_cast<std::size_t>(faces_max);
      if (!fits) {
        ++it;
        continue;
      }
      faces += (*it)->boxes.size();
      taken.push_back(*it);
      it = waiting_.erase(it);
    }
  }
  for (Call* call : taken) call->state = Call::State::kRunning;
  return taken;
}

void CallQueue::Finish(std::span<Call* const> calls) {
  const std::lock_guard lock(mutex_);
  for (Call* call : calls) call->state = Call::State::kDone;
  done_.notify_all();
}

std::size_t CallQueue::waiting() {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void CallQueue::Close() {
  const std::lock_guard lock(mutex_);
  FG_CHECK(waiting_.empty());
  closed_ = true;
  work_.notify_all();
}

}  // namespace facegate::vision
