// CustodyService over custody::CustodyService.
#pragma once

#include "facegate/custody/custody_service.h"
#include "facegate/v1/custody_service.grpc.pb.h"
#include "rpc/call_guard.h"

namespace facegate::rpc {

// Thread-safe.
class CustodyServiceImpl final : public v1::CustodyService::Service {
 public:
  // Both must outlive it.
  CustodyServiceImpl(CallGuard& guard, custody::CustodyService& custody)
      : guard_(guard), custody_(custody) {}

  grpc::Status ListHolderTokens(grpc::ServerContext* context,
                                const v1::ListHolderTokensRequest* request,
                                v1::ListHolderTokensResponse* response) override;
  grpc::Status RevokeHolderToken(grpc::ServerContext* context,
                                 const v1::RevokeHolderTokenRequest* request,
                                 v1::RevokeHolderTokenResponse* response) override;
  grpc::Status RotateHolderKey(grpc::ServerContext* context,
                               const v1::RotateHolderKeyRequest* request,
                               v1::HolderKey* response) override;

 private:
  CallGuard& guard_;
  custody::CustodyService& custody_;
};

}  // namespace facegate::rpc
