// An embedding has no text form, so it cannot reach a log (I7).
// EXPECT: no match for .operator<<.|invalid operands to binary expression
#include <iostream>

#include "facegate/vision/face.h"

namespace facegate::vision {
void Leak(const Embedding& embedding) { std::cout << embedding; }
}  // namespace facegate::vision
