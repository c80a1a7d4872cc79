#include "consent/events.h"

#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/core/check.h"
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
    case model::ConsentStatus::kRefused:
    case model::ConsentStatus::kSuperseded:
      break;
  }
  FG_CHECK(false && "no event brings a consent into this status");
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
  event.body.Set("purpose_version", consent.purpose_version)
      .Set("form", model::Word(consent.form))
      .Set("scopes", std::move(scopes))
      .Set("given_by", model::Word(consent.given_by))
      .Set("notice_sha256", consent.notice_sha256);
  if (!consent.evidence_sha256.empty()) {
    // Keyed: a plain hash of, say, a scanned form would let whoever holds the form find its signer.
    event.body.Set("evidence_hmac", core::HexEncode(keys.KeyedHash(
                                        "evidence", core::AsBytes(consent.evidence_sha256))));
  }
  event.body.Set("expires_at", core::FormatRfc3339(consent.expires_at)).Set("epoch", consent.epoch);
  return event;
}

}  // namespace facegate::consent
