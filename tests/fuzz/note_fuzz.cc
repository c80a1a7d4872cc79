// LINKS: facegate_tlog facegate_crypto
// Notes and verifier keys: what parses is written back byte for byte, so each has one spelling.
#include "facegate/tlog/note.h"

#include "facegate/core/check.h"
#include "fuzz/fuzz_keys.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace core = facegate::core;
namespace tlog = facegate::tlog;

const tlog::VerifierKey& Witness() {
  static const tlog::VerifierKey key =
      tlog::MakeVerifierKey("witness.example/日", tlog::kSigCosignatureV1, FuzzKey().public_key());
  return key;
}

constexpr std::int64_t kCosignedAt = 1'700'000'000;
constexpr std::string_view kText = "{\"v\":1}\n\nwith an empty line\n";

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = FuzzText(data, size);
  if (const auto note = tlog::ParseNote(input); note.ok()) {
    FG_CHECK(tlog::EncodeNote(*note) == input);
    // Nobody has forged a signature: only the seed's own text verifies.
    if (tlog::VerifyNote(*note, FuzzVerifier()).ok()) FG_CHECK(note->text == kText);
    if (const auto time = tlog::VerifyCosignature(*note, Witness()); time.ok()) {
      FG_CHECK(note->text == kText && *time == kCosignedAt);
    }
  }
  if (const auto key = tlog::VerifierKey::Parse(input); key.ok()) {
    FG_CHECK(key->ToString() == input);
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  tlog::Note note{std::string(kText), {}};
  tlog::SignNote(note, FuzzVerifier().name, FuzzKey());
  const std::string one = tlog::EncodeNote(note);
  tlog::CosignNote(note, Witness().name, FuzzKey(), kCosignedAt);
  return {one, tlog::EncodeNote(note), FuzzVerifier().ToString()};
}
