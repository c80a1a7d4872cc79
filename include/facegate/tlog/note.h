// C2SP signed notes (https://c2sp.org/signed-note) and their keys: bytes and verification, no I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/crypto/primitives.h"

namespace facegate::tlog {

constexpr std::uint8_t kSigEd25519 = 0x01;
constexpr std::uint8_t kSigCosignatureV1 = 0x04;

// A public key as its verifier string ("vkey"): name+hash+base64(type || key).
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;  // first four bytes of SHA-256(name || 0x0A || type || key), big-endian
  std::uint8_t type = kSigEd25519;
  crypto::Ed25519Public key{};

  std::string ToString() const;
  // Returns INVALID_ARGUMENT BAD_VKEY; checks that the id fits the key.
  static core::Result<VerifierKey> Parse(std::string_view text);
};

// A key name is not empty and has neither white space nor '+'.
bool IsValidKeyName(std::string_view name);
// Requires: IsValidKeyName(name).
VerifierKey MakeVerifierKey(std::string_view name, std::uint8_t type,
                            const crypto::Ed25519Public& key);

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  core::Bytes signature;  // what follows the id
};

struct Note {
  std::string text;  // ends with "\n"
  std::vector<NoteSignature> signatures;
};

// text + "\n" + a line per signature. Requires: text is a valid note text.
std::string EncodeNote(const Note& note);
// Split at the last empty line. Returns INVALID_ARGUMENT BAD_NOTE for anything malformed: no final
// newline, control characters, bad UTF-8, more than 64 signatures, duplicate signature lines.
core::Result<Note> ParseNote(std::string_view bytes);

// Appends an Ed25519 signature (type 0x01) under `name`.
void SignNote(Note& note, std::string_view name, const crypto::SigningKey& key);

// Ok if `note` carries a valid signature of `key` (types 0x01 and 0x04); signatures of other keys
// are ignored. Returns PERMISSION_DENIED SIGNATURE_MISSING or SIGNATURE_BAD.
core::Status VerifyNote(const Note& note, const VerifierKey& key);

}  // namespace facegate::tlog
