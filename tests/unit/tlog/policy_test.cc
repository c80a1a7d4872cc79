#include "facegate/tlog/policy.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "facegate/crypto/primitives.h"

namespace facegate::tlog {
namespace {

crypto::SigningKey KeyOf(int number) {
  return crypto::SigningKey(core::Bytes(32, static_cast<std::uint8_t>(number)));
}

std::string WitnessKeyName(int number) { return "witness.example/" + std::to_string(number); }

std::string WitnessVkey(int number) {
  return MakeVerifierKey(WitnessKeyName(number), kSigCosignatureV1, KeyOf(number).public_key())
      .ToString();
}

std::string LogVkey(int number = 100) {
  return MakeVerifierKey("log.example/op", kSigEd25519, KeyOf(number).public_key()).ToString();
}

// A line for each of the witnesses W1..Wn.
std::string WitnessLines(int count) {
  std::string lines;
  for (int i = 1; i <= count; ++i) {
    lines += "witness W" + std::to_string(i) + " " + WitnessVkey(i) + "\n";
  }
  return lines;
}

Note CosignedBy(const std::vector<int>& witnesses) {
  Note note{"log.example/op\n5\n" + crypto::Base64Encode(core::Hash256{1}) + "\n", {}};
  SignNote(note, "log.example/op", KeyOf(100));
  for (const int witness : witnesses) {
    CosignNote(note, WitnessKeyName(witness), KeyOf(witness), 1'700'000'000);
  }
  return note;
}

WitnessPolicy Parsed(const std::string& text) {
  auto policy = WitnessPolicy::Parse(text);
  EXPECT_TRUE(policy.ok()) << policy.status().ToString();
  return std::move(policy).value();
}

TEST(WitnessPolicy, ReadsLogsAndWitnessesWithTheirAddresses) {
  const WitnessPolicy policy =
      Parsed("# who watches whom\n\n  log\t" + LogVkey() + " https://log.example/ \nlog " +
             LogVkey(101) + "\nwitness W1 " + WitnessVkey(1) +
             " http://127.0.0.1:9470\n \t\nwitness 日 " + WitnessVkey(2) + "\nquorum W1");
  ASSERT_EQ(policy.logs().size(), 2u);
  EXPECT_EQ(policy.logs()[0].key.ToString(), LogVkey());
  EXPECT_EQ(policy.logs()[0].url, "https://log.example/");
  EXPECT_EQ(policy.logs()[1].key.ToString(), LogVkey(101));
  ASSERT_EQ(policy.witnesses().size(), 2u);
  EXPECT_EQ(policy.witnesses()[0].name, "W1");
  EXPECT_EQ(policy.witnesses()[0].url, "http://127.0.0.1:9470");
  EXPECT_EQ(policy.witnesses()[1].name, "日");
  EXPECT_EQ(policy.witnesses()[1].url, "");
  EXPECT_TRUE(policy.has_quorum());
}

TEST(WitnessPolicy, TakesOneWitnessAsAQuorum) {
  const WitnessPolicy policy = Parsed(WitnessLines(2) + "quorum W2\n");
  EXPECT_FALSE(policy.IsQuorum({"W1"}));
  EXPECT_TRUE(policy.IsQuorum({"W2"}));
}

TEST(WitnessPolicy, CountsMembersOfGroupsOfGroups) {
  // The example of the specification.
  std::string text;
  for (const char* const name : {"X1", "X2", "X3", "Y1", "Y2", "Y3"}) {
    const int number = static_cast<int>(text.size() % 90) + 1;
    text += std::string("witness ") + name + " " + WitnessVkey(number) + "\n";
  }
  const WitnessPolicy policy = Parsed(text +
                                      "group X-witnesses 2 X1 X2 X3\n"
                                      "group Y-witnesses any Y1 Y2 Y3\n"
                                      "group X-and-Y all X-witnesses Y-witnesses\n"
                                      "quorum X-and-Y\n");
  EXPECT_TRUE(policy.IsQuorum({"X1", "X3", "Y2"}));
  EXPECT_TRUE(policy.IsQuorum({"X1", "X2", "X3", "Y1", "Y2", "Y3"}));
  EXPECT_FALSE(policy.IsQuorum({"X1", "Y1", "Y2", "Y3"}));
  EXPECT_FALSE(policy.IsQuorum({"X1", "X2", "X3"}));
  EXPECT_FALSE(policy.IsQuorum({"X-and-Y", "X-witnesses", "Y-witnesses"}));
  EXPECT_FALSE(policy.IsQuorum({}));
}

TEST(WitnessPolicy, WithQuorumNoneTakesEveryCheckpoint) {
  const WitnessPolicy policy = Parsed("quorum none\n");
  EXPECT_FALSE(policy.has_quorum());
  EXPECT_TRUE(policy.CheckQuorum(CosignedBy({})).ok());
}

TEST(WitnessPolicy, CountsOnlyCosignaturesThatVerify) {
  const WitnessPolicy policy = Parsed(WitnessLines(3) + "group G 2 W1 W2 W3\nquorum G\n");
  EXPECT_EQ(policy.CosignersOf(CosignedBy({1, 3, 7})), (WitnessNames{"W1", "W3"}));
  EXPECT_TRUE(policy.CheckQuorum(CosignedBy({1, 3, 7})).ok());

  Note forged = CosignedBy({1, 3});
  forged.signatures.back().signature.back() ^= 1;
  const core::Status status = policy.CheckQuorum(forged);
  EXPECT_EQ(status.code(), core::Code::kPermissionDenied);
  EXPECT_EQ(status.reason(), "QUORUM_MISSING");
  EXPECT_NE(status.message().find("W1"), std::string::npos) << status.message();

  Note moved = CosignedBy({1, 3});
  moved.text.replace(moved.text.find("\n5\n"), 3, "\n6\n");
  EXPECT_FALSE(policy.CheckQuorum(moved).ok());
}

TEST(WitnessPolicy, DoesNotTakeAnOrdinarySignatureForACosignature) {
  const WitnessPolicy policy = Parsed(WitnessLines(1) + "quorum W1\n");
  Note note = CosignedBy({});
  SignNote(note, WitnessKeyName(1), KeyOf(1));
  EXPECT_FALSE(policy.CheckQuorum(note).ok());
}

TEST(WitnessPolicy, NamesTheLineThatIsWrong) {
  const std::string two = WitnessLines(2);
  const std::string last = "quorum none\n";
  struct Case {
    std::string text;
    std::string line;
  };
  for (const Case& bad : std::vector<Case>{
           {"logs x\n", "line 1: "},
           {"# fine\nlog\n", "line 2: "},
           {"log " + LogVkey() + " url more\n" + last, "line 1: "},
           {"log " + WitnessVkey(1) + "\n" + last, "line 1: "},  // a witness's kind of key
           {"log " + LogVkey() + "\nlog " + LogVkey() + "\n" + last, "line 2: "},
           {"log broken+key\n" + last, "line 1: "},
           {"witness W1\n" + last, "line 1: "},
           {"witness W1 " + LogVkey() + "\n" + last, "line 1: "},
           {"witness none " + WitnessVkey(1) + "\n" + last, "line 1: "},
           {two + "witness W3 " + WitnessVkey(1) + "\n" + last, "line 3: "},  // the same key
           {two + "witness W1 " + WitnessVkey(3) + "\n" + last, "line 3: "},  // the same name
           {two + "group W1 all W2\n" + last, "line 3: "},
           {two + "group G\n" + last, "line 3: "},
           {two + "group G all\n" + last, "line 3: "},
           {two + "group G 0 W1\n" + last, "line 3: "},
           {two + "group G 3 W1 W2\n" + last, "line 3: "},
           {two + "group G 01 W1\n" + last, "line 3: "},
           {two + "group G most W1 W2\n" + last, "line 3: "},
           {two + "group G any W1 W1\n" + last, "line 3: "},
           {two + "group G any W1\ngroup H any W1\n" + last, "line 4: "},
           {two + "group G any G\n" + last, "line 3: "},
           {two + "group G any none\n" + last, "line 3: "},
           {two + "group G any W3\n" + last, "line 3: "},
           {"quorum W1\n" + two, "line 1: "},  // defined below
           {two + "quorum\n", "line 3: "},
           {two + "quorum W1 W2\n", "line 3: "},
           {two + "quorum W1\nquorum W2\n", "line 4: "},
           {two + "quorum W1\r\n", "line 3: "},
           {two + std::string("quorum W1\0\n", 11), "line 3: "},
           {two, "no quorum"},
           {"", "no quorum"},
       }) {
    const auto policy = WitnessPolicy::Parse(bad.text);
    ASSERT_FALSE(policy.ok()) << bad.text;
    EXPECT_EQ(policy.status().reason(), "BAD_POLICY");
    EXPECT_NE(policy.status().message().find(bad.line), std::string::npos)
        << bad.text << policy.status().ToString();
  }
}

TEST(WitnessPolicy, RefusesMoreBytesThanTheLimit) {
  std::string text = "quorum none\n";
  text.append(kPolicyBytesMax - text.size(), '\n');
  EXPECT_TRUE(WitnessPolicy::Parse(text).ok());
  EXPECT_FALSE(WitnessPolicy::Parse(text + "\n").ok());
}

}  // namespace
}  // namespace facegate::tlog
