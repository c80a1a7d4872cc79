// The messages of registry resources to the resources and back.
#pragma once

#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"
#include "facegate/registry/registry_service.h"
#include "facegate/v1/resources.pb.h"
#include "rpc/messages.h"

namespace facegate::rpc {

model::Region FromProto(const v1::Region& region);
// What a door is told of an alternative: what it is and whether it works.
v1::Alternative ToProto(const model::Alternative& alternative);

// For every kind of resource R:
//   FromProto  the resource of that name, with the message's fields. Returns INVALID_ARGUMENT
//              BAD_NAME, BAD_<ENUM> for an enum that is required and unspecified, or unknown,
//              BAD_DATE, BAD_TIMESTAMP, or <FIELD>_ELSEWHERE for a link to what is not of the same
//              operator (of the same site, for a camera's access point).
//   ToProto    with name, etag and log_index.
#define FG_DECLARE(R)                                                          \
  core::Result<model::R> FromProto(std::string_view name, const v1::R& proto); \
  v1::R ToProto(const registry::Entry<model::R>& entry);
FG_EACH_KIND(FG_DECLARE)
#undef FG_DECLARE

// An etag is opaque to clients. Empty reads as revision 0, "whichever is current"; anything that
// ToProto does not write is ABORTED REVISION_MOVED, as an etag of long ago is.
std::string EtagOf(std::uint64_t revision);
core::Result<std::uint64_t> RevisionOf(std::string_view etag);

}  // namespace facegate::rpc
