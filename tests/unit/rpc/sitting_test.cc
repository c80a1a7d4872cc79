#include <google/protobuf/descriptor.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>

#include "facegate/v1/gateway_service.grpc.pb.h"
#include "rpc/gateway_messages.h"
#include "rpc/sitting_stream.h"
#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using testing::ServedWorld;
using testing::World;

constexpr char kDesk[] = "operators/acme/sites/lobby/cameras/desk";
constexpr char kPurpose[] = "operators/acme/purposes/building_access";

class ServedSitting : public ::testing::Test {
 protected:
  ServedSitting() {
    served_.world.AddSubject("ann");
    served_.world.Grant("ann");
  }
  static Json Config(const std::string& subject) {
    return Json::MakeObject()
        .Set("camera", kDesk)
        .Set("purpose", kPurpose)
        .Set("subject", "operators/acme/subjects/" + subject);
  }
  core::Result<client::FrameStream> Open(const Json& config) {
    return client_->OpenSitting(config);
  }
  static std::string ReasonIn(const core::Result<Json>& response) {
    if (!response.ok()) return response.status().reason();
    const Json* answer = response->Find("answer");
    return answer == nullptr || !answer->is_object() ? "" : answer->StringOr("reason", "");
  }
  std::uint64_t Records() const { return served_.world.store->GetLogHead(World::op())->size; }
  // The record after so many, once it is there.
  std::string AwaitRecord(std::uint64_t index) const {
    for (int i = 0; i < 600; ++i) {
      const auto entries = served_.world.store->ReadEntries(World::op(), index, 1);
      if (entries.ok() && !entries->empty()) return entries->front().entry;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return "nothing";
  }

  ServedWorld served_;
  std::unique_ptr<client::Client> client_ = served_.ClientAs(model::Role::kEnroller);
};

TEST_F(ServedSitting, IsRefusedBeforeAFrameIsSent) {
  auto stream = Open(Config("nobody"));
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ(ReasonIn(stream->Begin()), "REASON_CONSENT_MISSING");
}

TEST_F(ServedSitting, AnswersConfigFramesAndTheEnd) {
  auto stream = Open(Config("ann").Set("templates", 2));
  ASSERT_TRUE(stream.ok());
  const auto begun = stream->Begin();
  ASSERT_TRUE(begun.ok()) << begun.status().ToString();
  EXPECT_EQ(ReasonIn(begun), "");
  EXPECT_EQ(begun->IntOr("viewsWanted", 0), 2);
  const auto frame = stream->Send(core::AsBytes("no picture"));
  ASSERT_TRUE(frame.ok()) << frame.status().ToString();
  EXPECT_EQ(frame->IntOr("frameNumber", 0), 1);
  EXPECT_EQ(frame->StringOr("hint", ""), "FRAME_HINT_FRAME_UNUSABLE");
  const std::uint64_t before = Records();
  EXPECT_EQ(ReasonIn(stream->Close()), "REASON_POOR_QUALITY");
  EXPECT_EQ(Records(), before + 1);
}

TEST_F(ServedSitting, IsRecordedWhenTheClientGoesAway) {
  const std::uint64_t before = Records();
  {
    auto stream = Open(Config("ann"));
    ASSERT_TRUE(stream.ok());
    ASSERT_TRUE(stream->Begin().ok());
  }  // dropped open
  EXPECT_NE(AwaitRecord(before).find(R"("reason":"CANCELLED")"), std::string::npos);
}

TEST_F(ServedSitting, IsRecordedWhenTheClientSendsNothing) {
  const std::uint64_t before = Records();
  auto stream = Open(Config("ann").Set("sitting_duration", "1s"));
  ASSERT_TRUE(stream.ok());
  ASSERT_TRUE(stream->Begin().ok());
  EXPECT_NE(AwaitRecord(before).find(R"("reason":"DEADLINE_EXCEEDED")"), std::string::npos);
  EXPECT_FALSE(stream->Send(core::AsBytes("too late")).ok());
}

TEST_F(ServedSitting, IsOneAtATime) {
  auto first = Open(Config("ann"));
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(first->Begin().ok());
  auto second = Open(Config("ann"));
  EXPECT_EQ(second.ok() ? ReasonIn(second->Begin()) : second.status().reason(), "CAMERA_BUSY");
}

TEST_F(ServedSitting, TakesNothingButFramesAfterItsConfig) {
  v1::EnrollFromFramesRequest config;
  config.mutable_config()->set_camera(kDesk);
  config.mutable_config()->set_purpose(kPurpose);
  config.mutable_config()->set_subject("operators/acme/subjects/ann");
  const auto channel = grpc::CreateChannel(served_.target(), grpc::InsecureChannelCredentials());
  const auto stub = v1::GatewayService::NewStub(channel);
  for (const bool begins_with_config : {true, false}) {
    grpc::ClientContext context;
    context.AddMetadata("x-facegate-role", "enroller");
    const auto stream = stub->EnrollFromFrames(&context);
    v1::EnrollFromFramesRequest frame;
    frame.set_frame("x");
    stream->Write(begins_with_config ? config : frame);
    stream->Write(config);
    v1::EnrollFromFramesResponse response;
    while (stream->Read(&response)) {
    }
    const std::string message = stream->Finish().error_message();
    EXPECT_TRUE(
        message.starts_with(begins_with_config ? "STREAM_FRAME_MISSING" : "STREAM_CONFIG_MISSING"))
        << message;
  }
}

TEST(SittingConfig, HasLimits) {
  const model::Principal desk{model::Role::kEnroller, "", "operators/acme"};
  v1::SittingConfig config;
  config.set_camera(kDesk);
  config.set_purpose(kPurpose);
  config.set_subject("operators/acme/subjects/ann");
  EXPECT_EQ(ToClaim(config, desk)->lease_ms, 30'000);
  EXPECT_EQ(ToClaim(config, desk)->operation, model::Operation::kEnroll);
  config.mutable_sitting_duration()->set_seconds(60);
  EXPECT_EQ(ToClaim(config, desk)->lease_ms, 60'000);
  for (const int seconds : {-1, 0, 61}) {
    config.mutable_sitting_duration()->set_seconds(seconds);
    EXPECT_EQ(ToClaim(config, desk).status().reason(), "BAD_SITTING") << seconds;
  }
  EXPECT_EQ(*TemplatesOf(config), 3);
  config.set_templates(1);
  EXPECT_EQ(*TemplatesOf(config), 1);
  for (const int templates : {-1, 4}) {
    config.set_templates(templates);
    EXPECT_EQ(TemplatesOf(config).status().reason(), "BAD_TEMPLATES") << templates;
  }
}

TEST(FrameHints, HaveTheWordsOfTheGateway) {
  const auto* type = google::protobuf::GetEnumDescriptor<v1::FrameHint>();
  std::set<int> met;
  for (int i = 0; i + 1 < type->value_count(); ++i) {
    met.insert(ToProto(static_cast<gateway::FrameHint>(i)));
  }
  EXPECT_EQ(static_cast<int>(met.size()), type->value_count() - 1);
  EXPECT_FALSE(met.contains(v1::FRAME_HINT_UNSPECIFIED));
  EXPECT_EQ(gateway::Word(static_cast<gateway::FrameHint>(type->value_count() - 1)), "UNKNOWN");
}

}  // namespace
}  // namespace facegate::rpc
