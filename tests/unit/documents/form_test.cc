#include "documents/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/base/temp_dir.h"
#include "unit/documents/shipped.h"

namespace facegate::documents {
namespace {

using core::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kHead[] =
    "layout: document\ntitle: T\nauthor: A\nfooter: F\nadvice: false\nblocks:\n";

class FormTest : public ::testing::Test {
 protected:
  FormTest() : words_(*WordsFile::Load(kFolder + "/en/words.yaml")) {}

  core::Result<Form> Load(const std::string& blocks, Kind kind = Kind::kCompliance) {
    WriteFile(directory_ / "f.yaml", kHead + blocks);
    return Form::Load(directory_.path(), "f", ShapeOf(kind), words_);
  }

  // What is wrong with a form, from the file's name on.
  std::string Mistake(const std::string& blocks, Kind kind = Kind::kCompliance) {
    const core::Status status = Load(blocks, kind).status();
    EXPECT_EQ(status.reason(), "BAD_DOCUMENT_FORM") << blocks;
    const std::string& message = status.message();
    return message.substr(std::min(message.size(), directory_.path().size() + 1));
  }

  std::vector<Block> Fill(const std::string& blocks, const Json& model,
                          Kind kind = Kind::kCompliance) {
    const core::Result<Form> form = Load(blocks, kind);
    EXPECT_TRUE(form.ok()) << form.status().ToString();
    if (!form.ok()) return {};
    std::vector<Block> filled = form->Fill(model).blocks;
    filled.erase(filled.begin());  // the title
    return filled;
  }

  std::string FillText(const std::string& text, const Json& model, Kind kind = Kind::kCompliance) {
    const std::vector<Block> blocks = Fill("  - text: '" + text + "'\n", model, kind);
    return blocks.size() == 1 ? std::get<Paragraph>(blocks[0]).text : "";
  }

  Json Compliance() { return Example(Kind::kCompliance, Language::kEnglish); }

  testing::TempDir directory_;
  WordsFile words_;
};

TEST_F(FormTest, NamesAnUnknownPlaceholderAndItsPlace) {
  EXPECT_EQ(Mistake("  - text: \"By {{controler}}.\"\n"),
            "f.yaml:7:15: unknown placeholder \"controler\" (did you mean \"controller\"?)");
  EXPECT_EQ(Mistake("  - text: |\n      One\n      {{ period.form }}\n"),
            "f.yaml:9:7: unknown placeholder \"period.form\" (did you mean \"from\"?)");
  EXPECT_THAT(Mistake("  - heading: \"{{}}\"\n"), HasSubstr("unknown placeholder \"\""));
  EXPECT_THAT(Mistake("  - heading: \"{{site.name}}\"\n"), HasSubstr("unknown placeholder"));
}

TEST_F(FormTest, NamesAPlaceholderThatIsNoSingleValue) {
  EXPECT_THAT(Mistake("  - text: \"{{period}}\"\n"), HasSubstr("is no single value"));
  EXPECT_THAT(Mistake("  - text: \"{{rules}}\"\n"), HasSubstr("is no single value"));
  EXPECT_THAT(Mistake("  - text: \"{{rules.id}}\"\n"), HasSubstr("unknown placeholder"));
  EXPECT_THAT(Mistake("  - text: \"{{site\"\n"), HasSubstr("f.yaml:7:12: \"{{\" is not closed"));
  EXPECT_THAT(Mistake("  - text: \"{{it.id}}\"\n"), HasSubstr("this is no repetition"));
  EXPECT_THAT(Mistake("  - text: \"{{site|none}}\"\n"), HasSubstr("is always there"));
}

TEST_F(FormTest, NamesABlockThatIsNone) {
  EXPECT_EQ(Mistake("  - paragraf: a\n"), "f.yaml:7:5: unknown block \"paragraf\"");
  EXPECT_EQ(Mistake("  - headin: a\n"),
            "f.yaml:7:5: unknown block \"headin\" (did you mean \"heading\"?)");
  EXPECT_THAT(Mistake("  - text: a\n    colour: red\n"), HasSubstr("f.yaml:8:5: unknown key"));
  EXPECT_THAT(Mistake("  - just words\n"), HasSubstr("f.yaml:7:5: expected a block"));
}

TEST_F(FormTest, NamesWhatABlockCannotBeMadeFrom) {
  const std::pair<const char*, const char*> cases[] = {
      {"  - table: site\n    caption: c\n    columns: {a: b}\n", "is no list"},
      {"  - table: rules\n    caption: c\n    columns: {}\n", "without columns"},
      {"  - table: rules\n    caption: c\n    columns: {a: b}\n    widths: [1, 2]\n",
       "one width for each column"},
      {"  - table: duties\n    caption: c\n    columns: {a: b}\n", "missing key \"empty\""},
      {"  - table: rules\n    columns: {a: b}\n", "missing key \"caption\""},
      {"  - list: exposure\n", "missing key \"item\""},
      {"  - written: site\n    guidance: g\n", "is no text that may be absent"},
      {"  - qr: site\n    caption: c\n", "expected a web address"},
      {"  - if: site\n    then: []\n", "is always there"},
      {"  - if: site\n    is: x\n    then: []\n", "is no word"},
      {"  - if: exposure\n", "missing key \"then\""},
      {"  - each: rules\n    do:\n      - if: it.state\n        is: mett\n        then: []\n",
       "did you mean \"met\"?"},
      {"  - include: f\n    with: site\n", "is no object"},
      {"  - include: ../f\n    with: period\n", "is no name of a form"},
  };
  for (const auto& [blocks, what] : cases) EXPECT_THAT(Mistake(blocks), HasSubstr(what)) << blocks;
}

TEST_F(FormTest, DoesNotIncludeItselfForEver) {
  EXPECT_THAT(Mistake("  - include: f\n    with: figures\n", Kind::kTransparency),
              HasSubstr("unknown placeholder"));
  WriteFile(directory_ / "g.yaml", std::string(kHead) + "  - text: \"{{from}}\"\n");
  EXPECT_THAT(Fill("  - include: g\n    with: period\n", Compliance()).size(), 1u);
}

TEST_F(FormTest, FillsWhatTheModelHas) {
  EXPECT_EQ(FillText("{{site}} from {{ period.from }}", Compliance()),
            "Example Hall from 2025-07-01");
}

TEST_F(FormTest, NeverReadsAValueAgain) {
  Json model = Compliance();
  model.Set("site", "{{controller}}");
  EXPECT_EQ(FillText("{{site}}", model), "{{controller}}");
}

TEST_F(FormTest, SaysWhereNothingIs) {
  Json duties = Example(Kind::kDuties, Language::kEnglish);
  EXPECT_EQ(FillText("{{site}}", duties, Kind::kDuties), "Example Hall");
  duties.Set("site", Json());
  Json without = Json::MakeObject();
  for (const auto& [name, value] : duties.AsObject()) {
    if (!value.is_null()) without.Set(name, value);
  }
  EXPECT_EQ(FillText("{{site}}", without, Kind::kDuties), "not stated");
  EXPECT_EQ(FillText("{{ site | all sites }}", without, Kind::kDuties), "all sites");
  EXPECT_EQ(FillText("{{site|all}}", Example(Kind::kDuties, Language::kEnglish), Kind::kDuties),
            "Example Hall");
}

TEST_F(FormTest, JoinsListsAndTellsRecordsAsRanges) {
  Json model = Compliance();
  EXPECT_EQ(FillText("{{exposure}}", model), "Personal Information Protection Law, article 66");
  const auto lines = [&](const char* records) {
    Json rule = model.Find("rules")->AsArray()[0];
    rule.Set("records", *Json::Parse(records));
    model.Set("rules", Json::Array{rule});
    const auto blocks = Fill("  - list: rules\n    item: \"{{it.records}}\"\n", model);
    return std::get<BulletList>(blocks.at(0)).items.at(0);
  };
  EXPECT_EQ(lines("[8, 15, 16, 17, 18, 40]"), "8, 15–18, 40");
  EXPECT_EQ(lines("[8, 9, 11]"), "8, 9, 11");
  EXPECT_EQ(lines("[]"), "none");
}

TEST_F(FormTest, SaysAWordInTheLanguageOfTheForm) {
  const auto blocks = Fill("  - list: rules\n    item: \"{{it.id}} {{it.state}}\"\n", Compliance());
  EXPECT_EQ(std::get<BulletList>(blocks.at(0)).items.at(2), "cn25.a13.public-place NOT MET");
}

TEST_F(FormTest, BranchesOnWhatIsThereAndOnWords) {
  const std::string blocks =
      "  - if: exposure\n    then:\n      - text: some\n    else:\n      - text: none\n"
      "  - each: rules\n    do:\n      - if: it.state\n        is: unmet\n        then:\n"
      "          - text: \"{{it.id}}\"\n";
  Json model = Compliance();
  std::vector<Block> filled = Fill(blocks, model);
  ASSERT_EQ(filled.size(), 2u);
  EXPECT_EQ(std::get<Paragraph>(filled[0]).text, "some");
  EXPECT_EQ(std::get<Paragraph>(filled[1]).text, "cn25.a13.public-place");
  model.Set("exposure", Json::MakeArray());
  filled = Fill(blocks, model);
  EXPECT_EQ(std::get<Paragraph>(filled.at(0)).text, "none");
}

TEST_F(FormTest, MarksWhatPeopleHaveYetToWrite) {
  const std::string blocks = "  - written: bias\n    guidance: \"Think of {{site}}.\"\n";
  Json model = Example(Kind::kAssessment, Language::kEnglish);
  EXPECT_EQ(std::get<Unwritten>(Fill(blocks, model, Kind::kAssessment).at(0)).guidance,
            "Think of Example Hall.");
  model.Set("bias", "None found.");
  EXPECT_EQ(std::get<Paragraph>(Fill(blocks, model, Kind::kAssessment).at(0)).text, "None found.");
}

TEST_F(FormTest, SaysWhatAnEmptyTableMeans) {
  Json model = Example(Kind::kTransparency, Language::kEnglish);
  model.Set("exemptions", Json::MakeArray());
  const auto blocks = Fill(
      "  - table: exemptions\n    caption: c\n    columns: {a: \"{{it.kind}}\"}\n    empty: "
      "None.\n",
      model, Kind::kTransparency);
  EXPECT_EQ(std::get<Paragraph>(blocks.at(0)).text, "None.");
}

TEST_F(FormTest, PutsTheHeadingsOfAnIncludedFormOneLevelDown) {
  WriteFile(directory_ / "g.yaml", std::string(kHead) + "  - heading: h\n  - subheading: s\n");
  const auto blocks = Fill("  - heading: h\n  - include: g\n    with: period\n", Compliance());
  std::vector<int> levels;
  for (const Block& block : blocks) levels.push_back(std::get<Heading>(block).level);
  EXPECT_THAT(levels, ElementsAre(2, 3, 4));
}

TEST_F(FormTest, NeedsEveryWordOfEveryEnum) {
  std::string text = FileText(kFolder + "/en/words.yaml");
  const std::size_t at = text.find("    unmet: NOT MET\n");
  ASSERT_NE(at, std::string::npos);
  WriteFile(directory_ / "words.yaml", text.erase(at, std::string("    unmet: NOT MET\n").size()));
  const core::Status status = WordsFile::Load(directory_ / "words.yaml").status();
  EXPECT_EQ(status.reason(), "BAD_DOCUMENT_FORM");
  EXPECT_THAT(status.message(), HasSubstr("missing key \"unmet\""));
}

}  // namespace
}  // namespace facegate::documents
