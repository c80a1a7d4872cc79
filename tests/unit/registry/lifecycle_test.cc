// What may become of a resource: state machines, what is fixed once it was said, and what is kept.
#include <set>
#include <string>

#include "facegate/storage/typed.h"
#include "office.h"

namespace facegate::registry {
namespace {

class Lifecycles : public Office {
 protected:
  template <class R>
  std::string ReasonOfUpdate(const R& resource) {
    return registry_->Update(caller_, resource, 0).status().reason();
  }
  // Updates, failing the test otherwise.
  template <class R>
  R Updated(const R& resource) {
    const auto updated = registry_->Update(caller_, resource, 0);
    EXPECT_TRUE(updated.ok()) << updated.status().ToString();
    return updated.ok() ? updated->resource : resource;
  }
  // Signs and attestations are of whoever's certificate it is.
  Caller CallerWith(const std::string& fingerprint) const {
    Caller caller = caller_;
    caller.principal.fingerprint = fingerprint;
    return caller;
  }
};

// ---- Signs ----

TEST_F(Lifecycles, LetASignCountForNinetyDaysAtMost) {
  Must(AnOperator());
  Must(ASite());
  model::Signage sign = ASign();
  const core::Timestamp latest = sign.verified_at + 90 * core::kMsPerDay;
  EXPECT_EQ(Must(sign).resource.expires_at, latest) << "where nothing else was said";
  sign.expires_at = latest + 1;
  EXPECT_EQ(ReasonOfUpdate(sign), "SIGNAGE_EXPIRY_BAD");
  sign.expires_at = sign.verified_at;
  EXPECT_EQ(ReasonOfUpdate(sign), "SIGNAGE_EXPIRY_BAD");
  sign.expires_at = sign.verified_at + 1;
  EXPECT_EQ(ReasonOfUpdate(sign), "");
}

// ---- Assessments ----

class Assessments : public Lifecycles {
 protected:
  Assessments() {
    Must(AnOperator());
    Must(APurpose());
  }
};

TEST_F(Assessments, AreOfThePurposesCurrentVersion) {
  model::Assessment assessment = AnAssessment();
  assessment.purpose_version = 2;
  EXPECT_EQ(ReasonOfCreate(assessment), "PURPOSE_VERSION_STALE");
  assessment = Must(AnAssessment()).resource;
  assessment.purpose_version = 2;
  EXPECT_EQ(ReasonOfUpdate(assessment), "BAD_TRANSITION");
}

TEST_F(Assessments, StayWhenThePurposeMovesOn) {
  model::Assessment assessment = Must(AnAssessment()).resource;
  model::Purpose purpose = APurpose();
  purpose.retention_days = 7;
  Updated(purpose);
  assessment.invalidated_by = model::InvalidatedBy::kPurposeChange;
  EXPECT_EQ(ReasonOfUpdate(assessment), "");
}

TEST_F(Assessments, DoNotChangeOnceApproved) {
  model::Assessment draft = AnAssessment();
  draft.approved_by.clear();
  draft.approved_on.reset();
  Must(draft);
  draft.coverage = "Everything";
  Updated(draft);
  model::Assessment approved = AnAssessment();
  Updated(approved);
  model::Assessment changed = approved;
  changed.coverage = "Nothing";
  EXPECT_EQ(ReasonOfUpdate(changed), "BAD_TRANSITION");
  changed = approved;
  changed.sections.clear();
  EXPECT_EQ(ReasonOfUpdate(changed), "BAD_TRANSITION");
  EXPECT_EQ(ReasonOfUpdate(draft), "BAD_TRANSITION") << "the approval is not taken back";
  approved.fria_done = true;
  EXPECT_EQ(ReasonOfUpdate(approved), "");
}

TEST_F(Assessments, StayInvalid) {
  model::Assessment assessment = Must(AnAssessment()).resource;
  assessment.invalidated_by = model::InvalidatedBy::kMajorIncident;
  Updated(assessment);
  assessment.invalidated_by = model::InvalidatedBy::kNothing;
  EXPECT_EQ(ReasonOfUpdate(assessment), "BAD_TRANSITION");
}

TEST_F(Assessments, AreKeptAsLongAsWasSaid) {
  model::Assessment assessment = AnAssessment();
  assessment.retained_until = model::AddYears(*assessment.approved_on, 5);
  Must(assessment);
  model::Assessment shorter = assessment;
  shorter.retained_until = model::AddYears(*assessment.approved_on, 4);
  EXPECT_EQ(ReasonOfUpdate(shorter), "BAD_TRANSITION");
  const auto reason_of_delete = [&] {
    return registry_->Delete<model::Assessment>(caller_, model::NameOf(assessment)).reason();
  };
  EXPECT_EQ(reason_of_delete(), "STILL_RETAINED");
  clock_.Advance(model::StartOf(*assessment.retained_until) - clock_.Now());
  EXPECT_EQ(reason_of_delete(), "STILL_RETAINED") << "on the last day";
  clock_.Advance(core::kMsPerDay);
  EXPECT_EQ(reason_of_delete(), "");
}

// ---- Filings ----

TEST_F(Lifecycles, StartAFilingAsADraft) {
  Must(AnOperator());
  model::Filing filing = AFiling();
  filing.status = model::FilingStatus::kSubmitted;
  filing.submitted_on = Day("02-01");
  const auto created = registry_->Create(caller_, filing);
  EXPECT_EQ(created.status().code(), core::Code::kFailedPrecondition);
  EXPECT_EQ(created.status().reason(), "BAD_TRANSITION");
  filing.status = model::FilingStatus::kNone;
  Must(filing);
}

TEST_F(Lifecycles, MoveAFilingAlongItsStatusesOnly) {
  using enum model::FilingStatus;
  Must(AnOperator());
  model::Filing filing = AFiling();
  filing.submitted_on = Day("01-10");
  filing.accepted_on = Day("01-20");
  filing.change_submitted_on = Day("02-01");
  filing.cancel_submitted_on = Day("02-02");
  Must(filing);
  const auto move = [&](model::FilingStatus status) {
    filing.status = status;
    return ReasonOfUpdate(filing);
  };
  EXPECT_EQ(move(kAccepted), "BAD_TRANSITION");
  EXPECT_EQ(move(kCancelled), "BAD_TRANSITION");
  EXPECT_EQ(move(kSubmitted), "");
  EXPECT_EQ(move(kSubmitted), "") << "other fields may change";
  EXPECT_EQ(move(kDraft), "") << "sent back";
  EXPECT_EQ(move(kSubmitted), "");
  EXPECT_EQ(move(kChanged), "BAD_TRANSITION");
  EXPECT_EQ(move(kAccepted), "");
  EXPECT_EQ(move(kSubmitted), "BAD_TRANSITION");
  EXPECT_EQ(move(kChanged), "");
  EXPECT_EQ(move(kAccepted), "");
  EXPECT_EQ(move(kCancelled), "");
  for (const auto status : {kNone, kDraft, kSubmitted, kAccepted, kChanged}) {
    EXPECT_EQ(move(status), "BAD_TRANSITION") << model::Word(status);
  }
}

// ---- Exemptions ----

class Exemptions : public Lifecycles {
 protected:
  Exemptions() { Must(AnOperator()); }
  std::string ReasonOfAttest(const std::string& fingerprint) {
    return registry_->AttestExemption(CallerWith(fingerprint), name_).status().reason();
  }
  const std::string name_ = "operators/acme/exemptions/search";
};

TEST_F(Exemptions, StandOnTheWordOfTwoPrincipals) {
  model::Exemption exemption = AnExemption();
  exemption.attestations = {{"made", clock_.Now()}, {"up", clock_.Now()}};
  EXPECT_TRUE(Must(exemption).resource.attestations.empty());
  EXPECT_EQ(ReasonOfAttest("one"), "");
  const auto stands = [this] {
    return model::Stands(registry_->Get<model::Exemption>(name_)->resource, clock_.Now());
  };
  EXPECT_FALSE(stands());
  const auto second = registry_->AttestExemption(CallerWith("two"), name_);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->revision, 3u);
  EXPECT_EQ(second->resource.attestations, (std::vector<model::ExemptionAttestation>{
                                               {"one", clock_.Now()}, {"two", clock_.Now()}}));
  EXPECT_TRUE(stands());
  EXPECT_NE(EntryAt(LogSize() - 1).find("\"action\":\"ATTESTED\""), std::string::npos);
}

TEST_F(Exemptions, AreNotAttestedTwiceByOnePrincipal) {
  Must(AnExemption());
  EXPECT_EQ(ReasonOfAttest("one"), "");
  const auto again = registry_->AttestExemption(CallerWith("one"), name_);
  EXPECT_EQ(again.status().code(), core::Code::kFailedPrecondition);
  EXPECT_EQ(again.status().reason(), "SAME_ATTESTOR");
  EXPECT_EQ(ReasonOfAttest("two"), "");
  EXPECT_EQ(ReasonOfAttest("three"), "ATTESTED_ALREADY");
}

TEST_F(Exemptions, AreNotAttestedOnceTheyAreOver) {
  EXPECT_EQ(ReasonOfAttest("one"), "RESOURCE_NOT_FOUND");
  model::Exemption exemption = Must(AnExemption()).resource;
  clock_.Advance(exemption.expires_at - clock_.Now());
  EXPECT_EQ(ReasonOfAttest("one"), "EXEMPTION_OVER");
  model::Exemption other = AnExemption();
  other.id = model::ExemptionId("other");
  other = Must(other).resource;
  other.withdrawn = true;
  Updated(other);
  EXPECT_EQ(registry_->AttestExemption(caller_, model::NameOf(other)).status().reason(),
            "EXEMPTION_OVER");
}

TEST_F(Exemptions, AreNeverChangedButWithdrawn) {
  model::Exemption exemption = Must(AnExemption()).resource;
  EXPECT_EQ(ReasonOfAttest("one"), "");
  model::Exemption changed = exemption;
  changed.legal_ref = "Another law";
  EXPECT_EQ(ReasonOfUpdate(changed), "EXEMPTION_IMMUTABLE");
  changed = exemption;
  changed.expires_at = exemption.expires_at + 1;
  EXPECT_EQ(ReasonOfUpdate(changed), "EXEMPTION_IMMUTABLE");
  exemption.withdrawn = true;
  EXPECT_EQ(Updated(exemption).attestations.size(), 1u) << "attestations stay";
  exemption.withdrawn = false;
  EXPECT_EQ(ReasonOfUpdate(exemption), "BAD_TRANSITION");
}

TEST_F(Exemptions, ExpireWithinAYear) {
  model::Exemption exemption = AnExemption();
  exemption.expires_at = clock_.Now();
  EXPECT_EQ(ReasonOfCreate(exemption), "EXEMPTION_EXPIRY_BAD");
  exemption.expires_at = clock_.Now() + (366 * core::kMsPerDay + 1);
  EXPECT_EQ(ReasonOfCreate(exemption), "EXEMPTION_EXPIRY_BAD");
  exemption.expires_at = clock_.Now() + 366 * core::kMsPerDay;
  exemption.withdrawn = true;
  EXPECT_EQ(ReasonOfCreate(exemption), "BAD_TRANSITION");
  exemption.withdrawn = false;
  Must(exemption);
}

TEST_F(Exemptions, AreNotDeletedWhileTheyStand) {
  model::Exemption exemption = Must(AnExemption()).resource;
  EXPECT_EQ(ReasonOfAttest("one"), "");
  EXPECT_EQ(ReasonOfAttest("two"), "");
  const auto reason_of_delete = [this] {
    return registry_->Delete<model::Exemption>(caller_, name_).reason();
  };
  EXPECT_EQ(reason_of_delete(), "EXEMPTION_STANDS");
  exemption.withdrawn = true;
  Updated(exemption);
  EXPECT_EQ(reason_of_delete(), "");
}

TEST_F(Exemptions, NeedTheirSiteAndPurposeToBeRegistered) {
  model::Exemption exemption = AnExemption();
  exemption.site = site_;
  EXPECT_EQ(ReasonOfCreate(exemption), "SITE_NOT_FOUND");
  exemption.site = model::SiteId();
  exemption.purpose = purpose_;
  EXPECT_EQ(ReasonOfCreate(exemption), "PURPOSE_NOT_FOUND");
  Must(ASite());
  Must(APurpose());
  exemption.site = site_;
  Must(exemption);
  const std::string entry = EntryAt(LogSize() - 1);
  EXPECT_NE(entry.find("\"site\":\"hq\""), std::string::npos);
  EXPECT_NE(entry.find("\"purpose\":\"entry\""), std::string::npos);
}

// ---- Complaints and rights requests ----

class Answers : public Lifecycles {
 protected:
  Answers() { Must(AnOperator()); }
};

TEST_F(Answers, AreDueSoManyDaysAfterReceipt) {
  model::Complaint complaint = AComplaint();
  EXPECT_EQ(Must(complaint).resource.due_on, Day("03-31"));
  complaint.deadline_days = 10;
  complaint.due_on = Day("12-31");
  EXPECT_EQ(Updated(complaint).due_on, Day("03-11"));
  model::RightsRequest request = ARightsRequest();
  request.deadline_days = 366;
  EXPECT_EQ(Must(request).resource.due_on, Day("03-01") + 366);
}

TEST_F(Answers, KeepTheDayOfReceipt) {
  model::Complaint complaint = Must(AComplaint()).resource;
  complaint.received_on = Day("03-02");
  EXPECT_EQ(ReasonOfUpdate(complaint), "BAD_TRANSITION");
  model::RightsRequest request = Must(ARightsRequest()).resource;
  request.received_on = Day("03-02");
  EXPECT_EQ(ReasonOfUpdate(request), "BAD_TRANSITION");
}

TEST_F(Answers, AreNotTakenBack) {
  model::Complaint open = Must(AComplaint()).resource;
  model::Complaint answered = open;
  answered.answered_on = Day("03-02");
  answered.outcome = model::ComplaintOutcome::kRejected;
  Updated(answered);
  EXPECT_EQ(ReasonOfUpdate(open), "BAD_TRANSITION");
  answered.outcome = model::ComplaintOutcome::kUpheld;
  EXPECT_EQ(ReasonOfUpdate(answered), "BAD_TRANSITION");
  model::RightsRequest request = Must(ARightsRequest()).resource;
  model::RightsRequest granted = request;
  granted.answered_on = Day("03-02");
  granted.outcome = model::RightsOutcome::kGranted;
  Updated(granted);
  EXPECT_EQ(ReasonOfUpdate(request), "BAD_TRANSITION");
}

TEST_F(Answers, AreToPeopleAndPlacesThatAreKnown) {
  model::Complaint complaint = AComplaint();
  complaint.subject = model::SubjectId("ada");
  EXPECT_EQ(ReasonOfCreate(complaint), "SUBJECT_NOT_FOUND");
  AddSubject("ada");
  complaint.site = site_;
  EXPECT_EQ(ReasonOfCreate(complaint), "SITE_NOT_FOUND");
  Must(ASite());
  Must(complaint);
}

TEST_F(Answers, AreStillGivenWhenThePersonAndThePlaceAreGone) {
  Must(ASite());
  AddSubject("ada");
  model::RightsRequest request = ARightsRequest();
  request.subject = model::SubjectId("ada");
  request = Must(request).resource;
  model::Complaint complaint = AComplaint();
  complaint.site = site_;
  complaint = Must(complaint).resource;

  ASSERT_TRUE(registry_->Delete<model::Site>(caller_, "operators/acme/sites/hq").ok());
  audit::Event event;
  event.type = "subject.erased";
  event.log = op_;
  event.actor = caller_.principal;
  event.request_id = caller_.request_id;
  const model::SubjectRef ada{op_, model::SubjectId("ada")};
  ASSERT_TRUE(ledger_->Append(std::move(event), {storage::EraseSubject{ada}}).ok());

  request.answered_on = Day("03-02");
  request.outcome = model::RightsOutcome::kGranted;
  EXPECT_EQ(ReasonOfUpdate(request), "SUBJECT_ERASED") << "no register names them again";
  request.subject = registry_->Get<model::RightsRequest>(model::NameOf(request))->resource.subject;
  EXPECT_TRUE(request.subject.empty());
  EXPECT_EQ(ReasonOfUpdate(request), "");
  complaint.answered_on = Day("03-02");
  complaint.outcome = model::ComplaintOutcome::kUpheld;
  EXPECT_EQ(ReasonOfUpdate(complaint), "");
  complaint.subject = model::SubjectId("ada");
  EXPECT_EQ(ReasonOfUpdate(complaint), "SUBJECT_ERASED") << "a link that is new";
}

// A hash of the register's few words would tell whoever guesses a name that they guessed right.
TEST_F(Answers, AreHashedWithoutTheirPersonInTheLog) {
  AddSubject("ada");
  AddSubject("bob");
  model::RightsRequest request = Must(ARightsRequest()).resource;
  for (const char* id : {"ada", "bob"}) {
    request.subject = model::SubjectId(id);
    request = Updated(request);
  }
  storage::LogQuery query;
  query.type = "registry.rights_request";
  query.limit = 100;
  const auto records = store_->QueryLog(op_, query);
  ASSERT_TRUE(records.ok());
  std::set<std::string> hashes;
  for (const auto& record : *records) {
    hashes.insert(storage::LineOf(record.entry)->StringOr("sha256", ""));
  }
  EXPECT_EQ(records->size(), 3u);
  EXPECT_EQ(hashes.size(), 1u);
}

// ---- Incidents ----

TEST_F(Lifecycles, KeepAnIncidentApartFromADrill) {
  Must(AnOperator());
  model::Incident incident = Must(AnIncident()).resource;
  incident.drill = true;
  EXPECT_EQ(ReasonOfUpdate(incident), "BAD_TRANSITION");
}

TEST_F(Lifecycles, LeaveAClosedIncidentAlone) {
  Must(AnOperator());
  model::Incident incident = Must(AnIncident()).resource;
  incident.high_risk = true;
  incident.closed_at = clock_.Now();
  Updated(incident);
  EXPECT_EQ(ReasonOfUpdate(incident), "");
  model::Incident reopened = incident;
  reopened.closed_at.reset();
  EXPECT_EQ(ReasonOfUpdate(reopened), "BAD_TRANSITION");
  incident.high_risk = false;
  EXPECT_EQ(ReasonOfUpdate(incident), "BAD_TRANSITION");
}

// ---- Time ----

TEST_F(Lifecycles, RefuseWhatHasNotHappenedYet) {
  RegisterEverything();
  const core::Timestamp soon = clock_.Now() + 5 * 60 * 1000 + 1;
  const model::Date after_tomorrow = Day("03-04");
  const auto expect_refused = [this](const auto& resource) {
    EXPECT_EQ(ReasonOfUpdate(resource), "IN_THE_FUTURE") << model::NameOf(resource);
  };
  model::AccessPoint door = AnAccessPoint();
  door.alternatives[0].heartbeat_at = soon;
  expect_refused(door);
  model::Signage sign = ASign();
  sign.verified_at = soon;
  sign.expires_at.reset();
  expect_refused(sign);
  model::Filing filing = AFiling();
  filing.submitted_on = after_tomorrow;
  expect_refused(filing);
  model::DeviceAssessment test = ADeviceTest();
  test.assessed_on = after_tomorrow;
  expect_refused(test);
  model::Complaint complaint = AComplaint();
  complaint.answered_on = after_tomorrow;
  complaint.outcome = model::ComplaintOutcome::kUpheld;
  expect_refused(complaint);
  model::Incident incident = AnIncident();
  incident.authority_notified_at = soon;
  expect_refused(incident);
  model::Disclosure disclosure = ADisclosure();
  disclosure.disclosed_on = after_tomorrow;
  expect_refused(disclosure);
  model::ThresholdReview review = AThresholdReview();
  review.reviewed_on = after_tomorrow;
  expect_refused(review);
  model::Assessment assessment = AnAssessment();
  assessment.id = model::AssessmentId("v1-again");
  assessment.approved_on = after_tomorrow;
  assessment.retained_until = model::AddYears(after_tomorrow, 3);
  EXPECT_EQ(ReasonOfCreate(assessment), "IN_THE_FUTURE");
}

}  // namespace
}  // namespace facegate::registry
