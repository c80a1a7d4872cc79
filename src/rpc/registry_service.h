// RegistryService over registry::RegistryService: five standard methods for each of six resources.
#pragma once

#include "facegate/registry/registry_service.h"
#include "facegate/v1/registry_service.grpc.pb.h"
#include "rpc/call_guard.h"
#include "rpc/page_tokens.h"

namespace facegate::rpc {

// Declares the five overrides of one resource.
#define FG_DECLARE_RESOURCE(Noun)                                                             \
  grpc::Status Create##Noun(grpc::ServerContext* context,                                     \
                            const v1::Create##Noun##Request* request, v1::Noun* response)     \
      override;                                                                               \
  grpc::Status Get##Noun(grpc::ServerContext* context, const v1::Get##Noun##Request* request, \
                         v1::Noun* response) override;                                        \
  grpc::Status List##Noun##s(grpc::ServerContext* context,                                    \
                             const v1::List##Noun##sRequest* request,                         \
                             v1::List##Noun##sResponse* response) override;                   \
  grpc::Status Update##Noun(grpc::ServerContext* context,                                     \
                            const v1::Update##Noun##Request* request, v1::Noun* response)     \
      override;                                                                               \
  grpc::Status Delete##Noun(grpc::ServerContext* context,                                     \
                            const v1::Delete##Noun##Request* request,                         \
                            google::protobuf::Empty* response) override;

// Thread-safe.
class RegistryServiceImpl final : public v1::RegistryService::Service {
 public:
  // All must outlive it.
  RegistryServiceImpl(CallGuard& guard, const PageTokens& tokens,
                      registry::RegistryService& registry)
      : guard_(guard), tokens_(tokens), registry_(registry) {}

  FG_DECLARE_RESOURCE(Operator)
  FG_DECLARE_RESOURCE(Site)
  FG_DECLARE_RESOURCE(AccessPoint)
  FG_DECLARE_RESOURCE(Camera)
  FG_DECLARE_RESOURCE(Purpose)
  FG_DECLARE_RESOURCE(Notice)

 private:
  CallGuard& guard_;
  const PageTokens& tokens_;
  registry::RegistryService& registry_;
};

#undef FG_DECLARE_RESOURCE

}  // namespace facegate::rpc
