// A small log with keys of its own, written the way an export writes it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/time.h"
#include "facegate/crypto/primitives.h"
#include "facegate/report/log_copy.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"

namespace facegate::testing {

class WrittenLog {
 public:
  static constexpr const char* kOrigin = "gate.example/acme";

  WrittenLog() : checkpoint_key_(core::Bytes(32, 1)), record_key_(core::Bytes(32, 2)) {}

  report::LogKeys keys() const {
    return {tlog::MakeVerifierKey(kOrigin, tlog::kSigEd25519, checkpoint_key_.public_key()),
            tlog::MakeVerifierKey(std::string(kOrigin) + "/records", tlog::kSigEd25519,
                                  record_key_.public_key())};
  }

  // A record that says it stands at `index`, `seconds` after an arbitrary start.
  std::string Record(std::uint64_t index, std::int64_t seconds) const {
    core::Json line = core::Json::MakeObject();
    line.Set("v", 1).Set("type", index == 0 ? "gateway.started" : "decision");
    line.Set("index", index);
    line.Set("time", core::FormatRfc3339({1'772'438'400'000 + seconds * 1000}));
    return SignRecord(line.Dump());
  }

  std::string SignRecord(const std::string& line) const {
    tlog::Note note;
    note.text = line + "\n";
    tlog::SignNote(note, std::string(kOrigin) + "/records", record_key_);
    return tlog::EncodeNote(note);
  }

  void Append(const std::string& entry) {
    entries_.push_back(entry);
    tree_.Append(tlog::LeafHash(core::AsBytes(entry)));
  }
  void AppendMany(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t index = entries_.size();
      Append(Record(index, static_cast<std::int64_t>(index)));
    }
  }

  std::string Checkpoint() const {
    return tlog::SignCheckpoint({kOrigin, tree_.size(), tree_.Root()}, checkpoint_key_);
  }
  const std::vector<std::string>& entries() const { return entries_; }

  std::vector<tlog::Hash256> Proof(std::uint64_t index) {
    TakeTiles();
    auto proof = tlog::InclusionProof(
        index, tree_.size(),
        [this](const tlog::TileId& id, int) -> core::Result<core::Bytes> { return tiles_.at(id); });
    FG_CHECK(proof.ok());
    return std::move(proof).value();
  }

  // Every file of the log, by path.
  std::map<std::string, core::Bytes> Files() {
    TakeTiles();
    std::map<std::string, core::Bytes> files;
    for (const auto& [id, hashes] : tiles_) {
      files[tlog::TilePath(id, static_cast<int>(hashes.size() / 32))] = hashes;
    }
    for (std::size_t first = 0; first < entries_.size(); first += 256) {
      const std::size_t end = std::min(first + 256, entries_.size());
      files[tlog::BundlePath(first / 256, static_cast<int>(end - first))] = tlog::EncodeBundle(
          {entries_.begin() + static_cast<long>(first), entries_.begin() + static_cast<long>(end)});
    }
    const std::string checkpoint = Checkpoint();
    files["checkpoint"] = core::Bytes(checkpoint.begin(), checkpoint.end());
    return files;
  }

  void WriteTo(const std::string& directory) {
    auto writer = report::LogCopyWriter::Open(directory);
    FG_CHECK(writer.ok());
    for (const auto& [path, content] : Files()) FG_CHECK(writer->Add(path, content).ok());
  }

 private:
  void TakeTiles() {
    for (auto& [id, hashes] : tree_.TakeChangedTiles()) tiles_[id] = hashes;
  }

  crypto::SigningKey checkpoint_key_;
  crypto::SigningKey record_key_;
  std::vector<std::string> entries_;
  tlog::GrowingTree tree_;
  std::map<tlog::TileId, core::Bytes> tiles_;
};

}  // namespace facegate::testing
