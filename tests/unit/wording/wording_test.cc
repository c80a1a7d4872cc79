#include "facegate/wording/wording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace facegate::wording {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Wordlist& Shipped() {
  static const Wordlist list = [] {
    auto loaded =
        Wordlist::Load(std::string(FACEGATE_SOURCE_DIR) + "/config/documents/wording.yaml");
    EXPECT_TRUE(loaded.ok()) << loaded.status().ToString();
    return *std::move(loaded);
  }();
  return list;
}

std::vector<std::string> Ids(const Wordlist& list, std::string_view text) {
  std::vector<std::string> ids;
  for (const Finding& finding : list.Lint(text)) ids.push_back(finding.phrase->id);
  return ids;
}

// A list of one phrase.
core::Result<Wordlist> One(const std::string& pattern, const std::string& more = "") {
  return Wordlist::Parse("w.yaml", "phrases:\n  - id: a\n    language: en\n    kind: pressure\n" +
                                       std::string("    pattern: '") + pattern + "'\n" + more +
                                       "    why: b\n    suggestion: c\n    flags: [d]\n" +
                                       "    passes: [e]\n");
}

bool Finds(const std::string& pattern, std::string_view text) {
  const core::Result<Wordlist> list = One(pattern);
  EXPECT_TRUE(list.ok()) << list.status().ToString();
  return list.ok() && !list->Lint(text).empty();
}

TEST(ShippedWording, FindsWhatEachPhraseFlags) {
  for (const Phrase* phrase : Shipped().phrases()) {
    for (const std::string& sentence : phrase->flags) {
      EXPECT_THAT(Ids(Shipped(), sentence), ::testing::Contains(phrase->id)) << sentence;
    }
  }
}

// Nothing at all, so that no phrase complains of another's fair words.
TEST(ShippedWording, FindsNothingInWhatEachPhrasePasses) {
  for (const Phrase* phrase : Shipped().phrases()) {
    for (const std::string& sentence : phrase->passes) {
      EXPECT_THAT(Ids(Shipped(), sentence), IsEmpty()) << phrase->id << ": " << sentence;
    }
  }
}

TEST(ShippedWording, FindsNothingInItsOwnSuggestions) {
  for (const Phrase* phrase : Shipped().phrases()) {
    EXPECT_THAT(Ids(Shipped(), phrase->suggestion), IsEmpty()) << phrase->id;
  }
}

TEST(ShippedWording, HasEveryKindInBothLanguages) {
  std::set<std::pair<Language, Kind>> seen;
  for (const Phrase* phrase : Shipped().phrases()) {
    seen.insert({phrase->language, phrase->kind});
    EXPECT_TRUE(phrase->id.starts_with(std::string(LanguageWord(phrase->language)) + "." +
                                       std::string(KindWord(phrase->kind)) + "."))
        << phrase->id;
  }
  EXPECT_EQ(seen.size(), 6u);
}

TEST(ShippedWording, FindsWhatTheLawNames) {
  EXPECT_THAT(Ids(Shipped(), "By entering you agree."), ElementsAre("en.bundled.entering"));
  EXPECT_THAT(Ids(Shipped(), "It is required by law."),
              ElementsAre("en.misleading.required-by-law"));
  EXPECT_THAT(Ids(Shipped(), "or you will be refused"), ElementsAre("en.pressure.or-refused"));
  EXPECT_THAT(Ids(Shipped(), "otherwise no service"), ElementsAre("en.pressure.no-service"));
  EXPECT_THAT(Ids(Shipped(), "否则不提供服务"), ElementsAre("zh.pressure.otherwise"));
  EXPECT_THAT(Ids(Shipped(), "进入即视为同意"),
              ElementsAre("zh.bundled.entering", "zh.bundled.default"));
}

TEST(Wordlist, TellsLineAndColumnInCharacters) {
  const std::vector<Finding> findings =
      Shipped().Lint("欢迎光临。\n您好，本处为匿名采集。\nFine, but it is anonymous.");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].line, 2);
  EXPECT_EQ(findings[0].column, 7);
  EXPECT_EQ(findings[0].words, "匿名");
  EXPECT_EQ(findings[1].line, 3);
  EXPECT_EQ(findings[1].column, 17);
  EXPECT_EQ(findings[1].words, "anonymous");
}

// Far longer than any notice, and patience, so that a slow machine does not fail it.
TEST(Wordlist, TakesNoTimeThatAnybodyWouldNotice) {
  std::string text;
  while (text.size() < 64 * 1024) {
    text +=
        "You may enter with your card; if you refuse the camera nothing changes. 您可以刷卡。\n";
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(Shipped().Lint(text), IsEmpty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
}

TEST(Wordlist, LooksForOneLanguageWhereAsked) {
  const std::string text = "Anonymous. 匿名。";
  EXPECT_EQ(Shipped().Lint(text).size(), 2u);
  EXPECT_EQ(Shipped().Lint(text, Language::kChinese).size(), 1u);
}

TEST(Wordlist, FindsEveryPlace) {
  EXPECT_EQ(Shipped().Lint("anonymous. It is anonymous! Anonymous?").size(), 3u);
}

TEST(Wordlist, ExcusesWithinTheSentenceOnly) {
  const auto list = One("required by law", "    unless: ['art. #']\n");
  ASSERT_TRUE(list.ok());
  EXPECT_THAT(list->Lint("It is required by law (Art. 6)."), IsEmpty());
  EXPECT_EQ(list->Lint("It is required by law. See Art. 6 for more.").size(), 1u);
  EXPECT_EQ(list->Lint("See Art. 6.\n\nIt is required by law").size(), 1u);
}

TEST(Pattern, SeesThroughCaseSpaceAndWidth) {
  EXPECT_TRUE(Finds("no service", "NO\n  Service"));
  EXPECT_TRUE(Finds("no service", "ｎｏ　ｓｅｒｖｉｃｅ"));
  EXPECT_TRUE(Finds("no service", "no ser\u200Bvi\u00ADce"));
  EXPECT_TRUE(Finds("don''t", "don’t"));
  EXPECT_TRUE(Finds("人脸识别", "人 脸\n识别"));
}

TEST(Pattern, FindsWholeWordsOnly) {
  EXPECT_FALSE(Finds("fine", "define"));
  EXPECT_FALSE(Finds("fine", "finest"));
  EXPECT_TRUE(Finds("fine", "(fine)"));
}

TEST(Pattern, JumpsAGapWithinTheSentence) {
  EXPECT_TRUE(Finds("by entering .. agree", "By entering this building you agree"));
  EXPECT_TRUE(Finds("by entering .. agree", "by entering agree"));
  EXPECT_FALSE(Finds("by entering .. agree", "By entering you are in. We agree."));
  EXPECT_FALSE(Finds("by entering .. agree", "By entering " + std::string(80, 'x') + " agree"));
  EXPECT_FALSE(Finds("by entering .. agree", "by entering:\n- one\n- agree"));
}

TEST(Pattern, TakesTheLongestAlternative) {
  const auto list = One("no (face|face scan)");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->Lint("no face scan").at(0).words, "no face scan");
}

TEST(Pattern, TakesAlternativesWithinAlternatives) {
  const std::string pattern = "(cannot (be |)(lost|stolen)|is safe)";
  for (const char* text : {"cannot be lost", "cannot be stolen", "cannot lost", "is safe"}) {
    EXPECT_TRUE(Finds(pattern, text)) << text;
  }
  EXPECT_FALSE(Finds(pattern, "cannot be safe"));
}

TEST(Pattern, KnowsNumbersInBothScripts) {
  EXPECT_TRUE(Finds("第#条", "第十二条"));
  EXPECT_TRUE(Finds("第#条", "第 12 条"));
  EXPECT_FALSE(Finds("第#条", "第条"));
}

TEST(Pattern, MatchesNothingInWhatIsNoUtf8) {
  EXPECT_FALSE(Finds("no", "\xff\xfe\x80"));
  EXPECT_TRUE(Finds("no", "\xff no \xc3"));
}

TEST(Wordlist, SaysWhatIsWrongAndWhere) {
  const auto message = [](const core::Result<Wordlist>& list) {
    EXPECT_EQ(list.status().reason(), "BAD_WORDING");
    return list.status().message();
  };
  EXPECT_THAT(message(One("a (b")), HasSubstr("w.yaml:5:14: pattern: \"(\" is not closed"));
  EXPECT_THAT(message(One("a | b")), HasSubstr("outside of alternatives"));
  EXPECT_THAT(message(One("a) b")), HasSubstr("\")\" closes nothing"));
  EXPECT_THAT(message(One("(((((a)))))")), HasSubstr("nested too deeply"));
  EXPECT_THAT(message(One("..")), HasSubstr("nothing stands beside a gap"));
  EXPECT_THAT(
      message(One("(1|2|3|4|5|6|7|8)(1|2|3|4|5|6|7|8)(1|2|3|4|5|6|7|8)(1|2|3|4|5|6|7|8)(1|2)")),
      HasSubstr("too many alternatives"));
  EXPECT_THAT(message(One("a", "    colour: red\n")), HasSubstr("w.yaml:6:5: unknown key"));
  EXPECT_THAT(message(Wordlist::Parse("w.yaml", "phrases:\n  - id: a\n")),
              HasSubstr("w.yaml:2:5: missing key \"language\""));
  EXPECT_EQ(Wordlist::Load("/nowhere/w.yaml").status().code(), core::Code::kNotFound);
}

TEST(WordingLanguage, IsTheFirstPartOfATag) {
  EXPECT_EQ(LanguageFromTag("zh-CN"), Language::kChinese);
  EXPECT_EQ(LanguageFromTag("en"), Language::kEnglish);
  EXPECT_EQ(LanguageFromTag("de"), std::nullopt);
}

}  // namespace
}  // namespace facegate::wording
