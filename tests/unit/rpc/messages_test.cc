#include "rpc/messages.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>

#include "facegate/tlog/merkle.h"
#include "facegate/v1/audit_service.pb.h"
#include "rpc/audit_messages.h"
#include "rpc/call_guard.h"
#include "rpc/consent_messages.h"
#include "rpc/gateway_messages.h"
#include "rpc/registry_messages.h"
#include "rpc/status_mapping.h"

namespace facegate::rpc {
namespace {

using model::Reason;

// Every value of the proto enum but UNSPECIFIED has a value of the model, and the way back is the
// same.
template <class Proto, class Model>
void ExpectSameWords() {
  const auto* type = google::protobuf::GetEnumDescriptor<Proto>();
  int last = 0;
  for (int i = 1; i < type->value_count(); ++i) {
    const auto proto = static_cast<Proto>(type->value(i)->number());
    const auto value = FromProtoEnum<Model>(proto);
    ASSERT_TRUE(value.has_value()) << type->value(i)->name();
    EXPECT_EQ(ToProtoEnum<Proto>(*value), proto) << type->value(i)->name();
    last = static_cast<int>(*value);
  }
  // The model's values are counted from 0, so it has none that the proto lacks.
  EXPECT_EQ(last, type->value_count() - 2) << type->full_name();
  EXPECT_TRUE(model::Word(static_cast<Model>(last)).size() > 0);
}

TEST(Enums, HaveTheWordsOfTheModel) {
  ExpectSameWords<v1::Verdict, model::Verdict>();
  ExpectSameWords<v1::Reason, model::Reason>();
  ExpectSameWords<v1::Operation, model::Operation>();
  ExpectSameWords<v1::VenueKind, model::VenueKind>();
  ExpectSameWords<v1::PurposeCategory, model::PurposeCategory>();
  ExpectSameWords<v1::AlternativeKind, model::AlternativeKind>();
  ExpectSameWords<v1::CameraUse, model::CameraUse>();
  ExpectSameWords<v1::ConsentStatus, model::ConsentStatus>();
  ExpectSameWords<v1::ConsentForm, model::ConsentForm>();
  ExpectSameWords<v1::ConsentScope, model::ConsentScope>();
  ExpectSameWords<v1::ConsentGiver, model::ConsentGiver>();
  ExpectSameWords<v1::ConsentChannel, model::ConsentChannel>();
  ExpectSameWords<v1::CredentialKind, model::CredentialKind>();
  ExpectSameWords<v1::OverrideReason, model::OverrideReason>();
  ExpectSameWords<v1::OrgKind, model::OrgKind>();
  ExpectSameWords<v1::AnnexIiiClass, model::AnnexIiiClass>();
  ExpectSameWords<v1::DecisionEffect, model::DecisionEffect>();
  ExpectSameWords<v1::ImageRetention, model::ImageRetention>();
  ExpectSameWords<v1::TemplateCustody, model::TemplateCustody>();
  ExpectSameWords<v1::NoticeField, model::NoticeField>();
  ExpectSameWords<v1::SignField, model::SignField>();
  ExpectSameWords<v1::AssessmentSection, model::AssessmentSection>();
  ExpectSameWords<v1::InvalidatedBy, model::InvalidatedBy>();
  ExpectSameWords<v1::FilingStatus, model::FilingStatus>();
  ExpectSameWords<v1::FilingDoc, model::FilingDoc>();
  ExpectSameWords<v1::ExemptionKind, model::ExemptionKind>();
  ExpectSameWords<v1::ComplaintKind, model::ComplaintKind>();
  ExpectSameWords<v1::ComplaintOutcome, model::ComplaintOutcome>();
  ExpectSameWords<v1::RightsKind, model::RightsKind>();
  ExpectSameWords<v1::RightsOutcome, model::RightsOutcome>();
  ExpectSameWords<v1::IncidentKind, model::IncidentKind>();
  ExpectSameWords<v1::DisclosureBasis, model::DisclosureBasis>();
  ExpectSameWords<v1::ThresholdDecision, model::ThresholdDecision>();
  ExpectSameWords<v1::ResolutionReason, model::ResolutionReason>();
}

TEST(Enums, HaveNoModelValueForUnspecifiedOrUnknown) {
  EXPECT_FALSE(FromProtoEnum<model::VenueKind>(v1::VENUE_KIND_UNSPECIFIED).has_value());
  EXPECT_FALSE(FromProtoEnum<model::VenueKind>(static_cast<v1::VenueKind>(999)).has_value());
}

TEST(Timestamps, KeepMilliseconds) {
  const core::Timestamp time{1'772'438'400'123};
  EXPECT_EQ(*FromProto(ToProto(time)), time);
}

TEST(Timestamps, OutOfRangeAreRefused) {
  google::protobuf::Timestamp time;
  time.set_seconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(FromProto(time).status().reason(), "BAD_TIMESTAMP");
  time.set_seconds(0);
  time.set_nanos(1'000'000'000);
  EXPECT_EQ(FromProto(time).status().reason(), "BAD_TIMESTAMP");
}

TEST(ToGrpc, KeepsCodeAndReason) {
  const grpc::Status status =
      ToGrpc(core::Status(core::Code::kFailedPrecondition, "HAS_CHILDREN", "delete them first"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "HAS_CHILDREN: delete them first");
  EXPECT_NE(status.error_details().find("type.googleapis.com/google.rpc.ErrorInfo"),
            std::string::npos);
}

TEST(ToGrpc, MapsEveryCodeToTheSameNumber) {
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status = ToGrpc(core::Status(static_cast<core::Code>(code), "WHY", "what"));
    EXPECT_EQ(static_cast<int>(status.error_code()), code);
  }
  EXPECT_TRUE(ToGrpc(core::Status::Ok()).ok());
}

// ---- Answers ----------------------------------------------------------------------------------

struct Case {
  policy::Grounds grounds;
  audit::Outcome outcome;
  std::vector<policy::RuleFinding> findings;
  audit::Receipt receipt;

  v1::Answer As(Detail detail) const {
    return ToAnswer(grounds, outcome, findings, receipt, detail);
  }
};

Case CaseOf(Reason reason) {
  Case made;
  made.grounds.claim.camera = {model::OperatorId("acme"), model::SiteId("lobby"),
                               model::CameraId("door")};
  made.grounds.claim.request_id = "0b0e6a2e-3f5a-4bb0-9a3c-5a9a4f0f3d11";
  made.grounds.alternatives =
      std::vector<model::Alternative>{{model::AlternativeKind::kCard, "badge reader", true}};
  made.outcome.verdict = model::Verdict::kUseAlternative;
  made.outcome.reason = reason;
  made.findings = {{"core.guardian-consent", "core 7", {"subject.age_years"}}};
  made.receipt.origin = "test.example/acme";
  made.receipt.index = 3;
  made.receipt.entry = "the record, with the fine reason\n";
  made.receipt.checkpoint = "checkpoint\n";
  return made;
}

constexpr Reason kConsentStates[] = {Reason::kConsentMissing, Reason::kConsentWithdrawn,
                                     Reason::kConsentExpired, Reason::kConsentRefused,
                                     Reason::kNotEnrolled,    Reason::kSubjectRestricted};

TEST(CoarseAnswer, LooksTheSameForEveryStateOfConsent) {
  const std::string expected = CaseOf(Reason::kConsentMissing).As(Detail::kCoarse).DebugString();
  for (const Reason reason : kConsentStates) {
    Case state = CaseOf(reason);
    // What could tell the states apart: how far the request came, and which rules said what.
    state.outcome.counts = {1, 1, 1, 0, 0, 1};
    state.outcome.detail = "TEMPLATE_GONE";
    state.findings.push_back({std::string(model::Word(reason)), "core 9", {}});
    v1::Answer answer = state.As(Detail::kCoarse);
    EXPECT_EQ(answer.DebugString(), expected) << model::Word(reason);
  }
}

TEST(CoarseAnswer, NamesOnlyTheRuleThatStandsForMissingConsent) {
  const v1::Answer answer = CaseOf(Reason::kConsentWithdrawn).As(Detail::kCoarse);
  EXPECT_EQ(answer.reason(), v1::REASON_CONSENT_MISSING);
  ASSERT_EQ(answer.findings_size(), 1);
  EXPECT_EQ(answer.findings(0).rule(), "core.consent-before-template");
}

TEST(CoarseAnswer, HasNoFindingsForOtherReasons) {
  EXPECT_EQ(CaseOf(Reason::kPolicyDenied).As(Detail::kCoarse).findings_size(), 0);
}

TEST(CoarseAnswer, ProvesInclusionWithoutTheRecord) {
  const Case state = CaseOf(Reason::kConsentWithdrawn);
  const v1::Receipt receipt = state.As(Detail::kCoarse).receipt();
  EXPECT_EQ(receipt.entry(), "");
  EXPECT_EQ(receipt.leaf_hash(), HashBytes(tlog::LeafHash(core::AsBytes(state.receipt.entry))));
  EXPECT_EQ(receipt.index(), 3);
}

TEST(CoarseAnswer, KeepsAQualityDetail) {
  Case state = CaseOf(Reason::kPoorQuality);
  state.outcome.detail = "TOO_DARK";
  EXPECT_EQ(state.As(Detail::kCoarse).detail(), "TOO_DARK");
}

TEST(FineAnswer, HasReasonFindingsCountsAndRecord) {
  Case state = CaseOf(Reason::kConsentWithdrawn);
  state.outcome.counts.frames = 1;
  const v1::Answer answer = state.As(Detail::kFine);
  EXPECT_EQ(answer.reason(), v1::REASON_CONSENT_WITHDRAWN);
  ASSERT_EQ(answer.findings_size(), 1);
  EXPECT_EQ(answer.findings(0).missing(0), "subject.age_years");
  EXPECT_EQ(answer.counts().frames(), 1);
  EXPECT_EQ(answer.receipt().entry(), state.receipt.entry);
}

TEST(Answer, SaysThatLivenessWasNotTested) {
  for (const Detail detail : {Detail::kCoarse, Detail::kFine}) {
    EXPECT_EQ(CaseOf(Reason::kMatched).As(detail).pad(), v1::PAD_NOT_PERFORMED);
  }
}

TEST(Answer, NamesMatchesAndUnknownsInFaceOrder) {
  Case state = CaseOf(Reason::kMatched);
  state.outcome.people = {{model::SubjectId("ann"), {}, {}}};
  state.outcome.face_people = {-1, 0};
  const v1::Answer answer = state.As(Detail::kCoarse);
  ASSERT_EQ(answer.identifications_size(), 2);
  EXPECT_TRUE(answer.identifications(0).unknown());
  EXPECT_EQ(answer.identifications(1).subject(), "operators/acme/subjects/ann");
}

TEST(DetailFor, IsCoarseForCamerasAndControllersOnly) {
  EXPECT_EQ(DetailFor(model::Role::kCamera), Detail::kCoarse);
  EXPECT_EQ(DetailFor(model::Role::kController), Detail::kCoarse);
  EXPECT_EQ(DetailFor(model::Role::kEnroller), Detail::kFine);
  EXPECT_EQ(DetailFor(model::Role::kOperator), Detail::kFine);
  EXPECT_EQ(DetailFor(model::Role::kAuditor), Detail::kFine);
}

// ---- Claims -----------------------------------------------------------------------------------

const model::Principal kCaller{model::Role::kController, "f", ""};

v1::AuthorizeRequest GoodAuthorize() {
  v1::AuthorizeRequest request;
  request.set_camera("operators/acme/sites/lobby/cameras/door");
  request.set_purpose("operators/acme/purposes/access");
  request.set_subject("operators/acme/subjects/ann");
  return request;
}

TEST(ToClaim, TakesNamesApart) {
  const auto claim = ToClaim(GoodAuthorize(), kCaller);
  ASSERT_TRUE(claim.ok()) << claim.status().ToString();
  EXPECT_EQ(claim->operation, model::Operation::kVerify1to1);
  EXPECT_EQ(claim->camera.camera.str(), "door");
  EXPECT_EQ(claim->purpose.str(), "access");
  EXPECT_EQ(claim->subject->str(), "ann");
}

TEST(ToClaim, MakesARequestIdWhereThereIsNone) {
  EXPECT_TRUE(crypto::IsUuid(ToClaim(GoodAuthorize(), kCaller)->request_id));
}

TEST(ToClaim, RefusesARequestIdThatIsNoUuid) {
  auto request = GoodAuthorize();
  request.set_request_id("door-7-please");
  EXPECT_EQ(ToClaim(request, kCaller).status().reason(), "BAD_REQUEST_ID");
}

TEST(ToClaim, RefusesASubjectOfAnotherOperator) {
  auto request = GoodAuthorize();
  request.set_subject("operators/other/subjects/ann");
  EXPECT_EQ(ToClaim(request, kCaller).status().reason(), "OPERATORS_DIFFER");
}

TEST(ToClaim, RefusesAPurposeOfAnotherOperator) {
  auto request = GoodAuthorize();
  request.set_purpose("operators/other/purposes/access");
  EXPECT_EQ(ToClaim(request, kCaller).status().reason(), "OPERATORS_DIFFER");
}

TEST(ToClaim, RefusesMalformedNames) {
  auto request = GoodAuthorize();
  request.set_camera("operators/acme/sites/lobby");
  EXPECT_EQ(ToClaim(request, kCaller).status().reason(), "BAD_NAME");
}

TEST(ToClaim, RefusesANegativeCounter) {
  auto request = GoodAuthorize();
  request.set_client_counter(-1);
  EXPECT_EQ(ToClaim(request, kCaller).status().reason(), "BAD_CLIENT_COUNTER");
}

TEST(ToClaim, RefusesABadRegion) {
  v1::EnrollRequest request;
  request.set_camera("operators/acme/sites/lobby/cameras/desk");
  request.set_purpose("operators/acme/purposes/access");
  request.set_subject("operators/acme/subjects/ann");
  request.mutable_region()->set_x0(2);
  EXPECT_EQ(ToClaim(request, kCaller).status().reason(), "BAD_REGION");
}

TEST(ToClaim, LimitsALease) {
  v1::StreamConfig config;
  config.set_camera("operators/acme/sites/lobby/cameras/lane");
  config.set_purpose("operators/acme/purposes/access");
  EXPECT_EQ(ToClaim(config, kCaller)->lease_ms, 2'000);
  config.mutable_lease_duration()->set_seconds(10);
  EXPECT_EQ(ToClaim(config, kCaller)->lease_ms, 10'000);
  config.mutable_lease_duration()->set_nanos(1'000'000);
  EXPECT_EQ(ToClaim(config, kCaller).status().reason(), "BAD_LEASE");
  config.mutable_lease_duration()->Clear();
  EXPECT_EQ(ToClaim(config, kCaller).status().reason(), "BAD_LEASE");
}

// ---- The rest ---------------------------------------------------------------------------------

TEST(WaitStatus, IsOkBeforeTheDeadline) {
  const auto now = std::chrono::system_clock::now();
  EXPECT_TRUE(WaitStatus(now + std::chrono::milliseconds(1), now, false).ok());
}

TEST(WaitStatus, IsDeadlineExceededFromTheDeadlineOn) {
  const auto now = std::chrono::system_clock::now();
  EXPECT_EQ(WaitStatus(now, now, false).code(), core::Code::kDeadlineExceeded);
  EXPECT_EQ(WaitStatus(now, now, true).code(), core::Code::kDeadlineExceeded);
}

TEST(WaitStatus, IsCancelledWhenTheCallerWentAway) {
  const auto now = std::chrono::system_clock::now();
  EXPECT_EQ(WaitStatus(now + std::chrono::milliseconds(1), now, true).code(),
            core::Code::kCancelled);
}

TEST(Etag, ReadsOnlyWhatItWrites) {
  EXPECT_EQ(*RevisionOf(EtagOf(7)), 7u);
  EXPECT_EQ(*RevisionOf(""), 0u);
  for (const char* etag : {"7", "r", "r0", "r-1", "r7 ", "x7", "\"r7\""}) {
    EXPECT_EQ(RevisionOf(etag).status().reason(), "REVISION_MOVED") << etag;
  }
}

TEST(ParseRecordName, TakesCanonicalNamesOnly) {
  EXPECT_EQ(ParseRecordName("operators/acme/records/12")->index, 12u);
  for (const char* name :
       {"operators/acme/records/", "operators/acme/records/012", "operators/acme/records/-1",
        "operators/acme/records/1x", "operators/acme", "records/1",
        "operators/acme/records/99999999999999999999"}) {
    EXPECT_EQ(ParseRecordName(name).status().reason(), "BAD_NAME") << name;
  }
}

TEST(ToQuery, RefusesFiltersThatDisagree) {
  const model::OperatorId log("acme");
  v1::ListRecordsRequest request;
  request.set_site("operators/other/sites/lobby");
  EXPECT_EQ(ToQuery(log, request).status().reason(), "BAD_FILTER");
  request.set_site("operators/acme/sites/lobby");
  request.set_camera("operators/acme/sites/roof/cameras/door");
  EXPECT_EQ(ToQuery(log, request).status().reason(), "BAD_FILTER");
  request.set_camera("operators/acme/sites/lobby/cameras/door");
  request.set_verdict(v1::VERDICT_DENY);
  const auto query = ToQuery(log, request);
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->camera, "door");
  EXPECT_EQ(query->verdict, "DENY");
}

TEST(CameraMessage, RefusesAnAccessPointOfAnotherSite) {
  v1::Camera camera;
  camera.set_use(v1::CAMERA_USE_DOOR);
  camera.set_access_point("operators/acme/sites/roof/accessPoints/front");
  EXPECT_EQ(FromProto("operators/acme/sites/lobby/cameras/door", camera).status().reason(),
            "ACCESS_POINT_ELSEWHERE");
}

TEST(SiteMessage, RefusesAnUnspecifiedVenueKind) {
  EXPECT_EQ(FromProto("operators/acme/sites/lobby", v1::Site()).status().reason(),
            "BAD_VENUE_KIND");
}

TEST(AccessPointMessage, TakesAnAlternativeAsWorkingUnlessItSaysOtherwise) {
  v1::AccessPoint point;
  point.add_alternatives()->set_kind(v1::ALTERNATIVE_KIND_CARD);
  point.add_alternatives()->set_kind(v1::ALTERNATIVE_KIND_PIN);
  point.mutable_alternatives(1)->set_operational(false);
  const auto value = FromProto("operators/acme/sites/lobby/accessPoints/front", point);
  ASSERT_TRUE(value.ok());
  EXPECT_TRUE(value->alternatives[0].operational);
  EXPECT_FALSE(value->alternatives[1].operational);
}

TEST(GrantMessage, RefusesWhatItCannotRead) {
  v1::GrantConsentRequest request;
  request.set_parent("operators/acme/subjects/ann");
  request.set_site("operators/acme/sites/lobby");
  request.set_purpose("operators/other/purposes/access");
  EXPECT_EQ(FromProto(request).status().reason(), "OPERATORS_DIFFER");
  request.set_purpose("operators/acme/purposes/access");
  EXPECT_EQ(FromProto(request).status().reason(), "BAD_CONSENT_FORM");
  request.set_form(v1::CONSENT_FORM_SEPARATE);
  request.add_scopes(v1::CONSENT_SCOPE_UNSPECIFIED);
  EXPECT_EQ(FromProto(request).status().reason(), "BAD_CONSENT_SCOPE");
  request.set_scopes(0, v1::CONSENT_SCOPE_VERIFY);
  EXPECT_TRUE(FromProto(request).ok());
}

}  // namespace
}  // namespace facegate::rpc
