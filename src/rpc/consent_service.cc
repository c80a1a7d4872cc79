#include "rpc/consent_service.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/model/ids.h"
#include "rpc/consent_messages.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

core::Result<model::SubjectRef> NewSubjectRef(const v1::CreateSubjectRequest& request) {
  model::SubjectRef ref;
  FG_ASSIGN_OR_RETURN(ref.op, model::ParseOperatorName(request.parent()));
  if (request.subject_id().empty()) {
    ref.subject = model::SubjectId(crypto::RandomUuid());
  } else {
    FG_ASSIGN_OR_RETURN(ref.subject, model::SubjectId::Parse(request.subject_id()));
  }
  return ref;
}

core::Result<documents::Language> LanguageOf(const std::string& code) {
  if (code.empty() || code == documents::WordOf(documents::Language::kEnglish)) {
    return documents::Language::kEnglish;
  }
  if (code == documents::WordOf(documents::Language::kChinese)) {
    return documents::Language::kChinese;
  }
  return Status(Code::kInvalidArgument, "BAD_LANGUAGE", "language_code is en or zh");
}

// The receipt of `consent` in a format; `token` is its own or "".
Status WriteReceipt(const dossier::ConsentReceipts& receipts, const model::Consent& consent,
                    v1::ConsentReceiptFormat format, documents::Language language,
                    const std::string& token, v1::ConsentReceipt& response) {
  // What is signed may be shown about: a token is for the person's page alone.
  const bool is_page = format == v1::CONSENT_RECEIPT_FORMAT_PAGE;
  FG_ASSIGN_OR_RETURN(const dossier::ReceiptFacts facts,
                      receipts.Collect(consent, is_page ? token : ""));
  switch (format) {
    case v1::CONSENT_RECEIPT_FORMAT_ISO_27560:
      response.set_json(receipts.AsIso27560(facts, language).Dump());
      break;
    case v1::CONSENT_RECEIPT_FORMAT_KANTARA:
      response.set_json(receipts.AsKantara(facts, language).Dump());
      break;
    case v1::CONSENT_RECEIPT_FORMAT_PAGE:
      response.set_json(documents::ToJson(receipts.AsPage(facts, language)).Dump());
      break;
    default:
      return Status(Code::kInvalidArgument, "BAD_RECEIPT_FORMAT",
                    "set a value of CONSENT_RECEIPT_FORMAT_*");
  }
  response.set_format(format);
  return Status::Ok();
}

// `R` is a response of a consent and its receipt.
template <class R>
Status Answer(const core::Result<consent::ConsentResult>& result, const Call& call, R& response) {
  if (!result.ok()) return result.status();
  *response.mutable_consent() = ToProto(result->consent);
  *response.mutable_receipt() = ToProto(result->receipt, DetailFor(call.caller.role));
  return Status::Ok();
}

// `R` is a response of a person and a receipt.
template <class R>
Status Answer(const core::Result<consent::RestrictionResult>& result, const Call& call,
              R& response) {
  if (!result.ok()) return result.status();
  *response.mutable_subject() = ToProto(result->subject);
  *response.mutable_receipt() = ToProto(result->receipt, DetailFor(call.caller.role));
  return Status::Ok();
}

}  // namespace

grpc::Status ConsentServiceImpl::CreateSubject(grpc::ServerContext* context,
                                               const v1::CreateSubjectRequest* request,
                                               v1::Subject* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const model::SubjectRef ref, NewSubjectRef(*request));
    FG_ASSIGN_OR_RETURN(const consent::SubjectFacts facts, FromProto(request->subject()));
    FG_ASSIGN_OR_RETURN(const model::Subject made, consents_.CreateSubject(caller, ref, facts));
    *response = ToProto(made);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/CreateSubject", *request, handler);
}

grpc::Status ConsentServiceImpl::GetSubject(grpc::ServerContext* context,
                                            const v1::GetSubjectRequest* request,
                                            v1::Subject* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::SubjectRef ref, model::ParseSubjectName(request->name()));
    FG_ASSIGN_OR_RETURN(const model::Subject subject, consents_.GetSubject(ref));
    *response = ToProto(subject);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/GetSubject", *request, handler);
}

grpc::Status ConsentServiceImpl::ListSubjects(grpc::ServerContext* context,
                                              const v1::ListSubjectsRequest* request,
                                              v1::ListSubjectsResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId op, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(
        const std::vector<model::Subject> subjects,
        ReadPage(tokens_, *request, *response, [&](std::string_view after, std::size_t limit) {
          return consents_.ListSubjects(op, after, limit);
        }));
    for (const model::Subject& subject : subjects) *response->add_subjects() = ToProto(subject);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/ListSubjects", *request, handler);
}

grpc::Status ConsentServiceImpl::RequestConsent(grpc::ServerContext* context,
                                                const v1::RequestConsentRequest* request,
                                                v1::RequestConsentResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const consent::Terms terms, FromProto(*request));
    const core::Result<consent::ConsentResult> asked = consents_.Request(caller, terms);
    if (asked.ok()) response->set_receipt_token(asked->token);
    return Answer(asked, call, *response);
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/RequestConsent", *request, handler);
}

grpc::Status ConsentServiceImpl::RefuseConsent(grpc::ServerContext* context,
                                               const v1::RefuseConsentRequest* request,
                                               v1::RefuseConsentResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    if (!request->site().empty()) {
      FG_ASSIGN_OR_RETURN(const consent::Terms terms, FromProto(*request));
      return Answer(consents_.Refuse(caller, terms), call, *response);
    }
    FG_ASSIGN_OR_RETURN(const model::SubjectRef subject,
                        model::ParseSubjectName(request->parent()));
    FG_ASSIGN_OR_RETURN(const model::ConsentId id, model::ConsentId::Parse(request->consent_id()));
    const model::ConsentRef asked{subject.op, subject.subject, id};
    return Answer(consents_.RefuseAsked(caller, asked), call, *response);
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/RefuseConsent", *request, handler);
}

grpc::Status ConsentServiceImpl::GrantConsent(grpc::ServerContext* context,
                                              const v1::GrantConsentRequest* request,
                                              v1::GrantConsentResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const consent::GrantRequest grant, FromProto(*request));
    const v1::ConsentReceiptFormat format = request->receipt_format();
    const bool is_known = v1::ConsentReceiptFormat_IsValid(format);
    if (!is_known) return Status(Code::kInvalidArgument, "BAD_RECEIPT_FORMAT", "unknown format");
    const core::Result<consent::ConsentResult> granted = consents_.Grant(caller, grant);
    FG_RETURN_IF_ERROR(Answer(granted, call, *response));
    response->set_receipt_token(granted->token);
    if (format == v1::CONSENT_RECEIPT_FORMAT_UNSPECIFIED) return Status::Ok();
    // The consent is recorded: a receipt that fails now can be asked for later.
    const Status written =
        WriteReceipt(receipts_, granted->consent, format, documents::Language::kEnglish,
                     granted->token, *response->mutable_consent_receipt());
    if (!written.ok()) response->clear_consent_receipt();
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/GrantConsent", *request, handler);
}

grpc::Status ConsentServiceImpl::GetConsent(grpc::ServerContext* context,
                                            const v1::GetConsentRequest* request,
                                            v1::Consent* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::ConsentRef ref, model::ParseConsentName(request->name()));
    FG_ASSIGN_OR_RETURN(const model::Consent consent, consents_.Get(ref));
    *response = ToProto(consent);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/GetConsent", *request, handler);
}

grpc::Status ConsentServiceImpl::ListConsents(grpc::ServerContext* context,
                                              const v1::ListConsentsRequest* request,
                                              v1::ListConsentsResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::SubjectRef ref, model::ParseSubjectName(request->parent()));
    FG_ASSIGN_OR_RETURN(const Page page, tokens_.Read(*request));
    FG_ASSIGN_OR_RETURN(const std::vector<model::Consent> consents, consents_.List(ref));
    // Newest event first; the cursor is the log index where the previous page ended.
    std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
    std::from_chars(page.cursor.data(), page.cursor.data() + page.cursor.size(), before);
    const model::Consent* last = nullptr;
    for (const model::Consent& consent : consents) {
      if (consent.log_index >= before) continue;
      if (response->consents_size() == page.size) {
        response->set_next_page_token(tokens_.Make(*request, std::to_string(last->log_index)));
        break;
      }
      *response->add_consents() = ToProto(consent);
      last = &consent;
    }
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/ListConsents", *request, handler);
}

grpc::Status ConsentServiceImpl::WithdrawConsent(grpc::ServerContext* context,
                                                 const v1::WithdrawConsentRequest* request,
                                                 v1::WithdrawConsentResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const model::ConsentRef ref, model::ParseConsentName(request->name()));
    return Answer(request->images_only() ? consents_.WithdrawImages(caller, ref)
                                         : consents_.Withdraw(caller, ref),
                  call, *response);
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/WithdrawConsent", *request, handler);
}

grpc::Status ConsentServiceImpl::EraseSubject(grpc::ServerContext* context,
                                              const v1::EraseSubjectRequest* request,
                                              v1::EraseSubjectResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const model::SubjectRef ref, model::ParseSubjectName(request->name()));
    FG_ASSIGN_OR_RETURN(const consent::ErasureResult result, consents_.Erase(caller, ref));
    response->set_name(model::SubjectName(result.subject.op, result.subject.subject));
    response->set_templates_destroyed(result.templates_destroyed);
    response->set_images_destroyed(result.images_destroyed);
    *response->mutable_receipt() = ToProto(result.receipt, DetailFor(call.caller.role));
    const core::Timestamp backups_end =
        result.receipt.recorded_at + backup_days_max_ * core::kMsPerDay;
    *response->mutable_backups_expire_time() = ToProto(backups_end);
    response->set_limits(LimitsOfErasure(backups_end));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/EraseSubject", *request, handler);
}

grpc::Status ConsentServiceImpl::GetConsentReceipt(grpc::ServerContext* context,
                                                   const v1::GetConsentReceiptRequest* request,
                                                   v1::ConsentReceipt* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::ConsentRef ref, model::ParseConsentName(request->name()));
    FG_ASSIGN_OR_RETURN(const documents::Language language, LanguageOf(request->language_code()));
    FG_ASSIGN_OR_RETURN(const model::Consent consent, consents_.Get(ref));
    std::string token;
    if (!request->receipt_token().empty()) {
      const auto owner = consents_.FindByToken(request->receipt_token());
      const bool is_its_own = owner.ok() && owner->op == consent.op &&
                              owner->subject == consent.subject && owner->id == consent.id;
      if (is_its_own) token = request->receipt_token();
    }
    return WriteReceipt(receipts_, consent, request->format(), language, token, *response);
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/GetConsentReceipt", *request, handler);
}

grpc::Status ConsentServiceImpl::GetConsentByToken(grpc::ServerContext* context,
                                                   const v1::GetConsentByTokenRequest* request,
                                                   v1::GetConsentByTokenResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::Consent consent,
                        token_desk_.Find(request->receipt_token(), AddressOfPeer(context->peer())));
    *response->mutable_consent() = ToProto(consent);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/GetConsentByToken", *request, handler);
}

grpc::Status ConsentServiceImpl::WithdrawByToken(grpc::ServerContext* context,
                                                 const v1::WithdrawByTokenRequest* request,
                                                 v1::WithdrawByTokenResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const std::string request_id, RequestIdOr(request->request_id()));
    return Answer(
        token_desk_.End(request->receipt_token(), AddressOfPeer(context->peer()), request_id), call,
        *response);
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/WithdrawByToken", *request, handler);
}

grpc::Status ConsentServiceImpl::ListRecordsByToken(grpc::ServerContext* context,
                                                    const v1::ListRecordsByTokenRequest* request,
                                                    v1::ListRecordsByTokenResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const model::Consent consent,
                        token_desk_.Find(request->receipt_token(), AddressOfPeer(context->peer())));
    FG_ASSIGN_OR_RETURN(const Page page, tokens_.Read(*request));
    std::optional<std::uint64_t> only;
    // No record has an index below 0, nor so high a one.
    if (request->has_index()) only = static_cast<std::uint64_t>(request->index());
    const consent::RecordPage wanted{static_cast<std::size_t>(page.size), page.cursor};
    FG_ASSIGN_OR_RETURN(const consent::OwnRecords own,
                        records_.ListOwn(consent, only, wanted, call.deadline));
    for (const consent::OwnRecord& record : own.records) {
      *response->add_records() = ToProto(consent.op, record);
    }
    if (!own.after.empty()) response->set_next_page_token(tokens_.Make(*request, own.after));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/ListRecordsByToken", *request, handler);
}

grpc::Status ConsentServiceImpl::RestrictSubject(grpc::ServerContext* context,
                                                 const v1::RestrictSubjectRequest* request,
                                                 v1::RestrictSubjectResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const model::SubjectRef ref, model::ParseSubjectName(request->name()));
    return Answer(consents_.Restrict(caller, ref), call, *response);
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/RestrictSubject", *request, handler);
}

grpc::Status ConsentServiceImpl::ReleaseSubject(grpc::ServerContext* context,
                                                const v1::ReleaseSubjectRequest* request,
                                                v1::ReleaseSubjectResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const model::SubjectRef ref, model::ParseSubjectName(request->name()));
    return Answer(consents_.Release(caller, ref), call, *response);
  };
  return guard_.Unary(*context, "facegate.v1.ConsentService/ReleaseSubject", *request, handler);
}

grpc::Status ConsentServiceImpl::ExportSubject(
    grpc::ServerContext* context, const v1::ExportSubjectRequest* request,
    grpc::ServerWriter<v1::ExportSubjectResponse>* writer) {
  constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const model::SubjectRef ref, model::ParseSubjectName(request->name()));
    return consents_.Export(caller, ref, [&](std::string_view text) -> Status {
      FG_RETURN_IF_ERROR(call.deadline.Check());
      for (; !text.empty(); text.remove_prefix(std::min(kPieceBytes, text.size()))) {
        v1::ExportSubjectResponse part;
        part.set_piece(std::string(text.substr(0, kPieceBytes)));
        if (!writer->Write(part)) return Status(Code::kCancelled, "CANCELLED", "the caller left");
      }
      return Status::Ok();
    });
  };
  // A stream by its cost, although its one request is read already.
  return guard_.Stream(
      *context, "facegate.v1.ConsentService/ExportSubject", [&] { return request; }, handler);
}

}  // namespace facegate::rpc
