// Whether what a caller merely asserts could satisfy a condition by itself.
#pragma once

#include <string>
#include <vector>

#include "facegate/rules/value.h"
#include "rules/syntax.h"

namespace facegate::rules {

// The asserted inputs of a condition that could be true though nothing else is known but the time;
// empty where they cannot make it so, or where it is true without them. Errs on the side of naming
// them: it takes every comparison of asserted inputs for one that can come out either way.
// Requires: the condition compiled against the vocabulary.
std::vector<std::string> AssertedAlone(const Syntax& condition, const Vocabulary& vocabulary);

}  // namespace facegate::rules
