// The gateway's own keys, read from files that only its user can read.
//
// A directory holds two files of 32 random bytes in hex, mode 0600:
//   kek.key  wraps everything secret that the database stores; never in the database
//   log.key  the root from which each operator's log keys are derived
// A file is 64 hex digits and at most one newline. The directory may be readable by others, but not
// writable, since who can write it can swap the files.
//
// Losing kek.key makes every template and pseudonym unreadable for ever; that is its purpose.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/crypto/primitives.h"
#include "facegate/crypto/secret.h"

namespace facegate::crypto {

// Thread-safe, immutable.
class KeyRing {
 public:
  // Creates both files (and the directory, 0700). Returns ALREADY_EXISTS KEYS_EXIST when one is
  // there; nothing is overwritten, ever. PERMISSION_DENIED KEYS_EXPOSED when an existing directory
  // is writable by group or others or owned by somebody else; UNAVAILABLE KEYS_UNWRITABLE when the
  // system refuses to write. Whatever fails, it leaves both files or neither.
  static core::Status Init(const std::string& directory);

  // Returns NOT_FOUND KEYS_MISSING, PERMISSION_DENIED KEYS_EXPOSED (readable or writable by group
  // or others, a link, not a regular file, or owned by somebody else), PERMISSION_DENIED
  // KEYS_UNREADABLE (the system refuses to read it), INVALID_ARGUMENT KEYS_MALFORMED; each names
  // the file.
  static core::Result<std::unique_ptr<KeyRing>> Load(const std::string& directory);

  // Fresh random keys in memory only; for tests and `facegate eval`.
  static std::unique_ptr<KeyRing> Ephemeral();

  ~KeyRing();

  // Seals a secret under the key-encryption key. `context` says what the secret is (kind and full
  // resource name) and must be the same to unwrap.
  core::Bytes Wrap(core::ByteSpan secret, std::string_view context) const;
  // Returns DATA_LOSS SEAL_BROKEN for other bytes, another context or another key-encryption key.
  core::Result<SecretBytes> Unwrap(core::ByteSpan wrapped, std::string_view context) const;

  // The Ed25519 keys of a log: checkpoints are signed by the first (key name = origin), records by
  // the second (key name = origin + "/records").
  SigningKey CheckpointKey(std::string_view origin) const;
  SigningKey RecordKey(std::string_view origin) const;
  // The Ed25519 key that signs an operator's passes.
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
  KeyRing(SecretBytes kek, SecretBytes log_root);
  SecretBytes kek_;
  SecretBytes log_root_;
  SecretBytes wrap_key_;  // derived from kek_ once, because a start unwraps every template key
};

// One secret in a file of its own, such as a witness's key: 32 random bytes, with the same form and
// the same demands on file and folder as the two of a ring.
//
// Creates the file, in a folder that is there. Returns as KeyRing::Init.
core::Status CreateKeyFile(const std::string& path);
// Returns as KeyRing::Load.
core::Result<SecretBytes> LoadKeyFile(const std::string& path);

}  // namespace facegate::crypto
