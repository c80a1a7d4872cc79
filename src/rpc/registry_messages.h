// RegistryService's messages to the registry's resources and back.
#pragma once

#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/model/resources.h"
#include "facegate/registry/registry_service.h"
#include "facegate/v1/registry_service.pb.h"
#include "rpc/messages.h"

namespace facegate::rpc {

model::Region FromProto(const v1::Region& region);
v1::Alternative ToProto(const model::Alternative& alternative);

// The resource of that name, with the message's fields. Return INVALID_ARGUMENT BAD_NAME, or
// BAD_VENUE_KIND, BAD_ALTERNATIVE_KIND, BAD_CAMERA_USE, BAD_PURPOSE_CATEGORY for an enum that is
// unspecified or unknown, or ACCESS_POINT_ELSEWHERE if a camera's access point is not of its site.
core::Result<model::Operator> FromProto(std::string_view name, const v1::Operator& proto);
core::Result<model::Site> FromProto(std::string_view name, const v1::Site& proto);
core::Result<model::AccessPoint> FromProto(std::string_view name, const v1::AccessPoint& proto);
core::Result<model::Camera> FromProto(std::string_view name, const v1::Camera& proto);
core::Result<model::Purpose> FromProto(std::string_view name, const v1::Purpose& proto);
core::Result<model::Notice> FromProto(std::string_view name, const v1::Notice& proto);

// With name, etag and log_index.
v1::Operator ToProto(const registry::Entry<model::Operator>& entry);
v1::Site ToProto(const registry::Entry<model::Site>& entry);
v1::AccessPoint ToProto(const registry::Entry<model::AccessPoint>& entry);
v1::Camera ToProto(const registry::Entry<model::Camera>& entry);
v1::Purpose ToProto(const registry::Entry<model::Purpose>& entry);
v1::Notice ToProto(const registry::Entry<model::Notice>& entry);

// An etag is opaque to clients. Empty reads as revision 0, "whichever is current"; anything that
// ToProto does not write is ABORTED REVISION_MOVED, as an etag of long ago is.
std::string EtagOf(std::uint64_t revision);
core::Result<std::uint64_t> RevisionOf(std::string_view etag);

}  // namespace facegate::rpc
