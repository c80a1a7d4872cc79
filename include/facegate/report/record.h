// One record of a log, read from the signed note that is its entry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/report/log_keys.h"
#include "facegate/tlog/note.h"

namespace facegate::report {

struct OpenedRecord {
  core::Json line;
  std::string type;
  std::uint64_t index = 0;
  core::Timestamp time;
};

// Verifies the signature, by the key or by any generation of the keys, and reads what every record
// has. Returns what tlog::VerifyNote returns, or PERMISSION_DENIED RECORD_MALFORMED.
core::Result<OpenedRecord> OpenRecord(std::string_view entry, const tlog::VerifierKey& key);
core::Result<OpenedRecord> OpenRecord(std::string_view entry, const LogKeys& keys);

// What every record has, of a note whose signatures the caller looks at.
// Returns PERMISSION_DENIED RECORD_MALFORMED.
core::Result<OpenedRecord> ReadRecord(const tlog::Note& note);

// What says most about a record, on one line: "decision VERIFY_1TO1 ALLOW MATCHED".
std::string SummaryOf(const core::Json& line);

}  // namespace facegate::report
