// People grow older: a guardian speaks for a person until the rules of the site let the person.
#include "desk.h"
#include "support/world/packs.h"

namespace facegate::consent {
namespace {

using core::kMsPerDay;
using model::ConsentStatus;

constexpr std::int64_t kYearMs = 31'556'952'000;

class Age : public Desk {
 protected:
  // Under the Chinese rules, where fourteen is the age; consents may be given for two years.
  Age() {
    MoveToChina();
    door_purpose_.retention_days = 730;
    Store(door_purpose_, "purpose", model::OperatorName(op_), 2);
  }
  GrantRequest OfAGuardian(const model::SubjectRef& child, std::int64_t days) const {
    GrantRequest request = Request(child);
    request.given_by = model::ConsentGiver::kGuardian;
    request.guardian_evidence_sha256 = std::string(64, 'a');
    request.guardian_verified_by = "desk-3";
    request.expires_at = clock_.Now() + days * kMsPerDay;
    return request;
  }
};

TEST_F(Age, EndsAGuardiansConsentOnTheBirthdayFromWhichTheChildDecides) {
  const model::SubjectRef child = OfAge("child", 13.5);
  const model::Consent consent = MustGrant(OfAGuardian(child, 700));
  EXPECT_NEAR(static_cast<double>(consent.expires_at - clock_.Now()), kYearMs / 2.0, 1000);
  // One that ends before is as long as it was given.
  const model::SubjectRef younger = OfAge("younger", 10);
  EXPECT_EQ(MustGrant(OfAGuardian(younger, 700)).expires_at - clock_.Now(), 700 * kMsPerDay);
}

TEST_F(Age, LeavesTheEndOfWhatAdultsAgreeTo) {
  const model::SubjectRef adult = OfAge("adult", 40);
  EXPECT_EQ(MustGrant(OfAGuardian(adult, 700)).expires_at - clock_.Now(), 700 * kMsPerDay)
      << "a guardian may stand for an adult too";
}

TEST_F(Age, AsksThePersonWhoCameOfAge) {
  const model::SubjectRef child = OfAge("child", 13.5);
  const model::Consent consent = MustGrant(OfAGuardian(child, 700));
  Enroll(consent, "t1");
  clock_.Advance(kYearMs / 2 - kMsPerDay);
  EXPECT_EQ(service_->SweepExpired(caller_).value(), 0);
  clock_.Advance(2 * kMsPerDay);
  EXPECT_EQ(service_->SweepExpired(caller_).value(), 1);

  EXPECT_EQ(CountTemplates(child), 0u);
  const auto consents = service_->List(child);
  ASSERT_TRUE(consents.ok());
  ASSERT_EQ(consents->size(), 2u);
  EXPECT_EQ(consents->at(0).status, ConsentStatus::kRequested);
  EXPECT_EQ(consents->at(0).scopes, consent.scopes);
  EXPECT_EQ(consents->at(1).status, ConsentStatus::kExpired);
  EXPECT_NE(EntryAt(LogSize() - 1).find("consent.requested"), std::string::npos);
  // Once: the next sweep has nothing to ask.
  EXPECT_EQ(service_->SweepExpired(caller_).value(), 0);
  EXPECT_EQ(service_->List(child)->size(), 2u);

  GrantRequest own = Request(child);
  own.id = consents->at(0).id;
  EXPECT_EQ(MustGrant(own).status, ConsentStatus::kGranted) << "they are old enough now";
}

TEST_F(Age, AsksNobodyElseWhoseTimeIsUp) {
  const model::SubjectRef child = OfAge("child", 10);
  MustGrant(OfAGuardian(child, 30));
  const model::SubjectRef adult = OfAge("adult", 40);
  MustGrant(OfAGuardian(adult, 30));
  const model::SubjectRef alone = OfAge("alone", 40);
  MustGrant(Request(alone));
  clock_.Advance(800 * kMsPerDay);
  EXPECT_EQ(service_->SweepExpired(caller_).value(), 3);
  for (const auto& person : {child, adult, alone}) {
    EXPECT_EQ(service_->List(person)->size(), 1u) << person.subject.str();
  }
}

TEST_F(Age, SweepsOnWhereNobodyCanSayWhoIsOfAge) {
  const model::SubjectRef child = OfAge("child", 13.5);
  MustGrant(OfAGuardian(child, 700));
  const model::SubjectRef other = OfAge("other", 13.5);
  MustGrant(OfAGuardian(other, 700));
  engine_->Reload(facegate::testing::ShippedRules({"core"}));  // the site names packs not loaded
  clock_.Advance(kYearMs);
  const auto swept = service_->SweepExpired(caller_);
  ASSERT_TRUE(swept.ok()) << swept.status().ToString();
  EXPECT_EQ(*swept, 2);
}

TEST_F(Age, GrowsWithTheClockAndNeverShrinks) {
  model::Subject subject;
  subject.age_years = 13;
  subject.created_at = clock_.Now();
  EXPECT_DOUBLE_EQ(model::AgeYearsAt(subject, clock_.Now() + kYearMs), 14);
  EXPECT_DOUBLE_EQ(model::AgeYearsAt(subject, clock_.Now() + -kYearMs), 13);
  EXPECT_EQ(model::HasLived(subject, 14) - clock_.Now(), kYearMs);
}

}  // namespace
}  // namespace facegate::consent
