// The generated pages say what the packs say, whatever packs there are.
#include "facegate/rules/pack_docs.h"

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "facegate/rules/vectors.h"
#include "support/base/temp_dir.h"
#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

const std::string kPolicies = kConfig + "/policies";
const std::string kDocs = std::string(FACEGATE_SOURCE_DIR) + "/docs/";

std::string FileText(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::shared_ptr<const Vocabulary> Shipped() {
  return Vocabulary::Load(kPolicies + "/vocabulary.yaml").value();
}

TEST(InputsPage, IsTheOneInTheRepository) {
  EXPECT_TRUE(FileText(kDocs + "INPUTS.md") == InputsPage(*Shipped()))
      << "run: facegate policy doc inputs --out docs/INPUTS.md";
}

TEST(CompliancePage, IsTheOneInTheRepository) {
  const auto page = CompliancePage(Shipped(), kPolicies, MainlandCalendar());
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  EXPECT_TRUE(FileText(kDocs + "COMPLIANCE.md") == *page)
      << "run: facegate policy doc compliance --out docs/COMPLIANCE.md";
}

TEST(InputsPage, SaysWhichInputsAreAsserted) {
  const auto vocabulary = Vocabulary::Parse("v", R"(inputs:
  said: {type: bool, source: the caller, asserted: true}
  kind: {type: enum, values: [x, y], stage: candidate, source: "a|b"}
)");
  ASSERT_TRUE(vocabulary.ok());
  const std::string page = InputsPage(**vocabulary);
  EXPECT_THAT(page, HasSubstr("| `said` | bool | request | the caller (*asserted*) |\n"));
  EXPECT_THAT(page, HasSubstr("| `kind` | enum: x, y | candidate | a\\|b |\n"));
}

TEST(CompliancePage, TellsAllThatARuleSays) {
  facegate::testing::TempDir directory;
  std::ofstream(directory / "core.yaml")
      << "id: core\nversion: 1.0.0\njurisdiction: ANY\nstatus: in_force\nrules: []\n";
  std::ofstream(directory / "a.yaml") << R"(id: a
version: 2.0.0
name: An act
jurisdiction: EU
status: guidance
effective_from: 2024-08-01
superseded_by: b
note: a note
rules:
  - {id: a.r, article: a 1, title: t, statement: s, phase: [deploy, request], when: a, check: b and
     faces.total <= 1, effect: {on_fail: require, severity: escalating, obligation: o},
     evidence: [e, f], people: who,
     exceptions: when, machine_checkable: partial, effective_from: 2026-12-02,
     profiles: {strict: {check: a}}, confidence: recall, sources: [S1, S2], supersedes: [z.r]}
)";
  std::ofstream(directory / "a.test.yaml")
      << "scenarios: {s: {}}\nvectors:\n  - {rule: a.r, in: s, expect: unmet}\n"
         "  - {rule: a.r, in: s, expect: unmet}\n  - {decision: permit, in: s}\n";
  const auto page = CompliancePage(SmallVocabulary(), directory.path(), nullptr);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  EXPECT_THAT(*page, HasSubstr("not legal advice"));
  EXPECT_LT(page->find("## core\n"), page->find("## a\n")) << "facegate's own rules come first";
  EXPECT_THAT(*page, EndsWith(R"(
## a

An act

- version: 2.0.0
- jurisdiction: EU
- status: guidance
- days: from 2024-08-01
- superseded by: b
- note: a note

### a.r

**t** (a 1). s

- effect: require escalating
- judged: deploy, request; inputs of stage detection
- days: from 2026-12-02
- owed: o
- evidence: e; f
- exceptions: when
- worded otherwise under the profiles: strict
- machine checkable: partial
- with people: who
- supersedes: z.r
- vectors: 2 in a.test.yaml
- confidence: recall
- sources: S1, S2
)"));
}

// The blocks of YAML in docs/POLICY.md.
std::vector<std::string> YamlOf(const std::string& page) {
  std::vector<std::string> blocks;
  const std::string fence = "```yaml\n";
  for (std::size_t at = page.find(fence); at != std::string::npos; at = page.find(fence, at)) {
    at += fence.size();
    blocks.push_back(page.substr(at, page.find("```", at) - at));
  }
  return blocks;
}

TEST(PolicyPage, ShowsAPackThatLoadsAndVectorsThatPass) {
  const std::vector<std::string> blocks = YamlOf(FileText(kDocs + "POLICY.md"));
  ASSERT_EQ(blocks.size(), 2u);
  const auto rules = RuleSet::Parse(Shipped(), "POLICY.md", blocks[0]);
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  const auto report = RunVectors(**rules, "POLICY.md", blocks[1]);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->run, 3);
  EXPECT_THAT(report->failures, ::testing::IsEmpty());
}

TEST(PackFilesIn, FindsEveryPackAndNothingElse) {
  facegate::testing::TempDir directory;
  for (const char* name :
       {"b.yaml", "core.yaml", "a.yaml", "a.test.yaml", "vocabulary.yaml", "x.md"}) {
    std::ofstream(directory / name) << "x";
  }
  EXPECT_THAT(PackFilesIn(directory.path()).value(),
              ElementsAre(EndsWith("/core.yaml"), EndsWith("/a.yaml"), EndsWith("/b.yaml")));
  EXPECT_EQ(PackFilesIn(directory / "none").status().code(), core::Code::kNotFound);
}

// Whatever packs this repository ships.
TEST(ShippedPacks, LoadFastEnoughForAnyStart) {
  const auto vocabulary = Shipped();
  const auto calendar = MainlandCalendar();
  const auto files = PackFilesIn(kPolicies).value();
  const auto start = std::chrono::steady_clock::now();
  const auto rules = RuleSet::Load(vocabulary, files, calendar);
  const auto elapsed = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
  RecordProperty("load_ms", static_cast<int>(ms));
  // 100 ms are meant; a busy machine under sanitizers is given more.
  EXPECT_LT(ms, 5000);
}

}  // namespace
}  // namespace facegate::rules
