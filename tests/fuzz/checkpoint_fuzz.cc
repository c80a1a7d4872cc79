// LINKS: facegate_tlog facegate_crypto
// Checkpoints, as text and signed.
#include "facegate/tlog/checkpoint.h"

#include "facegate/core/check.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace core = facegate::core;
namespace tlog = facegate::tlog;

const facegate::crypto::SigningKey& Key() {
  static const facegate::crypto::SigningKey key(core::Bytes(32, 7));
  return key;
}

const tlog::VerifierKey& Verifier() {
  static const tlog::VerifierKey key =
      tlog::MakeVerifierKey("log.example/a", tlog::kSigEd25519, Key().public_key());
  return key;
}

const tlog::Checkpoint kSigned{"log.example/a", 1'234'067, {1, 2, 3}};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = FuzzText(data, size);
  if (const auto checkpoint = tlog::ParseCheckpointText(input); checkpoint.ok()) {
    FG_CHECK(tlog::CheckpointText(*checkpoint) == input);
  }
  if (const auto opened = tlog::OpenCheckpoint(input, Verifier()); opened.ok()) {
    FG_CHECK(*opened == kSigned);
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  return {tlog::CheckpointText(kSigned), tlog::CheckpointText({"o", 0, tlog::EmptyRoot()}),
          tlog::SignCheckpoint(kSigned, Key())};
}
