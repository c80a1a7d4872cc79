// Whatever one field of a record, a proof, a checkpoint or a copy is changed to, it is refused. The
// records are those of tests/golden/data, one of each kind.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/crypto/primitives.h"
#include "facegate/report/log_copy.h"
#include "facegate/report/receipt.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/note.h"
#include "support/base/temp_dir.h"
#include "unit/report/mutants.h"
#include "unit/report/written_log.h"

namespace facegate::report {
namespace {

namespace fs = std::filesystem;
using testing::JsonMutant;
using testing::TempDir;
using testing::WrittenLog;

const fs::path kGolden = fs::path(FACEGATE_SOURCE_DIR) / "tests/golden/data";

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.is_open()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

// A new file: some file systems write out at once what replaces an old one.
void WriteFile(const fs::path& path, std::string_view content) {
  fs::remove(path);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

core::Json LineOf(const tlog::Note& record) {
  return core::Json::Parse(std::string_view(record.text).substr(0, record.text.size() - 1)).value();
}

// The golden records, each at the place in a log that it says, with leaves in between of which
// nothing is known. Some are of another log, with the same keys, and share their place with one of
// the first. The checkpoint's key is the test's own.
class GoldenLog {
 public:
  GoldenLog() {
    for (const fs::directory_entry& file : fs::directory_iterator(kGolden)) {
      const std::string name = file.path().filename().string();
      if (!name.starts_with("entry.")) continue;
      const std::string entry = ReadFile(file.path());
      const std::int64_t index = LineOf(tlog::ParseNote(entry).value()).IntOr("index", -1);
      entries_.emplace(static_cast<std::uint64_t>(index), entry);
    }
    leaves_.resize(entries_.rbegin()->first + 2, tlog::Hash256{42});
    for (const auto& [index, entry] : entries_) {
      leaves_[index] = tlog::LeafHash(core::AsBytes(entry));
    }
    for (const auto& [index, entry] : entries_) receipts_[index] = ReceiptOf(index, entry);
    const std::string vkeys = ReadFile(kGolden / "vkeys.golden");
    const std::string record_vkey = testing::LinesWithEnds(vkeys).at(1);
    const std::string own =
        tlog::MakeVerifierKey(kOrigin, tlog::kSigEd25519, key_.public_key()).ToString();
    keys_ = ParseLogKeys(own + "\n" + record_vkey).value();
  }

  const std::multimap<std::uint64_t, std::string>& entries() const { return entries_; }
  const LogKeys& keys() const { return *keys_; }

  // A true receipt, of a log in which `entry` stands at `index`.
  HeldReceipt ReceiptOf(std::uint64_t index, const std::string& entry) const {
    std::vector<tlog::Hash256> leaves = leaves_;
    leaves[index] = tlog::LeafHash(core::AsBytes(entry));
    tlog::GrowingTree tree;
    for (const tlog::Hash256& leaf : leaves) tree.Append(leaf);
    HeldReceipt receipt;
    receipt.origin = kOrigin;
    receipt.index = index;
    receipt.entry = entry;
    receipt.leaf_hash = leaves[index];
    receipt.checkpoint = tlog::SignCheckpoint({kOrigin, tree.size(), tree.Root()}, key_);
    const std::map<tlog::TileId, core::Bytes> tiles = tree.TakeChangedTiles();
    const tlog::TileReader read = [&tiles](const tlog::TileId& id, int) { return tiles.at(id); };
    receipt.inclusion_proof = tlog::InclusionProof(index, tree.size(), read).value();
    return receipt;
  }

  std::string ReasonOf(const HeldReceipt& receipt) const {
    const core::Result<ReceiptProof> proof = VerifyReceipt(receipt, keys());
    return proof.ok() ? "OK" : proof.status().reason();
  }

  // `forged` in the place of record `index` is refused beside the true proof, with a leaf hash that
  // fits it, and even where whoever signs checkpoints signed a tree that holds it.
  void ExpectRefused(std::uint64_t index, const std::string& forged,
                     const std::string& what) const {
    HeldReceipt receipt = receipts_.at(index);
    receipt.entry = forged;
    EXPECT_EQ(ReasonOf(receipt), "RECORD_DIFFERS") << index << " " << what;
    receipt.leaf_hash = tlog::LeafHash(core::AsBytes(forged));
    EXPECT_EQ(ReasonOf(receipt), "PROOF_BAD") << index << " " << what;
    static const std::set<std::string> kUnsigned = {"SIGNATURE_BAD", "SIGNATURE_MISSING",
                                                    "RECORD_MALFORMED"};
    const std::string reason = ReasonOf(ReceiptOf(index, forged));
    EXPECT_TRUE(kUnsigned.contains(reason)) << index << " " << what << " " << reason;
  }

 private:
  static constexpr const char* kOrigin = "gate.example/acme";

  crypto::SigningKey key_{core::Bytes(32, 1)};
  std::multimap<std::uint64_t, std::string> entries_;
  std::map<std::uint64_t, HeldReceipt> receipts_;  // true ones, of a place
  std::vector<tlog::Hash256> leaves_;
  std::optional<LogKeys> keys_;
};

// ---- Records

TEST(Mutation, OfAnyMemberOfARecordIsRefused) {
  const GoldenLog log;
  ASSERT_GE(log.entries().size(), 20u);
  std::size_t tried = 0;
  for (const auto& [index, entry] : log.entries()) {
    ASSERT_EQ(log.ReasonOf(log.ReceiptOf(index, entry)), "OK") << index;
    tlog::Note note = tlog::ParseNote(entry).value();
    const core::Json line = LineOf(note);
    for (const JsonMutant& mutant : testing::JsonMutants(line, "")) {
      note.text = mutant.json.Dump() + "\n";
      log.ExpectRefused(index, tlog::EncodeNote(note), mutant.path);
      ++tried;
    }
    note.text = line.DumpPretty() + "\n";  // the same value, in other bytes
    log.ExpectRefused(index, tlog::EncodeNote(note), "white space");
  }
  EXPECT_GT(tried, 2'000u);
}

TEST(Mutation, OfAnyPartOfARecordsSignatureIsRefused) {
  const GoldenLog log;
  for (const auto& [index, entry] : log.entries()) {
    const tlog::Note note = tlog::ParseNote(entry).value();
    ASSERT_EQ(note.signatures.size(), 1u);
    for (const core::Json& name : testing::OtherTexts(note.signatures[0].name)) {
      tlog::Note forged = note;
      if (!name.is_string()) continue;
      forged.signatures[0].name = name.AsString();
      log.ExpectRefused(index, tlog::EncodeNote(forged), "name");
    }
    for (int bit = 0; bit < 32; ++bit) {
      tlog::Note forged = note;
      forged.signatures[0].id ^= std::uint32_t{1} << bit;
      log.ExpectRefused(index, tlog::EncodeNote(forged), "id");
    }
    for (std::size_t at = 0; at < note.signatures[0].signature.size(); ++at) {
      tlog::Note forged = note;
      forged.signatures[0].signature[at] ^= static_cast<std::uint8_t>(1 << (at + index) % 8);
      log.ExpectRefused(index, tlog::EncodeNote(forged), "signature byte");
    }
    const std::string& other = log.entries().begin()->second;
    if (other == entry) continue;
    tlog::Note forged = note;
    forged.signatures = tlog::ParseNote(other).value().signatures;
    log.ExpectRefused(index, tlog::EncodeNote(forged), "another record's signature");
  }
}

TEST(Mutation, OfAnyLineOrByteOfARecordIsRefused) {
  const GoldenLog log;
  const auto& [index, entry] = *std::min_element(
      log.entries().begin(), log.entries().end(),
      [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  HeldReceipt receipt = log.ReceiptOf(index, entry);
  for (const std::string& forged : testing::TextMutants(entry)) {
    receipt.entry = forged;
    receipt.leaf_hash = tlog::LeafHash(core::AsBytes(forged));
    EXPECT_EQ(log.ReasonOf(receipt), "PROOF_BAD") << forged;
  }
}

// ---- Receipts

TEST(Mutation, OfAnyMemberOfAReceiptIsRefused) {
  const LogKeys keys = ParseLogKeys(ReadFile(kGolden / "vkeys.golden")).value();
  const core::Json whole =
      core::Json::Parse(ReadFile(kGolden / "receipt.fine.json.golden")).value();
  // Once more without what repeats or follows from the rest, which must not be needed to notice.
  core::Json bare = core::Json::MakeObject();
  for (const auto& [name, value] : whole.AsObject()) {
    if (name != "proofFile" && name != "recordTime") bare.Set(name, value);
  }
  const std::set<std::string> may_be_absent = {".entry", ".proofFile", ".recordTime"};
  for (const core::Json& json : {whole, bare}) {
    for (const JsonMutant& mutant : testing::JsonMutants(json, "")) {
      using Kind = JsonMutant::Kind;
      const core::Result<HeldReceipt> receipt = ParseReceipt(mutant.json.Dump());
      const bool proves = receipt.ok() && VerifyReceipt(*receipt, keys).ok();
      const bool says_the_same =
          mutant.kind == Kind::kOrder || mutant.kind == Kind::kAdded ||
          (mutant.kind == Kind::kRemoved && may_be_absent.contains(mutant.path));
      EXPECT_EQ(proves, says_the_same) << mutant.path << " " << mutant.json.Dump();
    }
  }
}

// ---- Proof files and checkpoints

// A log of `size` short entries and a proof of each.
struct SmallLog {
  explicit SmallLog(std::uint64_t size) {
    core::Bytes tile;
    tlog::RootAccumulator tree;
    for (std::uint64_t i = 0; i < size; ++i) {
      entries.push_back("entry " + std::to_string(i));
      const tlog::Hash256 leaf = tlog::LeafHash(core::AsBytes(entries.back()));
      tree.Append(leaf);
      tile.insert(tile.end(), leaf.begin(), leaf.end());
    }
    const tlog::TileReader read = [&tile](const tlog::TileId&, int) { return tile; };
    const std::string checkpoint = tlog::SignCheckpoint({vkey.name, size, tree.Root()}, key);
    for (std::uint64_t i = 0; i < size; ++i) {
      proofs.push_back({std::nullopt, i, tlog::InclusionProof(i, size, read).value(), checkpoint});
    }
  }

  bool Proves(const tlog::ProofFile& proof, std::uint64_t index) const {
    return tlog::VerifyProofFile(proof, core::AsBytes(entries[index]), vkey).ok();
  }

  const crypto::SigningKey key{core::Bytes(32, 3)};
  const tlog::VerifierKey vkey =
      tlog::MakeVerifierKey("log.example/small", tlog::kSigEd25519, key.public_key());
  std::vector<std::string> entries;
  std::vector<tlog::ProofFile> proofs;
};

// `proof` with one hash changed in one byte, left out, doubled, or exchanged with the next.
std::vector<tlog::ProofFile> HashMutants(const tlog::ProofFile& proof) {
  std::vector<tlog::ProofFile> mutants;
  for (std::size_t i = 0; i < proof.hashes.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    for (std::size_t byte = 0; byte < sizeof(tlog::Hash256); ++byte) {
      mutants.push_back(proof);
      mutants.back().hashes[i][byte] ^= static_cast<std::uint8_t>(1 << byte % 8);
    }
    mutants.push_back(proof);
    mutants.back().hashes.erase(mutants.back().hashes.begin() + at);
    mutants.push_back(proof);
    mutants.back().hashes.insert(mutants.back().hashes.begin() + at, proof.hashes[i]);
    if (i + 1 == proof.hashes.size()) continue;
    mutants.push_back(proof);
    std::swap(mutants.back().hashes[i], mutants.back().hashes[i + 1]);
  }
  mutants.push_back(proof);
  mutants.back().hashes.push_back(tlog::Hash256{});
  return mutants;
}

TEST(Mutation, OfTheIndexOrAnyHashOfAProofIsRefused) {
  for (const std::uint64_t size : {1u, 2u, 3u, 7u, 8u, 11u}) {
    const SmallLog log(size);
    for (const tlog::ProofFile& proof : log.proofs) {
      ASSERT_TRUE(log.Proves(proof, proof.index));
      for (std::uint64_t other = 0; other <= size; ++other) {
        tlog::ProofFile moved = proof;
        moved.index = other;
        EXPECT_EQ(log.Proves(moved, proof.index), other == proof.index) << size << " " << other;
      }
      for (const tlog::ProofFile& mutant : HashMutants(proof)) {
        EXPECT_FALSE(log.Proves(mutant, proof.index)) << size << " " << proof.index;
      }
    }
  }
}

// The size too: nothing but the checkpoint's signature binds a proof to it (a proof may lead to the
// same root from several sizes).
TEST(Mutation, OfAnyLineOrByteOfAProofFileIsRefused) {
  const SmallLog log(3);
  for (const tlog::ProofFile& proof : log.proofs) {
    for (const std::string& mutant : testing::TextMutants(tlog::EncodeProofFile(proof))) {
      const core::Result<tlog::ProofFile> parsed = tlog::ParseProofFile(mutant);
      EXPECT_FALSE(parsed.ok() && log.Proves(*parsed, proof.index)) << mutant;
    }
  }
}

TEST(Mutation, OfAnyLineOrByteOfACheckpointIsRefused) {
  const SmallLog log(3);
  for (const std::string& mutant : testing::TextMutants(log.proofs[0].checkpoint)) {
    EXPECT_FALSE(tlog::OpenCheckpoint(mutant, log.vkey).ok()) << mutant;
  }
}

// ---- Copies

// The reason for which the copy is found bad; "OK" if it is not.
std::string FaultOf(const std::string& directory, const LogKeys& keys) {
  const core::Result<CopyReport> report = VerifyLogCopy(directory, keys, {});
  if (!report.ok()) return report.status().reason();
  return report->ok() ? "OK" : report->fault->reason;
}

void WriteTrueCopy(WrittenLog& log, std::uint64_t size, const std::string& directory) {
  log.AppendMany(size);
  log.WriteTo(directory);
  ASSERT_EQ(FaultOf(directory, log.keys()), "OK");
}

TEST(Mutation, OfAnyLineOrByteOfACopysFilesIsFound) {
  TempDir dir;
  WrittenLog log;
  WriteTrueCopy(log, 2, dir.path());
  for (const auto& [path, content] : log.Files()) {
    const std::string whole(core::AsText(content));
    for (const std::string& mutant : testing::TextMutants(whole)) {
      WriteFile(dir / path, mutant);
      EXPECT_NE(FaultOf(dir.path(), log.keys()), "OK") << path << ": " << mutant;
    }
    for (std::size_t size = 0; size < whole.size(); ++size) {
      WriteFile(dir / path, std::string_view(whole).substr(0, size));
      EXPECT_NE(FaultOf(dir.path(), log.keys()), "OK") << path << " cut to " << size;
    }
    fs::remove(dir / path);
    EXPECT_NE(FaultOf(dir.path(), log.keys()), "OK") << path << " is missing";
    WriteFile(dir / path, whole);
  }
}

// Of a log of 257 records, in which a tile of the second level is.
TEST(Mutation, OfAnUpperTileIsFound) {
  TempDir dir;
  WrittenLog log;
  WriteTrueCopy(log, 257, dir.path());
  for (const char* path : {"tile/1/000.p/1", "tile/0/001.p/1"}) {
    const std::string whole = ReadFile(dir / path);
    ASSERT_EQ(whole.size(), 32u);
    for (std::size_t at = 0; at < whole.size(); at += 5) {
      std::string mutant = whole;
      mutant[at] = static_cast<char>(mutant[at] ^ (1 << at % 8));
      WriteFile(dir / path, mutant);
      EXPECT_EQ(FaultOf(dir.path(), log.keys()), "TILE_DIFFERS") << path << " " << at;
    }
    WriteFile(dir / path, whole);
  }
}

// A log of three records, the middle one with the line given.
WrittenLog LogAround(const core::Json& line) {
  WrittenLog log;
  log.Append(log.Record(0, 0));
  log.Append(log.SignRecord(line.Dump()));
  log.Append(log.Record(2, 3'600));
  return log;
}

// Whoever holds the record key rewrites a record, with every tile and bundle made anew, but the
// checkpoint is one that others hold.
TEST(Mutation, OfARecordByWhoeverSignsRecordsIsFoundByTheCheckpoint) {
  core::Json line =
      LineOf(tlog::ParseNote(ReadFile(kGolden / "entry.decision.matched.golden")).value());
  line.Set("index", 1);
  TempDir dir;
  WrittenLog truth = LogAround(line);
  truth.WriteTo(dir.path());
  ASSERT_EQ(FaultOf(dir.path(), truth.keys()), "OK");
  const std::string checkpoint = ReadFile(dir / "checkpoint");
  for (const JsonMutant& mutant : testing::JsonMutants(line, "")) {
    fs::remove_all(dir / "tile");
    fs::remove(dir / "checkpoint");
    LogAround(mutant.json).WriteTo(dir.path());
    WriteFile(dir / "checkpoint", checkpoint);
    EXPECT_NE(FaultOf(dir.path(), truth.keys()), "OK") << mutant.path;
  }
}

}  // namespace
}  // namespace facegate::report
