// C2SP bytes that another implementation wrote (tests/interop/c2sp.go, with the same seeds and
// records): facegate writes the same, and reads them. interop.go shows that Go still writes them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "facegate/core/time.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/merkle.h"
#include "facegate/tlog/minimum_index.h"
#include "facegate/tlog/note.h"
#include "golden/golden_file.h"

namespace facegate::tlog {
namespace {

using testing::ReadGolden;

constexpr std::string_view kOrigin = "gate.example/acme";
constexpr std::string_view kRecords = "gate.example/acme/records";
constexpr std::string_view kWitness = "witness.example/w1";
constexpr std::int64_t kStartS = 1'772'438'400;
constexpr std::uint64_t kSize = 7;

// 1 signs checkpoints, 2 records; 3 is the next generation of 1, and 4 a witness.
crypto::SigningKey KeyOf(std::uint8_t n) { return crypto::SigningKey(core::Bytes(32, n)); }

VerifierKey VkeyOf(std::uint8_t n, std::string_view name, std::uint8_t type = kSigEd25519) {
  return MakeVerifierKey(name, type, KeyOf(n).public_key());
}

std::string Record(std::uint64_t index) {
  const core::Timestamp time{(kStartS + static_cast<std::int64_t>(index)) * 1000};
  Note note{"{\"v\":1,\"type\":\"decision\",\"index\":" + std::to_string(index) + ",\"time\":\"" +
                core::FormatRfc3339(time) + "\",\"site\":\"大廳\"}\n",
            {}};
  SignNote(note, kRecords, KeyOf(2));
  return EncodeNote(note);
}

// The first records and their tree, which is one tile.
struct Log {
  explicit Log(std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i) {
      entries.push_back(Record(i));
      tree.Append(LeafHash(core::AsBytes(entries.back())));
    }
    tile = tree.TakeChangedTiles().at({0, 0});
  }
  TileReader Reader() const {
    return [this](const TileId&, int) { return tile; };
  }
  std::vector<std::string> entries;
  GrowingTree tree;
  core::Bytes tile;
};

std::string SignedCheckpoint() {
  return SignCheckpoint({std::string(kOrigin), kSize, Log(kSize).tree.Root()}, KeyOf(1));
}

// Lines of 32 bytes.
std::string HexLines(core::ByteSpan bytes) {
  std::string lines;
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(bytes.size(), 32);
    lines += core::HexEncode(bytes.first(size)) + "\n";
    bytes = bytes.subspan(size);
  }
  return lines;
}

core::Bytes FromHexLines(const std::string& text) {
  std::string digits;
  for (const std::string& line : testing::LinesOf(text)) digits += line;
  return core::HexDecode(digits).value();
}

TEST(GoldenOfGo, Keys) {
  EXPECT_EQ(VkeyOf(1, kOrigin).ToString() + "\n" + VkeyOf(2, kRecords).ToString() + "\n" +
                VkeyOf(3, kOrigin).ToString() + "\n" +
                VkeyOf(4, kWitness, kSigCosignatureV1).ToString() + "\n",
            ReadGolden("go.vkeys"));
  for (const std::string& line : testing::LinesOf(ReadGolden("go.vkeys"))) {
    EXPECT_TRUE(VerifierKey::Parse(line).ok()) << line;
  }
}

TEST(GoldenOfGo, ARecord) {
  EXPECT_EQ(Record(kSize - 1), ReadGolden("go.record"));
  EXPECT_TRUE(VerifyNote(ParseNote(ReadGolden("go.record")).value(), VkeyOf(2, kRecords)).ok());
}

TEST(GoldenOfGo, ATile) {
  const std::string golden = ReadGolden("go.tile.hex");
  EXPECT_EQ(HexLines(Log(kSize).tile), golden);
  const auto hashes = ParseTile(FromHexLines(golden), kSize);
  ASSERT_TRUE(hashes.ok());
  EXPECT_EQ(hashes->back(), LeafHash(core::AsBytes(ReadGolden("go.record"))));
}

TEST(GoldenOfGo, AnEntryBundle) {
  const std::string golden = ReadGolden("go.bundle.hex");
  EXPECT_EQ(HexLines(EncodeBundle(Log(kSize).entries)), golden);
  EXPECT_EQ(ParseBundle(FromHexLines(golden)).value(), Log(kSize).entries);
}

TEST(GoldenOfGo, ACheckpoint) {
  EXPECT_EQ(SignedCheckpoint(), ReadGolden("go.checkpoint"));
  const auto opened = OpenCheckpoint(ReadGolden("go.checkpoint"), VkeyOf(1, kOrigin));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*opened, (Checkpoint{std::string(kOrigin), kSize, Log(kSize).tree.Root()}));
}

TEST(GoldenOfGo, TheCheckpointOfAnEmptyLog) {
  EXPECT_EQ(SignCheckpoint({std::string(kOrigin), 0, EmptyRoot()}, KeyOf(1)),
            ReadGolden("go.empty"));
  EXPECT_EQ(OpenCheckpoint(ReadGolden("go.empty"), VkeyOf(1, kOrigin)).value().size, 0u);
}

TEST(GoldenOfGo, ACosignedCheckpointOfARotation) {
  Note note = ParseNote(SignedCheckpoint()).value();
  SignNote(note, kOrigin, KeyOf(3));
  CosignNote(note, kWitness, KeyOf(4), kStartS);
  const std::string golden = ReadGolden("go.rotated");
  EXPECT_EQ(EncodeNote(note), golden);
  EXPECT_TRUE(OpenCheckpoint(golden, VkeyOf(1, kOrigin)).ok());
  EXPECT_TRUE(OpenCheckpoint(golden, VkeyOf(3, kOrigin)).ok());
  EXPECT_EQ(
      VerifyCosignature(ParseNote(golden).value(), VkeyOf(4, kWitness, kSigCosignatureV1)).value(),
      kStartS);
}

TEST(GoldenOfGo, AProofFile) {
  const Log log(kSize);
  const ProofFile proof{std::nullopt, 4, InclusionProof(4, kSize, log.Reader()).value(),
                        SignedCheckpoint()};
  EXPECT_EQ(EncodeProofFile(proof), ReadGolden("go.proof"));
  const auto parsed = ParseProofFile(ReadGolden("go.proof"));
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(VerifyProofFile(*parsed, core::AsBytes(log.entries[4]), VkeyOf(1, kOrigin)).ok());
}

TEST(GoldenOfGo, AConsistencyProof) {
  const Log log(kSize);
  const auto proof = ConsistencyProof(3, kSize, log.Reader());
  ASSERT_TRUE(proof.ok());
  std::string lines;
  for (const Hash256& hash : *proof) lines += crypto::Base64Encode(hash) + "\n";
  EXPECT_EQ(lines, ReadGolden("go.consistency"));
}

TEST(GoldenOfGo, AMinimumIndex) {
  const MinimumIndex minimum{std::string(kOrigin), 256, Log(256).tree.Root()};
  const std::string golden = ReadGolden("go.minimum_index");
  EXPECT_EQ(SignMinimumIndex(minimum, KeyOf(1)), golden);
  EXPECT_EQ(OpenMinimumIndex(golden, std::vector{VkeyOf(1, kOrigin)}).value(), minimum);
}

}  // namespace
}  // namespace facegate::tlog
