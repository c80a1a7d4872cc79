// A small log with keys of its own, written the way an export writes it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/time.h"
#include "facegate/crypto/primitives.h"
#include "facegate/report/log_copy.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"
#include "facegate/tlog/origin.h"

namespace facegate::testing {

class WrittenLog {
 public:
  static constexpr const char* kOrigin = "gate.example/acme";

  WrittenLog() = default;

  // kOrigin until another log succeeds this one.
  const std::string& origin() const { return origin_; }

  // The generation in force; `earlier` ones are for the test to hand over.
  report::LogKeys keys() const {
    return {tlog::MakeVerifierKey(origin_, tlog::kSigEd25519, checkpoint_key_.public_key()),
            tlog::MakeVerifierKey(report::RecordKeyName(origin_), tlog::kSigEd25519,
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
    tlog::SignNote(note, report::RecordKeyName(origin_), record_key_);
    return tlog::EncodeNote(note);
  }

  // The record that comes next, with members of its own, a second after the one before it.
  std::string Event(const std::string& type, const core::Json& members) const {
    const std::uint64_t index = entries_.size();
    return SignRecord(EventLine(type, members, static_cast<std::int64_t>(index)).Dump());
  }
  void AppendEvent(const std::string& type, const core::Json& members) {
    Append(Event(type, members));
  }
  // The same at `seconds` after the start.
  void AppendEventAt(std::int64_t seconds, const std::string& type, const core::Json& members) {
    Append(SignRecord(EventLine(type, members, seconds).Dump()));
  }

  // Who signs a rotation, or the record of a succession.
  enum class Signers { kBoth, kOldAlone, kNewAlone };
  // Hands the log over to keys made of `seed` and, for records, of the number after it.
  void Rotate(std::uint8_t seed, Signers signers = Signers::kBoth) {
    core::Json members = core::Json::MakeObject();
    members.Set("kind", "LOG").Set("version", 2);
    HandOver("key.rotated", members, seed, signers);
    rotated_size_ = tree_.size();
  }

  // Loses the newest `lost` records and goes on as the log that succeeds this one, with keys made
  // of `seed` as Rotate makes them and a name `numbers` further. `changes` are set in the record
  // in the place of what is true.
  void Succeed(std::uint8_t seed, std::uint64_t lost, Signers signers = Signers::kBoth,
               const core::Json& changes = core::Json::MakeObject(), int numbers = 1) {
    FG_CHECK(lost <= entries_.size());
    core::Json members = core::Json::MakeObject();
    members.Set("previous_origin", origin_).Set("previous_size", tree_.size());
    members.Set("previous_root", core::HexEncode(tree_.Root()));
    for (const auto& [name, value] : changes.AsObject()) members.Set(name, value);
    Lose(lost);
    tlog::Origin next = tlog::ParseOrigin(origin_);
    next.number += numbers;
    origin_ = tlog::OriginName(next);
    HandOver("log.succeeded", members, seed, signers);
    previous_checkpoint_key_.reset();
  }

  // Records that contents below `minimum_index` are gone, and leaves them out from here on.
  void Prune(std::uint64_t minimum_index) {
    TakeTiles();
    const auto root = tlog::RootHash(
        minimum_index,
        [this](const tlog::TileId& id, int) -> core::Result<core::Bytes> { return tiles_.at(id); });
    FG_CHECK(root.ok());
    core::Json members = core::Json::MakeObject();
    members.Set("minimum_index", minimum_index).Set("root", core::HexEncode(*root));
    members.Set("retained_days", 30);
    AppendEvent("log.pruned", members);
    minimum_index_ = minimum_index;
    SetStatement("facegate-minimum-index v1\n" + origin_ + "\n" + std::to_string(minimum_index) +
                 "\n" + crypto::Base64Encode(*root) + "\n");
  }
  // Signs another statement than that of Prune.
  void SetStatement(const std::string& text) {
    tlog::Note note{text, {}};
    tlog::SignNote(note, origin_, checkpoint_key_);
    statement_ = tlog::EncodeNote(note);
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
    tlog::Note note{tlog::CheckpointText({origin_, tree_.size(), tree_.Root()}), {}};
    if (previous_checkpoint_key_ && tree_.size() == rotated_size_) {
      tlog::SignNote(note, origin_, *previous_checkpoint_key_);
    }
    tlog::SignNote(note, origin_, checkpoint_key_);
    return tlog::EncodeNote(note);
  }
  const crypto::SigningKey& record_key() const { return record_key_; }
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
    for (std::size_t first = minimum_index_; first < entries_.size(); first += 256) {
      const std::size_t end = std::min(first + 256, entries_.size());
      files[tlog::BundlePath(first / 256, static_cast<int>(end - first))] = tlog::EncodeBundle(
          {entries_.begin() + static_cast<long>(first), entries_.begin() + static_cast<long>(end)});
    }
    const std::string checkpoint = Checkpoint();
    files["checkpoint"] = core::Bytes(checkpoint.begin(), checkpoint.end());
    if (!statement_.empty()) {
      files["minimum-index"] = core::Bytes(statement_.begin(), statement_.end());
    }
    return files;
  }

  void WriteTo(const std::string& directory) {
    auto writer = report::LogCopyWriter::Open(directory);
    FG_CHECK(writer.ok());
    for (const auto& [path, content] : Files()) FG_CHECK(writer->Add(path, content).ok());
  }

 private:
  core::Json EventLine(const std::string& type, const core::Json& members,
                       std::int64_t seconds) const {
    core::Json line = core::Json::MakeObject();
    line.Set("v", 1).Set("type", type).Set("index", static_cast<std::uint64_t>(entries_.size()));
    line.Set("time", core::FormatRfc3339({1'772'438'400'000 + seconds * 1000}));
    for (const auto& [name, value] : members.AsObject()) line.Set(name, value);
    return line;
  }

  // Appends a record that hands over to keys made of `seed` and, for records, of the number after
  // it, of the origin as it is now. It names both generations, unless the members do.
  void HandOver(const std::string& type, core::Json members, std::uint8_t seed, Signers signers) {
    const report::LogKeys old = generation_;
    crypto::SigningKey old_record = std::move(record_key_);
    previous_checkpoint_key_.emplace(std::move(checkpoint_key_));
    checkpoint_key_ = crypto::SigningKey(core::Bytes(32, seed));
    record_key_ = crypto::SigningKey(core::Bytes(32, static_cast<std::uint8_t>(seed + 1)));
    generation_ = keys();
    for (const auto& [name, vkey] : {std::pair("previous_checkpoint_vkey", old.checkpoint),
                                     std::pair("previous_record_vkey", old.record),
                                     std::pair("checkpoint_vkey", generation_.checkpoint),
                                     std::pair("record_vkey", generation_.record)}) {
      if (members.Find(name) == nullptr) members.Set(name, vkey.ToString());
    }
    tlog::Note note;
    note.text = EventLine(type, members, static_cast<std::int64_t>(entries_.size())).Dump() + "\n";
    if (signers != Signers::kNewAlone) tlog::SignNote(note, old.record.name, old_record);
    if (signers != Signers::kOldAlone) {
      tlog::SignNote(note, generation_.record.name, record_key_);
    }
    Append(tlog::EncodeNote(note));
  }

  // Cuts the newest records off.
  void Lose(std::uint64_t count) {
    std::vector<std::string> left = std::move(entries_);
    left.resize(left.size() - count);
    entries_.clear();
    tree_ = tlog::GrowingTree();
    tiles_.clear();
    for (const std::string& entry : left) Append(entry);
  }

  void TakeTiles() {
    for (auto& [id, hashes] : tree_.TakeChangedTiles()) tiles_[id] = hashes;
  }

  std::string origin_ = kOrigin;
  crypto::SigningKey checkpoint_key_{core::Bytes(32, 1)};
  crypto::SigningKey record_key_{core::Bytes(32, 2)};
  report::LogKeys generation_ = keys();  // in force since the last hand-over
  std::optional<crypto::SigningKey> previous_checkpoint_key_;
  std::uint64_t rotated_size_ = 0;
  std::uint64_t minimum_index_ = 0;
  std::string statement_;
  std::vector<std::string> entries_;
  tlog::GrowingTree tree_;
  std::map<tlog::TileId, core::Bytes> tiles_;
};

}  // namespace facegate::testing
