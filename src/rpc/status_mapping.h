// core::Status to grpc::Status.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include "facegate/core/status.h"

namespace facegate::rpc {

// The trailing metadata that carries the reason for clients without google.rpc helpers.
inline constexpr char kReasonMetadata[] = "facegate-reason";

// The code as it is; the message as "REASON: message"; the reason also as google.rpc.ErrorInfo in
// the status details.
grpc::Status ToGrpc(const core::Status& status);
// Sends the reason in the trailing metadata too.
grpc::Status ToGrpc(const core::Status& status, grpc::ServerContextBase& context);

}  // namespace facegate::rpc
