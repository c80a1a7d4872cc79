// Finding a person's records over gRPC: by the role that may, and by the token of a receipt.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "facegate/storage/typed.h"
#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using model::Role;
using testing::ServedWorld;
using testing::World;

constexpr char kAnn[] = "operators/acme/subjects/ann";
constexpr char kLobby[] = "operators/acme/sites/lobby";

Json Object() { return Json::MakeObject(); }

class ResolveTest : public ::testing::Test {
 protected:
  ResolveTest() {
    for (const char* id : {"ann", "bob"}) {
      served_.world.AddSubject(id);
      tokens_.push_back(Granted(id).StringOr("receiptToken", ""));
    }
    decision_ = AtTheDoor("ann");
  }

  Json Granted(const std::string& id) {
    const auto notices = storage::ReadResources<model::Notice>(
        *served_.world.store, model::PurposeName(World::op(), World::purpose()));
    FG_CHECK(notices.ok() && !notices->empty());
    const auto granted = Call(Role::kEnroller, "ConsentService/GrantConsent",
                              Object()
                                  .Set("parent", "operators/acme/subjects/" + id)
                                  .Set("consentId", "c1")
                                  .Set("site", kLobby)
                                  .Set("purpose", "operators/acme/purposes/building_access")
                                  .Set("purposeVersion", 1)
                                  .Set("form", "CONSENT_FORM_SEPARATE")
                                  .Set("scopes", Json::MakeArray().Push("CONSENT_SCOPE_VERIFY"))
                                  .Set("noticeSha256", notices->front().text_sha256)
                                  .Set("evidenceSha256", std::string(64, 'e'))
                                  .Set("expireTime", core::FormatRfc3339(served_.world.clock.Now() +
                                                                         10 * core::kMsPerDay)));
    FG_CHECK(granted.ok());
    return *granted;
  }
  // Nobody is enrolled, so that no picture is decoded; gives the record's index.
  std::int64_t AtTheDoor(const std::string& id) {
    const auto answer = Call(Role::kController, "GatewayService/Authorize",
                             Object()
                                 .Set("camera", "operators/acme/sites/lobby/cameras/door")
                                 .Set("purpose", "operators/acme/purposes/building_access")
                                 .Set("subject", "operators/acme/subjects/" + id)
                                 .Set("image", "bm8gcGljdHVyZQ=="));
    FG_CHECK(answer.ok());
    return answer->Find("answer")->Find("receipt")->IntOr("index", -1);
  }
  core::Result<Json> Call(Role role, const std::string& method, const Json& request) {
    return served_.ClientAs(role)->Call(method, request);
  }
  core::Result<Json> Resolve(const Json& request, Role role = Role::kResolver) {
    return Call(role, "AuditService/ResolveSubject", request);
  }
  core::Result<Json> Whose(std::int64_t index, Role role = Role::kResolver) {
    return Call(role, "AuditService/ResolveRecord",
                Object()
                    .Set("name", "operators/acme/records/" + std::to_string(index))
                    .Set("reason", "RESOLUTION_REASON_COMPLAINT"));
  }
  static Json About(const std::string& name) {
    return Object().Set("name", name).Set("reason", "RESOLUTION_REASON_RIGHTS_REQUEST");
  }
  core::Result<Json> Own(const std::string& token) {
    return Call(Role::kCamera, "ConsentService/ListRecordsByToken",
                Object().Set("receiptToken", token));
  }

  ServedWorld served_{{}, /*bad_tokens_per_minute_max=*/5};
  std::vector<std::string> tokens_;  // ann's, bob's
  std::int64_t decision_ = 0;
};

TEST_F(ResolveTest, IsForResolversAloneAndResolversMayDoNothingElse) {
  for (const Role role : {Role::kOperator, Role::kAuditor, Role::kEnroller, Role::kController,
                          Role::kCamera, Role::kViewer}) {
    EXPECT_EQ(Resolve(About(kAnn), role).status().reason(), "ROLE_NOT_ALLOWED");
    EXPECT_EQ(Whose(decision_, role).status().reason(), "ROLE_NOT_ALLOWED");
  }
  const auto found = Resolve(About(kAnn));
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  const auto& records = found->Find("records")->AsArray();
  ASSERT_EQ(records.size(), 2u);  // the consent and the decision
  EXPECT_EQ(records[1].IntOr("index", -1), decision_);
  EXPECT_NE(found->Find("receipt")->StringOr("proofFile", ""), "");
  const auto whose = Whose(decision_);
  ASSERT_TRUE(whose.ok()) << whose.status().ToString();
  ASSERT_EQ(whose->Find("subjects")->AsArray().size(), 1u);
  EXPECT_EQ(whose->Find("subjects")->AsArray()[0].AsString(), kAnn);
  EXPECT_EQ(whose->Find("receipts")->AsArray().size(), 1u);
  EXPECT_EQ(
      Call(Role::kResolver, "AuditService/ListRecords", Object().Set("parent", "operators/acme"))
          .status()
          .reason(),
      "ROLE_NOT_ALLOWED");
}

TEST_F(ResolveTest, NeedsAReasonAndFiltersOfTheSameOperator) {
  EXPECT_EQ(Resolve(Object().Set("name", kAnn)).status().reason(), "BAD_RESOLUTION_REASON");
  EXPECT_EQ(Resolve(About(kAnn).Set("site", "operators/other/sites/lobby")).status().reason(),
            "BAD_FILTER");
  EXPECT_EQ(Resolve(About(kAnn).Set("purpose", "operators/other/purposes/p")).status().reason(),
            "BAD_FILTER");
  EXPECT_EQ(Resolve(About("ann")).status().reason(), "BAD_NAME");
  EXPECT_EQ(Resolve(About("operators/acme/subjects/nobody")).status().reason(),
            "SUBJECT_NOT_FOUND");
  EXPECT_TRUE(Resolve(About(kAnn).Set("site", kLobby)).ok());
}

TEST_F(ResolveTest, GoesOnByATokenOfTheSameRequestWhateverIsWrittenMeanwhile) {
  const auto first = Resolve(About(kAnn).Set("pageSize", 1));
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  ASSERT_EQ(first->Find("records")->AsArray().size(), 1u);
  const std::string token = first->StringOr("nextPageToken", "");
  ASSERT_NE(token, "");
  AtTheDoor("ann");
  EXPECT_EQ(Resolve(About("operators/acme/subjects/bob").Set("pageSize", 1).Set("pageToken", token))
                .status()
                .reason(),
            "BAD_PAGE_TOKEN");
  const auto second = Resolve(About(kAnn).Set("pageSize", 1).Set("pageToken", token));
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  ASSERT_EQ(second->Find("records")->AsArray().size(), 1u);
  EXPECT_EQ(second->Find("records")->AsArray()[0].IntOr("index", -1), decision_);
  EXPECT_EQ(second->StringOr("nextPageToken", ""), "");
}

TEST_F(ResolveTest, ShowsTheHolderOfATokenTheirOwnAndNoRoleIsNeeded) {
  const auto own = Own(tokens_[0]);
  ASSERT_TRUE(own.ok()) << own.status().ToString();
  const auto& records = own->Find("records")->AsArray();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].StringOr("type", ""), "consent.granted");
  EXPECT_EQ(records[1].IntOr("index", -1), decision_);
  EXPECT_EQ(records[1].StringOr("site", ""), kLobby);
  EXPECT_EQ(records[1].StringOr("reason", ""), "REASON_NOT_ENROLLED");
  EXPECT_TRUE(records[1].BoolOr("restsOnConsent", false));
  const auto others = Own(tokens_[1]);
  ASSERT_TRUE(others.ok());
  EXPECT_EQ(others->Find("records")->AsArray().size(), 1u) << "bob's consent alone";
  EXPECT_EQ(Own("a-guess").status().reason(), "RECEIPT_TOKEN_UNKNOWN");
}

TEST_F(ResolveTest, ShowsNobodyAnythingAfterAnErasure) {
  ASSERT_TRUE(
      Call(Role::kOperator, "ConsentService/EraseSubject", Object().Set("name", kAnn)).ok());
  EXPECT_EQ(Resolve(About(kAnn)).status().ToString(),
            Resolve(About("operators/acme/subjects/nobody")).status().ToString());
  const auto whose = Whose(decision_);
  ASSERT_TRUE(whose.ok()) << whose.status().ToString();
  const Json* subjects = whose->Find("subjects");
  EXPECT_TRUE(subjects == nullptr || subjects->AsArray().empty());
  EXPECT_EQ(Own(tokens_[0]).status().reason(), "RECEIPT_TOKEN_UNKNOWN");
}

}  // namespace
}  // namespace facegate::rpc
