// Being asked, saying no, being asked again; and what the rules of a site make of it.
#include <functional>
#include <optional>

#include "desk.h"
#include "support/world/packs.h"

namespace facegate::consent {
namespace {

using model::ConsentStatus;

class Ask : public Desk {
 protected:
  // What a person is asked; the form's consent id, if any, is `id`.
  Terms Question(const std::string& id = "") const {
    Terms terms = Request(ada_);
    if (!id.empty()) terms.id = model::ConsentId(id);
    return terms;
  }
  // A notice of that version of the door's purpose, changed by `change`. Returns its hash.
  std::string StoreNotice(int version, const std::function<void(model::Notice&)>& change) {
    model::Notice notice;
    notice.op = op_;
    notice.purpose = door_;
    notice.id = model::NoticeId("another-v" + std::to_string(version));
    notice.purpose_version = version;
    notice.language = "en";
    notice.text = "Another text";
    notice.text_sha256 = std::string(64, 'b');
    if (change) change(notice);
    Store(notice, "notice", model::NameOf(door_purpose_));
    return notice.text_sha256;
  }
  static bool Names(const core::Status& status, const std::string& rule) {
    return status.message().find(rule) != std::string::npos;
  }
  const model::SubjectRef ada_ = Register("ada");
};

TEST_F(Ask, RecordsTheQuestionWithWhatWasOfferedInstead) {
  Terms terms = Question("ask-1");
  terms.alternative_offered = model::AlternativeKind::kCard;
  terms.channel = model::ConsentChannel::kKiosk;
  const auto asked = service_->Request(caller_, terms);
  ASSERT_TRUE(asked.ok()) << asked.status().ToString();
  const auto stored = service_->Get({op_, ada_.subject, model::ConsentId("ask-1")});
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->status, ConsentStatus::kRequested);
  EXPECT_EQ(stored->alternative_offered, terms.alternative_offered);
  EXPECT_EQ(stored->channel, terms.channel);
  const std::string entry = EntryAt(asked->receipt.index);
  for (const char* told : {"consent.requested", "\"alternative_offered\":\"CARD\"",
                           "\"channel\":\"KIOSK\"", "\"epoch\":1"}) {
    EXPECT_NE(entry.find(told), std::string::npos) << told;
  }
  EXPECT_EQ(entry.find("expires_at"), std::string::npos) << "nobody agreed to anything yet";
}

TEST_F(Ask, TurnsTheAnswerIntoTheNextStateOfTheQuestion) {
  ASSERT_TRUE(service_->Request(caller_, Question("ask-1")).ok());
  GrantRequest yes = Request(ada_);
  yes.id = model::ConsentId("ask-1");
  const model::Consent granted = MustGrant(yes);
  EXPECT_EQ(granted.epoch, 2u);
  EXPECT_EQ(service_->List(ada_)->size(), 1u);

  Terms elsewhere = Question("ask-2");
  elsewhere.site = lab_;
  ASSERT_TRUE(service_->Request(caller_, elsewhere).ok());
  const auto no = service_->RefuseAsked(caller_, {op_, ada_.subject, elsewhere.id});
  ASSERT_TRUE(no.ok()) << no.status().ToString();
  EXPECT_EQ(no->consent.status, ConsentStatus::kRefused);
  EXPECT_EQ(no->consent.epoch, 2u);
  EXPECT_NE(EntryAt(no->receipt.index).find("consent.refused"), std::string::npos);
}

TEST_F(Ask, TakesANoThatNobodyAskedForAndTheSameOneTwice) {
  const Terms terms = Question("no-1");
  const auto first = service_->Refuse(caller_, terms);
  ASSERT_TRUE(first.ok());
  const std::uint64_t size = LogSize();
  const auto second = service_->Refuse(caller_, terms);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->receipt.index, first->receipt.index);
  EXPECT_EQ(LogSize(), size);
}

TEST_F(Ask, DoesNotAnswerAQuestionWithOtherTerms) {
  ASSERT_TRUE(service_->Request(caller_, Question("ask-1")).ok());
  GrantRequest more = Request(ada_);
  more.id = model::ConsentId("ask-1");
  more.scopes.insert(model::ConsentScope::kDisclosure);
  EXPECT_EQ(service_->Grant(caller_, more).status().reason(), "CONSENT_EXISTS");
}

TEST_F(Ask, DoesNotGrantWhatWasRefused) {
  ASSERT_TRUE(service_->Refuse(caller_, Question("no-1")).ok());
  GrantRequest yes = Request(ada_);
  yes.id = model::ConsentId("no-1");
  EXPECT_EQ(service_->Grant(caller_, yes).status().reason(), "CONSENT_EXISTS");
  yes.id = {};
  EXPECT_TRUE(service_->Grant(caller_, yes).ok()) << "people may change their mind";
}

TEST_F(Ask, NeitherAsksForNorRefusesWhatIsInForce) {
  MustGrant(Request(ada_));
  EXPECT_EQ(service_->Request(caller_, Question()).status().reason(), "CONSENT_EXISTS");
  EXPECT_EQ(service_->Refuse(caller_, Question()).status().reason(), "CONSENT_STANDS");
}

TEST_F(Ask, SupersedesAConsentToAnOlderVersionAndDestroysWhatRestedOnIt) {
  const model::Consent old = MustGrant(Request(ada_));
  Enroll(old, "t1");
  door_purpose_.version = 2;
  Store(door_purpose_, "purpose", model::OperatorName(op_), 2);
  GrantRequest yes = Request(ada_);
  yes.purpose_version = 2;
  yes.notice_sha256 = StoreNotice(2, {});
  const model::Consent fresh = MustGrant(yes);
  EXPECT_EQ(service_->Get({op_, ada_.subject, old.id})->status, ConsentStatus::kSuperseded);
  EXPECT_EQ(CountTemplates(ada_), 0u);
  ASSERT_EQ(dropper_.calls().size(), 1u);
  EXPECT_NE(EntryAt(fresh.log_index - 1).find("consent.superseded"), std::string::npos);
}

TEST_F(Ask, AsksAgainAfterARefusalOnlyWhereTheRulesAllowIt) {
  ASSERT_TRUE(service_->Refuse(caller_, Question()).ok());
  EXPECT_TRUE(service_->Request(caller_, Question()).ok()) << "facegate's own rules say nothing";

  MoveToChina();
  const auto again = service_->Request(caller_, Question());
  EXPECT_EQ(again.status().reason(), "RULE_REFUSED");
  EXPECT_TRUE(Names(again.status(), "cnnds.a22")) << again.status().ToString();
}

TEST_F(Ask, PutsOnRecordWhichRulesRefusedAndWhatWasTried) {
  ASSERT_TRUE(service_->Refuse(caller_, Question()).ok());
  MoveToChina();
  const std::uint64_t before = LogSize();
  ASSERT_FALSE(service_->Request(caller_, Question()).ok());
  ASSERT_EQ(LogSize(), before + 1);
  const std::string entry = EntryAt(before);
  for (const char* told : {"consent.disallowed", "\"tried\":\"consent.requested\"", "cnnds.a22"}) {
    EXPECT_NE(entry.find(told), std::string::npos) << told;
  }
  storage::LogQuery query;
  query.rule = "cnnds.a22";
  EXPECT_EQ(store_->QueryLog(op_, query)->size(), 1u);
}

TEST_F(Ask, RefusesAConsentOfAFormThatTheSiteDoesNotTake) {
  MoveToChina();
  GrantRequest request = Request(Register("bea"));
  request.form = model::ConsentForm::kExplicit;  // not separate from other terms
  const auto refused = service_->Grant(caller_, request);
  EXPECT_EQ(refused.status().reason(), "RULE_REFUSED");
  EXPECT_TRUE(Names(refused.status(), "cn25.a06.separate-consent")) << refused.status().ToString();
  request.form = model::ConsentForm::kSeparate;
  EXPECT_TRUE(service_->Grant(caller_, request).ok());
}

TEST_F(Ask, RefusesToAskWhoseAgeIsUnknownWhereChildrenNeedAGuardian) {
  MoveToChina();
  Terms terms = Question();
  terms.subject = OfAge("somebody", std::nullopt);
  const auto unknown = service_->Request(caller_, terms);
  EXPECT_TRUE(Names(unknown.status(), "cn25.a07.minors")) << unknown.status().ToString();
  EXPECT_TRUE(service_->Request(caller_, Question()).ok()) << "a grown-up";
}

TEST_F(Ask, TakesAChildsConsentOnlyFromAVerifiedGuardian) {
  MoveToChina();
  GrantRequest request = Request(OfAge("kid", 9));
  EXPECT_TRUE(Names(service_->Grant(caller_, request).status(), "cn25.a07.minors"));
  request.given_by = model::ConsentGiver::kParent;
  EXPECT_TRUE(Names(service_->Grant(caller_, request).status(), "cn25.a07.minors"));
  request.guardian_evidence_sha256 = std::string(64, 'a');
  request.guardian_verified_by = "desk-3";
  const auto granted = service_->Grant(caller_, request);
  EXPECT_TRUE(granted.ok()) << granted.status().ToString();
}

TEST_F(Ask, RefusesAConsentThatIsAConditionOfTheService) {
  MoveToChina();
  model::AccessPoint point;
  point.op = op_;
  point.site = hq_;
  point.id = model::AccessPointId("front");
  point.service_refused_on_refusal = true;
  Store(point, "accessPoint", model::SiteName(op_, hq_));
  const auto refused = service_->Grant(caller_, Request(Register("bea")));
  EXPECT_TRUE(Names(refused.status(), "cnpipl.a15-16")) << refused.status().ToString();
}

TEST_F(Ask, RefusesAConsentToANoticeThatLeavesOutWhatMustBeTold) {
  MoveToChina();
  StoreNotice(1, {});  // tells nothing
  const auto refused = service_->Grant(caller_, Request(Register("bea")));
  EXPECT_TRUE(Names(refused.status(), "cn25.a05.notice")) << refused.status().ToString();
}

TEST_F(Ask, RefusesAConsentBundledWithOtherTerms) {
  engine_->Reload(facegate::testing::ShippedRules({"core", "gdpr"}));
  model::Site site;
  site.op = op_;
  site.id = hq_;
  site.country = "DE";
  site.region = "EU";
  Store(site, "site", model::OperatorName(op_), 2);
  GrantRequest request = Request(Register("bea"));
  ASSERT_TRUE(service_->Grant(caller_, request).ok());
  StoreNotice(1, [](model::Notice& notice) { notice.bundled_with_other_terms = true; });
  request.subject = Register("cay");
  const auto refused = service_->Grant(caller_, request);
  EXPECT_TRUE(Names(refused.status(), "gdpr.a7")) << refused.status().ToString();
}

}  // namespace
}  // namespace facegate::consent
