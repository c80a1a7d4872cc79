// Eight clients ask about faces while people withdraw, at random, on a real database: nothing that
// was recorded after a withdrawal's record rests on that consent (I6). Order is the log's.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "support/base/temp_dir.h"
#include "support/yard/yard.h"

namespace facegate {
namespace {

using testing::World;
using testing::Yard;

constexpr int kClients = 8;
constexpr int kPeople = 12;
constexpr int kWithdrawals = 120;

// A grant, as a client got it.
struct Grant {
  std::uint64_t index = 0;
  model::ConsentRef consent;
};

class LoadTest : public ::testing::Test {
 protected:
  LoadTest() : yard_(testing::OnDisk(dir_.path())) {
    for (int i = 0; i < kPeople; ++i) {
      EXPECT_TRUE(yard_.Register(IdOf(i)).ok());
      Admit(i);
    }
  }
  static std::string IdOf(int person) { return "person-" + std::to_string(person); }

  // Consents, and is enrolled.
  void Admit(int person) {
    const auto granted = yard_.Grant(IdOf(person), 30);
    ASSERT_TRUE(granted.ok()) << granted.status().ToString();
    consents_[person] = {World::op(), model::SubjectId(IdOf(person)), granted->consent.id};
    const auto enrolled = yard_.Enroll(IdOf(person), person + 1);
    ASSERT_TRUE(enrolled.ok());
    ASSERT_EQ(enrolled->outcome().reason, model::Reason::kEnrolled);
  }

  void Ask(unsigned seed) {
    std::mt19937 random(seed);
    while (!stopped_) {
      const int person = static_cast<int>(random() % kPeople);
      const auto recorded = random() % 4 == 0 ? yard_.Identify(person + 1)
                                              : yard_.Authorize(IdOf(person), person + 1);
      ASSERT_TRUE(recorded.ok());
      ++answers_;
      if (recorded->outcome().reason == model::Reason::kConsentMoved) ++overtaken_;
      const std::lock_guard lock(mutex_);
      for (const audit::Person& found : recorded->outcome().people) {
        grants_.push_back({recorded->receipt().index, found.basis.consent});
      }
    }
  }

  testing::TempDir dir_;
  Yard yard_;
  std::map<int, model::ConsentRef> consents_;
  std::atomic<bool> stopped_{false};
  std::atomic<int> answers_{0};
  std::atomic<int> overtaken_{0};
  std::mutex mutex_;
  std::vector<Grant> grants_;
};

TEST_F(LoadTest, NoMatchIsRecordedAfterAWithdrawal) {
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([this, i] { Ask(static_cast<unsigned>(i)); });
  }
  std::map<model::ConsentRef, std::uint64_t> withdrawn;
  std::mt19937 random(99);
  for (int i = 0; i < kWithdrawals; ++i) {
    const int person = static_cast<int>(random() % kPeople);
    const auto result = yard_.consents.Withdraw(yard_.Desk(), consents_[person]);
    ASSERT_TRUE(result.ok()) << result.status().ToString();
    withdrawn[consents_[person]] = result->receipt.index;
    Admit(person);
  }
  stopped_ = true;
  for (std::thread& client : clients) client.join();

  std::set<model::ConsentRef> matched;
  for (const Grant& grant : grants_) {
    matched.insert(grant.consent);
    const auto found = withdrawn.find(grant.consent);
    if (found == withdrawn.end()) continue;
    EXPECT_LT(grant.index, found->second) << "a match was recorded after the withdrawal";
  }
  // Or else it shows nothing: most of those who withdrew had been let in while they could be.
  const auto both = std::count_if(withdrawn.begin(), withdrawn.end(),
                                  [&](const auto& entry) { return matched.contains(entry.first); });
  EXPECT_GT(both, kWithdrawals / 4);
  RecordProperty("answers", answers_);
  RecordProperty("overtaken", overtaken_);
  std::printf("%d answers, %d of them overtaken by a withdrawal\n", answers_.load(),
              overtaken_.load());
}

}  // namespace
}  // namespace facegate
