#include "rpc/authorization.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "facegate/v1/alternative_service.pb.h"
#include "facegate/v1/audit_service.pb.h"
#include "facegate/v1/consent_service.pb.h"
#include "facegate/v1/custody_service.pb.h"
#include "facegate/v1/duty_service.pb.h"
#include "facegate/v1/gateway_service.pb.h"
#include "facegate/v1/image_service.pb.h"
#include "facegate/v1/registry_service.pb.h"

namespace facegate::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using model::Role;

std::vector<const MethodDescriptor*> AllMethods() {
  const FileDescriptor* files[] = {v1::AuthorizeRequest::descriptor()->file(),
                                   v1::CreateSubjectRequest::descriptor()->file(),
                                   v1::CreateSiteRequest::descriptor()->file(),
                                   v1::CreateComplaintRequest::descriptor()->file(),
                                   v1::ListRecordsRequest::descriptor()->file(),
                                   v1::IssuePassRequest::descriptor()->file(),
                                   v1::ListImagesRequest::descriptor()->file(),
                                   v1::RotateHolderKeyRequest::descriptor()->file()};
  std::vector<const MethodDescriptor*> methods;
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(file->service(i)->method(j));
      }
    }
  }
  return methods;
}

std::string NameOf(const MethodDescriptor& method) {
  return method.service()->full_name() + "/" + method.name();
}

bool HasStringAt(const Descriptor& type, std::string_view path) {
  const std::size_t dot = path.find('.');
  const FieldDescriptor* field = type.FindFieldByName(std::string(path.substr(0, dot)));
  if (field == nullptr || field->is_repeated()) return false;
  if (dot == std::string_view::npos) return field->type() == FieldDescriptor::TYPE_STRING;
  return field->message_type() != nullptr &&
         HasStringAt(*field->message_type(), path.substr(dot + 1));
}

std::set<Role> RolesOf(std::string_view method) {
  std::set<Role> roles;
  for (const Role role : {Role::kCamera, Role::kController, Role::kEnroller, Role::kOperator,
                          Role::kAuditor, Role::kViewer, Role::kResolver}) {
    if (CheckRole(RuleOf(method), {role, "f", ""}).ok()) roles.insert(role);
  }
  return roles;
}

TEST(MethodRules, NameEveryMethodOfTheProtosOnce) {
  std::multiset<std::string> ruled;
  for (const MethodRule& rule : MethodRules()) ruled.insert(std::string(rule.method));
  std::multiset<std::string> defined;
  for (const MethodDescriptor* method : AllMethods()) defined.insert(NameOf(*method));
  EXPECT_EQ(ruled, defined);
}

TEST(MethodRules, LetSomebodyCallEveryMethod) {
  for (const MethodRule& rule : MethodRules()) EXPECT_NE(rule.roles, 0u) << rule.method;
}

TEST(MethodRules, PointAtAStringInEveryRequest) {
  for (const MethodDescriptor* method : AllMethods()) {
    const MethodRule& rule = RuleOf(NameOf(*method));
    if (rule.resource_field.empty()) continue;
    EXPECT_TRUE(HasStringAt(*method->input_type(), rule.resource_field)) << rule.method;
  }
}

TEST(MethodRules, LeaveUnboundOnlyWhatIsOfTheWholeGatewayOrOfATokensHolder) {
  std::set<std::string> unbound;
  for (const MethodRule& rule : MethodRules()) {
    if (rule.resource_field.empty()) unbound.insert(std::string(rule.method));
  }
  EXPECT_EQ(unbound, (std::set<std::string>{"facegate.v1.ConsentService/GetConsentByToken",
                                            "facegate.v1.ConsentService/ListRecordsByToken",
                                            "facegate.v1.ConsentService/WithdrawByToken",
                                            "facegate.v1.GatewayService/CreateBackup",
                                            "facegate.v1.GatewayService/GetStatus",
                                            "facegate.v1.RegistryService/ListOperators"}));
}

// Enrollers and operators for staff_override alone: AlternativesServed.LetStaffThroughFromADesk.
TEST(MethodRules, LetOnlyControllersAndStaffAuthorize) {
  EXPECT_EQ(RolesOf("facegate.v1.GatewayService/Authorize"),
            (std::set<Role>{Role::kController, Role::kEnroller, Role::kOperator}));
}

TEST(MethodRules, LetOnlyControllersReportAlternatives) {
  EXPECT_EQ(RolesOf("facegate.v1.AlternativeService/ReportAlternatives"),
            std::set<Role>{Role::kController});
}

TEST(MethodRules, LetOnlyEnrollersEnroll) {
  EXPECT_EQ(RolesOf("facegate.v1.GatewayService/Enroll"), std::set<Role>{Role::kEnroller});
  EXPECT_EQ(RolesOf("facegate.v1.GatewayService/EnrollFromFrames"),
            std::set<Role>{Role::kEnroller});
}

TEST(MethodRules, LetOnlyViewersViewImagesAndViewersNothingElse) {
  EXPECT_EQ(RolesOf("facegate.v1.ImageService/ViewImage"), std::set<Role>{Role::kViewer});
  for (const MethodRule& rule : MethodRules()) {
    if (rule.method.starts_with("facegate.v1.ImageService/")) continue;
    EXPECT_FALSE(RolesOf(rule.method).contains(Role::kViewer)) << rule.method;
  }
}

TEST(MethodRules, LetOnlyResolversResolveAndResolversNothingElse) {
  for (const MethodRule& rule : MethodRules()) {
    const bool resolves = rule.method.starts_with("facegate.v1.AuditService/Resolve");
    EXPECT_EQ(RolesOf(rule.method).contains(Role::kResolver), resolves) << rule.method;
    if (resolves) {
      EXPECT_EQ(RolesOf(rule.method), std::set<Role>{Role::kResolver}) << rule.method;
    }
  }
}

TEST(MethodRules, LetOnlyCamerasStream) {
  EXPECT_EQ(RolesOf("facegate.v1.GatewayService/StreamFrames"), std::set<Role>{Role::kCamera});
}

TEST(MethodRules, KeepCamerasAndControllersOutOfEverythingElse) {
  for (const MethodRule& rule : MethodRules()) {
    if (rule.method.starts_with("facegate.v1.GatewayService/")) continue;
    if (rule.method == "facegate.v1.AlternativeService/ReportAlternatives") continue;
    const std::set<Role> roles = RolesOf(rule.method);
    EXPECT_FALSE(roles.contains(Role::kCamera)) << rule.method;
    EXPECT_FALSE(roles.contains(Role::kController)) << rule.method;
  }
}

TEST(MethodRules, LetAuditorsOnlyRead) {
  for (const MethodDescriptor* method : AllMethods()) {
    if (!RolesOf(NameOf(*method)).contains(Role::kAuditor)) continue;
    const std::string& name = method->name();
    const bool reads = name == "ExportEntries" || name == "ReplayDecision" ||
                       name == "ReviewDeployment" || name == "DraftDocument" ||
                       name == "CountRecords" || name == "StreamRecords" ||
                       name.starts_with("Get") || name.starts_with("List");
    EXPECT_TRUE(reads) << name;
  }
}

TEST(MethodRulesDeathTest, AbortForAMethodThatIsNotThere) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // gRPC may have threads already
  EXPECT_DEATH(RuleOf("facegate.v1.GatewayService/Guess"), "check failed");
}

TEST(ParseRoleUri, ReadsRoleAndResource) {
  const auto principal = ParseRoleUri("urn:facegate:controller:operators/acme/sites/lobby");
  ASSERT_TRUE(principal.ok()) << principal.status().ToString();
  EXPECT_EQ(principal->role, Role::kController);
  EXPECT_EQ(principal->resource, "operators/acme/sites/lobby");
  EXPECT_EQ(ParseRoleUri("urn:facegate:resolver:operators/acme")->role, Role::kResolver);
}

TEST(ParseRoleUri, TakesOperatorsSitesAndCameras) {
  EXPECT_TRUE(ParseRoleUri("urn:facegate:auditor:operators/acme").ok());
  EXPECT_TRUE(ParseRoleUri("urn:facegate:camera:operators/acme/sites/lobby/cameras/lane").ok());
}

TEST(ParseRoleUri, RefusesWhatIsNotExactlyARole) {
  for (const char* uri :
       {"", "urn:facegate:", "urn:facegate:operator", "urn:facegate:operator:",
        "urn:facegate:root:operators/acme", "urn:facegate:OPERATOR:operators/acme",
        "urn:facegate::operators/acme", "urn:facegate:operator:acme",
        "urn:facegate:operator:operators/", "urn:facegate:operator:operators/acme/",
        "urn:facegate:operator:operators/ACME", "urn:facegate:operator:operators/acme ",
        "urn:facegate:operator:operators/acme/subjects/ann", "urn:facegate:operator:operators/-",
        "URN:facegate:operator:operators/acme", "spiffe://facegate/operator/operators/acme",
        " urn:facegate:operator:operators/acme"}) {
    const auto principal = ParseRoleUri(uri);
    ASSERT_FALSE(principal.ok()) << uri;
    EXPECT_EQ(principal.status().code(), core::Code::kUnauthenticated);
    EXPECT_EQ(principal.status().reason(), "CERTIFICATE_ROLE_BAD") << uri;
  }
}

TEST(PrincipalInDevelopment, IsAnOperatorUnlessItSaysOtherwise) {
  EXPECT_EQ(PrincipalInDevelopment("")->role, Role::kOperator);
  EXPECT_EQ(PrincipalInDevelopment("camera")->role, Role::kCamera);
  EXPECT_EQ(PrincipalInDevelopment("camera")->fingerprint, "development");
}

TEST(PrincipalInDevelopment, RefusesAnUnknownRole) {
  for (const char* role : {"root", "Operator", "operator "}) {
    EXPECT_EQ(PrincipalInDevelopment(role).status().reason(), "ROLE_UNKNOWN") << role;
  }
}

TEST(Covers, TakesTheResourceAndWhatIsBelow) {
  EXPECT_TRUE(Covers("operators/acme", "operators/acme"));
  EXPECT_TRUE(Covers("operators/acme", "operators/acme/sites/lobby"));
  EXPECT_TRUE(Covers("", "operators/acme"));
}

TEST(Covers, RefusesNeighboursParentsAndNothing) {
  EXPECT_FALSE(Covers("operators/acme", "operators/acme2"));
  EXPECT_FALSE(Covers("operators/acme/sites/lobby", "operators/acme"));
  EXPECT_FALSE(Covers("operators/acme/sites/lobby", "operators/acme/sites/lobby2/cameras/c"));
  EXPECT_FALSE(Covers("operators/acme", ""));
}

TEST(CheckResource, ReadsAFieldInsideAMessage) {
  const model::Principal caller{Role::kCamera, "f", "operators/acme/sites/lobby"};
  const MethodRule& rule = RuleOf("facegate.v1.GatewayService/StreamFrames");
  v1::StreamFramesRequest request;
  request.mutable_config()->set_camera("operators/acme/sites/lobby/cameras/lane");
  EXPECT_TRUE(CheckResource(rule, caller, request).ok());
  request.mutable_config()->set_camera("operators/acme/sites/roof/cameras/lane");
  EXPECT_EQ(CheckResource(rule, caller, request).reason(), "RESOURCE_NOT_COVERED");
}

TEST(CheckResource, RefusesARequestThatNamesNothing) {
  const model::Principal caller{Role::kCamera, "f", "operators/acme"};
  const v1::StreamFramesRequest request;
  EXPECT_EQ(
      CheckResource(RuleOf("facegate.v1.GatewayService/StreamFrames"), caller, request).code(),
      core::Code::kPermissionDenied);
}

TEST(CheckResource, LetsAnOperatorBeCreatedByItsOwnCertificateOnly) {
  const MethodRule& rule = RuleOf("facegate.v1.RegistryService/CreateOperator");
  const model::Principal caller{Role::kOperator, "f", "operators/acme"};
  v1::CreateOperatorRequest request;
  request.set_operator_id("acme");
  EXPECT_TRUE(CheckResource(rule, caller, request).ok());
  request.set_operator_id("other");
  EXPECT_FALSE(CheckResource(rule, caller, request).ok());
}

}  // namespace
}  // namespace facegate::rpc
