// What every command of the CLI shares: the global flags, the connection, and how it answers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "apps/cli/console.h"
#include "facegate/client/client.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"

namespace facegate::apps {

struct GlobalFlags {
  std::string address = "127.0.0.1:8443";
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_name;
  bool insecure_development = false;
  std::string role = "OPERATOR";  // with insecure_development alone
  std::string op;                 // id of the operator that relative names are below
  bool json = false;
  int timeout_ms = 10'000;
};

// One run of the program: one command, at most one connection. Not thread-safe.
class Session final : public Console {
 public:
  Session() : Console("facegate") {}

  GlobalFlags& flags() { return flags_; }
  const GlobalFlags& flags() const { return flags_; }

  // The client, connected on first use.
  core::Result<client::Client*> Connect();
  core::Result<core::Json> Call(std::string_view method, const core::Json& request,
                                const client::Attachment* attachment = nullptr);

  // Follows the pages of a list method; `take` gets each item of the member `plural`.
  core::Status ForEach(std::string_view method, core::Json request, std::string_view plural,
                       const std::function<core::Status(const core::Json&)>& take);

  // "operators/{--operator}".
  std::string OperatorName() const { return "operators/" + flags_.op; }
  // "sites/lobby" below --operator; a full name ("operators/...") stays what it is.
  std::string FullName(std::string_view name) const;
  // The inverse, for people: relative to --operator where it is below it.
  std::string ShortName(const std::string& name) const;

  bool json() const override { return flags_.json; }

 private:
  GlobalFlags flags_;
  std::unique_ptr<client::Client> client_;
};

// Says a line for each item of a list method, or all of them where --json asks for that.
core::Result<Exit> ListAll(Session& session, const std::string& method, const std::string& plural,
                           const std::string& parent,
                           const std::function<std::string(const core::Json&)>& line);

// "VERDICT_ALLOW" without "VERDICT_".
std::string ShortWord(std::string_view word, std::string_view prefix);
// The member of that name, or null where there is none.
const core::Json& MemberOrNull(const core::Json& json, std::string_view name);
// "2026-03-02T08:00:00Z": `days` from now.
std::string DaysFromNow(int days);

}  // namespace facegate::apps
