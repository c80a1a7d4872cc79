#include "facegate/dossier/consent_receipts.h"

#include <set>
#include <utility>

#include "dossier/phrases.h"
#include "dossier/receipt_phrases.h"
#include "facegate/audit/past_receipt.h"
#include "facegate/core/text.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/duties.h"
#include "facegate/report/consent_receipt.h"
#include "facegate/storage/typed.h"

namespace facegate::dossier {
namespace {

using core::Json;
using core::Result;
using core::Status;

// The word of the event behind the record: "GRANTED" for consent.granted.
Result<ReceiptFacts::Event> EventOf(audit::Receipt receipt) {
  const Result<Json> line = storage::LineOf(receipt.entry);
  ReceiptFacts::Event event;
  if (line.ok()) event.type = line->StringOr("type", "");
  constexpr std::string_view kPrefix = "consent.";
  const std::string word =
      event.type.starts_with(kPrefix) ? core::AsciiUpper(event.type.substr(kPrefix.size())) : "";
  // One that the person narrowed stands as it was granted, for less.
  const auto state = word == "NARROWED" ? model::ConsentStatus::kGranted
                                        : model::FromWord<model::ConsentStatus>(word);
  if (!state) {
    return Status(core::Code::kDataLoss, "BAD_RECORD", "a consent's record is of no consent event");
  }
  event.state = *state;
  event.receipt = std::move(receipt);
  return event;
}

Json WordsOf(const std::set<model::ConsentScope>& scopes) {
  Json words = Json::MakeArray();
  for (const model::ConsentScope scope : scopes) words.Push(model::Word(scope));
  return words;
}

bool WasGiven(const model::Consent& consent) {
  return consent.status != model::ConsentStatus::kRequested &&
         consent.status != model::ConsentStatus::kRefused;
}

Json EventsJson(const ReceiptFacts& facts) {
  Json events = Json::MakeArray();
  for (const ReceiptFacts::Event& event : facts.events) {
    Json json = Json::MakeObject();
    json.Set("type", event.type)
        .Set("index", event.receipt.index)
        .Set("time", core::FormatRfc3339(event.receipt.recorded_at))
        .Set("entry", crypto::Base64Encode(core::AsBytes(event.receipt.entry)))
        .Set("proof", event.receipt.ToProofFile());
    events.Push(std::move(json));
  }
  return events;
}

// What only facegate has, the same in every signed form.
Json EvidenceJson(const ReceiptFacts& facts) {
  const model::Consent& consent = facts.consent;
  Json json = Json::MakeObject();
  json.Set("format", report::kConsentReceiptFormat)
      .Set("log_origin", facts.log_origin)
      .Set("status", model::Word(consent.status))
      .Set("site", consent.site.str())
      .Set("purpose", consent.purpose.str())
      .Set("purpose_version", consent.purpose_version)
      .Set("scopes", WordsOf(consent.scopes))
      .Set("notice_sha256", consent.notice_sha256);
  if (consent.alternative_offered) {
    json.Set("alternative_offered", model::Word(*consent.alternative_offered));
  }
  if (consent.channel) json.Set("channel", model::Word(*consent.channel));
  if (WasGiven(consent)) {
    json.Set("form", model::Word(consent.form))
        .Set("given_by", model::Word(consent.given_by))
        .Set("expires_at", core::FormatRfc3339(consent.expires_at));
  }
  if (!consent.evidence_sha256.empty()) json.Set("evidence_sha256", consent.evidence_sha256);
  if (!consent.guardian_evidence_sha256.empty()) {
    Json guardian = Json::MakeObject();
    guardian.Set("evidence_sha256", consent.guardian_evidence_sha256)
        .Set("verified_by", consent.guardian_verified_by);
    json.Set("guardian", std::move(guardian));
  }
  Json templates = Json::MakeArray();
  for (const model::Template& each : facts.templates) {
    Json one = Json::MakeObject();
    one.Set("template_id", each.id.str())
        .Set("model_id", each.model_id)
        .Set("created_at", core::FormatRfc3339(each.created_at))
        .Set("log_index", each.log_index);
    templates.Push(std::move(one));
  }
  json.Set("templates", std::move(templates)).Set("events", EventsJson(facts));
  return json;
}

// The purpose's category as DPV's vocabulary has it.
const char* DpvPurpose(model::PurposeCategory category) {
  using model::PurposeCategory;
  switch (category) {
    case PurposeCategory::kAccessControl:
    case PurposeCategory::kPersonalDeviceUnlock:
      return "dpv:EnforceAccessControl";
    case PurposeCategory::kPayment:
      return "dpv:PaymentManagement";
    case PurposeCategory::kBoarding:
    case PurposeCategory::kCheckIn:
    case PurposeCategory::kExam:
    case PurposeCategory::kRealEstateDisposal:
      return "dpv:IdentityVerification";
    case PurposeCategory::kAttendance:
    case PurposeCategory::kInternalManagement:
      return "dpv:PersonnelManagement";
    case PurposeCategory::kPublicSafety:
    case PurposeCategory::kLawEnforcement:
      return "dpv:EnforceSecurity";
    case PurposeCategory::kCustomerService:
      return "dpv:CustomerManagement";
    case PurposeCategory::kMarketing:
      return "dpv:Marketing";
    case PurposeCategory::kSocialAssistance:
      return "dpv:PublicBenefit";
    case PurposeCategory::kResearchTraining:
      return "dpv:ResearchAndDevelopment";
  }
  return "dpv:Purpose";
}

const char* DpvState(model::ConsentStatus state) {
  switch (state) {
    case model::ConsentStatus::kRequested:
      return "dpv:ConsentRequested";
    case model::ConsentStatus::kGranted:
      return "dpv:ConsentGiven";
    case model::ConsentStatus::kRefused:
      return "dpv:ConsentRefused";
    case model::ConsentStatus::kWithdrawn:
      return "dpv:ConsentWithdrawn";
    case model::ConsentStatus::kExpired:
      return "dpv:ConsentExpired";
    case model::ConsentStatus::kSuperseded:
      return "dpv:ConsentInvalidated";
  }
  return "dpv:ConsentStatus";
}

struct ContextTerm {
  const char* term;
  const char* iri;
};
// The names of TS 27560, each with the property that says it.
constexpr ContextTerm kTerms[] = {
    {"schema_version", "dct:conformsTo"},
    {"receipt_id", "dct:identifier"},
    {"issued", "dct:created"},
    {"record", "dpv:hasRecordOfActivity"},
    {"record_id", "dct:identifier"},
    {"pii_principal_id", "dpv:hasDataSubject"},
    {"pii_processing", "dpv:hasProcess"},
    {"privacy_notice", "dpv:hasNotice"},
    {"language", "dct:language"},
    {"purpose", "dpv:hasPurpose"},
    {"purpose_type", "@type"},
    {"name", "dct:title"},
    {"version", "dct:hasVersion"},
    {"lawful_basis", "dpv:hasLegalBasis"},
    {"pii_information", "dpv:hasPersonalData"},
    {"special_pii_category", "dpv:hasSensitivityLevel"},
    {"pii_controllers", "dpv:hasDataController"},
    {"collection_method", "dpv:hasDataSource"},
    {"processing_method", "dpv:hasProcessing"},
    {"storage_locations", "dpv:hasLocation"},
    {"retention_period", "dpv:hasDuration"},
    {"jurisdiction", "dpv:hasJurisdiction"},
    {"recipient_third_parties", "dpv:hasRecipientThirdParty"},
    {"withdrawal_method", "dpv:hasConsentControl"},
    {"privacy_rights", "dpv:hasRight"},
    {"party_identification", "dpv:hasEntity"},
    {"party_id", "@id"},
    {"party_name", "dpv:hasName"},
    {"party_address", "dpv:hasAddress"},
    {"party_contact", "dpv:hasContact"},
    {"party_type", "@type"},
    {"party_role", "dpv:hasResponsibleEntity"},
    {"event", "dpv:hasConsentStatus"},
    {"event_time", "dct:date"},
    {"validity_duration", "dct:valid"},
    {"entity_id", "dpv:isIndicatedBy"},
    {"event_type", "dpv:hasIndicationMethod"},
    {"event_state", "@type"},
};

Json Context() {
  Json context = Json::MakeObject();
  context.Set("dct", "http://purl.org/dc/terms/")
      .Set("dpv", "https://w3id.org/dpv#")
      .Set("pd", "https://w3id.org/dpv/pd#");
  for (const ContextTerm& each : kTerms) context.Set(each.term, each.iri);
  Json evidence = Json::MakeObject();
  evidence.Set("@id", "urn:facegate:evidence").Set("@type", "@json");
  context.Set("facegate", std::move(evidence));
  return context;
}

std::string Days(std::int64_t days) {
  std::string text = "P";
  return text.append(std::to_string(days)).append("D");
}

std::string NoticeId(const ReceiptFacts& facts) {
  return facts.notice_url.empty() ? "urn:sha256:" + facts.consent.notice_sha256 : facts.notice_url;
}

std::string NoticeLanguage(const ReceiptFacts& facts) {
  return facts.notice_language.empty() ? "und" : facts.notice_language;
}

std::string CollectionMethod(const ReceiptFacts& facts, const ReceiptPhrases& phrases) {
  return facts.consent.channel ? phrases.Channel(*facts.consent.channel) : "";
}

// For how long the purpose lets an image be kept; nothing where it keeps none.
std::optional<int> ImageDays(const ReceiptFacts& facts) {
  const auto kept = facts.purpose.image_retention.value_or(model::ImageRetention::kNone);
  if (kept == model::ImageRetention::kNone) return std::nullopt;
  return facts.purpose.image_retention_days;
}

Json ProcessingJson(const ReceiptFacts& facts, const ReceiptPhrases& phrases) {
  Json notice = Json::MakeObject();
  notice.Set("@id", NoticeId(facts)).Set("@type", "dpv:ConsentNotice");
  Json purpose = Json::MakeObject();
  purpose.Set("@id", model::NameOf(facts.purpose))
      .Set("purpose_type", DpvPurpose(facts.purpose.category))
      .Set("name", facts.purpose.display_name)
      .Set("version", facts.consent.purpose_version);
  Json data = Json::MakeObject();
  data.Set("@type", "pd:FacialPrint").Set("name", phrases.DataKind(ImageDays(facts)));
  Json processing = Json::MakeArray();
  for (const model::ConsentScope scope : facts.consent.scopes) {
    processing.Push(phrases.Scope(scope));
  }
  Json storage = Json::MakeObject();
  storage.Set("name", facts.storage_location).Set("jurisdiction", facts.storage_country);
  Json recipients = Json::MakeArray();
  for (const std::string& recipient : facts.recipients) recipients.Push(recipient);
  Json rights = Json::MakeArray();
  for (const std::string& right : phrases.Rights()) rights.Push(right);

  Json json = Json::MakeObject();
  json.Set("@type", "dpv:Process")
      .Set("privacy_notice", std::move(notice))
      .Set("language", NoticeLanguage(facts))
      .Set("purpose", std::move(purpose))
      .Set("lawful_basis", "dpv:ExplicitlyExpressedConsent")
      .Set("pii_information", Json(Json::Array{std::move(data)}))
      .Set("special_pii_category", "dpv:SpecialCategoryPersonalData")
      .Set("pii_controllers", Json(Json::Array{model::NameOf(facts.op)}))
      .Set("collection_method", CollectionMethod(facts, phrases))
      .Set("processing_method", std::move(processing))
      .Set("storage_locations", Json(Json::Array{std::move(storage)}))
      .Set("retention_period", Days(facts.purpose.retention_days))
      .Set("jurisdiction", facts.site.country)
      .Set("recipient_third_parties", std::move(recipients))
      .Set("withdrawal_method",
           phrases.Withdrawal(facts.withdrawal_page, facts.op.complaint_channel))
      .Set("privacy_rights", std::move(rights));
  return json;
}

Json PartyJson(const ReceiptFacts& facts) {
  Json party = Json::MakeObject();
  party.Set("party_id", model::NameOf(facts.op))
      .Set("party_name", facts.op.display_name)
      .Set("party_address", "")
      .Set("party_contact", facts.op.complaint_channel)
      .Set("party_type", "dpv:Organisation")
      .Set("party_role", "dpv:DataController");
  return party;
}

Json RecordJson(const ReceiptFacts& facts, const ReceiptPhrases& phrases) {
  const model::Consent& consent = facts.consent;
  Json events = Json::MakeArray();
  for (const ReceiptFacts::Event& each : facts.events) {
    Json event = Json::MakeObject();
    event.Set("event_time", core::FormatRfc3339(each.receipt.recorded_at));
    if (each.state == model::ConsentStatus::kGranted) {
      event.Set("validity_duration",
                Days((consent.expires_at - each.receipt.recorded_at + core::kMsPerDay - 1) /
                     core::kMsPerDay));
    }
    event.Set("entity_id", model::Word(consent.given_by))
        .Set("event_type", WasGiven(consent) ? phrases.Form(consent.form) : "")
        .Set("event_state", DpvState(each.state))
        .Set("log_index", each.receipt.index);
    events.Push(std::move(event));
  }
  Json json = Json::MakeObject();
  json.Set("@type", "dpv:ConsentRecord")
      .Set("schema_version", "https://w3id.org/dpv/schema/dpv-27560#record")
      .Set("record_id", model::ConsentName(consent.op, consent.subject, consent.id))
      .Set("pii_principal_id", model::SubjectName(consent.op, consent.subject))
      .Set("pii_processing", Json(Json::Array{ProcessingJson(facts, phrases)}))
      .Set("party_identification", Json(Json::Array{PartyJson(facts)}))
      .Set("event", std::move(events));
  return json;
}

Json KantaraService(const ReceiptFacts& facts, const ReceiptPhrases& phrases) {
  Json purpose = Json::MakeObject();
  purpose.Set("purpose", facts.purpose.display_name)
      .Set("purposeCategory", Json(Json::Array{model::Word(facts.purpose.category)}))
      .Set("consentType", "EXPLICIT")
      .Set("piiCategory", Json(Json::Array{"Biometric"}))
      .Set("primaryPurpose", true)
      .Set("termination", phrases.Withdrawal(facts.withdrawal_page, facts.op.complaint_channel))
      .Set("thirdPartyDisclosure", !facts.recipients.empty());
  std::string names;
  for (const std::string& recipient : facts.recipients) {
    if (!names.empty()) names.append("; ");
    names.append(recipient);
  }
  if (!names.empty()) purpose.Set("thirdPartyName", names);
  Json service = Json::MakeObject();
  service.Set("service", facts.site.display_name)
      .Set("purposes", Json(Json::Array{std::move(purpose)}));
  return service;
}

Json KantaraController(const ReceiptFacts& facts) {
  const std::string& contact = facts.op.complaint_channel;
  const bool is_email =
      contact.find('@') != std::string::npos && contact.find(' ') == std::string::npos;
  Json controller = Json::MakeObject();
  controller.Set("piiController", facts.op.display_name)
      .Set("onBehalf", false)
      .Set("contact", contact)
      .Set("address", Json::MakeObject())
      .Set("email", is_email ? contact : "")
      .Set("phone", "");
  return controller;
}

}  // namespace

Result<ReceiptFacts> ConsentReceipts::Collect(const model::Consent& consent,
                                              const std::string& token) const {
  ReceiptFacts facts;
  facts.receipt_id = crypto::RandomUuid();
  facts.issued_at = clock_.Now();
  facts.consent = consent;
  facts.log_origin = ledger_.Origin(consent.op);
  FG_ASSIGN_OR_RETURN(auto op,
                      storage::ReadOne<model::Operator>(store_, model::OperatorName(consent.op)));
  facts.op = std::move(op.resource);
  FG_ASSIGN_OR_RETURN(
      auto site, storage::ReadOne<model::Site>(store_, model::SiteName(consent.op, consent.site)));
  facts.site = std::move(site.resource);
  FG_ASSIGN_OR_RETURN(auto purpose, storage::ReadOne<model::Purpose>(
                                        store_, model::PurposeName(consent.op, consent.purpose)));
  facts.purpose = std::move(purpose.resource);
  FG_ASSIGN_OR_RETURN(const std::vector<model::Notice> notices,
                      storage::ReadResources<model::Notice>(store_, model::NameOf(facts.purpose)));
  for (const model::Notice& notice : notices) {
    if (notice.text_sha256 == consent.notice_sha256) facts.notice_language = notice.language;
  }
  std::vector<std::uint64_t> indices = consent.earlier;
  indices.push_back(consent.log_index);
  for (const std::uint64_t index : indices) {
    FG_ASSIGN_OR_RETURN(audit::Receipt receipt,
                        audit::PastReceipt(store_, consent.op, facts.log_origin, index));
    if (receipt.pruned_leaf) continue;  // of a consent that has ended
    FG_ASSIGN_OR_RETURN(ReceiptFacts::Event event, EventOf(std::move(receipt)));
    facts.events.push_back(std::move(event));
  }
  if (facts.events.empty()) {
    return Status(core::Code::kNotFound, "RECORD_PRUNED",
                  "every record of this consent, which has ended, was pruned");
  }
  FG_ASSIGN_OR_RETURN(const std::vector<model::Template> templates,
                      store_.ListTemplatesOf({consent.op, consent.subject}));
  for (const model::Template& each : templates) {
    if (each.consent == consent.id && each.purpose == consent.purpose) {
      facts.templates.push_back(each);
    }
  }
  FG_ASSIGN_OR_RETURN(const std::vector<model::Disclosure> disclosures,
                      storage::ReadResources<model::Disclosure>(store_, model::NameOf(facts.op)));
  std::set<std::string> recipients;
  for (const model::Disclosure& each : disclosures) {
    if (each.purpose.empty() || each.purpose == consent.purpose) recipients.insert(each.recipient);
  }
  facts.recipients.assign(recipients.begin(), recipients.end());
  const bool is_held = model::CustodyOf(facts.purpose) == model::TemplateCustody::kHolder;
  facts.storage_location =
      is_held ? std::string(policy::kHeldLocation) : engine_.gateway_facts().storage_location;
  facts.storage_country = engine_.gateway_facts().storage_country;
  facts.notice_url = NoticePageUrl(public_url_, {consent.op, consent.site}, consent.purpose);
  facts.own_page_url = OwnPageUrl(public_url_, token);
  facts.withdrawal_page =
      facts.own_page_url.empty() ? OwnPageUrl(public_url_, "{token}") : facts.own_page_url;
  return facts;
}

Json ConsentReceipts::Sign(Json receipt, const ReceiptFacts& facts) const {
  receipt.Set("facegate", EvidenceJson(facts));
  const tlog::VerifierKey key = ledger_.RecordKey(facts.consent.op);
  return report::SignConsentReceipt(std::move(receipt), key.name,
                                    keys_.RecordKey(facts.log_origin));
}

Json ConsentReceipts::AsIso27560(const ReceiptFacts& facts, documents::Language language) const {
  Json json = Json::MakeObject();
  json.Set("@context", Context())
      .Set("@id", "urn:uuid:" + facts.receipt_id)
      .Set("@type", "dpv:ConsentReceipt")
      .Set("schema_version", "https://w3id.org/dpv/schema/dpv-27560#receipt-record")
      .Set("receipt_id", facts.receipt_id)
      .Set("issued", core::FormatRfc3339(facts.issued_at))
      .Set("record", RecordJson(facts, ReceiptPhrases(language)));
  return Sign(std::move(json), facts);
}

Json ConsentReceipts::AsKantara(const ReceiptFacts& facts, documents::Language language) const {
  const ReceiptPhrases phrases(language);
  constexpr std::int64_t kMsPerSecond = 1000;
  Json json = Json::MakeObject();
  json.Set("version", "KI-CR-v1.1.0")
      .Set("jurisdiction", facts.site.country)
      .Set("consentTimestamp", facts.events.back().receipt.recorded_at.unix_ms / kMsPerSecond)
      .Set("collectionMethod", CollectionMethod(facts, phrases))
      .Set("consentReceiptID", facts.receipt_id)
      .Set("publicKey", ledger_.RecordKey(facts.consent.op).ToString())
      .Set("language", NoticeLanguage(facts))
      .Set("piiPrincipalId", model::SubjectName(facts.consent.op, facts.consent.subject))
      .Set("piiControllers", Json(Json::Array{KantaraController(facts)}))
      .Set("policyUrl", NoticeId(facts))
      .Set("services", Json(Json::Array{KantaraService(facts, phrases)}))
      .Set("sensitive", true)
      .Set("spiCat", Json(Json::Array{"Biometric"}));
  return Sign(std::move(json), facts);
}

documents::ReceiptModel ConsentReceipts::AsPage(const ReceiptFacts& facts,
                                                documents::Language language) const {
  const Phrases phrases(language);
  const ReceiptPhrases own(language);
  const model::Consent& consent = facts.consent;
  documents::ReceiptModel model;
  model.dated = documents::Day{core::FormatDay(facts.issued_at)};
  model.receipt_id = facts.receipt_id;
  model.controller = facts.op.display_name;
  if (!facts.op.complaint_channel.empty()) model.contact = facts.op.complaint_channel;
  model.person = model::SubjectName(consent.op, consent.subject);
  model.consent = model::ConsentName(consent.op, consent.subject, consent.id);
  model.state = static_cast<documents::ConsentState>(consent.status);
  model.place = facts.site.display_name;
  model.purpose = facts.purpose.display_name;
  model.purpose_version = consent.purpose_version;
  for (const model::ConsentScope scope : consent.scopes) model.scopes.push_back(own.Scope(scope));
  model.recipients = facts.recipients;
  model.data_kind = own.DataKind(ImageDays(facts));
  model.retention = phrases.KeptFor(facts.purpose.retention_days);
  if (WasGiven(consent)) {
    model.form = own.Form(consent.form);
    model.given_by = own.Giver(consent.given_by);
    model.until = documents::Day{core::FormatDay(consent.expires_at)};
  }
  if (consent.alternative_offered) model.alternative = phrases.Kind(*consent.alternative_offered);
  if (!consent.guardian_evidence_sha256.empty()) {
    model.guardian = own.Guardian(consent.guardian_evidence_sha256, consent.guardian_verified_by);
  }
  model.notice_sha256 = consent.notice_sha256;
  for (const model::Template& each : facts.templates) {
    model.templates.push_back(own.Model(each.model_id, each.log_index));
  }
  for (const ReceiptFacts::Event& each : facts.events) {
    model.events.push_back({static_cast<documents::ConsentState>(each.state),
                            core::FormatRfc3339(each.receipt.recorded_at),
                            static_cast<std::int64_t>(each.receipt.index)});
  }
  model.rights = own.Rights();
  model.withdrawal = own.Withdrawal(facts.withdrawal_page, facts.op.complaint_channel);
  model.log_origin = facts.log_origin;
  model.receipt_sha256 = report::ConsentReceiptHash(AsIso27560(facts, language));
  if (!facts.own_page_url.empty()) model.own_page_url = documents::Url{facts.own_page_url};
  return model;
}

std::string NoticePageUrl(const std::string& public_url, const model::SiteRef& site,
                          const model::PurposeId& purpose) {
  if (public_url.empty()) return "";
  return public_url + "/n/" + site.op.str() + "/" + site.site.str() + "/" + purpose.str();
}

std::string OwnPageUrl(const std::string& public_url, const std::string& token) {
  return public_url.empty() || token.empty() ? "" : public_url + "/c/" + token;
}

}  // namespace facegate::dossier
