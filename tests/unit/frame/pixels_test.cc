#include "frame/pixels.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "frame/format.h"
#include "pictures.h"

namespace facegate::frame {
namespace {

std::string ReasonFor(core::ByteSpan bytes) { return DecodePixels(bytes, {}).status().reason(); }

void Append(core::Bytes& bytes, std::initializer_list<std::uint8_t> more) {
  for (const std::uint8_t byte : more) bytes.push_back(byte);
}

// The three channels at a place.
std::vector<int> At(const Image& image, int x, int y) {
  const std::uint8_t* p = image.rgb() + 3 * (y * image.width() + x);
  return {p[0], p[1], p[2]};
}

TEST(DecodePixels, GivesAPngAsRgb) {
  const core::Result<Image> image = DecodePixels(Png(64, 48), {});
  ASSERT_TRUE(image.ok()) << image.status().ToString();
  EXPECT_EQ(At(*image, 0, 0), (std::vector<int>{0, 0, 40}));
  EXPECT_EQ(At(*image, 32, 0), (std::vector<int>{127, 0, 40}));
  EXPECT_EQ(At(*image, 0, 24), (std::vector<int>{0, 127, 40}));
}

TEST(DecodePixels, GivesAJpegAsRgb) {
  const core::Result<Image> image = DecodePixels(Jpeg(64, 48), {});
  ASSERT_TRUE(image.ok()) << image.status().ToString();
  EXPECT_GT(At(*image, 60, 4)[0], 200);
  EXPECT_LT(At(*image, 4, 4)[0], 60);
  EXPECT_NEAR(At(*image, 30, 20)[2], 40, 20);
}

TEST(DecodePixels, DecodesAProgressiveJpeg) {
  const core::Bytes bytes = Encode(".jpg", Gradient(64, 48), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  EXPECT_TRUE(DecodePixels(bytes, {}).ok());
}

TEST(DecodePixels, DecodesAJpegWithRestartMarkers) {
  const core::Bytes bytes = Encode(".jpg", Gradient(64, 48), {cv::IMWRITE_JPEG_RST_INTERVAL, 1});
  EXPECT_TRUE(DecodePixels(bytes, {}).ok());
}

TEST(DecodePixels, MakesThreeChannelsOfGrey) {
  const cv::Mat grey(8, 8, CV_8UC1, cv::Scalar(99));
  const core::Result<Image> image = DecodePixels(Encode(".png", grey), {});
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(At(*image, 3, 3), (std::vector<int>{99, 99, 99}));
}

TEST(DecodePixels, CutsSixteenBitsToEight) {
  const cv::Mat deep(8, 8, CV_16UC3, cv::Scalar(0x1234, 0x5678, 0x9ABC));
  const core::Result<Image> image = DecodePixels(Encode(".png", deep), {});
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(At(*image, 3, 3), (std::vector<int>{0x9A, 0x56, 0x12}));
}

TEST(DecodePixels, DropsTransparency) {
  const cv::Mat clear(8, 8, CV_8UC4, cv::Scalar(10, 20, 30, 0));
  const core::Result<Image> image = DecodePixels(Encode(".png", clear), {});
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(At(*image, 3, 3), (std::vector<int>{30, 20, 10}));
}

TEST(DecodePixels, TurnsThePictureAsExifSays) {
  const core::Result<Image> image = DecodePixels(WithOrientation(Jpeg(64, 48), 6), {});
  ASSERT_TRUE(image.ok()) << image.status().ToString();
  EXPECT_EQ(image->width(), 48);
  EXPECT_EQ(image->height(), 64);
  EXPECT_GT(At(*image, 24, 60)[0], 200);  // what was at the right is now at the bottom
}

TEST(DecodePixels, AppliesTheLimitsOfReadHeader) {
  Limits limits;
  limits.pixels_max = 100;
  EXPECT_EQ(DecodePixels(Jpeg(64, 48), limits).status().reason(), "IMAGE_TOO_LARGE");
}

TEST(DecodePixels, RefusesAJpegThatWasCutAnywhere) {
  const core::Bytes jpeg = Jpeg(64, 48);
  for (std::size_t size = 0; size < jpeg.size(); ++size) {
    ASSERT_EQ(ReasonFor(core::ByteSpan(jpeg).first(size)), "IMAGE_INVALID") << size;
  }
}

TEST(DecodePixels, RefusesAPngThatWasCutAnywhere) {
  const core::Bytes png = Png(64, 48);
  for (std::size_t size = 0; size + 4 < png.size(); ++size) {
    ASSERT_EQ(ReasonFor(core::ByteSpan(png).first(size)), "IMAGE_INVALID") << size;
  }
}

TEST(DecodePixels, RefusesAPngWhoseDataIsDamaged) {
  core::Bytes png = Png(64, 48);
  png[png.size() / 2] ^= 0xFF;
  EXPECT_EQ(ReasonFor(png), "IMAGE_INVALID");
}

TEST(DecodePixels, RefusesAJpegWithTwoFrames) {
  const core::Bytes jpeg = Jpeg(64, 48);
  core::Bytes twice(jpeg.begin(), jpeg.end() - 2);
  Append(twice, {0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0});
  Append(twice, {0xFF, 0xD9});
  EXPECT_EQ(ReasonFor(twice), "IMAGE_INVALID");
}

TEST(DecodePixels, RefusesAJpegWithThousandsOfScans) {
  const core::Bytes jpeg = Jpeg(64, 48);
  core::Bytes bomb(jpeg.begin(), jpeg.end() - 2);
  for (int i = 0; i < kJpegScansMax; ++i) {
    Append(bomb, {0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0});
  }
  Append(bomb, {0xFF, 0xD9});
  EXPECT_EQ(ReasonFor(bomb), "IMAGE_INVALID");
}

TEST(DecodePixels, RefusesATableOfNothing) {
  const core::Bytes empty = {0xFF, 0xD8, 0xFF, 0xD9};
  EXPECT_EQ(ReasonFor(empty), "IMAGE_INVALID");
}

TEST(DecodePixels, SurvivesFlippedBytes) {
  std::mt19937 random(20260302);
  for (const core::Bytes& original : {Jpeg(32, 24), Png(32, 24)}) {
    for (int round = 0; round < 400; ++round) {
      core::Bytes bytes = original;
      for (int flips = 0; flips < 3; ++flips) {
        bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      }
      const core::Result<Image> image = DecodePixels(bytes, {});
      EXPECT_TRUE(image.ok() || image.status().code() == core::Code::kInvalidArgument);
    }
  }
}

}  // namespace
}  // namespace facegate::frame
