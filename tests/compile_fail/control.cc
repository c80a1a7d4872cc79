// What the other programs here attempt, done the permitted way: must compile.
#include "facegate/audit/ledger.h"
#include "facegate/frame/image.h"
#include "facegate/gallery/gallery.h"
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

}  // namespace facegate
