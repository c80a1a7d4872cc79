// A ViewPermit does not allow comparing (I1).
// EXPECT: invalid initialization|no viable conversion|cannot convert
#include "facegate/gallery/gallery.h"

namespace facegate::gallery {
auto Peek(const Gallery& gallery, const vision::Face& face, const policy::ViewPermit& view) {
  return gallery.Verify(face, view);
}
}  // namespace facegate::gallery
