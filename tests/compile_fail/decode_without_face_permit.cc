// The grounds of a pass or a badge are no permit to look at a picture (I1).
// EXPECT: invalid initialization|no matching function|cannot convert|could not convert
#include "facegate/frame/image.h"

namespace facegate::frame {
core::Result<Image> Look(core::ByteSpan bytes, const policy::Faceless& way, const Limits& limits,
                         core::Metrics& metrics) {
  return Decode(bytes, way, limits, metrics);
}
}  // namespace facegate::frame
