#include "facegate/witness/witness.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "support/base/fake_clock.h"
#include "support/base/temp_dir.h"
#include "unit/witness/small_log.h"

namespace facegate::witness {
namespace {

using facegate::testing::FakeClock;
using facegate::testing::TempDir;
using testing::SmallLog;
using tlog::WitnessAnswer;

constexpr char kName[] = "witness.example/w1";

class WitnessTest : public ::testing::Test {
 protected:
  WitnessTest() { Start(); }

  core::Result<std::unique_ptr<Witness>> Opened(std::uint8_t seed = 1) {
    const WitnessOptions options{kName, folder_ / "state", logs_};
    return Witness::Open(options, crypto::SigningKey(core::Bytes(32, seed)), clock_, logger_);
  }
  void Start() {
    auto opened = Opened();
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    witness_ = std::move(opened).value();
  }
  void Restart() {
    witness_.reset();
    Start();
  }
  Answer Ask(const std::string& body) {
    auto answer = witness_->AddCheckpoint(body);
    EXPECT_TRUE(answer.ok()) << answer.status().ToString();
    return answer.ok() ? *answer : Answer{};
  }
  // The checkpoint that was kept because it was refused.
  std::string Refused() const {
    for (const auto& file : std::filesystem::directory_iterator(folder_ / "state")) {
      if (file.path().extension() != ".refused") continue;
      std::ifstream in(file.path(), std::ios::binary);
      return {std::istreambuf_iterator<char>(in), {}};
    }
    return "";
  }
  WitnessAnswer CodeOf(const std::string& body) { return Ask(body).code; }

  SmallLog log_;
  TempDir folder_;
  FakeClock clock_;
  core::NullLogger logger_;
  std::vector<tlog::VerifierKey> logs_ = {log_.vkey()};
  std::unique_ptr<Witness> witness_;
};

TEST_F(WitnessTest, CosignsALogThatGrows) {
  std::uint64_t old_size = 0;
  for (const std::uint64_t size : {1u, 5u, 5u, 20u}) {
    const Answer answer = Ask(log_.Request(old_size, size));
    ASSERT_EQ(answer.code, WitnessAnswer::kCosigned) << answer.body;
    const auto lines = tlog::ParseSignatureLines(answer.body);
    ASSERT_TRUE(lines.ok());
    ASSERT_EQ(lines->size(), 1u);
    const tlog::Note cosigned{tlog::CheckpointText(log_.At(size)), *lines};
    EXPECT_EQ(tlog::VerifyCosignature(cosigned, witness_->key()).value(),
              clock_.Now().unix_ms / 1000);
    EXPECT_EQ(witness_->Newest("log.example/op"), log_.At(size));
    old_size = size;
    clock_.Advance(60'000);
  }
}

TEST_F(WitnessTest, SaysItsSizeToALogThatAsksWithAnother) {
  Ask(log_.Request(0, 9));
  for (const std::uint64_t old_size : {0u, 3u, 12u}) {
    const Answer answer = Ask(log_.Request(old_size, 12));
    EXPECT_EQ(answer.code, WitnessAnswer::kConflict);
    EXPECT_EQ(answer.body, "9\n");
  }
  EXPECT_EQ(Ask(log_.Request(3, 5)).body, "9\n");  // a log that was set back
  EXPECT_EQ(witness_->Newest("log.example/op")->size, 9u);
}

TEST_F(WitnessTest, NeverCosignsTwoTreesThatDiffer) {
  SmallLog fork = SmallLog::Fork();
  Ask(log_.Request(0, 9));
  EXPECT_EQ(CodeOf(fork.Request(9, 9)), WitnessAnswer::kConflict);
  EXPECT_EQ(Refused(), fork.SignedAt(9)) << "what two trees of one size are proved by";
  EXPECT_EQ(CodeOf(fork.Request(9, 12)), WitnessAnswer::kBadProof);
  EXPECT_EQ(CodeOf(fork.Request(0, 12)), WitnessAnswer::kConflict);
  Restart();
  EXPECT_EQ(CodeOf(fork.Request(0, 12)), WitnessAnswer::kConflict);
  EXPECT_EQ(CodeOf(fork.Request(9, 12)), WitnessAnswer::kBadProof);
  EXPECT_EQ(CodeOf(log_.Request(9, 12)), WitnessAnswer::kCosigned);
}

TEST_F(WitnessTest, RefusesAProofThatShowsNothing) {
  Ask(log_.Request(0, 9));
  tlog::AddCheckpointRequest request{9, {}, log_.SignedAt(12)};
  EXPECT_EQ(CodeOf(tlog::EncodeAddCheckpoint(request)), WitnessAnswer::kBadProof);
  request = {9, log_.tree().Proof(8, 12), log_.SignedAt(12)};
  EXPECT_EQ(CodeOf(tlog::EncodeAddCheckpoint(request)), WitnessAnswer::kBadProof);
  request = {9, {core::Hash256{1}}, log_.SignedAt(9)};
  EXPECT_EQ(CodeOf(tlog::EncodeAddCheckpoint(request)), WitnessAnswer::kBadProof);
}

TEST_F(WitnessTest, KnowsItsLogsAndTheirKeysAlone) {
  SmallLog stranger(20, "log.example/other");
  EXPECT_EQ(CodeOf(stranger.Request(0, 5)), WitnessAnswer::kUnknownOrigin);
  SmallLog forger(20, "log.example/op", 8);
  EXPECT_EQ(CodeOf(forger.Request(0, 5)), WitnessAnswer::kBadSignature);
  tlog::Note note{tlog::CheckpointText(log_.At(5)), {}};
  tlog::CosignNote(note, "log.example/op", log_.key(), 1);  // the right key, but no log's signature
  EXPECT_EQ(CodeOf(tlog::EncodeAddCheckpoint({0, {}, tlog::EncodeNote(note)})),
            WitnessAnswer::kBadSignature);
}

TEST_F(WitnessTest, RefusesWhatIsNoRequest) {
  EXPECT_EQ(CodeOf(""), WitnessAnswer::kMalformed);
  EXPECT_EQ(CodeOf("old 0\n\nno note"), WitnessAnswer::kMalformed);
  tlog::Note note{"no checkpoint\n", {}};
  tlog::SignNote(note, "log.example/op", log_.key());
  EXPECT_EQ(CodeOf(tlog::EncodeAddCheckpoint({0, {}, tlog::EncodeNote(note)})),
            WitnessAnswer::kMalformed);
  EXPECT_EQ(CodeOf(tlog::EncodeAddCheckpoint({6, {}, log_.SignedAt(5)})),
            WitnessAnswer::kMalformed);
}

TEST_F(WitnessTest, FollowsALogWhoseKeyWasRotated) {
  SmallLog next(20, "log.example/op", 9);
  Ask(log_.Request(0, 5));
  EXPECT_EQ(CodeOf(next.Request(5, 9)), WitnessAnswer::kBadSignature);
  logs_.push_back(next.vkey());
  Restart();
  // The checkpoint of the rotation has both signatures.
  tlog::Note both = tlog::ParseNote(log_.SignedAt(9)).value();
  tlog::SignNote(both, "log.example/op", next.key());
  EXPECT_EQ(CodeOf(tlog::EncodeAddCheckpoint({5, log_.tree().Proof(5, 9), tlog::EncodeNote(both)})),
            WitnessAnswer::kCosigned);
  EXPECT_EQ(CodeOf(next.Request(9, 12)), WitnessAnswer::kCosigned);
}

TEST_F(WitnessTest, KeepsWhatItCosignedOverRestarts) {
  Ask(log_.Request(0, 9));
  Restart();
  EXPECT_EQ(witness_->Newest("log.example/op"), log_.At(9));
  EXPECT_EQ(Ask(log_.Request(0, 12)).body, "9\n");
}

TEST_F(WitnessTest, KeepsLogsApart) {
  SmallLog other(20, "log.example/other");
  logs_.push_back(other.vkey());
  Restart();
  Ask(log_.Request(0, 9));
  EXPECT_EQ(CodeOf(other.Request(0, 3)), WitnessAnswer::kCosigned);
  EXPECT_EQ(witness_->Newest("log.example/op")->size, 9u);
}

TEST_F(WitnessTest, NeverGoesBackInTime) {
  const auto time_of = [this](const Answer& answer, std::uint64_t size) {
    const tlog::Note cosigned{tlog::CheckpointText(log_.At(size)),
                              tlog::ParseSignatureLines(answer.body).value()};
    return tlog::VerifyCosignature(cosigned, witness_->key()).value();
  };
  const std::int64_t first = time_of(Ask(log_.Request(0, 5)), 5);
  clock_.Jump(-3'600'000);
  Restart();
  EXPECT_EQ(time_of(Ask(log_.Request(5, 9)), 9), first);
}

TEST_F(WitnessTest, GivesNoCosignatureThatItCannotKeep) {
  Ask(log_.Request(0, 5));
  // A folder stands where the next state would be written.
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "state")) {
    if (file.path().extension() != ".checkpoint") continue;
    std::filesystem::create_directories(file.path().string() + ".next/x");
  }
  const auto answer = witness_->AddCheckpoint(log_.Request(5, 9));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.status().reason(), "FILE_NOT_WRITTEN");
  EXPECT_EQ(witness_->Newest("log.example/op")->size, 5u);
}

TEST_F(WitnessTest, RefusesAStateThatItDidNotSign) {
  Ask(log_.Request(0, 5));
  witness_.reset();
  EXPECT_EQ(Opened(/*seed=*/2).status().reason(), "WITNESS_STATE_DAMAGED");
  const std::string path = folder_ / "state/" + std::string(64, '0') + ".checkpoint";
  std::filesystem::path real;
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "state")) {
    if (file.path().extension() == ".checkpoint") real = file.path();
  }
  std::filesystem::copy(real, path);
  EXPECT_EQ(Opened().status().reason(), "WITNESS_STATE_DAMAGED");
  std::ofstream(path) << "cut short";
  EXPECT_EQ(Opened().status().reason(), "WITNESS_STATE_DAMAGED");
}

TEST_F(WitnessTest, HasItsFolderToItself) { EXPECT_EQ(Opened().status().reason(), "STORE_IN_USE"); }

TEST_F(WitnessTest, NeedsANameAndALog) {
  witness_.reset();
  const auto open = [&](const std::string& name, std::vector<tlog::VerifierKey> logs) {
    return Witness::Open({name, folder_ / "other", std::move(logs)},
                         crypto::SigningKey(core::Bytes(32, 1)), clock_, logger_)
        .status()
        .reason();
  };
  EXPECT_EQ(open("two words", logs_), "BAD_WITNESS");
  EXPECT_EQ(open(kName, {}), "BAD_WITNESS");
  tlog::VerifierKey cosigner = logs_.front();
  cosigner.type = tlog::kSigCosignatureV1;
  EXPECT_EQ(open(kName, {cosigner}), "BAD_WITNESS");
}

TEST_F(WitnessTest, CosignsOneOfTwoThatRace) {
  SmallLog fork = SmallLog::Fork();
  std::vector<int> cosigned(8, 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < cosigned.size(); ++i) {
    const std::string body = (i % 2 == 0 ? log_ : fork).Request(0, 9);
    threads.emplace_back(
        [&, i, body] { cosigned[i] = CodeOf(body) == WitnessAnswer::kCosigned ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(cosigned.begin(), cosigned.end(), 1), 1);
}

}  // namespace
}  // namespace facegate::witness
