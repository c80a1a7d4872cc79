// A camera at a door whose people hold their templates: whoever shows the code of a holder token is
// authorized with the frame that it is in. No other frame leaves the camera's side.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "apps/camera/code_reader.h"
#include "apps/camera/frame_source.h"
#include "apps/camera/stop_request.h"
#include "apps/cli/session.h"

namespace facegate::apps {

struct DoorFlags {
  std::string camera;
  std::string purpose;
  int frames_max = 0;     // requests, then it ends; 0: never
  int same_token_ms = 0;  // how long a token that was answered is not sent again
};

// Not thread-safe.
class Door {
 public:
  // `session` and `stop` must outlive it.
  Door(Session& session, DoorFlags flags, std::unique_ptr<FrameSource> source, StopRequest& stop)
      : session_(session), flags_(std::move(flags)), source_(std::move(source)), stop_(stop) {}

  // Until the source ends or it is told to stop; an error of either side ends a run, and the next
  // run goes on.
  core::Status Run();
  // Frames sent.
  int sent() const { return sent_; }

 private:
  // The holder token in a frame; empty: there is none.
  std::string TokenIn(const std::string& frame);
  bool WasAnswered(const std::string& token) const;
  core::Status Ask(const std::string& frame, const std::string& token);

  Session& session_;
  const DoorFlags flags_;
  std::unique_ptr<FrameSource> source_;
  StopRequest& stop_;
  CodeReader reader_;
  std::string last_token_;
  std::chrono::steady_clock::time_point answered_at_;
  int sent_ = 0;
};

}  // namespace facegate::apps
