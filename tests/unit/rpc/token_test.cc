// The token of a receipt instead of a role, over gRPC.
#include <gtest/gtest.h>

#include <string>

#include "facegate/rpc/token_desk.h"
#include "facegate/storage/typed.h"
#include "rpc/authorization.h"
#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using model::Role;
using testing::ServedWorld;
using testing::World;

Json Object() { return Json::MakeObject(); }

class TokenCallTest : public ::testing::Test {
 protected:
  TokenCallTest() {
    served_.world.AddSubject("ann");
    const auto notices = storage::ReadResources<model::Notice>(
        *served_.world.store, model::PurposeName(World::op(), World::purpose()));
    FG_CHECK(notices.ok() && !notices->empty());
    const auto granted = Call(Role::kEnroller, "GrantConsent",
                              Object()
                                  .Set("parent", "operators/acme/subjects/ann")
                                  .Set("consentId", "c1")
                                  .Set("site", "operators/acme/sites/lobby")
                                  .Set("purpose", "operators/acme/purposes/building_access")
                                  .Set("purposeVersion", 1)
                                  .Set("form", "CONSENT_FORM_SEPARATE")
                                  .Set("scopes", Json::MakeArray().Push("CONSENT_SCOPE_VERIFY"))
                                  .Set("noticeSha256", notices->front().text_sha256)
                                  .Set("evidenceSha256", std::string(64, 'e'))
                                  .Set("receiptFormat", "CONSENT_RECEIPT_FORMAT_ISO_27560")
                                  .Set("expireTime", core::FormatRfc3339(served_.world.clock.Now() +
                                                                         10 * core::kMsPerDay)));
    FG_CHECK(granted.ok());
    granted_ = *granted;
    token_ = granted_.StringOr("receiptToken", "");
  }

  core::Result<Json> Call(Role role, const std::string& method, const Json& request) {
    return served_.ClientAs(role)->Call("ConsentService/" + method, request);
  }
  static Json With(const std::string& token) { return Object().Set("receiptToken", token); }

  ServedWorld served_{{}, /*bad_tokens_per_minute_max=*/2};
  Json granted_;
  std::string token_;
};

using TokenCall = TokenCallTest;

TEST_F(TokenCall, NeedsNoRoleAndWithdraws) {
  // A camera may ask nothing about people.
  const Json name = Object().Set("name", "operators/acme/subjects/ann/consents/c1");
  EXPECT_EQ(Call(Role::kCamera, "GetConsent", name).status().reason(), "ROLE_NOT_ALLOWED");
  const auto read = Call(Role::kCamera, "GetConsentByToken", With(token_));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->Find("consent")->StringOr("status", ""), "CONSENT_STATUS_GRANTED");
  const auto ended = Call(Role::kCamera, "WithdrawByToken", With(token_));
  ASSERT_TRUE(ended.ok()) << ended.status().ToString();
  EXPECT_EQ(ended->Find("consent")->StringOr("status", ""), "CONSENT_STATUS_WITHDRAWN");
  EXPECT_NE(ended->Find("receipt")->StringOr("entry", ""), "");
}

TEST_F(TokenCall, IsNotHelpedByARole) {
  const auto refused = Call(Role::kOperator, "WithdrawByToken", With("guess"));
  EXPECT_EQ(refused.status().reason(), "RECEIPT_TOKEN_UNKNOWN");
  EXPECT_EQ(refused.status().code(), core::Code::kNotFound);
}

TEST_F(TokenCall, WaitsAfterTooManyGuesses) {
  for (const char* guess : {"one", "two"}) {
    EXPECT_EQ(Call(Role::kCamera, "GetConsentByToken", With(guess)).status().reason(),
              "RECEIPT_TOKEN_UNKNOWN");
  }
  EXPECT_EQ(Call(Role::kCamera, "GetConsentByToken", With(token_)).status().reason(),
            "TOO_MANY_BAD_TOKENS");
  served_.world.clock.Advance(61'000);
  EXPECT_TRUE(Call(Role::kCamera, "GetConsentByToken", With(token_)).ok());
}

TEST_F(TokenCall, NeverReachesTheProcessLog) {
  ASSERT_TRUE(Call(Role::kCamera, "WithdrawByToken", With(token_)).ok());
  ASSERT_FALSE(Call(Role::kCamera, "WithdrawByToken", With("a-guess")).ok());
  EXPECT_EQ(served_.log.text().find(token_), std::string::npos);
  EXPECT_EQ(served_.log.text().find("a-guess"), std::string::npos);
}

TEST_F(TokenCall, GrantReturnsTheReceiptThatWasAskedFor) {
  const Json* receipt = granted_.Find("consentReceipt");
  ASSERT_NE(receipt, nullptr);
  EXPECT_NE(receipt->StringOr("json", "").find("facegate.consent-receipt/v1"), std::string::npos);
  EXPECT_EQ(receipt->StringOr("json", "").find(token_), std::string::npos);
}

TEST_F(TokenCall, ReceiptsAreOfAKnownFormatAndLanguage) {
  const Json name = Object().Set("name", "operators/acme/subjects/ann/consents/c1");
  EXPECT_EQ(Call(Role::kEnroller, "GetConsentReceipt", name).status().reason(),
            "BAD_RECEIPT_FORMAT");
  Json request = name;
  request.Set("format", "CONSENT_RECEIPT_FORMAT_KANTARA").Set("languageCode", "fr");
  EXPECT_EQ(Call(Role::kEnroller, "GetConsentReceipt", request).status().reason(), "BAD_LANGUAGE");
  request.Set("languageCode", "zh");
  EXPECT_TRUE(Call(Role::kEnroller, "GetConsentReceipt", request).ok());
  EXPECT_EQ(Call(Role::kCamera, "GetConsentReceipt", request).status().reason(),
            "ROLE_NOT_ALLOWED");
}

TEST(RoleUri, CannotNameTheHolderOfAToken) {
  EXPECT_EQ(ParseRoleUri("urn:facegate:self:operators/acme").status().reason(),
            "CERTIFICATE_ROLE_BAD");
  EXPECT_EQ(PrincipalInDevelopment("self").status().reason(), "ROLE_UNKNOWN");
}

TEST(AddressOfPeer, LeavesThePortOut) {
  EXPECT_EQ(AddressOfPeer("ipv4:127.0.0.1:40000"), "127.0.0.1");
  EXPECT_EQ(AddressOfPeer("ipv6:[::1]:40000"), "::1");
  EXPECT_EQ(AddressOfPeer("ipv6:%5B::1%5D:40000"), "::1");
}

}  // namespace
}  // namespace facegate::rpc
