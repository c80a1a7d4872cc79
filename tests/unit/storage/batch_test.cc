// Batches by themselves, whichever driver they go to.
#include <gtest/gtest.h>

#include "facegate/storage/store.h"
#include "unit/storage/store_testing.h"

namespace facegate::storage::testing {
namespace {

TEST(Batch, KnowsWhetherItDestroys) {
  const auto destroys = [](Change change) {
    return Batch(Op(), 0, {Item(), Item({std::move(change)})}, {}, "c").Destroys();
  };
  EXPECT_TRUE(destroys(EraseSubject{SubjectRefOf("p1")}));
  EXPECT_TRUE(destroys(DestroyTemplates{SubjectRefOf("p1"), Purpose()}));
  EXPECT_FALSE(destroys(PutSubject{SubjectOf("p1")}));
  EXPECT_FALSE(destroys(PutConsent{ConsentOf("p1", "c1")}));
  EXPECT_FALSE(destroys(DeleteResource{"operators/acme", 1}));
}

TEST(BatchDeathTest, NeedsALogItemsAndACheckpoint) {
  EXPECT_DEATH(Batch(model::OperatorId(), 0, {Item()}, {}, "c"), "check failed");
  EXPECT_DEATH(Batch(Op(), 0, {}, {}, "c"), "check failed");
  EXPECT_DEATH(Batch(Op(), 0, {Item()}, {}, ""), "check failed");
  EXPECT_DEATH(Batch(Op(), 0, {Item()}, {{{0, 0}, Bytes("partial")}}, "c"), "check failed");
}

TEST(BatchDeathTest, TakesNoChangeOfAnotherOperator) {
  EXPECT_DEATH(Batch(Op("other"), 0, {Item({PutSubject{SubjectOf("p1")}})}, {}, "c"),
               "check failed");
  EXPECT_DEATH(Batch(Op("other"), 0, {Item({EraseSubject{SubjectRefOf("p1")}})}, {}, "c"),
               "check failed");
}

}  // namespace
}  // namespace facegate::storage::testing
