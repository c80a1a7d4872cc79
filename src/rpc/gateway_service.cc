#include "rpc/gateway_service.h"

#include <google/protobuf/util/time_util.h>

#include <utility>

#include "facegate/core/bytes.h"
#include "rpc/authorization.h"
#include "rpc/gateway_messages.h"
#include "rpc/sitting_stream.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;
// Who may show a face, a pass or a badge.
constexpr MethodRule kAtADoor{"facegate.v1.GatewayService/Authorize",
                              RoleBit(model::Role::kController), "camera"};

using Stream = grpc::ServerReaderWriter<v1::StreamFramesResponse, v1::StreamFramesRequest>;

using UseCase = core::Result<audit::Recorded> (gateway::Gateway::*)(policy::Claim, core::ByteSpan,
                                                                    const core::Deadline&);

// The path of the three unary methods: claim, use case, answer.
template <class Request>
core::Result<audit::Recorded> Ask(gateway::Gateway& gateway, UseCase use_case,
                                  const Request& request, const Call& call) {
  FG_ASSIGN_OR_RETURN(policy::Claim claim, ToClaim(request, call.caller));
  return (gateway.*use_case)(std::move(claim), core::AsBytes(request.image()), call.deadline);
}
template <class Request>
Status Answer(gateway::Gateway& gateway, UseCase use_case, const Request& request, const Call& call,
              v1::Answer& answer) {
  FG_ASSIGN_OR_RETURN(const audit::Recorded recorded, Ask(gateway, use_case, request, call));
  answer = ToAnswer(recorded, DetailFor(call.caller.role));
  return Status::Ok();
}

// A credential that is no face, from claim to answer. Faces, passes and badges are read by
// controllers; staff may let somebody through from a desk as well.
Status AnswerWithoutFace(alternatives::AlternativeService& alternatives,
                         const v1::AuthorizeRequest& request, const Call& call,
                         v1::Answer& answer) {
  FG_ASSIGN_OR_RETURN(const policy::Claim claim, ToClaim(request, call.caller));
  FG_ASSIGN_OR_RETURN(const audit::Recorded recorded,
                      alternatives.Present(claim, ShownIn(request)));
  answer = ToAnswer(recorded, DetailFor(call.caller.role));
  return Status::Ok();
}

// An enrolment, with the token where the template is its person's to hold, and what is kept of the
// picture.
Status AnswerEnroll(gateway::Gateway& gateway, const v1::EnrollRequest& request, const Call& call,
                    v1::EnrollResponse& response) {
  FG_ASSIGN_OR_RETURN(const audit::Recorded recorded,
                      Ask(gateway, &gateway::Gateway::Enroll, request, call));
  *response.mutable_answer() = ToAnswer(recorded, DetailFor(call.caller.role));
  const audit::Outcome& outcome = recorded.outcome();
  if (const auto& token = outcome.issued_token) {
    response.set_holder_token(token->text);
    *response.mutable_holder_token_expire_time() = ToProto(token->expires_at);
  }
  if (outcome.kept_image != model::ImageRetention::kNone) {
    response.set_kept_image(ToProtoEnum<v1::ImageRetention>(outcome.kept_image));
    *response.mutable_kept_image_expire_time() = ToProto(outcome.kept_image_until);
  }
  return Status::Ok();
}

v1::StreamFramesResponse ToResponse(const gateway::FrameResult& result, std::int64_t frame_number,
                                    Detail detail) {
  v1::StreamFramesResponse response;
  response.set_frame_number(frame_number);
  response.set_faces_seen(result.faces_seen);
  response.set_faces_eligible(result.faces_eligible);
  if (result.issue) response.set_issue(ToProtoEnum<v1::Reason>(*result.issue));
  for (const audit::Recorded& decision : result.decisions) {
    *response.add_decisions() = ToAnswer(decision, detail);
  }
  for (const audit::Recorded& lease : result.closed_leases) {
    *response.add_closed_leases() = ToAnswer(lease, detail);
  }
  return response;
}

// Answers frames until the client ends, fails or goes away.
Status AnswerFrames(Stream& stream, gateway::StreamSession& session, const Call& call,
                    Detail detail) {
  v1::StreamFramesRequest request;
  for (std::int64_t number = 1; stream.Read(&request); ++number) {
    if (!request.has_frame()) {
      return Status(Code::kInvalidArgument, "STREAM_FRAME_MISSING",
                    "every message after the first is a frame");
    }
    FG_ASSIGN_OR_RETURN(const gateway::FrameResult result,
                        session.OnFrame(core::AsBytes(request.frame()), call.deadline));
    if (!stream.Write(ToResponse(result, number, detail))) break;
  }
  return call.deadline.Check();
}

}  // namespace

GatewayServiceImpl::GatewayServiceImpl(CallGuard& guard, gateway::Gateway& gateway,
                                       alternatives::AlternativeService& alternatives,
                                       const policy::Engine& engine, const core::Clock& clock,
                                       const core::Metrics& metrics, ServerInfo info,
                                       backup::Keeper* backups)
    : guard_(guard),
      gateway_(gateway),
      alternatives_(alternatives),
      engine_(engine),
      clock_(clock),
      metrics_(metrics),
      info_(std::move(info)),
      started_at_(clock.Now()),
      started_ns_(clock.SteadyNs()),
      backups_(backups) {}

grpc::Status GatewayServiceImpl::Authorize(grpc::ServerContext* context,
                                           const v1::AuthorizeRequest* request,
                                           v1::AuthorizeResponse* response) {
  return guard_.Unary(
      *context, "facegate.v1.GatewayService/Authorize", *request, [&](const Call& call) -> Status {
        if (!request->has_staff_override()) {
          FG_RETURN_IF_ERROR(CheckRole(kAtADoor, call.caller));
        }
        v1::Answer& answer = *response->mutable_answer();
        if (request->credential_case() != v1::AuthorizeRequest::CREDENTIAL_NOT_SET) {
          return AnswerWithoutFace(alternatives_, *request, call, answer);
        }
        return Answer(gateway_, &gateway::Gateway::Authorize, *request, call, answer);
      });
}

grpc::Status GatewayServiceImpl::Identify(grpc::ServerContext* context,
                                          const v1::IdentifyRequest* request,
                                          v1::IdentifyResponse* response) {
  return guard_.Unary(*context, "facegate.v1.GatewayService/Identify", *request,
                      [&](const Call& call) {
                        return Answer(gateway_, &gateway::Gateway::Identify, *request, call,
                                      *response->mutable_answer());
                      });
}

grpc::Status GatewayServiceImpl::Enroll(grpc::ServerContext* context,
                                        const v1::EnrollRequest* request,
                                        v1::EnrollResponse* response) {
  return guard_.Unary(
      *context, "facegate.v1.GatewayService/Enroll", *request,
      [&](const Call& call) { return AnswerEnroll(gateway_, *request, call, *response); });
}

grpc::Status GatewayServiceImpl::EnrollFromFrames(grpc::ServerContext* context,
                                                  SittingStream* stream) {
  v1::EnrollFromFramesRequest first;
  const auto read_first = [&] { return stream->Read(&first) ? &first : nullptr; };
  return guard_.Stream(
      *context, "facegate.v1.GatewayService/EnrollFromFrames", read_first,
      [&](const Call& call) { return ServeSitting(gateway_, *context, *stream, first, call); });
}

grpc::Status GatewayServiceImpl::StreamFrames(grpc::ServerContext* context, Stream* stream) {
  v1::StreamFramesRequest first;
  const auto read_first = [&] { return stream->Read(&first) ? &first : nullptr; };
  return guard_.Stream(
      *context, "facegate.v1.GatewayService/StreamFrames", read_first, [&](const Call& call) {
        if (!first.has_config()) {
          return Status(Code::kInvalidArgument, "STREAM_CONFIG_MISSING",
                        "the first message of a stream is its config");
        }
        const core::Result<policy::Claim> claim = ToClaim(first.config(), call.caller);
        if (!claim.ok()) return claim.status();
        const Detail detail = DetailFor(call.caller.role);
        const std::unique_ptr<gateway::StreamSession> session = gateway_.OpenStream(*claim);
        Status answered = AnswerFrames(*stream, *session, call, detail);
        // However the frames ended, the open lease ends in a record.
        const core::Result<gateway::FrameResult> closed = session->Close();
        if (!answered.ok()) return answered;
        if (!closed.ok()) return closed.status();
        stream->Write(ToResponse(*closed, 0, detail));
        return Status::Ok();
      });
}

grpc::Status GatewayServiceImpl::GetStatus(grpc::ServerContext* context,
                                           const v1::GetStatusRequest* request,
                                           v1::GetStatusResponse* response) {
  const auto handler = [&](const Call&) {
    response->set_version(info_.version);
    for (const vision::ModelInfo& model : info_.models) {
      v1::Model& proto = *response->add_models();
      proto.set_id(model.id);
      proto.set_sha256(model.sha256);
    }
    const auto rule_set = engine_.rules();
    for (const rules::PackInfo& pack : rule_set->packs()) {
      v1::PolicyPack& proto = *response->add_packs();
      proto.set_id(pack.id);
      proto.set_version(pack.version);
      proto.set_sha256(pack.sha256);
    }
    for (int i = 0; i < static_cast<int>(core::Counter::kCount_); ++i) {
      const auto counter = static_cast<core::Counter>(i);
      (*response->mutable_counters())[std::string(core::CounterName(counter))] =
          static_cast<std::int64_t>(metrics_.Value(counter));
    }
    *response->mutable_start_time() = ToProto(started_at_);
    *response->mutable_uptime() =
        google::protobuf::util::TimeUtil::NanosecondsToDuration(clock_.SteadyNs() - started_ns_);
    response->set_authentication(guard_.authentication() == PeerAuthentication::kCertificate
                                     ? v1::AUTHENTICATION_MODE_MUTUAL_TLS
                                     : v1::AUTHENTICATION_MODE_INSECURE_FOR_DEVELOPMENT);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.GatewayService/GetStatus", *request, handler);
}

grpc::Status GatewayServiceImpl::CreateBackup(grpc::ServerContext* context,
                                              const v1::CreateBackupRequest* request,
                                              v1::Backup* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const std::string request_id, RequestIdOr(request->request_id()));
    if (backups_ == nullptr) {
      return Status(Code::kFailedPrecondition, "BACKUP_OFF", "this gateway makes no backups");
    }
    FG_ASSIGN_OR_RETURN(const backup::Manifest made, backups_->Create(call.caller, request_id));
    response->set_file(made.file);
    *response->mutable_create_time() = ToProto(made.created_at);
    *response->mutable_expire_time() = ToProto(made.expires_at);
    response->set_size_bytes(static_cast<std::int64_t>(made.size_bytes));
    response->set_sha256(made.sha256);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.GatewayService/CreateBackup", *request, handler);
}

}  // namespace facegate::rpc
