// Copies of the whole database that expire, and the way back from one.
//
// A backup is a file of the driver and, beside it, a manifest signed by this gateway: when it was
// made, until when it may be used, what its logs had come to. A restore never revives what people
// withdrew or had erased, and never forks a log. See docs/OPERATING.md and docs/AUDIT_FORMAT.md.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/core/log.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/people.h"
#include "facegate/storage/store.h"

namespace facegate::backup {

struct Manifest {
  std::string gateway_name;
  std::string file;  // its name, without a folder
  core::Timestamp created_at;
  core::Timestamp expires_at;
  int schema_version = 0;
  std::uint64_t size_bytes = 0;
  std::string sha256;  // of the file, lower-case hex
  std::string kek_fingerprint;
  std::map<model::OperatorId, std::uint64_t> log_sizes;
};

constexpr std::string_view kManifestSuffix = ".manifest";

// The manifest of a backup, without checking who signed it: for lists.
// Returns NOT_FOUND MANIFEST_MISSING, DATA_LOSS MANIFEST_DAMAGED, which name the file.
core::Result<Manifest> ReadManifest(const std::string& backup_path);

// A backup in a folder. Those whose manifest is damaged have a status instead of one.
struct Listed {
  std::string path;
  core::Result<Manifest> manifest;
};
// By name, which begins with when it was made. NOT_FOUND FOLDER_MISSING.
core::Result<std::vector<Listed>> List(const std::string& folder);
// Deletes the backups in the folder whose time is up, with their manifests. Returns how many.
// UNAVAILABLE BACKUP_UNWRITABLE.
core::Result<int> Prune(const std::string& folder, core::Timestamp now);

struct KeeperOptions {
  std::string folder;  // made where there is none; "": no backups
  std::string gateway_name;
  int days_max = 30;  // from being made to expiring
};

// Makes backups of a store in use. Thread-safe.
class Keeper {
 public:
  // All must outlive it.
  Keeper(storage::Store& store, audit::Ledger& ledger, const crypto::KeyRing& keys,
         const core::Clock& clock, KeeperOptions options);

  // Records backup.created in every operator's log, once the backup is whole and durable.
  // Returns FAILED_PRECONDITION BACKUP_OFF or BACKUP_UNSUPPORTED, RESOURCE_EXHAUSTED
  // BACKUP_UNDER_WAY, UNAVAILABLE BACKUP_UNWRITABLE, or as the ledger; nothing is left behind then.
  core::Result<Manifest> Create(const model::Principal& caller, const std::string& request_id);
  // Deletes what expired; how many.
  core::Result<int> PruneExpired();
  int days_max() const { return options_.days_max; }

 private:
  core::Result<Manifest> Write(const std::string& path, core::Timestamp now);
  core::Status Record(const Manifest& manifest, const model::Principal& caller,
                      const std::string& request_id);

  storage::Store& store_;
  audit::Ledger& ledger_;
  const crypto::KeyRing& keys_;
  const core::Clock& clock_;
  const KeeperOptions options_;
  std::mutex mutex_;  // held while a backup is made
};

struct RestoreOptions {
  std::string backup_path;
  // Copies of logs (`facegate audit export`), for what the present database cannot give.
  std::vector<std::string> log_copies;
  // Spelled out where records after the backup are lost for good, or nobody knows whether there
  // were any: such a log is closed, and another one succeeds it.
  bool without_tail = false;
  // The present store and what stands beside it, as configured.
  std::string store_path;
  std::string data_dir;
  std::string gateway_name;
  int days_max = 30;
};

struct RestoredLog {
  std::uint64_t backup_size = 0;
  std::uint64_t tail = 0;  // records put back after it
  std::uint64_t lost = 0;  // records that are known to have been there, and were not
  std::string succeeds;    // the origin of the log that was closed; "": the log goes on
  std::string origin;
};
struct Restored {
  Manifest manifest;
  std::map<model::OperatorId, RestoredLog> logs;
};

// Puts a backup in the place of the present database: the gateway must not be running. In order:
// checks the manifest's signature, the file's hash and the age; appends to each log the records
// that came after the backup, from the present database or a copy, verbatim; closes a log of which
// some are lost, where that is accepted, and begins the one that succeeds it; erases, withdraws and
// freezes again what the suppression file says; records backup.restored in every log; and only then
// replaces the present database, in one step. What else changed since the backup is not known to
// the restored database: it is to be registered and asked for again.
//
// Returns DATA_LOSS MANIFEST_DAMAGED or BACKUP_DAMAGED; PERMISSION_DENIED MANIFEST_FORGED;
// FAILED_PRECONDITION BACKUP_EXPIRED, BACKUP_ELSEWHERE (of another gateway), STORE_IN_USE,
// LOG_TAIL_MISSING (names the log and what is needed) or LOG_TAIL_UNKNOWN (see
// without_tail); RESOURCE_EXHAUSTED SUCCESSORS_MAX; or as the ledger at start. The present database
// is as it was then.
core::Result<Restored> Restore(const RestoreOptions& options, const crypto::KeyRing& keys,
                               const core::Clock& clock, core::Logger& logger);

}  // namespace facegate::backup
