#include "rpc/registry_service.h"

#include <string>

#include "facegate/gateway/policy_reload.h"
#include "facegate/model/ids.h"
#include "facegate/model/resources.h"

namespace facegate::rpc {

using core::Code;
using core::Status;

FG_DEFINE_RESOURCE(RegistryService, Operator)
FG_DEFINE_CHILD(RegistryService, Site, Sites)
FG_DEFINE_CHILD(RegistryService, AccessPoint, AccessPoints)
FG_DEFINE_CHILD(RegistryService, Camera, Cameras)
FG_DEFINE_CHILD(RegistryService, Purpose, Purposes)
FG_DEFINE_CHILD(RegistryService, Notice, Notices)
FG_DEFINE_CHILD(RegistryService, Signage, Signage)
FG_DEFINE_CHILD(RegistryService, Assessment, Assessments)
FG_DEFINE_CHILD(RegistryService, Filing, Filings)
FG_DEFINE_CHILD(RegistryService, Exemption, Exemptions)
FG_DEFINE_CHILD(RegistryService, DeviceAssessment, DeviceAssessments)

grpc::Status RegistryServiceImpl::CreateOperator(grpc::ServerContext* context,
                                                 const v1::CreateOperatorRequest* request,
                                                 v1::Operator* response) {
  const auto handler = [&](const Call& call) -> Status {
    const auto methods = Methods<model::Operator, v1::Operator>();
    FG_RETURN_IF_ERROR(methods.Create(call, "", *request, *response));
    // The log begins with who it is of and by which rules that is judged. Where the second of them
    // cannot be recorded, the next start or reload does it.
    FG_ASSIGN_OR_RETURN(const model::OperatorId op, model::ParseOperatorName(response->name()));
    return gateway::RecordPolicy(op, *engine_.rules(), store_, ledger_);
  };
  return guard_.Unary(*context, "facegate.v1.RegistryService/CreateOperator", *request, handler);
}

grpc::Status RegistryServiceImpl::ListOperators(grpc::ServerContext* context,
                                                const v1::ListOperatorsRequest* request,
                                                v1::ListOperatorsResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    const std::string& own = call.caller.resource;
    if (own.empty()) {
      return Methods<model::Operator, v1::Operator>().List("", *request, *response);
    }
    // A certificate speaks for one operator at most, so there is one page of one or none.
    FG_RETURN_IF_ERROR(tokens_.Read(*request).status());
    if (!model::ParseOperatorName(own).ok()) return Status::Ok();
    const auto entry = registry_.Get<model::Operator>(own);
    if (entry.status().code() == Code::kNotFound) return Status::Ok();
    FG_RETURN_IF_ERROR(entry.status());
    *response->add_operators() = ToProto(*entry);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.RegistryService/ListOperators", *request, handler);
}

grpc::Status RegistryServiceImpl::AttestExemption(grpc::ServerContext* context,
                                                  const v1::AttestExemptionRequest* request,
                                                  v1::Exemption* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const registry::Caller caller, CallerOf(call, *request));
    FG_RETURN_IF_ERROR(model::ParseNameOf<model::Exemption>(request->name()).status());
    return ResourceMethods<model::Exemption, v1::Exemption>::Answer(
        registry_.AttestExemption(caller, request->name()), *response);
  };
  return guard_.Unary(*context, "facegate.v1.RegistryService/AttestExemption", *request, handler);
}

}  // namespace facegate::rpc
