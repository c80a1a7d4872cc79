// Nobody but the ledger says that an event is recorded (I5).
// EXPECT: is private within this context|calling a private constructor
#include "facegate/audit/outcome.h"

namespace facegate::audit {
RecordedEvent Forge() { return RecordedEvent(Receipt{}); }
}  // namespace facegate::audit
