#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "facegate/frame/image.h"
#include "pictures.h"

namespace facegate::frame {
namespace {

core::Status StatusOf(core::ByteSpan bytes, const Limits& limits = {}) {
  return ReadHeader(bytes, limits).status();
}

// A JPEG with nothing but a frame header of the given marker and fields.
core::Bytes JpegWithFrame(std::uint8_t marker, std::uint8_t precision, int width, int height,
                          std::uint8_t components = 3) {
  core::Bytes bytes = {0xFF,
                       0xD8,
                       0xFF,
                       marker,
                       0,
                       static_cast<std::uint8_t>(8 + 3 * components),
                       precision,
                       static_cast<std::uint8_t>(height >> 8),
                       static_cast<std::uint8_t>(height),
                       static_cast<std::uint8_t>(width >> 8),
                       static_cast<std::uint8_t>(width),
                       components};
  bytes.resize(bytes.size() + std::size_t{3} * components);
  return bytes;
}

TEST(ReadHeader, ReadsAJpeg) {
  const Header header = ReadHeader(Jpeg(64, 48), {}).value();
  EXPECT_EQ(header.format, Format::kJpeg);
  EXPECT_EQ(header.width, 64);
  EXPECT_EQ(header.height, 48);
}

TEST(ReadHeader, ReadsAPng) {
  const Header header = ReadHeader(Png(64, 48), {}).value();
  EXPECT_EQ(header.format, Format::kPng);
  EXPECT_EQ(header.width, 64);
  EXPECT_EQ(header.height, 48);
}

TEST(ReadHeader, NeedsNoMoreThanTheHeaderOfAPng) {
  EXPECT_TRUE(ReadHeader(core::ByteSpan(Png(64, 48)).first(29), {}).ok());
}

TEST(ReadHeader, ReadsAProgressiveJpeg) {
  const core::Bytes bytes = Encode(".jpg", Gradient(64, 48), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  EXPECT_EQ(ReadHeader(bytes, {}).value().width, 64);
}

TEST(ReadHeader, RefusesNoBytes) { EXPECT_EQ(StatusOf({}).reason(), "IMAGE_INVALID"); }

TEST(ReadHeader, RefusesEveryOtherKind) {
  const core::Bytes bmp = Encode(".bmp", Gradient(8, 8));
  EXPECT_EQ(StatusOf(bmp).reason(), "IMAGE_INVALID");
  for (const std::string_view magic : {"GIF89a", "RIFF____WEBPVP8 ", "II*\0", "%PDF-1.7", "BM"}) {
    EXPECT_EQ(StatusOf(core::AsBytes(magic)).reason(), "IMAGE_INVALID") << magic;
  }
}

TEST(ReadHeader, RefusesEveryPrefixThatEndsInsideTheHeader) {
  const core::Bytes jpeg = JpegWithFrame(0xC0, 8, 64, 48);
  for (std::size_t size = 0; size < jpeg.size(); ++size) {
    EXPECT_EQ(StatusOf(core::ByteSpan(jpeg).first(size)).reason(), "IMAGE_INVALID") << size;
  }
  const core::Bytes png = Png(64, 48);
  for (std::size_t size = 0; size < 29; ++size) {
    EXPECT_EQ(StatusOf(core::ByteSpan(png).first(size)).reason(), "IMAGE_INVALID") << size;
  }
}

TEST(ReadHeader, RefusesAJpegWithoutASize) {
  EXPECT_EQ(StatusOf(JpegWithFrame(0xC0, 8, 0, 48)).reason(), "IMAGE_INVALID");
  EXPECT_EQ(StatusOf(JpegWithFrame(0xC0, 8, 64, 0)).reason(), "IMAGE_INVALID");
}

TEST(ReadHeader, RefusesAJpegOfTwelveBits) {
  EXPECT_EQ(StatusOf(JpegWithFrame(0xC1, 12, 64, 48)).reason(), "IMAGE_INVALID");
}

TEST(ReadHeader, RefusesALosslessOrArithmeticJpeg) {
  EXPECT_EQ(StatusOf(JpegWithFrame(0xC3, 8, 64, 48)).reason(), "IMAGE_INVALID");
  EXPECT_EQ(StatusOf(JpegWithFrame(0xC9, 8, 64, 48)).reason(), "IMAGE_INVALID");
}

TEST(ReadHeader, RefusesAJpegOfTwoComponents) {
  EXPECT_EQ(StatusOf(JpegWithFrame(0xC0, 8, 64, 48, 2)).reason(), "IMAGE_INVALID");
}

TEST(ReadHeader, RefusesASegmentThatReachesPastTheEnd) {
  const core::Bytes bytes = {0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF, 'J', 'F'};
  EXPECT_EQ(StatusOf(bytes).reason(), "IMAGE_INVALID");
}

TEST(ReadHeader, RefusesASegmentShorterThanItsLengthField) {
  const core::Bytes bytes = {0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x01, 0xFF, 0xC0};
  EXPECT_EQ(StatusOf(bytes).reason(), "IMAGE_INVALID");
}

TEST(ReadHeader, RefusesAPngOfAnImpossibleDepth) {
  core::Bytes png = Png(8, 8);
  png[24] = 3;
  EXPECT_EQ(StatusOf(png).reason(), "IMAGE_INVALID");
}

TEST(ReadHeader, RefusesAPngOfNoWidth) {
  core::Bytes png = Png(8, 8);
  std::fill(png.begin() + 16, png.begin() + 20, 0);
  EXPECT_EQ(StatusOf(png).reason(), "IMAGE_INVALID");
}

TEST(ReadHeader, RefusesMoreBytesThanAllowed) {
  const core::Bytes jpeg = Jpeg(64, 48);
  Limits limits;
  limits.image_bytes_max = jpeg.size();
  EXPECT_TRUE(ReadHeader(jpeg, limits).ok());
  limits.image_bytes_max = jpeg.size() - 1;
  EXPECT_EQ(StatusOf(jpeg, limits).code(), core::Code::kInvalidArgument);
  EXPECT_EQ(StatusOf(jpeg, limits).reason(), "IMAGE_TOO_LARGE");
}

TEST(ReadHeader, RefusesAPictureThatIsTooWide) {
  Limits limits;
  limits.width_px_max = 64;
  EXPECT_TRUE(ReadHeader(Jpeg(64, 48), limits).ok());
  limits.width_px_max = 63;
  EXPECT_EQ(StatusOf(Jpeg(64, 48), limits).reason(), "IMAGE_TOO_LARGE");
}

TEST(ReadHeader, RefusesAPictureThatIsTooHigh) {
  Limits limits;
  limits.height_px_max = 47;
  EXPECT_EQ(StatusOf(Jpeg(64, 48), limits).reason(), "IMAGE_TOO_LARGE");
}

TEST(ReadHeader, RefusesTooManyPixels) {
  Limits limits;
  limits.pixels_max = 64 * 48;
  EXPECT_TRUE(ReadHeader(Jpeg(64, 48), limits).ok());
  limits.pixels_max = 64 * 48 - 1;
  EXPECT_EQ(StatusOf(Jpeg(64, 48), limits).reason(), "IMAGE_TOO_LARGE");
}

TEST(ReadHeader, RefusesAPngBombByItsStatedSize) {
  core::Bytes png = Png(8, 8);
  std::fill(png.begin() + 16, png.begin() + 24, 0x7F);  // 2,139,062,143 by as many
  EXPECT_EQ(StatusOf(png).reason(), "IMAGE_TOO_LARGE");
}

}  // namespace
}  // namespace facegate::frame
