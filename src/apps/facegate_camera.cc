// A camera's side: sends the frames of a source to the gateway, and says what was decided.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <optional>
#include <thread>

#include "apps/cli/global_flags.h"
#include "apps/cli/session.h"

namespace facegate::apps {
namespace {

constexpr int kBackoffMsMin = 500;
constexpr int kBackoffMsMax = 30'000;
constexpr int kJpegQuality = 92;

struct CameraFlags {
  std::string source;
  std::string camera;
  std::string purpose;
  double fps = 5;
  int lease_ms = 2'000;
  int frames_max = 0;  // 0: until the source ends
};

// Where frames come from: encoded pictures, one at a time.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  // The next frame; nothing at the end. Returns UNAVAILABLE SOURCE_LOST where it may come back.
  virtual core::Result<std::optional<std::string>> Next() = 0;
};

// The pictures of a folder by name, as they are.
class FolderSource final : public FrameSource {
 public:
  explicit FolderSource(const std::string& folder) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".jpg" || extension == ".jpeg" || extension == ".png") {
        paths_.push_back(entry.path().string());
      }
    }
    std::sort(paths_.begin(), paths_.end());
  }
  core::Result<std::optional<std::string>> Next() override {
    if (at_ == paths_.size()) return std::optional<std::string>();
    FG_ASSIGN_OR_RETURN(std::string picture, ReadWholeFile(paths_[at_++]));
    return std::optional<std::string>(std::move(picture));
  }

 private:
  std::vector<std::string> paths_;
  std::size_t at_ = 0;
};

// What OpenCV can open: a file, a V4L2 device by its number, an RTSP address.
class VideoSource final : public FrameSource {
 public:
  explicit VideoSource(std::string source)
      : source_(std::move(source)), live_(IsDevice() || source_.starts_with("rtsp")) {}

  core::Result<std::optional<std::string>> Next() override {
    try {
      if (!capture_.isOpened() && !Open()) return Lost("cannot be opened");
      cv::Mat frame;
      if (!capture_.read(frame) || frame.empty()) {
        capture_.release();
        if (live_) return Lost("gave no frame");
        return std::optional<std::string>();
      }
      std::vector<unsigned char> jpeg;
      if (!cv::imencode(".jpg", frame, jpeg, {cv::IMWRITE_JPEG_QUALITY, kJpegQuality})) {
        return Lost("gave a frame that cannot be encoded");
      }
      return std::optional<std::string>(std::string(jpeg.begin(), jpeg.end()));
    } catch (const cv::Exception&) {
      return Lost("failed");
    }
  }

 private:
  bool IsDevice() const {
    return !source_.empty() && std::all_of(source_.begin(), source_.end(), ::isdigit) &&
           source_.size() < 4;
  }
  bool Open() { return IsDevice() ? capture_.open(std::stoi(source_)) : capture_.open(source_); }
  core::Status Lost(const std::string& what) {
    return core::Status(live_ ? core::Code::kUnavailable : core::Code::kNotFound, "SOURCE_LOST",
                        "the source " + what);
  }

  const std::string source_;
  const bool live_;
  cv::VideoCapture capture_;
};

std::unique_ptr<FrameSource> OpenSource(const std::string& source) {
  std::error_code error;
  if (std::filesystem::is_directory(source, error)) return std::make_unique<FolderSource>(source);
  return std::make_unique<VideoSource>(source);
}

void SayAnswers(const Session& session, const core::Json& response) {
  if (session.json()) {
    session.Say(response.Dump());
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
}

// Sends frames at the wanted pace until the source ends; gives the error that ended it otherwise.
class Streamer {
 public:
  Streamer(Session& session, const CameraFlags& flags)
      : session_(session), flags_(flags), source_(OpenSource(flags.source)) {}

  core::Status Run() {
    core::Json config = core::Json::MakeObject();
    config.Set("camera", session_.FullName(flags_.camera));
    config.Set("purpose", session_.FullName(flags_.purpose));
    config.Set("lease_duration", std::to_string(flags_.lease_ms / 1000.0) + "s");
    FG_ASSIGN_OR_RETURN(client::Client * client, session_.Connect());
    FG_ASSIGN_OR_RETURN(client::FrameStream stream, client->OpenFrames(config));
    const auto pause = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(1 / flags_.fps));
    auto next = std::chrono::steady_clock::now();
    while (flags_.frames_max == 0 || sent_ < flags_.frames_max) {
      FG_ASSIGN_OR_RETURN(const std::optional<std::string> frame, source_->Next());
      if (!frame) break;
      std::this_thread::sleep_until(next);
      next = std::max(next + pause, std::chrono::steady_clock::now());
      FG_ASSIGN_OR_RETURN(const core::Json response, stream.Send(core::AsBytes(*frame)));
      ++sent_;
      SayAnswers(session_, response);
    }
    FG_ASSIGN_OR_RETURN(const core::Json last, stream.Close());
    SayAnswers(session_, last);
    return core::Status::Ok();
  }

  int sent() const { return sent_; }

 private:
  Session& session_;
  const CameraFlags& flags_;
  std::unique_ptr<FrameSource> source_;
  int sent_ = 0;
};

// Streams, and starts again with growing pauses while source or gateway is away.
core::Result<Exit> Stream(Session& session, const CameraFlags& flags) {
  Streamer streamer(session, flags);
  int backoff_ms = kBackoffMsMin;
  while (true) {
    const int sent_before = streamer.sent();
    const core::Status status = streamer.Run();
    if (status.ok()) {
      std::cerr << "facegate_camera: sent " << streamer.sent() << " frames\n";
      return Exit::kYes;
    }
    if (status.code() != core::Code::kUnavailable) return status;
    if (streamer.sent() > sent_before) backoff_ms = kBackoffMsMin;
    std::cerr << "facegate_camera: " << status.ToString() << "; again in " << backoff_ms << " ms\n";
    std::this_thread::sleep_for(std::chrono::milliseconds(backoff_ms));
    backoff_ms = std::min(backoff_ms * 2, kBackoffMsMax);
  }
}

}  // namespace
}  // namespace facegate::apps

int main(int argc, char** argv) {
  using facegate::apps::Exit;
  CLI::App app("facegate_camera: streams a camera's frames to facegated.");
  app.footer(
      "Examples:\n"
      "  facegate_camera --operator acme --camera sites/lobby/cameras/lane\n"
      "      --purpose purposes/building_access --fps 5 rtsp://camera.example/stream\n"
      "  facegate_camera ... frames/      the pictures of a folder, by name\n"
      "  facegate_camera ... 0            the first V4L2 device");
  facegate::apps::Session session;
  facegate::apps::CameraFlags flags;
  facegate::apps::AddGlobalFlags(app, session.flags());
  app.add_option("source", flags.source, "Folder of pictures, video file, device number or address")
      ->required();
  app.add_option("--camera", flags.camera, "Its name in the register")
      ->required()
      ->envname("FACEGATE_CAMERA");
  app.add_option("--purpose", flags.purpose, "What for")->required()->envname("FACEGATE_PURPOSE");
  app.add_option("--fps", flags.fps, "Frames a second")->check(CLI::Range(0.1, 60.0));
  app.add_option("--lease-ms", flags.lease_ms, "How long a lease lives")
      ->check(CLI::Range(100, 10'000));
  app.add_option("--frames", flags.frames_max, "Stop after so many")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);
  session.SetAction([&] { return facegate::apps::Stream(session, flags); });
  return static_cast<int>(session.Run());
}
