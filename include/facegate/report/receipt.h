// A receipt in somebody's hand, checked with public material only (invariant I8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/report/log_copy.h"

namespace facegate::report {

// The JSON form of facegate.v1.Receipt.
struct HeldReceipt {
  std::string origin;
  std::uint64_t index = 0;
  std::optional<std::string> entry;  // doors and cameras get none
  core::Hash256 leaf_hash{};
  std::string checkpoint;  // signed note
  std::vector<core::Hash256> inclusion_proof;
  std::optional<std::string> proof_file;       // the same as a C2SP tlog-proof file
  std::optional<core::Timestamp> record_time;  // only the entry can bear it out
};

// Reads a receipt, or what carries one: {"receipt": ...} or {"answer": {"receipt": ...}}. Unknown
// members are ignored. Returns INVALID_ARGUMENT BAD_RECEIPT.
core::Result<HeldReceipt> ParseReceipt(std::string_view json);

// What a true receipt proves.
struct ReceiptProof {
  std::uint64_t index = 0;
  std::uint64_t log_size = 0;
  std::optional<core::Json> record;  // the record's line, where the receipt carries it
};

// Checks the checkpoint's signature, the inclusion of the leaf, that a proof file says the same,
// and where the receipt carries its record that it is that leaf, signed, and says the same index
// and time. Without its record nothing bears out record_time. Returns PERMISSION_DENIED with the
// reason of the first check that fails.
core::Result<ReceiptProof> VerifyReceipt(const HeldReceipt& receipt, const LogKeys& keys);

}  // namespace facegate::report
