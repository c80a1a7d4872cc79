// There is no empty permit to be filled in later (I2).
// EXPECT: no matching function for call to|no matching constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
Permit Forge() { return Permit(); }
}  // namespace facegate::policy
