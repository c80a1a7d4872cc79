#include "facegate/core/csv.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/base/temp_dir.h"

namespace facegate::core {
namespace {

using Fields = std::vector<std::string>;

// Expects BAD_CSV whose message begins with `place`.
void ExpectBad(std::string_view text, const std::string& place) {
  const auto csv = ParseCsv("f.csv", text);
  ASSERT_FALSE(csv.ok());
  EXPECT_EQ(csv.status().code(), core::Code::kInvalidArgument);
  EXPECT_EQ(csv.status().reason(), "BAD_CSV");
  EXPECT_EQ(csv.status().message().rfind(place, 0), 0u) << csv.status().message();
}

TEST(Csv, ReadsHeaderAndRowsWithTheirLines) {
  const auto csv = ParseCsv("f.csv", "a,b\n1,2\n\n3,\n");
  ASSERT_TRUE(csv.ok()) << csv.status().ToString();
  EXPECT_EQ(csv->columns, (Fields{"a", "b"}));
  ASSERT_EQ(csv->rows.size(), 2u);
  EXPECT_EQ(csv->rows[0].fields, (Fields{"1", "2"}));
  EXPECT_EQ(csv->rows[0].line, 2);
  EXPECT_EQ(csv->rows[1].fields, (Fields{"3", ""}));
  EXPECT_EQ(csv->rows[1].line, 4);
}

TEST(Csv, ReadsWindowsLineEndsAndAByteOrderMark) {
  const auto csv = ParseCsv("f.csv",
                            "\xEF\xBB\xBF"
                            "a,b\r\n1,2\r\n");
  ASSERT_TRUE(csv.ok()) << csv.status().ToString();
  EXPECT_EQ(csv->columns, (Fields{"a", "b"}));
  EXPECT_EQ(csv->rows[0].fields, (Fields{"1", "2"}));
}

TEST(Csv, NeedsNoFinalLineEnd) {
  EXPECT_EQ(ParseCsv("f.csv", "a,b\n1,2")->rows[0].fields, (Fields{"1", "2"}));
  EXPECT_EQ(ParseCsv("f.csv", "a,b\n1,")->rows[0].fields, (Fields{"1", ""}));
}

TEST(Csv, ReadsQuotedFields) {
  const auto csv = ParseCsv("f.csv", "a,b\n\"x, \"\"y\"\"\nz\",2\nlast,3\n");
  ASSERT_TRUE(csv.ok()) << csv.status().ToString();
  EXPECT_EQ(csv->rows[0].fields, (Fields{"x, \"y\"\nz", "2"}));
  EXPECT_EQ(csv->rows[1].line, 4);
}

TEST(Csv, FindsColumns) {
  const auto csv = ParseCsv("f.csv", "a,b\n");
  EXPECT_EQ(csv->Column("b"), 1u);
  EXPECT_EQ(csv->Column("c"), csv->columns.size());
}

TEST(Csv, RefusesAnEmptyFile) {
  ExpectBad("", "f.csv:1: ");
  ExpectBad("\n\n", "f.csv:1: ");
}

TEST(Csv, RefusesARowOfAnotherWidth) {
  ExpectBad("a,b\n1,2\n1\n", "f.csv:3: expected 2 fields, found 1");
  ExpectBad("a,b\n1,2,3\n", "f.csv:2: expected 2 fields, found 3");
}

TEST(Csv, RefusesBadHeaders) {
  ExpectBad("a,a\n", "f.csv:1: column 'a'");
  ExpectBad("a,\n", "f.csv:1: a column has no name");
}

TEST(Csv, RefusesStrayQuotes) {
  ExpectBad("a,b\n1,2\n1,x\"y\n", "f.csv:3: a quote inside");
  ExpectBad("a,b\n1,\"x\"y\n", "f.csv:2: text after");
  ExpectBad("a,b\n1,\"x\n\n\n", "f.csv:2: a quote is not closed");
}

TEST(Csv, NamesAFileThatCannotBeRead) {
  const auto csv = ReadCsv("/nonexistent/f.csv");
  EXPECT_EQ(csv.status().reason(), "BAD_CSV");
  EXPECT_EQ(csv.status().message(), "/nonexistent/f.csv:1: cannot be read");
}

TEST(Csv, RefusesAFileThatIsTooLarge) {
  const testing::TempDir dir;
  const std::string path = dir / "f.csv";
  std::ofstream(path) << "a,b\n1,2\n";
  EXPECT_TRUE(ReadCsv(path, 8).ok());
  EXPECT_EQ(ReadCsv(path, 7).status().reason(), "BAD_CSV");
}

}  // namespace
}  // namespace facegate::core
