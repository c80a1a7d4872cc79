#include "apps/cli/subject_paper.h"

#include <cmath>
#include <map>
#include <string>

#include "apps/cli/session.h"
#include "facegate/core/text.h"

namespace facegate::apps {
namespace {

using core::Json;
using documents::RecordMatter;

std::vector<Json> ListOf(const Json& json, std::string_view name) {
  const Json* list = json.Find(name);
  return list != nullptr && list->is_array() ? list->AsArray() : std::vector<Json>();
}

std::optional<documents::Text> MaybeText(const Json& json, std::string_view name) {
  std::string text = json.StringOr(name, "");
  return text.empty() ? std::nullopt : std::optional<documents::Text>(std::move(text));
}

// The enum value of a word of the log, which the documents spell in lower case.
template <class E>
E OfWord(const Json& json, std::string_view name, E last, E otherwise) {
  const std::string word = core::AsciiLower(json.StringOr(name, ""));
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (documents::WordOf(static_cast<E>(i)) == word) return static_cast<E>(i);
  }
  return otherwise;
}

RecordMatter MatterOf(const std::string& type) {
  if (type == "decision") return RecordMatter::kDecision;
  if (type == "template.enrolled" || type == "template.issued_to_holder")
    return RecordMatter::kEnrolment;
  if (type.starts_with("consent.")) return RecordMatter::kConsent;
  if (type == "subject.created") return RecordMatter::kRegistration;
  if (type == "subject.restricted" || type == "subject.released") return RecordMatter::kRestriction;
  if (type == "subject.exported") return RecordMatter::kExport;
  if (type.starts_with("image.")) return RecordMatter::kImage;
  return RecordMatter::kOther;
}

std::optional<documents::RecordAnswer> AnswerOf(const Json& record) {
  const std::string outcome = record.StringOr("outcome", "");
  if (outcome == "ALLOW") return documents::RecordAnswer::kAllowed;
  if (outcome == "USE_ALTERNATIVE") return documents::RecordAnswer::kSentAnotherWay;
  if (outcome == "DENY") return documents::RecordAnswer::kDenied;
  return std::nullopt;
}

void AddConsents(const Json& document, const std::map<std::string, std::string>& purposes,
                 documents::AccessModel& model) {
  const auto name_of = [&purposes](const Json& json) {
    const std::string name = json.StringOr("purpose", "");
    const auto known = purposes.find(name);
    return known == purposes.end() || known->second.empty() ? name : known->second;
  };
  for (const Json& json : ListOf(document, "consents")) {
    documents::AccessConsent consent;
    consent.name = json.StringOr("name", "");
    consent.state = OfWord(json, "status", documents::ConsentState::kSuperseded,
                           documents::ConsentState::kRequested);
    consent.purpose = name_of(json);
    consent.site = json.StringOr("site", "");
    consent.since = json.StringOr("granted_at", "");
    const bool was_given = consent.state != documents::ConsentState::kRequested &&
                           consent.state != documents::ConsentState::kRefused;
    if (was_given) consent.until = MaybeText(json, "expires_at");
    for (const Json& scope : ListOf(json, "scopes")) consent.scopes.push_back(scope.AsString());
    model.consents.push_back(std::move(consent));
  }
  for (const Json& json : ListOf(document, "templates")) {
    model.templates.push_back(
        {name_of(json), json.StringOr("site", ""), json.StringOr("created_at", "")});
  }
  for (const Json& json : ListOf(document, "images")) {
    model.images.push_back({name_of(json), json.StringOr("site", ""),
                            json.StringOr("created_at", ""), json.StringOr("expires_at", "")});
  }
}

}  // namespace

core::Result<documents::AccessModel> AccessModelOf(const Json& document) {
  if (document.StringOr("type", "") != "facegate.subject_export" ||
      !document.BoolOr("complete", false)) {
    return core::Status(core::Code::kInvalidArgument, "BAD_EXPORT", "not a whole export");
  }
  const Json& op = MemberOrNull(document, "operator");
  const Json& subject = MemberOrNull(document, "subject");
  documents::AccessModel model;
  model.dated = {document.StringOr("generated_at", "").substr(0, 10)};
  model.controller = op.StringOr("display_name", "");
  model.contact = MaybeText(op, "contact");
  model.person = subject.StringOr("name", "");
  model.registered_at = subject.StringOr("created_at", "");
  if (subject.Find("age_years") != nullptr) {
    model.age = std::to_string(std::lround(std::floor(subject.NumberOr("age_years", 0))));
  }
  model.restricted_since = MaybeText(subject, "restricted_at");
  std::map<std::string, std::string> purposes;
  for (const Json& purpose : ListOf(document, "purposes")) {
    purposes[purpose.StringOr("name", "")] = purpose.StringOr("display_name", "");
  }
  AddConsents(document, purposes, model);
  for (const Json& duty : ListOf(document, "duties")) {
    model.duties.push_back(MemberOrNull(duty, "resource").StringOr("name", ""));
  }
  for (const Json& json : ListOf(document, "disclosures")) {
    documents::AccessDisclosure disclosure;
    disclosure.recipient = json.StringOr("recipient", "");
    disclosure.basis = OfWord(json, "basis", documents::DisclosureBasis::kProcessorContract,
                              documents::DisclosureBasis::kNone);
    disclosure.on = json.StringOr("disclosed_on", "");
    model.disclosures.push_back(std::move(disclosure));
  }
  for (const Json& json : ListOf(document, "records")) {
    documents::AccessRecord record;
    record.index = json.IntOr("index", 0);
    record.at = json.StringOr("time", "");
    record.matter = MatterOf(json.StringOr("type", ""));
    record.answer = AnswerOf(json);
    record.site = MaybeText(json, "site");
    record.purpose = MaybeText(json, "purpose");
    model.records.push_back(std::move(record));
  }
  return model;
}

}  // namespace facegate::apps
