#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

#include "facegate/model/enums.h"
#include "facegate/model/ids.h"
#include "facegate/model/resources.h"

namespace facegate::model {
namespace {

TEST(Id, TakesTheDocumentedAlphabetAndLengths) {
  for (const char* id : {"a", "0", "person-a", "building_access", "x-_9"}) {
    EXPECT_TRUE(SubjectId::Parse(id).ok()) << id;
  }
  EXPECT_TRUE(SubjectId::Parse(std::string(63, 'a')).ok());
}

TEST(Id, RefusesEverythingElseWithoutRepeatingIt) {
  for (const char* id : {"", "-a", "_a", "A", "a b", "a/b", "a.b", "\xc3\xa9", "a\n"}) {
    const auto parsed = SubjectId::Parse(id);
    ASSERT_FALSE(parsed.ok()) << id;
    EXPECT_EQ(parsed.status().reason(), "BAD_ID");
  }
  const std::string secret = "Jane Doe";
  EXPECT_EQ(SubjectId::Parse(secret).status().message().find(secret), std::string::npos);
  EXPECT_FALSE(SubjectId::Parse(std::string(64, 'a')).ok());
}

TEST(Names, ComeApartIntoWhatTheyWereMadeOf) {
  const OperatorId op("acme");
  const SiteId site("lobby");
  const CameraId camera("door");
  const std::string name = CameraName(op, site, camera);
  EXPECT_EQ(name, "operators/acme/sites/lobby/cameras/door");
  EXPECT_EQ(*ParseCameraName(name), (CameraRef{op, site, camera}));
  const std::string consent = ConsentName(op, SubjectId("p"), ConsentId("c"));
  EXPECT_EQ(consent, "operators/acme/subjects/p/consents/c");
  EXPECT_EQ(*ParseConsentName(consent), (ConsentRef{op, SubjectId("p"), ConsentId("c")}));
  EXPECT_EQ(*ParseNoticeName("operators/o/purposes/p/notices/n"),
            (NoticeRef{OperatorId("o"), PurposeId("p"), NoticeId("n")}));
}

TEST(Names, AreRefusedUnlessExact) {
  for (const char* name :
       {"", "operators", "operators/", "operators/acme/", "operators/acme/sites",
        "operators/acme/sites/lobby/", "/operators/acme/sites/lobby", "operators//sites/lobby",
        "operators/acme/site/lobby", "operators/acme/sites/lobby/cameras/door",
        "operators/acme/sites/LOBBY", "operatorsx/acme/sites/lobby"}) {
    const auto parsed = ParseSiteName(name);
    ASSERT_FALSE(parsed.ok()) << name;
    EXPECT_EQ(parsed.status().reason(), "BAD_NAME");
  }
}

template <class E>
void ExpectWordsRoundTrip(int count) {
  std::set<std::string_view> words;
  for (int i = 0; i < count; ++i) {
    const E value = static_cast<E>(i);
    EXPECT_EQ(FromWord<E>(Word(value)), value);
    words.insert(Word(value));
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(Word(static_cast<E>(count)), "UNKNOWN");
  EXPECT_FALSE(FromWord<E>("unknown").has_value());
}

TEST(Words, NameEveryValueOnce) {
  ExpectWordsRoundTrip<Role>(8);
  ExpectWordsRoundTrip<Operation>(4);
  ExpectWordsRoundTrip<Verdict>(3);
  ExpectWordsRoundTrip<Reason>(44);
  ExpectWordsRoundTrip<VenueKind>(25);
  ExpectWordsRoundTrip<PurposeCategory>(15);
  ExpectWordsRoundTrip<AlternativeKind>(7);
  ExpectWordsRoundTrip<CameraUse>(3);
  ExpectWordsRoundTrip<ConsentStatus>(6);
  ExpectWordsRoundTrip<ConsentForm>(7);
  ExpectWordsRoundTrip<ConsentScope>(8);
  ExpectWordsRoundTrip<ConsentGiver>(4);
  ExpectWordsRoundTrip<ConsentChannel>(5);
  ExpectWordsRoundTrip<OrgKind>(5);
  ExpectWordsRoundTrip<AnnexIiiClass>(5);
  ExpectWordsRoundTrip<DecisionEffect>(5);
  ExpectWordsRoundTrip<ImageRetention>(3);
  ExpectWordsRoundTrip<ResolutionReason>(4);
  ExpectWordsRoundTrip<TemplateCustody>(2);
  ExpectWordsRoundTrip<NoticeField>(16);
  ExpectWordsRoundTrip<SignField>(5);
  ExpectWordsRoundTrip<AssessmentSection>(6);
  ExpectWordsRoundTrip<InvalidatedBy>(4);
  ExpectWordsRoundTrip<FilingStatus>(6);
  ExpectWordsRoundTrip<FilingDoc>(8);
  ExpectWordsRoundTrip<ExemptionKind>(9);
  ExpectWordsRoundTrip<ComplaintKind>(6);
  ExpectWordsRoundTrip<ComplaintOutcome>(4);
  ExpectWordsRoundTrip<RightsKind>(9);
  ExpectWordsRoundTrip<RightsOutcome>(4);
  ExpectWordsRoundTrip<IncidentKind>(6);
  ExpectWordsRoundTrip<DisclosureBasis>(6);
  ExpectWordsRoundTrip<ThresholdDecision>(4);
}

TEST(TypeWord, IsThePrefixOfTheProtosValues) {
  EXPECT_EQ(TypeWord<VenueKind>(), "VENUE_KIND");
  EXPECT_EQ(TypeWord<AnnexIiiClass>(), "ANNEX_III_CLASS");
  EXPECT_EQ(WordsOf<CameraUse>().size(), 3u);
  EXPECT_EQ(WordsOf<CameraUse>().back(), "ENROLLMENT_DESK");
}

TEST(Coarse, HidesWhatBecameOfAConsentAndNothingElse) {
  for (const Reason reason :
       {Reason::kConsentMissing, Reason::kConsentWithdrawn, Reason::kConsentExpired,
        Reason::kConsentRefused, Reason::kNotEnrolled, Reason::kConsentMoved,
        Reason::kSubjectRestricted}) {
    EXPECT_EQ(Coarse(reason), Reason::kConsentMissing);
  }
  EXPECT_EQ(Coarse(Reason::kNoMatch), Reason::kNoMatch);
  EXPECT_EQ(Coarse(Reason::kMatched), Reason::kMatched);
  EXPECT_EQ(Coarse(Reason::kPassReplayed), Reason::kPassReplayed);
}

TEST(CheckRegion, TakesOnlyRegionsInsideThePicture) {
  EXPECT_TRUE(CheckRegion({0, 0, 1, 1}).ok());
  EXPECT_TRUE(CheckRegion({0.2, 0.3, 0.4, 0.5}).ok());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Region& region : {Region{0.5, 0, 0.5, 1}, Region{-0.1, 0, 1, 1}, Region{0, 0, 1.1, 1},
                               Region{0, 0.9, 1, 0.1}, Region{nan, 0, 1, 1}}) {
    EXPECT_EQ(CheckRegion(region).reason(), "BAD_REGION");
  }
}

Camera SomeCamera() {
  return {OperatorId("acme"),     SiteId("lobby"),        CameraId("door"),   "Door",
          CameraUse::kMarkedLane, AccessPointId("front"), {0.25, 0, 0.75, 1}, 96};
}

TEST(Resources, ReadBackWhatTheyWrote) {
  const Operator op{OperatorId("acme"), "Acme \"Ltd\""};
  EXPECT_EQ(*FromJson<Operator>(ToJson(op)), op);
  const Site site{OperatorId("acme"),
                  SiteId("lobby"),
                  "Lobby",
                  VenueKind::kOffice,
                  "DE",
                  "BY",
                  "M\u00fcnchen",
                  true};
  EXPECT_EQ(*FromJson<Site>(ToJson(site)), site);
  const AccessPoint point{
      OperatorId("acme"),
      SiteId("lobby"),
      AccessPointId("front"),
      "Front",
      {{AlternativeKind::kCard, "badge", true}, {AlternativeKind::kPin, "pin", false}}};
  EXPECT_EQ(*FromJson<AccessPoint>(ToJson(point)), point);
  EXPECT_EQ(*FromJson<Camera>(ToJson(SomeCamera())), SomeCamera());
  Purpose purpose;
  purpose.op = OperatorId("acme");
  purpose.id = PurposeId("building_access");
  purpose.version = 3;
  EXPECT_EQ(*FromJson<Purpose>(ToJson(purpose)), purpose);
  const Notice notice{OperatorId("acme"), PurposeId("p"), NoticeId("n"), 2, "en", "text", "ab"};
  EXPECT_EQ(*FromJson<Notice>(ToJson(notice)), notice);
}

TEST(Resources, RefuseAMissingOrMalformedMember) {
  const core::Json good = ToJson(SomeCamera());
  for (const auto& [name, value] : good.AsObject()) {
    core::Json bad = good;
    bad.Set(name, nullptr);
    const auto parsed = FromJson<Camera>(bad);
    ASSERT_FALSE(parsed.ok()) << name;
    EXPECT_EQ(parsed.status().reason(), "BAD_RESOURCE");
  }
  core::Json bad = good;
  bad.Set("use", "SPY");
  EXPECT_FALSE(FromJson<Camera>(bad).ok());
}

// What is wrong with a token by itself is told to a door; whose it is not.
TEST(Coarse, HidesWhoseTokenItIsAndNothingElseOfIt) {
  EXPECT_EQ(Coarse(Reason::kHolderTokenOther), Reason::kConsentMissing);
  for (const Reason reason :
       {Reason::kHolderTokenMissing, Reason::kHolderTokenBad, Reason::kHolderTokenExpired,
        Reason::kHolderTokenRevoked, Reason::kHolderTokenKeyRetired}) {
    EXPECT_EQ(Coarse(reason), reason);
  }
}

TEST(HolderTokenName, IsOfAPerson) {
  const HolderTokenRef ref{OperatorId("acme"), SubjectId("p-7"), HolderTokenId("0a1b")};
  const std::string name = HolderTokenName(ref.op, ref.subject, ref.token);
  EXPECT_EQ(name, "operators/acme/subjects/p-7/holderTokens/0a1b");
  EXPECT_EQ(*ParseHolderTokenName(name), ref);
  EXPECT_EQ(ParseHolderTokenName("operators/acme/holderTokens/0a1b").status().reason(), "BAD_NAME");
}

// A reason that only a face can have, or another credential, is none of a credential's.
TEST(Credentials, AreAnsweredWithReasonsOfTheirOwn) {
  constexpr CredentialKind kKinds[] = {CredentialKind::kFace, CredentialKind::kPass,
                                       CredentialKind::kBadge, CredentialKind::kStaffOverride};
  for (const Reason reason : {Reason::kMatched, Reason::kEnrolled, Reason::kNoMatch,
                              Reason::kConsentMissing, Reason::kKindNotOffered}) {
    for (const CredentialKind kind : kKinds) EXPECT_FALSE(IsOfCredential(reason, kind));
  }
  EXPECT_TRUE(IsOfCredential(Reason::kPassReplayed, CredentialKind::kPass));
  EXPECT_FALSE(IsOfCredential(Reason::kPassAccepted, CredentialKind::kBadge));
  EXPECT_TRUE(IsOfCredential(Reason::kBadgeExpired, CredentialKind::kBadge));
  EXPECT_FALSE(IsOfCredential(Reason::kBadgeAccepted, CredentialKind::kFace));
  EXPECT_FALSE(IsOfCredential(Reason::kFault, CredentialKind::kFace));
  EXPECT_TRUE(IsOfCredential(Reason::kFault, CredentialKind::kStaffOverride));
  EXPECT_TRUE(LetsThrough(Reason::kStaffOverride));
  EXPECT_FALSE(LetsThrough(Reason::kMatched));
}

}  // namespace
}  // namespace facegate::model
