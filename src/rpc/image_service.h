// ImageService over consent::ImageDesk.
#pragma once

#include "facegate/consent/image_desk.h"
#include "facegate/v1/image_service.grpc.pb.h"
#include "rpc/call_guard.h"
#include "rpc/page_tokens.h"

namespace facegate::rpc {

// Thread-safe.
class ImageServiceImpl final : public v1::ImageService::Service {
 public:
  // All must outlive it.
  ImageServiceImpl(CallGuard& guard, const PageTokens& tokens, consent::ImageDesk& images)
      : guard_(guard), tokens_(tokens), images_(images) {}

  grpc::Status ListImages(grpc::ServerContext* context, const v1::ListImagesRequest* request,
                          v1::ListImagesResponse* response) override;
  grpc::Status ViewImage(grpc::ServerContext* context, const v1::ViewImageRequest* request,
                         v1::ViewImageResponse* response) override;
  grpc::Status DeleteImage(grpc::ServerContext* context, const v1::DeleteImageRequest* request,
                           v1::DeleteImageResponse* response) override;

 private:
  CallGuard& guard_;
  const PageTokens& tokens_;
  consent::ImageDesk& images_;
};

}  // namespace facegate::rpc
