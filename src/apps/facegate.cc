// The command line: everything an operator, an enroller, a door and an auditor may ask.
//
// Exit codes: 0 yes, 1 no, 2 no answer. An answer goes to stdout, an error to stderr.
#include <CLI/CLI.hpp>

#include "apps/cli/commands.h"
#include "apps/cli/session.h"

namespace facegate::apps {

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& what,
                     const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->footer("Example:\n  " + example);
  command->fallthrough();
  return command;
}

CLI::App* AddGroup(CLI::App& parent, const std::string& name, const std::string& what) {
  CLI::App* group = parent.add_subcommand(name, what);
  group->require_subcommand(1);
  group->fallthrough();
  return group;
}

namespace {

void AddGlobalFlags(CLI::App& app, GlobalFlags& flags) {
  app.add_option("--address", flags.address, "host:port of facegated")
      ->envname("FACEGATE_ADDRESS")
      ->capture_default_str();
  app.add_option("--tls-ca", flags.tls_ca, "Authority of the server's certificate, PEM")
      ->envname("FACEGATE_TLS_CA");
  app.add_option("--tls-cert", flags.tls_cert, "This caller's certificate, PEM")
      ->envname("FACEGATE_TLS_CERT");
  app.add_option("--tls-key", flags.tls_key, "Its key, PEM")->envname("FACEGATE_TLS_KEY");
  app.add_option("--tls-name", flags.tls_name, "Name in the server's certificate")
      ->envname("FACEGATE_TLS_NAME");
  app.add_flag("--insecure-development", flags.insecure_development,
               "No encryption, no proof of who calls: for a server on this machine");
  app.add_option("--role", flags.role, "The role to claim, with --insecure-development")
      ->envname("FACEGATE_ROLE")
      ->capture_default_str();
  app.add_option("--operator", flags.op, "Id of the operator that relative names are below")
      ->envname("FACEGATE_OPERATOR");
  app.add_option("--timeout-ms", flags.timeout_ms, "Of each call, retries included")
      ->check(CLI::Range(1, 600'000))
      ->capture_default_str();
  app.add_flag("--json", flags.json, "Whole answers as JSON");
}

}  // namespace
}  // namespace facegate::apps

int main(int argc, char** argv) {
  using facegate::apps::Exit;
  CLI::App app("facegate: asks a facegate server, and checks what it answered.");
  app.require_subcommand(1);
  app.footer("Exit codes: 0 yes, 1 no, 2 error. `facegate COMMAND --help` shows an example.");
  facegate::apps::Session session;
  facegate::apps::AddGlobalFlags(app, session.flags());
  facegate::apps::AddRecognitionCommands(app, session);
  facegate::apps::AddPeopleCommands(app, session);
  facegate::apps::AddRegistryCommands(app, session);
  facegate::apps::AddAuditCommands(app, session);
  facegate::apps::AddPolicyCommands(app, session);
  facegate::apps::AddModelCommands(app, session);
  facegate::apps::AddKeyCommands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kError);
  }
  return static_cast<int>(session.Run());
}
