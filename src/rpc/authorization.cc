#include "rpc/authorization.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpc/grpc_security_constants.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;
using model::Role;

constexpr std::uint32_t kCamera = RoleBit(Role::kCamera);
constexpr std::uint32_t kController = RoleBit(Role::kController);
constexpr std::uint32_t kEnroller = RoleBit(Role::kEnroller);
constexpr std::uint32_t kOperator = RoleBit(Role::kOperator);
constexpr std::uint32_t kAuditor = RoleBit(Role::kAuditor);
constexpr std::uint32_t kViewer = RoleBit(Role::kViewer);
constexpr std::uint32_t kResolver = RoleBit(Role::kResolver);
// Whoever holds the token that the request carries, whatever their certificate says.
constexpr std::uint32_t kSelf = RoleBit(Role::kSelf);

// clang-format off
// The standard methods of a resource that has a parent.
#define FG_RESOURCE(service, Noun, Plural, member)         \
  {service "/Create" Noun, kOperator, "parent", ""},       \
  {service "/Get" Noun, kOperator | kAuditor, "name", ""}, \
  {service "/List" Plural, kOperator | kAuditor, "parent", ""}, \
  {service "/Update" Noun, kOperator, member ".name", ""}, \
  {service "/Delete" Noun, kOperator, "name", ""}

// A method that reads an operator's log as a whole.
#define FG_LOG_READ(Method) {"facegate.v1.AuditService/" Method, kAuditor | kOperator, "parent", ""}

// One that finds people or their records.
#define FG_RESOLVE(Method) {"facegate.v1.AuditService/" Method, kResolver, "name", ""}

// One for whoever holds the token of a receipt.
#define FG_BY_TOKEN(Method) {"facegate.v1.ConsentService/" Method, kSelf, "", ""}

constexpr auto kMethodRules = std::to_array<MethodRule>({
    {"facegate.v1.GatewayService/Authorize", kController | kEnroller | kOperator, "camera", ""},
    {"facegate.v1.GatewayService/Identify", kCamera | kController, "camera", ""},
    {"facegate.v1.GatewayService/Enroll", kEnroller, "camera", ""},
    {"facegate.v1.GatewayService/EnrollFromFrames", kEnroller, "config.camera", ""},
    {"facegate.v1.GatewayService/StreamFrames", kCamera, "config.camera", ""},
    {"facegate.v1.GatewayService/GetStatus", kOperator | kAuditor, "", ""},
    {"facegate.v1.GatewayService/CreateBackup", kOperator, "", ""},
    {"facegate.v1.ConsentService/CreateSubject", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.ConsentService/GetSubject", kEnroller | kOperator, "name", ""},
    {"facegate.v1.ConsentService/ListSubjects", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.ConsentService/RequestConsent", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.ConsentService/RefuseConsent", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.ConsentService/GrantConsent", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.ConsentService/GetConsent", kEnroller | kOperator, "name", ""},
    {"facegate.v1.ConsentService/ListConsents", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.ConsentService/WithdrawConsent", kEnroller | kOperator, "name", ""},
    {"facegate.v1.ConsentService/EraseSubject", kEnroller | kOperator, "name", ""},
    {"facegate.v1.ConsentService/GetConsentReceipt", kEnroller | kOperator, "name", ""},
    FG_BY_TOKEN("GetConsentByToken"), FG_BY_TOKEN("WithdrawByToken"),
    FG_BY_TOKEN("ListRecordsByToken"),
    {"facegate.v1.ConsentService/RestrictSubject", kEnroller | kOperator, "name", ""},
    {"facegate.v1.ConsentService/ReleaseSubject", kEnroller | kOperator, "name", ""},
    {"facegate.v1.ConsentService/ExportSubject", kEnroller | kOperator, "name", ""},
    {"facegate.v1.RegistryService/CreateOperator", kOperator, "operator_id", "operators/"},
    {"facegate.v1.RegistryService/GetOperator", kOperator | kAuditor, "name", ""},
    {"facegate.v1.RegistryService/ListOperators", kOperator | kAuditor, "", ""},
    {"facegate.v1.RegistryService/UpdateOperator", kOperator, "operator.name", ""},
    {"facegate.v1.RegistryService/DeleteOperator", kOperator, "name", ""},
    FG_RESOURCE("facegate.v1.RegistryService", "Site", "Sites", "site"),
    FG_RESOURCE("facegate.v1.RegistryService", "AccessPoint", "AccessPoints", "access_point"),
    FG_RESOURCE("facegate.v1.RegistryService", "Camera", "Cameras", "camera"),
    FG_RESOURCE("facegate.v1.RegistryService", "Purpose", "Purposes", "purpose"),
    FG_RESOURCE("facegate.v1.RegistryService", "Notice", "Notices", "notice"),
    FG_RESOURCE("facegate.v1.RegistryService", "Signage", "Signage", "signage"),
    FG_RESOURCE("facegate.v1.RegistryService", "Assessment", "Assessments", "assessment"),
    FG_RESOURCE("facegate.v1.RegistryService", "Filing", "Filings", "filing"),
    FG_RESOURCE("facegate.v1.RegistryService", "Exemption", "Exemptions", "exemption"),
    FG_RESOURCE("facegate.v1.RegistryService", "DeviceAssessment", "DeviceAssessments",
                "device_assessment"),
    {"facegate.v1.RegistryService/AttestExemption", kOperator, "name", ""},
    FG_RESOURCE("facegate.v1.DutyService", "Complaint", "Complaints", "complaint"),
    FG_RESOURCE("facegate.v1.DutyService", "RightsRequest", "RightsRequests", "rights_request"),
    FG_RESOURCE("facegate.v1.DutyService", "Incident", "Incidents", "incident"),
    FG_RESOURCE("facegate.v1.DutyService", "Disclosure", "Disclosures", "disclosure"),
    FG_RESOURCE("facegate.v1.DutyService", "ThresholdReview", "ThresholdReviews",
                "threshold_review"),
    {"facegate.v1.DutyService/DraftDocument", kAuditor | kOperator, "parent", ""},
    FG_LOG_READ("ListRecords"), FG_LOG_READ("CountRecords"),
    FG_LOG_READ("StreamRecords"), FG_LOG_READ("GetCheckpoint"),
    FG_LOG_READ("GetLogKeys"), FG_LOG_READ("GetInclusionProof"),
    FG_LOG_READ("GetConsistencyProof"), FG_LOG_READ("ExportEntries"),
    FG_LOG_READ("ReviewDeployment"),
    {"facegate.v1.AuditService/GetRecord", kAuditor | kOperator, "name", ""},
    {"facegate.v1.AuditService/ReplayDecision", kAuditor | kOperator, "name", ""},
    FG_RESOLVE("ResolveSubject"), FG_RESOLVE("ResolveRecord"),
    {"facegate.v1.AuditService/PruneLog", kOperator, "parent", ""},
    {"facegate.v1.ImageService/ListImages", kEnroller | kOperator | kViewer, "parent", ""},
    {"facegate.v1.ImageService/ViewImage", kViewer, "name", ""},
    {"facegate.v1.ImageService/DeleteImage", kEnroller | kOperator, "name", ""},
    {"facegate.v1.CustodyService/ListHolderTokens", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.CustodyService/RevokeHolderToken", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.CustodyService/RotateHolderKey", kOperator, "parent", ""},
    {"facegate.v1.AlternativeService/IssuePass", kEnroller | kOperator, "site", ""},
    {"facegate.v1.AlternativeService/CreateBadge", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.AlternativeService/ListBadges", kEnroller | kOperator, "parent", ""},
    {"facegate.v1.AlternativeService/DeleteBadge", kEnroller | kOperator, "name", ""},
    {"facegate.v1.AlternativeService/ReportAlternatives", kController, "access_point", ""},
    {"facegate.v1.AlternativeService/GetAlternativesReport", kAuditor | kOperator, "site", ""},
});
// clang-format on
#undef FG_RESOURCE
#undef FG_LOG_READ
#undef FG_RESOLVE
#undef FG_BY_TOKEN

constexpr std::string_view kRoleUriPrefix = "urn:facegate:";

// The role of a word in lower case, as certificates and metadata spell it.
std::optional<Role> RoleOfWord(std::string_view lower) {
  std::string word(lower);
  for (char& c : word) {
    if (c < 'a' || c > 'z') return std::nullopt;
    c = static_cast<char>(c - 'a' + 'A');
  }
  const std::optional<Role> role = model::FromWord<Role>(word);
  return role == Role::kSelf ? std::nullopt : role;  // a receipt's token is no certificate
}

Status BadRole() {
  return Status(
      Code::kUnauthenticated, "CERTIFICATE_ROLE_BAD",
      "the certificate's role URI must be urn:facegate:<role>:<operator, site or camera>");
}

// SHA-256 of the certificate in DER, which PEM wraps in base64.
core::Result<std::string> Fingerprint(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  const Status bad(Code::kUnauthenticated, "CERTIFICATE_MISSING", "present a client certificate");
  const std::size_t begin = pem.find(kBegin);
  if (begin == std::string_view::npos) return bad;
  const std::size_t end = pem.find(kEnd, begin);
  if (end == std::string_view::npos) return bad;
  std::string base64(pem.substr(begin + kBegin.size(), end - begin - kBegin.size()));
  std::erase_if(base64, [](char c) { return c == '\n' || c == '\r'; });
  FG_ASSIGN_OR_RETURN(const core::Bytes der, crypto::Base64Decode(base64));
  return core::HexEncode(crypto::Sha256(der));
}

// The string at a path of fields; empty where a message on the way is absent.
std::string StringAt(const google::protobuf::Message& message, std::string_view path) {
  const std::size_t dot = path.find('.');
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  FG_CHECK(field != nullptr);
  if (dot == std::string_view::npos) {
    FG_CHECK(field->type() == google::protobuf::FieldDescriptor::TYPE_STRING);
    return message.GetReflection()->GetString(message, field);
  }
  return StringAt(message.GetReflection()->GetMessage(message, field), path.substr(dot + 1));
}

}  // namespace

std::span<const MethodRule> MethodRules() { return kMethodRules; }

const MethodRule& RuleOf(std::string_view method) {
  const auto rule = std::find_if(kMethodRules.begin(), kMethodRules.end(),
                                 [&](const MethodRule& r) { return r.method == method; });
  FG_CHECK(rule != kMethodRules.end());
  return *rule;
}

core::Result<model::Principal> ParseRoleUri(std::string_view uri) {
  if (!uri.starts_with(kRoleUriPrefix)) return BadRole();
  uri.remove_prefix(kRoleUriPrefix.size());
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos) return BadRole();
  const std::optional<Role> role = RoleOfWord(uri.substr(0, colon));
  const std::string_view resource = uri.substr(colon + 1);
  const bool nameable = model::ParseOperatorName(resource).ok() ||
                        model::ParseSiteName(resource).ok() ||
                        model::ParseCameraName(resource).ok();
  if (!role || !nameable) return BadRole();
  return model::Principal{*role, "", std::string(resource)};
}

core::Result<model::Principal> PrincipalOfPeer(const grpc::AuthContext& peer) {
  const auto pem = peer.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (!peer.IsPeerAuthenticated() || pem.empty()) {
    return Status(Code::kUnauthenticated, "CERTIFICATE_MISSING", "present a client certificate");
  }
  std::vector<std::string_view> roles;
  for (const grpc::string_ref& uri : peer.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
    const std::string_view text(uri.data(), uri.size());
    if (text.starts_with(kRoleUriPrefix)) roles.push_back(text);
  }
  if (roles.empty()) {
    return Status(Code::kUnauthenticated, "CERTIFICATE_ROLE_MISSING",
                  "the certificate names no role: it needs a URI urn:facegate:<role>:<resource>");
  }
  if (roles.size() > 1) {
    return Status(Code::kUnauthenticated, "CERTIFICATE_ROLE_AMBIGUOUS",
                  "the certificate names several roles; use one certificate for each");
  }
  FG_ASSIGN_OR_RETURN(model::Principal principal, ParseRoleUri(roles.front()));
  FG_ASSIGN_OR_RETURN(principal.fingerprint,
                      Fingerprint(std::string_view(pem.front().data(), pem.front().size())));
  return principal;
}

core::Result<model::Principal> PrincipalInDevelopment(std::string_view role) {
  const std::optional<Role> known = role.empty() ? Role::kOperator : RoleOfWord(role);
  if (!known) {
    return Status(
        Code::kUnauthenticated, "ROLE_UNKNOWN",
        "x-facegate-role is one of camera, controller, enroller, operator, auditor, viewer, "
        "resolver");
  }
  return model::Principal{*known, "development", ""};
}

Status CheckRole(const MethodRule& rule, const model::Principal& caller) {
  if ((rule.roles & RoleBit(caller.role)) != 0) return Status::Ok();
  return Status(Code::kPermissionDenied, "ROLE_NOT_ALLOWED", "this role may not call this method");
}

Status CheckResource(const MethodRule& rule, const model::Principal& caller,
                     const google::protobuf::Message& request) {
  if (rule.resource_field.empty()) return Status::Ok();
  const std::string name =
      std::string(rule.resource_prefix) + StringAt(request, rule.resource_field);
  if (Covers(caller.resource, name)) return Status::Ok();
  return Status(Code::kPermissionDenied, "RESOURCE_NOT_COVERED",
                "this caller does not speak for the resource the request names");
}

bool Covers(std::string_view resource, std::string_view name) {
  if (resource.empty() || name == resource) return true;
  return name.size() > resource.size() && name.starts_with(resource) &&
         name[resource.size()] == '/';
}

}  // namespace facegate::rpc
