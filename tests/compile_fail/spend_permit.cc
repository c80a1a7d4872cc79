// Nobody but the ledger spends a permit, so a request cannot leave without its record (I3).
// EXPECT: is private within this context|is a private member
#include "facegate/policy/permit.h"

namespace facegate::policy {
void Drop(Permit permit) { std::move(permit).Spend(); }
}  // namespace facegate::policy
