// Nobody but the engine says that a credential may be looked at (I2).
// EXPECT: is private within this context|calling a private constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
Faceless Forge() { return Faceless(std::make_unique<internal::Warrant>()); }
}  // namespace facegate::policy
