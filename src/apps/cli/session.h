// What every command of the CLI shares: the global flags, the connection, and how it answers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "facegate/client/client.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"

namespace facegate::apps {

// The exit code: an answer is yes or no; an error is no answer.
enum class Exit { kYes = 0, kNo = 1, kError = 2 };

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
class Session {
 public:
  using Action = std::function<core::Result<Exit>()>;

  GlobalFlags& flags() { return flags_; }
  const GlobalFlags& flags() const { return flags_; }

  // What the parsed command does. The last one set wins.
  void SetAction(Action action) { action_ = std::move(action); }
  // Runs the action; an error goes to stderr.
  Exit Run();

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

  bool json() const { return flags_.json; }
  // One line to stdout.
  void Say(std::string_view line) const;
  // The whole answer, where --json asks for it, else `line`.
  void Answer(const core::Json& answer, std::string_view line) const;

 private:
  GlobalFlags flags_;
  Action action_;
  std::unique_ptr<client::Client> client_;
};

// A bar on stderr for work that takes longer than a moment; silent where stderr is no terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label);
  ~ProgressBar();  // ends the line
  void Show(std::uint64_t done, std::uint64_t total);

 private:
  const std::string label_;
  const bool visible_;
  int shown_percent_ = -1;
};

// The whole file. Returns NOT_FOUND FILE_UNREADABLE, which names it.
core::Result<std::string> ReadWholeFile(const std::string& path);
// Returns UNAVAILABLE FILE_UNWRITABLE, which names it.
core::Status WriteWholeFile(const std::string& path, std::string_view content);

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
