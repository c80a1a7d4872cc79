#include "rpc/alternative_service.h"

#include <google/protobuf/util/time_util.h>

#include <utility>
#include <vector>

#include "facegate/alternatives/comparison.h"
#include "facegate/model/ids.h"
#include "facegate/model/resources.h"
#include "facegate/storage/typed.h"
#include "rpc/messages.h"

namespace facegate::rpc {
namespace {

using alternatives::PassOrder;
using core::Code;
using core::Result;
using core::Status;
using google::protobuf::util::TimeUtil;

constexpr std::int64_t kPassMsDefault = 3'600'000;
constexpr int kReportsMax = 16;

template <class Request>
Result<alternatives::Caller> CallerOf(const Call& call, const Request& request) {
  FG_ASSIGN_OR_RETURN(std::string id, RequestIdOr(request.request_id()));
  return alternatives::Caller{call.caller, std::move(id)};
}

Result<PassOrder> FromProto(const v1::IssuePassRequest& request, core::Timestamp now) {
  PassOrder order;
  FG_ASSIGN_OR_RETURN(order.site, model::ParseSiteName(request.site()));
  if (!request.access_point().empty()) {
    FG_ASSIGN_OR_RETURN(const model::AccessPointRef point,
                        model::ParseAccessPointName(request.access_point()));
    if (model::SiteRef{point.op, point.site} != order.site) {
      return Status(Code::kInvalidArgument, "ACCESS_POINT_ELSEWHERE",
                    "the access point is of another site");
    }
    order.access_point = point.access_point;
  }
  order.many_uses = request.many_uses();
  order.not_before = now;
  if (request.has_not_before_time()) {
    FG_ASSIGN_OR_RETURN(order.not_before, rpc::FromProto(request.not_before_time()));
  }
  order.expires_at = order.not_before + kPassMsDefault;
  if (request.has_expire_time()) {
    FG_ASSIGN_OR_RETURN(order.expires_at, rpc::FromProto(request.expire_time()));
  }
  return order;
}

Result<alternatives::NewBadge> FromProto(const v1::CreateBadgeRequest& request) {
  alternatives::NewBadge badge;
  FG_ASSIGN_OR_RETURN(badge.op, model::ParseOperatorName(request.parent()));
  badge.on_badge = request.badge_id();
  for (const std::string& name : request.badge().sites()) {
    FG_ASSIGN_OR_RETURN(const model::SiteRef site, model::ParseSiteName(name));
    if (site.op != badge.op) {
      return Status(Code::kInvalidArgument, "OPERATORS_DIFFER", "a site is another operator's");
    }
    badge.sites.insert(site.site);
  }
  if (request.badge().has_expire_time()) {
    FG_ASSIGN_OR_RETURN(badge.expires_at, rpc::FromProto(request.badge().expire_time()));
  }
  return badge;
}

v1::Badge ToProto(const model::Badge& badge) {
  v1::Badge proto;
  proto.set_name(model::BadgeName(badge.op, badge.id));
  for (const model::SiteId& site : badge.sites) proto.add_sites(model::SiteName(badge.op, site));
  if (badge.expires_at) *proto.mutable_expire_time() = rpc::ToProto(*badge.expires_at);
  *proto.mutable_create_time() = rpc::ToProto(badge.created_at);
  proto.set_log_index(static_cast<std::int64_t>(badge.log_index));
  return proto;
}

Result<std::vector<alternatives::Report>> FromProto(const v1::ReportAlternativesRequest& request) {
  if (request.reports_size() > kReportsMax) {
    return Status(Code::kInvalidArgument, "BAD_ALTERNATIVES", "at most 16 alternatives report");
  }
  std::vector<alternatives::Report> reports;
  for (const v1::AlternativeReport& proto : request.reports()) {
    alternatives::Report report;
    FG_ASSIGN_OR_RETURN(report.kind,
                        RequiredEnum<model::AlternativeKind>(proto.kind(), "BAD_ALTERNATIVE_KIND"));
    report.operational = proto.operational();
    if (proto.has_wait_s()) report.wait_s = proto.wait_s();
    reports.push_back(report);
  }
  return reports;
}

v1::Spread ToProto(const alternatives::Spread& spread) {
  v1::Spread proto;
  proto.set_count(static_cast<std::int64_t>(spread.count));
  *proto.mutable_median() = TimeUtil::MillisecondsToDuration(spread.median_ms);
  *proto.mutable_p95() = TimeUtil::MillisecondsToDuration(spread.p95_ms);
  *proto.mutable_max() = TimeUtil::MillisecondsToDuration(spread.max_ms);
  return proto;
}

v1::WayFigures ToProto(const model::SiteRef& site, const alternatives::WayFigures& way) {
  v1::WayFigures proto;
  proto.set_access_point(model::AccessPointName(site.op, site.site, way.access_point));
  proto.set_credential(ToProtoEnum<v1::CredentialKind>(way.credential));
  proto.set_uses(static_cast<std::int64_t>(way.uses));
  proto.set_let_through(static_cast<std::int64_t>(way.let_through));
  proto.set_refused(static_cast<std::int64_t>(way.refused));
  proto.set_faults(static_cast<std::int64_t>(way.faults));
  for (const auto& [reason, count] : way.reasons) {
    (*proto.mutable_reasons())[reason] = static_cast<std::int64_t>(count);
  }
  *proto.mutable_took() = ToProto(way.took);
  *proto.mutable_waited() = ToProto(way.waited);
  if (way.wait_ratio) proto.set_wait_ratio(*way.wait_ratio);
  return proto;
}

}  // namespace

grpc::Status AlternativeServiceImpl::IssuePass(grpc::ServerContext* context,
                                               const v1::IssuePassRequest* request,
                                               v1::IssuePassResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const alternatives::Caller caller, CallerOf(call, *request));
    FG_ASSIGN_OR_RETURN(const PassOrder order, FromProto(*request, clock_.Now()));
    FG_ASSIGN_OR_RETURN(const alternatives::IssuedPass issued,
                        alternatives_.IssuePass(caller, order));
    response->set_pass(issued.text);
    *response->mutable_not_before_time() = rpc::ToProto(order.not_before);
    *response->mutable_expire_time() = rpc::ToProto(order.expires_at);
    *response->mutable_receipt() = rpc::ToProto(issued.receipt, DetailFor(call.caller.role));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AlternativeService/IssuePass", *request, handler);
}

grpc::Status AlternativeServiceImpl::CreateBadge(grpc::ServerContext* context,
                                                 const v1::CreateBadgeRequest* request,
                                                 v1::Badge* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const alternatives::Caller caller, CallerOf(call, *request));
    FG_ASSIGN_OR_RETURN(const alternatives::NewBadge badge, FromProto(*request));
    FG_ASSIGN_OR_RETURN(const model::Badge made, alternatives_.RegisterBadge(caller, badge));
    *response = ToProto(made);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AlternativeService/CreateBadge", *request, handler);
}

grpc::Status AlternativeServiceImpl::ListBadges(grpc::ServerContext* context,
                                                const v1::ListBadgesRequest* request,
                                                v1::ListBadgesResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::OperatorId op, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(
        const std::vector<model::Badge> badges,
        ReadPage(tokens_, *request, *response, [&](std::string_view after, std::size_t limit) {
          return alternatives_.ListBadges(op, after, limit);
        }));
    for (const model::Badge& badge : badges) *response->add_badges() = ToProto(badge);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AlternativeService/ListBadges", *request, handler);
}

grpc::Status AlternativeServiceImpl::DeleteBadge(grpc::ServerContext* context,
                                                 const v1::DeleteBadgeRequest* request,
                                                 v1::DeleteBadgeResponse*) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const alternatives::Caller caller, CallerOf(call, *request));
    FG_ASSIGN_OR_RETURN(const model::BadgeRef badge, model::ParseBadgeName(request->name()));
    return alternatives_.RemoveBadge(caller, badge);
  };
  return guard_.Unary(*context, "facegate.v1.AlternativeService/DeleteBadge", *request, handler);
}

grpc::Status AlternativeServiceImpl::ReportAlternatives(
    grpc::ServerContext* context, const v1::ReportAlternativesRequest* request,
    v1::ReportAlternativesResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const alternatives::Caller caller, CallerOf(call, *request));
    FG_ASSIGN_OR_RETURN(const model::AccessPointRef point,
                        model::ParseAccessPointName(request->access_point()));
    FG_ASSIGN_OR_RETURN(const std::vector<alternatives::Report> reports, FromProto(*request));
    FG_ASSIGN_OR_RETURN(const alternatives::Reported reported,
                        alternatives_.TakeReports(caller, point, reports));
    response->set_working(reported.working);
    if (reported.log_index) {
      response->set_log_index(static_cast<std::int64_t>(*reported.log_index));
    }
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AlternativeService/ReportAlternatives", *request,
                      handler);
}

grpc::Status AlternativeServiceImpl::GetAlternativesReport(
    grpc::ServerContext* context, const v1::GetAlternativesReportRequest* request,
    v1::GetAlternativesReportResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const model::SiteRef site, model::ParseSiteName(request->site()));
    FG_ASSIGN_OR_RETURN(const core::Timestamp from, rpc::FromProto(request->start_time()));
    FG_ASSIGN_OR_RETURN(const core::Timestamp until, rpc::FromProto(request->end_time()));
    if (until <= from) {
      return Status(Code::kInvalidArgument, "BAD_PERIOD", "the end comes after the start");
    }
    FG_RETURN_IF_ERROR(storage::ReadOne<model::Site>(store_, request->site()).status());
    FG_ASSIGN_OR_RETURN(const std::vector<alternatives::WayFigures> ways,
                        alternatives::Compare(store_, site, from, until, call.deadline));
    for (const alternatives::WayFigures& way : ways) *response->add_ways() = ToProto(site, way);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.AlternativeService/GetAlternativesReport", *request,
                      handler);
}

}  // namespace facegate::rpc
