// A person sits for an enrolment: several frames, a hint about each, and the best become templates.
//
// One permit, taken before the first frame is decoded, covers all of them, and one record, at the
// end, whichever way it ends. Until that record is durable nothing is stored, and of the pictures
// nothing ever is. See docs/LIFE_OF_A_FRAME.md, "A sitting", and decision 16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "facegate/audit/outcome.h"
#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/gallery/gallery.h"

namespace facegate::gateway {

constexpr int kTemplatesPerEnrolmentMax = 3;
static_assert(kTemplatesPerEnrolmentMax <= gallery::MatchOptions{}.templates_per_person_max);
// Good frames for each template that is wanted: those to choose from.
constexpr int kGoodFramesPerTemplate = 3;
constexpr int kFramesPerSittingMax = 600;
constexpr std::size_t kBytesPerSittingMax = std::size_t{256} << 20;
constexpr std::int64_t kSittingMsDefault = 30'000;
constexpr std::int64_t kSittingMsMin = 1'000;
constexpr std::int64_t kSittingMsMax = 60'000;

// What whoever sits for an enrolment can do about the frame just seen. Never how far off it was.
enum class FrameHint {
  kGood,           // it counts
  kMoveALittle,    // it counts, but is like one before: turn or tilt the head a little
  kComeCloser,     // the face is too small
  kMoveBack,       // the face reaches past the edge
  kStepToTheMark,  // it is outside the camera's region
  kLookStraight,   // turned away, covered, or unlike itself
  kHoldStill,      // blurred
  kMoreLight,
  kLessLight,
  kOnePersonOnly,  // somebody else is in view
  kNoFace,
  kFrameUnusable,  // no picture, or the gateway was too busy to look at it
};
// The stable word of each: "MOVE_A_LITTLE".
std::string_view Word(FrameHint hint);

// Not thread-safe.
class Sitting {
 public:
  virtual ~Sitting() = default;  // one that is not over is recorded as CANCELLED

  // The recorded answer; nullptr while frames are wanted. A refusal may stand there from the start.
  virtual const audit::Recorded* result() const = 0;
  // Different good views so far, all of one person.
  virtual int views() const = 0;
  // One frame: what the person can do about it. May bring about the result: enough good frames, a
  // withdrawal, another person's face, a limit, the deadline.
  // Returns only what Ledger::Commit returns; the sitting is over then, without a result.
  // Requires: it is not over.
  virtual core::Result<FrameHint> OnFrame(core::ByteSpan bytes, const core::Deadline& deadline) = 0;
  // No more frames come. With `why` OK, what was seen is kept if it is enough; else it is why not
  // (the caller went away, its time was up), and nothing is. Ensures and requires: as OnFrame.
  virtual core::Status End(const core::Status& why) = 0;
};

}  // namespace facegate::gateway
