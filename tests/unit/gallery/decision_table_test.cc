#include "facegate/gallery/decision_table.h"

#include <gtest/gtest.h>

#include <fstream>

#include "facegate/gallery/confidence.h"
#include "support/base/temp_dir.h"

namespace facegate::gallery {
namespace {

class DecisionTableFile : public ::testing::Test {
 protected:
  core::Result<DecisionTable> Load(const std::string& yaml) {
    std::ofstream(path_) << yaml;
    return LoadDecisionTable(path_, "m");
  }

  // Expects BAD_DECISION_TABLE at line:column, with `what` in the message.
  void ExpectBad(const std::string& yaml, const std::string& place, const std::string& what) {
    const auto table = Load(yaml);
    ASSERT_FALSE(table.ok());
    EXPECT_EQ(table.status().code(), core::Code::kInvalidArgument);
    EXPECT_EQ(table.status().reason(), "BAD_DECISION_TABLE");
    const std::string message = table.status().message();
    EXPECT_EQ(message.rfind(path_ + ":" + place + ": ", 0), 0u) << message;
    EXPECT_NE(message.find(what), std::string::npos) << message;
  }

  static std::string Row(const std::string& distance, const std::string& bound,
                         const std::string& pairs = "1000", const std::string& errors = "0") {
    return "      - distance: " + distance + "\n        fmr_upper_bound: " + bound +
           "\n        impostor_pairs: " + pairs + "\n        false_matches: " + errors +
           "\n        evidence: a set\n";
  }
  static std::string Table(const std::string& rows) {
    return "tables:\n  - model_id: m\n    no_match_distance: 0.55\n    rows:\n" + rows;
  }

  testing::TempDir dir_;
  std::string path_ = dir_ / "tables.yaml";
};

TEST_F(DecisionTableFile, IsReadWhole) {
  const auto table = Load(Table(Row("0.4", "0.003") + Row("0.45", "0.0063", "1000", "2")));
  ASSERT_TRUE(table.ok()) << table.status().ToString();
  EXPECT_EQ(table->model_id, "m");
  EXPECT_EQ(table->no_match_distance, 0.55);
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->rows[1].distance, 0.45);
  EXPECT_EQ(table->rows[1].fmr_upper_bound, 0.0063);
  EXPECT_EQ(table->rows[1].impostor_pairs, 1000);
  EXPECT_EQ(table->rows[1].false_matches, 2);
  EXPECT_EQ(table->rows[1].evidence, "a set");
}

TEST_F(DecisionTableFile, RefusesABoundBelowTheRuleOfThree) {
  ExpectBad(Table(Row("0.4", "0.00299")), "6:26", "0.003");
}

TEST_F(DecisionTableFile, RefusesABoundThatTheFalseMatchesForbid) {
  // 3/n would allow it; two false matches in 1000 do not.
  ExpectBad(Table(Row("0.4", "0.0062", "1000", "2")), "6:26", "supports no bound below");
}

TEST_F(DecisionTableFile, RefusesDistancesThatDoNotRise) {
  ExpectBad(Table(Row("0.4", "0.003") + Row("0.4", "0.003")), "10:19", "rise");
}

TEST_F(DecisionTableFile, RefusesALooserDistanceWithALowerBound) {
  ExpectBad(Table(Row("0.4", "0.01") + Row("0.45", "0.003")), "11:26", "lower bound");
}

TEST_F(DecisionTableFile, RefusesAMatchBeyondNoMatch) {
  ExpectBad(Table(Row("0.56", "0.01")), "5:19", "no_match_distance");
}

TEST_F(DecisionTableFile, RefusesUnknownKeys) {
  ExpectBad(Table(Row("0.4", "0.003") + "        colour: blue\n"), "10:9", "unknown key");
  ExpectBad("tables: []\nextra: 1\n", "2:1", "unknown key");
}

TEST_F(DecisionTableFile, RefusesAKeyGivenTwice) {
  ExpectBad(Table(Row("0.4", "0.003") + "        distance: 0.3\n"), "10:9", "twice");
}

TEST_F(DecisionTableFile, RefusesAMissingKey) {
  ExpectBad("tables:\n  - model_id: m\n    rows: []\n", "2:5", "'no_match_distance' is missing");
}

TEST_F(DecisionTableFile, RefusesWhatIsNoNumber) {
  ExpectBad(Table(Row("near", "0.003")), "5:19", "number");
  ExpectBad(Table(Row(".nan", "0.003")), "5:19", "number");
  ExpectBad(Table(Row("0.4", "0.003", "many")), "7:25", "whole number");
  ExpectBad(Table(Row("0.4", "0.003", "0")), "7:25", "whole number");
  ExpectBad(Table(Row("0.4", "0.003", "1000", "1001")), "8:24", "whole number");
}

TEST_F(DecisionTableFile, RefusesTwoTablesForAModel) {
  const std::string table = "  - model_id: m\n    no_match_distance: 0.55\n    rows: []\n";
  ExpectBad("tables:\n" + table + table, "5:15", "two tables");
}

TEST_F(DecisionTableFile, RefusesBrokenYaml) { ExpectBad("tables: [\n", "2:1", ""); }

TEST_F(DecisionTableFile, RefusesAnUnknownModel) {
  const auto table = LoadDecisionTable(FACEGATE_SOURCE_DIR "/models/decision_tables.yaml", "other");
  EXPECT_EQ(table.status().reason(), "BAD_DECISION_TABLE");
}

TEST_F(DecisionTableFile, NamesAFileThatIsNotThere) {
  const auto table = LoadDecisionTable(dir_ / "absent.yaml", "m");
  EXPECT_EQ(table.status().reason(), "BAD_DECISION_TABLE");
  EXPECT_NE(table.status().message().find("absent.yaml"), std::string::npos);
}

class ShippedTable : public ::testing::Test {
 protected:
  void SetUp() override {
    auto loaded =
        LoadDecisionTable(FACEGATE_SOURCE_DIR "/models/decision_tables.yaml", "dlib-resnet29-v1");
    ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
    table_ = std::move(loaded).value();
  }
  DecisionTable table_;
};

TEST_F(ShippedTable, MatchesAtTheDefaultForTheDefaultRate) {
  EXPECT_EQ(table_.MatchDistance(1e-4), 0.45);
  EXPECT_EQ(table_.no_match_distance, 0.55);
}

TEST_F(ShippedTable, HasNoDistanceForARateBeyondTheEvidence) {
  EXPECT_EQ(table_.MatchDistance(1e-6), std::nullopt);
}

TEST_F(ShippedTable, LoosensOnlyForALooserRate) {
  EXPECT_EQ(table_.MatchDistance(1e-3), 0.475);
  EXPECT_EQ(table_.MatchDistance(1.0), 0.475);
}

TEST_F(ShippedTable, ClaimsNoRateThatItsCountsForbid) {
  for (const DecisionRow& row : table_.rows) {
    EXPECT_GE(row.fmr_upper_bound, 3.0 / static_cast<double>(row.impostor_pairs));
    EXPECT_GE(row.fmr_upper_bound, UpperBound(row.false_matches, row.impostor_pairs));
    EXPECT_FALSE(row.evidence.empty());
  }
}

TEST(MatchDistance, TakesTheBoundItselfAsEnough) {
  DecisionTable table;
  table.rows = {{0.4, 1e-3, 3000, 0, "a"}, {0.5, 1e-2, 300, 0, "b"}};
  EXPECT_EQ(table.MatchDistance(1e-3), 0.4);
  EXPECT_EQ(table.MatchDistance(9e-4), std::nullopt);
}

}  // namespace
}  // namespace facegate::gallery
