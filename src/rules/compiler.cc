// Type-checks a syntax tree against the vocabulary and lowers it to Expression's flat code.

#include <algorithm>
#include <array>
#include <utility>

#include "facegate/rules/document.h"
#include "facegate/rules/expression.h"
#include "rules/compiler.h"
#include "rules/syntax.h"

namespace facegate::rules {
namespace {

constexpr std::array<std::string_view, 7> kFunctions = {"all_of",  "any_of",      "days", "exists",
                                                        "implies", "workdays_cn", "years"};

// What a piece of an expression yields.
enum class Sort { kTruth, kNumber, kTime, kText, kSet };

std::string_view SortName(Sort sort) {
  switch (sort) {
    case Sort::kTruth:
      return "a condition";
    case Sort::kNumber:
      return "a number";
    case Sort::kTime:
      return "a time";
    case Sort::kText:
      return "a text";
    case Sort::kSet:
      return "a set";
  }
  return "?";
}

Sort SortOf(Type type) {
  switch (type) {
    case Type::kBool:
      return Sort::kTruth;
    case Type::kInt:
    case Type::kNumber:
      return Sort::kNumber;
    case Type::kTimestamp:
    case Type::kDate:
      return Sort::kTime;
    case Type::kSet:
      return Sort::kSet;
    case Type::kString:
    case Type::kEnum:
    case Type::kRef:
      return Sort::kText;
  }
  return Sort::kText;
}

bool IsConstant(const Syntax& syntax) {
  return syntax.kind == SyntaxKind::kText || syntax.kind == SyntaxKind::kNumber ||
         syntax.kind == SyntaxKind::kDay;
}

}  // namespace

// One compilation. The first error sticks and makes the rest a no-op, so that the code reads as if
// everything were well.
class ExpressionCompiler {
 public:
  ExpressionCompiler(const Vocabulary& vocabulary, std::shared_ptr<const WorkCalendar> calendar)
      : vocabulary_(vocabulary) {
    out_.calendar_ = std::move(calendar);
  }

  std::variant<Expression, ExpressionError> Run(const Syntax& syntax) {
    Condition(syntax);
    if (error_) return *std::move(error_);
    std::sort(out_.inputs_.begin(), out_.inputs_.end());
    out_.inputs_.erase(std::unique(out_.inputs_.begin(), out_.inputs_.end()), out_.inputs_.end());
    return std::move(out_);
  }

 private:
  using Op = Expression::Op;
  using Relation = Expression::Relation;
  using NodeIndex = std::uint32_t;

  NodeIndex Fail(const Syntax& at, std::string message) {
    if (!error_) error_ = ExpressionError{at.offset, std::move(message)};
    return 0;
  }

  NodeIndex Emit(Expression::Code code) {
    out_.code_.push_back(code);
    return static_cast<NodeIndex>(out_.code_.size() - 1);
  }
  NodeIndex Emit(Op op, std::uint32_t a = 0, std::uint32_t b = 0) {
    Expression::Code code;
    code.op = op;
    code.a = a;
    code.b = b;
    return Emit(code);
  }
  template <class Pool, class T>
  static std::uint32_t Keep(Pool& pool, T value) {
    pool.push_back(std::move(value));
    return static_cast<std::uint32_t>(pool.size() - 1);
  }

  // The input of that name, noted as read; nothing, with an error, where there is none.
  std::optional<std::uint32_t> Input(const Syntax& name) {
    const std::optional<std::size_t> index = vocabulary_.Find(name.text);
    if (!index) {
      Fail(name, "unknown input " + Quoted(name.text) + DidYouMean(name.text, vocabulary_.Names()));
      return std::nullopt;
    }
    out_.inputs_.push_back(*index);
    return static_cast<std::uint32_t>(*index);
  }

  // What `syntax` yields, without compiling it; nothing where that takes an input nobody knows.
  std::optional<Sort> SortOfSyntax(const Syntax& syntax) {
    switch (syntax.kind) {
      case SyntaxKind::kText:
        return Sort::kText;
      case SyntaxKind::kNumber:
        return Sort::kNumber;
      case SyntaxKind::kDay:
        return Sort::kTime;
      case SyntaxKind::kList:
        Fail(syntax, "a list stands only after \"in\" or as a second argument");
        return std::nullopt;
      case SyntaxKind::kCall:
        return syntax.text == "days" || syntax.text == "years" || syntax.text == "workdays_cn"
                   ? Sort::kNumber
                   : Sort::kTruth;
      case SyntaxKind::kName: {
        if (IsTruthWord(syntax)) return Sort::kTruth;
        const std::optional<std::uint32_t> input = Input(syntax);
        if (!input) return std::nullopt;
        return SortOf(vocabulary_.at(*input).type);
      }
      default:
        return Sort::kTruth;
    }
  }

  static bool IsTruthWord(const Syntax& syntax) {
    return syntax.kind == SyntaxKind::kName &&
           (syntax.text == "true" || syntax.text == "false" ||
            syntax.text == "true_for_information" || syntax.text == "false_always");
  }

  NodeIndex Condition(const Syntax& syntax) {
    if (error_) return 0;
    switch (syntax.kind) {
      case SyntaxKind::kNot:
        return Emit(Op::kNot, Condition(syntax.children[0]));
      case SyntaxKind::kAnd:
        return Both(Op::kAnd, syntax.children);
      case SyntaxKind::kOr:
        return Both(Op::kOr, syntax.children);
      case SyntaxKind::kRelation:
        return Comparison(syntax);
      case SyntaxKind::kIn:
        return Membership(syntax);
      case SyntaxKind::kCall:
        return Call(syntax);
      case SyntaxKind::kName:
        return ConditionName(syntax);
      default:
        return Fail(syntax, "expected a condition");
    }
  }

  NodeIndex Both(Op op, const std::vector<Syntax>& sides) {
    const NodeIndex left = Condition(sides[0]);
    const NodeIndex right = Condition(sides[1]);
    return Emit(op, left, right);
  }

  NodeIndex ConditionName(const Syntax& syntax) {
    if (IsTruthWord(syntax)) {
      return Emit(syntax.text.starts_with("true") ? Op::kTrue : Op::kFalse);
    }
    const std::optional<std::uint32_t> input = Input(syntax);
    if (!input) return 0;
    const Type type = vocabulary_.at(*input).type;
    if (type != Type::kBool) {
      return Fail(syntax, Quoted(syntax.text) + " is of type " + std::string(TypeWord(type)) +
                              ", not a condition");
    }
    return Emit(Op::kBoolInput, *input);
  }

  NodeIndex Call(const Syntax& syntax) {
    if (std::find(kFunctions.begin(), kFunctions.end(), syntax.text) == kFunctions.end()) {
      return Fail(syntax,
                  "unknown function " + Quoted(syntax.text) + DidYouMean(syntax.text, kFunctions));
    }
    const std::size_t wanted = syntax.text == "exists" ? 1 : 2;
    if (syntax.children.size() != wanted) {
      return Fail(syntax, Quoted(syntax.text) + " takes " + std::to_string(wanted) +
                              (wanted == 1 ? " argument" : " arguments"));
    }
    if (syntax.text == "implies") return Both(Op::kImplies, syntax.children);
    if (syntax.text == "exists") return Exists(syntax.children[0]);
    if (syntax.text == "any_of") return SetCall(Op::kAnyOf, syntax);
    if (syntax.text == "all_of") return SetCall(Op::kAllOf, syntax);
    return Fail(syntax, Quoted(syntax.text) + " is a number, not a condition");
  }

  NodeIndex Exists(const Syntax& argument) {
    if (argument.kind != SyntaxKind::kName || IsTruthWord(argument)) {
      return Fail(argument, "exists takes the name of an input");
    }
    const std::optional<std::uint32_t> input = Input(argument);
    return input ? Emit(Op::kExists, *input) : 0;
  }

  NodeIndex SetCall(Op op, const Syntax& call) {
    const Syntax& set = call.children[0];
    if (set.kind != SyntaxKind::kName || IsTruthWord(set)) {
      return Fail(set, "expected the name of a set");
    }
    const std::optional<std::uint32_t> input = Input(set);
    if (!input) return 0;
    if (vocabulary_.at(*input).type != Type::kSet) {
      return Fail(set, Quoted(set.text) + " is not a set");
    }
    const std::optional<std::uint32_t> list = TextList(call.children[1], &vocabulary_.at(*input));
    return list ? Emit(op, *input, *list) : 0;
  }

  NodeIndex Comparison(const Syntax& syntax) {
    const Syntax& left = syntax.children[0];
    const Syntax& right = syntax.children[1];
    const std::optional<Sort> left_sort = SortOfSyntax(left);
    const std::optional<Sort> right_sort = SortOfSyntax(right);
    if (!left_sort || !right_sort) return 0;
    if (IsConstant(left) && IsConstant(right)) return Fail(left, "compares two constants");
    // A text in quotes stands for a time where the other side is one.
    const bool times = *left_sort == Sort::kTime || *right_sort == Sort::kTime;
    const auto fits = [times](const Syntax& side, Sort sort) {
      return !times || sort == Sort::kTime || side.kind == SyntaxKind::kText;
    };
    if (!fits(left, *left_sort) || !fits(right, *right_sort) ||
        (!times && *left_sort != *right_sort)) {
      return Fail(right, "cannot compare " + std::string(SortName(*left_sort)) + " with " +
                             std::string(SortName(*right_sort)));
    }
    const Relation relation = RelationOf(syntax.text);
    const bool ordering = relation != Relation::kEqual && relation != Relation::kNotEqual;
    if (times) return Compare(Op::kCompareTimes, relation, Time(left), Time(right));
    if (*left_sort == Sort::kNumber) {
      return Compare(Op::kCompareNumbers, relation, Number(left), Number(right));
    }
    if (ordering || *left_sort == Sort::kSet) {
      return Fail(left,
                  std::string(SortName(*left_sort)) + " cannot be compared by " + syntax.text);
    }
    if (*left_sort == Sort::kTruth) {
      return Compare(Op::kSameTruth, relation, Condition(left), Condition(right));
    }
    CheckWord(left, ClosedSpec(right));
    CheckWord(right, ClosedSpec(left));
    return Compare(Op::kCompareTexts, relation, Text(left), Text(right));
  }

  // Function arguments are evaluated in an unspecified order, which is fine: each emits its own
  // nodes.
  NodeIndex Compare(Op op, Relation relation, NodeIndex left, NodeIndex right) {
    Expression::Code code;
    code.op = op;
    code.relation = relation;
    code.a = left;
    code.b = right;
    return Emit(code);
  }

  static Relation RelationOf(std::string_view text) {
    if (text == "==") return Relation::kEqual;
    if (text == "!=") return Relation::kNotEqual;
    if (text == "<") return Relation::kLess;
    if (text == "<=") return Relation::kLessEqual;
    return text == ">" ? Relation::kMore : Relation::kMoreEqual;
  }

  NodeIndex Membership(const Syntax& syntax) {
    const Syntax& left = syntax.children[0];
    const Syntax& right = syntax.children[1];
    Expression::Code code;
    code.negated = syntax.negated;
    if (right.kind == SyntaxKind::kName && !IsTruthWord(right)) {
      const std::optional<std::uint32_t> input = Input(right);
      if (!input) return 0;
      if (vocabulary_.at(*input).type != Type::kSet) {
        return Fail(right, Quoted(right.text) + " is not a set");
      }
      CheckWord(left, &vocabulary_.at(*input));
      code.op = Op::kTextInSet;
      code.a = Text(left);
      code.b = *input;
      return Emit(code);
    }
    if (right.kind != SyntaxKind::kList) return Fail(right, "expected a list or a set");
    if (IsConstant(left)) return Fail(left, "compares two constants");
    const std::optional<Sort> sort = SortOfSyntax(left);
    if (!sort) return 0;
    std::optional<std::uint32_t> list;
    if (*sort == Sort::kText) {
      code.op = Op::kTextIn;
      code.a = Text(left);
      list = TextList(right, ClosedSpec(left));
    } else if (*sort == Sort::kNumber) {
      code.op = Op::kNumberIn;
      code.a = Number(left);
      list = NumberList(right);
    } else if (*sort == Sort::kTime) {
      code.op = Op::kTimeIn;
      code.a = Time(left);
      list = TimeList(right);
    } else {
      return Fail(left, std::string(SortName(*sort)) + " cannot stand before \"in\"");
    }
    code.b = list.value_or(0);
    return Emit(code);
  }

  // The vocabulary's entry where `syntax` is an input with a closed list of values.
  const InputSpec* ClosedSpec(const Syntax& syntax) {
    if (syntax.kind != SyntaxKind::kName) return nullptr;
    const std::optional<std::size_t> index = vocabulary_.Find(syntax.text);
    if (!index || vocabulary_.at(*index).values.empty()) return nullptr;
    return &vocabulary_.at(*index);
  }

  // That a text constant is one of the values of `spec`, where there is one.
  void CheckWord(const Syntax& word, const InputSpec* spec) {
    if (spec == nullptr || word.kind != SyntaxKind::kText) return;
    if (std::find(spec->values.begin(), spec->values.end(), word.text) != spec->values.end())
      return;
    const std::vector<std::string_view> values(spec->values.begin(), spec->values.end());
    Fail(word, Quoted(word.text) + " is not a value of " + Quoted(spec->name) +
                   DidYouMean(word.text, values));
  }

  std::optional<std::uint32_t> TextList(const Syntax& list, const InputSpec* spec) {
    if (!CheckList(list)) return std::nullopt;
    std::vector<std::string> texts;
    for (const Syntax& item : list.children) {
      if (item.kind != SyntaxKind::kText) {
        Fail(item, "expected a text in quotes");
        return std::nullopt;
      }
      CheckWord(item, spec);
      texts.push_back(item.text);
    }
    return Keep(out_.text_lists_, std::move(texts));
  }

  std::optional<std::uint32_t> NumberList(const Syntax& list) {
    if (!CheckList(list)) return std::nullopt;
    std::vector<double> numbers;
    for (const Syntax& item : list.children) {
      if (item.kind != SyntaxKind::kNumber) {
        Fail(item, "expected a number");
        return std::nullopt;
      }
      numbers.push_back(item.number);
    }
    return Keep(out_.number_lists_, std::move(numbers));
  }

  std::optional<std::uint32_t> TimeList(const Syntax& list) {
    if (!CheckList(list)) return std::nullopt;
    std::vector<core::Timestamp> times;
    for (const Syntax& item : list.children) {
      const std::optional<Moment> moment = TimeConstant(item);
      if (!moment) return std::nullopt;
      times.push_back(moment->time);
    }
    return Keep(out_.time_lists_, std::move(times));
  }

  bool CheckList(const Syntax& list) {
    if (list.kind != SyntaxKind::kList) {
      Fail(list, "expected a list");
    } else if (list.children.empty()) {
      Fail(list, "an empty list");
    }
    return !error_;
  }

  NodeIndex Text(const Syntax& syntax) {
    if (syntax.kind == SyntaxKind::kText) {
      return Emit(Op::kText, Keep(out_.texts_, syntax.text));
    }
    const std::optional<std::uint32_t> input = InputOfSort(syntax, Sort::kText);
    return input ? Emit(Op::kTextInput, *input) : 0;
  }

  NodeIndex Number(const Syntax& syntax) {
    if (syntax.kind == SyntaxKind::kNumber) {
      return Emit(Op::kNumber, Keep(out_.numbers_, syntax.number));
    }
    if (syntax.kind == SyntaxKind::kCall) return Span(syntax);
    const std::optional<std::uint32_t> input = InputOfSort(syntax, Sort::kNumber);
    return input ? Emit(Op::kNumberInput, *input) : 0;
  }

  // days, years, workdays_cn.
  NodeIndex Span(const Syntax& call) {
    if (call.children.size() != 2) return Fail(call, Quoted(call.text) + " takes 2 arguments");
    if (call.text == "workdays_cn" && out_.calendar_ == nullptr) {
      return Fail(call, "workdays_cn needs a calendar, and none is loaded");
    }
    const NodeIndex from = Time(call.children[0]);
    const NodeIndex to = Time(call.children[1]);
    if (call.text == "days") return Emit(Op::kDays, from, to);
    return Emit(call.text == "years" ? Op::kYears : Op::kWorkdays, from, to);
  }

  NodeIndex Time(const Syntax& syntax) {
    Expression::Code code;
    if (syntax.kind == SyntaxKind::kText || syntax.kind == SyntaxKind::kDay) {
      const std::optional<Moment> moment = TimeConstant(syntax);
      if (!moment) return 0;
      code.op = Op::kTime;
      code.whole_day = moment->whole_day;
      code.a = Keep(out_.times_, moment->time);
      return Emit(code);
    }
    const std::optional<std::uint32_t> input = InputOfSort(syntax, Sort::kTime);
    if (!input) return 0;
    code.op = Op::kTimeInput;
    code.whole_day = vocabulary_.at(*input).type == Type::kDate;
    code.a = *input;
    return Emit(code);
  }

  struct Moment {
    core::Timestamp time;
    bool whole_day = false;
  };
  std::optional<Moment> TimeConstant(const Syntax& syntax) {
    if (syntax.kind == SyntaxKind::kText || syntax.kind == SyntaxKind::kDay) {
      if (const auto day = ParseDay(syntax.text); day.ok()) return Moment{*day, true};
      if (const auto time = core::ParseRfc3339(syntax.text); time.ok()) return Moment{*time, false};
    }
    Fail(syntax, "expected a day such as 2025-06-01");
    return std::nullopt;
  }

  std::optional<std::uint32_t> InputOfSort(const Syntax& syntax, Sort sort) {
    if (syntax.kind != SyntaxKind::kName || IsTruthWord(syntax)) {
      Fail(syntax, "expected " + std::string(SortName(sort)));
      return std::nullopt;
    }
    const std::optional<std::uint32_t> input = Input(syntax);
    if (input && SortOf(vocabulary_.at(*input).type) != sort) {
      Fail(syntax, Quoted(syntax.text) + " is of type " +
                       std::string(TypeWord(vocabulary_.at(*input).type)) + ", not " +
                       std::string(SortName(sort)));
      return std::nullopt;
    }
    return input;
  }

  const Vocabulary& vocabulary_;
  Expression out_;
  std::optional<ExpressionError> error_;
};

std::variant<Expression, ExpressionError> Expression::Compile(
    std::string_view text, const Vocabulary& vocabulary,
    std::shared_ptr<const WorkCalendar> calendar) {
  std::variant<Syntax, ExpressionError> syntax = ParseSyntax(text);
  if (auto* error = std::get_if<ExpressionError>(&syntax)) return std::move(*error);
  return CompileSyntax(std::get<Syntax>(syntax), vocabulary, std::move(calendar));
}

std::variant<Expression, ExpressionError> CompileSyntax(
    const Syntax& syntax, const Vocabulary& vocabulary,
    std::shared_ptr<const WorkCalendar> calendar) {
  return ExpressionCompiler(vocabulary, std::move(calendar)).Run(syntax);
}

}  // namespace facegate::rules
