// C2SP signed notes (https://c2sp.org/signed-note) and their keys: bytes and verification, no I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/crypto/primitives.h"

namespace facegate::tlog {

constexpr std::uint8_t kSigEd25519 = 0x01;
constexpr std::uint8_t kSigCosignatureV1 = 0x04;
constexpr std::size_t kNoteBytesMax = 1'000'000;
constexpr std::size_t kNoteSignaturesMax = 64;

// A public key as its verifier string ("vkey"): name+hash+base64(type || key).
struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;  // first four bytes of SHA-256(name || 0x0A || type || key), big-endian
  std::uint8_t type = kSigEd25519;
  crypto::Ed25519Public key{};

  std::string ToString() const;
  // Accepts only what ToString() writes. Returns INVALID_ARGUMENT BAD_VKEY for anything else:
  // another type than the two above, an id that does not fit the key, upper-case hex.
  static core::Result<VerifierKey> Parse(std::string_view text);
};

// A key name is UTF-8, not empty, and has neither Unicode white space, control characters nor '+'.
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

// A note text is UTF-8, ends with "\n" and has no control character (below U+0020) but "\n". It may
// hold empty lines.
bool IsValidNoteText(std::string_view text);

// text + "\n" + a line per signature.
// Requires: IsValidNoteText(text); each signature has a valid key name and is not empty.
std::string EncodeNote(const Note& note);
// Split at the last empty line. Returns INVALID_ARGUMENT BAD_NOTE for anything malformed: no final
// newline, control characters, bad UTF-8, no signature or more than kNoteSignaturesMax, duplicate
// signature lines, more than kNoteBytesMax. The signatures are not verified.
core::Result<Note> ParseNote(std::string_view bytes);

// Appends an Ed25519 signature (type 0x01) under `name`. Requires: IsValidNoteText(note.text) and
// IsValidKeyName(name).
void SignNote(Note& note, std::string_view name, const crypto::SigningKey& key);
// Appends a cosignature (type 0x04), a witness's statement that at `unix_s` this checkpoint was the
// largest consistent one it knew. Requires as SignNote, and unix_s >= 0.
void CosignNote(Note& note, std::string_view name, const crypto::SigningKey& key,
                std::int64_t unix_s);

// Ok if `note` carries a valid signature of `key` (types 0x01 and 0x04); signatures of other keys
// are ignored. Returns PERMISSION_DENIED SIGNATURE_MISSING if there is none of this name and id,
// SIGNATURE_BAD if any of them does not verify.
core::Status VerifyNote(const Note& note, const VerifierKey& key);
// The first of `keys` that signed `note`, where a rotated key leaves several to trust: a pointer
// into `keys`. Returns PERMISSION_DENIED SIGNATURE_MISSING if none signed, SIGNATURE_BAD if any
// signature under the name and id of one of them does not verify.
core::Result<const VerifierKey*> VerifyNoteByAny(const Note& note,
                                                 std::span<const VerifierKey> keys);
// The time that the witness `key` states in its cosignature on `note`, in seconds since the epoch;
// the latest where it cosigned several times. Whether that is in the future is for the caller to
// judge. Returns INVALID_ARGUMENT NO_COSIGNER for a key of another type than 0x04, or fails as
// VerifyNote does.
core::Result<std::int64_t> VerifyCosignature(const Note& note, const VerifierKey& key);

}  // namespace facegate::tlog
