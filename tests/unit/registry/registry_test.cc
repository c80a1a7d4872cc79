// The life of a resource: created, read, replaced, deleted, and each time in the log.
#include <thread>
#include <type_traits>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "office.h"

namespace facegate::registry {
namespace {

class Register : public Office {};

TEST_F(Register, KeepsEveryKindOfResource) {
  RegisterEverything();
  const auto expect_kept = [this](const auto& resource) {
    using R = std::remove_cvref_t<decltype(resource)>;
    const auto kept = registry_->Get<R>(model::NameOf(resource));
    ASSERT_TRUE(kept.ok()) << kept.status().ToString();
    EXPECT_EQ(kept->resource, resource) << model::NameOf(resource);
  };
  expect_kept(AnOperator());
  expect_kept(ASite());
  expect_kept(AnAccessPoint());
  expect_kept(ACamera());
  expect_kept(APurpose());
  expect_kept(AFiling());
  expect_kept(AnExemption());
  expect_kept(ADeviceTest());
  expect_kept(AnAssessment());
  expect_kept(AnIncident());
  expect_kept(ADisclosure());
  expect_kept(AThresholdReview());
  const auto notice = registry_->Get<model::Notice>("operators/acme/purposes/entry/notices/en");
  ASSERT_TRUE(notice.ok());
  EXPECT_EQ(notice->resource.text, ANotice().text);
}

TEST_F(Register, TellsRevisionAndLogIndex) {
  const Entry<model::Operator> created = Must(AnOperator());
  EXPECT_EQ(created.revision, 1u);
  EXPECT_EQ(created.log_index, 0u);
  const auto updated = registry_->Update(caller_, AnOperator(), 1);
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(updated->revision, 2u);
  EXPECT_EQ(updated->log_index, 1u);
  const auto read = registry_->Get<model::Operator>("operators/acme");
  EXPECT_EQ(read->revision, 2u);
  EXPECT_EQ(read->log_index, 1u);
}

TEST_F(Register, WritesIdsAndHashesIntoTheLogButNoText) {
  RegisterEverything();
  const std::string hash =
      core::HexEncode(crypto::Sha256(core::AsBytes(model::ToJson(ACamera()).Dump())));
  const std::string camera = EntryAt(3);
  for (const std::string& told :
       {std::string("\"type\":\"registry.camera\""), std::string("\"action\":\"CREATED\""),
        std::string("\"name\":\"operators/acme/sites/hq/cameras/cam-1\""),
        std::string("\"revision\":1"), std::string("\"site\":\"hq\""), hash}) {
    EXPECT_NE(camera.find(told), std::string::npos) << told;
  }
  for (std::uint64_t index = 0; index < LogSize(); ++index) {
    for (const char* text :
         {"Acme", "Head office", "Main door", "Card reader", "Left of", "Entry to", "passed on",
          "compare your face", "上海", "facility", "both doors", "privacy board", "Provincial",
          "Health Act", "laboratory", "Ministry", "dlib"}) {
      EXPECT_EQ(EntryAt(index).find(text), std::string::npos) << text << " in record " << index;
    }
  }
}

TEST_F(Register, LogsUpdatesAndDeletionsAsSuch) {
  Must(AnOperator());
  Must(APurpose());
  ASSERT_TRUE(registry_->Update(caller_, APurpose(), 0).ok());
  ASSERT_TRUE(registry_->Delete<model::Purpose>(caller_, "operators/acme/purposes/entry").ok());
  EXPECT_NE(EntryAt(2).find("\"action\":\"UPDATED\""), std::string::npos);
  EXPECT_NE(EntryAt(3).find("\"action\":\"DELETED\""), std::string::npos);
  EXPECT_NE(EntryAt(3).find("\"type\":\"registry.purpose\""), std::string::npos);
}

TEST_F(Register, RefusesWhatHasNoParent) {
  EXPECT_EQ(ReasonOfCreate(ASite()), "PARENT_NOT_FOUND");
  EXPECT_EQ(ReasonOfCreate(APurpose()), "PARENT_NOT_FOUND");
  Must(AnOperator());
  EXPECT_EQ(ReasonOfCreate(AnAccessPoint()), "PARENT_NOT_FOUND");
  EXPECT_EQ(ReasonOfCreate(ACamera()), "PARENT_NOT_FOUND");
  EXPECT_EQ(ReasonOfCreate(ANotice()), "PARENT_NOT_FOUND");
}

TEST_F(Register, RefusesAnIdThatIsTaken) {
  Must(AnOperator());
  const auto again = registry_->Create(caller_, AnOperator());
  EXPECT_EQ(again.status().code(), core::Code::kAlreadyExists);
  EXPECT_EQ(again.status().reason(), "RESOURCE_EXISTS");
}

TEST_F(Register, NeverUsesANameTwice) {
  Must(AnOperator());
  ASSERT_TRUE(registry_->Delete<model::Operator>(caller_, "operators/acme").ok());
  EXPECT_EQ(ReasonOfCreate(AnOperator()), "RESOURCE_EXISTS");
}

TEST_F(Register, NeedsTheCamerasAccessPointAtItsSite) {
  Must(AnOperator());
  Must(ASite());
  EXPECT_EQ(ReasonOfCreate(ACamera()), "ACCESS_POINT_NOT_FOUND");
  model::Camera desk = ACamera();
  desk.use = model::CameraUse::kEnrollmentDesk;
  EXPECT_EQ(ReasonOfCreate(desk), "ACCESS_POINT_NOT_FOUND");
  desk.access_point = model::AccessPointId();
  Must(desk);
}

TEST_F(Register, DoesNotFindWhatNeverWasOrIsOfAnotherKind) {
  Must(AnOperator());
  Must(ASite());
  EXPECT_EQ(registry_->Get<model::Site>("operators/acme/sites/lab").status().reason(),
            "RESOURCE_NOT_FOUND");
  const auto other = registry_->Get<model::Camera>("operators/acme/sites/hq");
  EXPECT_EQ(other.status().code(), core::Code::kNotFound);
  EXPECT_EQ(other.status().reason(), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(registry_->Update(caller_, APurpose(), 0).status().reason(), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(registry_->Delete<model::Camera>(caller_, "operators/acme/sites/hq").reason(),
            "RESOURCE_NOT_FOUND");
}

TEST_F(Register, ListsWhatIsDirectlyBelowByName) {
  Must(AnOperator());
  for (const char* id : {"b", "a", "c"}) {
    model::Site site = ASite();
    site.id = model::SiteId(id);
    Must(site);
  }
  const auto page = registry_->List<model::Site>("operators/acme", "", 2);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->size(), 2u);
  EXPECT_EQ((*page)[0].resource.id.str(), "a");
  EXPECT_EQ((*page)[1].resource.id.str(), "b");
  const auto rest = registry_->List<model::Site>("operators/acme", "operators/acme/sites/b", 2);
  ASSERT_TRUE(rest.ok());
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ((*rest)[0].resource.id.str(), "c");
  const auto operators = registry_->List<model::Operator>("", "", 10);
  ASSERT_TRUE(operators.ok());
  EXPECT_EQ(operators->size(), 1u);
}

TEST_F(Register, ReplacesOnlyTheRevisionThatWasRead) {
  Must(AnOperator());
  ASSERT_TRUE(registry_->Update(caller_, AnOperator(), 1).ok());
  const auto late = registry_->Update(caller_, AnOperator(), 1);
  EXPECT_EQ(late.status().code(), core::Code::kAborted);
  EXPECT_EQ(late.status().reason(), "REVISION_MOVED");
  EXPECT_TRUE(registry_->Update(caller_, AnOperator(), 0).ok());
}

TEST_F(Register, TakesEveryConcurrentUpdateOnce) {
  Must(AnOperator());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this] { EXPECT_TRUE(registry_->Update(caller_, AnOperator(), 0).ok()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(registry_->Get<model::Operator>("operators/acme")->revision, 9u);
}

TEST_F(Register, DeletesWhatHasNoChildren) {
  RegisterEverything();
  const auto reason_of_delete = [this](const auto& resource) {
    using R = std::remove_cvref_t<decltype(resource)>;
    return registry_->Delete<R>(caller_, model::NameOf(resource)).reason();
  };
  EXPECT_EQ(reason_of_delete(AnOperator()), "HAS_CHILDREN");
  EXPECT_EQ(reason_of_delete(ASite()), "HAS_CHILDREN");
  EXPECT_EQ(reason_of_delete(APurpose()), "HAS_CHILDREN");
  EXPECT_EQ(reason_of_delete(AnAccessPoint()), "HAS_CHILDREN");
  EXPECT_EQ(reason_of_delete(ACamera()), "HAS_CHILDREN");

  clock_.Advance(4 * 366 * core::kMsPerDay);  // the assessment may go
  EXPECT_EQ(reason_of_delete(ADeviceTest()), "");
  EXPECT_EQ(reason_of_delete(ACamera()), "");
  EXPECT_EQ(reason_of_delete(AnAccessPoint()), "");
  EXPECT_EQ(reason_of_delete(ASign()), "");
  EXPECT_EQ(reason_of_delete(ASite()), "");
  EXPECT_EQ(reason_of_delete(ANotice()), "");
  EXPECT_EQ(reason_of_delete(APurpose()), "HAS_CHILDREN");
  EXPECT_EQ(reason_of_delete(AnAssessment()), "");
  EXPECT_EQ(reason_of_delete(APurpose()), "");
  EXPECT_EQ(reason_of_delete(AnOperator()), "HAS_CHILDREN");
  EXPECT_EQ(reason_of_delete(AFiling()), "");
  EXPECT_EQ(reason_of_delete(AnExemption()), "");
  EXPECT_EQ(reason_of_delete(AComplaint()), "");
  EXPECT_EQ(reason_of_delete(ARightsRequest()), "");
  EXPECT_EQ(reason_of_delete(AnIncident()), "");
  EXPECT_EQ(reason_of_delete(ADisclosure()), "");
  EXPECT_EQ(reason_of_delete(AnOperator()), "HAS_CHILDREN");
  EXPECT_EQ(reason_of_delete(AThresholdReview()), "");
  EXPECT_EQ(reason_of_delete(AnOperator()), "");
  EXPECT_FALSE(registry_->Get<model::Operator>("operators/acme").ok());
}

TEST_F(Register, KeepsAnOperatorWhileItKnowsPeople) {
  Must(AnOperator());
  AddSubject("ada");
  EXPECT_EQ(registry_->Delete<model::Operator>(caller_, "operators/acme").reason(), "HAS_CHILDREN");
}

// ---- Purposes and notices ----

TEST_F(Register, StartsAPurposeAtVersionOne) {
  Must(AnOperator());
  model::Purpose purpose = APurpose();
  purpose.version = 7;
  EXPECT_EQ(Must(purpose).resource.version, 1);
}

TEST_F(Register, RaisesAPurposesVersionWhenWhatPeopleWereToldChanges) {
  Must(AnOperator());
  model::Purpose purpose = Must(APurpose()).resource;
  const auto version_after = [this](const model::Purpose& changed) {
    return registry_->Update(caller_, changed, 0)->resource.version;
  };
  purpose.display_name = "Entry to the building and the garage";
  EXPECT_EQ(version_after(purpose), 2);
  purpose.category = model::PurposeCategory::kAttendance;
  EXPECT_EQ(version_after(purpose), 3);
  purpose.retention_days = 31;
  EXPECT_EQ(version_after(purpose), 4);
  purpose.necessity_statement += " Twice a week.";
  EXPECT_EQ(version_after(purpose), 5);
}

TEST_F(Register, KeepsAPurposesVersionOtherwise) {
  Must(AnOperator());
  model::Purpose purpose = Must(APurpose()).resource;
  purpose.alternatives_assessed = false;
  purpose.version = 9;
  EXPECT_EQ(registry_->Update(caller_, purpose, 0)->resource.version, 1);
}

TEST_F(Register, SetsTheHashOfANoticesText) {
  Must(AnOperator());
  Must(APurpose());
  model::Notice notice = ANotice();
  notice.text_sha256 = "made up";
  EXPECT_EQ(Must(notice).resource.text_sha256,
            core::HexEncode(crypto::Sha256(core::AsBytes(notice.text))));
}

TEST_F(Register, NeverChangesANotice) {
  Must(AnOperator());
  Must(APurpose());
  model::Notice notice = Must(ANotice()).resource;
  notice.text = "Something else.";
  const auto updated = registry_->Update(caller_, notice, 0);
  EXPECT_EQ(updated.status().code(), core::Code::kFailedPrecondition);
  EXPECT_EQ(updated.status().reason(), "NOTICE_IMMUTABLE");
  notice = ANotice();
  notice.language = "de";
  EXPECT_EQ(registry_->Update(caller_, notice, 0).status().reason(), "NOTICE_IMMUTABLE");
}

TEST_F(Register, LetsWhatIsKnownOfANoticeBeAdded) {
  Must(AnOperator());
  Must(APurpose());
  model::Notice notice = Must(ANotice()).resource;
  notice.plain_language = true;
  notice.fields = {model::NoticeField::kPurpose};
  notice.text_sha256 = "made up";
  const auto updated = registry_->Update(caller_, notice, 0);
  ASSERT_TRUE(updated.ok()) << updated.status().ToString();
  EXPECT_EQ(updated->resource.plain_language, true);
  EXPECT_EQ(updated->resource.text_sha256,
            core::HexEncode(crypto::Sha256(core::AsBytes(notice.text))));
}

TEST_F(Register, TakesNoticesForThePurposesCurrentVersionOnly) {
  Must(AnOperator());
  model::Purpose purpose = Must(APurpose()).resource;
  purpose.retention_days = 7;
  ASSERT_TRUE(registry_->Update(caller_, purpose, 0).ok());
  model::Notice notice = ANotice();
  EXPECT_EQ(ReasonOfCreate(notice), "PURPOSE_VERSION_STALE");
  notice.purpose_version = 3;
  EXPECT_EQ(ReasonOfCreate(notice), "PURPOSE_VERSION_STALE");
  notice.purpose_version = 2;
  Must(notice);
}

}  // namespace
}  // namespace facegate::registry
