#include "facegate/frame/image.h"
#include "frame/pixels.h"

namespace facegate::frame {

core::Result<Image> Decode(core::ByteSpan bytes, const policy::ViewPermit& permit,
                           const Limits& limits, core::Metrics& metrics) {
  static_cast<void>(permit.scope());  // aborts on a permit that was moved from
  const core::StageTimer timer(metrics, core::Stage::kDecode);
  core::Result<Image> image = DecodePixels(bytes, limits);
  if (image.ok()) metrics.Add(core::Counter::kFramesDecoded);
  return image;
}

}  // namespace facegate::frame
