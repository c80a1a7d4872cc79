// A batch of changes cannot exist without the records that explain them (I5).
// EXPECT: no matching function for call to|no matching constructor
#include "facegate/storage/store.h"

namespace facegate::storage {
void Write(Store& store) { store.Apply(Batch()); }
}  // namespace facegate::storage
