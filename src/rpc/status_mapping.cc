#include "rpc/status_mapping.h"

#include <string>

#include "facegate/v1/errors.pb.h"

namespace facegate::rpc {

grpc::Status ToGrpc(const core::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());  // the numbers are gRPC's
  const std::string message = status.reason() + ": " + status.message();
  v1::ErrorInfo info;
  info.set_reason(status.reason());
  info.set_domain("facegate");
  v1::ErrorStatus details;
  details.set_code(static_cast<int>(code));
  details.set_message(message);
  google::protobuf::Any& any = *details.add_details();
  any.set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  any.set_value(info.SerializeAsString());
  return grpc::Status(code, message, details.SerializeAsString());
}

grpc::Status ToGrpc(const core::Status& status, grpc::ServerContextBase& context) {
  if (!status.ok()) context.AddTrailingMetadata(kReasonMetadata, status.reason());
  return ToGrpc(status);
}

}  // namespace facegate::rpc
