// Subcommands of any of the programs.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/cli/console.h"

namespace facegate::apps {

// A subcommand whose --help ends with an example.
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& what,
                     const std::string& example);
// A subcommand that only holds others.
CLI::App* AddGroup(CLI::App& parent, const std::string& name, const std::string& what);

// Has a subcommand do `run` with its flags, which live as long as it does. `Host` is a Console.
template <class Host, class Flags>
void SetRun(CLI::App& command, Host& host, const std::shared_ptr<Flags>& flags,
            core::Result<Exit> (*run)(Host&, const Flags&)) {
  command.callback(
      [&host, flags, run] { host.SetAction([&host, flags, run] { return run(host, *flags); }); });
}

// Parses the command line and runs what it asks for; gives the exit code.
int ParseAndRun(CLI::App& app, Console& console, int argc, char** argv);

}  // namespace facegate::apps
