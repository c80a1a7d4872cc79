#include "client/json_messages.h"

#include <google/protobuf/util/json_util.h>

#include <charconv>
#include <string>
#include <utility>

#include "facegate/v1/alternative_service.pb.h"
#include "facegate/v1/audit_service.pb.h"
#include "facegate/v1/consent_service.pb.h"
#include "facegate/v1/custody_service.pb.h"
#include "facegate/v1/duty_service.pb.h"
#include "facegate/v1/gateway_service.pb.h"
#include "facegate/v1/image_service.pb.h"
#include "facegate/v1/registry_service.pb.h"

namespace facegate::client {
namespace {

using core::Code;
using core::Json;
using core::Status;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

constexpr int kJsonDepthMax = 64;
constexpr std::string_view kPackage = "facegate.v1.";

// Naming a message of each file keeps the linker from dropping the files that nothing else names.
const DescriptorPool& Pool() {
  static const DescriptorPool* pool = [] {
    (void)v1::AuthorizeRequest::descriptor();
    (void)v1::CreateSubjectRequest::descriptor();
    (void)v1::CreateSiteRequest::descriptor();
    (void)v1::CreateComplaintRequest::descriptor();
    (void)v1::IssuePassRequest::descriptor();
    (void)v1::ListImagesRequest::descriptor();
    (void)v1::RotateHolderKeyRequest::descriptor();
    return v1::ListRecordsRequest::descriptor()->file()->pool();
  }();
  return *pool;
}

// An integer that protobuf's mapping wrote as a string.
Json Number(const Json& value) {
  if (!value.is_string()) return value;
  std::int64_t number = 0;
  const std::string& text = value.AsString();
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() ? Json(number) : value;
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

Json WithNumbers(const Json& json, const Descriptor& type);

// One value of a field, an element where the field repeats.
Json ValueWithNumbers(const Json& value, const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) return Number(value);
  if (IsMessage(field)) return WithNumbers(value, *field.message_type());
  return value;
}

Json FieldWithNumbers(const Json& value, const FieldDescriptor& field) {
  if (field.is_map() && value.is_object()) {
    Json map = Json::MakeObject();
    for (const auto& [key, each] : value.AsObject()) {
      map.Set(key, ValueWithNumbers(each, *field.message_type()->map_value()));
    }
    return map;
  }
  if (field.is_repeated() && value.is_array()) {
    Json array = Json::MakeArray();
    for (const Json& each : value.AsArray()) array.Push(ValueWithNumbers(each, field));
    return array;
  }
  return ValueWithNumbers(value, field);
}

Json WithNumbers(const Json& json, const Descriptor& type) {
  if (!json.is_object()) return json;  // a well-known type, written as a string
  Json object = Json::MakeObject();
  for (const auto& [name, value] : json.AsObject()) {
    const FieldDescriptor* field = type.FindFieldByCamelcaseName(name);
    object.Set(name, field == nullptr ? value : FieldWithNumbers(value, *field));
  }
  return object;
}

}  // namespace

core::Result<const MethodDescriptor*> FindMethod(std::string_view method) {
  std::string name(method);
  const std::size_t slash = name.find('/');
  if (slash != std::string::npos) name[slash] = '.';
  if (!name.starts_with(kPackage)) name.insert(0, kPackage);
  const MethodDescriptor* found =
      slash == std::string::npos ? nullptr : Pool().FindMethodByName(name);
  if (found == nullptr) {
    return Status(Code::kInvalidArgument, "METHOD_UNKNOWN",
                  "no method " + std::string(method) + "; write it as Service/Method");
  }
  return found;
}

std::unique_ptr<google::protobuf::Message> NewMessage(const Descriptor* type) {
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  return std::unique_ptr<google::protobuf::Message>(factory->GetPrototype(type)->New());
}

Status FillMessage(const Json& json, google::protobuf::Message& message) {
  const auto status = google::protobuf::util::JsonStringToMessage(json.Dump(), &message);
  if (status.ok()) return Status::Ok();
  return Status(Code::kInvalidArgument, "BAD_REQUEST", status.message().ToString());
}

core::Result<Json> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) {
    return Status(Code::kInternal, "BAD_ANSWER", "the answer has no JSON form");
  }
  FG_ASSIGN_OR_RETURN(const Json json, Json::Parse(text, kJsonDepthMax));
  return WithNumbers(json, *message.GetDescriptor());
}

}  // namespace facegate::client
