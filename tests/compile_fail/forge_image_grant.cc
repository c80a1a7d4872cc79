// Nobody but the engine lets an image be kept (I7).
// EXPECT: is private within this context|calling a private constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
ImageGrant Forge(const Scope& scope) { return ImageGrant(scope, {}, {}); }
}  // namespace facegate::policy
