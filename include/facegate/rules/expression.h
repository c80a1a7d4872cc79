// One condition of a rule: parsed, type-checked against the vocabulary, compiled, evaluated.
//
//   or and not   ==  !=  <  <=  >  >=   in   not in   ( )   [list]
//   'text'  "text"  12  13.99  2025-06-01  true  false  true_for_information  false_always
//   exists(x)  days(a, b)  years(a, b)  workdays_cn(a, b)  any_of(set, list)  all_of(set, list)
//   implies(a, b)
//
// Kleene's three-valued logic: whatever reads a missing input is unknown, `and` is the lesser and
// `or` the greater of its sides (false < unknown < true), exists() of a missing input is false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "facegate/rules/calendar.h"
#include "facegate/rules/value.h"

namespace facegate::rules {

// Ordered as the logic needs it.
enum class Truth : std::uint8_t { kFalse, kUnknown, kTrue };

struct ExpressionError {
  std::size_t offset = 0;  // in bytes from the expression's start
  std::string message;
};

// Immutable and thread-safe.
class Expression {
 public:
  // `calendar` may be null; workdays_cn is then an error. An expression has at most 8 KiB and nests
  // at most 64 deep.
  static std::variant<Expression, ExpressionError> Compile(
      std::string_view text, const Vocabulary& vocabulary,
      std::shared_ptr<const WorkCalendar> calendar = nullptr);

  // Total; does not allocate. Sets `*provisional` (where given) to true if working days were
  // counted beyond the published calendar; never to false. Requires: `inputs` are of the vocabulary
  // that the expression was compiled against.
  Truth Evaluate(const Inputs& inputs, bool* provisional = nullptr) const;

  // What can be said whatever the missing inputs turn out to be: true or false only where no value
  // of theirs could change it. (In Evaluate, exists() of a missing input is false; here it is
  // unknown.) Total; does not allocate.
  Truth Foresee(const Inputs& inputs) const;

  // Appends the indices of the inputs whose absence leaves the expression unknown; nothing where it
  // is true or false. May repeat.
  void AppendMissing(const Inputs& inputs, std::vector<std::size_t>& missing) const;

  // The inputs it reads, sorted, each once.
  const std::vector<std::size_t>& inputs() const { return inputs_; }

 private:
  friend class ExpressionCompiler;
  friend class ExpressionRun;
  enum class Op : std::uint8_t {
    // Conditions: `a` and `b` are nodes.
    kTrue,
    kFalse,
    kBoolInput,
    kNot,
    kAnd,
    kOr,
    kImplies,
    kSameTruth,
    kExists,
    kCompareNumbers,
    kCompareTimes,
    kCompareTexts,
    kTextIn,
    kNumberIn,
    kTimeIn,
    kTextInSet,
    kAnyOf,
    kAllOf,
    // Values.
    kNumber,
    kNumberInput,
    kDays,
    kYears,
    kWorkdays,
    kTime,
    kTimeInput,
    kText,
    kTextInput,
  };
  enum class Relation : std::uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kMore, kMoreEqual };
  // 12 bytes a node, all in one array, children before parents: the last one is the root.
  struct Code {
    Op op = Op::kFalse;
    Relation relation = Relation::kEqual;
    bool negated = false;    // of the `in` family
    bool whole_day = false;  // of times: a date, not a moment
    std::uint32_t a = 0;     // a node, an input, or a place in a constant pool
    std::uint32_t b = 0;
  };

  Expression() = default;
  std::vector<Code> code_;
  std::vector<double> numbers_;
  std::vector<core::Timestamp> times_;
  std::vector<std::string> texts_;
  std::vector<std::vector<std::string>> text_lists_;
  std::vector<std::vector<double>> number_lists_;
  std::vector<std::vector<core::Timestamp>> time_lists_;
  std::vector<std::size_t> inputs_;
  std::shared_ptr<const WorkCalendar> calendar_;
};

}  // namespace facegate::rules
