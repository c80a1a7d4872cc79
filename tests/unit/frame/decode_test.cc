#include <gtest/gtest.h>

#include <utility>

#include "facegate/frame/image.h"
#include "pictures.h"
#include "support/world/world.h"

namespace facegate::frame {
namespace {

class DecodeTest : public ::testing::Test {
 protected:
  DecodeTest() {
    world_.AddSubject("anna");
    world_.Grant("anna");
    world_.MarkEnrolled("anna");
  }
  policy::ViewPermit Permit() { return world_.ViewPermitFor(world_.VerifyClaim("anna")); }

  testing::World world_;
};

TEST_F(DecodeTest, DecodesUnderAPermitAndCountsTheFrame) {
  policy::ViewPermit permit = Permit();
  core::MemoryMetrics metrics;
  const core::Result<Image> image = Decode(Jpeg(64, 48), permit, {}, metrics);
  world_.Spend(std::move(permit));
  ASSERT_TRUE(image.ok()) << image.status().ToString();
  EXPECT_EQ(image->width(), 64);
  EXPECT_EQ(metrics.Value(core::Counter::kFramesDecoded), 1u);
  EXPECT_EQ(metrics.Observations(core::Stage::kDecode), 1u);
}

TEST_F(DecodeTest, DoesNotCountAFrameThatIsDamaged) {
  policy::ViewPermit permit = Permit();
  core::MemoryMetrics metrics;
  const core::Result<Image> image = Decode(core::AsBytes("no picture"), permit, {}, metrics);
  world_.Spend(std::move(permit));
  EXPECT_EQ(image.status().reason(), "IMAGE_INVALID");
  EXPECT_EQ(metrics.Value(core::Counter::kFramesDecoded), 0u);
}

TEST_F(DecodeTest, AbortsOnAPermitThatWasMovedFrom) {
  policy::ViewPermit permit = Permit();
  world_.Spend(std::move(permit));
  core::MemoryMetrics metrics;
  EXPECT_DEATH(static_cast<void>(Decode(Jpeg(8, 8), permit, {}, metrics)), "check failed");
}

}  // namespace
}  // namespace facegate::frame
