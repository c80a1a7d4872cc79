// JSON to messages of facegate.v1 and back, by the descriptors that are compiled in.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string_view>

#include "facegate/core/json.h"
#include "facegate/core/status.h"

namespace facegate::client {

// "facegate.v1.ConsentService/GetConsent" or "ConsentService/GetConsent".
// Returns INVALID_ARGUMENT METHOD_UNKNOWN.
core::Result<const google::protobuf::MethodDescriptor*> FindMethod(std::string_view method);

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor* type);

// Returns INVALID_ARGUMENT BAD_REQUEST, which says where.
core::Status FillMessage(const core::Json& json, google::protobuf::Message& message);

// protobuf's JSON mapping, default values included, 64-bit integers as numbers.
// Returns INTERNAL BAD_ANSWER for a message that has no JSON form (a timestamp out of range).
core::Result<core::Json> ToJson(const google::protobuf::Message& message);

}  // namespace facegate::client
