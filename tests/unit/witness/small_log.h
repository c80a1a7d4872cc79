// A log of "leaf 0", "leaf 1", ... and what it would send to a witness.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/witness.h"
#include "unit/tlog/reference_tree.h"

namespace facegate::witness::testing {

class SmallLog {
 public:
  explicit SmallLog(std::uint64_t leaves = 20, std::string origin = "log.example/op",
                    std::uint8_t seed = 7)
      : origin_(std::move(origin)), key_(core::Bytes(32, seed)), tree_(leaves) {}
  // One whose leaves, and so its tree, are others.
  static SmallLog Fork() {
    SmallLog log;
    log.tree_ = tlog::testing::ReferenceTree(std::vector<std::string>(20, "another leaf"));
    return log;
  }

  tlog::VerifierKey vkey() const {
    return tlog::MakeVerifierKey(origin_, tlog::kSigEd25519, key_.public_key());
  }
  tlog::Checkpoint At(std::uint64_t size) { return {origin_, size, tree_.Root(size)}; }
  std::string SignedAt(std::uint64_t size) { return tlog::SignCheckpoint(At(size), key_); }
  std::string Request(std::uint64_t old_size, std::uint64_t size) {
    return tlog::EncodeAddCheckpoint({old_size, tree_.Proof(old_size, size), SignedAt(size)});
  }
  tlog::testing::ReferenceTree& tree() { return tree_; }
  const crypto::SigningKey& key() const { return key_; }

 private:
  std::string origin_;
  crypto::SigningKey key_;
  tlog::testing::ReferenceTree tree_;
};

}  // namespace facegate::witness::testing
