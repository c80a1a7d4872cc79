// DutyService.DraftDocument: what a document says comes from the registers, the rules and the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "facegate/documents/models.h"
#include "facegate/model/compliance.h"
#include "facegate/model/duties.h"
#include "facegate/rules/rule_set.h"
#include "facegate/wording/wording.h"
#include "unit/rpc/served_world.h"

namespace facegate::rpc {
namespace {

using core::Json;
using model::Role;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kConfig = FACEGATE_SOURCE_DIR "/config";
const std::string kSite = "operators/acme/sites/lobby";
const std::string kPurpose = "operators/acme/purposes/building_access";

Json Object() { return Json::MakeObject(); }

class DraftTest : public ::testing::Test {
 protected:
  // facegate's own rules and Europe's: the lobby is in Germany.
  DraftTest() {
    const auto vocabulary = rules::Vocabulary::Load(kConfig + "/policies/vocabulary.yaml");
    const auto calendar = rules::WorkCalendar::Load(kConfig + "/calendars/cn.yaml");
    auto loaded = rules::RuleSet::Load(
        *vocabulary, {kConfig + "/policies/core.yaml", kConfig + "/policies/gdpr.yaml"}, *calendar);
    FG_CHECK(loaded.ok());
    served_.world.engine->Reload(*loaded);
    model::Operator op{testing::World::op(), "Acme"};
    op.complaint_channel = "privacy desk, hall 1";
    served_.world.Register(op);
  }

  core::Result<Json> Ask(Json request, Role role = Role::kAuditor) {
    if (request.Find("parent") == nullptr) request.Set("parent", "operators/acme");
    return served_.ClientAs(role)->Call("DutyService/DraftDocument", request);
  }
  template <class M>
  M Draft(const char* kind, Json request) {
    const auto answer = Ask(request.Set("kind", "DOCUMENT_KIND_" + std::string(kind)));
    EXPECT_TRUE(answer.ok()) << answer.status().ToString();
    FG_CHECK(answer.ok());
    missing_.clear();
    if (const Json* missing = answer->Find("missing"); missing != nullptr) {
      for (const Json& path : missing->AsArray()) missing_.push_back(path.AsString());
    }
    json_ = *Json::Parse(answer->StringOr("modelJson", ""));
    const auto model = documents::FromJson<M>(json_);
    EXPECT_TRUE(model.ok()) << model.status().ToString();
    return model.ok() ? *model : M{};
  }
  static Json March() {  // the fake clock begins on its second day
    return Object().Set("from_date", "2026-03-01").Set("until_date", "2026-03-31");
  }
  Json Compliance() { return March().Set("site", kSite); }

  static const documents::RuleResult& RuleIn(const documents::ComplianceModel& report,
                                             const std::string& id) {
    const auto found = std::find_if(report.rules.begin(), report.rules.end(),
                                    [&](const auto& rule) { return rule.id == id; });
    FG_CHECK(found != report.rules.end());
    return *found;
  }

  registry::Caller CallerWith(const std::string& fingerprint) const {
    return {model::Principal{Role::kOperator, fingerprint, ""}, crypto::RandomUuid()};
  }
  // An exemption with the words of two people.
  void StandExemption(const std::string& id, int days) {
    model::Exemption exemption;
    exemption.op = testing::World::op();
    exemption.id = model::ExemptionId(id);
    exemption.kind = model::ExemptionKind::kPublicSafety;
    exemption.legal_ref = "Example Act, section 3";
    exemption.expires_at = served_.world.clock.Now() + days * core::kMsPerDay;
    const std::string name = "operators/acme/exemptions/" + id;
    FG_CHECK(served_.registry_service.Create(CallerWith("one"), exemption).ok());
    FG_CHECK(served_.registry_service.AttestExemption(CallerWith("one"), name).ok());
    FG_CHECK(served_.registry_service.AttestExemption(CallerWith("two"), name).ok());
  }
  // Records a refusal; gives its index.
  std::uint64_t Refuse(const std::string& subject) {
    const auto answer = served_.world.ledger->Commit(
        served_.world.DenialFor(served_.world.VerifyClaim(subject)), audit::Outcome{});
    FG_CHECK(answer.ok());
    return answer->receipt().index;
  }
  model::Date Today() const { return model::DateOf(served_.world.clock.Now()); }
  void AddComplaint(const std::string& id, int received_ago, std::optional<int> answered_ago) {
    model::Complaint complaint;
    complaint.op = testing::World::op();
    complaint.id = model::ComplaintId(id);
    complaint.kind = model::ComplaintKind::kPressure;
    complaint.received_on = Today() + -received_ago;
    complaint.deadline_days = 5;
    if (answered_ago) {
      complaint.answered_on = Today() + -*answered_ago;
      complaint.outcome = model::ComplaintOutcome::kUpheld;
    }
    FG_CHECK(served_.registry_service.Create(CallerWith("one"), complaint).ok());
  }
  void AddIncident(const std::string& id, bool drill) {
    model::Incident incident;
    incident.op = testing::World::op();
    incident.id = model::IncidentId(id);
    incident.kind = model::IncidentKind::kLeak;
    incident.drill = drill;
    incident.detected_at = served_.world.clock.Now();
    FG_CHECK(served_.registry_service.Create(CallerWith("one"), incident).ok());
  }
  Json EntryAt(std::uint64_t index) const {
    const auto entries = served_.world.store->ReadEntries(testing::World::op(), index, 1);
    const std::string& entry = entries->front().entry;
    return *Json::Parse(std::string_view(entry).substr(0, entry.find('\n')));
  }

  testing::ServedWorld served_;
  std::vector<std::string> missing_;
  Json json_;
};

// ---- Compliance ----

TEST_F(DraftTest, NamesTheRefusalsOfAPeriodByTheirRule) {
  const std::uint64_t refusal = Refuse("nobody");
  const auto report = Draft<documents::ComplianceModel>("COMPLIANCE", Compliance());
  const auto& rule = RuleIn(report, "core.consent-before-template");
  EXPECT_EQ(rule.state, documents::RuleState::kMet);  // nobody was let through
  EXPECT_THAT(rule.records, Contains(refusal));
  EXPECT_THAT(*rule.evidence, HasSubstr("Decisions in the period: 1; refused for it: 1."));
  EXPECT_THAT(missing_, IsEmpty());

  const auto later = Draft<documents::ComplianceModel>(
      "COMPLIANCE", Compliance().Set("from_date", "2026-02-01").Set("until_date", "2026-03-01"));
  const auto& then = RuleIn(later, "core.consent-before-template");
  EXPECT_THAT(then.records, Not(Contains(refusal)));
  EXPECT_EQ(then.state, documents::RuleState::kNotChecked);  // nobody came in that period
}

TEST_F(DraftTest, TellsWhatIsUnmetWithItsDutyAndWhatGaveTheEvidence) {
  auto report = Draft<documents::ComplianceModel>("COMPLIANCE", Compliance());
  EXPECT_EQ(RuleIn(report, "gdpr.a35").state, documents::RuleState::kUnmet);
  EXPECT_EQ(RuleIn(report, "gdpr.a35").duty, "assess the purpose in its present version");

  model::Assessment assessment;
  assessment.op = testing::World::op();
  assessment.purpose = testing::World::purpose();
  assessment.id = model::AssessmentId("a1");
  assessment.approved_by = "officer";
  assessment.approved_on = Today();
  assessment.retained_until = model::AddYears(Today(), 4);
  const auto made = served_.registry_service.Create(CallerWith("one"), assessment);
  ASSERT_TRUE(made.ok()) << made.status().ToString();
  report = Draft<documents::ComplianceModel>("COMPLIANCE", Compliance());
  const auto& met = RuleIn(report, "gdpr.a35");
  EXPECT_EQ(met.state, documents::RuleState::kMet);
  EXPECT_THAT(met.records, Contains(made->log_index));
  EXPECT_THAT(*met.evidence, HasSubstr("assessment in record " + std::to_string(made->log_index)));
  EXPECT_FALSE(met.duty.has_value());
}

TEST_F(DraftTest, LeavesToPeopleWhatNoMachineChecks) {
  const auto report =
      Draft<documents::ComplianceModel>("COMPLIANCE", Compliance().Set("language_code", "zh"));
  std::size_t not_checked = 0;
  for (const documents::RuleResult& rule : report.rules) {
    if (rule.state == documents::RuleState::kNotChecked) ++not_checked;
    if (rule.evidence) EXPECT_THAT(*rule.evidence, Not(HasSubstr("Decisions in the period")));
  }
  EXPECT_GT(not_checked, 0u);
  EXPECT_EQ(report.packs.size(), 2u);
  EXPECT_EQ(report.log.size, static_cast<std::int64_t>(
                                 served_.world.store->GetLogHead({testing::World::op()})->size));
}

// ---- Transparency ----

TEST_F(DraftTest, CountsTheUsesOfAnExemptionFromTheLog) {
  Refuse("nobody");
  StandExemption("used", 3);
  const std::uint64_t first = Refuse("nobody");
  const std::uint64_t second = Refuse("nobody");
  const auto report = Draft<documents::TransparencyModel>("TRANSPARENCY", March());
  ASSERT_EQ(report.exemptions.size(), 1u);
  EXPECT_EQ(report.exemptions[0].legal_ref, "Example Act, section 3");
  EXPECT_EQ(report.exemptions[0].attested_by, 2);
  EXPECT_EQ(report.exemptions[0].uses, 2);
  EXPECT_THAT(report.exemptions[0].records, ElementsAre(first, second));
  EXPECT_EQ(report.figures.decisions, 3);
  EXPECT_EQ(report.figures.frames_discarded, 3);
  ASSERT_EQ(report.purposes.size(), 1u);
  EXPECT_EQ(report.purposes[0].purpose, "building_access");
  EXPECT_EQ(report.purposes[0].decisions, 3);
  EXPECT_EQ(report.contact, "privacy desk, hall 1");
}

TEST_F(DraftTest, ReportsAnExemptionThatWasWithdrawnUntilThatDay) {
  StandExemption("short", 20);
  auto exemption =
      served_.registry_service.Get<model::Exemption>("operators/acme/exemptions/short");
  exemption->resource.withdrawn = true;
  served_.world.clock.Advance(core::kMsPerDay);
  ASSERT_TRUE(served_.registry_service.Update(CallerWith("one"), exemption->resource, 0).ok());
  const auto report = Draft<documents::TransparencyModel>("TRANSPARENCY", March());
  ASSERT_EQ(report.exemptions.size(), 1u);
  EXPECT_EQ(report.exemptions[0].expires_on.iso, "2026-03-03");
  const auto later = Draft<documents::TransparencyModel>(
      "TRANSPARENCY", Object().Set("from_date", "2026-03-04").Set("until_date", "2026-03-31"));
  EXPECT_THAT(later.exemptions, IsEmpty());
}

TEST_F(DraftTest, TellsWhatWasAnsweredInTimeAndCountsNoDrill) {
  AddComplaint("in-time", 4, 1);
  AddComplaint("late", 20, 1);
  AddComplaint("open", 1, std::nullopt);
  AddComplaint("overdue", 9, std::nullopt);
  AddIncident("exercise", /*drill=*/true);
  const auto report = Draft<documents::TransparencyModel>(
      "TRANSPARENCY", Object().Set("from_date", "2026-01-01").Set("until_date", "2026-03-31"));
  ASSERT_EQ(report.complaints.size(), 1u);
  EXPECT_EQ(report.complaints[0].kind, documents::ComplaintKind::kPressure);
  EXPECT_EQ(report.complaints[0].received, 4);
  EXPECT_EQ(report.complaints[0].in_time, 1);
  EXPECT_EQ(report.complaints[0].late, 1);
  EXPECT_EQ(report.complaints[0].open, 1);
  EXPECT_EQ(report.complaints[0].overdue, 1);
  EXPECT_EQ(report.figures.duties_overdue, 1);
  EXPECT_EQ(report.figures.incidents, 0);
  EXPECT_EQ(report.figures.drills, 1);
}

// ---- Duties ----

TEST_F(DraftTest, FindsTheDayOnWhichARuleFallsDue) {
  AddComplaint("overdue", 9, std::nullopt);
  AddIncident("leak", /*drill=*/false);
  AddIncident("exercise", /*drill=*/true);
  const auto summary = Draft<documents::DutiesModel>("DUTIES", Object());
  const auto about = [&](const std::string& name) {
    std::vector<documents::Duty> found;
    for (const documents::Duty& duty : summary.duties) {
      if (duty.about == "operators/acme/" + name) found.push_back(duty);
    }
    return found;
  };
  ASSERT_EQ(about("complaints/overdue").size(), 1u);
  EXPECT_EQ(about("complaints/overdue")[0].state, documents::DutyState::kOverdue);
  EXPECT_EQ(about("complaints/overdue")[0].due_on->iso, "2026-02-26");
  ASSERT_EQ(about("incidents/leak").size(), 2u);  // to tell, and to close
  EXPECT_EQ(about("incidents/leak")[0].rule, "gdpr.a33-34");
  EXPECT_EQ(about("incidents/leak")[0].due_on->iso, "2026-03-05");
  EXPECT_THAT(about("incidents/exercise"), IsEmpty());
  for (const documents::Duty& duty : summary.duties) EXPECT_FALSE(duty.effort_hours.has_value());
  EXPECT_EQ(json_.Find("hours_left"), nullptr);  // nobody estimated any: nothing is stated
  EXPECT_GT(json_.IntOr("without_estimate", 0), 0);
}

TEST_F(DraftTest, SaysWhenSignsAreDueAgain) {
  model::Signage sign;
  sign.op = testing::World::op();
  sign.site = testing::World::site();
  sign.id = model::SignageId("s1");
  sign.photo_sha256 = std::string(64, 'a');
  sign.attested_by = "desk";
  sign.verified_at = served_.world.clock.Now();
  sign.expires_at = sign.verified_at + 30 * core::kMsPerDay;
  ASSERT_TRUE(served_.registry_service.Create(CallerWith("one"), sign).ok());
  const auto summary = Draft<documents::DutiesModel>("DUTIES", Object().Set("site", kSite));
  const auto found =
      std::find_if(summary.duties.begin(), summary.duties.end(), [](const documents::Duty& duty) {
        return duty.about == "operators/acme/sites/lobby/signage/s1";
      });
  ASSERT_NE(found, summary.duties.end());
  EXPECT_EQ(found->due_on->iso, "2026-04-01");
  EXPECT_EQ(found->state, documents::DutyState::kOpen);
}

// ---- Prefilled ----

TEST_F(DraftTest, FillsASignAndNamesWhatItLacks) {
  const Json request =
      Object().Set("kind", "DOCUMENT_KIND_SIGN").Set("site", kSite).Set("purpose", kPurpose);
  const auto answer = Ask(request);
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  std::vector<std::string> missing;
  for (const Json& path : answer->Find("missing")->AsArray()) missing.push_back(path.AsString());
  EXPECT_THAT(missing, ElementsAre("rights", "notice_url"));
  Json model = *Json::Parse(answer->StringOr("modelJson", ""));
  EXPECT_EQ(model.StringOr("controller", ""), "Acme");
  EXPECT_EQ(model.StringOr("use", ""), "identify");  // there is a lane
  ASSERT_NE(model.Find("alternatives"), nullptr);
  EXPECT_EQ(model.Find("alternatives")->AsArray().at(0).AsString(), "badge reader");
  // What a person adds makes it whole.
  model.Set("notice_url", "https://example.org/n");
  model.Set("rights", Json::MakeArray().Push("withdraw"));
  EXPECT_TRUE(documents::FromJson<documents::SignModel>(model).ok());
}

TEST_F(DraftTest, FillsAFilingWithItsAssessmentAndLeavesTheProseToPeople) {
  served_.world.AddSubject("anna");
  served_.world.Grant("anna");
  served_.world.StoreTemplate("anna");
  const auto answer =
      Ask(Object().Set("kind", "DOCUMENT_KIND_FILING").Set("site", kSite).Set("purpose", kPurpose));
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  const Json model = *Json::Parse(answer->StringOr("modelJson", ""));
  EXPECT_EQ(model.IntOr("stored_people", 0), 1);
  EXPECT_EQ(model.StringOr("necessity", ""), "People open the lobby door without a badge.");
  ASSERT_NE(model.Find("assessment"), nullptr);
  std::vector<std::string> missing;
  for (const Json& path : answer->Find("missing")->AsArray()) missing.push_back(path.AsString());
  for (const char* path : {"authority", "trigger", "due_on", "handler.address", "security",
                           "rules_and_procedures", "assessment.lawfulness_ethics.text"}) {
    EXPECT_THAT(missing, Contains(path));
  }
  EXPECT_THAT(missing, Not(Contains("necessity")));
}

// ---- Incidents ----

TEST_F(DraftTest, AsksTheRulesByWhenWhomToTell) {
  AddIncident("exercise", /*drill=*/true);
  const Json request = Object().Set("incident", "operators/acme/incidents/exercise");
  const auto answer = Ask(Json(request).Set("kind", "DOCUMENT_KIND_NOTIFICATION"));
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  const Json model = *Json::Parse(answer->StringOr("modelJson", ""));
  EXPECT_EQ(model.StringOr("nature", ""), "drill");
  const auto& clocks = model.Find("clocks")->AsArray();
  ASSERT_EQ(clocks.size(), 1u);
  EXPECT_EQ(clocks[0].StringOr("rule", ""), "gdpr.a33-34");
  EXPECT_EQ(clocks[0].StringOr("due_at", ""), "2026-03-05T08:00:00.000Z");  // 72 hours on
  EXPECT_EQ(clocks[0].StringOr("state", ""), "open");
  const auto people = Ask(
      Json(request).Set("kind", "DOCUMENT_KIND_NOTIFICATION").Set("addressee", "ADDRESSEE_PEOPLE"));
  EXPECT_THAT(Json::Parse(people->StringOr("modelJson", ""))->Find("clocks")->AsArray(),
              IsEmpty());  // no rule has them told by a time
}

TEST_F(DraftTest, RecordsHowLongTheStepsOfADrillTook) {
  AddIncident("exercise", /*drill=*/true);
  auto drill =
      served_.registry_service.Get<model::Incident>("operators/acme/incidents/exercise")->resource;
  served_.world.clock.Advance(90'000);
  drill.authority_notified_at = served_.world.clock.Now();
  ASSERT_TRUE(served_.registry_service.Update(CallerWith("one"), drill, 0).ok());
  served_.world.clock.Advance(30'000);
  drill.closed_at = served_.world.clock.Now();
  const auto closed = served_.registry_service.Update(CallerWith("one"), drill, 0);
  ASSERT_TRUE(closed.ok()) << closed.status().ToString();
  const Json entry = EntryAt(closed->log_index);
  EXPECT_EQ(entry.StringOr("type", ""), "registry.incident");
  EXPECT_TRUE(entry.BoolOr("drill", false));
  EXPECT_EQ(entry.Find("took_s")->Dump(), R"({"authority_notified":90,"closed":120})");
}

// ---- What is refused ----

TEST_F(DraftTest, SaysWhatAnOrderLacks) {
  const auto reason = [&](const Json& request) { return Ask(request).status().reason(); };
  EXPECT_EQ(reason(Object()), "BAD_DRAFT");
  EXPECT_EQ(reason(March().Set("kind", "DOCUMENT_KIND_COMPLIANCE")), "BAD_DRAFT");
  EXPECT_EQ(reason(Object().Set("kind", "DOCUMENT_KIND_COMPLIANCE").Set("site", kSite)),
            "BAD_DRAFT");
  EXPECT_EQ(reason(Compliance().Set("kind", "DOCUMENT_KIND_TRANSPARENCY")), "BAD_DRAFT");
  EXPECT_EQ(reason(Compliance().Set("kind", "DOCUMENT_KIND_COMPLIANCE").Set("language_code", "fr")),
            "BAD_DRAFT");
  EXPECT_EQ(
      reason(Compliance().Set("kind", "DOCUMENT_KIND_COMPLIANCE").Set("until_date", "2026-02-01")),
      "BAD_PERIOD");
  EXPECT_EQ(reason(Compliance().Set("kind", "DOCUMENT_KIND_COMPLIANCE").Set("until_date", "soon")),
            "BAD_DATE");
  EXPECT_EQ(reason(Compliance()
                       .Set("kind", "DOCUMENT_KIND_COMPLIANCE")
                       .Set("site", "operators/other/sites/lobby")),
            "OPERATORS_DIFFER");
  EXPECT_EQ(reason(Compliance().Set("kind", "DOCUMENT_KIND_COMPLIANCE").Set("site", kSite + "x")),
            "RESOURCE_NOT_FOUND");
  EXPECT_EQ(
      Ask(Compliance().Set("kind", "DOCUMENT_KIND_COMPLIANCE"), Role::kCamera).status().reason(),
      "ROLE_NOT_ALLOWED");
}

}  // namespace
}  // namespace facegate::rpc
