// From a syntax tree to an expression; Expression::Compile is parsing and this.
#pragma once

#include <memory>
#include <variant>

#include "facegate/rules/expression.h"
#include "rules/syntax.h"

namespace facegate::rules {

// `calendar` may be null, as for Expression::Compile.
std::variant<Expression, ExpressionError> CompileSyntax(
    const Syntax& syntax, const Vocabulary& vocabulary,
    std::shared_ptr<const WorkCalendar> calendar);

}  // namespace facegate::rules
