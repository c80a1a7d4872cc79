#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "facegate/core/bytes.h"
#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/core/text.h"

namespace facegate::core {
namespace {

TEST(Hex, WritesLowerCaseAndReadsEither) {
  const Bytes bytes{0x00, 0xab, 0xff};
  EXPECT_EQ(HexEncode(bytes), "00abff");
  EXPECT_EQ(*HexDecode("00ABff"), bytes);
}

TEST(Hex, RefusesOddLengthsAndOtherCharacters) {
  EXPECT_EQ(HexDecode("abc").status().reason(), "BAD_HEX");
  EXPECT_EQ(HexDecode("zz").status().reason(), "BAD_HEX");
}

TEST(Bytes, HoldNumbersAndFieldsBigEndian) {
  Bytes bytes;
  AppendNumber(0x0102030405060708, bytes);
  AppendField("ab", bytes);
  EXPECT_EQ(HexEncode(bytes), "010203040506070800026162");
  ByteSpan rest(bytes);
  EXPECT_EQ(TakeNumber(rest), 0x0102030405060708u);
  EXPECT_EQ(rest.size(), 4u);
}

TEST(BytesDeathTest, HoldNoNumberInFewerThanEightNorAFieldOfMoreThanItsLengthCanSay) {
  const Bytes seven(7);
  ByteSpan rest(seven);
  EXPECT_DEATH(TakeNumber(rest), "size");
  Bytes bytes;
  EXPECT_DEATH(AppendField(std::string(65'536, 'x'), bytes), "size");
}

TEST(Text, DecodesTheFirstCodePointAndItsLength) {
  EXPECT_EQ(DecodeCodePoint("a")->bytes, 1u);
  EXPECT_EQ(DecodeCodePoint("\u00e9x")->value, U'\u00e9');
  EXPECT_EQ(DecodeCodePoint("\u4eba")->bytes, 3u);
  EXPECT_EQ(DecodeCodePoint("\U0001f600")->value, U'\U0001f600');
}

TEST(Text, RefusesWhatIsNotUtf8) {
  for (const char* bytes : {"", "\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                            "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(DecodeCodePoint(bytes).has_value()) << HexEncode(AsBytes(bytes));
  }
}

TEST(Text, ChangesTheCaseOfAsciiAlone) {
  EXPECT_EQ(AsciiUpper("il-9 \u00e9"), "IL-9 \u00e9");
  EXPECT_EQ(AsciiLower("US_IL \u00c9"), "us_il \u00c9");
}

TEST(Text, ReadsDecimalNumbersOfOneSpelling) {
  EXPECT_EQ(ParseDecimal("0"), 0u);
  EXPECT_EQ(ParseDecimal("907"), 907u);
  EXPECT_EQ(ParseDecimal("18446744073709551615"), 18'446'744'073'709'551'615u);
  for (const std::string_view bad :
       {"", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "0x1", "1e3", "a", "18446744073709551616"}) {
    EXPECT_EQ(ParseDecimal(bad), std::nullopt) << bad;
  }
}

TEST(Metrics, CountsAndAddsUpDurations) {
  MemoryMetrics metrics;
  metrics.Add(Counter::kFacesSeen, 3);
  metrics.Add(Counter::kFacesSeen);
  EXPECT_EQ(metrics.Value(Counter::kFacesSeen), 4u);
  EXPECT_EQ(metrics.Value(Counter::kFacesEmbedded), 0u);
  metrics.Observe(Stage::kDecode, 0.25);
  { const StageTimer timer(metrics, Stage::kDecode); }
  EXPECT_EQ(metrics.Observations(Stage::kDecode), 2u);
  EXPECT_GE(metrics.TotalSeconds(Stage::kDecode), 0.25);
}

TEST(Metrics, GivesEveryCounterAndStageANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Counter::kCount_); ++i) {
    names.insert(CounterName(static_cast<Counter>(i)));
  }
  for (int i = 0; i < static_cast<int>(Stage::kCount_); ++i) {
    names.insert(StageName(static_cast<Stage>(i)));
  }
  EXPECT_EQ(names.size(),
            static_cast<std::size_t>(Counter::kCount_) + static_cast<std::size_t>(Stage::kCount_));
}

TEST(StderrLogger, WritesOneLineWithFieldsAndQuotesWhatCouldBeMistaken) {
  ::testing::internal::CaptureStderr();
  {
    StderrLogger logger(LogLevel::kInfo);
    logger.Info("server_ready", {{"port", "50051"}, {"text", "a b=\"c\"\nd"}});
  }
  const std::string out = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(out.find(" INFO server_ready port=50051 text=\"a b=\\\"c\\\"\\nd\"\n"),
            std::string::npos)
      << out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
}

TEST(StderrLogger, DropsWhatIsBelowItsLevel) {
  ::testing::internal::CaptureStderr();
  {
    StderrLogger logger(LogLevel::kError);
    logger.Warn("ignored");
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(StderrLogger, WritesJsonLinesWhenAsked) {
  ::testing::internal::CaptureStderr();
  {
    StderrLogger logger(LogLevel::kInfo, /*json_lines=*/true);
    logger.Warn("low_disk", {{"free", "1"}});
  }
  const std::string out = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(out.find(R"("level":"WARNING","event":"low_disk","free":"1"})"), std::string::npos);
}

}  // namespace
}  // namespace facegate::core
