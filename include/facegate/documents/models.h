// What each document is made from: plain structs, and their JSON form.
//
// Whoever fills them answers for the facts; nothing here reads a clock, a store or a log. Every
// member, with its meaning, is in the tables of docs/DOCUMENTS.md, which are printed from the same
// descriptions that read and write the JSON. A text that is empty, a list without an entry where
// one is needed, a day that is none: INVALID_ARGUMENT BAD_DOCUMENT_MODEL with the member's path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"

namespace facegate::documents {

// A calendar day where the site is, "2025-07-14".
struct Day {
  std::string iso;
  bool operator==(const Day&) const = default;
};

// An address of the web, http or https, that fits a QR code.
struct Url {
  std::string text;
  bool operator==(const Url&) const = default;
};

// Indexes of records in the operator's log.
using Records = std::vector<std::uint64_t>;
using Text = std::string;
// Prose that only people can write. Absent: the document says so where it should stand.
using Prose = std::optional<std::string>;

// One face against the claimed person's own template, or against everybody enrolled.
enum class FaceUse { kVerify, kIdentify };
enum class Regime { kCn23, kCn25 };
enum class FilingKind { kFirst, kChange, kCancellation };
enum class FiledDocument {
  kHandlerBasics,
  kPiOfficer,
  kNecessityStatement,
  kPurposeAndMethod,
  kStoredCountAndSecurity,
  kRulesAndProcedures,
  kPiaReport,
};
enum class PartState { kComplete, kToBeWritten, kNotRequired };
enum class ExemptionKind {
  kLawRequiresFr,
  kLawWaivesConsent,
  kNationalSecurity,
  kPublicSafety,
  kEmergencyLifeHealthProperty,
  kPublicHealth,
  kMedicalOrSafety,
  kCrimeVictimOrMissingPersonSearch,
  kSeriousCrimeSuspect,
};
enum class RuleState { kMet, kUnmet, kNotApplicable, kNotChecked };
enum class PackStatus { kDraft, kInForce, kGuidance, kSuperseded };
enum class DutyState { kOpen, kOverdue, kDone };
enum class ComplaintKind {
  kPressure,
  kNoAlternative,
  kNoConsent,
  kWrongMatch,
  kDataHandling,
  kOther
};
enum class RightsKind {
  kAccess,
  kCopy,
  kCorrection,
  kDeletion,
  kWithdrawal,
  kObjection,
  kPortability,
  kExplanation,
  kHumanReview
};
enum class DisclosureBasis {
  kNone,
  kConsent,
  kStatute,
  kWarrant,
  kCompletesRequestedTransaction,
  kProcessorContract
};
enum class IncidentKind { kLeak, kTampering, kLoss, kMisuse, kOutage, kOther };
enum class IncidentNature { kReal, kDrill };
enum class Addressee { kAuthority, kPeople };
enum class ConsentState { kRequested, kGranted, kRefused, kWithdrawn, kExpired, kSuperseded };
// What a record about a person is of.
enum class RecordMatter {
  kDecision,
  kEnrolment,
  kConsent,
  kRegistration,
  kRestriction,
  kExport,
  kImage,
  kOther
};
enum class RecordAnswer { kAllowed, kSentAnotherWay, kDenied };

// The word that JSON and the rules' vocabulary have for it: "met", "law_requires_fr".
std::string_view WordOf(FaceUse v);
std::string_view WordOf(Regime v);
std::string_view WordOf(FilingKind v);
std::string_view WordOf(FiledDocument v);
std::string_view WordOf(PartState v);
std::string_view WordOf(ExemptionKind v);
std::string_view WordOf(RuleState v);
std::string_view WordOf(PackStatus v);
std::string_view WordOf(DutyState v);
std::string_view WordOf(ComplaintKind v);
std::string_view WordOf(RightsKind v);
std::string_view WordOf(DisclosureBasis v);
std::string_view WordOf(IncidentKind v);
std::string_view WordOf(IncidentNature v);
std::string_view WordOf(Addressee v);
std::string_view WordOf(ConsentState v);
std::string_view WordOf(RecordMatter v);
std::string_view WordOf(RecordAnswer v);

// Who answers for the processing: the controller of the GDPR, the handler of Chinese law.
struct Handler {
  Text name;
  Text address;
  Text contact;
  std::optional<Text> registration;
  std::optional<Text> representative;
};

struct Officer {
  Text name;
  Text contact;
};

struct Period {
  Day from;
  Day until;
};

// The state of the operator's log that a report was made from.
struct LogState {
  Text origin;
  std::int64_t size = 0;
  Text root;
};

// The sign at a door (layer 1).
struct SignModel {
  Day dated;
  Text controller;
  Text contact;
  std::optional<Text> place;
  Text purpose;
  FaceUse use = FaceUse::kVerify;
  Text retention;
  std::vector<Text> rights;
  std::vector<Text> alternatives;
  Url notice_url;
};

// The notice that people read before they decide (layer 2).
struct NoticeModel {
  Day dated;
  std::int64_t purpose_version = 1;
  Handler controller;
  std::optional<Officer> officer;
  std::optional<Text> place;
  Text purpose;
  Text necessity;
  FaceUse use = FaceUse::kVerify;
  Text method;
  Text data_kind;
  Text retention;
  Text impact_on_rights;
  std::vector<Text> alternatives;
  std::vector<Text> rights;
  Text rights_procedure;
  Text withdrawal;
  std::optional<Text> legal_basis;
  std::optional<Text> recipients;
  std::optional<Text> transfer;
  std::optional<Text> automated_decision;
  std::optional<Text> complaint_route;
  std::optional<Text> children;
};

// For children and those who answer for them.
struct LeafletModel {
  Day dated;
  Text controller;
  Text contact;
  Text place;
  Text purpose;
  Text retention;
  std::vector<Text> alternatives;
  Text withdrawal;
  std::int64_t guardian_age = 14;
  std::optional<Url> notice_url;
};

// One head of an assessment: what people concluded, and what it rests on.
struct Head {
  Prose text;
  std::vector<Text> evidence;
};

// Measured on a declared test set. Rates as they are to be printed, "0.12 %".
struct GroupError {
  Text group;
  std::int64_t people = 0;
  Text false_match_rate;
  Text false_non_match_rate;
};

struct Risk {
  Text risk;
  Text likelihood;
  Text harm;
  Text mitigation;
};

struct AssessmentModel {
  Day dated;
  Text handler;
  Text site;
  Text purpose;
  std::int64_t purpose_version = 1;
  FaceUse use = FaceUse::kVerify;
  std::optional<Text> approver;
  std::optional<Day> approved_on;
  std::optional<Day> retained_until;
  Head lawfulness_ethics;
  Head purpose_necessity;
  Head accuracy_distance_limits;
  Head safeguards_proportionate;
  Head leak_risk_and_harm;
  Head rights_impact_and_mitigation;
  Prose privacy;
  Prose bias;
  std::optional<Text> test_set;
  std::vector<GroupError> group_errors;
  std::vector<Risk> risks;
};

struct Comparison {
  Text means;
  Text finding;
};

struct FiledPurpose {
  Text name;
  std::int64_t version = 1;
  Text category;
  Text retention;
  std::vector<Text> sites;
};

struct Attachment {
  Text name;
  std::optional<Text> sha256;
};

struct FilingModel {
  Regime regime = Regime::kCn25;
  FilingKind kind = FilingKind::kFirst;
  Day dated;
  Text authority;
  Text trigger;
  Day trigger_on;
  Day due_on;
  Handler handler;
  std::optional<Officer> officer;
  Prose necessity;
  std::vector<Comparison> comparisons;
  std::vector<FiledPurpose> purposes;
  Prose method;
  std::int64_t stored_people = 0;
  Day counted_on;
  Text counting_method;
  std::vector<Text> security_measures;
  Prose security;
  Prose rules_and_procedures;
  std::optional<AssessmentModel> assessment;
  std::vector<Attachment> attachments;
};

struct ExemptionUse {
  ExemptionKind kind = ExemptionKind::kLawRequiresFr;
  Text legal_ref;
  std::optional<Text> site;
  std::int64_t attested_by = 0;
  Day granted_on;
  Day expires_on;
  std::int64_t uses = 0;
  Records records;
};

// How often what happened in the period.
struct Figures {
  std::int64_t decisions = 0;
  std::int64_t allowed = 0;
  std::int64_t sent_another_way = 0;
  std::int64_t denied = 0;
  std::int64_t frames_discarded = 0;
  std::int64_t faces_seen = 0;
  std::int64_t faces_embedded = 0;
  std::int64_t bystanders_ignored = 0;
  std::int64_t withdrawals = 0;
  std::int64_t erasures = 0;
  std::int64_t incidents = 0;
  std::int64_t drills = 0;
  std::int64_t duties_overdue = 0;
};

// Decisions for one purpose.
struct PurposeFigures {
  Text purpose;
  std::int64_t decisions = 0;
  std::int64_t allowed = 0;
  std::int64_t sent_another_way = 0;
  std::int64_t denied = 0;
};

struct Disclosed {
  Text recipient;
  DisclosureBasis basis = DisclosureBasis::kNone;
  std::optional<Text> purpose;
  Day disclosed_on;
  Records records;
};

// Complaints or requests of one kind: when they came in, and what became of them until the report.
struct ComplaintFigures {
  ComplaintKind kind = ComplaintKind::kOther;
  std::int64_t received = 0;
  std::int64_t in_time = 0;
  std::int64_t late = 0;
  std::int64_t open = 0;
  std::int64_t overdue = 0;
};
struct RequestFigures {
  RightsKind kind = RightsKind::kAccess;
  std::int64_t received = 0;
  std::int64_t in_time = 0;
  std::int64_t late = 0;
  std::int64_t open = 0;
  std::int64_t overdue = 0;
};

struct TransparencyModel {
  Day dated;
  Text controller;
  Text contact;
  std::optional<Text> site;
  Period period;
  std::vector<ExemptionUse> exemptions;
  Figures figures;
  std::vector<PurposeFigures> purposes;
  std::vector<Disclosed> disclosures;
  std::vector<ComplaintFigures> complaints;
  std::vector<RequestFigures> requests;
  LogState log;
};

struct PackUsed {
  Text id;
  Text version;
  PackStatus status = PackStatus::kInForce;
  Text sha256;
};

struct RuleResult {
  Text id;
  Text article;
  Text title;
  RuleState state = RuleState::kNotChecked;
  std::optional<Text> evidence;
  Records records;
  std::optional<Text> duty;
};

struct ComplianceModel {
  Day dated;
  Text controller;
  Text site;
  Period period;
  std::vector<PackUsed> packs;
  std::vector<RuleResult> rules;
  std::vector<Text> exposure;
  LogState log;
};

struct Duty {
  std::optional<Text> rule;
  std::optional<Text> about;
  Text title;
  DutyState state = DutyState::kOpen;
  std::optional<Day> due_on;
  std::optional<std::int64_t> effort_hours;
  std::optional<Text> owner;
  std::optional<Text> document;
};

struct DutiesModel {
  Day dated;
  Text controller;
  std::optional<Text> site;
  std::vector<Duty> duties;
  std::optional<std::int64_t> hourly_rate;
  std::optional<Text> currency;
  std::vector<Text> exposure;
};

// By when a rule has somebody told of an incident.
struct NotificationClock {
  Text rule;
  Text article;
  Text due_at;
  DutyState state = DutyState::kOpen;
};

// What an authority or people are told of an incident: a draft for whoever sends it.
struct NotificationModel {
  Day dated;
  IncidentNature nature = IncidentNature::kReal;
  Addressee addressee = Addressee::kAuthority;
  Text controller;
  Text contact;
  std::optional<Text> recipient;
  Text incident;
  IncidentKind kind = IncidentKind::kOther;
  Text detected_at;
  std::vector<NotificationClock> clocks;
  std::int64_t stored_people = 0;
  Prose what_happened;
  Prose consequences;
  Prose measures;
  Prose advice;
};

struct ConsentStep {
  ConsentState state = ConsentState::kRequested;
  Text time;
  std::int64_t record = 0;
};

// What a person is handed about their consent.
struct ReceiptModel {
  Day dated;
  Text receipt_id;
  Text controller;
  std::optional<Text> contact;
  Text person;
  Text consent;
  ConsentState state = ConsentState::kGranted;
  Text place;
  Text purpose;
  std::int64_t purpose_version = 1;
  std::vector<Text> scopes;
  Text data_kind;
  std::vector<Text> recipients;
  Text retention;
  std::optional<Text> form;
  std::optional<Text> given_by;
  std::optional<Day> until;
  std::optional<Text> alternative;
  std::optional<Text> guardian;
  Text notice_sha256;
  std::vector<Text> templates;
  std::vector<ConsentStep> events;
  std::vector<Text> rights;
  Text withdrawal;
  Text log_origin;
  Text receipt_sha256;
  std::optional<Url> own_page_url;
};

struct AccessConsent {
  Text name;
  ConsentState state = ConsentState::kRequested;
  Text purpose;
  Text site;
  Text since;
  std::optional<Text> until;
  std::vector<Text> scopes;
};
struct AccessTemplate {
  Text purpose;
  Text site;
  Text made_at;
};
struct AccessImage {
  Text purpose;
  Text site;
  Text made_at;
  Text until;
};
struct AccessRecord {
  std::int64_t index = 0;
  Text at;
  RecordMatter matter = RecordMatter::kOther;
  std::optional<RecordAnswer> answer;
  std::optional<Text> site;
  std::optional<Text> purpose;
};
struct AccessDisclosure {
  Text recipient;
  DisclosureBasis basis = DisclosureBasis::kNone;
  Text on;
};

// Everything held about a person, as the person reads it.
struct AccessModel {
  Day dated;
  Text controller;
  std::optional<Text> contact;
  Text person;
  Text registered_at;
  std::optional<Text> age;
  std::optional<Text> restricted_since;
  std::vector<AccessConsent> consents;
  std::vector<AccessTemplate> templates;
  std::vector<AccessImage> images;
  std::vector<Text> duties;
  std::vector<AccessDisclosure> disclosures;
  std::vector<AccessRecord> records;
};

// What a person keeps of their erasure.
struct ErasureModel {
  Day dated;
  Text controller;
  std::optional<Text> contact;
  Text person;
  Text erased_at;
  std::int64_t templates_destroyed = 0;
  Text log_origin;
  std::int64_t record = 0;
  Day backups_until;
};

// `M` is one of the ...Model structs above, here and below.
// ToJson writes everything, also what is derived (totals, what a filing still lacks).
template <class M>
core::Json ToJson(const M& model);
// Refuses unknown members, with the one that was probably meant; takes derived ones and leaves
// them.
template <class M>
core::Result<M> FromJson(const core::Json& json);
// The checks of FromJson alone, for a struct that was filled by hand.
template <class M>
core::Status Check(const M& model);

// What a draft still lacks: the paths of the members that are needed and empty, and of the prose
// that only people can write; in the order of the tables.
template <class M>
std::vector<std::string> Unfilled(const M& model);

// For the rules' inputs: which of their words a document covers.
//
// pia.sections: the heads that somebody has written.
std::vector<std::string> SectionsOf(const AssessmentModel& assessment);
// filing.docs: the documents whose parts are all there, by the words of the vocabulary.
std::vector<std::string> CompleteDocsOf(const FilingModel& filing);
// notice.fields.
std::vector<std::string> FieldsOf(const NoticeModel& notice);
// signage.layer1_fields.
std::vector<std::string> FieldsOf(const SignModel& sign);

}  // namespace facegate::documents
