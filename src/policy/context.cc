#include "facegate/policy/context.h"

#include <algorithm>
#include <string>
#include <vector>

namespace facegate::policy {
namespace {

// The vocabulary spells enum values in lower case.
std::string Lower(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : static_cast<char>(c);
  });
  return text;
}

std::string OperationInput(model::Operation operation) {
  // The catalogue's only mixed-case value.
  if (operation == model::Operation::kIdentify1toN) return "identify_1toN";
  return Lower(model::Word(operation));
}

std::string ConsentStatusInput(const model::Consent& consent, core::Timestamp now) {
  switch (consent.status) {
    case model::ConsentStatus::kGranted:
      return now < consent.expires_at ? "granted" : "expired";
    case model::ConsentStatus::kRefused:
      return "refused";
    case model::ConsentStatus::kWithdrawn:
      return "withdrawn";
    case model::ConsentStatus::kExpired:
      return "expired";
    case model::ConsentStatus::kRequested:
    case model::ConsentStatus::kSuperseded:
      return "absent";
  }
  return "absent";
}

// A certificate speaks for the resource it names and for everything below that name.
bool SpeaksFor(const model::Principal& caller, const model::CameraRef& camera) {
  if (caller.resource.empty()) return true;
  const std::string name = model::CameraName(camera.op, camera.site, camera.camera);
  return name == caller.resource || name.starts_with(caller.resource + "/");
}

}  // namespace

void SetRequest(rules::Inputs& inputs, const Claim& claim, core::Timestamp now) {
  inputs.Set("now", now);
  inputs.Set("request.operation", OperationInput(claim.operation));
  // There is no way to ask facegate for anything but identity.
  inputs.Set("request.attributes", std::vector<std::string>{"identity"});
  inputs.Set("request.subject_claimed", claim.subject.has_value());
  inputs.Set("request.region_marked", claim.region.has_value());
  inputs.Set("request.source", std::string("live_camera"));
  inputs.Set("caller.role", Lower(model::Word(claim.caller.role)));
  inputs.Set("caller.speaks_for_camera", SpeaksFor(claim.caller, claim.camera));
  // No request can claim an exemption; they come from the registry alone.
  inputs.Set("exemption.kind", std::string("none"));
}

void SetSite(rules::Inputs& inputs, const model::Site& site) {
  inputs.Set("venue.kind", Lower(model::Word(site.venue_kind)));
  inputs.Set("venue.country", site.country);
  if (!site.region.empty()) inputs.Set("venue.region", site.region);
  if (!site.city.empty()) inputs.Set("venue.city", site.city);
  inputs.Set("venue.public_place", site.public_place);
}

void SetAccessPoint(rules::Inputs& inputs, const model::AccessPoint* access_point) {
  inputs.Set("access_point.known", access_point != nullptr);
  if (access_point == nullptr) return;
  std::vector<std::string> kinds;
  int working = 0;
  for (const model::Alternative& alternative : access_point->alternatives) {
    const std::string kind = Lower(model::Word(alternative.kind));
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    if (alternative.operational) ++working;
  }
  inputs.Set("alternatives.offered", !access_point->alternatives.empty());
  inputs.Set("alternatives.kinds", std::move(kinds));
  inputs.Set("alternatives.operational", working > 0);
  inputs.Set("alternatives.working_count", static_cast<double>(working));
}

void SetCamera(rules::Inputs& inputs, const model::Camera& camera) {
  inputs.Set("camera.registered", true);
  inputs.Set("camera.marked_lane", camera.use == model::CameraUse::kMarkedLane);
  inputs.Set("camera.enrollment_desk", camera.use == model::CameraUse::kEnrollmentDesk);
}

void SetPurpose(rules::Inputs& inputs, const model::Purpose& purpose, bool notice_registered) {
  inputs.Set("purpose.declared", true);
  inputs.Set("purpose.id", purpose.id.str());
  inputs.Set("purpose.version", static_cast<double>(purpose.version));
  inputs.Set("purpose.category", Lower(model::Word(purpose.category)));
  inputs.Set("purpose.specific", !purpose.necessity_statement.empty());
  if (!purpose.necessity_statement.empty()) {
    inputs.Set("purpose.necessity_doc", "purpose/" + purpose.id.str());
  }
  inputs.Set("purpose.alternatives_assessed", purpose.alternatives_assessed);
  inputs.Set("retention.declared_days", static_cast<double>(purpose.retention_days));
  inputs.Set("notice.registered", notice_registered);
}

void SetConsent(rules::Inputs& inputs, const model::Consent* consent, const model::Purpose& purpose,
                const model::SiteId& site, core::Timestamp now) {
  if (consent == nullptr) {
    inputs.Set("consent.status", std::string("absent"));
    return;
  }
  inputs.Set("consent.status", ConsentStatusInput(*consent, now));
  inputs.Set("consent.form", Lower(model::Word(consent->form)));
  inputs.Set("consent.given_by", Lower(model::Word(consent->given_by)));
  std::vector<std::string> scopes;
  for (const model::ConsentScope scope : consent->scopes) {
    scopes.push_back(Lower(model::Word(scope)));
  }
  inputs.Set("consent.scopes", std::move(scopes));
  inputs.Set("consent.covers_purpose_version", consent->purpose_version == purpose.version);
  inputs.Set("consent.site_matches", consent->site == site);
  if (!consent->evidence_sha256.empty()) {
    inputs.Set("consent.evidence_hash", consent->evidence_sha256);
  }
  inputs.Set("consent.recorded_at", consent->granted_at);
  inputs.Set("consent.expires_at", consent->expires_at);
}

void SetSubject(rules::Inputs& inputs, const model::Subject* subject, bool enrolled) {
  inputs.Set("subject.enrolled", enrolled);
  if (subject == nullptr) return;
  inputs.Set("subject.age_known", subject->age_known);
  if (subject->age_known) inputs.Set("subject.age_years", subject->age_years);
}

void SetView(rules::Inputs& inputs, const FacesInView& view) {
  inputs.Set("faces.total", static_cast<double>(view.total));
  inputs.Set("faces.in_region", static_cast<double>(view.in_region));
  inputs.Set("image.bystander_present", view.total > view.in_region);
}

}  // namespace facegate::policy
