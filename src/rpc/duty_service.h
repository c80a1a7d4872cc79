// DutyService over registry::RegistryService: the standard methods for the registers of duties.
#pragma once

#include "facegate/registry/registry_service.h"
#include "facegate/v1/duty_service.grpc.pb.h"
#include "rpc/call_guard.h"
#include "rpc/page_tokens.h"
#include "rpc/resource_methods.h"

namespace facegate::rpc {

// Thread-safe.
class DutyServiceImpl final : public v1::DutyService::Service {
 public:
  // All must outlive it.
  DutyServiceImpl(CallGuard& guard, const PageTokens& tokens, registry::RegistryService& registry)
      : guard_(guard), tokens_(tokens), registry_(registry) {}

  FG_DECLARE_RESOURCE(Complaint, Complaints)
  FG_DECLARE_RESOURCE(RightsRequest, RightsRequests)
  FG_DECLARE_RESOURCE(Incident, Incidents)
  FG_DECLARE_RESOURCE(Disclosure, Disclosures)
  FG_DECLARE_RESOURCE(ThresholdReview, ThresholdReviews)

 private:
  template <class R, class Proto>
  ResourceMethods<R, Proto> Methods() const {
    return {registry_, tokens_};
  }

  CallGuard& guard_;
  const PageTokens& tokens_;
  registry::RegistryService& registry_;
};

}  // namespace facegate::rpc
