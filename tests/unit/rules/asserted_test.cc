// What a caller merely says satisfies no rule that denies, by itself.
#include "rules/asserted.h"

#include <gmock/gmock.h>

#include "facegate/rules/rule_set.h"
#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const Vocabulary> WithAsserted() {
  return Vocabulary::Parse("v", R"(inputs:
  now: {type: timestamp, source: clock}
  said: {type: bool, source: caller, asserted: true}
  word: {type: enum, values: [x, y], source: caller, asserted: true}
  seen: {type: bool, source: register}
  mark: {type: enum, values: [x, y], source: register}
  until: {type: timestamp, source: register}
)")
      .value();
}

std::vector<std::string> Alone(std::string_view condition) {
  const auto vocabulary = WithAsserted();
  EXPECT_TRUE(std::holds_alternative<Expression>(Expression::Compile(condition, *vocabulary)))
      << condition;
  return AssertedAlone(std::get<Syntax>(ParseSyntax(condition)), *vocabulary);
}

TEST(AssertedAlone, NamesWhatCouldMakeAConditionTrue) {
  EXPECT_THAT(Alone("said"), ElementsAre("said"));
  EXPECT_THAT(Alone("not said"), ElementsAre("said"));
  EXPECT_THAT(Alone("said or seen"), ElementsAre("said"));
  EXPECT_THAT(Alone("word in ['x']"), ElementsAre("word"));
  EXPECT_THAT(Alone("exists(word)"), ElementsAre("word"));
  EXPECT_THAT(Alone("seen and said or word == 'x'"), ElementsAre("said", "word"));
  EXPECT_THAT(Alone("implies(said, seen)"), ElementsAre("said"));
  EXPECT_THAT(Alone("said and not exists(mark)"), ElementsAre("said"));
}

TEST(AssertedAlone, TakesTheTimeForKnown) {
  EXPECT_THAT(Alone("said and now < 2030-01-01"), ElementsAre("said"));
  EXPECT_THAT(Alone("now < 2030-01-01 or said"), ElementsAre("said"));
  EXPECT_THAT(Alone("said and now < until"), IsEmpty());
  EXPECT_THAT(Alone("now < 2030-01-01"), IsEmpty());
}

TEST(AssertedAlone, IsEmptyWhereSomethingElseMustBeKnown) {
  EXPECT_THAT(Alone("seen"), IsEmpty());
  EXPECT_THAT(Alone("said and seen"), IsEmpty());
  EXPECT_THAT(Alone("implies(seen, said) and seen"), IsEmpty());
  EXPECT_THAT(Alone("word == mark"), IsEmpty());
  EXPECT_THAT(Alone("(said or word == 'x') and exists(mark)"), IsEmpty());
  EXPECT_THAT(Alone("said == seen"), IsEmpty());
}

TEST(AssertedAlone, IsEmptyWhereTheConditionIsTrueAnyway) {
  EXPECT_THAT(Alone("true_for_information"), IsEmpty());
  EXPECT_THAT(Alone("true or said"), IsEmpty());
  EXPECT_THAT(Alone("implies(exists(seen), said)"), IsEmpty());
  EXPECT_THAT(Alone("said and false_always"), IsEmpty());
}

std::string ErrorOf(const std::string& effect, const std::string& check,
                    const std::string& more = "") {
  return RuleSet::Parse(WithAsserted(), "p",
                        "id: p\nversion: 1.0.0\njurisdiction: ANY\nstatus: in_force\nrules:\n"
                        "  - {id: r, article: p 1, title: t, statement: s, phase: [request], when: "
                        "seen, effect: {" +
                            effect + "},\n     check: " + check + more + "}\n")
      .status()
      .message();
}

TEST(AssertedAlone, IsRefusedInTheCheckOfARuleThatDenies) {
  EXPECT_EQ(ErrorOf("on_fail: deny", "said or seen"),
            "p:7:13: what a caller asserts could satisfy this rule by itself: said");
  EXPECT_EQ(ErrorOf("on_fail: deny", "seen", ",\n     profiles: {strict: {check: said}}"),
            "p:8:33: what a caller asserts could satisfy this rule by itself: said");
  EXPECT_EQ(ErrorOf("on_fail: deny", "said and seen"), "");
  EXPECT_EQ(ErrorOf("on_fail: require, severity: block_until_met", "said"), "")
      << "a duty to say something is met by saying it";
  EXPECT_EQ(ErrorOf("on_fail: warn", "said"), "");
}

TEST(AssertedAlone, VocabularyNamesTheInputsThatOnlyCallersVouchFor) {
  const auto vocabulary = Vocabulary::Load(kConfig + "/policies/vocabulary.yaml").value();
  std::vector<std::string> asserted;
  for (std::size_t i = 0; i < vocabulary->size(); ++i) {
    if (vocabulary->at(i).asserted) asserted.push_back(vocabulary->at(i).name);
  }
  EXPECT_THAT(asserted, ElementsAre("request.prompt_shown", "request.stated_reason"));
}

}  // namespace
}  // namespace facegate::rules
