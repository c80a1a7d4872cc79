// The command line: everything an operator, an enroller, a door and an auditor may ask.
//
// Exit codes: 0 yes, 1 no, 2 no answer. An answer goes to stdout, an error to stderr.
#include <CLI/CLI.hpp>

#include "apps/cli/commands.h"
#include "apps/cli/global_flags.h"
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
  facegate::apps::AddReceiptCommands(app, session);
  facegate::apps::AddPolicyCommands(app, session);
  facegate::apps::AddModelCommands(app, session);
  facegate::apps::AddKeyCommands(app, session);
  facegate::apps::AddDocsCommands(app, session);
  facegate::apps::AddDrillCommands(app, session);
  facegate::apps::AddAlternativeCommands(app, session);
  facegate::apps::AddBackupCommands(app, session);
  facegate::apps::AddImageCommands(app, session);
  facegate::apps::AddHolderTokenCommands(app, session);
  facegate::apps::AddWitnessCommands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kError);
  }
  return static_cast<int>(session.Run());
}
