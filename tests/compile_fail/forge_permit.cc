// Nobody but the engine makes a Permit (I2).
// EXPECT: is private within this context|calling a private constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
Permit Forge() { return Permit(std::make_unique<internal::Warrant>()); }
}  // namespace facegate::policy
