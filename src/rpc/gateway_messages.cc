#include "rpc/gateway_messages.h"

#include <google/protobuf/util/time_util.h>

#include "facegate/core/check.h"
#include "facegate/gateway/sitting.h"
#include "facegate/model/ids.h"
#include "facegate/model/resources.h"
#include "rpc/call_guard.h"
#include "rpc/registry_messages.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

constexpr std::int64_t kLeaseMsDefault = 2'000;
constexpr std::int64_t kLeaseMsMax = 10'000;
constexpr std::int64_t kWaitedMsMax = core::kMsPerDay;
constexpr std::size_t kCredentialBytesMax = 512;

Status OperatorsDiffer() {
  return Status(Code::kInvalidArgument, "OPERATORS_DIFFER",
                "camera, purpose and subject must be of one operator");
}

// What the requests have in common.
template <class Request>
core::Result<policy::Claim> BaseClaim(const Request& request, const model::Principal& caller,
                                      model::Operation operation) {
  policy::Claim claim;
  claim.caller = caller;
  claim.operation = operation;
  FG_ASSIGN_OR_RETURN(claim.camera, model::ParseCameraName(request.camera()));
  FG_ASSIGN_OR_RETURN(const model::PurposeRef purpose, model::ParsePurposeName(request.purpose()));
  if (purpose.op != claim.camera.op) return OperatorsDiffer();
  claim.purpose = purpose.purpose;
  FG_ASSIGN_OR_RETURN(claim.request_id, RequestIdOr(request.request_id()));
  if (request.client_counter() < 0) {
    return Status(Code::kInvalidArgument, "BAD_CLIENT_COUNTER", "client_counter is 0 or more");
  }
  claim.client_counter = static_cast<std::uint64_t>(request.client_counter());
  return claim;
}

Status SetSubject(const std::string& name, policy::Claim& claim) {
  FG_ASSIGN_OR_RETURN(const model::SubjectRef subject, model::ParseSubjectName(name));
  if (subject.op != claim.camera.op) return OperatorsDiffer();
  claim.subject = subject.subject;
  return Status::Ok();
}

// What the two ways of enrolling have in common.
template <class Request>
core::Result<policy::Claim> EnrollClaim(const Request& request, const model::Principal& caller) {
  FG_ASSIGN_OR_RETURN(policy::Claim claim, BaseClaim(request, caller, model::Operation::kEnroll));
  FG_RETURN_IF_ERROR(SetSubject(request.subject(), claim));
  if (request.has_region()) {
    const model::Region region = FromProto(request.region());
    FG_RETURN_IF_ERROR(model::CheckRegion(region));
    claim.region = region;
  }
  return claim;
}

// A duration in whole milliseconds; nothing for one that is not well-formed, negative or over
// `ms_max`.
std::optional<std::int64_t> Milliseconds(const google::protobuf::Duration& duration,
                                         std::int64_t ms_max) {
  const bool in_range = duration.seconds() >= 0 && duration.seconds() <= ms_max / 1000 &&
                        duration.nanos() >= 0 && duration.nanos() <= 999'999'999;
  if (!in_range) return std::nullopt;
  const std::int64_t ms = duration.seconds() * 1000 + duration.nanos() / 1'000'000;
  return ms <= ms_max ? std::optional(ms) : std::nullopt;
}

// What is shown in place of a face, and that nothing of a face comes with it.
Status SetCredential(const v1::AuthorizeRequest& request, policy::Claim& claim) {
  using v1::AuthorizeRequest;
  switch (request.credential_case()) {
    case AuthorizeRequest::kPass:
      claim.credential = model::CredentialKind::kPass;
      break;
    case AuthorizeRequest::kBadgeId:
      claim.credential = model::CredentialKind::kBadge;
      break;
    case AuthorizeRequest::kStaffOverride: {
      claim.credential = model::CredentialKind::kStaffOverride;
      FG_ASSIGN_OR_RETURN(
          claim.override_reason,
          RequiredEnum<model::OverrideReason>(request.staff_override(), "BAD_OVERRIDE_REASON"));
      break;
    }
    case AuthorizeRequest::CREDENTIAL_NOT_SET:
      claim.holder_token = request.holder_token();
      if (request.subject().empty() && !claim.holder_token.empty()) return Status::Ok();
      return SetSubject(request.subject(), claim);
  }
  const std::size_t size = ShownIn(request).size();
  const bool is_empty = claim.credential != model::CredentialKind::kStaffOverride && size == 0;
  if (!request.subject().empty() || !request.image().empty() || is_empty ||
      size > kCredentialBytesMax) {
    return Status(Code::kInvalidArgument, "BAD_CREDENTIAL",
                  "a pass or badge has 1 to 512 bytes, and neither image nor subject beside it");
  }
  return Status::Ok();
}

v1::RuleFinding ToProto(const policy::RuleFinding& finding) {
  v1::RuleFinding proto;
  proto.set_rule(finding.rule);
  proto.set_article(finding.article);
  for (const std::string& input : finding.missing) proto.add_missing(input);
  return proto;
}

// The one finding that stands for CONSENT_MISSING, whatever lies behind it.
v1::RuleFinding ConsentMissingFinding() {
  v1::RuleFinding proto;
  proto.set_rule("core.consent-before-template");
  proto.set_article("core 1");
  return proto;
}

v1::Counts ToProto(const audit::Counts& counts) {
  v1::Counts proto;
  proto.set_frames(counts.frames);
  proto.set_faces_seen(counts.faces_seen);
  proto.set_faces_embedded(counts.faces_embedded);
  proto.set_faces_ignored(counts.faces_ignored);
  proto.set_matched(counts.matched);
  proto.set_unknown(counts.unknown);
  return proto;
}

void AddIdentifications(const policy::Grounds& grounds, const audit::Outcome& outcome,
                        v1::Answer& answer) {
  for (const int person : outcome.face_people) {
    v1::Identification& proto = *answer.add_identifications();
    if (person < 0) {
      proto.set_unknown(true);
      continue;
    }
    const auto index = static_cast<std::size_t>(person);
    FG_CHECK(index < outcome.people.size());
    proto.set_subject(model::SubjectName(grounds.claim.camera.op, outcome.people[index].subject));
  }
}

}  // namespace

std::string_view ShownIn(const v1::AuthorizeRequest& request) {
  if (request.has_pass()) return request.pass();
  if (request.has_badge_id()) return request.badge_id();
  return {};
}

core::Result<policy::Claim> ToClaim(const v1::AuthorizeRequest& request,
                                    const model::Principal& caller) {
  FG_ASSIGN_OR_RETURN(policy::Claim claim,
                      BaseClaim(request, caller, model::Operation::kVerify1to1));
  const bool is_beside_another =
      request.credential_case() != v1::AuthorizeRequest::CREDENTIAL_NOT_SET;
  if (request.holder_token().size() > kCredentialBytesMax ||
      (is_beside_another && !request.holder_token().empty())) {
    return Status(Code::kInvalidArgument, "BAD_HOLDER_TOKEN",
                  "a holder token has at most 512 bytes, and no pass or badge beside it");
  }
  FG_RETURN_IF_ERROR(SetCredential(request, claim));
  if (request.has_wait_duration()) {
    claim.waited_ms = Milliseconds(request.wait_duration(), kWaitedMsMax);
    if (!claim.waited_ms) {
      return Status(Code::kInvalidArgument, "BAD_WAIT", "wait_duration is 0 to 24 hours");
    }
  }
  return claim;
}

core::Result<policy::Claim> ToClaim(const v1::IdentifyRequest& request,
                                    const model::Principal& caller) {
  return BaseClaim(request, caller, model::Operation::kIdentify1toN);
}

core::Result<policy::Claim> ToClaim(const v1::EnrollRequest& request,
                                    const model::Principal& caller) {
  return EnrollClaim(request, caller);
}

core::Result<policy::Claim> ToClaim(const v1::SittingConfig& config,
                                    const model::Principal& caller) {
  FG_ASSIGN_OR_RETURN(policy::Claim claim, EnrollClaim(config, caller));
  claim.lease_ms = gateway::kSittingMsDefault;
  if (config.has_sitting_duration()) {
    claim.lease_ms = Milliseconds(config.sitting_duration(), gateway::kSittingMsMax).value_or(0);
    if (claim.lease_ms < gateway::kSittingMsMin) {
      return Status(Code::kInvalidArgument, "BAD_SITTING", "sitting_duration is 1 s to 60 s");
    }
  }
  return claim;
}

core::Result<int> TemplatesOf(const v1::SittingConfig& config) {
  const int templates =
      config.templates() == 0 ? gateway::kTemplatesPerEnrolmentMax : config.templates();
  if (templates > 0 && templates <= gateway::kTemplatesPerEnrolmentMax) return templates;
  return Status(Code::kInvalidArgument, "BAD_TEMPLATES", "templates is 1 to 3");
}

core::Result<policy::Claim> ToClaim(const v1::StreamConfig& config,
                                    const model::Principal& caller) {
  FG_ASSIGN_OR_RETURN(policy::Claim claim,
                      BaseClaim(config, caller, model::Operation::kIdentify1toN));
  claim.lease_ms = kLeaseMsDefault;
  if (config.has_lease_duration()) {
    claim.lease_ms = Milliseconds(config.lease_duration(), kLeaseMsMax).value_or(0);
    if (claim.lease_ms <= 0) {
      return Status(Code::kInvalidArgument, "BAD_LEASE", "lease_duration is 1 ms to 10 s");
    }
  }
  return claim;
}

v1::Answer ToAnswer(const policy::Grounds& grounds, const audit::Outcome& outcome,
                    const std::vector<policy::RuleFinding>& findings, const audit::Receipt& receipt,
                    Detail detail) {
  const bool coarse = detail == Detail::kCoarse;
  const model::Reason reason = coarse ? model::Coarse(outcome.reason) : outcome.reason;
  v1::Answer answer;
  answer.set_verdict(ToProtoEnum<v1::Verdict>(outcome.verdict));
  answer.set_reason(ToProtoEnum<v1::Reason>(reason));
  if (coarse && reason == model::Reason::kConsentMissing) {
    *answer.add_findings() = ConsentMissingFinding();
    answer.mutable_counts();
  } else {
    answer.set_detail(outcome.detail);
    *answer.mutable_counts() = ToProto(outcome.counts);
  }
  if (!coarse) {
    for (const policy::RuleFinding& finding : findings) *answer.add_findings() = ToProto(finding);
  }
  for (const model::Alternative& alternative : *grounds.alternatives) {
    *answer.add_alternatives() = ToProto(alternative);
  }
  answer.set_pad(v1::PAD_NOT_PERFORMED);
  AddIdentifications(grounds, outcome, answer);
  *answer.mutable_receipt() = ToProto(receipt, detail);
  answer.set_request_id(grounds.claim.request_id);
  return answer;
}

v1::Answer ToAnswer(const audit::Recorded& recorded, Detail detail) {
  return ToAnswer(recorded.grounds(), recorded.outcome(), recorded.findings(), recorded.receipt(),
                  detail);
}

}  // namespace facegate::rpc
