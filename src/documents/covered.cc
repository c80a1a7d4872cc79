// Which words of the rules' vocabulary a document covers.
#include "documents/describe.h"

namespace facegate::documents {
namespace {

// A filing under the draft carries the officer and the statement of need as documents of their own;
// the Measures ask for the stored count instead.
bool IsRequired(FiledDocument document, Regime regime) {
  switch (document) {
    case FiledDocument::kPiOfficer:
    case FiledDocument::kNecessityStatement:
      return regime == Regime::kCn23;
    case FiledDocument::kStoredCountAndSecurity:
      return regime == Regime::kCn25;
    default:
      return true;
  }
}

constexpr std::string_view kHeads[] = {"lawfulness_ethics",        "purpose_necessity",
                                       "accuracy_distance_limits", "safeguards_proportionate",
                                       "leak_risk_and_harm",       "rights_impact_and_mitigation"};
// What the Measures of 2025 ask for.
constexpr std::size_t kHeadsOfTheMeasures = 4;

bool CoversAllHeads(const FilingModel& filing) {
  if (!filing.assessment) return false;
  const std::size_t written = SectionsOf(*filing.assessment).size();
  if (filing.regime == Regime::kCn23) return written == std::size(kHeads);
  const AssessmentModel& a = *filing.assessment;
  return CountIf(std::vector<const Head*>{&a.purpose_necessity, &a.rights_impact_and_mitigation,
                                          &a.leak_risk_and_harm, &a.safeguards_proportionate},
                 [](const Head* head) { return head->text.has_value(); }) == kHeadsOfTheMeasures;
}

bool IsWritten(const FilingModel& filing, FiledDocument document) {
  switch (document) {
    case FiledDocument::kHandlerBasics:
      return filing.handler.registration && filing.handler.representative;
    case FiledDocument::kPiOfficer:
      return filing.officer.has_value();
    case FiledDocument::kNecessityStatement:
      return filing.necessity.has_value();
    case FiledDocument::kPurposeAndMethod:
      return !filing.purposes.empty() && filing.method;
    case FiledDocument::kStoredCountAndSecurity:
      return !filing.counting_method.empty() && filing.security;
    case FiledDocument::kRulesAndProcedures:
      return filing.rules_and_procedures.has_value();
    case FiledDocument::kPiaReport:
      return CoversAllHeads(filing);
  }
  FG_CHECK(false);
}

}  // namespace

std::vector<std::string> SectionsOf(const AssessmentModel& assessment) {
  const Head* heads[] = {
      &assessment.lawfulness_ethics,        &assessment.purpose_necessity,
      &assessment.accuracy_distance_limits, &assessment.safeguards_proportionate,
      &assessment.leak_risk_and_harm,       &assessment.rights_impact_and_mitigation};
  std::vector<std::string> sections;
  for (std::size_t i = 0; i < std::size(kHeads); ++i) {
    if (heads[i]->text) sections.emplace_back(kHeads[i]);
  }
  return sections;
}

std::vector<FiledState> StatesOf(const FilingModel& filing) {
  std::vector<FiledState> states;
  for (std::size_t i = 0; i < WordsFor(FiledDocument{}).words.size(); ++i) {
    const auto document = static_cast<FiledDocument>(i);
    const PartState state = IsWritten(filing, document)           ? PartState::kComplete
                            : IsRequired(document, filing.regime) ? PartState::kToBeWritten
                                                                  : PartState::kNotRequired;
    states.push_back({document, state});
  }
  return states;
}

std::vector<std::string> CompleteDocsOf(const FilingModel& filing) {
  std::vector<std::string> docs;
  for (const FiledState& state : StatesOf(filing)) {
    if (state.state == PartState::kComplete) docs.emplace_back(WordOf(state.document));
  }
  return docs;
}

std::vector<std::string> FieldsOf(const NoticeModel& notice) {
  // The members that every notice has.
  std::vector<std::string> fields{
      "handler_name", "handler_contact", "purpose",          "method",           "data_kind",
      "retention",    "necessity",       "impact_on_rights", "rights_procedure", "term_of_storage"};
  const std::pair<std::string_view, bool> optional[] = {
      {"recipients", notice.recipients.has_value()},
      {"legal_basis", notice.legal_basis.has_value()},
      {"dpo_contact", notice.officer.has_value()},
      {"transfer", notice.transfer.has_value()},
      {"complaint_route", notice.complaint_route.has_value()},
      {"automated_decision", notice.automated_decision.has_value()},
  };
  for (const auto& [word, there] : optional) {
    if (there) fields.emplace_back(word);
  }
  return fields;
}

std::vector<std::string> FieldsOf(const SignModel&) {
  return {"controller", "purpose", "rights", "retention_or_link", "contact"};
}

}  // namespace facegate::documents
