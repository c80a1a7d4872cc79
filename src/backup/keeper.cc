#include <filesystem>
#include <utility>

#include "backup/manifest.h"
#include "facegate/core/durable_file.h"
#include "facegate/core/json.h"

namespace facegate::backup {
namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Result;
using core::Status;

constexpr std::string_view kPartialSuffix = ".partial";

Status Unwritable(const std::string& what, const std::error_code& error) {
  return Status(Code::kUnavailable, "BACKUP_UNWRITABLE", what + ": " + error.message());
}

// "facegate-20261125T090000.000Z.db": sorts by time, and is a file name everywhere.
std::string FileNameAt(core::Timestamp time) {
  std::string stamp = core::FormatRfc3339(time);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  return "facegate-" + stamp + ".db";
}

Status MakeFolder(const std::string& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return Status::Ok();
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  return error ? Unwritable("cannot make " + folder, error) : Status::Ok();
}

// What a crash left behind is no backup, and holds what people may have had erased since.
Status RemovePartial(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> left;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    const std::string name = file.path().filename().string();
    const bool is_ours = name.starts_with("facegate-");
    if (is_ours && name.find(kPartialSuffix) != std::string::npos) left.push_back(file.path());
  }
  for (const fs::path& path : left) {
    fs::remove(path, error);
    if (error) return Unwritable("cannot delete " + path.string(), error);
  }
  return Status::Ok();
}

}  // namespace

Keeper::Keeper(storage::Store& store, audit::Ledger& ledger, const crypto::KeyRing& keys,
               const core::Clock& clock, KeeperOptions options)
    : store_(store), ledger_(ledger), keys_(keys), clock_(clock), options_(std::move(options)) {}

Result<Manifest> Keeper::Create(const model::Principal& caller, const std::string& request_id) {
  if (options_.folder.empty()) {
    return Status(Code::kFailedPrecondition, "BACKUP_OFF", "no folder for backups is configured");
  }
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) {
    return Status(Code::kResourceExhausted, "BACKUP_UNDER_WAY", "a backup is being made");
  }
  FG_RETURN_IF_ERROR(MakeFolder(options_.folder));
  FG_RETURN_IF_ERROR(RemovePartial(options_.folder));
  const core::Timestamp now = clock_.Now();
  const std::string path = (fs::path(options_.folder) / FileNameAt(now)).string();
  Result<Manifest> made = Write(path, now);
  if (made.ok()) {
    const Status recorded = Record(*made, caller, request_id);
    if (!recorded.ok()) made = recorded;
  }
  if (!made.ok()) {
    std::error_code ignored;
    fs::remove(path, ignored);
    fs::remove(path + std::string(kManifestSuffix), ignored);
    (void)RemovePartial(options_.folder);  // the next one tries again
    return made;
  }
  FG_RETURN_IF_ERROR(PruneExpired().status());
  return made;
}

Result<Manifest> Keeper::Write(const std::string& path, core::Timestamp now) {
  const std::string partial = path + std::string(kPartialSuffix);
  FG_ASSIGN_OR_RETURN(const storage::StoreCopy copy, store_.CopyTo(partial));
  FG_ASSIGN_OR_RETURN(FileHash hash, HashFile(partial));
  Manifest manifest;
  manifest.gateway_name = options_.gateway_name;
  manifest.file = fs::path(path).filename().string();
  manifest.created_at = now;
  manifest.expires_at = now + options_.days_max * core::kMsPerDay;
  manifest.schema_version = copy.schema_version;
  manifest.size_bytes = hash.size_bytes;
  manifest.sha256 = std::move(hash.sha256);
  manifest.kek_fingerprint = keys_.KekFingerprint();
  for (const auto& [op, head] : copy.logs) manifest.log_sizes.emplace(op, head.size);
  std::error_code error;
  fs::rename(partial, path, error);
  if (error) return Unwritable("cannot name " + path, error);
  // It makes the names in the folder durable, too.
  FG_RETURN_IF_ERROR(
      core::ReplaceFile(path + std::string(kManifestSuffix), EncodeManifest(manifest, keys_)));
  return manifest;
}

Status Keeper::Record(const Manifest& manifest, const model::Principal& caller,
                      const std::string& request_id) {
  for (const auto& [op, size] : manifest.log_sizes) {
    audit::Event event;
    event.type = "backup.created";
    event.log = op;
    event.actor = caller;
    event.request_id = request_id;
    event.body.Set("records", size)
        .Set("sha256", manifest.sha256)
        .Set("expires_at", core::FormatRfc3339(manifest.expires_at));
    FG_RETURN_IF_ERROR(ledger_.Append(event, {}).status());
  }
  return Status::Ok();
}

Result<int> Keeper::PruneExpired() {
  std::error_code error;
  if (options_.folder.empty() || !fs::is_directory(options_.folder, error)) return 0;
  return Prune(options_.folder, clock_.Now());
}

}  // namespace facegate::backup
