// Laws of the three-valued logic over random conditions with every kind of term.
#include <gmock/gmock.h>

#include <map>
#include <random>

#include "rules/compiler.h"
#include "rules/syntax.h"
#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

constexpr unsigned kSeed = 20260303;
constexpr int kRounds = 300;

class KleeneProperties : public ExpressionTest {
 protected:
  KleeneProperties() : random_(kSeed) {}

  std::string RandomTerm() {
    static const std::vector<std::string> kTerms = {
        "a",
        "b == c",
        "c != true",
        "true",
        "false_always",
        "kind == 'pin'",
        "kind != other.kind",
        "kind in ['pin', 'key']",
        "other.kind not in ['card']",
        "'pin' in kinds",
        "kind not in kinds",
        "any_of(kinds, ['pin', 'key'])",
        "all_of(kinds, ['pin', 'card'])",
        "city == 'Portland'",
        "count < 3",
        "count in [1, 2]",
        "age.years >= 14",
        "count <= age.years",
        "now > 2025-06-01",
        "day.from in [2025-06-01, 2025-07-14]",
        "days(day.from, now) < 30",
        "years(day.from, day.to) >= 1",
        "workdays_cn(day.from, day.to) <= 30",
    };
    return kTerms[random_() % kTerms.size()];
  }

  std::string RandomCondition(int depth) {
    if (depth == 0) return RandomTerm();
    const auto part = [&] { return RandomCondition(depth - 1); };
    switch (random_() % 4) {
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

  // Values on both sides of what the terms ask.
  static const std::map<std::string, std::vector<Value>>& Values() {
    using Words = std::vector<std::string>;
    static const std::map<std::string, std::vector<Value>> kValues = {
        {"a", {true, false}},
        {"b", {true, false}},
        {"c", {true, false}},
        {"kind", {std::string("pin"), std::string("card")}},
        {"other.kind", {std::string("pin"), std::string("card")}},
        {"kinds", {Words{}, Words{"pin"}, Words{"pin", "card"}, Words{"key"}}},
        {"city", {std::string("Portland"), std::string()}},
        {"count", {1.0, 3.0}},
        {"age.years", {13.99, 14.0}},
        {"now", {At("2025-06-01T00:00:00Z"), At("2025-07-14T08:00:00Z")}},
        {"day.from", {Day0("2024-07-14"), Day0("2025-06-01")}},
        {"day.to", {Day0("2025-07-14"), Day0("2025-07-15")}},
    };
    return kValues;
  }

  // Each input of `names` gets one of its values.
  void Tell(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const std::vector<Value>& values = Values().at(name);
      inputs_.Set(name, values[random_() % values.size()]);
    }
  }

  // Calls `check` with random conditions, while about half of the inputs are missing.
  template <class Check>
  void ForRandom(Check check) {
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    for (int round = 0; round < kRounds && !HasFailure(); ++round) {
      for (const auto& [name, values] : Values()) {
        inputs_.Set(name, Value());
        if (random_() % 2 == 0) Tell({name});
      }
      const std::string x = RandomCondition(3);
      const std::string y = RandomCondition(2);
      SCOPED_TRACE("x = " + x + "; y = " + y);
      check(x, y);
    }
  }

  void Same(const std::string& left, const std::string& right) {
    EXPECT_EQ(Is(left), Is(right)) << left << "  versus  " << right;
  }

  std::mt19937 random_;
};

TEST_F(KleeneProperties, DeMorganHolds) {
  ForRandom([&](const std::string& x, const std::string& y) {
    Same("not (" + x + " and " + y + ")", "not " + x + " or not " + y);
    Same("not (" + x + " or " + y + ")", "not " + x + " and not " + y);
  });
}

TEST_F(KleeneProperties, AndAndOrCommuteAndAbsorb) {
  ForRandom([&](const std::string& x, const std::string& y) {
    Same(x + " and " + y, y + " and " + x);
    Same(x + " or " + y, y + " or " + x);
    Same(x + " and (" + x + " or " + y + ")", x);
    Same(x + " or (" + x + " and " + y + ")", x);
    Same("not not " + x, x);
    Same("implies(" + x + ", " + y + ")", "implies(not " + y + ", not " + x + ")");
  });
}

// Without exists(), which asks about knowing itself.
TEST_F(KleeneProperties, LearningAMissingInputNeverTurnsASettledTruthAround) {
  int settled = 0;
  ForRandom([&](const std::string& x, const std::string&) {
    const Truth before = Is(x);
    if (before == Truth::kUnknown) return;
    ++settled;
    for (const auto& [name, values] : Values()) {
      if (!std::holds_alternative<std::monostate>(inputs_.Get(name))) continue;
      for (const Value& value : values) {
        inputs_.Set(name, value);
        EXPECT_EQ(Is(x), before) << name;
      }
      inputs_.Set(name, Value());
    }
  });
  EXPECT_GT(settled, kRounds / 10) << "the property was hardly tried";
}

TEST_F(KleeneProperties, TheMissingInputsNamedAreAllThatIsNeeded) {
  int unknown = 0;
  ForRandom([&](const std::string& x, const std::string&) {
    const std::vector<std::string> missing = Missing(x);
    EXPECT_EQ(missing.empty(), Is(x) != Truth::kUnknown);
    unknown += missing.empty() ? 0 : 1;
    Tell(missing);
    EXPECT_NE(Is(x), Truth::kUnknown);
  });
  EXPECT_GT(unknown, kRounds / 10) << "the property was hardly tried";
}

TEST_F(KleeneProperties, TheTextOfAConditionMeansTheSame) {
  ForRandom([&](const std::string& x, const std::string& y) {
    const std::string condition = x + " and " + y + " or not " + x + " == (" + y + ")";
    const auto syntax = ParseSyntax(condition);
    ASSERT_TRUE(std::holds_alternative<Syntax>(syntax)) << condition;
    const std::string text = TextOf(std::get<Syntax>(syntax));
    Same(text, condition);
    EXPECT_EQ(TextOf(std::get<Syntax>(ParseSyntax(text))), text);
  });
}

TEST(TextOf, WritesNoMoreBracketsThanNeeded) {
  for (const char* text :
       {"a and b or not c", "(a or b) and c", "not (a and b)", "not a == b", "(a and b) == c",
        "kind in ['pin', \"it's\"]", "kind not in kinds", "implies(exists(city), count >= -3.5)",
        "days(day.from, 2025-06-01) < 30", "a and (b and c)"}) {
    EXPECT_EQ(TextOf(std::get<Syntax>(ParseSyntax(text))), text);
  }
  EXPECT_EQ(TextOf(std::get<Syntax>(ParseSyntax("((a)) and\n  (b)   and c"))), "a and b and c");
}

}  // namespace
}  // namespace facegate::rules
