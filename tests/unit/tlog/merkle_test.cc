#include "facegate/tlog/merkle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "unit/tlog/reference_tree.h"

namespace facegate::tlog {
namespace {

using testing::MemoryTiles;
using testing::ReferenceTree;
using testing::StoredTiles;

std::string Hex(const Hash256& hash) { return core::HexEncode(hash); }

std::vector<std::string> Hex(const std::vector<Hash256>& hashes) {
  std::vector<std::string> texts;
  for (const Hash256& hash : hashes) texts.push_back(Hex(hash));
  return texts;
}

bool IsProofBad(const core::Status& status) {
  return status.code() == core::Code::kPermissionDenied && status.reason() == "PROOF_BAD";
}

// The eight leaves of Certificate Transparency's test data, the roots of their first 1..8, and
// proofs over them.
std::vector<std::string> CtEntries() {
  std::vector<std::string> entries;
  for (const std::string_view hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                     "606162636465666768696a6b6c6d6e6f"}) {
    entries.emplace_back(core::AsText(core::HexDecode(hex).value()));
  }
  return entries;
}

const std::vector<std::string> kCtRoots = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(Ct, RootsMatch) {
  MemoryTiles tiles = StoredTiles(ReferenceTree(CtEntries()));
  GrowingTree tree;
  RootAccumulator accumulator;
  for (std::size_t i = 0; i < kCtRoots.size(); ++i) {
    const Hash256 leaf = LeafHash(core::AsBytes(CtEntries()[i]));
    tree.Append(leaf);
    accumulator.Append(leaf);
    EXPECT_EQ(Hex(tree.Root()), kCtRoots[i]);
    EXPECT_EQ(Hex(accumulator.Root()), kCtRoots[i]);
    EXPECT_EQ(Hex(RootHash(i + 1, tiles.Reader()).value()), kCtRoots[i]);
  }
}

TEST(Ct, InclusionProofsMatch) {
  MemoryTiles tiles = StoredTiles(ReferenceTree(CtEntries()));
  EXPECT_TRUE(InclusionProof(0, 1, tiles.Reader()).value().empty());
  EXPECT_EQ(Hex(InclusionProof(0, 8, tiles.Reader()).value()),
            (std::vector<std::string>{
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(Hex(InclusionProof(5, 8, tiles.Reader()).value()),
            (std::vector<std::string>{
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(Hex(InclusionProof(2, 3, tiles.Reader()).value()),
            (std::vector<std::string>{kCtRoots[1]}));
}

TEST(Ct, ConsistencyProofsMatch) {
  MemoryTiles tiles = StoredTiles(ReferenceTree(CtEntries()));
  EXPECT_EQ(Hex(ConsistencyProof(1, 8, tiles.Reader()).value()),
            (std::vector<std::string>{
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(Hex(ConsistencyProof(6, 8, tiles.Reader()).value()),
            (std::vector<std::string>{
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(Hex(ConsistencyProof(2, 5, tiles.Reader()).value()),
            (std::vector<std::string>{
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

// ---- The empty tree

TEST(EmptyTree, HasTheHashOfNothingAsItsRoot) {
  MemoryTiles none;
  const std::string sha256_of_nothing =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  EXPECT_EQ(Hex(EmptyRoot()), sha256_of_nothing);
  EXPECT_EQ(GrowingTree().Root(), EmptyRoot());
  EXPECT_EQ(RootAccumulator().Root(), EmptyRoot());
  EXPECT_EQ(RootHash(0, none.Reader()).value(), EmptyRoot());
  EXPECT_EQ(GrowingTree::Load(0, none.Reader()).value().Root(), EmptyRoot());
  EXPECT_EQ(none.reads(), 0);
}

TEST(EmptyTree, IsConsistentWithEveryTreeByAnEmptyProof) {
  MemoryTiles tiles = StoredTiles(ReferenceTree(5));
  const Hash256 root = RootHash(5, tiles.Reader()).value();
  EXPECT_TRUE(ConsistencyProof(0, 5, tiles.Reader()).value().empty());
  EXPECT_TRUE(VerifyConsistency(0, EmptyRoot(), 5, root, {}).ok());
  EXPECT_TRUE(VerifyConsistency(0, EmptyRoot(), 0, EmptyRoot(), {}).ok());
  EXPECT_TRUE(IsProofBad(VerifyConsistency(0, EmptyRoot(), 5, root, {root})));
  EXPECT_TRUE(IsProofBad(VerifyConsistency(0, root, 5, root, {})));
  EXPECT_TRUE(IsProofBad(VerifyConsistency(0, EmptyRoot(), 0, root, {})));
  EXPECT_TRUE(IsProofBad(VerifyConsistency(0, root, 0, root, {})));
}

// ---- Against the RFC's own recursion

// Some indices below `size`, the interesting ones among them.
std::set<std::uint64_t> SomeIndices(std::uint64_t size) {
  std::set<std::uint64_t> indices;
  for (const std::uint64_t i : {std::uint64_t{0}, std::uint64_t{1}, size / 2, size - 1, size - 2,
                                std::uint64_t{254}, std::uint64_t{255}, std::uint64_t{256},
                                std::uint64_t{257}, std::uint64_t{65535}, std::uint64_t{65536}}) {
    if (i < size) indices.insert(i);
  }
  const std::uint64_t step = size <= 40 ? 1 : size / 13;
  for (std::uint64_t i = 0; i < size; i += step) indices.insert(i);
  return indices;
}

// Every question about the first `size` leaves, asked of the tiles and of the reference.
void CompareWithReference(std::uint64_t size, ReferenceTree& reference, const TileReader& read) {
  Prover prover(size, read);
  const Hash256 root = reference.Root(size);
  ASSERT_EQ(prover.Root().value(), root) << size;
  if (size == 0) return;
  for (const std::uint64_t i : SomeIndices(size)) {
    const auto inclusion = prover.Inclusion(i).value();
    ASSERT_EQ(Hex(inclusion), Hex(reference.Path(i, 0, size))) << i << " of " << size;
    ASSERT_TRUE(VerifyInclusion(reference.leaf(i), i, size, inclusion, root).ok())
        << i << " of " << size;
  }
  std::set<std::uint64_t> old_sizes = SomeIndices(size);
  old_sizes.insert(size);
  for (const std::uint64_t old_size : old_sizes) {
    const auto consistency = prover.Consistency(old_size).value();
    ASSERT_EQ(Hex(consistency), Hex(reference.Proof(old_size, size))) << old_size << ".." << size;
    ASSERT_TRUE(VerifyConsistency(old_size, reference.Root(old_size), size, root, consistency).ok())
        << old_size << ".." << size;
  }
}

TEST(Prover, AgreesWithRfc6962ForEverySizeUpTo600) {
  ReferenceTree reference(600);
  MemoryTiles tiles = StoredTiles(reference);
  for (std::uint64_t size = 0; size <= 600; ++size) {
    CompareWithReference(size, reference, tiles.Reader());
    if (HasFatalFailure()) return;
  }
}

TEST(Prover, AgreesWithRfc6962WhereTilesFill) {
  ReferenceTree reference(70'000);
  MemoryTiles tiles = StoredTiles(reference);
  for (const std::uint64_t size : {65'535u, 65'536u, 65'537u, 65'792u, 69'999u, 70'000u}) {
    CompareWithReference(size, reference, tiles.Reader());
    if (HasFatalFailure()) return;
  }
}

TEST(Prover, AgreesWithTheFreeFunctions) {
  MemoryTiles tiles = StoredTiles(ReferenceTree(300));
  Prover prover(300, tiles.Reader());
  EXPECT_EQ(prover.size(), 300u);
  EXPECT_EQ(prover.Root().value(), RootHash(300, tiles.Reader()).value());
  EXPECT_EQ(prover.Inclusion(299).value(), InclusionProof(299, 300, tiles.Reader()).value());
  EXPECT_EQ(prover.Consistency(257).value(), ConsistencyProof(257, 300, tiles.Reader()).value());
}

TEST(Prover, ReadsEachTileOnce) {
  MemoryTiles tiles = StoredTiles(ReferenceTree(600));
  Prover prover(600, tiles.Reader());
  for (std::uint64_t i = 0; i < 600; ++i) ASSERT_TRUE(prover.Inclusion(i).ok());
  for (std::uint64_t i = 0; i <= 600; ++i) ASSERT_TRUE(prover.Consistency(i).ok());
  EXPECT_EQ(tiles.reads(), 4);  // three at level 0 and one above
}

TEST(Prover, AsksForNoMoreThanTheTreeHas) {
  // A store may already hold more than the checkpoint that a proof is for.
  ReferenceTree reference(600);
  MemoryTiles tiles = StoredTiles(reference);
  const TileReader inner = tiles.Reader();
  const TileReader read = [&](const TileId& id, int width) {
    EXPECT_EQ(width, TileWidthAt(id, 300));
    return inner(id, width);
  };
  EXPECT_EQ(InclusionProof(299, 300, read).value(), reference.Path(299, 0, 300));
}

TEST(Prover, SaysWhichTileIsMissingOrShort) {
  MemoryTiles tiles = StoredTiles(ReferenceTree(300));
  const core::Bytes whole = tiles.all().at({0, 1});
  tiles.mutable_all()[{0, 1}].resize(whole.size() - 1);
  core::Status status = RootHash(300, tiles.Reader()).status();
  EXPECT_EQ(status.code(), core::Code::kDataLoss);
  EXPECT_EQ(status.reason(), "TILE_SHORT");
  EXPECT_NE(status.message().find("tile/0/001.p/44"), std::string::npos) << status.message();
  EXPECT_EQ(InclusionProof(299, 300, tiles.Reader()).status().reason(), "TILE_SHORT");
  EXPECT_EQ(ConsistencyProof(257, 300, tiles.Reader()).status().reason(), "TILE_SHORT");
  EXPECT_EQ(GrowingTree::Load(300, tiles.Reader()).status().reason(), "TILE_SHORT");

  tiles.mutable_all().erase({0, 1});
  status = RootHash(300, tiles.Reader()).status();
  EXPECT_EQ(status.code(), core::Code::kDataLoss);
  EXPECT_EQ(status.reason(), "NO_TILE");
  EXPECT_EQ(GrowingTree::Load(300, tiles.Reader()).status().reason(), "NO_TILE");
}

TEST(ProverDeathTest, RequiresAnIndexAndAnOldSizeWithinTheTree) {
  MemoryTiles tiles = StoredTiles(ReferenceTree(3));
  EXPECT_DEATH((void)InclusionProof(3, 3, tiles.Reader()), "check failed");
  EXPECT_DEATH((void)InclusionProof(0, 0, tiles.Reader()), "check failed");
  EXPECT_DEATH((void)ConsistencyProof(4, 3, tiles.Reader()), "check failed");
}

// ---- Proofs that must not hold

// Sizes whose trees have every shape: complete, nearly complete, lopsided.
const std::vector<std::uint64_t> kShapes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 255, 256, 257};

template <class Refuses>
void ExpectEveryFlippedBitRefused(Hash256 hash, const Refuses& refuses) {
  for (std::size_t bit = 0; bit < hash.size() * 8; ++bit) {
    hash[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_TRUE(refuses(hash)) << "bit " << bit;
    hash[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
  }
}

// The proof with one hash dropped, doubled, or added, and with two neighbours swapped.
std::vector<std::vector<Hash256>> Misshapen(const std::vector<Hash256>& proof) {
  std::vector<std::vector<Hash256>> all;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    all.push_back(proof);
    all.back().erase(all.back().begin() + static_cast<std::ptrdiff_t>(i));
    all.push_back(proof);
    all.back().insert(all.back().begin() + static_cast<std::ptrdiff_t>(i), proof[i]);
    if (i > 0) {
      all.push_back(proof);
      std::swap(all.back()[i - 1], all.back()[i]);
    }
  }
  all.push_back(proof);
  all.back().push_back(Hash256{});
  return all;
}

TEST(VerifyInclusion, RefusesEveryMutation) {
  ReferenceTree reference(257);
  for (const std::uint64_t size : kShapes) {
    const Hash256 root = reference.Root(size);
    for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 1}) {
      const Hash256 leaf = reference.leaf(index);
      const std::vector<Hash256> proof = reference.Path(index, 0, size);
      ASSERT_TRUE(VerifyInclusion(leaf, index, size, proof, root).ok());
      ExpectEveryFlippedBitRefused(leaf, [&](const Hash256& bad) {
        return IsProofBad(VerifyInclusion(bad, index, size, proof, root));
      });
      ExpectEveryFlippedBitRefused(root, [&](const Hash256& bad) {
        return IsProofBad(VerifyInclusion(leaf, index, size, proof, bad));
      });
      for (std::size_t i = 0; i < proof.size(); ++i) {
        ExpectEveryFlippedBitRefused(proof[i], [&](const Hash256& bad) {
          std::vector<Hash256> mutant = proof;
          mutant[i] = bad;
          return IsProofBad(VerifyInclusion(leaf, index, size, mutant, root));
        });
      }
      for (const std::vector<Hash256>& mutant : Misshapen(proof)) {
        EXPECT_TRUE(IsProofBad(VerifyInclusion(leaf, index, size, mutant, root)));
      }
      for (std::uint64_t other = 0; other <= size; ++other) {
        if (other == index) continue;
        EXPECT_TRUE(IsProofBad(VerifyInclusion(leaf, other, size, proof, root))) << other;
      }
    }
  }
}

TEST(VerifyInclusion, RefusesAnEmptyTreeAndHugeNumbers) {
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  EXPECT_TRUE(IsProofBad(VerifyInclusion({}, 0, 0, {}, EmptyRoot())));
  EXPECT_TRUE(IsProofBad(VerifyInclusion({}, huge, huge, {}, {})));
  EXPECT_TRUE(IsProofBad(VerifyInclusion({}, huge - 1, huge, std::vector<Hash256>(64), {})));
  EXPECT_TRUE(IsProofBad(VerifyInclusion({}, 0, huge, std::vector<Hash256>(1000), {})));
}

TEST(VerifyConsistency, RefusesEveryMutation) {
  ReferenceTree reference(257);
  for (const std::uint64_t size : kShapes) {
    const Hash256 root = reference.Root(size);
    for (const std::uint64_t old_size : {std::uint64_t{1}, size / 2, size - 1, size}) {
      if (old_size == 0) continue;
      const Hash256 old_root = reference.Root(old_size);
      const std::vector<Hash256> proof = reference.Proof(old_size, size);
      ASSERT_TRUE(VerifyConsistency(old_size, old_root, size, root, proof).ok());
      ExpectEveryFlippedBitRefused(old_root, [&](const Hash256& bad) {
        return IsProofBad(VerifyConsistency(old_size, bad, size, root, proof));
      });
      ExpectEveryFlippedBitRefused(root, [&](const Hash256& bad) {
        return IsProofBad(VerifyConsistency(old_size, old_root, size, bad, proof));
      });
      for (std::size_t i = 0; i < proof.size(); ++i) {
        ExpectEveryFlippedBitRefused(proof[i], [&](const Hash256& bad) {
          std::vector<Hash256> mutant = proof;
          mutant[i] = bad;
          return IsProofBad(VerifyConsistency(old_size, old_root, size, root, mutant));
        });
      }
      for (const std::vector<Hash256>& mutant : Misshapen(proof)) {
        EXPECT_TRUE(IsProofBad(VerifyConsistency(old_size, old_root, size, root, mutant)));
      }
    }
  }
}

TEST(VerifyConsistency, RefusesAShrunkenTreeAndTwoRootsOfOneSize) {
  ReferenceTree reference(8);
  const Hash256 seven = reference.Root(7);
  const Hash256 eight = reference.Root(8);
  EXPECT_TRUE(IsProofBad(VerifyConsistency(8, eight, 7, seven, {})));
  EXPECT_TRUE(IsProofBad(VerifyConsistency(8, eight, 8, seven, {})));
  EXPECT_TRUE(VerifyConsistency(8, eight, 8, eight, {}).ok());
}

TEST(VerifyConsistency, RefusesAForkBehindTheSamePrefix) {
  ReferenceTree honest(20);
  std::vector<std::string> entries;
  for (int i = 0; i < 20; ++i) entries.push_back("leaf " + std::to_string(i == 7 ? 70 : i));
  ReferenceTree forked(entries);
  EXPECT_TRUE(IsProofBad(
      VerifyConsistency(10, honest.Root(10), 20, forked.Root(20), forked.Proof(10, 20))));
}

TEST(VerifyConsistency, RefusesTheProofOfASmallerTreeThanClaimed) {
  ReferenceTree reference(8);
  for (std::uint64_t old_size = 1; old_size < 4; ++old_size) {
    const std::vector<Hash256> proof = reference.Proof(old_size, 4);
    EXPECT_TRUE(
        VerifyConsistency(old_size, reference.Root(old_size), 4, reference.Root(4), proof).ok());
    EXPECT_TRUE(IsProofBad(
        VerifyConsistency(old_size, reference.Root(old_size), 8, reference.Root(4), proof)));
  }
}

TEST(VerifyConsistency, RefusesHugeNumbers) {
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  EXPECT_TRUE(IsProofBad(VerifyConsistency(1, {}, huge, {}, std::vector<Hash256>(1000))));
  EXPECT_TRUE(IsProofBad(VerifyConsistency(huge - 1, {}, huge, {}, std::vector<Hash256>(64))));
  EXPECT_TRUE(IsProofBad(VerifyConsistency(huge - 1, {}, huge, {}, {})));
}

// ---- The growing tree

TEST(GrowthProver, ProvesWhatWasAppendedAsTheWholeTreeDoes) {
  ReferenceTree reference(600);
  RootAccumulator before;
  for (std::uint64_t first = 0; first < 540; ++first) {
    GrowthProver prover(before);
    EXPECT_EQ(prover.size(), first);
    // Some growths are long, and some end where subtrees and tiles do.
    const std::uint64_t more = first % 7 == 0 ? 60 : 1 + first % 5;
    for (std::uint64_t leaf = first; leaf < first + more; ++leaf) {
      prover.Append(reference.leaf(leaf));
    }
    const std::uint64_t size = first + more;
    for (std::uint64_t leaf = first; leaf < size; ++leaf) {
      ASSERT_EQ(prover.Inclusion(leaf), reference.Path(leaf, 0, size)) << leaf << " of " << size;
    }
    before.Append(reference.leaf(first));
  }
}

TEST(GrowthProver, GoesOnFromAStoredTree) {
  ReferenceTree reference(70'000);
  for (const std::uint64_t first : {255U, 256U, 257U, 65'535U, 65'536U, 69'990U}) {
    GrowingTree stored;
    MemoryTiles tiles;
    for (std::uint64_t leaf = 0; leaf < first; ++leaf) stored.Append(reference.leaf(leaf));
    tiles.Keep(stored.TakeChangedTiles());
    const GrowingTree tree = GrowingTree::Load(first, tiles.Reader()).value();
    EXPECT_EQ(tree.accumulator().subtrees(), stored.accumulator().subtrees());
    GrowthProver prover(tree.accumulator());
    for (std::uint64_t leaf = first; leaf < first + 10; ++leaf) {
      prover.Append(reference.leaf(leaf));
    }
    for (std::uint64_t leaf = first; leaf < first + 10; ++leaf) {
      EXPECT_EQ(prover.Inclusion(leaf), reference.Path(leaf, 0, first + 10)) << leaf;
    }
  }
}

TEST(GrowthProverDeathTest, ProvesNoLeafFromBefore) {
  RootAccumulator before;
  before.Append(LeafHash(core::AsBytes("before")));
  GrowthProver prover(before);
  prover.Append(LeafHash(core::AsBytes("new")));
  EXPECT_EQ(prover.Inclusion(1), before.subtrees());
  EXPECT_DEATH(prover.Inclusion(0), "index");
  EXPECT_DEATH(prover.Inclusion(2), "index");
}

TEST(GrowingTree, HasTheRootOfEverySize) {
  ReferenceTree reference(600);
  GrowingTree tree;
  RootAccumulator accumulator;
  for (std::uint64_t i = 0; i < 600; ++i) {
    tree.Append(reference.leaf(i));
    accumulator.Append(reference.leaf(i));
    ASSERT_EQ(tree.size(), i + 1);
    ASSERT_EQ(accumulator.size(), i + 1);
    ASSERT_EQ(tree.Root(), reference.Root(i + 1)) << i + 1;
    ASSERT_EQ(accumulator.Root(), reference.Root(i + 1)) << i + 1;
  }
}

// What the specification says tile `id` of a tree of `size` leaves is.
core::Bytes SpecifiedTile(const TileId& id, std::uint64_t size, ReferenceTree& reference) {
  core::Bytes tile;
  const std::uint64_t span = std::uint64_t{1} << (8 * id.level);
  for (int i = 0; i < TileWidthAt(id, size); ++i) {
    const std::uint64_t begin = (id.index * 256 + static_cast<std::uint64_t>(i)) * span;
    const Hash256 hash = reference.Mth(begin, begin + span);
    tile.insert(tile.end(), hash.begin(), hash.end());
  }
  return tile;
}

TEST(GrowingTree, GivesTheTilesOfTheSpecificationHoweverOftenTheyAreTaken) {
  constexpr std::uint64_t kLeaves = 66'100;
  ReferenceTree reference(kLeaves);
  for (const std::uint64_t every :
       {std::uint64_t{1}, std::uint64_t{7}, std::uint64_t{256}, std::uint64_t{300}, kLeaves}) {
    const std::uint64_t leaves = every == 1 ? 1'000 : kLeaves;
    GrowingTree tree;
    MemoryTiles tiles;
    for (std::uint64_t i = 0; i < leaves; ++i) {
      tree.Append(reference.leaf(i));
      if ((i + 1) % every == 0) tiles.Keep(tree.TakeChangedTiles());
    }
    tiles.Keep(tree.TakeChangedTiles());
    std::size_t expected_tiles = 0;
    for (int level = 0; level < 3; ++level) {
      for (std::uint64_t n = 0; TileWidthAt({level, n}, leaves) > 0; ++n) {
        ++expected_tiles;
        ASSERT_EQ(tiles.all().at({level, n}), SpecifiedTile({level, n}, leaves, reference))
            << TilePath({level, n}, 256) << ", taken every " << every;
      }
    }
    EXPECT_EQ(tiles.all().size(), expected_tiles) << "taken every " << every;
  }
}

TEST(GrowingTree, GivesOnlyWhatWasTouched) {
  ReferenceTree reference(600);
  GrowingTree tree;
  EXPECT_TRUE(tree.TakeChangedTiles().empty());
  for (std::uint64_t i = 0; i < 255; ++i) tree.Append(reference.leaf(i));
  EXPECT_EQ(tree.TakeChangedTiles().size(), 1u);
  EXPECT_TRUE(tree.TakeChangedTiles().empty());

  // The 256th leaf fills a tile, whose root then starts the level above.
  tree.Append(reference.leaf(255));
  auto changed = tree.TakeChangedTiles();
  ASSERT_EQ(changed.size(), 2u);
  EXPECT_EQ(changed.at({0, 0}).size(), 8192u);
  EXPECT_EQ(core::HexEncode(changed.at({1, 0})), Hex(reference.Mth(0, 256)));

  tree.Append(reference.leaf(256));
  changed = tree.TakeChangedTiles();
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(core::HexEncode(changed.at({0, 1})), Hex(reference.leaf(256)));
}

TEST(GrowingTree, GoesOnFromAStoredTree) {
  ReferenceTree reference(1'100);
  for (const std::uint64_t size : {0u, 1u, 255u, 256u, 257u, 511u, 512u, 513u, 768u}) {
    GrowingTree before;
    for (std::uint64_t i = 0; i < size; ++i) before.Append(reference.leaf(i));
    MemoryTiles tiles;
    tiles.Keep(before.TakeChangedTiles());

    GrowingTree tree = GrowingTree::Load(size, tiles.Reader()).value();
    ASSERT_EQ(tree.size(), size);
    ASSERT_EQ(tree.Root(), reference.Root(size)) << size;
    ASSERT_TRUE(tree.TakeChangedTiles().empty()) << size;
    for (std::uint64_t i = size; i < size + 300; ++i) tree.Append(reference.leaf(i));
    ASSERT_EQ(tree.Root(), reference.Root(size + 300)) << size;
    tiles.Keep(tree.TakeChangedTiles());
    CompareWithReference(size + 300, reference, tiles.Reader());
    if (HasFatalFailure()) return;
  }
}

TEST(GrowingTree, GoesOnWhereALevelHasJustFilled) {
  ReferenceTree reference(65'600);
  MemoryTiles tiles = StoredTiles(reference);
  for (const std::uint64_t size : {65'535u, 65'536u, 65'537u}) {
    GrowingTree tree = GrowingTree::Load(size, tiles.Reader()).value();
    EXPECT_EQ(tree.Root(), reference.Root(size));
    tree.Append(reference.leaf(size));
    EXPECT_EQ(tree.Root(), reference.Root(size + 1));
  }
}

TEST(GrowingTree, CanBeDroppedAfterAFailedCommit) {
  ReferenceTree reference(600);
  GrowingTree tree;
  for (std::uint64_t i = 0; i < 250; ++i) tree.Append(reference.leaf(i));
  (void)tree.TakeChangedTiles();
  GrowingTree attempt = tree;
  for (std::uint64_t i = 300; i < 320; ++i) attempt.Append(reference.leaf(i));
  EXPECT_NE(attempt.Root(), tree.Root());
  EXPECT_EQ(tree.Root(), reference.Root(250));
  EXPECT_TRUE(tree.TakeChangedTiles().empty());
}

// ---- Paths and widths

TEST(TilePath, GroupsDigitsByThree) {
  EXPECT_EQ(TilePath({0, 0}, 256), "tile/0/000");
  EXPECT_EQ(TilePath({0, 999}, 256), "tile/0/999");
  EXPECT_EQ(TilePath({1, 1000}, 256), "tile/1/x001/000");
  EXPECT_EQ(TilePath({0, 1234067}, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(TilePath({2, 1234067}, 17), "tile/2/x001/x234/067.p/17");
  EXPECT_EQ(TilePath({0, 5}, 255), "tile/0/005.p/255");
  EXPECT_EQ(TilePath({0, std::numeric_limits<std::uint64_t>::max()}, 1),
            "tile/0/x018/x446/x744/x073/x709/x551/615.p/1");
}

TEST(BundlePath, GroupsDigitsByThree) {
  EXPECT_EQ(BundlePath(0, 256), "tile/entries/000");
  EXPECT_EQ(BundlePath(1234067, 256), "tile/entries/x001/x234/067");
  EXPECT_EQ(BundlePath(273, 112), "tile/entries/273.p/112");
}

TEST(TilePathDeathTest, RequiresAWidthThatATileCanHave) {
  EXPECT_DEATH(TilePath({0, 0}, 0), "check failed");
  EXPECT_DEATH(TilePath({0, 0}, 257), "check failed");
  EXPECT_DEATH(TilePath({-1, 0}, 1), "check failed");
  EXPECT_DEATH(TilePath({kTileLevelMax + 1, 0}, 1), "check failed");
  EXPECT_DEATH((void)ParseTile({}, 0), "check failed");
  EXPECT_DEATH(BundlePath(0, 0), "check failed");
  EXPECT_DEATH(BundlePath(0, 257), "check failed");
}

TEST(ParseTilePath, IsTheInverseOfWritingOne) {
  for (const std::uint64_t index :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{999}, std::uint64_t{1000},
        std::uint64_t{1'234'067}, std::uint64_t{999'999'999}, std::uint64_t{1'000'000'000},
        std::numeric_limits<std::uint64_t>::max()}) {
    for (const int width : {1, 9, 10, 99, 112, 255, 256}) {
      for (const int level : {0, 1, 7, 10, kTileLevelMax}) {
        const TileFile file{TileFile::Content::kHashes, {level, index}, width};
        EXPECT_EQ(ParseTilePath(TilePath(file.id, width)).value(), file);
      }
      const TileFile file{TileFile::Content::kEntries, {0, index}, width};
      EXPECT_EQ(ParseTilePath(BundlePath(index, width)).value(), file);
    }
  }
}

TEST(ParseTilePath, RefusesEveryOtherPath) {
  for (const std::string_view path : {"",
                                      "tile",
                                      "tile/",
                                      "tile/0",
                                      "tile/0/",
                                      "/tile/0/000",
                                      "tile/0/000/",
                                      "tile//000",
                                      "tile/0//000",
                                      "Tile/0/000",
                                      "tile/00/000",
                                      "tile/01/000",
                                      "tile/+1/000",
                                      "tile/-1/000",
                                      "tile/64/000",
                                      "tile/256/000",
                                      "tile/18446744073709551616/000",
                                      "tile/a/000",
                                      "tile/data/000",
                                      "tile/8/0/000",
                                      "tile/entries",
                                      "tile/entries/",
                                      "tile/entries/0",
                                      "tile/0/0",
                                      "tile/0/00",
                                      "tile/0/0000",
                                      "tile/0/001/067",
                                      "tile/0/x001",
                                      "tile/0/x001/",
                                      "tile/0/x001/x067",
                                      "tile/0/x000/001",
                                      "tile/0/x000/x001/067",
                                      "tile/0/x01/067",
                                      "tile/0/x0001/067",
                                      "tile/0/X001/067",
                                      "tile/0/xx01/067",
                                      "tile/0/ 00",
                                      "tile/0/-01",
                                      "tile/0/0x1",
                                      "tile/0/000.p",
                                      "tile/0/000.p/",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/00",
                                      "tile/0/000.p/01",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/-1",
                                      "tile/0/000.p/1/",
                                      "tile/0/000.p/1/2",
                                      "tile/0/000.p/x1",
                                      "tile/0/000/1",
                                      "tile/0/000.q/1",
                                      "tile/0/000p/1",
                                      "tile/0/.p/1",
                                      "tile/0/x001.p/067.p/1",
                                      "tile/0/x001.p/1",
                                      "tile/0/..",
                                      "tile/../checkpoint",
                                      "tile/0/000.p/../../../../x",
                                      "tile/0/000\n",
                                      "checkpoint",
                                      "tile/0/x018/x446/x744/x073/x709/x551/616",  // 2^64
                                      "tile/0/x999/x999/x999/x999/x999/x999/999"}) {
    const auto file = ParseTilePath(path);
    ASSERT_FALSE(file.ok()) << path;
    EXPECT_EQ(file.status().code(), core::Code::kInvalidArgument);
    EXPECT_EQ(file.status().reason(), "BAD_TILE_PATH");
  }
  EXPECT_FALSE(ParseTilePath(std::string_view("tile/0/000\0", 11)).ok());
}

TEST(ParseTile, GivesTheHashesOfAWholeTileOnly) {
  const ReferenceTree reference(256);
  MemoryTiles tiles = StoredTiles(reference);
  const core::Bytes& bytes = tiles.all().at({0, 0});
  const auto hashes = ParseTile(bytes, 256);
  ASSERT_TRUE(hashes.ok());
  for (std::uint64_t i = 0; i < 256; ++i) EXPECT_EQ((*hashes)[i], reference.leaf(i));
  for (const int width : {1, 255}) {
    EXPECT_EQ(ParseTile(bytes, width).status().reason(), "BAD_TILE");
    EXPECT_TRUE(
        ParseTile(core::ByteSpan(bytes).first(static_cast<std::size_t>(width) * 32), width).ok());
  }
  EXPECT_EQ(ParseTile(core::ByteSpan(bytes).first(31), 1).status().code(),
            core::Code::kInvalidArgument);
  EXPECT_EQ(ParseTile({}, 1).status().reason(), "BAD_TILE");
}

TEST(TileWidthAt, IsThatOfTheSpecificationsExample) {
  // "A tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile
  // of width 112, one full level 1 tile, one partial level 1 tile of width 17, and one partial
  // level 2 tile of width 1."
  EXPECT_EQ(TileWidthAt({0, 272}, 70'000), 256);
  EXPECT_EQ(TileWidthAt({0, 273}, 70'000), 112);
  EXPECT_EQ(TileWidthAt({0, 274}, 70'000), 0);
  EXPECT_EQ(TileWidthAt({1, 0}, 70'000), 256);
  EXPECT_EQ(TileWidthAt({1, 1}, 70'000), 17);
  EXPECT_EQ(TileWidthAt({2, 0}, 70'000), 1);
  EXPECT_EQ(TileWidthAt({3, 0}, 70'000), 0);
  // "A tree of size 256 ... a full level 0 tile and a partial level 1 tile of width 1."
  EXPECT_EQ(TileWidthAt({0, 0}, 256), 256);
  EXPECT_EQ(TileWidthAt({0, 1}, 256), 0);
  EXPECT_EQ(TileWidthAt({1, 0}, 256), 1);
}

TEST(TileWidthAt, HoldsAtTheEdges) {
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(TileWidthAt({0, 0}, 0), 0);
  EXPECT_EQ(TileWidthAt({7, 0}, huge), 255);
  EXPECT_EQ(TileWidthAt({8, 0}, huge), 0);
  EXPECT_EQ(TileWidthAt({100, 0}, huge), 0);
  EXPECT_EQ(TileWidthAt({0, huge}, huge), 0);
  EXPECT_EQ(TileWidthAt({0, huge >> 8}, huge), 255);
}

}  // namespace
}  // namespace facegate::tlog
