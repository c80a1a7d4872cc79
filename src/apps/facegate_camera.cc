// A camera's side: sends the frames of a source to the gateway, those of a lane as a stream and
// those of a door with the holder token that somebody shows, and says what was decided.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include "apps/camera/door.h"
#include "apps/camera/frame_source.h"
#include "apps/camera/stop_request.h"
#include "apps/cli/global_flags.h"
#include "apps/cli/session.h"

namespace facegate::apps {
namespace {

constexpr int kBackoffMsMin = 500;
constexpr int kBackoffMsMax = 30'000;

struct CameraFlags {
  std::string source;
  std::string camera;
  std::string purpose;
  double fps = 5;
  int lease_ms = 2'000;
  int frames_max = 0;  // 0: until the source ends
  bool door = false;
  int same_token_ms = 3'000;
};

void SayAnswers(const Session& session, const core::Json& response) {
  if (session.json()) {
    session.Say(response.Dump());
    std::cout.flush();
    return;
  }
  for (const char* list : {"decisions", "closedLeases"}) {
    const core::Json& answers = MemberOrNull(response, list);
    if (!answers.is_array()) continue;
    for (const core::Json& answer : answers.AsArray()) {
      session.Say(std::string(list) + " " + ShortWord(answer.StringOr("verdict", ""), "VERDICT_") +
                  " " + ShortWord(answer.StringOr("reason", ""), "REASON_") + " record " +
                  std::to_string(MemberOrNull(answer, "receipt").IntOr("index", 0)));
    }
  }
  std::cout.flush();  // whoever reads it waits at a door
}

// Sends frames until the source ends or it is told to stop; an error of either side ends a run, and
// the next run goes on.
class Streamer {
 public:
  Streamer(Session& session, const CameraFlags& flags, StopRequest& stop)
      : session_(session),
        flags_(flags),
        stop_(stop),
        source_(OpenSource(flags.source, flags.fps)) {}

  core::Status Run() {
    std::optional<client::FrameStream> stream;
    core::Status status;
    while ((flags_.frames_max == 0 || sent_ < flags_.frames_max) && !stop_.came()) {
      status = Fetch();
      if (!status.ok() || !frame_) break;
      if (!stream) FG_RETURN_IF_ERROR(Open(stream));
      FG_RETURN_IF_ERROR(SendOne(*stream));
    }
    if (!stream) return status;
    // Also where the source is lost: the lease ends now and not when somebody notices.
    FG_ASSIGN_OR_RETURN(const core::Json last, stream->Close());
    SayAnswers(session_, last);
    return status;
  }

  int sent() const { return sent_; }

 private:
  // Makes the next frame ready; none is at the end.
  core::Status Fetch() {
    if (frame_) return core::Status::Ok();
    FG_ASSIGN_OR_RETURN(frame_, source_->Next());
    return core::Status::Ok();
  }

  core::Status Open(std::optional<client::FrameStream>& stream) {
    core::Json config = core::Json::MakeObject();
    config.Set("camera", session_.FullName(flags_.camera));
    config.Set("purpose", session_.FullName(flags_.purpose));
    config.Set("lease_duration", std::to_string(flags_.lease_ms / 1000.0) + "s");
    FG_ASSIGN_OR_RETURN(client::Client * client, session_.Connect());
    FG_ASSIGN_OR_RETURN(client::FrameStream opened, client->OpenFrames(config));
    stream.emplace(std::move(opened));
    return core::Status::Ok();
  }

  core::Status SendOne(client::FrameStream& stream) {
    const core::Result<core::Json> response = stream.Send(core::AsBytes(*frame_));
    // A film goes on where it was interrupted. Of a live camera, the next frame is the one to send:
    // who stood there before the gateway was back may have left.
    if (response.ok() || source_->live()) frame_.reset();
    FG_RETURN_IF_ERROR(response.status());
    ++sent_;
    SayAnswers(session_, *response);
    return core::Status::Ok();
  }

  Session& session_;
  const CameraFlags& flags_;
  StopRequest& stop_;
  std::unique_ptr<FrameSource> source_;
  std::optional<std::string> frame_;  // read and not yet answered
  int sent_ = 0;
};

// Whether it passes by itself: a gateway that restarts or is busy, a source that is away.
bool WorthRetrying(const core::Status& status) {
  return status.code() == core::Code::kUnavailable || status.code() == core::Code::kCancelled ||
         status.reason() == "QUEUE_FULL" || status.reason() == "STREAM_ENDED";
}

// Sends, and starts again with growing pauses while source or gateway is away.
template <class Sender>
core::Result<Exit> Send(Sender& sender, StopRequest& stop) {
  int backoff_ms = kBackoffMsMin;
  while (true) {
    const int sent_before = sender.sent();
    const core::Status status = sender.Run();
    if (status.ok() || stop.came()) {
      std::cerr << "facegate_camera: sent " << sender.sent() << " frames\n";
      return Exit::kYes;
    }
    if (!WorthRetrying(status)) return status;
    if (sender.sent() > sent_before) backoff_ms = kBackoffMsMin;
    std::cerr << "facegate_camera: " << status.ToString() << "; again in " << backoff_ms << " ms\n";
    if (stop.Within(std::chrono::milliseconds(backoff_ms))) continue;
    backoff_ms = std::min(backoff_ms * 2, kBackoffMsMax);
  }
}

core::Result<Exit> Watch(Session& session, const CameraFlags& flags, StopRequest& stop) {
  if (flags.door) {
    Door door(session, {flags.camera, flags.purpose, flags.frames_max, flags.same_token_ms},
              OpenSource(flags.source, flags.fps), stop);
    return Send(door, stop);
  }
  Streamer streamer(session, flags, stop);
  return Send(streamer, stop);
}

}  // namespace
}  // namespace facegate::apps

int main(int argc, char** argv) {
  using facegate::apps::Exit;
  facegate::apps::StopRequest stop;
  CLI::App app("facegate_camera: streams a camera's frames to facegated.");
  app.footer(
      "Examples:\n"
      "  facegate_camera --operator acme --camera sites/lobby/cameras/lane\n"
      "      --purpose purposes/building_access --fps 5 rtsp://camera.example/stream\n"
      "  facegate_camera ... frames/      the pictures of a folder, by name\n"
      "  facegate_camera ... film.avi     a video file, at its own speed\n"
      "  facegate_camera ... 0            the first V4L2 device\n"
      "  facegate_camera --door ... 0     at a door, as a controller: sends a frame only where\n"
      "                                   somebody shows the code of a holder token in it");
  facegate::apps::Session session;
  facegate::apps::CameraFlags flags;
  facegate::apps::AddGlobalFlags(app, session.flags());
  app.add_option("source", flags.source, "Folder of pictures, video file, device number or address")
      ->required();
  app.add_option("--camera", flags.camera, "Its name in the register")
      ->required()
      ->envname("FACEGATE_CAMERA");
  app.add_option("--purpose", flags.purpose, "What for")->required()->envname("FACEGATE_PURPOSE");
  app.add_option("--fps", flags.fps, "Frames a second, at most")->check(CLI::Range(0.1, 60.0));
  app.add_option("--lease-ms", flags.lease_ms, "How long a lease lives")
      ->check(CLI::Range(100, 10'000));
  app.add_option("--frames", flags.frames_max, "Stop after so many")->check(CLI::NonNegativeNumber);
  app.add_flag("--door", flags.door, "Authorizes whoever shows a holder token; sends nothing else");
  app.add_option("--same-token-ms", flags.same_token_ms,
                 "With --door: how long a token that was answered is not sent again")
      ->check(CLI::Range(0, 600'000));
  CLI11_PARSE(app, argc, argv);
  session.SetAction([&] { return facegate::apps::Watch(session, flags, stop); });
  return static_cast<int>(session.Run());
}
