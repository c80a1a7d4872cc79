// A camera is no site.
// EXPECT: could not convert|no viable conversion|invalid initialization|no matching
#include "facegate/model/ids.h"

namespace facegate::model {
std::string Name(const OperatorId& op, const CameraId& camera) { return SiteName(op, camera); }
}  // namespace facegate::model
