// The cryptography that facegate uses, all of it OpenSSL's: SHA-256, HMAC, HKDF, AES-256-GCM,
// Ed25519.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/crypto/secret.h"

namespace facegate::crypto {

core::Hash256 Sha256(core::ByteSpan data);
// The hash of the concatenation.
core::Hash256 Sha256(std::initializer_list<core::ByteSpan> parts);
// The same of parts that `next` gives one after the other, until an empty one: for large files.
core::Hash256 Sha256(const std::function<core::ByteSpan()>& next);
core::Hash256 HmacSha256(core::ByteSpan key, core::ByteSpan data);
// HKDF-SHA-256 (RFC 5869) without salt.
// Requires: secret is not empty; info.size() <= kHkdfInfoBytesMax; 0 < size <= 255 * 32.
constexpr std::size_t kHkdfInfoBytesMax = 1024;
SecretBytes Hkdf(core::ByteSpan secret, std::string_view info, std::size_t size);

// From the system's generator. Aborts if it fails: nothing may go on without randomness.
core::Bytes RandomBytes(std::size_t size);
SecretBytes RandomSecret(std::size_t size);
// A random UUID (RFC 4122, version 4), lower case.
std::string RandomUuid();
// True for the 8-4-4-4-12 form in lower-case hex, any version.
bool IsUuid(std::string_view text);

// AES-256-GCM. The result is nonce (12) || ciphertext || tag (16), nonce random.
// Requires: key.size() == 32.
core::Bytes Seal(core::ByteSpan key, core::ByteSpan plaintext, core::ByteSpan associated_data);
// Returns DATA_LOSS SEAL_BROKEN when the bytes were not sealed by that key with that data.
core::Result<SecretBytes> Open(core::ByteSpan key, core::ByteSpan sealed,
                               core::ByteSpan associated_data);

// Standard alphabet with padding; decoding is strict (canonical, no white space), and returns
// INVALID_ARGUMENT BAD_BASE64 for anything else.
std::string Base64Encode(core::ByteSpan data);
core::Result<core::Bytes> Base64Decode(std::string_view text);

using Ed25519Public = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

// An Ed25519 private key. Thread-safe, move-only.
class SigningKey {
 public:
  // Requires: seed.size() == 32.
  explicit SigningKey(core::ByteSpan seed);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();
  const Ed25519Public& public_key() const { return public_; }
  Ed25519Signature Sign(core::ByteSpan message) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  Ed25519Public public_{};
};

bool VerifyEd25519(const Ed25519Public& key, core::ByteSpan message, core::ByteSpan signature);

}  // namespace facegate::crypto
