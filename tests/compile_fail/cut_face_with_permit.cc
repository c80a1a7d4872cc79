// A Permit alone does not allow keeping a face's part of a picture (I7).
// EXPECT: invalid initialization|no viable conversion|cannot convert|no matching function
#include "facegate/frame/face_cut.h"

namespace facegate::frame {
auto Cut(const Image& image, const Box& face, const policy::Permit& permit) {
  return CutFace(image, face, {}, permit);
}
}  // namespace facegate::frame
