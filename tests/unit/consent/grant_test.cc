// What a consent must be before it is recorded.
#include "desk.h"
#include "facegate/core/bytes.h"

namespace facegate::consent {
namespace {

class Grant : public Desk {
 protected:
  std::string ReasonOf(const GrantRequest& request) {
    return service_->Grant(caller_, request).status().reason();
  }
  const model::SubjectRef ada_ = Register("ada");
};

TEST_F(Grant, RecordsTheConsentWithItsReceipt) {
  const GrantRequest request = Request(ada_);
  const auto granted = service_->Grant(caller_, request);
  ASSERT_TRUE(granted.ok()) << granted.status().ToString();
  EXPECT_EQ(granted->receipt.index, LogSize() - 1);
  EXPECT_EQ(granted->consent.log_index, granted->receipt.index);

  const auto stored = service_->Get({op_, ada_.subject, granted->consent.id});
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->status, model::ConsentStatus::kGranted);
  EXPECT_EQ(stored->epoch, 1u);
  EXPECT_EQ(stored->log_index, granted->receipt.index);
  EXPECT_EQ(stored->site, hq_);
  EXPECT_EQ(stored->purpose, door_);
  EXPECT_EQ(stored->purpose_version, 1);
  EXPECT_EQ(stored->form, request.form);
  EXPECT_EQ(stored->scopes, request.scopes);
  EXPECT_EQ(stored->notice_sha256, request.notice_sha256);
  EXPECT_EQ(stored->granted_at, clock_.Now());
  EXPECT_EQ(stored->expires_at, request.expires_at);
}

TEST_F(Grant, TakesTheGivenIdOrMakesOne) {
  GrantRequest request = Request(ada_);
  EXPECT_FALSE(MustGrant(request).id.empty());
  request.site = lab_;
  request.id = model::ConsentId("form-17");
  EXPECT_EQ(MustGrant(request).id.str(), "form-17");
}

TEST_F(Grant, SaysInTheLogWhatWasAgreedAndNotByWhom) {
  GrantRequest request = Request(Register("unmistakable-person"));
  request.id = model::ConsentId("unmistakable-consent");
  const std::string entry = EntryAt(MustGrant(request).log_index);
  for (const char* told : {"consent.granted", "WRITTEN", "VERIFY", "SELF", "\"site\":\"hq\"",
                           "\"purpose\":\"door\"", "\"epoch\":1"}) {
    EXPECT_NE(entry.find(told), std::string::npos) << told;
  }
  EXPECT_NE(entry.find(request.notice_sha256), std::string::npos);
  for (const char* kept : {"unmistakable-person", "unmistakable-consent", kEvidence}) {
    EXPECT_EQ(entry.find(kept), std::string::npos) << kept;
  }
}

TEST_F(Grant, PutsTheEvidenceIntoTheLogAsAKeyedHash) {
  GrantRequest request = Request(ada_);
  const std::string with = EntryAt(MustGrant(request).log_index);
  const std::string keyed =
      core::HexEncode(keys_->KeyedHash("evidence", core::AsBytes(std::string_view(kEvidence))));
  EXPECT_NE(with.find(keyed), std::string::npos);
  request.site = lab_;
  request.evidence_sha256.clear();
  const std::string without = EntryAt(MustGrant(request).log_index);
  EXPECT_EQ(without.find("evidence"), std::string::npos);
}

TEST_F(Grant, RefusesFormsThatAreNoIndividualConsent) {
  GrantRequest request = Request(ada_);
  for (const auto form :
       {model::ConsentForm::kImplied, model::ConsentForm::kBundled, model::ConsentForm::kGeneral}) {
    request.form = form;
    EXPECT_EQ(ReasonOf(request), "CONSENT_FORM_NOT_INDIVIDUAL") << model::Word(form);
  }
}

TEST_F(Grant, KeepsWhatShowsThatAGuardianIsOne) {
  GrantRequest request = Request(ada_);
  request.given_by = model::ConsentGiver::kGuardian;
  request.guardian_evidence_sha256 = std::string(64, 'a');
  request.guardian_verified_by = "desk-3";
  const auto stored = service_->Get({op_, ada_.subject, MustGrant(request).id});
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->guardian_evidence_sha256, request.guardian_evidence_sha256);
  EXPECT_EQ(stored->guardian_verified_by, "desk-3");
}

TEST_F(Grant, RefusesGuardianEvidenceThatIsNone) {
  GrantRequest request = Request(ada_);
  request.given_by = model::ConsentGiver::kParent;
  request.guardian_evidence_sha256 = std::string(64, 'a');
  EXPECT_EQ(ReasonOf(request), "GUARDIAN_EVIDENCE_BAD") << "nobody verified it";
  request.guardian_verified_by = "Jane Doe";
  EXPECT_EQ(ReasonOf(request), "GUARDIAN_EVIDENCE_BAD") << "a name";
  request.guardian_verified_by = "desk-3";
  request.guardian_evidence_sha256 = "abc";
  EXPECT_EQ(ReasonOf(request), "GUARDIAN_EVIDENCE_BAD") << "no hash";
  request.guardian_evidence_sha256 = std::string(64, 'a');
  request.given_by = model::ConsentGiver::kSelf;
  EXPECT_EQ(ReasonOf(request), "GUARDIAN_EVIDENCE_BAD") << "nobody guards";
}

TEST_F(Grant, TakesEveryIndividualForm) {
  for (const auto form : {model::ConsentForm::kSeparate, model::ConsentForm::kExplicit,
                          model::ConsentForm::kWritten, model::ConsentForm::kESignature}) {
    GrantRequest request = Request(ada_);
    request.form = form;
    const auto granted = service_->Grant(caller_, request);
    ASSERT_TRUE(granted.ok()) << model::Word(form);
    ASSERT_TRUE(service_->Withdraw(caller_, {op_, ada_.subject, granted->consent.id}).ok());
  }
}

TEST_F(Grant, NeedsAScope) {
  GrantRequest request = Request(ada_);
  request.scopes.clear();
  EXPECT_EQ(ReasonOf(request), "CONSENT_SCOPE_EMPTY");
}

TEST_F(Grant, EndsInTheFutureAndWithinTheRetention) {
  GrantRequest request = Request(ada_);
  const core::Timestamp latest = clock_.Now() + kRetentionDays * core::kMsPerDay;
  for (const core::Timestamp bad : {clock_.Now(), clock_.Now() + -1, latest + 1}) {
    request.expires_at = bad;
    EXPECT_EQ(ReasonOf(request), "CONSENT_EXPIRY_BAD");
  }
  request.expires_at = latest;
  EXPECT_TRUE(service_->Grant(caller_, request).ok());
}

TEST_F(Grant, NeedsANoticeThatIsRegisteredForThisVersion) {
  GrantRequest request = Request(ada_);
  request.notice_sha256 = std::string(64, '0');
  EXPECT_EQ(ReasonOf(request), "NOTICE_UNKNOWN");
  request.notice_sha256 = "";
  EXPECT_EQ(ReasonOf(request), "NOTICE_UNKNOWN");

  door_purpose_.version = 2;
  Store(door_purpose_, "purpose", model::OperatorName(op_), 2);
  request = Request(ada_);
  request.purpose_version = 2;
  EXPECT_EQ(ReasonOf(request), "NOTICE_UNKNOWN");
}

TEST_F(Grant, RefusesAPurposeVersionThatIsNotTheCurrentOne) {
  door_purpose_.version = 2;
  Store(door_purpose_, "purpose", model::OperatorName(op_), 2);
  GrantRequest request = Request(ada_);
  for (const int version : {0, 1, 3}) {
    request.purpose_version = version;
    EXPECT_EQ(ReasonOf(request), "PURPOSE_VERSION_STALE") << version;
  }
}

TEST_F(Grant, RefusesEvidenceThatIsNoHash) {
  GrantRequest request = Request(ada_);
  std::string upper(64, 'A');
  for (const std::string& bad : {std::string("signed by Ada"), std::string(63, 'a'), upper}) {
    request.evidence_sha256 = bad;
    EXPECT_EQ(ReasonOf(request), "EVIDENCE_BAD");
  }
}

TEST_F(Grant, NeedsARegisteredSitePurposeAndSubject) {
  GrantRequest request = Request(ada_);
  request.site = model::SiteId("nowhere");
  EXPECT_EQ(ReasonOf(request), "SITE_NOT_FOUND");
  request = Request(ada_);
  request.purpose = model::PurposeId("nothing");
  EXPECT_EQ(ReasonOf(request), "PURPOSE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Request({op_, model::SubjectId("nobody")})), "SUBJECT_NOT_FOUND");
}

TEST_F(Grant, RefusesASecondWhileOneIsInForce) {
  MustGrant(Request(ada_));
  const std::uint64_t size = LogSize();
  const auto second = service_->Grant(caller_, Request(ada_));
  EXPECT_EQ(second.status().code(), core::Code::kAlreadyExists);
  EXPECT_EQ(second.status().reason(), "CONSENT_EXISTS");
  EXPECT_EQ(LogSize(), size);
}

TEST_F(Grant, RefusesAnIdThatWasUsedBefore) {
  GrantRequest request = Request(ada_);
  request.id = model::ConsentId("form-17");
  MustGrant(request);
  ASSERT_TRUE(service_->Withdraw(caller_, {op_, ada_.subject, request.id}).ok());
  EXPECT_EQ(ReasonOf(request), "CONSENT_EXISTS");
}

TEST_F(Grant, IsPerSiteAndPurpose) {
  MustGrant(Request(ada_));
  GrantRequest request = Request(ada_);
  request.site = lab_;
  EXPECT_TRUE(service_->Grant(caller_, request).ok());
  request = Request(ada_);
  request.purpose = canteen_;
  EXPECT_TRUE(service_->Grant(caller_, request).ok());
  const auto all = service_->List(ada_);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 3u);
}

TEST_F(Grant, FollowsAWithdrawal) {
  const model::Consent first = MustGrant(Request(ada_));
  ASSERT_TRUE(service_->Withdraw(caller_, {op_, ada_.subject, first.id}).ok());
  EXPECT_TRUE(service_->Grant(caller_, Request(ada_)).ok());
}

TEST_F(Grant, FirstEndsAConsentWhoseTimeIsUp) {
  const model::Consent first = MustGrant(Request(ada_));
  Enroll(first, "t1");
  clock_.Advance(10 * core::kMsPerDay);
  const model::Consent second = MustGrant(Request(ada_));
  Enroll(second, "t2");
  EXPECT_EQ(service_->Get({op_, ada_.subject, first.id})->status, model::ConsentStatus::kExpired);
  // A later sweep finds nothing to do, and the new template stays.
  EXPECT_EQ(*service_->SweepExpired(caller_), 0);
  EXPECT_EQ(CountTemplates(ada_), 1u);
}

}  // namespace
}  // namespace facegate::consent
