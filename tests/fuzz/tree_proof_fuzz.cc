// LINKS: facegate_tlog facegate_crypto
// Inclusion and consistency proofs: any numbers and hashes; between true roots of true sizes, one
// proof is accepted and no other.
#include <algorithm>
#include <optional>

#include "facegate/core/check.h"
#include "facegate/tlog/merkle.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace core = facegate::core;
namespace tlog = facegate::tlog;

constexpr std::uint64_t kSize = 11;

tlog::Hash256 Leaf(std::uint64_t index) {
  return tlog::LeafHash(core::AsBytes(std::to_string(index)));
}

// The leaves of the first `size` in one tile.
core::Bytes TileOf(std::uint64_t size) {
  core::Bytes tile;
  for (std::uint64_t i = 0; i < size; ++i) {
    const tlog::Hash256 leaf = Leaf(i);
    tile.insert(tile.end(), leaf.begin(), leaf.end());
  }
  return tile;
}

tlog::Prover ProverOf(std::uint64_t size) {
  return tlog::Prover(size, [](const tlog::TileId&, int width) -> core::Result<core::Bytes> {
    return TileOf(static_cast<std::uint64_t>(width));
  });
}

tlog::Hash256 RootOf(std::uint64_t size) { return ProverOf(size).Root().value(); }

// What an input says: two numbers, then hashes.
struct Claim {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::vector<tlog::Hash256> proof;
};

std::optional<Claim> Read(core::ByteSpan input) {
  if (input.size() < 16) return std::nullopt;
  Claim claim;
  claim.first = core::TakeNumber(input);
  claim.second = core::TakeNumber(input);
  while (input.size() >= sizeof(tlog::Hash256)) {
    std::copy_n(input.begin(), sizeof(tlog::Hash256), claim.proof.emplace_back().begin());
    input = input.subspan(sizeof(tlog::Hash256));
  }
  return claim;
}

std::string Write(const Claim& claim) {
  core::Bytes bytes;
  core::AppendNumber(claim.first, bytes);
  core::AppendNumber(claim.second, bytes);
  for (const tlog::Hash256& hash : claim.proof) bytes.insert(bytes.end(), hash.begin(), hash.end());
  return std::string(core::AsText(bytes));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<Claim> claim = Read(core::ByteSpan(data, size));
  if (!claim) return 0;
  static const tlog::Hash256 root = RootOf(kSize);
  const auto& [first, second, proof] = *claim;
  // Whatever sizes are claimed, nothing crashes.
  (void)tlog::VerifyInclusion(Leaf(0), first, second, proof, root);
  (void)tlog::VerifyConsistency(first, root, second, root, proof);

  const std::uint64_t index = first % kSize;
  for (std::uint64_t claimed = 0; claimed < kSize; ++claimed) {
    if (!tlog::VerifyInclusion(Leaf(index), claimed, kSize, proof, root).ok()) continue;
    FG_CHECK(claimed == index);
    FG_CHECK(proof == ProverOf(kSize).Inclusion(index).value());
  }
  const std::uint64_t old_size = first % (kSize + 1);
  if (tlog::VerifyConsistency(old_size, RootOf(old_size), kSize, root, proof).ok()) {
    FG_CHECK(proof == ProverOf(kSize).Consistency(old_size).value());
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  std::vector<std::string> seeds;
  for (const std::uint64_t place : {0u, 1u, 5u, 8u, 10u}) {
    seeds.push_back(Write({place, kSize, ProverOf(kSize).Inclusion(place).value()}));
    seeds.push_back(Write({place, kSize, ProverOf(kSize).Consistency(place).value()}));
  }
  return seeds;
}
