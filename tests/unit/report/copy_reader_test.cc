#include "facegate/report/copy_reader.h"

#include <gtest/gtest.h>

#include <fstream>

#include "facegate/report/log_keys.h"
#include "facegate/report/log_totals.h"
#include "facegate/report/record_filter.h"
#include "support/base/temp_dir.h"
#include "unit/report/written_log.h"

namespace facegate::report {
namespace {

using testing::TempDir;
using testing::WrittenLog;

TEST(CopyReader, GivesProofsThatHoldByThemselves) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(300);
  log.WriteTo(dir.path());
  const auto reader = CopyReader::Open(dir.path(), log.keys());
  ASSERT_TRUE(reader.ok());
  for (const std::uint64_t index : {0u, 1u, 255u, 256u, 299u}) {
    const auto proved = reader->Read(index);
    ASSERT_TRUE(proved.ok()) << proved.status().ToString();
    EXPECT_EQ(proved->entry, log.entries()[index]);
    const auto file = tlog::ParseProofFile(tlog::EncodeProofFile(proved->proof));
    ASSERT_TRUE(file.ok());
    const auto checkpoint = VerifyProof(*file, core::AsBytes(proved->entry), log.keys());
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
    EXPECT_EQ(checkpoint->size, 300u);
    EXPECT_EQ(VerifyProof(*file, core::AsBytes(log.entries()[2]), log.keys()).status().reason(),
              "PROOF_BAD");
  }
}

TEST(CopyReader, RefusesARecordThatIsNotTheOneSigned) {
  TempDir dir;
  WrittenLog log, other;
  log.AppendMany(3);
  other.AppendMany(2);
  other.Append(other.Record(2, 50));  // signed, of the right index, and not in this log
  log.WriteTo(dir.path());
  const core::Bytes bundle = other.Files().at("tile/entries/000.p/3");
  std::ofstream(dir / "tile/entries/000.p/3", std::ios::binary | std::ios::trunc)
      << core::AsText(bundle);
  const auto reader = CopyReader::Open(dir.path(), log.keys());
  ASSERT_TRUE(reader.ok());
  EXPECT_TRUE(reader->Read(1).ok());
  EXPECT_EQ(reader->Read(2).status().reason(), "PROOF_BAD");
}

TEST(CopyReader, FindsTheNewestRecordOfATypeBefore) {
  TempDir dir;
  WrittenLog log;
  log.AppendMany(10);
  log.AppendEvent("policy.loaded", core::Json::MakeObject());  // 10
  log.AppendMany(300);
  log.AppendEvent("policy.loaded", core::Json::MakeObject());  // 311
  log.WriteTo(dir.path());
  const auto reader = CopyReader::Open(dir.path(), log.keys());
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader->NewestBefore(312, "policy.loaded"))->record.index, 311u);
  EXPECT_EQ((*reader->NewestBefore(311, "policy.loaded"))->record.index, 10u);
  EXPECT_FALSE(reader->NewestBefore(10, "policy.loaded")->has_value());
  EXPECT_FALSE(reader->NewestBefore(312, "key.rotated")->has_value());
}

TEST(CopyReader, ReturnsWhyACopyIsBad) {
  TempDir dir;
  const WrittenLog log;
  EXPECT_EQ(CopyReader::Open(dir / "none", log.keys()).status().reason(), "COPY_NOT_FOUND");
  EXPECT_EQ(CopyReader::Open(dir.path(), log.keys()).status().reason(), "COPY_INCOMPLETE");
}

OpenedRecord Decision(std::uint64_t index) {
  OpenedRecord record;
  record.index = index;
  record.type = "decision";
  record.time = {1'772'438'400'000};
  record.line = *core::Json::Parse(
      R"({"type":"decision","site":"lobby","access_point":"front","camera":"door",)"
      R"("purpose":"entry",)"
      R"("actor":{"role":"CONTROLLER","fingerprint":"ff"},"operation":"VERIFY_1TO1",)"
      R"("outcome":"DENY","reason":"RULE_UNMET","rules":[{"rule":"a.b","article":"1"}]})");
  return record;
}

TEST(RecordFilter, WantsEveryConditionThatIsSet) {
  const OpenedRecord record = Decision(7);
  EXPECT_TRUE(RecordFilter().Matches(record));
  RecordFilter all;
  all.first_index = 7;
  all.from = record.time;
  all.until = record.time + 1;
  all.type = "decision";
  all.site = "lobby";
  all.access_point = "front";
  all.camera = "door";
  all.purpose = "entry";
  all.outcome = "DENY";
  all.reason = "RULE_UNMET";
  all.rule = "a.b";
  all.fingerprint = "ff";
  EXPECT_TRUE(all.Matches(record));
  const auto without = [&](auto change) {
    RecordFilter filter = all;
    change(filter);
    return filter.Matches(record);
  };
  EXPECT_FALSE(without([](RecordFilter& f) { f.first_index = 8; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.from = *f.from + 1; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.until = *f.from; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.type = "consent.granted"; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.site = "yard"; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.access_point = "back"; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.camera = "lane"; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.purpose = "canteen"; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.outcome = "ALLOW"; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.reason = "MATCHED"; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.rule = "a"; }));
  EXPECT_FALSE(without([](RecordFilter& f) { f.fingerprint = "ee"; }));
}

TEST(RecordFilter, TakesOutcomesOfDecisionsAlone) {
  OpenedRecord record = Decision(7);
  record.line = *core::Json::Parse(R"({"type":"registry.refused","reason":"RULE_UNMET"})");
  RecordFilter filter;
  filter.reason = "RULE_UNMET";
  EXPECT_FALSE(filter.Matches(record));
}

TEST(LogTotals, CountByWhatRecordsSay) {
  LogTotals totals;
  totals.Add(Decision(0));
  totals.Add(Decision(1));
  OpenedRecord event;
  event.type = "subject.created";
  event.time = {1'772'438'400'000 + core::kMsPerDay};
  event.line = *core::Json::Parse(R"({"type":"subject.created"})");
  totals.Add(event);
  EXPECT_EQ(totals.records(), 3u);
  EXPECT_EQ(totals.Count("types", "decision"), 2u);
  EXPECT_EQ(totals.Count("outcomes", "DENY"), 2u);
  EXPECT_EQ(totals.Count("reasons", "RULE_UNMET"), 2u);
  EXPECT_EQ(totals.Count("rules", "a.b"), 2u);
  EXPECT_EQ(totals.Count("days", "2026-03-02"), 2u);
  EXPECT_EQ(totals.Count("days", "2026-03-03"), 1u);
  EXPECT_EQ(totals.Count("cameras", "lobby/door"), 2u);
  EXPECT_EQ(totals.Count("sites", "yard"), 0u);
  EXPECT_EQ(totals.ToJson().Find("purposes")->IntOr("entry", 0), 2);
  EXPECT_NE(totals.Text().find("2  lobby/front"), std::string::npos) << totals.Text();
}

}  // namespace
}  // namespace facegate::report
