// What became of a face is not recorded by way of a pass or a badge (I1).
// EXPECT: no matching function for call|no matching member function
#include "facegate/audit/ledger.h"

namespace facegate::audit {
core::Result<Recorded> Record(Ledger& ledger, policy::Faceless way, Outcome outcome) {
  return ledger.Commit(std::move(way), std::move(outcome));
}
}  // namespace facegate::audit
