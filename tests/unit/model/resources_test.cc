// What every kind of resource has in common, and what the model says about a few.
#include "facegate/model/resources.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "facegate/model/api_json.h"
#include "facegate/model/compliance.h"
#include "facegate/model/duties.h"
#include "facegate/model/fields.h"
#include "support/base/filled_resources.h"

namespace facegate::model {
namespace {

using facegate::testing::Filled;
using facegate::testing::ForEachKind;

constexpr std::int64_t kSecond = 1000;

template <class T>
using Plain = std::remove_cvref_t<T>;

TEST(EveryResource, ReadsBackEveryMemberThatItWrote) {
  ForEachKind([](const auto& kind) {
    using R = Plain<decltype(kind)>;
    const R filled = Filled<R>();
    const auto parsed = core::Json::Parse(ToJson(filled).Dump());
    ASSERT_TRUE(parsed.ok());
    const auto read = FromJson<R>(*parsed);
    ASSERT_TRUE(read.ok()) << Kind<R>::kWord << ": " << read.status().ToString();
    EXPECT_EQ(*read, filled) << Kind<R>::kWord;
  });
}

TEST(EveryResource, RefusesAnyMemberOfAnotherType) {
  ForEachKind([](const auto& kind) {
    using R = Plain<decltype(kind)>;
    const core::Json good = ToJson(Filled<R>());
    for (const auto& [name, value] : good.AsObject()) {
      core::Json bad = good;
      bad.Set(name, nullptr);
      EXPECT_EQ(FromJson<R>(bad).status().reason(), "BAD_RESOURCE") << name;
    }
  });
}

TEST(EveryResource, DoesNotWriteWhatWasNeverStated) {
  ForEachKind([](const auto& kind) {
    using R = Plain<decltype(kind)>;
    const R filled = Filled<R>();
    R bare = *ParseNameOf<R>(NameOf(filled));
    const auto read = FromJson<R>(ToJson(bare));
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(*read, bare) << Kind<R>::kWord;
    EXPECT_LT(ToJson(bare).AsObject().size(), ToJson(filled).AsObject().size());
  });
}

TEST(EveryResource, HasANameThatComesApartAgain) {
  ForEachKind([](const auto& kind) {
    using R = Plain<decltype(kind)>;
    const std::string name = NameOf(Filled<R>());
    const auto parsed = ParseNameOf<R>(name);
    ASSERT_TRUE(parsed.ok()) << name;
    EXPECT_EQ(NameOf(*parsed), name);
    for (const std::string& bad : {name + "/", name + "/x", name.substr(1), std::string()}) {
      EXPECT_EQ(ParseNameOf<R>(bad).status().reason(), "BAD_NAME") << bad;
    }
    const std::string parent = ParentOf(Filled<R>());
    if (parent.empty()) return;
    EXPECT_TRUE(name.starts_with(parent + "/"));
    EXPECT_TRUE(CheckParentName<R>(parent).ok()) << parent;
    EXPECT_EQ(CheckParentName<R>(name).reason(), "BAD_NAME");
  });
}

TEST(Names, AreThoseOfTheFunctionsForOneKind) {
  Camera camera;
  camera.op = OperatorId("acme");
  camera.site = SiteId("lobby");
  camera.id = CameraId("door");
  EXPECT_EQ(NameOf(camera), CameraName(camera.op, camera.site, camera.id));
  EXPECT_EQ(ParentOf(camera), SiteName(camera.op, camera.site));
  DeviceAssessment test;
  test.op = camera.op;
  test.site = camera.site;
  test.camera = camera.id;
  test.id = DeviceAssessmentId("y1");
  EXPECT_EQ(NameOf(test), "operators/acme/sites/lobby/cameras/door/deviceAssessments/y1");
}

TEST(Spelling, LiesInTheFormOfAName) {
  const Spelling door = SpellingOf(Kind<AccessPoint>::kName);
  EXPECT_EQ(door.parent_form, Kind<Site>::kName);
  EXPECT_EQ(door.collection, "accessPoints");
  EXPECT_EQ(door.plural, "AccessPoints");
  EXPECT_EQ(door.member, "access_point");
  EXPECT_EQ(door.noun, "AccessPoint");
  const Spelling op = SpellingOf(Kind<Operator>::kName);
  EXPECT_EQ(op.parent_form, "");
  EXPECT_EQ(op.plural, "Operators");
}

TEST(StoredBodies, OfTheFirstVersionStillReadAndWriteTheSameBytes) {
  const auto check = [](auto kind, const std::string& body) {
    using R = decltype(kind);
    const auto read = FromJson<R>(*core::Json::Parse(body));
    ASSERT_TRUE(read.ok()) << read.status().ToString();
    EXPECT_EQ(ToJson(*read).Dump(), body);
  };
  check(Operator{}, R"({"operator":"acme","display_name":"Acme"})");
  check(Site{}, R"({"operator":"acme","site":"hq","display_name":"Lobby","venue_kind":"OFFICE",)"
                R"("country":"DE","region":"","city":"","public_place":true})");
  check(AccessPoint{},
        R"({"operator":"acme","site":"hq","access_point":"a","display_name":"Door","alternatives":)"
        R"([{"kind":"CARD","display_name":"badge","operational":true}]})");
  check(Camera{},
        R"({"operator":"acme","site":"hq","camera":"c","display_name":"Cam","use":"DOOR",)"
        R"("access_point":"a","region_of_interest":{"x0":0.0,"y0":0.5,"x1":1.0,"y1":1.0},)"
        R"("min_face_px":80})");
  check(Purpose{},
        R"({"operator":"acme","purpose":"p","version":2,"display_name":"Entry","category":)"
        R"("ACCESS_CONTROL","retention_days":30,"necessity_statement":"why",)"
        R"("alternatives_assessed":true})");
  check(Notice{}, R"({"operator":"acme","purpose":"p","notice":"n","purpose_version":1,)"
                  R"("language":"en","text":"t","text_sha256":"ab"})");
}

TEST(ApiJson, HasEveryMemberButWhatTheRegistryDecides) {
  ForEachKind([](const auto& kind) {
    using R = Plain<decltype(kind)>;
    const R filled = Filled<R>();
    const core::Json json = ToApiJson(filled);
    EXPECT_EQ(json.Find("name"), nullptr);
    EXPECT_EQ(json.Find("due_on"), nullptr);
    EXPECT_EQ(json.Find("attestations"), nullptr);
  });
  Camera camera = Filled<Camera>();
  EXPECT_EQ(ToApiJson(camera).StringOr("use", ""), "CAMERA_USE_MARKED_LANE");
  EXPECT_EQ(ToApiJson(camera).StringOr("access_point", ""),
            SiteName(camera.op, camera.site) + "/accessPoints/linked-access-point");
}

TEST(ApiJson, ReadsAnAnswerInLowerCamelCase) {
  const auto json = core::Json::Parse(
      R"({"name":"operators/acme/filings/f","authority":"CAC","status":"FILING_STATUS_SUBMITTED",)"
      R"("submittedOn":"2026-03-02","acceptedOn":"","docs":["FILING_DOC_PIA_REPORT"],)"
      R"("registeredSystem":null,"etag":"r3","logIndex":7})");
  const auto filing = FromApiJson<Filing>(*json);
  ASSERT_TRUE(filing.ok()) << filing.status().ToString();
  EXPECT_EQ(filing->id.str(), "f");
  EXPECT_EQ(filing->status, FilingStatus::kSubmitted);
  EXPECT_EQ(filing->submitted_on, *ParseDate("2026-03-02"));
  EXPECT_FALSE(filing->accepted_on.has_value());
  EXPECT_EQ(filing->docs, std::set{FilingDoc::kPiaReport});
  EXPECT_FALSE(filing->registered_system.has_value());
}

TEST(ApiJson, RefusesAnAnswerThatIsNoneOfThatKind) {
  core::Json json = core::Json::MakeObject();
  EXPECT_EQ(FromApiJson<Site>(json).status().reason(), "BAD_RESOURCE");
  json.Set("name", "operators/acme/sites/hq").Set("venueKind", "VENUE_KIND_MOON");
  EXPECT_EQ(FromApiJson<Site>(json).status().reason(), "BAD_RESOURCE");
}

TEST(Date, ReadsAndWritesADay) {
  for (const char* day : {"1970-01-01", "1969-12-31", "2024-02-29", "0001-01-01", "9999-12-31"}) {
    const auto date = ParseDate(day);
    ASSERT_TRUE(date.ok()) << day;
    EXPECT_EQ(FormatDate(*date), day);
  }
  EXPECT_EQ(ParseDate("1970-01-02")->days, 1);
  for (const char* bad : {"", "2026-02-29", "2026-1-01", "20260101", "2026-01-01T00:00:00Z"}) {
    EXPECT_EQ(ParseDate(bad).status().reason(), "BAD_DATE") << bad;
  }
}

TEST(Date, IsTheUtcDayOfAMoment) {
  const Date day = *ParseDate("2026-11-23");
  EXPECT_EQ(DateOf(*core::ParseRfc3339("2026-11-23T23:59:59.999Z")), day);
  EXPECT_EQ(DateOf(core::Timestamp{-1}).days, -1);
  EXPECT_EQ(core::FormatRfc3339(StartOf(day)), "2026-11-23T00:00:00.000Z");
}

TEST(Date, CountsYearsThatAreNeverShort) {
  EXPECT_EQ(FormatDate(AddYears(*ParseDate("2024-03-01"), 3)), "2027-03-01");
  EXPECT_EQ(FormatDate(AddYears(*ParseDate("2024-02-29"), 3)), "2027-03-01");
  EXPECT_EQ(FormatDate(AddYears(*ParseDate("2024-02-29"), 4)), "2028-02-29");
}

AccessPoint Gate(std::vector<Alternative> alternatives, int heartbeat_s_max) {
  AccessPoint point;
  point.alternatives = std::move(alternatives);
  point.heartbeat_s_max = heartbeat_s_max;
  return point;
}

TEST(WorkingAlternatives, CountsThoseThatAreOperational) {
  const core::Timestamp now{1'000'000};
  EXPECT_EQ(WorkingAlternatives(Gate({}, 0), now), 0);
  EXPECT_EQ(WorkingAlternatives(Gate({{AlternativeKind::kCard, "a", true},
                                      {AlternativeKind::kPin, "b", false},
                                      {AlternativeKind::kKey, "c", true}},
                                     0),
                                now),
            2);
}

TEST(WorkingAlternatives, NeedARecentHeartbeatWhereOneIsExpected) {
  const core::Timestamp now{1'000'000};
  Alternative card{AlternativeKind::kCard, "a", true};
  EXPECT_EQ(WorkingAlternatives(Gate({card}, 60), now), 0) << "never heard of";
  card.heartbeat_at = now + -60 * kSecond;
  EXPECT_EQ(WorkingAlternatives(Gate({card}, 60), now), 1);
  card.heartbeat_at = now + (-60 * kSecond - 1);
  EXPECT_EQ(WorkingAlternatives(Gate({card}, 60), now), 0);
  EXPECT_EQ(WorkingAlternatives(Gate({card}, 0), now), 1) << "none is expected";
  card.heartbeat_at = now + (60 * kSecond + 1);
  EXPECT_EQ(WorkingAlternatives(Gate({card}, 60), now), 0) << "from a wrong clock";
  card.heartbeat_at = now;
  card.operational = false;
  EXPECT_EQ(WorkingAlternatives(Gate({card}, 60), now), 0);
}

TEST(MaxWaitRatio, IsTheLongestWaitAgainstTheFaceLanes) {
  AccessPoint point = Gate({{AlternativeKind::kCard, "a"}, {AlternativeKind::kPin, "b"}}, 0);
  EXPECT_FALSE(MaxWaitRatio(point).has_value());
  point.face_wait_s = 10;
  point.alternatives[0].wait_s = 5;
  EXPECT_FALSE(MaxWaitRatio(point).has_value()) << "one wait is not known";
  point.alternatives[1].wait_s = 15;
  EXPECT_DOUBLE_EQ(*MaxWaitRatio(point), 1.5);
  point.face_wait_s = 0;
  EXPECT_DOUBLE_EQ(*MaxWaitRatio(point), 15);
  point.alternatives.clear();
  EXPECT_FALSE(MaxWaitRatio(point).has_value());
}

TEST(CaptureAreaDeclared, TakesARegionOrWords) {
  Camera camera;
  EXPECT_FALSE(CaptureAreaDeclared(camera));
  camera.capture_area = "one metre before the gate";
  EXPECT_TRUE(CaptureAreaDeclared(camera));
  camera.capture_area.clear();
  camera.region_of_interest = {0, 0, 0.5, 1};
  EXPECT_TRUE(CaptureAreaDeclared(camera));
}

TEST(TellsOtherwise, IsAboutWhatPeopleWereTold) {
  const Purpose current = Filled<Purpose>();
  Purpose next = current;
  next.considered_alternatives.clear();
  next.necessity_approval.reset();
  next.ended_on.reset();
  EXPECT_FALSE(TellsOtherwise(current, next));
  next.retention_days = current.retention_days + 1;
  EXPECT_TRUE(TellsOtherwise(current, next));
  next = current;
  next.decision_effect = DecisionEffect::kAdverseLegal;
  EXPECT_TRUE(TellsOtherwise(current, next));
  Purpose silent = current;
  silent.decision_effect.reset();
  EXPECT_FALSE(TellsOtherwise(silent, current)) << "stated for the first time";
  EXPECT_TRUE(TellsOtherwise(current, silent));
}

TEST(TellsOtherwise, IsAboutThePictureToo) {
  Purpose current = Filled<Purpose>();
  current.image_retention.reset();
  Purpose next = current;
  next.image_retention = ImageRetention::kNone;
  EXPECT_FALSE(TellsOtherwise(current, next)) << "none is what not to state it means";
  next.image_retention = ImageRetention::kReduced;
  EXPECT_TRUE(TellsOtherwise(current, next));
  EXPECT_TRUE(TellsOtherwise(next, current)) << "less than people were told is something else, too";
  current = next;
  next.image_retention_days = current.image_retention_days.value_or(0) + 1;
  EXPECT_TRUE(TellsOtherwise(current, next));
}

TEST(TellsOtherwise, IsAboutWhereTheTemplateIsToo) {
  Purpose current = Filled<Purpose>();
  current.custody.reset();
  Purpose next = current;
  next.custody = TemplateCustody::kGateway;
  EXPECT_FALSE(TellsOtherwise(current, next)) << "the gateway's is what not to state it means";
  next.custody = TemplateCustody::kHolder;
  EXPECT_TRUE(TellsOtherwise(current, next));
  EXPECT_TRUE(TellsOtherwise(next, current));
}

TEST(Filing, MovesForwardAndEndsCancelled) {
  using enum FilingStatus;
  const std::set<std::pair<FilingStatus, FilingStatus>> moves = {
      {kNone, kDraft},         {kDraft, kSubmitted},     {kSubmitted, kDraft},
      {kSubmitted, kAccepted}, {kSubmitted, kCancelled}, {kAccepted, kChanged},
      {kAccepted, kCancelled}, {kChanged, kAccepted},    {kChanged, kCancelled}};
  for (int from = 0; from <= 5; ++from) {
    for (int to = 0; to <= 5; ++to) {
      const auto move = std::pair(static_cast<FilingStatus>(from), static_cast<FilingStatus>(to));
      EXPECT_EQ(CanMove(move.first, move.second), from == to || moves.contains(move))
          << from << " to " << to;
    }
  }
}

TEST(Filing, HasAShortestPathBetweenItsStatuses) {
  using enum FilingStatus;
  EXPECT_EQ(PathBetween(kDraft, kChanged), (std::vector{kSubmitted, kAccepted, kChanged}));
  EXPECT_EQ(PathBetween(kNone, kDraft), std::vector{kDraft});
  EXPECT_TRUE(PathBetween(kDraft, kDraft).empty());
  EXPECT_TRUE(PathBetween(kCancelled, kDraft).empty());
}

TEST(Exemption, StandsOnTwoPrincipalsUntilItEnds) {
  const core::Timestamp now{1'000'000};
  Exemption exemption;
  exemption.op = OperatorId("acme");
  exemption.expires_at = now + 1;
  exemption.attestations = {{"one", now}};
  EXPECT_FALSE(Stands(exemption, now));
  exemption.attestations.push_back({"one", now});
  EXPECT_FALSE(Stands(exemption, now)) << "one principal twice";
  exemption.attestations.push_back({"two", now});
  EXPECT_TRUE(Stands(exemption, now));
  EXPECT_FALSE(Stands(exemption, now + 1)) << "expired";
  exemption.withdrawn = true;
  EXPECT_FALSE(Stands(exemption, now));
}

TEST(Exemption, CoversItsSiteAndPurposeOnly) {
  Exemption exemption;
  exemption.op = OperatorId("acme");
  const SiteRef hq{OperatorId("acme"), SiteId("hq")};
  const PurposeId entry("entry");
  EXPECT_TRUE(Covers(exemption, hq, entry));
  EXPECT_FALSE(Covers(exemption, {OperatorId("other"), SiteId("hq")}, entry));
  exemption.site = SiteId("hq");
  exemption.purpose = entry;
  EXPECT_TRUE(Covers(exemption, hq, entry));
  EXPECT_FALSE(Covers(exemption, {OperatorId("acme"), SiteId("lab")}, entry));
  EXPECT_FALSE(Covers(exemption, hq, PurposeId("attendance")));
}

TEST(WaitStep, CountsHalvesOfTheFaceLanesWait) {
  AccessPoint door;
  door.alternatives.push_back({AlternativeKind::kCard, "badge reader"});
  EXPECT_EQ(WaitStep(door), std::nullopt);
  door.face_wait_s = 10;
  for (const auto& [wait_s, step] : {std::pair{0, 0}, {5, 1}, {10, 2}, {15, 3}, {16, 4}}) {
    door.alternatives[0].wait_s = wait_s;
    EXPECT_EQ(WaitStep(door), step) << wait_s;
  }
}

}  // namespace
}  // namespace facegate::model
