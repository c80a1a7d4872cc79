// Letting go of a log's oldest records through the server, and what callers see of it then.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using model::Role;
using testing::ServedWorld;
using testing::World;

constexpr char kOperator[] = "operators/acme";

class PruneServed : public ::testing::Test {
 protected:
  PruneServed() {
    for (std::uint64_t i = Head().size; i < 600; ++i) {
      served.world.AddSubject("p" + std::to_string(i));
    }
  }
  storage::LogHead Head() { return *served.world.store->GetLogHead(World::op()); }
  void Prune() {
    served.world.clock.Advance(11 * core::kMsPerDay);
    Must(Role::kOperator, "PruneLog", OfAcme());
    ASSERT_EQ(Head().minimum_index, 512u);
  }
  core::Result<Json> CallAs(Role role, const std::string& method, const Json& request) {
    return served.ClientAs(role)->Call("AuditService/" + method, request);
  }
  Json Must(Role role, const std::string& method, const Json& request) {
    return ServedWorld::Must(CallAs(role, method, request));
  }
  static Json OfAcme() { return Json::MakeObject().Set("parent", kOperator); }

  ServedWorld served;
};

TEST_F(PruneServed, SaysWhatWouldGoAndThenLetsItGo) {
  served.world.clock.Advance(11 * core::kMsPerDay);
  const Json would = Must(Role::kOperator, "PruneLog", OfAcme().Set("dry_run", true));
  EXPECT_EQ(would.IntOr("minimumIndex", -1), 512);
  EXPECT_EQ(would.IntOr("prunedRecords", -1), 512);
  EXPECT_EQ(would.IntOr("retainedDays", -1), 10);
  EXPECT_EQ(would.StringOr("heldBy", ""), "PRUNING_HOLD_AGE");
  EXPECT_EQ(would.Find("receipt"), nullptr);
  EXPECT_EQ(Head().minimum_index, 0u);
  EXPECT_EQ(Head().size, 600u);

  const Json went = Must(Role::kOperator, "PruneLog", OfAcme());
  EXPECT_EQ(went.IntOr("prunedRecords", -1), 512);
  ASSERT_NE(went.Find("receipt"), nullptr);
  EXPECT_EQ(went.Find("receipt")->IntOr("index", -1), 600);
  EXPECT_FALSE(went.BoolOr("pending", false));
  EXPECT_EQ(Head().minimum_index, 512u);
  EXPECT_EQ(Must(Role::kOperator, "PruneLog", OfAcme()).IntOr("prunedRecords", 0), 0);
}

TEST_F(PruneServed, IsForOperatorsAlone) {
  for (const Role role : {Role::kAuditor, Role::kEnroller, Role::kController, Role::kCamera}) {
    EXPECT_EQ(CallAs(role, "PruneLog", OfAcme()).status().reason(), "ROLE_NOT_ALLOWED");
  }
}

TEST_F(PruneServed, GoesOnWithAPageBehindWhatWent) {
  Json request = OfAcme().Set("page_size", 100);
  const Json first = Must(Role::kAuditor, "ListRecords", request);
  EXPECT_EQ(first.Find("records")->AsArray().size(), 100u);
  Prune();
  request.Set("page_token", first.StringOr("nextPageToken", ""));
  const Json next = Must(Role::kAuditor, "ListRecords", request);
  EXPECT_EQ(next.IntOr("minimumIndex", -1), 512);
  EXPECT_EQ(next.Find("records")->AsArray().front().IntOr("index", -1), 512);
  EXPECT_EQ(next.Find("records")->AsArray().size(), 89u);
}

TEST_F(PruneServed, CountsWhatIsKeptAndSaysFromWhere) {
  Prune();
  const Json counted =
      Must(Role::kAuditor, "CountRecords", OfAcme().Set("group_by", "RECORD_KEY_TYPE"));
  EXPECT_EQ(counted.IntOr("minimumIndex", -1), 512);
  std::int64_t records = 0;
  for (const Json& count : counted.Find("counts")->AsArray()) records += count.IntOr("records", 0);
  EXPECT_EQ(records, 601 - 512);
}

TEST_F(PruneServed, ProvesARecordThatIsGoneAndDoesNotShowIt) {
  const Json request = OfAcme().Set("index", 5);
  const Json before = Must(Role::kAuditor, "GetInclusionProof", request);
  Prune();
  const Json name = Json::MakeObject().Set("name", "operators/acme/records/5");
  EXPECT_EQ(CallAs(Role::kAuditor, "GetRecord", name).status().reason(), "RECORD_PRUNED");
  EXPECT_EQ(CallAs(Role::kAuditor, "GetRecord", name).status().code(), core::Code::kNotFound);
  EXPECT_EQ(CallAs(Role::kAuditor, "ReplayDecision", name).status().reason(), "RECORD_PRUNED");
  const Json after = Must(Role::kAuditor, "GetInclusionProof", request);
  EXPECT_EQ(after.StringOr("leafHash", "a"), before.StringOr("leafHash", "b"));
  EXPECT_FALSE(after.StringOr("proofFile", "").empty());
}

TEST_F(PruneServed, ExportsTilesOfAllBundlesOfWhatIsKeptAndTheStatement) {
  Prune();
  std::vector<std::string> paths;
  const auto streamed = served.ClientAs(Role::kAuditor)
                            ->CallStreaming("AuditService/ExportEntries", OfAcme(),
                                            [&](const Json& part) -> core::Status {
                                              const Json* file = part.Find("file");
                                              if (file != nullptr) {
                                                paths.push_back(file->StringOr("path", ""));
                                              }
                                              return core::Status::Ok();
                                            });
  ASSERT_TRUE(streamed.ok()) << streamed.ToString();
  EXPECT_EQ(paths, (std::vector<std::string>{"tile/entries/002.p/89", "tile/0/000", "tile/0/001",
                                             "tile/0/002.p/89", "tile/1/000.p/2", "minimum-index",
                                             "checkpoint"}));
}

}  // namespace
}  // namespace facegate::rpc
