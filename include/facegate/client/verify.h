// Verification without a server: receipts and copies of a log, with public keys alone (I8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"

namespace facegate::client {

// The public keys of a log, as its operator published them.
struct LogKeys {
  tlog::VerifierKey checkpoint;
  tlog::VerifierKey record;
};
// From the JSON form of facegate.v1.LogKeys. Returns INVALID_ARGUMENT BAD_VKEY.
core::Result<LogKeys> ParseLogKeys(const core::Json& keys);

struct VerifiedReceipt {
  tlog::Checkpoint checkpoint;
  std::uint64_t index = 0;
  // The record, if the receipt carries it: one JSON object.
  std::optional<core::Json> record;
};

// Checks a receipt (the JSON form of facegate.v1.Receipt): the checkpoint's signature and origin,
// the inclusion of the leaf, and, where the entry is there, that it is the leaf, is signed by the
// record key and names the receipt's index.
//
// Returns INVALID_ARGUMENT BAD_RECEIPT if it is not one; PERMISSION_DENIED RECEIPT_MISMATCH (entry,
// leaf hash, index or origin disagree), PROOF_BAD, SIGNATURE_MISSING or SIGNATURE_BAD if it does
// not hold; and INVALID_ARGUMENT BAD_CHECKPOINT or BAD_NOTE.
core::Result<VerifiedReceipt> VerifyReceipt(const core::Json& receipt, const LogKeys& keys);

// Checks a copy of a whole log, a C2SP tlog-tiles directory as AuditService/ExportEntries streams
// it: that the records of its bundles are signed, are numbered without a gap and make the root of
// its signed checkpoint. Reads every record.
//
// Returns NOT_FOUND COPY_INCOMPLETE (names the file); DATA_LOSS RECORD_BAD (names the index);
// PERMISSION_DENIED ROOT_MISMATCH, SIGNATURE_MISSING or SIGNATURE_BAD; INVALID_ARGUMENT
// BAD_CHECKPOINT, BAD_NOTE or BAD_BUNDLE.
core::Result<tlog::Checkpoint> VerifyLogCopy(const std::string& directory, const LogKeys& keys);

}  // namespace facegate::client
