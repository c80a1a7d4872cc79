// ConsentService over consent::ConsentService.
#pragma once

#include "facegate/consent/consent_service.h"
#include "facegate/consent/record_desk.h"
#include "facegate/dossier/consent_receipts.h"
#include "facegate/rpc/token_desk.h"
#include "facegate/v1/consent_service.grpc.pb.h"
#include "rpc/call_guard.h"
#include "rpc/page_tokens.h"

namespace facegate::rpc {

// Thread-safe.
class ConsentServiceImpl final : public v1::ConsentService::Service {
 public:
  // All must outlive it.
  ConsentServiceImpl(CallGuard& guard, const PageTokens& tokens, consent::ConsentService& consents,
                     const dossier::ConsentReceipts& receipts, TokenDesk& token_desk,
                     const consent::RecordDesk& records, int backup_days_max)
      : guard_(guard),
        tokens_(tokens),
        consents_(consents),
        receipts_(receipts),
        token_desk_(token_desk),
        records_(records),
        backup_days_max_(backup_days_max) {}

  grpc::Status CreateSubject(grpc::ServerContext* context, const v1::CreateSubjectRequest* request,
                             v1::Subject* response) override;
  grpc::Status GetSubject(grpc::ServerContext* context, const v1::GetSubjectRequest* request,
                          v1::Subject* response) override;
  grpc::Status ListSubjects(grpc::ServerContext* context, const v1::ListSubjectsRequest* request,
                            v1::ListSubjectsResponse* response) override;
  grpc::Status RequestConsent(grpc::ServerContext* context,
                              const v1::RequestConsentRequest* request,
                              v1::RequestConsentResponse* response) override;
  grpc::Status RefuseConsent(grpc::ServerContext* context, const v1::RefuseConsentRequest* request,
                             v1::RefuseConsentResponse* response) override;
  grpc::Status GrantConsent(grpc::ServerContext* context, const v1::GrantConsentRequest* request,
                            v1::GrantConsentResponse* response) override;
  grpc::Status GetConsent(grpc::ServerContext* context, const v1::GetConsentRequest* request,
                          v1::Consent* response) override;
  grpc::Status ListConsents(grpc::ServerContext* context, const v1::ListConsentsRequest* request,
                            v1::ListConsentsResponse* response) override;
  grpc::Status WithdrawConsent(grpc::ServerContext* context,
                               const v1::WithdrawConsentRequest* request,
                               v1::WithdrawConsentResponse* response) override;
  grpc::Status EraseSubject(grpc::ServerContext* context, const v1::EraseSubjectRequest* request,
                            v1::EraseSubjectResponse* response) override;
  grpc::Status GetConsentReceipt(grpc::ServerContext* context,
                                 const v1::GetConsentReceiptRequest* request,
                                 v1::ConsentReceipt* response) override;
  grpc::Status GetConsentByToken(grpc::ServerContext* context,
                                 const v1::GetConsentByTokenRequest* request,
                                 v1::GetConsentByTokenResponse* response) override;
  grpc::Status WithdrawByToken(grpc::ServerContext* context,
                               const v1::WithdrawByTokenRequest* request,
                               v1::WithdrawByTokenResponse* response) override;
  grpc::Status ListRecordsByToken(grpc::ServerContext* context,
                                  const v1::ListRecordsByTokenRequest* request,
                                  v1::ListRecordsByTokenResponse* response) override;
  grpc::Status RestrictSubject(grpc::ServerContext* context,
                               const v1::RestrictSubjectRequest* request,
                               v1::RestrictSubjectResponse* response) override;
  grpc::Status ReleaseSubject(grpc::ServerContext* context,
                              const v1::ReleaseSubjectRequest* request,
                              v1::ReleaseSubjectResponse* response) override;
  grpc::Status ExportSubject(grpc::ServerContext* context, const v1::ExportSubjectRequest* request,
                             grpc::ServerWriter<v1::ExportSubjectResponse>* writer) override;

 private:
  CallGuard& guard_;
  const PageTokens& tokens_;
  consent::ConsentService& consents_;
  const dossier::ConsentReceipts& receipts_;
  TokenDesk& token_desk_;
  const consent::RecordDesk& records_;
  const int backup_days_max_;
};

}  // namespace facegate::rpc
