// GatewayService over gateway::Gateway.
#pragma once

#include "facegate/alternatives/alternative_service.h"
#include "facegate/backup/backup.h"
#include "facegate/core/time.h"
#include "facegate/gateway/gateway.h"
#include "facegate/rpc/server.h"
#include "facegate/v1/gateway_service.grpc.pb.h"
#include "rpc/call_guard.h"

namespace facegate::rpc {

// Thread-safe.
class GatewayServiceImpl final : public v1::GatewayService::Service {
 public:
  // The references must outlive it.
  GatewayServiceImpl(CallGuard& guard, gateway::Gateway& gateway,
                     alternatives::AlternativeService& alternatives, const policy::Engine& engine,
                     const core::Clock& clock, const core::Metrics& metrics, ServerInfo info,
                     backup::Keeper* backups);

  grpc::Status Authorize(grpc::ServerContext* context, const v1::AuthorizeRequest* request,
                         v1::AuthorizeResponse* response) override;
  grpc::Status Identify(grpc::ServerContext* context, const v1::IdentifyRequest* request,
                        v1::IdentifyResponse* response) override;
  grpc::Status Enroll(grpc::ServerContext* context, const v1::EnrollRequest* request,
                      v1::EnrollResponse* response) override;
  grpc::Status EnrollFromFrames(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::EnrollFromFramesResponse, v1::EnrollFromFramesRequest>* stream)
      override;
  grpc::Status StreamFrames(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::StreamFramesResponse, v1::StreamFramesRequest>* stream) override;
  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;
  grpc::Status CreateBackup(grpc::ServerContext* context, const v1::CreateBackupRequest* request,
                            v1::Backup* response) override;

 private:
  CallGuard& guard_;
  gateway::Gateway& gateway_;
  alternatives::AlternativeService& alternatives_;
  const policy::Engine& engine_;
  const core::Clock& clock_;
  const core::Metrics& metrics_;
  const ServerInfo info_;
  const core::Timestamp started_at_;
  const std::int64_t started_ns_;
  backup::Keeper* const backups_;
};

}  // namespace facegate::rpc
