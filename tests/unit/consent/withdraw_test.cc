// How consents end: by the person's word, or by time.
#include <thread>
#include <vector>

#include "desk.h"
#include "facegate/core/bytes.h"
#include "facegate/tlog/checkpoint.h"

namespace facegate::consent {
namespace {

class Ends : public Desk {
 protected:
  model::ConsentRef RefOf(const model::Consent& consent) const {
    return {consent.op, consent.subject, consent.id};
  }
  const model::SubjectRef ada_ = Register("ada");
};

using Withdraw = Ends;
using Sweep = Ends;

TEST_F(Withdraw, DestroysThePurposesTemplatesAndTheirKey) {
  const model::Consent consent = MustGrant(Request(ada_));
  Enroll(consent, "t1");
  Enroll(consent, "t2");
  const auto withdrawn = service_->Withdraw(caller_, RefOf(consent));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status().ToString();
  EXPECT_EQ(CountTemplates(ada_), 0u);
  EXPECT_EQ(store_->GetTemplateKey(ada_, door_).status().reason(), "TEMPLATE_KEY_NOT_FOUND");
}

TEST_F(Withdraw, MovesTheConsentOn) {
  const model::Consent consent = MustGrant(Request(ada_));
  const auto withdrawn = service_->Withdraw(caller_, RefOf(consent));
  ASSERT_TRUE(withdrawn.ok());
  EXPECT_EQ(withdrawn->consent.status, model::ConsentStatus::kWithdrawn);
  EXPECT_EQ(withdrawn->consent.epoch, consent.epoch + 1);
  EXPECT_EQ(withdrawn->consent.log_index, withdrawn->receipt.index);
  const auto stored = service_->Get(RefOf(consent));
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->status, model::ConsentStatus::kWithdrawn);
  EXPECT_EQ(stored->epoch, consent.epoch + 1);
}

TEST_F(Withdraw, RefusesFromThenOnWhatRestsOnTheOldEpoch) {
  const model::Consent consent = MustGrant(Request(ada_));
  ASSERT_TRUE(service_->Withdraw(caller_, RefOf(consent)).ok());
  audit::Event event;
  event.type = "template.enrolled";
  event.log = op_;
  event.actor = caller_.principal;
  event.request_id = caller_.request_id;
  const auto late = ledger_->Append(std::move(event), {},
                                    {storage::ConsentAtEpoch{RefOf(consent), consent.epoch}});
  EXPECT_EQ(late.status().reason(), "PRECONDITION");
}

TEST_F(Withdraw, DropsFromMemoryWhatIsGoneFromTheStore) {
  const model::Consent consent = MustGrant(Request(ada_));
  Enroll(consent, "t1");
  const auto withdrawn = service_->Withdraw(caller_, RefOf(consent));
  ASSERT_TRUE(withdrawn.ok());
  ASSERT_EQ(dropper_.calls().size(), 1u);
  const SpyDropper::Call call = dropper_.calls().front();
  EXPECT_EQ(call.subject, ada_);
  EXPECT_EQ(call.purpose, door_);
  EXPECT_EQ(call.log_index, withdrawn->receipt.index);
  EXPECT_EQ(call.still_stored, 0u);
}

TEST_F(Withdraw, LeavesOtherPurposesAndPeopleAlone) {
  const model::SubjectRef bob = Register("bob");
  const model::Consent door = MustGrant(Request(ada_));
  GrantRequest request = Request(ada_);
  request.purpose = canteen_;
  Enroll(door, "t1");
  Enroll(MustGrant(request), "t2");
  Enroll(MustGrant(Request(bob)), "t3");
  ASSERT_TRUE(service_->Withdraw(caller_, RefOf(door)).ok());
  EXPECT_EQ(CountTemplates(ada_), 1u);
  EXPECT_TRUE(store_->GetTemplateKey(ada_, canteen_).ok());
  EXPECT_EQ(CountTemplates(bob), 1u);
}

TEST_F(Withdraw, DestroysThePurposesTemplatesAtEverySite) {
  const model::Consent hq = MustGrant(Request(ada_));
  GrantRequest request = Request(ada_);
  request.site = lab_;
  const model::Consent lab = MustGrant(request);
  Enroll(lab, "t1");
  ASSERT_TRUE(service_->Withdraw(caller_, RefOf(hq)).ok());
  EXPECT_EQ(CountTemplates(ada_), 0u);
  EXPECT_EQ(service_->Get(RefOf(lab))->status, model::ConsentStatus::kGranted);
}

TEST_F(Withdraw, SaysInTheLogWhatEndedAndNotWhose) {
  GrantRequest request = Request(Register("unmistakable-person"));
  request.id = model::ConsentId("unmistakable-consent");
  const auto withdrawn = service_->Withdraw(caller_, RefOf(MustGrant(request)));
  ASSERT_TRUE(withdrawn.ok());
  const std::string& entry = withdrawn->receipt.entry;
  EXPECT_NE(entry.find("consent.withdrawn"), std::string::npos);
  EXPECT_EQ(entry.find("unmistakable"), std::string::npos);
}

TEST_F(Withdraw, ASecondTimeReturnsTheFirst) {
  const model::Consent consent = MustGrant(Request(ada_));
  const auto first = service_->Withdraw(caller_, RefOf(consent));
  ASSERT_TRUE(first.ok());
  const std::uint64_t size = LogSize();
  clock_.Advance(1000);
  const auto second = service_->Withdraw(caller_, RefOf(consent));
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  EXPECT_EQ(LogSize(), size);
  EXPECT_EQ(dropper_.calls().size(), 1u);
  EXPECT_EQ(second->consent.epoch, first->consent.epoch);
  EXPECT_EQ(second->receipt.index, first->receipt.index);
  EXPECT_EQ(second->receipt.entry, first->receipt.entry);
  EXPECT_EQ(second->receipt.recorded_at, first->receipt.recorded_at);
}

TEST_F(Withdraw, ASecondTimeProvesTheFirstUnderTodaysCheckpoint) {
  const model::Consent consent = MustGrant(Request(ada_));
  ASSERT_TRUE(service_->Withdraw(caller_, RefOf(consent)).ok());
  Register("bob");
  Register("eve");
  const auto again = service_->Withdraw(caller_, RefOf(consent));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->receipt.origin, ledger_->Origin(op_));
  EXPECT_EQ(again->receipt.checkpoint, store_->GetLogHead(op_)->checkpoint);
  const auto proof = tlog::ParseProofFile(again->receipt.ToProofFile());
  ASSERT_TRUE(proof.ok());
  const auto verified = tlog::VerifyProofFile(*proof, core::AsBytes(again->receipt.entry),
                                              ledger_->CheckpointKey(op_));
  EXPECT_TRUE(verified.ok()) << verified.status().ToString();
}

TEST_F(Withdraw, OfWhatNeverWasIsNotFound) {
  const auto withdrawn =
      service_->Withdraw(caller_, {op_, ada_.subject, model::ConsentId("nothing")});
  EXPECT_EQ(withdrawn.status().code(), core::Code::kNotFound);
  EXPECT_EQ(withdrawn.status().reason(), "CONSENT_NOT_FOUND");
}

TEST_F(Withdraw, FromSeveralThreadsHappensOnce) {
  const model::Consent consent = MustGrant(Request(ada_));
  Enroll(consent, "t1");
  const std::uint64_t size = LogSize();
  std::vector<std::thread> threads;
  std::vector<int> ok(8, 0);
  for (int& slot : ok) {
    threads.emplace_back([this, &slot, &consent] {
      slot = service_->Withdraw(caller_, RefOf(consent)).ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int value : ok) EXPECT_EQ(value, 1);
  EXPECT_EQ(LogSize(), size + 1);
  EXPECT_EQ(dropper_.calls().size(), 1u);
}

TEST_F(Withdraw, WorksForAConsentWhoseTimeIsUpButWasNotSwept) {
  const model::Consent consent = MustGrant(Request(ada_));
  Enroll(consent, "t1");
  clock_.Advance(11 * core::kMsPerDay);
  const auto withdrawn = service_->Withdraw(caller_, RefOf(consent));
  ASSERT_TRUE(withdrawn.ok());
  EXPECT_EQ(withdrawn->consent.status, model::ConsentStatus::kWithdrawn);
  EXPECT_EQ(CountTemplates(ada_), 0u);
}

TEST_F(Withdraw, OfAnExpiredConsentLeavesWhatRestsOnALaterOne) {
  const model::Consent first = MustGrant(Request(ada_));
  clock_.Advance(11 * core::kMsPerDay);
  ASSERT_EQ(*service_->SweepExpired(caller_), 1);
  Enroll(MustGrant(Request(ada_)), "t1");
  const auto withdrawn = service_->Withdraw(caller_, RefOf(first));
  ASSERT_TRUE(withdrawn.ok());
  EXPECT_EQ(withdrawn->consent.status, model::ConsentStatus::kExpired);
  EXPECT_EQ(CountTemplates(ada_), 1u);
}

TEST_F(Withdraw, TriesAgainWhenTheConsentMovedMeanwhile) {
  const model::Consent consent = MustGrant(Request(ada_));
  faults_.ReadStale(2);
  const auto withdrawn = service_->Withdraw(caller_, RefOf(consent));
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status().ToString();
  EXPECT_EQ(withdrawn->consent.epoch, consent.epoch + 1);
}

TEST_F(Withdraw, GivesUpWhenTheConsentKeepsMoving) {
  const model::Consent consent = MustGrant(Request(ada_));
  faults_.ReadStale(1000);
  const auto withdrawn = service_->Withdraw(caller_, RefOf(consent));
  EXPECT_EQ(withdrawn.status().code(), core::Code::kAborted);
  EXPECT_EQ(withdrawn.status().reason(), "CONSENT_MOVED");
  EXPECT_TRUE(dropper_.calls().empty());
}

TEST_F(Withdraw, IsNotAcknowledgedUnlessItIsDurable) {
  const model::Consent consent = MustGrant(Request(ada_));
  Enroll(consent, "t1");
  faults_.FailWrites();
  const auto withdrawn = service_->Withdraw(caller_, RefOf(consent));
  EXPECT_EQ(withdrawn.status().code(), core::Code::kUnavailable);
  EXPECT_EQ(store_->GetConsent(RefOf(consent))->status, model::ConsentStatus::kGranted);
}

TEST_F(Sweep, ReturnsTheFaultOfTheStore) {
  MustGrant(Request(ada_));
  clock_.Advance(10 * core::kMsPerDay);
  faults_.FailWrites();
  EXPECT_EQ(service_->SweepExpired(caller_).status().code(), core::Code::kUnavailable);
}

TEST_F(Sweep, EndsConsentsWhoseTimeIsUp) {
  const model::Consent consent = MustGrant(Request(ada_));
  Enroll(consent, "t1");
  clock_.Advance(10 * core::kMsPerDay);
  EXPECT_EQ(*service_->SweepExpired(caller_), 1);
  const auto stored = service_->Get(RefOf(consent));
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->status, model::ConsentStatus::kExpired);
  EXPECT_EQ(CountTemplates(ada_), 0u);
  ASSERT_EQ(dropper_.calls().size(), 1u);
  EXPECT_EQ(dropper_.calls().front().purpose, door_);
  EXPECT_NE(EntryAt(stored->log_index).find("consent.expired"), std::string::npos);
}

TEST_F(Sweep, LeavesConsentsInForce) {
  const model::Consent consent = MustGrant(Request(ada_));
  clock_.Advance(10 * core::kMsPerDay - 1);
  EXPECT_EQ(*service_->SweepExpired(caller_), 0);
  EXPECT_EQ(service_->Get(RefOf(consent))->status, model::ConsentStatus::kGranted);
}

TEST_F(Sweep, FindsNothingTwice) {
  MustGrant(Request(ada_));
  clock_.Advance(10 * core::kMsPerDay);
  EXPECT_EQ(*service_->SweepExpired(caller_), 1);
  EXPECT_EQ(*service_->SweepExpired(caller_), 0);
}

TEST_F(Sweep, GoesBeyondOnePage) {
  for (int i = 0; i < 105; ++i) {
    MustGrant(Request(Register("person-" + std::to_string(i))));
  }
  clock_.Advance(10 * core::kMsPerDay);
  EXPECT_EQ(*service_->SweepExpired(caller_), 105);
}

}  // namespace
}  // namespace facegate::consent
