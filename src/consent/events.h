// The log events of people. An event never names its subject or consent: the ledger puts the
// subject's pseudonym in, and only who holds the subject's secret can tell whose it is.
#pragma once

#include <string>
#include <vector>

#include "facegate/audit/outcome.h"
#include "facegate/consent/consent_service.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/people.h"

namespace facegate::consent {

// `type` is "subject.created" or "subject.erased".
audit::Event SubjectEvent(std::string type, const Caller& caller, const model::Subject& subject);

// The event that brings `consent` into its present status. The type follows from it.
audit::Event ConsentEvent(const Caller& caller, const model::Consent& consent,
                          const model::Subject& subject, const crypto::KeyRing& keys);

// That the person took back, alone, that images are kept, and how many that destroyed. `consent` is
// what stands from then on.
audit::Event NarrowedEvent(const Caller& caller, const model::Consent& consent,
                           const model::Subject& subject, int images_destroyed,
                           const crypto::KeyRing& keys);

// What became of a kept image: "image.viewed" or "image.deleted".
audit::Event ImageEvent(std::string type, const Caller& caller, const model::KeptImage& image,
                        const model::Subject& subject);

// That it was tried to bring `consent` into its present status, and which rules refused.
audit::Event DisallowedEvent(const Caller& caller, const model::Consent& consent,
                             const model::Subject& subject,
                             std::vector<policy::RuleFinding> findings);

}  // namespace facegate::consent
