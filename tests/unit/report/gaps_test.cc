#include "facegate/report/gaps.h"

#include <gtest/gtest.h>

#include "facegate/report/reconcile.h"

namespace facegate::report {
namespace {

// A log that a test writes record by record.
class Story {
 public:
  explicit Story(std::uint64_t first = 0) : next_(first) {}

  OpenedRecord Event(std::int64_t second, const std::string& type, const std::string& members) {
    OpenedRecord record;
    record.index = next_++;
    record.type = type;
    record.time = {1'772'438'400'000 + second * 1000};
    record.line = *core::Json::Parse("{" + members + "}");
    return record;
  }
  OpenedRecord Started(std::int64_t second, const std::string& boot, const std::string& after) {
    return Event(second, "gateway.started",
                 R"("boot":")" + boot + R"(","after":")" + after + R"(","heartbeat_s":60)");
  }
  OpenedRecord Decision(std::int64_t counter, const std::string& caller = "aa",
                        const std::string& more = "") {
    const std::int64_t second = static_cast<std::int64_t>(next_);
    return Event(
        second, "decision",
        R"("camera":"door","operation":"VERIFY_1TO1","outcome":"ALLOW","actor":{"fingerprint":")" +
            caller + R"("},"client_counter":)" + std::to_string(counter) + more);
  }

 private:
  std::uint64_t next_;
};

Gaps OfCounters(const std::vector<std::int64_t>& counters, std::uint64_t first = 0) {
  Story story(first);
  GapFinder finder;
  for (const std::int64_t counter : counters) finder.Add(story.Decision(counter));
  return finder.Finish();
}

// "MISSING 3-4" and so on, as they were found.
std::string Found(const Gaps& gaps) {
  std::string text;
  for (const Gap& gap : gaps.found) {
    if (!text.empty()) text += "; ";
    text += std::string(GapKindWord(gap.kind)) + "@" + std::to_string(gap.index);
    if (gap.first > 0) text += " " + std::to_string(gap.first) + "-" + std::to_string(gap.last);
  }
  return text;
}

TEST(GapFinder, FindsNothingWhereCountsFollowEachOther) {
  const Gaps gaps = OfCounters({1, 2, 3, 4});
  EXPECT_TRUE(gaps.ok());
  EXPECT_EQ(Found(gaps), "");
  EXPECT_EQ(gaps.callers, 1u);
}

TEST(GapFinder, TakesNoSilenceForOneWhereTheLogLostRecords) {
  Story story;
  GapFinder finder;
  finder.Add(story.Started(0, "b1", "NOTHING"));
  finder.Add(story.Event(1, "decision", ""));
  finder.Add(story.Event(10'000, "log.succeeded", ""));
  finder.Add(story.Event(10'001, "suppression.applied", ""));
  finder.Add(story.Event(10'002, "backup.restored", ""));
  finder.Add(story.Started(10'003, "b2", "CRASH"));
  EXPECT_EQ(Found(finder.Finish()), "START_WITHOUT_STOP@5");
}

TEST(GapFinder, FindsCountsWithoutRecord) {
  EXPECT_EQ(Found(OfCounters({1, 2, 5, 6, 8})), "COUNTERS_MISSING@2 3-4; COUNTERS_MISSING@4 7-7");
  const Gaps first = OfCounters({3});
  EXPECT_EQ(Found(first), "COUNTERS_MISSING@0 1-2");
  EXPECT_FALSE(first.ok());
  EXPECT_EQ(first.counts.at(GapKind::kCountersMissing), 2u);
}

TEST(GapFinder, TakesACountThatComesLate) {
  EXPECT_EQ(Found(OfCounters({2, 1, 4, 3, 7, 6, 5})), "");
  EXPECT_EQ(Found(OfCounters({1, 6, 4})), "COUNTERS_MISSING@1 2-3; COUNTERS_MISSING@1 5-5");
}

TEST(GapFinder, TellsARestartFromAGap) {
  const Gaps restarted = OfCounters({1, 2, 3, 1, 2});
  EXPECT_EQ(Found(restarted), "CALLER_RESTARTED@3");
  EXPECT_TRUE(restarted.ok());
  EXPECT_EQ(Found(OfCounters({1, 2, 3, 1, 3})), "CALLER_RESTARTED@3; COUNTERS_MISSING@4 2-2");
  // The first request after the restart was left out.
  EXPECT_EQ(Found(OfCounters({1, 2, 3, 4, 5, 2, 3, 4})),
            "CALLER_RESTARTED@5; COUNTERS_MISSING@5 1-1");
}

TEST(GapFinder, FindsACountThatStandsTwice) {
  EXPECT_EQ(Found(OfCounters({1, 2, 3, 2, 4})), "COUNTER_REPEATED@3 2-2");
  EXPECT_EQ(Found(OfCounters({1, 2, 3, 3})), "COUNTER_REPEATED@3 3-3");
}

TEST(GapFinder, KeepsCallersApart) {
  Story story;
  GapFinder finder;
  finder.Add(story.Decision(1, "aa"));
  finder.Add(story.Decision(1, "bb"));
  finder.Add(story.Decision(2, "bb"));
  finder.Add(story.Decision(3, "aa"));
  const Gaps gaps = finder.Finish();
  EXPECT_EQ(Found(gaps), "COUNTERS_MISSING@3 2-2");
  EXPECT_EQ(gaps.found[0].caller.substr(0, 2), "aa");
  EXPECT_EQ(gaps.callers, 2u);
}

TEST(GapFinder, DoesNotAskForWhatWasPruned) { EXPECT_EQ(Found(OfCounters({900, 901}, 512)), ""); }

TEST(GapFinder, SaysThatCallersKeepNoCount) {
  const Gaps gaps = OfCounters({0, 0});
  EXPECT_TRUE(gaps.ok());
  EXPECT_EQ(gaps.callers, 0u);
  EXPECT_EQ(gaps.unproved[0].reason, "COUNTERS_NOT_KEPT");
}

TEST(GapFinder, SurvivesCountsAtTheEndOfTheirRange) {
  constexpr std::int64_t kMax = 9'223'372'036'854'775'807;
  EXPECT_EQ(OfCounters({1, kMax, kMax - 1, 2, kMax}).counts.at(GapKind::kCounterRepeated), 1u);
  Story story;
  GapFinder finder;
  for (const char* caller : {"aa", "bb", "cc"}) finder.Add(story.Decision(kMax, caller));
  EXPECT_NE(GapsJson(finder.Finish()).Dump().find("9223372036854775807"), std::string::npos);
}

TEST(GapFinder, FindsAStartWithoutAStop) {
  Story story;
  GapFinder finder;
  finder.Add(story.Started(0, "b1", "NOTHING"));
  finder.Add(story.Event(10, "gateway.stopped", R"("boot":"b1")"));
  finder.Add(story.Started(5000, "b2", "STOP"));
  finder.Add(story.Started(6000, "b3", "CRASH"));
  const Gaps gaps = finder.Finish();
  EXPECT_EQ(Found(gaps), "START_WITHOUT_STOP@3");
  EXPECT_EQ(gaps.found[0].after, "CRASH");
}

TEST(GapFinder, FindsAHeartbeatOfAnotherRun) {
  Story story;
  GapFinder finder;
  finder.Add(story.Started(0, "b1", "NOTHING"));
  finder.Add(story.Event(60, "gateway.heartbeat", R"("boot":"b9","quiet_s":60)"));
  EXPECT_EQ(Found(finder.Finish()), "BOOT_DIFFERS@1");
}

TEST(GapFinder, FindsSilenceThatIsLongerThanTheHeartbeat) {
  Story story;
  GapFinder finder;
  finder.Add(story.Started(0, "b1", "NOTHING"));
  finder.Add(story.Event(61, "gateway.heartbeat", R"("boot":"b1","quiet_s":61)"));
  finder.Add(story.Event(61 + 80, "gateway.heartbeat", R"("boot":"b1","quiet_s":80)"));
  finder.Add(story.Event(141 + 81, "gateway.heartbeat", R"("boot":"b1","quiet_s":81)"));
  finder.Add(story.Event(230, "gateway.stopped", R"("boot":"b1")"));
  finder.Add(story.Started(99'000, "b2", "STOP"));
  const Gaps gaps = finder.Finish();
  EXPECT_EQ(Found(gaps), "QUIET_TOO_LONG@3");
  EXPECT_EQ(gaps.found[0].ms, 81'000);
}

TEST(GapFinder, TakesNoHandoverOfTheLogKeysForSignsOfLife) {
  const std::string rotated = R"("kind":"LOG")";
  {
    // The run was killed; the next one hands the log over and starts.
    Story story;
    GapFinder finder;
    finder.Add(story.Started(0, "b1", "NOTHING"));
    finder.Add(story.Event(9'000, "key.rotated", rotated));
    finder.Add(story.Started(9'001, "b2", "CRASH"));
    EXPECT_EQ(Found(finder.Finish()), "START_WITHOUT_STOP@2");
  }
  {
    // Nothing started: the run was silent, whatever was rotated meanwhile.
    Story story;
    GapFinder finder;
    finder.Add(story.Started(0, "b1", "NOTHING"));
    finder.Add(story.Event(9'000, "key.rotated", rotated));
    finder.Add(story.Event(9'001, "gateway.heartbeat", R"("boot":"b1","quiet_s":60)"));
    EXPECT_EQ(Found(finder.Finish()), "QUIET_TOO_LONG@2");
  }
}

TEST(GapFinder, TellsAClockStepFromSilence) {
  Story story;
  GapFinder finder;
  finder.Add(story.Started(0, "b1", "NOTHING"));
  finder.Add(story.Event(3'610, "gateway.clock_stepped", R"("by_ms":3600000)"));
  const Gaps gaps = finder.Finish();
  EXPECT_EQ(Found(gaps), "CLOCK_STEPPED@1");
  EXPECT_TRUE(gaps.ok());
  EXPECT_EQ(gaps.found[0].ms, 3'600'000);
  EXPECT_NE(GapsText(gaps).find("moved by 3600000 ms"), std::string::npos);
}

Reconciliation Reconcile(const std::string& door, RecordFilter caller) {
  auto entries = ParseDoorLog("door", door);
  EXPECT_TRUE(entries.ok()) << entries.status().ToString();
  Reconciler reconciler(std::move(entries).value(), std::move(caller));
  Story story;
  reconciler.Add(
      story.Decision(1, "aa", R"(,"request_id":"11111111-0000-4000-8000-000000000000")"));
  reconciler.Add(
      story.Decision(2, "aa", R"(,"request_id":"22222222-0000-4000-8000-000000000000")"));
  reconciler.Add(
      story.Decision(2, "bb", R"(,"request_id":"33333333-0000-4000-8000-000000000000")"));
  return reconciler.Finish();
}

RecordFilter CallerAa() {
  RecordFilter caller;
  caller.fingerprint = "aa";
  return caller;
}

TEST(Reconciler, AgreesWithADoorThatCountedTheSame) {
  const Reconciliation found =
      Reconcile("client_counter,outcome\n1,ALLOW\n2,verdict_allow\n", CallerAa());
  EXPECT_TRUE(found.ok()) << ReconciliationText(found);
  EXPECT_EQ(found.in_both, 2u);
}

TEST(Reconciler, FindsWhatTheGatewayLeftOut) {
  const Reconciliation found = Reconcile("client_counter\n1\n2\n3\n", CallerAa());
  EXPECT_FALSE(found.ok());
  ASSERT_EQ(found.only_at_door.size(), 1u);
  EXPECT_EQ(found.only_at_door[0].client_counter, 3);
  EXPECT_EQ(found.only_at_door[0].line, 4u);
  EXPECT_TRUE(found.only_in_log.empty());
  EXPECT_NE(ReconciliationText(found).find("ONLY_AT_DOOR: line 4, count 3"), std::string::npos);
}

TEST(Reconciler, FindsWhatTheDoorDoesNotHave) {
  const Reconciliation found = Reconcile("client_counter\n2\n", CallerAa());
  EXPECT_EQ(found.only_in_log, (std::vector<std::uint64_t>{0}));
}

TEST(Reconciler, FindsDifferingOutcomes) {
  const Reconciliation found = Reconcile("client_counter,outcome\n1,ALLOW\n2,DENY\n", CallerAa());
  ASSERT_EQ(found.differing.size(), 1u);
  EXPECT_EQ(found.differing[0].index, 1u);
  EXPECT_EQ(found.differing[0].outcome, "ALLOW");
}

TEST(Reconciler, MatchesByRequestWhoeverAsked) {
  const Reconciliation found =
      Reconcile(R"({"request_id":"33333333-0000-4000-8000-000000000000","outcome":"ALLOW"})"
                "\n\n"
                R"({"request_id":"11111111-0000-4000-8000-000000000000","client_counter":"1"})"
                "\n"
                R"({"request_id":"22222222-0000-4000-8000-000000000000","client_counter":2})",
                CallerAa());
  EXPECT_TRUE(found.ok()) << ReconciliationText(found);
  EXPECT_EQ(found.in_both, 3u);
}

TEST(Reconciler, DoesNotBlameTheGatewayForWhatCameAfterTheCopy) {
  const Reconciliation found = Reconcile(
      "client_counter,time\n1,2026-03-02T08:00:00Z\n2,2026-03-02T08:00:01Z\n3,2027-01-01T00:00:"
      "00Z\n",
      CallerAa());
  EXPECT_TRUE(found.ok()) << ReconciliationText(found);
  EXPECT_EQ(found.unproved[0].reason, "OUTSIDE_COPY");
}

TEST(Reconciler, TakesACountThatComesAgainInOrder) {
  auto entries = ParseDoorLog("door", "client_counter,outcome\n1,ALLOW\n2,ALLOW\n1,DENY\n");
  Reconciler reconciler(std::move(entries).value(), CallerAa());
  Story story;
  for (const std::int64_t counter : {1, 2, 1}) reconciler.Add(story.Decision(counter));
  const Reconciliation found = reconciler.Finish();
  ASSERT_EQ(found.differing.size(), 1u);
  EXPECT_EQ(found.differing[0].index, 2u);
}

TEST(ParseDoorLog, NamesTheLineThatIsBad) {
  const std::pair<const char*, const char*> bad[] = {
      {"client_counter\nx\n", "door:2"},
      {"client_counter\n-1\n", "door:2"},
      {"client_counter\n99999999999999999999\n", "door:2"},
      {"outcome\nALLOW\n", "door:2"},
      {"client_counter,time\n1,noon\n", "door:2"},
      {"client_counter,outcome\n1,MAYBE\n", "door:2"},
      {"request_id\n\xff\xfe\n", "door:2"},
      {"client_counter\n1,2\n", "door:2"},
      {"", "door:1"},
      {"{\"client_counter\":1}\n{\"client_counter\":true}\n", "door:2"},
      {"{\"client_counter\":1}\n[]\n", "door:2"},
      {"{\"client_counter\":1}\n{\"client_counter\"\n", "door:2"},
  };
  for (const auto& [text, place] : bad) {
    const auto parsed = ParseDoorLog("door", text);
    EXPECT_EQ(parsed.status().reason(), "BAD_DOOR_LOG") << text;
    EXPECT_EQ(parsed.status().message().rfind(place, 0), 0u) << parsed.status().message();
  }
}

}  // namespace
}  // namespace facegate::report
