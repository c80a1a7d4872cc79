#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "support/base/temp_dir.h"
#include "unit/documents/shipped.h"

namespace facegate::documents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Numbered(std::string word, int number) { return word.append(std::to_string(number)); }

class PdfTest : public ::testing::Test {
 protected:
  std::string Write(const Paper& paper) {
    const auto pdf = RenderPdf(paper);
    EXPECT_TRUE(pdf.ok()) << pdf.status().ToString();
    const std::string file = directory_ / "paper.pdf";
    WriteFile(file, pdf.ok() ? *pdf : "");
    return file;
  }
  std::string TextOf(const Paper& paper) {
    return Output("pdftotext -layout " + Write(paper) + " -");
  }
  std::string InfoOf(const Paper& paper) { return Output("pdfinfo -isodates " + Write(paper)); }
  int PagesOf(const Paper& paper) {
    const std::string info = InfoOf(paper);
    return std::stoi(info.substr(info.find("Pages:") + 6));
  }

  static Paper PaperOf(Block block, Layout layout = Layout::kDocument) {
    Paper paper;
    paper.layout = layout;
    paper.language = "en";
    paper.title = "T";
    paper.author = "A";
    paper.dated = "2025-07-01";
    paper.footer = "F";
    paper.page_of = "Page {page} of {pages}";
    paper.to_be_written = "TO BE WRITTEN";
    paper.blocks.push_back(std::move(block));
    return paper;
  }

  testing::TempDir directory_;
};

TEST_F(PdfTest, HasTheWordsOfThePaperInBothLanguages) {
  FG_NEEDS_PROGRAM("pdftotext");
  for (const Language language : kLanguages) {
    for (const Kind kind : kKinds) {
      const Paper paper = ComposeExample(kind, language);
      const std::string text = Squeezed(TextOf(paper));
      for (const Block& block : paper.blocks) {
        if (const auto* heading = std::get_if<Heading>(&block)) {
          EXPECT_THAT(text, HasSubstr(Squeezed(heading->text))) << WordOf(kind);
        }
      }
    }
  }
  EXPECT_THAT(Squeezed(TextOf(ComposeExample(Kind::kSign, Language::kChinese))),
              HasSubstr("此处使用人脸识别"));
}

TEST_F(PdfTest, EmbedsEveryFontAndMapsItToLetters) {
  FG_NEEDS_PROGRAM("pdffonts");
  for (const Language language : kLanguages) {
    std::istringstream lines(Output("pdffonts " + Write(ComposeExample(Kind::kFiling, language))));
    std::string line;
    int fonts = 0;
    for (int number = 0; std::getline(lines, line); ++number) {
      if (number < 2) continue;  // the head
      ++fonts;
      // Name, type, encoding, then whether it is embedded, a subset, and has a map to Unicode.
      EXPECT_THAT(line, ::testing::ContainsRegex(" yes +yes +yes ")) << line;
      EXPECT_THAT(line, HasSubstr("NotoSans"));
    }
    EXPECT_GE(fonts, 2);
  }
}

// The grey levels of a page, as pdftoppm writes them.
struct Raster {
  int width = 0, height = 0;
  std::string grey;
  bool HasInk(double x0, double y0, double x1, double y1) const {
    for (int y = static_cast<int>(y0); y < std::min<int>(height, static_cast<int>(y1) + 1); ++y) {
      for (int x = static_cast<int>(x0); x < std::min<int>(width, static_cast<int>(x1) + 1); ++x) {
        if (static_cast<unsigned char>(grey[static_cast<std::size_t>(y * width + x)]) < 160) {
          return true;
        }
      }
    }
    return false;
  }
};

Raster ReadRaster(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string magic;
  Raster raster;
  int depth = 0;
  in >> magic >> raster.width >> raster.height >> depth;
  in.get();
  raster.grey.assign(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(raster.grey.size(), static_cast<std::size_t>(raster.width * raster.height)) << file;
  return raster;
}

// Every Chinese letter of the shipped forms and examples, each once.
std::set<std::string> ChineseLetters() {
  std::set<std::string> letters;
  for (const Kind kind : kKinds) {
    const std::string text = RenderText(ComposeExample(kind, Language::kChinese));
    for (std::size_t at = 0; at < text.size(); ++at) {
      const auto byte = static_cast<unsigned char>(text[at]);
      if (byte >= 0xE4 && byte <= 0xE9) letters.insert(text.substr(at, 3));
    }
  }
  return letters;
}

// cairo 1.16 dropped a letter from the page whose outline begins its hints late; see fonts.h.
TEST_F(PdfTest, DrawsEveryLetter) {
  FG_NEEDS_PROGRAM("pdftoppm");
  const std::set<std::string> letters = ChineseLetters();
  EXPECT_TRUE(letters.contains("如"));  // the one that showed it
  EXPECT_GT(letters.size(), 500u);
  Paper paper = PaperOf(Heading{2, "T"});
  paper.language = "zh-CN";
  for (const std::string& letter : letters) paper.blocks.emplace_back(Paragraph{letter});
  const std::string file = Write(paper);
  Output("pdftoppm -r 72 -gray " + file + " " + (directory_ / "page"));
  std::set<std::string> files;  // in the order of the pages
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    if (entry.path().extension() == ".pgm") files.insert(entry.path().string());
  }
  std::vector<Raster> pages;
  for (const std::string& each : files) pages.push_back(ReadRaster(each));
  const std::string boxes = Output("pdftotext -bbox " + file + " -");
  const std::string number = "=\"([0-9.]+)\"";
  const std::regex part("<page |<word xMin" + number + " yMin" + number + " xMax" + number +
                        " yMax" + number + ">([^<]*)<");
  std::set<std::string> drawn;
  int page = -1;
  for (std::sregex_iterator at(boxes.begin(), boxes.end(), part), end; at != end; ++at) {
    if ((*at)[0] == "<page ") {
      ++page;
    } else if (letters.contains((*at)[5]) &&
               pages.at(static_cast<std::size_t>(page))
                   .HasInk(std::stod((*at)[1]), std::stod((*at)[2]), std::stod((*at)[3]),
                           std::stod((*at)[4]))) {
      drawn.insert((*at)[5]);
    }
  }
  for (const std::string& letter : letters) EXPECT_TRUE(drawn.contains(letter)) << letter;
}

TEST_F(PdfTest, IsA4AndKnowsItsMetadataFromTheModelAlone) {
  FG_NEEDS_PROGRAM("pdfinfo");
  const std::string info = InfoOf(ComposeExample(Kind::kNotice, Language::kChinese));
  EXPECT_THAT(info, HasSubstr("A4"));
  EXPECT_THAT(info, HasSubstr("人脸信息处理告知书"));
  EXPECT_THAT(info, HasSubstr("示例物业服务有限公司"));
  EXPECT_THAT(info, ::testing::ContainsRegex("CreationDate: +2025-07-01T00:00:00Z"));
  EXPECT_THAT(info, ::testing::ContainsRegex("ModDate: +2025-07-01T00:00:00Z"));
  EXPECT_THAT(info, ::testing::ContainsRegex("Tagged: +yes"));
}

TEST_F(PdfTest, IsTheSameBytesForTheSamePaper) {
  for (const Kind kind : {Kind::kFiling, Kind::kSign}) {
    const Paper paper = ComposeExample(kind, Language::kChinese);
    const auto first = RenderPdf(paper), second = RenderPdf(paper);
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(*first, *second);
  }
}

TEST_F(PdfTest, PutsASignOnOnePage) {
  FG_NEEDS_PROGRAM("pdfinfo");
  for (const Language language : kLanguages) {
    EXPECT_EQ(PagesOf(ComposeExample(Kind::kSign, language)), 1);
  }
}

TEST_F(PdfTest, ShrinksASignOnlyToWhatCanBeRead) {
  FG_NEEDS_PROGRAM("pdfinfo");
  const auto sign_of = [](int repetitions) {
    std::string text;
    for (int i = 0; i < repetitions; ++i) text += "Words that somebody wants on the sign. ";
    return PaperOf(Paragraph{text}, Layout::kSign);
  };
  EXPECT_EQ(PagesOf(sign_of(30)), 1);
  EXPECT_EQ(RenderPdf(sign_of(200)).status().reason(), "SIGN_TOO_LONG");
}

TEST_F(PdfTest, HasACodeThatScannersRead) {
  FG_NEEDS_PROGRAM("pdftoppm");
  FG_NEEDS_PROGRAM("zbarimg");
  for (const Language language : kLanguages) {
    for (const Kind kind : {Kind::kSign, Kind::kLeaflet}) {
      const std::string file = Write(ComposeExample(kind, language));
      Output("pdftoppm -r 100 -png " + file + " " + (directory_ / "page"));
      EXPECT_EQ(Output("zbarimg --quiet --raw " + (directory_ / "page*.png")),
                "https://www.example.org/privacy/main-door\n");
      Output("rm " + (directory_ / "page*.png"));
    }
  }
}

TEST_F(PdfTest, NumbersItsPages) {
  FG_NEEDS_PROGRAM("pdftotext");
  const Paper paper = ComposeExample(Kind::kFiling, Language::kEnglish);
  const int pages = PagesOf(paper);
  EXPECT_GT(pages, 2);
  const std::string text = TextOf(paper);
  for (int page = 1; page <= pages; ++page) {
    EXPECT_THAT(text, HasSubstr(Numbered("Page ", page) + Numbered(" of ", pages)));
  }
}

TEST_F(PdfTest, RepeatsTheHeadOfATableOnEveryPage) {
  FG_NEEDS_PROGRAM("pdftotext");
  Table table{"Caption", {"Left column", "Right column"}, {1, 1}, {}};
  for (int i = 0; i < 150; ++i) table.rows.push_back({Numbered("row ", i), "x"});
  const Paper paper = PaperOf(table);
  const std::string text = TextOf(paper);
  int heads = 0;
  for (std::size_t at = 0; (at = text.find("Right column", at)) != std::string::npos; ++at) ++heads;
  EXPECT_EQ(heads, PagesOf(paper));
  EXPECT_GT(heads, 2);
  for (int i = 0; i < 150; ++i) EXPECT_THAT(text, HasSubstr(Numbered("row ", i) + " "));
}

TEST_F(PdfTest, CarriesWhatIsLongerThanAPageOn) {
  FG_NEEDS_PROGRAM("pdftotext");
  std::string words;
  for (int i = 0; i < 1500; ++i) words += Numbered("w", i) + " ";
  const Block blocks[] = {
      Paragraph{words},          Note{words},
      Unwritten{words},          BulletList{{words}},
      Facts{{{"label", words}}}, Table{"c", {"a", "b"}, {1, 3}, {{"x", words}}}};
  for (const Block& block : blocks) {
    const Paper paper = PaperOf(block);
    EXPECT_GT(PagesOf(paper), 1) << block.index();
    const std::string text = Output("pdftotext " + (directory_ / "paper.pdf") + " -");
    int missing = 0;
    for (int i = 0; i < 1500; ++i) {
      missing += text.find(Numbered("w", i)) == std::string::npos ? 1 : 0;
    }
    EXPECT_EQ(missing, 0) << block.index();
  }
}

TEST_F(PdfTest, ShowsMarkupAsTheLettersItIs) {
  FG_NEEDS_PROGRAM("pdftotext");
  EXPECT_THAT(TextOf(PaperOf(Paragraph{"<b>a</b> & {{b}}"})), HasSubstr("<b>a</b> & {{b}}"));
}

TEST_F(PdfTest, PutsNoHyphenIntoAHash) {
  FG_NEEDS_PROGRAM("pdftotext");
  const std::string hash(200, 'a');
  const std::string text = Squeezed(TextOf(PaperOf(Paragraph{hash})));
  EXPECT_THAT(text, HasSubstr(hash));
}

TEST_F(PdfTest, RefusesALetterThatNoFontHas) {
  const core::Status status = RenderPdf(PaperOf(Paragraph{"a \uE000 b"})).status();
  EXPECT_EQ(status.reason(), "GLYPH_MISSING");
  EXPECT_EQ(status.code(), core::Code::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("U+E000"));
  EXPECT_THAT(status.message(), Not(HasSubstr("a ")));  // nothing of the text itself
}

TEST_F(PdfTest, RefusesAPaperWithoutEnd) {
  Paper paper = PaperOf(Paragraph{"a"});
  for (int i = 0; i < 2100; ++i) {
    paper.blocks.emplace_back(NewPage{});
    paper.blocks.emplace_back(Paragraph{"a"});
  }
  EXPECT_EQ(RenderPdf(paper).status().reason(), "PAPER_TOO_LONG");
}

TEST_F(PdfTest, RefusesACodeThatDoesNotFit) {
  EXPECT_EQ(RenderPdf(PaperOf(QrCode{std::string(3000, 'a'), "c"})).status().reason(),
            "QR_TOO_LONG");
}

}  // namespace
}  // namespace facegate::documents
