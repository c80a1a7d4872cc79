#include <gtest/gtest.h>

#include <fstream>

#include "facegate/eval/eval.h"
#include "support/base/fake_clock.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"
#include "support/yard/painted_faces.h"

namespace facegate::eval {
namespace {

using testing::Paint;
using testing::PaintedFaceEngine;
using testing::PaintPicture;

class RunTest : public ::testing::Test {
 protected:
  // `pairs` and `groups` without their headers.
  core::Result<Report> RunPairs(const std::string& pairs, const std::string& groups = "") {
    std::ofstream(dir_ / "pairs.csv") << "path_a,path_b,same\n" << pairs;
    options_.pairs_csv = dir_ / "pairs.csv";
    options_.root = dir_.path();
    if (!groups.empty()) {
      std::ofstream(dir_ / "groups.csv") << "path,subject,ethnicity,gender\n" << groups;
      options_.groups_csv = dir_ / "groups.csv";
    }
    return eval::Run(options_, {engine_, rules_, clock_, metrics_},
                     [this](long done, long count) { progress_.emplace_back(done, count); });
  }

  void Picture(const std::string& name, const Paint& paint) { PaintPicture(dir_ / name, paint); }

  testing::TempDir dir_;
  testing::FakeClock clock_;
  core::MemoryMetrics metrics_;
  PaintedFaceEngine engine_;
  std::shared_ptr<const rules::RuleSet> rules_ = testing::CoreRules();
  Options options_;
  std::vector<std::pair<long, long>> progress_;
};

TEST_F(RunTest, CountsErrorsOfBothKinds) {
  Picture("a.png", {1, 1, 0});
  Picture("a2.png", {1, 1, 30});
  Picture("b.png", {1, 2, 0});
  Picture("b2.png", {1, 2, 80});
  const auto report =
      RunPairs("a.png,a2.png,1\nb.png,b2.png,1\na.png,b.png,0\na2.png,b.png,0\na.png,b2.png,0\n");
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->genuine_pairs, 2);
  EXPECT_EQ(report->impostor_pairs, 3);
  EXPECT_EQ(report->operating.false_non_match.errors, 1);  // 0.80 lies above 0.45
  EXPECT_EQ(report->operating.false_match.errors, 0);
  EXPECT_EQ(report->failure_to_enrol.errors, 0);
  EXPECT_EQ(report->failure_to_enrol.trials, 4);
  ASSERT_TRUE(report->equal_error.has_value());
  EXPECT_EQ(MeanErrorRate(*report->equal_error), 0);
  EXPECT_EQ(report->models[0].id, "painted-v1");
  ASSERT_EQ(report->points.size(), 17u);
  EXPECT_DOUBLE_EQ(report->points.front().distance, 0.3);
  EXPECT_DOUBLE_EQ(report->points.back().distance, 0.7);
}

TEST_F(RunTest, EmbedsEachPictureOnceUnderAPermitThatIsRecorded) {
  Picture("a.png", {1, 1, 0});
  Picture("a2.png", {1, 1, 10});
  Picture("b.png", {1, 2, 0});
  const auto report = RunPairs("a.png,a2.png,1\na.png,b.png,0\na2.png,b.png,0\n");
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(metrics_.Value(core::Counter::kFramesDecoded), 3u);
  EXPECT_EQ(metrics_.Value(core::Counter::kPermitsAbandoned), 0u);
  // Operator, site, purpose, notice, camera; three people and their consents; three pictures.
  EXPECT_EQ(metrics_.Value(core::Counter::kRecords), 5u + 6u + 3u);
}

TEST_F(RunTest, CountsFailuresToEnrolByReason) {
  Picture("a.png", {1, 1, 0});
  Picture("a2.png", {1, 1, 0});
  Picture("none.png", {0, 1, 0});
  Picture("two.png", {2, 1, 0});
  Picture("blurred.png", {100, 1, 0});
  std::ofstream(dir_ / "broken.png") << "no picture";
  const auto report = RunPairs(
      "a.png,a2.png,1\na.png,none.png,1\na.png,two.png,1\na.png,blurred.png,1\n"
      "a.png,broken.png,1\n");
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  const std::map<std::string, long> expected{
      {"NO_FACE", 1},
      {"MULTIPLE_FACES", 1},
      {std::string(vision::Word(vision::QualityIssue::kBlurred)), 1},
      {"IMAGE_INVALID", 1}};
  EXPECT_EQ(report->failures, expected);
  EXPECT_EQ(report->failure_to_enrol.errors, 4);
  EXPECT_EQ(report->failure_to_enrol.trials, 6);
  EXPECT_EQ(report->pairs_skipped, 4);
  EXPECT_EQ(report->genuine_pairs, 1);
  EXPECT_EQ(metrics_.Value(core::Counter::kPermitsAbandoned), 0u);
}

TEST_F(RunTest, CountsAPictureOverTheLimitAsAFailure) {
  Picture("a.png", {1, 1, 0});
  Picture("b.png", {1, 2, 0});
  options_.limits.image_bytes_max = 40;
  const auto report = RunPairs("a.png,b.png,0\n");
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->failures.at("IMAGE_TOO_LARGE"), 2);
}

TEST_F(RunTest, CountsWithinGroups) {
  Picture("a.png", {1, 1, 0});
  Picture("a2.png", {1, 1, 80});
  Picture("b.png", {1, 1, 10});  // looks like a
  Picture("c.png", {1, 3, 0});
  Picture("d.png", {0, 4, 0});
  const auto report =
      RunPairs("a.png,a2.png,1\na.png,b.png,0\na.png,c.png,0\nb.png,c.png,0\na.png,d.png,0\n",
               "a.png,1,x,f\na2.png,1,x,f\nb.png,2,x,m\nc.png,3,y,m\nd.png,4,y,\n");
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  std::map<std::string, GroupRates> groups;
  for (const GroupRates& group : report->groups) {
    groups[group.attribute + "=" + group.group] = group;
  }
  ASSERT_EQ(groups.size(), 7u);
  const GroupRates& x = groups.at("ethnicity=x");
  EXPECT_EQ(x.false_match.errors, 1);
  EXPECT_EQ(x.false_match.trials, 1);
  EXPECT_EQ(x.false_non_match.errors, 1);
  EXPECT_EQ(x.false_non_match.trials, 1);
  EXPECT_EQ(x.failure_to_enrol.trials, 3);
  const GroupRates& men = groups.at("gender=m");
  EXPECT_EQ(men.false_match.errors, 0);
  EXPECT_EQ(men.false_match.trials, 1);  // b and c
  EXPECT_EQ(men.false_non_match.trials, 0);
  EXPECT_EQ(groups.at("ethnicity=y").failure_to_enrol.errors, 1);
  EXPECT_EQ(groups.at("ethnicity+gender=x+f").false_match.trials, 0);
}

TEST_F(RunTest, CountsGroupsAtTheGivenDistance) {
  Picture("a.png", {1, 1, 0});
  Picture("a2.png", {1, 1, 80});
  options_.distance = 0.9;
  options_.distances = {0.9};
  const auto report = RunPairs("a.png,a2.png,1\n", "a.png,1,x,f\na2.png,1,x,f\n");
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->groups[0].false_non_match.errors, 0);
  ASSERT_EQ(report->points.size(), 1u);
  EXPECT_EQ(report->points[0].false_non_match.errors, 0);
  EXPECT_FALSE(report->equal_error.has_value());
}

TEST_F(RunTest, TellsItsProgress) {
  Picture("a.png", {1, 1, 0});
  Picture("b.png", {0, 2, 0});
  ASSERT_TRUE(RunPairs("a.png,b.png,0\n").ok());
  EXPECT_EQ(progress_, (std::vector<std::pair<long, long>>{{1, 2}, {2, 2}}));
}

TEST_F(RunTest, NamesThePictureThatCannotBeRead) {
  Picture("a.png", {1, 1, 0});
  const auto report = RunPairs("a.png,absent.png,1\n");
  EXPECT_EQ(report.status().code(), core::Code::kInvalidArgument);
  EXPECT_EQ(report.status().reason(), "BAD_CSV");
  EXPECT_NE(report.status().message().find("pairs.csv:2: "), std::string::npos);
}

TEST_F(RunTest, ReturnsTheFaultOfAStage) {
  Picture("a.png", {200, 1, 0});
  Picture("b.png", {1, 2, 0});
  const auto report = RunPairs("a.png,b.png,0\n");
  EXPECT_EQ(report.status().code(), core::Code::kResourceExhausted);
  EXPECT_EQ(report.status().reason(), "QUEUE_FULL");
  EXPECT_EQ(metrics_.Value(core::Counter::kPermitsAbandoned), 0u);
}

TEST_F(RunTest, IsDeniedWhereTheRulesRefuse) {
  auto strict = rules::RuleSet::Parse(rules_->vocabulary(), "strict.yaml", R"(
id: strict
version: 1.0.0
name: Refuses everything
jurisdiction: ANY
status: in_force
rules:
  - id: strict.nothing
    article: strict 1
    title: Nothing
    statement: Nothing is allowed.
    phase: [request]
    when: exists(request.operation)
    check: camera.marked_lane
    effect: {on_fail: deny, obligation: stop}
    confidence: product_policy
    evidence: [none]
)");
  ASSERT_TRUE(strict.ok()) << strict.status().ToString();
  rules_ = *strict;
  Picture("a.png", {1, 1, 0});
  Picture("b.png", {1, 2, 0});
  const auto report = RunPairs("a.png,b.png,0\n");
  EXPECT_EQ(report.status().code(), core::Code::kFailedPrecondition);
  EXPECT_EQ(report.status().reason(), "EVALUATION_DENIED");
  EXPECT_NE(report.status().message().find("strict.nothing"), std::string::npos);
  EXPECT_EQ(metrics_.Value(core::Counter::kFramesDecoded), 0u);
}

TEST_F(RunTest, RefusesWhatIsNoDistance) {
  options_.distances = {0.4, -1};
  EXPECT_EQ(RunPairs("a.png,b.png,0\n").status().reason(), "BAD_DISTANCE");
  options_.distances = {};
  options_.distance = 4.1;
  EXPECT_EQ(RunPairs("a.png,b.png,0\n").status().reason(), "BAD_DISTANCE");
}

TEST_F(RunTest, RefusesAFaceSizeThatNoCameraMayHave) {
  Picture("a.png", {1, 1, 0});
  Picture("b.png", {1, 2, 0});
  options_.min_face_px = 10;
  EXPECT_EQ(RunPairs("a.png,b.png,0\n").status().reason(), "BAD_MIN_FACE_PX");
}

using RunDeathTest = RunTest;

TEST_F(RunDeathTest, NeedsRules) {
  rules_ = nullptr;
  EXPECT_DEATH((void)RunPairs("a.png,b.png,0\n"), "check failed");
}

}  // namespace
}  // namespace facegate::eval
