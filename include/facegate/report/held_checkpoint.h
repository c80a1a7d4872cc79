// The checkpoint in whatever somebody kept of a log.
#pragma once

#include <string>
#include <string_view>

#include "facegate/core/status.h"

namespace facegate::report {

// The signed note inside a receipt (JSON), a consent receipt (its newest event's), a C2SP
// tlog-proof file, or a checkpoint itself. Nothing is verified. Returns INVALID_ARGUMENT
// BAD_CHECKPOINT where there is none.
core::Result<std::string> HeldCheckpoint(std::string_view text);

}  // namespace facegate::report
