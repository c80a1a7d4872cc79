// Nobody but the engine makes a ViewPermit (I2).
// EXPECT: is private within this context|calling a private constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
ViewPermit Forge() { return ViewPermit(std::make_unique<internal::Warrant>()); }
}  // namespace facegate::policy
