#include "facegate/core/time.h"

#include <gtest/gtest.h>

#include <random>

namespace facegate::core {
namespace {

TEST(Timestamp, FormatsWithMillisecondsInUtc) {
  EXPECT_EQ(FormatRfc3339({0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatRfc3339({1'772'438'400'123}), "2026-03-02T08:00:00.123Z");
  EXPECT_EQ(FormatRfc3339({-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatDay({951'782'400'000}), "2000-02-29");
}

TEST(Timestamp, ParsesOffsetsAndFractions) {
  EXPECT_EQ(ParseRfc3339("2026-03-02T08:00:00Z")->unix_ms, 1'772'438'400'000);
  EXPECT_EQ(ParseRfc3339("2026-03-02T16:00:00+08:00")->unix_ms, 1'772'438'400'000);
  EXPECT_EQ(ParseRfc3339("2026-03-02T07:30:00.1239-00:30")->unix_ms, 1'772'438'400'123);
}

TEST(Timestamp, ParsesWhatItFormats) {
  std::mt19937_64 random(20260302);
  std::uniform_int_distribution<std::int64_t> any(-62'135'596'800'000, 253'402'300'799'999);
  for (int i = 0; i < 2000; ++i) {
    const Timestamp t{any(random)};
    const auto parsed = ParseRfc3339(FormatRfc3339(t));
    ASSERT_TRUE(parsed.ok()) << FormatRfc3339(t);
    EXPECT_EQ(*parsed, t);
  }
}

class BadTimestampTest : public ::testing::TestWithParam<const char*> {};

TEST_P(BadTimestampTest, IsRefused) {
  const auto parsed = ParseRfc3339(GetParam());
  ASSERT_FALSE(parsed.ok()) << GetParam();
  EXPECT_EQ(parsed.status().reason(), "BAD_TIMESTAMP");
}

INSTANTIATE_TEST_SUITE_P(
    Forms, BadTimestampTest,
    ::testing::Values("", "2026", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
                      "2026-03-02 08:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T08:60:00Z",
                      "2026-03-02T08:00:60Z", "2026-03-02T08:00:00", "2026-03-02T08:00:00.Z",
                      "2026-03-02T08:00:00.1234567890Z", "2026-03-02T08:00:00z",
                      "2026-03-02T08:00:00+8:00", "2026-03-02T08:00:00Zx", "0000-01-01T00:00:00Z",
                      "0001-01-01T00:00:00+01:00"));

}  // namespace
}  // namespace facegate::core
