// Whether an image may be kept of an enrolment: the engine alone says so (I7).
#include <gtest/gtest.h>

#include <optional>

#include "facegate/policy/consent_review.h"
#include "support/world/world.h"

namespace facegate {
namespace {

using model::ImageRetention;
using rules::Profile;
using testing::KeepingImages;
using testing::World;
using testing::WorldOptions;

// What an enrolment of a person may keep: nothing where it is refused.
std::optional<ImageRetention> KeptAt(World& world, const policy::Claim& claim) {
  auto decision = world.engine->Decide(claim);
  if (std::holds_alternative<policy::Denial>(decision)) return std::nullopt;
  policy::Permit permit = [&] {
    auto admission = world.engine->Admit(std::get<policy::ViewPermit>(std::move(decision)), {1, 1});
    return std::get<policy::Permit>(std::move(admission));
  }();
  const ImageRetention kept = permit.scope().kept_image;
  EXPECT_EQ(permit.image_grant() != nullptr, kept != ImageRetention::kNone);
  if (permit.image_grant() != nullptr) {
    EXPECT_EQ(permit.image_grant()->kept(), kept);
    EXPECT_EQ(permit.image_grant()->consent(), permit.grounds().consent->consent.consent);
  }
  world.Spend(std::move(permit));
  return kept;
}

// A person at the desk of a purpose that keeps so much.
std::optional<ImageRetention> KeptOf(WorldOptions options, ImageRetention kept, bool with_scope) {
  World world(std::move(options));
  world.KeepOfPicture(kept, 7);
  world.AddSubject("person-a");
  with_scope ? world.GrantWithImages("person-a") : world.Grant("person-a");
  return KeptAt(world, world.EnrollClaim("person-a"));
}

TEST(ImageGrant, IsForWhoConsentedByItsOwnScope) {
  for (const ImageRetention kept : {ImageRetention::kReduced, ImageRetention::kOriginal}) {
    for (const auto& profiles :
         {std::vector<Profile>{}, {Profile::kStrict}, {Profile::kSeedLiteral}}) {
      EXPECT_EQ(KeptOf(KeepingImages(profiles), kept, true), kept);
    }
  }
}

TEST(ImageGrant, RefusesTheEnrolmentOfWhoDidNot) {
  for (const ImageRetention kept : {ImageRetention::kReduced, ImageRetention::kOriginal}) {
    EXPECT_EQ(KeptOf(KeepingImages(), kept, false), std::nullopt);
    EXPECT_EQ(KeptOf(KeepingImages({Profile::kStrict}), kept, false), std::nullopt);
  }
  EXPECT_EQ(KeptOf(KeepingImages({Profile::kSeedLiteral}), ImageRetention::kOriginal, false),
            std::nullopt);
}

TEST(ImageGrant, IsForASmallerCopyByTheLetterOfTheDraft) {
  EXPECT_EQ(KeptOf(KeepingImages({Profile::kSeedLiteral}), ImageRetention::kReduced, false),
            ImageRetention::kReduced);
}

TEST(ImageGrant, IsNoneUnlessTheGatewayKeepsImages) {
  EXPECT_EQ(KeptOf({}, ImageRetention::kOriginal, true), ImageRetention::kNone);
  WorldOptions literal;
  literal.engine.profiles = {Profile::kSeedLiteral};
  EXPECT_EQ(KeptOf(std::move(literal), ImageRetention::kReduced, false), ImageRetention::kNone);
  EXPECT_EQ(KeptOf({}, ImageRetention::kReduced, false), std::nullopt)
      << "rules judge what a purpose would keep either way";
}

TEST(ImageGrant, IsNoneUnlessThePurposeSaysHowMuchAndHowLong) {
  World world(KeepingImages());
  world.AddSubject("person-a");
  world.GrantWithImages("person-a");
  EXPECT_EQ(KeptAt(world, world.EnrollClaim("person-a")), ImageRetention::kNone);
  model::Purpose purpose = world.RegisteredPurpose();
  purpose.image_retention = ImageRetention::kReduced;
  world.Register(purpose);
  EXPECT_EQ(KeptAt(world, world.EnrollClaim("person-a")), ImageRetention::kNone);
  world.KeepOfPicture(ImageRetention::kReduced, 1);
  EXPECT_EQ(KeptAt(world, world.EnrollClaim("person-a")), ImageRetention::kReduced);
}

TEST(ImageGrant, IsOfEnrolmentsAlone) {
  World world(KeepingImages());
  world.KeepOfPicture(ImageRetention::kOriginal, 7);
  world.AddSubject("person-a");
  world.GrantWithImages("person-a");
  world.StoreTemplate("person-a");
  EXPECT_EQ(KeptAt(world, world.VerifyClaim("person-a")), ImageRetention::kNone);
  EXPECT_EQ(KeptAt(world, world.IdentifyClaim()), ImageRetention::kNone);
}

TEST(ImageGrant, EndsWithThePurposesDaysAndNotAfterTheConsent) {
  World world(KeepingImages());
  world.AddSubject("person-a");
  const model::Consent consent = world.GrantWithImages("person-a");
  const auto end = [&] {
    policy::Permit permit = world.PermitFor(world.EnrollClaim("person-a"));
    const core::Timestamp until = permit.image_grant()->expires_at();
    world.Spend(std::move(permit));
    return until;
  };
  world.KeepOfPicture(ImageRetention::kOriginal, 7);
  EXPECT_EQ(end(), world.clock.Now() + 7 * core::kMsPerDay);
  world.KeepOfPicture(ImageRetention::kOriginal, 400);
  EXPECT_EQ(end(), consent.expires_at);
}

TEST(RulesAgainst, SeeWhatThePurposeWouldKeepAsAnEnrolmentDoes) {
  for (const bool with_scope : {false, true}) {
    World world;
    world.KeepOfPicture(ImageRetention::kReduced, 7);
    world.AddSubject("person-a");
    const model::Consent consent =
        with_scope ? world.GrantWithImages("person-a") : world.Grant("person-a");
    const auto against = policy::RulesAgainst(*world.store, *world.engine,
                                              *world.store->GetSubject(World::subject("person-a")),
                                              consent, 0, world.clock.Now());
    ASSERT_TRUE(against.ok()) << against.status().ToString();
    if (with_scope) {
      EXPECT_TRUE(against->empty());
    } else {
      ASSERT_EQ(against->size(), 1u);
      EXPECT_EQ(against->front().rule, "core.image-own-scope");
    }
  }
}

}  // namespace
}  // namespace facegate
