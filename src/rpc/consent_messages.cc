#include "rpc/consent_messages.h"

#include "facegate/model/ids.h"
#include "facegate/tlog/merkle.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

// Reads what asking and granting have in common. `M` is a message with the fields of
// RequestConsentRequest.
template <class M>
Status ReadTerms(const M& request, consent::Terms& terms) {
  FG_ASSIGN_OR_RETURN(terms.subject, model::ParseSubjectName(request.parent()));
  if (!request.consent_id().empty()) {
    FG_ASSIGN_OR_RETURN(terms.id, model::ConsentId::Parse(request.consent_id()));
  }
  FG_ASSIGN_OR_RETURN(const model::SiteRef site, model::ParseSiteName(request.site()));
  FG_ASSIGN_OR_RETURN(const model::PurposeRef purpose, model::ParsePurposeName(request.purpose()));
  if (site.op != terms.subject.op || purpose.op != terms.subject.op) {
    return Status(Code::kInvalidArgument, "OPERATORS_DIFFER",
                  "subject, site and purpose must be of one operator");
  }
  terms.site = site.site;
  terms.purpose = purpose.purpose;
  terms.purpose_version = request.purpose_version();
  for (const int scope : request.scopes()) {
    FG_ASSIGN_OR_RETURN(const model::ConsentScope known,
                        RequiredEnum<model::ConsentScope>(static_cast<v1::ConsentScope>(scope),
                                                          "BAD_CONSENT_SCOPE"));
    terms.scopes.insert(known);
  }
  terms.notice_sha256 = request.notice_sha256();
  if (request.alternative_offered() != v1::ALTERNATIVE_KIND_UNSPECIFIED) {
    FG_ASSIGN_OR_RETURN(terms.alternative_offered,
                        RequiredEnum<model::AlternativeKind>(request.alternative_offered(),
                                                             "BAD_ALTERNATIVE_KIND"));
  }
  if (request.channel() != v1::CONSENT_CHANNEL_UNSPECIFIED) {
    FG_ASSIGN_OR_RETURN(terms.channel, RequiredEnum<model::ConsentChannel>(request.channel(),
                                                                           "BAD_CONSENT_CHANNEL"));
  }
  return Status::Ok();
}

}  // namespace

core::Result<consent::Caller> CallerOf(const Call& call, const std::string& request_id) {
  FG_ASSIGN_OR_RETURN(std::string id, RequestIdOr(request_id));
  return consent::Caller{call.caller, std::move(id)};
}

core::Result<consent::Terms> FromProto(const v1::RequestConsentRequest& request) {
  consent::Terms terms;
  FG_RETURN_IF_ERROR(ReadTerms(request, terms));
  return terms;
}

core::Result<consent::Terms> FromProto(const v1::RefuseConsentRequest& request) {
  consent::Terms terms;
  FG_RETURN_IF_ERROR(ReadTerms(request, terms));
  return terms;
}

core::Result<consent::GrantRequest> FromProto(const v1::GrantConsentRequest& request) {
  consent::GrantRequest grant;
  FG_RETURN_IF_ERROR(ReadTerms(request, grant));
  FG_ASSIGN_OR_RETURN(grant.form,
                      RequiredEnum<model::ConsentForm>(request.form(), "BAD_CONSENT_FORM"));
  if (request.given_by() != v1::CONSENT_GIVER_UNSPECIFIED) {
    FG_ASSIGN_OR_RETURN(grant.given_by,
                        RequiredEnum<model::ConsentGiver>(request.given_by(), "BAD_CONSENT_GIVER"));
  }
  grant.evidence_sha256 = request.evidence_sha256();
  grant.guardian_evidence_sha256 = request.guardian_evidence_sha256();
  grant.guardian_verified_by = request.guardian_verified_by();
  FG_ASSIGN_OR_RETURN(grant.expires_at, FromProto(request.expire_time()));
  return grant;
}

core::Result<consent::SubjectFacts> FromProto(const v1::Subject& subject) {
  consent::SubjectFacts facts;
  if (subject.has_age_years()) facts.age_years = subject.age_years();
  facts.country = subject.country();
  facts.region = subject.region();
  if (subject.role() != v1::SUBJECT_ROLE_UNSPECIFIED) {
    FG_ASSIGN_OR_RETURN(facts.role,
                        RequiredEnum<model::SubjectRole>(subject.role(), "BAD_SUBJECT_ROLE"));
  }
  if (subject.has_needs_accessibility()) facts.needs_accessibility = subject.needs_accessibility();
  return facts;
}

v1::Subject ToProto(const model::Subject& subject) {
  v1::Subject proto;
  proto.set_name(model::SubjectName(subject.op, subject.id));
  if (subject.age_known) proto.set_age_years(subject.age_years);
  proto.set_country(subject.country);
  proto.set_region(subject.region);
  if (subject.role) proto.set_role(ToProtoEnum<v1::SubjectRole>(*subject.role));
  if (subject.needs_accessibility) proto.set_needs_accessibility(*subject.needs_accessibility);
  *proto.mutable_create_time() = ToProto(subject.created_at);
  proto.set_log_index(static_cast<std::int64_t>(subject.log_index));
  if (subject.restricted_at) *proto.mutable_restrict_time() = ToProto(*subject.restricted_at);
  return proto;
}

v1::Consent ToProto(const model::Consent& consent) {
  v1::Consent proto;
  proto.set_name(model::ConsentName(consent.op, consent.subject, consent.id));
  proto.set_site(model::SiteName(consent.op, consent.site));
  proto.set_purpose(model::PurposeName(consent.op, consent.purpose));
  proto.set_purpose_version(consent.purpose_version);
  proto.set_status(ToProtoEnum<v1::ConsentStatus>(consent.status));
  proto.set_form(ToProtoEnum<v1::ConsentForm>(consent.form));
  proto.set_given_by(ToProtoEnum<v1::ConsentGiver>(consent.given_by));
  for (const model::ConsentScope scope : consent.scopes) {
    proto.add_scopes(ToProtoEnum<v1::ConsentScope>(scope));
  }
  proto.set_notice_sha256(consent.notice_sha256);
  proto.set_evidence_sha256(consent.evidence_sha256);
  proto.set_guardian_evidence_sha256(consent.guardian_evidence_sha256);
  proto.set_guardian_verified_by(consent.guardian_verified_by);
  if (consent.alternative_offered) {
    proto.set_alternative_offered(ToProtoEnum<v1::AlternativeKind>(*consent.alternative_offered));
  }
  if (consent.channel) proto.set_channel(ToProtoEnum<v1::ConsentChannel>(*consent.channel));
  *proto.mutable_grant_time() = ToProto(consent.granted_at);
  *proto.mutable_expire_time() = ToProto(consent.expires_at);
  proto.set_epoch(static_cast<std::int64_t>(consent.epoch));
  proto.set_log_index(static_cast<std::int64_t>(consent.log_index));
  return proto;
}

v1::OwnRecord ToProto(const model::OperatorId& op, const consent::OwnRecord& record) {
  const core::Json& line = record.line;
  v1::OwnRecord proto;
  proto.set_index(line.IntOr("index", 0));
  if (const auto time = core::ParseRfc3339(line.StringOr("time", "")); time.ok()) {
    *proto.mutable_record_time() = ToProto(*time);
  }
  proto.set_type(line.StringOr("type", ""));
  if (const auto site = model::SiteId::Parse(line.StringOr("site", "")); site.ok()) {
    proto.set_site(model::SiteName(op, *site));
  }
  if (const auto purpose = model::PurposeId::Parse(line.StringOr("purpose", "")); purpose.ok()) {
    proto.set_purpose(model::PurposeName(op, *purpose));
  }
  if (const auto verdict = model::FromWord<model::Verdict>(line.StringOr("outcome", ""))) {
    proto.set_verdict(ToProtoEnum<v1::Verdict>(*verdict));
  }
  if (const auto reason = model::FromWord<model::Reason>(line.StringOr("reason", ""))) {
    proto.set_reason(ToProtoEnum<v1::Reason>(*reason));
  }
  if (const auto why = model::FromWord<model::ResolutionReason>(line.StringOr("why", ""))) {
    proto.set_resolution_reason(ToProtoEnum<v1::ResolutionReason>(*why));
  }
  proto.set_rests_on_consent(record.rests_on_consent);
  proto.set_leaf_hash(HashBytes(tlog::LeafHash(core::AsBytes(record.entry))));
  return proto;
}

std::string LimitsOfErasure(core::Timestamp backups_end) {
  return "Backups made before this erasure may still hold what was erased, sealed, until " +
         core::FormatDay(backups_end) +
         ": until then they are used for nothing but a restore, which erases it again, and no "
         "older "
         "one is restored. The log keeps its records, in which nothing leads to the person any "
         "more. "
         "Copies made past the gateway, such as images of its disks, and what was handed out "
         "before "
         "are beyond its reach.";
}

}  // namespace facegate::rpc
