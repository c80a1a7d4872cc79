#include "rpc/image_service.h"

#include <string>
#include <vector>

#include "facegate/model/ids.h"
#include "rpc/consent_messages.h"

namespace facegate::rpc {
namespace {

using core::Status;

v1::KeptImage ToProto(const model::KeptImage& image) {
  v1::KeptImage proto;
  proto.set_name(model::ImageName(image.op, image.subject, image.id));
  proto.set_purpose(model::PurposeName(image.op, image.purpose));
  proto.set_site(model::SiteName(image.op, image.site));
  proto.set_consent(model::ConsentName(image.op, image.subject, image.consent));
  proto.set_kept(ToProtoEnum<v1::ImageRetention>(image.kept));
  *proto.mutable_create_time() = rpc::ToProto(image.created_at);
  *proto.mutable_expire_time() = rpc::ToProto(image.expires_at);
  proto.set_log_index(static_cast<std::int64_t>(image.log_index));
  return proto;
}

}  // namespace

grpc::Status ImageServiceImpl::ListImages(grpc::ServerContext* context,
                                          const v1::ListImagesRequest* request,
                                          v1::ListImagesResponse* response) {
  const auto handler = [&](const Call&) -> Status {
    FG_ASSIGN_OR_RETURN(const model::SubjectRef subject,
                        model::ParseSubjectName(request->parent()));
    FG_ASSIGN_OR_RETURN(
        const std::vector<model::KeptImage> images,
        ReadPage(tokens_, *request, *response, [&](std::string_view after, std::size_t limit) {
          return images_.List(subject, after, limit);
        }));
    for (const model::KeptImage& image : images) *response->add_images() = ToProto(image);
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ImageService/ListImages", *request, handler);
}

grpc::Status ImageServiceImpl::ViewImage(grpc::ServerContext* context,
                                         const v1::ViewImageRequest* request,
                                         v1::ViewImageResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const model::ImageRef ref, model::ParseImageName(request->name()));
    FG_ASSIGN_OR_RETURN(const auto reason,
                        RequiredEnum<model::ImageViewReason>(request->reason(), "BAD_VIEW_REASON"));
    FG_ASSIGN_OR_RETURN(const consent::ViewedImage viewed, images_.View(caller, ref, reason));
    *response->mutable_image() = ToProto(viewed.image);
    response->set_jpeg(std::string(core::AsText(viewed.jpeg.span())));
    *response->mutable_receipt() = rpc::ToProto(viewed.receipt, DetailFor(call.caller.role));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ImageService/ViewImage", *request, handler);
}

grpc::Status ImageServiceImpl::DeleteImage(grpc::ServerContext* context,
                                           const v1::DeleteImageRequest* request,
                                           v1::DeleteImageResponse* response) {
  const auto handler = [&](const Call& call) -> Status {
    FG_ASSIGN_OR_RETURN(const consent::Caller caller, CallerOf(call, request->request_id()));
    FG_ASSIGN_OR_RETURN(const model::ImageRef ref, model::ParseImageName(request->name()));
    FG_ASSIGN_OR_RETURN(const audit::Receipt receipt, images_.Delete(caller, ref));
    *response->mutable_receipt() = rpc::ToProto(receipt, DetailFor(call.caller.role));
    return Status::Ok();
  };
  return guard_.Unary(*context, "facegate.v1.ImageService/DeleteImage", *request, handler);
}

}  // namespace facegate::rpc
