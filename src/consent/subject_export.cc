#include "consent/subject_export.h"

#include <set>
#include <string_view>
#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"
#include "facegate/images/kept_image.h"
#include "facegate/model/compliance.h"
#include "facegate/model/duties.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"
#include "facegate/storage/typed.h"

namespace facegate::consent {
namespace {

using core::Json;
using core::Result;
using core::Status;

void SetText(Json& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.Set(name, text);
}
template <class E>
void SetWord(Json& json, std::string_view name, const std::optional<E>& value) {
  if (value) json.Set(name, model::Word(*value));
}

Json SubjectJson(const model::Subject& subject) {
  Json json = Json::MakeObject();
  json.Set("name", model::SubjectName(subject.op, subject.id));
  if (subject.age_known) json.Set("age_years", subject.age_years);
  SetText(json, "country", subject.country);
  SetText(json, "region", subject.region);
  SetWord(json, "role", subject.role);
  if (subject.needs_accessibility) json.Set("needs_accessibility", *subject.needs_accessibility);
  json.Set("created_at", core::FormatRfc3339(subject.created_at));
  if (subject.restricted_at) {
    json.Set("restricted_at", core::FormatRfc3339(*subject.restricted_at));
  }
  json.Set("log_index", subject.log_index);
  return json;
}

Json ConsentJson(const model::Consent& consent) {
  Json scopes = Json::MakeArray();
  for (const model::ConsentScope scope : consent.scopes) scopes.Push(model::Word(scope));
  Json json = Json::MakeObject();
  json.Set("name", model::ConsentName(consent.op, consent.subject, consent.id))
      .Set("site", model::SiteName(consent.op, consent.site))
      .Set("purpose", model::PurposeName(consent.op, consent.purpose))
      .Set("purpose_version", consent.purpose_version)
      .Set("status", model::Word(consent.status))
      .Set("form", model::Word(consent.form))
      .Set("given_by", model::Word(consent.given_by))
      .Set("scopes", std::move(scopes))
      .Set("notice_sha256", consent.notice_sha256);
  SetText(json, "evidence_sha256", consent.evidence_sha256);
  SetText(json, "guardian_evidence_sha256", consent.guardian_evidence_sha256);
  SetText(json, "guardian_verified_by", consent.guardian_verified_by);
  SetWord(json, "alternative_offered", consent.alternative_offered);
  SetWord(json, "channel", consent.channel);
  json.Set("granted_at", core::FormatRfc3339(consent.granted_at))
      .Set("expires_at", core::FormatRfc3339(consent.expires_at))
      .Set("epoch", consent.epoch)
      .Set("log_index", consent.log_index);
  return json;
}

// What there is, never what is in it.
Json TemplateJson(const model::Template& value) {
  Json json = Json::MakeObject();
  json.Set("id", value.id.str())
      .Set("purpose", model::PurposeName(value.op, value.purpose))
      .Set("site", model::SiteName(value.op, value.site))
      .Set("consent", model::ConsentName(value.op, value.subject, value.consent))
      .Set("model", value.model_id)
      .Set("created_at", core::FormatRfc3339(value.created_at))
      .Set("log_index", value.log_index);
  return json;
}

// What is kept of a picture, with the picture itself, in base64: it is the person's. One that does
// not open is told without.
Result<Json> ImagesJson(const storage::Store& store, const crypto::KeyRing& keys,
                        const model::SubjectRef& subject) {
  FG_ASSIGN_OR_RETURN(const auto kept, store.ListImagesOf(subject));
  Json list = Json::MakeArray();
  for (const model::KeptImage& listed : kept) {
    const model::ImageRef ref{listed.op, listed.subject, listed.id};
    const Result<model::KeptImage> image = store.GetImage(ref);
    if (!image.ok() && image.status().code() == core::Code::kNotFound) continue;  // just ended
    if (!image.ok()) return image.status();
    Json json = Json::MakeObject();
    json.Set("name", model::ImageName(image->op, image->subject, image->id))
        .Set("purpose", model::PurposeName(image->op, image->purpose))
        .Set("site", model::SiteName(image->op, image->site))
        .Set("consent", model::ConsentName(image->op, image->subject, image->consent))
        .Set("kept", model::Word(image->kept))
        .Set("created_at", core::FormatRfc3339(image->created_at))
        .Set("expires_at", core::FormatRfc3339(image->expires_at))
        .Set("log_index", image->log_index);
    const Result<crypto::SecretBytes> jpeg = images::Open(*image, keys);
    if (jpeg.ok()) json.Set("jpeg_base64", crypto::Base64Encode(jpeg->span()));
    list.Push(std::move(json));
  }
  return list;
}

// The members of an entry that are about the person and what became of them.
Result<Json> RecordJson(const storage::LogEntry& entry) {
  FG_ASSIGN_OR_RETURN(const Json whole, storage::LineOf(entry.entry));
  Json json = Json::MakeObject();
  for (const char* name : {"index",
                           "time",
                           "type",
                           "site",
                           "access_point",
                           "camera",
                           "purpose",
                           "purpose_version",
                           "actor",
                           "operation",
                           "outcome",
                           "reason",
                           "form",
                           "scopes",
                           "given_by",
                           "notice_sha256",
                           "expires_at",
                           "templates_destroyed",
                           "images_destroyed",
                           "image_kept",
                           "image_expires_at",
                           "why",
                           "query",
                           "filter",
                           "found",
                           "cause",
                           "request_id"}) {
    if (const Json* member = whole.Find(name); member != nullptr) json.Set(name, *member);
  }
  return json;
}

// A resource as it is registered, with its full name.
template <class R>
Json NamedJson(const R& resource) {
  const Json stored = model::ToJson(resource);
  Json json = Json::MakeObject();
  json.Set("name", model::NameOf(resource));
  for (const auto& [member, value] : stored.AsObject()) json.Set(member, value);
  return json;
}

template <class R>
Status AddOf(const storage::Store& store, const model::SubjectRef& subject, Json& list) {
  FG_ASSIGN_OR_RETURN(const auto all,
                      storage::ReadResources<R>(store, model::OperatorName(subject.op)));
  for (const R& one : all) {
    if (one.subject != subject.subject) continue;
    Json json = Json::MakeObject();
    json.Set("kind", model::Kind<R>::kWord).Set("resource", NamedJson(one));
    list.Push(std::move(json));
  }
  return Status::Ok();
}

}  // namespace

Result<SubjectExport> SubjectExport::Open(const storage::Store& store, const crypto::KeyRing& keys,
                                          const model::SubjectRef& subject, core::Timestamp now) {
  SubjectExport made(store, keys, subject);
  FG_ASSIGN_OR_RETURN(const model::Subject known, store.GetSubject(subject));
  made.next_day_ = DayOf(known.created_at);
  made.last_day_ = DayOf(now);
  FG_ASSIGN_OR_RETURN(made.places_, PlacesEver(store, subject.op));
  return made;
}

Result<std::string> SubjectExport::Facts(core::Timestamp now, std::uint64_t record) const {
  FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(subject_));
  FG_ASSIGN_OR_RETURN(const auto consents, store_.ListConsents(subject_));
  FG_ASSIGN_OR_RETURN(const auto templates, store_.ListTemplatesOf(subject_));
  const std::string op_name = model::OperatorName(subject_.op);
  FG_ASSIGN_OR_RETURN(const auto op, storage::ReadOne<model::Operator>(store_, op_name));

  Json consent_list = Json::MakeArray();
  std::set<model::PurposeId> purposes;
  for (const model::Consent& consent : consents) {
    purposes.insert(consent.purpose);
    consent_list.Push(ConsentJson(consent));
  }
  Json template_list = Json::MakeArray();
  for (const model::Template& value : templates) template_list.Push(TemplateJson(value));
  FG_ASSIGN_OR_RETURN(Json image_list, ImagesJson(store_, keys_, subject_));
  Json duties = Json::MakeArray();
  FG_RETURN_IF_ERROR(AddOf<model::Complaint>(store_, subject_, duties));
  FG_RETURN_IF_ERROR(AddOf<model::RightsRequest>(store_, subject_, duties));
  Json purpose_list = Json::MakeArray();
  for (const model::PurposeId& id : purposes) {
    const auto purpose =
        storage::ReadOne<model::Purpose>(store_, model::PurposeName(subject_.op, id));
    if (purpose.ok()) purpose_list.Push(NamedJson(purpose->resource));
  }
  FG_ASSIGN_OR_RETURN(const auto all, storage::ReadResources<model::Disclosure>(store_, op_name));
  Json disclosures = Json::MakeArray();
  for (const model::Disclosure& one : all) {
    const bool may_be_theirs = one.purpose.empty() || purposes.contains(one.purpose);
    if (may_be_theirs) disclosures.Push(NamedJson(one));
  }

  Json facts = Json::MakeObject();
  facts.Set("v", 1)
      .Set("type", "facegate.subject_export")
      .Set("generated_at", core::FormatRfc3339(now))
      .Set("record", record)
      .Set("operator", NamedJson(op.resource))
      .Set("subject", SubjectJson(subject))
      .Set("consents", std::move(consent_list))
      .Set("templates", std::move(template_list))
      .Set("images", std::move(image_list))
      .Set("duties", std::move(duties))
      .Set("purposes", std::move(purpose_list))
      .Set("disclosures", std::move(disclosures));
  std::string text = facts.Dump();
  text.pop_back();  // the object goes on
  text += ",\"records\":[";
  return text;
}

Result<std::optional<std::string>> SubjectExport::NextDay() {
  FG_ASSIGN_OR_RETURN(const model::Subject subject, store_.GetSubject(subject_));
  if (next_day_ > last_day_) return std::optional<std::string>();
  std::vector<storage::LogEntry> found;
  {
    FG_ASSIGN_OR_RETURN(const crypto::SecretBytes secret, SecretOf(subject, keys_));
    FG_ASSIGN_OR_RETURN(found, RecordsOfDay(store_, subject_.op, secret, places_, next_day_, {}));
  }
  std::string text;
  for (const storage::LogEntry& entry : found) {
    FG_ASSIGN_OR_RETURN(const Json json, RecordJson(entry));
    if (has_records_) text += ',';
    has_records_ = true;
    text += json.Dump();
  }
  ++next_day_;
  return std::optional<std::string>(std::move(text));
}

}  // namespace facegate::consent
