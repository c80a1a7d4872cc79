#include "facegate/tlog/merkle.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <limits>
#include <optional>

#include "facegate/core/check.h"
#include "facegate/core/text.h"
#include "facegate/crypto/primitives.h"

namespace facegate::tlog {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kHashBytes = std::tuple_size_v<Hash256>;
constexpr int kTileLevels = 8;  // levels 0..7 hold every node below 2^64 leaves

// Hashes of tile level `level` in a tree of `size` leaves, over all tiles of that level.
std::uint64_t HashesAtLevel(int level, std::uint64_t size) {
  return level >= kTileLevels ? 0 : size >> (kTileHeight * level);
}

// RFC 6962's k: the largest power of two smaller than `leaves`. Requires: leaves > 1.
std::uint64_t SplitPoint(std::uint64_t leaves) { return std::bit_floor(leaves - 1); }

// `bytes` as hashes. Requires: they are whole ones.
std::vector<Hash256> HashesOf(core::ByteSpan bytes) {
  std::vector<Hash256> hashes(bytes.size() / kHashBytes);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * kHashBytes), kHashBytes,
                hashes[i].begin());
  }
  return hashes;
}

// Every complete node over the given hashes: [r][i] covers hashes [i << r, (i + 1) << r).
std::vector<std::vector<Hash256>> CompleteNodes(core::ByteSpan hashes) {
  std::vector<std::vector<Hash256>> nodes = {HashesOf(hashes)};
  while (nodes.back().size() > 1) {
    const std::vector<Hash256>& below = nodes.back();
    std::vector<Hash256> level(below.size() / 2);
    for (std::size_t i = 0; i < level.size(); ++i) {
      level[i] = NodeHash(below[2 * i], below[2 * i + 1]);
    }
    nodes.push_back(std::move(level));
  }
  return nodes;
}

// At least `width` hashes of the tile, cut to exactly that.
Result<core::Bytes> ReadTile(const TileId& id, int width, const TileReader& read) {
  FG_ASSIGN_OR_RETURN(core::Bytes hashes, read(id, width));
  const std::size_t wanted = static_cast<std::size_t>(width) * kHashBytes;
  if (hashes.size() < wanted) {
    return Status(Code::kDataLoss, "TILE_SHORT",
                  TilePath(id, width) + " has " + std::to_string(hashes.size()) + " bytes, not " +
                      std::to_string(wanted));
  }
  hashes.resize(wanted);
  return hashes;
}

// "x001/x234/067".
std::string GroupedIndex(std::uint64_t index) {
  char group[8];
  std::snprintf(group, sizeof group, "%03d", static_cast<int>(index % 1000));
  std::string path = group;
  for (index /= 1000; index > 0; index /= 1000) {
    std::snprintf(group, sizeof group, "x%03d/", static_cast<int>(index % 1000));
    path.insert(0, group);
  }
  return path;
}

std::string WithWidth(std::string path, int width) {
  FG_CHECK(width >= 1 && width <= kTileWidth);
  if (width < kTileWidth) path += ".p/" + std::to_string(width);
  return path;
}

Status BadTilePath() {
  return {Code::kInvalidArgument, "BAD_TILE_PATH", "the path is none of a tile or entry bundle"};
}

// Takes the first part of `path`, up to a slash or the end.
std::string_view TakePart(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view part = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return part;
}

// Three digits.
std::optional<std::uint64_t> ParseGroup(std::string_view text) {
  if (text.size() != 3) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

Status ProofBad(const char* why) { return {Code::kPermissionDenied, "PROOF_BAD", why}; }

// Walks up while `inner` is a left child that has no sibling to join yet: such levels add nothing
// to a proof. `inner` and `last` are a node and the rightmost node, as indices in the same level.
void SkipLevelsWithoutSibling(std::uint64_t& inner, std::uint64_t& last) {
  while (inner != 0 && (inner & 1) == 0) {
    inner >>= 1;
    last >>= 1;
  }
}

// RFC 6962's MTH(D[begin:end]) from complete nodes: `node_at` gives the one at tree level `level`
// (0: leaves) that covers leaves [index << level, +1 << level). Requires: begin < end, and that
// begin is a multiple of the smallest power of two that is not below end - begin, as all ranges of
// the RFC are.
template <typename NodeAt>
Result<Hash256> RangeHashOf(std::uint64_t begin, std::uint64_t end, const NodeAt& node_at) {
  const std::uint64_t leaves = end - begin;
  if (std::has_single_bit(leaves)) {
    const int level = std::countr_zero(leaves);
    return node_at(level, begin >> level);
  }
  const std::uint64_t middle = begin + SplitPoint(leaves);
  FG_ASSIGN_OR_RETURN(const Hash256 left, RangeHashOf(begin, middle, node_at));
  FG_ASSIGN_OR_RETURN(const Hash256 right, RangeHashOf(middle, end, node_at));
  return NodeHash(left, right);
}

// RFC 6962's PATH, walked from the root down to the leaf and then turned over.
template <typename NodeAt>
Result<std::vector<Hash256>> PathOf(std::uint64_t leaf, std::uint64_t size, const NodeAt& node_at) {
  std::vector<Hash256> proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + SplitPoint(end - begin);
    const bool goes_left = leaf < middle;
    FG_ASSIGN_OR_RETURN(const Hash256 sibling, goes_left ? RangeHashOf(middle, end, node_at)
                                                         : RangeHashOf(begin, middle, node_at));
    proof.push_back(sibling);
    (goes_left ? end : begin) = middle;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

}  // namespace

Hash256 LeafHash(core::ByteSpan entry) {
  static constexpr std::uint8_t kPrefix[] = {0x00};
  return crypto::Sha256({kPrefix, entry});
}

Hash256 NodeHash(const Hash256& l, const Hash256& r) {
  static constexpr std::uint8_t kPrefix[] = {0x01};
  return crypto::Sha256({kPrefix, l, r});
}

Hash256 EmptyRoot() { return crypto::Sha256(core::ByteSpan()); }

std::string TilePath(const TileId& id, int width) {
  FG_CHECK(id.level >= 0 && id.level <= kTileLevelMax);
  return WithWidth("tile/" + std::to_string(id.level) + "/" + GroupedIndex(id.index), width);
}

std::string BundlePath(std::uint64_t index, int width) {
  return WithWidth("tile/entries/" + GroupedIndex(index), width);
}

// Reads leniently, and then accepts what would be written as `path` again.
Result<TileFile> ParseTilePath(std::string_view path) {
  std::string_view rest = path;
  if (TakePart(rest) != "tile") return BadTilePath();
  TileFile file;
  const std::string_view level = TakePart(rest);
  if (level == "entries") {
    file.content = TileFile::Content::kEntries;
  } else {
    const std::optional<std::uint64_t> number = core::ParseDecimal(level);
    if (!number || *number > kTileLevelMax) return BadTilePath();
    file.id.level = static_cast<int>(*number);
  }
  for (bool is_last = false; !is_last;) {
    std::string_view part = TakePart(rest);
    is_last = !part.starts_with('x');
    if (!is_last) part.remove_prefix(1);
    if (is_last && part.ends_with(".p")) {
      part.remove_suffix(2);
      const std::optional<std::uint64_t> width = core::ParseDecimal(rest);
      if (!width || *width < 1 || *width >= kTileWidth) return BadTilePath();
      file.width = static_cast<int>(*width);
    }
    const std::optional<std::uint64_t> group = ParseGroup(part);
    constexpr std::uint64_t kIndexMax = std::numeric_limits<std::uint64_t>::max();
    if (!group || file.id.index > (kIndexMax - *group) / 1000) return BadTilePath();
    file.id.index = file.id.index * 1000 + *group;
  }
  const std::string written = file.content == TileFile::Content::kEntries
                                  ? BundlePath(file.id.index, file.width)
                                  : TilePath(file.id, file.width);
  if (written != path) return BadTilePath();
  return file;
}

Result<std::vector<Hash256>> ParseTile(core::ByteSpan bytes, int width) {
  FG_CHECK(width >= 1 && width <= kTileWidth);
  if (bytes.size() != static_cast<std::size_t>(width) * kHashBytes) {
    return Status(
        Code::kInvalidArgument, "BAD_TILE",
        std::to_string(bytes.size()) + " bytes are not " + std::to_string(width) + " hashes");
  }
  return HashesOf(bytes);
}

int TileWidthAt(const TileId& id, std::uint64_t size) {
  FG_CHECK(id.level >= 0);
  const std::uint64_t hashes = HashesAtLevel(id.level, size);
  const std::uint64_t full_tiles = hashes >> kTileHeight;
  if (id.index < full_tiles) return kTileWidth;
  if (id.index > full_tiles) return 0;
  return static_cast<int>(hashes % kTileWidth);
}

Prover::Prover(std::uint64_t size, TileReader read) : size_(size), read_(std::move(read)) {}

Result<const Prover::TileNodes*> Prover::Tile(const TileId& id) {
  const auto known = tiles_.find(id);
  if (known != tiles_.end()) return &known->second;
  const int width = TileWidthAt(id, size_);
  FG_CHECK(width > 0);
  FG_ASSIGN_OR_RETURN(const core::Bytes hashes, ReadTile(id, width, read_));
  return &tiles_.emplace(id, CompleteNodes(hashes)).first->second;
}

// The node at tree level `level` (0: leaves) that covers leaves [index << level, +1 << level).
// Eight tree levels share a tile, so that the node lies wholly within one.
Result<Hash256> Prover::CompleteNode(int level, std::uint64_t index) {
  const int inner = level % kTileHeight;
  const int tile_bits = kTileHeight - inner;  // nodes of this level per tile, as a power of two
  FG_ASSIGN_OR_RETURN(const TileNodes* const nodes,
                      Tile({level / kTileHeight, index >> tile_bits}));
  FG_CHECK(static_cast<std::size_t>(inner) < nodes->size());
  const std::vector<Hash256>& row = (*nodes)[static_cast<std::size_t>(inner)];
  const std::uint64_t at = index & ((std::uint64_t{1} << tile_bits) - 1);
  FG_CHECK(at < row.size());
  return row[at];
}

Result<Hash256> Prover::RangeHash(std::uint64_t begin, std::uint64_t end) {
  return RangeHashOf(begin, end,
                     [this](int level, std::uint64_t index) { return CompleteNode(level, index); });
}

Result<Hash256> Prover::Root() {
  if (size_ == 0) return EmptyRoot();
  return RangeHash(0, size_);
}

Result<std::vector<Hash256>> Prover::Inclusion(std::uint64_t index) {
  FG_CHECK(index < size_);
  return PathOf(index, size_,
                [this](int level, std::uint64_t node) { return CompleteNode(level, node); });
}

// RFC 6962's SUBPROOF, walked from the root down to where the old tree ends.
Result<std::vector<Hash256>> Prover::Consistency(std::uint64_t old_size) {
  FG_CHECK(old_size <= size_);
  std::vector<Hash256> proof;
  if (old_size == 0 || old_size == size_) return proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size_;
  while (end != old_size) {
    const std::uint64_t middle = begin + SplitPoint(end - begin);
    const bool goes_left = old_size <= middle;
    FG_ASSIGN_OR_RETURN(const Hash256 sibling,
                        goes_left ? RangeHash(middle, end) : RangeHash(begin, middle));
    proof.push_back(sibling);
    (goes_left ? end : begin) = middle;
  }
  // Starting at leaf 0, what remains is the old tree itself, whose root the verifier has.
  if (begin != 0) {
    FG_ASSIGN_OR_RETURN(const Hash256 rest, RangeHash(begin, end));
    proof.push_back(rest);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<Hash256> RootHash(std::uint64_t size, const TileReader& read) {
  return Prover(size, read).Root();
}

Result<std::vector<Hash256>> InclusionProof(std::uint64_t index, std::uint64_t size,
                                            const TileReader& read) {
  return Prover(size, read).Inclusion(index);
}

Result<std::vector<Hash256>> ConsistencyProof(std::uint64_t old_size, std::uint64_t size,
                                              const TileReader& read) {
  return Prover(size, read).Consistency(old_size);
}

// The algorithm of RFC 9162, 2.1.3.2.
Status VerifyInclusion(const Hash256& leaf, std::uint64_t index, std::uint64_t size,
                       const std::vector<Hash256>& proof, const Hash256& root) {
  if (index >= size) return ProofBad("the index is outside of the tree");
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Hash256 hash = leaf;
  for (const Hash256& sibling : proof) {
    if (last == 0) return ProofBad("the inclusion proof is too long");
    if ((node & 1) != 0 || node == last) {
      hash = NodeHash(sibling, hash);
      SkipLevelsWithoutSibling(node, last);
    } else {
      hash = NodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return ProofBad("the inclusion proof is too short");
  if (hash != root) return ProofBad("the inclusion proof does not lead to the root");
  return Status::Ok();
}

// The algorithm of RFC 9162, 2.1.4.2.
Status VerifyConsistency(std::uint64_t old_size, const Hash256& old_root, std::uint64_t size,
                         const Hash256& root, const std::vector<Hash256>& proof) {
  if (old_size > size) return ProofBad("the tree has shrunk");
  if (old_size == 0 || old_size == size) {
    if (!proof.empty()) return ProofBad("the consistency proof should be empty");
    if (old_size == 0 && old_root != EmptyRoot()) return ProofBad("not the root of no leaves");
    if (old_size == size && old_root != root) return ProofBad("two roots for one size");
    return Status::Ok();
  }
  auto next = proof.begin();
  std::uint64_t node = old_size - 1;
  std::uint64_t last = size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  // An old tree that is one complete subtree (node is now 0) is where both walks start.
  if (node != 0 && next == proof.end()) return ProofBad("the consistency proof is too short");
  Hash256 old_hash = node == 0 ? old_root : *next++;
  Hash256 hash = old_hash;
  for (; next != proof.end(); ++next) {
    if (last == 0) return ProofBad("the consistency proof is too long");
    if ((node & 1) != 0 || node == last) {
      old_hash = NodeHash(*next, old_hash);
      hash = NodeHash(*next, hash);
      SkipLevelsWithoutSibling(node, last);
    } else {
      hash = NodeHash(hash, *next);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return ProofBad("the consistency proof is too short");
  if (old_hash != old_root) return ProofBad("the consistency proof does not lead to the old root");
  if (hash != root) return ProofBad("the consistency proof does not lead to the new root");
  return Status::Ok();
}

RootAccumulator::RootAccumulator(std::uint64_t size, std::vector<Hash256> subtrees)
    : size_(size), subtrees_(std::move(subtrees)) {
  FG_CHECK(subtrees_.size() == static_cast<std::size_t>(std::popcount(size_)));
}

void RootAccumulator::Append(const Hash256& leaf) {
  subtrees_.push_back(leaf);
  // Each trailing one bit of the old size is a subtree as large as the one just made.
  for (std::uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    const Hash256 right = subtrees_.back();
    subtrees_.pop_back();
    subtrees_.back() = NodeHash(subtrees_.back(), right);
  }
  ++size_;
}

Hash256 RootAccumulator::Root() const {
  if (subtrees_.empty()) return EmptyRoot();
  Hash256 root = subtrees_.back();
  for (auto left = subtrees_.rbegin() + 1; left != subtrees_.rend(); ++left) {
    root = NodeHash(*left, root);
  }
  return root;
}

// A level has, beside what is appended, the node of the old tree that waits for its right sibling.
GrowthProver::GrowthProver(const RootAccumulator& before)
    : first_(before.size()), size_(before.size()) {
  auto subtree = before.subtrees().rbegin();  // smallest first
  for (std::uint64_t rest = first_; rest != 0; rest >>= 1) {
    Level& level = levels_.emplace_back();
    level.first = rest & ~std::uint64_t{1};
    if ((rest & 1) != 0) level.nodes.push_back(*subtree++);
  }
}

void GrowthProver::Append(const Hash256& leaf) {
  Hash256 node = leaf;
  ++size_;
  for (std::size_t height = 0;; ++height) {
    if (height == levels_.size()) levels_.emplace_back();
    std::vector<Hash256>& nodes = levels_[height].nodes;
    nodes.push_back(node);
    // `first` is even, so that pairs of siblings lie side by side.
    if (nodes.size() % 2 != 0) return;
    node = NodeHash(nodes[nodes.size() - 2], node);
  }
}

std::vector<Hash256> GrowthProver::Inclusion(std::uint64_t index) const {
  FG_CHECK(index >= first_ && index < size_);
  // A sibling on the path of a new leaf holds new leaves, or else it is a subtree of the old tree
  // that its parent, which holds the leaf, had not joined yet.
  auto path = PathOf(index, size_, [this](int level, std::uint64_t node) -> Result<Hash256> {
    const Level& known = levels_[static_cast<std::size_t>(level)];
    FG_CHECK(node >= known.first && node - known.first < known.nodes.size());
    return known.nodes[node - known.first];
  });
  return std::move(path).value();
}

Result<GrowingTree> GrowingTree::Load(std::uint64_t size, const TileReader& read) {
  GrowingTree tree;
  for (int level = 0; HashesAtLevel(level, size) > 0; ++level) {
    const TileId id{level, HashesAtLevel(level, size) >> kTileHeight};
    const int width = TileWidthAt(id, size);
    core::Bytes hashes;
    if (width > 0) {
      FG_ASSIGN_OR_RETURN(hashes, ReadTile(id, width, read));
    }
    tree.edge_.push_back(std::move(hashes));
  }
  std::vector<Hash256> subtrees;  // smallest first
  for (const core::Bytes& tile : tree.edge_) {
    for (const std::vector<Hash256>& row : CompleteNodes(tile)) {
      // The last node of a row of even length is part of one above.
      if (row.size() % 2 != 0) subtrees.push_back(row.back());
    }
  }
  std::reverse(subtrees.begin(), subtrees.end());
  tree.root_ = RootAccumulator(size, std::move(subtrees));
  return tree;
}

void GrowingTree::Append(const Hash256& leaf) {
  FG_CHECK(size() < std::numeric_limits<std::uint64_t>::max());
  Hash256 hash = leaf;
  root_.Append(leaf);
  for (int level = 0;; ++level) {
    if (static_cast<std::size_t>(level) == edge_.size()) edge_.emplace_back();
    core::Bytes& tile = edge_[static_cast<std::size_t>(level)];
    tile.insert(tile.end(), hash.begin(), hash.end());
    const TileId id{level, (HashesAtLevel(level, size()) - 1) >> kTileHeight};
    if (tile.size() < kTileWidth * kHashBytes) {
      changed_[id].clear();
      return;
    }
    hash = CompleteNodes(tile).back().front();
    changed_[id] = std::move(tile);
    tile.clear();
  }
}

std::map<TileId, core::Bytes> GrowingTree::TakeChangedTiles() {
  std::map<TileId, core::Bytes> taken = std::move(changed_);
  changed_.clear();
  for (auto& [id, hashes] : taken) {
    if (hashes.empty()) hashes = edge_[static_cast<std::size_t>(id.level)];
  }
  return taken;
}

}  // namespace facegate::tlog
