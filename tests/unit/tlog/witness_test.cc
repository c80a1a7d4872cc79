#include "facegate/tlog/witness.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "facegate/crypto/primitives.h"

namespace facegate::tlog {
namespace {

// The example of the specification, whose checkpoint is another log's.
const std::string kExample =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/"
    "5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
const std::string kExampleCheckpoint = kExample.substr(kExample.find("example.com"));

std::string Base64OfSomeHash() { return crypto::Base64Encode(Hash256{1, 2, 3}); }

template <class T>
void ExpectBad(const core::Result<T>& result, std::string_view reason) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), core::Code::kInvalidArgument);
  EXPECT_EQ(result.status().reason(), reason) << result.status().ToString();
}

TEST(AddCheckpoint, ReadsTheExampleOfTheSpecification) {
  const auto request = ParseAddCheckpoint(kExample);
  ASSERT_TRUE(request.ok()) << request.status().ToString();
  EXPECT_EQ(request->old_size, 20'852'014u);
  ASSERT_EQ(request->proof.size(), 4u);
  EXPECT_EQ(core::HexEncode(request->proof[0]).substr(0, 6), "3e544d");
  EXPECT_EQ(request->checkpoint, kExampleCheckpoint);
  EXPECT_EQ(EncodeAddCheckpoint(*request), kExample);
}

TEST(AddCheckpoint, RoundTripsWithoutAndWithAllProofLines) {
  for (const std::size_t hashes : {std::size_t{0}, std::size_t{1}, kWitnessProofHashesMax}) {
    const AddCheckpointRequest request{7, std::vector<Hash256>(hashes), "checkpoint"};
    const auto parsed = ParseAddCheckpoint(EncodeAddCheckpoint(request));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->proof.size(), hashes);
    EXPECT_EQ(parsed->checkpoint, "checkpoint");
  }
}

TEST(ParseAddCheckpoint, RefusesEveryOtherForm) {
  const std::string hash = Base64OfSomeHash() + "\n";
  for (const std::string& bad : std::vector<std::string>{
           "",
           "old 1",
           "old 1\n",
           "old 01\n\n" + kExampleCheckpoint,
           "old -1\n\n" + kExampleCheckpoint,
           "old \n\n" + kExampleCheckpoint,
           "old  1\n\n" + kExampleCheckpoint,
           "old 18446744073709551616\n\n" + kExampleCheckpoint,
           "Old 1\n\n" + kExampleCheckpoint,
           "old 1\r\n\r\n" + kExampleCheckpoint,
           "old 1\n" + kExampleCheckpoint,          // no empty line: read as hashes
           "old 1\n" + hash,                        // nothing follows
           "old 1\nAQID\n\n" + kExampleCheckpoint,  // a short hash
           "old 1\n " + hash + "\n" + kExampleCheckpoint,
           hash + "old 1\n\n" + kExampleCheckpoint,
       }) {
    ExpectBad(ParseAddCheckpoint(bad), "BAD_WITNESS_REQUEST");
  }
}

TEST(ParseAddCheckpoint, RefusesMoreHashesThanTheProtocolAllows) {
  std::string bytes = "old 1\n";
  for (std::size_t i = 0; i <= kWitnessProofHashesMax; ++i) bytes += Base64OfSomeHash() + "\n";
  ExpectBad(ParseAddCheckpoint(bytes + "\ncheckpoint"), "BAD_WITNESS_REQUEST");
}

TEST(ParseAddCheckpoint, RefusesMoreBytesThanTheLimit) {
  AddCheckpointRequest request;
  request.checkpoint.assign(kAddCheckpointBytesMax - EncodeAddCheckpoint(request).size(), 'a');
  EXPECT_TRUE(ParseAddCheckpoint(EncodeAddCheckpoint(request)).ok());
  request.checkpoint += 'a';
  ExpectBad(ParseAddCheckpoint(EncodeAddCheckpoint(request)), "BAD_WITNESS_REQUEST");
}

TEST(AddCheckpointDeathTest, RequiresAProofWithinTheLimit) {
  EXPECT_DEATH(EncodeAddCheckpoint({0, std::vector<Hash256>(kWitnessProofHashesMax + 1), ""}),
               "check failed");
}

TEST(TreeSize, IsOneLine) {
  EXPECT_EQ(EncodeTreeSize(20'852'014), "20852014\n");
  EXPECT_EQ(ParseTreeSize("20852014\n").value(), 20'852'014u);
  EXPECT_EQ(ParseTreeSize("0\n").value(), 0u);
  for (const char* const bad : {"", "\n", "1", "01\n", "1\n\n", "1\n2\n", " 1\n", "-1\n"}) {
    ExpectBad(ParseTreeSize(bad), "BAD_WITNESS_ANSWER");
  }
}

// A checkpoint that two witnesses cosigned, as signatures alone.
Note Cosigned() {
  Note note{"log.example/op\n0\n" + crypto::Base64Encode(EmptyRoot()) + "\n", {}};
  CosignNote(note, "witness.example/a", crypto::SigningKey(core::Bytes(32, 1)), 1'700'000'000);
  CosignNote(note, "witness.example/b", crypto::SigningKey(core::Bytes(32, 2)), 1'700'000'001);
  return note;
}

TEST(SignatureLines, AreThoseOfTheNote) {
  const Note note = Cosigned();
  const std::string body = EncodeSignatureLines(note.signatures);
  EXPECT_EQ(note.text + "\n" + body, EncodeNote(note));
  const auto parsed = ParseSignatureLines(body);
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->size(), 2u);
  const Note again{note.text, *parsed};
  const VerifierKey key = MakeVerifierKey("witness.example/b", kSigCosignatureV1,
                                          crypto::SigningKey(core::Bytes(32, 2)).public_key());
  EXPECT_TRUE(VerifyNote(again, key).ok());
}

TEST(ParseSignatureLines, RefusesEverythingElse) {
  const std::string body = EncodeSignatureLines(Cosigned().signatures);
  for (const std::string& bad :
       {std::string(), std::string("\n"), "\n" + body, body + "\n", body.substr(0, body.size() - 1),
        "text\n\n" + body, body + body, std::string("not found\n")}) {
    ExpectBad(ParseSignatureLines(bad), "BAD_WITNESS_ANSWER");
  }
}

}  // namespace
}  // namespace facegate::tlog
