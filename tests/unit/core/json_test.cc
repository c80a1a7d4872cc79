#include "facegate/core/json.h"

#include <gtest/gtest.h>

#include <limits>

namespace facegate::core {
namespace {

TEST(Json, WritesMembersInTheOrderTheyWereSet) {
  Json json = Json::MakeObject();
  json.Set("z", 1).Set("a", true).Set("m", nullptr).Set("z", 2);
  EXPECT_EQ(json.Dump(), R"({"z":2,"a":true,"m":null})");
}

TEST(Json, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(Json("a\"b\\c\n\r\t\x01/\u00e9\u4eba").Dump(),
            "\"a\\\"b\\\\c\\n\\r\\t\\u0001/\u00e9\u4eba\"");
}

TEST(Json, KeepsIntegersExact) {
  EXPECT_EQ(Json(std::numeric_limits<std::int64_t>::max()).Dump(), "9223372036854775807");
  EXPECT_EQ(Json::Parse("9223372036854775807")->AsInt(), std::numeric_limits<std::int64_t>::max());
}

TEST(Json, TellsNumbersFromIntegers) {
  EXPECT_EQ(Json(1.0).Dump(), "1.0");
  EXPECT_FALSE(Json::Parse("1.0")->is_int());
  EXPECT_TRUE(Json::Parse("1")->is_int());
}

TEST(Json, WritesTheSameBytesAfterReadingThem) {
  const std::string text = R"({"a":[1,2.5,"x",[],{}],"b":{"c":null,"d":false}})";
  EXPECT_EQ(Json::Parse(text)->Dump(), text);
}

TEST(Json, ReadsMembersWithDefaults) {
  const Json json = *Json::Parse(R"({"i":3,"s":"x","b":true,"n":0.5})");
  EXPECT_EQ(json.IntOr("i", 0), 3);
  EXPECT_EQ(json.IntOr("s", 7), 7);
  EXPECT_EQ(json.StringOr("s", ""), "x");
  EXPECT_TRUE(json.BoolOr("b", false));
  EXPECT_DOUBLE_EQ(json.NumberOr("n", 0), 0.5);
  EXPECT_EQ(json.Find("none"), nullptr);
}

TEST(Json, IndentsForPeople) {
  EXPECT_EQ(Json::Parse(R"({"a":[1]})")->DumpPretty(), "{\n  \"a\": [\n    1\n  ]\n}");
}

class BadJsonTest : public ::testing::TestWithParam<const char*> {};

TEST_P(BadJsonTest, IsRefused) {
  const auto parsed = Json::Parse(GetParam());
  ASSERT_FALSE(parsed.ok()) << GetParam();
  EXPECT_EQ(parsed.status().reason(), "BAD_JSON");
}

INSTANTIATE_TEST_SUITE_P(Forms, BadJsonTest,
                         ::testing::Values("", "{", "[1,]", "{\"a\":1,\"a\":2}", "nul", "1 2",
                                           "'a'", "{\"a\" 1}", "\"\x80\"", "NaN", "1e999"));

TEST(Json, RefusesNestingBeyondTheLimit) {
  EXPECT_TRUE(Json::Parse("[[[1]]]", 3).ok());
  EXPECT_FALSE(Json::Parse("[[[[1]]]]", 3).ok());
}

TEST(JsonDeathTest, AbortsWhenReadAsAnotherType) {
  EXPECT_DEATH({ (void)Json("x").AsInt(); }, "check failed");
  EXPECT_DEATH({ (void)Json(std::numeric_limits<double>::infinity()); }, "check failed");
  EXPECT_DEATH({ (void)Json(std::numeric_limits<std::uint64_t>::max()); }, "check failed");
}

}  // namespace
}  // namespace facegate::core
