// LINKS: facegate_tlog facegate_crypto
// Checkpoints, as text and signed.
#include "facegate/tlog/checkpoint.h"

#include "facegate/core/check.h"
#include "fuzz/fuzz_keys.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace core = facegate::core;
namespace tlog = facegate::tlog;

const tlog::Checkpoint kSigned{"log.example/a", 1'234'067, {1, 2, 3}};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = FuzzText(data, size);
  if (const auto checkpoint = tlog::ParseCheckpointText(input); checkpoint.ok()) {
    FG_CHECK(tlog::CheckpointText(*checkpoint) == input);
  }
  if (const auto opened = tlog::OpenCheckpoint(input, FuzzVerifier()); opened.ok()) {
    FG_CHECK(*opened == kSigned);
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  return {tlog::CheckpointText(kSigned), tlog::CheckpointText({"o", 0, tlog::EmptyRoot()}),
          tlog::SignCheckpoint(kSigned, FuzzKey())};
}
