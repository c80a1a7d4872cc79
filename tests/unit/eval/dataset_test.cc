#include "eval/dataset.h"

#include <gtest/gtest.h>

namespace facegate::eval {
namespace {

core::Result<Dataset> Make(const std::string& pairs) {
  return MakeDataset(*core::ParseCsv("pairs.csv", pairs), nullptr);
}

core::Result<Dataset> Make(const std::string& pairs, const std::string& groups) {
  const core::Csv csv = *core::ParseCsv("groups.csv", groups);
  return MakeDataset(*core::ParseCsv("pairs.csv", pairs), &csv);
}

void ExpectBad(const core::Result<Dataset>& dataset, const std::string& place) {
  ASSERT_FALSE(dataset.ok());
  EXPECT_EQ(dataset.status().reason(), "BAD_CSV");
  EXPECT_EQ(dataset.status().message().rfind(place, 0), 0u) << dataset.status().message();
}

TEST(Dataset, NamesEachPictureOnce) {
  const auto dataset = Make("path_a,path_b,same\nx.jpg,y.jpg,1\nx.jpg,z.jpg,0\n");
  ASSERT_TRUE(dataset.ok()) << dataset.status().ToString();
  ASSERT_EQ(dataset->pictures.size(), 3u);
  EXPECT_EQ(dataset->pictures[2].path, "z.jpg");
  ASSERT_EQ(dataset->pairs.size(), 2u);
  EXPECT_TRUE(dataset->pairs[0].same);
  EXPECT_EQ(dataset->pairs[1].a, 0u);
  EXPECT_EQ(dataset->pairs[1].b, 2u);
  EXPECT_FALSE(dataset->pairs[1].same);
}

TEST(Dataset, TakesGroupsFromTheGroupsFile) {
  const auto dataset =
      Make("path_a,path_b,same\nx.jpg,y.jpg,1\n",
           "path,subject,age,ethnicity,gender\nx.jpg,7,24,a,f\ny.jpg,7,24,a,f\nz.jpg,8,31,b,m\n");
  ASSERT_TRUE(dataset.ok()) << dataset.status().ToString();
  ASSERT_EQ(dataset->pictures.size(), 2u);  // z.jpg is in no pair
  EXPECT_EQ(dataset->pictures[0].person, dataset->pictures[1].person);
  const std::map<std::string, std::string> expected{
      {"age", "20-29"}, {"ethnicity", "a"}, {"gender", "f"}, {"ethnicity+gender", "a+f"}};
  EXPECT_EQ(dataset->pictures[0].groups, expected);
}

TEST(Dataset, LeavesUnknownAttributesOut) {
  const auto dataset = Make("path_a,path_b,same\nx.jpg,y.jpg,0\n",
                            "path,subject,age,ethnicity,gender\nx.jpg,1,NA,,m\ny.jpg,2,,a,NA\n");
  ASSERT_TRUE(dataset.ok()) << dataset.status().ToString();
  EXPECT_EQ(dataset->pictures[0].groups.size(), 1u);
  EXPECT_EQ(dataset->pictures[1].groups.size(), 1u);
}

TEST(Dataset, RefusesOtherColumns) {
  ExpectBad(Make("path_a,path_b\nx,y\n"), "pairs.csv:1: ");
  ExpectBad(Make("path_a,path_b,same,extra\nx,y,1,2\n"), "pairs.csv:1: ");
  ExpectBad(Make("path_a,path_b,same\nx,y,1\n", "path,person\nx,1\n"), "groups.csv:1: ");
}

TEST(Dataset, RefusesPathsThatLeadOutOfTheRoot) {
  ExpectBad(Make("path_a,path_b,same\nx,y,1\n/etc/x,y,1\n"), "pairs.csv:3: a path");
  ExpectBad(Make("path_a,path_b,same\nx,a/../../y,1\n"), "pairs.csv:2: a path");
  ExpectBad(Make("path_a,path_b,same\nx,,1\n"), "pairs.csv:2: a path");
  ExpectBad(Make("path_a,path_b,same\nx,y,1\n", "path,subject\n../x,1\n"), "groups.csv:2: a path");
}

TEST(Dataset, RefusesAnotherLabel) {
  ExpectBad(Make("path_a,path_b,same\nx,y,1\nx,z,yes\n"), "pairs.csv:3: same is 0 or 1");
}

TEST(Dataset, RefusesAPairOfOnePicture) {
  ExpectBad(Make("path_a,path_b,same\nx,x,1\n"), "pairs.csv:2: a picture paired with itself");
}

TEST(Dataset, RefusesNoPairs) { ExpectBad(Make("path_a,path_b,same\n"), "pairs.csv:1: "); }

TEST(Dataset, RefusesAPictureThatTheGroupsDoNotName) {
  ExpectBad(Make("path_a,path_b,same\nx,y,1\n", "path,subject\nx,1\n"), "pairs.csv:2: the groups");
}

TEST(Dataset, RefusesAPictureNamedTwice) {
  ExpectBad(Make("path_a,path_b,same\nx,y,1\n", "path,subject\nx,1\ny,1\nx,1\n"),
            "groups.csv:4: this picture");
}

TEST(Dataset, RefusesALabelThatContradictsTheSubjects) {
  const std::string groups = "path,subject\nx,1\ny,1\nz,2\n";
  ExpectBad(Make("path_a,path_b,same\nx,y,0\n", groups), "pairs.csv:2: the label");
  ExpectBad(Make("path_a,path_b,same\nx,y,1\ny,z,1\n", groups), "pairs.csv:3: the label");
}

TEST(Dataset, RefusesWhatIsNoAgeAndNoSubject) {
  ExpectBad(Make("path_a,path_b,same\nx,y,1\n", "path,subject,age\nx,1,old\n"),
            "groups.csv:2: an age");
  ExpectBad(Make("path_a,path_b,same\nx,y,1\n", "path,subject\nx,\n"), "groups.csv:2: the subject");
}

TEST(Decade, HoldsTheAge) {
  EXPECT_EQ(Decade("0"), "0-9");
  EXPECT_EQ(Decade("29"), "20-29");
  EXPECT_EQ(Decade("30.5"), "30-39");
  EXPECT_EQ(Decade("150"), "150-159");
}

TEST(Decade, IsEmptyForWhatIsNoAge) {
  for (const char* text : {"", "x", "-1", "151", "nan", "20x"}) EXPECT_EQ(Decade(text), "") << text;
}

}  // namespace
}  // namespace facegate::eval
