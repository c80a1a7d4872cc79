#include "rpc/call_guard.h"

#include "facegate/consent/consent_service.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/enums.h"
#include "rpc/authorization.h"
#include "rpc/status_mapping.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

constexpr char kRoleMetadata[] = "x-facegate-role";

// One of a limited number of places, for as long as it lives.
class Slot {
 public:
  Slot(std::atomic<int>& taken, int max) : taken_(taken), got_(taken.fetch_add(1) < max) {}
  ~Slot() { --taken_; }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  bool got() const { return got_; }

 private:
  std::atomic<int>& taken_;
  const bool got_;
};

Status QueueFull() {
  return Status(Code::kResourceExhausted, "QUEUE_FULL",
                "too many requests are under way; try again later");
}

}  // namespace

Status WaitStatus(std::chrono::system_clock::time_point deadline,
                  std::chrono::system_clock::time_point now, bool cancelled) {
  if (deadline <= now) {
    return Status(Code::kDeadlineExceeded, "DEADLINE_EXCEEDED", "the caller's time is up");
  }
  if (cancelled) return Status(Code::kCancelled, "CANCELLED", "the caller went away");
  return Status::Ok();
}

Status ContextDeadline::Check() const {
  // gRPC's deadline is on the machine's clock, whatever the gateway's own clock says.
  return WaitStatus(context_.deadline(), std::chrono::system_clock::now(), context_.IsCancelled());
}

core::Result<model::Principal> CallGuard::Authenticate(const grpc::ServerContext& context) const {
  if (authentication_ == PeerAuthentication::kCertificate) {
    return PrincipalOfPeer(*context.auth_context());
  }
  const auto& metadata = context.client_metadata();
  const auto role = metadata.find(kRoleMetadata);
  if (role == metadata.end()) return PrincipalInDevelopment("");
  return PrincipalInDevelopment({role->second.data(), role->second.size()});
}

grpc::Status CallGuard::Unary(grpc::ServerContext& context, std::string_view method,
                              const google::protobuf::Message& request,
                              const std::function<Status(const Call&)>& handler) {
  const Slot slot(requests_, limits_.requests_max);
  if (!slot.got()) {
    metrics_.Add(core::Counter::kQueueRejections);
    return Finish(context, method, nullptr, QueueFull());
  }
  const MethodRule& rule = RuleOf(method);
  const bool by_token = rule.roles == RoleBit(model::Role::kSelf);
  const core::Result<model::Principal> caller =
      by_token ? consent::TokenHolder() : Authenticate(context);
  if (!caller.ok()) return Finish(context, method, nullptr, caller.status());
  Status status = CheckRole(rule, *caller);
  if (status.ok()) status = CheckResource(rule, *caller, request);
  const ContextDeadline deadline(context);
  if (status.ok()) status = handler(Call{*caller, deadline});
  return Finish(context, method, &*caller, status);
}

grpc::Status CallGuard::Stream(grpc::ServerContext& context, std::string_view method,
                               const std::function<const google::protobuf::Message*()>& read_first,
                               const std::function<Status(const Call&)>& handler) {
  const Slot slot(streams_, limits_.streams_max);
  if (!slot.got()) {
    metrics_.Add(core::Counter::kQueueRejections);
    return Finish(context, method, nullptr, QueueFull());
  }
  const core::Result<model::Principal> caller = Authenticate(context);
  if (!caller.ok()) return Finish(context, method, nullptr, caller.status());
  const MethodRule& rule = RuleOf(method);
  Status status = CheckRole(rule, *caller);
  if (!status.ok()) return Finish(context, method, &*caller, status);
  const google::protobuf::Message* first = read_first();
  if (first == nullptr) {
    status = Status(Code::kInvalidArgument, "STREAM_CONFIG_MISSING", "the stream has no message");
  } else {
    status = CheckResource(rule, *caller, *first);
  }
  const ContextDeadline deadline(context);
  if (status.ok()) status = handler(Call{*caller, deadline});
  return Finish(context, method, &*caller, status);
}

grpc::Status CallGuard::Finish(grpc::ServerContext& context, std::string_view method,
                               const model::Principal* caller, const Status& status) {
  if (!status.ok()) {
    // The message stays out: it may repeat what the caller wrote.
    logger_.Warn("call_failed",
                 {{"method", std::string(method)},
                  {"code", std::string(core::CodeName(status.code()))},
                  {"reason", status.reason()},
                  {"role", caller ? std::string(model::Word(caller->role)) : std::string("-")},
                  {"fingerprint", caller ? caller->fingerprint : std::string("-")}});
  }
  return ToGrpc(status, context);
}

core::Result<std::string> RequestIdOr(const std::string& request_id) {
  if (request_id.empty()) return crypto::RandomUuid();
  if (!crypto::IsUuid(request_id)) {
    return Status(Code::kInvalidArgument, "BAD_REQUEST_ID", "request_id is a UUID in lower case");
  }
  return request_id;
}

}  // namespace facegate::rpc
