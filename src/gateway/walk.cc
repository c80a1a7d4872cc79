#include "gateway/walk.h"

#include <algorithm>

namespace facegate::gateway {
namespace {

using core::Result;
using core::Status;
using model::Reason;

// Two faces of nearly the same size: nobody can tell which one is meant.
constexpr double kAmbiguousWidthRatio = 0.8;

template <class P>
Status CheckLive(const Parts& parts, const P& permit, const core::Deadline& deadline) {
  FG_RETURN_IF_ERROR(deadline.Check());
  if (permit.LiveAt(parts.clock.Now())) return Status::Ok();
  return Status(core::Code::kDeadlineExceeded, "PERMIT_EXPIRED", "the permit's time was up");
}

}  // namespace

policy::FacesInView View::faces() const {
  const auto eligible = std::count_if(boxes.begin(), boxes.end(),
                                      [](const vision::FaceBox& box) { return box.eligible; });
  return {static_cast<int>(boxes.size()), static_cast<int>(eligible)};
}

std::vector<vision::FaceBox> View::Eligible() const {
  std::vector<vision::FaceBox> eligible;
  std::copy_if(boxes.begin(), boxes.end(), std::back_inserter(eligible),
               [](const vision::FaceBox& box) { return box.eligible; });
  return eligible;
}

Result<std::vector<vision::FaceBox>> Detect(const Parts& parts, const frame::Image& image,
                                            const policy::ViewPermit& permit,
                                            const core::Deadline& deadline) {
  FG_RETURN_IF_ERROR(CheckLive(parts, permit, deadline));
  return parts.faces.Detect(image, permit, deadline);
}

Result<View> Look(const Parts& parts, const frame::Limits& limits, const policy::ViewPermit& permit,
                  core::ByteSpan bytes, const core::Deadline& deadline) {
  FG_RETURN_IF_ERROR(CheckLive(parts, permit, deadline));
  FG_ASSIGN_OR_RETURN(frame::Image image, frame::Decode(bytes, permit, limits, parts.metrics));
  FG_ASSIGN_OR_RETURN(auto boxes, Detect(parts, image, permit, deadline));
  return View{std::move(image), std::move(boxes)};
}

Chosen ChooseOne(const std::vector<vision::FaceBox>& eligible) {
  if (eligible.empty()) return {std::nullopt, Reason::kNoFace};
  auto by_width = eligible;
  std::sort(by_width.begin(), by_width.end(),
            [](const auto& a, const auto& b) { return a.width() > b.width(); });
  const bool ambiguous =
      by_width.size() > 1 && by_width[1].width() >= kAmbiguousWidthRatio * by_width[0].width();
  if (ambiguous) return {std::nullopt, Reason::kMultipleFaces};
  return {by_width[0], Reason::kNoFace};
}

audit::Counts CountsOf(const View& view) {
  audit::Counts counts;
  counts.frames = 1;
  counts.faces_seen = static_cast<int>(view.boxes.size());
  counts.faces_ignored = counts.faces_seen;  // until one is embedded
  return counts;
}

audit::Outcome Refused(const policy::Grounds& grounds, Reason reason, audit::Counts counts,
                       std::string detail) {
  audit::Outcome outcome;
  outcome.verdict = policy::VerdictOfRefusal(grounds.alternatives, /*absolute=*/false);
  outcome.reason = reason;
  outcome.detail = std::move(detail);
  outcome.counts = counts;
  return outcome;
}

Reason ReasonOfFault(const Status& status) {
  if (status.code() == core::Code::kCancelled) return Reason::kCancelled;
  if (status.code() == core::Code::kDeadlineExceeded) return Reason::kDeadlineExceeded;
  if (status.reason() == "IMAGE_INVALID") return Reason::kImageInvalid;
  if (status.reason() == "IMAGE_TOO_LARGE") return Reason::kImageTooLarge;
  return Reason::kFault;
}

audit::Outcome Faulted(const policy::Grounds& grounds, const Status& status, audit::Counts counts) {
  return Refused(grounds, ReasonOfFault(status), counts, status.reason());
}

std::vector<audit::ModelRef> ModelsThatRan(const Parts& parts) {
  std::vector<audit::ModelRef> models;
  for (const vision::ModelInfo& model : parts.faces.models()) {
    models.push_back({model.id, model.sha256});
  }
  return models;
}

audit::Outcome Enrolled(const policy::Grounds& grounds, audit::Counts counts) {
  audit::Outcome outcome;
  outcome.verdict = model::Verdict::kAllow;
  outcome.reason = Reason::kEnrolled;
  outcome.counts = counts;
  FG_CHECK(grounds.consent != nullptr);
  outcome.people.push_back(
      {*grounds.claim.subject, *grounds.consent, grounds.wrapped_subject_secret});
  return outcome;
}

audit::Outcome IdentifyOutcome(const policy::Grounds& grounds, std::vector<gallery::Match> matches,
                               audit::Counts counts, std::vector<audit::ModelRef> models) {
  audit::Outcome outcome = Refused(grounds, Reason::kNoMatch, counts);
  outcome.models = std::move(models);
  for (gallery::Match& match : matches) {
    if (match.kind == gallery::MatchKind::kMatch) {
      FG_CHECK(match.consent.has_value());
      outcome.face_people.push_back(static_cast<int>(outcome.people.size()));
      outcome.people.push_back(
          {match.subject, *match.consent, std::move(match.wrapped_subject_secret)});
      continue;
    }
    if (match.kind == gallery::MatchKind::kInconclusive) outcome.reason = Reason::kInconclusive;
    outcome.face_people.push_back(-1);
  }
  outcome.counts.matched = static_cast<int>(outcome.people.size());
  outcome.counts.unknown = static_cast<int>(matches.size()) - outcome.counts.matched;
  if (!outcome.people.empty()) {
    outcome.verdict = model::Verdict::kAllow;
    outcome.reason = Reason::kMatched;
  }
  return outcome;
}

}  // namespace facegate::gateway
