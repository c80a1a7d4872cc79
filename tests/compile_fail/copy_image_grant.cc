// A grant to keep an image lives and dies with its permit (I7).
// EXPECT: use of deleted function|call to deleted constructor
#include "facegate/policy/permit.h"

namespace facegate::policy {
ImageGrant Copy(const ImageGrant& grant) { return grant; }
}  // namespace facegate::policy
