// The whole server on port 0, with real parts behind it and real clients before it.
#include "facegate/rpc/server.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "facegate/tlog/checkpoint.h"
#include "facegate/v1/errors.pb.h"
#include "facegate/v1/gateway_service.grpc.pb.h"
#include "facegate/v1/registry_service.grpc.pb.h"
#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Json;
using model::Role;
using testing::ServedWorld;
using testing::TempDir;

constexpr char kDoor[] = "operators/acme/sites/lobby/cameras/door";
constexpr char kLane[] = "operators/acme/sites/lobby/cameras/lane";
constexpr char kPurpose[] = "operators/acme/purposes/building_access";

Json Object() { return Json::MakeObject(); }

Json AuthorizeRequest(const std::string& subject) {
  return Object()
      .Set("camera", kDoor)
      .Set("purpose", kPurpose)
      .Set("subject", "operators/acme/subjects/" + subject)
      .Set("image", "bm8gcGljdHVyZQ==");
}

// ---- Start ------------------------------------------------------------------------------------

class StartTest : public ::testing::Test {
 protected:
  core::Status Start(const Authentication& authentication, const std::string& address) {
    ServerOptions options;
    options.listen_address = address;
    return Server::Start(authentication, options, {}, served_.parts()).status();
  }
  ServedWorld served_;
};

TEST_F(StartTest, RefusesToBeInsecureAnywhereButOnLoopback) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.com:0"}) {
    const core::Status status = Start(InsecureForDevelopment{}, address);
    EXPECT_EQ(status.code(), Code::kFailedPrecondition) << address;
    EXPECT_EQ(status.reason(), "INSECURE_NOT_LOOPBACK") << address;
  }
}

TEST_F(StartTest, TakesLocalhostAsLoopback) {
  EXPECT_TRUE(Start(InsecureForDevelopment{}, "localhost:0").ok());
}

TEST_F(StartTest, RefusesABadAddress) {
  EXPECT_EQ(Start(InsecureForDevelopment{}, "somewhere").reason(), "BAD_ADDRESS");
}

TEST_F(StartTest, NamesAPortThatIsTaken) {
  const std::string taken = "127.0.0.1:" + std::to_string(served_.server->port());
  const core::Status status = Start(InsecureForDevelopment{}, taken);
  EXPECT_EQ(status.reason(), "LISTEN_FAILED");
  EXPECT_NE(status.message().find(taken), std::string::npos);
}

TEST_F(StartTest, NamesACertificateThatIsNotThere) {
  const core::Status status = Start(
      MutualTls{"/nowhere/server.crt", "/nowhere/server.key", "/nowhere/ca.crt"}, "127.0.0.1:0");
  EXPECT_EQ(status.reason(), "TLS_FILE_UNREADABLE");
  EXPECT_NE(status.message().find("/nowhere/server.crt"), std::string::npos);
}

// ---- Mutual TLS -------------------------------------------------------------------------------

class TlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    site_ = new TempDir;
    testing::MakeCertificates(site_->path(), "operators/acme/sites/lobby");
    stranger_ = new TempDir;
    testing::MakeCertificates(stranger_->path(), "operators/acme");
  }
  static void TearDownTestSuite() {
    delete site_;
    delete stranger_;
  }
  std::unique_ptr<client::Client> ClientOf(const std::string& role) {
    return served_.ClientWith(testing::ClientTls(*site_, role));
  }

  static TempDir* site_;
  static TempDir* stranger_;
  ServedWorld served_{testing::ServerTls(*site_)};
};
TempDir* TlsTest::site_ = nullptr;
TempDir* TlsTest::stranger_ = nullptr;

TEST_F(TlsTest, AnswersACertifiedCaller) {
  const auto answer =
      ClientOf("controller")->Call("GatewayService/Authorize", AuthorizeRequest("nobody"));
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->Find("answer")->StringOr("reason", ""), "REASON_CONSENT_MISSING");
}

TEST_F(TlsTest, RecordsTheCallersFingerprintNotItsName) {
  const auto answer =
      ClientOf("controller")->Call("GatewayService/Authorize", AuthorizeRequest("nobody"));
  ASSERT_TRUE(answer.ok());
  const auto entries = served_.world.store->ReadEntries(
      testing::World::op(),
      static_cast<std::uint64_t>(answer->Find("answer")->Find("receipt")->IntOr("index", -1)), 1);
  const core::Bytes pem = [] {
    std::ifstream file(*site_ / "controller.crt");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const std::string begin = "-----BEGIN CERTIFICATE-----";
    text = text.substr(text.find(begin) + begin.size());
    text = text.substr(0, text.find("-----END"));
    std::erase(text, '\n');
    return *crypto::Base64Decode(text);
  }();
  const std::string fingerprint = core::HexEncode(crypto::Sha256(pem));
  EXPECT_NE(entries->front().entry.find(fingerprint), std::string::npos);
}

TEST_F(TlsTest, RefusesACallerWithoutACertificate) {
  grpc::SslCredentialsOptions ssl;
  std::ifstream ca(*site_ / "ca.crt");
  ssl.pem_root_certs.assign(std::istreambuf_iterator<char>(ca), std::istreambuf_iterator<char>());
  const auto channel = grpc::CreateChannel(served_.target(), grpc::SslCredentials(ssl));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  v1::GetStatusResponse response;
  const grpc::Status status =
      v1::GatewayService::NewStub(channel)->GetStatus(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);  // the handshake fails
}

TEST_F(TlsTest, RefusesPlainText) {
  const auto client = served_.ClientAs(Role::kOperator);
  EXPECT_FALSE(client->Call("GatewayService/GetStatus", Object()).ok());
}

TEST_F(TlsTest, RefusesACertificateOfAnotherAuthority) {
  client::MutualTls tls = testing::ClientTls(*stranger_, "operator");
  tls.server_ca_path = *site_ / "ca.crt";
  EXPECT_FALSE(served_.ClientWith(tls)->Call("GatewayService/GetStatus", Object()).ok());
}

TEST_F(TlsTest, RefusesARoleThatMayNotCallTheMethod) {
  const auto answer =
      ClientOf("camera")->Call("GatewayService/Authorize", AuthorizeRequest("nobody"));
  EXPECT_EQ(answer.status().code(), Code::kPermissionDenied);
  EXPECT_EQ(answer.status().reason(), "ROLE_NOT_ALLOWED");
}

TEST_F(TlsTest, RefusesAnotherSiteWithoutSayingWhetherItExists) {
  std::vector<std::string> told;
  for (const char* camera : {"operators/acme/sites/roof/cameras/door",  // not registered
                             "operators/other/sites/lobby/cameras/door"}) {
    const auto answer =
        ClientOf("controller")
            ->Call("GatewayService/Authorize", AuthorizeRequest("nobody").Set("camera", camera));
    EXPECT_EQ(answer.status().code(), Code::kPermissionDenied);
    told.push_back(answer.status().ToString());
  }
  EXPECT_EQ(told[0], told[1]);
}

TEST_F(TlsTest, ChecksTheRoleBeforeTheRequest) {
  const auto answer = ClientOf("camera")->Call("GatewayService/Authorize",
                                               Object().Set("request_id", "not a UUID"));
  EXPECT_EQ(answer.status().code(), Code::kPermissionDenied);
}

TEST_F(TlsTest, KeepsASitesEnrollerAwayFromThePeopleOfTheOperator) {
  const auto answer =
      ClientOf("enroller")
          ->Call("ConsentService/ListSubjects", Object().Set("parent", "operators/acme"));
  EXPECT_EQ(answer.status().reason(), "RESOURCE_NOT_COVERED");
}

TEST_F(TlsTest, IgnoresARoleClaimedInMetadata) {
  // A client for development claims operator; over TLS its claim must not count. gRPC carries the
  // metadata beside a certificate that says camera.
  grpc::SslCredentialsOptions ssl;
  const auto read = [](const std::string& path) {
    std::ifstream file(path);
    return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  };
  ssl.pem_root_certs = read(*site_ / "ca.crt");
  ssl.pem_cert_chain = read(*site_ / "camera.crt");
  ssl.pem_private_key = read(*site_ / "camera.key");
  const auto channel = grpc::CreateChannel(served_.target(), grpc::SslCredentials(ssl));
  grpc::ClientContext context;
  context.AddMetadata("x-facegate-role", "operator");
  v1::GetStatusResponse response;
  const grpc::Status status =
      v1::GatewayService::NewStub(channel)->GetStatus(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(TlsTest, ListsNoOperatorForASitesCertificate) {
  const auto answer = ClientOf("operator")->Call("RegistryService/ListOperators", Object());
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->Find("operators")->AsArray().size(), 0u);
}

// ---- Behind the door --------------------------------------------------------------------------

class ServedTest : public ::testing::Test {
 protected:
  core::Result<Json> CallAs(Role role, const std::string& method, const Json& request) {
    return served_.ClientAs(role)->Call(method, request);
  }
  ServedWorld served_;
};

TEST_F(ServedTest, AnswersTheUnknownAndTheWithdrawnAlike) {
  served_.world.AddSubject("ann");
  served_.world.Withdraw(served_.world.Grant("ann"));
  const auto visible = [&](const std::string& subject) {
    const auto answer =
        CallAs(Role::kController, "GatewayService/Authorize", AuthorizeRequest(subject));
    EXPECT_TRUE(answer.ok()) << answer.status().ToString();
    Json rest = Object();
    for (const auto& [name, value] : answer->Find("answer")->AsObject()) {
      if (name != "receipt" && name != "requestId") rest.Set(name, value);
    }
    return rest.Dump();
  };
  EXPECT_EQ(visible("nobody"), visible("ann"));
}

TEST_F(ServedTest, GivesADoorAReceiptThatProvesWithoutTheRecord) {
  const auto answer =
      CallAs(Role::kController, "GatewayService/Authorize", AuthorizeRequest("nobody"));
  ASSERT_TRUE(answer.ok());
  const Json& receipt = *answer->Find("answer")->Find("receipt");
  EXPECT_EQ(receipt.StringOr("entry", "?"), "");
  const auto checkpoint =
      tlog::OpenCheckpoint(receipt.StringOr("checkpoint", ""),
                           served_.world.ledger->CheckpointKey(testing::World::op()));
  ASSERT_TRUE(checkpoint.ok());
  const auto to_hash = [](const Json& json) {
    core::Hash256 hash{};
    const core::Bytes bytes = *crypto::Base64Decode(json.AsString());
    std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
  };
  std::vector<core::Hash256> proof;
  for (const Json& each : receipt.Find("inclusionProof")->AsArray()) proof.push_back(to_hash(each));
  EXPECT_TRUE(tlog::VerifyInclusion(to_hash(*receipt.Find("leafHash")),
                                    static_cast<std::uint64_t>(receipt.IntOr("index", -1)),
                                    checkpoint->size, proof, checkpoint->root)
                  .ok());
}

TEST_F(ServedTest, GrantsWithdrawsAndErases) {
  const auto operator_client = served_.ClientAs(Role::kOperator);
  const auto must = [](core::Result<Json> result) {
    if (!result.ok()) ADD_FAILURE() << result.status().ToString();
    return result.ok() ? *result : Json::MakeObject();
  };
  const Json notice = must(operator_client->Call(
      "RegistryService/GetNotice", Object().Set("name", std::string(kPurpose) + "/notices/en-1")));
  must(operator_client->Call("ConsentService/CreateSubject",
                             Object()
                                 .Set("parent", "operators/acme")
                                 .Set("subjectId", "ann")
                                 .Set("subject", Object().Set("ageYears", 30.0))));
  const Json granted = must(operator_client->Call(
      "ConsentService/GrantConsent",
      Object()
          .Set("parent", "operators/acme/subjects/ann")
          .Set("consentId", "c1")
          .Set("site", "operators/acme/sites/lobby")
          .Set("purpose", kPurpose)
          .Set("purposeVersion", 1)
          .Set("form", "CONSENT_FORM_SEPARATE")
          .Set("scopes", Json::MakeArray().Push("CONSENT_SCOPE_VERIFY"))
          .Set("noticeSha256", notice.StringOr("textSha256", ""))
          .Set("evidenceSha256", std::string(64, 'e'))
          .Set("expireTime",
               core::FormatRfc3339(served_.world.clock.Now() + 10 * core::kMsPerDay))));
  ASSERT_NE(granted.Find("consent"), nullptr);
  EXPECT_EQ(granted.Find("consent")->StringOr("status", ""), "CONSENT_STATUS_GRANTED");
  EXPECT_NE(granted.Find("receipt")->StringOr("entry", ""), "");
  const Json withdrawn =
      must(operator_client->Call("ConsentService/WithdrawConsent",
                                 Object().Set("name", "operators/acme/subjects/ann/consents/c1")));
  EXPECT_EQ(withdrawn.Find("consent")->StringOr("status", ""), "CONSENT_STATUS_WITHDRAWN");
  must(operator_client->Call("ConsentService/EraseSubject",
                             Object().Set("name", "operators/acme/subjects/ann")));
  EXPECT_EQ(
      operator_client
          ->Call("ConsentService/GetSubject", Object().Set("name", "operators/acme/subjects/ann"))
          .status()
          .reason(),
      "SUBJECT_ERASED");
}

TEST_F(ServedTest, AsksAndTakesANoByNameOrWithItsTerms) {
  const auto operator_client = served_.ClientAs(Role::kOperator);
  const auto notice = operator_client->Call(
      "RegistryService/GetNotice", Object().Set("name", std::string(kPurpose) + "/notices/en-1"));
  ASSERT_TRUE(notice.ok());
  ASSERT_TRUE(operator_client
                  ->Call("ConsentService/CreateSubject",
                         Object().Set("parent", "operators/acme").Set("subjectId", "ann"))
                  .ok());
  const auto terms = [&](const char* id) {
    return Object()
        .Set("parent", "operators/acme/subjects/ann")
        .Set("consentId", id)
        .Set("site", "operators/acme/sites/lobby")
        .Set("purpose", kPurpose)
        .Set("purposeVersion", 1)
        .Set("scopes", Json::MakeArray().Push("CONSENT_SCOPE_VERIFY"))
        .Set("noticeSha256", notice->StringOr("textSha256", ""))
        .Set("alternativeOffered", "ALTERNATIVE_KIND_CARD")
        .Set("channel", "CONSENT_CHANNEL_DESK");
  };
  const auto asked = operator_client->Call("ConsentService/RequestConsent", terms("ask-1"));
  ASSERT_TRUE(asked.ok()) << asked.status().ToString();
  EXPECT_EQ(asked->Find("consent")->StringOr("status", ""), "CONSENT_STATUS_REQUESTED");
  EXPECT_EQ(asked->Find("consent")->StringOr("alternativeOffered", ""), "ALTERNATIVE_KIND_CARD");
  EXPECT_EQ(asked->Find("consent")->StringOr("channel", ""), "CONSENT_CHANNEL_DESK");
  const auto by_name = operator_client->Call(
      "ConsentService/RefuseConsent",
      Object().Set("parent", "operators/acme/subjects/ann").Set("consentId", "ask-1"));
  ASSERT_TRUE(by_name.ok()) << by_name.status().ToString();
  EXPECT_EQ(by_name->Find("consent")->StringOr("status", ""), "CONSENT_STATUS_REFUSED");
  const auto with_terms = operator_client->Call("ConsentService/RefuseConsent", terms("no-2"));
  ASSERT_TRUE(with_terms.ok()) << with_terms.status().ToString();
  EXPECT_EQ(with_terms->Find("consent")->StringOr("status", ""), "CONSENT_STATUS_REFUSED");
  const auto unasked = operator_client->Call(
      "ConsentService/RefuseConsent",
      Object().Set("parent", "operators/acme/subjects/ann").Set("consentId", "ask-9"));
  EXPECT_EQ(unasked.status().reason(), "CONSENT_NOT_FOUND");
  EXPECT_EQ(served_.ClientAs(Role::kController)
                ->Call("ConsentService/RequestConsent", terms("ask-3"))
                .status()
                .code(),
            core::Code::kPermissionDenied);
}

TEST_F(ServedTest, RefusesAnImpossibleAge) {
  const auto answer = CallAs(
      Role::kEnroller, "ConsentService/CreateSubject",
      Object().Set("parent", "operators/acme").Set("subject", Object().Set("ageYears", 151)));
  EXPECT_EQ(answer.status().reason(), "BAD_AGE");
}

TEST_F(ServedTest, PagesThroughPeople) {
  for (const char* id : {"a", "b", "c", "d", "e"}) served_.world.AddSubject(id);
  std::vector<std::string> seen;
  std::string token;
  do {
    const auto page =
        CallAs(Role::kOperator, "ConsentService/ListSubjects",
               Object().Set("parent", "operators/acme").Set("pageSize", 2).Set("pageToken", token));
    ASSERT_TRUE(page.ok()) << page.status().ToString();
    for (const Json& subject : page->Find("subjects")->AsArray()) {
      seen.push_back(subject.StringOr("name", ""));
    }
    token = page->StringOr("nextPageToken", "");
  } while (!token.empty() && seen.size() < 10);
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_EQ(seen.front(), "operators/acme/subjects/a");
  EXPECT_EQ(seen.back(), "operators/acme/subjects/e");
}

TEST_F(ServedTest, PagesThroughConsentsNewestFirst) {
  served_.world.AddSubject("ann");
  for (int i = 0; i < 3; ++i) served_.world.Withdraw(served_.world.Grant("ann"));
  const auto list = [&](const std::string& token) {
    return *CallAs(Role::kOperator, "ConsentService/ListConsents",
                   Object()
                       .Set("parent", "operators/acme/subjects/ann")
                       .Set("pageSize", 2)
                       .Set("pageToken", token));
  };
  const Json first = list("");
  ASSERT_EQ(first.Find("consents")->AsArray().size(), 2u);
  const Json second = list(first.StringOr("nextPageToken", ""));
  ASSERT_EQ(second.Find("consents")->AsArray().size(), 1u);
  EXPECT_EQ(second.StringOr("nextPageToken", "?"), "");
  EXPECT_GT(first.Find("consents")->AsArray()[0].IntOr("logIndex", 0),
            second.Find("consents")->AsArray()[0].IntOr("logIndex", 0));
}

TEST_F(ServedTest, ChangesOnlyTheFieldsOfTheMask) {
  const auto changed = CallAs(
      Role::kOperator, "RegistryService/UpdateSite",
      Object()
          .Set("site",
               Object().Set("name", "operators/acme/sites/lobby").Set("displayName", "Great hall"))
          .Set("updateMask", "displayName"));
  ASSERT_TRUE(changed.ok()) << changed.status().ToString();
  EXPECT_EQ(changed->StringOr("displayName", ""), "Great hall");
  EXPECT_EQ(changed->StringOr("venueKind", ""), "VENUE_KIND_OFFICE");
}

TEST_F(ServedTest, RefusesAMaskOfUnknownOrOutputFields) {
  const Json site = Object().Set("name", "operators/acme/sites/lobby");
  for (const char* mask : {"colour", "logIndex", "name"}) {
    const auto changed = CallAs(Role::kOperator, "RegistryService/UpdateSite",
                                Object().Set("site", site).Set("updateMask", mask));
    EXPECT_EQ(changed.status().reason(), "BAD_UPDATE_MASK") << mask;
  }
}

TEST_F(ServedTest, RefusesAnEtagOfAnEarlierRevision) {
  const Json name = Object().Set("name", "operators/acme/sites/lobby");
  Json site = *CallAs(Role::kOperator, "RegistryService/GetSite", name);
  const Json update = Object().Set("site", site.Set("displayName", "Hall"));
  ASSERT_TRUE(CallAs(Role::kOperator, "RegistryService/UpdateSite", update).ok());
  const auto again = CallAs(Role::kOperator, "RegistryService/UpdateSite", update);
  EXPECT_EQ(again.status().code(), Code::kAborted);
  EXPECT_EQ(again.status().reason(), "REVISION_MOVED");
}

TEST_F(ServedTest, CreatesAndDeletes) {
  const auto made =
      CallAs(Role::kOperator, "RegistryService/CreateOperator",
             Object().Set("operatorId", "new").Set("operator", Object().Set("displayName", "New")));
  ASSERT_TRUE(made.ok()) << made.status().ToString();
  EXPECT_EQ(made->StringOr("name", ""), "operators/new");
  const auto log = served_.world.store->ReadEntries(model::OperatorId("new"), 0, 3);
  ASSERT_EQ(log->size(), 2u);
  const auto second = storage::LineOf((*log)[1].entry);
  EXPECT_EQ(second->StringOr("type", ""), "policy.loaded") << "its log says by which rules";
  const Json name = Object().Set("name", "operators/new");
  ASSERT_TRUE(CallAs(Role::kOperator, "RegistryService/DeleteOperator", name).ok());
  EXPECT_EQ(CallAs(Role::kOperator, "RegistryService/GetOperator", name).status().code(),
            Code::kNotFound);
}

TEST_F(ServedTest, RefusesABadId) {
  const auto made = CallAs(Role::kOperator, "RegistryService/CreateSite",
                           Object().Set("parent", "operators/acme").Set("siteId", "Not An Id"));
  EXPECT_EQ(made.status().reason(), "BAD_ID");
}

TEST_F(ServedTest, RefusesANameOfAnotherKind) {
  const auto got = CallAs(Role::kOperator, "RegistryService/GetSite", Object().Set("name", kDoor));
  EXPECT_EQ(got.status().reason(), "BAD_NAME");
}

TEST_F(ServedTest, ListsResourcesInPages) {
  const auto first =
      CallAs(Role::kAuditor, "RegistryService/ListCameras",
             Object().Set("parent", "operators/acme/sites/lobby").Set("pageSize", 2));
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  EXPECT_EQ(first->Find("cameras")->AsArray().size(), 2u);
  const auto second = CallAs(Role::kAuditor, "RegistryService/ListCameras",
                             Object()
                                 .Set("parent", "operators/acme/sites/lobby")
                                 .Set("pageSize", 2)
                                 .Set("pageToken", first->StringOr("nextPageToken", "")));
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  EXPECT_EQ(second->Find("cameras")->AsArray().size(), 1u);
}

TEST_F(ServedTest, SaysWhatRunsHere) {
  const auto status = CallAs(Role::kAuditor, "GatewayService/GetStatus", Object());
  ASSERT_TRUE(status.ok()) << status.status().ToString();
  EXPECT_EQ(status->StringOr("version", ""), "0.0-test");
  EXPECT_EQ(status->Find("models")->AsArray()[0].StringOr("id", ""), "blind-v1");
  EXPECT_EQ(status->StringOr("authentication", ""), "AUTHENTICATION_MODE_INSECURE_FOR_DEVELOPMENT");
  EXPECT_NE(status->Find("counters")->Find("facegate_requests_total"), nullptr);
}

// ---- The log ----------------------------------------------------------------------------------

TEST_F(ServedTest, ListsRecordsByFilterInPages) {
  for (const char* id : {"a", "b", "c"}) served_.world.AddSubject(id);
  const auto list = [&](const std::string& token) {
    return *CallAs(Role::kAuditor, "AuditService/ListRecords",
                   Object()
                       .Set("parent", "operators/acme")
                       .Set("type", "subject.created")
                       .Set("pageSize", 2)
                       .Set("pageToken", token));
  };
  const Json first = list("");
  ASSERT_EQ(first.Find("records")->AsArray().size(), 2u);
  const Json second = list(first.StringOr("nextPageToken", ""));
  EXPECT_EQ(second.Find("records")->AsArray().size(), 1u);
  EXPECT_EQ(second.StringOr("nextPageToken", "?"), "");
}

TEST_F(ServedTest, CountsRecordsByAKey) {
  for (const char* id : {"a", "b", "c"}) served_.world.AddSubject(id);
  const auto auditor = served_.ClientAs(Role::kAuditor);
  const auto counted = auditor->Call("AuditService/CountRecords",
                                     Object()
                                         .Set("parent", "operators/acme")
                                         .Set("filter", Object().Set("type", "subject.created"))
                                         .Set("groupBy", "RECORD_KEY_DAY"));
  ASSERT_TRUE(counted.ok()) << counted.status().ToString();
  const Json& counts = *counted->Find("counts");
  ASSERT_EQ(counts.AsArray().size(), 1u);
  EXPECT_EQ(counts.AsArray()[0].StringOr("value", ""), core::FormatDay(served_.world.clock.Now()));
  EXPECT_EQ(counts.AsArray()[0].IntOr("records", 0), 3);
  EXPECT_EQ(auditor->Call("AuditService/CountRecords", Object().Set("parent", "operators/acme"))
                .status()
                .reason(),
            "BAD_FILTER");
}

TEST_F(ServedTest, StreamsRecordsThatFitAndEndsWithTheCheckpoint) {
  for (const char* id : {"a", "b", "c"}) served_.world.AddSubject(id);
  const auto auditor = served_.ClientAs(Role::kAuditor);
  const std::int64_t size =
      auditor->Call("AuditService/GetCheckpoint", Object().Set("parent", "operators/acme"))
          ->IntOr("size", 0);
  std::vector<Json> got;
  const core::Status status = auditor->CallStreaming(
      "AuditService/StreamRecords",
      Object()
          .Set("parent", "operators/acme")
          .Set("filter", Object().Set("type", "subject.created").Set("firstIndex", size - 2)),
      [&](const Json& part) {
        got.push_back(part);
        return core::Status::Ok();
      });
  ASSERT_TRUE(status.ok()) << status.ToString();
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0].Find("record")->IntOr("index", 0), size - 2);
  EXPECT_EQ(got[0].IntOr("nextIndex", 0), size - 1);
  EXPECT_EQ(got[1].IntOr("nextIndex", 0), size);
  EXPECT_EQ(got[2].Find("checkpoint")->IntOr("size", 0), size);
  EXPECT_EQ(got[2].IntOr("nextIndex", 0), size);
}

TEST_F(ServedTest, StreamsOnAsRecordsAreWritten) {
  const auto auditor = served_.ClientAs(Role::kAuditor);
  int caught_up = 0;
  std::vector<std::string> added;
  const core::Status status =
      auditor->CallStreaming("AuditService/StreamRecords",
                             Object()
                                 .Set("parent", "operators/acme")
                                 .Set("follow", true)
                                 .Set("filter", Object().Set("type", "subject.created")),
                             [&](const Json& part) {
                               if (part.Find("record") != nullptr) {
                                 added.push_back(part.Find("record")->StringOr("name", ""));
                               } else if (++caught_up < 3) {
                                 served_.world.AddSubject(caught_up == 1 ? "a" : "b");
                               } else {
                                 return core::Status(core::Code::kCancelled, "ENOUGH", "both came");
                               }
                               return core::Status::Ok();
                             });
  EXPECT_EQ(status.reason(), "ENOUGH");
  EXPECT_EQ(added.size(), 2u);
}

TEST_F(ServedTest, ProvesEveryRecordAndThatTheLogOnlyGrew) {
  const auto auditor = served_.ClientAs(Role::kAuditor);
  const Json parent = Object().Set("parent", "operators/acme");
  const Json checkpoint = *auditor->Call("AuditService/GetCheckpoint", parent);
  const std::int64_t size = checkpoint.IntOr("size", 0);
  ASSERT_GT(size, 3);
  for (std::int64_t index = 0; index < size; ++index) {
    Json request = parent;
    const auto proof = auditor->Call("AuditService/GetInclusionProof", request.Set("index", index));
    ASSERT_TRUE(proof.ok()) << proof.status().ToString();
    const auto file = tlog::ParseProofFile(proof->StringOr("proofFile", ""));
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    const auto record =
        auditor->Call("AuditService/GetRecord",
                      Object().Set("name", "operators/acme/records/" + std::to_string(index)));
    ASSERT_TRUE(record.ok());
    const core::Bytes entry = *crypto::Base64Decode(record->StringOr("entry", ""));
    EXPECT_TRUE(tlog::VerifyProofFile(*file, entry,
                                      served_.world.ledger->CheckpointKey(testing::World::op()))
                    .ok());
  }
  Json request = parent;
  const auto grew =
      auditor->Call("AuditService/GetConsistencyProof", request.Set("oldSize", size - 1));
  ASSERT_TRUE(grew.ok());
  EXPECT_EQ(grew->IntOr("newSize", 0), size);
  EXPECT_GT(grew->Find("hashes")->AsArray().size(), 0u);
}

TEST_F(ServedTest, NamesTheEndOfTheLog) {
  const auto auditor = served_.ClientAs(Role::kAuditor);
  const auto reason = [&](const char* method, const Json& request) {
    return auditor->Call(method, request).status().reason();
  };
  const Json acme = Object().Set("parent", "operators/acme");
  Json request = acme;
  EXPECT_EQ(reason("AuditService/GetInclusionProof", request.Set("index", 1'000'000)),
            "INDEX_OUT_OF_RANGE");
  request = acme;
  EXPECT_EQ(reason("AuditService/GetConsistencyProof", request.Set("newSize", 1'000'000)),
            "SIZE_OUT_OF_RANGE");
  EXPECT_EQ(
      reason("AuditService/GetRecord", Object().Set("name", "operators/acme/records/1000000")),
      "RECORD_NOT_FOUND");
  EXPECT_EQ(reason("AuditService/GetCheckpoint", Object().Set("parent", "operators/nobody")),
            "LOG_EMPTY");
}

TEST_F(ServedTest, ExportsTheLogWithTheCheckpointLast) {
  const auto auditor = served_.ClientAs(Role::kAuditor);
  std::vector<std::string> paths;
  bool header = false;
  const core::Status status =
      auditor->CallStreaming("AuditService/ExportEntries", Object().Set("parent", "operators/acme"),
                             [&](const Json& part) {
                               if (part.Find("header") != nullptr) header = paths.empty();
                               if (const Json* file = part.Find("file")) {
                                 paths.push_back(file->StringOr("path", ""));
                               }
                               return core::Status::Ok();
                             });
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_TRUE(header);
  ASSERT_EQ(paths.size(), 3u);  // a partial bundle, a partial tile, the checkpoint
  EXPECT_TRUE(paths[0].starts_with("tile/entries/000.p/"));
  EXPECT_TRUE(paths[1].starts_with("tile/0/000.p/"));
  EXPECT_EQ(paths[2], "checkpoint");
}

// ---- Limits, streams and the rest -------------------------------------------------------------

TEST_F(ServedTest, StreamsFramesAndRecordsTheLease) {
  const auto camera = served_.ClientAs(Role::kCamera);
  auto stream = camera->OpenFrames(Object().Set("camera", kLane).Set("purpose", kPurpose));
  ASSERT_TRUE(stream.ok()) << stream.status().ToString();
  const auto frame = stream->Send(core::AsBytes("no picture"));
  ASSERT_TRUE(frame.ok()) << frame.status().ToString();
  EXPECT_EQ(frame->IntOr("frameNumber", 0), 1);
  const auto last = stream->Close();
  ASSERT_TRUE(last.ok()) << last.status().ToString();
  EXPECT_EQ(last->IntOr("frameNumber", -1), 0);
}

TEST_F(ServedTest, RefusesAStreamThatDoesNotBeginWithItsConfig) {
  const auto channel = grpc::CreateChannel(served_.target(), grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  context.AddMetadata("x-facegate-role", "camera");
  const auto stream = v1::GatewayService::NewStub(channel)->StreamFrames(&context);
  v1::StreamFramesRequest frame;
  frame.set_frame("no config");
  stream->Write(frame);
  const grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.error_message().starts_with("STREAM_CONFIG_MISSING"));
}

TEST_F(ServedTest, RefusesASecondConfigInAStream) {
  const auto channel = grpc::CreateChannel(served_.target(), grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  context.AddMetadata("x-facegate-role", "camera");
  const auto stream = v1::GatewayService::NewStub(channel)->StreamFrames(&context);
  v1::StreamFramesRequest config;
  config.mutable_config()->set_camera(kLane);
  config.mutable_config()->set_purpose(kPurpose);
  stream->Write(config);
  stream->Write(config);
  EXPECT_TRUE(stream->Finish().error_message().starts_with("STREAM_FRAME_MISSING"));
}

TEST_F(ServedTest, CarriesTheReasonAsErrorInfoAndInTheTrailer) {
  const auto channel = grpc::CreateChannel(served_.target(), grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  v1::GetSiteRequest request;
  request.set_name("nonsense");
  v1::Site site;
  const grpc::Status status =
      v1::RegistryService::NewStub(channel)->GetSite(&context, request, &site);
  v1::ErrorStatus details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(status.error_code()));
  v1::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(details.details(0).value()));
  EXPECT_EQ(info.reason(), "BAD_NAME");
  const auto trailer = context.GetServerTrailingMetadata().find("facegate-reason");
  ASSERT_NE(trailer, context.GetServerTrailingMetadata().end());
  EXPECT_EQ(std::string(trailer->second.data(), trailer->second.size()), "BAD_NAME");
}

TEST_F(ServedTest, LogsFailuresWithoutWhatTheCallerWrote) {
  (void)CallAs(Role::kOperator, "ConsentService/GetSubject",
               Object().Set("name", "operators/acme/subjects/ann-the-person"));
  const std::string text = served_.log.text();
  EXPECT_NE(text.find("reason=SUBJECT_NOT_FOUND"), std::string::npos);
  EXPECT_EQ(text.find("ann-the-person"), std::string::npos);
}

TEST_F(ServedTest, RefusesAnUnknownRoleInDevelopment) {
  const auto channel = grpc::CreateChannel(served_.target(), grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  context.AddMetadata("x-facegate-role", "root");
  v1::GetStatusResponse response;
  EXPECT_EQ(v1::GatewayService::NewStub(channel)->GetStatus(&context, {}, &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

// Waits until a call has failed; its handler ends on a thread of its own. Gives the log.
std::string AwaitFailure(const testing::KeptLog& log) {
  for (int tries = 0; tries < 1'000; ++tries) {
    if (log.text().find("call_failed") != std::string::npos) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return log.text();
}

TEST_F(ServedTest, NoticesThatTheCallerWentAway) {
  const auto camera = served_.ClientAs(Role::kCamera);
  {
    auto stream = camera->OpenFrames(Object().Set("camera", kLane).Set("purpose", kPurpose));
    ASSERT_TRUE(stream.ok());
    ASSERT_TRUE(stream->Send(core::AsBytes("x")).ok());
  }  // dropped open
  EXPECT_NE(AwaitFailure(served_.log).find("reason=CANCELLED"), std::string::npos);
}

TEST_F(ServedTest, NoticesThatTheCallersTimeIsUp) {
  const auto channel = grpc::CreateChannel(served_.target(), grpc::InsecureChannelCredentials());
  grpc::ClientContext context;
  context.AddMetadata("x-facegate-role", "camera");
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
  const auto stream = v1::GatewayService::NewStub(channel)->StreamFrames(&context);
  v1::StreamFramesRequest config;
  config.mutable_config()->set_camera(kLane);
  config.mutable_config()->set_purpose(kPurpose);
  stream->Write(config);
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  // Which of the two clocks is first decides what the server sees.
  const std::string text = AwaitFailure(served_.log);
  EXPECT_TRUE(text.find("reason=DEADLINE_EXCEEDED") != std::string::npos ||
              text.find("reason=CANCELLED") != std::string::npos)
      << text;
}

// Calls a method of a service that has no stub here, bytes in and bytes out.
std::string CallBytes(const std::string& target, const std::string& path,
                      const std::string& request) {
  grpc::GenericStub stub(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const grpc::Slice sent(request);
  const grpc::ByteBuffer message(&sent, 1);
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, path, {}, &message, &answer,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  grpc::Slice received;
  if (!status.ok() || !answer.DumpToSingleSlice(&received).ok()) return status.error_message();
  return {reinterpret_cast<const char*>(received.begin()), received.size()};
}

TEST_F(ServedTest, AnswersHealthChecks) {
  // HealthCheckResponse{status: SERVING}.
  EXPECT_EQ(CallBytes(served_.target(), "/grpc.health.v1.Health/Check", ""), "\x08\x01");
}

TEST_F(ServedTest, AnswersReflection) {
  // ServerReflectionRequest{list_services: "*"}.
  EXPECT_NE(CallBytes(served_.target(),
                      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "\x3a\x01*")
                .find("facegate.v1.GatewayService"),
            std::string::npos);
}

TEST(Limits, RefuseAMessageThatIsTooLarge) {
  ServerOptions options;
  options.message_bytes_max = 4096;
  const ServedWorld served(options);
  const std::string image(8192, 'x');
  const client::Attachment attachment{"image", core::AsBytes(image)};
  const auto answer =
      served.ClientAs(Role::kController)
          ->Call("GatewayService/Authorize", AuthorizeRequest("nobody"), &attachment);
  EXPECT_EQ(answer.status().code(), Code::kResourceExhausted);
}

TEST(Limits, RefuseARequestOverTheNumberUnderWay) {
  ServerOptions options;
  options.requests_max = 0;
  const ServedWorld served(options);
  const auto answer = served.ClientAs(Role::kOperator)->Call("GatewayService/GetStatus", Object());
  EXPECT_EQ(answer.status().code(), Code::kResourceExhausted);
  EXPECT_EQ(answer.status().reason(), "QUEUE_FULL");
  EXPECT_EQ(served.world.metrics.Value(core::Counter::kQueueRejections), 1u);
}

TEST(Limits, RefuseAStreamOverTheNumberOpen) {
  ServerOptions options;
  options.streams_max = 1;
  const ServedWorld served(options);
  const auto camera = served.ClientAs(Role::kCamera);
  const Json config = Object().Set("camera", kLane).Set("purpose", kPurpose);
  auto first = camera->OpenFrames(config);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(first->Send(core::AsBytes("x")).ok());  // so that it is open for certain
  // The refusal may overtake the config, or arrive with the first frame.
  auto second = camera->OpenFrames(config);
  const core::Status refused =
      second.ok() ? second->Send(core::AsBytes("x")).status() : second.status();
  EXPECT_EQ(refused.reason(), "QUEUE_FULL");
}

TEST(Shutdown, EndsServingAndMayBeCalledTwice) {
  ServedWorld served;
  EXPECT_TRUE(served.server->serving());
  served.server->Shutdown(100);
  served.server->Shutdown(100);
  EXPECT_FALSE(served.server->serving());
  client::ClientOptions options;
  options.target = served.target();
  options.attempts_max = 1;
  const auto client =
      ServedWorld::Must(client::Client::Create(client::InsecureForDevelopment{}, options));
  EXPECT_EQ(client->Call("GatewayService/GetStatus", Object()).status().reason(),
            "SERVER_UNREACHABLE");
}

TEST(Shutdown, CancelsAStreamThatStaysOpen) {
  ServedWorld served;
  const auto camera = served.ClientAs(Role::kCamera);
  auto stream = camera->OpenFrames(Object().Set("camera", kLane).Set("purpose", kPurpose));
  ASSERT_TRUE(stream.ok());
  ASSERT_TRUE(stream->Send(core::AsBytes("x")).ok());
  served.server->Shutdown(0);
  EXPECT_FALSE(stream->Send(core::AsBytes("x")).ok());
}

}  // namespace
}  // namespace facegate::rpc
