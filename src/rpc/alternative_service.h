// AlternativeService over alternatives::AlternativeService.
#pragma once

#include "facegate/alternatives/alternative_service.h"
#include "facegate/storage/store.h"
#include "facegate/v1/alternative_service.grpc.pb.h"
#include "rpc/call_guard.h"
#include "rpc/page_tokens.h"

namespace facegate::rpc {

// Thread-safe.
class AlternativeServiceImpl final : public v1::AlternativeService::Service {
 public:
  // All must outlive it.
  AlternativeServiceImpl(CallGuard& guard, const PageTokens& tokens,
                         alternatives::AlternativeService& alternatives,
                         const storage::Store& store, const core::Clock& clock)
      : guard_(guard), tokens_(tokens), alternatives_(alternatives), store_(store), clock_(clock) {}

  grpc::Status IssuePass(grpc::ServerContext* context, const v1::IssuePassRequest* request,
                         v1::IssuePassResponse* response) override;
  grpc::Status CreateBadge(grpc::ServerContext* context, const v1::CreateBadgeRequest* request,
                           v1::Badge* response) override;
  grpc::Status ListBadges(grpc::ServerContext* context, const v1::ListBadgesRequest* request,
                          v1::ListBadgesResponse* response) override;
  grpc::Status DeleteBadge(grpc::ServerContext* context, const v1::DeleteBadgeRequest* request,
                           v1::DeleteBadgeResponse* response) override;
  grpc::Status ReportAlternatives(grpc::ServerContext* context,
                                  const v1::ReportAlternativesRequest* request,
                                  v1::ReportAlternativesResponse* response) override;
  grpc::Status GetAlternativesReport(grpc::ServerContext* context,
                                     const v1::GetAlternativesReportRequest* request,
                                     v1::GetAlternativesReportResponse* response) override;

 private:
  CallGuard& guard_;
  const PageTokens& tokens_;
  alternatives::AlternativeService& alternatives_;
  const storage::Store& store_;
  const core::Clock& clock_;
};

}  // namespace facegate::rpc
