#include "rpc/custody_service.h"

#include <string>
#include <utility>
#include <vector>

#include "rpc/messages.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Result;
using core::Status;

template <class Request>
Result<custody::Caller> CallerOf(const Call& call, const Request& request) {
  FG_ASSIGN_OR_RETURN(std::string id, RequestIdOr(request.request_id()));
  return custody::Caller{call.caller, std::move(id)};
}

v1::HolderToken ToProto(const custody::IssuedToken& token) {
  const auto& [op, subject] = token.subject;
  v1::HolderToken proto;
  proto.set_name(model::HolderTokenName(op, subject, token.id));
  proto.set_site(model::SiteName(op, token.site));
  proto.set_purpose(model::PurposeName(op, token.purpose));
  proto.set_key_version(token.key_version);
  *proto.mutable_create_time() = rpc::ToProto(token.issued_at);
  *proto.mutable_expire_time() = rpc::ToProto(token.expires_at);
  proto.set_log_index(static_cast<std::int64_t>(token.log_index));
  proto.set_revoked(token.revoked_by.has_value());
  if (token.revoked_by) {
    proto.set_revoke_log_index(static_cast<std::int64_t>(*token.revoked_by));
  }
  return proto;
}

Result<custody::Revoked> Revoke(custody::CustodyService& custody, const custody::Caller& caller,
                                const v1::RevokeHolderTokenRequest& request) {
  FG_ASSIGN_OR_RETURN(const model::OperatorId op, model::ParseOperatorName(request.parent()));
  switch (request.which_case()) {
    case v1::RevokeHolderTokenRequest::kName: {
      FG_ASSIGN_OR_RETURN(const model::HolderTokenRef token,
                          model::ParseHolderTokenName(request.name()));
      if (token.op != op) {
        return Status(Code::kInvalidArgument, "OPERATORS_DIFFER",
                      "the token is another operator's");
      }
      return custody.Revoke(caller, token);
    }
    case v1::RevokeHolderTokenRequest::kHolderToken:
      return custody.RevokeShown(caller, op, request.holder_token());
    case v1::RevokeHolderTokenRequest::WHICH_NOT_SET:
      break;
  }
  return Status(Code::kInvalidArgument, "HOLDER_TOKEN_MISSING", "name the token, or give it");
}

}  // namespace

grpc::Status CustodyServiceImpl::ListHolderTokens(grpc::ServerContext* context,
                                                  const v1::ListHolderTokensRequest* request,
                                                  v1::ListHolderTokensResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::SubjectRef subject,
                        model::ParseSubjectName(request->parent()));
    FG_ASSIGN_OR_RETURN(const std::vector<custody::IssuedToken> tokens, custody_.List(subject));
    for (const custody::IssuedToken& token : tokens) {
      *response->add_holder_tokens() = ToProto(token);
    }
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.CustodyService/ListHolderTokens", *request, handler);
}

grpc::Status CustodyServiceImpl::RevokeHolderToken(grpc::ServerContext* context,
                                                   const v1::RevokeHolderTokenRequest* request,
                                                   v1::RevokeHolderTokenResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const custody::Caller caller, CallerOf(call, *request));
    FG_ASSIGN_OR_RETURN(const custody::Revoked revoked, Revoke(custody_, caller, *request));
    response->set_log_index(static_cast<std::int64_t>(revoked.token.log_index));
    response->set_was_revoked(revoked.was_revoked);
    *response->mutable_expire_time() = rpc::ToProto(revoked.token.expires_at);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.CustodyService/RevokeHolderToken", *request, handler);
}

grpc::Status CustodyServiceImpl::RotateHolderKey(grpc::ServerContext* context,
                                                 const v1::RotateHolderKeyRequest* request,
                                                 v1::HolderKey* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const custody::Caller caller, CallerOf(call, *request));
    FG_ASSIGN_OR_RETURN(const model::OperatorId op, model::ParseOperatorName(request->parent()));
    FG_ASSIGN_OR_RETURN(const model::HolderKey key, custody_.RotateKey(caller, op));
    response->set_version(key.version);
    *response->mutable_create_time() = rpc::ToProto(key.since);
    response->set_log_index(static_cast<std::int64_t>(key.log_index));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.CustodyService/RotateHolderKey", *request, handler);
}

}  // namespace facegate::rpc
