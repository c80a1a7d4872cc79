// docs/API.md says what the code does.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "facegate/core/metrics.h"
#include "rpc/authorization.h"

namespace facegate::rpc {
namespace {

using model::Role;

std::string Doc() {
  std::ifstream file(FACEGATE_SOURCE_DIR "/docs/API.md");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// "| `GatewayService/Authorize` | controller | `camera` |".
std::string RowOf(const MethodRule& rule) {
  constexpr std::pair<Role, const char*> kRoles[] = {
      {Role::kCamera, "camera"},     {Role::kController, "controller"},
      {Role::kEnroller, "enroller"}, {Role::kOperator, "operator"},
      {Role::kAuditor, "auditor"},   {Role::kViewer, "viewer"},
      {Role::kResolver, "resolver"}, {Role::kSelf, "whoever holds the token"}};
  std::string roles;
  for (const auto& [role, word] : kRoles) {
    if ((rule.roles & RoleBit(role)) == 0) continue;
    roles += (roles.empty() ? "" : ", ") + std::string(word);
  }
  const std::string field(rule.resource_field);
  const std::string prefix(rule.resource_prefix);
  std::string resource = "none";
  if (!field.empty()) resource = prefix.empty() ? field : prefix + "{" + field + "}";
  if (!field.empty()) resource = "`" + resource + "`";
  const std::string method(rule.method.substr(std::string_view("facegate.v1.").size()));
  return "| `" + method + "` | " + roles + " | " + resource + " |";
}

TEST(ApiDoc, HasTheRolesAndResourceOfEveryMethod) {
  const std::string doc = Doc();
  for (const MethodRule& rule : MethodRules()) {
    EXPECT_NE(doc.find(RowOf(rule)), std::string::npos) << RowOf(rule);
  }
}

TEST(ApiDoc, HasEveryMetric) {
  const std::string doc = Doc();
  for (int i = 0; i < static_cast<int>(core::Counter::kCount_); ++i) {
    const std::string name(core::CounterName(static_cast<core::Counter>(i)));
    EXPECT_NE(doc.find("`" + name + "`"), std::string::npos) << name;
  }
  for (int i = 0; i < static_cast<int>(core::Stage::kCount_); ++i) {
    const std::string name(core::StageName(static_cast<core::Stage>(i)));
    EXPECT_NE(doc.find("`" + name + "`"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace facegate::rpc
