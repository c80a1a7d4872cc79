#include "rpc/audit_service.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "facegate/audit/log_keys.h"
#include "facegate/audit/past_receipt.h"
#include "facegate/model/ids.h"
#include "facegate/policy/replay.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "rpc/audit_messages.h"
#include "rpc/consent_messages.h"
#include "rpc/log_export.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

// A size that a caller gave, or the log's where they gave none. Nothing if it is not within the
// log.
std::optional<std::uint64_t> SizeOr(std::int64_t given, std::uint64_t log_size) {
  if (given < 0 || static_cast<std::uint64_t>(given) > log_size) return std::nullopt;
  return given == 0 ? log_size : static_cast<std::uint64_t>(given);
}

core::Result<v1::LogKeys> KeysOf(const audit::Ledger& ledger, const storage::Store& store,
                                 const model::OperatorId& log) {
  const audit::KeyPeriod newest{ledger.CheckpointKey(log).ToString(),
                                ledger.RecordKey(log).ToString(), 0};
  FG_ASSIGN_OR_RETURN(const auto periods, audit::KeyPeriodsOf(store, log, newest));
  v1::LogKeys keys;
  keys.set_origin(ledger.Origin(log));
  keys.set_checkpoint_vkey(newest.checkpoint_vkey);
  keys.set_record_vkey(newest.record_vkey);
  for (const audit::KeyPeriod& period : periods) {
    v1::LogKeyGeneration& generation = *keys.add_generations();
    generation.set_checkpoint_vkey(period.checkpoint_vkey);
    generation.set_record_vkey(period.record_vkey);
    generation.set_first_index(static_cast<std::int64_t>(period.first_index));
  }
  return keys;
}

core::Result<storage::LogEntry> ReadRecord(const storage::Store& store,
                                           const model::OperatorId& log, std::uint64_t index) {
  FG_ASSIGN_OR_RETURN(std::vector<storage::LogEntry> entries, store.ReadEntries(log, index, 1));
  if (entries.empty()) {
    return Status(Code::kNotFound, "RECORD_NOT_FOUND", "the log is not that long");
  }
  return std::move(entries.front());
}

v1::ReviewedRule ToProto(const policy::ReviewedRule& reviewed) {
  const rules::Rule& rule = *reviewed.rule;
  v1::ReviewedRule proto;
  proto.set_rule(rule.id);
  proto.set_article(rule.article);
  proto.set_title(rule.title);
  proto.set_pack(rule.pack);
  proto.set_phase(std::string(rules::PhaseWord(reviewed.phase)));
  proto.set_effect(std::string(rules::EffectWord(rule.effect)));
  proto.set_met(reviewed.met);
  proto.set_blocks(reviewed.blocks);
  for (const std::string& input : reviewed.missing) proto.add_missing(input);
  proto.set_obligation(rule.obligation);
  for (const std::string& evidence : rule.evidence) proto.add_evidence(evidence);
  proto.set_people(rule.people);
  return proto;
}

}  // namespace

grpc::Status AuditServiceImpl::ListRecords(grpc::ServerContext* context,
                                           const v1::ListRecordsRequest* request,
                                           v1::ListRecordsResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(storage::LogQuery query, ToQuery(log, *request));
    FG_ASSIGN_OR_RETURN(const Page page, tokens_.Read(*request));
    if (!page.cursor.empty()) {  // the index after the last one given
      std::from_chars(page.cursor.data(), page.cursor.data() + page.cursor.size(),
                      query.first_index);
    }
    const auto size = static_cast<std::size_t>(page.size);
    query.limit = size + 1;  // one more tells whether there is a next page
    FG_ASSIGN_OR_RETURN(std::vector<storage::LogEntry> entries, store_.QueryLog(log, query));
    if (entries.size() > size) {
      entries.resize(size);
      const std::uint64_t next = entries.back().index + 1;
      response->set_next_page_token(tokens_.Make(*request, std::to_string(next)));
    }
    for (const storage::LogEntry& entry : entries) *response->add_records() = ToProto(log, entry);
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
    response->set_minimum_index(static_cast<std::int64_t>(head.minimum_index));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/ListRecords", *request, handler);
}

grpc::Status AuditServiceImpl::CountRecords(grpc::ServerContext* context,
                                            const v1::CountRecordsRequest* request,
                                            v1::CountRecordsResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(const storage::LogQuery query, ToQuery(log, request->filter()));
    FG_ASSIGN_OR_RETURN(const storage::LogKey by, ToLogKey(request->group_by()));
    FG_ASSIGN_OR_RETURN(const auto counts, store_.CountLog(log, query, by));
    for (const storage::LogCount& count : counts) {
      v1::RecordCount& proto = *response->add_counts();
      proto.set_value(count.value);
      proto.set_records(static_cast<std::int64_t>(count.records));
    }
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
    response->set_minimum_index(static_cast<std::int64_t>(head.minimum_index));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/CountRecords", *request, handler);
}

namespace {

// What a stream of records has sent, and where it goes on.
class RecordStream {
 public:
  // All must outlive it.
  RecordStream(const storage::Store& store, const model::OperatorId& log, storage::LogQuery query,
               const core::Deadline& deadline,
               grpc::ServerWriter<v1::StreamRecordsResponse>& writer)
      : store_(store), log_(log), query_(std::move(query)), deadline_(deadline), writer_(writer) {
    query_.limit = kPageSize;
  }

  // Sends what there is now, and with which checkpoint it ends.
  Status CatchUp() {
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log_));
    while (query_.first_index < head.size) {
      FG_RETURN_IF_ERROR(deadline_.Check());
      FG_ASSIGN_OR_RETURN(const auto entries, store_.QueryLog(log_, query_));
      for (const storage::LogEntry& entry : entries) {
        if (entry.index >= head.size) break;  // its checkpoint is a later one
        v1::StreamRecordsResponse response;
        *response.mutable_record() = rpc::ToProto(log_, entry);
        response.set_next_index(static_cast<std::int64_t>(entry.index + 1));
        FG_RETURN_IF_ERROR(Send(response));
      }
      const bool is_last = entries.size() < query_.limit || entries.back().index >= head.size;
      query_.first_index = is_last ? head.size : entries.back().index + 1;
    }
    if (head.size == 0 || head.size == told_) return Status::Ok();
    told_ = head.size;
    v1::StreamRecordsResponse response;
    response.set_next_index(static_cast<std::int64_t>(query_.first_index));
    FG_ASSIGN_OR_RETURN(*response.mutable_checkpoint(), CheckpointToProto(head.checkpoint));
    response.set_minimum_index(static_cast<std::int64_t>(head.minimum_index));
    return Send(response);
  }

 private:
  static constexpr std::size_t kPageSize = 256;

  Status Send(const v1::StreamRecordsResponse& response) {
    if (writer_.Write(response)) return Status::Ok();
    return Status(Code::kCancelled, "CANCELLED", "the caller went away");
  }

  const storage::Store& store_;
  const model::OperatorId& log_;
  storage::LogQuery query_;
  const core::Deadline& deadline_;
  grpc::ServerWriter<v1::StreamRecordsResponse>& writer_;
  std::uint64_t told_ = 0;  // the size whose checkpoint was sent last
};

// How long a stream that follows a log may be behind it.
constexpr std::chrono::milliseconds kFollowEvery{200};

}  // namespace

grpc::Status AuditServiceImpl::StreamRecords(
    grpc::ServerContext* context, const v1::StreamRecordsRequest* request,
    grpc::ServerWriter<v1::StreamRecordsResponse>* writer) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(storage::LogQuery query, ToQuery(log, request->filter()));
    RecordStream stream(store_, log, std::move(query), call.deadline, *writer);
    FG_RETURN_IF_ERROR(stream.CatchUp());
    while (request->follow()) {
      std::this_thread::sleep_for(kFollowEvery);
      FG_RETURN_IF_ERROR(call.deadline.Check());
      FG_RETURN_IF_ERROR(stream.CatchUp());
    }
    return Status::Ok();
  };
  return guard_.Stream(
      *context, "facegate.v1.AuditService/StreamRecords", [&] { return request; }, handler);
}

grpc::Status AuditServiceImpl::GetRecord(grpc::ServerContext* context,
                                         const v1::GetRecordRequest* request,
                                         v1::Record* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const RecordRef ref, ParseRecordName(request->name()));
    FG_ASSIGN_OR_RETURN(const storage::LogEntry entry, ReadRecord(store_, ref.log, ref.index));
    *response = ToProto(ref.log, entry);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/GetRecord", *request, handler);
}

grpc::Status AuditServiceImpl::GetCheckpoint(grpc::ServerContext* context,
                                             const v1::GetCheckpointRequest* request,
                                             v1::Checkpoint* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
    if (head.size == 0) return Status(Code::kNotFound, "LOG_EMPTY", "the log has no records yet");
    FG_ASSIGN_OR_RETURN(*response, CheckpointToProto(head.checkpoint));
    if (publisher_ != nullptr) {
      response->set_published_note(publisher_->Published(log).value_or(""));
    }
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/GetCheckpoint", *request, handler);
}

grpc::Status AuditServiceImpl::GetLogKeys(grpc::ServerContext* context,
                                          const v1::GetLogKeysRequest* request,
                                          v1::LogKeys* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(*response, KeysOf(ledger_, store_, log));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/GetLogKeys", *request, handler);
}

grpc::Status AuditServiceImpl::GetInclusionProof(grpc::ServerContext* context,
                                                 const v1::GetInclusionProofRequest* request,
                                                 v1::InclusionProof* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
    const std::optional<std::uint64_t> size = SizeOr(request->tree_size(), head.size);
    if (!size || request->index() < 0 || static_cast<std::uint64_t>(request->index()) >= *size) {
      return Status(Code::kOutOfRange, "INDEX_OUT_OF_RANGE",
                    "the index must be below the tree size, and that within the log");
    }
    const auto index = static_cast<std::uint64_t>(request->index());
    FG_ASSIGN_OR_RETURN(const core::Hash256 leaf, audit::LeafHashOf(store_, log, index));
    FG_ASSIGN_OR_RETURN(const std::vector<core::Hash256> proof,
                        tlog::InclusionProof(index, *size, TilesOf(store_, log)));
    response->set_index(request->index());
    response->set_tree_size(static_cast<std::int64_t>(*size));
    for (const core::Hash256& hash : proof) response->add_hashes(HashBytes(hash));
    response->set_leaf_hash(HashBytes(leaf));
    if (*size == head.size) {
      response->set_proof_file(
          tlog::EncodeProofFile({std::nullopt, index, proof, head.checkpoint}));
    }
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/GetInclusionProof", *request, handler);
}

grpc::Status AuditServiceImpl::GetConsistencyProof(grpc::ServerContext* context,
                                                   const v1::GetConsistencyProofRequest* request,
                                                   v1::ConsistencyProof* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
    const std::optional<std::uint64_t> size = SizeOr(request->new_size(), head.size);
    if (!size || request->old_size() < 0 ||
        static_cast<std::uint64_t>(request->old_size()) > *size) {
      return Status(Code::kOutOfRange, "SIZE_OUT_OF_RANGE",
                    "old_size must be at most new_size, and that within the log");
    }
    const auto old_size = static_cast<std::uint64_t>(request->old_size());
    FG_ASSIGN_OR_RETURN(const std::vector<core::Hash256> proof,
                        tlog::ConsistencyProof(old_size, *size, TilesOf(store_, log)));
    response->set_old_size(request->old_size());
    response->set_new_size(static_cast<std::int64_t>(*size));
    for (const core::Hash256& hash : proof) response->add_hashes(HashBytes(hash));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/GetConsistencyProof", *request, handler);
}

grpc::Status AuditServiceImpl::ExportEntries(
    grpc::ServerContext* context, const v1::ExportEntriesRequest* request,
    grpc::ServerWriter<v1::ExportEntriesResponse>* writer) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(request->parent()));
    // The statement before the end, which then has the record that it rests on; what is pruned
    // after that is in no statement, and no part of this copy.
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(log));
    FG_ASSIGN_OR_RETURN(const auto statement, ledger_.MinimumIndex(log));
    FG_ASSIGN_OR_RETURN(const v1::Checkpoint end,
                        EndOfCopy(store_, request->newest() ? nullptr : publisher_, log));
    if (request->first_index() < 0 || request->first_index() > end.size()) {
      return Status(Code::kOutOfRange, "INDEX_OUT_OF_RANGE", "first_index is within the copy");
    }
    v1::ExportEntriesResponse header;
    FG_ASSIGN_OR_RETURN(*header.mutable_header()->mutable_keys(), KeysOf(ledger_, store_, log));
    if (end.size() > 0) *header.mutable_header()->mutable_checkpoint() = end;
    writer->Write(header);
    if (end.size() == 0) return Status::Ok();
    const auto send = [&](const std::string& path, core::ByteSpan content) -> Status {
      FG_RETURN_IF_ERROR(call.deadline.Check());
      v1::ExportEntriesResponse part;
      part.mutable_file()->set_path(path);
      part.mutable_file()->set_content(std::string(core::AsText(content)));
      if (writer->Write(part)) return Status::Ok();
      return Status(Code::kCancelled, "CANCELLED", "the caller went away");
    };
    const ExportRange range{static_cast<std::uint64_t>(request->first_index()), head.minimum_index,
                            static_cast<std::uint64_t>(end.size())};
    FG_RETURN_IF_ERROR(ExportFiles(store_, log, range, send));
    if (statement) FG_RETURN_IF_ERROR(send("minimum-index", core::AsBytes(*statement)));
    return send("checkpoint", core::AsBytes(end.note()));
  };
  // A stream by its cost, although its one request is read already.
  return guard_.Stream(
      *context, "facegate.v1.AuditService/ExportEntries", [&] { return request; }, handler);
}

grpc::Status AuditServiceImpl::ReplayDecision(grpc::ServerContext* context,
                                              const v1::ReplayDecisionRequest* request,
                                              v1::ReplayDecisionResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const RecordRef ref, ParseRecordName(request->name()));
    FG_ASSIGN_OR_RETURN(const storage::LogEntry entry, ReadRecord(store_, ref.log, ref.index));
    FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(entry.entry));
    FG_ASSIGN_OR_RETURN(const core::Json json, core::Json::Parse(note.text));
    FG_ASSIGN_OR_RETURN(const policy::Replayed replayed,
                        policy::Replay(store_, ref.log, json, engine_.rules()->vocabulary(),
                                       engine_.gateway_facts(), engine_.profiles()));
    response->set_inputs_json(replayed.inputs.ToJson().Dump());
    for (const std::string& pack : replayed.packs) response->add_packs(pack);
    for (const rules::Profile profile : replayed.profiles) {
      response->add_profiles(std::string(rules::ProfileWord(profile)));
    }
    *response->mutable_decide_time() = ToProto(replayed.decided_at);
    if (const auto verdict = model::FromWord<model::Verdict>(replayed.verdict)) {
      response->set_verdict(ToProtoEnum<v1::Verdict>(*verdict));
    }
    if (const auto reason = model::FromWord<model::Reason>(replayed.reason)) {
      response->set_reason(ToProtoEnum<v1::Reason>(*reason));
    }
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/ReplayDecision", *request, handler);
}

grpc::Status AuditServiceImpl::ReviewDeployment(grpc::ServerContext* context,
                                                const v1::ReviewDeploymentRequest* request,
                                                v1::ReviewDeploymentResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId op, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(const model::CameraRef camera, model::ParseCameraName(request->camera()));
    FG_ASSIGN_OR_RETURN(const model::PurposeRef purpose,
                        model::ParsePurposeName(request->purpose()));
    if (camera.op != op || purpose.op != op) {
      return Status(Code::kInvalidArgument, "OPERATORS_DIFFER",
                    "camera and purpose must be of the operator");
    }
    FG_ASSIGN_OR_RETURN(const policy::Review review,
                        engine_.ReviewDeployment(camera, purpose.purpose));
    for (const policy::ReviewedRule& reviewed : review.rules) {
      *response->add_rules() = ToProto(reviewed);
    }
    for (const std::uint64_t index : review.rests_on) {
      response->add_rests_on(static_cast<std::int64_t>(index));
    }
    response->set_provisional(review.provisional);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/ReviewDeployment", *request, handler);
}

grpc::Status AuditServiceImpl::ResolveSubject(grpc::ServerContext* context,
                                              const v1::ResolveSubjectRequest* request,
                                              v1::ResolveSubjectResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, ""));
    FG_ASSIGN_OR_RETURN(const model::SubjectRef ref, model::ParseSubjectName(request->name()));
    FG_ASSIGN_OR_RETURN(const auto why, RequiredEnum<model::ResolutionReason>(
                                            request->reason(), "BAD_RESOLUTION_REASON"));
    FG_ASSIGN_OR_RETURN(const consent::PersonFilter filter, ToPersonFilter(ref.op, *request));
    FG_ASSIGN_OR_RETURN(const Page page, tokens_.Read(*request));
    const consent::RecordPage wanted{static_cast<std::size_t>(page.size), page.cursor};
    FG_ASSIGN_OR_RETURN(const consent::FoundRecords found,
                        people_.FindRecords(caller, ref, filter, why, wanted, call.deadline));
    for (const storage::LogEntry& entry : found.records) {
      *response->add_records() = ToProto(ref.op, entry);
    }
    if (!found.after.empty()) {
      response->set_next_page_token(tokens_.Make(*request, found.after));
    }
    *response->mutable_receipt() = rpc::ToProto(found.receipt, DetailFor(call.caller.role));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/ResolveSubject", *request, handler);
}

grpc::Status AuditServiceImpl::ResolveRecord(grpc::ServerContext* context,
                                             const v1::ResolveRecordRequest* request,
                                             v1::ResolveRecordResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, ""));
    FG_ASSIGN_OR_RETURN(const RecordRef ref, ParseRecordName(request->name()));
    FG_ASSIGN_OR_RETURN(const auto why, RequiredEnum<model::ResolutionReason>(
                                            request->reason(), "BAD_RESOLUTION_REASON"));
    FG_ASSIGN_OR_RETURN(const consent::FoundPeople found,
                        people_.FindPeople(caller, ref.log, ref.index, why, call.deadline));
    for (const model::SubjectRef& person : found.people) {
      response->add_subjects(model::SubjectName(person.op, person.subject));
    }
    for (const audit::Receipt& receipt : found.receipts) {
      *response->add_receipts() = rpc::ToProto(receipt, DetailFor(call.caller.role));
    }
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/ResolveRecord", *request, handler);
}

namespace {

v1::PruningHold ToProto(audit::HeldBy held_by) {
  switch (held_by) {
    case audit::HeldBy::kAge:
      return v1::PRUNING_HOLD_AGE;
    case audit::HeldBy::kConsent:
      return v1::PRUNING_HOLD_CONSENT;
    case audit::HeldBy::kRestriction:
      return v1::PRUNING_HOLD_RESTRICTION;
    case audit::HeldBy::kDuty:
      return v1::PRUNING_HOLD_DUTY;
    case audit::HeldBy::kPass:
      return v1::PRUNING_HOLD_PASS;
    case audit::HeldBy::kWitness:
      return v1::PRUNING_HOLD_WITNESS;
  }
  return v1::PRUNING_HOLD_UNSPECIFIED;
}

void SetPlan(const audit::PruningPlan& plan, v1::PruneLogResponse& response) {
  response.set_previous_minimum_index(static_cast<std::int64_t>(plan.minimum_index));
  response.set_minimum_index(static_cast<std::int64_t>(plan.next_minimum_index));
  response.set_pruned_records(static_cast<std::int64_t>(plan.records()));
  response.set_held_by(ToProto(plan.held_by));
}

}  // namespace

grpc::Status AuditServiceImpl::PruneLog(grpc::ServerContext* context,
                                        const v1::PruneLogRequest* request,
                                        v1::PruneLogResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId log, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(const std::string request_id, RequestIdOr(request->request_id()));
    if (pruner_ == nullptr) {
      return Status(Code::kFailedPrecondition, "PRUNING_OFF", "this gateway prunes no log");
    }
    response->set_retained_days(pruner_->options().retained_days);
    if (request->dry_run()) {
      FG_ASSIGN_OR_RETURN(const audit::PruningPlan plan, pruner_->Plan(log));
      SetPlan(plan, *response);
      return Status::Ok();
    }
    FG_ASSIGN_OR_RETURN(const audit::Pruned pruned,
                        pruner_->Prune(log, call.caller, request_id, call.deadline));
    SetPlan(pruned.plan, *response);
    response->set_pending(!pruned.is_done);
    if (pruned.receipt) *response->mutable_receipt() = rpc::ToProto(*pruned.receipt, Detail::kFine);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AuditService/PruneLog", *request, handler);
}

}  // namespace facegate::rpc
