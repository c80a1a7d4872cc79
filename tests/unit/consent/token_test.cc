// What the holder of a receipt's token may do, and what a token gives away.
#include <set>

#include "desk.h"
#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"

namespace facegate::consent {
namespace {

constexpr const char* kRequestId = "2f1d1f5a-3a35-4d6e-8d3c-8b4c6a2f9a10";

class Token : public Desk {
 protected:
  ConsentResult Granted(const GrantRequest& request) {
    auto granted = service_->Grant(caller_, request);
    FG_CHECK(granted.ok());
    return std::move(granted).value();
  }
  ConsentResult Asked(const Terms& terms) {
    auto asked = service_->Request(caller_, terms);
    FG_CHECK(asked.ok());
    return std::move(asked).value();
  }
  const model::SubjectRef ada_ = Register("ada");
};

TEST_F(Token, ComesWithEveryConsentAndIsAnotherEachTime) {
  std::set<std::string> tokens;
  for (const char* person : {"bob", "cem", "dan"}) {
    tokens.insert(Granted(Request(Register(person))).token);
  }
  tokens.insert(Asked(Request(ada_)).token);
  EXPECT_EQ(tokens.size(), 4u);
  for (const std::string& token : tokens) EXPECT_EQ(token.size(), 48u);  // 192 bits in hex
}

TEST_F(Token, FindsItsConsentAndNoOther) {
  const ConsentResult ada = Granted(Request(ada_));
  const ConsentResult bob = Granted(Request(Register("bob")));
  const auto found = service_->FindByToken(ada.token);
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  EXPECT_EQ(found->id, ada.consent.id);
  EXPECT_EQ(service_->FindByToken(bob.token)->subject.str(), "bob");
}

TEST_F(Token, OfAnotherTextIsUnknownWhateverTheText) {
  const std::string token = Granted(Request(ada_)).token;
  std::string other = token;
  other.back() = other.back() == '0' ? '1' : '0';
  for (const std::string& text :
       {other, std::string(), token + "0", token.substr(1), std::string("\n")}) {
    EXPECT_EQ(service_->FindByToken(text).status().reason(), "RECEIPT_TOKEN_UNKNOWN");
    EXPECT_EQ(service_->EndByToken(text, kRequestId).status().reason(), "RECEIPT_TOKEN_UNKNOWN");
  }
}

TEST_F(Token, IsStoredAsAKeyedHashAlone) {
  const ConsentResult granted = Granted(Request(ada_));
  const auto stored = service_->Get({op_, ada_.subject, granted.consent.id});
  ASSERT_TRUE(stored.ok());
  const core::Hash256 plain = crypto::Sha256(core::AsBytes(granted.token));
  EXPECT_EQ(stored->token_hash.size(), plain.size());
  EXPECT_NE(stored->token_hash, core::Bytes(plain.begin(), plain.end()));
  EXPECT_EQ(EntryAt(granted.receipt.index).find(granted.token), std::string::npos);
}

TEST_F(Token, WithdrawsAsTheDeskDoes) {
  const ConsentResult granted = Granted(Request(ada_));
  Enroll(granted.consent, "t1");
  const auto ended = service_->EndByToken(granted.token, kRequestId);
  ASSERT_TRUE(ended.ok()) << ended.status().ToString();
  EXPECT_EQ(ended->consent.status, model::ConsentStatus::kWithdrawn);
  EXPECT_EQ(ended->consent.epoch, granted.consent.epoch + 1);
  EXPECT_EQ(CountTemplates(ada_), 0u);
  ASSERT_EQ(dropper_.calls().size(), 1u);
  EXPECT_EQ(dropper_.calls().front().log_index, ended->receipt.index);
  const std::string entry = EntryAt(ended->receipt.index);
  EXPECT_NE(entry.find("\"type\":\"consent.withdrawn\""), std::string::npos);
  EXPECT_NE(entry.find(R"("role":"SELF","fingerprint":"receipt-token")"), std::string::npos);
  EXPECT_NE(entry.find(kRequestId), std::string::npos);
}

TEST_F(Token, RefusesWhatWasOnlyAskedFor) {
  const ConsentResult asked = Asked(Request(ada_));
  const auto ended = service_->EndByToken(asked.token, kRequestId);
  ASSERT_TRUE(ended.ok()) << ended.status().ToString();
  EXPECT_EQ(ended->consent.status, model::ConsentStatus::kRefused);
  EXPECT_NE(EntryAt(ended->receipt.index).find("\"role\":\"SELF\""), std::string::npos);
}

// A person's no needs no current notice.
TEST_F(Token, RefusesAlsoOnceThePurposeHasMovedOn) {
  const ConsentResult asked = Asked(Request(ada_));
  door_purpose_.version = 2;
  Store(door_purpose_, "purpose", model::OperatorName(op_), 2);
  const auto ended = service_->EndByToken(asked.token, kRequestId);
  ASSERT_TRUE(ended.ok()) << ended.status().ToString();
  EXPECT_EQ(ended->consent.status, model::ConsentStatus::kRefused);
}

TEST_F(Token, ASecondTimeChangesNothingAndProvesTheFirst) {
  const ConsentResult granted = Granted(Request(ada_));
  const auto first = service_->EndByToken(granted.token, kRequestId);
  const std::uint64_t size = LogSize();
  const auto second = service_->EndByToken(granted.token, kRequestId);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->receipt.index, first->receipt.index);
  EXPECT_EQ(LogSize(), size);
  EXPECT_EQ(service_->FindByToken(granted.token)->status, model::ConsentStatus::kWithdrawn);
}

TEST_F(Token, OfTheAnswerReplacesThatOfTheQuestion) {
  GrantRequest request = Request(ada_);
  request.id = model::ConsentId("asked");
  const ConsentResult asked = Asked(request);
  const ConsentResult granted = Granted(request);
  EXPECT_NE(granted.token, asked.token);
  EXPECT_EQ(service_->FindByToken(asked.token).status().reason(), "RECEIPT_TOKEN_UNKNOWN");
  EXPECT_TRUE(service_->FindByToken(granted.token).ok());
}

TEST_F(Token, OfAnErasedPersonIsUnknown) {
  const ConsentResult granted = Granted(Request(ada_));
  ASSERT_TRUE(service_->Erase(caller_, ada_).ok());
  EXPECT_EQ(service_->FindByToken(granted.token).status().reason(), "RECEIPT_TOKEN_UNKNOWN");
  EXPECT_EQ(service_->EndByToken(granted.token, kRequestId).status().reason(),
            "RECEIPT_TOKEN_UNKNOWN");
}

TEST_F(Token, IsNotAcknowledgedUnlessTheWithdrawalIsDurable) {
  const ConsentResult granted = Granted(Request(ada_));
  faults_.FailWrites();
  EXPECT_FALSE(service_->EndByToken(granted.token, kRequestId).ok());
}

}  // namespace
}  // namespace facegate::consent
