// The flags that every client program takes.
#pragma once

#include <CLI/CLI.hpp>

#include "apps/cli/session.h"

namespace facegate::apps {

// Adds them to `app`; each that names a place or a credential also reads an environment variable.
void AddGlobalFlags(CLI::App& app, GlobalFlags& flags);

}  // namespace facegate::apps
