// A ViewPermit allows detection; it does not allow embedding (I1).
// EXPECT: invalid initialization|no viable conversion|cannot convert
#include "facegate/vision/face_engine.h"

namespace facegate::vision {
auto Peek(FaceEngine& engine, const frame::Image& image, const policy::ViewPermit& view) {
  return engine.Embed(image, {}, view, core::NoDeadline{});
}
}  // namespace facegate::vision
