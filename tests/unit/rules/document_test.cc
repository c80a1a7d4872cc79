#include "facegate/rules/document.h"

#include <gmock/gmock.h>

#include <fstream>

#include "support/base/temp_dir.h"

namespace facegate::rules {
namespace {

using ::testing::HasSubstr;

Document Parsed(std::string_view text) {
  auto document = Document::Parse("f", text, "BAD_THING");
  EXPECT_TRUE(document.ok()) << document.status().ToString();
  return *std::move(document);
}

TEST(Document, GivesEveryValueItsPlace) {
  const Document document = Parsed("a: 1\nb:\n  - x\n  - {c: yes}\n");
  const Node& root = document.root();
  ASSERT_TRUE(root.is_map());
  EXPECT_EQ(root.members()[0].position, (Position{1, 1}));
  EXPECT_EQ(root.Find("a")->position(), (Position{1, 4}));
  EXPECT_EQ(root.Find("b")->items()[0].position(), (Position{3, 5}));
  EXPECT_EQ(root.Find("b")->items()[1].Find("c")->position(), (Position{4, 9}));
  EXPECT_EQ(root.Find("none"), nullptr);
  EXPECT_EQ(root.Find("a")->Find("x"), nullptr);
}

TEST(Document, RefusesAKeyThatAppearsTwice) {
  const core::Status status = Document::Parse("f", "a: 1\nb: 2\na: 3\n", "BAD_THING").status();
  EXPECT_EQ(status.code(), core::Code::kInvalidArgument);
  EXPECT_EQ(status.reason(), "BAD_THING");
  EXPECT_EQ(status.message(), "f:3:1: key \"a\" appears twice");
}

TEST(Document, RefusesWhatIsNoYamlWithItsPlace) {
  const core::Status status = Document::Parse("f", "a: [1, 2\nb: 3\n", "BAD_THING").status();
  EXPECT_EQ(status.reason(), "BAD_THING");
  EXPECT_THAT(status.message(), ::testing::StartsWith("f:2:"));
}

TEST(Document, RefusesASecondDocument) {
  EXPECT_THAT(Document::Parse("f", "a: 1\n---\nb: 2\n", "BAD_THING").status().message(),
              HasSubstr("more than one document"));
  // Broken in a way that makes some parsers find empty documents without end.
  EXPECT_FALSE(Document::Parse("f", ",d: p\nversion: 1\njuri", "BAD_THING").ok());
}

TEST(Document, RefusesKeysThatAreNoWords) {
  EXPECT_THAT(Document::Parse("f", "[a]: 1\n", "BAD_THING").status().message(),
              HasSubstr("a key must be a single word"));
}

TEST(Document, BoundsDepthSizeAndAliases) {
  EXPECT_THAT(
      Document::Parse("f", std::string(40, '[') + std::string(40, ']'), "X").status().message(),
      HasSubstr("nested too deeply"));
  EXPECT_THAT(Document::Parse("f", std::string((4u << 20) + 1, ' '), "X").status().message(),
              HasSubstr("larger than 4 MiB"));
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string one = "*a" + std::to_string(i - 1) + ", ";
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + one + one + one + one +
            one + one + one + one + one + "x]\n";
  }
  EXPECT_THAT(Document::Parse("f", bomb, "X").status().message(), HasSubstr("too many values"));
}

TEST(Document, ExpandsAliasesAndRefusesOneInsideItself) {
  const Document document = Parsed("a: &x [1, 2]\nb: *x\n");
  EXPECT_EQ(document.root().Find("b")->items().size(), 2u);
  EXPECT_EQ(Document::Parse("f", "a: &x [1, *x]\n", "BAD_THING").status().message(),
            "f:1:11: an alias inside what it names");
}

TEST(Document, IsNothingForAnEmptyFile) {
  EXPECT_TRUE(Parsed("").root().is_null());
  EXPECT_TRUE(Parsed("# a comment\n").root().is_null());
}

TEST(Document, LoadsFilesAndSaysWhichItCannotRead) {
  facegate::testing::TempDir directory;
  std::ofstream(directory / "x.yaml") << "a: 1\n";
  EXPECT_TRUE(Document::Load(directory / "x.yaml", "X").ok());
  EXPECT_EQ(Document::Load(directory / "y.yaml", "X").status().code(), core::Code::kNotFound);
  EXPECT_EQ(Document::Load(directory.path(), "X").status().code(), core::Code::kNotFound);
}

TEST(Document, NamesTheNearestKnownKey) {
  const Document document = Parsed("workres: 2\n");
  EXPECT_EQ(document.CheckKeys(document.root(), {"workers", "batch_max"}).message(),
            "f:1:1: unknown key \"workres\" (did you mean \"workers\"?)");
  EXPECT_EQ(document.CheckKeys(document.root(), {"queue"}).message(),
            "f:1:1: unknown key \"workres\"");
  EXPECT_TRUE(document.CheckKeys(document.root(), {"workres"}).ok());
  EXPECT_EQ(document.CheckKeys(*document.root().Find("workres"), {"x"}).message(),
            "f:1:10: expected a mapping, found a single value");
}

TEST(Document, ReadsTypedValuesOrTellsWhy) {
  const Document document = Parsed(
      "i: 42\nn: 1.5\nt: true\ns: 'text'\nq: \"42\"\nl: [a, b]\nbig: 99999999999999999999\n"
      "inf: .inf\n");
  const auto at = [&](std::string_view key) -> const Node& { return *document.root().Find(key); };
  EXPECT_EQ(document.Int(at("i"), 0, 100).value(), 42);
  EXPECT_EQ(document.Int(at("i"), 0, 41).status().message(), "f:1:4: 42 is outside 0..41");
  EXPECT_EQ(document.Int(at("i"), 43, 50).status().message(), "f:1:4: 42 is outside 43..50");
  for (const char* key : {"n", "t", "s", "q", "l", "big"}) {
    EXPECT_THAT(document.Int(at(key), 0, 100).status().message(),
                HasSubstr("expected a whole number"));
  }
  EXPECT_EQ(document.Number(at("n"), 0, 2).value(), 1.5);
  EXPECT_EQ(document.Number(at("n"), 2, 3).status().message(), "f:2:4: 1.5 is outside 2..3");
  for (const char* key : {"t", "s", "q", "l", "inf"}) {
    EXPECT_THAT(document.Number(at(key), 0, 1e300).status().message(),
                HasSubstr("expected a number"));
  }
  EXPECT_TRUE(document.Bool(at("t")).value());
  EXPECT_THAT(document.Bool(at("i")).status().message(), HasSubstr("expected true or false"));
  EXPECT_EQ(document.String(at("s")).value(), "text");
  EXPECT_EQ(document.String(at("l")).status().message(), "f:6:4: expected a string, found a list");
  EXPECT_EQ(document.Strings(at("l")).value(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(document.Strings(at("i")).status().message(),
            "f:1:4: expected a list, found a single value");
  EXPECT_EQ(document.OneOf(at("s"), {"other", "text"}).value(), 1u);
  EXPECT_EQ(document.OneOf(at("s"), {"next", "else"}).status().message(),
            "f:4:4: \"text\" is not one of next else (did you mean \"next\"?)");
  EXPECT_EQ(document.Require(document.root(), "zzz").status().message(),
            "f:1:1: missing key \"zzz\"");
}

TEST(Document, FindsAPlaceInsideEveryKindOfScalar) {
  // The word "bad" is looked for in each.
  const Document document = Parsed(
      "plain: some bad word\n"
      "single: 'it''s a bad one'\n"
      "double: \"tab\\t bad\"\n"
      "folded: >-\n"
      "  first line\n"
      "  then bad\n"
      "literal: |\n"
      "    deep bad\n"
      "several: goes on\n"
      "  to bad\n"
      "list: [x, bad]\n");
  const auto place = [&](const Node& node) {
    return document.Within(node, node.text().find("bad"));
  };
  const auto at = [&](std::string_view key) -> const Node& { return *document.root().Find(key); };
  EXPECT_EQ(place(at("plain")), (Position{1, 13}));
  EXPECT_EQ(place(at("single")), (Position{2, 18}));
  EXPECT_EQ(place(at("double")), (Position{3, 16}));
  EXPECT_EQ(place(at("folded")), (Position{6, 8}));
  EXPECT_EQ(place(at("literal")), (Position{8, 10}));
  EXPECT_EQ(place(at("several")), (Position{10, 6}));
  EXPECT_EQ(place(at("list").items()[1]), (Position{11, 11}));
  EXPECT_EQ(document.Within(at("plain"), at("plain").text().size()), (Position{1, 21}));
}

TEST(Document, CountsPlacesAfterAByteOrderMark) {
  const Document document = Parsed(
      "\xEF\xBB\xBF"
      "a: b bad\n");
  const Node& node = *document.root().Find("a");
  EXPECT_EQ(document.Within(node, 2), (Position{1, 6}));
}

TEST(Nearest, PrefersTheSmallestChangeAndKnowsWhenNothingIsNear) {
  const std::string_view known[] = {"consent.status", "consent.scopes", "now"};
  EXPECT_EQ(Nearest("consent.satus", known), "consent.status");
  EXPECT_EQ(Nearest("consnet.scopes", known), "consent.scopes");
  EXPECT_EQ(Nearest("nwo", known), "now");
  EXPECT_EQ(Nearest("weather", known), std::nullopt);
  EXPECT_EQ(Nearest(std::string(500, 'x'), known), std::nullopt);
}

}  // namespace
}  // namespace facegate::rules
