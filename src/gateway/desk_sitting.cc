#include "gateway/desk_sitting.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace facegate::gateway {
namespace {

using core::Result;
using core::Status;
using model::Reason;

// More than are kept, so that one that turns out better has something to replace.
constexpr std::size_t kViewsMax = std::size_t{2} * kTemplatesPerEnrolmentMax;

// What passes with the next frame.
bool IsOfTheFrame(const Status& status) {
  const Reason reason = ReasonOfFault(status);
  return reason == Reason::kImageInvalid || reason == Reason::kImageTooLarge ||
         status.reason() == "QUEUE_FULL";
}

}  // namespace

std::string_view Word(FrameHint hint) {
  switch (hint) {
    case FrameHint::kGood:
      return "GOOD";
    case FrameHint::kMoveALittle:
      return "MOVE_A_LITTLE";
    case FrameHint::kComeCloser:
      return "COME_CLOSER";
    case FrameHint::kMoveBack:
      return "MOVE_BACK";
    case FrameHint::kStepToTheMark:
      return "STEP_TO_THE_MARK";
    case FrameHint::kLookStraight:
      return "LOOK_STRAIGHT";
    case FrameHint::kHoldStill:
      return "HOLD_STILL";
    case FrameHint::kMoreLight:
      return "MORE_LIGHT";
    case FrameHint::kLessLight:
      return "LESS_LIGHT";
    case FrameHint::kOnePersonOnly:
      return "ONE_PERSON_ONLY";
    case FrameHint::kNoFace:
      return "NO_FACE";
    case FrameHint::kFrameUnusable:
      return "FRAME_UNUSABLE";
  }
  return "UNKNOWN";
}

std::optional<FrameHint> HintOfView(const View& view, const policy::Capture& capture) {
  if (view.boxes.empty()) return FrameHint::kNoFace;
  const std::vector<vision::FaceBox> eligible = view.Eligible();
  if (eligible.empty()) {
    const bool large_enough =
        std::any_of(view.boxes.begin(), view.boxes.end(),
                    [&](const vision::FaceBox& box) { return box.width() >= capture.min_face_px; });
    return large_enough ? FrameHint::kStepToTheMark : FrameHint::kComeCloser;
  }
  if (!ChooseOne(eligible).box) return FrameHint::kOnePersonOnly;
  return std::nullopt;
}

FrameHint HintOfIssue(vision::QualityIssue issue) {
  switch (issue) {
    case vision::QualityIssue::kNone:
      break;
    case vision::QualityIssue::kTooSmall:
      return FrameHint::kComeCloser;
    case vision::QualityIssue::kCutOff:
      return FrameHint::kMoveBack;
    case vision::QualityIssue::kPose:
    case vision::QualityIssue::kImplausibleLandmarks:
      return FrameHint::kLookStraight;
    case vision::QualityIssue::kBlurred:
      return FrameHint::kHoldStill;
    case vision::QualityIssue::kTooDark:
      return FrameHint::kMoreLight;
    case vision::QualityIssue::kTooBright:
      return FrameHint::kLessLight;
  }
  FG_CHECK(false && "a face that passed has no issue");
}

DeskSitting::DeskSitting(const Parts& parts, const frame::Limits& limits, int templates, Seat seat)
    : parts_(parts),
      limits_(limits),
      templates_(templates),
      seat_(std::move(seat)),
      views_(kViewsMax) {
  FG_CHECK(templates > 0 && templates <= kTemplatesPerEnrolmentMax);
}

DeskSitting::~DeskSitting() {
  if (!holds_permit()) return;
  const Status ended = Refuse(Reason::kCancelled);
  if (!ended.ok()) parts_.logger.Error("sitting_not_recorded", {{"reason", ended.reason()}});
}

Status DeskSitting::Begin(const policy::Claim& claim) {
  FG_CHECK(!holds_permit() && !result_);
  FG_RETURN_IF_ERROR(parts_.ledger.MayAnswer(claim.camera.op));
  parts_.metrics.Add(core::Counter::kRequests);
  policy::Decision decision = parts_.engine.Decide(claim);
  if (auto* denial = std::get_if<policy::Denial>(&decision)) {
    seat_.reset();
    FG_ASSIGN_OR_RETURN(audit::Recorded recorded, parts_.ledger.Commit(std::move(*denial), {}));
    result_.emplace(std::move(recorded));
    return Status::Ok();
  }
  view_permit_.emplace(std::get<policy::ViewPermit>(std::move(decision)));
  // A token holds one template, and is handed out for one picture (Gateway::Enroll).
  if (view_permit_->scope().custody == model::TemplateCustody::kHolder) {
    return Refuse(Reason::kFault, "CUSTODY_IS_THE_HOLDERS");
  }
  // Who has no room for them is not looked at in vain.
  if (parts_.gallery.RoomFor(*view_permit_) >= templates_) return Status::Ok();
  return Refuse(Reason::kFault, "TEMPLATES_MAX");
}

Result<FrameHint> DeskSitting::OnFrame(core::ByteSpan bytes, const core::Deadline& deadline) {
  FG_CHECK(holds_permit());
  ++frames_;
  if (auto end = EndBefore(bytes)) {
    FG_RETURN_IF_ERROR(Finish(*std::move(end)));
    return FrameHint::kFrameUnusable;
  }
  auto view = Look(parts_, limits_, sight(), bytes, deadline);
  FG_ASSIGN_OR_RETURN(const FrameHint hint,
                      view.ok() ? OnView(*view, deadline) : OnFailure(view.status()));
  if (hint != FrameHint::kGood) last_problem_ = hint;
  if (!result_ && HasEnough()) FG_RETURN_IF_ERROR(Keep());
  return hint;
}

std::optional<audit::Outcome> DeskSitting::EndBefore(core::ByteSpan bytes) {
  const auto refused = [this](Reason reason, const char* detail) {
    return Refused(sight().grounds(), reason, counts_, detail);
  };
  if (frames_ > kFramesPerSittingMax) return refused(Reason::kPoorQuality, "FRAMES_MAX");
  bytes_ += bytes.size();
  if (bytes_ > kBytesPerSittingMax) return refused(Reason::kPoorQuality, "BYTES_MAX");
  if (!parts_.engine.StillStands(sight())) return refused(Reason::kConsentMoved, "");
  return std::nullopt;
}

Result<FrameHint> DeskSitting::OnView(const View& view, const core::Deadline& deadline) {
  const policy::FacesInView faces = view.faces();
  ++counts_.frames;
  counts_.faces_seen += faces.total;
  if (const auto hint = HintOfView(view, sight().capture())) return *hint;
  // What a rule refuses of one frame, such as a passer-by in view, the next may not show.
  if (!parts_.engine.LetsUse(sight(), faces)) return FrameHint::kOnePersonOnly;
  if (!permit_) {
    policy::ViewPermit admitted = std::move(*view_permit_);
    view_permit_.reset();
    policy::Admission admission = parts_.engine.Admit(std::move(admitted), faces);
    if (auto* denial = std::get_if<policy::Denial>(&admission)) {  // its time was up just now
      seat_.reset();
      audit::Outcome outcome;
      outcome.counts = counts_;
      FG_ASSIGN_OR_RETURN(audit::Recorded recorded,
                          parts_.ledger.Commit(std::move(*denial), std::move(outcome)));
      result_.emplace(std::move(recorded));
      return FrameHint::kFrameUnusable;
    }
    permit_.emplace(std::get<policy::Permit>(std::move(admission)));
  }
  return OnFace(view, *ChooseOne(view.Eligible()).box, deadline);
}

Result<FrameHint> DeskSitting::OnFace(const View& view, const vision::FaceBox& box,
                                      const core::Deadline& deadline) {
  auto embedded = parts_.faces.Embed(view.image, {&box, 1}, *permit_, deadline);
  if (!embedded.ok()) return OnFailure(embedded.status());
  if (embedded->faces.empty()) return HintOfIssue(embedded->rejected.at(0).quality.issue);
  ++counts_.faces_embedded;
  return OnGoodFace(std::move(embedded->faces.front()));
}

Result<FrameHint> DeskSitting::OnGoodFace(vision::Face face) {
  const Offered offered =
      views_.Offer(std::move(face), [this](const vision::Face& a, const vision::Face& b) {
        return parts_.gallery.Compare(a, b, templates_, *permit_);
      });
  switch (offered) {
    case Offered::kOtherPerson:
      FG_RETURN_IF_ERROR(Refuse(Reason::kMultipleFaces, "FRAMES_DISAGREE"));
      return FrameHint::kOnePersonOnly;
    case Offered::kUnsure:
      return FrameHint::kLookStraight;
    case Offered::kNew:
    case Offered::kBetter:
    case Offered::kNotBetter:
      break;
  }
  ++good_frames_;
  const bool adds = offered != Offered::kNotBetter || views() >= templates_;
  return adds ? FrameHint::kGood : FrameHint::kMoveALittle;
}

Result<FrameHint> DeskSitting::OnFailure(const Status& status) {
  if (!IsOfTheFrame(status)) {
    FG_RETURN_IF_ERROR(Finish(Faulted(sight().grounds(), status, counts_)));
  }
  return FrameHint::kFrameUnusable;
}

bool DeskSitting::HasEnough() const {
  return views() >= templates_ && good_frames_ >= kGoodFramesPerTemplate * templates_;
}

Status DeskSitting::End(const Status& why) {
  FG_CHECK(holds_permit());
  if (!why.ok()) return Finish(Faulted(sight().grounds(), why, counts_));
  if (views() >= templates_) return Keep();
  return Refuse(Reason::kPoorQuality,
                last_problem_ ? std::string(Word(*last_problem_)) : "TOO_FEW_FRAMES");
}

Status DeskSitting::Keep() {
  const auto best = views_.Best(static_cast<std::size_t>(templates_));
  auto pending = parts_.gallery.PrepareSeveral(best, *permit_);
  if (!pending.ok()) return Finish(Faulted(permit_->grounds(), pending.status(), counts_));
  audit::Outcome outcome = Enrolled(permit_->grounds(), counts_);
  outcome.enrolled_template = pending->front().id();
  outcome.templates_stored = templates_;
  storage::Changes changes;
  for (gallery::PendingTemplate& one : *pending) {
    storage::Changes own = one.TakeChanges();
    std::move(own.begin(), own.end(), std::back_inserter(changes));
  }
  FG_ASSIGN_OR_RETURN(audit::Recorded recorded, Commit(std::move(outcome), std::move(changes)));
  if (recorded.outcome().reason == Reason::kEnrolled) {
    for (gallery::PendingTemplate& one : *pending) {
      parts_.gallery.Activate(std::move(one), recorded.receipt().index);
    }
  }
  result_.emplace(std::move(recorded));
  return Status::Ok();
}

Status DeskSitting::Refuse(Reason reason, std::string detail) {
  return Finish(Refused(sight().grounds(), reason, counts_, std::move(detail)));
}

Status DeskSitting::Finish(audit::Outcome outcome) {
  FG_ASSIGN_OR_RETURN(audit::Recorded recorded, Commit(std::move(outcome), {}));
  result_.emplace(std::move(recorded));
  return Status::Ok();
}

Result<audit::Recorded> DeskSitting::Commit(audit::Outcome outcome, storage::Changes changes) {
  seat_.reset();
  outcome.counts.faces_ignored = outcome.counts.faces_seen - outcome.counts.faces_embedded;
  if (outcome.counts.frames > 0) outcome.models = ModelsThatRan(parts_);
  parts_.metrics.Add(core::Counter::kFacesIgnored,
                     static_cast<std::uint64_t>(outcome.counts.faces_ignored));
  if (permit_) {
    policy::Permit spent = std::move(*permit_);
    permit_.reset();
    return parts_.ledger.Commit(std::move(spent), std::move(outcome), std::move(changes));
  }
  policy::ViewPermit spent = std::move(*view_permit_);
  view_permit_.reset();
  return parts_.ledger.Commit(std::move(spent), std::move(outcome));
}

}  // namespace facegate::gateway
