#include "rpc/resource_methods.h"

#include "facegate/core/check.h"
#include "rpc/resource_messages.h"

namespace facegate::rpc {

using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

std::string TextIn(const Message& request, const std::string& field) {
  return request.GetReflection()->GetString(request, &FieldOf(request, field));
}

const Message& MessageIn(const Message& request, const std::string& field) {
  return request.GetReflection()->GetMessage(request, &FieldOf(request, field));
}

Message& AddTo(Message& response) {
  const google::protobuf::Descriptor& type = *response.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (!type.field(i)->is_repeated()) continue;
    return *response.GetReflection()->AddMessage(&response, type.field(i));
  }
  FG_CHECK(false);
}

core::Result<registry::Caller> CallerOf(const Call& call, const Message& request) {
  FG_ASSIGN_OR_RETURN(std::string id, RequestIdOr(TextIn(request, "request_id")));
  return registry::Caller{call.caller, std::move(id)};
}

bool IsWhole(const FieldMask& mask) {
  return mask.paths_size() == 0 || (mask.paths_size() == 1 && mask.paths(0) == "*");
}

core::Status CheckMask(const Message& body, const FieldMask& mask) {
  using google::protobuf::util::FieldMaskUtil;
  for (const std::string& path : mask.paths()) {
    const bool own = path == "name" || path == "etag" || path == "log_index";
    if (own || !FieldMaskUtil::GetFieldDescriptors(body.GetDescriptor(), path, nullptr)) {
      return core::Status(core::Code::kInvalidArgument, "BAD_UPDATE_MASK",
                          "update_mask names fields of the resource that may be written, or is "
                          "\"*\"");
    }
  }
  return core::Status::Ok();
}

}  // namespace facegate::rpc
