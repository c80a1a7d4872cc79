#include "facegate/consent/image_desk.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/images/kept_image.h"
#include "support/base/temp_dir.h"
#include "support/world/world.h"

namespace facegate::consent {
namespace {

using core::Code;
using model::ConsentScope;
using model::ImageRetention;
using model::ImageViewReason;
using testing::KeepingImages;
using testing::World;

Caller As(model::Role role) {
  model::Principal principal;
  principal.role = role;
  principal.fingerprint = "test";
  return {principal, crypto::RandomUuid()};
}

// Has the desk of `world` keep an image of a person, as an enrolment does.
model::ImageRef KeepImage(World& world, const std::string& id) {
  policy::Permit permit = world.PermitFor(world.EnrollClaim(id));
  const frame::Image picture(120, 120, std::vector<std::uint8_t>(std::size_t{3} * 120 * 120, 90));
  const auto cut = frame::CutFace(picture, {20, 20, 100, 100}, {}, *permit.image_grant());
  auto image = images::Seal(*cut, *permit.image_grant(), *world.keys, world.clock.Now());
  storage::PutImage put = std::move(*image).TakeChange();
  const model::ImageRef ref{put.image.op, put.image.subject, put.image.id};
  world.Spend(std::move(permit));
  world.Change(std::move(put));
  return ref;
}

class ImageDeskTest : public ::testing::Test {
 protected:
  ImageDeskTest() {
    world_.KeepOfPicture(ImageRetention::kReduced, 7);
    world_.AddSubject("person-a");
    consent_ = world_.GrantWithImages("person-a");
    image_ = KeepImage(world_, "person-a");
  }

  model::ConsentRef ConsentRef() const { return {consent_.op, consent_.subject, consent_.id}; }
  // Records of a type in the log.
  std::vector<core::Json> Records(const std::string& type) const {
    storage::LogQuery query;
    query.type = type;
    std::vector<core::Json> lines;
    const auto entries = world_.store->QueryLog(World::op(), query);
    for (const storage::LogEntry& entry : *entries) {
      lines.push_back(*storage::LineOf(entry.entry));
    }
    return lines;
  }

  World world_{KeepingImages()};
  NoTemplates nobody_;
  ConsentService consents_{*world_.store, *world_.ledger, *world_.keys,
                           world_.clock,  *world_.engine, nobody_};
  ImageDesk desk_{*world_.store, *world_.ledger, *world_.keys, world_.clock};
  model::Consent consent_;
  model::ImageRef image_;
};

TEST_F(ImageDeskTest, ListsWhatIsKeptWithoutContent) {
  const auto listed = desk_.List(World::subject("person-a"), "", 10);
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().id, image_.image);
  EXPECT_TRUE(listed->front().sealed.empty());
  EXPECT_TRUE(desk_.List(World::subject("person-a"), image_.image.str(), 10)->empty());
  EXPECT_EQ(desk_.List(World::subject("nobody"), "", 10).status().reason(), "SUBJECT_NOT_FOUND");
}

TEST_F(ImageDeskTest, ShowsAnImageOnceItIsOnRecordWhoLookedAndWhy) {
  const auto viewed = desk_.View(As(model::Role::kViewer), image_, ImageViewReason::kDisputedMatch);
  ASSERT_TRUE(viewed.ok()) << viewed.status().ToString();
  EXPECT_EQ(core::AsText(viewed->jpeg.span()).substr(0, 2), "\xFF\xD8");
  EXPECT_TRUE(viewed->image.sealed.empty());
  const auto records = Records("image.viewed");
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].IntOr("index", -1), static_cast<std::int64_t>(viewed->receipt.index));
  EXPECT_EQ(records[0].StringOr("why", ""), "DISPUTED_MATCH");
  EXPECT_EQ(records[0].StringOr("image_kept", ""), "REDUCED");
  EXPECT_EQ(records[0].Find("actor")->StringOr("role", ""), "VIEWER");
  EXPECT_EQ(records[0].Find("subjects")->AsArray().size(), 1u);
  EXPECT_EQ(records[0].Dump().find("person-a"), std::string::npos);
  EXPECT_EQ(records[0].Dump().find(image_.image.str()), std::string::npos);
}

TEST_F(ImageDeskTest, ShowsNothingOfARestrictedPerson) {
  ASSERT_TRUE(consents_.Restrict(As(model::Role::kEnroller), World::subject("person-a")).ok());
  const auto refused = desk_.View(As(model::Role::kViewer), image_, ImageViewReason::kIncident);
  EXPECT_EQ(refused.status().reason(), "SUBJECT_RESTRICTED");
  EXPECT_TRUE(Records("image.viewed").empty());
  EXPECT_TRUE(world_.store->GetImage(image_).ok()) << "it is kept";
}

TEST_F(ImageDeskTest, ShowsNothingAfterItsTimeAndSweepsIt) {
  world_.clock.Advance(7 * core::kMsPerDay);
  EXPECT_EQ(
      desk_.View(As(model::Role::kViewer), image_, ImageViewReason::kIncident).status().reason(),
      "IMAGE_NOT_FOUND");
  EXPECT_EQ(*desk_.SweepExpired({audit::GatewayItself(), crypto::RandomUuid()}), 1);
  EXPECT_FALSE(world_.store->GetImage(image_).ok());
  const auto records = Records("image.deleted");
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].StringOr("cause", ""), "EXPIRED");
  EXPECT_EQ(*desk_.SweepExpired({audit::GatewayItself(), crypto::RandomUuid()}), 0);
  EXPECT_EQ(consents_.Get(ConsentRef())->status, model::ConsentStatus::kGranted);
}

TEST_F(ImageDeskTest, SweepsNothingBefore) {
  world_.clock.Advance(7 * core::kMsPerDay - 1);
  EXPECT_EQ(*desk_.SweepExpired({audit::GatewayItself(), crypto::RandomUuid()}), 0);
  EXPECT_TRUE(world_.store->GetImage(image_).ok());
}

TEST_F(ImageDeskTest, DeletesOneAndLeavesTheConsent) {
  const model::ImageRef other = KeepImage(world_, "person-a");
  ASSERT_TRUE(desk_.Delete(As(model::Role::kEnroller), image_).ok());
  EXPECT_FALSE(world_.store->GetImage(image_).ok());
  EXPECT_TRUE(world_.store->GetImage(other).ok());
  EXPECT_EQ(Records("image.deleted").at(0).StringOr("cause", ""), "REQUESTED");
  EXPECT_EQ(desk_.Delete(As(model::Role::kEnroller), image_).status().reason(), "IMAGE_NOT_FOUND");
  EXPECT_EQ(*consents_.Get(ConsentRef())->scopes.rbegin(), *consent_.scopes.rbegin());
}

TEST_F(ImageDeskTest, WithdrawingThatImagesAreKeptEndsThemAlone) {
  world_.StoreTemplate("person-a");
  const auto narrowed = consents_.WithdrawImages(As(model::Role::kEnroller), ConsentRef());
  ASSERT_TRUE(narrowed.ok()) << narrowed.status().ToString();
  EXPECT_FALSE(world_.store->GetImage(image_).ok());
  EXPECT_EQ(narrowed->consent.status, model::ConsentStatus::kGranted);
  EXPECT_FALSE(narrowed->consent.scopes.contains(ConsentScope::kOriginalImageRetention));
  EXPECT_TRUE(narrowed->consent.scopes.contains(ConsentScope::kVerify));
  EXPECT_EQ(world_.store->ListTemplatesOf(World::subject("person-a"))->size(), 1u);
  const auto records = Records("consent.narrowed");
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].IntOr("images_destroyed", 0), 1);
  EXPECT_EQ(records[0].IntOr("epoch", 0), 2);
  // The next enrolment is refused: the purpose still keeps images.
  EXPECT_EQ(world_.DenialFor(world_.EnrollClaim("person-a")).findings.at(0).rule,
            "core.image-own-scope");
  const auto again = consents_.WithdrawImages(As(model::Role::kEnroller), ConsentRef());
  EXPECT_EQ(again->receipt.index, narrowed->receipt.index) << "twice is no error";
}

TEST_F(ImageDeskTest, AnEnrolmentThatTheWithdrawalOvertookKeepsNothing) {
  policy::Permit permit = world_.PermitFor(world_.EnrollClaim("person-a"));
  const frame::Image picture(120, 120, std::vector<std::uint8_t>(std::size_t{3} * 120 * 120, 90));
  const auto cut = frame::CutFace(picture, {20, 20, 100, 100}, {}, *permit.image_grant());
  auto image = images::Seal(*cut, *permit.image_grant(), *world_.keys, world_.clock.Now());
  audit::Outcome outcome;
  outcome.verdict = model::Verdict::kAllow;
  outcome.reason = model::Reason::kEnrolled;
  outcome.kept_image = ImageRetention::kReduced;
  outcome.people.push_back({model::SubjectId("person-a"), *permit.grounds().consent,
                            permit.grounds().wrapped_subject_secret});
  ASSERT_TRUE(consents_.WithdrawImages(As(model::Role::kEnroller), ConsentRef()).ok());
  storage::Changes changes;
  changes.emplace_back(std::move(*image).TakeChange());
  const auto recorded =
      world_.ledger->Commit(std::move(permit), std::move(outcome), std::move(changes));
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(recorded->outcome().reason, model::Reason::kConsentMoved);
  EXPECT_EQ(recorded->outcome().kept_image, ImageRetention::kNone);
  EXPECT_TRUE(world_.store->ListImagesOf(World::subject("person-a"))->empty());
}

TEST_F(ImageDeskTest, EndsWithTheConsentAndWithThePerson) {
  ASSERT_TRUE(consents_.Withdraw(As(model::Role::kEnroller), ConsentRef()).ok());
  EXPECT_FALSE(world_.store->GetImage(image_).ok());
  EXPECT_EQ(
      desk_.View(As(model::Role::kViewer), image_, ImageViewReason::kIncident).status().reason(),
      "IMAGE_NOT_FOUND");
  world_.GrantWithImages("person-a");
  const model::ImageRef next = KeepImage(world_, "person-a");
  const auto erased = consents_.Erase(As(model::Role::kEnroller), World::subject("person-a"));
  ASSERT_TRUE(erased.ok());
  EXPECT_EQ(erased->images_destroyed, 1);
  EXPECT_FALSE(world_.store->GetImage(next).ok());
}

TEST_F(ImageDeskTest, IsInWhatThePersonIsGivenOfThemselves) {
  std::string text;
  const core::Status given = consents_.Export(
      As(model::Role::kEnroller), World::subject("person-a"), [&](std::string_view piece) {
        text += piece;
        return core::Status::Ok();
      });
  ASSERT_TRUE(given.ok()) << given.ToString();
  const core::Json document = *core::Json::Parse(text);
  const auto& images = document.Find("images")->AsArray();
  ASSERT_EQ(images.size(), 1u);
  EXPECT_EQ(images[0].StringOr("kept", ""), "REDUCED");
  const auto jpeg = crypto::Base64Decode(images[0].StringOr("jpeg_base64", ""));
  ASSERT_TRUE(jpeg.ok());
  EXPECT_EQ(core::AsText(*jpeg).substr(0, 2), "\xFF\xD8");
}

// A database as it was before something, put back after it.
class RestoredImages : public ::testing::Test {
 protected:
  testing::WorldOptions Options(bool already_registered) {
    storage::SqliteOptions sqlite;
    sqlite.path = dir_ / "facegate.db";
    auto store = storage::OpenSqliteStore(sqlite);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    testing::WorldOptions options = KeepingImages();
    options.store = std::move(store).value();
    options.data_dir = dir_.path();
    options.already_registered = already_registered;
    options.keys = std::move(keys_);
    return options;
  }
  void Close(std::unique_ptr<World> world) { keys_ = std::move(world->keys); }
  std::unique_ptr<World> Open() { return std::make_unique<World>(Options(true)); }
  void BackUp() { std::filesystem::copy_file(dir_ / "facegate.db", dir_ / "backup.db"); }
  void Restore() {
    std::filesystem::remove(dir_ / "facegate.db-wal");
    std::filesystem::remove(dir_ / "facegate.db-shm");
    std::filesystem::copy_file(dir_ / "backup.db", dir_ / "facegate.db",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::remove(dir_ / "heads/acme.head");
  }
  // Two images of a person, backed up.
  void SetUp() override {
    keys_ = crypto::KeyRing::Ephemeral();
    auto world = std::make_unique<World>(Options(false));
    world->KeepOfPicture(ImageRetention::kReduced, 7);
    world->AddSubject("person-a");
    consent_ = world->GrantWithImages("person-a");
    first_ = KeepImage(*world, "person-a");
    second_ = KeepImage(*world, "person-a");
    Close(std::move(world));
    BackUp();
  }
  template <class Act>
  void After(Act act) {
    auto world = Open();
    NoTemplates nobody;
    ConsentService consents(*world->store, *world->ledger, *world->keys, world->clock,
                            *world->engine, nobody);
    ImageDesk desk(*world->store, *world->ledger, *world->keys, world->clock);
    act(consents, desk);
    Close(std::move(world));
    Restore();
  }

  testing::TempDir dir_;
  std::unique_ptr<crypto::KeyRing> keys_;
  model::Consent consent_;
  model::ImageRef first_;
  model::ImageRef second_;
};

TEST_F(RestoredImages, StayAsTheyWereWhereNothingWasDestroyed) {
  After([](ConsentService&, ImageDesk&) {});
  const auto world = Open();
  EXPECT_TRUE(world->store->GetImage(first_).ok());
  EXPECT_TRUE(world->store->GetImage(second_).ok());
}

TEST_F(RestoredImages, DoNotReviveOneThatWasDeleted) {
  After([&](ConsentService&, ImageDesk& desk) {
    ASSERT_TRUE(desk.Delete(As(model::Role::kEnroller), first_).ok());
  });
  const auto world = Open();
  EXPECT_EQ(world->store->GetImage(first_).status().code(), Code::kNotFound);
  EXPECT_TRUE(world->store->GetImage(second_).ok());
  const auto consent = world->store->GetConsent({consent_.op, consent_.subject, consent_.id});
  EXPECT_TRUE(consent->scopes.contains(ConsentScope::kOriginalImageRetention));
}

TEST_F(RestoredImages, DoNotReviveThoseThatTheirPersonTookBack) {
  After([&](ConsentService& consents, ImageDesk&) {
    ASSERT_TRUE(consents
                    .WithdrawImages(As(model::Role::kEnroller),
                                    {consent_.op, consent_.subject, consent_.id})
                    .ok());
  });
  const auto world = Open();
  EXPECT_TRUE(world->store->ListImagesOf(World::subject("person-a"))->empty());
  const auto consent = world->store->GetConsent({consent_.op, consent_.subject, consent_.id});
  EXPECT_EQ(consent->status, model::ConsentStatus::kGranted);
  EXPECT_FALSE(consent->scopes.contains(ConsentScope::kOriginalImageRetention));
}

TEST_F(RestoredImages, DoNotReviveThoseOfAConsentThatWasWithdrawn) {
  After([&](ConsentService& consents, ImageDesk& desk) {
    ASSERT_TRUE(desk.Delete(As(model::Role::kEnroller), first_).ok());
    ASSERT_TRUE(
        consents.Withdraw(As(model::Role::kEnroller), {consent_.op, consent_.subject, consent_.id})
            .ok());
  });
  const auto world = Open();
  EXPECT_TRUE(world->store->ListImagesOf(World::subject("person-a"))->empty());
}

}  // namespace
}  // namespace facegate::consent
