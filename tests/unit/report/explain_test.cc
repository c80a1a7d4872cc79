#include "facegate/report/explain.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "facegate/report/consent_receipt.h"
#include "support/base/temp_dir.h"
#include "unit/report/written_log.h"

namespace facegate::report {
namespace {

using core::Json;
using testing::TempDir;
using testing::WrittenLog;

constexpr const char* kPacks = R"([{"id":"core","version":"1.2.0","sha256":"aa"}])";
const core::Bytes kSecret(32, 77);

// A log in which a person consents and comes to a door, on the same day or a later one.
class Explain : public ::testing::Test {
 protected:
  static Json Members(const std::string& text) { return *Json::Parse("{" + text + "}"); }

  // 0 site, 1 policy, 2 consent, 3 decision.
  void Write(const std::string& packs, const std::string& pseudonym) {
    log_.AppendEvent("registry.site",
                     Members(R"("action":"CREATED","name":"operators/acme/sites/lobby")"));
    log_.AppendEvent("policy.loaded", Members(R"("packs":)" + packs));
    log_.AppendEvent("consent.granted",
                     Members(R"("site":"lobby","purpose":"entry","purpose_version":1,)"
                             R"("form":"WRITTEN","scopes":["VERIFY"],"given_by":"SELF",)"
                             R"("notice_sha256":"bb","subjects":[{"pseudonym":"p1"}])"));
    const std::string link =
        core::HexEncode(crypto::HmacSha256(kSecret, core::AsBytes("consent\n2\n3")));
    log_.AppendEvent(
        "decision",
        Members(R"("site":"lobby","purpose":"entry","operation":"VERIFY_1TO1","outcome":"DENY",)"
                R"("reason":"RULE_UNMET","rules":[{"rule":"core.sign","article":"7",)"
                R"("missing":["sign.seen"]}],)"
                R"("rests_on":[0,2],"packs":)" +
                std::string(kPacks) + R"(,"subjects":[{"pseudonym":")" + pseudonym +
                R"(","consent":")" + link + R"("}])"));
  }

  core::Result<RecordStory> Tell(std::uint64_t index, const ConsentOpening& opening = {}) {
    log_.WriteTo(dir_.path());
    const auto copy = CopyReader::Open(dir_.path(), log_.keys());
    EXPECT_TRUE(copy.ok()) << copy.status().ToString();
    return ExplainRecord(*copy, index, log_.keys(), opening);
  }

  Json Receipt(const std::string& site = "lobby") {
    Json event = Json::MakeObject();
    event.Set("type", "consent.granted").Set("index", 2).Set("time", "2026-03-02T08:00:02.000Z");
    event.Set("entry", crypto::Base64Encode(core::AsBytes(log_.entries()[2])));
    event.Set("proof", tlog::EncodeProofFile({{}, 2, log_.Proof(2), log_.Checkpoint()}));
    Json evidence = Members(R"("format":"facegate.consent-receipt/v1","status":"GRANTED",)"
                            R"("purpose":"entry","purpose_version":1,"scopes":["VERIFY"],)"
                            R"("form":"WRITTEN","given_by":"SELF","notice_sha256":"bb")");
    evidence.Set("log_origin", WrittenLog::kOrigin).Set("site", site);
    Json events = Json::MakeArray();
    events.Push(std::move(event));
    evidence.Set("events", std::move(events));
    Json receipt = Json::MakeObject();
    receipt.Set("facegate", std::move(evidence));
    return SignConsentReceipt(receipt, RecordKeyName(WrittenLog::kOrigin), log_.record_key());
  }

  TempDir dir_;
  WrittenLog log_;
};

TEST_F(Explain, FollowsADecisionToRegistryAndPolicy) {
  Write(kPacks, "p1");
  const auto story = Tell(3);
  ASSERT_TRUE(story.ok()) << story.status().ToString();
  EXPECT_TRUE(story->ok());
  ASSERT_EQ(story->rests_on.size(), 2u);
  EXPECT_TRUE(story->rests_on[0].is_proved);
  EXPECT_EQ(story->rests_on[0].summary, "registry.site CREATED operators/acme/sites/lobby");
  ASSERT_TRUE(story->policy_loaded.has_value());
  EXPECT_EQ(story->policy_loaded->index, 1u);
  ASSERT_EQ(story->rules.size(), 1u);
  EXPECT_EQ(story->rules[0].missing, (std::vector<std::string>{"sign.seen"}));
  const std::string text = StoryText(*story);
  for (const char* words : {"decided: DENY, because RULE_UNMET", "rule not met: core.sign (7)",
                            "missing: sign.seen", "core 1.2.0 sha256 aa"}) {
    EXPECT_NE(text.find(words), std::string::npos) << text;
  }
  EXPECT_EQ(StoryJson(*story).StringOr("consent", ""), "NOT_OPENED");
}

TEST_F(Explain, SaysWhereThePolicyIsOfNoReload) {
  Write(R"([{"id":"core","version":"1.1.0","sha256":"cc"}])", "p1");
  const auto story = Tell(3);
  ASSERT_TRUE(story.ok());
  EXPECT_FALSE(story->policy_loaded.has_value());
  EXPECT_EQ(story->unproved[0].reason, "POLICY_NOT_LOADED");
}

TEST_F(Explain, FollowsTheConsentOfAReceipt) {
  Write(kPacks, "p1");
  const auto same_day = Tell(3, {Receipt(), {}});
  ASSERT_TRUE(same_day.ok()) << same_day.status().ToString();
  EXPECT_EQ(same_day->consent, ConsentLink::kSamePerson);
  ASSERT_EQ(same_day->consent_events.size(), 1u);
  EXPECT_TRUE(same_day->consent_events[0].is_proved);
  const auto proved = Tell(3, {Receipt(), kSecret});
  ASSERT_TRUE(proved.ok());
  EXPECT_EQ(proved->consent, ConsentLink::kOpened);
  EXPECT_TRUE(proved->ok());
}

TEST_F(Explain, SaysThatAnotherDaysPseudonymOnlyFits) {
  Write(kPacks, "p9");
  const auto story = Tell(3, {Receipt(), {}});
  ASSERT_TRUE(story.ok());
  EXPECT_EQ(story->consent, ConsentLink::kFits);
  EXPECT_EQ(story->unproved.back().reason, "CONSENT_NOT_PROVED");
}

TEST_F(Explain, RefusesTheSecretOfSomebodyElse) {
  Write(kPacks, "p1");
  const auto story = Tell(3, {Receipt(), core::Bytes(32, 78)});
  ASSERT_TRUE(story.ok());
  EXPECT_EQ(story->consent, ConsentLink::kDiffers);
  EXPECT_FALSE(story->ok());
}

TEST_F(Explain, RefusesAConsentToAnotherSite) {
  Write(kPacks, "p1");
  log_.AppendEvent("decision",
                   Members(R"("site":"yard","purpose":"entry","operation":"VERIFY_1TO1",)"
                           R"("outcome":"ALLOW","reason":"MATCHED",)"
                           R"("subjects":[{"pseudonym":"p2","consent":"00"}])"));
  const auto elsewhere = Tell(4, {Receipt(), {}});
  ASSERT_TRUE(elsewhere.ok());
  EXPECT_EQ(elsewhere->consent, ConsentLink::kDiffers);
}

TEST_F(Explain, TakesNoOtherRecordForTheReceiptsWhereTheLogLostIt) {
  Write(kPacks, "p1");
  const Json receipt = Receipt();
  const std::string consent = log_.entries()[2];
  const std::string decision = log_.entries()[3];
  LogKeys keys = log_.keys();
  log_.Succeed(11, 3);
  for (const std::string& lost : {consent, decision}) {
    const Json line = *Json::Parse(lost.substr(0, lost.find('\n')));
    Json members = Json::MakeObject();
    for (const char* member : {"site", "purpose", "subjects"}) {
      members.Set(member, *line.Find(member));
    }
    log_.AppendEvent(line.StringOr("type", ""), members);
  }
  keys.earlier = {{keys.checkpoint, keys.record}};
  keys.checkpoint = log_.keys().checkpoint;
  keys.record = log_.keys().record;
  log_.WriteTo(dir_.path());
  const auto copy = CopyReader::Open(dir_.path(), keys);
  ASSERT_TRUE(copy.ok()) << copy.status().ToString();
  const auto story = ExplainRecord(*copy, 3, keys, {receipt, {}});
  ASSERT_TRUE(story.ok()) << story.status().ToString();
  EXPECT_EQ(story->consent, ConsentLink::kDiffers);
  ASSERT_EQ(story->consent_events.size(), 1u);
  EXPECT_FALSE(story->consent_events[0].is_proved);
  EXPECT_EQ(story->consent_events[0].why_not, "RECORD_DIFFERS");
  EXPECT_FALSE(story->ok());
}

TEST_F(Explain, ReturnsWhyAReceiptIsNotTrue) {
  Write(kPacks, "p1");
  EXPECT_EQ(Tell(3, {Receipt("yard"), {}}).status().reason(), "CLAIM_DIFFERS");
}

TEST_F(Explain, NamesALinkedRecordThatCannotBeProved) {
  log_.AppendEvent("decision", Members(R"("operation":"VERIFY_1TO1","rests_on":[9,-1,"x"])"));
  const auto story = Tell(0);
  ASSERT_TRUE(story.ok());
  ASSERT_EQ(story->rests_on.size(), 1u);
  EXPECT_FALSE(story->rests_on[0].is_proved);
  EXPECT_EQ(story->rests_on[0].why_not, "RECORD_BEYOND");
  EXPECT_FALSE(story->ok());
  EXPECT_EQ(story->consent, ConsentLink::kNone);
}

}  // namespace
}  // namespace facegate::report
