// ImageService over the whole server.
#include <gtest/gtest.h>

#include <string>

#include "facegate/crypto/primitives.h"
#include "facegate/images/kept_image.h"
#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using model::ImageRetention;
using model::Role;
using testing::ServedWorld;
using testing::World;

constexpr char kAnn[] = "operators/acme/subjects/ann";

Json Object() { return Json::MakeObject(); }

class ImageCall : public ::testing::Test {
 protected:
  ImageCall() {
    World& world = served_.world;
    world.KeepOfPicture(ImageRetention::kReduced, 7);
    world.AddSubject("ann");
    world.GrantWithImages("ann");
    policy::Permit permit = world.PermitFor(world.EnrollClaim("ann"));
    const frame::Image picture(120, 120, std::vector<std::uint8_t>(std::size_t{3} * 120 * 120, 90));
    const auto cut = frame::CutFace(picture, {20, 20, 100, 100}, {}, *permit.image_grant());
    auto image = images::Seal(*cut, *permit.image_grant(), *world.keys, world.clock.Now());
    storage::PutImage put = std::move(*image).TakeChange();
    name_ = model::ImageName(put.image.op, put.image.subject, put.image.id);
    world.Spend(std::move(permit));
    world.Change(std::move(put));
  }
  core::Result<Json> Call(Role role, const std::string& method, const Json& request) {
    return served_.ClientAs(role)->Call(method, request);
  }
  Json ViewRequest(const char* reason) const {
    return Object().Set("name", name_).Set("reason", reason);
  }

  ServedWorld served_{testing::KeepingImages()};
  std::string name_;
};

TEST_F(ImageCall, IsForViewersAloneAndSaysWhy) {
  for (const Role role : {Role::kOperator, Role::kAuditor, Role::kEnroller, Role::kController}) {
    const auto refused =
        Call(role, "ImageService/ViewImage", ViewRequest("IMAGE_VIEW_REASON_INCIDENT"));
    EXPECT_EQ(refused.status().reason(), "ROLE_NOT_ALLOWED");
  }
  EXPECT_EQ(
      Call(Role::kViewer, "ImageService/ViewImage", Object().Set("name", name_)).status().reason(),
      "BAD_VIEW_REASON");
  const auto viewed =
      Call(Role::kViewer, "ImageService/ViewImage", ViewRequest("IMAGE_VIEW_REASON_INCIDENT"));
  ASSERT_TRUE(viewed.ok()) << viewed.status().ToString();
  const auto jpeg = crypto::Base64Decode(viewed->StringOr("jpeg", ""));
  EXPECT_EQ(core::AsText(*jpeg).substr(0, 2), "\xFF\xD8");
  EXPECT_EQ(viewed->Find("image")->StringOr("kept", ""), "IMAGE_RETENTION_REDUCED");
  const auto entry = crypto::Base64Decode(viewed->Find("receipt")->StringOr("entry", ""));
  EXPECT_NE(core::AsText(*entry).find("INCIDENT"), std::string_view::npos);
  EXPECT_EQ(served_.log.text().find(name_), std::string::npos);
}

TEST_F(ImageCall, ViewersMayDoNothingElse) {
  EXPECT_EQ(Call(Role::kViewer, "ConsentService/GetSubject", Object().Set("name", kAnn))
                .status()
                .reason(),
            "ROLE_NOT_ALLOWED");
  EXPECT_EQ(Call(Role::kViewer, "ImageService/DeleteImage", Object().Set("name", name_))
                .status()
                .reason(),
            "ROLE_NOT_ALLOWED");
}

TEST_F(ImageCall, ListsAndDeletes) {
  const auto listed = Call(Role::kViewer, "ImageService/ListImages", Object().Set("parent", kAnn));
  ASSERT_TRUE(listed.ok()) << listed.status().ToString();
  ASSERT_EQ(listed->Find("images")->AsArray().size(), 1u);
  EXPECT_EQ(listed->Find("images")->AsArray()[0].StringOr("name", ""), name_);
  const auto deleted =
      Call(Role::kEnroller, "ImageService/DeleteImage", Object().Set("name", name_));
  ASSERT_TRUE(deleted.ok()) << deleted.status().ToString();
  EXPECT_NE(deleted->Find("receipt"), nullptr);
  EXPECT_EQ(Call(Role::kEnroller, "ImageService/DeleteImage", Object().Set("name", name_))
                .status()
                .reason(),
            "IMAGE_NOT_FOUND");
}

TEST_F(ImageCall, TakesBackImagesAlone) {
  const std::string consent = std::string(kAnn) + "/consents/c1";
  const auto narrowed = Call(Role::kEnroller, "ConsentService/WithdrawConsent",
                             Object().Set("name", consent).Set("imagesOnly", true));
  ASSERT_TRUE(narrowed.ok()) << narrowed.status().ToString();
  EXPECT_EQ(narrowed->Find("consent")->StringOr("status", ""), "CONSENT_STATUS_GRANTED");
  EXPECT_EQ(narrowed->Dump().find("ORIGINAL_IMAGE"), std::string::npos);
  EXPECT_EQ(
      Call(Role::kViewer, "ImageService/ViewImage", ViewRequest("IMAGE_VIEW_REASON_LEGAL_ORDER"))
          .status()
          .reason(),
      "IMAGE_NOT_FOUND");
}

}  // namespace
}  // namespace facegate::rpc
