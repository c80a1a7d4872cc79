#include "client/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/core/text.h"

namespace facegate::client {
namespace {

using core::Code;
using core::Status;

// gRPC would let a channel rest for up to two minutes after a server was away, and fail calls at
// once.
constexpr int kReconnectMsMax = 5'000;
// A gateway that vanished without a word (power, cable) is noticed while a call is under way, and
// not when TCP gives up after a quarter of an hour. The server allows as much.
constexpr int kKeepaliveMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 5'000;
constexpr char kReasonMetadata[] = "facegate-reason";
constexpr char kRoleMetadata[] = "x-facegate-role";

core::Result<std::string> ReadPem(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (file) bytes << file.rdbuf();
  if (!file || bytes.str().empty()) {
    return Status(Code::kNotFound, "TLS_FILE_UNREADABLE", "cannot read " + path);
  }
  return bytes.str();
}

grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::Slice slice;
  return bytes.DumpToSingleSlice(&slice).ok() &&
         message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
}

}  // namespace

core::Result<Channel> OpenChannel(const Authentication& authentication,
                                  const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.message_bytes_max);
  // Retrying is ours, so that it is seen to touch nothing but calls that change nothing.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // no limit: a long call is silent
  Channel channel;
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (const auto* insecure = std::get_if<InsecureForDevelopment>(&authentication)) {
    channel.role = core::AsciiLower(model::Word(insecure->role));
  } else {
    const auto& tls = std::get<MutualTls>(authentication);
    grpc::SslCredentialsOptions ssl;
    FG_ASSIGN_OR_RETURN(ssl.pem_root_certs, ReadPem(tls.server_ca_path));
    FG_ASSIGN_OR_RETURN(ssl.pem_private_key, ReadPem(tls.key_path));
    FG_ASSIGN_OR_RETURN(ssl.pem_cert_chain, ReadPem(tls.certificate_path));
    credentials = grpc::SslCredentials(ssl);
    if (!tls.server_name.empty()) arguments.SetSslTargetNameOverride(tls.server_name);
  }
  channel.channel = grpc::CreateCustomChannel(options.target, credentials, arguments);
  return channel;
}

Status FromGrpc(const grpc::Status& status, const grpc::ClientContext& context) {
  if (status.ok()) return Status::Ok();
  const auto code = static_cast<Code>(status.error_code());  // the numbers are gRPC's
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find(kReasonMetadata);
  if (found == trailers.end()) {  // gRPC itself speaks, on either side
    if (code == Code::kUnavailable) {
      return Status(code, "SERVER_UNREACHABLE", status.error_message());
    }
    return Status(code, std::string(core::CodeName(code)), status.error_message());
  }
  std::string reason(found->second.data(), found->second.size());
  std::string message = status.error_message();
  const std::string prefix = reason + ": ";
  if (message.starts_with(prefix)) message.erase(0, prefix.size());
  return Status(code, std::move(reason), std::move(message));
}

RawCall::RawCall(const Channel& channel, const std::string& path, std::optional<Time> deadline)
    : stub_(channel.channel) {
  if (deadline) context_.set_deadline(*deadline);
  if (!channel.role.empty()) context_.AddMetadata(kRoleMetadata, channel.role);
  call_ = stub_.PrepareCall(&context_, path, &queue_);
  call_->StartCall(this);
  Await();
}

RawCall::~RawCall() {
  if (!finished_) {
    context_.TryCancel();
    (void)Finish();
  }
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

bool RawCall::Await() {
  void* tag = nullptr;
  bool ok = false;
  // One step is under way at a time, so the next event is its.
  FG_CHECK(queue_.Next(&tag, &ok));
  return ok;
}

bool RawCall::Write(const google::protobuf::Message& message) {
  call_->Write(Serialize(message), this);
  return Await();
}

bool RawCall::WritesDone() {
  call_->WritesDone(this);
  return Await();
}

bool RawCall::Read(google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  call_->Read(&bytes, this);
  if (!Await()) return false;
  if (Parse(bytes, message)) return true;
  bad_answer_ = true;
  context_.TryCancel();
  return false;
}

Status RawCall::Finish() {
  FG_CHECK(!finished_);
  finished_ = true;
  grpc::Status status;
  call_->Finish(&status, this);
  Await();
  if (bad_answer_) {
    return Status(Code::kInternal, "BAD_ANSWER", "the server's answer is not of this protocol");
  }
  return FromGrpc(status, context_);
}

}  // namespace facegate::client
