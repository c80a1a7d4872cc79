// LINKS: facegate_rules
// Any bytes as an expression: it compiles or tells a place inside itself, and what compiles
// evaluates to the same truth twice, unknown exactly where it names a missing input, and settled by
// telling those.
#include "facegate/rules/expression.h"

#include <memory>

#include "facegate/core/check.h"
#include "fuzz/fuzz_target.h"

namespace {

namespace rules = facegate::rules;

const std::shared_ptr<const rules::Vocabulary>& FuzzVocabulary() {
  static const std::shared_ptr<const rules::Vocabulary> vocabulary =
      rules::Vocabulary::Parse("v", R"(inputs:
  a: {type: bool, source: fuzz}
  b: {type: bool, source: fuzz}
  n: {type: number, source: fuzz}
  now: {type: timestamp, source: fuzz}
  d: {type: date, source: fuzz}
  k: {type: enum, values: [x, y], source: fuzz}
  s: {type: set, values: [x, y], source: fuzz}
  t: {type: string, source: fuzz}
)")
          .value();
  return vocabulary;
}

// Some value of that type.
rules::Value ValueOf(const rules::InputSpec& spec) {
  switch (spec.type) {
    case rules::Type::kBool:
      return true;
    case rules::Type::kInt:
    case rules::Type::kNumber:
      return 1.0;
    case rules::Type::kSet:
      return std::vector<std::string>{spec.values[0]};
    case rules::Type::kEnum:
      return spec.values[0];
    case rules::Type::kString:
    case rules::Type::kRef:
      return std::string("x");
    case rules::Type::kTimestamp:
    case rules::Type::kDate:
      return facegate::core::Timestamp{facegate::core::kMsPerDay * 20'001};
  }
  return {};
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto calendar =
      rules::WorkCalendar::Parse("c",
                                 "utc_offset_hours: 8\nyears: {2025: {holidays: [2025-06-02]}}\n")
          .value();
  const auto compiled =
      rules::Expression::Compile(FuzzText(data, size), *FuzzVocabulary(), calendar);
  if (const auto* error = std::get_if<rules::ExpressionError>(&compiled)) {
    FG_CHECK(error->offset <= size && !error->message.empty());
    return 0;
  }
  const rules::Expression& expression = std::get<rules::Expression>(compiled);
  rules::Inputs nothing(FuzzVocabulary());
  rules::Inputs some(FuzzVocabulary());
  some.Set("a", true);
  some.Set("n", 3.5);
  some.Set("d", facegate::core::Timestamp{facegate::core::kMsPerDay * 20'000});
  some.Set("k", std::string("x"));
  for (const rules::Inputs* inputs : {&nothing, &some}) {
    const rules::Truth truth = expression.Evaluate(*inputs);
    FG_CHECK(truth == expression.Evaluate(*inputs));
    std::vector<std::size_t> missing;
    expression.AppendMissing(*inputs, missing);
    FG_CHECK(missing.empty() == (truth != rules::Truth::kUnknown));
    rules::Inputs told = *inputs;
    for (const std::size_t input : missing) {
      FG_CHECK(std::holds_alternative<std::monostate>(inputs->at(input)));
      told.Set(FuzzVocabulary()->at(input).name, ValueOf(FuzzVocabulary()->at(input)));
    }
    FG_CHECK(expression.Evaluate(told) != rules::Truth::kUnknown);
  }
  return 0;
}

std::vector<std::string> FuzzSeeds() {
  return {
      "a and not b or implies(exists(t), t != 'x')",
      "k in ['x', 'y'] and 'x' in s and any_of(s, ['y']) and not all_of(s, [\"x\", 'y'])",
      "n >= -13.99 and n not in [1, 2] and days(d, now) < 3 and years(d, 2025-06-01) == 0",
      "workdays_cn(d, '2025-07-14T00:00:00Z') <= 30 and (true_for_information or false_always)",
  };
}
