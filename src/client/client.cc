#include "facegate/client/client.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "client/channel.h"
#include "client/json_messages.h"
#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"

namespace facegate::client {
namespace {

using core::Code;
using core::Json;
using core::Status;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using SystemClock = std::chrono::system_clock;

constexpr int kBackoffMsMax = 2'000;

std::string PathOf(const MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

// Calls that change nothing, or change it once however often they are made.
bool MayRepeat(const MethodDescriptor& method) {
  const std::string& name = method.name();
  return name.starts_with("Get") || name.starts_with("List") || name == "WithdrawConsent" ||
         name == "WithdrawByToken";
}

void AddRequestId(Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr || !request.GetReflection()->GetString(request, field).empty()) return;
  request.GetReflection()->SetString(&request, field, crypto::RandomUuid());
}

Status Attach(const Attachment& attachment, Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(attachment.field);
  if (field == nullptr || field->type() != FieldDescriptor::TYPE_BYTES || field->is_repeated()) {
    return Status(Code::kInvalidArgument, "BAD_REQUEST",
                  "the request has no bytes field " + attachment.field);
  }
  request.GetReflection()->SetString(&request, field, std::string(core::AsText(attachment.bytes)));
  return Status::Ok();
}

core::Result<std::unique_ptr<Message>> MakeRequest(const MethodDescriptor& method,
                                                   const Json& json) {
  std::unique_ptr<Message> request = NewMessage(method.input_type());
  FG_RETURN_IF_ERROR(FillMessage(json, *request));
  AddRequestId(*request);
  return request;
}

// One attempt of a unary call.
Status CallOnce(const Channel& channel, const MethodDescriptor& method, const Message& request,
                SystemClock::time_point deadline, Message& response) {
  RawCall call(channel, PathOf(method), deadline);
  const bool answered = call.Write(request) && call.WritesDone() && call.Read(response);
  FG_RETURN_IF_ERROR(call.Finish());
  if (answered) return Status::Ok();
  return Status(Code::kInternal, "BAD_ANSWER", "the server ended the call without an answer");
}

}  // namespace

struct Client::Impl {
  Channel channel;
  ClientOptions options;
};

core::Result<std::unique_ptr<Client>> Client::Create(const Authentication& authentication,
                                                     const ClientOptions& options) {
  auto impl = std::make_unique<Impl>();
  FG_ASSIGN_OR_RETURN(impl->channel, OpenChannel(authentication, options));
  impl->options = options;
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

core::Result<Json> Client::Call(std::string_view method, const Json& request,
                                const Attachment* attachment) {
  FG_ASSIGN_OR_RETURN(const MethodDescriptor* found, FindMethod(method));
  if (found->client_streaming() || found->server_streaming()) {
    return Status(Code::kInvalidArgument, "METHOD_STREAMS",
                  std::string(method) + " streams; it cannot be called as one request");
  }
  FG_ASSIGN_OR_RETURN(const std::unique_ptr<Message> message, MakeRequest(*found, request));
  if (attachment != nullptr) FG_RETURN_IF_ERROR(Attach(*attachment, *message));
  const auto deadline = SystemClock::now() + std::chrono::milliseconds(impl_->options.timeout_ms);
  const int attempts_max = MayRepeat(*found) ? impl_->options.attempts_max : 1;
  int backoff_ms = impl_->options.backoff_ms;
  for (int attempt = 1;; ++attempt) {
    const std::unique_ptr<Message> response = NewMessage(found->output_type());
    const Status status = CallOnce(impl_->channel, *found, *message, deadline, *response);
    if (status.ok()) return ToJson(*response);
    const auto pause = std::chrono::milliseconds(backoff_ms);
    const bool again = status.code() == Code::kUnavailable && attempt < attempts_max &&
                       SystemClock::now() + pause < deadline;
    if (!again) return status;
    std::this_thread::sleep_for(pause);
    backoff_ms = std::min(backoff_ms * 2, kBackoffMsMax);
  }
}

Status Client::CallStreaming(std::string_view method, const Json& request,
                             const std::function<Status(const Json&)>& take) {
  FG_ASSIGN_OR_RETURN(const MethodDescriptor* found, FindMethod(method));
  if (found->client_streaming() || !found->server_streaming()) {
    return Status(Code::kInvalidArgument, "METHOD_STREAMS",
                  std::string(method) + " does not stream answers to one request");
  }
  FG_ASSIGN_OR_RETURN(const std::unique_ptr<Message> message, MakeRequest(*found, request));
  RawCall call(impl_->channel, PathOf(*found), std::nullopt);
  if (call.Write(*message) && call.WritesDone()) {
    const std::unique_ptr<Message> response = NewMessage(found->output_type());
    while (call.Read(*response)) {
      FG_ASSIGN_OR_RETURN(const Json json, ToJson(*response));
      FG_RETURN_IF_ERROR(take(json));
    }
  }
  return call.Finish();
}

// ---- FrameStream ------------------------------------------------------------------------------

struct FrameStream::Impl {
  Impl(const Channel& channel, const MethodDescriptor& the_method)
      : method(the_method), call(channel, PathOf(the_method), std::nullopt) {}

  // The server's next message, or why there is none.
  core::Result<Json> Receive() {
    const std::unique_ptr<Message> response = NewMessage(method.output_type());
    if (call.Read(*response)) return ToJson(*response);
    return Ended();
  }
  // Finishing tells why, once; afterwards the stream is closed.
  Status Ended() {
    if (!closed) {
      closed = true;
      const Status status = call.Finish();
      why = status.ok() ? Status(Code::kAborted, "STREAM_ENDED", "the server ended the stream")
                        : status;
    }
    return why;
  }

  const MethodDescriptor& method;
  RawCall call;
  bool closed = false;
  Status why;
};

FrameStream::FrameStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FrameStream::FrameStream(FrameStream&&) noexcept = default;
FrameStream::~FrameStream() = default;

core::Result<Json> FrameStream::Begin() {
  if (impl_->closed) return impl_->why;
  return impl_->Receive();
}

core::Result<Json> FrameStream::Send(core::ByteSpan frame) {
  if (impl_->closed) return impl_->why;
  const std::unique_ptr<Message> request = NewMessage(impl_->method.input_type());
  FG_RETURN_IF_ERROR(Attach({"frame", frame}, *request));
  if (!impl_->call.Write(*request)) return impl_->Ended();
  return impl_->Receive();
}

core::Result<Json> FrameStream::Close() {
  if (impl_->closed) return impl_->why;
  impl_->call.WritesDone();
  core::Result<Json> last = impl_->Receive();
  if (!last.ok()) return last;
  impl_->closed = true;
  impl_->why = Status(Code::kFailedPrecondition, "STREAM_CLOSED", "the stream is closed");
  FG_RETURN_IF_ERROR(impl_->call.Finish());
  return last;
}

core::Result<FrameStream> Client::OpenFrames(const Json& config) {
  return OpenStream("GatewayService/StreamFrames", config);
}

core::Result<FrameStream> Client::OpenSitting(const Json& config) {
  return OpenStream("GatewayService/EnrollFromFrames", config);
}

core::Result<FrameStream> Client::OpenStream(std::string_view method, const Json& config) {
  FG_ASSIGN_OR_RETURN(const MethodDescriptor* found, FindMethod(method));
  const std::unique_ptr<Message> first = NewMessage(found->input_type());
  FG_RETURN_IF_ERROR(FillMessage(Json::MakeObject().Set("config", config), *first));
  auto impl = std::make_unique<FrameStream::Impl>(impl_->channel, *found);
  if (!impl->call.Write(*first)) return impl->Ended();
  return FrameStream(std::move(impl));
}

}  // namespace facegate::client
