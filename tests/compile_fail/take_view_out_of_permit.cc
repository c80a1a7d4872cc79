// A Permit lends its view permit: nobody takes it out, to spend one decision twice (I2).
// EXPECT: use of deleted function|implicitly-deleted copy constructor|deleted constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
ViewPermit TakeOut(const Permit& permit) { return permit.view(); }
}  // namespace facegate::policy
