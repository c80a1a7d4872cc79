// Nothing can be kept but what was cut out under a grant: not a whole picture, not any bytes (I7).
// EXPECT: invalid initialization|no viable conversion|cannot convert|no matching function
#include "facegate/images/kept_image.h"

namespace facegate::images {
auto SealBytes(core::ByteSpan jpeg, const policy::ImageGrant& grant, const crypto::KeyRing& keys) {
  return Seal(jpeg, grant, keys, {});
}
}  // namespace facegate::images
