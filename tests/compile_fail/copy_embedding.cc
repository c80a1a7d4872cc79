// An embedding exists once, where it is zeroed when it goes (I7).
// EXPECT: use of deleted function|deleted copy constructor|deleted constructor
#include "facegate/vision/face.h"

namespace facegate::vision {
void Keep(Embedding embedding);
void Copy(const Embedding& embedding) { Keep(embedding); }
}  // namespace facegate::vision
