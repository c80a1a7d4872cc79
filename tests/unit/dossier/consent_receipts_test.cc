// A consent receipt says what was agreed, proves it, and is refused once a byte of it changed.
#include "facegate/dossier/consent_receipts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "facegate/audit/pruning.h"
#include "facegate/consent/consent_service.h"
#include "facegate/core/text.h"
#include "facegate/model/date.h"
#include "facegate/model/duties.h"
#include "facegate/report/consent_receipt.h"
#include "facegate/storage/typed.h"
#include "support/world/world.h"

namespace facegate::dossier {
namespace {

using core::Json;
using documents::Language;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::World;

class ReceiptTest : public ::testing::Test {
 protected:
  ReceiptTest() {
    model::Operator op{World::op(), "Acme"};
    op.complaint_channel = "privacy@acme.example";
    world_.Register(op);
    world_.AddSubject("ann");
    asked_.subject = World::subject("ann");
    asked_.id = model::ConsentId("c1");
    asked_.site = World::site();
    asked_.purpose = World::purpose();
    asked_.purpose_version = 1;
    asked_.scopes = {model::ConsentScope::kVerify};
    asked_.notice_sha256 = Notice().text_sha256;
    asked_.alternative_offered = model::AlternativeKind::kStaffDesk;
    asked_.channel = model::ConsentChannel::kDesk;
    asked_.evidence_sha256 = std::string(64, 'e');
    asked_.expires_at = world_.clock.Now() + 10 * core::kMsPerDay;
  }

  model::Notice Notice() const {
    const auto notices = storage::ReadResources<model::Notice>(
        *world_.store, model::PurposeName(World::op(), World::purpose()));
    FG_CHECK(notices.ok() && !notices->empty());
    return notices->front();
  }
  consent::Caller Desk() const {
    return {{model::Role::kEnroller, "development", ""}, "7d444840-9dc0-41d1-b245-5ffdce74fad2"};
  }
  consent::ConsentResult Must(core::Result<consent::ConsentResult> result) {
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    FG_CHECK(result.ok());
    return std::move(result).value();
  }
  // Asked and granted: two events.
  consent::ConsentResult AskAndGrant() {
    Must(consents_.Request(Desk(), asked_));
    return Must(consents_.Grant(Desk(), asked_));
  }
  ReceiptFacts Facts(const std::string& token = "") {
    const auto consent = consents_.Get({World::op(), asked_.subject.subject, asked_.id});
    FG_CHECK(consent.ok());
    auto facts = receipts_.Collect(*consent, token);
    EXPECT_TRUE(facts.ok()) << facts.status().ToString();
    FG_CHECK(facts.ok());
    return std::move(facts).value();
  }
  Json Iso() { return receipts_.AsIso27560(Facts(), Language::kEnglish); }
  report::LogKeys Keys() const {
    return {world_.ledger->CheckpointKey(World::op()), world_.ledger->RecordKey(World::op())};
  }
  std::string ReasonOf(const Json& receipt) const {
    return report::VerifyConsentReceipt(receipt, Keys()).status().reason();
  }
  // As the gateway would sign it, were it to lie.
  std::string ReasonOnceSigned(Json receipt, const char* member, Json value) const {
    Json evidence = *receipt.Find("facegate");
    evidence.Set(member, std::move(value));
    receipt.Set("facegate", std::move(evidence));
    const std::string origin = world_.ledger->Origin(World::op());
    return ReasonOf(report::SignConsentReceipt(std::move(receipt), Keys().record.name,
                                               world_.keys->RecordKey(origin)));
  }

  World world_;
  consent::NoTemplates gallery_;
  consent::ConsentService consents_{*world_.store, *world_.ledger, *world_.keys,
                                    world_.clock,  *world_.engine, gallery_};
  const ConsentReceipts receipts_{*world_.store, *world_.engine, *world_.ledger,
                                  *world_.keys,  world_.clock,   "https://door.example"};
  consent::GrantRequest asked_;
};

using ConsentReceipt = ReceiptTest;

TEST_F(ConsentReceipt, OfAConsentThatEndedLongAgoHasTheEventsThatAreLeft) {
  const auto grow_old = [this] {
    const std::uint64_t size = world_.store->GetLogHead(World::op())->size;
    for (std::uint64_t i = size; i < size + 256; ++i) world_.AddSubject("p" + std::to_string(i));
  };
  const auto prune = [this] {
    world_.clock.Advance(11 * core::kMsPerDay);
    audit::LogPruner pruner(*world_.store, *world_.ledger, world_.clock,
                            {.is_on = true, .retained_days = 10, .published = {}});
    EXPECT_EQ(*pruner.Run(), 256u);
  };
  AskAndGrant();
  grow_old();
  const model::ConsentRef ref{World::op(), asked_.subject.subject, asked_.id};
  const std::uint64_t withdrawn = Must(consents_.Withdraw(Desk(), ref)).receipt.index;
  prune();
  const auto proof = report::VerifyConsentReceipt(Iso(), Keys());
  ASSERT_TRUE(proof.ok()) << proof.status().ToString();
  EXPECT_EQ(proof->status, "WITHDRAWN");
  ASSERT_EQ(proof->events.size(), 1u);
  EXPECT_EQ(proof->events[0].index, withdrawn);

  grow_old();
  prune();
  EXPECT_EQ(receipts_.Collect(*consents_.Get(ref), "").status().reason(), "RECORD_PRUNED");
  // Withdrawing it again still proves that it was.
  const consent::ConsentResult again = Must(consents_.Withdraw(Desk(), ref));
  EXPECT_EQ(again.receipt.index, withdrawn);
  EXPECT_TRUE(again.receipt.pruned_leaf.has_value());
}

TEST_F(ConsentReceipt, ProvesEveryEventOfTheConsent) {
  const consent::ConsentResult granted = AskAndGrant();
  const auto proof = report::VerifyConsentReceipt(Iso(), Keys());
  ASSERT_TRUE(proof.ok()) << proof.status().ToString();
  EXPECT_EQ(proof->status, "GRANTED");
  ASSERT_EQ(proof->events.size(), 2u);
  EXPECT_EQ(proof->events[0].type, "consent.requested");
  EXPECT_EQ(proof->events[1].type, "consent.granted");
  EXPECT_EQ(proof->events[1].index, granted.receipt.index);
}

TEST_F(ConsentReceipt, ProvesAWithdrawalAfterTheGrant) {
  AskAndGrant();
  Must(consents_.Withdraw(Desk(), {World::op(), asked_.subject.subject, asked_.id}));
  const auto proof = report::VerifyConsentReceipt(Iso(), Keys());
  ASSERT_TRUE(proof.ok()) << proof.status().ToString();
  EXPECT_EQ(proof->status, "WITHDRAWN");
  EXPECT_EQ(proof->events.size(), 3u);
}

TEST_F(ConsentReceipt, ProvesARefusalToo) {
  Must(consents_.Request(Desk(), asked_));
  Must(consents_.Refuse(Desk(), asked_));
  const auto proof = report::VerifyConsentReceipt(Iso(), Keys());
  ASSERT_TRUE(proof.ok()) << proof.status().ToString();
  EXPECT_EQ(proof->status, "REFUSED");
}

TEST_F(ConsentReceipt, IsProvedWhereTheQuestionWasPutElsewhereThanTheAnswerWasGiven) {
  consent::GrantRequest at_the_kiosk = asked_;
  at_the_kiosk.channel = model::ConsentChannel::kKiosk;
  Must(consents_.Request(Desk(), at_the_kiosk));
  Must(consents_.Grant(Desk(), asked_));
  EXPECT_EQ(ReasonOf(Iso()), "");
}

// Every byte of both forms: whatever is changed, it is no JSON, no receipt, or refused.
TEST_F(ConsentReceipt, WithOneChangedByteIsRefused) {
  AskAndGrant();
  const ReceiptFacts facts = Facts();
  for (const Json& receipt : {receipts_.AsIso27560(facts, Language::kChinese),
                              receipts_.AsKantara(facts, Language::kEnglish)}) {
    const std::string text = receipt.Dump();
    ASSERT_EQ(ReasonOf(*Json::Parse(text)), "");
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      const auto json = Json::Parse(changed);
      if (!json.ok()) continue;
      ASSERT_NE(ReasonOf(*json), "") << "byte " << i << ": " << text.substr(i, 40);
    }
  }
}

TEST_F(ConsentReceipt, IsTheSameWithOtherWhiteSpaceAndOrder) {
  AskAndGrant();
  const Json receipt = Iso();
  Json reversed = Json::MakeObject();
  const Json::Object& members = receipt.AsObject();
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    reversed.Set(member->first, member->second);
  }
  EXPECT_EQ(ReasonOf(*Json::Parse(reversed.DumpPretty())), "");
}

TEST_F(ConsentReceipt, OfAnotherLogIsRefused) {
  AskAndGrant();
  const Json receipt = Iso();
  World other;
  const report::LogKeys keys{other.ledger->CheckpointKey(World::op()),
                             other.ledger->RecordKey(World::op())};
  EXPECT_EQ(report::VerifyConsentReceipt(receipt, keys).status().reason(), "SIGNATURE_MISSING");
}

TEST_F(ConsentReceipt, ThatSaysOtherwiseThanTheRecordsIsRefusedThoughSigned) {
  AskAndGrant();
  const Json receipt = Iso();
  EXPECT_EQ(ReasonOnceSigned(receipt, "notice_sha256", std::string(64, '0')), "CLAIM_DIFFERS");
  EXPECT_EQ(ReasonOnceSigned(receipt, "purpose_version", 2), "CLAIM_DIFFERS");
  EXPECT_EQ(ReasonOnceSigned(receipt, "status", "WITHDRAWN"), "CLAIM_DIFFERS");
  EXPECT_EQ(ReasonOnceSigned(receipt, "expires_at", "2030-01-01T00:00:00.000Z"), "CLAIM_DIFFERS");
  EXPECT_EQ(ReasonOnceSigned(receipt, "scopes", Json::MakeArray().Push("IDENTIFY")),
            "CLAIM_DIFFERS");
  EXPECT_EQ(ReasonOnceSigned(receipt, "alternative_offered", "CARD"), "CLAIM_DIFFERS");
  EXPECT_EQ(ReasonOnceSigned(receipt, "log_origin", "another/log"), "ORIGIN_DIFFERS");
  EXPECT_EQ(ReasonOnceSigned(receipt, "site", World::site().str()), "");
}

TEST_F(ConsentReceipt, WhoseRecordsAreOutOfPlaceIsRefusedThoughSigned) {
  AskAndGrant();
  const Json receipt = Iso();
  const Json::Array& events = receipt.Find("facegate")->Find("events")->AsArray();
  const auto with = [&](const char* member, Json value) {
    Json last = events[1];
    last.Set(member, std::move(value));
    return ReasonOnceSigned(receipt, "events", Json(Json::Array{events[0], last}));
  };
  EXPECT_EQ(with("index", 1), "INDEX_DIFFERS");
  EXPECT_EQ(with("proof", events[0].StringOr("proof", "")), "PROOF_BAD");
  EXPECT_EQ(with("entry", events[0].StringOr("entry", "")), "PROOF_BAD");
  EXPECT_EQ(with("proof", "no proof"), "PROOF_MALFORMED");
  EXPECT_EQ(with("type", "consent.refused"), "CLAIM_DIFFERS");
  EXPECT_EQ(with("time", "2026-01-01T00:00:00.000Z"), "CLAIM_DIFFERS");
  EXPECT_EQ(ReasonOnceSigned(receipt, "events", Json::MakeArray()), "BAD_RECEIPT");
}

TEST_F(ConsentReceipt, SaysWhatFacegateAdds) {
  asked_.given_by = model::ConsentGiver::kGuardian;
  asked_.guardian_evidence_sha256 = std::string(64, 'd');
  asked_.guardian_verified_by = "desk-3";
  AskAndGrant();
  world_.StoreTemplate("ann");
  const Json evidence = *Iso().Find("facegate");
  EXPECT_EQ(evidence.StringOr("notice_sha256", ""), asked_.notice_sha256);
  EXPECT_EQ(evidence.StringOr("alternative_offered", ""), "STAFF_DESK");
  EXPECT_EQ(evidence.IntOr("purpose_version", 0), 1);
  EXPECT_EQ(evidence.Find("guardian")->StringOr("evidence_sha256", ""), std::string(64, 'd'));
  EXPECT_EQ(evidence.Find("guardian")->StringOr("verified_by", ""), "desk-3");
  EXPECT_EQ(evidence.Find("events")->AsArray().size(), 2u);
}

TEST_F(ConsentReceipt, HasTheFieldsOfTs27560) {
  AskAndGrant();
  const Json receipt = Iso();
  const Json& record = *receipt.Find("record");
  EXPECT_EQ(record.StringOr("record_id", ""), "operators/acme/subjects/ann/consents/c1");
  EXPECT_EQ(record.StringOr("pii_principal_id", ""), "operators/acme/subjects/ann");
  const Json& processing = record.Find("pii_processing")->AsArray().front();
  EXPECT_EQ(processing.StringOr("retention_period", ""), "P30D");
  EXPECT_EQ(processing.Find("purpose")->StringOr("purpose_type", ""), "dpv:EnforceAccessControl");
  EXPECT_EQ(processing.Find("privacy_notice")->StringOr("@id", ""),
            "https://door.example/n/acme/lobby/building_access");
  EXPECT_THAT(processing.StringOr("withdrawal_method", ""),
              HasSubstr("https://door.example/c/{token}"));
  const Json::Array& events = record.Find("event")->AsArray();
  EXPECT_EQ(events[0].StringOr("event_state", ""), "dpv:ConsentRequested");
  EXPECT_EQ(events[1].StringOr("event_state", ""), "dpv:ConsentGiven");
  EXPECT_EQ(events[1].StringOr("validity_duration", ""), "P10D");
}

TEST_F(ConsentReceipt, OfKantaraSaysTheSame) {
  AskAndGrant();
  const ReceiptFacts facts = Facts();
  const Json kantara = receipts_.AsKantara(facts, Language::kEnglish);
  EXPECT_EQ(kantara.StringOr("version", ""), "KI-CR-v1.1.0");
  EXPECT_EQ(kantara.StringOr("consentReceiptID", ""), facts.receipt_id);
  EXPECT_EQ(kantara.IntOr("consentTimestamp", 0),
            facts.events.back().receipt.recorded_at.unix_ms / 1000);
  EXPECT_EQ(kantara.Find("piiControllers")->AsArray().front().StringOr("email", ""),
            "privacy@acme.example");
  EXPECT_EQ(kantara.Find("facegate")->Find("events")->AsArray().size(), 2u);
}

TEST_F(ConsentReceipt, NamesWhoTheRegisterSaysGotIt) {
  AskAndGrant();
  EXPECT_FALSE(receipts_.AsKantara(Facts(), Language::kEnglish)
                   .Find("services")
                   ->AsArray()
                   .front()
                   .Find("purposes")
                   ->AsArray()
                   .front()
                   .BoolOr("thirdPartyDisclosure", true));
  model::Disclosure disclosure;
  disclosure.op = World::op();
  disclosure.id = model::DisclosureId("d1");
  disclosure.recipient = "Acme Hosting";
  disclosure.disclosed_on = *model::ParseDate("2026-03-01");
  world_.Register(disclosure);
  const ReceiptFacts facts = Facts();
  EXPECT_THAT(facts.recipients, ElementsAre("Acme Hosting"));
  EXPECT_THAT(receipts_.AsPage(facts, Language::kEnglish).recipients, ElementsAre("Acme Hosting"));
  EXPECT_THAT(receipts_.AsIso27560(facts, Language::kEnglish).Dump(),
              HasSubstr("\"recipient_third_parties\":[\"Acme Hosting\"]"));
  EXPECT_THAT(receipts_.AsKantara(facts, Language::kEnglish).Dump(),
              HasSubstr("\"thirdPartyName\":\"Acme Hosting\""));
}

TEST_F(ConsentReceipt, AsAPageIsAWholeModelAndLeadsToTheOwnPage) {
  const consent::ConsentResult granted = AskAndGrant();
  const ReceiptFacts facts = Facts(granted.token);
  for (const Language language : {Language::kEnglish, Language::kChinese}) {
    const documents::ReceiptModel model = receipts_.AsPage(facts, language);
    EXPECT_TRUE(documents::Check(model).ok()) << documents::Check(model).ToString();
    ASSERT_TRUE(model.own_page_url.has_value());
    EXPECT_EQ(model.own_page_url->text, "https://door.example/c/" + granted.token);
    EXPECT_EQ(model.state, documents::ConsentState::kGranted);
    EXPECT_EQ(model.events.size(), 2u);
  }
  EXPECT_FALSE(receipts_.AsPage(Facts(), Language::kEnglish).own_page_url.has_value());
}

TEST_F(ConsentReceipt, SignedCarriesNoToken) {
  const consent::ConsentResult granted = AskAndGrant();
  EXPECT_THAT(Iso().Dump(), Not(HasSubstr(granted.token)));
}

// The page and the log have the same words for the same states.
TEST(ConsentState, HasTheWordsOfTheRegister) {
  for (int i = 0; i <= static_cast<int>(model::ConsentStatus::kSuperseded); ++i) {
    EXPECT_EQ(documents::WordOf(static_cast<documents::ConsentState>(i)),
              core::AsciiLower(model::Word(static_cast<model::ConsentStatus>(i))));
  }
}

}  // namespace
}  // namespace facegate::dossier
