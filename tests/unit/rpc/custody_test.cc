// The templates that people hold, through the server.
#include <gtest/gtest.h>

#include <string>

#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using model::Role;
using testing::ServedWorld;

constexpr char kOperator[] = "operators/acme";
constexpr char kPerson[] = "operators/acme/subjects/person-a";

// What a permit is worth is told by what becomes of a picture that is none: it was looked at.
constexpr char kLookedAt[] = "REASON_IMAGE_INVALID";

class CustodyServed : public ::testing::Test {
 protected:
  CustodyServed() {
    served.world.HaveTemplatesHeld();
    served.world.AddSubject("person-a");
    consent = served.world.Grant("person-a");
    token = served.world.HandOut("person-a");
  }
  core::Result<Json> CallAs(Role role, const std::string& method, const Json& request) {
    return served.ClientAs(role)->Call(method, request);
  }
  Json Must(Role role, const std::string& method, const Json& request) {
    return ServedWorld::Must(CallAs(role, method, request));
  }
  std::string Refused(Role role, const std::string& method, const Json& request) {
    return CallAs(role, method, request).status().reason();
  }
  static Json AtTheDoor() {
    return Json::MakeObject()
        .Set("camera", "operators/acme/sites/lobby/cameras/door")
        .Set("purpose", "operators/acme/purposes/building_access")
        .Set("image", "bm8gcGljdHVyZQ==");
  }
  std::string ReasonFor(const Json& request) {
    const Json response = Must(Role::kController, "GatewayService/Authorize", request);
    return response.Find("answer")->StringOr("reason", "");
  }
  Json Tokens() {
    const Json listed = Must(Role::kEnroller, "CustodyService/ListHolderTokens",
                             Json::MakeObject().Set("parent", kPerson));
    const Json* tokens = listed.Find("holderTokens");
    return tokens == nullptr ? Json::MakeArray() : *tokens;
  }

  ServedWorld served;
  model::Consent consent;
  std::string token;
};

TEST_F(CustodyServed, TakesATokenBesideAPicture) {
  EXPECT_EQ(ReasonFor(AtTheDoor().Set("holder_token", token)), kLookedAt);
  EXPECT_EQ(ReasonFor(AtTheDoor().Set("holder_token", token).Set("subject", kPerson)), kLookedAt);
  EXPECT_EQ(ReasonFor(AtTheDoor().Set("subject", kPerson)), "REASON_HOLDER_TOKEN_MISSING");
  EXPECT_EQ(ReasonFor(AtTheDoor().Set("holder_token", "FGH1:AAAA")), "REASON_HOLDER_TOKEN_BAD");
}

TEST_F(CustodyServed, TellsADoorNothingOfWhoseTokenItIs) {
  served.world.AddSubject("person-b");
  served.world.Grant("person-b");
  for (const char* subject : {"person-b", "nobody"}) {
    const std::string name = std::string("operators/acme/subjects/") + subject;
    EXPECT_EQ(ReasonFor(AtTheDoor().Set("holder_token", token).Set("subject", name)),
              "REASON_CONSENT_MISSING");
  }
  served.world.Withdraw(consent);
  EXPECT_EQ(ReasonFor(AtTheDoor().Set("holder_token", token)), "REASON_CONSENT_MISSING");
}

TEST_F(CustodyServed, RefusesATokenThatIsTooLongOrBesideAPass) {
  const std::string method = "GatewayService/Authorize";
  EXPECT_EQ(
      Refused(Role::kController, method, AtTheDoor().Set("holder_token", std::string(513, 'A'))),
      "BAD_HOLDER_TOKEN");
  EXPECT_EQ(Refused(Role::kController, method,
                    Json::MakeObject()
                        .Set("camera", "operators/acme/sites/lobby/cameras/door")
                        .Set("purpose", "operators/acme/purposes/building_access")
                        .Set("badge_id", "7")
                        .Set("holder_token", token)),
            "BAD_HOLDER_TOKEN");
  EXPECT_EQ(Refused(Role::kController, method, AtTheDoor()), "BAD_NAME") << "names nobody";
  EXPECT_EQ(Refused(Role::kEnroller, method, AtTheDoor().Set("holder_token", token)),
            "ROLE_NOT_ALLOWED");
}

TEST_F(CustodyServed, ListsAndRevokesATokenByItsName) {
  const Json tokens = Tokens();
  ASSERT_EQ(tokens.AsArray().size(), 1u);
  const Json& listed = tokens.AsArray()[0];
  EXPECT_EQ(listed.StringOr("purpose", ""), "operators/acme/purposes/building_access");
  EXPECT_EQ(listed.IntOr("keyVersion", 0), 1);
  EXPECT_FALSE(listed.BoolOr("revoked", true));
  const Json request =
      Json::MakeObject().Set("parent", kOperator).Set("name", listed.StringOr("name", ""));
  const Json revoked = Must(Role::kEnroller, "CustodyService/RevokeHolderToken", request);
  EXPECT_FALSE(revoked.BoolOr("wasRevoked", true));
  EXPECT_EQ(ReasonFor(AtTheDoor().Set("holder_token", token)), "REASON_HOLDER_TOKEN_REVOKED");
  EXPECT_TRUE(Tokens().AsArray()[0].BoolOr("revoked", false));
  EXPECT_EQ(Tokens().AsArray()[0].IntOr("revokeLogIndex", -1), revoked.IntOr("logIndex", -2));
  EXPECT_TRUE(Must(Role::kOperator, "CustodyService/RevokeHolderToken", request)
                  .BoolOr("wasRevoked", false));
}

TEST_F(CustodyServed, RevokesATokenAtHand) {
  const std::string method = "CustodyService/RevokeHolderToken";
  Must(Role::kOperator, method,
       Json::MakeObject().Set("parent", kOperator).Set("holder_token", token));
  EXPECT_EQ(ReasonFor(AtTheDoor().Set("holder_token", token)), "REASON_HOLDER_TOKEN_REVOKED");
  EXPECT_EQ(Refused(Role::kOperator, method,
                    Json::MakeObject().Set("parent", kOperator).Set("holder_token", "FGH1:")),
            "HOLDER_TOKEN_BAD");
  EXPECT_EQ(Refused(Role::kOperator, method, Json::MakeObject().Set("parent", kOperator)),
            "HOLDER_TOKEN_MISSING");
  EXPECT_EQ(Refused(Role::kOperator, method,
                    Json::MakeObject()
                        .Set("parent", kOperator)
                        .Set("name", "operators/other/subjects/p/holderTokens/0a")),
            "OPERATORS_DIFFER");
}

TEST_F(CustodyServed, RotatesTheKey) {
  const Json key = Must(Role::kOperator, "CustodyService/RotateHolderKey",
                        Json::MakeObject().Set("parent", kOperator));
  EXPECT_EQ(key.IntOr("version", 0), 2);
  EXPECT_EQ(ReasonFor(AtTheDoor().Set("holder_token", token)), kLookedAt);
  served.world.clock.Advance(testing::World::kGraceDays * core::kMsPerDay);
  EXPECT_EQ(ReasonFor(AtTheDoor().Set("holder_token", token)), "REASON_HOLDER_TOKEN_KEY_RETIRED");
  EXPECT_EQ(Refused(Role::kEnroller, "CustodyService/RotateHolderKey",
                    Json::MakeObject().Set("parent", kOperator)),
            "ROLE_NOT_ALLOWED");
}

}  // namespace
}  // namespace facegate::rpc
