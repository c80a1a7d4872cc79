#include "facegate/report/held_checkpoint.h"

#include "facegate/core/json.h"
#include "facegate/report/consent_receipt.h"
#include "facegate/report/receipt.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"

namespace facegate::report {
namespace {

core::Status None() {
  return core::Status(core::Code::kInvalidArgument, "BAD_CHECKPOINT",
                      "it is no checkpoint, and no receipt or proof that holds one");
}

core::Result<std::string> OfConsentReceipt(const core::Json& receipt) {
  const core::Json* evidence = receipt.Find("facegate");
  const core::Json* events = evidence == nullptr ? nullptr : evidence->Find("events");
  if (events == nullptr || !events->is_array() || events->AsArray().empty()) return None();
  const auto proof = tlog::ParseProofFile(events->AsArray().back().StringOr("proof", ""));
  if (!proof.ok()) return None();
  return proof->checkpoint;
}

}  // namespace

core::Result<std::string> HeldCheckpoint(std::string_view text) {
  if (const auto proof = tlog::ParseProofFile(text); proof.ok()) return proof->checkpoint;
  if (const auto note = tlog::ParseNote(text); note.ok()) {
    if (!tlog::ParseCheckpointText(note->text).ok()) return None();
    return std::string(text);
  }
  const auto json = core::Json::Parse(text);
  if (!json.ok()) return None();
  if (IsConsentReceipt(*json)) return OfConsentReceipt(*json);
  const auto receipt = ParseReceipt(text);
  if (!receipt.ok()) return None();
  return receipt->checkpoint;
}

}  // namespace facegate::report
