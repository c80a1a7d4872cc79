// Who calls, and whether that role may call this method on that resource.
//
// One table names every method; a test walks the protos, so that a method without an entry fails
// it.
#pragma once

#include <grpcpp/security/auth_context.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "facegate/core/status.h"
#include "facegate/model/people.h"

namespace google::protobuf {
class Message;
}

namespace facegate::rpc {

// What one method asks of its caller. Where `roles` is kSelf alone, the caller is who holds the
// token of a receipt, which the method itself checks: the certificate says nothing, nor need it.
struct MethodRule {
  std::string_view method;  // "facegate.v1.GatewayService/Authorize"
  std::uint32_t roles = 0;  // a bit for each role that may call it
  // Where the request names the resource it touches: the path of a string field ("camera",
  // "site.name"), after `resource_prefix`. Empty: the method touches no operator's resource.
  std::string_view resource_field;
  std::string_view resource_prefix = "";
};

constexpr std::uint32_t RoleBit(model::Role role) { return 1u << static_cast<unsigned>(role); }

// Every method of facegate.v1.
std::span<const MethodRule> MethodRules();
// Requires: the table has it.
const MethodRule& RuleOf(std::string_view method);

// Reads "urn:facegate:<role>:<resource name>"; the resource is an operator, a site or a camera. The
// principal has no fingerprint yet. Returns UNAUTHENTICATED CERTIFICATE_ROLE_BAD.
core::Result<model::Principal> ParseRoleUri(std::string_view uri);

// The principal of a verified TLS peer. Returns UNAUTHENTICATED CERTIFICATE_MISSING,
// CERTIFICATE_ROLE_MISSING (no urn:facegate URI), CERTIFICATE_ROLE_AMBIGUOUS (several) or
// CERTIFICATE_ROLE_BAD.
core::Result<model::Principal> PrincipalOfPeer(const grpc::AuthContext& peer);

// The principal of a caller in development; `role` is the metadata's word, in lower case, or empty.
// Returns UNAUTHENTICATED ROLE_UNKNOWN.
core::Result<model::Principal> PrincipalInDevelopment(std::string_view role);

// PERMISSION_DENIED ROLE_NOT_ALLOWED unless the role may call the method.
core::Status CheckRole(const MethodRule& rule, const model::Principal& caller);
// PERMISSION_DENIED RESOURCE_NOT_COVERED unless the request's resource is at or below the caller's.
core::Status CheckResource(const MethodRule& rule, const model::Principal& caller,
                           const google::protobuf::Message& request);

// Whether `name` is `resource` or below it. An empty resource covers everything.
bool Covers(std::string_view resource, std::string_view name);

}  // namespace facegate::rpc
