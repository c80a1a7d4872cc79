// A failure cannot be overlooked (I4).
// EXPECT: ignoring return
#include "facegate/model/resources.h"

namespace facegate::model {
void Check(const Region& region) { CheckRegion(region); }
}  // namespace facegate::model
