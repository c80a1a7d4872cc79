// The ways through a door without a face, through the server.
#include <gtest/gtest.h>

#include <string>

#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using model::Role;
using testing::ServedWorld;

constexpr char kSite[] = "operators/acme/sites/lobby";
constexpr char kFront[] = "operators/acme/sites/lobby/accessPoints/front";

Json Request() {
  return Json::MakeObject()
      .Set("camera", "operators/acme/sites/lobby/cameras/door")
      .Set("purpose", "operators/acme/purposes/building_access");
}

class AlternativesServed : public ::testing::Test {
 protected:
  AlternativesServed() {
    served.world.SetAlternatives({{model::AlternativeKind::kQr, "code reader", true},
                                  {model::AlternativeKind::kCard, "badge reader", true},
                                  {model::AlternativeKind::kStaffDesk, "reception", true}});
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
  // The verdict and reason of an answer.
  std::string Authorize(Role role, const Json& request) {
    const Json answer = *Must(role, "GatewayService/Authorize", request).Find("answer");
    return answer.StringOr("verdict", "") + " " + answer.StringOr("reason", "");
  }
  std::string AuthorizeRefused(const Json& request) {
    return Refused(Role::kController, "GatewayService/Authorize", request);
  }

  ServedWorld served;
};

TEST_F(AlternativesServed, TakeAPassThatADeskIssued) {
  const Json issued = Must(Role::kEnroller, "AlternativeService/IssuePass",
                           Json::MakeObject().Set("site", kSite).Set("access_point", kFront));
  const Json request = Request().Set("pass", issued.StringOr("pass", ""));
  EXPECT_EQ(Authorize(Role::kController, request), "VERDICT_ALLOW REASON_PASS_ACCEPTED");
  EXPECT_EQ(Authorize(Role::kController, request), "VERDICT_USE_ALTERNATIVE REASON_PASS_REPLAYED");
  EXPECT_EQ(Refused(Role::kEnroller, "AlternativeService/IssuePass",
                    Json::MakeObject()
                        .Set("site", kSite)
                        .Set("access_point", "operators/acme/sites/annexe/accessPoints/front")),
            "ACCESS_POINT_ELSEWHERE");
}

TEST_F(AlternativesServed, TakeARegisteredBadgeUntilItIsRemoved) {
  const Json create = Json::MakeObject().Set("parent", "operators/acme").Set("badge_id", "04A1");
  const Json badge = Must(Role::kOperator, "AlternativeService/CreateBadge", create);
  const Json request = Request().Set("badge_id", "04A1");
  EXPECT_EQ(Authorize(Role::kController, request), "VERDICT_ALLOW REASON_BADGE_ACCEPTED");
  const Json list = Must(Role::kEnroller, "AlternativeService/ListBadges",
                         Json::MakeObject().Set("parent", "operators/acme"));
  EXPECT_EQ(list.Find("badges")->AsArray().at(0), badge);
  Must(Role::kOperator, "AlternativeService/DeleteBadge",
       Json::MakeObject().Set("name", badge.StringOr("name", "")));
  EXPECT_EQ(Authorize(Role::kController, request), "VERDICT_USE_ALTERNATIVE REASON_BADGE_UNKNOWN");
  EXPECT_EQ(served.log.text().find("04A1"), std::string::npos);
}

TEST_F(AlternativesServed, PageThroughBadges) {
  for (const char* on_badge : {"1", "2", "3"}) {
    Must(Role::kOperator, "AlternativeService/CreateBadge",
         Json::MakeObject().Set("parent", "operators/acme").Set("badge_id", on_badge));
  }
  Json request = Json::MakeObject().Set("parent", "operators/acme").Set("page_size", 2);
  const Json first = Must(Role::kOperator, "AlternativeService/ListBadges", request);
  EXPECT_EQ(first.Find("badges")->AsArray().size(), 2u);
  request.Set("page_token", first.StringOr("nextPageToken", ""));
  const Json second = Must(Role::kOperator, "AlternativeService/ListBadges", request);
  EXPECT_EQ(second.Find("badges")->AsArray().size(), 1u);
  EXPECT_EQ(second.StringOr("nextPageToken", "none"), "");
}

// A face, a pass and a badge are read at a door; staff may also sit at a desk.
TEST_F(AlternativesServed, LetStaffThroughFromADesk) {
  const Json staff = Request().Set("staff_override", "OVERRIDE_REASON_ACCESSIBILITY");
  for (const Role role : {Role::kController, Role::kEnroller, Role::kOperator}) {
    EXPECT_EQ(Authorize(role, staff), "VERDICT_ALLOW REASON_STAFF_OVERRIDE");
  }
  for (const Role role : {Role::kEnroller, Role::kOperator}) {
    for (const Json& request :
         {Request().Set("pass", "x"), Request().Set("badge_id", "x"),
          Request().Set("subject", "operators/acme/subjects/p").Set("image", "eA==")}) {
      EXPECT_EQ(Refused(role, "GatewayService/Authorize", request), "ROLE_NOT_ALLOWED");
    }
  }
  EXPECT_EQ(Refused(Role::kCamera, "GatewayService/Authorize", staff), "ROLE_NOT_ALLOWED");
}

TEST_F(AlternativesServed, RefuseMalformedCredentials) {
  const std::string subject = "operators/acme/subjects/p";
  EXPECT_EQ(AuthorizeRefused(Request().Set("pass", "")), "BAD_CREDENTIAL");
  EXPECT_EQ(AuthorizeRefused(Request().Set("badge_id", std::string(513, 'x'))), "BAD_CREDENTIAL");
  EXPECT_EQ(AuthorizeRefused(Request().Set("pass", "x").Set("subject", subject)), "BAD_CREDENTIAL");
  EXPECT_EQ(AuthorizeRefused(Request().Set("badge_id", "x").Set("image", "eA==")),
            "BAD_CREDENTIAL");
  EXPECT_EQ(AuthorizeRefused(Request().Set("staff_override", 0)), "BAD_OVERRIDE_REASON");
  EXPECT_EQ(AuthorizeRefused(Request().Set("staff_override", 77)), "BAD_OVERRIDE_REASON");
  EXPECT_EQ(AuthorizeRefused(Request().Set("badge_id", "x").Set("wait_duration", "86401s")),
            "BAD_WAIT");
  EXPECT_EQ(AuthorizeRefused(Request().Set("badge_id", "x").Set("wait_duration", "-1s")),
            "BAD_WAIT");
  EXPECT_EQ(AuthorizeRefused(Request()), "BAD_NAME");  // no credential: a face needs a subject
}

TEST_F(AlternativesServed, ReportWhatWorks) {
  Json reports = Json::MakeArray();
  reports.Push(Json::MakeObject().Set("kind", "ALTERNATIVE_KIND_CARD").Set("operational", false));
  Json request = Json::MakeObject().Set("access_point", kFront).Set("reports", reports);
  const Json answer = Must(Role::kController, "AlternativeService/ReportAlternatives", request);
  EXPECT_EQ(answer.IntOr("working", 0), 2);
  EXPECT_GE(answer.IntOr("logIndex", -1), 0);
  EXPECT_EQ(Authorize(Role::kController, Request().Set("badge_id", "x")),
            "VERDICT_USE_ALTERNATIVE REASON_KIND_NOT_WORKING");
  const Json again = Must(Role::kController, "AlternativeService/ReportAlternatives", request);
  EXPECT_EQ(again.Find("logIndex"), nullptr);
  request.Set("reports", Json::MakeArray().Push(Json::MakeObject()));
  EXPECT_EQ(Refused(Role::kController, "AlternativeService/ReportAlternatives", request),
            "BAD_ALTERNATIVE_KIND");
}

TEST_F(AlternativesServed, CompareTheWays) {
  Must(Role::kController, "GatewayService/Authorize",
       Request().Set("badge_id", "x").Set("wait_duration", "3s"));
  const std::string start = core::FormatRfc3339(served.world.clock.Now() + -1000);
  const std::string end = core::FormatRfc3339(served.world.clock.Now() + 1000);
  const Json request =
      Json::MakeObject().Set("site", kSite).Set("start_time", start).Set("end_time", end);
  const Json answer = Must(Role::kAuditor, "AlternativeService/GetAlternativesReport", request);
  const Json way = answer.Find("ways")->AsArray().at(0);
  EXPECT_EQ(way.StringOr("accessPoint", ""), kFront);
  EXPECT_EQ(way.StringOr("credential", ""), "CREDENTIAL_KIND_BADGE");
  EXPECT_EQ(way.IntOr("refused", 0), 1);
  EXPECT_EQ(way.Find("waited")->StringOr("median", ""), "3s");
  EXPECT_EQ(way.Find("reasons")->IntOr("BADGE_UNKNOWN", 0), 1);
  Json backwards = request;
  backwards.Set("end_time", start);
  EXPECT_EQ(Refused(Role::kAuditor, "AlternativeService/GetAlternativesReport", backwards),
            "BAD_PERIOD");
  Json nowhere = request;
  nowhere.Set("site", "operators/acme/sites/nowhere");
  EXPECT_EQ(Refused(Role::kAuditor, "AlternativeService/GetAlternativesReport", nowhere),
            "RESOURCE_NOT_FOUND");
}

}  // namespace
}  // namespace facegate::rpc
