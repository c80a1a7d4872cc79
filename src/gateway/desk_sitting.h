// A sitting at an enrolment desk or kiosk: hints, and a choice among good frames.
#pragma once

#include <memory>
#include <optional>

#include "facegate/gateway/sitting.h"
#include "gateway/best_views.h"
#include "gateway/seats.h"
#include "gateway/walk.h"

namespace facegate::gateway {

// The hint for a picture in which no face is clearly the one meant; nothing where one is.
std::optional<FrameHint> HintOfView(const View& view, const policy::Capture& capture);
// The hint for a face that the gate did not pass. Requires: issue is not kNone.
FrameHint HintOfIssue(vision::QualityIssue issue);

// Holds a ViewPermit until the first frame with one face in view, then the Permit that Admit makes
// of it; spends whichever it holds in the one record.
class DeskSitting final : public Sitting {
 public:
  // Requires: 0 < templates <= kTemplatesPerEnrolmentMax.
  DeskSitting(const Parts& parts, const frame::Limits& limits, int templates, Seat seat);
  ~DeskSitting() override;

  // Decides. Once, before anything else.
  core::Status Begin(const policy::Claim& claim);

  const audit::Recorded* result() const override { return result_ ? &*result_ : nullptr; }
  int views() const override { return static_cast<int>(views_.size()); }
  core::Result<FrameHint> OnFrame(core::ByteSpan bytes, const core::Deadline& deadline) override;
  core::Status End(const core::Status& why) override;

 private:
  bool holds_permit() const { return view_permit_.has_value() || permit_.has_value(); }
  const policy::ViewPermit& sight() const { return permit_ ? permit_->view() : *view_permit_; }

  // What ends the sitting before this frame is looked at.
  std::optional<audit::Outcome> EndBefore(core::ByteSpan bytes);
  core::Result<FrameHint> OnView(const View& view, const core::Deadline& deadline);
  core::Result<FrameHint> OnFace(const View& view, const vision::FaceBox& box,
                                 const core::Deadline& deadline);
  core::Result<FrameHint> OnGoodFace(vision::Face face);
  // A stage failed: a frame that is no use, or the end.
  core::Result<FrameHint> OnFailure(const core::Status& status);
  bool HasEnough() const;

  // The ends, each of which spends the permit and sets the result.
  core::Status Keep();
  core::Status Refuse(model::Reason reason, std::string detail = {});
  core::Status Finish(audit::Outcome outcome);
  core::Result<audit::Recorded> Commit(audit::Outcome outcome, storage::Changes changes);

  const Parts parts_;
  const frame::Limits limits_;
  const int templates_;
  std::optional<Seat> seat_;
  std::optional<policy::ViewPermit> view_permit_;
  std::optional<policy::Permit> permit_;
  std::optional<audit::Recorded> result_;
  BestViews views_;
  int good_frames_ = 0;
  int frames_ = 0;
  std::size_t bytes_ = 0;
  std::optional<FrameHint> last_problem_;
  audit::Counts counts_;
};

}  // namespace facegate::gateway
