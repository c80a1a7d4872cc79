// LINKS: facegate_tlog facegate_crypto
// Proof files: no mutation makes one prove another entry or another place.
#include "facegate/core/check.h"
#include "facegate/tlog/checkpoint.h"
#include "fuzz/fuzz_keys.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace core = facegate::core;
namespace tlog = facegate::tlog;

constexpr std::string_view kEntry = "the entry";
constexpr std::uint64_t kIndex = 2;

// A tree of three leaves, the last of which is the entry.
tlog::ProofFile Proof() {
  const tlog::Hash256 left =
      tlog::NodeHash(tlog::LeafHash(core::AsBytes("a")), tlog::LeafHash(core::AsBytes("b")));
  tlog::ProofFile proof;
  proof.index = kIndex;
  proof.hashes = {left};
  const tlog::Hash256 root = tlog::NodeHash(left, tlog::LeafHash(core::AsBytes(kEntry)));
  proof.checkpoint = tlog::SignCheckpoint({FuzzVerifier().name, 3, root}, FuzzKey());
  return proof;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = FuzzText(data, size);
  const auto proof = tlog::ParseProofFile(input);
  if (!proof.ok()) return 0;
  FG_CHECK(tlog::EncodeProofFile(*proof) == input);
  if (tlog::VerifyProofFile(*proof, core::AsBytes(kEntry), FuzzVerifier()).ok()) {
    FG_CHECK(proof->index == kIndex);
  }
  FG_CHECK(!tlog::VerifyProofFile(*proof, core::AsBytes("another entry"), FuzzVerifier()).ok());
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  tlog::ProofFile proof = Proof();
  const std::string plain = tlog::EncodeProofFile(proof);
  proof.extra = core::Bytes{1, 2, 3};
  return {plain, tlog::EncodeProofFile(proof)};
}
