#include "rules/asserted.h"

#include <algorithm>
#include <array>
#include <set>

#include "facegate/rules/expression.h"

namespace facegate::rules {
namespace {

// The truths that a condition can have.
using Truths = std::array<bool, 3>;  // by Truth

constexpr Truths kOnlyFalse = {true, false, false};
constexpr Truths kOnlyUnknown = {false, true, false};
constexpr Truths kOnlyTrue = {false, false, true};
constexpr Truths kSettled = {true, false, true};
constexpr Truths kAnything = {true, true, true};

Truths Not(const Truths& truths) { return {truths[2], truths[1], truths[0]}; }

template <class Join>
Truths Joined(const Truths& left, const Truths& right, Join join) {
  Truths truths = {};
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      if (left[a] && right[b]) truths[join(a, b)] = true;
    }
  }
  return truths;
}

Truths And(const Truths& left, const Truths& right) {
  return Joined(left, right, [](std::size_t a, std::size_t b) { return std::min(a, b); });
}
Truths Or(const Truths& left, const Truths& right) {
  return Joined(left, right, [](std::size_t a, std::size_t b) { return std::max(a, b); });
}

// The inputs that stand anywhere in `syntax`.
void AddInputs(const Syntax& syntax, const Vocabulary& vocabulary, std::set<std::size_t>& inputs) {
  if (syntax.kind == SyntaxKind::kName) {
    if (const auto index = vocabulary.Find(syntax.text)) inputs.insert(*index);
  }
  for (const Syntax& child : syntax.children) AddInputs(child, vocabulary, inputs);
}

class Possible {
 public:
  // `known`: asserted inputs and the time may have any value; else nothing has one.
  Possible(const Vocabulary& vocabulary, bool known) : vocabulary_(vocabulary), known_(known) {}

  Truths Of(const Syntax& syntax) const {
    const std::vector<Syntax>& parts = syntax.children;
    if (syntax.kind == SyntaxKind::kNot) return Not(Of(parts[0]));
    if (syntax.kind == SyntaxKind::kAnd) return And(Of(parts[0]), Of(parts[1]));
    if (syntax.kind == SyntaxKind::kOr) return Or(Of(parts[0]), Of(parts[1]));
    if (syntax.kind == SyntaxKind::kCall && syntax.text == "implies") {
      return Or(Not(Of(parts[0])), Of(parts[1]));
    }
    std::set<std::size_t> inputs;
    AddInputs(syntax, vocabulary_, inputs);
    if (inputs.empty()) return OfConstant(syntax);
    const bool free = std::all_of(inputs.begin(), inputs.end(),
                                  [this](std::size_t input) { return IsFree(input); });
    if (syntax.kind == SyntaxKind::kCall && syntax.text == "exists") {
      return free ? kSettled : kOnlyFalse;
    }
    return free ? kAnything : kOnlyUnknown;
  }

 private:
  static Truths OfConstant(const Syntax& syntax) {
    if (syntax.kind != SyntaxKind::kName) return kSettled;
    return syntax.text.starts_with("true") ? kOnlyTrue : kOnlyFalse;
  }

  bool IsFree(std::size_t input) const {
    const InputSpec& spec = vocabulary_.at(input);
    return known_ && (spec.asserted || spec.name == "now");
  }

  const Vocabulary& vocabulary_;
  const bool known_;
};

}  // namespace

std::vector<std::string> AssertedAlone(const Syntax& condition, const Vocabulary& vocabulary) {
  std::set<std::size_t> inputs;
  AddInputs(condition, vocabulary, inputs);
  std::vector<std::string> asserted;
  for (const std::size_t input : inputs) {
    if (vocabulary.at(input).asserted) asserted.push_back(vocabulary.at(input).name);
  }
  constexpr auto kTrue = static_cast<std::size_t>(Truth::kTrue);
  const bool with = Possible(vocabulary, true).Of(condition)[kTrue];
  const bool without = Possible(vocabulary, false).Of(condition)[kTrue];
  if (!with || without) asserted.clear();
  return asserted;
}

}  // namespace facegate::rules
