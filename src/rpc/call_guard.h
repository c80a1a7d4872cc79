// What stands before every method: limits, authentication, role and resource, in that order, and
// the translation of whatever came of it.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/people.h"

namespace google::protobuf {
class Message;
}

namespace facegate::rpc {

enum class PeerAuthentication { kCertificate, kDevelopment };

struct CallLimits {
  int requests_max = 64;
  int streams_max = 16;
};

// An authenticated call: who, and for how long they wait.
struct Call {
  const model::Principal& caller;
  const core::Deadline& deadline;
};

// Whether a caller still waits: DEADLINE_EXCEEDED from the deadline on, else CANCELLED if it went
// away.
core::Status WaitStatus(std::chrono::system_clock::time_point deadline,
                        std::chrono::system_clock::time_point now, bool cancelled);

// The same for the caller of a gRPC call. A caller whose own clock runs out first cancels, and
// shows as CANCELLED. `context` must outlive it.
class ContextDeadline final : public core::Deadline {
 public:
  explicit ContextDeadline(const grpc::ServerContext& context) : context_(context) {}
  core::Status Check() const override;

 private:
  const grpc::ServerContext& context_;
};

// Thread-safe.
class CallGuard {
 public:
  // `metrics` and `logger` must outlive it.
  CallGuard(PeerAuthentication authentication, CallLimits limits, core::Metrics& metrics,
            core::Logger& logger)
      : authentication_(authentication), limits_(limits), metrics_(metrics), logger_(logger) {}

  PeerAuthentication authentication() const { return authentication_; }

  // Runs `handler` if the caller may call `method` with `request`.
  grpc::Status Unary(grpc::ServerContext& context, std::string_view method,
                     const google::protobuf::Message& request,
                     const std::function<core::Status(const Call&)>& handler);

  // The same for a stream: the role is checked before the first message is read by `read_first`,
  // which gives it or nullptr when the client sent none; the resource it names before `handler`.
  grpc::Status Stream(grpc::ServerContext& context, std::string_view method,
                      const std::function<const google::protobuf::Message*()>& read_first,
                      const std::function<core::Status(const Call&)>& handler);

 private:
  core::Result<model::Principal> Authenticate(const grpc::ServerContext& context) const;
  grpc::Status Finish(grpc::ServerContext& context, std::string_view method,
                      const model::Principal* caller, const core::Status& status);

  const PeerAuthentication authentication_;
  const CallLimits limits_;
  core::Metrics& metrics_;
  core::Logger& logger_;
  std::atomic<int> requests_{0};
  std::atomic<int> streams_{0};
};

// The request's id, or a new one where it is empty. Returns INVALID_ARGUMENT BAD_REQUEST_ID.
core::Result<std::string> RequestIdOr(const std::string& request_id);

}  // namespace facegate::rpc
