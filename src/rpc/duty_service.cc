#include "rpc/duty_service.h"

#include <optional>
#include <string>

#include "facegate/model/fields.h"
#include "facegate/model/ids.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Result;
using core::Status;

Status BadDraft(const char* what) { return Status(Code::kInvalidArgument, "BAD_DRAFT", what); }
Status OperatorsDiffer() {
  return Status(Code::kInvalidArgument, "OPERATORS_DIFFER",
                "site, purpose and incident must be of the operator");
}

Result<documents::Kind> KindOf(v1::DocumentKind kind) {
  switch (kind) {
    case v1::DOCUMENT_KIND_FILING:
      return documents::Kind::kFiling;
    case v1::DOCUMENT_KIND_ASSESSMENT:
      return documents::Kind::kAssessment;
    case v1::DOCUMENT_KIND_SIGN:
      return documents::Kind::kSign;
    case v1::DOCUMENT_KIND_NOTICE:
      return documents::Kind::kNotice;
    case v1::DOCUMENT_KIND_TRANSPARENCY:
      return documents::Kind::kTransparency;
    case v1::DOCUMENT_KIND_COMPLIANCE:
      return documents::Kind::kCompliance;
    case v1::DOCUMENT_KIND_DUTIES:
      return documents::Kind::kDuties;
    case v1::DOCUMENT_KIND_NOTIFICATION:
      return documents::Kind::kNotification;
    default:
      return BadDraft("set a value of DOCUMENT_KIND_*");
  }
}

Status ReadNames(const v1::DraftDocumentRequest& request, dossier::Order& order) {
  if (!request.site().empty()) {
    FG_ASSIGN_OR_RETURN(const model::SiteRef site, model::ParseSiteName(request.site()));
    if (site.op != order.op) return OperatorsDiffer();
    order.site = site.site;
  }
  if (!request.purpose().empty()) {
    FG_ASSIGN_OR_RETURN(const model::PurposeRef purpose,
                        model::ParsePurposeName(request.purpose()));
    if (purpose.op != order.op) return OperatorsDiffer();
    order.purpose = purpose.purpose;
  }
  if (!request.incident().empty()) {
    FG_ASSIGN_OR_RETURN(const model::Incident incident,
                        model::ParseNameOf<model::Incident>(request.incident()));
    if (incident.op != order.op) return OperatorsDiffer();
    order.incident = incident.id;
  }
  return Status::Ok();
}

Result<dossier::Order> ReadOrder(const v1::DraftDocumentRequest& request) {
  dossier::Order order;
  FG_ASSIGN_OR_RETURN(order.op, model::ParseOperatorName(request.parent()));
  FG_ASSIGN_OR_RETURN(order.kind, KindOf(request.kind()));
  const std::string& language = request.language_code();
  if (language == documents::WordOf(documents::Language::kChinese)) {
    order.language = documents::Language::kChinese;
  } else if (!language.empty() && language != documents::WordOf(documents::Language::kEnglish)) {
    return BadDraft("language_code is en or zh");
  }
  FG_RETURN_IF_ERROR(ReadNames(request, order));
  if (request.addressee() == v1::ADDRESSEE_PEOPLE) order.addressee = documents::Addressee::kPeople;
  if (request.from_date().empty() && request.until_date().empty()) return order;
  dossier::Period period;
  FG_ASSIGN_OR_RETURN(period.from, model::ParseDate(request.from_date()));
  FG_ASSIGN_OR_RETURN(period.until, model::ParseDate(request.until_date()));
  order.period = period;
  return order;
}

}  // namespace

grpc::Status DutyServiceImpl::DraftDocument(grpc::ServerContext* context,
                                            const v1::DraftDocumentRequest* request,
                                            v1::DraftDocumentResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const dossier::Order order, ReadOrder(*request));
    FG_ASSIGN_OR_RETURN(const dossier::Draft draft, drafter_.Make(order, call.deadline));
    response->set_model_json(draft.model.Dump());
    for (const std::string& path : draft.missing) response->add_missing(path);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.DutyService/DraftDocument", *request, handler);
}

FG_DEFINE_CHILD(DutyService, Complaint, Complaints)
FG_DEFINE_CHILD(DutyService, RightsRequest, RightsRequests)
FG_DEFINE_CHILD(DutyService, Incident, Incidents)
FG_DEFINE_CHILD(DutyService, Disclosure, Disclosures)
FG_DEFINE_CHILD(DutyService, ThresholdReview, ThresholdReviews)

}  // namespace facegate::rpc
