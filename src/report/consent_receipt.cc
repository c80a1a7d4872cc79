#include "facegate/report/consent_receipt.h"

#include <algorithm>
#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/core/check.h"
#include "facegate/core/text.h"
#include "facegate/report/record.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"

namespace facegate::report {
namespace {

using core::Code;
using core::Json;
using core::Result;
using core::Status;

constexpr std::string_view kEvidence = "facegate";
constexpr std::string_view kSignature = "signature";
constexpr std::string_view kEventPrefix = "consent.";
constexpr std::string_view kNarrowed = "consent.narrowed";  // the consent stands, for less

Status BadReceipt(std::string_view what) {
  return Status(Code::kInvalidArgument, "BAD_RECEIPT", std::string(what));
}

Status Refused(std::string_view reason, std::string_view what) {
  return Status(Code::kPermissionDenied, std::string(reason), std::string(what));
}

Json Sorted(const Json& json) {
  if (json.is_array()) {
    Json sorted = Json::MakeArray();
    for (const Json& item : json.AsArray()) sorted.Push(Sorted(item));
    return sorted;
  }
  if (!json.is_object()) return json;
  Json::Object members = json.AsObject();
  std::sort(members.begin(), members.end(),
            [](const Json::Member& a, const Json::Member& b) { return a.first < b.first; });
  Json sorted = Json::MakeObject();
  for (const auto& [name, value] : members) sorted.Set(name, Sorted(value));
  return sorted;
}

Json WithoutSignature(const Json& receipt) {
  Json all = Json::MakeObject();
  for (const auto& [name, value] : receipt.AsObject()) {
    if (name != kEvidence) {
      all.Set(name, value);
      continue;
    }
    Json evidence = Json::MakeObject();
    for (const auto& [inner, inner_value] : value.AsObject()) {
      if (inner != kSignature) evidence.Set(inner, inner_value);
    }
    all.Set(name, std::move(evidence));
  }
  return all;
}

std::string SignedText(const Json& receipt) {
  return std::string(kConsentReceiptFormat) + "\nsha256 " + ConsentReceiptHash(receipt) + "\n";
}

Status VerifySignature(const Json& receipt, const Json& evidence, const LogKeys& keys) {
  const std::string line = evidence.StringOr(kSignature, "");
  const Result<tlog::Note> note = tlog::ParseNote(SignedText(receipt) + "\n" + line + "\n");
  if (!note.ok() || note->signatures.size() != 1) {
    return Refused("SIGNATURE_MALFORMED", "the receipt's signature is no signature line");
  }
  Status verified = VerifyRecordNote(*note, keys);
  if (verified.ok()) return verified;
  return Refused(verified.reason(), "the receipt is not as this log's record key signed it");
}

// One event's record, proved to be in the log.
struct ProvedEvent {
  OpenedRecord record;
  tlog::Hash256 leaf_hash{};
};

Result<ProvedEvent> OpenEvent(const Json& event, const Json& evidence, const LogKeys& keys) {
  const Result<tlog::ProofFile> proof = tlog::ParseProofFile(event.StringOr("proof", ""));
  const Result<core::Bytes> entry = crypto::Base64Decode(event.StringOr("entry", ""));
  if (!proof.ok() || !entry.ok()) {
    return Refused("PROOF_MALFORMED", "an event has no record, or no proof of it");
  }
  const Result<tlog::Checkpoint> checkpoint = VerifyProof(*proof, *entry, keys);
  if (!checkpoint.ok()) {
    const bool is_refusal = checkpoint.status().code() == Code::kPermissionDenied;
    return Refused(is_refusal ? checkpoint.status().reason() : "PROOF_MALFORMED",
                   "an event's proof does not hold");
  }
  if (checkpoint->origin != evidence.StringOr("log_origin", "")) {
    return Refused("ORIGIN_DIFFERS", "the receipt names another log than its proofs");
  }
  FG_ASSIGN_OR_RETURN(OpenedRecord record, OpenRecord(core::AsText(*entry), keys));
  const bool is_same = record.index == proof->index && event.IntOr("index", -1) >= 0 &&
                       static_cast<std::uint64_t>(event.IntOr("index", -1)) == record.index;
  if (!is_same) return Refused("INDEX_DIFFERS", "an event's record belongs elsewhere in the log");
  return ProvedEvent{std::move(record), tlog::LeafHash(*entry)};
}

// Where an event stands among the others.
struct Place {
  bool is_last = false;
  // The person took back, after it, that images are kept: the receipt says what is left.
  bool narrowed_later = false;
};

Json WithoutImages(const Json& scopes) {
  if (!scopes.is_array()) return scopes;
  Json left = Json::MakeArray();
  for (const Json& scope : scopes.AsArray()) {
    if (scope != Json("ORIGINAL_IMAGE_RETENTION")) left.Push(scope);
  }
  return left;
}

// What a record has of the agreement must be what the receipt says. Asking may have shown another
// notice, at another place, than the answer that came later.
Status CheckClaims(const Json& evidence, const Json& event, const OpenedRecord& record,
                   const Place& place) {
  if (record.type != event.StringOr("type", "") || !record.type.starts_with(kEventPrefix)) {
    return Refused("CLAIM_DIFFERS", "a record is of another event than the receipt says");
  }
  if (record.line.StringOr("time", "") != event.StringOr("time", "")) {
    return Refused("CLAIM_DIFFERS", "an event's time is not its record's");
  }
  const Json* scopes = record.line.Find("scopes");
  const Json* said_scopes = evidence.Find("scopes");
  if (scopes == nullptr || said_scopes == nullptr ||
      (place.narrowed_later ? WithoutImages(*scopes) : *scopes) != *said_scopes) {
    return Refused("CLAIM_DIFFERS", "the records say otherwise: scopes");
  }
  std::vector<const char*> members = {"site", "purpose", "purpose_version"};
  if (place.is_last || record.type != "consent.requested") {
    for (const char* member :
         {"notice_sha256", "alternative_offered", "channel", "form", "given_by", "expires_at"}) {
      members.push_back(member);
    }
  }
  for (const char* member : members) {
    const Json* recorded = record.line.Find(member);
    const Json* said = evidence.Find(member);
    const bool agree =
        recorded == nullptr || said == nullptr ? recorded == said : *recorded == *said;
    if (!agree) {
      return Refused("CLAIM_DIFFERS", std::string("the records say otherwise: ") + member);
    }
  }
  return Status::Ok();
}

}  // namespace

std::string ConsentReceiptHash(const Json& receipt) {
  return core::HexEncode(crypto::Sha256(core::AsBytes(Sorted(WithoutSignature(receipt)).Dump())));
}

Json SignConsentReceipt(Json receipt, std::string_view key_name, const crypto::SigningKey& key) {
  const Json* evidence = receipt.Find(kEvidence);
  FG_CHECK(evidence != nullptr && evidence->is_object());
  tlog::Note note;
  note.text = SignedText(receipt);
  tlog::SignNote(note, key_name, key);
  std::string line = tlog::EncodeNote(note).substr(note.text.size() + 1);
  line.pop_back();  // the line end
  Json completed = *evidence;
  completed.Set(kSignature, std::move(line));
  receipt.Set(kEvidence, std::move(completed));
  return receipt;
}

bool IsConsentReceipt(const Json& json) {
  const Json* evidence = json.Find(kEvidence);
  return evidence != nullptr && evidence->StringOr("format", "") == kConsentReceiptFormat;
}

Result<ConsentReceiptProof> VerifyConsentReceipt(const Json& receipt, const LogKeys& keys) {
  if (!IsConsentReceipt(receipt)) return BadReceipt("it is no consent receipt of this format");
  const Json& evidence = *receipt.Find(kEvidence);
  FG_RETURN_IF_ERROR(VerifySignature(receipt, evidence, keys));
  const Json* events = evidence.Find("events");
  if (events == nullptr || !events->is_array() || events->AsArray().empty()) {
    return BadReceipt("it has no events");
  }
  ConsentReceiptProof proof;
  proof.origin = evidence.StringOr("log_origin", "");
  const auto& all = events->AsArray();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Json& event = all[i];
    const bool narrowed_later =
        std::any_of(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(),
                    [](const Json& later) { return later.StringOr("type", "") == kNarrowed; });
    FG_ASSIGN_OR_RETURN(const ProvedEvent proved, OpenEvent(event, evidence, keys));
    const OpenedRecord& record = proved.record;
    FG_RETURN_IF_ERROR(CheckClaims(evidence, event, record, {i + 1 == all.size(), narrowed_later}));
    proof.events.push_back(
        {record.type, record.index, event.StringOr("time", ""), proved.leaf_hash});
  }
  proof.status = evidence.StringOr("status", "");
  const std::string& last = proof.events.back().type;
  const std::string state =
      last == kNarrowed ? "GRANTED" : core::AsciiUpper(last.substr(kEventPrefix.size()));
  if (state != proof.status) {
    return Refused("CLAIM_DIFFERS", "the last record is of another state than the receipt says");
  }
  return proof;
}

}  // namespace facegate::report
