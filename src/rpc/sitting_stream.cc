#include "rpc/sitting_stream.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "facegate/core/bytes.h"
#include "facegate/core/check.h"
#include "rpc/gateway_messages.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

// After its time a sitting ends with the next frame, which can be answered. Only a client that
// sends none is cut off, so much later.
constexpr std::chrono::milliseconds kSilence{2'000};

// Ends a call that takes too long: reading waits for as long as a client says nothing.
class CallTimer {
 public:
  CallTimer(grpc::ServerContext& context, std::chrono::milliseconds time)
      : thread_([this, &context, time] {
          std::unique_lock lock(mutex_);
          if (changed_.wait_for(lock, time, [this] { return stopped_; })) return;
          fired_ = true;
          context.TryCancel();
        }) {}
  ~CallTimer() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;

  bool fired() {
    const std::lock_guard lock(mutex_);
    return fired_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  bool fired_ = false;
  std::thread thread_;  // the last: it uses the others
};

v1::EnrollFromFramesResponse Progress(const gateway::Sitting& sitting, int templates,
                                      Detail detail) {
  v1::EnrollFromFramesResponse response;
  response.set_views(sitting.views());
  response.set_views_wanted(templates);
  if (sitting.result() != nullptr) *response.mutable_answer() = ToAnswer(*sitting.result(), detail);
  return response;
}

// Reads frames until there is a result, or no more come. OK, then, or why it is no use to go on.
Status AnswerFrames(SittingStream& stream, gateway::Sitting& sitting, int templates,
                    const Call& call, Detail detail) {
  for (std::int64_t number = 1; sitting.result() == nullptr; ++number) {
    v1::EnrollFromFramesRequest request;  // a picture: gone before the next is read
    if (!stream.Read(&request)) break;
    if (!request.has_frame()) {
      return Status(Code::kInvalidArgument, "STREAM_FRAME_MISSING",
                    "every message after the first is a frame");
    }
    FG_ASSIGN_OR_RETURN(const gateway::FrameHint hint,
                        sitting.OnFrame(core::AsBytes(request.frame()), call.deadline));
    v1::EnrollFromFramesResponse response = Progress(sitting, templates, detail);
    response.set_frame_number(number);
    response.set_hint(ToProto(hint));
    if (!stream.Write(response)) break;
  }
  return call.deadline.Check();
}

}  // namespace

v1::FrameHint ToProto(gateway::FrameHint hint) {
  const std::string name = "FRAME_HINT_" + std::string(gateway::Word(hint));
  v1::FrameHint proto = v1::FRAME_HINT_UNSPECIFIED;
  FG_CHECK(v1::FrameHint_Parse(name, &proto));  // a test walks both vocabularies
  return proto;
}

Status ServeSitting(gateway::Gateway& gateway, grpc::ServerContext& context, SittingStream& stream,
                    const v1::EnrollFromFramesRequest& first, const Call& call) {
  if (!first.has_config()) {
    return Status(Code::kInvalidArgument, "STREAM_CONFIG_MISSING",
                  "the first message of a stream is its config");
  }
  FG_ASSIGN_OR_RETURN(const policy::Claim claim, ToClaim(first.config(), call.caller));
  FG_ASSIGN_OR_RETURN(const int templates, TemplatesOf(first.config()));
  const Detail detail = DetailFor(call.caller.role);
  FG_ASSIGN_OR_RETURN(const std::unique_ptr<gateway::Sitting> sitting,
                      gateway.OpenSitting(claim, templates));
  CallTimer timer(context, std::chrono::milliseconds(claim.lease_ms) + kSilence);
  if (!stream.Write(Progress(*sitting, templates, detail))) return call.deadline.Check();
  Status status = AnswerFrames(stream, *sitting, templates, call, detail);
  if (sitting->result() != nullptr) return status;
  if (timer.fired()) {
    status = Status(Code::kDeadlineExceeded, "SITTING_OVER", "no frame came before time was up");
  }
  FG_RETURN_IF_ERROR(sitting->End(status));
  stream.Write(Progress(*sitting, templates, detail));
  return status;
}

}  // namespace facegate::rpc
