#include "facegate/tlog/note.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/core/text.h"

namespace facegate::tlog {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::string_view kSignaturePrefix = "\u2014 ";  // em dash, space
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kTimeBytes = 8;

Status BadNote(std::string why) { return {Code::kInvalidArgument, "BAD_NOTE", std::move(why)}; }

Status BadVkey(std::string why) { return {Code::kInvalidArgument, "BAD_VKEY", std::move(why)}; }

void AppendBigEndian(core::Bytes& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t ReadBigEndian(core::ByteSpan bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

constexpr bool IsPlain(char c) { return (c >= 0x20 && c < 0x7f) || c == '\n'; }

// UTF-8 without control characters but "\n".
bool IsNoteCharacters(std::string_view text) {
  while (true) {
    text.remove_prefix(static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), IsPlain) - text.begin()));
    if (text.empty()) return true;
    const std::optional<core::CodePoint> c = core::DecodeCodePoint(text);
    if (!c || c->value < 0x20) return false;
    text.remove_prefix(c->bytes);
  }
}

std::uint32_t KeyId(std::string_view name, std::uint8_t type, const crypto::Ed25519Public& key) {
  const std::uint8_t separator[] = {0x0A, type};
  const core::Hash256 hash = crypto::Sha256({core::AsBytes(name), separator, key});
  return static_cast<std::uint32_t>(ReadBigEndian(core::ByteSpan(hash).first(kKeyIdBytes)));
}

// What a cosignature signs instead of the bare text; the header keeps the two kinds apart.
std::string CosignedMessage(std::uint64_t unix_s, std::string_view text) {
  return "cosignature/v1\ntime " + std::to_string(unix_s) + "\n" + std::string(text);
}

std::string SignatureLine(const NoteSignature& signature) {
  FG_CHECK(IsValidKeyName(signature.name));
  FG_CHECK(!signature.signature.empty());
  core::Bytes blob;
  AppendBigEndian(blob, signature.id, kKeyIdBytes);
  blob.insert(blob.end(), signature.signature.begin(), signature.signature.end());
  return std::string(kSignaturePrefix) + signature.name + " " + crypto::Base64Encode(blob) + "\n";
}

// `line` comes without its newline.
Result<NoteSignature> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return BadNote("a signature line has no em dash");
  line.remove_prefix(kSignaturePrefix.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return BadNote("a signature line has no signature");
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!IsValidKeyName(signature.name)) return BadNote("a signature line has no valid key name");
  const Result<core::Bytes> blob = crypto::Base64Decode(line.substr(space + 1));
  if (!blob.ok()) return BadNote("a signature is not canonical base64");
  if (blob->size() <= kKeyIdBytes) return BadNote("a signature is too short");
  signature.id =
      static_cast<std::uint32_t>(ReadBigEndian(core::ByteSpan(*blob).first(kKeyIdBytes)));
  signature.signature.assign(blob->begin() + kKeyIdBytes, blob->end());
  return signature;
}

bool IsOf(const NoteSignature& signature, const VerifierKey& key) {
  return signature.name == key.name && signature.id == key.id;
}

// The time at the front of a cosignature. Requires: there are eight bytes.
std::uint64_t StatedTime(const NoteSignature& cosignature) {
  return ReadBigEndian(core::ByteSpan(cosignature.signature).first(kTimeBytes));
}

bool Verifies(const NoteSignature& signature, std::string_view text, const VerifierKey& key) {
  const core::ByteSpan bytes(signature.signature);
  if (key.type == kSigEd25519) return crypto::VerifyEd25519(key.key, core::AsBytes(text), bytes);
  if (key.type != kSigCosignatureV1 || bytes.size() <= kTimeBytes) return false;
  const std::uint64_t unix_s = StatedTime(signature);
  if (unix_s > std::numeric_limits<std::int64_t>::max()) return false;
  return crypto::VerifyEd25519(key.key, core::AsBytes(CosignedMessage(unix_s, text)),
                               bytes.subspan(kTimeBytes));
}

}  // namespace

std::string VerifierKey::ToString() const {
  core::Bytes id_bytes;
  AppendBigEndian(id_bytes, id, kKeyIdBytes);
  core::Bytes material = {type};
  material.insert(material.end(), key.begin(), key.end());
  return name + "+" + core::HexEncode(id_bytes) + "+" + crypto::Base64Encode(material);
}

Result<VerifierKey> VerifierKey::Parse(std::string_view text) {
  const std::size_t name_end = text.find('+');
  if (name_end == std::string_view::npos) return BadVkey("want name+id+key");
  const std::size_t id_end = text.find('+', name_end + 1);  // the base64 may hold more of them
  if (id_end == std::string_view::npos) return BadVkey("want name+id+key");
  const std::string_view name = text.substr(0, name_end);
  if (!IsValidKeyName(name)) return BadVkey("the name is not a valid key name");
  const Result<core::Bytes> material = crypto::Base64Decode(text.substr(id_end + 1));
  if (!material.ok()) return BadVkey("the key is not canonical base64");
  crypto::Ed25519Public key;
  if (material->size() != 1 + key.size()) return BadVkey("the key does not have 32 bytes");
  const std::uint8_t type = material->front();
  if (type != kSigEd25519 && type != kSigCosignatureV1) return BadVkey("unknown signature type");
  std::copy(material->begin() + 1, material->end(), key.begin());
  VerifierKey parsed = MakeVerifierKey(name, type, key);
  if (parsed.ToString() != text) return BadVkey("the id does not fit the key");
  return parsed;
}

bool IsValidKeyName(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const std::optional<core::CodePoint> c = core::DecodeCodePoint(name);
    if (!c || c->value < 0x20 || c->value == '+' || core::IsUnicodeSpace(c->value)) return false;
    name.remove_prefix(c->bytes);
  }
  return true;
}

VerifierKey MakeVerifierKey(std::string_view name, std::uint8_t type,
                            const crypto::Ed25519Public& key) {
  FG_CHECK(IsValidKeyName(name));
  return {std::string(name), KeyId(name, type, key), type, key};
}

bool IsValidNoteText(std::string_view text) {
  return !text.empty() && text.back() == '\n' && IsNoteCharacters(text);
}

std::string EncodeNote(const Note& note) {
  FG_CHECK(IsValidNoteText(note.text));
  std::string bytes = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) bytes += SignatureLine(signature);
  return bytes;
}

Result<Note> ParseNote(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) return BadNote("longer than a note may be");
  if (!IsNoteCharacters(bytes)) return BadNote("not UTF-8, or it has control characters");
  const std::size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos) return BadNote("no empty line before the signatures");
  Note note;
  note.text = bytes.substr(0, split + 1);
  std::string_view rest = bytes.substr(split + 2);
  if (rest.empty() || rest.back() != '\n') return BadNote("no signature, or no final newline");

  std::vector<std::string_view> lines;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    if (lines.size() > kNoteSignaturesMax) return BadNote("too many signatures");
    FG_ASSIGN_OR_RETURN(NoteSignature signature, ParseSignatureLine(lines.back()));
    note.signatures.push_back(std::move(signature));
  }
  std::sort(lines.begin(), lines.end());
  if (std::adjacent_find(lines.begin(), lines.end()) != lines.end()) {
    return BadNote("the same signature line twice");
  }
  return note;
}

void SignNote(Note& note, std::string_view name, const crypto::SigningKey& key) {
  FG_CHECK(IsValidNoteText(note.text));
  const crypto::Ed25519Signature signature = key.Sign(core::AsBytes(note.text));
  note.signatures.push_back({std::string(name),
                             MakeVerifierKey(name, kSigEd25519, key.public_key()).id,
                             core::Bytes(signature.begin(), signature.end())});
}

void CosignNote(Note& note, std::string_view name, const crypto::SigningKey& key,
                std::int64_t unix_s) {
  FG_CHECK(IsValidNoteText(note.text));
  FG_CHECK(unix_s >= 0);
  const auto time = static_cast<std::uint64_t>(unix_s);
  const crypto::Ed25519Signature signature =
      key.Sign(core::AsBytes(CosignedMessage(time, note.text)));
  core::Bytes timed;
  AppendBigEndian(timed, time, kTimeBytes);
  timed.insert(timed.end(), signature.begin(), signature.end());
  note.signatures.push_back({std::string(name),
                             MakeVerifierKey(name, kSigCosignatureV1, key.public_key()).id,
                             std::move(timed)});
}

Status VerifyNote(const Note& note, const VerifierKey& key) {
  bool found = false;
  for (const NoteSignature& signature : note.signatures) {
    if (!IsOf(signature, key)) continue;
    if (!Verifies(signature, note.text, key)) {
      return {Code::kPermissionDenied, "SIGNATURE_BAD",
              "a signature under the key's name and id does not verify"};
    }
    found = true;
  }
  if (found) return Status::Ok();
  return {Code::kPermissionDenied, "SIGNATURE_MISSING", "the note is not signed by this key"};
}

Result<const VerifierKey*> VerifyNoteByAny(const Note& note, std::span<const VerifierKey> keys) {
  const VerifierKey* signer = nullptr;
  for (const VerifierKey& key : keys) {
    const Status status = VerifyNote(note, key);
    if (status.reason() == "SIGNATURE_BAD") return status;
    if (status.ok() && signer == nullptr) signer = &key;
  }
  if (signer != nullptr) return signer;
  return Status(Code::kPermissionDenied, "SIGNATURE_MISSING",
                "the note is not signed by any of these keys");
}

Result<std::int64_t> VerifyCosignature(const Note& note, const VerifierKey& key) {
  if (key.type != kSigCosignatureV1) {
    return Status(Code::kInvalidArgument, "NO_COSIGNER", "the key does not make cosignatures");
  }
  FG_RETURN_IF_ERROR(VerifyNote(note, key));
  std::uint64_t latest = 0;
  for (const NoteSignature& signature : note.signatures) {
    if (IsOf(signature, key)) latest = std::max(latest, StatedTime(signature));
  }
  return static_cast<std::int64_t>(latest);
}

}  // namespace facegate::tlog
