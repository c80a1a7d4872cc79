// Every kind of resource over the wire: its messages lose nothing, and its five methods work.
#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <vector>

#include "facegate/v1/resources.pb.h"
#include "rpc/registry_messages.h"
#include "support/base/filled_resources.h"
#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using model::Role;
using testing::Filled;
using testing::ServedWorld;

constexpr char kOperator[] = "operators/acme";
constexpr char kSite[] = "operators/acme/sites/lobby";
constexpr char kPurpose[] = "operators/acme/purposes/building_access";
constexpr char kDoor[] = "operators/acme/sites/lobby/cameras/door";

Json Object() { return Json::MakeObject(); }

// ---- Messages ----

// What a request cannot set, as the registry would.
template <class R>
void CopyOutputs(const R& from, R& to) {
  if constexpr (requires { to.version; }) to.version = from.version;
  if constexpr (requires { to.text_sha256; }) to.text_sha256 = from.text_sha256;
  if constexpr (requires { to.wording_bundled; }) {
    to.wording_bundled = from.wording_bundled;
    to.wording_misleading = from.wording_misleading;
    to.wording_findings = from.wording_findings;
  }
  if constexpr (requires { to.due_on; }) to.due_on = from.due_on;
  if constexpr (requires { to.attestations; }) to.attestations = from.attestations;
}

TEST(EveryMessage, CarriesEveryMemberOfItsResource) {
  testing::ForEachKind([](const auto& kind) {
    using R = std::remove_cvref_t<decltype(kind)>;
    const R filled = Filled<R>();
    const auto message = ToProto(registry::Entry<R>{filled, 3, 7});
    EXPECT_EQ(message.name(), model::NameOf(filled));
    EXPECT_EQ(message.etag(), "r3");
    EXPECT_EQ(message.log_index(), 7);
    auto back = FromProto(message.name(), message);
    ASSERT_TRUE(back.ok()) << message.GetTypeName() << ": " << back.status().ToString();
    CopyOutputs(filled, *back);
    EXPECT_EQ(*back, filled) << message.GetTypeName();
  });
}

TEST(EveryMessage, HasNoFieldThatTheResourceLacks) {
  testing::ForEachKind([](const auto& kind) {
    using R = std::remove_cvref_t<decltype(kind)>;
    const auto message = ToProto(registry::Entry<R>{Filled<R>(), 3, 7});
    const auto* type = message.GetDescriptor();
    std::vector<const google::protobuf::FieldDescriptor*> set;
    message.GetReflection()->ListFields(message, &set);
    EXPECT_EQ(static_cast<int>(set.size()), type->field_count()) << type->full_name();
  });
}

TEST(EveryMessage, LeavesWhatWasNeverStatedAbsent) {
  const auto message = ToProto(registry::Entry<model::Site>{{}, 1, 0});
  EXPECT_FALSE(message.has_private_space());
  const auto back = FromProto(kSite, [&] {
    v1::Site site = message;
    site.set_private_space(false);
    return site;
  }());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->private_space, false);
  EXPECT_FALSE(back->business_premises.has_value());
}

TEST(EveryMessage, RefusesValuesThatItCannotRead) {
  v1::Filing filing;
  EXPECT_EQ(FromProto("operators/acme/filings/f", filing).status().reason(), "BAD_FILING_STATUS");
  filing.set_status(v1::FILING_STATUS_DRAFT);
  filing.add_docs(v1::FILING_DOC_UNSPECIFIED);
  EXPECT_EQ(FromProto("operators/acme/filings/f", filing).status().reason(), "BAD_FILING_DOC");
  filing.set_docs(0, v1::FILING_DOC_PIA_REPORT);
  filing.set_submitted_on("2026-02-30");
  EXPECT_EQ(FromProto("operators/acme/filings/f", filing).status().reason(), "BAD_DATE");
  v1::Operator op;
  op.set_kind(static_cast<v1::OrgKind>(999));
  EXPECT_EQ(FromProto(kOperator, op).status().reason(), "BAD_ORG_KIND");
  v1::Signage sign;
  EXPECT_EQ(FromProto("operators/acme/sites/lobby/signage/s", sign).status().reason(),
            "BAD_TIMESTAMP");
  v1::Complaint complaint;
  complaint.set_kind(v1::COMPLAINT_KIND_OTHER);
  EXPECT_EQ(FromProto("operators/acme/complaints/c", complaint).status().reason(), "BAD_DATE");
  complaint.set_received_on("2026-03-01");
  complaint.set_subject("operators/other/subjects/ann");
  EXPECT_EQ(FromProto("operators/acme/complaints/c", complaint).status().reason(),
            "SUBJECT_ELSEWHERE");
}

// ---- Methods ----

struct KindCase {
  const char* service;
  const char* noun;
  const char* plural;      // of the list method
  const char* member;      // "device_assessment"
  const char* collection;  // "deviceAssessments"
  const char* parent;
  const char* body;    // JSON
  const char* change;  // JSON of one field, in the update
  const char* field;   // its lowerCamelCase name
};

const KindCase kKinds[] = {
    {"RegistryService", "Signage", "Signage", "signage", "signage", kSite,
     R"({"photo_sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",)"
     R"("attested_by":"desk","verify_time":"2026-03-01T08:00:00Z","present":true})",
     R"({"layer1_fields":["SIGN_FIELD_CONTACT"]})", "layer1Fields"},
    {"RegistryService", "Assessment", "Assessments", "assessment", "assessments", kPurpose,
     R"({"sections":["ASSESSMENT_SECTION_PURPOSE_NECESSITY"],"coverage":"all"})",
     R"({"coverage":"the lobby"})", "coverage"},
    {"RegistryService", "Filing", "Filings", "filing", "filings", kOperator,
     R"({"authority":"Office","status":"FILING_STATUS_DRAFT"})", R"({"reference":"7"})",
     "reference"},
    {"RegistryService", "Exemption", "Exemptions", "exemption", "exemptions", kOperator,
     R"({"kind":"EXEMPTION_KIND_PUBLIC_SAFETY","legal_ref":"Act 1","site":)"
     R"("operators/acme/sites/lobby","expire_time":"2026-06-01T00:00:00Z"})",
     R"({"withdrawn":true})", "withdrawn"},
    {"RegistryService", "DeviceAssessment", "DeviceAssessments", "device_assessment",
     "deviceAssessments", kDoor,
     R"({"assessed_on":"2026-02-01","assessed_by":"laboratory","certified":true})",
     R"({"certified":false})", "certified"},
    {"DutyService", "Complaint", "Complaints", "complaint", "complaints", kOperator,
     R"({"kind":"COMPLAINT_KIND_PRESSURE","received_on":"2026-03-01"})", R"({"deadline_days":10})",
     "deadlineDays"},
    {"DutyService", "RightsRequest", "RightsRequests", "rights_request", "rightsRequests",
     kOperator, R"({"kind":"RIGHTS_KIND_ACCESS","received_on":"2026-03-01"})",
     R"({"deadline_days":10})", "deadlineDays"},
    {"DutyService", "Incident", "Incidents", "incident", "incidents", kOperator,
     R"({"kind":"INCIDENT_KIND_LEAK","detect_time":"2026-03-01T08:00:00Z"})",
     R"({"high_risk":true})", "highRisk"},
    {"DutyService", "Disclosure", "Disclosures", "disclosure", "disclosures", kOperator,
     R"({"recipient":"City","basis":"DISCLOSURE_BASIS_WARRANT","disclosed_on":"2026-03-01"})",
     R"({"records":["operators/acme/records/0"]})", "records"},
    {"DutyService", "ThresholdReview", "ThresholdReviews", "threshold_review", "thresholdReviews",
     kOperator,
     R"({"reviewed_on":"2026-03-01","model_id":"m","decision":"THRESHOLD_DECISION_KEPT"})",
     R"({"decision":"THRESHOLD_DECISION_RAISED"})", "decision"},
};

class EveryKind : public ::testing::TestWithParam<KindCase> {
 protected:
  core::Result<Json> Call(const std::string& verb, const Json& request,
                          Role role = Role::kOperator) {
    const bool list = verb == "List";
    const std::string method =
        std::string(GetParam().service) + "/" + verb + (list ? GetParam().plural : GetParam().noun);
    return served_.ClientAs(role)->Call(method, request);
  }
  core::Result<Json> Create(const std::string& id) {
    const KindCase& kind = GetParam();
    return Call("Create", Object()
                              .Set("parent", kind.parent)
                              .Set(std::string(kind.member) + "_id", id)
                              .Set(kind.member, *Json::Parse(kind.body)));
  }
  std::string Name(const std::string& id) const {
    return std::string(GetParam().parent) + "/" + GetParam().collection + "/" + id;
  }
  core::Result<Json> Update(const std::string& etag, const std::string& mask) {
    Json body = *Json::Parse(GetParam().change);
    body.Set("name", Name("a")).Set("etag", etag);
    return Call("Update", Object().Set(GetParam().member, body).Set("update_mask", mask));
  }

  ServedWorld served_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, EveryKind, ::testing::ValuesIn(kKinds),
                         [](const auto& test) { return std::string(test.param.noun); });

TEST_P(EveryKind, IsCreatedReadAndDeleted) {
  const auto made = Create("a");
  ASSERT_TRUE(made.ok()) << made.status().ToString();
  EXPECT_EQ(made->StringOr("name", ""), Name("a"));
  EXPECT_EQ(Create("a").status().reason(), "RESOURCE_EXISTS");
  const auto read = Call("Get", Object().Set("name", Name("a")), Role::kAuditor);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, *made);
  EXPECT_EQ(Call("Get", Object().Set("name", kOperator + std::string("/x/y"))).status().reason(),
            "BAD_NAME");
  ASSERT_TRUE(Call("Delete", Object().Set("name", Name("a"))).ok());
  EXPECT_EQ(Call("Get", Object().Set("name", Name("a"))).status().reason(), "RESOURCE_NOT_FOUND");
}

TEST_P(EveryKind, IsListedPageByPage) {
  for (const char* id : {"b", "a", "c"}) ASSERT_TRUE(Create(id).ok());
  Json request = Object().Set("parent", GetParam().parent).Set("page_size", 2);
  const auto first = Call("List", request, Role::kAuditor);
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  const Json* page = first->Find(GetParam().collection);
  ASSERT_NE(page, nullptr);
  ASSERT_EQ(page->AsArray().size(), 2u);
  EXPECT_EQ(page->AsArray()[1].StringOr("name", ""), Name("b"));
  request.Set("page_token", first->StringOr("nextPageToken", ""));
  const auto second = Call("List", request, Role::kAuditor);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->Find(GetParam().collection)->AsArray().size(), 1u);
  EXPECT_EQ(second->StringOr("nextPageToken", "x"), "");
  EXPECT_EQ(Call("List", Object().Set("parent", "x")).status().reason(), "BAD_NAME");
}

TEST_P(EveryKind, IsUpdatedByMaskAndRevision) {
  const auto made = Create("a");
  ASSERT_TRUE(made.ok()) << made.status().ToString();
  const std::string etag = made->StringOr("etag", "");
  const auto updated = Update(etag, GetParam().field);
  ASSERT_TRUE(updated.ok()) << updated.status().ToString();
  const Json* before = made->Find(GetParam().field);  // absent where it was never stated
  EXPECT_TRUE(before == nullptr || *before != *updated->Find(GetParam().field));
  for (const auto& [name, value] : made->AsObject()) {
    const bool moves =
        name == "etag" || name == "logIndex" || name == "dueOn" || name == GetParam().field;
    if (moves) continue;
    EXPECT_EQ(*updated->Find(name), value) << name;
  }
  EXPECT_EQ(Update(etag, GetParam().field).status().reason(), "REVISION_MOVED");
  EXPECT_EQ(Update("", "etag").status().reason(), "BAD_UPDATE_MASK");
  EXPECT_EQ(Update("", "noSuchField").status().code(), core::Code::kInvalidArgument);
}

TEST_P(EveryKind, IsWrittenByOperatorsAlone) {
  const auto refused = Call("Delete", Object().Set("name", Name("a")), Role::kAuditor);
  EXPECT_EQ(refused.status().reason(), "ROLE_NOT_ALLOWED");
  EXPECT_EQ(Call("Get", Object().Set("name", Name("a")), Role::kEnroller).status().reason(),
            "ROLE_NOT_ALLOWED");
}

TEST(UpdateMask, TakesBackAFactThatTheBodyLeavesOut) {
  ServedWorld served;
  const auto client = served.ClientAs(Role::kOperator);
  const auto update = [&](Json site, const char* mask) {
    site.Set("name", kSite);
    return client->Call("RegistryService/UpdateSite",
                        Object().Set("site", std::move(site)).Set("update_mask", mask));
  };
  const auto stated = update(Object().Set("private_space", false), "privateSpace");
  ASSERT_TRUE(stated.ok()) << stated.status().ToString();
  EXPECT_NE(stated->Find("privateSpace"), nullptr);
  const auto taken_back = update(Object(), "privateSpace");
  ASSERT_TRUE(taken_back.ok());
  EXPECT_EQ(taken_back->Find("privateSpace"), nullptr);
}

TEST(AttestExemption, TakesOnePrincipalOnce) {
  ServedWorld served;
  const auto client = served.ClientAs(Role::kOperator);
  const KindCase& exemption = kKinds[3];
  ASSERT_TRUE(client
                  ->Call("RegistryService/CreateExemption",
                         Object()
                             .Set("parent", kOperator)
                             .Set("exemption_id", "e")
                             .Set("exemption", *Json::Parse(exemption.body)))
                  .ok());
  const Json name = Object().Set("name", std::string(kOperator) + "/exemptions/e");
  const auto attested = client->Call("RegistryService/AttestExemption", name);
  ASSERT_TRUE(attested.ok()) << attested.status().ToString();
  EXPECT_EQ(attested->Find("attestations")->AsArray().size(), 1u);
  EXPECT_EQ(client->Call("RegistryService/AttestExemption", name).status().reason(),
            "SAME_ATTESTOR");
  EXPECT_EQ(
      client->Call("RegistryService/AttestExemption", Object().Set("name", "x")).status().reason(),
      "BAD_NAME");
}

}  // namespace
}  // namespace facegate::rpc
