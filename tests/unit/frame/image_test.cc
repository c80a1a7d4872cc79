#include "facegate/frame/image.h"

#include <gtest/gtest.h>

#include <utility>

namespace facegate::frame {
namespace {

TEST(Image, HoldsItsPixels) {
  const Image image(2, 1, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(image.width(), 2);
  EXPECT_EQ(image.height(), 1);
  EXPECT_EQ(image.rgb()[5], 6);
}

TEST(Image, IsEmptyOnceMovedFrom) {
  Image image(1, 1, {1, 2, 3});
  const Image taken = std::move(image);
  EXPECT_EQ(taken.rgb()[0], 1);
  EXPECT_EQ(image.width(), 0);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(image.height(), 0);
}

TEST(Image, TakesOverAnotherPicture) {
  Image image(1, 1, {1, 2, 3});
  image = Image(2, 1, {4, 5, 6, 7, 8, 9});
  EXPECT_EQ(image.width(), 2);
  EXPECT_EQ(image.rgb()[3], 7);
}

TEST(ImageDeathTest, RefusesNoWidth) { EXPECT_DEATH(Image(0, 1, {}), "width > 0"); }

TEST(ImageDeathTest, RefusesNoHeight) { EXPECT_DEATH(Image(1, 0, {}), "height > 0"); }

TEST(ImageDeathTest, RefusesTheWrongNumberOfBytes) {
  EXPECT_DEATH(Image(1, 1, {1, 2}), "rgb_.size");
}

}  // namespace
}  // namespace facegate::frame
