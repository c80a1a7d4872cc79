// Nobody but Seal makes an image that may be stored (I7).
// EXPECT: is private within this context|calling a private constructor
#include "facegate/images/kept_image.h"

namespace facegate::images {
PendingImage Forge() { return PendingImage(storage::PutImage{}); }
}  // namespace facegate::images
