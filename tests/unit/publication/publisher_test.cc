#include "facegate/publication/publisher.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/tlog/merkle.h"
#include "facegate/witness/witness_listener.h"
#include "support/base/fake_clock.h"
#include "support/base/temp_dir.h"

namespace facegate::publication {
namespace {

using facegate::testing::FakeClock;
using facegate::testing::TempDir;

constexpr char kOrigin[] = "gate.example/acme";
const model::OperatorId kAcme("acme");

// The log of an operator in a store of its own; two of them can be two pasts of one log.
class StoredLog {
 public:
  explicit StoredLog(std::string origin = kOrigin) : origin_(std::move(origin)) {}

  // Appends records one group each, all of them `prefix` and their index.
  void Grow(std::uint64_t records, const std::string& prefix = "record ") {
    for (std::uint64_t i = 0; i < records; ++i) {
      const std::uint64_t index = tree_.size();
      storage::BatchItem item;
      item.entry = prefix + std::to_string(index);
      item.leaf_hash = tlog::LeafHash(core::AsBytes(item.entry));
      item.keys.type = "decision";
      tree_.Append(item.leaf_hash);
      std::map<storage::TileKey, core::Bytes> tiles;
      for (auto& [id, hashes] : tree_.TakeChangedTiles()) {
        if (id.level > 0 || hashes.size() == storage::kTileBytes) {
          tiles.emplace(storage::TileKey{id.level, id.index}, std::move(hashes));
        }
      }
      const std::string checkpoint =
          tlog::SignCheckpoint({origin_, tree_.size(), tree_.Root()}, key_);
      const storage::Batch batch(kAcme, index, {item}, std::move(tiles), checkpoint);
      ASSERT_TRUE(store_->Apply(batch).status.ok());
    }
  }
  const storage::Store& store() const { return *store_; }
  tlog::VerifierKey vkey() const {
    return tlog::MakeVerifierKey(origin_, tlog::kSigEd25519, key_.public_key());
  }

 private:
  std::string origin_;
  crypto::SigningKey key_{core::Bytes(32, 7)};
  std::unique_ptr<storage::Store> store_ = storage::OpenMemoryStore();
  tlog::GrowingTree tree_;
};

// A witness on a port, which can go and come back.
struct RunningWitness {
  void Start(int number, const std::string& state, const tlog::VerifierKey& log,
             const core::Clock& clock, core::Logger& logger) {
    const std::string name = "witness.example/" + std::to_string(number);
    auto opened = witness::Witness::Open(
        {name, state, {log}},
        crypto::SigningKey(core::Bytes(32, static_cast<std::uint8_t>(number))), clock, logger);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    witness = std::move(opened).value();
    auto listening = witness::WitnessListener::Start({"127.0.0.1", port}, *witness, logger);
    ASSERT_TRUE(listening.ok()) << listening.status().ToString();
    listener = std::move(listening).value();
    port = listener->port();
  }
  void Stop() {
    listener.reset();
    witness.reset();
  }

  int port = 0;
  std::unique_ptr<witness::Witness> witness;
  std::unique_ptr<witness::WitnessListener> listener;
};

class PublisherTest : public ::testing::Test {
 protected:
  void SetUp() override {
    log_.Grow(3);
    for (int number : {1, 2}) {
      StartWitness(number);
      policy_ += "witness W" + std::to_string(number) + " " +
                 witnesses_[number].witness->key().ToString() +
                 " http://127.0.0.1:" + std::to_string(witnesses_[number].port) + "\n";
    }
    policy_ += "group both all W1 W2\nquorum both\n";
    options_.policy = tlog::WitnessPolicy::Parse(policy_).value();
    options_.data_dir = folder_ / "data";
    options_.age_ms_max = 60'000;
    Open(log_);
  }
  void StartWitness(int number) {
    witnesses_[number].Start(number, folder_ / ("w" + std::to_string(number)), log_.vkey(), clock_,
                             logger_);
  }
  // Such witnesses would cosign anything.
  void WitnessesForget() {
    for (int number : {1, 2}) {
      witnesses_[number].Stop();
      std::filesystem::remove_all(folder_ / ("w" + std::to_string(number)));
      StartWitness(number);
    }
  }
  void Open(const StoredLog& log) {
    publisher_.reset();
    auto opened = Publisher::Open(log.store(), clock_, metrics_, logger_, options_);
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    publisher_ = std::move(opened).value();
  }
  void StopOnMissingQuorum() {
    options_.on_missing_quorum = OnMissingQuorum::kStop;
    Open(log_);
  }
  // Of the published checkpoint; 0: none.
  std::uint64_t PublishedSize() const {
    const auto published = publisher_->Published(kAcme);
    if (!published) return 0;
    const tlog::Note note = tlog::ParseNote(*published).value();
    EXPECT_TRUE(options_.policy.CheckQuorum(note).ok());
    EXPECT_TRUE(tlog::OpenCheckpoint(*published, log_.vkey()).ok());
    EXPECT_EQ(note.signatures.front().name, kOrigin) << "the log's own comes first";
    return tlog::ParseCheckpointText(note.text)->size;
  }
  std::string ReasonOfRefusal() const { return publisher_->MayAnswer(kAcme).reason(); }

  StoredLog log_;
  TempDir folder_;
  FakeClock clock_;
  core::NullLogger logger_;
  core::MemoryMetrics metrics_;
  std::map<int, RunningWitness> witnesses_;
  std::string policy_;
  PublisherOptions options_;
  std::unique_ptr<Publisher> publisher_;
};

TEST_F(PublisherTest, PublishesWhatAQuorumCosigned) {
  EXPECT_EQ(PublishedSize(), 0u);
  publisher_->Round();
  EXPECT_EQ(PublishedSize(), 3u);
  log_.Grow(300);
  EXPECT_EQ(PublishedSize(), 3u);
  publisher_->Round();
  EXPECT_EQ(PublishedSize(), 303u);
  EXPECT_EQ(metrics_.Value(core::Counter::kCheckpointsPublished), 2u);
  EXPECT_EQ(publisher_->Published(model::OperatorId("other")), std::nullopt);
}

TEST_F(PublisherTest, FindsWhatWasPublishedAfterARestart) {
  publisher_->Round();
  Open(log_);
  EXPECT_EQ(PublishedSize(), 3u);
}

TEST_F(PublisherTest, KeepsTheLastOneWhileAWitnessIsDown) {
  publisher_->Round();
  witnesses_[2].Stop();
  log_.Grow(2);
  publisher_->Round();
  EXPECT_EQ(PublishedSize(), 3u);
  EXPECT_EQ(metrics_.Value(core::Counter::kWitnessFailures), 1u);
  EXPECT_TRUE(publisher_->MayAnswer(kAcme).ok()) << "continue";
  StartWitness(2);
  publisher_->Round();
  EXPECT_EQ(PublishedSize(), 5u);
}

TEST_F(PublisherTest, AnswersNothingBeforeAQuorumWhereItStops) {
  publisher_->Round();
  StopOnMissingQuorum();
  EXPECT_EQ(publisher_->MayAnswer(kAcme).code(), core::Code::kUnavailable);
  EXPECT_EQ(ReasonOfRefusal(), "QUORUM_MISSING") << "what a former process saw is not enough";
  publisher_->Round();
  EXPECT_TRUE(publisher_->MayAnswer(kAcme).ok());
}

TEST_F(PublisherTest, StopsOnceTheLastQuorumIsTooOld) {
  StopOnMissingQuorum();
  publisher_->Round();
  witnesses_[2].Stop();
  clock_.Advance(options_.age_ms_max);
  publisher_->Round();
  EXPECT_TRUE(publisher_->MayAnswer(kAcme).ok());
  clock_.Advance(1);
  EXPECT_EQ(ReasonOfRefusal(), "QUORUM_MISSING");
  StartWitness(2);
  publisher_->Round();
  EXPECT_TRUE(publisher_->MayAnswer(kAcme).ok());
}

TEST_F(PublisherTest, CountsTimeByASteadyClock) {
  StopOnMissingQuorum();
  publisher_->Round();
  clock_.Jump(7 * core::kMsPerDay);
  EXPECT_TRUE(publisher_->MayAnswer(kAcme).ok());
}

TEST_F(PublisherTest, NoticesByWitnessesThatTheLogWasSetBack) {
  publisher_->Round();
  StoredLog older;
  older.Grow(2);
  std::filesystem::remove_all(folder_ / "data");  // everything of this machine was set back
  options_.on_missing_quorum = OnMissingQuorum::kStop;
  Open(older);
  publisher_->Round();
  EXPECT_EQ(ReasonOfRefusal(), "WITNESS_DISAGREES");
  EXPECT_NE(publisher_->MayAnswer(kAcme).message().find("LOG_ROLLED_BACK"), std::string::npos);
  EXPECT_EQ(metrics_.Value(core::Counter::kWitnessDisagreements), 2u);
  EXPECT_EQ(publisher_->Published(kAcme), std::nullopt);
}

TEST_F(PublisherTest, NoticesByWitnessesThatTheLogIsAnother) {
  publisher_->Round();
  StoredLog forked;
  forked.Grow(5, "another ");
  std::filesystem::remove_all(folder_ / "data");
  options_.on_missing_quorum = OnMissingQuorum::kStop;
  Open(forked);
  publisher_->Round();
  EXPECT_NE(publisher_->MayAnswer(kAcme).message().find("LOG_FORKED"), std::string::npos);
}

TEST_F(PublisherTest, NoticesByWhatItPublishedThatTheLogWasSetBackOrIsAnother) {
  publisher_->Round();
  options_.on_missing_quorum = OnMissingQuorum::kStop;
  WitnessesForget();
  StoredLog older;
  older.Grow(2);
  Open(older);
  publisher_->Round();
  EXPECT_NE(publisher_->MayAnswer(kAcme).message().find("LOG_ROLLED_BACK by published"),
            std::string::npos);
  EXPECT_EQ(PublishedSize(), 3u);

  WitnessesForget();
  StoredLog forked;
  forked.Grow(9, "another ");
  Open(forked);
  publisher_->Round();
  EXPECT_NE(publisher_->MayAnswer(kAcme).message().find("LOG_FORKED by published"),
            std::string::npos);
  EXPECT_EQ(PublishedSize(), 3u);
}

// The shorter log is another one, and says so: nothing of it was published yet.
TEST_F(PublisherTest, ForgetsWhatWasPublishedOfALogThatWasSucceeded) {
  publisher_->Round();
  StoredLog successor(std::string(kOrigin) + "~2");
  successor.Grow(2);
  Open(successor);
  EXPECT_EQ(publisher_->Published(kAcme), std::nullopt);
  // Its present log is no successor of one that was published as the third.
  const std::string path = folder_ / "data/published/acme.checkpoint";
  std::ofstream(path) << tlog::SignCheckpoint({std::string(kOrigin) + "~3", 3, tlog::EmptyRoot()},
                                              crypto::SigningKey(core::Bytes(32, 7)));
  Open(successor);
  EXPECT_NE(publisher_->Published(kAcme), std::nullopt);
}

TEST_F(PublisherTest, AnswersAgainOnceTheWitnessAgrees) {
  publisher_->Round();
  StoredLog older;
  older.Grow(2);
  std::filesystem::remove_all(folder_ / "data");
  options_.on_missing_quorum = OnMissingQuorum::kStop;
  Open(older);
  publisher_->Round();
  ASSERT_FALSE(publisher_->MayAnswer(kAcme).ok());
  older.Grow(4);  // the lost records came back, and more
  publisher_->Round();
  EXPECT_TRUE(publisher_->MayAnswer(kAcme).ok());
  EXPECT_EQ(PublishedSize(), 6u);
}

TEST_F(PublisherTest, AsksByItselfAndForANewLogAtOnce) {
  StoredLog empty;
  options_.on_missing_quorum = OnMissingQuorum::kStop;
  options_.interval_ms = 3'600'000;
  Open(empty);
  publisher_->Start();
  empty.Grow(1);
  bool answered = false;
  for (int tries = 0; tries < 500 && !answered; ++tries) {
    answered = publisher_->MayAnswer(kAcme).ok();
    if (!answered) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(answered);
  publisher_.reset();
}

TEST_F(PublisherTest, NeedsAddressesOfAQuorum) {
  const auto reason_of = [&](const std::string& policy) {
    PublisherOptions options = options_;
    options.policy = tlog::WitnessPolicy::Parse(policy).value();
    return Publisher::Open(log_.store(), clock_, metrics_, logger_, std::move(options))
        .status()
        .reason();
  };
  std::string without = policy_;
  const std::size_t url = without.find(" http");
  without.erase(url, without.find('\n') - url);
  EXPECT_EQ(reason_of(without), "WITNESS_URL_MISSING");
  std::string odd = policy_;
  odd.replace(odd.find("http://"), 7, "gopher:");
  EXPECT_EQ(reason_of(odd), "BAD_WITNESS_URL");
}

TEST_F(PublisherTest, NamesAPublishedFileThatIsDamaged) {
  publisher_->Round();
  const std::string path = folder_ / "data/published/acme.checkpoint";
  ASSERT_TRUE(std::filesystem::exists(path));
  std::ofstream(path) << "cut short";
  const auto opened = Publisher::Open(log_.store(), clock_, metrics_, logger_, options_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().reason(), "PUBLISHED_DAMAGED");
  EXPECT_NE(opened.status().message().find(path), std::string::npos);
}

}  // namespace
}  // namespace facegate::publication
