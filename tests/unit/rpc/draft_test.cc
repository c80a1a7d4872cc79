// DutyService.DraftDocument over a real server: who may ask, and what a request must have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using model::Role;
using ::testing::HasSubstr;

constexpr char kSite[] = "operators/acme/sites/lobby";
constexpr char kPurpose[] = "operators/acme/purposes/building_access";

class DraftDocumentTest : public ::testing::Test {
 protected:
  static Json Request(const std::string& kind) {
    return Json::MakeObject().Set("parent", "operators/acme").Set("kind", "DOCUMENT_KIND_" + kind);
  }
  static Json Compliance() {
    return Request("COMPLIANCE")
        .Set("site", kSite)
        .Set("from_date", "2026-03-01")
        .Set("until_date", "2026-03-31");
  }
  core::Result<Json> Ask(const Json& request, Role role = Role::kAuditor) {
    return served_.ClientAs(role)->Call("DutyService/DraftDocument", request);
  }
  std::string ReasonOf(const Json& request, Role role = Role::kAuditor) {
    return Ask(request, role).status().reason();
  }
  testing::ServedWorld served_;
};

TEST_F(DraftDocumentTest, GivesTheModelToAuditorAndOperator) {
  for (const Role role : {Role::kAuditor, Role::kOperator}) {
    const auto answer = Ask(Compliance(), role);
    ASSERT_TRUE(answer.ok()) << answer.status().ToString();
    const auto model = Json::Parse(answer->StringOr("modelJson", ""));
    ASSERT_TRUE(model.ok());
    EXPECT_EQ(model->StringOr("site", ""), "Lobby");
    const Json* missing = answer->Find("missing");
    EXPECT_TRUE(missing == nullptr || missing->AsArray().empty());
  }
  for (const Role role : {Role::kCamera, Role::kController, Role::kEnroller}) {
    EXPECT_EQ(ReasonOf(Compliance(), role), "ROLE_NOT_ALLOWED");
  }
}

TEST_F(DraftDocumentTest, NamesWhatADraftLacks) {
  const auto answer = Ask(Request("SIGN").Set("site", kSite).Set("purpose", kPurpose));
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_THAT(answer->Find("missing")->Dump(), HasSubstr("notice_url"));
}

TEST_F(DraftDocumentTest, SpeaksTheLanguageAskedFor) {
  const auto answer = Ask(Compliance().Set("language_code", "zh"));
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_THAT(answer->StringOr("modelJson", ""), HasSubstr("登记信息"));
}

TEST_F(DraftDocumentTest, SaysWhatARequestLacks) {
  EXPECT_EQ(ReasonOf(Json::MakeObject().Set("parent", "operators/acme")), "BAD_DRAFT");
  EXPECT_EQ(ReasonOf(Request("COMPLIANCE")), "BAD_DRAFT");
  EXPECT_EQ(ReasonOf(Compliance().Set("language_code", "fr")), "BAD_DRAFT");
  EXPECT_EQ(ReasonOf(Compliance().Set("until_date", "2026-02-01")), "BAD_PERIOD");
  EXPECT_EQ(ReasonOf(Compliance().Set("until_date", "soon")), "BAD_DATE");
  EXPECT_EQ(ReasonOf(Compliance().Set("site", "operators/other/sites/lobby")), "OPERATORS_DIFFER");
  EXPECT_EQ(ReasonOf(Compliance().Set("site", "lobby")), "BAD_NAME");
  EXPECT_EQ(ReasonOf(Request("NOTIFICATION").Set("incident", "operators/acme/incidents/none")),
            "RESOURCE_NOT_FOUND");
}

}  // namespace
}  // namespace facegate::rpc
