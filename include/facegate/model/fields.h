// The members of every resource, told once: names, order, and what each is to a reader or writer.
//
// The stored body, the protos, `facegate registry apply` and resource names are all read off these
// lists, so that a member added here exists everywhere. A visitor is any class with these members:
//   Key(name, id)            an id of the resource's name
//   Must(name, member)       in every stored body; written always
//   May(name, member)        absent from bodies where it says nothing
//   Out(name, member)        decided by the registry: never taken from a request
//   Link(name, id, prefix)   another resource of the same operator, empty for none; prefix() is its
//                            name up to the id
// Names are those of the protos.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "facegate/model/compliance.h"
#include "facegate/model/duties.h"
#include "facegate/model/resources.h"

namespace facegate::model {

// Visit(visitor, value) calls the visitor for each member; also for the values inside resources.
template <class T>
struct Fields;

// kWord: the stored kind. kName: the form of its names. Keys(visitor, resource): the ids in them.
template <class R>
struct Kind;

// Every kind, parents before their children: what describes a deployment and stands around it, and
// the registers of what happened.
using RegistryKinds = std::tuple<Operator, Site, AccessPoint, Camera, Purpose, Notice, Signage,
                                 Assessment, Filing, Exemption, DeviceAssessment>;
using DutyKinds = std::tuple<Complaint, RightsRequest, Incident, Disclosure, ThresholdReview>;
using Kinds = decltype(std::tuple_cat(RegistryKinds{}, DutyKinds{}));

// The site and the purpose that a resource is, belongs to or is about.
template <class R>
std::optional<SiteId> SiteOf(const R& v) {
  if constexpr (std::is_same_v<R, Site>) return v.id;
  if constexpr (requires { v.site; }) {
    if (!v.site.empty()) return v.site;
  }
  return std::nullopt;
}
template <class R>
std::optional<PurposeId> PurposeOf(const R& v) {
  if constexpr (std::is_same_v<R, Purpose>) return v.id;
  if constexpr (requires { v.purpose; }) {
    if (!v.purpose.empty()) return v.purpose;
  }
  return std::nullopt;
}

// How the API spells a kind; all of it lies in the form of its names.
struct Spelling {
  std::string form;         // "operators/{operator}/sites/{site}/accessPoints/{access_point}"
  std::string parent_form;  // "operators/{operator}/sites/{site}"; empty for operators
  std::string collection;   // "accessPoints"
  std::string plural;       // "AccessPoints"
  std::string member;       // "access_point"
  std::string noun;         // "AccessPoint"
};
// Requires: `form` is a Kind<R>::kName.
Spelling SpellingOf(std::string_view form);
// "min_face_px" as "minFacePx", protobuf's JSON form of a member's name.
std::string CamelOf(std::string_view member);

// clang-format off
// M(kind) for each of them, for explicit instantiations.
#define FG_EACH_KIND(M)                                                                      \
  M(Operator) M(Site) M(AccessPoint) M(Camera) M(Purpose) M(Notice) M(Signage) M(Assessment) \
  M(Filing) M(Exemption) M(DeviceAssessment) M(Complaint) M(RightsRequest) M(Incident)       \
  M(Disclosure) M(ThresholdReview)

#define FG_VISIT(Type)          \
  template <>                   \
  struct Fields<Type> {         \
    template <class V, class T> \
    static void Visit(V& v, T& r)
#define FG_KIND(Type, word, name)                   \
  template <>                                       \
  struct Kind<Type> {                               \
    static constexpr std::string_view kWord = word; \
    static constexpr std::string_view kName = name; \
    template <class V, class T>                     \
    static void Keys(V& v, T& r)
#define FG_END \
  }            \
  ;

// ---- The registry ----

FG_VISIT(Region) {
  v.Must("x0", r.x0);
  v.Must("y0", r.y0);
  v.Must("x1", r.x1);
  v.Must("y1", r.y1);
} FG_END

FG_VISIT(Attestation) {
  v.May("ref", r.ref);
  v.May("on", r.on);
  v.May("by", r.by);
} FG_END

FG_KIND(Operator, "operator", "operators/{operator}") {
  v.Key("operator", r.id);
} FG_END
FG_VISIT(Operator) {
  v.Must("display_name", r.display_name);
  v.May("kind", r.kind);
  v.May("is_property_manager", r.is_property_manager);
  v.May("employs_subjects", r.employs_subjects);
  v.May("operates_cii", r.operates_cii);
  v.May("serves_general_public", r.serves_general_public);
  v.May("complaint_channel", r.complaint_channel);
  v.May("ai_annex_iii_class", r.ai_annex_iii_class);
  v.May("oversight_training", r.oversight_training);
  v.May("worker_reps_informed", r.worker_reps_informed);
  v.May("processing_register", r.processing_register);
  v.May("processor_agreement", r.processor_agreement);
  v.May("minor_rules", r.minor_rules);
  v.May("mlps_level", r.mlps_level);
  v.May("mlps_certificate", r.mlps_certificate);
  v.May("compliance_audit", r.compliance_audit);
  v.May("minors_audit", r.minors_audit);
  v.May("staff_training", r.staff_training);
  v.May("incident_plan", r.incident_plan);
  v.May("authorization_mgmt", r.authorization_mgmt);
  v.May("intrusion_detection", r.intrusion_detection);
  v.May("lawful_ends", r.lawful_ends);
} FG_END

FG_KIND(Site, "site", "operators/{operator}/sites/{site}") {
  v.Key("operator", r.op);
  v.Key("site", r.id);
} FG_END
FG_VISIT(Site) {
  v.Must("display_name", r.display_name);
  v.Must("venue_kind", r.venue_kind);
  v.Must("country", r.country);
  v.Must("region", r.region);
  v.Must("city", r.city);
  v.Must("public_place", r.public_place);
  v.May("business_premises", r.business_premises);
  v.May("private_space", r.private_space);
  v.May("smart_access_multidwelling", r.smart_access_multidwelling);
  v.May("public_accommodation", r.public_accommodation);
  v.May("started_on", r.started_on);
  v.May("ended_on", r.ended_on);
  v.May("packs", r.packs);
} FG_END

FG_VISIT(Alternative) {
  v.Must("kind", r.kind);
  v.Must("display_name", r.display_name);
  v.Must("operational", r.operational);
  v.May("heartbeat_time", r.heartbeat_at);
  v.May("wait_s", r.wait_s);
  v.May("extra_cost", r.extra_cost);
  v.May("separate_lane", r.separate_lane);
} FG_END

FG_KIND(AccessPoint, "accessPoint",
        "operators/{operator}/sites/{site}/accessPoints/{access_point}") {
  v.Key("operator", r.op);
  v.Key("site", r.site);
  v.Key("access_point", r.id);
} FG_END
FG_VISIT(AccessPoint) {
  v.Must("display_name", r.display_name);
  v.Must("alternatives", r.alternatives);
  v.May("face_wait_s", r.face_wait_s);
  v.May("heartbeat_s_max", r.heartbeat_s_max);
  v.May("service_refused_on_refusal", r.service_refused_on_refusal);
  v.May("penalty_or_price_on_refusal", r.penalty_or_price_on_refusal);
} FG_END

FG_KIND(Camera, "camera", "operators/{operator}/sites/{site}/cameras/{camera}") {
  v.Key("operator", r.op);
  v.Key("site", r.site);
  v.Key("camera", r.id);
} FG_END
FG_VISIT(Camera) {
  v.Must("display_name", r.display_name);
  v.Must("use", r.use);
  v.Link("access_point", r.access_point,
         [&r] { return SiteName(r.op, r.site) + "/accessPoints/"; });
  v.Must("region_of_interest", r.region_of_interest);
  v.Must("min_face_px", r.min_face_px);
  v.May("capture_area", r.capture_area);
  v.May("displays_prompt", r.displays_prompt);
} FG_END

FG_VISIT(ConsideredAlternative) {
  v.Must("kind", r.kind);
  v.Must("insufficiency", r.insufficiency);
} FG_END

FG_KIND(Purpose, "purpose", "operators/{operator}/purposes/{purpose}") {
  v.Key("operator", r.op);
  v.Key("purpose", r.id);
} FG_END
FG_VISIT(Purpose) {
  v.Out("version", r.version);
  v.Must("display_name", r.display_name);
  v.Must("category", r.category);
  v.Must("retention_days", r.retention_days);
  v.Must("necessity_statement", r.necessity_statement);
  v.Must("alternatives_assessed", r.alternatives_assessed);
  v.May("considered_alternatives", r.considered_alternatives);
  v.May("necessity_approval", r.necessity_approval);
  v.May("decision_effect", r.decision_effect);
  v.May("equivalent_nonbiometric_exists", r.equivalent_nonbiometric_exists);
  v.May("uses_national_id_channel", r.uses_national_id_channel);
  v.May("other_law_days", r.other_law_days);
  v.May("ended_on", r.ended_on);
  v.May("image_retention", r.image_retention);
  v.May("image_retention_days", r.image_retention_days);
  v.May("custody", r.custody);
} FG_END

FG_KIND(Notice, "notice", "operators/{operator}/purposes/{purpose}/notices/{notice}") {
  v.Key("operator", r.op);
  v.Key("purpose", r.purpose);
  v.Key("notice", r.id);
} FG_END
FG_VISIT(Notice) {
  v.Must("purpose_version", r.purpose_version);
  v.Must("language", r.language);
  v.Must("text", r.text);
  v.Out("text_sha256", r.text_sha256);
  v.May("fields", r.fields);
  v.May("plain_language", r.plain_language);
  v.May("accessible_format", r.accessible_format);
  v.May("retention_schedule_public", r.retention_schedule_public);
  v.May("complaint_channel_public", r.complaint_channel_public);
  v.May("bundled_with_other_terms", r.bundled_with_other_terms);
  v.May("misleading", r.misleading);
  v.Out("wording_bundled", r.wording_bundled);
  v.Out("wording_misleading", r.wording_misleading);
  v.Out("wording_findings", r.wording_findings);
} FG_END

FG_KIND(Signage, "signage", "operators/{operator}/sites/{site}/signage/{signage}") {
  v.Key("operator", r.op);
  v.Key("site", r.site);
  v.Key("signage", r.id);
} FG_END
FG_VISIT(Signage) {
  v.Must("photo_sha256", r.photo_sha256);
  v.Must("attested_by", r.attested_by);
  v.Must("verify_time", r.verified_at);
  v.May("expire_time", r.expires_at);
  v.May("present", r.present);
  v.May("conspicuous", r.conspicuous);
  v.May("at_every_customer_entrance", r.at_every_customer_entrance);
  v.May("layer1_fields", r.layer1_fields);
} FG_END

FG_KIND(Assessment, "assessment",
        "operators/{operator}/purposes/{purpose}/assessments/{assessment}") {
  v.Key("operator", r.op);
  v.Key("purpose", r.purpose);
  v.Key("assessment", r.id);
} FG_END
FG_VISIT(Assessment) {
  v.Must("purpose_version", r.purpose_version);
  v.May("sections", r.sections);
  v.May("coverage", r.coverage);
  v.May("document_sha256", r.document_sha256);
  v.May("approved_by", r.approved_by);
  v.May("approved_on", r.approved_on);
  v.May("retained_until", r.retained_until);
  v.May("invalidated_by", r.invalidated_by);
  v.May("consultation_done", r.consultation_done);
  v.May("fria_done", r.fria_done);
} FG_END

FG_KIND(Filing, "filing", "operators/{operator}/filings/{filing}") {
  v.Key("operator", r.op);
  v.Key("filing", r.id);
} FG_END
FG_VISIT(Filing) {
  v.Must("authority", r.authority);
  v.Must("status", r.status);
  v.May("reference", r.reference);
  v.May("submitted_on", r.submitted_on);
  v.May("accepted_on", r.accepted_on);
  v.May("last_material_change_on", r.last_material_change_on);
  v.May("change_submitted_on", r.change_submitted_on);
  v.May("cancel_submitted_on", r.cancel_submitted_on);
  v.May("docs", r.docs);
  v.May("data_disposed_on_exit", r.data_disposed_on_exit);
  v.May("registered_system", r.registered_system);
} FG_END

FG_VISIT(ExemptionAttestation) {
  v.Must("principal", r.principal);
  v.Must("attest_time", r.at);
} FG_END

FG_KIND(Exemption, "exemption", "operators/{operator}/exemptions/{exemption}") {
  v.Key("operator", r.op);
  v.Key("exemption", r.id);
} FG_END
FG_VISIT(Exemption) {
  v.Must("kind", r.kind);
  v.Link("site", r.site, [&r] { return OperatorName(r.op) + "/sites/"; });
  v.Link("purpose", r.purpose, [&r] { return OperatorName(r.op) + "/purposes/"; });
  v.Must("legal_ref", r.legal_ref);
  v.Must("expire_time", r.expires_at);
  v.May("judicial_authorisation", r.judicial_authorisation);
  v.Must("withdrawn", r.withdrawn);
  v.Out("attestations", r.attestations);
} FG_END

FG_KIND(DeviceAssessment, "deviceAssessment",
        "operators/{operator}/sites/{site}/cameras/{camera}/deviceAssessments/"
        "{device_assessment}") {
  v.Key("operator", r.op);
  v.Key("site", r.site);
  v.Key("camera", r.camera);
  v.Key("device_assessment", r.id);
} FG_END
FG_VISIT(DeviceAssessment) {
  v.Must("assessed_on", r.assessed_on);
  v.Must("assessed_by", r.assessed_by);
  v.May("report_sha256", r.report_sha256);
  v.May("certified", r.certified);
  v.May("certification_required", r.certification_required);
  v.May("post_assessment_action_logged", r.post_assessment_action_logged);
  v.May("threshold_review_on", r.threshold_review_on);
} FG_END

// ---- The duties ----

FG_KIND(Complaint, "complaint", "operators/{operator}/complaints/{complaint}") {
  v.Key("operator", r.op);
  v.Key("complaint", r.id);
} FG_END
FG_VISIT(Complaint) {
  v.Must("kind", r.kind);
  v.Link("site", r.site, [&r] { return OperatorName(r.op) + "/sites/"; });
  v.Link("subject", r.subject, [&r] { return OperatorName(r.op) + "/subjects/"; });
  v.Must("received_on", r.received_on);
  v.Must("deadline_days", r.deadline_days);
  v.Out("due_on", r.due_on);
  v.May("answered_on", r.answered_on);
  v.May("outcome", r.outcome);
} FG_END

FG_KIND(RightsRequest, "rightsRequest", "operators/{operator}/rightsRequests/{rights_request}") {
  v.Key("operator", r.op);
  v.Key("rights_request", r.id);
} FG_END
FG_VISIT(RightsRequest) {
  v.Must("kind", r.kind);
  v.Link("subject", r.subject, [&r] { return OperatorName(r.op) + "/subjects/"; });
  v.Must("received_on", r.received_on);
  v.Must("deadline_days", r.deadline_days);
  v.Out("due_on", r.due_on);
  v.May("answered_on", r.answered_on);
  v.May("outcome", r.outcome);
} FG_END

FG_KIND(Incident, "incident", "operators/{operator}/incidents/{incident}") {
  v.Key("operator", r.op);
  v.Key("incident", r.id);
} FG_END
FG_VISIT(Incident) {
  v.Must("kind", r.kind);
  v.Must("drill", r.drill);
  v.Must("detect_time", r.detected_at);
  v.May("high_risk", r.high_risk);
  v.May("major", r.major);
  v.May("authority_notify_time", r.authority_notified_at);
  v.May("subjects_notify_time", r.subjects_notified_at);
  v.May("close_time", r.closed_at);
} FG_END

FG_KIND(Disclosure, "disclosure", "operators/{operator}/disclosures/{disclosure}") {
  v.Key("operator", r.op);
  v.Key("disclosure", r.id);
} FG_END
FG_VISIT(Disclosure) {
  v.Must("recipient", r.recipient);
  v.Must("basis", r.basis);
  v.May("for_value", r.for_value);
  v.Link("purpose", r.purpose, [&r] { return OperatorName(r.op) + "/purposes/"; });
  v.Must("disclosed_on", r.disclosed_on);
  v.May("records", r.records);
} FG_END

FG_KIND(ThresholdReview, "thresholdReview",
        "operators/{operator}/thresholdReviews/{threshold_review}") {
  v.Key("operator", r.op);
  v.Key("threshold_review", r.id);
} FG_END
FG_VISIT(ThresholdReview) {
  v.Must("reviewed_on", r.reviewed_on);
  v.Must("model_id", r.model_id);
  v.Must("decision", r.decision);
  v.May("reviewed_by", r.reviewed_by);
  v.May("group_error_report_sha256", r.group_error_report_sha256);
} FG_END

// clang-format on

#undef FG_VISIT
#undef FG_KIND
#undef FG_END

}  // namespace facegate::model
