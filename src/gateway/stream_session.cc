#include "gateway/stream_session.h"

#include <utility>

#include "facegate/crypto/primitives.h"

namespace facegate::gateway {
namespace {

using core::Result;
using core::Status;
using model::Reason;

}  // namespace

LaneSession::LaneSession(const Parts& parts, const frame::Limits& limits, policy::Claim claim)
    : parts_(parts), limits_(limits), claim_(std::move(claim)) {}

LaneSession::~LaneSession() {
  FrameResult unread;
  const Status closed = CloseLease(unread);
  if (!closed.ok()) parts_.logger.Error("lease_not_recorded", {{"reason", closed.reason()}});
}

Status LaneSession::EnsureLease(FrameResult& result) {
  const core::Timestamp now = parts_.clock.Now();
  if (lease_ && lease_->LiveAt(now)) return Status::Ok();
  FG_RETURN_IF_ERROR(CloseLease(result));
  if (now < refused_until_) return Status::Ok();
  FG_RETURN_IF_ERROR(parts_.ledger.MayAnswer(claim_.camera.op));

  policy::Claim claim = claim_;
  claim.request_id = crypto::RandomUuid();
  parts_.metrics.Add(core::Counter::kRequests);
  policy::Decision decision = parts_.engine.Decide(std::move(claim));
  if (auto* permit = std::get_if<policy::ViewPermit>(&decision)) {
    lease_.emplace(std::move(*permit));
    return Status::Ok();
  }
  refused_until_ = now + claim_.lease_ms;
  FG_ASSIGN_OR_RETURN(audit::Recorded recorded,
                      parts_.ledger.Commit(std::get<policy::Denial>(std::move(decision)), {}));
  result.decisions.push_back(std::move(recorded));
  return Status::Ok();
}

Status LaneSession::CloseLease(FrameResult& result) {
  if (!lease_) return Status::Ok();
  policy::ViewPermit lease = std::move(*lease_);
  lease_.reset();
  audit::Outcome outcome = Refused(lease.grounds(), Reason::kLeaseClosed, counts_);
  counts_ = {};
  FG_ASSIGN_OR_RETURN(audit::Recorded recorded,
                      parts_.ledger.Commit(std::move(lease), std::move(outcome)));
  result.closed_leases.push_back(std::move(recorded));
  return Status::Ok();
}

Result<FrameResult> LaneSession::OnFrame(core::ByteSpan bytes, const core::Deadline& deadline) {
  FrameResult result;
  FG_RETURN_IF_ERROR(EnsureLease(result));
  if (!lease_) return result;

  auto view = Look(parts_, limits_, *lease_, bytes, deadline);
  if (!view.ok()) {
    result.issue = ReasonOfFault(view.status());
    return result;
  }
  const policy::FacesInView faces = view->faces();
  result.faces_seen = faces.total;
  result.faces_eligible = faces.in_region;
  ++counts_.frames;
  counts_.faces_seen += faces.total;
  counts_.faces_ignored += faces.total - faces.in_region;
  FG_RETURN_IF_ERROR(DecideTracks(*view, tracker_.Update(view->Eligible()), deadline, result));
  return result;
}

Status LaneSession::DecideTracks(const View& view, const std::vector<Track*>& tracks,
                                 const core::Deadline& deadline, FrameResult& result) {
  for (Track* track : tracks) {
    if (!WorthEmbedding(*track)) continue;
    ++track->attempts;
    FG_ASSIGN_OR_RETURN(audit::Recorded recorded, DecideTrack(view, *track, deadline));
    const audit::Outcome& outcome = recorded.outcome();
    counts_.faces_embedded += outcome.counts.faces_embedded;
    counts_.matched += outcome.counts.matched;
    counts_.unknown += outcome.counts.unknown;
    track->decided = outcome.reason != Reason::kPoorQuality;
    result.decisions.push_back(std::move(recorded));
  }
  return Status::Ok();
}

Result<audit::Recorded> LaneSession::DecideTrack(const View& view, const Track& track,
                                                 const core::Deadline& deadline) {
  FG_RETURN_IF_ERROR(parts_.ledger.MayAnswer(claim_.camera.op));
  policy::Claim claim = claim_;
  claim.request_id = crypto::RandomUuid();
  claim.lease_ms = 0;
  parts_.metrics.Add(core::Counter::kRequests);
  policy::Decision decision = parts_.engine.Decide(std::move(claim));
  if (auto* denial = std::get_if<policy::Denial>(&decision)) {
    return parts_.ledger.Commit(std::move(*denial), {});
  }
  // The frame is the lease's: it is counted there, not here.
  audit::Counts counts;
  counts.faces_seen = 1;
  counts.faces_ignored = 1;
  policy::Admission admission =
      parts_.engine.Admit(std::get<policy::ViewPermit>(std::move(decision)), view.faces());
  if (auto* denial = std::get_if<policy::Denial>(&admission)) {
    audit::Outcome outcome;
    outcome.counts = counts;
    return parts_.ledger.Commit(std::move(*denial), std::move(outcome));
  }
  auto& permit = std::get<policy::Permit>(admission);
  auto embedded = parts_.faces.Embed(view.image, {&track.box, 1}, permit, deadline);
  audit::Outcome outcome;
  if (!embedded.ok()) {
    outcome = Faulted(permit.grounds(), embedded.status(), counts);
  } else if (embedded->faces.empty()) {
    outcome = Refused(permit.grounds(), Reason::kPoorQuality, counts,
                      std::string(Word(embedded->rejected.at(0).quality.issue)));
    outcome.models = ModelsThatRan(parts_);
  } else {
    counts.faces_embedded = 1;
    counts.faces_ignored = 0;
    outcome = IdentifyOutcome(permit.grounds(), parts_.gallery.Identify(embedded->faces, permit),
                              counts, ModelsThatRan(parts_));
  }
  return parts_.ledger.Commit(std::move(permit), std::move(outcome));
}

Result<FrameResult> LaneSession::Close() {
  FrameResult result;
  FG_RETURN_IF_ERROR(CloseLease(result));
  return result;
}

}  // namespace facegate::gateway
