// The auditor's kit: checks a copy of a log with public keys alone. One static file that needs no
// server, no models and no library of the machine it runs on.
//
// Exit codes: 0 yes, 1 no, 2 no answer. An answer goes to stdout, an error to stderr.
#include <CLI/CLI.hpp>

#include "apps/audit/copy_commands.h"
#include "apps/cli/command.h"
#include "apps/cli/console.h"

namespace facegate::apps {
namespace {

class KitConsole final : public Console {
 public:
  KitConsole() : Console("facegate-audit") {}
  bool json() const override { return json_; }
  bool& json_flag() { return json_; }

 private:
  bool json_ = false;
};

}  // namespace
}  // namespace facegate::apps

int main(int argc, char** argv) {
  CLI::App app("facegate-audit: checks a copy of a facegate log, offline.", "facegate-audit");
  app.require_subcommand(1);
  app.set_version_flag("--version", FACEGATE_VERSION);
  app.footer(
      "Exit codes: 0 yes, 1 no, 2 error. `facegate-audit COMMAND --help` shows an example.\n"
      "The keys come once, by a way that you trust; a copy from `facegate audit export`.");
  facegate::apps::KitConsole console;
  app.add_flag("--json", console.json_flag(), "Whole answers as JSON");
  facegate::apps::AddCopyCommands(app, console, "facegate-audit");
  facegate::apps::AddCopyReaders(app, console, "facegate-audit");
  return facegate::apps::ParseAndRun(app, console, argc, argv);
}
