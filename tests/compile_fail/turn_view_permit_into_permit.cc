// Only Engine::Admit turns a ViewPermit into a Permit (I2).
// EXPECT: could not convert|no viable conversion
#include "facegate/policy/permit.h"

namespace facegate::policy {
Permit Promote(ViewPermit view) { return view; }
}  // namespace facegate::policy
