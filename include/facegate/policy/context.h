// The one place that maps registry, consent, clock and request to rule inputs.
//
// No rule reads storage by itself. Each function sets the inputs that come from one source; what no
// source sets stays missing, and a rule that needs it is not met. docs/INPUTS.md lists them.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/time.h"
#include "facegate/model/compliance.h"
#include "facegate/model/duties.h"
#include "facegate/model/people.h"
#include "facegate/model/resources.h"
#include "facegate/policy/claim.h"
#include "facegate/rules/value.h"

namespace facegate::policy {

// What the gateway says of itself: measured by it at start, or from its configuration; never told
// by an operator.
struct GatewayFacts {
  // Of security.controls: "encryption", "security_audit", "access_control", "key_separation",
  // "template_protection".
  std::set<std::string> controls;
  std::string storage_location = "operator_central";  // storage.location's words
  std::string key_custody = "operator";               // storage.key_custody's words
  bool leaves_device_via_internet = false;
  std::string storage_country;  // ISO 3166-1; empty: not told
  double log_retained_days = 0;
};

// The form in which records hold them. What a record lacks or misspells is as `otherwise`.
core::Json ToJson(const GatewayFacts& facts);
GatewayFacts GatewayFactsFrom(const core::Json& json, const GatewayFacts& otherwise);

// How many people's templates the operator stores, and since when it passed which number.
struct Population {
  std::uint64_t stored_persons = 0;
  std::optional<model::Date> threshold_crossed_on;
};

// now, request.operation: what is asked for, whoever asks. Nothing: whatever may be asked.
void SetAsked(rules::Inputs& inputs, std::optional<model::Operation> operation,
              core::Timestamp now);
// Whether a certificate speaks for a camera: for the resource it names, and for all below that
// name.
bool SpeaksFor(const model::Principal& caller, const model::CameraRef& camera);

// request.source and the like: the same of every request, by what the methods are.
void SetEveryRequest(rules::Inputs& inputs);
// now, and what is left of request.* and caller.*: from the clock, the authenticated request and
// the camera's use. Allocates nothing.
void SetRequest(rules::Inputs& inputs, const Claim& claim, model::CameraUse use,
                core::Timestamp now);
// exemption.*, oversight.judicial_authorisation: of those that stand at `now` and cover site and
// purpose, the one that stands longest. Returns it, or nullptr: kind "none".
const model::Exemption* SetExemption(rules::Inputs& inputs,
                                     const std::vector<model::Exemption>& exemptions,
                                     const model::SiteRef& site, const model::PurposeId& purpose,
                                     core::Timestamp now);
// org.*, ai.*, audit.*, records.*, contract.*, minor.*, oversight.*, security.mlps_level, and what
// of security.controls people attest, beside those of the gateway.
void SetOperator(rules::Inputs& inputs, const model::Operator& op, const GatewayFacts& gateway);
// image.*, storage.*, log.*, consent.withdraw_steps, request.attributes and the like: what facegate
// is.
void SetGateway(rules::Inputs& inputs, const GatewayFacts& gateway);
// storage.location of templates that people hold.
inline constexpr std::string_view kHeldLocation = "subject_token";
// storage.location, for a purpose whose templates people hold: over what SetGateway sets.
void SetCustody(rules::Inputs& inputs, const model::Purpose& purpose);
// image.*, for a purpose that would keep something of the picture, where the operation is to enrol:
// over what SetGateway sets.
void SetKeptImage(rules::Inputs& inputs, const model::Purpose& purpose, model::Operation operation);
// venue.*, deployment.*
void SetSite(rules::Inputs& inputs, const model::Site& site);
// signage.*, of the attestation verified last.
void SetSignage(rules::Inputs& inputs, const std::vector<model::Signage>& signs);
// access_point.*, alternatives.*, pressure.*_on_refusal; nullptr: the camera belongs to none.
void SetAccessPoint(rules::Inputs& inputs, const model::AccessPoint* access_point,
                    core::Timestamp now);
// camera.*, venue.capture_area_declared, request.prompt_shown
void SetCamera(rules::Inputs& inputs, const model::Camera& camera);
// device.*, matcher.*: of the last test of the camera and the last review of thresholds.
void SetDevice(rules::Inputs& inputs, const std::vector<model::DeviceAssessment>& tests,
               const std::vector<model::ThresholdReview>& reviews);
// purpose.*, retention.*, request.decision_effect
void SetPurpose(rules::Inputs& inputs, const model::Purpose& purpose);
// notice.*, retention.schedule_public, complaint.channel_public, pressure.bundled_with_other_terms
// and misleading_text_flag: what holds of every text of the purpose's current version, whichever a
// person is shown.
void SetNotices(rules::Inputs& inputs, const std::vector<model::Notice>& current);
// pia.*, fria.done: of the assessment approved last.
void SetAssessments(rules::Inputs& inputs, const model::Purpose& purpose,
                    const std::vector<model::Assessment>& assessments);
// filing.*, oversight.registered_system: of the filing that has come furthest.
void SetFilings(rules::Inputs& inputs, const std::vector<model::Filing>& filings);
// incident.*, rights.*: of what is open; drills are none.
void SetDuties(rules::Inputs& inputs, const std::vector<model::Incident>& incidents,
               const std::vector<model::RightsRequest>& requests);
// population.*
void SetPopulation(rules::Inputs& inputs, const Population& population);

// consent.status of who is restricted, whatever they agreed to.
inline constexpr std::string_view kRestrictedStatus = "restricted";
// The word of consent.status; nullptr: "absent".
std::string ConsentStatusInput(const model::Consent* consent, core::Timestamp now);
// consent.*, guardian.*, notice.given_before, retention.last_interaction_on; nullptr: there is
// none, which is known (status "absent"), not missing.
void SetConsent(rules::Inputs& inputs, const model::Consent* consent, const model::Purpose& purpose,
                const model::SiteId& site, core::Timestamp now);
// Its two parts: what was agreed to, and what time and the purpose's version make of it, which
// allocates nothing.
void SetConsentAsGiven(rules::Inputs& inputs, const model::Consent* consent,
                       const model::SiteId& site);
void SetConsentAsOf(rules::Inputs& inputs, const model::Consent* consent,
                    const model::Purpose& purpose, core::Timestamp now);
// consent.status of a person whose data is frozen: over what SetConsent sets. No rule takes it for
// a consent, so that they are refused as anybody without one.
void SetRestricted(rules::Inputs& inputs);
// subject.*; nullptr: unknown to the operator. People grow older: by `now`.
void SetSubject(rules::Inputs& inputs, const model::Subject* subject, bool enrolled,
                core::Timestamp now);
// Two of its three parts (the third is whether they are enrolled): what is known of them, and what
// time makes of it, which allocates nothing.
void SetSubjectAsKnown(rules::Inputs& inputs, const model::Subject* subject);
void SetAgeAsOf(rules::Inputs& inputs, const model::Subject* subject, core::Timestamp now);
// pressure.reprompts_after_refusal: how often somebody asked again after the last refusal.
void SetReprompts(rules::Inputs& inputs, int reprompts);
// faces.*, image.bystander_present
void SetView(rules::Inputs& inputs, const FacesInView& view);

}  // namespace facegate::policy
