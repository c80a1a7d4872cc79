// Whether a program of the camera's side was told to end.
#pragma once

#include <chrono>
#include <optional>

#include "apps/signals.h"

namespace facegate::apps {

// Whether somebody wants it to end. The lease is closed before it does; a second signal ends it at
// once.
class StopRequest {
 public:
  // True once it is wanted; waits for that so long at most.
  bool Within(std::chrono::milliseconds time) {
    if (signals_ && signals_->WaitFor(time)) signals_.reset();
    return !signals_;
  }
  bool came() { return Within(std::chrono::milliseconds(0)); }

 private:
  std::optional<Signals> signals_{std::in_place};
};

}  // namespace facegate::apps
