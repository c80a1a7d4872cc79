// A secret has no text form, so it cannot reach a log.
// EXPECT: no match for .operator<<.|invalid operands to binary expression
#include <iostream>

#include "facegate/crypto/secret.h"

namespace facegate::crypto {
void Leak(const SecretBytes& secret) { std::cout << secret; }
}  // namespace facegate::crypto
