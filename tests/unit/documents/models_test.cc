#include "facegate/documents/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "documents/describe.h"
#include "unit/documents/shipped.h"

namespace facegate::documents {
namespace {

using core::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Json Sign() { return Example(Kind::kSign, Language::kEnglish); }

template <class M>
std::string Mistake(const Json& json) {
  const core::Status status = FromJson<M>(json).status();
  EXPECT_EQ(status.code(), core::Code::kInvalidArgument);
  EXPECT_EQ(status.reason(), "BAD_DOCUMENT_MODEL");
  return status.message();
}

std::string MistakeWith(const std::string& member, Json value) {
  Json json = Sign();
  json.Set(member, std::move(value));
  return Mistake<SignModel>(json);
}

TEST(DocumentModel, ReadsWhatItWrites) {
  for (const Language language : kLanguages) {
    for (const Kind kind : kKinds) {
      WithModelOf(kind, [&](const auto& blank) {
        using M = std::decay_t<decltype(blank)>;
        const auto model = FromJson<M>(Example(kind, language));
        ASSERT_TRUE(model.ok()) << model.status().ToString();
        const Json written = ToJson(*model);
        const auto again = FromJson<M>(written);
        ASSERT_TRUE(again.ok()) << again.status().ToString();
        EXPECT_EQ(ToJson(*again), written);
        // Nothing of the example was lost.
        const Json given = Example(kind, language);
        for (const auto& [name, value] : given.AsObject()) {
          EXPECT_NE(written.Find(name), nullptr) << name;
        }
      });
    }
  }
}

TEST(DocumentModel, NamesWhatIsMissing) {
  EXPECT_EQ(Mistake<SignModel>(Json::MakeObject()), "dated: is missing");
  EXPECT_EQ(MistakeWith("controller", Json()), "controller: is missing");
  Json filing = Example(Kind::kFiling, Language::kEnglish);
  const auto purposes = Json::Parse(R"([{"name": "a", "version": 1}])");
  filing.Set("purposes", *purposes);
  EXPECT_EQ(Mistake<FilingModel>(filing), "purposes[0].category: is missing");
  EXPECT_EQ(Mistake<SignModel>(Json("text")), "the model: expected an object");
}

TEST(DocumentModel, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(MistakeWith("retentoin", "30 days"),
            "retentoin: is unknown (did you mean \"retention\"?)");
}

TEST(DocumentModel, RefusesWhatIsNoTextForPeople) {
  EXPECT_EQ(MistakeWith("purpose", 7), "purpose: expected a text");
  EXPECT_EQ(MistakeWith("purpose", " \n"), "purpose: is empty");
  EXPECT_EQ(MistakeWith("purpose", std::string("a\x01")), "purpose: has a control character");
  EXPECT_EQ(MistakeWith("purpose", "safe \u202Eelif\u202C"), "purpose: has a control character");
  EXPECT_EQ(MistakeWith("purpose", std::string(20'001, 'a')), "purpose: longer than 20000 bytes");
  EXPECT_EQ(MistakeWith("rights", Json::Array{"see", ""}), "rights[1]: is empty");
}

TEST(DocumentModel, RefusesWhatIsNoDayNumberOrWord) {
  EXPECT_THAT(MistakeWith("dated", "2025-02-30"), HasSubstr("dated: expected a day"));
  EXPECT_THAT(MistakeWith("dated", "1.7.2025"), HasSubstr("dated: expected a day"));
  EXPECT_EQ(MistakeWith("use", "identfy"),
            "use: expected one of verify identify (did you mean \"identify\"?)");
  Json leaflet = Example(Kind::kLeaflet, Language::kEnglish);
  leaflet.Set("guardian_age", 0);
  EXPECT_EQ(Mistake<LeafletModel>(leaflet), "guardian_age: expected at least 1");
  leaflet.Set("guardian_age", -3);
  EXPECT_THAT(Mistake<LeafletModel>(leaflet), HasSubstr("expected a whole number"));
  leaflet.Set("guardian_age", 13.5);
  EXPECT_THAT(Mistake<LeafletModel>(leaflet), HasSubstr("expected a whole number"));
}

TEST(DocumentModel, RefusesAListWithoutTheEntryItNeeds) {
  EXPECT_EQ(MistakeWith("alternatives", Json::MakeArray()),
            "alternatives: expected at least one entry");
  EXPECT_EQ(MistakeWith("alternatives", Json()), "alternatives: expected at least one entry");
  EXPECT_EQ(MistakeWith("alternatives", "card"), "alternatives: expected a list");
}

TEST(DocumentModel, RefusesWhatIsNoWebAddress) {
  EXPECT_THAT(MistakeWith("notice_url", "www.example.org"), HasSubstr("does not begin with"));
  EXPECT_THAT(MistakeWith("notice_url", "https://"), HasSubstr("names no host"));
  EXPECT_THAT(MistakeWith("notice_url", "javascript:alert(1)"), HasSubstr("does not begin with"));
  EXPECT_THAT(MistakeWith("notice_url", "https://example.org/a b"), HasSubstr("%XX"));
  EXPECT_THAT(MistakeWith("notice_url", "https://" + std::string(300, 'a')), HasSubstr("longer"));
}

TEST(DocumentModel, ChecksAStructFilledByHand) {
  SignModel sign = *FromJson<SignModel>(Sign());
  EXPECT_TRUE(Check(sign).ok());
  sign.purpose = "\xff";
  EXPECT_EQ(Check(sign).message(), "purpose: is not UTF-8");
  sign.purpose = "\xc0\xaf";  // an overlong "/"
  EXPECT_EQ(Check(sign).message(), "purpose: is not UTF-8");
  sign.purpose = "a";
  sign.alternatives.clear();
  EXPECT_EQ(Check(sign).message(), "alternatives: expected at least one entry");
}

TEST(AssessmentModel, CoversTheHeadsThatSomebodyWrote) {
  AssessmentModel assessment;
  EXPECT_THAT(SectionsOf(assessment), ElementsAre());
  assessment.leak_risk_and_harm.text = "a";
  assessment.lawfulness_ethics.evidence = {"a"};  // evidence alone is no conclusion
  EXPECT_THAT(SectionsOf(assessment), ElementsAre("leak_risk_and_harm"));
}

AssessmentModel WholeAssessment() {
  AssessmentModel a;
  for (Head* head :
       {&a.lawfulness_ethics, &a.purpose_necessity, &a.accuracy_distance_limits,
        &a.safeguards_proportionate, &a.leak_risk_and_harm, &a.rights_impact_and_mitigation}) {
    head->text = "a";
  }
  return a;
}

FilingModel WholeFiling(Regime regime) {
  FilingModel f;
  f.regime = regime;
  f.handler = {"a", "a", "a", "a", "a"};
  f.officer = Officer{"a", "a"};
  f.necessity = f.method = f.security = f.rules_and_procedures = "a";
  f.purposes.push_back({});
  f.counting_method = "a";
  f.assessment = WholeAssessment();
  return f;
}

TEST(FilingModel, IsCompleteWithTheDocumentsOfItsRegime) {
  // What rules cn23.a16.file-docs and cn25.a15.file-docs ask for.
  EXPECT_THAT(
      CompleteDocsOf(WholeFiling(Regime::kCn23)),
      ::testing::IsSupersetOf({"handler_basics", "pi_officer", "necessity_statement",
                               "purpose_and_method", "rules_and_procedures", "pia_report"}));
  EXPECT_THAT(
      CompleteDocsOf(WholeFiling(Regime::kCn25)),
      ::testing::IsSupersetOf({"handler_basics", "purpose_and_method", "stored_count_and_security",
                               "rules_and_procedures", "pia_report"}));
}

PartState StateOf(const FilingModel& filing, FiledDocument document) {
  return StatesOf(filing)[static_cast<std::size_t>(document)].state;
}

TEST(FilingModel, LacksTheDocumentWhosePartIsNotWritten) {
  const std::pair<FiledDocument, void (*)(FilingModel&)> cases[] = {
      {FiledDocument::kHandlerBasics, [](FilingModel& f) { f.handler.registration.reset(); }},
      {FiledDocument::kHandlerBasics, [](FilingModel& f) { f.handler.representative.reset(); }},
      {FiledDocument::kPiOfficer, [](FilingModel& f) { f.officer.reset(); }},
      {FiledDocument::kNecessityStatement, [](FilingModel& f) { f.necessity.reset(); }},
      {FiledDocument::kPurposeAndMethod, [](FilingModel& f) { f.method.reset(); }},
      {FiledDocument::kRulesAndProcedures, [](FilingModel& f) { f.rules_and_procedures.reset(); }},
      {FiledDocument::kPiaReport, [](FilingModel& f) { f.assessment.reset(); }},
      {FiledDocument::kPiaReport,
       [](FilingModel& f) { f.assessment->lawfulness_ethics.text.reset(); }},
  };
  for (const auto& [document, spoil] : cases) {
    FilingModel filing = WholeFiling(Regime::kCn23);
    EXPECT_EQ(StateOf(filing, document), PartState::kComplete);
    spoil(filing);
    EXPECT_EQ(StateOf(filing, document), PartState::kToBeWritten) << WordOf(document);
  }
}

TEST(FilingModel, NeedsFourHeadsOfTheAssessmentUnderTheMeasures) {
  FilingModel filing = WholeFiling(Regime::kCn25);
  filing.assessment->lawfulness_ethics.text.reset();
  filing.assessment->accuracy_distance_limits.text.reset();
  EXPECT_EQ(StateOf(filing, FiledDocument::kPiaReport), PartState::kComplete);
  filing.assessment->leak_risk_and_harm.text.reset();
  EXPECT_EQ(StateOf(filing, FiledDocument::kPiaReport), PartState::kToBeWritten);
}

TEST(FilingModel, DoesNotAskForWhatItsRegimeDoesNot) {
  FilingModel filing = WholeFiling(Regime::kCn25);
  filing.officer.reset();
  filing.security.reset();
  EXPECT_EQ(StateOf(filing, FiledDocument::kPiOfficer), PartState::kNotRequired);
  EXPECT_EQ(StateOf(filing, FiledDocument::kStoredCountAndSecurity), PartState::kToBeWritten);
  filing.regime = Regime::kCn23;
  EXPECT_EQ(StateOf(filing, FiledDocument::kPiOfficer), PartState::kToBeWritten);
  EXPECT_EQ(StateOf(filing, FiledDocument::kStoredCountAndSecurity), PartState::kNotRequired);
}

TEST(NoticeModel, HasTheFieldsThatTheMeasuresAskFor) {
  NoticeModel notice;
  // Rule cn25.a05.notice.
  EXPECT_THAT(
      FieldsOf(notice),
      ::testing::IsSupersetOf({"handler_name", "handler_contact", "purpose", "method", "retention",
                               "necessity", "impact_on_rights", "rights_procedure"}));
  EXPECT_THAT(FieldsOf(notice), ::testing::Not(::testing::Contains("recipients")));
  notice.recipients = "nobody";
  EXPECT_THAT(FieldsOf(notice), ::testing::Contains("recipients"));
}

TEST(ComplianceModel, CountsItsRules) {
  const auto model = FromJson<ComplianceModel>(Example(Kind::kCompliance, Language::kEnglish));
  const Json json = ToJson(*model);
  EXPECT_EQ(json.IntOr("met", -1), 2);
  EXPECT_EQ(json.IntOr("unmet", -1), 1);
  EXPECT_EQ(json.IntOr("not_applicable", -1), 1);
  EXPECT_EQ(json.IntOr("not_checked", -1), 1);
  EXPECT_EQ(json.Find("duties")->AsArray().size(), 2u);
}

TEST(DutiesModel, AddsUpWhatIsLeft) {
  DutiesModel model = *FromJson<DutiesModel>(Example(Kind::kDuties, Language::kEnglish));
  Json json = ToJson(model);
  EXPECT_EQ(json.IntOr("total", -1), 4);
  EXPECT_EQ(json.IntOr("open", -1), 2);
  EXPECT_EQ(json.IntOr("overdue", -1), 1);
  EXPECT_EQ(json.IntOr("done", -1), 1);
  EXPECT_EQ(json.IntOr("hours_left", -1), 2 + 24 + 8);
  EXPECT_EQ(json.IntOr("cost_left", -1), 34 * 300);
  EXPECT_EQ(json.StringOr("next_due_on", ""), "2025-09-29");
  EXPECT_EQ(json.IntOr("without_estimate", -1), 0);
  model.duties[2].effort_hours.reset();
  model.hourly_rate.reset();
  json = ToJson(model);
  EXPECT_EQ(json.IntOr("without_estimate", -1), 1);
  EXPECT_EQ(json.Find("cost_left"), nullptr);
}

TEST(DutiesModel, StatesNoHoursWhereNobodyEstimatedAny) {
  DutiesModel model = *FromJson<DutiesModel>(Example(Kind::kDuties, Language::kEnglish));
  for (Duty& duty : model.duties) duty.effort_hours.reset();
  EXPECT_EQ(ToJson(model).Find("hours_left"), nullptr);
  EXPECT_EQ(ToJson(model).Find("cost_left"), nullptr);
  model.duties.clear();
  EXPECT_EQ(ToJson(model).IntOr("hours_left", -1), 0);  // nothing is left
}

TEST(Unfilled, NamesWhatIsNeededAndWhatOnlyPeopleWrite) {
  EXPECT_EQ(Unfilled(SignModel{}),
            (std::vector<std::string>{"dated", "controller", "contact", "purpose", "retention",
                                      "rights", "alternatives", "notice_url"}));
  FilingModel filing = *FromJson<FilingModel>(Example(Kind::kFiling, Language::kEnglish));
  filing.purposes[0].sites.clear();
  filing.officer = Officer{"", "desk"};
  const std::vector<std::string> paths = Unfilled(filing);
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "purposes[0].sites"), 1);
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "officer.name"), 1);
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "rules_and_procedures"), 1);
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "assessment.privacy"), 1);
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "handler.name"), 0);
}

TEST(TransparencyModel, AddsUpTheUses) {
  const auto model = FromJson<TransparencyModel>(Example(Kind::kTransparency, Language::kEnglish));
  EXPECT_EQ(ToJson(*model).IntOr("exemption_uses", -1), 5);
}

}  // namespace
}  // namespace facegate::documents
