// DutyService: the standard methods for the registers of duties, and drafts of documents.
#pragma once

#include "facegate/dossier/drafter.h"
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
  DutyServiceImpl(CallGuard& guard, const PageTokens& tokens, registry::RegistryService& registry,
                  const dossier::Drafter& drafter)
      : guard_(guard), tokens_(tokens), registry_(registry), drafter_(drafter) {}

  grpc::Status DraftDocument(grpc::ServerContext* context, const v1::DraftDocumentRequest* request,
                             v1::DraftDocumentResponse* response) override;

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
  const dossier::Drafter& drafter_;
};

}  // namespace facegate::rpc
