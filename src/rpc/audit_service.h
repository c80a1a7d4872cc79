// AuditService over the stored log: reads, proofs, and letting go of what is old. What resolvers
// ask is recorded.
#pragma once

#include "facegate/audit/ledger.h"
#include "facegate/audit/pruning.h"
#include "facegate/consent/record_desk.h"
#include "facegate/policy/engine.h"
#include "facegate/publication/publisher.h"
#include "facegate/storage/store.h"
#include "facegate/v1/audit_service.grpc.pb.h"
#include "rpc/call_guard.h"
#include "rpc/page_tokens.h"

namespace facegate::rpc {

// Thread-safe.
class AuditServiceImpl final : public v1::AuditService::Service {
 public:
  // All must outlive it. `publisher` is nullptr where there are no witnesses, `pruner` where no log
  // is pruned.
  AuditServiceImpl(CallGuard& guard, const PageTokens& tokens, const audit::Ledger& ledger,
                   const storage::Store& store, const policy::Engine& engine,
                   const publication::Publisher* publisher, const consent::RecordDesk& people,
                   audit::LogPruner* pruner)
      : guard_(guard),
        tokens_(tokens),
        ledger_(ledger),
        store_(store),
        engine_(engine),
        publisher_(publisher),
        people_(people),
        pruner_(pruner) {}

  grpc::Status ListRecords(grpc::ServerContext* context, const v1::ListRecordsRequest* request,
                           v1::ListRecordsResponse* response) override;
  grpc::Status CountRecords(grpc::ServerContext* context, const v1::CountRecordsRequest* request,
                            v1::CountRecordsResponse* response) override;
  grpc::Status StreamRecords(grpc::ServerContext* context, const v1::StreamRecordsRequest* request,
                             grpc::ServerWriter<v1::StreamRecordsResponse>* writer) override;
  grpc::Status GetRecord(grpc::ServerContext* context, const v1::GetRecordRequest* request,
                         v1::Record* response) override;
  grpc::Status GetCheckpoint(grpc::ServerContext* context, const v1::GetCheckpointRequest* request,
                             v1::Checkpoint* response) override;
  grpc::Status GetLogKeys(grpc::ServerContext* context, const v1::GetLogKeysRequest* request,
                          v1::LogKeys* response) override;
  grpc::Status GetInclusionProof(grpc::ServerContext* context,
                                 const v1::GetInclusionProofRequest* request,
                                 v1::InclusionProof* response) override;
  grpc::Status GetConsistencyProof(grpc::ServerContext* context,
                                   const v1::GetConsistencyProofRequest* request,
                                   v1::ConsistencyProof* response) override;
  grpc::Status ExportEntries(grpc::ServerContext* context, const v1::ExportEntriesRequest* request,
                             grpc::ServerWriter<v1::ExportEntriesResponse>* writer) override;
  grpc::Status ReplayDecision(grpc::ServerContext* context,
                              const v1::ReplayDecisionRequest* request,
                              v1::ReplayDecisionResponse* response) override;
  grpc::Status ReviewDeployment(grpc::ServerContext* context,
                                const v1::ReviewDeploymentRequest* request,
                                v1::ReviewDeploymentResponse* response) override;
  grpc::Status ResolveSubject(grpc::ServerContext* context,
                              const v1::ResolveSubjectRequest* request,
                              v1::ResolveSubjectResponse* response) override;
  grpc::Status ResolveRecord(grpc::ServerContext* context, const v1::ResolveRecordRequest* request,
                             v1::ResolveRecordResponse* response) override;
  grpc::Status PruneLog(grpc::ServerContext* context, const v1::PruneLogRequest* request,
                        v1::PruneLogResponse* response) override;

 private:
  CallGuard& guard_;
  const PageTokens& tokens_;
  const audit::Ledger& ledger_;
  const storage::Store& store_;
  const policy::Engine& engine_;
  const publication::Publisher* const publisher_;
  const consent::RecordDesk& people_;
  audit::LogPruner* const pruner_;
};

}  // namespace facegate::rpc
