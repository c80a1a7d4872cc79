#include "rpc/registry_messages.h"

#include <charconv>

namespace facegate::rpc {
namespace {

using core::Code;
using core::Status;

constexpr std::string_view kEtagPrefix = "r";

// What every resource's message shares.
template <class Proto, class R>
Proto Envelope(const registry::Entry<R>& entry) {
  Proto proto;
  proto.set_name(model::NameOf(entry.resource));
  proto.set_etag(EtagOf(entry.revision));
  proto.set_log_index(static_cast<std::int64_t>(entry.log_index));
  return proto;
}

}  // namespace

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

core::Result<model::Operator> FromProto(std::string_view name, const v1::Operator& proto) {
  model::Operator value;
  FG_ASSIGN_OR_RETURN(value.id, model::ParseOperatorName(name));
  value.display_name = proto.display_name();
  return value;
}

core::Result<model::Site> FromProto(std::string_view name, const v1::Site& proto) {
  FG_ASSIGN_OR_RETURN(const model::SiteRef ref, model::ParseSiteName(name));
  model::Site value;
  value.op = ref.op;
  value.id = ref.site;
  value.display_name = proto.display_name();
  FG_ASSIGN_OR_RETURN(value.venue_kind,
                      RequiredEnum<model::VenueKind>(proto.venue_kind(), "BAD_VENUE_KIND"));
  value.country = proto.country();
  value.region = proto.region();
  value.city = proto.city();
  value.public_place = proto.public_place();
  return value;
}

core::Result<model::AccessPoint> FromProto(std::string_view name, const v1::AccessPoint& proto) {
  FG_ASSIGN_OR_RETURN(const model::AccessPointRef ref, model::ParseAccessPointName(name));
  model::AccessPoint value;
  value.op = ref.op;
  value.site = ref.site;
  value.id = ref.access_point;
  value.display_name = proto.display_name();
  for (const v1::Alternative& each : proto.alternatives()) {
    model::Alternative alternative;
    FG_ASSIGN_OR_RETURN(alternative.kind,
                        RequiredEnum<model::AlternativeKind>(each.kind(), "BAD_ALTERNATIVE_KIND"));
    alternative.display_name = each.display_name();
    alternative.operational = !each.has_operational() || each.operational();
    value.alternatives.push_back(std::move(alternative));
  }
  return value;
}

core::Result<model::Camera> FromProto(std::string_view name, const v1::Camera& proto) {
  FG_ASSIGN_OR_RETURN(const model::CameraRef ref, model::ParseCameraName(name));
  model::Camera value;
  value.op = ref.op;
  value.site = ref.site;
  value.id = ref.camera;
  value.display_name = proto.display_name();
  FG_ASSIGN_OR_RETURN(value.use, RequiredEnum<model::CameraUse>(proto.use(), "BAD_CAMERA_USE"));
  if (!proto.access_point().empty()) {
    FG_ASSIGN_OR_RETURN(const model::AccessPointRef point,
                        model::ParseAccessPointName(proto.access_point()));
    if (point.op != ref.op || point.site != ref.site) {
      return Status(Code::kInvalidArgument, "ACCESS_POINT_ELSEWHERE",
                    "a camera's access point must be of its own site");
    }
    value.access_point = point.access_point;
  }
  if (proto.has_region_of_interest()) {
    value.region_of_interest = FromProto(proto.region_of_interest());
  }
  if (proto.min_face_px() != 0) value.min_face_px = proto.min_face_px();
  return value;
}

core::Result<model::Purpose> FromProto(std::string_view name, const v1::Purpose& proto) {
  FG_ASSIGN_OR_RETURN(const model::PurposeRef ref, model::ParsePurposeName(name));
  model::Purpose value;
  value.op = ref.op;
  value.id = ref.purpose;
  value.display_name = proto.display_name();
  FG_ASSIGN_OR_RETURN(value.category, RequiredEnum<model::PurposeCategory>(proto.category(),
                                                                           "BAD_PURPOSE_CATEGORY"));
  if (proto.retention_days() != 0) value.retention_days = proto.retention_days();
  value.necessity_statement = proto.necessity_statement();
  value.alternatives_assessed = proto.alternatives_assessed();
  return value;
}

core::Result<model::Notice> FromProto(std::string_view name, const v1::Notice& proto) {
  FG_ASSIGN_OR_RETURN(const model::NoticeRef ref, model::ParseNoticeName(name));
  model::Notice value;
  value.op = ref.op;
  value.purpose = ref.purpose;
  value.id = ref.notice;
  if (proto.purpose_version() != 0) value.purpose_version = proto.purpose_version();
  value.language = proto.language();
  value.text = proto.text();
  return value;
}

v1::Operator ToProto(const registry::Entry<model::Operator>& entry) {
  auto proto = Envelope<v1::Operator>(entry);
  proto.set_display_name(entry.resource.display_name);
  return proto;
}

v1::Site ToProto(const registry::Entry<model::Site>& entry) {
  auto proto = Envelope<v1::Site>(entry);
  proto.set_display_name(entry.resource.display_name);
  proto.set_venue_kind(ToProtoEnum<v1::VenueKind>(entry.resource.venue_kind));
  proto.set_country(entry.resource.country);
  proto.set_region(entry.resource.region);
  proto.set_city(entry.resource.city);
  proto.set_public_place(entry.resource.public_place);
  return proto;
}

v1::AccessPoint ToProto(const registry::Entry<model::AccessPoint>& entry) {
  auto proto = Envelope<v1::AccessPoint>(entry);
  proto.set_display_name(entry.resource.display_name);
  for (const model::Alternative& alternative : entry.resource.alternatives) {
    *proto.add_alternatives() = ToProto(alternative);
  }
  return proto;
}

v1::Camera ToProto(const registry::Entry<model::Camera>& entry) {
  const model::Camera& camera = entry.resource;
  auto proto = Envelope<v1::Camera>(entry);
  proto.set_display_name(camera.display_name);
  proto.set_use(ToProtoEnum<v1::CameraUse>(camera.use));
  if (!camera.access_point.empty()) {
    proto.set_access_point(model::AccessPointName(camera.op, camera.site, camera.access_point));
  }
  v1::Region& region = *proto.mutable_region_of_interest();
  region.set_x0(camera.region_of_interest.x0);
  region.set_y0(camera.region_of_interest.y0);
  region.set_x1(camera.region_of_interest.x1);
  region.set_y1(camera.region_of_interest.y1);
  proto.set_min_face_px(camera.min_face_px);
  return proto;
}

v1::Purpose ToProto(const registry::Entry<model::Purpose>& entry) {
  auto proto = Envelope<v1::Purpose>(entry);
  proto.set_display_name(entry.resource.display_name);
  proto.set_version(entry.resource.version);
  proto.set_category(ToProtoEnum<v1::PurposeCategory>(entry.resource.category));
  proto.set_retention_days(entry.resource.retention_days);
  proto.set_necessity_statement(entry.resource.necessity_statement);
  proto.set_alternatives_assessed(entry.resource.alternatives_assessed);
  return proto;
}

v1::Notice ToProto(const registry::Entry<model::Notice>& entry) {
  auto proto = Envelope<v1::Notice>(entry);
  proto.set_purpose_version(entry.resource.purpose_version);
  proto.set_language(entry.resource.language);
  proto.set_text(entry.resource.text);
  proto.set_text_sha256(entry.resource.text_sha256);
  return proto;
}

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
