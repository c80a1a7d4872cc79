// The whole evaluation over a labelled set of real pictures, where there is one: FACEGATE_EVAL_DIR
// names a directory with pairs.csv and images.csv. No such set is part of this project.
#include <gtest/gtest.h>

#include <cstdlib>

#include "facegate/eval/eval.h"
#include "support/photos/photos.h"
#include "support/world/world.h"

namespace facegate::eval {
namespace {

TEST(RealSet, SeparatesPeople) {
  const char* set = std::getenv("FACEGATE_EVAL_DIR");
  if (set == nullptr) {
    GTEST_SKIP() << "SKIPPED: error rates over real pictures are NOT tested; set FACEGATE_EVAL_DIR "
                    "(pairs.csv, images.csv)";
  }
  const core::SystemClock clock;
  core::MemoryMetrics metrics;
  const auto engine = testing::LoadRealEngine(metrics);
  Options options;
  options.root = set;
  options.pairs_csv = options.root + "/pairs.csv";
  options.groups_csv = options.root + "/images.csv";
  const auto report = eval::Run(options, {*engine, testing::CoreRules(), clock, metrics});
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  std::fputs(ToText(*report).c_str(), stdout);
  ASSERT_TRUE(report->equal_error.has_value());
  EXPECT_LT(MeanErrorRate(*report->equal_error), 0.005);
  // The default match distance: no false match, by the decision table's own evidence.
  EXPECT_EQ(report->operating.false_match.errors, 0);
  EXPECT_LT(report->failure_to_enrol.rate(), 0.05);
  EXPECT_EQ(metrics.Value(core::Counter::kPermitsAbandoned), 0u);
}

}  // namespace
}  // namespace facegate::eval
