// What a document says comes from the registers, the rules in force and the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "facegate/documents/models.h"
#include "facegate/dossier/drafter.h"
#include "facegate/model/compliance.h"
#include "facegate/model/duties.h"
#include "facegate/registry/registry_service.h"
#include "facegate/wording/wording.h"
#include "support/world/packs.h"
#include "support/world/world.h"

namespace facegate::dossier {
namespace {

using core::Json;
using model::Role;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kConfig = FACEGATE_SOURCE_DIR "/config";

class DraftTest : public ::testing::Test {
 protected:
  // facegate's own rules and Europe's: the lobby is in Germany.
  DraftTest() {
    world_.engine->Reload(testing::ShippedRules({"core", "gdpr"}));
    model::Operator op{testing::World::op(), "Acme"};
    op.complaint_channel = "privacy desk, hall 1";
    world_.Register(op);
  }

  // An order of what the world has; a test narrows it.
  static Order OrderOf(documents::Kind kind) {
    Order order;
    order.kind = kind;
    order.op = testing::World::op();
    return order;
  }
  static model::Date Day(const char* text) { return *model::ParseDate(text); }
  static Order InMarch(documents::Kind kind) {  // the fake clock begins on its second day
    Order order = OrderOf(kind);
    order.period = Period{Day("2026-03-01"), Day("2026-03-31")};
    return order;
  }
  static Order Compliance() {
    Order order = InMarch(documents::Kind::kCompliance);
    order.site = testing::World::site();
    return order;
  }
  static Order AtTheDoor(documents::Kind kind) {
    Order order = OrderOf(kind);
    order.site = testing::World::site();
    order.purpose = testing::World::purpose();
    return order;
  }
  std::string ReasonOf(const Order& order) const {
    return drafter_.Make(order, core::NoDeadline()).status().reason();
  }
  // Keeps the model as JSON, and what it lacks.
  void Make(const Order& order) {
    const auto draft = drafter_.Make(order, core::NoDeadline());
    EXPECT_TRUE(draft.ok()) << draft.status().ToString();
    FG_CHECK(draft.ok());
    json_ = draft->model;
    missing_ = draft->missing;
  }
  template <class M>
  M Draft(const Order& order) {
    Make(order);
    const auto model = documents::FromJson<M>(json_);
    EXPECT_TRUE(model.ok()) << model.status().ToString();
    return model.ok() ? *model : M{};
  }

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
    exemption.expires_at = world_.clock.Now() + days * core::kMsPerDay;
    const std::string name = "operators/acme/exemptions/" + id;
    FG_CHECK(registry_.Create(CallerWith("one"), exemption).ok());
    FG_CHECK(registry_.AttestExemption(CallerWith("one"), name).ok());
    FG_CHECK(registry_.AttestExemption(CallerWith("two"), name).ok());
  }
  // Records a refusal; gives its index.
  std::uint64_t Refuse(const std::string& subject) {
    const auto answer =
        world_.ledger->Commit(world_.DenialFor(world_.VerifyClaim(subject)), audit::Outcome{});
    FG_CHECK(answer.ok());
    return answer->receipt().index;
  }
  // Registers an assessment of the purpose; gives its record.
  std::uint64_t Assess() {
    model::Assessment assessment;
    assessment.op = testing::World::op();
    assessment.purpose = testing::World::purpose();
    assessment.id = model::AssessmentId("a1");
    assessment.approved_by = "officer";
    assessment.approved_on = Today();
    assessment.retained_until = model::AddYears(Today(), 4);
    const auto made = registry_.Create(CallerWith("one"), assessment);
    FG_CHECK(made.ok());
    return made->log_index;
  }
  model::Date Today() const { return model::DateOf(world_.clock.Now()); }
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
    FG_CHECK(registry_.Create(CallerWith("one"), complaint).ok());
  }
  void AddIncident(const std::string& id, bool drill) {
    model::Incident incident;
    incident.op = testing::World::op();
    incident.id = model::IncidentId(id);
    incident.kind = model::IncidentKind::kLeak;
    incident.drill = drill;
    incident.detected_at = world_.clock.Now();
    FG_CHECK(registry_.Create(CallerWith("one"), incident).ok());
  }
  Json EntryAt(std::uint64_t index) const {
    const auto entries = world_.store->ReadEntries(testing::World::op(), index, 1);
    const std::string& entry = entries->front().entry;
    return *Json::Parse(std::string_view(entry).substr(0, entry.find('\n')));
  }

  testing::World world_;
  registry::RegistryService registry_{
      *world_.store, *world_.ledger, world_.clock, *world_.engine,
      *wording::Wordlist::Load(kConfig + "/documents/wording.yaml")};
  const Drafter drafter_{*world_.store, *world_.engine, world_.clock};
  std::vector<std::string> missing_;
  Json json_;
};

// ---- Compliance ----

TEST_F(DraftTest, NamesTheRefusalsOfAPeriodByTheirRule) {
  const std::uint64_t refusal = Refuse("nobody");
  const auto report = Draft<documents::ComplianceModel>(Compliance());
  const auto& rule = RuleIn(report, "core.consent-before-template");
  EXPECT_EQ(rule.state, documents::RuleState::kMet);  // nobody was let through
  EXPECT_THAT(rule.records, Contains(refusal));
  EXPECT_THAT(*rule.evidence, HasSubstr("Decisions in the period: 1; refused for it: 1."));
  EXPECT_THAT(missing_, IsEmpty());

  Order before = Compliance();
  before.period = Period{Day("2026-02-01"), Day("2026-03-01")};
  const auto later = Draft<documents::ComplianceModel>(before);
  const auto& then = RuleIn(later, "core.consent-before-template");
  EXPECT_THAT(then.records, Not(Contains(refusal)));
  EXPECT_EQ(then.state, documents::RuleState::kNotChecked);  // nobody came in that period
}

TEST_F(DraftTest, TellsWhatIsUnmetWithItsDutyAndWhatGaveTheEvidence) {
  auto report = Draft<documents::ComplianceModel>(Compliance());
  EXPECT_EQ(RuleIn(report, "gdpr.a35").state, documents::RuleState::kUnmet);
  EXPECT_EQ(RuleIn(report, "gdpr.a35").duty, "assess the purpose in its present version");

  const std::uint64_t made = Assess();
  report = Draft<documents::ComplianceModel>(Compliance());
  const auto& met = RuleIn(report, "gdpr.a35");
  EXPECT_EQ(met.state, documents::RuleState::kMet);
  EXPECT_THAT(met.records, Contains(made));
  EXPECT_THAT(*met.evidence, HasSubstr("assessment in record " + std::to_string(made)));
  EXPECT_FALSE(met.duty.has_value());
}

TEST_F(DraftTest, SaysNothingOfAPeriodAfterWhichTheRegisterChanged) {
  Order then = Compliance();
  then.period = Period{Day("2026-03-01"), Day("2026-03-02")};
  const auto settled = Draft<documents::ComplianceModel>(then);
  EXPECT_EQ(RuleIn(settled, "gdpr.a35").state, documents::RuleState::kUnmet);

  world_.clock.Advance(5 * core::kMsPerDay);
  const std::uint64_t made = Assess();
  const auto report = Draft<documents::ComplianceModel>(then);
  const auto& unknown = RuleIn(report, "gdpr.a35");
  EXPECT_EQ(unknown.state, documents::RuleState::kNotChecked);
  EXPECT_THAT(*unknown.evidence, HasSubstr("does not tell: record " + std::to_string(made)));
  EXPECT_THAT(unknown.records, Not(Contains(made)));
  EXPECT_EQ(RuleIn(Draft<documents::ComplianceModel>(Compliance()), "gdpr.a35").state,
            documents::RuleState::kMet);
}

TEST_F(DraftTest, LeavesToPeopleWhatNoMachineChecks) {
  Order order = Compliance();
  order.language = documents::Language::kChinese;
  const auto report = Draft<documents::ComplianceModel>(order);
  std::size_t not_checked = 0;
  for (const documents::RuleResult& rule : report.rules) {
    if (rule.state == documents::RuleState::kNotChecked) ++not_checked;
    EXPECT_THAT(rule.evidence.value_or(""), Not(HasSubstr("Decisions in the period")));
  }
  EXPECT_GT(not_checked, 0u);
  EXPECT_EQ(report.packs.size(), 2u);
  EXPECT_EQ(report.log.size,
            static_cast<std::int64_t>(world_.store->GetLogHead({testing::World::op()})->size));
}

// ---- Transparency ----

TEST_F(DraftTest, CountsTheUsesOfAnExemptionFromTheLog) {
  Refuse("nobody");
  StandExemption("used", 3);
  const std::uint64_t first = Refuse("nobody");
  const std::uint64_t second = Refuse("nobody");
  const auto report = Draft<documents::TransparencyModel>(InMarch(documents::Kind::kTransparency));
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
  auto exemption = registry_.Get<model::Exemption>("operators/acme/exemptions/short");
  exemption->resource.withdrawn = true;
  world_.clock.Advance(core::kMsPerDay);
  ASSERT_TRUE(registry_.Update(CallerWith("one"), exemption->resource, 0).ok());
  const auto report = Draft<documents::TransparencyModel>(InMarch(documents::Kind::kTransparency));
  ASSERT_EQ(report.exemptions.size(), 1u);
  EXPECT_EQ(report.exemptions[0].expires_on.iso, "2026-03-03");
  Order order = InMarch(documents::Kind::kTransparency);
  order.period->from = Day("2026-03-04");
  world_.clock.Advance(core::kMsPerDay);
  const auto later = Draft<documents::TransparencyModel>(order);
  EXPECT_THAT(later.exemptions, IsEmpty());
}

TEST_F(DraftTest, TellsWhatWasAnsweredInTimeAndCountsNoDrill) {
  AddComplaint("in-time", 4, 1);
  AddComplaint("late", 20, 1);
  AddComplaint("open", 1, std::nullopt);
  AddComplaint("overdue", 9, std::nullopt);
  AddIncident("exercise", /*drill=*/true);
  Order order = InMarch(documents::Kind::kTransparency);
  order.period->from = Day("2026-01-01");
  const auto report = Draft<documents::TransparencyModel>(order);
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
  const auto summary = Draft<documents::DutiesModel>(OrderOf(documents::Kind::kDuties));
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
  sign.verified_at = world_.clock.Now();
  sign.expires_at = sign.verified_at + 30 * core::kMsPerDay;
  ASSERT_TRUE(registry_.Create(CallerWith("one"), sign).ok());
  Order order = OrderOf(documents::Kind::kDuties);
  order.site = testing::World::site();
  const auto summary = Draft<documents::DutiesModel>(order);
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
  Make(AtTheDoor(documents::Kind::kSign));
  EXPECT_THAT(missing_, ElementsAre("rights", "notice_url"));
  EXPECT_EQ(json_.StringOr("controller", ""), "Acme");
  EXPECT_EQ(json_.StringOr("use", ""), "identify");  // there is a lane
  ASSERT_NE(json_.Find("alternatives"), nullptr);
  EXPECT_EQ(json_.Find("alternatives")->AsArray().at(0).AsString(), "badge reader");
  EXPECT_FALSE(documents::FromJson<documents::SignModel>(json_).ok());
  // What a person adds makes it whole.
  json_.Set("notice_url", "https://example.org/n");
  json_.Set("rights", Json::MakeArray().Push("withdraw"));
  EXPECT_TRUE(documents::FromJson<documents::SignModel>(json_).ok());
}

TEST_F(DraftTest, FillsANoticeFromThePurpose) {
  Make(AtTheDoor(documents::Kind::kNotice));
  EXPECT_EQ(json_.StringOr("necessity", ""), "People open the lobby door without a badge.");
  EXPECT_EQ(json_.StringOr("complaint_route", ""), "privacy desk, hall 1");
  EXPECT_THAT(missing_, Contains("controller.address"));
  EXPECT_THAT(missing_, Not(Contains("purpose")));
}

TEST_F(DraftTest, FillsAFilingWithItsAssessmentAndLeavesTheProseToPeople) {
  world_.AddSubject("anna");
  world_.Grant("anna");
  world_.StoreTemplate("anna");
  Make(AtTheDoor(documents::Kind::kFiling));
  EXPECT_EQ(json_.IntOr("stored_people", 0), 1);
  EXPECT_EQ(json_.StringOr("necessity", ""), "People open the lobby door without a badge.");
  ASSERT_NE(json_.Find("assessment"), nullptr);
  for (const char* path : {"authority", "trigger", "due_on", "handler.address", "security",
                           "rules_and_procedures", "assessment.lawfulness_ethics.text"}) {
    EXPECT_THAT(missing_, Contains(path));
  }
  EXPECT_THAT(missing_, Not(Contains("necessity")));
}

// ---- Incidents ----

TEST_F(DraftTest, AsksTheRulesByWhenWhomToTell) {
  AddIncident("exercise", /*drill=*/true);
  Order order = OrderOf(documents::Kind::kNotification);
  order.incident = model::IncidentId("exercise");
  const auto told = Draft<documents::NotificationModel>(order);
  EXPECT_EQ(told.nature, documents::IncidentNature::kDrill);
  ASSERT_EQ(told.clocks.size(), 1u);
  EXPECT_EQ(told.clocks[0].rule, "gdpr.a33-34");
  EXPECT_EQ(told.clocks[0].due_at, "2026-03-05T08:00:00.000Z");  // 72 hours on
  EXPECT_EQ(told.clocks[0].state, documents::DutyState::kOpen);
  world_.clock.Advance(3 * core::kMsPerDay + 1);
  EXPECT_EQ(Draft<documents::NotificationModel>(order).clocks[0].state,
            documents::DutyState::kOverdue);
  order.addressee = documents::Addressee::kPeople;  // no rule has them told by a time
  EXPECT_THAT(Draft<documents::NotificationModel>(order).clocks, IsEmpty());
  EXPECT_THAT(missing_, ElementsAre("what_happened", "consequences", "measures", "advice"));
}

TEST_F(DraftTest, RecordsHowLongTheStepsOfADrillTook) {
  AddIncident("exercise", /*drill=*/true);
  auto drill = registry_.Get<model::Incident>("operators/acme/incidents/exercise")->resource;
  world_.clock.Advance(90'000);
  drill.authority_notified_at = world_.clock.Now();
  ASSERT_TRUE(registry_.Update(CallerWith("one"), drill, 0).ok());
  world_.clock.Advance(30'000);
  drill.closed_at = world_.clock.Now();
  const auto closed = registry_.Update(CallerWith("one"), drill, 0);
  ASSERT_TRUE(closed.ok()) << closed.status().ToString();
  const Json entry = EntryAt(closed->log_index);
  EXPECT_EQ(entry.StringOr("type", ""), "registry.incident");
  EXPECT_TRUE(entry.BoolOr("drill", false));
  EXPECT_EQ(entry.Find("took_s")->Dump(), R"({"authority_notified":90,"closed":120})");
}

// ---- What is refused ----

TEST_F(DraftTest, SaysWhatAnOrderLacks) {
  EXPECT_EQ(ReasonOf(InMarch(documents::Kind::kCompliance)), "BAD_DRAFT");  // no site
  EXPECT_EQ(ReasonOf(OrderOf(documents::Kind::kTransparency)), "BAD_DRAFT");
  EXPECT_EQ(ReasonOf(AtTheDoor(documents::Kind::kDuties)), "BAD_DRAFT");  // not of a purpose
  EXPECT_EQ(ReasonOf(OrderOf(documents::Kind::kLeaflet)), "BAD_DRAFT");
  Order order = Compliance();
  order.period->until = Day("2026-02-01");
  EXPECT_EQ(ReasonOf(order), "BAD_PERIOD");
  order.period = Period{Day("2026-03-03"), Day("2026-03-31")};  // tomorrow
  EXPECT_EQ(ReasonOf(order), "BAD_PERIOD");
  order = Compliance();
  order.site = model::SiteId("roof");
  EXPECT_EQ(ReasonOf(order), "RESOURCE_NOT_FOUND");
}

// A long log is not read for somebody who went away.
TEST_F(DraftTest, StopsWhenTheCallerDoesNotWait) {
  class Gone final : public core::Deadline {
    core::Status Check() const override {
      return core::Status(core::Code::kCancelled, "CANCELLED", "gone");
    }
  };
  for (const Order& order : {Compliance(), InMarch(documents::Kind::kTransparency)}) {
    EXPECT_EQ(drafter_.Make(order, Gone()).status().reason(), "CANCELLED");
  }
}

}  // namespace
}  // namespace facegate::dossier
