// Nobody but the engine says that a credential may be looked at (I2).
// EXPECT: is private within this context|calling a private constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
Faceless Forge() {
  const auto pool = std::make_shared<crypto::WipedPool>();
  return Faceless(crypto::MakeWiped<internal::Warrant>(pool, Grounds(), nullptr));
}
}  // namespace facegate::policy
