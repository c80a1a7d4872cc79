// A ViewPermit is spent once, so it cannot be copied (I3).
// EXPECT: use of deleted function|implicitly-deleted copy constructor|deleted constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
void Keep(ViewPermit permit);
void Copy(const ViewPermit& permit) { Keep(permit); }
}  // namespace facegate::policy
