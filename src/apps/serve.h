// The server as a function of its options and its clock.
#pragma once

#include <cstdint>
#include <string>

#include "facegate/core/status.h"
#include "facegate/core/time.h"

namespace facegate::apps {

struct ServeOptions {
  std::string config_path;
  bool insecure_for_development = false;  // neither encrypts nor authenticates
  std::int64_t sweep_ms = 60'000;         // how often is looked for what fell due
};

// Serves until SIGTERM or SIGINT; SIGHUP reloads the rules. Every part has its time from `clock`,
// which must outlive the call. Call it before any thread is made.
// Returns the reason why it could not start or had to stop.
core::Status Serve(const ServeOptions& options, const core::Clock& clock);

}  // namespace facegate::apps
