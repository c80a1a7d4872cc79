// LINKS: facegate_rules
// Any bytes as an expression: it compiles or tells a place inside itself, and what compiles
// evaluates to the same truth twice, unknown exactly where it names a missing input.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "facegate/rules/expression.h"

namespace {

using namespace facegate::rules;

const std::shared_ptr<const Vocabulary>& FuzzVocabulary() {
  static const std::shared_ptr<const Vocabulary> vocabulary = Vocabulary::Parse("v", R"(inputs:
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

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto calendar =
      WorkCalendar::Parse("c", "utc_offset_hours: 8\nyears: {2025: {holidays: [2025-06-02]}}\n")
          .value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto compiled = Expression::Compile(text, *FuzzVocabulary(), calendar);
  if (const auto* error = std::get_if<ExpressionError>(&compiled)) {
    Require(error->offset <= size && !error->message.empty());
    return 0;
  }
  const Expression& expression = std::get<Expression>(compiled);
  Inputs nothing(FuzzVocabulary());
  Inputs some(FuzzVocabulary());
  some.Set("a", true);
  some.Set("n", 3.5);
  some.Set("d", facegate::core::Timestamp{facegate::core::kMsPerDay * 20'000});
  some.Set("k", std::string("x"));
  for (const Inputs* inputs : {&nothing, &some}) {
    const Truth truth = expression.Evaluate(*inputs);
    Require(truth == expression.Evaluate(*inputs));
    std::vector<std::size_t> missing;
    expression.AppendMissing(*inputs, missing);
    Require(missing.empty() == (truth != Truth::kUnknown));
  }
  return 0;
}
