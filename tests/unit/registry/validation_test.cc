// What each field may hold.
#include "registry/validation.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "office.h"
#include "registry/sensitive_labels.h"

namespace facegate::registry {
namespace {

class Fields : public Office {
 protected:
  template <class R>
  static std::string ReasonOf(const R& resource) {
    return Validate(resource).reason();
  }
};

TEST_F(Fields, OfOrderlyResourcesPass) {
  EXPECT_TRUE(Validate(AnOperator()).ok());
  EXPECT_TRUE(Validate(ASite()).ok());
  EXPECT_TRUE(Validate(AnAccessPoint()).ok());
  EXPECT_TRUE(Validate(ACamera()).ok());
  EXPECT_TRUE(Validate(APurpose()).ok());
  EXPECT_TRUE(Validate(ANotice()).ok());
  EXPECT_TRUE(Validate(ASign()).ok());
  EXPECT_TRUE(Validate(AnAssessment()).ok());
  EXPECT_TRUE(Validate(AFiling()).ok());
  EXPECT_TRUE(Validate(AnExemption()).ok());
  EXPECT_TRUE(Validate(ADeviceTest()).ok());
  EXPECT_TRUE(Validate(AComplaint()).ok());
  EXPECT_TRUE(Validate(ARightsRequest()).ok());
  EXPECT_TRUE(Validate(AnIncident()).ok());
  EXPECT_TRUE(Validate(ADisclosure()).ok());
  EXPECT_TRUE(Validate(AThresholdReview()).ok());
}

TEST_F(Fields, NeedEveryId) {
  model::Operator op;
  EXPECT_EQ(ReasonOf(op), "BAD_ID");
  model::Site site = ASite();
  site.id = model::SiteId();
  EXPECT_EQ(ReasonOf(site), "BAD_ID");
  model::AccessPoint access_point = AnAccessPoint();
  access_point.site = model::SiteId();
  EXPECT_EQ(ReasonOf(access_point), "BAD_ID");
  model::Camera camera = ACamera();
  camera.op = model::OperatorId();
  EXPECT_EQ(ReasonOf(camera), "BAD_ID");
  model::Purpose purpose = APurpose();
  purpose.id = model::PurposeId();
  EXPECT_EQ(ReasonOf(purpose), "BAD_ID");
  model::Notice notice = ANotice();
  notice.purpose = model::PurposeId();
  EXPECT_EQ(ReasonOf(notice), "BAD_ID");
}

TEST_F(Fields, LimitTheDisplayName) {
  const std::string too_long(201, 'x');
  for (const std::string& bad :
       {too_long, std::string("a\nb"), std::string("a\0b", 3), std::string("\x7f"),
        std::string("\xc2\x85"), std::string("\xff")}) {
    model::Operator op = AnOperator();
    op.display_name = bad;
    EXPECT_EQ(ReasonOf(op), "BAD_DISPLAY_NAME");
    model::Site site = ASite();
    site.display_name = bad;
    EXPECT_EQ(ReasonOf(site), "BAD_DISPLAY_NAME");
    model::AccessPoint access_point = AnAccessPoint();
    access_point.display_name = bad;
    EXPECT_EQ(ReasonOf(access_point), "BAD_DISPLAY_NAME");
    access_point = AnAccessPoint();
    access_point.alternatives[0].display_name = bad;
    EXPECT_EQ(ReasonOf(access_point), "BAD_DISPLAY_NAME");
    model::Camera camera = ACamera();
    camera.display_name = bad;
    EXPECT_EQ(ReasonOf(camera), "BAD_DISPLAY_NAME");
    model::Purpose purpose = APurpose();
    purpose.display_name = bad;
    EXPECT_EQ(ReasonOf(purpose), "BAD_DISPLAY_NAME");
  }
  model::Operator op = AnOperator();
  op.display_name = std::string(200, 'x');
  EXPECT_TRUE(Validate(op).ok());
}

TEST_F(Fields, NeedATwoLetterCountry) {
  model::Site site = ASite();
  for (const char* bad : {"", "C", "cn", "CHN", "C1", "中"}) {
    site.country = bad;
    EXPECT_EQ(ReasonOf(site), "BAD_COUNTRY") << bad;
  }
}

TEST_F(Fields, LimitRegionAndCity) {
  model::Site site = ASite();
  site.region = "a\tb";
  EXPECT_EQ(ReasonOf(site), "BAD_PLACE");
  site = ASite();
  site.city = std::string(201, 'x');
  EXPECT_EQ(ReasonOf(site), "BAD_PLACE");
}

TEST_F(Fields, LimitTheAlternatives) {
  model::AccessPoint access_point = AnAccessPoint();
  access_point.alternatives.resize(16);
  EXPECT_TRUE(Validate(access_point).ok());
  access_point.alternatives.resize(17);
  EXPECT_EQ(ReasonOf(access_point), "BAD_ALTERNATIVES");
}

TEST_F(Fields, NeedARegionWithinThePicture) {
  model::Camera camera = ACamera();
  for (const model::Region& bad :
       {model::Region{0, 0, 1.1, 1}, model::Region{-0.1, 0, 1, 1}, model::Region{0.5, 0, 0.5, 1},
        model::Region{0, 0, 1, std::numeric_limits<double>::quiet_NaN()}}) {
    camera.region_of_interest = bad;
    EXPECT_EQ(ReasonOf(camera), "BAD_REGION");
  }
}

TEST_F(Fields, LimitTheSmallestFace) {
  model::Camera camera = ACamera();
  for (const int bad : {39, 2001, 0, -1}) {
    camera.min_face_px = bad;
    EXPECT_EQ(ReasonOf(camera), "BAD_MIN_FACE_PX") << bad;
  }
  for (const int good : {40, 2000}) {
    camera.min_face_px = good;
    EXPECT_TRUE(Validate(camera).ok()) << good;
  }
}

TEST_F(Fields, NeedAnAccessPointForDoorAndLane) {
  model::Camera camera = ACamera();
  camera.access_point = model::AccessPointId();
  EXPECT_EQ(ReasonOf(camera), "ACCESS_POINT_MISSING");
  camera.use = model::CameraUse::kMarkedLane;
  EXPECT_EQ(ReasonOf(camera), "ACCESS_POINT_MISSING");
  camera.use = model::CameraUse::kEnrollmentDesk;
  EXPECT_TRUE(Validate(camera).ok());
}

TEST_F(Fields, LimitTheRetention) {
  model::Purpose purpose = APurpose();
  for (const int bad : {0, -1, 3651}) {
    purpose.retention_days = bad;
    EXPECT_EQ(ReasonOf(purpose), "BAD_RETENTION_DAYS") << bad;
  }
  for (const int good : {1, 3650}) {
    purpose.retention_days = good;
    EXPECT_TRUE(Validate(purpose).ok()) << good;
  }
}

TEST_F(Fields, HaveAnImageKeptForDaysOfItsOwn) {
  model::Purpose purpose = APurpose();
  purpose.retention_days = 30;
  purpose.image_retention = model::ImageRetention::kReduced;
  EXPECT_EQ(ReasonOf(purpose), "BAD_IMAGE_RETENTION_DAYS") << "how long is not said";
  for (const int bad : {0, -1, 31}) {
    purpose.image_retention_days = bad;
    EXPECT_EQ(ReasonOf(purpose), "BAD_IMAGE_RETENTION_DAYS") << bad;
  }
  for (const int good : {1, 30}) {
    purpose.image_retention_days = good;
    EXPECT_TRUE(Validate(purpose).ok()) << good;
  }
  purpose.image_retention = model::ImageRetention::kNone;
  EXPECT_EQ(ReasonOf(purpose), "BAD_IMAGE_RETENTION_DAYS") << "of what?";
}

TEST_F(Fields, LimitTheNecessityStatement) {
  model::Purpose purpose = APurpose();
  purpose.necessity_statement = std::string(4097, 'x');
  EXPECT_EQ(ReasonOf(purpose), "BAD_NECESSITY_STATEMENT");
  purpose.necessity_statement = "a\x01";
  EXPECT_EQ(ReasonOf(purpose), "BAD_NECESSITY_STATEMENT");
  purpose.necessity_statement = "one line\nand another";
  EXPECT_TRUE(Validate(purpose).ok());
}

TEST_F(Fields, NeedANoticeText) {
  model::Notice notice = ANotice();
  for (const std::string& bad :
       {std::string(), std::string(64 * 1024 + 1, 'x'), std::string("\xed\xa0\x80")}) {
    notice.text = bad;
    EXPECT_EQ(ReasonOf(notice), "BAD_NOTICE_TEXT");
  }
  notice.text = std::string(64 * 1024, 'x');
  EXPECT_TRUE(Validate(notice).ok());
}

TEST_F(Fields, NeedALanguageTag) {
  model::Notice notice = ANotice();
  notice.language = "english please";
  EXPECT_EQ(ReasonOf(notice), "BAD_LANGUAGE");
}

TEST(LanguageTag, HasTheShapeOfBcp47) {
  for (const char* good : {"en", "zh-Hans", "zh-Hant-TW", "de-CH-1996", "es-419", "cmn"}) {
    EXPECT_TRUE(IsLanguageTag(good)) << good;
  }
  for (const char* bad :
       {"", "e", "1n", "en-", "-en", "en--us", "en_US", "en us", "englishes", "en-thisistoolong",
        "zh-中文", "en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"}) {
    EXPECT_FALSE(IsLanguageTag(bad)) << bad;
  }
}

TEST(PlainText, IsWellFormedUtf8) {
  for (const char* good : {"", "abc", "é", "上海", "🙂", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsPlainText(good, LineBreaks::kRefused)) << good;
  }
  // Lone continuation, overlong, truncated, surrogate, beyond U+10FFFF.
  for (const char* bad : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xe4\xb8",
                          "\xc3(", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80"}) {
    EXPECT_FALSE(IsPlainText(bad, LineBreaks::kAllowed));
  }
}

TEST(PlainText, BreaksLinesOnlyWhereAllowed) {
  EXPECT_TRUE(IsPlainText("a\n\tb", LineBreaks::kAllowed));
  EXPECT_FALSE(IsPlainText("a\nb", LineBreaks::kRefused));
  EXPECT_FALSE(IsPlainText("a\rb", LineBreaks::kAllowed));
}

TEST(SensitiveLabel, IsAWholeWordInAnyCase) {
  for (const char* text : {"race", "Sort by ETHNICITY", "religious-visitors", "health_lane",
                           "people of some social class", "sexual orientation", "(emotion)"}) {
    EXPECT_TRUE(HasSensitiveLabel(text)) << text;
  }
  for (const char* text : {"", "racetrack", "terrace", "healthy lunch", "class 3b", "trade fair",
                           "embrace", "reception"}) {
    EXPECT_FALSE(HasSensitiveLabel(text)) << text;
  }
}

TEST(SensitiveLabel, IsFoundInChinese) {
  for (const char* text : {"按民族分流", "宗教信仰", "健康状况", "情绪识别", "種族"}) {
    EXPECT_TRUE(HasSensitiveLabel(text)) << text;
  }
  for (const char* text : {"员工入口", "门禁", "会员支付"}) {
    EXPECT_FALSE(HasSensitiveLabel(text)) << text;
  }
}

TEST_F(Fields, RefuseLabelsThatSortPeople) {
  model::Purpose purpose = APurpose();
  purpose.id = model::PurposeId("ethnicity-statistics");
  EXPECT_EQ(ReasonOf(purpose), "SENSITIVE_LABEL");
  purpose = APurpose();
  purpose.display_name = "Mood of the visitors";
  EXPECT_EQ(ReasonOf(purpose), "SENSITIVE_LABEL");
  purpose = APurpose();
  purpose.necessity_statement = "需要识别民族";
  EXPECT_EQ(ReasonOf(purpose), "SENSITIVE_LABEL");
  model::AccessPoint access_point = AnAccessPoint();
  access_point.display_name = "Lane for the disabled";
  EXPECT_EQ(ReasonOf(access_point), "SENSITIVE_LABEL");
  access_point = AnAccessPoint();
  access_point.alternatives[0].display_name = "Religious staff";
  EXPECT_EQ(ReasonOf(access_point), "SENSITIVE_LABEL");
  model::Camera camera = ACamera();
  camera.id = model::CameraId("race_1");
  EXPECT_EQ(ReasonOf(camera), "SENSITIVE_LABEL");
}

TEST_F(Fields, LetPlacesAndNoticesUseAnyWord) {
  model::Site site = ASite();
  site.display_name = "Health Centre, Race Street";
  EXPECT_TRUE(Validate(site).ok());
  model::Notice notice = ANotice();
  notice.text = "We never infer your religion or health.";
  EXPECT_TRUE(Validate(notice).ok());
}

TEST_F(Fields, NeedTheTextsThatSayWhoAndWhat) {
  const auto expect_needed = [](auto resource, std::string decltype(resource)::*field) {
    resource.*field = "";
    EXPECT_EQ(ReasonOf(resource), "BAD_TEXT");
    resource.*field = std::string(501, 'x');
    EXPECT_EQ(ReasonOf(resource), "BAD_TEXT");
    resource.*field = "two\nlines";
    EXPECT_EQ(ReasonOf(resource), "BAD_TEXT");
    resource.*field = std::string(500, 'x');
    EXPECT_TRUE(Validate(resource).ok());
  };
  expect_needed(ASign(), &model::Signage::attested_by);
  expect_needed(AFiling(), &model::Filing::authority);
  expect_needed(AnExemption(), &model::Exemption::legal_ref);
  expect_needed(ADeviceTest(), &model::DeviceAssessment::assessed_by);
  expect_needed(ADisclosure(), &model::Disclosure::recipient);
  expect_needed(AThresholdReview(), &model::ThresholdReview::model_id);
}

TEST_F(Fields, LimitTheTextsThatAreOptional) {
  model::Operator op = AnOperator();
  op.complaint_channel = std::string(501, 'x');
  EXPECT_EQ(ReasonOf(op), "BAD_TEXT");
  op = AnOperator();
  op.staff_training = model::Attestation{"doc-1\n", {}, ""};
  EXPECT_EQ(ReasonOf(op), "BAD_TEXT");
  model::Camera camera = ACamera();
  camera.capture_area = "\xff";
  EXPECT_EQ(ReasonOf(camera), "BAD_TEXT");
  model::Assessment assessment = AnAssessment();
  assessment.coverage = std::string(4096, 'x');
  EXPECT_TRUE(Validate(assessment).ok());
  assessment.coverage += "x";
  EXPECT_EQ(ReasonOf(assessment), "BAD_TEXT");
  model::Purpose purpose = APurpose();
  purpose.considered_alternatives = {{model::AlternativeKind::kCard, ""}};
  EXPECT_EQ(ReasonOf(purpose), "BAD_TEXT");
}

TEST_F(Fields, RefuseLabelsInEveryNewText) {
  const std::string label = "by religion";
  const auto expect_refused = [&](auto resource, std::string decltype(resource)::*field) {
    resource.*field = label;
    EXPECT_EQ(ReasonOf(resource), "SENSITIVE_LABEL");
  };
  expect_refused(AnOperator(), &model::Operator::complaint_channel);
  expect_refused(ACamera(), &model::Camera::capture_area);
  expect_refused(ASign(), &model::Signage::attested_by);
  expect_refused(AnAssessment(), &model::Assessment::coverage);
  expect_refused(AnAssessment(), &model::Assessment::approved_by);
  expect_refused(ADeviceTest(), &model::DeviceAssessment::assessed_by);
  expect_refused(AThresholdReview(), &model::ThresholdReview::model_id);
  expect_refused(AThresholdReview(), &model::ThresholdReview::reviewed_by);
  model::Operator op = AnOperator();
  op.minor_rules = model::Attestation{"health-rules", {}, ""};
  EXPECT_EQ(ReasonOf(op), "SENSITIVE_LABEL");
  model::Purpose purpose = APurpose();
  purpose.considered_alternatives = {{model::AlternativeKind::kCard, label}};
  EXPECT_EQ(ReasonOf(purpose), "SENSITIVE_LABEL");
  model::Incident incident = AnIncident();
  incident.id = model::IncidentId("race-data");
  EXPECT_EQ(ReasonOf(incident), "SENSITIVE_LABEL");
}

TEST_F(Fields, LetLawsAndBodiesHaveTheirNames) {
  model::Filing filing = AFiling();
  filing.authority = "Health Authority";
  filing.reference = "HIV/7";
  EXPECT_TRUE(Validate(filing).ok());
  EXPECT_TRUE(Validate(AnExemption()).ok()) << AnExemption().legal_ref;
  EXPECT_TRUE(Validate(ADisclosure()).ok()) << ADisclosure().recipient;
}

TEST_F(Fields, NeedHashesInLowerCaseHex) {
  model::Signage sign = ASign();
  for (const std::string& bad : {std::string(), std::string(63, 'a'), std::string(65, 'a'),
                                 std::string(64, 'A'), std::string(64, 'g')}) {
    sign.photo_sha256 = bad;
    EXPECT_EQ(ReasonOf(sign), "BAD_SHA256") << bad;
  }
  model::ThresholdReview review = AThresholdReview();
  review.group_error_report_sha256 = "abc";
  EXPECT_EQ(ReasonOf(review), "BAD_SHA256");
}

TEST_F(Fields, LimitTheNumbers) {
  const auto expect_range = [](auto resource, auto set, int min, int max) {
    for (const int bad : {min - 1, max + 1}) {
      set(resource, bad);
      EXPECT_EQ(ReasonOf(resource), "BAD_NUMBER") << bad;
    }
    for (const int good : {min, max}) {
      set(resource, good);
      EXPECT_TRUE(Validate(resource).ok()) << good;
    }
  };
  expect_range(
      AnOperator(), [](model::Operator& v, int n) { v.mlps_level = n; }, 1, 5);
  expect_range(
      AnAccessPoint(), [](model::AccessPoint& v, int n) { v.face_wait_s = n; }, 0, 86400);
  expect_range(
      AnAccessPoint(), [](model::AccessPoint& v, int n) { v.alternatives[0].wait_s = n; }, 0,
      86400);
  expect_range(
      AnAccessPoint(), [](model::AccessPoint& v, int n) { v.heartbeat_s_max = n; }, 0, 604800);
  expect_range(
      APurpose(), [](model::Purpose& v, int n) { v.other_law_days = n; }, 0, 36500);
  expect_range(
      AComplaint(), [](model::Complaint& v, int n) { v.deadline_days = n; }, 1, 366);
  expect_range(
      ARightsRequest(), [](model::RightsRequest& v, int n) { v.deadline_days = n; }, 1, 366);
}

TEST_F(Fields, LimitThePacksOfASite) {
  model::Site site = ASite();
  site.packs = {"cn23", "Core Rules"};
  EXPECT_EQ(ReasonOf(site), "BAD_PACKS");
  site.packs.assign(33, "cn23");
  EXPECT_EQ(ReasonOf(site), "BAD_PACKS");
  site.packs.resize(32);
  EXPECT_TRUE(Validate(site).ok());
}

TEST_F(Fields, NeedDatesInOrder) {
  model::Site site = ASite();
  site.started_on = Day("03-02");
  site.ended_on = Day("03-01");
  EXPECT_EQ(ReasonOf(site), "BAD_ORDER");
  model::Incident incident = AnIncident();
  incident.authority_notified_at = incident.detected_at + -1;
  EXPECT_EQ(ReasonOf(incident), "BAD_ORDER");
  incident.authority_notified_at = incident.detected_at;
  EXPECT_TRUE(Validate(incident).ok());
  model::Complaint complaint = AComplaint();
  complaint.answered_on = Day("02-28");
  complaint.outcome = model::ComplaintOutcome::kUpheld;
  EXPECT_EQ(ReasonOf(complaint), "BAD_ORDER");
}

TEST_F(Fields, NeedAnOutcomeWithAnAnswer) {
  model::Complaint complaint = AComplaint();
  complaint.answered_on = Day("03-02");
  EXPECT_EQ(ReasonOf(complaint), "OUTCOME_INCOMPLETE");
  model::RightsRequest request = ARightsRequest();
  request.outcome = model::RightsOutcome::kGranted;
  EXPECT_EQ(ReasonOf(request), "OUTCOME_INCOMPLETE");
}

TEST_F(Fields, NeedAnApprovedAssessmentToBeKeptForThreeYears) {
  model::Assessment assessment = AnAssessment();
  assessment.retained_until = model::AddYears(*assessment.approved_on, 3) + -1;
  EXPECT_EQ(ReasonOf(assessment), "RETAINED_TOO_SHORT");
  assessment.retained_until.reset();
  EXPECT_EQ(ReasonOf(assessment), "RETAINED_TOO_SHORT");
  assessment.approved_on.reset();
  EXPECT_EQ(ReasonOf(assessment), "APPROVAL_INCOMPLETE");
  assessment.approved_by.clear();
  EXPECT_TRUE(Validate(assessment).ok()) << "not approved yet";
}

TEST_F(Fields, NeedWhatAFilingsStatusSays) {
  using enum model::FilingStatus;
  model::Filing filing = AFiling();
  const auto expect_incomplete = [&](model::FilingStatus status) {
    filing.status = status;
    EXPECT_EQ(ReasonOf(filing), "FILING_INCOMPLETE") << model::Word(status);
  };
  expect_incomplete(kSubmitted);
  filing.submitted_on = Day("01-10");
  EXPECT_TRUE(Validate(filing).ok());
  expect_incomplete(kAccepted);
  filing.accepted_on = Day("01-09");
  EXPECT_EQ(ReasonOf(filing), "BAD_ORDER");
  filing.accepted_on = Day("01-20");
  EXPECT_TRUE(Validate(filing).ok());
  expect_incomplete(kChanged);
  expect_incomplete(kCancelled);
  filing.change_submitted_on = Day("02-01");
  filing.cancel_submitted_on = Day("02-02");
  for (const auto status : {kChanged, kCancelled}) {
    filing.status = status;
    EXPECT_TRUE(Validate(filing).ok());
  }
}

TEST_F(Fields, NeedRecordsOfTheSameOperator) {
  model::Disclosure disclosure = ADisclosure();
  for (const char* bad : {"operators/other/records/1", "operators/acme/records/",
                          "operators/acme/records/x", "1", ""}) {
    disclosure.records = {bad};
    EXPECT_EQ(ReasonOf(disclosure), "BAD_RECORDS") << bad;
  }
  disclosure.records.assign(1001, "operators/acme/records/1");
  EXPECT_EQ(ReasonOf(disclosure), "BAD_RECORDS");
}

TEST_F(Fields, AreCheckedOnCreationAndOnUpdate) {
  Must(AnOperator());
  model::Purpose purpose = APurpose();
  purpose.retention_days = 0;
  EXPECT_EQ(ReasonOfCreate(purpose), "BAD_RETENTION_DAYS");
  Must(APurpose());
  EXPECT_EQ(registry_->Update(caller_, purpose, 0).status().reason(), "BAD_RETENTION_DAYS");
}

}  // namespace
}  // namespace facegate::registry
