// EnrollFromFrames over gateway::Sitting.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include "facegate/core/status.h"
#include "facegate/gateway/gateway.h"
#include "facegate/v1/gateway_service.grpc.pb.h"
#include "rpc/call_guard.h"

namespace facegate::rpc {

using SittingStream =
    grpc::ServerReaderWriter<v1::EnrollFromFramesResponse, v1::EnrollFromFramesRequest>;

v1::FrameHint ToProto(gateway::FrameHint hint);

// Answers config and frames until there is a result, and writes that. However it ends, the sitting
// has a record. `first` is the stream's first message.
core::Status ServeSitting(gateway::Gateway& gateway, grpc::ServerContext& context,
                          SittingStream& stream, const v1::EnrollFromFramesRequest& first,
                          const Call& call);

}  // namespace facegate::rpc
