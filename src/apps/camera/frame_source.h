// Where a camera's frames come from: a folder of pictures, a video file, a device, an address.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "facegate/core/status.h"

namespace facegate::apps {

// Encoded pictures, one at a time. Not thread-safe.
class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // Waits until the next frame is due and gives it; nothing at the end.
  // Returns UNAVAILABLE SOURCE_LOST where the source may come back: the next call opens it again.
  // Returns NOT_FOUND SOURCE_LOST, or FILE_UNREADABLE, where it will not.
  virtual core::Result<std::optional<std::string>> Next() = 0;

  // Shows what is happening now: a frame that could not be sent is not worth sending later.
  virtual bool live() const = 0;
};

// Opens nothing before the first frame is wanted. Gives at most `fps` frames a second:
//   a folder    its .jpg, .jpeg and .png by name, as they are
//   a file      what OpenCV reads, at the film's own speed; frames in between are left out
//   a number    that V4L2 device; an address ("rtsp://", "http://"): that stream. Both are read as
//               fast as they deliver, so that what is given is what is seen at that moment.
std::unique_ptr<FrameSource> OpenSource(const std::string& source, double fps);

}  // namespace facegate::apps
