// RFC 6962 Merkle trees over C2SP tiles: hashes, proofs and a growing tree; pure but for a reader.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"

namespace facegate::tlog {

using core::Hash256;

constexpr int kTileHeight = 8;
constexpr int kTileWidth = 256;
constexpr int kTileLevelMax = 63;  // of a path; the tiles of 2^64 leaves end at level 7

Hash256 LeafHash(core::ByteSpan entry);                // SHA-256(00 || entry)
Hash256 NodeHash(const Hash256& l, const Hash256& r);  // SHA-256(01 || l || r)
Hash256 EmptyRoot();                                   // SHA-256("")

// Where a tile is: level counts in steps of 8 tree levels; `index` is N, `width` 1..256.
struct TileId {
  int level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const TileId&) const = default;  // NOLINT(modernize-use-nullptr)
};
// "tile/0/x001/x234/067" or, for width < 256, with ".p/W".
// Requires: 0 <= level <= kTileLevelMax, 1 <= width <= 256.
std::string TilePath(const TileId& id, int width);
// "tile/entries/x001/x234/067[.p/W]".
std::string BundlePath(std::uint64_t index, int width);

// What a path below a log's prefix names.
struct TileFile {
  enum class Content { kHashes, kEntries };
  Content content = Content::kHashes;
  TileId id;  // level 0 for entries
  int width = kTileWidth;
  bool operator==(const TileFile&) const = default;
};
// Accepts only what TilePath and BundlePath write: no leading zeros, no second spelling, no other
// path that leads somewhere. Returns INVALID_ARGUMENT BAD_TILE_PATH.
core::Result<TileFile> ParseTilePath(std::string_view path);
// The hashes in a tile's file. Returns INVALID_ARGUMENT BAD_TILE unless they are exactly `width`.
// Requires: 1 <= width <= 256.
core::Result<std::vector<Hash256>> ParseTile(core::ByteSpan bytes, int width);
// How many hashes tile `id` has in a tree of `size` leaves (0: none, up to 256).
int TileWidthAt(const TileId& id, std::uint64_t size);

// Gives at least `width` hashes of a tile, concatenated. Returns DATA_LOSS if it cannot.
using TileReader = std::function<core::Result<core::Bytes>(const TileId&, int width)>;

// Answers questions about one tree of `size` leaves. Reads each tile at most once and remembers its
// inner nodes, so that the proofs of a whole group of neighbouring leaves cost little more than
// one. The status of a reader that fails passes through; a short tile is DATA_LOSS TILE_SHORT.
// Not thread-safe. Holds every tile it was led to, so make one per group, not per process.
class Prover {
 public:
  Prover(std::uint64_t size, TileReader read);

  std::uint64_t size() const { return size_; }
  // The same contracts as the functions of these names below.
  core::Result<Hash256> Root();
  core::Result<std::vector<Hash256>> Inclusion(std::uint64_t index);
  core::Result<std::vector<Hash256>> Consistency(std::uint64_t old_size);

 private:
  // The complete nodes of a tile, level by level: [0] are its hashes, [8] is its root if it is
  // full.
  using TileNodes = std::vector<std::vector<Hash256>>;

  core::Result<const TileNodes*> Tile(const TileId& id);
  core::Result<Hash256> CompleteNode(int level, std::uint64_t index);
  core::Result<Hash256> RangeHash(std::uint64_t begin, std::uint64_t end);

  std::uint64_t size_;
  TileReader read_;
  std::map<TileId, TileNodes> tiles_;
};

// The root of the first `size` leaves. DATA_LOSS if tiles are missing or short.
core::Result<Hash256> RootHash(std::uint64_t size, const TileReader& read);
// Audit path of leaf `index` in the tree of `size`, from the leaf's sibling upward.
// Requires: index < size.
core::Result<std::vector<Hash256>> InclusionProof(std::uint64_t index, std::uint64_t size,
                                                  const TileReader& read);
// From the tree of `old_size` to that of `size`; empty where old_size is 0 or equals size.
// Requires: old_size <= size.
core::Result<std::vector<Hash256>> ConsistencyProof(std::uint64_t old_size, std::uint64_t size,
                                                    const TileReader& read);

// PERMISSION_DENIED PROOF_BAD unless the proof holds. The empty tree is consistent with every tree:
// old_size 0 wants an empty proof and EmptyRoot() as its root.
core::Status VerifyInclusion(const Hash256& leaf, std::uint64_t index, std::uint64_t size,
                             const std::vector<Hash256>& proof, const Hash256& root);
core::Status VerifyConsistency(std::uint64_t old_size, const Hash256& old_root, std::uint64_t size,
                               const Hash256& root, const std::vector<Hash256>& proof);

// The root of a stream of leaf hashes, in memory that grows with the logarithm of their number.
// Copyable, not thread-safe.
class RootAccumulator {
 public:
  RootAccumulator() = default;  // of no leaves
  // Goes on behind `size` leaves. `subtrees`: the roots of the complete subtrees that they are made
  // of, largest first. Requires: as many as size has one bits.
  RootAccumulator(std::uint64_t size, std::vector<Hash256> subtrees);

  void Append(const Hash256& leaf);
  std::uint64_t size() const { return size_; }
  Hash256 Root() const;
  // The roots of the complete subtrees that the leaves are made of, largest first.
  const std::vector<Hash256>& subtrees() const { return subtrees_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash256> subtrees_;
};

// Proves the leaves that a tree just grew by, from the subtrees that stood before and the nodes
// that the new leaves complete: it needs no tile. Copyable; reading it is thread-safe.
class GrowthProver {
 public:
  // Of a tree that so far has the leaves of `before`.
  explicit GrowthProver(const RootAccumulator& before);
  void Append(const Hash256& leaf);
  std::uint64_t size() const { return size_; }
  // As InclusionProof in the tree of all leaves. Requires: that leaf was appended here.
  std::vector<Hash256> Inclusion(std::uint64_t index) const;

 private:
  // The complete nodes of a tree level that are known, side by side, from index `first` on.
  struct Level {
    std::uint64_t first = 0;
    std::vector<Hash256> nodes;
  };
  std::uint64_t first_;  // of the new leaves
  std::uint64_t size_;
  std::vector<Level> levels_;
};

// A tree that grows at its right edge. Holds only the partial tiles (at most 255 hashes a level)
// plus the tiles completed since TakeChangedTiles, so memory does not grow with the log. Copyable:
// a writer appends to a copy and keeps it only if the commit succeeded. Not thread-safe.
class GrowingTree {
 public:
  GrowingTree() = default;  // empty
  // Reads the right edge of a stored tree of `size` leaves. Fails as the reader does, or with
  // DATA_LOSS TILE_SHORT. Whether it is the right tree is for the caller to see from Root().
  static core::Result<GrowingTree> Load(std::uint64_t size, const TileReader& read);

  std::uint64_t size() const { return root_.size(); }
  void Append(const Hash256& leaf);
  Hash256 Root() const { return root_.Root(); }
  const RootAccumulator& accumulator() const { return root_; }

  // Every tile (full or partial) touched since the last call, with its hashes so far. A tile that
  // fills hands its root to the level above, so that one append may touch several.
  std::map<TileId, core::Bytes> TakeChangedTiles();

 private:
  RootAccumulator root_;
  std::vector<core::Bytes> edge_;  // per level, the hashes of the rightmost partial tile
  std::map<TileId, core::Bytes> changed_;
};

}  // namespace facegate::tlog
