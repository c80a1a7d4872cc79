#include "facegate/images/kept_image.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/world/world.h"

namespace facegate::images {
namespace {

using model::ImageRetention;
using testing::KeepingImages;
using testing::World;

class KeptImageTest : public ::testing::Test {
 protected:
  KeptImageTest() {
    world_.KeepOfPicture(ImageRetention::kReduced, 7);
    world_.AddSubject("person-a");
    consent_ = world_.GrantWithImages("person-a");
  }

  // What an enrolment's permit lets be sealed, and the JPEG that went into it.
  model::KeptImage Sealed() {
    policy::Permit permit = world_.PermitFor(world_.EnrollClaim("person-a"));
    const frame::Image picture(120, 120, std::vector<std::uint8_t>(std::size_t{3} * 120 * 120, 90));
    auto cut = frame::CutFace(picture, {20, 20, 100, 100}, {}, *permit.image_grant());
    EXPECT_TRUE(cut.ok()) << cut.status().ToString();
    jpeg_.assign(cut->jpeg().begin(), cut->jpeg().end());
    auto pending = Seal(*cut, *permit.image_grant(), *world_.keys, world_.clock.Now());
    EXPECT_TRUE(pending.ok()) << pending.status().ToString();
    world_.Spend(std::move(permit));
    return std::move(*pending).TakeChange().image;
  }

  World world_{KeepingImages()};
  model::Consent consent_;
  core::Bytes jpeg_;
};

TEST_F(KeptImageTest, OpensWithItsKeyAlone) {
  const model::KeptImage image = Sealed();
  const auto opened = Open(image, *world_.keys);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  EXPECT_TRUE(crypto::EqualSecrets(opened->span(), jpeg_));
  const auto others = crypto::KeyRing::Ephemeral();
  const auto refused = Open(image, *others);
  EXPECT_EQ(refused.status().reason(), "IMAGE_BROKEN");
  EXPECT_NE(refused.status().message().find(image.id.str()), std::string::npos);
}

TEST_F(KeptImageTest, SaysWhoseItIsWhatForAndUntilWhen) {
  const model::KeptImage image = Sealed();
  EXPECT_EQ(image.op, World::op());
  EXPECT_EQ(image.subject.str(), "person-a");
  EXPECT_EQ(image.purpose, World::purpose());
  EXPECT_EQ(image.site, World::site());
  EXPECT_EQ(image.consent, consent_.id);
  EXPECT_EQ(image.kept, ImageRetention::kReduced);
  EXPECT_EQ(image.created_at, world_.clock.Now());
  EXPECT_EQ(image.expires_at, world_.clock.Now() + 7 * core::kMsPerDay);
}

TEST_F(KeptImageTest, ShowsNothingOfThePicture) {
  const model::KeptImage image = Sealed();
  const std::string_view sealed = core::AsText(image.sealed);
  for (std::size_t at = 0; at + 16 < jpeg_.size(); at += 16) {
    const auto part = core::AsText(core::ByteSpan(jpeg_).subspan(at, 16));
    EXPECT_EQ(sealed.find(part), std::string_view::npos);
  }
}

TEST_F(KeptImageTest, HasAKeyOfItsOwn) {
  const model::KeptImage one = Sealed();
  model::KeptImage other = Sealed();
  EXPECT_NE(one.id, other.id);
  other.wrapped_key = one.wrapped_key;
  EXPECT_EQ(Open(other, *world_.keys).status().reason(), "IMAGE_BROKEN");
}

TEST_F(KeptImageTest, DoesNotOpenWhereItsRowSaysSomethingElse) {
  const std::vector<std::function<void(model::KeptImage&)>> lies = {
      [](auto& image) { image.op = model::OperatorId("other"); },
      [](auto& image) { image.subject = model::SubjectId("person-b"); },
      [](auto& image) { image.purpose = model::PurposeId("other"); },
      [](auto& image) { image.site = model::SiteId("other"); },
      [](auto& image) { image.consent = model::ConsentId("other"); },
      [](auto& image) { image.id = model::ImageId("other"); },
      [](auto& image) { image.kept = ImageRetention::kOriginal; },
      [](auto& image) { image.expires_at = image.expires_at + 1; },
      [](auto& image) { image.sealed.back() ^= 1; },
  };
  const model::KeptImage image = Sealed();
  for (std::size_t i = 0; i < lies.size(); ++i) {
    model::KeptImage lying = image;
    lies[i](lying);
    EXPECT_EQ(Open(lying, *world_.keys).status().reason(), "IMAGE_BROKEN") << i;
  }
}

}  // namespace
}  // namespace facegate::images
