#include "facegate/rules/expression.h"

#include <gmock/gmock.h>

#include <random>

#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Truth kF = Truth::kFalse;
constexpr Truth kU = Truth::kUnknown;
constexpr Truth kT = Truth::kTrue;

TEST_F(ExpressionTest, ReadsBools) {
  inputs_.Set("a", true);
  inputs_.Set("b", false);
  EXPECT_EQ(Is("a"), kT);
  EXPECT_EQ(Is("b"), kF);
  EXPECT_EQ(Is("c"), kU);
}

TEST_F(ExpressionTest, FollowsKleenesTables) {
  const auto set = [&](std::string_view name, Truth truth) {
    inputs_.Set(name, truth == kU ? Value() : Value(truth == kT));
  };
  for (const Truth a : {kF, kU, kT}) {
    for (const Truth b : {kF, kU, kT}) {
      set("a", a);
      set("b", b);
      const Truth not_a = a == kU ? kU : (a == kT ? kF : kT);
      EXPECT_EQ(Is("not a"), not_a);
      EXPECT_EQ(Is("a and b"), std::min(a, b));
      EXPECT_EQ(Is("a or b"), std::max(a, b));
      EXPECT_EQ(Is("implies(a, b)"), std::max(not_a, b));
      const bool unknown = a == kU || b == kU;
      EXPECT_EQ(Is("a == b"), unknown ? kU : (a == b ? kT : kF));
      EXPECT_EQ(Is("a != b"), unknown ? kU : (a != b ? kT : kF));
    }
  }
}

// Random conditions over a, b and c, small enough to print.
std::string RandomCondition(std::mt19937& random, int depth) {
  static const std::vector<std::string> kLeaves = {"a", "b", "c", "true", "false", "exists(a)"};
  if (depth == 0) return kLeaves[random() % kLeaves.size()];
  const auto part = [&] { return RandomCondition(random, depth - 1); };
  switch (random() % 4) {
    case 0:
      return "not (" + part() + ")";
    case 1:
      return "(" + part() + " and " + part() + ")";
    case 2:
      return "(" + part() + " or " + part() + ")";
    default:
      return "implies(" + part() + ", " + part() + ")";
  }
}

class KleeneLaws : public ExpressionTest {
 protected:
  // Calls `check` with random conditions x, y, z under random inputs.
  template <class Check>
  void ForRandom(Check check) {
    constexpr unsigned kSeed = 20260302;
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    std::mt19937 random(kSeed);
    for (int round = 0; round < 150; ++round) {
      for (const char* name : {"a", "b", "c"}) {
        const unsigned draw = random() % 3;
        inputs_.Set(name, draw == 2 ? Value() : Value(draw == 1));
      }
      const std::string x = RandomCondition(random, 3);
      const std::string y = RandomCondition(random, 2);
      const std::string z = RandomCondition(random, 2);
      SCOPED_TRACE("x = " + x + "; y = " + y + "; z = " + z);
      check(x, y, z);
      if (HasFailure()) return;
    }
  }
  void Same(const std::string& left, const std::string& right) {
    EXPECT_EQ(Is(left), Is(right)) << left << "  versus  " << right;
  }
};

TEST_F(KleeneLaws, DoubleNegationCancels) {
  ForRandom([&](auto& x, auto&, auto&) { Same("not not (" + x + ")", x); });
}

TEST_F(KleeneLaws, DeMorganHolds) {
  ForRandom([&](auto& x, auto& y, auto&) {
    Same("not (" + x + " and " + y + ")", "not (" + x + ") or not (" + y + ")");
    Same("not (" + x + " or " + y + ")", "not (" + x + ") and not (" + y + ")");
  });
}

TEST_F(KleeneLaws, AndAndOrCommuteAssociateAndDistribute) {
  ForRandom([&](auto& x, auto& y, auto& z) {
    Same(x + " and " + y, y + " and " + x);
    Same(x + " or " + y, y + " or " + x);
    Same("(" + x + " and " + y + ") and " + z, x + " and (" + y + " and " + z + ")");
    Same("(" + x + " or " + y + ") or " + z, x + " or (" + y + " or " + z + ")");
    Same(x + " and (" + y + " or " + z + ")",
         "(" + x + " and " + y + ") or (" + x + " and " + z + ")");
  });
}

TEST_F(KleeneLaws, ImpliesIsNotAOrB) {
  ForRandom([&](auto& x, auto& y, auto&) {
    Same("implies(" + x + ", " + y + ")", "not (" + x + ") or (" + y + ")");
  });
}

// The reason for three values: learning a missing input never turns a settled answer around.
TEST_F(KleeneLaws, MoreKnowledgeKeepsWhatWasSettled) {
  ForRandom([&](auto& x, auto&, auto&) {
    if (x.find("exists") != std::string::npos) return;  // exists() is about knowing itself
    const Truth before = Is(x);
    if (before == kU) return;
    for (const char* name : {"a", "b", "c"}) {
      if (!std::holds_alternative<std::monostate>(inputs_.Get(name))) continue;
      for (const bool value : {false, true}) {
        inputs_.Set(name, value);
        EXPECT_EQ(Is(x), before);
      }
      inputs_.Set(name, Value());
    }
  });
}

TEST_F(KleeneLaws, UnknownAlwaysNamesAMissingInputAndSettledNone) {
  ForRandom([&](auto& x, auto&, auto&) { EXPECT_EQ(Missing(x).empty(), Is(x) != kU); });
}

TEST_F(ExpressionTest, BindsNotBeforeAndBeforeOr) {
  inputs_.Set("a", true);
  inputs_.Set("b", false);
  inputs_.Set("c", true);
  EXPECT_EQ(Is("a or b and b"), kT);
  EXPECT_EQ(Is("(a or b) and b"), kF);
  EXPECT_EQ(Is("not b and b"), kF);
  EXPECT_EQ(Is("not a == c"), kF);
}

TEST_F(ExpressionTest, ExistsIsFalseForMissingAndEmpty) {
  EXPECT_EQ(Is("exists(city)"), kF);
  inputs_.Set("city", std::string());
  EXPECT_EQ(Is("exists(city)"), kF);
  inputs_.Set("city", std::string("Portland"));
  EXPECT_EQ(Is("exists(city)"), kT);
  EXPECT_EQ(Is("exists(kinds)"), kF);
  inputs_.Set("kinds", std::vector<std::string>{});
  EXPECT_EQ(Is("exists(kinds)"), kF);
  inputs_.Set("kinds", std::vector<std::string>{"pin"});
  EXPECT_EQ(Is("exists(kinds)"), kT);
  inputs_.Set("a", false);
  EXPECT_EQ(Is("exists(a)"), kT);
  inputs_.Set("count", 0.0);
  EXPECT_EQ(Is("exists(count)"), kT);
}

TEST_F(ExpressionTest, ComparesNumbersAtTheBoundary) {
  const std::string under = "age.years < 14";
  inputs_.Set("age.years", 13.99);
  EXPECT_EQ(Is(under), kT);
  inputs_.Set("age.years", 14.0);
  EXPECT_EQ(Is(under), kF);
  EXPECT_EQ(Is("age.years <= 14"), kT);
  EXPECT_EQ(Is("age.years >= 14"), kT);
  EXPECT_EQ(Is("age.years > 13.99"), kT);
  EXPECT_EQ(Is("age.years != 14.0"), kF);
  EXPECT_EQ(Is("age.years == count"), kU);
  inputs_.Set("age.years", Value());
  EXPECT_EQ(Is(under), kU);
  inputs_.Set("age.years", -3.0);
  EXPECT_EQ(Is("age.years == -3 and age.years > -3.5"), kT);
}

TEST_F(ExpressionTest, ComparesTextsAndEnums) {
  inputs_.Set("city", std::string("New York"));
  EXPECT_EQ(Is("city == 'New York'"), kT);
  EXPECT_EQ(Is("city != \"New York\""), kF);
  EXPECT_EQ(Is("'New York' == city"), kT);
  EXPECT_EQ(Is("kind == 'pin'"), kU);
  inputs_.Set("kind", std::string("pin"));
  EXPECT_EQ(Is("kind == 'pin'"), kT);
  EXPECT_EQ(Is("kind == other.kind"), kU);
  inputs_.Set("other.kind", std::string("card"));
  EXPECT_EQ(Is("kind == other.kind"), kF);
}

TEST_F(ExpressionTest, FindsMembersOfLists) {
  EXPECT_EQ(Is("kind in ['pin', 'key']"), kU);
  EXPECT_EQ(Is("kind not in ['pin', 'key']"), kU);
  inputs_.Set("kind", std::string("pin"));
  EXPECT_EQ(Is("kind in ['pin', 'key']"), kT);
  EXPECT_EQ(Is("kind not in ['pin', 'key']"), kF);
  EXPECT_EQ(Is("kind in ['card']"), kF);
  inputs_.Set("count", 3.0);
  EXPECT_EQ(Is("count in [1, 2, 3]"), kT);
  EXPECT_EQ(Is("count not in [1, 2]"), kT);
  inputs_.Set("day.from", Day0("2025-06-02"));
  EXPECT_EQ(Is("day.from in [2025-06-01, '2025-06-02']"), kT);
}

TEST_F(ExpressionTest, ComparesSets) {
  EXPECT_EQ(Is("any_of(kinds, ['pin'])"), kU);
  EXPECT_EQ(Is("'pin' in kinds"), kU);
  inputs_.Set("kinds", std::vector<std::string>{"card", "pin"});
  EXPECT_EQ(Is("any_of(kinds, ['pin', 'key'])"), kT);
  EXPECT_EQ(Is("any_of(kinds, ['key'])"), kF);
  EXPECT_EQ(Is("all_of(kinds, ['pin', 'card'])"), kT);
  EXPECT_EQ(Is("all_of(kinds, ['pin', 'key'])"), kF);
  EXPECT_EQ(Is("'pin' in kinds"), kT);
  EXPECT_EQ(Is("'pin' not in kinds"), kF);
  inputs_.Set("kind", std::string("key"));
  EXPECT_EQ(Is("kind in kinds"), kF);
  inputs_.Set("kinds", std::vector<std::string>{});
  EXPECT_EQ(Is("any_of(kinds, ['pin'])"), kF);
}

TEST_F(ExpressionTest, ComparesTimesWithDaysAndTexts) {
  inputs_.Set("now", At("2025-06-01T00:00:00Z"));
  EXPECT_EQ(Is("now == 2025-06-01"), kT);
  EXPECT_EQ(Is("now >= '2025-06-01'"), kT);
  EXPECT_EQ(Is("now < '2025-06-01T00:00:01+00:00'"), kT);
  EXPECT_EQ(Is("now < day.to"), kU);
  inputs_.Set("day.to", Day0("2025-06-02"));
  EXPECT_EQ(Is("now < day.to"), kT);
}

TEST_F(ExpressionTest, CountsWholeDays) {
  inputs_.Set("day.from", Day0("2025-01-01"));
  inputs_.Set("now", At("2025-04-01T00:00:00Z"));
  EXPECT_EQ(Is("days(day.from, now) == 90"), kT);
  inputs_.Set("now", At("2025-04-01T23:59:59Z"));
  EXPECT_EQ(Is("days(day.from, now) <= 90"), kT);
  inputs_.Set("now", At("2025-04-02T00:00:00Z"));
  EXPECT_EQ(Is("days(day.from, now) <= 90"), kF);
  EXPECT_EQ(Is("days(now, day.from) == -91"), kT);
  EXPECT_EQ(Is("days(day.to, now) <= 90"), kU);
}

TEST_F(ExpressionTest, CountsCompletedYears) {
  inputs_.Set("day.from", Day0("2022-03-15"));
  inputs_.Set("day.to", Day0("2025-03-14"));
  EXPECT_EQ(Is("years(day.from, day.to) == 2"), kT);
  inputs_.Set("day.to", Day0("2025-03-15"));
  EXPECT_EQ(Is("years(day.from, day.to) == 3"), kT);
  EXPECT_EQ(Is("years(day.to, day.from) == -3"), kT);
  inputs_.Set("now", At("2025-03-15T00:00:00.001Z"));
  EXPECT_EQ(Is("years('2022-03-15T00:00:00.002Z', now) == 2"), kT);
}

TEST_F(ExpressionTest, CompletesALeapDaysYearOnTheFirstOfMarch) {
  inputs_.Set("day.from", Day0("2024-02-29"));
  inputs_.Set("day.to", Day0("2025-02-28"));
  EXPECT_EQ(Is("years(day.from, day.to) == 0"), kT);
  inputs_.Set("day.to", Day0("2025-03-01"));
  EXPECT_EQ(Is("years(day.from, day.to) == 1"), kT);
  inputs_.Set("day.to", Day0("2028-02-29"));
  EXPECT_EQ(Is("years(day.from, day.to) == 4"), kT);
}

TEST_F(ExpressionTest, CountsMainlandWorkingDays) {
  inputs_.Set("day.from", Day0("2025-06-01"));
  inputs_.Set("day.to", Day0("2025-07-14"));
  EXPECT_EQ(Is("workdays_cn(day.from, day.to) == 30"), kT);
  inputs_.Set("day.to", Day0("2025-07-13"));
  EXPECT_EQ(Is("workdays_cn(day.from, day.to) == 29"), kT);
}

TEST_F(ExpressionTest, PutsAMomentInTheMainlandsDay) {
  inputs_.Set("day.from", Day0("2025-07-13"));
  inputs_.Set("now", At("2025-07-14T15:59:59Z"));  // 23:59:59 there
  EXPECT_EQ(Is("workdays_cn(day.from, now) == 1"), kT);
  inputs_.Set("now", At("2025-07-14T16:00:00Z"));  // the 15th there
  EXPECT_EQ(Is("workdays_cn(day.from, now) == 2"), kT);
}

TEST_F(ExpressionTest, MarksCountsBeyondTheCalendarProvisional) {
  const Expression expression = Compile("workdays_cn(day.from, day.to) <= 30");
  inputs_.Set("day.from", Day0("2026-12-01"));
  inputs_.Set("day.to", Day0("2026-12-31"));
  bool provisional = false;
  expression.Evaluate(inputs_, &provisional);
  EXPECT_FALSE(provisional);
  inputs_.Set("day.to", Day0("2027-01-01"));
  expression.Evaluate(inputs_, &provisional);
  EXPECT_TRUE(provisional);
  inputs_.Set("day.to", Day0("2026-12-31"));
  expression.Evaluate(inputs_, &provisional);
  EXPECT_TRUE(provisional) << "never set back to false";
}

TEST_F(ExpressionTest, KnowsTheConstantsOfTheCatalogue) {
  EXPECT_EQ(Is("true_for_information"), kT);
  EXPECT_EQ(Is("false_always"), kF);
  EXPECT_EQ(Is("true"), kT);
  EXPECT_EQ(Is("a == true"), kU);
  inputs_.Set("a", false);
  EXPECT_EQ(Is("a == false"), kT);
}

TEST_F(ExpressionTest, NamesOnlyTheMissingInputsThatMatter) {
  inputs_.Set("a", true);
  EXPECT_THAT(Missing("a and b"), ElementsAre("b"));
  EXPECT_THAT(Missing("a or b"), IsEmpty());
  EXPECT_THAT(Missing("b and c"), ElementsAre("b", "c"));
  EXPECT_THAT(Missing("(a or b) and c"), ElementsAre("c"));
  EXPECT_THAT(Missing("kind == other.kind"), ElementsAre("kind", "other.kind"));
  EXPECT_THAT(Missing("kind in kinds"), ElementsAre("kind", "kinds"));
  EXPECT_THAT(Missing("any_of(kinds, ['pin'])"), ElementsAre("kinds"));
  EXPECT_THAT(Missing("days(day.from, now) < 3"), ElementsAre("day.from", "now"));
  EXPECT_THAT(Missing("exists(city)"), IsEmpty());
  EXPECT_THAT(Missing("count in [1] and age.years < 3"), ElementsAre("age.years", "count"));
}

TEST_F(ExpressionTest, ListsTheInputsItReadsOnce) {
  const Expression expression = Compile("a and (exists(city) or a) and 'pin' in kinds");
  std::vector<std::string> names;
  for (const std::size_t i : expression.inputs()) names.push_back(vocabulary_->at(i).name);
  EXPECT_THAT(names, ElementsAre("a", "city", "kinds"));
}

struct Mistake {
  const char* text;
  std::size_t offset;
  const char* message;
};

TEST_F(ExpressionTest, TellsMistakesWithTheirPlace) {
  const Mistake mistakes[] = {
      {"", 0, "expected a value, found the end"},
      {"a and", 5, "expected a value, found the end"},
      {"a b", 2, "expected an operator or the end"},
      {"a = b", 2, "equality is written =="},
      {"a and nkw", 6, "unknown input \"nkw\""},
      {"a and consent.statis == 'granted'", 6, "did you mean \"consent.status\"?"},
      {"kind == 'pim'", 8, "\"pim\" is not a value of \"kind\" (did you mean \"pin\"?)"},
      {"kind in ['pin', 'kea']", 16, "did you mean \"key\"?"},
      {"'fob' in kinds", 0, "\"fob\" is not a value of \"kinds\""},
      {"any_of(kinds, ['pin', 'fob'])", 22, "\"fob\" is not a value"},
      {"exist(a)", 0, "unknown function \"exist\" (did you mean \"exists\"?)"},
      {"exists(a, b)", 0, "\"exists\" takes 1 argument"},
      {"exists('a')", 7, "exists takes the name of an input"},
      {"days(now) < 3", 0, "\"days\" takes 2 arguments"},
      {"days(now, now)", 0, "is a number, not a condition"},
      {"days(now, city) < 3", 10, "\"city\" is of type string, not a time"},
      {"kind and a", 0, "\"kind\" is of type enum, not a condition"},
      {"a and 3", 6, "expected a condition"},
      {"age.years == 'x'", 13, "cannot compare a number with a text"},
      {"a == 3", 5, "cannot compare a condition with a number"},
      {"kind < 'pin'", 0, "a text cannot be compared by <"},
      {"a < b", 0, "a condition cannot be compared by <"},
      {"kinds == kinds", 0, "a set cannot be compared by =="},
      {"now < '2025-13-01'", 6, "expected a day"},
      {"now < 2025-02-30", 6, "expected a day"},
      {"day.from in [2025-06-01, 'soon']", 25, "expected a day"},
      {"now < 5", 6, "cannot compare a time with a number"},
      {"kind in []", 8, "an empty list"},
      {"kind in 'pin'", 8, "expected a list or a set"},
      {"kind in city", 8, "\"city\" is not a set"},
      {"a in ['pin']", 0, "cannot stand before \"in\""},
      {"any_of(kind, ['pin'])", 7, "\"kind\" is not a set"},
      {"any_of(kinds, 'pin')", 14, "expected a list"},
      {"count in [1, 'x']", 13, "expected a number"},
      {"city in ['x', 1]", 14, "expected a text in quotes"},
      {"1 == 1", 0, "compares two constants"},
      {"'x' in ['x']", 0, "compares two constants"},
      {"kind == 'pin", 8, "a quote that never closes"},
      {"count == 3x", 9, "a number runs into a word"},
      {"count == 3.4.5", 9, "expected a number"},
      {"a & b", 2, "a character that means nothing here"},
      {"a not b", 6, "expected \"in\" after \"not\""},
      {"(a", 2, "expected \")\", found the end"},
      {"not and", 4, "expected a value"},
      {"[a]", 0, "expected a condition"},
      {"a == [b]", 5, "a list stands only"},
      {"workdays_cn(now, now) < 3", 0, "workdays_cn needs a calendar"},
  };
  for (const Mistake& mistake : mistakes) {
    const ExpressionError error = ErrorOf(mistake.text);
    EXPECT_THAT(error.message, HasSubstr(mistake.message)) << mistake.text;
    EXPECT_EQ(error.offset, mistake.offset) << mistake.text << ": " << error.message;
  }
}

TEST_F(ExpressionTest, BoundsNestingAndLength) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '(') + "a" +
           std::string(static_cast<std::size_t>(depth), ')');
  };
  EXPECT_EQ(Is(nested(64)), kU);
  EXPECT_THAT(ErrorOf(nested(65)).message, HasSubstr("nested too deeply"));
  std::string nots;
  for (int i = 0; i < 1000; ++i) nots += "not ";
  EXPECT_THAT(ErrorOf(nots + "a").message, HasSubstr("nested too deeply"));
  std::string longest = "a";
  while (longest.size() + 6 <= 8192) longest += " and a";
  EXPECT_EQ(Is(longest), kU);
  EXPECT_THAT(ErrorOf(longest + std::string(10, ' ')).message, HasSubstr("longer than 8 KiB"));
}

}  // namespace
}  // namespace facegate::rules
