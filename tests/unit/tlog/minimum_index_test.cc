#include "facegate/tlog/minimum_index.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "facegate/tlog/checkpoint.h"

namespace facegate::tlog {
namespace {

const std::string kRoot = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=";
const std::string kText =
    "facegate-minimum-index v1\n"
    "log.example/op\n"
    "512\n" +
    kRoot + "\n";

crypto::SigningKey KeyOf(std::uint8_t n) { return crypto::SigningKey(core::Bytes(32, n)); }

VerifierKey VkeyOf(std::uint8_t n, std::string_view name = "log.example/op") {
  return MakeVerifierKey(name, kSigEd25519, KeyOf(n).public_key());
}

// The reason why it is refused; "" if it is not.
std::string ReasonToRefuse(std::string_view bytes, const std::vector<VerifierKey>& keys) {
  return OpenMinimumIndex(bytes, keys).status().reason();
}

TEST(MinimumIndex, IsFourLines) {
  const auto parsed = ParseMinimumIndexText(kText);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->origin, "log.example/op");
  EXPECT_EQ(parsed->index, 512u);
  EXPECT_EQ(crypto::Base64Encode(parsed->root), kRoot);
  EXPECT_EQ(MinimumIndexText(*parsed), kText);
}

TEST(MinimumIndex, RoundTripsTheSmallestAndTheLargest) {
  for (const MinimumIndex& minimum :
       {MinimumIndex{"o", 0, EmptyRoot()}, MinimumIndex{"o", 256, Hash256{7}},
        MinimumIndex{"o", std::numeric_limits<std::uint64_t>::max() - 255, Hash256{7}}}) {
    EXPECT_EQ(ParseMinimumIndexText(MinimumIndexText(minimum)).value(), minimum);
    const std::string bytes = SignMinimumIndex(minimum, KeyOf(1));
    EXPECT_EQ(OpenMinimumIndex(bytes, std::vector{VkeyOf(1, "o")}).value(), minimum);
  }
}

TEST(MinimumIndex, RefusesEveryOtherForm) {
  const std::string head = "facegate-minimum-index v1\n";
  for (const std::string& bad : std::vector<std::string>{
           "",
           head,
           head + "o\n256\n",
           head + "o\n256\n" + kRoot,  // no final newline
           head + "o\n256\n" + kRoot + "\n\n",
           head + "o\n256\n" + kRoot + "\nmore\n",
           "facegate-minimum-index v2\no\n256\n" + kRoot + "\n",
           "o\n256\n" + kRoot + "\n",  // a checkpoint
           head + "\n256\n" + kRoot + "\n",
           head + "a b\n256\n" + kRoot + "\n",
           head + "o\n\n" + kRoot + "\n",
           head + "o\n0256\n" + kRoot + "\n",
           head + "o\n+256\n" + kRoot + "\n",
           head + "o\n255\n" + kRoot + "\n",  // inside a bundle
           head + "o\n18446744073709551616\n" + kRoot + "\n",
           head + "o\n0\n" + kRoot + "\n",  // no leaves, but another root
           head + "o\n256\n" + kRoot.substr(4) + "\n",
           head + "o\n256\n" + kRoot.substr(0, 43) + "\n",
       }) {
    const auto parsed = ParseMinimumIndexText(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_EQ(parsed.status().code(), core::Code::kInvalidArgument);
    EXPECT_EQ(parsed.status().reason(), "BAD_MINIMUM_INDEX");
  }
}

TEST(MinimumIndex, IsNoCheckpointNorACheckpointOne) {
  const std::string statement = SignMinimumIndex({"log.example/op", 512, Hash256{7}}, KeyOf(1));
  EXPECT_EQ(OpenCheckpoint(statement, VkeyOf(1)).status().reason(), "BAD_CHECKPOINT");
  const std::string checkpoint = SignCheckpoint({"log.example/op", 512, Hash256{7}}, KeyOf(1));
  EXPECT_EQ(ReasonToRefuse(checkpoint, {VkeyOf(1)}), "BAD_MINIMUM_INDEX");
}

TEST(OpenMinimumIndex, RefusesEveryFlippedBit) {
  const std::string bytes = SignMinimumIndex({"log.example/op", 512, Hash256{7}}, KeyOf(1));
  EXPECT_EQ(ReasonToRefuse(bytes, {VkeyOf(1)}), "");
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string mutant = bytes;
    mutant[bit / 8] = static_cast<char>(mutant[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(ReasonToRefuse(mutant, {VkeyOf(1)}), "") << "bit " << bit;
  }
}

TEST(OpenMinimumIndex, TakesAnyGenerationOfTheLogsKey) {
  const std::string bytes = SignMinimumIndex({"log.example/op", 512, Hash256{7}}, KeyOf(2));
  EXPECT_EQ(ReasonToRefuse(bytes, {VkeyOf(1), VkeyOf(2)}), "");
  EXPECT_EQ(ReasonToRefuse(bytes, {VkeyOf(1)}), "SIGNATURE_MISSING");
  EXPECT_EQ(ReasonToRefuse(bytes, {}), "SIGNATURE_MISSING");
  EXPECT_EQ(ReasonToRefuse("no note", {VkeyOf(2)}), "BAD_NOTE");
}

TEST(OpenMinimumIndex, RefusesAStatementAboutAnotherLog) {
  Note note{kText, {}};
  SignNote(note, "log.example/other", KeyOf(1));
  EXPECT_EQ(ReasonToRefuse(EncodeNote(note), {VkeyOf(1, "log.example/other")}), "ORIGIN_WRONG");
}

TEST(MinimumIndexDeathTest, RequiresAWholeStatement) {
  EXPECT_DEATH(MinimumIndexText({"a b", 256, {}}), "check failed");
  EXPECT_DEATH(MinimumIndexText({"o", 255, {}}), "check failed");
  EXPECT_DEATH(MinimumIndexText({"o", 0, {}}), "check failed");
}

}  // namespace
}  // namespace facegate::tlog
