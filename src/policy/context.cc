#include "facegate/policy/context.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "facegate/core/text.h"
#include "facegate/rules/place.h"

namespace facegate::policy {

using core::Json;

namespace {

// The vocabulary spells enum values in lower case.
template <class E>
std::string WordInput(E value) {
  return core::AsciiLower(model::Word(value));
}

std::string OperationInput(model::Operation operation) {
  // The catalogue's only mixed-case value.
  if (operation == model::Operation::kIdentify1toN) return "identify_1toN";
  return WordInput(operation);
}

// Sets what somebody stated; what nobody did stays missing.
void SetFact(rules::Inputs& inputs, std::string_view name, const model::Fact& fact) {
  if (fact.has_value()) inputs.Set(name, *fact);
}
void SetDate(rules::Inputs& inputs, std::string_view name, const std::optional<model::Date>& date) {
  if (date.has_value()) inputs.Set(name, model::StartOf(*date));
}
template <class E>
void SetWord(rules::Inputs& inputs, std::string_view name, const std::optional<E>& value) {
  if (value.has_value()) inputs.Set(name, WordInput(*value));
}
template <class E>
void SetWords(rules::Inputs& inputs, std::string_view name, const std::set<E>& values) {
  std::vector<std::string> words;
  words.reserve(values.size());
  for (const E value : values) words.push_back(WordInput(value));
  inputs.Set(name, std::move(words));
}

// That something was attested: to have nothing in the register is to have nothing to show.
void SetAttested(rules::Inputs& inputs, std::string_view name,
                 const std::optional<model::Attestation>& attestation) {
  inputs.Set(name, attestation.has_value());
}
void SetAttestedOn(rules::Inputs& inputs, std::string_view name,
                   const std::optional<model::Attestation>& attestation) {
  if (attestation.has_value()) SetDate(inputs, name, attestation->on);
}

bool IsBusiness(model::VenueKind kind) {
  switch (kind) {
    case model::VenueKind::kHotelRoom:
    case model::VenueKind::kStreet:
    case model::VenueKind::kPublicBathroom:
    case model::VenueKind::kChangingRoom:
    case model::VenueKind::kToilet:
    case model::VenueKind::kVehicle:
    case model::VenueKind::kHome:
    case model::VenueKind::kOther:
    case model::VenueKind::kResidentialCompound:
    case model::VenueKind::kSchool:
    case model::VenueKind::kLibrary:
      return false;
    default:
      return true;
  }
}

// What holds of every one; missing where one does not say.
template <class Get>
model::Fact OfAll(const std::vector<model::Notice>& notices, Get get) {
  model::Fact all;
  for (const model::Notice& notice : notices) {
    const model::Fact& one = get(notice);
    if (!one.has_value()) return std::nullopt;
    all = all.value_or(true) && *one;
  }
  return all;
}
// What holds of at least one; missing where none does and one does not say.
template <class Get>
model::Fact OfAny(const std::vector<model::Notice>& notices, Get get) {
  bool is_silent = notices.empty();
  for (const model::Notice& notice : notices) {
    const model::Fact one = get(notice);
    if (one.value_or(false)) return true;
    is_silent = is_silent || !one.has_value();
  }
  return is_silent ? model::Fact() : model::Fact(false);
}

template <class R, class Key>
const R* Greatest(const std::vector<R>& all, Key key) {
  const R* greatest = nullptr;
  for (const R& one : all) {
    if (greatest == nullptr || key(*greatest) < key(one)) greatest = &one;
  }
  return greatest;
}

// Takes `prefix` from the front of `text`, where it is there.
bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string InitiatorOf(model::Role role) {
  switch (role) {
    case model::Role::kCamera:
    case model::Role::kController:
    case model::Role::kEnroller:
    case model::Role::kSelf:
      return "subject";  // cameras wait for people who step up; there are no others
    case model::Role::kOperator:
    case model::Role::kAuditor:
    case model::Role::kViewer:
    case model::Role::kResolver:
      return "operator";
  }
  return "operator";
}

}  // namespace

void SetAsked(rules::Inputs& inputs, std::optional<model::Operation> operation,
              core::Timestamp now) {
  inputs.Set("now", now);
  if (operation) inputs.Set("request.operation", OperationInput(*operation));
}

Json ToJson(const GatewayFacts& facts) {
  Json controls = Json::MakeArray();
  for (const std::string& control : facts.controls) controls.Push(control);
  Json json = Json::MakeObject();
  json.Set("controls", std::move(controls))
      .Set("storage_location", facts.storage_location)
      .Set("key_custody", facts.key_custody)
      .Set("leaves_device_via_internet", facts.leaves_device_via_internet);
  if (!facts.storage_country.empty()) json.Set("storage_country", facts.storage_country);
  json.Set("log_retained_days", static_cast<std::int64_t>(facts.log_retained_days));
  return json;
}

GatewayFacts GatewayFactsFrom(const Json& json, const GatewayFacts& otherwise) {
  GatewayFacts facts = otherwise;
  if (const Json* controls = json.Find("controls"); controls != nullptr && controls->is_array()) {
    facts.controls.clear();
    for (const Json& control : controls->AsArray()) {
      if (control.is_string()) facts.controls.insert(control.AsString());
    }
  }
  facts.storage_location = json.StringOr("storage_location", otherwise.storage_location);
  facts.key_custody = json.StringOr("key_custody", otherwise.key_custody);
  facts.leaves_device_via_internet =
      json.BoolOr("leaves_device_via_internet", otherwise.leaves_device_via_internet);
  // A gateway that did not tell where it stores has none on record.
  facts.storage_country = json.StringOr("storage_country", "");
  facts.log_retained_days = json.NumberOr("log_retained_days", otherwise.log_retained_days);
  return facts;
}

bool SpeaksFor(const model::Principal& caller, const model::CameraRef& camera) {
  // Resource by resource, so that no name is put together: "operators/o/sites/s/cameras/c".
  std::string_view rest = caller.resource;
  for (const auto& [kind, id] :
       {std::pair<std::string_view, std::string_view>{"operators/", camera.op.str()},
        {"/sites/", camera.site.str()},
        {"/cameras/", camera.camera.str()}}) {
    if (rest.empty()) return true;
    if (!TakePrefix(rest, kind) || !TakePrefix(rest, id)) return false;
  }
  return rest.empty();
}

void SetEveryRequest(rules::Inputs& inputs) {
  // There is no way to ask facegate about anything but a live camera.
  inputs.Set("request.source", std::string("live_camera"));
  inputs.Set("request.real_time", true);
  inputs.Set("request.remote_or_covert", false);
  inputs.Set("request.window_bounded", true);
  inputs.Set("request.place_bounded", true);
  inputs.Set("request.watchlist_bounded", true);
  inputs.Set("request.human_review", 0.0);
}

void SetRequest(rules::Inputs& inputs, const Claim& claim, model::CameraUse use,
                core::Timestamp now) {
  SetAsked(inputs, claim.operation, now);
  inputs.Set("request.initiator", InitiatorOf(claim.caller.role));
  // Who shows a holder token claims to be whom it names, good or not.
  const bool is_claimed = claim.subject.has_value() || !claim.holder_token.empty();
  inputs.Set("request.subject_claimed", is_claimed);
  inputs.Set("request.region_marked", claim.region.has_value());
  // A marked lane is stepped into; a claim at a door or desk is made by who stands there.
  inputs.Set("request.active_participation", claim.operation == model::Operation::kIdentify1toN
                                                 ? use == model::CameraUse::kMarkedLane
                                                 : is_claimed);
  inputs.Set("caller.role", WordInput(claim.caller.role));
  inputs.Set("caller.speaks_for_camera", SpeaksFor(claim.caller, claim.camera));
}

const model::Exemption* SetExemption(rules::Inputs& inputs,
                                     const std::vector<model::Exemption>& exemptions,
                                     const model::SiteRef& site, const model::PurposeId& purpose,
                                     core::Timestamp now) {
  const model::Exemption* standing = nullptr;
  for (const model::Exemption& exemption : exemptions) {
    if (!model::Stands(exemption, now) || !model::Covers(exemption, site, purpose)) continue;
    if (standing == nullptr || standing->expires_at < exemption.expires_at) standing = &exemption;
  }
  if (standing == nullptr) {
    // Known not to be there, which is something else than missing.
    inputs.Set("exemption.kind", std::string("none"));
    inputs.Set("exemption.legal_ref", std::string());
    inputs.Set("exemption.attested_by", 0.0);
    inputs.Set("exemption.expires_at", core::Timestamp{0});
    inputs.Set("oversight.judicial_authorisation", false);
    return nullptr;
  }
  std::set<std::string> principals;
  for (const auto& attestation : standing->attestations) principals.insert(attestation.principal);
  inputs.Set("exemption.kind", WordInput(standing->kind));
  inputs.Set("exemption.legal_ref", standing->legal_ref);
  inputs.Set("exemption.attested_by", static_cast<double>(principals.size()));
  inputs.Set("exemption.expires_at", standing->expires_at);
  inputs.Set("oversight.judicial_authorisation", standing->judicial_authorisation.value_or(false));
  return standing;
}

void SetOperator(rules::Inputs& inputs, const model::Operator& op, const GatewayFacts& gateway) {
  SetWord(inputs, "org.kind", op.kind);
  SetFact(inputs, "org.is_property_manager", op.is_property_manager);
  SetFact(inputs, "org.is_employer_of_subject", op.employs_subjects);
  SetFact(inputs, "org.operates_cii", op.operates_cii);
  SetFact(inputs, "org.serves_general_public", op.serves_general_public);
  SetWord(inputs, "ai.annex_iii_class", op.ai_annex_iii_class);
  SetAttested(inputs, "oversight.trained", op.oversight_training);
  SetAttested(inputs, "oversight.worker_reps_informed", op.worker_reps_informed);
  SetAttested(inputs, "records.processing_register", op.processing_register);
  SetAttested(inputs, "contract.processor_agreement", op.processor_agreement);
  if (op.minor_rules.has_value() && !op.minor_rules->ref.empty()) {
    inputs.Set("minor.special_rules_doc", op.minor_rules->ref);
  }
  if (op.mlps_level.has_value() && op.mlps_certificate.has_value()) {
    inputs.Set("security.mlps_level", static_cast<double>(*op.mlps_level));
  }
  SetAttestedOn(inputs, "audit.last_compliance_audit_on", op.compliance_audit);
  SetAttestedOn(inputs, "audit.minors_audit_on", op.minors_audit);

  std::vector<std::string> controls(gateway.controls.begin(), gateway.controls.end());
  const auto add = [&](const std::optional<model::Attestation>& shown, const char* control) {
    if (shown.has_value()) controls.emplace_back(control);
  };
  add(op.staff_training, "staff_training");
  add(op.incident_plan, "incident_plan");
  add(op.authorization_mgmt, "authorization_mgmt");
  add(op.intrusion_detection, "intrusion_detection");
  inputs.Set("security.controls", std::move(controls));
}

void SetGateway(rules::Inputs& inputs, const GatewayFacts& gateway) {
  inputs.Set("storage.location", gateway.storage_location);
  inputs.Set("storage.key_custody", gateway.key_custody);
  inputs.Set("storage.leaves_device_via_internet", gateway.leaves_device_via_internet);
  if (!gateway.storage_country.empty()) inputs.Set("storage.country", gateway.storage_country);
  inputs.Set("storage.template_linked_to_identity_store", false);
  // Frames live within their request, but for what SetKeptImage says; nothing is cropped of anybody
  // but the person meant.
  inputs.Set("image.original_kept", false);
  inputs.Set("image.anonymised", true);
  inputs.Set("image.raw_deleted_after_template", true);
  inputs.Set("log.enabled", true);
  inputs.Set("log.retained_days", gateway.log_retained_days);
  inputs.Set("log.fields",
             std::vector<std::string>{"use_period", "decision", "rule_ids", "consent_ref"});
  inputs.Set("oversight.verifiers", 0.0);
  // One call grants, one withdraws, and every consent has an end.
  inputs.Set("consent.grant_steps", 1.0);
  inputs.Set("consent.withdraw_steps", 1.0);
  inputs.Set("consent.term_unlimited_or_irrevocable", false);
  // There is no way to ask facegate for anything but identity.
  inputs.Set("request.attributes", std::vector<std::string>{"identity"});
}

void SetCustody(rules::Inputs& inputs, const model::Purpose& purpose) {
  if (model::CustodyOf(purpose) == model::TemplateCustody::kHolder) {
    inputs.Set("storage.location", std::string(kHeldLocation));
  }
}

void SetKeptImage(rules::Inputs& inputs, const model::Purpose& purpose,
                  model::Operation operation) {
  const auto kept = purpose.image_retention.value_or(model::ImageRetention::kNone);
  if (kept == model::ImageRetention::kNone || operation != model::Operation::kEnroll) return;
  inputs.Set("image.original_kept", true);
  inputs.Set("image.anonymised", false);
  inputs.Set("image.raw_deleted_after_template", false);
  inputs.Set("image.kept_resolution_ratio",
             kept == model::ImageRetention::kReduced ? model::kReducedImageRatio : 1.0);
}

void SetSite(rules::Inputs& inputs, const model::Site& site) {
  const rules::Place place = rules::CanonicalPlace(site.country, site.region, site.city);
  inputs.Set("venue.kind", WordInput(site.venue_kind));
  inputs.Set("venue.country", place.country);
  if (!place.region.empty()) inputs.Set("venue.region", place.region);
  if (!place.city.empty()) inputs.Set("venue.city", place.city);
  inputs.Set("venue.public_place", site.public_place);
  inputs.Set("venue.business_premises",
             site.business_premises.value_or(IsBusiness(site.venue_kind)));
  inputs.Set("venue.private_space", site.private_space.value_or(false));
  SetFact(inputs, "venue.smart_access_multidwelling", site.smart_access_multidwelling);
  SetFact(inputs, "venue.public_accommodation", site.public_accommodation);
  SetDate(inputs, "deployment.started_on", site.started_on);
  SetDate(inputs, "deployment.ended_on", site.ended_on);
}

void SetSignage(rules::Inputs& inputs, const std::vector<model::Signage>& signs) {
  const model::Signage* last =
      Greatest(signs, [](const model::Signage& sign) { return sign.verified_at; });
  if (last == nullptr) {
    inputs.Set("signage.present", false);
    return;
  }
  SetFact(inputs, "signage.present", last->present);
  SetFact(inputs, "signage.conspicuous", last->conspicuous);
  SetFact(inputs, "signage.at_every_customer_entrance", last->at_every_customer_entrance);
  inputs.Set("signage.verified_at", last->verified_at);
  SetWords(inputs, "signage.layer1_fields", last->layer1_fields);
}

void SetAccessPoint(rules::Inputs& inputs, const model::AccessPoint* access_point,
                    core::Timestamp now) {
  inputs.Set("access_point.known", access_point != nullptr);
  if (access_point == nullptr) return;
  std::vector<std::string> kinds;
  model::Fact extra_cost = false;
  model::Fact separate_lane = true;
  for (const model::Alternative& alternative : access_point->alternatives) {
    const std::string kind = WordInput(alternative.kind);
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    if (!alternative.extra_cost.has_value()) extra_cost.reset();
    if (extra_cost.has_value()) extra_cost = *extra_cost || *alternative.extra_cost;
    if (!alternative.separate_lane.has_value()) separate_lane.reset();
    if (separate_lane.has_value()) separate_lane = *separate_lane && *alternative.separate_lane;
  }
  const int working = model::WorkingAlternatives(*access_point, now);
  inputs.Set("alternatives.offered", !access_point->alternatives.empty());
  inputs.Set("alternatives.kinds", std::move(kinds));
  inputs.Set("alternatives.operational", working > 0);
  inputs.Set("alternatives.working_count", static_cast<double>(working));
  if (const auto ratio = model::MaxWaitRatio(*access_point)) {
    inputs.Set("alternatives.max_wait_ratio", *ratio);
  }
  if (!access_point->alternatives.empty()) {
    SetFact(inputs, "alternatives.extra_cost", extra_cost);
    SetFact(inputs, "alternatives.separate_lane", separate_lane);
  }
  SetFact(inputs, "pressure.service_refused_on_refusal", access_point->service_refused_on_refusal);
  SetFact(inputs, "pressure.penalty_or_price_on_refusal",
          access_point->penalty_or_price_on_refusal);
}

void SetCamera(rules::Inputs& inputs, const model::Camera& camera) {
  inputs.Set("camera.registered", true);
  inputs.Set("camera.marked_lane", camera.use == model::CameraUse::kMarkedLane);
  inputs.Set("camera.enrollment_desk", camera.use == model::CameraUse::kEnrollmentDesk);
  inputs.Set("venue.capture_area_declared", model::CaptureAreaDeclared(camera));
  SetFact(inputs, "request.prompt_shown", camera.displays_prompt);
  if (camera.use == model::CameraUse::kEnrollmentDesk) {
    // Whoever does not want to be enrolled is not: nothing at a desk is refused or costs more.
    inputs.Set("pressure.service_refused_on_refusal", false);
    inputs.Set("pressure.penalty_or_price_on_refusal", false);
  }
}

void SetDevice(rules::Inputs& inputs, const std::vector<model::DeviceAssessment>& tests,
               const std::vector<model::ThresholdReview>& reviews) {
  std::optional<model::Date> reviewed_on;
  std::optional<model::Date> reported_on;
  for (const model::ThresholdReview& review : reviews) {
    reviewed_on = std::max(reviewed_on, std::optional(review.reviewed_on));
    if (review.group_error_report_sha256.empty()) continue;
    reported_on = std::max(reported_on, std::optional(review.reviewed_on));
  }
  const model::DeviceAssessment* last =
      Greatest(tests, [](const model::DeviceAssessment& test) { return test.assessed_on; });
  if (last != nullptr) {
    inputs.Set("device.last_assessed_on", model::StartOf(last->assessed_on));
    SetFact(inputs, "device.certified", last->certified);
    SetFact(inputs, "device.certification_required", last->certification_required);
    SetFact(inputs, "device.post_assessment_action_logged", last->post_assessment_action_logged);
    reviewed_on = std::max(reviewed_on, last->threshold_review_on);
  }
  SetDate(inputs, "matcher.threshold_review_on", reviewed_on);
  SetDate(inputs, "matcher.group_error_report_on", reported_on);
}

void SetPurpose(rules::Inputs& inputs, const model::Purpose& purpose) {
  inputs.Set("purpose.declared", true);
  inputs.Set("purpose.id", purpose.id.str());
  inputs.Set("purpose.version", static_cast<double>(purpose.version));
  inputs.Set("purpose.category", WordInput(purpose.category));
  inputs.Set("purpose.specific", !purpose.necessity_statement.empty());
  if (!purpose.necessity_statement.empty()) {
    inputs.Set("purpose.necessity_doc", "purpose/" + purpose.id.str());
  }
  inputs.Set("purpose.alternatives_assessed", purpose.alternatives_assessed);
  SetFact(inputs, "purpose.equivalent_nonbiometric_exists", purpose.equivalent_nonbiometric_exists);
  SetFact(inputs, "purpose.uses_national_id_channel", purpose.uses_national_id_channel);
  SetWord(inputs, "request.decision_effect", purpose.decision_effect);
  inputs.Set("retention.declared_days", static_cast<double>(purpose.retention_days));
  if (purpose.other_law_days.has_value()) {
    inputs.Set("retention.other_law_days", static_cast<double>(*purpose.other_law_days));
  }
  SetDate(inputs, "retention.purpose_ended_on", purpose.ended_on);
}

void SetNotices(rules::Inputs& inputs, const std::vector<model::Notice>& current) {
  inputs.Set("notice.registered", !current.empty());
  SetFact(inputs, "notice.plain_language",
          OfAll(current, [](const auto& n) { return n.plain_language; }));
  SetFact(inputs, "notice.accessible_format",
          OfAny(current, [](const auto& n) { return n.accessible_format; }));
  SetFact(inputs, "retention.schedule_public",
          OfAny(current, [](const auto& n) { return n.retention_schedule_public; }));
  SetFact(inputs, "complaint.channel_public",
          OfAny(current, [](const auto& n) { return n.complaint_channel_public; }));
  SetFact(inputs, "pressure.bundled_with_other_terms",
          OfAny(current, [](const auto& n) { return model::Bundles(n); }));
  SetFact(inputs, "pressure.misleading_text_flag",
          OfAny(current, [](const auto& n) { return model::Misleads(n); }));
  if (current.empty()) return;
  std::set<model::NoticeField> fields = current.front().fields;
  for (const model::Notice& notice : current) {
    std::erase_if(fields, [&](model::NoticeField f) { return !notice.fields.contains(f); });
  }
  SetWords(inputs, "notice.fields", fields);
}

void SetAssessments(rules::Inputs& inputs, const model::Purpose& purpose,
                    const std::vector<model::Assessment>& assessments) {
  // Of those of one day, that of the newest version.
  const model::Assessment* last = Greatest(assessments, [](const model::Assessment& a) {
    return std::pair(a.approved_on, a.purpose_version);
  });
  if (last == nullptr) return;
  SetDate(inputs, "pia.approved_on", last->approved_on);
  SetDate(inputs, "pia.retained_until", last->retained_until);
  inputs.Set("pia.covers_purpose_version", last->purpose_version == purpose.version);
  SetWords(inputs, "pia.sections", last->sections);
  inputs.Set("pia.invalidated_by", WordInput(last->invalidated_by));
  SetFact(inputs, "pia.consultation_done", last->consultation_done);
  SetFact(inputs, "fria.done", last->fria_done);
}

void SetFilings(rules::Inputs& inputs, const std::vector<model::Filing>& filings) {
  // Cancelled ones last: they stand for nothing while another does.
  const model::Filing* furthest = Greatest(filings, [](const model::Filing& filing) {
    const bool is_cancelled = filing.status == model::FilingStatus::kCancelled;
    return std::pair(!is_cancelled, filing.status);
  });
  if (furthest == nullptr) {
    inputs.Set("filing.status", std::string("none"));
    inputs.Set("oversight.registered_system", false);
    return;
  }
  inputs.Set("filing.status", WordInput(furthest->status));
  SetDate(inputs, "filing.submitted_on", furthest->submitted_on);
  SetWords(inputs, "filing.docs", furthest->docs);
  SetDate(inputs, "filing.last_material_change_on", furthest->last_material_change_on);
  SetDate(inputs, "filing.change_submitted_on", furthest->change_submitted_on);
  SetDate(inputs, "filing.cancel_submitted_on", furthest->cancel_submitted_on);
  SetFact(inputs, "filing.data_disposed_on_exit", furthest->data_disposed_on_exit);
  inputs.Set("oversight.registered_system", furthest->registered_system.value_or(false));
}

void SetDuties(rules::Inputs& inputs, const std::vector<model::Incident>& incidents,
               const std::vector<model::RightsRequest>& requests) {
  const model::Incident* pressing = nullptr;
  bool major_open = false;
  for (const model::Incident& incident : incidents) {
    if (incident.drill || incident.closed_at.has_value()) continue;
    major_open = major_open || incident.major.value_or(false);
    // One that nobody was told of goes first, then the oldest.
    const auto rank = [](const model::Incident& one) {
      return std::pair(one.authority_notified_at.has_value(), one.detected_at);
    };
    if (pressing == nullptr || rank(incident) < rank(*pressing)) pressing = &incident;
  }
  inputs.Set("incident.major_open", major_open);
  if (pressing != nullptr) {
    inputs.Set("incident.detected_at", pressing->detected_at);
    SetFact(inputs, "incident.high_risk", pressing->high_risk);
    if (pressing->authority_notified_at) {
      inputs.Set("incident.authority_notified_at", *pressing->authority_notified_at);
    }
    if (pressing->subjects_notified_at) {
      inputs.Set("incident.subjects_notified_at", *pressing->subjects_notified_at);
    }
  }
  const model::RightsRequest* oldest = nullptr;
  for (const model::RightsRequest& request : requests) {
    if (request.answered_on.has_value()) continue;
    if (oldest == nullptr || request.received_on < oldest->received_on) oldest = &request;
  }
  if (oldest != nullptr) {
    inputs.Set("rights.request_received_on", model::StartOf(oldest->received_on));
  }
}

void SetPopulation(rules::Inputs& inputs, const Population& population) {
  inputs.Set("population.stored_persons", static_cast<double>(population.stored_persons));
  SetDate(inputs, "population.threshold_crossed_on", population.threshold_crossed_on);
}

std::string ConsentStatusInput(const model::Consent* consent, core::Timestamp now) {
  if (consent == nullptr) return "absent";
  switch (consent->status) {
    case model::ConsentStatus::kGranted:
      return now < consent->expires_at ? "granted" : "expired";
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

void SetConsent(rules::Inputs& inputs, const model::Consent* consent, const model::Purpose& purpose,
                const model::SiteId& site, core::Timestamp now) {
  SetConsentAsGiven(inputs, consent, site);
  SetConsentAsOf(inputs, consent, purpose, now);
}

void SetConsentAsOf(rules::Inputs& inputs, const model::Consent* consent,
                    const model::Purpose& purpose, core::Timestamp now) {
  inputs.Set("consent.status", ConsentStatusInput(consent, now));
  if (consent == nullptr) return;
  inputs.Set("consent.covers_purpose_version", consent->purpose_version == purpose.version);
}

void SetConsentAsGiven(rules::Inputs& inputs, const model::Consent* consent,
                       const model::SiteId& site) {
  if (consent == nullptr) {
    inputs.Set("consent.form", std::string("none"));
    inputs.Set("consent.scopes", std::vector<std::string>());
    return;
  }
  inputs.Set("consent.form", WordInput(consent->form));
  inputs.Set("consent.given_by", WordInput(consent->given_by));
  SetWords(inputs, "consent.scopes", consent->scopes);
  inputs.Set("consent.site_matches", consent->site == site);
  // No consent is recorded without the hash of a registered text that was shown.
  inputs.Set("notice.given_before", !consent->notice_sha256.empty());
  if (!consent->evidence_sha256.empty()) {
    inputs.Set("consent.evidence_hash", consent->evidence_sha256);
  }
  inputs.Set("guardian.verified", !consent->guardian_evidence_sha256.empty());
  inputs.Set("consent.recorded_at", consent->granted_at);
  inputs.Set("consent.expires_at", consent->expires_at);
  // When people come by is not kept of them: the last that is known is that they agreed.
  SetDate(inputs, "retention.last_interaction_on", model::DateOf(consent->granted_at));
}

void SetRestricted(rules::Inputs& inputs) {
  inputs.Set("consent.status", std::string(kRestrictedStatus));
}

void SetSubject(rules::Inputs& inputs, const model::Subject* subject, bool enrolled,
                core::Timestamp now) {
  inputs.Set("subject.enrolled", enrolled);
  SetSubjectAsKnown(inputs, subject);
  SetAgeAsOf(inputs, subject, now);
}

void SetAgeAsOf(rules::Inputs& inputs, const model::Subject* subject, core::Timestamp now) {
  if (subject == nullptr || !subject->age_known) return;
  inputs.Set("subject.age_years", model::AgeYearsAt(*subject, now));
}

void SetSubjectAsKnown(rules::Inputs& inputs, const model::Subject* subject) {
  if (subject == nullptr) return;
  inputs.Set("subject.age_known", subject->age_known);
  if (!subject->country.empty()) inputs.Set("subject.country", subject->country);
  // "IL" and "US-IL" are the same to packs, and so are the members of the EU.
  const std::string region = rules::CanonicalPlace(subject->country, subject->region, "").region;
  if (!region.empty()) inputs.Set("subject.region", region);
  SetWord(inputs, "subject.role", subject->role);
  SetFact(inputs, "subject.needs_accessibility", subject->needs_accessibility);
}

void SetReprompts(rules::Inputs& inputs, int reprompts) {
  inputs.Set("pressure.reprompts_after_refusal", static_cast<double>(reprompts));
}

void SetView(rules::Inputs& inputs, const FacesInView& view) {
  inputs.Set("faces.total", static_cast<double>(view.total));
  inputs.Set("faces.in_region", static_cast<double>(view.in_region));
  inputs.Set("image.bystander_present", view.total > view.in_region);
  inputs.Set("image.bystander_disposed_within_s", 0.0);  // nothing of them is ever taken
}

}  // namespace facegate::policy
