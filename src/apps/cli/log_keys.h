// The public keys of a log on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/report/log_copy.h"

namespace facegate::apps {

// The option --log-key, required.
void AddLogKeys(CLI::App& command, std::vector<std::string>& keys);
// Each is a verifier key, or a file with verifier keys, one a line; gives all of them so.
core::Result<std::string> ReadKeyLines(const std::vector<std::string>& given);
// The same, read as the keys of one log.
core::Result<report::LogKeys> ReadLogKeys(const std::vector<std::string>& given);

}  // namespace facegate::apps
