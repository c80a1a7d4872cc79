#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "documents/qr.h"
#include "support/base/temp_dir.h"
#include "unit/documents/shipped.h"

namespace facegate::documents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Html(const Paper& paper) {
  const auto html = RenderHtml(paper, FileText(kFolder + "/style.css"));
  EXPECT_TRUE(html.ok()) << html.status().ToString();
  return html.ok() ? *html : "";
}

Paper PaperOf(Block block) {
  Paper paper;
  paper.language = "en";
  paper.title = "T";
  paper.blocks.push_back(std::move(block));
  return paper;
}

TEST(Html, IsWellFormed) {
  FG_NEEDS_PROGRAM("python3");
  testing::TempDir directory;
  std::string files, expected;
  for (const Language language : kLanguages) {
    for (const Kind kind : kKinds) {
      const std::string file = directory / std::string(WordOf(kind)).append(WordOf(language));
      WriteFile(file, Html(ComposeExample(kind, language)));
      files.append(" ").append(file);
      expected.append("html\n");
    }
  }
  EXPECT_EQ(Output("python3 -c 'import sys, xml.dom.minidom as dom\n"
                   "for file in sys.argv[1:]: print(dom.parse(file).documentElement.tagName)'" +
                   files),
            expected);
}

TEST(Html, NeedsNothingFromOutsideAndRunsNothing) {
  for (const Kind kind : kKinds) {
    const std::string html = Html(ComposeExample(kind, Language::kEnglish));
    for (const char* mark :
         {"<script", "src=", "href=", "url(", "@import", "<link", "<iframe", "onload", "onclick"}) {
      EXPECT_THAT(html, Not(HasSubstr(mark))) << WordOf(kind);
    }
    EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  }
}

TEST(Html, SaysItsLanguageTitleAndDate) {
  const std::string html = Html(ComposeExample(Kind::kNotice, Language::kChinese));
  EXPECT_THAT(html, HasSubstr("<html lang=\"zh-CN\">"));
  EXPECT_THAT(html, HasSubstr("<title>人脸信息处理告知书：为同意的住户打开大门</title>"));
  EXPECT_THAT(html, HasSubstr("<meta name=\"date\" content=\"2025-07-01\" />"));
}

TEST(Html, HasOneTitleAndSkipsNoLevelOfHeadings) {
  const std::regex heading("<h([1-6])>");
  for (const Kind kind : kKinds) {
    const std::string html = Html(ComposeExample(kind, Language::kEnglish));
    int before = 0, titles = 0;
    for (std::sregex_iterator at(html.begin(), html.end(), heading), end; at != end; ++at) {
      const int level = std::stoi((*at)[1]);
      titles += level == 1 ? 1 : 0;
      EXPECT_LE(level, before + 1) << WordOf(kind);
      before = level;
    }
    EXPECT_EQ(titles, 1) << WordOf(kind);
  }
}

TEST(Html, TellsWhatACellBelongsTo) {
  const std::string html = Html(PaperOf(Table{"C & D", {"A", "B"}, {1, 3}, {{"1", "2"}}}));
  EXPECT_THAT(html, HasSubstr("<caption>C &amp; D</caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\">A</th>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">1</th>"));
  EXPECT_THAT(html, HasSubstr("<td>2</td>"));
  EXPECT_THAT(html, HasSubstr("width:75%"));
}

TEST(Html, EscapesWhatStandsInAModel) {
  const std::string evil = "<script>alert('x')</script> & \"{{controller}}\"";
  const std::string safe =
      "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;{{controller}}&quot;";
  core::Json model = Example(Kind::kSign, Language::kEnglish);
  for (const char* member : {"controller", "purpose", "contact", "place", "retention"}) {
    model.Set(member, evil);
  }
  model.Set("alternatives", core::Json::Array{evil});
  const std::string html = Html(*Shipped(Language::kEnglish).Compose(Kind::kSign, model));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("<dd>" + safe + "</dd>"));
  EXPECT_THAT(html, HasSubstr("<title>Face recognition: " + safe + "</title>"));
  EXPECT_THAT(html, HasSubstr("name=\"author\" content=\"" + safe + "\""));
}

TEST(Html, EscapesInEveryBlock) {
  const std::string x = "<i>";
  const Block blocks[] = {Heading{2, x},
                          Paragraph{x},
                          Note{x},
                          Unwritten{x},
                          BulletList{{x}},
                          Facts{{{x, x}}},
                          Table{x, {x}, {1}, {{x}}},
                          QrCode{x, x},
                          Signature{{x}},
                          Banner{x, x}};
  for (const Block& block : blocks) {
    Paper paper = PaperOf(block);
    paper.footer = paper.to_be_written = paper.language = x;
    EXPECT_THAT(Html(paper), Not(HasSubstr(x))) << block.index();
    EXPECT_THAT(Html(paper), HasSubstr("&lt;i&gt;")) << block.index();
  }
}

TEST(Html, KeepsLineEnds) {
  EXPECT_THAT(Html(PaperOf(Paragraph{"a\nb"})), HasSubstr("<p>a<br />b</p>"));
}

TEST(Html, DrawsTheCodeWithItsQuietZone) {
  const std::string url = "https://www.example.org/a";
  const QrGrid grid = *EncodeQr(url);
  const std::string html = Html(PaperOf(QrCode{url, "c"}));
  const std::string side = std::to_string(grid.size + 8);
  EXPECT_THAT(html, HasSubstr("viewBox=\"0 0 " + side + " " + side + "\""));
  QrGrid drawn{grid.size, std::vector<bool>(grid.black.size(), false)};
  const std::regex module("M([0-9]+) ([0-9]+)h1v1h-1z");
  for (std::sregex_iterator at(html.begin(), html.end(), module), end; at != end; ++at) {
    const int column = std::stoi((*at)[1]) - 4, row = std::stoi((*at)[2]) - 4;
    drawn.black.at(static_cast<std::size_t>(row * grid.size + column)) = true;
  }
  EXPECT_EQ(drawn.black, grid.black);
}

TEST(Html, RefusesAStylesheetThatReachesOut) {
  for (const char* css : {"a{background:url(x)}", "@import 'x';", "</style><script>", "a{b:\\75rl}",
                          "a::before{content:'&'}"}) {
    EXPECT_EQ(RenderHtml(PaperOf(Paragraph{"a"}), css).status().reason(), "BAD_STYLESHEET") << css;
  }
}

TEST(Html, RefusesACodeThatDoesNotFit) {
  EXPECT_EQ(RenderHtml(PaperOf(QrCode{std::string(3000, 'a'), "c"}), "").status().reason(),
            "QR_TOO_LONG");
  EXPECT_EQ(RenderHtml(PaperOf(QrCode{"", "c"}), "").status().reason(), "QR_TOO_LONG");
}

}  // namespace
}  // namespace facegate::documents
