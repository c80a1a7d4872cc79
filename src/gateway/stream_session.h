// A camera's stream in a marked lane: leases, tracks, and a decision per track.
#pragma once

#include <optional>

#include "gateway/track.h"
#include "gateway/walk.h"

namespace facegate::gateway {

// Holds a ViewPermit for as long as a lease lives: it lets frames be decoded and faces be detected.
// Each decision about a tracked face takes a permit of its own, and has a record of its own.
class LaneSession final : public StreamSession {
 public:
  LaneSession(const Parts& parts, const frame::Limits& limits, policy::Claim claim);
  // An open lease is recorded.
  ~LaneSession() override;

  core::Result<FrameResult> OnFrame(core::ByteSpan bytes, const core::Deadline& deadline) override;
  core::Result<FrameResult> Close() override;

 private:
  // Makes sure a live lease is open, or that this frame must be dropped (`lease_` empty).
  core::Status EnsureLease(FrameResult& result);
  core::Status CloseLease(FrameResult& result);
  core::Status DecideTracks(const View& view, const std::vector<Track*>& tracks,
                            const core::Deadline& deadline, FrameResult& result);
  core::Result<audit::Recorded> DecideTrack(const View& view, const Track& track,
                                            const core::Deadline& deadline);

  const Parts parts_;
  const frame::Limits limits_;
  const policy::Claim claim_;
  std::optional<policy::ViewPermit> lease_;
  core::Timestamp refused_until_;  // after a refusal nothing is asked again before this
  audit::Counts counts_;           // of the open lease
  Tracker tracker_;
};

}  // namespace facegate::gateway
