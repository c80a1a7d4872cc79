#include "facegate/report/receipt.h"

#include <algorithm>
#include <utility>

#include "facegate/core/text.h"
#include "facegate/crypto/primitives.h"
#include "facegate/report/record.h"
#include "facegate/tlog/merkle.h"

namespace facegate::report {
namespace {

core::Status BadReceipt(std::string_view what) {
  return core::Status(core::Code::kInvalidArgument, "BAD_RECEIPT", std::string(what));
}

// protobuf's JSON writes 64-bit numbers as strings.
std::optional<std::uint64_t> ReadIndex(const core::Json* json) {
  if (json == nullptr) return 0;  // protobuf leaves out zeros
  if (json->is_int() && json->AsInt() >= 0) return static_cast<std::uint64_t>(json->AsInt());
  if (!json->is_string()) return std::nullopt;
  return core::ParseDecimal(json->AsString());
}

std::optional<core::Hash256> ReadHash(const core::Json* json) {
  if (json == nullptr || !json->is_string()) return std::nullopt;
  const core::Result<core::Bytes> bytes = crypto::Base64Decode(json->AsString());
  core::Hash256 hash{};
  if (!bytes.ok() || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

// A member by its proto name or its lowerCamelCase JSON name.
const core::Json* FindEither(const core::Json& json, std::string_view proto_name,
                             std::string_view json_name) {
  const core::Json* found = json.Find(proto_name);
  return found != nullptr ? found : json.Find(json_name);
}

const core::Json* FindReceipt(const core::Json& json) {
  if (json.Find("checkpoint") != nullptr) return &json;
  if (const core::Json* receipt = json.Find("receipt"); receipt != nullptr) return receipt;
  const core::Json* answer = json.Find("answer");
  return answer != nullptr ? answer->Find("receipt") : nullptr;
}

core::Status Refused(std::string_view reason, std::string_view what) {
  return core::Status(core::Code::kPermissionDenied, std::string(reason), std::string(what));
}

std::string ProofFileOf(const HeldReceipt& receipt) {
  return tlog::EncodeProofFile(
      {std::nullopt, receipt.index, receipt.inclusion_proof, receipt.checkpoint});
}

}  // namespace

core::Result<HeldReceipt> ParseReceipt(std::string_view text) {
  core::Result<core::Json> json = core::Json::Parse(text);
  if (!json.ok()) return BadReceipt("it is no JSON");
  const core::Json* body = FindReceipt(*json);
  if (body == nullptr || !body->is_object()) return BadReceipt("it holds no receipt");

  HeldReceipt receipt;
  const core::Json* origin = FindEither(*body, "log_origin", "logOrigin");
  if (origin == nullptr || !origin->is_string()) return BadReceipt("it has no log_origin");
  receipt.origin = origin->AsString();
  const std::optional<std::uint64_t> index = ReadIndex(body->Find("index"));
  if (!index) return BadReceipt("its index is no number");
  receipt.index = *index;
  if (const core::Json* entry = body->Find("entry"); entry != nullptr) {
    if (!entry->is_string()) return BadReceipt("its entry is no text");
    core::Result<core::Bytes> bytes = crypto::Base64Decode(entry->AsString());
    if (!bytes.ok()) return BadReceipt("its entry is no base64");
    if (!bytes->empty()) receipt.entry = std::string(core::AsText(*bytes));
  }
  const std::optional<core::Hash256> leaf = ReadHash(FindEither(*body, "leaf_hash", "leafHash"));
  if (!leaf) return BadReceipt("its leaf_hash is no hash");
  receipt.leaf_hash = *leaf;
  receipt.checkpoint = body->StringOr("checkpoint", "");
  const core::Json* proof = FindEither(*body, "inclusion_proof", "inclusionProof");
  if (proof != nullptr) {
    if (!proof->is_array()) return BadReceipt("its inclusion_proof is no list");
    for (const core::Json& item : proof->AsArray()) {
      const std::optional<core::Hash256> hash = ReadHash(&item);
      if (!hash) return BadReceipt("its inclusion_proof holds no hash");
      receipt.inclusion_proof.push_back(*hash);
    }
  }
  if (const core::Json* file = FindEither(*body, "proof_file", "proofFile"); file != nullptr) {
    if (!file->is_string()) return BadReceipt("its proof_file is no text");
    if (!file->AsString().empty()) receipt.proof_file = file->AsString();
  }
  if (const core::Json* time = FindEither(*body, "record_time", "recordTime"); time != nullptr) {
    if (!time->is_string()) return BadReceipt("its record_time is no text");
    core::Result<core::Timestamp> at = core::ParseRfc3339(time->AsString());
    if (!at.ok()) return BadReceipt("its record_time is no time");
    receipt.record_time = *at;
  }
  return receipt;
}

core::Result<ReceiptProof> VerifyReceipt(const HeldReceipt& receipt, const LogKeys& keys) {
  core::Result<tlog::Checkpoint> checkpoint = OpenCheckpoint(receipt.checkpoint, keys);
  if (!checkpoint.ok()) {
    const bool unsigned_ = checkpoint.status().code() == core::Code::kPermissionDenied;
    return Refused(unsigned_ ? checkpoint.status().reason() : "CHECKPOINT_MALFORMED",
                   "the checkpoint is not signed by this log");
  }
  if (checkpoint->origin != receipt.origin) {
    return Refused("ORIGIN_DIFFERS", "the receipt names another log than its checkpoint");
  }
  if (receipt.index >= checkpoint->size) {
    return Refused("PROOF_BAD", "the checkpoint is older than the record");
  }
  FG_RETURN_IF_ERROR(tlog::VerifyInclusion(receipt.leaf_hash, receipt.index, checkpoint->size,
                                           receipt.inclusion_proof, checkpoint->root));
  if (receipt.proof_file && *receipt.proof_file != ProofFileOf(receipt)) {
    return Refused("CLAIM_DIFFERS", "the proof file is not that of the receipt's own proof");
  }
  ReceiptProof proof;
  proof.index = receipt.index;
  proof.log_size = checkpoint->size;
  if (!receipt.entry) return proof;

  if (tlog::LeafHash(core::AsBytes(*receipt.entry)) != receipt.leaf_hash) {
    return Refused("RECORD_DIFFERS", "the record is not the one that the proof is about");
  }
  FG_ASSIGN_OR_RETURN(OpenedRecord record, OpenRecord(*receipt.entry, keys));
  if (record.index != receipt.index) {
    return Refused("INDEX_DIFFERS", "the record says that it belongs elsewhere");
  }
  if (receipt.record_time && *receipt.record_time != record.time) {
    return Refused("CLAIM_DIFFERS", "the record was made at another time than the receipt says");
  }
  proof.record = std::move(record.line);
  return proof;
}

}  // namespace facegate::report
