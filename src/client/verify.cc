#include "facegate/client/verify.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "facegate/tlog/merkle.h"

namespace facegate::client {
namespace {

using core::Code;
using core::Hash256;
using core::Json;
using core::Status;

Status BadReceipt(const char* what) {
  return Status(Code::kInvalidArgument, "BAD_RECEIPT", std::string("the receipt's ") + what);
}

Status Mismatch(const char* what) {
  return Status(Code::kPermissionDenied, "RECEIPT_MISMATCH", what);
}

core::Result<Hash256> ParseHash(const Json& value) {
  if (value.is_string()) {
    const core::Result<core::Bytes> bytes = crypto::Base64Decode(value.AsString());
    Hash256 hash{};
    if (bytes.ok() && bytes->size() == hash.size()) {
      std::copy(bytes->begin(), bytes->end(), hash.begin());
      return hash;
    }
  }
  return BadReceipt("hashes are 32 bytes in base64");
}

core::Result<std::vector<Hash256>> ParseProof(const Json& receipt) {
  std::vector<Hash256> proof;
  const Json* hashes = receipt.Find("inclusionProof");
  if (hashes == nullptr || !hashes->is_array()) return proof;
  for (const Json& each : hashes->AsArray()) {
    FG_ASSIGN_OR_RETURN(const Hash256 hash, ParseHash(each));
    proof.push_back(hash);
  }
  return proof;
}

// The object inside a signed record that must stand at `index`.
core::Result<Json> OpenRecord(std::string_view entry, std::uint64_t index,
                              const tlog::VerifierKey& key) {
  FG_ASSIGN_OR_RETURN(const tlog::Note note, tlog::ParseNote(entry));
  FG_RETURN_IF_ERROR(tlog::VerifyNote(note, key));
  std::string_view line = note.text;
  if (line.ends_with('\n')) line.remove_suffix(1);
  FG_ASSIGN_OR_RETURN(Json record, Json::Parse(line));
  if (record.IntOr("index", -1) != static_cast<std::int64_t>(index)) {
    return Mismatch("the record names another index");
  }
  return record;
}

core::Result<core::Bytes> ReadFile(const std::string& directory, const std::string& path) {
  std::ifstream file(std::filesystem::path(directory) / path, std::ios::binary);
  if (!file) {
    return Status(Code::kNotFound, "COPY_INCOMPLETE", "the copy has no file " + path);
  }
  return core::Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace

core::Result<LogKeys> ParseLogKeys(const Json& keys) {
  LogKeys parsed;
  FG_ASSIGN_OR_RETURN(parsed.checkpoint,
                      tlog::VerifierKey::Parse(keys.StringOr("checkpointVkey", "")));
  FG_ASSIGN_OR_RETURN(parsed.record, tlog::VerifierKey::Parse(keys.StringOr("recordVkey", "")));
  return parsed;
}

core::Result<VerifiedReceipt> VerifyReceipt(const Json& receipt, const LogKeys& keys) {
  const Json* leaf_json = receipt.Find("leafHash");
  const std::int64_t index = receipt.IntOr("index", -1);
  if (leaf_json == nullptr) return BadReceipt("leafHash is missing");
  if (index < 0) return BadReceipt("index is missing");
  FG_ASSIGN_OR_RETURN(const Hash256 leaf, ParseHash(*leaf_json));
  FG_ASSIGN_OR_RETURN(const std::vector<Hash256> proof, ParseProof(receipt));

  VerifiedReceipt verified;
  verified.index = static_cast<std::uint64_t>(index);
  FG_ASSIGN_OR_RETURN(verified.checkpoint,
                      tlog::OpenCheckpoint(receipt.StringOr("checkpoint", ""), keys.checkpoint));
  if (verified.checkpoint.origin != receipt.StringOr("logOrigin", "")) {
    return Mismatch("the checkpoint is of another log");
  }
  FG_RETURN_IF_ERROR(tlog::VerifyInclusion(leaf, verified.index, verified.checkpoint.size, proof,
                                           verified.checkpoint.root));
  const std::string entry_base64 = receipt.StringOr("entry", "");
  if (entry_base64.empty()) return verified;
  const core::Result<core::Bytes> entry = crypto::Base64Decode(entry_base64);
  if (!entry.ok()) return BadReceipt("entry is not base64");
  if (tlog::LeafHash(*entry) != leaf) return Mismatch("the record is not the leaf");
  FG_ASSIGN_OR_RETURN(verified.record,
                      OpenRecord(core::AsText(*entry), verified.index, keys.record));
  return verified;
}

core::Result<tlog::Checkpoint> VerifyLogCopy(const std::string& directory, const LogKeys& keys) {
  FG_ASSIGN_OR_RETURN(const core::Bytes note, ReadFile(directory, "checkpoint"));
  FG_ASSIGN_OR_RETURN(const tlog::Checkpoint checkpoint,
                      tlog::OpenCheckpoint(core::AsText(note), keys.checkpoint));
  constexpr std::uint64_t kWidth = tlog::kTileWidth;
  tlog::RootAccumulator tree;
  for (std::uint64_t n = 0; n * kWidth < checkpoint.size; ++n) {
    const std::uint64_t width = std::min(kWidth, checkpoint.size - n * kWidth);
    const std::string path = tlog::BundlePath(n, static_cast<int>(width));
    FG_ASSIGN_OR_RETURN(const core::Bytes bytes, ReadFile(directory, path));
    FG_ASSIGN_OR_RETURN(const std::vector<std::string> entries, tlog::ParseBundle(bytes));
    if (entries.size() != width) {
      return Status(Code::kNotFound, "COPY_INCOMPLETE", path + " has too few or too many records");
    }
    for (const std::string& entry : entries) {
      const core::Result<Json> record = OpenRecord(entry, tree.size(), keys.record);
      if (!record.ok()) {
        return Status(Code::kDataLoss, "RECORD_BAD",
                      "record " + std::to_string(tree.size()) + ": " + record.status().ToString());
      }
      tree.Append(tlog::LeafHash(core::AsBytes(entry)));
    }
  }
  if (tree.Root() != checkpoint.root) {
    return Status(Code::kPermissionDenied, "ROOT_MISMATCH",
                  "the records do not make the root that the checkpoint signs");
  }
  return checkpoint;
}

}  // namespace facegate::client
