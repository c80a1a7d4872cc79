#include "facegate/witness/remote_witness.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <string>
#include <thread>

#include "facegate/witness/witness_listener.h"
#include "support/base/fake_clock.h"
#include "support/base/temp_dir.h"
#include "unit/witness/small_log.h"

namespace facegate::witness {
namespace {

using testing::SmallLog;

std::string UrlOf(int port) { return "http://127.0.0.1:" + std::to_string(port); }

class RemoteWitnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Start("state");
    auto remote = RemoteWitness::Make({"w1", witness_->key(), UrlOf(listener_->port())});
    ASSERT_TRUE(remote.ok());
    remote_ = std::make_unique<RemoteWitness>(std::move(remote).value());
  }
  void Start(const std::string& state) {
    auto witness = Witness::Open({"witness.example/w1", folder_ / state, {log_.vkey()}},
                                 crypto::SigningKey(core::Bytes(32, 1)), clock_, logger_);
    ASSERT_TRUE(witness.ok()) << witness.status().ToString();
    witness_ = std::move(witness).value();
    auto listener = WitnessListener::Start({}, *witness_, logger_);
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    listener_ = std::move(listener).value();
  }
  static core::Result<tlog::NoteSignature> Ask(RemoteWitness& remote, SmallLog& log,
                                               std::uint64_t size) {
    const tlog::testing::ReferenceTree& tree = log.tree();
    tlog::GrowingTree growing;
    for (std::uint64_t i = 0; i < size; ++i) growing.Append(tree.leaf(i));
    tlog::testing::MemoryTiles tiles;
    tiles.Keep(growing.TakeChangedTiles());
    tlog::Prover prover(size, tiles.Reader());
    return remote.Cosign(tlog::ParseNote(log.SignedAt(size)).value(), log.At(size), prover);
  }
  std::string ReasonOf(SmallLog& log, std::uint64_t size) {
    return Ask(*remote_, log, size).status().reason();
  }

  SmallLog log_;
  facegate::testing::TempDir folder_;
  facegate::testing::FakeClock clock_;
  core::NullLogger logger_;
  std::unique_ptr<Witness> witness_;
  std::unique_ptr<WitnessListener> listener_;
  std::unique_ptr<RemoteWitness> remote_;
};

TEST_F(RemoteWitnessTest, BringsCosignaturesOfALogThatGrows) {
  for (const std::uint64_t size : {1u, 7u, 7u, 20u}) {
    const auto signature = Ask(*remote_, log_, size);
    ASSERT_TRUE(signature.ok()) << signature.status().ToString();
    EXPECT_TRUE(
        tlog::VerifyNote({tlog::CheckpointText(log_.At(size)), {*signature}}, witness_->key())
            .ok());
  }
}

TEST_F(RemoteWitnessTest, LearnsHowFarTheWitnessIs) {
  ASSERT_TRUE(Ask(*remote_, log_, 7).ok());
  auto fresh = RemoteWitness::Make(remote_->witness());
  EXPECT_TRUE(Ask(*fresh, log_, 12).ok());
}

TEST_F(RemoteWitnessTest, NamesALogThatWasSetBack) {
  ASSERT_TRUE(Ask(*remote_, log_, 12).ok());
  EXPECT_EQ(ReasonOf(log_, 9), "LOG_ROLLED_BACK");
  EXPECT_TRUE(Ask(*remote_, log_, 13).ok());
}

TEST_F(RemoteWitnessTest, NamesALogThatIsAnother) {
  ASSERT_TRUE(Ask(*remote_, log_, 12).ok());
  SmallLog fork = SmallLog::Fork();
  EXPECT_EQ(ReasonOf(fork, 12), "LOG_FORKED");
  EXPECT_EQ(ReasonOf(fork, 15), "LOG_FORKED");
}

TEST_F(RemoteWitnessTest, NamesAWitnessThatDoesNotKnowTheLog) {
  SmallLog stranger(20, "log.example/other");
  EXPECT_EQ(ReasonOf(stranger, 5), "WITNESS_REFUSED");
  SmallLog forger(20, "log.example/op", 8);
  EXPECT_EQ(ReasonOf(forger, 5), "WITNESS_REFUSED");
}

TEST_F(RemoteWitnessTest, TakesNobodyElsesCosignature) {
  tlog::PolicyWitness other = remote_->witness();
  other.key = tlog::MakeVerifierKey("witness.example/w1", tlog::kSigCosignatureV1,
                                    crypto::SigningKey(core::Bytes(32, 2)).public_key());
  auto remote = RemoteWitness::Make(other);
  EXPECT_EQ(Ask(*remote, log_, 5).status().reason(), "WITNESS_REFUSED");
}

TEST_F(RemoteWitnessTest, NamesAWitnessThatIsDown) {
  listener_.reset();
  EXPECT_EQ(ReasonOf(log_, 5), "WITNESS_UNREACHABLE");
}

TEST_F(RemoteWitnessTest, IsNotHeldByAnAnswerThatNeverEnds) {
  httplib::Server slow;
  slow.Post("/add-checkpoint", [](const httplib::Request&, httplib::Response& response) {
    response.set_chunked_content_provider("text/plain", [](std::size_t, httplib::DataSink& sink) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      return sink.write("x", 1);
    });
  });
  const int port = slow.bind_to_any_port("127.0.0.1");
  std::thread serving([&slow] { slow.listen_after_bind(); });
  auto remote = RemoteWitness::Make({"slow", witness_->key(), UrlOf(port)});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask(*remote, log_, 5).status().reason(), "WITNESS_UNREACHABLE");
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took, std::chrono::milliseconds(3 * kAskMsMax));
  slow.stop();
  serving.join();
}

TEST_F(RemoteWitnessTest, IsRefusedABodyBeyondTheLimit) {
  httplib::Client client(UrlOf(listener_->port()));
  const std::string body(tlog::kAddCheckpointBytesMax + 1, 'a');
  const auto result = client.Post("/add-checkpoint", body, "text/plain");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 413);
}

TEST_F(RemoteWitnessTest, ToldItsSizeWithItsMediaType) {
  ASSERT_TRUE(Ask(*remote_, log_, 5).ok());
  httplib::Client client(UrlOf(listener_->port()));
  const auto result = client.Post("/add-checkpoint", log_.Request(3, 9), "text/plain");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 409);
  EXPECT_EQ(result->get_header_value("Content-Type"), "text/x.tlog.size");
  EXPECT_EQ(result->body, "5\n");
}

TEST(RemoteWitness, IsAtAnHttpAddress) {
  const tlog::VerifierKey key = tlog::MakeVerifierKey(
      "w", tlog::kSigCosignatureV1, crypto::SigningKey(core::Bytes(32, 1)).public_key());
  for (const char* const good :
       {"http://127.0.0.1:9470", "https://witness.example/w1/", "http://[::1]:9470/a"}) {
    EXPECT_TRUE(RemoteWitness::Make({"w", key, good}).ok()) << good;
  }
  for (const char* const bad :
       {"", "witness.example", "ftp://witness.example", "http://", "http:///path", "http://a b/",
        "http://user@host/", "https://host/?query", "http://host/\n"}) {
    EXPECT_EQ(RemoteWitness::Make({"w", key, bad}).status().reason(), "BAD_WITNESS_URL") << bad;
  }
}

TEST(WitnessListener, NamesAnAddressThatItCannotHave) {
  SmallLog log;
  const facegate::testing::TempDir folder;
  const facegate::testing::FakeClock clock;
  core::NullLogger logger;
  auto witness = Witness::Open({"w", folder / "state", {log.vkey()}},
                               crypto::SigningKey(core::Bytes(32, 1)), clock, logger);
  const auto listener = WitnessListener::Start({"192.0.2.1", 0}, **witness, logger);
  ASSERT_FALSE(listener.ok());
  EXPECT_EQ(listener.status().reason(), "LISTEN_FAILED");
}

}  // namespace
}  // namespace facegate::witness
