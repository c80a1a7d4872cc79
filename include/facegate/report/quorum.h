// Whether a copy of a log ends at a checkpoint that enough witnesses cosigned.
#pragma once

#include <map>
#include <string>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/tlog/policy.h"

namespace facegate::report {

struct QuorumReport {
  std::map<std::string, core::Timestamp> cosigners;  // by the policy's name; and when, as they say
  bool is_met = false;
};

// Reads the copy's `checkpoint` and verifies the cosignatures of the policy's witnesses; others are
// ignored. That the log signed it, and that the records are its, is VerifyLogCopy's to say.
// Returns NOT_FOUND FILE_MISSING for a copy without a checkpoint, INVALID_ARGUMENT BAD_NOTE for one
// that is no note.
core::Result<QuorumReport> CheckQuorum(const std::string& directory,
                                       const tlog::WitnessPolicy& policy);

}  // namespace facegate::report
