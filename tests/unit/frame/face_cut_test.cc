#include "facegate/frame/face_cut.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "frame/pixels.h"
#include "pictures.h"
#include "support/world/world.h"

namespace facegate::frame {
namespace {

using model::ImageRetention;

// A permit of an enrolment whose purpose keeps so much.
class CutFaceTest : public ::testing::Test {
 protected:
  // The cut, decoded as it is: one channel where it is grey.
  cv::Mat Cut(ImageRetention kept, const cv::Mat& bgr, const Box& face,
              const std::vector<Box>& others = {}) {
    const core::Bytes jpeg = JpegOf(kept, bgr, face, others);
    return cv::imdecode(jpeg, cv::IMREAD_UNCHANGED);
  }
  core::Bytes JpegOf(ImageRetention kept, const cv::Mat& bgr, const Box& face,
                     const std::vector<Box>& others = {}) {
    const core::Result<Image> image = DecodePixels(Encode(".png", bgr), Limits{});
    EXPECT_TRUE(image.ok());
    testing::World world(testing::KeepingImages());
    world.KeepOfPicture(kept, 7);
    world.AddSubject("person-a");
    world.GrantWithImages("person-a");
    policy::Permit permit = world.PermitFor(world.EnrollClaim("person-a"));
    core::Bytes bytes;
    if (permit.image_grant() != nullptr) {
      const auto cut = CutFace(*image, face, others, *permit.image_grant());
      status_ = cut.status();
      if (cut.ok()) bytes.assign(cut->jpeg().begin(), cut->jpeg().end());
    }
    world.Spend(std::move(permit));
    return bytes;
  }

  core::Status status_;
};

TEST_F(CutFaceTest, KeepsTheFaceWithAQuarterAroundItAsItIs) {
  const cv::Mat picture = Gradient(400, 300);
  const cv::Mat cut = Cut(ImageRetention::kOriginal, picture, {100, 60, 200, 160});
  ASSERT_EQ(cut.cols, 150);
  ASSERT_EQ(cut.rows, 150);
  ASSERT_EQ(cut.channels(), 3);
  for (const auto& [x, y] : {std::pair(0, 0), std::pair(149, 149), std::pair(20, 120)}) {
    const auto was = picture.at<cv::Vec3b>(35 + y, 75 + x);
    const auto is = cut.at<cv::Vec3b>(y, x);
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(is[c], was[c], 8) << x << ' ' << y << ' ' << c;
  }
}

TEST_F(CutFaceTest, IsGreyAndAtMostHalfAsLargeWhereItIsReduced) {
  const cv::Mat picture(300, 400, CV_8UC3, cv::Scalar(0, 0, 200));  // red
  const cv::Mat cut = Cut(ImageRetention::kReduced, picture, {100, 60, 200, 160});
  EXPECT_EQ(cut.channels(), 1);
  EXPECT_EQ(cut.cols, 75);
  EXPECT_EQ(cut.rows, 75);
  EXPECT_NEAR(cut.at<std::uint8_t>(30, 30), 59, 2);
  const cv::Mat large = Cut(ImageRetention::kReduced, Gradient(1200, 1000), {100, 100, 900, 900});
  EXPECT_EQ(std::max(large.cols, large.rows), model::kReducedImagePxMax);
}

TEST_F(CutFaceTest, HasABoundForTheLargest) {
  const cv::Mat cut = Cut(ImageRetention::kOriginal, Gradient(1600, 1200), {200, 100, 1200, 1100});
  EXPECT_EQ(cut.cols, model::kOriginalImagePxMax);
}

TEST_F(CutFaceTest, EndsWhereThePictureEnds) {
  const cv::Mat cut = Cut(ImageRetention::kOriginal, Gradient(120, 100), {-20, -20, 100, 80});
  EXPECT_EQ(cut.cols, 120);
  EXPECT_EQ(cut.rows, 100);
  JpegOf(ImageRetention::kOriginal, Gradient(120, 100), {300, 300, 400, 400});
  EXPECT_EQ(status_.reason(), "FACE_OUTSIDE");
}

TEST_F(CutFaceTest, KeepsNobodyElsesFace) {
  const cv::Mat picture(200, 300, CV_8UC3, cv::Scalar(255, 255, 255));
  const Box other = {190, 40, 260, 140};
  const cv::Mat cut = Cut(ImageRetention::kOriginal, picture, {80, 40, 180, 140}, {other});
  ASSERT_EQ(cut.cols, 150);  // from 55 to 205: the other's face reaches into it
  EXPECT_GT(cut.at<cv::Vec3b>(75, 100)[0], 245);
  EXPECT_LT(cut.at<cv::Vec3b>(75, 145)[0], 12);
}

TEST_F(CutFaceTest, TakesAlongNothingThatACameraWrote) {
  const core::Bytes jpeg =
      JpegOf(ImageRetention::kOriginal, Gradient(400, 300), {100, 60, 200, 160});
  const std::string text(core::AsText(jpeg));
  EXPECT_EQ(text.find("Exif"), std::string::npos);
  // What stands between the JFIF header and the tables: no other application segment, no comment.
  for (const char marker : {'\xE1', '\xE2', '\xED', '\xFE'}) {
    const std::string segment = {'\xFF', marker};
    EXPECT_EQ(text.substr(0, 64).find(segment), std::string::npos);
  }
}

}  // namespace
}  // namespace facegate::frame
