#include "facegate/client/client.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "client/json_messages.h"
#include "facegate/v1/audit_service.pb.h"
#include "facegate/v1/consent_service.grpc.pb.h"
#include "facegate/v1/gateway_service.pb.h"
#include "unit/rpc/served_world.h"

namespace facegate::client {
namespace {

using core::Code;
using core::Json;
using model::Role;
using testing::ServedWorld;

Json Object() { return Json::MakeObject(); }

// ---- JSON -------------------------------------------------------------------------------------

TEST(FindMethod, TakesNamesWithAndWithoutThePackage) {
  EXPECT_TRUE(FindMethod("facegate.v1.GatewayService/Authorize").ok());
  EXPECT_EQ(*FindMethod("GatewayService/Authorize"),
            *FindMethod("facegate.v1.GatewayService/Authorize"));
  EXPECT_TRUE(FindMethod("AuditService/GetLogKeys").ok());
  EXPECT_TRUE(FindMethod("RegistryService/CreateNotice").ok());
  EXPECT_TRUE(FindMethod("ConsentService/EraseSubject").ok());
}

TEST(FindMethod, RefusesWhatIsNone) {
  for (const char* name : {"", "Authorize", "GatewayService/Guess", "GatewayService.Authorize",
                           "grpc.health.v1.Health/Check"}) {
    EXPECT_EQ(FindMethod(name).status().reason(), "METHOD_UNKNOWN") << name;
  }
}

TEST(ToJson, WritesLongIntegersAsNumbersEverywhere) {
  v1::GetStatusResponse status;
  (*status.mutable_counters())["facegate_requests_total"] = 41;
  v1::ListRecordsResponse records;
  records.add_records()->set_index(7);
  v1::AuthorizeResponse answer;
  answer.mutable_answer()->mutable_receipt()->set_index(9);
  EXPECT_EQ(ToJson(status)->Find("counters")->IntOr("facegate_requests_total", -1), 41);
  EXPECT_EQ(ToJson(records)->Find("records")->AsArray()[0].IntOr("index", -1), 7);
  EXPECT_EQ(ToJson(answer)->Find("answer")->Find("receipt")->IntOr("index", -1), 9);
}

TEST(ToJson, LeavesDigitsInStringsAlone) {
  v1::GetStatusResponse status;
  status.set_version("7");
  EXPECT_EQ(ToJson(status)->StringOr("version", ""), "7");
}

TEST(ToJson, WritesDefaultsOut) { EXPECT_EQ(ToJson(v1::Receipt())->IntOr("index", -1), 0); }

TEST(FillMessage, TakesEitherSpellingOfAField) {
  v1::AuthorizeRequest request;
  ASSERT_TRUE(FillMessage(Object().Set("clientCounter", 3), request).ok());
  EXPECT_EQ(request.client_counter(), 3);
  ASSERT_TRUE(FillMessage(Object().Set("client_counter", 4), request).ok());
  EXPECT_EQ(request.client_counter(), 4);
}

TEST(FillMessage, RefusesUnknownFields) {
  v1::AuthorizeRequest request;
  EXPECT_EQ(FillMessage(Object().Set("colour", "red"), request).reason(), "BAD_REQUEST");
}

// ---- Calls ------------------------------------------------------------------------------------

TEST(Client, NamesATlsFileThatIsNotThere) {
  const auto client = Client::Create(
      MutualTls{"/nowhere/c.crt", "/nowhere/c.key", "/nowhere/ca.crt", ""}, {"localhost:1"});
  EXPECT_EQ(client.status().reason(), "TLS_FILE_UNREADABLE");
  EXPECT_NE(client.status().message().find("/nowhere/"), std::string::npos);
}

TEST(Client, RefusesToCallAStreamAsOneRequest) {
  const ServedWorld served;
  const auto client = served.ClientAs(Role::kAuditor);
  EXPECT_EQ(client->Call("AuditService/ExportEntries", Object()).status().reason(),
            "METHOD_STREAMS");
  EXPECT_EQ(client->Call("GatewayService/StreamFrames", Object()).status().reason(),
            "METHOD_STREAMS");
  EXPECT_EQ(client
                ->CallStreaming("AuditService/GetRecord", Object(),
                                [](const Json&) { return core::Status::Ok(); })
                .reason(),
            "METHOD_STREAMS");
}

TEST(Client, GivesTheServersReasonAndMessage) {
  const ServedWorld served;
  const auto answer =
      served.ClientAs(Role::kOperator)->Call("RegistryService/GetSite", Object().Set("name", "x"));
  EXPECT_EQ(answer.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(answer.status().reason(), "BAD_NAME");
  EXPECT_FALSE(answer.status().message().starts_with("BAD_NAME"));
}

TEST(Client, AttachesAnImage) {
  const ServedWorld served;
  const std::string image = "no picture";
  const Attachment attachment{"image", core::AsBytes(image)};
  const auto answer = served.ClientAs(Role::kController)
                          ->Call("GatewayService/Authorize",
                                 Object()
                                     .Set("camera", "operators/acme/sites/lobby/cameras/door")
                                     .Set("purpose", "operators/acme/purposes/building_access")
                                     .Set("subject", "operators/acme/subjects/nobody"),
                                 &attachment);
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(answer->Find("answer")->StringOr("requestId", "").size(), 36u);
}

TEST(Client, RefusesToAttachToAFieldThatIsNotBytes) {
  const ServedWorld served;
  for (const char* field : {"camera", "nothing"}) {
    const Attachment attachment{field, core::AsBytes("x")};
    const auto answer =
        served.ClientAs(Role::kController)->Call("GatewayService/Authorize", Object(), &attachment);
    EXPECT_EQ(answer.status().reason(), "BAD_REQUEST") << field;
  }
}

TEST(Client, StopsAStreamWhenTheTakerFails) {
  const ServedWorld served;
  int taken = 0;
  const core::Status status =
      served.ClientAs(Role::kAuditor)
          ->CallStreaming("AuditService/ExportEntries", Object().Set("parent", "operators/acme"),
                          [&](const Json&) {
                            ++taken;
                            return core::Status(Code::kUnavailable, "DISK_FULL", "no room");
                          });
  EXPECT_EQ(status.reason(), "DISK_FULL");
  EXPECT_EQ(taken, 1);
}

TEST(FrameStream, IsClosedForGood) {
  const ServedWorld served;
  auto stream = served.ClientAs(Role::kCamera)
                    ->OpenFrames(Object()
                                     .Set("camera", "operators/acme/sites/lobby/cameras/lane")
                                     .Set("purpose", "operators/acme/purposes/building_access"));
  ASSERT_TRUE(stream.ok());
  ASSERT_TRUE(stream->Close().ok());
  EXPECT_EQ(stream->Close().status().reason(), "STREAM_CLOSED");
  EXPECT_EQ(stream->Send(core::AsBytes("x")).status().reason(), "STREAM_CLOSED");
}

TEST(FrameStream, MayBeDroppedOpen) {
  const ServedWorld served;
  auto stream = served.ClientAs(Role::kCamera)
                    ->OpenFrames(Object()
                                     .Set("camera", "operators/acme/sites/lobby/cameras/lane")
                                     .Set("purpose", "operators/acme/purposes/building_access"));
  ASSERT_TRUE(stream.ok());
  ASSERT_TRUE(stream->Send(core::AsBytes("x")).ok());
}

// ---- Retries ----------------------------------------------------------------------------------

// A server that is unavailable a number of times: the fault that retrying is for.
class FlakyConsents final : public v1::ConsentService::Service {
 public:
  grpc::Status GetSubject(grpc::ServerContext*, const v1::GetSubjectRequest*,
                          v1::Subject*) override {
    return Answer();
  }
  grpc::Status CreateSubject(grpc::ServerContext*, const v1::CreateSubjectRequest* request,
                             v1::Subject*) override {
    const std::lock_guard lock(mutex_);
    request_id_ = request->request_id();
    return Answer();
  }
  grpc::Status ListSubjects(grpc::ServerContext*, const v1::ListSubjectsRequest*,
                            v1::ListSubjectsResponse*) override {
    ++calls;
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "not now");
  }
  grpc::Status Answer() {
    return ++calls <= failures ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "not now")
                               : grpc::Status::OK;
  }
  std::atomic<int> calls{0};
  std::atomic<int> failures{0};
  std::string request_id() const {
    const std::lock_guard lock(mutex_);
    return request_id_;
  }

 private:
  mutable std::mutex mutex_;
  std::string request_id_;
};

class RetryTest : public ::testing::Test {
 protected:
  RetryTest() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&consents_);
    server_ = builder.BuildAndStart();
    ClientOptions options;
    options.target = "127.0.0.1:" + std::to_string(port);
    options.backoff_ms = 1;
    options.attempts_max = 3;
    client_ = ServedWorld::Must(Client::Create(InsecureForDevelopment{}, options));
  }

  FlakyConsents consents_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(RetryTest, RepeatsReadsWhileTheServerIsUnavailable) {
  consents_.failures = 2;
  EXPECT_TRUE(client_->Call("ConsentService/GetSubject", Object()).ok());
  EXPECT_EQ(consents_.calls, 3);
}

TEST_F(RetryTest, GivesUpAfterTheLastAttempt) {
  consents_.failures = 100;
  EXPECT_EQ(client_->Call("ConsentService/GetSubject", Object()).status().code(),
            Code::kUnavailable);
  EXPECT_EQ(consents_.calls, 3);
}

TEST_F(RetryTest, NeverRepeatsWhatChangesSomething) {
  consents_.failures = 1;
  EXPECT_FALSE(client_->Call("ConsentService/CreateSubject", Object()).ok());
  EXPECT_EQ(consents_.calls, 1);
}

TEST_F(RetryTest, NeverRepeatsForAnotherCode) {
  EXPECT_FALSE(client_->Call("ConsentService/ListSubjects", Object()).ok());
  EXPECT_EQ(consents_.calls, 1);
}

TEST_F(RetryTest, GivesAMutatingRequestAnId) {
  EXPECT_TRUE(client_->Call("ConsentService/CreateSubject", Object()).ok());
  EXPECT_EQ(consents_.request_id().size(), 36u);
}

TEST_F(RetryTest, KeepsTheCallersRequestId) {
  const std::string id = "0b0e6a2e-3f5a-4bb0-9a3c-5a9a4f0f3d11";
  EXPECT_TRUE(client_->Call("ConsentService/CreateSubject", Object().Set("requestId", id)).ok());
  EXPECT_EQ(consents_.request_id(), id);
}

TEST(Client, SaysThatTheServerCannotBeReached) {
  ClientOptions options;
  options.target = "127.0.0.1:1";
  options.attempts_max = 1;
  const auto client = ServedWorld::Must(Client::Create(InsecureForDevelopment{}, options));
  EXPECT_EQ(client->Call("GatewayService/GetStatus", Object()).status().reason(),
            "SERVER_UNREACHABLE");
}

}  // namespace
}  // namespace facegate::client
