// The gateway's own keys, read from files that only its user can read.
//
// A directory holds files of 32 random bytes in hex, mode 0600:
//   kek.key    wraps everything secret that the database stores; never in the database
//   log.key    the root from which each operator's log keys are derived: its first generation
//   log.2.key  and log.3.key, ...: the generations after it, in the order in which they were made
// A file is 64 hex digits and at most one newline. The directory may be readable by others, but not
// writable, since who can write it can swap the files. Generations are added, never taken away:
// what older ones signed is still verified with them.
//
// Losing kek.key makes every template and pseudonym unreadable for ever; that is its purpose.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/crypto/primitives.h"
#include "facegate/crypto/secret.h"

namespace facegate::crypto {

// How many generations of the log root key a ring may have; verifiers hold no more of them.
inline constexpr int kLogGenerationsMax = 256;

// Thread-safe, immutable.
class KeyRing {
 public:
  // Creates both files (and the directory, 0700). Returns ALREADY_EXISTS KEYS_EXIST when one is
  // there, or a later generation; nothing is overwritten, ever. PERMISSION_DENIED KEYS_EXPOSED when
  // an existing directory is writable by group or others or owned by somebody else; UNAVAILABLE
  // KEYS_UNWRITABLE when the system refuses to write. Whatever fails, it leaves both files or
  // neither.
  static core::Status Init(const std::string& directory);

  // Returns NOT_FOUND KEYS_MISSING, PERMISSION_DENIED KEYS_EXPOSED (readable or writable by group
  // or others, a link, not a regular file, or owned by somebody else), PERMISSION_DENIED
  // KEYS_UNREADABLE (the system refuses to read it), INVALID_ARGUMENT KEYS_MALFORMED; each names
  // the file. A generation that is not there below one that is, is missing; a file named as a
  // generation that cannot be one (log.1.key, log.02.key) is malformed.
  static core::Result<std::unique_ptr<KeyRing>> Load(const std::string& directory);

  // Adds the next generation of the log root key to a ring that loads; gives its number. Rings that
  // are loaded already do not have it. It is there whole and durable, or not at all. Returns as
  // Load; RESOURCE_EXHAUSTED KEYS_MAX at kLogGenerationsMax; ALREADY_EXISTS KEYS_EXIST or
  // UNAVAILABLE KEYS_UNWRITABLE.
  static core::Result<int> RotateLog(const std::string& directory);
  // The file of a generation: "log.key", "log.2.key". Requires: generation > 0.
  static std::string LogFileName(int generation);

  // Fresh random keys in memory only; for tests and `facegate eval`.
  static std::unique_ptr<KeyRing> Ephemeral();

  ~KeyRing();

  // Seals a secret under the key-encryption key. `context` says what the secret is (kind and full
  // resource name) and must be the same to unwrap.
  core::Bytes Wrap(core::ByteSpan secret, std::string_view context) const;
  // Returns DATA_LOSS SEAL_BROKEN for other bytes, another context or another key-encryption key.
  core::Result<SecretBytes> Unwrap(core::ByteSpan wrapped, std::string_view context) const;

  // The newest generation of the log root key; the first is 1. It signs, the others verify.
  int log_generation() const { return static_cast<int>(log_roots_.size()); }

  // The Ed25519 keys of a log: checkpoints are signed by the first (key name = origin), records by
  // the second (key name = origin + "/records"). Of the newest generation where none is named.
  // Requires: 0 < generation <= log_generation().
  SigningKey CheckpointKey(std::string_view origin, int generation) const;
  SigningKey RecordKey(std::string_view origin, int generation) const;
  SigningKey CheckpointKey(std::string_view origin) const;
  SigningKey RecordKey(std::string_view origin) const;
  // The Ed25519 key that signs an operator's passes, likewise.
  SigningKey PassKey(std::string_view operator_name, int generation) const;
  SigningKey PassKey(std::string_view operator_name) const;

  // The key from which those of an operator's holder tokens are derived, by version: the templates
  // that people hold die with the key-encryption key, as the stored ones do. Requires: version > 0.
  SecretBytes HolderKey(std::string_view operator_name, int version) const;

  // HMAC under a key derived from the key-encryption key for `use`: for ids that must be
  // recognisable to this gateway and to nobody else (suppression file, badge ids, page tokens).
  core::Hash256 KeyedHash(std::string_view use, core::ByteSpan data) const;

  // Identifies the key-encryption key without revealing it; stored in the database, so that a
  // wrong key is named at start.
  std::string KekFingerprint() const;

 private:
  KeyRing(SecretBytes kek, std::vector<SecretBytes> log_roots);
  SigningKey LogKey(std::string_view info, std::string_view name, int generation) const;

  SecretBytes kek_;
  std::vector<SecretBytes> log_roots_;  // by generation, never empty
  SecretBytes wrap_key_;  // derived from kek_ once, because a start unwraps every template key
};

// One secret in a file of its own, such as a witness's key: 32 random bytes, with the same form and
// the same demands on file and folder as those of a ring.
//
// Creates the file, in a folder that is there. Returns as KeyRing::Init.
core::Status CreateKeyFile(const std::string& path);
// Returns as KeyRing::Load.
core::Result<SecretBytes> LoadKeyFile(const std::string& path);

}  // namespace facegate::crypto
