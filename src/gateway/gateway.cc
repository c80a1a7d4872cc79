#include "facegate/gateway/gateway.h"

#include <span>
#include <utility>

#include "facegate/frame/face_cut.h"
#include "facegate/images/kept_image.h"
#include "gateway/desk_sitting.h"
#include "gateway/seats.h"
#include "gateway/stream_session.h"
#include "gateway/walk.h"

namespace facegate::gateway {
namespace {

using audit::Outcome;
using audit::Recorded;
using core::Result;
using model::Operation;
using model::Reason;

// The outcome of what happens between a Permit and the ledger, with the changes that come with it.
struct Worked {
  Outcome outcome;
  storage::Changes changes;
  std::optional<gallery::PendingTemplate> pending;
};

Outcome OutcomeOfVerify(const policy::Grounds& grounds, gallery::Match match,
                        audit::Counts counts) {
  Outcome outcome = Refused(grounds, Reason::kNoMatch, counts);
  outcome.face_people.push_back(-1);
  switch (match.kind) {
    case gallery::MatchKind::kMatch:
      FG_CHECK(match.consent.has_value());
      outcome.verdict = model::Verdict::kAllow;
      outcome.reason = Reason::kMatched;
      outcome.counts.matched = 1;
      outcome.face_people = {0};
      outcome.people.push_back(
          {match.subject, *match.consent, std::move(match.wrapped_subject_secret)});
      return outcome;
    case gallery::MatchKind::kInconclusive:
      outcome.reason = Reason::kInconclusive;
      break;
    case gallery::MatchKind::kNoMatch:
      break;
    case gallery::MatchKind::kNotEnrolled:
      outcome.reason = Reason::kNotEnrolled;
      break;
  }
  outcome.counts.unknown = 1;
  return outcome;
}

frame::Box BoxOf(const vision::FaceBox& face) {
  return {face.left, face.top, face.right, face.bottom};
}

// Cuts the face out of the picture, without those of others, and seals it.
Result<images::PendingImage> KeepImage(const Parts& parts, const View& view,
                                       const vision::FaceBox& meant,
                                       const policy::ImageGrant& grant) {
  std::vector<frame::Box> others;
  for (const vision::FaceBox& face : view.boxes) {
    const bool is_meant = face.left == meant.left && face.top == meant.top &&
                          face.right == meant.right && face.bottom == meant.bottom;
    if (!is_meant) others.push_back(BoxOf(face));
  }
  FG_ASSIGN_OR_RETURN(const frame::FaceCut cut,
                      frame::CutFace(view.image, BoxOf(meant), others, grant));
  return images::Seal(cut, grant, parts.keys, parts.clock.Now());
}

Worked WorkEnroll(const Parts& parts, const View& view, const vision::Face& face,
                  const policy::Permit& permit, audit::Counts counts) {
  Worked worked;
  auto pending = parts.gallery.Prepare(face, permit);
  if (!pending.ok()) {
    worked.outcome = Faulted(permit.grounds(), pending.status(), counts);
    return worked;
  }
  std::optional<images::PendingImage> image;
  if (const policy::ImageGrant* grant = permit.image_grant()) {
    auto kept = KeepImage(parts, view, face.box, *grant);
    if (!kept.ok()) {
      worked.outcome = Faulted(permit.grounds(), kept.status(), counts);
      return worked;
    }
    image = std::move(kept).value();
  }
  worked.outcome = Enrolled(permit.grounds(), counts);
  worked.outcome.enrolled_template = pending->id();
  worked.changes = pending->TakeChanges();
  if (image) {
    worked.outcome.kept_image = image->kept();
    worked.outcome.kept_image_until = image->expires_at();
    worked.changes.emplace_back(std::move(*image).TakeChange());
  }
  worked.pending = std::move(pending).value();
  return worked;
}

// The same where people hold their templates: one is sealed for its person, and nothing of it kept.
Worked WorkEnrollHeld(const Parts& parts, const vision::Face& face, const policy::Permit& permit,
                      audit::Counts counts) {
  Worked worked;
  auto held = parts.gallery.PrepareToken(face, permit);
  if (!held.ok()) {
    worked.outcome = Faulted(permit.grounds(), held.status(), counts);
    return worked;
  }
  worked.outcome = Enrolled(permit.grounds(), counts);
  worked.outcome.reason = Reason::kIssuedToHolder;
  worked.outcome.issued_token = {std::move(held->token), held->expires_at, held->key_version};
  worked.changes = std::move(held->changes);
  return worked;
}

// Embeds the given faces and does what the operation asks for.
Worked Work(const Parts& parts, const View& view, std::span<const vision::FaceBox> boxes,
            const policy::Permit& permit, const core::Deadline& deadline) {
  audit::Counts counts = CountsOf(view);
  auto embedded = parts.faces.Embed(view.image, boxes, permit, deadline);
  if (!embedded.ok()) {
    Worked worked;
    worked.outcome = Faulted(permit.grounds(), embedded.status(), counts);
    return worked;
  }
  counts.faces_embedded = static_cast<int>(embedded->faces.size());
  counts.faces_ignored = counts.faces_seen - counts.faces_embedded;
  Worked worked;
  if (embedded->faces.empty()) {
    worked.outcome = Refused(permit.grounds(), Reason::kPoorQuality, counts,
                             embedded->rejected.empty()
                                 ? std::string()
                                 : std::string(Word(embedded->rejected[0].quality.issue)));
  } else if (permit.scope().operation == Operation::kEnroll) {
    const bool is_held = permit.scope().custody == model::TemplateCustody::kHolder;
    worked = is_held ? WorkEnrollHeld(parts, embedded->faces[0], permit, counts)
                     : WorkEnroll(parts, view, embedded->faces[0], permit, counts);
  } else if (permit.scope().operation == Operation::kVerify1to1) {
    worked.outcome =
        OutcomeOfVerify(permit.grounds(), parts.gallery.Verify(embedded->faces[0], permit), counts);
  } else {
    worked.outcome = IdentifyOutcome(permit.grounds(),
                                     parts.gallery.Identify(embedded->faces, permit), counts, {});
  }
  worked.outcome.models = ModelsThatRan(parts);
  return worked;
}

// The eligible faces that the operation is about.
std::vector<vision::FaceBox> Meant(const View& view, Operation operation, Reason& problem) {
  std::vector<vision::FaceBox> eligible = view.Eligible();
  problem = Reason::kNoFace;
  if (operation == Operation::kIdentify1toN) return eligible;
  const Chosen chosen = ChooseOne(eligible);
  problem = chosen.problem;
  if (!chosen.box.has_value()) return {};
  return {*chosen.box};
}

// One frame, from claim to record.
Result<Recorded> Process(const Parts& parts, const frame::Limits& limits, policy::Claim claim,
                         core::ByteSpan bytes, const core::Deadline& deadline) {
  const core::StageTimer timer(parts.metrics, core::Stage::kRequest);
  parts.metrics.Add(core::Counter::kRequests);
  const Operation operation = claim.operation;

  FG_RETURN_IF_ERROR(parts.ledger.MayAnswer(claim.camera.op));
  policy::Decision decision = [&] {
    const core::StageTimer decide(parts.metrics, core::Stage::kDecide);
    return parts.engine.Decide(std::move(claim));
  }();
  if (auto* denial = std::get_if<policy::Denial>(&decision)) {
    return parts.ledger.Commit(std::move(*denial), Outcome{});
  }
  auto& view_permit = std::get<policy::ViewPermit>(decision);

  auto view = Look(parts, limits, view_permit, bytes, deadline);
  if (!view.ok()) {
    Outcome outcome = Faulted(view_permit.grounds(), view.status(), {});
    return parts.ledger.Commit(std::move(view_permit), std::move(outcome));
  }
  Reason problem = Reason::kNoFace;
  const auto boxes = Meant(*view, operation, problem);
  if (boxes.empty()) {
    Outcome outcome = Refused(view_permit.grounds(), problem, CountsOf(*view));
    return parts.ledger.Commit(std::move(view_permit), std::move(outcome));
  }

  policy::Admission admission = parts.engine.Admit(std::move(view_permit), view->faces());
  if (auto* denial = std::get_if<policy::Denial>(&admission)) {
    Outcome outcome;
    outcome.counts = CountsOf(*view);
    return parts.ledger.Commit(std::move(*denial), std::move(outcome));
  }
  auto& permit = std::get<policy::Permit>(admission);

  Worked worked = Work(parts, *view, boxes, permit, deadline);
  parts.metrics.Add(core::Counter::kFacesIgnored,
                    static_cast<std::uint64_t>(worked.outcome.counts.faces_ignored));
  auto recorded =
      parts.ledger.Commit(std::move(permit), std::move(worked.outcome), std::move(worked.changes));
  if (recorded.ok() && worked.pending && recorded->outcome().reason == Reason::kEnrolled) {
    parts.gallery.Activate(std::move(*worked.pending), recorded->receipt().index);
  }
  return recorded;
}

}  // namespace

Gateway::Gateway(Parts parts, frame::Limits limits)
    : parts_(parts), limits_(limits), seats_(std::make_shared<Seats>()) {}

Result<Recorded> Gateway::Authorize(policy::Claim claim, core::ByteSpan image,
                                    const core::Deadline& deadline) {
  FG_CHECK(claim.operation == Operation::kVerify1to1);
  return Process(parts_, limits_, std::move(claim), image, deadline);
}

Result<Recorded> Gateway::Identify(policy::Claim claim, core::ByteSpan image,
                                   const core::Deadline& deadline) {
  FG_CHECK(claim.operation == Operation::kIdentify1toN);
  return Process(parts_, limits_, std::move(claim), image, deadline);
}

Result<Recorded> Gateway::Enroll(policy::Claim claim, core::ByteSpan image,
                                 const core::Deadline& deadline) {
  FG_CHECK(claim.operation == Operation::kEnroll);
  return Process(parts_, limits_, std::move(claim), image, deadline);
}

Result<std::unique_ptr<Sitting>> Gateway::OpenSitting(const policy::Claim& claim, int templates) {
  FG_CHECK(claim.operation == Operation::kEnroll && claim.lease_ms > 0);
  auto seat = Seat::Take(seats_, claim.camera);
  if (!seat) {
    return core::Status(core::Code::kResourceExhausted, "CAMERA_BUSY",
                        "somebody else sits for that camera; try again later");
  }
  auto sitting = std::make_unique<DeskSitting>(parts_, limits_, templates, *std::move(seat));
  FG_RETURN_IF_ERROR(sitting->Begin(claim));
  return std::unique_ptr<Sitting>(std::move(sitting));
}

std::unique_ptr<StreamSession> Gateway::OpenStream(const policy::Claim& claim) {
  FG_CHECK(claim.operation == Operation::kIdentify1toN);
  FG_CHECK(claim.lease_ms > 0);
  return std::make_unique<LaneSession>(parts_, limits_, claim);
}

}  // namespace facegate::gateway
