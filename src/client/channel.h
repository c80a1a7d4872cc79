// A gRPC channel and one call on it, message-agnostic.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "facegate/client/client.h"
#include "facegate/core/status.h"

namespace facegate::client {

// Where and as whom to call.
struct Channel {
  std::shared_ptr<grpc::Channel> channel;
  std::string role;  // for x-facegate-role; empty with certificates
};

// Returns NOT_FOUND TLS_FILE_UNREADABLE.
core::Result<Channel> OpenChannel(const Authentication& authentication,
                                  const ClientOptions& options);

// The server's status, or UNAVAILABLE SERVER_UNREACHABLE where the connection failed.
core::Status FromGrpc(const grpc::Status& status, const grpc::ClientContext& context);

// One call of any kind (unary, streaming either way), one step at a time. Not thread-safe.
class RawCall {
 public:
  using Time = std::chrono::system_clock::time_point;

  // `path` is "/facegate.v1.ConsentService/GetConsent".
  RawCall(const Channel& channel, const std::string& path, std::optional<Time> deadline);
  ~RawCall();  // cancels a call that was not finished

  // False where the call is over; Finish says why.
  bool Write(const google::protobuf::Message& message);
  bool WritesDone();
  // False at the end of the answers. DATA_LOSS never happens here: an answer that does not parse
  // ends the call, and Finish says BAD_ANSWER.
  bool Read(google::protobuf::Message& message);
  core::Status Finish();

 private:
  bool Await();

  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  grpc::GenericStub stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  bool bad_answer_ = false;
  bool finished_ = false;
};

}  // namespace facegate::client
