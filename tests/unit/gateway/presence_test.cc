// What a log says of the gateway itself.
#include "facegate/gateway/presence.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "facegate/audit/pruning.h"
#include "support/world/world.h"
#include "unit/consent/faulty_store.h"

namespace facegate::gateway {
namespace {

using testing::World;

constexpr std::int64_t kBeatMs = 60'000;
constexpr std::int64_t kHeartbeatS = 600;

class PresenceTest : public ::testing::Test {
 protected:
  std::unique_ptr<Presence> Begun() {
    auto presence =
        std::make_unique<Presence>(*world_.store, *world_.ledger, world_.clock, world_.logger,
                                   PresenceOptions{"1.2.3", kHeartbeatS, kBeatMs, 1000});
    EXPECT_TRUE(presence->Begin().ok());
    return presence;
  }

  // As a gateway does: a beat a minute.
  int BeatFor(Presence& presence, std::int64_t minutes) {
    int beats = 0;
    for (std::int64_t i = 0; i < minutes; ++i) {
      world_.clock.Advance(kBeatMs);
      const auto beat = presence.Beat();
      EXPECT_TRUE(beat.ok());
      beats += beat.ok() ? *beat : 0;
    }
    return beats;
  }

  // The records of the gateway about itself, oldest first.
  std::vector<core::Json> Said(const std::string& type) {
    storage::LogQuery query;
    query.type = type;
    query.limit = 1000;
    std::vector<core::Json> said;
    const auto found = world_.store->QueryLog(World::op(), query);
    EXPECT_TRUE(found.ok());
    for (const storage::LogEntry& entry : *found) said.push_back(*storage::LineOf(entry.entry));
    return said;
  }

  World world_;
};

TEST_F(PresenceTest, SaysHowTheRunBeforeEnded) {
  auto first = Begun();
  first.reset();
  auto second = Begun();
  second.reset();
  const auto started = Said("gateway.started");
  const auto stopped = Said("gateway.stopped");
  ASSERT_EQ(started.size(), 2U);
  ASSERT_EQ(stopped.size(), 2U);
  EXPECT_EQ(started[0].StringOr("after", ""), "NOTHING");
  EXPECT_EQ(started[0].StringOr("version", ""), "1.2.3");
  EXPECT_EQ(started[0].IntOr("heartbeat_s", 0), kHeartbeatS);
  EXPECT_EQ(started[1].StringOr("after", ""), "STOP");
  EXPECT_EQ(stopped[0].StringOr("boot", ""), started[0].StringOr("boot", "-"));
  EXPECT_NE(started[0].StringOr("boot", ""), started[1].StringOr("boot", ""));
}

TEST_F(PresenceTest, SaysThatTheRunBeforeEndedInACrash) {
  const auto killed = Begun();  // never goes, as far as the log can tell
  const auto next = Begun();
  EXPECT_EQ(Said("gateway.started")[1].StringOr("after", ""), "CRASH");
}

TEST_F(PresenceTest, RemembersThatThereWereRunsWhoseStartWasPruned) {
  const auto killed = Begun();
  for (int i = 0; i < 300; ++i) world_.AddSubject(std::string("person-") + std::to_string(i));
  world_.clock.Advance(11 * core::kMsPerDay);
  audit::LogPruner pruner(*world_.store, *world_.ledger, world_.clock,
                          {.is_on = true, .retained_days = 10, .published = {}});
  ASSERT_EQ(*pruner.Run(), 256U);
  ASSERT_TRUE(Said("gateway.started").empty());
  const auto next = Begun();
  EXPECT_EQ(Said("gateway.started")[0].StringOr("after", ""), "CRASH");
}

TEST_F(PresenceTest, BeatsInQuietTimesOften) {
  const auto presence = Begun();
  const int beats = BeatFor(*presence, 60);
  const auto said = Said("gateway.heartbeat");
  ASSERT_EQ(said.size(), static_cast<std::size_t>(beats));
  core::Timestamp last = *core::ParseRfc3339(Said("gateway.started")[0].StringOr("time", ""));
  for (const core::Json& beat : said) {
    const core::Timestamp time = *core::ParseRfc3339(beat.StringOr("time", ""));
    EXPECT_LE(time - last, kHeartbeatS * 1000);
    last = time;
  }
  EXPECT_LE(world_.clock.Now() - last, kHeartbeatS * 1000);
  EXPECT_LE(beats, 8) << "an hour of quiet needs no more";
}

TEST_F(PresenceTest, IsSilentWhileOthersSpeak) {
  const auto presence = Begun();
  for (int i = 0; i < 60; ++i) {
    world_.AddSubject(std::string("person-") + std::to_string(i));
    EXPECT_EQ(BeatFor(*presence, 1), 0);
  }
}

TEST_F(PresenceTest, SaysThatTheClockWasSetAndByHowMuch) {
  const auto presence = Begun();
  BeatFor(*presence, 1);
  world_.clock.Jump(-90'000);
  BeatFor(*presence, 1);
  world_.clock.Jump(400);  // what a clock that is kept in step may do
  BeatFor(*presence, 3);
  const auto stepped = Said("gateway.clock_stepped");
  ASSERT_EQ(stepped.size(), 1U);
  EXPECT_EQ(stepped[0].IntOr("by_ms", 0), -90'000);
}

TEST_F(PresenceTest, LeavesTheTimesOfALogInOrderWhenTheClockIsSetBack) {
  const auto presence = Begun();
  world_.clock.Jump(-3'600'000);
  BeatFor(*presence, 30);
  core::Timestamp last{0};
  const auto head = world_.store->GetLogHead(World::op());
  const auto all = world_.store->ReadEntries(World::op(), 0, 1000);
  ASSERT_TRUE(head.ok() && all.ok());
  ASSERT_EQ(all->size(), head->size);
  for (const storage::LogEntry& entry : *all) {
    const core::Timestamp time =
        *core::ParseRfc3339(storage::LineOf(entry.entry)->StringOr("time", ""));
    EXPECT_GE(time, last);
    last = time;
  }
}

TEST_F(PresenceTest, LetsNoGatewayStartThatCannotRecordIt) {
  consent::FaultyStore faults(*world_.store);
  audit::LedgerOptions options;
  options.gateway_name = "test.example";
  const auto ledger = audit::Ledger::Open(faults, *world_.keys, world_.clock, world_.metrics,
                                          world_.logger, options);
  ASSERT_TRUE(ledger.ok());
  faults.FailWrites();
  Presence presence(faults, **ledger, world_.clock, world_.logger,
                    {"1.2.3", kHeartbeatS, kBeatMs, 1000});
  EXPECT_EQ(presence.Begin().reason(), "NOT_RECORDED");
}

}  // namespace
}  // namespace facegate::gateway
