#include "facegate/rules/expression.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "facegate/core/check.h"

namespace facegate::rules {
namespace {

Truth Of(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

Truth Not(Truth truth) { return static_cast<Truth>(2 - static_cast<int>(truth)); }

bool Contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Completed years from `from` to `to`; negative where `to` comes first. A year that began on
// 29 February is complete on 1 March.
double CompletedYears(core::Timestamp from, core::Timestamp to) {
  if (to < from) return -CompletedYears(to, from);
  using std::chrono::year_month_day;
  const Day from_day = DayOf(from);
  const Day to_day = DayOf(to);
  const year_month_day a{std::chrono::sys_days(std::chrono::days(from_day))};
  const year_month_day b{std::chrono::sys_days(std::chrono::days(to_day))};
  const std::int64_t from_ms = from.unix_ms - from_day * core::kMsPerDay;
  const std::int64_t to_ms = to.unix_ms - to_day * core::kMsPerDay;
  const auto reached = [&] {
    if (a.month() != b.month()) return a.month() < b.month();
    if (a.day() != b.day()) return a.day() < b.day();
    return from_ms <= to_ms;
  };
  return static_cast<int>(b.year()) - static_cast<int>(a.year()) - (reached() ? 0 : 1);
}

// Whole days, cut toward zero.
double WholeDays(core::Timestamp from, core::Timestamp to) {
  const std::int64_t days = (to - from) / core::kMsPerDay;
  return static_cast<double>(days);
}

}  // namespace

// One evaluation: the code, the inputs, and what to note on the way. Never allocates but in
// Missing.
class ExpressionRun {
 public:
  ExpressionRun(const Expression& expression, const Inputs& inputs, bool* provisional,
                bool may_come = false)
      : code_(expression.code_),
        e_(expression),
        inputs_(inputs),
        provisional_(provisional),
        may_come_(may_come) {}

  std::uint32_t root() const { return static_cast<std::uint32_t>(code_.size() - 1); }

  Truth Condition(std::uint32_t index) const {
    const Code& code = code_[index];
    switch (code.op) {
      case Op::kTrue:
        return Truth::kTrue;
      case Op::kFalse:
        return Truth::kFalse;
      case Op::kBoolInput: {
        const bool* value = std::get_if<bool>(&inputs_.at(code.a));
        return value == nullptr ? Truth::kUnknown : Of(*value);
      }
      case Op::kNot:
        return Not(Condition(code.a));
      case Op::kAnd:
        return std::min(Condition(code.a), Condition(code.b));
      case Op::kOr:
        return std::max(Condition(code.a), Condition(code.b));
      case Op::kImplies:
        return std::max(Not(Condition(code.a)), Condition(code.b));
      case Op::kSameTruth:
        return SameTruth(code);
      case Op::kExists:
        if (may_come_ && inputs_.at(code.a).index() == 0) return Truth::kUnknown;
        return Of(Exists(inputs_.at(code.a)));
      default:
        return Comparison(code);
    }
  }

  void Missing(std::uint32_t index, std::vector<std::size_t>& missing) const {
    const Code& code = code_[index];
    if (IsCondition(code.op) && Condition(index) != Truth::kUnknown) return;
    switch (code.op) {
      case Op::kBoolInput:
      case Op::kNumberInput:
      case Op::kTimeInput:
      case Op::kTextInput:
      case Op::kAnyOf:
      case Op::kAllOf:
        return Note(code.a, missing);
      case Op::kTextInSet:
        Note(code.b, missing);
        return Missing(code.a, missing);
      case Op::kNot:
      case Op::kTextIn:
      case Op::kNumberIn:
      case Op::kTimeIn:
        return Missing(code.a, missing);
      case Op::kAnd:
      case Op::kOr:
      case Op::kImplies:
      case Op::kSameTruth:
      case Op::kCompareNumbers:
      case Op::kCompareTimes:
      case Op::kCompareTexts:
      case Op::kDays:
      case Op::kYears:
      case Op::kWorkdays:
        Missing(code.a, missing);
        return Missing(code.b, missing);
      case Op::kTrue:
      case Op::kFalse:
      case Op::kExists:
      case Op::kNumber:
      case Op::kTime:
      case Op::kText:
        return;
    }
  }

 private:
  using Op = Expression::Op;
  using Relation = Expression::Relation;
  using Code = Expression::Code;

  static bool IsCondition(Op op) { return op <= Op::kAllOf; }

  void Note(std::uint32_t input, std::vector<std::size_t>& missing) const {
    if (std::holds_alternative<std::monostate>(inputs_.at(input))) missing.push_back(input);
  }

  static bool Exists(const Value& value) {
    if (std::holds_alternative<std::monostate>(value)) return false;
    if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
    if (const auto* set = std::get_if<std::vector<std::string>>(&value)) return !set->empty();
    return true;
  }

  Truth SameTruth(const Code& code) const {
    const Truth left = Condition(code.a);
    const Truth right = Condition(code.b);
    if (left == Truth::kUnknown || right == Truth::kUnknown) return Truth::kUnknown;
    return Of((left == right) == (code.relation == Relation::kEqual));
  }

  Truth Comparison(const Code& code) const {
    switch (code.op) {
      case Op::kCompareNumbers:
        return Compare(code.relation, Number(code.a), Number(code.b));
      case Op::kCompareTimes:
        return Compare(code.relation, Time(code.a), Time(code.b));
      case Op::kCompareTexts: {
        const std::string* left = Text(code.a);
        const std::string* right = Text(code.b);
        if (left == nullptr || right == nullptr) return Truth::kUnknown;
        return Of((*left == *right) == (code.relation == Relation::kEqual));
      }
      case Op::kTextIn: {
        const std::string* text = Text(code.a);
        if (text == nullptr) return Truth::kUnknown;
        return Of(Contains(e_.text_lists_[code.b], *text) != code.negated);
      }
      case Op::kNumberIn:
        return In(Number(code.a), e_.number_lists_[code.b], code.negated);
      case Op::kTimeIn:
        return In(Time(code.a), e_.time_lists_[code.b], code.negated);
      case Op::kTextInSet: {
        const std::string* text = Text(code.a);
        const auto* set = Set(code.b);
        if (text == nullptr || set == nullptr) return Truth::kUnknown;
        return Of(Contains(*set, *text) != code.negated);
      }
      case Op::kAnyOf:
      case Op::kAllOf:
        return SetCall(code);
      default:
        FG_CHECK(false);  // the compiler puts no value where a condition belongs
    }
    return Truth::kUnknown;
  }

  // any_of: the set has a member of the list. all_of: the set has every member of the list.
  Truth SetCall(const Code& code) const {
    const auto* set = Set(code.a);
    if (set == nullptr) return Truth::kUnknown;
    const std::vector<std::string>& list = e_.text_lists_[code.b];
    const auto in_set = [set](const std::string& word) { return Contains(*set, word); };
    return Of(code.op == Op::kAnyOf ? std::any_of(list.begin(), list.end(), in_set)
                                    : std::all_of(list.begin(), list.end(), in_set));
  }

  template <class T>
  static Truth Compare(Relation relation, const std::optional<T>& left,
                       const std::optional<T>& right) {
    if (!left || !right) return Truth::kUnknown;
    switch (relation) {
      case Relation::kEqual:
        return Of(*left == *right);
      case Relation::kNotEqual:
        return Of(*left != *right);
      case Relation::kLess:
        return Of(*left < *right);
      case Relation::kLessEqual:
        return Of(*left <= *right);
      case Relation::kMore:
        return Of(*left > *right);
      case Relation::kMoreEqual:
        return Of(*left >= *right);
    }
    return Truth::kUnknown;
  }

  template <class T>
  static Truth In(const std::optional<T>& value, const std::vector<T>& list, bool negated) {
    if (!value) return Truth::kUnknown;
    return Of((std::find(list.begin(), list.end(), *value) != list.end()) != negated);
  }

  std::optional<double> Number(std::uint32_t index) const {
    const Code& code = code_[index];
    if (code.op == Op::kNumber) return e_.numbers_[code.a];
    if (code.op == Op::kNumberInput) {
      const double* value = std::get_if<double>(&inputs_.at(code.a));
      return value == nullptr ? std::nullopt : std::optional<double>(*value);
    }
    const std::optional<core::Timestamp> from = Time(code.a);
    const std::optional<core::Timestamp> to = Time(code.b);
    if (!from || !to) return std::nullopt;
    if (code.op == Op::kDays) return WholeDays(*from, *to);
    if (code.op == Op::kYears) return CompletedYears(*from, *to);
    FG_CHECK(code.op == Op::kWorkdays);
    const WorkDays days = e_.calendar_->Between(LocalDay(code.a, *from), LocalDay(code.b, *to));
    if (days.provisional && provisional_ != nullptr) *provisional_ = true;
    return static_cast<double>(days.count);
  }

  // A date is that day everywhere; a moment lies in the day of the calendar's own clock.
  Day LocalDay(std::uint32_t index, core::Timestamp time) const {
    return DayOf(time, code_[index].whole_day ? 0 : e_.calendar_->utc_offset_ms());
  }

  std::optional<core::Timestamp> Time(std::uint32_t index) const {
    const Code& code = code_[index];
    if (code.op == Op::kTime) return e_.times_[code.a];
    FG_CHECK(code.op == Op::kTimeInput);
    const auto* value = std::get_if<core::Timestamp>(&inputs_.at(code.a));
    return value == nullptr ? std::nullopt : std::optional<core::Timestamp>(*value);
  }

  const std::string* Text(std::uint32_t index) const {
    const Code& code = code_[index];
    if (code.op == Op::kText) return &e_.texts_[code.a];
    FG_CHECK(code.op == Op::kTextInput);
    return std::get_if<std::string>(&inputs_.at(code.a));
  }

  const std::vector<std::string>* Set(std::uint32_t input) const {
    return std::get_if<std::vector<std::string>>(&inputs_.at(input));
  }

  const std::vector<Code>& code_;
  const Expression& e_;
  const Inputs& inputs_;
  bool* provisional_;
  const bool may_come_;  // missing inputs may yet be supplied
};

Truth Expression::Evaluate(const Inputs& inputs, bool* provisional) const {
  const ExpressionRun run(*this, inputs, provisional);
  return run.Condition(run.root());
}

Truth Expression::Foresee(const Inputs& inputs) const {
  const ExpressionRun run(*this, inputs, nullptr, /*may_come=*/true);
  return run.Condition(run.root());
}

void Expression::AppendMissing(const Inputs& inputs, std::vector<std::size_t>& missing) const {
  const ExpressionRun run(*this, inputs, nullptr);
  run.Missing(run.root(), missing);
}

}  // namespace facegate::rules
