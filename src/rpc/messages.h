// Conversions that every service needs: enums, times, hashes, receipts.
//
// Conversion is total and decides nothing; what a message should have held is the domain's to say.
#pragma once

#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/timestamp.pb.h>

#include <optional>
#include <string>
#include <string_view>

#include "facegate/audit/outcome.h"
#include "facegate/core/bytes.h"
#include "facegate/core/check.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/enums.h"
#include "facegate/v1/resources.pb.h"

namespace facegate::rpc {

// How much of the reason a caller learns.
enum class Detail { kCoarse, kFine };
// Coarse for cameras and controllers.
Detail DetailFor(model::Role role);

// A proto enum's value is the model's word behind the prefix that its X_UNSPECIFIED shows.
template <class Proto>
std::string_view EnumPrefix() {
  std::string_view zero =
      google::protobuf::GetEnumDescriptor<Proto>()->FindValueByNumber(0)->name();
  zero.remove_suffix(std::string_view("UNSPECIFIED").size());
  return zero;
}

template <class Proto, class Model>
Proto ToProtoEnum(Model value) {
  const std::string name = std::string(EnumPrefix<Proto>()) + std::string(model::Word(value));
  const auto* found = google::protobuf::GetEnumDescriptor<Proto>()->FindValueByName(name);
  FG_CHECK(found != nullptr);  // a test walks both vocabularies
  return static_cast<Proto>(found->number());
}

// Nothing for UNSPECIFIED and for numbers that this version does not know.
template <class Model, class Proto>
std::optional<Model> FromProtoEnum(Proto value) {
  const auto* found = google::protobuf::GetEnumDescriptor<Proto>()->FindValueByNumber(value);
  if (found == nullptr || found->number() == 0) return std::nullopt;
  const std::string_view name = found->name();
  return model::FromWord<Model>(name.substr(EnumPrefix<Proto>().size()));
}

// The same, where a value is required: INVALID_ARGUMENT with `reason`.
template <class Model, class Proto>
core::Result<Model> RequiredEnum(Proto value, const char* reason) {
  if (const std::optional<Model> known = FromProtoEnum<Model>(value)) return *known;
  return core::Status(core::Code::kInvalidArgument, reason,
                      "set a value of " + std::string(EnumPrefix<Proto>()) + "*");
}

google::protobuf::Timestamp ToProto(core::Timestamp time);
// Returns INVALID_ARGUMENT BAD_TIMESTAMP outside the years 0001 to 9999.
core::Result<core::Timestamp> FromProto(const google::protobuf::Timestamp& time);

std::string HashBytes(const core::Hash256& hash);

// A receipt as a person or an auditor gets it, or without the record for a coarse caller.
v1::Receipt ToProto(const audit::Receipt& receipt, Detail detail);

}  // namespace facegate::rpc
