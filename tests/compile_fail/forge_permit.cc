// Nobody but the engine makes a Permit (I2).
// EXPECT: is private within this context|calling a private constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
Permit Forge() {
  const auto pool = std::make_shared<crypto::WipedPool>();
  return Permit(crypto::MakeWiped<internal::Warrant>(pool, Grounds(), nullptr));
}
}  // namespace facegate::policy
