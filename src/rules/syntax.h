// From an expression's text to its tree; no types yet.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "facegate/rules/expression.h"

namespace facegate::rules {

enum class SyntaxKind {
  kName,      // text: a dotted input or a constant word
  kText,      // text: without its quotes
  kNumber,    // number
  kDay,       // text: YYYY-MM-DD
  kList,      // children
  kCall,      // text: the function; children: the arguments
  kNot,       // one child
  kAnd,       // two children
  kOr,        // two children
  kRelation,  // text: == != < <= > >=; two children
  kIn,        // two children; negated for `not in`
};

struct Syntax {
  SyntaxKind kind = SyntaxKind::kName;
  std::size_t offset = 0;  // where it stands; of an operator, where its left side does
  std::string text;
  double number = 0;
  bool negated = false;
  std::vector<Syntax> children;
};

std::variant<Syntax, ExpressionError> ParseSyntax(std::string_view text);

// An expression that parses to the same tree, with single spaces and no brackets but those needed.
std::string TextOf(const Syntax& syntax);

}  // namespace facegate::rules
