// Consent receipts: what is signed, and whether one in somebody's hand is true, with public
// material only (invariant I8). See docs/RECEIPTS.md.
//
// A receipt is one JSON object with a member "facegate", which holds the evidence: the events of
// the consent with their records and proofs, what was agreed, and the signature over all of the
// rest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/crypto/primitives.h"
#include "facegate/report/log_copy.h"

namespace facegate::report {

inline constexpr std::string_view kConsentReceiptFormat = "facegate.consent-receipt/v1";

// SHA-256, in hex, of the receipt without its signature in canonical form: members sorted by name,
// no white space (RFC 8785, since there are no fractions).
std::string ConsentReceiptHash(const core::Json& receipt);

// The receipt with its signature: that of the note whose text is the format's name, a line end,
// "sha256 ", the hash above and a line end.
// Requires: `receipt` has the member "facegate"; tlog::IsValidKeyName(key_name).
core::Json SignConsentReceipt(core::Json receipt, std::string_view key_name,
                              const crypto::SigningKey& key);

// Whether `json` says that it is one.
bool IsConsentReceipt(const core::Json& json);

// What a true consent receipt proves.
struct ConsentReceiptProof {
  struct Event {
    std::string type;  // "consent.granted"
    std::uint64_t index = 0;
    std::string time;  // RFC 3339
    tlog::Hash256 leaf_hash{};
  };
  std::string origin;
  std::string status;  // the word of the last event: "GRANTED"
  std::vector<Event> events;
};

// Checks the signature over the whole, each event's proof and record, and that what the receipt
// says was agreed is what the records say.
//
// Returns INVALID_ARGUMENT BAD_RECEIPT where it is no consent receipt; PERMISSION_DENIED with the
// reason of the first check that fails: SIGNATURE_MALFORMED, SIGNATURE_MISSING, SIGNATURE_BAD,
// ORIGIN_DIFFERS, PROOF_MALFORMED, PROOF_BAD, RECORD_MALFORMED, INDEX_DIFFERS, CLAIM_DIFFERS.
core::Result<ConsentReceiptProof> VerifyConsentReceipt(const core::Json& receipt,
                                                       const LogKeys& keys);

}  // namespace facegate::report
