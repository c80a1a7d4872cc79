// The forms as they are shipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "facegate/wording/wording.h"
#include "unit/documents/shipped.h"

namespace facegate::documents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ShippedForms, ComposeTheirExamples) {
  for (const Language language : kLanguages) {
    for (const Kind kind : kKinds) {
      const Paper paper = ComposeExample(kind, language);
      EXPECT_GT(paper.blocks.size(), 3u) << WordOf(kind);
      EXPECT_EQ(paper.language, language == Language::kEnglish ? "en" : "zh-CN");
      EXPECT_EQ(paper.dated.size(), 10u);
      EXPECT_FALSE(paper.author.empty());
    }
  }
}

// A form that says less in one language than in the other would be a gap nobody sees.
TEST(ShippedForms, SayTheSameInBothLanguages) {
  for (const Kind kind : kKinds) {
    for (const Language example : kLanguages) {
      std::vector<std::vector<std::size_t>> kinds;
      for (const Language language : kLanguages) {
        const auto paper = Shipped(language).Compose(kind, Example(kind, example));
        ASSERT_TRUE(paper.ok());
        std::vector<std::size_t>& blocks = kinds.emplace_back();
        for (const Block& block : paper->blocks) blocks.push_back(block.index());
      }
      EXPECT_EQ(kinds[0], kinds[1]) << WordOf(kind);
    }
  }
}

// On the papers that speak of law to those who must obey it; the others speak to the public.
TEST(ShippedForms, AreNoLegalAdviceAndSaySo) {
  const std::set<Kind> to_the_public{Kind::kSign, Kind::kNotice, Kind::kLeaflet, Kind::kReceipt};
  for (const Kind kind : kKinds) {
    const std::string english = RenderText(ComposeExample(kind, Language::kEnglish));
    const std::string chinese = RenderText(ComposeExample(kind, Language::kChinese));
    const bool says = !to_the_public.contains(kind);
    EXPECT_EQ(english.find("not legal advice") != std::string::npos, says) << WordOf(kind);
    EXPECT_EQ(chinese.find("不构成法律意见") != std::string::npos, says) << WordOf(kind);
  }
}

TEST(ShippedForms, SayNothingToThePublicThatTheWordListFinds) {
  const auto list = wording::Wordlist::Load(kFolder + "/wording.yaml");
  ASSERT_TRUE(list.ok());
  for (const Kind kind : {Kind::kSign, Kind::kNotice, Kind::kLeaflet, Kind::kReceipt}) {
    for (const Language language : kLanguages) {
      for (const wording::Finding& finding :
           list->Lint(RenderText(ComposeExample(kind, language)))) {
        ADD_FAILURE() << WordOf(kind) << " " << WordOf(language) << ": " << finding.phrase->id
                      << " " << finding.words;
      }
    }
  }
}

TEST(ShippedForms, MarkEachHeadThatNobodyWrote) {
  // The examples have one head of six written, and neither privacy nor bias.
  EXPECT_EQ(ComposeExample(Kind::kAssessment, Language::kEnglish).unwritten(), 7);
  // Besides those: necessity, security, and rules and procedures.
  EXPECT_EQ(ComposeExample(Kind::kFiling, Language::kEnglish).unwritten(), 10);
  EXPECT_THAT(RenderText(ComposeExample(Kind::kAssessment, Language::kChinese)),
              HasSubstr("[须由人工撰写: 逐条写明允许处理的法律依据。"));
}

TEST(ShippedForms, CarryTheSignsFiveFieldsAndTheOtherWaysIn) {
  const std::string text = RenderText(ComposeExample(Kind::kSign, Language::kEnglish));
  for (const char* said :
       {"Example Hall Ltd", "Opening the main door", "withdraw at any time", "at most 30 days",
        "privacy@example.org", "badge at the reader, code at the keypad, staffed desk",
        "A face that matches nobody is deleted at once",
        "https://www.example.org/privacy/main-door"}) {
    EXPECT_THAT(text, HasSubstr(said));
  }
}

TEST(ShippedForms, SayOfOneToOneThatNobodyElseIsLookedAt) {
  core::Json model = Example(Kind::kSign, Language::kEnglish);
  model.Set("use", "verify");
  const std::string text = RenderText(*Shipped(Language::kEnglish).Compose(Kind::kSign, model));
  EXPECT_THAT(text, HasSubstr("Nobody who passes by is recognised"));
  EXPECT_THAT(text, Not(HasSubstr("matches nobody")));
}

TEST(ShippedForms, ListEveryExemptionWithLawCountAndPeriod) {
  const std::string text = RenderText(ComposeExample(Kind::kTransparency, Language::kEnglish));
  for (const char* said :
       {"2025-07-01 to 2025-09-30", "search for a victim of crime or a missing person",
        "Example Act on Missing Persons, section 12", "Uses: 5", "30112–30114, 30140, 30177",
        "Example Act on Assemblies, section 3", "Uses: 0"}) {
    EXPECT_THAT(text, HasSubstr(said));
  }
  core::Json none = Example(Kind::kTransparency, Language::kEnglish);
  none.Set("exemptions", core::Json::MakeArray());
  EXPECT_THAT(RenderText(*Shipped(Language::kEnglish).Compose(Kind::kTransparency, none)),
              HasSubstr("No exemption was in force"));
}

TEST(ShippedForms, ListTheDocumentsOfAFilingWithTheirState) {
  const std::string text = RenderText(ComposeExample(Kind::kFiling, Language::kEnglish));
  EXPECT_THAT(text, HasSubstr("* Document: Basic facts of the handler\n  State: complete"));
  EXPECT_THAT(text, HasSubstr("* Document: Statement of necessity\n"
                              "  State: to be completed by people"));
  EXPECT_THAT(text, HasSubstr("* Document: Stored count and security measures\n"
                              "  State: not required here"));
  EXPECT_THAT(text, HasSubstr("6. Effect on people's rights"));  // the assessment is inside
}

TEST(ShippedForms, ComposeAStructAsTheyComposeItsJson) {
  const core::Json json = Example(Kind::kNotice, Language::kEnglish);
  const auto from_struct = Shipped(Language::kEnglish).Compose(*FromJson<NoticeModel>(json));
  ASSERT_TRUE(from_struct.ok());
  EXPECT_EQ(RenderText(*from_struct),
            RenderText(ComposeExample(Kind::kNotice, Language::kEnglish)));
  EXPECT_EQ(Shipped(Language::kEnglish).Compose(NoticeModel{}).status().reason(),
            "BAD_DOCUMENT_MODEL");
}

TEST(DocumentsReference, HasTheMembersOfEveryModel) {
  const std::string page = FileText(std::string(FACEGATE_SOURCE_DIR) + "/docs/DOCUMENTS.md");
  EXPECT_THAT(page, HasSubstr(ModelTables())) << "print them with: facegate docs fields";
}

}  // namespace
}  // namespace facegate::documents
