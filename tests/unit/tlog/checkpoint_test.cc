#include "facegate/tlog/checkpoint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "unit/tlog/reference_tree.h"

namespace facegate::tlog {
namespace {

using testing::ReferenceTree;

// Computed by another implementation (Python and the openssl command) from the seed 00 01 .. 1f;
// the root is that of Certificate Transparency's eight test leaves.
const std::string kVkey = "log.example/op+c2effda0+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const std::string kText = "log.example/op\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";
const std::string kSigned =
    kText +
    "\n— log.example/op "
    "wu/9oAXmnpKceK5u7O+mhtDne0LY8dbSaTWOy+y4BoRQPyqhnMX+cNX5bdkIK7CmIhZz+IbvA+ZZk"
    "EZxdVIASvN6qwY=\n";

crypto::SigningKey LogKey() {
  core::Bytes seed(32);
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i);
  return crypto::SigningKey(seed);
}

VerifierKey LogVkey() { return VerifierKey::Parse(kVkey).value(); }

const std::string& Base64OfSomeRoot() {
  static const std::string text = crypto::Base64Encode(Hash256{1, 2, 3});
  return text;
}

template <class T>
void ExpectFails(const core::Result<T>& result, core::Code code, std::string_view reason) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), code) << result.status().ToString();
  EXPECT_EQ(result.status().reason(), reason) << result.status().ToString();
}

// ---- Checkpoints

TEST(Checkpoint, IsThreeLines) {
  const auto parsed = ParseCheckpointText(kText);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->origin, "log.example/op");
  EXPECT_EQ(parsed->size, 8u);
  EXPECT_EQ(core::HexEncode(parsed->root),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  EXPECT_EQ(CheckpointText(*parsed), kText);
}

TEST(Checkpoint, RoundTripsTheEmptyAndTheLargestTree) {
  for (const Checkpoint& checkpoint :
       {Checkpoint{"o", 0, EmptyRoot()},
        Checkpoint{"o", std::numeric_limits<std::uint64_t>::max(), Hash256{7}}}) {
    EXPECT_EQ(ParseCheckpointText(CheckpointText(checkpoint)).value(), checkpoint);
  }
}

TEST(Checkpoint, RefusesEveryOtherForm) {
  const std::string root = Base64OfSomeRoot();
  const std::string empty_root = crypto::Base64Encode(EmptyRoot());
  for (const std::string& bad : std::vector<std::string>{
           std::string(),
           std::string("\n\n\n"),
           "o\n8\n" + root,                    // no final newline
           "o\n8\n" + root + "\nextension\n",  // an extension line
           "o\n8\n" + root + "\n\n",           // an empty line
           "\n8\n" + root + "\n",              // no origin
           "a b\n8\n" + root + "\n",           // not a key name
           "a+b\n8\n" + root + "\n",
           "o\n\n" + root + "\n",    // no size
           "o\n08\n" + root + "\n",  // a leading zero
           "o\n00\n" + empty_root + "\n",
           "o\n+8\n" + root + "\n",
           "o\n-8\n" + root + "\n",
           "o\n 8\n" + root + "\n",
           "o\n8 \n" + root + "\n",
           "o\n0x8\n" + root + "\n",
           "o\n8.0\n" + root + "\n",
           "o\n18446744073709551616\n" + root + "\n",  // 2^64
           "o\n8\n" + root.substr(4) + "\n",           // 29 bytes
           "o\n8\nAAAA" + root + "\n",                 // 35 bytes
           "o\n8\n" + root.substr(0, 43) + "\n",       // no padding
           "o\n8\n " + root + "\n",
           "o\n8\n\n",
           "o\n0\n" + root + "\n",  // no leaves, but another root
       }) {
    ExpectFails(ParseCheckpointText(bad), core::Code::kInvalidArgument, "BAD_CHECKPOINT");
  }
}

TEST(CheckpointDeathTest, RequiresAnOriginThatIsAKeyName) {
  EXPECT_DEATH(CheckpointText({"a b", 1, {}}), "check failed");
  EXPECT_DEATH(SignCheckpoint({"", 1, {}}, LogKey()), "check failed");
}

TEST(CheckpointDeathTest, IsNotSignedForNoLeavesWithAnotherRoot) {
  EXPECT_DEATH(SignCheckpoint({"o", 0, {}}, LogKey()), "check failed");
}

TEST(SignCheckpoint, MatchesAnotherImplementation) {
  EXPECT_EQ(SignCheckpoint(ParseCheckpointText(kText).value(), LogKey()), kSigned);
}

TEST(OpenCheckpoint, GivesWhatWasSigned) {
  EXPECT_EQ(OpenCheckpoint(kSigned, LogVkey()).value(), ParseCheckpointText(kText).value());
}

TEST(OpenCheckpoint, AcceptsCosignaturesBesideTheLogsOwn) {
  Note note = ParseNote(kSigned).value();
  const crypto::SigningKey witness(core::Bytes(32, 9));
  CosignNote(note, "witness.example", witness, 1'700'000'000);
  EXPECT_TRUE(OpenCheckpoint(EncodeNote(note), LogVkey()).ok());
}

TEST(OpenCheckpoint, RefusesEveryFlippedBit) {
  const VerifierKey key = LogVkey();
  for (std::size_t bit = 0; bit < kSigned.size() * 8; ++bit) {
    std::string mutant = kSigned;
    mutant[bit / 8] = static_cast<char>(mutant[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(OpenCheckpoint(mutant, key).ok()) << "bit " << bit;
  }
}

TEST(OpenCheckpoint, RefusesEveryTruncation) {
  const VerifierKey key = LogVkey();
  for (std::size_t size = 0; size < kSigned.size(); ++size) {
    EXPECT_FALSE(OpenCheckpoint(kSigned.substr(0, size), key).ok()) << size;
  }
}

TEST(OpenCheckpoint, SaysWhatIsWrong) {
  ExpectFails(OpenCheckpoint("nonsense", LogVkey()), core::Code::kInvalidArgument, "BAD_NOTE");
  const VerifierKey other = MakeVerifierKey("log.example/op", kSigEd25519,
                                            crypto::SigningKey(core::Bytes(32, 9)).public_key());
  ExpectFails(OpenCheckpoint(kSigned, other), core::Code::kPermissionDenied, "SIGNATURE_MISSING");
  Note note{"not a checkpoint\n", {}};
  SignNote(note, "log.example/op", LogKey());
  ExpectFails(OpenCheckpoint(EncodeNote(note), LogVkey()), core::Code::kInvalidArgument,
              "BAD_CHECKPOINT");
}

TEST(OpenCheckpoint, RefusesTheOriginOfAnotherLog) {
  Note note{kText, {}};
  SignNote(note, "log.example/other", LogKey());
  const VerifierKey key = MakeVerifierKey("log.example/other", kSigEd25519, LogKey().public_key());
  ExpectFails(OpenCheckpoint(EncodeNote(note), key), core::Code::kPermissionDenied, "ORIGIN_WRONG");
}

crypto::SigningKey KeyOf(std::uint8_t n) { return crypto::SigningKey(core::Bytes(32, n)); }

// The checkpoint of a rotation: the old key's signature first, then the new one's.
TEST(OpenCheckpoint, TakesTheOldAndTheNewKeyOfARotation) {
  Note note = ParseNote(kSigned).value();
  SignNote(note, "log.example/op", KeyOf(9));
  const std::string bytes = EncodeNote(note);
  const VerifierKey next = MakeVerifierKey("log.example/op", kSigEd25519, KeyOf(9).public_key());
  const VerifierKey unknown = MakeVerifierKey("log.example/op", kSigEd25519, KeyOf(8).public_key());
  const Checkpoint expected = ParseCheckpointText(kText).value();
  for (const VerifierKey& key : {LogVkey(), next}) {
    EXPECT_EQ(OpenCheckpoint(bytes, key).value(), expected);
    EXPECT_EQ(OpenCheckpoint(bytes, std::vector<VerifierKey>{unknown, key}).value(), expected);
  }
  ExpectFails(OpenCheckpoint(bytes, unknown), core::Code::kPermissionDenied, "SIGNATURE_MISSING");
  ExpectFails(OpenCheckpoint(bytes, std::span<const VerifierKey>()), core::Code::kPermissionDenied,
              "SIGNATURE_MISSING");
  note.signatures[1].signature[0] ^= 1;
  ExpectFails(OpenCheckpoint(EncodeNote(note), std::vector<VerifierKey>{LogVkey(), next}),
              core::Code::kPermissionDenied, "SIGNATURE_BAD");
}

TEST(OpenCheckpoint, IgnoresCosignersThatItDoesNotKnow) {
  Note note = ParseNote(kSigned).value();
  for (std::uint8_t n = 0; n < 15; ++n) {
    CosignNote(note, "witness.example/w" + std::to_string(n), KeyOf(n), 1'700'000'000 + n);
  }
  ASSERT_EQ(note.signatures.size(), 16u);  // what the specification has every verifier accept
  EXPECT_EQ(OpenCheckpoint(EncodeNote(note), LogVkey()).value(),
            ParseCheckpointText(kText).value());
  std::rotate(note.signatures.begin(), note.signatures.begin() + 1, note.signatures.end());
  EXPECT_TRUE(OpenCheckpoint(EncodeNote(note), LogVkey()).ok());  // in any place
  SignNote(note, "another.example/log", KeyOf(20));
  note.signatures.push_back({"later.example/w", 1, core::Bytes(8 + 2420, 1)});  // ML-DSA-44
  EXPECT_TRUE(OpenCheckpoint(EncodeNote(note), LogVkey()).ok());
}

TEST(OpenCheckpoint, OpensThatOfAnEmptyLog) {
  const std::string bytes = SignCheckpoint({"log.example/op", 0, EmptyRoot()}, LogKey());
  EXPECT_TRUE(
      bytes.starts_with("log.example/op\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"));
  EXPECT_EQ(OpenCheckpoint(bytes, LogVkey()).value().size, 0u);
}

// ---- Proof files

// The file that proves `index` in a log of `size` leaves "leaf 0", "leaf 1", ...
ProofFile ProofOf(std::uint64_t index, std::uint64_t size) {
  ReferenceTree reference(size);
  ProofFile proof;
  proof.index = index;
  proof.hashes = reference.Path(index, 0, size);
  proof.checkpoint = SignCheckpoint({"log.example/op", size, reference.Root(size)}, LogKey());
  return proof;
}

std::string Leaf(std::uint64_t index) { return "leaf " + std::to_string(index); }

TEST(ProofFile, HasTheFormOfTheSpecification) {
  ProofFile proof = ProofOf(2, 3);
  const std::string hash = crypto::Base64Encode(proof.hashes.at(0));
  EXPECT_EQ(EncodeProofFile(proof),
            "c2sp.org/tlog-proof@v1\nindex 2\n" + hash + "\n\n" + proof.checkpoint);
  proof.extra = core::Bytes{1, 2, 3};
  EXPECT_EQ(EncodeProofFile(proof),
            "c2sp.org/tlog-proof@v1\nextra AQID\nindex 2\n" + hash + "\n\n" + proof.checkpoint);
}

TEST(ProofFile, RoundTripsAndVerifies) {
  for (const std::uint64_t size : {1u, 2u, 7u, 8u, 300u}) {
    for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 1}) {
      ProofFile proof = ProofOf(index, size);
      if (index % 2 == 1) proof.extra = core::Bytes{9};
      const auto parsed = ParseProofFile(EncodeProofFile(proof));
      ASSERT_TRUE(parsed.ok());
      EXPECT_EQ(parsed->extra, proof.extra);
      EXPECT_EQ(parsed->index, index);
      EXPECT_EQ(parsed->hashes, proof.hashes);
      EXPECT_EQ(parsed->checkpoint, proof.checkpoint);
      const auto checkpoint = VerifyProofFile(*parsed, core::AsBytes(Leaf(index)), LogVkey());
      ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
      EXPECT_EQ(checkpoint->size, size);
    }
  }
}

TEST(ProofFile, KeepsAnEmptyExtraApartFromNone) {
  ProofFile proof = ProofOf(0, 1);
  EXPECT_FALSE(ParseProofFile(EncodeProofFile(proof))->extra.has_value());
  proof.extra = core::Bytes{};
  const auto parsed = ParseProofFile(EncodeProofFile(proof));
  ASSERT_TRUE(parsed.ok());
  ASSERT_TRUE(parsed->extra.has_value());
  EXPECT_TRUE(parsed->extra->empty());
}

TEST(ProofFile, RefusesEveryFlippedBitButThoseOfTheExtraData) {
  ProofFile proof = ProofOf(5, 9);
  const std::string bytes = EncodeProofFile(proof);
  const VerifierKey key = LogVkey();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string mutant = bytes;
    mutant[bit / 8] = static_cast<char>(mutant[bit / 8] ^ (1 << (bit % 8)));
    const auto parsed = ParseProofFile(mutant);
    EXPECT_FALSE(parsed.ok() && VerifyProofFile(*parsed, core::AsBytes(Leaf(5)), key).ok())
        << "bit " << bit;
  }
}

TEST(ProofFile, RefusesEveryTruncation) {
  const std::string bytes = EncodeProofFile(ProofOf(5, 9));
  const VerifierKey key = LogVkey();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto parsed = ParseProofFile(bytes.substr(0, size));
    EXPECT_FALSE(parsed.ok() && VerifyProofFile(*parsed, core::AsBytes(Leaf(5)), key).ok()) << size;
  }
}

TEST(ParseProofFile, RefusesEveryOtherForm) {
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  const std::string hash = Base64OfSomeRoot() + "\n";
  for (const std::string& bad : std::vector<std::string>{
           std::string(),
           head,
           "c2sp.org/tlog-proof@v2\nindex 0\n\n" + kSigned,
           head + "\n" + kSigned,
           head + "index 0\n" + kSigned,  // no empty line: parsed as hashes
           head + "index 0\n" + hash,     // nothing follows
           head + "index 00\n\n" + kSigned,
           head + "index -1\n\n" + kSigned,
           head + "index \n\n" + kSigned,
           head + "index 18446744073709551616\n\n" + kSigned,
           head + "Index 0\n\n" + kSigned,
           head + "index 0\nextra AQID\n\n" + kSigned,  // the wrong order
           head + "extra AQI\nindex 0\n\n" + kSigned,
           head + "extra AQID\nextra AQID\nindex 0\n\n" + kSigned,
           head + "index 0\nAQID\n\n" + kSigned,  // a short hash
           head + "index 0\n" + Base64OfSomeRoot() + " \n\n" + kSigned,
           head + "index 0\r\n\r\n" + kSigned,
       }) {
    ExpectFails(ParseProofFile(bad), core::Code::kInvalidArgument, "BAD_PROOF_FILE");
  }
}

TEST(ParseProofFile, RefusesMoreHashesThanATreeCanNeed) {
  ProofFile proof;
  proof.hashes.resize(kProofHashesMax);
  EXPECT_TRUE(ParseProofFile(EncodeProofFile(proof)).ok());
  proof.hashes.resize(kProofHashesMax + 1);
  ExpectFails(ParseProofFile(EncodeProofFile(proof)), core::Code::kInvalidArgument,
              "BAD_PROOF_FILE");
}

TEST(ParseProofFile, RefusesMoreBytesThanTheLimit) {
  ProofFile proof;
  proof.checkpoint.assign(kProofFileBytesMax - EncodeProofFile(proof).size(), 'a');
  EXPECT_TRUE(ParseProofFile(EncodeProofFile(proof)).ok());
  proof.checkpoint += 'a';
  ExpectFails(ParseProofFile(EncodeProofFile(proof)), core::Code::kInvalidArgument,
              "BAD_PROOF_FILE");
}

TEST(VerifyProofFile, RefusesAnotherEntryIndexOrKey) {
  const ProofFile proof = ProofOf(5, 9);
  ExpectFails(VerifyProofFile(proof, core::AsBytes(Leaf(4)), LogVkey()),
              core::Code::kPermissionDenied, "PROOF_BAD");
  for (const std::uint64_t index :
       {std::uint64_t{4}, std::uint64_t{9}, std::numeric_limits<std::uint64_t>::max()}) {
    ProofFile moved = proof;
    moved.index = index;
    ExpectFails(VerifyProofFile(moved, core::AsBytes(Leaf(5)), LogVkey()),
                core::Code::kPermissionDenied, "PROOF_BAD");
  }
  const VerifierKey other = MakeVerifierKey("log.example/op", kSigEd25519,
                                            crypto::SigningKey(core::Bytes(32, 9)).public_key());
  ExpectFails(VerifyProofFile(proof, core::AsBytes(Leaf(5)), other), core::Code::kPermissionDenied,
              "SIGNATURE_MISSING");
}

TEST(VerifyProofFile, RefusesACheckpointOfTheEmptyTree) {
  ProofFile proof;
  proof.checkpoint = SignCheckpoint({"log.example/op", 0, EmptyRoot()}, LogKey());
  ExpectFails(VerifyProofFile(proof, {}, LogVkey()), core::Code::kPermissionDenied, "PROOF_BAD");
}

// ---- Bundles

TEST(Bundle, PrefixesEachEntryWithItsLength) {
  EXPECT_EQ(core::HexEncode(EncodeBundle({"abc", "", std::string(258, 'x')})).substr(0, 18),
            "0003616263"
            "0000"
            "0102");
  EXPECT_TRUE(EncodeBundle({}).empty());
}

TEST(Bundle, RoundTrips) {
  const std::vector<std::string> entries = {"a", "", std::string("\0\n\xFF", 3),
                                            std::string(kEntryBytesMax, 'x'), "last"};
  EXPECT_EQ(ParseBundle(EncodeBundle(entries)).value(), entries);
  EXPECT_TRUE(ParseBundle({}).value().empty());
}

TEST(ParseBundle, RefusesMoreEntriesThanATileHasHashes) {
  core::Bytes bytes = EncodeBundle(std::vector<std::string>(256, "x"));
  EXPECT_EQ(ParseBundle(bytes).value().size(), 256u);
  bytes.insert(bytes.end(), {0, 0});
  ExpectFails(ParseBundle(bytes), core::Code::kInvalidArgument, "BAD_BUNDLE");
}

TEST(ParseBundle, RefusesAnEntryCutShort) {
  const core::Bytes bytes = EncodeBundle({"abc", "de"});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (size == 0 || size == 5) continue;  // whole entries
    ExpectFails(ParseBundle(core::ByteSpan(bytes).first(size)), core::Code::kInvalidArgument,
                "BAD_BUNDLE");
  }
}

TEST(BundleDeathTest, RequiresEntriesWithinTheLimit) {
  EXPECT_DEATH(EncodeBundle({std::string(kEntryBytesMax + 1, 'x')}), "check failed");
  EXPECT_DEATH(EncodeBundle(std::vector<std::string>(257)), "check failed");
}

}  // namespace
}  // namespace facegate::tlog
