// The auditor's commands: a copy of a log, looked at without a server.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "apps/cli/console.h"

namespace facegate::apps {

// verify compare report explain gaps reconcile check-proof. `program` is what examples begin with.
void AddCopyCommands(CLI::App& group, Console& console, const std::string& program);
// list prove: what `facegate audit` asks the server.
void AddCopyReaders(CLI::App& group, Console& console, const std::string& program);

}  // namespace facegate::apps
