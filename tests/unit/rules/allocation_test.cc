// Permits() and Denies() run once per enrolled person of a search, so they must not allocate: this
// program counts every global operator new.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "facegate/rules/rule_view.h"
#include "unit/rules/fixture.h"

namespace {
std::atomic<long> allocations{0};
}

// Not inlined: the compiler would take malloc and delete for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace facegate::rules {
namespace {

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

  const long before_met = allocations;
  const bool met = (*set)->Permits(inputs, Phase::kRequest, Stage::kRequest);
  const long after_met = allocations;
  EXPECT_TRUE(met);
  EXPECT_EQ(after_met - before_met, 0);

  inputs.Set("count", Value());
  const long before_unknown = allocations;
  const bool unknown = (*set)->Permits(inputs, Phase::kRequest, Stage::kRequest);
  const long after_unknown = allocations;
  EXPECT_FALSE(unknown);
  EXPECT_EQ(after_unknown - before_unknown, 0);

  Selection selection;
  selection.profiles = {Profile::kStrict};
  const auto view = (*set)->Select(selection).value();
  const long before_view = allocations;
  const bool denied = view->Denies(inputs, Phase::kRequest, Stage::kRequest);
  const bool permitted = view->Permits(inputs, Phase::kRequest, Stage::kRequest);
  const long after_view = allocations;
  EXPECT_TRUE(denied);
  EXPECT_FALSE(permitted);
  EXPECT_EQ(after_view - before_view, 0);

  const long before_findings = allocations;
  (*set)->Evaluate(inputs, Phase::kRequest, Stage::kRequest);
  EXPECT_GT(allocations - before_findings, 0) << "the counter counts";
}

}  // namespace
}  // namespace facegate::rules
