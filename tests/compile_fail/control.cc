// What the other programs here attempt, done the permitted way: must compile.
#include "facegate/audit/ledger.h"
#include "facegate/frame/face_cut.h"
#include "facegate/frame/image.h"
#include "facegate/gallery/gallery.h"
#include "facegate/images/kept_image.h"
#include "facegate/policy/engine.h"
#include "facegate/vision/face_engine.h"

namespace facegate {

// A door's request, from claim to record, as the gateway walks it.
core::Result<audit::Recorded> Walk(const policy::Engine& engine, const policy::Claim& claim,
                                   core::ByteSpan bytes, vision::FaceEngine& faces,
                                   const gallery::Gallery& gallery, audit::Ledger& ledger,
                                   core::Metrics& metrics) {
  policy::Decision decision = engine.Decide(claim);
  auto* denial = std::get_if<policy::Denial>(&decision);
  if (denial != nullptr) return ledger.Commit(std::move(*denial), audit::Outcome{});
  policy::ViewPermit view = std::get<policy::ViewPermit>(std::move(decision));
  core::Result<frame::Image> image = frame::Decode(bytes, view, frame::Limits{}, metrics);
  if (!image.ok()) return ledger.Commit(std::move(view), audit::Outcome{});
  core::Result<std::vector<vision::FaceBox>> boxes = faces.Detect(*image, view, core::NoDeadline{});
  policy::Admission admission = engine.Admit(std::move(view), policy::FacesInView{});
  auto* permit = std::get_if<policy::Permit>(&admission);
  if (permit == nullptr || !boxes.ok()) {
    return ledger.Commit(std::get<policy::Denial>(std::move(admission)), audit::Outcome{});
  }
  core::Result<vision::EmbeddedFaces> embedded =
      faces.Embed(*image, *boxes, *permit, core::NoDeadline{});
  audit::Outcome outcome;
  if (embedded.ok() && !embedded->faces.empty()) {
    const gallery::Match match = gallery.Verify(embedded->faces.front(), *permit);
    if (match.kind == gallery::MatchKind::kMatch) outcome.verdict = model::Verdict::kAllow;
  }
  return ledger.Commit(std::move(*permit), std::move(outcome));
}

// An enrolment's image, where its permit has a grant.
core::Result<storage::Changes> Keep(const policy::Permit& permit, const frame::Image& image,
                                    const crypto::KeyRing& keys, core::Timestamp now) {
  storage::Changes changes;
  const policy::ImageGrant* grant = permit.image_grant();
  if (grant == nullptr) return changes;
  FG_ASSIGN_OR_RETURN(const frame::FaceCut cut, frame::CutFace(image, {0, 0, 80, 80}, {}, *grant));
  FG_ASSIGN_OR_RETURN(images::PendingImage kept, images::Seal(cut, *grant, keys, now));
  changes.emplace_back(std::move(kept).TakeChange());
  return changes;
}

}  // namespace facegate
