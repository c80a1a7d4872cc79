#include "consent/events.h"

#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"

namespace facegate::consent {
namespace {

const char* EventType(model::ConsentStatus status) {
  switch (status) {
    case model::ConsentStatus::kGranted:
      return "consent.granted";
    case model::ConsentStatus::kWithdrawn:
      return "consent.withdrawn";
    case model::ConsentStatus::kExpired:
      return "consent.expired";
    case model::ConsentStatus::kRequested:
      return "consent.requested";
    case model::ConsentStatus::kRefused:
      return "consent.refused";
    case model::ConsentStatus::kSuperseded:
      return "consent.superseded";
  }
  return "";
}

}  // namespace

audit::Event SubjectEvent(std::string type, const Caller& caller, const model::Subject& subject) {
  audit::Event event;
  event.type = std::move(type);
  event.log = subject.op;
  event.actor = caller.principal;
  event.request_id = caller.request_id;
  event.subject = subject.id;
  event.wrapped_subject_secret = subject.wrapped_secret;
  return event;
}

audit::Event ConsentEvent(const Caller& caller, const model::Consent& consent,
                          const model::Subject& subject, const crypto::KeyRing& keys) {
  audit::Event event = SubjectEvent(EventType(consent.status), caller, subject);
  event.site = consent.site;
  event.purpose = consent.purpose;

  core::Json scopes = core::Json::MakeArray();
  for (const model::ConsentScope scope : consent.scopes) scopes.Push(model::Word(scope));
  // One that nobody answered, or refused, has no form and no end.
  const bool was_given = consent.status != model::ConsentStatus::kRequested &&
                         consent.status != model::ConsentStatus::kRefused;
  event.body.Set("purpose_version", consent.purpose_version);
  if (was_given) event.body.Set("form", model::Word(consent.form));
  event.body.Set("scopes", std::move(scopes));
  if (was_given) event.body.Set("given_by", model::Word(consent.given_by));
  event.body.Set("notice_sha256", consent.notice_sha256);
  if (!consent.evidence_sha256.empty()) {
    // Keyed: a plain hash of, say, a scanned form would let whoever holds the form find its signer.
    event.body.Set("evidence_hmac", core::HexEncode(keys.KeyedHash(
                                        "evidence", core::AsBytes(consent.evidence_sha256))));
  }
  if (consent.alternative_offered) {
    event.body.Set("alternative_offered", model::Word(*consent.alternative_offered));
  }
  if (consent.channel) event.body.Set("channel", model::Word(*consent.channel));
  if (was_given) event.body.Set("expires_at", core::FormatRfc3339(consent.expires_at));
  event.body.Set("epoch", consent.epoch);
  return event;
}

audit::Event NarrowedEvent(const Caller& caller, const model::Consent& consent,
                           const model::Subject& subject, int images_destroyed,
                           const crypto::KeyRing& keys) {
  audit::Event event = ConsentEvent(caller, consent, subject, keys);
  event.type = "consent.narrowed";
  event.body.Set("images_destroyed", images_destroyed);
  return event;
}

audit::Event ImageEvent(std::string type, const Caller& caller, const model::KeptImage& image,
                        const model::Subject& subject) {
  audit::Event event = SubjectEvent(std::move(type), caller, subject);
  event.site = image.site;
  event.purpose = image.purpose;
  // Not its enrolment's record: that would link what is told under pseudonyms of different days.
  event.body.Set("image_kept", model::Word(image.kept));
  return event;
}

audit::Event DisallowedEvent(const Caller& caller, const model::Consent& consent,
                             const model::Subject& subject,
                             std::vector<policy::RuleFinding> findings) {
  audit::Event event = SubjectEvent("consent.disallowed", caller, subject);
  event.site = consent.site;
  event.purpose = consent.purpose;
  event.body.Set("purpose_version", consent.purpose_version)
      .Set("tried", EventType(consent.status));
  event.findings = std::move(findings);
  return event;
}

}  // namespace facegate::consent
