// The words of the enums, as the rules' vocabulary has them.
#include "documents/describe.h"

namespace facegate::documents {
namespace {

constexpr std::string_view kFaceUses[] = {"verify", "identify"};
constexpr std::string_view kRegimes[] = {"cn23", "cn25"};
constexpr std::string_view kFilingKinds[] = {"first", "change", "cancellation"};
constexpr std::string_view kFiledDocuments[] = {"handler_basics",
                                                "pi_officer",
                                                "necessity_statement",
                                                "purpose_and_method",
                                                "stored_count_and_security",
                                                "rules_and_procedures",
                                                "pia_report"};
constexpr std::string_view kPartStates[] = {"complete", "to_be_written", "not_required"};
constexpr std::string_view kExemptionKinds[] = {"law_requires_fr",
                                                "law_waives_consent",
                                                "national_security",
                                                "public_safety",
                                                "emergency_life_health_property",
                                                "public_health",
                                                "medical_or_safety",
                                                "crime_victim_or_missing_person_search",
                                                "serious_crime_suspect"};
constexpr std::string_view kRuleStates[] = {"met", "unmet", "not_applicable", "not_checked"};
constexpr std::string_view kPackStatuses[] = {"draft", "in_force", "guidance", "superseded"};
constexpr std::string_view kDutyStates[] = {"open", "overdue", "done"};
constexpr std::string_view kComplaintKinds[] = {"pressure",    "no_alternative", "no_consent",
                                                "wrong_match", "data_handling",  "other"};
constexpr std::string_view kRightsKinds[] = {"access",      "copy",        "correction",
                                             "deletion",    "withdrawal",  "objection",
                                             "portability", "explanation", "human_review"};
constexpr std::string_view kDisclosureBases[] = {"none",
                                                 "consent",
                                                 "statute",
                                                 "warrant",
                                                 "completes_requested_transaction",
                                                 "processor_contract"};
constexpr std::string_view kIncidentKinds[] = {"leak",   "tampering", "loss",
                                               "misuse", "outage",    "other"};
constexpr std::string_view kIncidentNatures[] = {"real", "drill"};
constexpr std::string_view kAddressees[] = {"authority", "people"};
constexpr std::string_view kConsentStates[] = {"requested", "granted", "refused",
                                               "withdrawn", "expired", "superseded"};
constexpr std::string_view kRecordMatters[] = {
    "decision", "enrolment", "consent", "registration", "restriction", "export", "image", "other"};
constexpr std::string_view kRecordAnswers[] = {"allowed", "sent_another_way", "denied"};
constexpr std::string_view kKindWords[] = {"filing",       "assessment",   "sign",       "notice",
                                           "leaflet",      "transparency", "compliance", "duties",
                                           "notification", "receipt",      "access",     "erasure"};
constexpr std::string_view kLanguageWords[] = {"en", "zh"};

template <class E>
std::string_view Word(E v) {
  return WordsFor(v).words[static_cast<std::size_t>(v)];
}

}  // namespace

WordTable WordsFor(FaceUse) { return {"face_use", kFaceUses}; }
WordTable WordsFor(Regime) { return {"regime", kRegimes}; }
WordTable WordsFor(FilingKind) { return {"filing_kind", kFilingKinds}; }
WordTable WordsFor(FiledDocument) { return {"filed_document", kFiledDocuments}; }
WordTable WordsFor(PartState) { return {"part_state", kPartStates}; }
WordTable WordsFor(ExemptionKind) { return {"exemption_kind", kExemptionKinds}; }
WordTable WordsFor(RuleState) { return {"rule_state", kRuleStates}; }
WordTable WordsFor(PackStatus) { return {"pack_status", kPackStatuses}; }
WordTable WordsFor(DutyState) { return {"duty_state", kDutyStates}; }
WordTable WordsFor(ComplaintKind) { return {"complaint_kind", kComplaintKinds}; }
WordTable WordsFor(RightsKind) { return {"rights_kind", kRightsKinds}; }
WordTable WordsFor(DisclosureBasis) { return {"disclosure_basis", kDisclosureBases}; }
WordTable WordsFor(IncidentKind) { return {"incident_kind", kIncidentKinds}; }
WordTable WordsFor(IncidentNature) { return {"incident_nature", kIncidentNatures}; }
WordTable WordsFor(Addressee) { return {"addressee", kAddressees}; }
WordTable WordsFor(ConsentState) { return {"consent_state", kConsentStates}; }
WordTable WordsFor(RecordMatter) { return {"record_matter", kRecordMatters}; }
WordTable WordsFor(RecordAnswer) { return {"record_answer", kRecordAnswers}; }

std::vector<WordTable> WordTables() {
  return {WordsFor(ComplaintKind{}), WordsFor(RightsKind{}),     WordsFor(DisclosureBasis{}),
          WordsFor(IncidentKind{}),  WordsFor(IncidentNature{}), WordsFor(Addressee{}),
          WordsFor(FaceUse{}),       WordsFor(Regime{}),         WordsFor(FilingKind{}),
          WordsFor(FiledDocument{}), WordsFor(PartState{}),      WordsFor(ExemptionKind{}),
          WordsFor(RuleState{}),     WordsFor(PackStatus{}),     WordsFor(DutyState{}),
          WordsFor(ConsentState{}),  WordsFor(RecordMatter{}),   WordsFor(RecordAnswer{})};
}

std::string_view WordOf(FaceUse v) { return Word(v); }
std::string_view WordOf(Regime v) { return Word(v); }
std::string_view WordOf(FilingKind v) { return Word(v); }
std::string_view WordOf(FiledDocument v) { return Word(v); }
std::string_view WordOf(PartState v) { return Word(v); }
std::string_view WordOf(ExemptionKind v) { return Word(v); }
std::string_view WordOf(RuleState v) { return Word(v); }
std::string_view WordOf(PackStatus v) { return Word(v); }
std::string_view WordOf(DutyState v) { return Word(v); }
std::string_view WordOf(ComplaintKind v) { return Word(v); }
std::string_view WordOf(RightsKind v) { return Word(v); }
std::string_view WordOf(DisclosureBasis v) { return Word(v); }
std::string_view WordOf(IncidentKind v) { return Word(v); }
std::string_view WordOf(IncidentNature v) { return Word(v); }
std::string_view WordOf(Addressee v) { return Word(v); }
std::string_view WordOf(ConsentState v) { return Word(v); }
std::string_view WordOf(RecordMatter v) { return Word(v); }
std::string_view WordOf(RecordAnswer v) { return Word(v); }
std::string_view WordOf(Kind kind) { return kKindWords[static_cast<std::size_t>(kind)]; }
std::string_view WordOf(Language language) {
  return kLanguageWords[static_cast<std::size_t>(language)];
}

}  // namespace facegate::documents
