// An outcome is no answer: use cases give Recorded, which an outcome does not turn into (I3).
// EXPECT: could not convert|no viable conversion
#include "facegate/audit/outcome.h"

namespace facegate::audit {
core::Result<Recorded> Answer(Outcome outcome) { return outcome; }
}  // namespace facegate::audit
