#include "apps/camera/frame_source.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "apps/cli/session.h"

namespace facegate::apps {
namespace {

using Frame = std::optional<std::string>;

constexpr int kJpegQuality = 92;
constexpr int kOpenTimeoutMs = 10'000;
constexpr int kReadTimeoutMs = 10'000;
constexpr std::size_t kDeviceDigitsMax = 3;

core::Status Lost(bool may_come_back, const std::string& what) {
  return core::Status(may_come_back ? core::Code::kUnavailable : core::Code::kNotFound,
                      "SOURCE_LOST", "the source " + what);
}

Frame Encode(const cv::Mat& picture) {
  std::vector<unsigned char> jpeg;
  const std::vector<int> options{cv::IMWRITE_JPEG_QUALITY, kJpegQuality};
  if (picture.empty() || !cv::imencode(".jpg", picture, jpeg, options)) return std::nullopt;
  return std::string(jpeg.begin(), jpeg.end());
}

// When the next frame is due. What is late is not caught up with.
class Pace {
 public:
  explicit Pace(double fps) { SetFps(fps); }
  void SetFps(double fps) {
    pause_ = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::chrono::duration<double>(1 / fps));
  }
  void Wait() {
    std::this_thread::sleep_until(next_);
    next_ = std::max(next_ + pause_, std::chrono::steady_clock::now());
  }

 private:
  std::chrono::steady_clock::duration pause_{};
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now();
};

class FolderSource final : public FrameSource {
 public:
  FolderSource(const std::string& folder, double fps) : pace_(fps) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".jpg" || extension == ".jpeg" || extension == ".png") {
        paths_.push_back(entry.path().string());
      }
    }
    std::sort(paths_.begin(), paths_.end());
  }
  core::Result<Frame> Next() override {
    if (at_ == paths_.size()) return Frame();
    pace_.Wait();
    FG_ASSIGN_OR_RETURN(std::string picture, ReadWholeFile(paths_[at_++]));
    return Frame(std::move(picture));
  }
  bool live() const override { return false; }

 private:
  Pace pace_;
  std::vector<std::string> paths_;
  std::size_t at_ = 0;
};

class FileSource final : public FrameSource {
 public:
  FileSource(std::string path, double fps) : path_(std::move(path)), fps_(fps), pace_(fps) {}

  core::Result<Frame> Next() override {
    try {
      if (!capture_.isOpened() && !Open()) return Lost(false, "cannot be opened");
      do {
        if (!capture_.grab()) return Frame();
      } while (!WantedNow());
      cv::Mat picture;
      if (!capture_.retrieve(picture)) return Lost(false, "has a frame that cannot be decoded");
      Frame frame = Encode(picture);
      if (!frame) return Lost(false, "has a frame that cannot be encoded");
      pace_.Wait();
      return frame;
    } catch (const cv::Exception&) {
      return Lost(false, "cannot be read");
    }
  }
  bool live() const override { return false; }

 private:
  bool Open() {
    if (!capture_.open(path_)) return false;
    const double film_fps = capture_.get(cv::CAP_PROP_FPS);
    if (std::isfinite(film_fps) && film_fps > fps_) share_ = fps_ / film_fps;
    if (std::isfinite(film_fps) && film_fps > 0) pace_.SetFps(std::min(fps_, film_fps));
    return true;
  }
  // Of a film of 30 frames a second, 5 want every sixth: whenever another whole one is due.
  bool WantedNow() {
    const auto due = static_cast<std::int64_t>(static_cast<double>(grabbed_++) * share_);
    return std::exchange(last_due_, due) != due;
  }

  const std::string path_;
  const double fps_;
  Pace pace_;
  double share_ = 1;
  std::int64_t grabbed_ = 0;
  std::int64_t last_due_ = -1;
  cv::VideoCapture capture_;
};

// A thread takes every frame as it comes; left alone, drivers and networks would queue them, and
// the gateway would be asked about people who left long ago. Only what is wanted is encoded.
class LiveSource final : public FrameSource {
 public:
  LiveSource(std::string source, bool device, double fps)
      : source_(std::move(source)), device_(device), pace_(fps) {}
  ~LiveSource() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    if (reader_.joinable()) reader_.join();
  }

  core::Result<Frame> Next() override {
    pace_.Wait();
    std::unique_lock lock(mutex_);
    if (!reader_.joinable()) {
      lost_.clear();
      reader_ = std::thread([this] { Read(); });
    }
    wanted_ = true;
    changed_.wait(lock, [&] { return !wanted_ || !lost_.empty(); });
    if (lost_.empty()) return Frame(std::move(frame_));
    lock.unlock();
    reader_.join();
    return Lost(true, lost_);
  }
  bool live() const override { return true; }

 private:
  void Read() {
    std::string why;
    try {
      why = ReadUntilLost();
    } catch (const cv::Exception&) {
      why = "failed";
    }
    const std::lock_guard lock(mutex_);
    lost_ = why;
    changed_.notify_one();
  }
  // Gives why it ended.
  std::string ReadUntilLost() {
    cv::VideoCapture capture;
    if (!Open(capture)) return "cannot be opened";
    cv::Mat picture;
    while (capture.grab()) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return "is closed";
        if (!wanted_) continue;
      }
      if (!capture.retrieve(picture)) return "gave a frame that cannot be decoded";
      Frame frame = Encode(picture);
      if (!frame) return "gave a frame that cannot be encoded";
      const std::lock_guard lock(mutex_);
      frame_ = *std::move(frame);
      wanted_ = false;
      changed_.notify_one();
    }
    return "gave no frame";
  }
  bool Open(cv::VideoCapture& capture) const {
    if (device_) return capture.open(std::stoi(source_), cv::CAP_V4L2);
    return capture.open(source_, cv::CAP_FFMPEG,
                        {cv::CAP_PROP_OPEN_TIMEOUT_MSEC, kOpenTimeoutMs,
                         cv::CAP_PROP_READ_TIMEOUT_MSEC, kReadTimeoutMs});
  }

  const std::string source_;
  const bool device_;
  Pace pace_;
  std::thread reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool wanted_ = false;
  std::string frame_;
  std::string lost_;  // why the reader ended; empty while it reads
};

bool IsDevice(const std::string& source) {
  return !source.empty() && source.size() <= kDeviceDigitsMax &&
         std::all_of(source.begin(), source.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::unique_ptr<FrameSource> OpenSource(const std::string& source, double fps) {
  std::error_code error;
  if (std::filesystem::is_directory(source, error)) {
    return std::make_unique<FolderSource>(source, fps);
  }
  if (std::filesystem::exists(source, error)) return std::make_unique<FileSource>(source, fps);
  const bool device = IsDevice(source);
  if (device || source.find("://") != std::string::npos) {
    return std::make_unique<LiveSource>(source, device, fps);
  }
  return std::make_unique<FileSource>(source, fps);
}

}  // namespace facegate::apps
