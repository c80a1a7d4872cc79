#include "rpc/registry_messages.h"

#include <charconv>

#include "rpc/resource_messages.h"

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kEtagPrefix = "r";

template <class R, class Proto>
core::Result<R> ResourceFrom(std::string_view name, const Proto& proto) {
  FG_ASSIGN_OR_RETURN(R resource, model::ParseNameOf<R>(name));
  MessageReader reader(proto);
  model::Fields<R>::Visit(reader, resource);
  if (!reader.status().ok()) return reader.status();
  return resource;
}

template <class Proto, class R>
Proto MessageOf(const registry::Entry<R>& entry) {
  Proto proto;
  MessageWriter writer(proto);
  model::Fields<R>::Visit(writer, entry.resource);
  proto.set_name(model::NameOf(entry.resource));
  proto.set_etag(EtagOf(entry.revision));
  proto.set_log_index(static_cast<std::int64_t>(entry.log_index));
  return proto;
}

}  // namespace

const FieldDescriptor& FieldOf(const google::protobuf::Message& message, std::string_view name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(name));
  FG_CHECK(field != nullptr);
  return *field;
}

int NumberOfWord(const FieldDescriptor& field, std::string_view type, std::string_view word) {
  const std::string name = std::string(type) + "_" + std::string(word);
  const EnumValueDescriptor* value = field.enum_type()->FindValueByName(name);
  FG_CHECK(value != nullptr);
  return value->number();
}

std::optional<std::string_view> WordOfNumber(const FieldDescriptor& field, std::string_view type,
                                             int number) {
  if (number == 0) return "";
  const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
  if (value == nullptr) return std::nullopt;
  return std::string_view(value->name()).substr(type.size() + 1);
}

Status BadEnum(std::string_view type) {
  return Status(Code::kInvalidArgument, "BAD_" + std::string(type),
                "set a value of " + std::string(type) + "_*");
}

Status LinkElsewhere(std::string_view field, std::string_view prefix) {
  std::string reason(field);
  for (char& c : reason) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const std::string_view collection = prefix.substr(prefix.rfind('/', prefix.size() - 2) + 1);
  return Status(Code::kInvalidArgument, reason + "_ELSEWHERE",
                std::string(field) + " must be the name of one of its own " +
                    std::string(collection.substr(0, collection.size() - 1)));
}

model::Region FromProto(const v1::Region& region) {
  return {region.x0(), region.y0(), region.x1(), region.y1()};
}

v1::Alternative ToProto(const model::Alternative& alternative) {
  v1::Alternative proto;
  proto.set_kind(ToProtoEnum<v1::AlternativeKind>(alternative.kind));
  proto.set_display_name(alternative.display_name);
  proto.set_operational(alternative.operational);
  return proto;
}

#define FG_DEFINE(R)                                                            \
  core::Result<model::R> FromProto(std::string_view name, const v1::R& proto) { \
    return ResourceFrom<model::R>(name, proto);                                 \
  }                                                                             \
  v1::R ToProto(const registry::Entry<model::R>& entry) { return MessageOf<v1::R>(entry); }
FG_EACH_KIND(FG_DEFINE)
#undef FG_DEFINE

std::string EtagOf(std::uint64_t revision) {
  return std::string(kEtagPrefix) + std::to_string(revision);
}

core::Result<std::uint64_t> RevisionOf(std::string_view etag) {
  if (etag.empty()) return std::uint64_t{0};
  std::uint64_t revision = 0;
  const char* end = etag.data() + etag.size();
  const bool prefixed = etag.starts_with(kEtagPrefix);
  if (prefixed) etag.remove_prefix(kEtagPrefix.size());
  const auto parsed = std::from_chars(etag.data(), end, revision);
  if (!prefixed || parsed.ec != std::errc() || parsed.ptr != end || revision == 0) {
    return Status(Code::kAborted, "REVISION_MOVED", "the etag is not of the current revision");
  }
  return revision;
}

}  // namespace facegate::rpc
