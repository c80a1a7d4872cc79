// Nobody but the gallery makes what may be enrolled (I7).
// EXPECT: no matching function for call to|no matching constructor|is private within this context
#include "facegate/gallery/gallery.h"

namespace facegate::gallery {
PendingTemplate Forge() { return PendingTemplate(); }
}  // namespace facegate::gallery
