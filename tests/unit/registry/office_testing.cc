#include <utility>

#include "office.h"

namespace facegate::registry {
namespace {

const std::string kPolicies = std::string(FACEGATE_SOURCE_DIR) + "/config/policies/";

}  // namespace

Office::Office() {
  audit::LedgerOptions options;
  options.gateway_name = "gate.example";
  auto ledger = audit::Ledger::Open(*store_, *keys_, clock_, metrics_, logger_, options);
  FG_CHECK(ledger.ok());
  ledger_ = std::move(ledger).value();

  auto vocabulary = rules::Vocabulary::Load(kPolicies + "vocabulary.yaml");
  FG_CHECK(vocabulary.ok());
  vocabulary_ = *vocabulary;
  auto rules = rules::RuleSet::Load(vocabulary_, {kPolicies + "core.yaml"});
  FG_CHECK(rules.ok());
  engine_ =
      std::make_unique<policy::Engine>(*store_, clock_, *rules, policy::EngineOptions{}, nullptr);
  registry_ = std::make_unique<RegistryService>(
      *store_, *ledger_, clock_, *engine_,
      *wording::Wordlist::Load(FACEGATE_SOURCE_DIR "/config/documents/wording.yaml"));
  caller_.principal.role = model::Role::kOperator;
  caller_.principal.fingerprint = "development";
  caller_.request_id = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
}

model::Operator Office::AnOperator() const {
  model::Operator v;
  v.id = op_;
  v.display_name = "Acme";
  return v;
}

model::Site Office::ASite() const {
  model::Site v;
  v.op = op_;
  v.id = site_;
  v.display_name = "Head office";
  v.venue_kind = model::VenueKind::kOffice;
  v.country = "CN";
  v.region = "Shanghai";
  v.city = "上海";
  return v;
}

model::AccessPoint Office::AnAccessPoint() const {
  model::AccessPoint v;
  v.op = op_;
  v.site = site_;
  v.id = access_point_;
  v.display_name = "Main door";
  v.alternatives = {{model::AlternativeKind::kCard, "Card reader", true}};
  return v;
}

model::Camera Office::ACamera() const {
  model::Camera v;
  v.op = op_;
  v.site = site_;
  v.id = model::CameraId("cam-1");
  v.display_name = "Left of the door";
  v.access_point = access_point_;
  return v;
}

model::Purpose Office::APurpose() const {
  model::Purpose v;
  v.op = op_;
  v.id = purpose_;
  v.display_name = "Entry to the building";
  v.necessity_statement = "Cards are passed on between colleagues.";
  v.alternatives_assessed = true;
  return v;
}

model::Notice Office::ANotice() const {
  model::Notice v;
  v.op = op_;
  v.purpose = purpose_;
  v.id = model::NoticeId("en");
  v.language = "en";
  v.text = "We compare your face with a template to open this door.\n";
  return v;
}

model::Signage Office::ASign() const {
  model::Signage v;
  v.op = op_;
  v.site = site_;
  v.id = model::SignageId("spring");
  v.photo_sha256 = std::string(64, 'a');
  v.attested_by = "facility desk";
  v.verified_at = clock_.Now();
  v.present = true;
  v.layer1_fields = {model::SignField::kController, model::SignField::kPurpose};
  return v;
}

model::Assessment Office::AnAssessment() const {
  model::Assessment v;
  v.op = op_;
  v.purpose = purpose_;
  v.id = model::AssessmentId("v1");
  v.sections = {model::AssessmentSection::kPurposeNecessity};
  v.coverage = "Head office,\nboth doors";
  v.document_sha256 = std::string(64, 'b');
  v.approved_by = "privacy board";
  v.approved_on = Day("03-01");
  v.retained_until = model::AddYears(Day("03-01"), 3);
  return v;
}

model::Filing Office::AFiling() const {
  model::Filing v;
  v.op = op_;
  v.id = model::FilingId("first");
  v.authority = "Provincial authority";
  v.status = model::FilingStatus::kDraft;
  return v;
}

model::Exemption Office::AnExemption() const {
  model::Exemption v;
  v.op = op_;
  v.id = model::ExemptionId("search");
  v.kind = model::ExemptionKind::kCrimeVictimOrMissingPersonSearch;
  v.legal_ref = "Public Health Act, section 3";
  v.expires_at = clock_.Now() + 30 * core::kMsPerDay;
  return v;
}

model::DeviceAssessment Office::ADeviceTest() const {
  model::DeviceAssessment v;
  v.op = op_;
  v.site = site_;
  v.camera = model::CameraId("cam-1");
  v.id = model::DeviceAssessmentId("y2026");
  v.assessed_on = Day("02-01");
  v.assessed_by = "test laboratory";
  return v;
}

model::Complaint Office::AComplaint() const {
  model::Complaint v;
  v.op = op_;
  v.id = model::ComplaintId("c1");
  v.kind = model::ComplaintKind::kPressure;
  v.received_on = Day("03-01");
  return v;
}

model::RightsRequest Office::ARightsRequest() const {
  model::RightsRequest v;
  v.op = op_;
  v.id = model::RightsRequestId("r1");
  v.kind = model::RightsKind::kDeletion;
  v.received_on = Day("03-01");
  return v;
}

model::Incident Office::AnIncident() const {
  model::Incident v;
  v.op = op_;
  v.id = model::IncidentId("i1");
  v.kind = model::IncidentKind::kLeak;
  v.detected_at = clock_.Now();
  return v;
}

model::Disclosure Office::ADisclosure() const {
  model::Disclosure v;
  v.op = op_;
  v.id = model::DisclosureId("d1");
  v.recipient = "Ministry of Health";
  v.basis = model::DisclosureBasis::kWarrant;
  v.disclosed_on = Day("03-01");
  v.records = {"operators/acme/records/0"};
  return v;
}

model::ThresholdReview Office::AThresholdReview() const {
  model::ThresholdReview v;
  v.op = op_;
  v.id = model::ThresholdReviewId("q1");
  v.reviewed_on = Day("03-01");
  v.model_id = "dlib-v1";
  v.decision = model::ThresholdDecision::kKept;
  return v;
}

void Office::RegisterEverything() {
  Must(AnOperator());
  Must(ASite());
  Must(AnAccessPoint());
  Must(ACamera());
  Must(APurpose());
  Must(ANotice());
  Must(ASign());
  Must(AnAssessment());
  Must(AFiling());
  Must(AnExemption());
  Must(ADeviceTest());
  Must(AComplaint());
  Must(ARightsRequest());
  Must(AnIncident());
  Must(ADisclosure());
  Must(AThresholdReview());
}

model::Date Office::Day(const std::string& month_and_day) {
  const auto date = model::ParseDate("2026-" + month_and_day);
  FG_CHECK(date.ok());
  return *date;
}

void Office::AddSubject(const std::string& id) {
  model::Subject subject;
  subject.op = op_;
  subject.id = model::SubjectId(id);
  audit::Event event;
  event.type = "subject.created";
  event.log = op_;
  event.actor = caller_.principal;
  event.request_id = caller_.request_id;
  FG_CHECK(ledger_->Append(std::move(event), {storage::PutSubject{subject}}).ok());
}

void Office::UseRules(const std::string& pack_yaml) {
  auto rules = rules::RuleSet::Parse(vocabulary_, "test.yaml", pack_yaml);
  ASSERT_TRUE(rules.ok()) << rules.status().ToString();
  engine_->Reload(*rules);
}

std::string Office::EntryAt(std::uint64_t index) const {
  const auto entries = store_->ReadEntries(op_, index, 1);
  FG_CHECK(entries.ok() && entries->size() == 1);
  return entries->front().entry;
}

std::uint64_t Office::LogSize() const {
  const auto head = store_->GetLogHead(op_);
  FG_CHECK(head.ok());
  return head->size;
}

}  // namespace facegate::registry
