// RFC 6962 as its text reads, recursive and slow, and tiles in memory: what the real tree is
// compared with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "facegate/tlog/merkle.h"

namespace facegate::tlog::testing {

class ReferenceTree {
 public:
  // `leaves` leaves, the n-th being "leaf n".
  explicit ReferenceTree(std::uint64_t leaves) {
    for (std::uint64_t i = 0; i < leaves; ++i) Add("leaf " + std::to_string(i));
  }
  explicit ReferenceTree(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) Add(entry);
  }

  const Hash256& leaf(std::uint64_t index) const { return leaves_.at(index); }
  std::uint64_t size() const { return leaves_.size(); }

  // MTH(D[begin:end]).
  Hash256 Mth(std::uint64_t begin, std::uint64_t end) {
    if (begin == end) return EmptyRoot();
    if (end - begin == 1) return leaves_.at(begin);
    const auto known = memo_.find({begin, end});
    if (known != memo_.end()) return known->second;
    const std::uint64_t k = Split(end - begin);
    const Hash256 hash = NodeHash(Mth(begin, begin + k), Mth(begin + k, end));
    memo_[{begin, end}] = hash;
    return hash;
  }
  Hash256 Root(std::uint64_t size) { return Mth(0, size); }

  // PATH(m, D[begin:end]).
  std::vector<Hash256> Path(std::uint64_t m, std::uint64_t begin, std::uint64_t end) {
    if (end - begin == 1) return {};
    const std::uint64_t k = Split(end - begin);
    if (m < k) return With(Path(m, begin, begin + k), Mth(begin + k, end));
    return With(Path(m - k, begin + k, end), Mth(begin, begin + k));
  }

  // PROOF(m, D[0:n]).
  std::vector<Hash256> Proof(std::uint64_t m, std::uint64_t n) {
    if (m == 0) return {};
    return Subproof(m, 0, n, true);
  }

 private:
  void Add(const std::string& entry) { leaves_.push_back(LeafHash(core::AsBytes(entry))); }

  static std::uint64_t Split(std::uint64_t n) {
    std::uint64_t k = 1;
    while (2 * k < n) k *= 2;
    return k;
  }
  static std::vector<Hash256> With(std::vector<Hash256> list, const Hash256& last) {
    list.push_back(last);
    return list;
  }
  std::vector<Hash256> Subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end,
                                bool is_known) {
    const std::uint64_t n = end - begin;
    if (m == n) return is_known ? std::vector<Hash256>{} : std::vector<Hash256>{Mth(begin, end)};
    const std::uint64_t k = Split(n);
    if (m <= k) return With(Subproof(m, begin, begin + k, is_known), Mth(begin + k, end));
    return With(Subproof(m - k, begin + k, end, false), Mth(begin, begin + k));
  }

  std::vector<Hash256> leaves_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Hash256> memo_;
};

// Keeps the widest version of each tile, as a store does.
class MemoryTiles {
 public:
  void Keep(std::map<TileId, core::Bytes> changed) {
    for (auto& [id, hashes] : changed) tiles_[id] = std::move(hashes);
  }
  const std::map<TileId, core::Bytes>& all() const { return tiles_; }
  std::map<TileId, core::Bytes>& mutable_all() { return tiles_; }
  int reads() const { return reads_; }

  TileReader Reader() {
    return [this](const TileId& id, int width) -> core::Result<core::Bytes> {
      ++reads_;
      const auto tile = tiles_.find(id);
      if (tile == tiles_.end()) {
        return core::Status(core::Code::kDataLoss, "NO_TILE", TilePath(id, width));
      }
      return tile->second;
    };
  }

 private:
  std::map<TileId, core::Bytes> tiles_;
  int reads_ = 0;
};

// A stored tree with the leaves of `reference`.
inline MemoryTiles StoredTiles(const ReferenceTree& reference) {
  GrowingTree tree;
  for (std::uint64_t i = 0; i < reference.size(); ++i) tree.Append(reference.leaf(i));
  MemoryTiles tiles;
  tiles.Keep(tree.TakeChangedTiles());
  return tiles;
}

}  // namespace facegate::tlog::testing
