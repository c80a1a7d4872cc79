// The command line: everything an operator, an enroller, a door and an auditor may ask.
//
// Exit codes: 0 yes, 1 no, 2 no answer. An answer goes to stdout, an error to stderr.
#include <CLI/CLI.hpp>

#include "apps/cli/commands.h"
#include "apps/cli/global_flags.h"
#include "apps/cli/session.h"

int main(int argc, char** argv) {
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
  return facegate::apps::ParseAndRun(app, session, argc, argv);
}
