// One record of a log, opened with the log's record key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/tlog/note.h"

namespace facegate::report {

struct OpenedRecord {
  core::Json line;
  std::string type;
  std::uint64_t index = 0;
  core::Timestamp time;
};

// Verifies the signature and reads what every record has.
// Returns what tlog::VerifyNote returns, or PERMISSION_DENIED RECORD_MALFORMED.
core::Result<OpenedRecord> OpenRecord(std::string_view entry, const tlog::VerifierKey& key);

}  // namespace facegate::report
