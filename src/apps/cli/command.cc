#include "apps/cli/command.h"

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

int ParseAndRun(CLI::App& app, Console& console, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kError);
  }
  return static_cast<int>(console.Run());
}

}  // namespace facegate::apps
