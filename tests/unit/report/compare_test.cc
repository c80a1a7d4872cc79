#include "facegate/report/compare.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/base/temp_dir.h"
#include "unit/report/written_log.h"

namespace facegate::report {
namespace {

using testing::TempDir;
using testing::WrittenLog;

class Compare : public ::testing::Test {
 protected:
  Comparison Of(WrittenLog& earlier, WrittenLog& later) {
    earlier.WriteTo(dir_ / "earlier");
    later.WriteTo(dir_ / "later");
    return Again(later.keys());
  }
  Comparison Again(const LogKeys& keys) {
    auto compared = CompareLogCopies(dir_ / "earlier", dir_ / "later", keys, {});
    EXPECT_TRUE(compared.ok()) << compared.status().ToString();
    return std::move(compared).value();
  }
  TempDir dir_;
};

TEST_F(Compare, FindsTwoCopiesTheSame) {
  WrittenLog log, copy;
  log.AppendMany(300);
  copy.AppendMany(300);
  EXPECT_EQ(Of(log, copy).relation, CopyRelation::kSame);
}

TEST_F(Compare, ProvesThatOneExtendsTheOther) {
  for (const std::uint64_t size : {0u, 1u, 255u, 256u, 300u}) {
    WrittenLog before, after;
    before.AppendMany(size);
    after.AppendMany(600);
    const Comparison comparison = Of(before, after);
    EXPECT_EQ(comparison.relation, CopyRelation::kExtends) << ComparisonText(comparison);
    EXPECT_TRUE(comparison.ok());
    std::filesystem::remove_all(dir_ / "earlier");
    std::filesystem::remove_all(dir_ / "later");
  }
}

TEST_F(Compare, NamesTheFirstRecordThatAForkChanged) {
  for (const std::uint64_t changed : {0u, 1u, 256u, 298u, 299u}) {
    WrittenLog log, fork;
    log.AppendMany(300);
    fork.AppendMany(changed);
    core::Json other = core::Json::MakeObject();
    other.Set("outcome", "DENY");
    while (fork.entries().size() < 310) fork.AppendEvent("decision", other);
    const Comparison comparison = Of(log, fork);
    EXPECT_EQ(comparison.relation, CopyRelation::kFork) << ComparisonText(comparison);
    EXPECT_EQ(comparison.first_difference, changed);
    EXPECT_FALSE(comparison.ok());
    std::filesystem::remove_all(dir_ / "earlier");
    std::filesystem::remove_all(dir_ / "later");
  }
}

TEST_F(Compare, FindsALaterCopyThatIsShorter) {
  WrittenLog before, after;
  before.AppendMany(300);
  after.AppendMany(299);
  const Comparison comparison = Of(before, after);
  EXPECT_EQ(comparison.relation, CopyRelation::kRollback);
  EXPECT_NE(ComparisonText(comparison).find("ROLLBACK"), std::string::npos);
}

TEST_F(Compare, TellsDamageFromWhatIsMissing) {
  WrittenLog log, copy;
  log.AppendMany(3);
  copy.AppendMany(5);
  Of(log, copy);
  std::filesystem::remove(dir_ / "later/tile/entries/000.p/5");
  EXPECT_EQ(Again(log.keys()).relation, CopyRelation::kMissing);
  std::ofstream(dir_ / "later/tile/entries/000.p/5") << "no bundle";
  EXPECT_EQ(Again(log.keys()).relation, CopyRelation::kDamage);
}

TEST_F(Compare, FollowsRotationsAndPruningBetweenTheCopies) {
  WrittenLog before, after;
  const LogKeys old = before.keys();
  before.AppendMany(600);
  after.AppendMany(600);
  after.Rotate(11);
  after.Prune(512);
  before.WriteTo(dir_ / "earlier");
  after.WriteTo(dir_ / "later");
  const Comparison comparison = Again(old);
  EXPECT_EQ(comparison.relation, CopyRelation::kExtends) << ComparisonText(comparison);
}

TEST_F(Compare, SaysWhatItCannotProve) {
  WrittenLog log, copy;
  log.AppendMany(3);
  copy.AppendMany(4);
  const Comparison comparison = Of(log, copy);
  ASSERT_FALSE(comparison.unproved.empty());
  EXPECT_NE(ComparisonText(comparison).find("before the earlier copy was made"), std::string::npos);
  EXPECT_EQ(ComparisonJson(comparison).StringOr("relation", ""), "EXTENDS");
}

}  // namespace
}  // namespace facegate::report
