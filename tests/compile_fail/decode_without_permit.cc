// No frame is decoded without a ViewPermit (I1).
// EXPECT: too few arguments|no matching function|invalid initialization|cannot convert
#include "facegate/frame/image.h"

namespace facegate::frame {
core::Result<Image> Peek(core::ByteSpan bytes, core::Metrics& metrics) {
  return Decode(bytes, Limits{}, metrics);
}
}  // namespace facegate::frame
