#include "apps/cli/session.h"

#include <utility>

#include "facegate/core/time.h"

namespace facegate::apps {
namespace {

core::Result<client::Authentication> AuthenticationOf(const GlobalFlags& flags) {
  if (!flags.insecure_development) {
    if (flags.tls_ca.empty() || flags.tls_cert.empty() || flags.tls_key.empty()) {
      return core::Status(core::Code::kInvalidArgument, "CREDENTIALS_MISSING",
                          "give --tls-ca, --tls-cert and --tls-key, or for a server on this "
                          "machine alone --insecure-development");
    }
    client::MutualTls tls;
    tls.certificate_path = flags.tls_cert;
    tls.key_path = flags.tls_key;
    tls.server_ca_path = flags.tls_ca;
    tls.server_name = flags.tls_name;
    return client::Authentication(std::move(tls));
  }
  const std::optional<model::Role> role = model::FromWord<model::Role>(flags.role);
  if (!role) {
    return core::Status(
        core::Code::kInvalidArgument, "ROLE_UNKNOWN",
        "--role is CAMERA, CONTROLLER, ENROLLER, OPERATOR, AUDITOR, VIEWER or RESOLVER");
  }
  client::InsecureForDevelopment insecure;
  insecure.role = *role;
  return client::Authentication(insecure);
}

}  // namespace

core::Result<client::Client*> Session::Connect() {
  if (client_ == nullptr) {
    FG_ASSIGN_OR_RETURN(const client::Authentication authentication, AuthenticationOf(flags_));
    client::ClientOptions options;
    options.target = flags_.address;
    options.timeout_ms = flags_.timeout_ms;
    FG_ASSIGN_OR_RETURN(client_, client::Client::Create(authentication, options));
  }
  return client_.get();
}

core::Result<core::Json> Session::Call(std::string_view method, const core::Json& request,
                                       const client::Attachment* attachment) {
  FG_ASSIGN_OR_RETURN(client::Client * client, Connect());
  return client->Call(method, request, attachment);
}

core::Status Session::ForEach(std::string_view method, core::Json request, std::string_view plural,
                              const std::function<core::Status(const core::Json&)>& take) {
  std::string token;
  do {
    request.Set("page_token", token);
    FG_ASSIGN_OR_RETURN(const core::Json page, Call(method, request));
    if (const core::Json& items = MemberOrNull(page, plural); items.is_array()) {
      for (const core::Json& item : items.AsArray()) FG_RETURN_IF_ERROR(take(item));
    }
    token = page.StringOr("nextPageToken", "");
  } while (!token.empty());
  return core::Status::Ok();
}

std::string Session::FullName(std::string_view name) const {
  if (name.starts_with("operators/") || flags_.op.empty()) return std::string(name);
  return "operators/" + flags_.op + "/" + std::string(name);
}

std::string Session::ShortName(const std::string& name) const {
  return flags_.op.empty() ? name : ShortWord(name, OperatorName() + "/");
}

core::Result<Exit> ListAll(Session& session, const std::string& method, const std::string& plural,
                           const std::string& parent,
                           const std::function<std::string(const core::Json&)>& line) {
  core::Json request = core::Json::MakeObject();
  request.Set("parent", parent);
  core::Json all = core::Json::MakeArray();
  FG_RETURN_IF_ERROR(session.ForEach(method, request, plural, [&](const core::Json& item) {
    if (!session.json()) session.Say(line(item));
    all.Push(item);
    return core::Status::Ok();
  }));
  if (session.json()) session.Say(all.DumpPretty());
  return Exit::kYes;
}

std::string ShortWord(std::string_view word, std::string_view prefix) {
  if (word.starts_with(prefix)) word.remove_prefix(prefix.size());
  return std::string(word);
}

const core::Json& MemberOrNull(const core::Json& json, std::string_view name) {
  static const core::Json kNull;
  const core::Json* found = json.Find(name);
  return found == nullptr ? kNull : *found;
}

std::string DaysFromNow(int days) {
  return core::FormatRfc3339(core::SystemClock().Now() + days * core::kMsPerDay);
}

}  // namespace facegate::apps
