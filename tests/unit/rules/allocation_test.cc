// Permits() and Denies() run once per enrolled person of a search, so they must not allocate.
#include <gtest/gtest.h>

#include "facegate/rules/rule_view.h"
#include "support/base/allocations.h"
#include "unit/rules/fixture.h"

namespace facegate::rules {
namespace {

using testing::Allocations;

TEST(Permits, DoesNotAllocate) {
  const auto vocabulary = SmallVocabulary();
  const auto set = RuleSet::Parse(vocabulary, "p.yaml", R"(
id: p
version: 1.0.0
jurisdiction: ANY
status: in_force
rules:
  - id: every.kind.of.term
    article: p 1
    title: t
    statement: s
    phase: [request]
    when: not (a and b) or c != true
    check: >-
      implies(exists(city), city != 'a long name that no small string would hold')
      and city not in ['another long name that no small string would hold', 'x']
      and kind in ['pin', 'key'] and kind == other.kind and 'pin' in kinds and kind in kinds
      and any_of(kinds, ['pin']) and all_of(kinds, ['pin', 'card'])
      and age.years >= 14 and count in [1, 2, 3] and count < 3.5
      and days(day.from, now) < 1000 and years(day.from, day.to) >= 0
      and workdays_cn(day.from, day.to) <= 300 and now > 2020-01-01 and day.from in [2025-06-01]
    effect: {on_fail: deny}
    profiles: {strict: {check: count < 3 and city != 'a third name that is as long as the others'}}
)",
                                  MainlandCalendar());
  ASSERT_TRUE(set.ok()) << set.status().ToString();
  Inputs inputs(vocabulary);
  inputs.Set("a", false);
  inputs.Set("city", std::string("a city with a name that is longer than any small string"));
  inputs.Set("kind", std::string("pin"));
  inputs.Set("other.kind", std::string("pin"));
  inputs.Set("kinds", std::vector<std::string>{"pin", "card"});
  inputs.Set("age.years", 14.0);
  inputs.Set("count", 2.0);
  inputs.Set("day.from", Day0("2025-06-01"));
  inputs.Set("day.to", Day0("2026-06-01"));
  inputs.Set("now", At("2026-06-01T08:00:00Z"));

  const auto before_met = Allocations();
  const bool met = (*set)->Permits(inputs, Phase::kRequest, Stage::kRequest);
  const auto after_met = Allocations();
  EXPECT_TRUE(met);
  EXPECT_EQ(after_met, before_met);

  inputs.Set("count", Value());
  const auto before_unknown = Allocations();
  const bool unknown = (*set)->Permits(inputs, Phase::kRequest, Stage::kRequest);
  const auto after_unknown = Allocations();
  EXPECT_FALSE(unknown);
  EXPECT_EQ(after_unknown, before_unknown);

  Selection selection;
  selection.profiles = {Profile::kStrict};
  const auto view = (*set)->Select(selection).value();
  const auto before_view = Allocations();
  const bool denied = view->Denies(inputs, Phase::kRequest, Stage::kRequest);
  const bool permitted = view->Permits(inputs, Phase::kRequest, Stage::kRequest);
  const auto after_view = Allocations();
  EXPECT_TRUE(denied);
  EXPECT_FALSE(permitted);
  EXPECT_EQ(after_view, before_view);

  const auto before_findings = Allocations();
  (*set)->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  EXPECT_GT(Allocations(), before_findings) << "the counter counts";
}

}  // namespace
}  // namespace facegate::rules
