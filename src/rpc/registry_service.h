// RegistryService over registry::RegistryService: the standard methods for every kind of resource
// that describes a deployment and what stands around it.
#pragma once

#include "facegate/audit/ledger.h"
#include "facegate/policy/engine.h"
#include "facegate/registry/registry_service.h"
#include "facegate/storage/store.h"
#include "facegate/v1/registry_service.grpc.pb.h"
#include "rpc/call_guard.h"
#include "rpc/page_tokens.h"
#include "rpc/resource_methods.h"

namespace facegate::rpc {

// Thread-safe.
class RegistryServiceImpl final : public v1::RegistryService::Service {
 public:
  // All must outlive it.
  RegistryServiceImpl(CallGuard& guard, const PageTokens& tokens,
                      registry::RegistryService& registry, const policy::Engine& engine,
                      const storage::Store& store, audit::Ledger& ledger)
      : guard_(guard),
        tokens_(tokens),
        registry_(registry),
        engine_(engine),
        store_(store),
        ledger_(ledger) {}

  FG_DECLARE_RESOURCE(Operator, Operators)
  FG_DECLARE_RESOURCE(Site, Sites)
  FG_DECLARE_RESOURCE(AccessPoint, AccessPoints)
  FG_DECLARE_RESOURCE(Camera, Cameras)
  FG_DECLARE_RESOURCE(Purpose, Purposes)
  FG_DECLARE_RESOURCE(Notice, Notices)
  FG_DECLARE_RESOURCE(Signage, Signage)
  FG_DECLARE_RESOURCE(Assessment, Assessments)
  FG_DECLARE_RESOURCE(Filing, Filings)
  FG_DECLARE_RESOURCE(Exemption, Exemptions)
  FG_DECLARE_RESOURCE(DeviceAssessment, DeviceAssessments)
  grpc::Status AttestExemption(grpc::ServerContext* context,
                               const v1::AttestExemptionRequest* request,
                               v1::Exemption* response) override;

 private:
  template <class R, class Proto>
  ResourceMethods<R, Proto> Methods() const {
    return {registry_, tokens_};
  }

  CallGuard& guard_;
  const PageTokens& tokens_;
  registry::RegistryService& registry_;
  // For the record of the rules that a new operator is judged by.
  const policy::Engine& engine_;
  const storage::Store& store_;
  audit::Ledger& ledger_;
};

}  // namespace facegate::rpc
