#include "facegate/report/quorum.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/tlog/checkpoint.h"
#include "support/base/temp_dir.h"

namespace facegate::report {
namespace {

crypto::SigningKey KeyOf(int number) {
  return crypto::SigningKey(core::Bytes(32, static_cast<std::uint8_t>(number)));
}

class QuorumTest : public ::testing::Test {
 protected:
  QuorumTest() {
    std::string text;
    for (const int number : {1, 2}) {
      const std::string name = "w" + std::to_string(number);
      text += "witness " + name + " " +
              tlog::MakeVerifierKey(name, tlog::kSigCosignatureV1, KeyOf(number).public_key())
                  .ToString() +
              "\n";
    }
    policy_ = tlog::WitnessPolicy::Parse(text + "group g all w1 w2\nquorum g\n").value();
  }
  void WriteCheckpoint(const std::vector<int>& cosigners, std::int64_t unix_s = 1'700'000'000) {
    tlog::Note note{tlog::CheckpointText({"log.example/op", 0, tlog::EmptyRoot()}), {}};
    tlog::SignNote(note, "log.example/op", KeyOf(9));
    for (const int number : cosigners) {
      tlog::CosignNote(note, "w" + std::to_string(number), KeyOf(number), unix_s);
    }
    std::ofstream(copy_ / "checkpoint", std::ios::binary) << tlog::EncodeNote(note);
  }

  facegate::testing::TempDir copy_;
  tlog::WitnessPolicy policy_ = tlog::WitnessPolicy::Parse("quorum none\n").value();
};

TEST_F(QuorumTest, IsMetByTheWitnessesOfThePolicyAlone) {
  WriteCheckpoint({1, 2, 3});
  const auto report = CheckQuorum(copy_.path(), policy_);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_TRUE(report->is_met);
  ASSERT_EQ(report->cosigners.size(), 2u);
  EXPECT_EQ(core::FormatRfc3339(report->cosigners.at("w1")), "2023-11-14T22:13:20.000Z");
}

TEST_F(QuorumTest, IsNotMetByTooFew) {
  WriteCheckpoint({2, 3});
  const auto report = CheckQuorum(copy_.path(), policy_);
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->is_met);
  EXPECT_EQ(report->cosigners.size(), 1u);
}

TEST_F(QuorumTest, TakesNoTimeThatNoClockShows) {
  WriteCheckpoint({1, 2}, 253'402'300'800);
  const auto report = CheckQuorum(copy_.path(), policy_);
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->is_met);
}

TEST_F(QuorumTest, NamesACheckpointThatIsNotThereOrNoNote) {
  EXPECT_EQ(CheckQuorum(copy_.path(), policy_).status().reason(), "FILE_MISSING");
  std::ofstream(copy_ / "checkpoint") << "no note";
  EXPECT_EQ(CheckQuorum(copy_.path(), policy_).status().reason(), "BAD_NOTE");
}

}  // namespace
}  // namespace facegate::report
