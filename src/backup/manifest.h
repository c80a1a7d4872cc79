// The manifest's bytes: a signed note over one line of JSON.
#pragma once

#include <string>

#include "facegate/backup/backup.h"

namespace facegate::backup {

std::string EncodeManifest(const Manifest& manifest, const crypto::KeyRing& keys);
// Verifies the signature of `gateway_name`. PERMISSION_DENIED MANIFEST_FORGED, or as ReadManifest.
core::Result<Manifest> OpenManifest(const std::string& backup_path, const std::string& gateway_name,
                                    const crypto::KeyRing& keys);
// SHA-256 of a file in lower-case hex, and its size. UNAVAILABLE BACKUP_UNREADABLE.
struct FileHash {
  std::string sha256;
  std::uint64_t size_bytes = 0;
};
core::Result<FileHash> HashFile(const std::string& path);

}  // namespace facegate::backup
