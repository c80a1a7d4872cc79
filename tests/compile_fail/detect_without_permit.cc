// Not even a box is looked for without a ViewPermit (I1).
// EXPECT: no matching function|too few arguments|invalid initialization|no viable conversion
#include "facegate/vision/face_engine.h"

namespace facegate::vision {
auto Peek(FaceEngine& engine, const frame::Image& image) {
  return engine.Detect(image, core::NoDeadline{});
}
}  // namespace facegate::vision
