// What every storage driver must do: each MUST of store.h, each precondition, each read's order and
// paging.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "facegate/storage/store.h"
#include "facegate/storage/typed.h"
#include "support/base/temp_dir.h"
#include "unit/storage/store_testing.h"

namespace facegate::storage::testing {
namespace {

using core::Code;

struct Driver {
  const char* name;
  std::function<std::unique_ptr<Store>(const std::string& directory)> open;
};

std::unique_ptr<Store> OpenSqlite(const std::string& directory) {
  SqliteOptions options;
  options.path = directory + "/store.db";
  core::Result<std::unique_ptr<Store>> store = OpenSqliteStore(options);
  EXPECT_TRUE(store.ok()) << store.status().ToString();
  return store.ok() ? *std::move(store) : nullptr;
}

class Conformance : public ::testing::TestWithParam<Driver> {
 protected:
  void SetUp() override {
    store_ = GetParam().open(directory_.path());
    ASSERT_NE(store_, nullptr);
  }

  void ExpectRefused(std::vector<BatchItem> items, std::size_t failed_item) {
    const std::string before = Everything(*store_);
    const ApplyResult result = TryCommit(*store_, std::move(items));
    EXPECT_EQ(result.status.code(), Code::kAborted);
    EXPECT_EQ(result.status.reason(), "PRECONDITION");
    EXPECT_EQ(result.failed_item, failed_item);
    EXPECT_EQ(Everything(*store_), before);
  }
  // The change is refused as the second of a batch, and the first is taken back.
  void ExpectRefused(Change change) { ExpectRefused({Item(), Item({std::move(change)})}, 1); }

  void PutLog(std::vector<IndexKeys> keys) {
    std::vector<BatchItem> items;
    for (IndexKeys& key : keys) {
      items.push_back(Item());
      items.back().keys = std::move(key);
    }
    Commit(*store_, std::move(items));
  }
  std::vector<std::uint64_t> Found(const LogQuery& query) {
    std::vector<std::uint64_t> found;
    for (const LogEntry& entry : Must(store_->QueryLog(Op(), query))) found.push_back(entry.index);
    return found;
  }

  facegate::testing::TempDir directory_;
  std::unique_ptr<Store> store_;
};

using Indexes = std::vector<std::uint64_t>;

template <class T>
std::vector<std::string> Ids(const core::Result<std::vector<T>>& values) {
  std::vector<std::string> ids;
  for (const T& value : values.value()) ids.push_back(value.id.str());
  return ids;
}
std::vector<std::string> SubjectsOf(const core::Result<std::vector<model::Consent>>& values) {
  std::vector<std::string> ids;
  for (const model::Consent& value : values.value()) ids.push_back(value.subject.str());
  return ids;
}
std::vector<std::string> NamesOf(const core::Result<std::vector<Resource>>& values) {
  std::vector<std::string> names;
  for (const Resource& value : values.value()) names.push_back(value.name);
  return names;
}
using Strings = std::vector<std::string>;

// ---- The log
// -------------------------------------------------------------------------------------

TEST_P(Conformance, StartsWithAnEmptyLog) {
  const core::Result<LogHead> head = store_->GetLogHead(Op());
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->size, 0u);
  EXPECT_EQ(head->checkpoint, "");
  EXPECT_TRUE(store_->ListLogs()->empty());
}

TEST_P(Conformance, AppendsEntriesVerbatimInOrder) {
  const std::string odd("\0\n\xff entry", 9);
  Commit(*store_, {Item({}, {}, odd), Item({}, {}, "")});
  Commit(*store_, {Item({}, {}, "third")});
  const auto entries = store_->ReadEntries(Op(), 0, 10);
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ((*entries)[0].entry, odd);
  EXPECT_EQ((*entries)[1].entry, "");
  EXPECT_EQ((*entries)[2].entry, "third");
  EXPECT_EQ((*entries)[2].index, 2u);
}

TEST_P(Conformance, ReplacesTheCheckpointWithEveryBatch) {
  Commit(*store_, {Item(), Item()});
  EXPECT_EQ(store_->GetLogHead(Op())->checkpoint, "checkpoint over 2");
  Commit(*store_, {Item()});
  EXPECT_EQ(store_->GetLogHead(Op())->size, 3u);
  EXPECT_EQ(store_->GetLogHead(Op())->checkpoint, "checkpoint over 3");
}

TEST_P(Conformance, ReadsEntriesFromTheMiddleAndStopsAtTheEnd) {
  Commit(*store_, {Item({}, {}, "0"), Item({}, {}, "1"), Item({}, {}, "2")});
  const auto middle = store_->ReadEntries(Op(), 1, 1);
  ASSERT_EQ(middle->size(), 1u);
  EXPECT_EQ((*middle)[0].entry, "1");
  EXPECT_EQ(store_->ReadEntries(Op(), 1, 50)->size(), 2u);
  EXPECT_TRUE(store_->ReadEntries(Op(), 3, 50)->empty());
  EXPECT_TRUE(store_->ReadEntries(Op(), 0, 0)->empty());
  EXPECT_TRUE(store_->ReadEntries(Op("nobody"), 0, 50)->empty());
}

TEST_P(Conformance, ReadsAtMostAThousandEntries) {
  Commit(*store_, std::vector<BatchItem>(1100, Item()));
  EXPECT_EQ(store_->ReadEntries(Op(), 0, 5000)->size(), 1000u);
}

TEST_P(Conformance, KeepsTheLogsOfOperatorsApart) {
  Commit(*store_, {Item({}, {}, "ours")});
  Commit(*store_, {Item({}, {}, "theirs 0"), Item({}, {}, "theirs 1")}, Op("other"));
  EXPECT_EQ(SizeOf(*store_), 1u);
  EXPECT_EQ(SizeOf(*store_, Op("other")), 2u);
  EXPECT_EQ((*store_->ReadEntries(Op("other"), 0, 10))[0].entry, "theirs 0");
  EXPECT_EQ(*store_->ListLogs(), (std::vector<model::OperatorId>{Op(), Op("other")}));
  EXPECT_EQ(Found({}), (Indexes{0}));
}

TEST_P(Conformance, StoresTilesAndReplacesThem) {
  EXPECT_EQ(store_->ReadTile(Op(), {0, 0}).status().reason(), "TILE_NOT_FOUND");
  const core::Bytes full(8192, 7);
  ASSERT_TRUE(store_->Apply(Batch(Op(), 0, {Item()}, {{{1, 0}, Bytes("x")}, {{0, 5}, full}}, "c"))
                  .status.ok());
  ASSERT_TRUE(store_->Apply(Batch(Op(), 1, {Item()}, {{{1, 0}, Bytes("xy")}}, "c")).status.ok());
  EXPECT_EQ(*store_->ReadTile(Op(), {1, 0}), Bytes("xy"));
  EXPECT_EQ(*store_->ReadTile(Op(), {0, 5}), full);
  EXPECT_EQ(store_->ReadTile(Op(), {1, 1}).status().reason(), "TILE_NOT_FOUND");
  EXPECT_EQ(store_->ReadTile(Op("other"), {1, 0}).status().code(), Code::kNotFound);
}

TEST_P(Conformance, MakesTheGrowingTileOfTheLeafHashes) {
  Commit(*store_, {Item({}, {}, "a"), Item({}, {}, "b")});
  core::Bytes wanted(32, 'a');
  wanted.insert(wanted.end(), 32, 'b');
  EXPECT_EQ(*store_->ReadTile(Op(), {0, 0}), wanted);
  Commit(*store_, {Item({}, {}, "c")});
  wanted.insert(wanted.end(), 32, 'c');
  EXPECT_EQ(*store_->ReadTile(Op(), {0, 0}), wanted);
  EXPECT_EQ(store_->ReadTile(Op(), {0, 1}).status().reason(), "TILE_NOT_FOUND");
  EXPECT_EQ(store_->ReadTile(Op("other"), {0, 0}).status().reason(), "TILE_NOT_FOUND");
}

TEST_P(Conformance, BeginsAnotherTileAfterAFullOne) {
  const core::Bytes full(kTileBytes, 'x');
  std::vector<BatchItem> items(kTileHashes + 1, Item({}, {}, "x"));
  items.back() = Item({}, {}, "y");
  ASSERT_TRUE(store_->Apply(Batch(Op(), 0, std::move(items), {{{0, 0}, full}}, "c")).status.ok());
  EXPECT_EQ(*store_->ReadTile(Op(), {0, 0}), full);
  EXPECT_EQ(*store_->ReadTile(Op(), {0, 1}), core::Bytes(32, 'y'));
}

TEST_P(Conformance, MovesTheCountersOfWhatABatchIsAbout) {
  const Versions& versions = store_->versions();
  const model::SubjectRef p1 = SubjectRefOf("p1");
  const auto counters = [&] {
    return std::vector<std::uint64_t>{versions.OfOperator(Op()), versions.TemplatesOf(Op()),
                                      versions.Of(p1),
                                      versions.OfSite({Op(), model::SiteId("hq")})};
  };
  auto before = counters();
  Commit(*store_, {Item()});
  EXPECT_EQ(counters(), before);

  CommitChange(*store_, ResourceOf("operators/acme/purposes/entry"));
  EXPECT_GT(counters()[0], before[0]);
  EXPECT_EQ(counters()[2], before[2]);
  EXPECT_EQ(counters()[3], before[3]);

  before = counters();
  CommitChange(*store_, PutSubject{SubjectOf("p1")});
  EXPECT_EQ(counters()[0], before[0]);
  EXPECT_EQ(counters()[1], before[1]);
  EXPECT_GT(counters()[2], before[2]);

  for (const Change& change :
       {Change(PutConsent{ConsentOf("p1", "c1")}), Change(PutTemplateKey{KeyOf("p1")}),
        Change(PutTemplate{TemplateOf("p1", "t1")}),
        Change(RestrictSubject{p1, core::Timestamp{7000}}),
        Change(DestroyTemplates{p1, Purpose("entry")}), Change(EraseSubject{p1})}) {
    before = counters();
    CommitChange(*store_, change);
    EXPECT_GT(counters()[2], before[2]);
  }
  EXPECT_GT(counters()[1], before[1]);
}

// What a site's doors report moves nobody else's counter.
TEST_P(Conformance, CountsASiteApartFromItsOperatorAndItsNeighbours) {
  const Versions& versions = store_->versions();
  const model::SiteRef hq{Op(), model::SiteId("hq")};
  const auto others = [&] {
    return std::vector<std::uint64_t>{versions.OfOperator(Op()),
                                      versions.OfSite({Op(), model::SiteId("branch")}),
                                      versions.OfOperator(Op("other"))};
  };
  for (const char* name : {"operators/acme/sites/hq", "operators/acme/sites/hq/cameras/door",
                           "operators/acme/sites/hq/cameras/door/deviceAssessments/t1"}) {
    const auto before = others();
    const std::uint64_t at_site = versions.OfSite(hq);
    CommitChange(*store_, ResourceOf(name));
    EXPECT_GT(versions.OfSite(hq), at_site) << name;
    EXPECT_EQ(others(), before) << name;
  }
  const std::uint64_t of_operator = versions.OfOperator(Op());
  CommitChange(*store_, DeleteResource{"operators/acme/sites/hq", 1});
  EXPECT_EQ(versions.OfOperator(Op()), of_operator);
  CommitChange(*store_, ResourceOf("operators/acme"));
  EXPECT_GT(versions.OfOperator(Op()), of_operator);
}

TEST_P(Conformance, RefusesALogThatMoved) {
  Commit(*store_, {Item()});
  const std::string before = Everything(*store_);
  for (const std::uint64_t wrong : {0u, 2u}) {
    const ApplyResult result =
        store_->Apply(Batch(Op(), wrong, {Item({PutSubject{SubjectOf("p")}})}, {}, "c"));
    EXPECT_EQ(result.status.code(), Code::kAborted);
    EXPECT_EQ(result.status.reason(), "LOG_MOVED");
    EXPECT_FALSE(result.failed_item.has_value());
  }
  EXPECT_EQ(Everything(*store_), before);
}

TEST_P(Conformance, RefusedFirstBatchLeavesNoLog) {
  ExpectRefused({Item({}, {ResourceAtRevision{"operators/acme", 1}})}, 0);
  EXPECT_TRUE(store_->ListLogs()->empty());
}

// ---- The search index
// ----------------------------------------------------------------------------

IndexKeys Keys() {
  IndexKeys keys;
  keys.type = "decision";
  keys.time = {100};
  keys.site = "hq";
  keys.access_point = "front";
  keys.camera = "cam1";
  keys.purpose = "entry";
  keys.verdict = "ALLOW";
  keys.reason = "MATCHED";
  keys.subject_pseudonym = "pseudonym";
  keys.rules = {"r1", "r2", "r1"};
  return keys;
}

TEST_P(Conformance, FindsByEachKey) {
  PutLog({IndexKeys{}, Keys(), IndexKeys{}});
  EXPECT_EQ(Found({}), (Indexes{0, 1, 2}));
  const auto expect_one = [&](std::string LogQuery::*field, const std::string& value) {
    LogQuery query;
    query.*field = value;
    EXPECT_EQ(Found(query), (Indexes{1})) << value;
    query.*field = value + "x";
    EXPECT_EQ(Found(query), Indexes{}) << value;
  };
  expect_one(&LogQuery::type, "decision");
  expect_one(&LogQuery::site, "hq");
  expect_one(&LogQuery::access_point, "front");
  expect_one(&LogQuery::camera, "cam1");
  expect_one(&LogQuery::purpose, "entry");
  expect_one(&LogQuery::verdict, "ALLOW");
  expect_one(&LogQuery::reason, "MATCHED");
  expect_one(&LogQuery::subject_pseudonym, "pseudonym");
  expect_one(&LogQuery::rule, "r1");
  expect_one(&LogQuery::rule, "r2");
}

TEST_P(Conformance, FindsARecordByEverybodyItIsAbout) {
  IndexKeys two = Keys();
  two.other_pseudonyms = {"second", "third"};
  PutLog({Keys(), two, IndexKeys{}});
  LogQuery query;
  query.subject_pseudonym = "second";
  EXPECT_EQ(Found(query), (Indexes{1}));
  query.verdict = "DENY";
  EXPECT_EQ(Found(query), Indexes{});
  query = {};
  query.subject_pseudonym = "pseudonym";
  EXPECT_EQ(Found(query), (Indexes{0, 1}));
  query.subject_pseudonym = "fourth";
  EXPECT_EQ(Found(query), Indexes{});
}

TEST_P(Conformance, FindsOnlyWhatFitsEveryKey) {
  IndexKeys other = Keys();
  other.rules = {"r2"};
  other.verdict = "DENY";
  PutLog({Keys(), other, Keys()});
  LogQuery query;
  query.rule = "r2";
  query.subject_pseudonym = "pseudonym";
  EXPECT_EQ(Found(query), (Indexes{0, 1, 2}));
  query.verdict = "DENY";
  EXPECT_EQ(Found(query), (Indexes{1}));
  query.subject_pseudonym = "";
  EXPECT_EQ(Found(query), (Indexes{1}));
  query.rule = "r1";
  EXPECT_EQ(Found(query), Indexes{});
  query.subject_pseudonym = "pseudonym";
  EXPECT_EQ(Found(query), Indexes{});
}

TEST_P(Conformance, FindsFromATimeUntilBeforeAnother) {
  IndexKeys early, late;
  early.time = {100};
  late.time = {200};
  PutLog({early, late, early});
  LogQuery query;
  query.from = core::Timestamp{100};
  EXPECT_EQ(Found(query), (Indexes{0, 1, 2}));
  query.until = core::Timestamp{200};
  EXPECT_EQ(Found(query), (Indexes{0, 2}));
  query.from = core::Timestamp{101};
  EXPECT_EQ(Found(query), Indexes{});
  query.until.reset();
  EXPECT_EQ(Found(query), (Indexes{1}));
}

TEST_P(Conformance, PagesAQueryByIndex) {
  PutLog(std::vector<IndexKeys>(5, Keys()));
  for (const char* rule : {"", "r1"}) {
    for (const char* pseudonym : {"", "pseudonym"}) {
      LogQuery query;
      query.rule = rule;
      query.subject_pseudonym = pseudonym;
      query.limit = 2;
      EXPECT_EQ(Found(query), (Indexes{0, 1}));
      query.first_index = 2;
      EXPECT_EQ(Found(query), (Indexes{2, 3}));
      query.first_index = 4;
      EXPECT_EQ(Found(query), (Indexes{4}));
      query.first_index = 5;
      EXPECT_EQ(Found(query), Indexes{});
    }
  }
}

TEST_P(Conformance, FindsAcrossALongLog) {
  std::vector<IndexKeys> keys(9000);
  for (const std::size_t i : {0, 4095, 4096, 8999}) keys[i] = Keys();
  PutLog(std::move(keys));
  LogQuery query;
  query.camera = "cam1";
  EXPECT_EQ(Found(query), (Indexes{0, 4095, 4096, 8999}));
  query.rule = "r2";
  EXPECT_EQ(Found(query), (Indexes{0, 4095, 4096, 8999}));
  query.first_index = 1;
  query.limit = 2;
  EXPECT_EQ(Found(query), (Indexes{4095, 4096}));
}

TEST_P(Conformance, FindsByTimeInALongLogWhereTimesStandStill) {
  std::vector<IndexKeys> keys(9000, Keys());
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i].time = {static_cast<std::int64_t>(i / 10)};
  PutLog(std::move(keys));
  LogQuery query;
  query.from = core::Timestamp{409};
  query.until = core::Timestamp{410};
  EXPECT_EQ(Found(query), (Indexes{4090, 4091, 4092, 4093, 4094, 4095, 4096, 4097, 4098, 4099}));
  query.type = "none of them";
  EXPECT_EQ(Found(query), Indexes{});
}

// What a stretch was summed up to is not written again with every batch; here each batch is of
// another time and kind than the one before, and what was refused in between was not written.
TEST_P(Conformance, FindsWhatEveryBatchAddedWhateverItsTime) {
  const std::vector<std::int64_t> times = {5000, 5500, 9000, 1000, 5200, 20'000};
  const auto keys_of = [&times](std::size_t i) {
    IndexKeys keys = Keys();
    keys.type = "kind-" + std::to_string(i % 4);
    keys.time = {times[i]};
    return keys;
  };
  for (std::size_t i = 0; i < times.size(); ++i) {
    BatchItem refused = Item({}, {ResourceAtRevision{"operators/none", 1}});
    refused.keys = keys_of(i);
    EXPECT_FALSE(store_->Apply(Batch(Op(), i, {refused}, {}, "c")).status.ok());
    PutLog({keys_of(i)});
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    LogQuery query;
    query.type = keys_of(i).type;
    query.from = core::Timestamp{times[i]};
    query.until = core::Timestamp{times[i] + 1};
    EXPECT_EQ(Found(query), (Indexes{i}));
  }
}

TEST_P(Conformance, FindsWhatALaterBatchAddedToAStretch) {
  PutLog(std::vector<IndexKeys>(3));
  PutLog({Keys()});
  LogQuery query;
  query.reason = "MATCHED";
  query.from = core::Timestamp{100};
  EXPECT_EQ(Found(query), (Indexes{3}));
}

using Counts = std::vector<LogCount>;

TEST_P(Conformance, CountsByEveryKey) {
  IndexKeys other = Keys();
  other.type = "consent.granted";
  other.camera = "";
  other.verdict = "";
  other.rules = {"r2"};
  other.time = {90'061'000};  // the second day, in its second hour
  PutLog({Keys(), other, Keys()});
  const auto counts = [&](LogKey by) { return Must(store_->CountLog(Op(), {}, by)); };
  EXPECT_EQ(counts(LogKey::kType), (Counts{{"consent.granted", 1}, {"decision", 2}}));
  EXPECT_EQ(counts(LogKey::kSite), (Counts{{"hq", 3}}));
  EXPECT_EQ(counts(LogKey::kAccessPoint), (Counts{{"front", 3}}));
  EXPECT_EQ(counts(LogKey::kCamera), (Counts{{"cam1", 2}}));
  EXPECT_EQ(counts(LogKey::kPurpose), (Counts{{"entry", 3}}));
  EXPECT_EQ(counts(LogKey::kVerdict), (Counts{{"ALLOW", 2}}));
  EXPECT_EQ(counts(LogKey::kReason), (Counts{{"MATCHED", 3}}));
  EXPECT_EQ(counts(LogKey::kRule), (Counts{{"r1", 2}, {"r2", 3}}));
  EXPECT_EQ(counts(LogKey::kDay), (Counts{{"1970-01-01", 2}, {"1970-01-02", 1}}));
  EXPECT_EQ(counts(LogKey::kHour),
            (Counts{{"1970-01-01T00:00:00Z", 2}, {"1970-01-02T01:00:00Z", 1}}));
}

TEST_P(Conformance, CountsWhatAQueryFinds) {
  std::vector<IndexKeys> keys(9000);
  for (const std::size_t i : {0, 4095, 4096, 8999}) keys[i] = Keys();
  keys[4096].verdict = "DENY";
  keys[8999].rules = {"r3"};
  keys[8999].subject_pseudonym = "another";
  keys[8999].other_pseudonyms = {"pseudonym"};
  PutLog(std::move(keys));
  const auto verdicts = [&](const LogQuery& query) {
    return Must(store_->CountLog(Op(), query, LogKey::kVerdict));
  };
  LogQuery query;
  query.camera = "cam1";
  query.limit = 1;  // of no meaning here
  EXPECT_EQ(verdicts(query), (Counts{{"ALLOW", 3}, {"DENY", 1}}));
  query.first_index = 4096;
  EXPECT_EQ(verdicts(query), (Counts{{"ALLOW", 1}, {"DENY", 1}}));
  query.rule = "r1";
  EXPECT_EQ(verdicts(query), (Counts{{"DENY", 1}}));
  LogQuery person;
  person.subject_pseudonym = "pseudonym";
  EXPECT_EQ(verdicts(person), (Counts{{"ALLOW", 3}, {"DENY", 1}}));
  EXPECT_EQ(Must(store_->CountLog(Op(), person, LogKey::kRule)),
            (Counts{{"r1", 3}, {"r2", 3}, {"r3", 1}}));
}

TEST_P(Conformance, CountsNothingInALogThatIsNot) {
  EXPECT_TRUE(store_->CountLog(Op("nobody"), {}, LogKey::kType)->empty());
}

TEST_P(Conformance, RefusesAQueryWithoutAProperLimit) {
  for (const std::size_t limit : {0u, 1001u}) {
    LogQuery query;
    query.limit = limit;
    const auto found = store_->QueryLog(Op(), query);
    EXPECT_EQ(found.status().code(), Code::kInvalidArgument);
    EXPECT_EQ(found.status().reason(), "BAD_LIMIT");
  }
}

TEST_P(Conformance, FindsNothingInALogThatIsNot) {
  EXPECT_TRUE(store_->QueryLog(Op("nobody"), {})->empty());
}

// ---- Letting go of the oldest records
// --------------------------------------------------------------------------------------------

TEST_P(Conformance, PrunesTheOldestRecordsAndKeepsTheirHashes) {
  CommitPrunableLog(*store_, 600);
  EXPECT_TRUE(Must(store_->PruneLog(Op(), {512, 600}, 1000)));
  EXPECT_EQ(store_->GetLogHead(Op())->minimum_index, 512u);
  EXPECT_EQ(store_->GetLogHead(Op())->size, 601u);
  for (const std::uint64_t gone : {0, 300, 511}) {
    const auto entries = store_->ReadEntries(Op(), gone, 1);
    EXPECT_EQ(entries.status().code(), Code::kNotFound);
    EXPECT_EQ(entries.status().reason(), "RECORD_PRUNED");
    EXPECT_NE(entries.status().message().find("512"), std::string::npos);
  }
  EXPECT_TRUE(store_->ReadEntries(Op(), 0, 0)->empty());
  EXPECT_EQ((*store_->ReadEntries(Op(), 512, 1))[0].entry, "512");
  EXPECT_EQ(store_->ReadEntries(Op(), 512, 1000)->size(), 89u);
  const core::Bytes first = Must(store_->ReadTile(Op(), {0, 0}));
  EXPECT_EQ(first.size(), kTileBytes);
  EXPECT_EQ(first[32], '1');
  EXPECT_EQ(Must(store_->ReadTile(Op(), {0, 1})).size(), kTileBytes);
  EXPECT_EQ(Must(store_->ReadTile(Op(), {0, 2})).size(), 89u * 32u);
}

TEST_P(Conformance, BeginsQueriesWithTheFirstRecordThatIsKept) {
  CommitPrunableLog(*store_, 600);
  ASSERT_TRUE(Must(store_->PruneLog(Op(), {512, 600}, 1000)));
  LogQuery all;
  all.limit = 1000;
  EXPECT_EQ(Found(all).size(), 89u);
  EXPECT_EQ(Found(all).front(), 512u);
  all.first_index = 3;
  EXPECT_EQ(Found(all).front(), 512u);
  all.first_index = 598;
  EXPECT_EQ(Found(all), (Indexes{598, 599, 600}));
  LogQuery person;
  person.limit = 1000;
  person.subject_pseudonym = "p";
  EXPECT_EQ(Found(person).size(), 88u);
  person.subject_pseudonym = "q";
  person.rule = "odd";
  EXPECT_EQ(Found(person).size(), 44u);
  LogQuery old;
  old.until = core::Timestamp{512};
  EXPECT_TRUE(Found(old).empty());
  EXPECT_EQ(Must(store_->CountLog(Op(), {}, LogKey::kRule)), (Counts{{"even", 44}, {"odd", 44}}));
  EXPECT_EQ(Must(store_->CountLog(Op(), {}, LogKey::kType)),
            (Counts{{"decision", 88}, {"log.pruned", 1}}));
  const std::vector<IndexRow> rows = Must(store_->ReadIndex(Op(), 0, 10));
  ASSERT_EQ(rows.size(), 10u);
  EXPECT_EQ(rows.front().index, 512u);
}

TEST_P(Conformance, PrunesInStepsThatAreGoneForReadersAtOnce) {
  CommitPrunableLog(*store_, 600);
  EXPECT_FALSE(Must(store_->PruneLog(Op(), {512, 600}, 200)));
  EXPECT_EQ(store_->GetLogHead(Op())->minimum_index, 512u);
  EXPECT_EQ(store_->ReadEntries(Op(), 511, 1).status().reason(), "RECORD_PRUNED");
  EXPECT_EQ(Found({}).front(), 512u);
  EXPECT_FALSE(Must(store_->PruneLog(Op(), {512, 600}, 200)));
  EXPECT_TRUE(Must(store_->PruneLog(Op(), {512, 600}, 200)));
  EXPECT_TRUE(Must(store_->PruneLog(Op(), {512, 600}, 200)));
}

TEST_P(Conformance, PrunesNothingThatNoRecordSays) {
  CommitPrunableLog(*store_, 600);
  Commit(*store_, std::vector<BatchItem>(600, Item()), Op("untiled"));
  BatchItem said = Item();
  said.keys.type = std::string(kPrunedType);
  Commit(*store_, {said}, Op("untiled"));
  const auto reason = [&](const char* log, LogPruning pruning) {
    const auto pruned = store_->PruneLog(Op(log), pruning, 1000);
    EXPECT_EQ(pruned.status().code(), Code::kFailedPrecondition);
    return pruned.status().reason();
  };
  EXPECT_EQ(reason("acme", {512, 599}), "BAD_PRUNING");     // a decision
  EXPECT_EQ(reason("acme", {512, 601}), "BAD_PRUNING");     // not there
  EXPECT_EQ(reason("acme", {300, 600}), "BAD_PRUNING");     // no multiple of 256
  EXPECT_EQ(reason("acme", {768, 600}), "BAD_PRUNING");     // itself among them
  EXPECT_EQ(reason("untiled", {512, 600}), "BAD_PRUNING");  // their hashes would go with them
  EXPECT_EQ(reason("nobody", {0, 0}), "BAD_PRUNING");
  EXPECT_EQ(store_->GetLogHead(Op())->minimum_index, 0u);
  EXPECT_EQ(store_->ReadEntries(Op(), 0, 1)->size(), 1u);
}

TEST_P(Conformance, NeverLowersTheMinimumIndex) {
  CommitPrunableLog(*store_, 600);
  ASSERT_TRUE(Must(store_->PruneLog(Op(), {512, 600}, 1000)));
  EXPECT_EQ(store_->PruneLog(Op(), {256, 600}, 1000).status().reason(), "BAD_PRUNING");
  EXPECT_EQ(store_->PruneLog(Op(), {0, 600}, 1000).status().reason(), "BAD_PRUNING");
  EXPECT_EQ(store_->GetLogHead(Op())->minimum_index, 512u);
}

TEST_P(Conformance, GoesOnWithALogThatWasPruned) {
  CommitPrunableLog(*store_, 600);
  CommitPrunableLog(*store_, 300, Op("other"));
  ASSERT_TRUE(Must(store_->PruneLog(Op(), {512, 600}, 1000)));
  Commit(*store_, {Item({}, {}, "next")});
  EXPECT_EQ((*store_->ReadEntries(Op(), 601, 1))[0].entry, "next");
  EXPECT_EQ(store_->ReadEntries(Op("other"), 0, 1000)->size(), 301u);
  IndexRow row;
  row.index = 511;
  EXPECT_EQ(store_->ReplaceIndex(Op(), {row}).reason(), "RECORD_PRUNED");
  row = Must(store_->ReadIndex(Op(), 512, 1)).front();
  row.keys.type = "mended";
  ASSERT_TRUE(store_->ReplaceIndex(Op(), {row}).ok());
  LogQuery query;
  query.type = "mended";
  EXPECT_EQ(Found(query), (Indexes{512}));
}

// ---- Resources
// -----------------------------------------------------------------------------------

constexpr const char* kHq = "operators/acme/sites/hq";

TEST_P(Conformance, CreatesAndReplacesAResource) {
  CommitChange(*store_, ResourceOf(kHq, 1, "{\"v\":1}"));
  CommitChange(*store_, ResourceOf(kHq, 2, "{\"v\":2}"));
  const core::Result<Resource> resource = store_->GetResource(kHq);
  ASSERT_TRUE(resource.ok());
  EXPECT_EQ(resource->name, kHq);
  EXPECT_EQ(resource->kind, "site");
  EXPECT_EQ(resource->parent, "operators/acme");
  EXPECT_EQ(resource->body, "{\"v\":2}");
  EXPECT_EQ(resource->revision, 2u);
  EXPECT_EQ(resource->log_index, 1u);
}

TEST_P(Conformance, RefusesToCreateAResourceTwice) {
  CommitChange(*store_, ResourceOf(kHq));
  ExpectRefused(ResourceOf(kHq, 1, "{\"v\":2}"));
}

TEST_P(Conformance, RefusesToSkipOrRepeatARevision) {
  ExpectRefused(ResourceOf(kHq, 2));
  CommitChange(*store_, ResourceOf(kHq));
  ExpectRefused(ResourceOf(kHq, 3));
  CommitChange(*store_, ResourceOf(kHq, 2));
  ExpectRefused(ResourceOf(kHq, 2));
}

TEST_P(Conformance, DeletesTheCurrentRevisionOnly) {
  ExpectRefused(DeleteResource{kHq, 1});
  CommitChange(*store_, ResourceOf(kHq));
  ExpectRefused(DeleteResource{kHq, 2});
  CommitChange(*store_, DeleteResource{kHq, 1});
  EXPECT_EQ(store_->GetResource(kHq).status().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetResource(kHq).status().reason(), "RESOURCE_NOT_FOUND");
  EXPECT_TRUE(store_->ListResources("operators/acme", "site", "", 10)->empty());
  ExpectRefused(DeleteResource{kHq, 1});
}

TEST_P(Conformance, NeverUsesTheNameOfADeletedResourceAgain) {
  CommitChange(*store_, ResourceOf(kHq));
  CommitChange(*store_, DeleteResource{kHq, 1});
  ExpectRefused(ResourceOf(kHq, 1));
  ExpectRefused(ResourceOf(kHq, 2));
}

TEST_P(Conformance, KeepsEveryRevisionReadableByLogIndex) {
  Commit(*store_, {Item()});
  CommitChange(*store_, ResourceOf(kHq, 1, "one"));
  Commit(*store_, {Item()});
  Commit(*store_, {Item({ResourceOf(kHq, 2, "two"), ResourceOf(kHq, 3, "three")})});
  CommitChange(*store_, DeleteResource{kHq, 3});
  EXPECT_EQ(store_->GetResourceAt(kHq, 0).status().reason(), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(store_->GetResourceAt(kHq, 1)->body, "one");
  EXPECT_EQ(store_->GetResourceAt(kHq, 2)->body, "one");
  EXPECT_EQ(store_->GetResourceAt(kHq, 3)->body, "three");
  EXPECT_EQ(store_->GetResourceAt(kHq, 3)->log_index, 3u);
  EXPECT_EQ(store_->GetResourceAt(kHq, 4).status().reason(), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(store_->GetResourceAt("nothing", 4).status().code(), Code::kNotFound);
}

TEST_P(Conformance, KnowsWhatARecordRegistered) {
  Commit(*store_, {Item({ResourceOf("operators/acme", 1, "a", "operator", ""),
                         ResourceOf(kHq, 1, "one"), ResourceOf(kHq, 2, "two")})});
  CommitChange(*store_, ResourceOf(kHq, 3, "three"));
  CommitChange(*store_, DeleteResource{kHq, 3});
  Commit(*store_, {Item({ResourceOf("operators/acme2", 1, "b", "operator", "")})}, Op("acme2"));
  EXPECT_EQ(NamesOf(store_->ListRegisteredBy(Op(), 0)), (Strings{"operators/acme", kHq}));
  EXPECT_EQ(Must(store_->ListRegisteredBy(Op(), 0))[1].body, "two");
  EXPECT_EQ(Must(store_->ListRegisteredBy(Op(), 1))[0].body, "three");
  EXPECT_TRUE(store_->ListRegisteredBy(Op(), 2)->empty());
  EXPECT_TRUE(store_->ListRegisteredBy(Op("nobody"), 0)->empty());
}

PutResource StoredSite(const std::string& id, std::uint64_t revision = 1) {
  model::Site site;
  site.op = Op();
  site.id = model::SiteId(id);
  site.country = "CH";
  return ResourceOf(model::NameOf(site), revision, model::ToJson(site).Dump());
}

std::string Numbered(std::size_t i) {
  std::string id("s");
  return id.append(std::to_string(1000 + i));
}

TEST_P(Conformance, ReadsTypedResourcesHoweverManyPagesTheyTake) {
  constexpr std::size_t kSites = 600;  // the reader takes pages of 256
  Changes changes;
  for (std::size_t i = 0; i < kSites; ++i) {
    changes.push_back(StoredSite(Numbered(i)));
  }
  Commit(*store_, {Item(std::move(changes))});
  const auto all = ReadAll<model::Site>(*store_, "operators/acme");
  ASSERT_TRUE(all.ok()) << all.status().ToString();
  ASSERT_EQ(all->size(), kSites);
  for (std::size_t i = 0; i < kSites; ++i) {
    EXPECT_EQ((*all)[i].resource.id.str(), Numbered(i));
  }
  const auto resources = ReadResources<model::Site>(*store_, "operators/acme");
  ASSERT_TRUE(resources.ok());
  EXPECT_EQ(resources->size(), kSites);
  EXPECT_EQ(resources->back().id.str(), "s1599");
}

TEST_P(Conformance, ReadsATypedResourceWithItsRevisionAndRecord) {
  CommitChange(*store_, StoredSite("hq"));
  CommitChange(*store_, StoredSite("hq", 2));
  const auto one = ReadOne<model::Site>(*store_, "operators/acme/sites/hq");
  ASSERT_TRUE(one.ok()) << one.status().ToString();
  EXPECT_EQ(one->resource.country, "CH");
  EXPECT_EQ(one->revision, 2u);
  EXPECT_EQ(one->log_index, 1u);
}

TEST_P(Conformance, TellsAMissingResourceFromAnotherKindsAndFromABrokenOne) {
  CommitChange(*store_, ResourceOf("operators/acme/sites/broken"));
  EXPECT_EQ(ReadOne<model::Site>(*store_, "operators/acme/sites/none").status().reason(),
            "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReadOne<model::Purpose>(*store_, "operators/acme/sites/broken").status().reason(),
            "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReadOne<model::Site>(*store_, "operators/acme/sites/broken").status().reason(),
            "BAD_RESOURCE");
  EXPECT_EQ(ReadAll<model::Site>(*store_, "operators/acme").status().reason(), "BAD_RESOURCE");
}

TEST_P(Conformance, ListsResourcesOfOneKindAndParentByName) {
  const auto put = [&](const char* name, const char* kind, const char* parent) {
    CommitChange(*store_, ResourceOf(name, 1, "{}", kind, parent));
  };
  put("operators/acme/sites/b", "site", "operators/acme");
  put("operators/acme/sites/a", "site", "operators/acme");
  put("operators/acme/sites/c", "site", "operators/acme");
  put("operators/acme/purposes/p", "purpose", "operators/acme");
  put("operators/acme/sites/a/cameras/x", "site", "operators/acme/sites/a");
  put("operators/acme", "operator", "");
  const auto list = [&](const char* after, std::size_t limit) {
    return NamesOf(store_->ListResources("operators/acme", "site", after, limit));
  };
  EXPECT_EQ(list("", 2), (Strings{"operators/acme/sites/a", "operators/acme/sites/b"}));
  EXPECT_EQ(list("operators/acme/sites/b", 2), (Strings{"operators/acme/sites/c"}));
  EXPECT_EQ(list("", 0), Strings{});
  EXPECT_EQ(NamesOf(store_->ListResources("", "operator", "", 9)), (Strings{"operators/acme"}));
}

TEST_P(Conformance, RefusesWhenAResourceIsNotAtItsRevision) {
  const auto at = [](std::uint64_t revision) {
    return std::vector{Item(), Item({}, {ResourceAtRevision{kHq, revision}})};
  };
  ExpectRefused(at(1), 1);
  CommitChange(*store_, ResourceOf(kHq));
  Commit(*store_, at(1));
  ExpectRefused(at(2), 1);
  CommitChange(*store_, ResourceOf(kHq, 2));
  ExpectRefused(at(1), 1);
  CommitChange(*store_, DeleteResource{kHq, 2});
  ExpectRefused(at(2), 1);
}

TEST_P(Conformance, RefusesWhenAResourceHasLiveChildren) {
  const std::vector childless{Item(), Item({}, {NoChildren{kHq}})};
  Commit(*store_, childless);
  CommitChange(*store_, ResourceOf("operators/acme/sites/hq/cameras/x", 1, "{}", "camera", kHq));
  ExpectRefused(childless, 1);
  CommitChange(*store_, DeleteResource{"operators/acme/sites/hq/cameras/x", 1});
  Commit(*store_, childless);
}

// ---- Subjects
// ------------------------------------------------------------------------------------

TEST_P(Conformance, KeepsASubjectAsGiven) {
  model::Subject subject = SubjectOf("p1");
  subject.age_known = true;
  subject.age_years = 17.5;
  subject.country = "US";
  subject.region = "US-IL";
  subject.role = model::SubjectRole::kStudent;
  subject.needs_accessibility = false;
  Commit(*store_, {Item(), Item({PutSubject{subject}}), Item({PutSubject{SubjectOf("p2")}})});
  const auto stored = store_->GetSubject(SubjectRefOf("p1"));
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->op, Op());
  EXPECT_EQ(stored->id, subject.id);
  EXPECT_EQ(stored->wrapped_secret, subject.wrapped_secret);
  EXPECT_TRUE(stored->age_known);
  EXPECT_EQ(stored->age_years, 17.5);
  EXPECT_EQ(stored->country, "US");
  EXPECT_EQ(stored->region, "US-IL");
  EXPECT_EQ(stored->role, model::SubjectRole::kStudent);
  EXPECT_EQ(stored->needs_accessibility, false);
  EXPECT_EQ(stored->created_at, subject.created_at);
  EXPECT_EQ(stored->log_index, 1u);
  EXPECT_FALSE(store_->GetSubject(SubjectRefOf("p2"))->age_known);
}

TEST_P(Conformance, KnowsNothingOfASubjectThatNeverWas) {
  EXPECT_EQ(store_->GetSubject(SubjectRefOf("p1")).status().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetSubject(SubjectRefOf("p1")).status().reason(), "SUBJECT_NOT_FOUND");
  EXPECT_TRUE(store_->ListConsents(SubjectRefOf("p1"))->empty());
  EXPECT_TRUE(store_->ListTemplatesOf(SubjectRefOf("p1"))->empty());
}

TEST_P(Conformance, LeavesNoComplaintThatNamesWhoIsErased) {
  CommitChange(*store_, PutSubject{SubjectOf("p1")});
  CommitChange(*store_, PutSubject{SubjectOf("p12")});
  const auto complaint = [](const char* id, const char* subject, std::uint64_t revision) {
    model::Complaint value;
    value.op = Op();
    value.id = model::ComplaintId(id);
    value.subject = model::SubjectId(subject);
    value.deadline_days = static_cast<int>(revision);
    return PutResource{model::NameOf(value), "complaint", "operators/acme",
                       model::ToJson(value).Dump(), revision};
  };
  model::RightsRequest request;
  request.op = Op();
  request.id = model::RightsRequestId("r");
  request.subject = model::SubjectId("p1");
  const std::string name = "operators/acme/complaints/c";
  CommitChange(*store_, complaint("c", "p1", 1));
  const std::uint64_t first = store_->GetResource(name)->log_index;
  CommitChange(*store_, complaint("c", "p1", 2));
  CommitChange(*store_, complaint("d", "p12", 1));
  CommitChange(*store_, PutResource{model::NameOf(request), "rightsRequest", "operators/acme",
                                    model::ToJson(request).Dump(), 1});
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});

  const auto now = store_->GetResource(name);
  EXPECT_EQ(now->revision, 2u);
  for (const std::string& body : {now->body, store_->GetResourceAt(name, first)->body,
                                  store_->GetResource(model::NameOf(request))->body}) {
    EXPECT_EQ(body.find("p1"), std::string::npos) << body;
  }
  const auto parsed = model::FromJson<model::Complaint>(*core::Json::Parse(now->body));
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_TRUE(parsed->subject.empty());
  EXPECT_EQ(parsed->deadline_days, 2);
  EXPECT_NE(store_->GetResource("operators/acme/complaints/d")->body.find("p12"),
            std::string::npos);
}

TEST_P(Conformance, RefusesASubjectTwice) {
  CommitChange(*store_, PutSubject{SubjectOf("p1")});
  ExpectRefused(PutSubject{SubjectOf("p1")});
}

TEST_P(Conformance, ListsLivingSubjectsById) {
  for (const char* id : {"b", "a", "d", "c"}) CommitChange(*store_, PutSubject{SubjectOf(id)});
  CommitChange(*store_, EraseSubject{SubjectRefOf("b")});
  model::Subject theirs = SubjectOf("e");
  theirs.op = Op("other");
  Commit(*store_, {Item({PutSubject{theirs}})}, Op("other"));
  EXPECT_EQ(Ids(store_->ListSubjects(Op(), "", 2)), (Strings{"a", "c"}));
  EXPECT_EQ(Ids(store_->ListSubjects(Op(), "c", 2)), (Strings{"d"}));
  EXPECT_EQ(Ids(store_->ListSubjects(Op("other"), "", 9)), (Strings{"e"}));
}

TEST_P(Conformance, ErasesEverythingOfASubjectAndNothingElse) {
  EnrolPerson(*store_, "p1");
  EnrolPerson(*store_, "p2");
  Commit(
      *store_,
      {Item({PutTemplateKey{KeyOf("p1", "lunch")}, PutTemplate{TemplateOf("p1", "t2", "lunch")}})});
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  EXPECT_EQ(store_->GetSubject(SubjectRefOf("p1")).status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(store_->GetSubject(SubjectRefOf("p1")).status().reason(), "SUBJECT_ERASED");
  EXPECT_TRUE(store_->ListConsents(SubjectRefOf("p1"))->empty());
  EXPECT_FALSE(store_->GetConsent(ConsentRefOf("p1", "c1")).ok());
  EXPECT_FALSE(store_->GetTemplateKey(SubjectRefOf("p1"), Purpose()).ok());
  EXPECT_FALSE(store_->GetTemplateKey(SubjectRefOf("p1"), Purpose("lunch")).ok());
  EXPECT_TRUE(store_->ListTemplatesOf(SubjectRefOf("p1"))->empty());
  EXPECT_EQ(SubjectsOf(store_->ListConsentsAt({Op(), Site()}, Purpose(), "", 9)), (Strings{"p2"}));
  EXPECT_EQ(store_->ListTemplates(std::nullopt, 9)->size(), 1u);
  EXPECT_EQ(*store_->CountStoredPersons(Op()), 1u);
  EXPECT_TRUE(store_->GetSubject(SubjectRefOf("p2")).ok());
}

TEST_P(Conformance, NeverWritesAnErasedSubjectAgain) {
  EnrolPerson(*store_, "p1");
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  ExpectRefused(PutSubject{SubjectOf("p1")});
  ExpectRefused(EraseSubject{SubjectRefOf("p1")});
  ExpectRefused(PutConsent{ConsentOf("p1", "c1", 1)});
  ExpectRefused(PutConsent{ConsentOf("p1", "c1", 2)});
  ExpectRefused(PutTemplateKey{KeyOf("p1")});
  ExpectRefused(PutTemplate{TemplateOf("p1", "t1")});
  ExpectRefused(DestroyTemplates{SubjectRefOf("p1"), Purpose()});
}

TEST_P(Conformance, RestrictsASubjectAndReleasesIt) {
  EnrolPerson(*store_, "p1");
  EXPECT_FALSE(store_->GetSubject(SubjectRefOf("p1"))->restricted_at.has_value());
  CommitChange(*store_, RestrictSubject{SubjectRefOf("p1"), core::Timestamp{7000}});
  EXPECT_EQ(store_->GetSubject(SubjectRefOf("p1"))->restricted_at, core::Timestamp{7000});
  EXPECT_EQ(store_->ListSubjects(Op(), "", 9)->front().restricted_at, core::Timestamp{7000});
  ExpectRefused(RestrictSubject{SubjectRefOf("p1"), core::Timestamp{8000}});
  EXPECT_EQ(store_->ListTemplatesOf(SubjectRefOf("p1"))->size(), 1u) << "kept";
  CommitChange(*store_, RestrictSubject{SubjectRefOf("p1"), std::nullopt});
  EXPECT_FALSE(store_->GetSubject(SubjectRefOf("p1"))->restricted_at.has_value());
  ExpectRefused(RestrictSubject{SubjectRefOf("p1"), std::nullopt});
}

TEST_P(Conformance, RestrictsOnlyWhoStands) {
  ExpectRefused(RestrictSubject{SubjectRefOf("p1"), core::Timestamp{7000}});
  EnrolPerson(*store_, "p1");
  CommitChange(*store_, RestrictSubject{SubjectRefOf("p1"), core::Timestamp{7000}});
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  ExpectRefused(RestrictSubject{SubjectRefOf("p1"), std::nullopt});
}

TEST_P(Conformance, RefusesWhatNamesASubjectThatDoesNotStand) {
  const Preconditions stands{SubjectStands{SubjectRefOf("p1")}};
  ExpectRefused({Item({}, stands)}, 0);
  EnrolPerson(*store_, "p1");
  Commit(*store_, {Item({}, stands)});
  CommitChange(*store_, RestrictSubject{SubjectRefOf("p1"), core::Timestamp{7000}});
  Commit(*store_, {Item({}, stands)});
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  ExpectRefused({Item(), Item({}, stands)}, 1);
}

TEST_P(Conformance, RefusesWhatRestsOnARestrictedSubject) {
  const Preconditions unrestricted{SubjectUnrestricted{SubjectRefOf("p1")}};
  ExpectRefused({Item({}, unrestricted)}, 0);
  EnrolPerson(*store_, "p1");
  Commit(*store_, {Item({}, unrestricted)});
  CommitChange(*store_, RestrictSubject{SubjectRefOf("p1"), core::Timestamp{7000}});
  ExpectRefused({Item(), Item({}, unrestricted)}, 1);
  CommitChange(*store_, RestrictSubject{SubjectRefOf("p1"), std::nullopt});
  Commit(*store_, {Item({}, unrestricted)});
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  ExpectRefused({Item({}, unrestricted)}, 0);
}

TEST_P(Conformance, WritesNothingOfASubjectThatNeverWas) {
  ExpectRefused(EraseSubject{SubjectRefOf("p1")});
  ExpectRefused(PutConsent{ConsentOf("p1", "c1")});
  ExpectRefused(PutTemplateKey{KeyOf("p1")});
  ExpectRefused(PutTemplate{TemplateOf("p1", "t1")});
  ExpectRefused(DestroyTemplates{SubjectRefOf("p1"), Purpose()});
}

// ---- Consents
// ------------------------------------------------------------------------------------

TEST_P(Conformance, KeepsAConsentAsGiven) {
  const model::Consent given = ConsentOf("p1", "c1");
  Commit(*store_, {Item({PutSubject{SubjectOf("p1")}}), Item({PutConsent{given}})});
  const auto stored = store_->GetConsent(ConsentRefOf("p1", "c1"));
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->op, given.op);
  EXPECT_EQ(stored->subject, given.subject);
  EXPECT_EQ(stored->id, given.id);
  EXPECT_EQ(stored->site, given.site);
  EXPECT_EQ(stored->purpose, given.purpose);
  EXPECT_EQ(stored->purpose_version, given.purpose_version);
  EXPECT_EQ(stored->status, given.status);
  EXPECT_EQ(stored->form, given.form);
  EXPECT_EQ(stored->given_by, given.given_by);
  EXPECT_EQ(stored->scopes, given.scopes);
  EXPECT_EQ(stored->notice_sha256, given.notice_sha256);
  EXPECT_EQ(stored->guardian_evidence_sha256, given.guardian_evidence_sha256);
  EXPECT_EQ(stored->guardian_verified_by, given.guardian_verified_by);
  EXPECT_EQ(stored->alternative_offered, given.alternative_offered);
  EXPECT_EQ(stored->channel, given.channel);
  EXPECT_EQ(stored->evidence_sha256, given.evidence_sha256);
  EXPECT_EQ(stored->granted_at, given.granted_at);
  EXPECT_EQ(stored->expires_at, given.expires_at);
  EXPECT_EQ(stored->epoch, 1u);
  EXPECT_EQ(stored->log_index, 1u);
  EXPECT_EQ(stored->token_hash, given.token_hash);
  EXPECT_TRUE(stored->earlier.empty());
}

core::Hash256 HashFrom(const core::Bytes& bytes) {
  core::Hash256 hash{};
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

TEST_P(Conformance, FindsTheConsentsWhoseTokenHashBeginsTheSame) {
  model::Consent without = ConsentOf("p1", "c2");
  without.token_hash.clear();
  model::Consent other = ConsentOf("p1", "c3");
  other.token_hash[1] ^= 1;
  Commit(*store_, {Item({PutSubject{SubjectOf("p1")}}), Item({PutConsent{ConsentOf("p1", "c1")}}),
                   Item({PutConsent{without}}), Item({PutConsent{other}})});
  const auto found = store_->ListTokenCandidates(HashFrom(TokenHashOf("p1", "never was")));
  EXPECT_EQ(Ids(found), Strings{"c1"});
  EXPECT_EQ(found->front().token_hash, TokenHashOf("p1", "c1"));
}

TEST_P(Conformance, ForgetsATokenThatANewerReplaced) {
  EnrolPerson(*store_, "p1");
  model::Consent moved = ConsentOf("p1", "c1", 2);
  moved.token_hash[0] ^= 1;
  CommitChange(*store_, PutConsent{moved});
  EXPECT_TRUE(store_->ListTokenCandidates(HashFrom(TokenHashOf("p1", "c1")))->empty());
  EXPECT_EQ(Ids(store_->ListTokenCandidates(HashFrom(moved.token_hash))), Strings{"c1"});
}

TEST_P(Conformance, FindsNoTokenOfAPersonErased) {
  EnrolPerson(*store_, "p1");
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  EXPECT_TRUE(store_->ListTokenCandidates(HashFrom(TokenHashOf("p1", "c1")))->empty());
}

TEST_P(Conformance, RemembersTheRecordsOfAConsentsEarlierStates) {
  EnrolPerson(*store_, "p1");
  const std::uint64_t first = store_->GetConsent(ConsentRefOf("p1", "c1"))->log_index;
  CommitChange(*store_, PutConsent{ConsentOf("p1", "c1", 2)});
  const std::uint64_t second = store_->GetConsent(ConsentRefOf("p1", "c1"))->log_index;
  CommitChange(*store_, PutConsent{ConsentOf("p1", "c1", 3)});
  EXPECT_EQ(store_->GetConsent(ConsentRefOf("p1", "c1"))->earlier, (Indexes{first, second}));
}

TEST_P(Conformance, KeepsAConsentWithoutScopesOrEvidence) {
  model::Consent given = ConsentOf("p1", "c1");
  given.scopes.clear();
  given.evidence_sha256.clear();
  Commit(*store_, {Item({PutSubject{SubjectOf("p1")}}), Item({PutConsent{given}})});
  EXPECT_TRUE(store_->GetConsent(ConsentRefOf("p1", "c1"))->scopes.empty());
  EXPECT_EQ(store_->GetConsent(ConsentRefOf("p1", "c1"))->evidence_sha256, "");
}

TEST_P(Conformance, MovesAConsentOneEpochAtATime) {
  EnrolPerson(*store_, "p1");
  ExpectRefused(PutConsent{ConsentOf("p1", "c1", 1)});
  ExpectRefused(PutConsent{ConsentOf("p1", "c1", 3)});
  ExpectRefused(PutConsent{ConsentOf("p1", "c2", 2)});
  model::Consent moved = ConsentOf("p1", "c1", 2, model::ConsentStatus::kWithdrawn);
  moved.evidence_sha256 = std::string(64, 'f');
  CommitChange(*store_, PutConsent{moved});
  const auto stored = store_->GetConsent(ConsentRefOf("p1", "c1"));
  EXPECT_EQ(stored->status, model::ConsentStatus::kWithdrawn);
  EXPECT_EQ(stored->evidence_sha256, moved.evidence_sha256);
  EXPECT_EQ(stored->epoch, 2u);
  EXPECT_EQ(stored->log_index, 3u);
}

TEST_P(Conformance, KnowsNothingOfAConsentThatNeverWas) {
  EXPECT_EQ(store_->GetConsent(ConsentRefOf("p1", "c1")).status().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetConsent(ConsentRefOf("p1", "c1")).status().reason(), "CONSENT_NOT_FOUND");
}

TEST_P(Conformance, RefusesWhenAConsentIsNotAtItsEpoch) {
  const auto at = [](std::uint64_t epoch) {
    return std::vector{Item(), Item({}, {ConsentAtEpoch{ConsentRefOf("p1", "c1"), epoch}})};
  };
  ExpectRefused(at(1), 1);
  EnrolPerson(*store_, "p1");
  Commit(*store_, at(1));
  ExpectRefused(at(2), 1);
  CommitChange(*store_, PutConsent{ConsentOf("p1", "c1", 2)});
  ExpectRefused(at(1), 1);
  Commit(*store_, at(2));
}

TEST_P(Conformance, ListsConsentsOfASubjectNewestEventFirst) {
  EnrolPerson(*store_, "p1");
  EnrolPerson(*store_, "p2");
  CommitChange(*store_, PutConsent{ConsentOf("p1", "a2")});
  Commit(*store_, {Item({PutConsent{ConsentOf("p1", "z3")}, PutConsent{ConsentOf("p1", "b3")}})});
  EXPECT_EQ(Ids(store_->ListConsents(SubjectRefOf("p1"))), (Strings{"b3", "z3", "a2", "c1"}));
  CommitChange(*store_, PutConsent{ConsentOf("p1", "c1", 2)});
  EXPECT_EQ(Ids(store_->ListConsents(SubjectRefOf("p1"))), (Strings{"c1", "b3", "z3", "a2"}));
}

TEST_P(Conformance, ListsTheNewestConsentOfEachSubjectAtASite) {
  for (const char* id : {"b", "a", "c", "d"}) EnrolPerson(*store_, id);
  model::Consent newer = ConsentOf("a", "c0");
  newer.status = model::ConsentStatus::kRefused;
  model::Consent elsewhere = ConsentOf("b", "c2");
  elsewhere.site = Site("annex");
  model::Consent for_lunch = ConsentOf("c", "c2");
  for_lunch.purpose = Purpose("lunch");
  Commit(*store_,
         {Item({PutConsent{newer}, PutConsent{elsewhere}}), Item({PutConsent{for_lunch}})});
  const auto at_hq = [&](const char* after, std::size_t limit) {
    return store_->ListConsentsAt({Op(), Site()}, Purpose(), after, limit);
  };
  EXPECT_EQ(SubjectsOf(at_hq("", 9)), (Strings{"a", "b", "c", "d"}));
  EXPECT_EQ(Ids(at_hq("", 9)), (Strings{"c0", "c1", "c1", "c1"}));
  EXPECT_EQ(SubjectsOf(at_hq("", 2)), (Strings{"a", "b"}));
  EXPECT_EQ(SubjectsOf(at_hq("b", 1)), (Strings{"c"}));
  EXPECT_TRUE(at_hq("", 0)->empty());
  EXPECT_EQ(SubjectsOf(store_->ListConsentsAt({Op(), Site("annex")}, Purpose(), "", 9)),
            (Strings{"b"}));
  EXPECT_TRUE(store_->ListConsentsAt({Op("other"), Site()}, Purpose(), "", 9)->empty());
}

TEST_P(Conformance, ListsGrantedConsentsThatExpired) {
  CommitChange(*store_, PutSubject{SubjectOf("p1")});
  const auto put = [&](const char* id, std::int64_t expires_at, model::ConsentStatus status) {
    model::Consent consent = ConsentOf("p1", id, 1, status);
    consent.expires_at = {expires_at};
    CommitChange(*store_, PutConsent{consent});
  };
  put("c1", 500, model::ConsentStatus::kGranted);
  put("c2", 400, model::ConsentStatus::kGranted);
  put("c3", 501, model::ConsentStatus::kGranted);
  put("c4", 100, model::ConsentStatus::kWithdrawn);
  EXPECT_EQ(Ids(store_->ListExpired({500}, 9)), (Strings{"c2", "c1"}));
  EXPECT_EQ(Ids(store_->ListExpired({500}, 1)), (Strings{"c2"}));
  EXPECT_TRUE(store_->ListExpired({399}, 9)->empty());
  model::Consent expired = ConsentOf("p1", "c2", 2, model::ConsentStatus::kExpired);
  expired.expires_at = {400};
  CommitChange(*store_, PutConsent{expired});
  EXPECT_EQ(Ids(store_->ListExpired({500}, 9)), (Strings{"c1"}));
}

// ---- Templates
// -----------------------------------------------------------------------------------

TEST_P(Conformance, KeepsAKeyAndATemplateAsGiven) {
  EnrolPerson(*store_, "p1");
  const model::Template given = TemplateOf("p1", "t1");
  EXPECT_EQ(store_->GetTemplateKey(SubjectRefOf("p1"), Purpose())->wrapped_key,
            KeyOf("p1").wrapped_key);
  const auto templates = store_->ListTemplatesOf(SubjectRefOf("p1"));
  ASSERT_EQ(templates->size(), 1u);
  const model::Template& stored = templates->front();
  EXPECT_EQ(stored.op, given.op);
  EXPECT_EQ(stored.subject, given.subject);
  EXPECT_EQ(stored.purpose, given.purpose);
  EXPECT_EQ(stored.site, given.site);
  EXPECT_EQ(stored.id, given.id);
  EXPECT_EQ(stored.consent, given.consent);
  EXPECT_EQ(stored.model_id, given.model_id);
  EXPECT_EQ(stored.sealed, given.sealed);
  EXPECT_EQ(stored.created_at, given.created_at);
  EXPECT_EQ(stored.log_index, 2u);
}

TEST_P(Conformance, KeepsTemplatesOfAnySize) {
  CommitChange(*store_, PutSubject{SubjectOf("p1")});
  CommitChange(*store_, PutTemplateKey{KeyOf("p1")});
  for (const std::size_t size : {0u, 1u, 251u, 252u, 253u, 4096u, 100'000u}) {
    const std::string id = std::string("t").append(std::to_string(size));
    model::Template value = TemplateOf("p1", id.c_str());
    value.sealed = core::Bytes(size, 9);
    CommitChange(*store_, PutTemplate{value});
  }
  for (const model::Template& value : Must(store_->ListTemplatesOf(SubjectRefOf("p1")))) {
    EXPECT_EQ(value.id.str().substr(1), std::to_string(value.sealed.size()));
  }
}

TEST_P(Conformance, KeepsSeveralTemplatesOfOneRecordOrNone) {
  CommitChange(*store_, PutSubject{SubjectOf("p1")});
  const Change key = PutTemplateKey{KeyOf("p1")};
  const Change first = PutTemplate{TemplateOf("p1", "t1")};
  ExpectRefused({Item({key, first, first})}, 0);
  EXPECT_TRUE(store_->ListTemplatesOf(SubjectRefOf("p1"))->empty());
  Commit(*store_, {Item({key, first, PutTemplate{TemplateOf("p1", "t2")},
                         PutTemplate{TemplateOf("p1", "t3")}})});
  const auto templates = Must(store_->ListTemplatesOf(SubjectRefOf("p1")));
  ASSERT_EQ(templates.size(), 3u);
  for (const model::Template& value : templates) EXPECT_EQ(value.log_index, 1u);
  CommitChange(*store_, DestroyTemplates{SubjectRefOf("p1"), Purpose()});
  EXPECT_TRUE(store_->ListTemplatesOf(SubjectRefOf("p1"))->empty());
}

TEST_P(Conformance, RefusesAKeyWhereOneStands) {
  EnrolPerson(*store_, "p1");
  ExpectRefused(PutTemplateKey{KeyOf("p1")});
  EXPECT_EQ(store_->GetTemplateKey(SubjectRefOf("p1"), Purpose("lunch")).status().reason(),
            "TEMPLATE_KEY_NOT_FOUND");
}

TEST_P(Conformance, RefusesATemplateTwiceOrWithoutItsKey) {
  EnrolPerson(*store_, "p1");
  ExpectRefused(PutTemplate{TemplateOf("p1", "t1")});
  ExpectRefused(PutTemplate{TemplateOf("p1", "t1", "lunch")});
}

TEST_P(Conformance, DestroysTheTemplatesOfOnePurpose) {
  EnrolPerson(*store_, "p1");
  EnrolPerson(*store_, "p2");
  Commit(*store_,
         {Item({PutTemplateKey{KeyOf("p1", "lunch")}, PutTemplate{TemplateOf("p1", "t2", "lunch")},
                PutTemplate{TemplateOf("p1", "t3")}})});
  CommitChange(*store_, DestroyTemplates{SubjectRefOf("p1"), Purpose()});
  EXPECT_EQ(Ids(store_->ListTemplatesOf(SubjectRefOf("p1"))), (Strings{"t2"}));
  EXPECT_FALSE(store_->GetTemplateKey(SubjectRefOf("p1"), Purpose()).ok());
  EXPECT_TRUE(store_->GetTemplateKey(SubjectRefOf("p1"), Purpose("lunch")).ok());
  EXPECT_EQ(Ids(store_->ListTemplatesOf(SubjectRefOf("p2"))), (Strings{"t1"}));
  EXPECT_TRUE(store_->GetConsent(ConsentRefOf("p1", "c1")).ok());
}

TEST_P(Conformance, DestroysNothingWhereThereIsNone) {
  CommitChange(*store_, PutSubject{SubjectOf("p1")});
  CommitChange(*store_, DestroyTemplates{SubjectRefOf("p1"), Purpose()});
  EXPECT_EQ(*store_->CountStoredPersons(Op()), 0u);
}

TEST_P(Conformance, TakesANewKeyAfterDestruction) {
  EnrolPerson(*store_, "p1");
  CommitChange(*store_, DestroyTemplates{SubjectRefOf("p1"), Purpose()});
  Commit(*store_, {Item({PutTemplateKey{KeyOf("p1")}, PutTemplate{TemplateOf("p1", "t1")}})});
  EXPECT_EQ(store_->ListTemplatesOf(SubjectRefOf("p1"))->front().sealed,
            TemplateOf("p1", "t1").sealed);
}

TEST_P(Conformance, PagesTemplatesByTheirKey) {
  for (const char* id : {"b", "a"}) EnrolPerson(*store_, id);
  Commit(*store_,
         {Item({PutTemplateKey{KeyOf("a", "lunch")}, PutTemplate{TemplateOf("a", "t0", "lunch")},
                PutTemplate{TemplateOf("a", "t9", "entry")}})});
  model::Subject theirs = SubjectOf("a");
  theirs.op = Op("aaa");
  model::TemplateKey key = KeyOf("a");
  key.op = Op("aaa");
  model::Template value = TemplateOf("a", "first");
  value.op = Op("aaa");
  Commit(*store_, {Item({PutSubject{theirs}, PutTemplateKey{key}, PutTemplate{value}})}, Op("aaa"));
  Strings walked;
  std::optional<model::Template> after;
  for (;;) {
    const auto page = store_->ListTemplates(after, 2);
    ASSERT_TRUE(page.ok());
    if (page->empty()) break;
    for (const model::Template& t : *page) {
      walked.push_back(t.op.str() + "/" + t.subject.str() + "/" + t.purpose.str() + "/" +
                       t.id.str());
    }
    after = page->back();
  }
  EXPECT_EQ(walked, (Strings{"aaa/a/entry/first", "acme/a/entry/t1", "acme/a/entry/t9",
                             "acme/a/lunch/t0", "acme/b/entry/t1"}));
}

TEST_P(Conformance, CountsPersonsNotTemplates) {
  EXPECT_EQ(*store_->CountStoredPersons(Op()), 0u);
  EnrolPerson(*store_, "p1");
  EnrolPerson(*store_, "p2");
  Commit(
      *store_,
      {Item({PutTemplateKey{KeyOf("p1", "lunch")}, PutTemplate{TemplateOf("p1", "t2", "lunch")}})});
  EXPECT_EQ(*store_->CountStoredPersons(Op()), 2u);
  CommitChange(*store_, DestroyTemplates{SubjectRefOf("p1"), Purpose()});
  EXPECT_EQ(*store_->CountStoredPersons(Op()), 2u);
  CommitChange(*store_, DestroyTemplates{SubjectRefOf("p1"), Purpose("lunch")});
  EXPECT_EQ(*store_->CountStoredPersons(Op()), 1u);
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  EXPECT_EQ(*store_->CountStoredPersons(Op()), 1u);
  EXPECT_EQ(*store_->CountStoredPersons(Op("other")), 0u);
}

TEST_P(Conformance, KeepsOneSecretAGallery) {
  const model::PurposeRef gallery{Op(), Purpose()};
  EXPECT_EQ(store_->GetGallerySecret(gallery).status().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetGallerySecret(gallery).status().reason(), "GALLERY_SECRET_NOT_FOUND");
  CommitChange(*store_, PutGallerySecret{gallery, Bytes("wrapped")});
  EXPECT_EQ(*store_->GetGallerySecret(gallery), Bytes("wrapped"));
  ExpectRefused(PutGallerySecret{gallery, Bytes("another")});
  EXPECT_EQ(*store_->GetGallerySecret(gallery), Bytes("wrapped"));
}

// ---- Batches
// -------------------------------------------------------------------------------------

// ---- Other ways through
// --------------------------------------------------------------------------

TEST_P(Conformance, KeepsABadgeAsGiven) {
  model::Badge badge = BadgeOf("b1");
  badge.sites = {Site("annexe"), Site("hq")};
  badge.expires_at = core::Timestamp{7000};
  Commit(*store_, {Item(), Item({PutBadge{badge}}), Item({PutBadge{BadgeOf("b2")}})});
  const model::Badge kept = Must(store_->GetBadge(BadgeRefOf("b1")));
  EXPECT_EQ(kept.op, Op());
  EXPECT_EQ(kept.id.str(), "b1");
  EXPECT_EQ(kept.sites, badge.sites);
  EXPECT_EQ(kept.expires_at, badge.expires_at);
  EXPECT_EQ(kept.created_at, badge.created_at);
  EXPECT_EQ(kept.log_index, 1u);
  const model::Badge plain = Must(store_->GetBadge(BadgeRefOf("b2")));
  EXPECT_TRUE(plain.sites.empty());
  EXPECT_FALSE(plain.expires_at.has_value());
}

TEST_P(Conformance, RegistersABadgeOnceAndRemovesWhatStands) {
  ExpectRefused(DeleteBadge{BadgeRefOf("b1")});
  CommitChange(*store_, PutBadge{BadgeOf("b1")});
  ExpectRefused(PutBadge{BadgeOf("b1")});
  CommitChange(*store_, DeleteBadge{BadgeRefOf("b1")});
  EXPECT_EQ(store_->GetBadge(BadgeRefOf("b1")).status().reason(), "BADGE_NOT_FOUND");
  CommitChange(*store_, PutBadge{BadgeOf("b1")});
}

TEST_P(Conformance, ListsTheBadgesOfAnOperatorById) {
  Commit(*store_, {Item({PutBadge{BadgeOf("c")}, PutBadge{BadgeOf("a")}, PutBadge{BadgeOf("b")}})});
  model::Badge other = BadgeOf("d");
  other.op = Op("other");
  Commit(*store_, {Item({PutBadge{other}})}, Op("other"));
  EXPECT_EQ(Ids(store_->ListBadges(Op(), "", 10)), (Strings{"a", "b", "c"}));
  EXPECT_EQ(Ids(store_->ListBadges(Op(), "a", 1)), (Strings{"b"}));
  EXPECT_TRUE(store_->ListBadges(Op("nobody"), "", 10)->empty());
}

TEST_P(Conformance, RefusesWhenABadgeIsGone) {
  ExpectRefused({Item({}, {BadgeStands{BadgeRefOf("b1")}})}, 0);
  CommitChange(*store_, PutBadge{BadgeOf("b1")});
  Commit(*store_, {Item({}, {BadgeStands{BadgeRefOf("b1")}})});
  ExpectRefused({Item({DeleteBadge{BadgeRefOf("b1")}}), Item({}, {BadgeStands{BadgeRefOf("b1")}})},
                1);
}

TEST_P(Conformance, UsesAPassOnce) {
  EXPECT_FALSE(Must(store_->IsPassUsed(Op(), model::PassId("p1"))));
  CommitChange(*store_, UseOf("p1"));
  EXPECT_TRUE(Must(store_->IsPassUsed(Op(), model::PassId("p1"))));
  ExpectRefused(UseOf("p1"));
  // The second of two in one group, too; another operator's of that id is another.
  ExpectRefused({Item({UseOf("p2")}), Item({UseOf("p2")})}, 1);
  UsePass others = UseOf("p1");
  others.op = Op("other");
  Commit(*store_, {Item({others})}, Op("other"));
  EXPECT_FALSE(Must(store_->IsPassUsed(Op("other"), model::PassId("p2"))));
}

TEST_P(Conformance, LetsGoOfUsedPassesLongAfterTheyExpired) {
  CommitChange(*store_, UseOf("p1", 9000));
  UsePass others = UseOf("p1", 9000);
  others.op = Op("other");
  Commit(*store_, {Item({others})}, Op("other"));
  CommitChange(*store_, UseOf("p2", 20'000, 9000 + kUsedPassKeptMs));
  EXPECT_TRUE(Must(store_->IsPassUsed(Op(), model::PassId("p1"))));
  CommitChange(*store_, UseOf("p3", 20'000, 9000 + kUsedPassKeptMs + 1));
  EXPECT_FALSE(Must(store_->IsPassUsed(Op(), model::PassId("p1"))));
  EXPECT_TRUE(Must(store_->IsPassUsed(Op(), model::PassId("p2"))));
  EXPECT_TRUE(Must(store_->IsPassUsed(Op("other"), model::PassId("p1"))));
}

// ---- Kept images
// ---------------------------------------------------------------------------------

TEST_P(Conformance, KeepsAnImageAsItIs) {
  EnrolPerson(*store_, "p1");
  CommitChange(*store_, PutImage{ImageOf("p1", "i1")});
  const model::KeptImage image = Must(store_->GetImage(ImageRefOf("p1", "i1")));
  const model::KeptImage put = ImageOf("p1", "i1");
  EXPECT_EQ(image.op, put.op);
  EXPECT_EQ(image.subject, put.subject);
  EXPECT_EQ(image.purpose, put.purpose);
  EXPECT_EQ(image.site, put.site);
  EXPECT_EQ(image.id, put.id);
  EXPECT_EQ(image.consent, put.consent);
  EXPECT_EQ(image.kept, put.kept);
  EXPECT_EQ(image.wrapped_key, put.wrapped_key);
  EXPECT_EQ(image.sealed, put.sealed);
  EXPECT_EQ(image.created_at, put.created_at);
  EXPECT_EQ(image.expires_at, put.expires_at);
  EXPECT_EQ(image.log_index, 3u);
}

TEST_P(Conformance, KeepsALargeImage) {
  EnrolPerson(*store_, "p1");
  model::KeptImage large = ImageOf("p1", "i1");
  large.sealed = core::Bytes(std::size_t{3} << 20, 7);
  CommitChange(*store_, PutImage{large});
  EXPECT_EQ(Must(store_->GetImage(ImageRefOf("p1", "i1"))).sealed, large.sealed);
}

TEST_P(Conformance, ListsTheImagesOfAPersonByIdWithoutTheirBytes) {
  EnrolPerson(*store_, "p1");
  EnrolPerson(*store_, "p2");
  Commit(*store_, {Item({PutImage{ImageOf("p1", "b")}, PutImage{ImageOf("p1", "a")},
                         PutImage{ImageOf("p2", "c")}})});
  const auto images = Must(store_->ListImagesOf(SubjectRefOf("p1")));
  EXPECT_EQ(Ids(store_->ListImagesOf(SubjectRefOf("p1"))), (Strings{"a", "b"}));
  EXPECT_TRUE(images[0].sealed.empty());
  EXPECT_TRUE(images[0].wrapped_key.empty());
  EXPECT_EQ(images[0].expires_at, core::Timestamp{8000});
  EXPECT_TRUE(Must(store_->ListImagesOf(SubjectRefOf("nobody"))).empty());
}

TEST_P(Conformance, ListsExpiredImagesTheLongestExpiredFirst) {
  EnrolPerson(*store_, "p1");
  model::KeptImage later = ImageOf("p1", "a");
  later.expires_at = {8001};
  model::KeptImage last = ImageOf("p1", "c");
  last.expires_at = {8002};
  Commit(*store_, {Item({PutImage{later}, PutImage{ImageOf("p1", "b")}, PutImage{last}})});
  EXPECT_TRUE(Must(store_->ListExpiredImages({7999}, 10)).empty());
  EXPECT_EQ(Ids(store_->ListExpiredImages({8001}, 10)), (Strings{"b", "a"}));
  EXPECT_EQ(Ids(store_->ListExpiredImages({8002}, 1)), (Strings{"b"}));
  EXPECT_TRUE(Must(store_->ListExpiredImages({8002}, 1))[0].sealed.empty());
}

TEST_P(Conformance, KeepsAnImageOnceAndOfPeopleWhoStand) {
  ExpectRefused(PutImage{ImageOf("p1", "i1")});
  EnrolPerson(*store_, "p1");
  CommitChange(*store_, PutImage{ImageOf("p1", "i1")});
  ExpectRefused(PutImage{ImageOf("p1", "i1")});
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  ExpectRefused(PutImage{ImageOf("p1", "i2")});
}

TEST_P(Conformance, DestroysOneImageThatStands) {
  EnrolPerson(*store_, "p1");
  ExpectRefused(DestroyImage{ImageRefOf("p1", "i1")});
  Commit(*store_, {Item({PutImage{ImageOf("p1", "i1")}, PutImage{ImageOf("p1", "i2")}})});
  CommitChange(*store_, DestroyImage{ImageRefOf("p1", "i1")});
  EXPECT_EQ(store_->GetImage(ImageRefOf("p1", "i1")).status().reason(), "IMAGE_NOT_FOUND");
  EXPECT_EQ(Ids(store_->ListImagesOf(SubjectRefOf("p1"))), (Strings{"i2"}));
}

TEST_P(Conformance, DestroysTheImagesOfOnePurposeAndLeavesTemplates) {
  EnrolPerson(*store_, "p1");
  EnrolPerson(*store_, "p2");
  Commit(*store_, {Item({PutImage{ImageOf("p1", "i1")}, PutImage{ImageOf("p1", "i2", "lunch")},
                         PutImage{ImageOf("p2", "i1")}})});
  CommitChange(*store_, DestroyImages{SubjectRefOf("p1"), Purpose()});
  EXPECT_EQ(Ids(store_->ListImagesOf(SubjectRefOf("p1"))), (Strings{"i2"}));
  EXPECT_TRUE(store_->GetImage(ImageRefOf("p2", "i1")).ok());
  EXPECT_EQ(Must(store_->ListTemplatesOf(SubjectRefOf("p1"))).size(), 1u);
  CommitChange(*store_, DestroyImages{SubjectRefOf("p1"), Purpose()});  // there may be none
  ExpectRefused(DestroyImages{SubjectRefOf("nobody"), Purpose()});
}

TEST_P(Conformance, DestroysImagesWithWhatRestsOnTheConsent) {
  EnrolPerson(*store_, "p1");
  Commit(*store_, {Item({PutImage{ImageOf("p1", "i1")}, PutImage{ImageOf("p1", "i2", "lunch")}})});
  CommitChange(*store_, DestroyTemplates{SubjectRefOf("p1"), Purpose()});
  EXPECT_EQ(Ids(store_->ListImagesOf(SubjectRefOf("p1"))), (Strings{"i2"}));
  CommitChange(*store_, EraseSubject{SubjectRefOf("p1")});
  EXPECT_TRUE(Must(store_->ListImagesOf(SubjectRefOf("p1"))).empty());
}

TEST_P(Conformance, RefusesWhenAnImageIsGone) {
  EnrolPerson(*store_, "p1");
  ExpectRefused({Item({}, {ImageStands{ImageRefOf("p1", "i1")}})}, 0);
  CommitChange(*store_, PutImage{ImageOf("p1", "i1")});
  Commit(*store_, {Item({}, {ImageStands{ImageRefOf("p1", "i1")}})});
}

TEST_P(Conformance, LaterItemsSeeEarlierOnes) {
  EnrolPerson(*store_, "p1");
  const ConsentAtEpoch rests_on{ConsentRefOf("p1", "c1"), 1};
  Commit(*store_, {Item({}, {rests_on})});
  ExpectRefused({Item({}, {rests_on}),
                 Item({PutConsent{ConsentOf("p1", "c1", 2, model::ConsentStatus::kWithdrawn)}}),
                 Item({}, {rests_on})},
                2);
}

TEST_P(Conformance, EarlierItemsDoNotSeeLaterOnes) {
  EnrolPerson(*store_, "p1");
  Commit(*store_, {Item({}, {ConsentAtEpoch{ConsentRefOf("p1", "c1"), 1}}),
                   Item({PutConsent{ConsentOf("p1", "c1", 2)}})});
  EXPECT_EQ(store_->GetConsent(ConsentRefOf("p1", "c1"))->epoch, 2u);
}

TEST_P(Conformance, AnItemsPreconditionsComeBeforeItsChanges) {
  EnrolPerson(*store_, "p1");
  Commit(*store_, {Item({PutConsent{ConsentOf("p1", "c1", 2)}},
                        {ConsentAtEpoch{ConsentRefOf("p1", "c1"), 1}})});
}

TEST_P(Conformance, FencesWithinABatch) {
  CommitChange(*store_, PutSubject{SubjectOf("p1")});
  ExpectRefused({Item({EraseSubject{SubjectRefOf("p1")}}), Item({PutSubject{SubjectOf("p1")}})}, 1);
  EXPECT_TRUE(store_->GetSubject(SubjectRefOf("p1")).ok());
}

TEST_P(Conformance, TakesEveryKindOfChangeBack) {
  EnrolPerson(*store_, "p1");
  EnrolPerson(*store_, "p2");
  CommitChange(*store_, ResourceOf(kHq));
  CommitChange(*store_, PutBadge{BadgeOf("b1")});
  Commit(*store_, {Item({PutImage{ImageOf("p1", "i1")}, PutImage{ImageOf("p1", "i2")}})});
  ExpectRefused(
      {Item({PutSubject{SubjectOf("p3")}, PutConsent{ConsentOf("p3", "c1")}}),
       Item({PutTemplateKey{KeyOf("p3")}, PutTemplate{TemplateOf("p3", "t1")}}),
       Item({PutImage{ImageOf("p3", "i1")}, DestroyImage{ImageRefOf("p1", "i1")},
             DestroyImages{SubjectRefOf("p1"), Purpose()}}),
       Item({ResourceOf(kHq, 2, "changed"), ResourceOf("operators/acme/sites/new")}),
       Item({DeleteResource{kHq, 2}}), Item({PutConsent{ConsentOf("p1", "c1", 2)}}),
       Item({DestroyTemplates{SubjectRefOf("p1"), Purpose()}}),
       Item({EraseSubject{SubjectRefOf("p2")}}),
       Item({PutGallerySecret{{Op(), Purpose()}, Bytes("wrapped")}}),
       Item({DeleteBadge{BadgeRefOf("b1")}, PutBadge{BadgeOf("b2")}, UseOf("p2")}),
       Item({RestrictSubject{SubjectRefOf("p1"), core::Timestamp{7000}}}),
       Item({HolderKeyOf(2), RevocationOf("m1")}), Item({}, {ResourceAtRevision{"nothing", 1}})},
      12);
  EXPECT_FALSE(store_->GetSubject(SubjectRefOf("p1"))->restricted_at.has_value());
  EXPECT_FALSE(store_->GetGallerySecret({Op(), Purpose()}).ok());
  EXPECT_FALSE(store_->GetSubject(SubjectRefOf("p3")).ok());
  EXPECT_TRUE(store_->GetSubject(SubjectRefOf("p2")).ok());
  EXPECT_FALSE(store_->GetResourceAt(kHq, 1000)->body == "changed");
}

TEST_P(Conformance, SetsEachItemsIndex) {
  Commit(*store_, {Item(), Item({PutSubject{SubjectOf("p1")}}), Item({ResourceOf(kHq)}),
                   Item({PutConsent{ConsentOf("p1", "c1")}})});
  EXPECT_EQ(store_->GetSubject(SubjectRefOf("p1"))->log_index, 1u);
  EXPECT_EQ(store_->GetResource(kHq)->log_index, 2u);
  EXPECT_EQ(store_->GetConsent(ConsentRefOf("p1", "c1"))->log_index, 3u);
}

TEST_P(Conformance, LosesNoneOfManyWritersAndReadersAtOnce) {
  constexpr int kEach = 40;
  EnrolPerson(*store_, "p1");
  const std::uint64_t size_before = SizeOf(*store_);
  const auto write = [&] {
    for (int done = 0; done < kEach;) {
      const ApplyResult result = TryCommit(*store_, {Item()});
      if (result.status.ok()) {
        ++done;
      } else {
        ASSERT_EQ(result.status.reason(), "LOG_MOVED") << result.status.ToString();
      }
    }
  };
  const auto read = [&] {
    for (int i = 0; i < kEach * 4; ++i) {
      const std::uint64_t size = SizeOf(*store_);
      EXPECT_EQ(store_->ReadEntries(Op(), size - 1, 1)->size(), 1u);
      EXPECT_TRUE(store_->GetConsent(ConsentRefOf("p1", "c1")).ok());
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(9);
  for (int i = 0; i < 3; ++i) threads.emplace_back(write);
  for (int i = 0; i < 6; ++i) threads.emplace_back(read);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(SizeOf(*store_), size_before + std::uint64_t{3} * kEach);
}

// ---- What people hold
// ------------------------------------------------------------------------------

TEST_P(Conformance, CountsTheKeysOfHolderTokensOn) {
  EXPECT_TRUE(Must(store_->ListHolderKeys(Op())).empty());
  ExpectRefused(HolderKeyOf(1));
  ExpectRefused(HolderKeyOf(3));
  Commit(*store_, {Item(), Item({HolderKeyOf(2, 5000)})});
  ExpectRefused(HolderKeyOf(2));
  CommitChange(*store_, HolderKeyOf(3, 6000));
  PutHolderKey others = HolderKeyOf(2);
  others.key.op = Op("other");
  Commit(*store_, {Item({others})}, Op("other"));
  const auto keys = Must(store_->ListHolderKeys(Op()));
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].version, 2);
  EXPECT_EQ(keys[0].since.unix_ms, 5000);
  EXPECT_EQ(keys[0].log_index, 1u);
  EXPECT_EQ(keys[1].version, 3);
  EXPECT_EQ(Must(store_->ListHolderKeys(Op("other"))).size(), 1u);
}

TEST_P(Conformance, ListsRevokedTokensOnceEach) {
  const model::TokenMark mark("m1");
  EXPECT_EQ(store_->GetRevokedToken(Op(), mark).status().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetRevokedToken(Op(), mark).status().reason(), "TOKEN_NOT_REVOKED");
  Commit(*store_, {Item(), Item({RevocationOf("m1"), RevocationOf("m2")})});
  ExpectRefused(RevocationOf("m1"));
  const model::RevokedToken kept = Must(store_->GetRevokedToken(Op(), mark));
  EXPECT_EQ(kept.id, mark);
  EXPECT_EQ(kept.expires_at.unix_ms, 9000);
  EXPECT_EQ(kept.log_index, 1u);
  RevokeToken others = RevocationOf("m3");
  others.token.op = Op("other");
  Commit(*store_, {Item({others})}, Op("other"));
  EXPECT_FALSE(store_->GetRevokedToken(Op("other"), mark).ok());
  EXPECT_EQ(Ids(store_->ListRevokedTokens(Op(), "", 10)), (Strings{"m1", "m2"}));
  EXPECT_EQ(Ids(store_->ListRevokedTokens(Op(), "m1", 1)), (Strings{"m2"}));
  EXPECT_EQ(Ids(store_->ListRevokedTokens(Op(), "", 1)), (Strings{"m1"}));
}

TEST_P(Conformance, LetsGoOfRevokedTokensLongAfterTheyExpired) {
  CommitChange(*store_, RevocationOf("m1", 9000));
  RevokeToken others = RevocationOf("m1", 9000);
  others.token.op = Op("other");
  Commit(*store_, {Item({others})}, Op("other"));
  CommitChange(*store_, RevocationOf("m2", 20'000, 9000 + kUsedPassKeptMs));
  EXPECT_TRUE(store_->GetRevokedToken(Op(), model::TokenMark("m1")).ok());
  CommitChange(*store_, RevocationOf("m3", 20'000, 9000 + kUsedPassKeptMs + 1));
  EXPECT_EQ(Ids(store_->ListRevokedTokens(Op(), "", 10)), (Strings{"m2", "m3"}));
  EXPECT_TRUE(store_->GetRevokedToken(Op("other"), model::TokenMark("m1")).ok());
}

TEST_P(Conformance, RefusesWhenATokenIsRevoked) {
  const TokenNotRevoked good{Op(), model::TokenMark("m1")};
  Commit(*store_, {Item({}, {good})});
  ExpectRefused({Item({RevocationOf("m1")}), Item({}, {good})}, 1);
  CommitChange(*store_, RevocationOf("m1"));
  ExpectRefused({Item({}, {good})}, 0);
  Commit(*store_, {Item({}, {TokenNotRevoked{Op(), model::TokenMark("m2")}})});
}

// ---- Properties
// ----------------------------------------------------------------------------------

TEST_P(Conformance, SetsAPropertyOnce) {
  EXPECT_EQ(store_->GetProperty("kek").status().code(), Code::kNotFound);
  EXPECT_EQ(store_->GetProperty("kek").status().reason(), "PROPERTY_NOT_FOUND");
  EXPECT_TRUE(store_->SetPropertyOnce("kek", "one").ok());
  EXPECT_TRUE(store_->SetPropertyOnce("kek", "one").ok());
  EXPECT_EQ(store_->SetPropertyOnce("kek", "two").code(), Code::kAlreadyExists);
  EXPECT_EQ(store_->SetPropertyOnce("kek", "two").reason(), "PROPERTY_EXISTS");
  EXPECT_EQ(*store_->GetProperty("kek"), "one");
}

INSTANTIATE_TEST_SUITE_P(
    Drivers, Conformance,
    ::testing::Values(Driver{"Memory", [](const std::string&) { return OpenMemoryStore(); }},
                      Driver{"Sqlite", OpenSqlite}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace facegate::storage::testing
