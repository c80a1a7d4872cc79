#include "backup/manifest.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/durable_file.h"
#include "facegate/core/json.h"
#include "facegate/crypto/primitives.h"
#include "facegate/tlog/note.h"

namespace facegate::backup {
namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Json;
using core::Result;
using core::Status;

constexpr std::size_t kManifestBytesMax = 1u << 20;
constexpr std::string_view kType = "facegate.backup";

// Backups have a key of their own, named after the gateway: none of a log.
std::string KeyName(const std::string& gateway_name) { return gateway_name + "/backups"; }

Status Damaged(const std::string& path) {
  return Status(Code::kDataLoss, "MANIFEST_DAMAGED", path + ": not a manifest of a backup");
}

Result<tlog::Note> ReadNote(const std::string& backup_path) {
  const std::string path = backup_path + std::string(kManifestSuffix);
  const auto content = core::ReadWholeFile(path, kManifestBytesMax);
  if (content.status().code() == Code::kNotFound) {
    return Status(Code::kNotFound, "MANIFEST_MISSING", path + ": a backup needs its manifest");
  }
  if (!content.ok()) return Damaged(path);
  auto note = tlog::ParseNote(*content);
  if (!note.ok()) return Damaged(path);
  return note;
}

Result<Manifest> Parse(const std::string& line, const std::string& path) {
  const auto json = Json::Parse(line);
  if (!json.ok() || json->StringOr("type", "") != kType) return Damaged(path);
  Manifest manifest;
  manifest.gateway_name = json->StringOr("gateway_name", "");
  manifest.file = json->StringOr("file", "");
  manifest.sha256 = json->StringOr("sha256", "");
  manifest.kek_fingerprint = json->StringOr("kek_fingerprint", "");
  manifest.schema_version = static_cast<int>(json->IntOr("schema_version", 0));
  manifest.size_bytes = static_cast<std::uint64_t>(json->IntOr("size_bytes", 0));
  const auto created = core::ParseRfc3339(json->StringOr("created_at", ""));
  const auto expires = core::ParseRfc3339(json->StringOr("expires_at", ""));
  const Json* logs = json->Find("logs");
  if (!created.ok() || !expires.ok() || logs == nullptr || !logs->is_object()) {
    return Damaged(path);
  }
  manifest.created_at = *created;
  manifest.expires_at = *expires;
  for (const auto& [name, size] : logs->AsObject()) {
    const auto op = model::OperatorId::Parse(name);
    if (!op.ok() || !size.is_int() || size.AsInt() < 0) return Damaged(path);
    manifest.log_sizes.emplace(*op, static_cast<std::uint64_t>(size.AsInt()));
  }
  return manifest;
}

}  // namespace

Result<FileHash> HashFile(const std::string& path) {
  constexpr std::size_t kPartBytes = std::size_t{1} << 20;
  std::ifstream file(path, std::ios::binary);
  FileHash result;
  core::Bytes part(kPartBytes);
  const core::Hash256 hash = crypto::Sha256([&]() -> core::ByteSpan {
    file.read(reinterpret_cast<char*>(part.data()), static_cast<std::streamsize>(part.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    result.size_bytes += count;
    return core::ByteSpan(part).first(count);
  });
  if (!file.eof()) {
    return Status(Code::kUnavailable, "BACKUP_UNREADABLE", "cannot read " + path);
  }
  result.sha256 = core::HexEncode(hash);
  return result;
}

std::string EncodeManifest(const Manifest& manifest, const crypto::KeyRing& keys) {
  Json logs = Json::MakeObject();
  for (const auto& [op, size] : manifest.log_sizes) logs.Set(op.str(), size);
  Json json = Json::MakeObject();
  json.Set("v", 1)
      .Set("type", kType)
      .Set("gateway_name", manifest.gateway_name)
      .Set("file", manifest.file)
      .Set("created_at", core::FormatRfc3339(manifest.created_at))
      .Set("expires_at", core::FormatRfc3339(manifest.expires_at))
      .Set("schema_version", manifest.schema_version)
      .Set("size_bytes", manifest.size_bytes)
      .Set("sha256", manifest.sha256)
      .Set("kek_fingerprint", manifest.kek_fingerprint)
      .Set("logs", std::move(logs));
  tlog::Note note{json.Dump() + "\n", {}};
  const std::string name = KeyName(manifest.gateway_name);
  tlog::SignNote(note, name, keys.RecordKey(name));
  return tlog::EncodeNote(note);
}

Result<Manifest> ReadManifest(const std::string& backup_path) {
  FG_ASSIGN_OR_RETURN(const tlog::Note note, ReadNote(backup_path));
  return Parse(note.text, backup_path);
}

Result<Manifest> OpenManifest(const std::string& backup_path, const std::string& gateway_name,
                              const crypto::KeyRing& keys) {
  FG_ASSIGN_OR_RETURN(const tlog::Note note, ReadNote(backup_path));
  FG_ASSIGN_OR_RETURN(Manifest manifest, Parse(note.text, backup_path));
  if (manifest.gateway_name != gateway_name) {
    return Status(Code::kFailedPrecondition, "BACKUP_ELSEWHERE",
                  backup_path + ": a backup of the gateway " + manifest.gateway_name +
                      ", this is " + gateway_name);
  }
  const std::string name = KeyName(gateway_name);
  // A backup may be older than the newest generation of the log key.
  std::vector<tlog::VerifierKey> vkeys;
  for (int generation = 1; generation <= keys.log_generation(); ++generation) {
    vkeys.push_back(tlog::MakeVerifierKey(name, tlog::kSigEd25519,
                                          keys.RecordKey(name, generation).public_key()));
  }
  if (!tlog::VerifyNoteByAny(note, vkeys).ok()) {
    return Status(Code::kPermissionDenied, "MANIFEST_FORGED",
                  backup_path + ": its manifest is not signed by this gateway's keys");
  }
  return manifest;
}

Result<std::vector<Listed>> List(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return Status(Code::kNotFound, "FOLDER_MISSING", folder + " is no folder");
  }
  std::vector<Listed> found;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    const std::string path = file.path().string();
    if (!path.ends_with(kManifestSuffix)) continue;
    const std::string backup = path.substr(0, path.size() - kManifestSuffix.size());
    found.push_back({backup, ReadManifest(backup)});
  }
  std::sort(found.begin(), found.end(),
            [](const Listed& a, const Listed& b) { return a.path < b.path; });
  return found;
}

Result<int> Prune(const std::string& folder, core::Timestamp now) {
  FG_ASSIGN_OR_RETURN(const std::vector<Listed> all, List(folder));
  int pruned = 0;
  for (const Listed& one : all) {
    if (!one.manifest.ok() || now < one.manifest->expires_at) continue;
    // The bytes first: what is left after a crash still says what is to go.
    for (const std::string& path : {one.path, one.path + std::string(kManifestSuffix)}) {
      std::error_code error;
      fs::remove(path, error);
      if (error) {
        return Status(Code::kUnavailable, "BACKUP_UNWRITABLE",
                      "cannot delete " + path + ": " + error.message());
      }
    }
    ++pruned;
  }
  return pruned;
}

}  // namespace facegate::backup
