// What a consent must satisfy before it is recorded.
#pragma once

#include "facegate/consent/consent_service.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/resources.h"
#include "facegate/storage/store.h"

namespace facegate::consent {

// Check the fields that need no store: scopes, hashes, form.
core::Status CheckFields(const Terms& terms);
core::Status CheckAnswer(const GrantRequest& request);

// Checks what is told of a person.
core::Status CheckFacts(const SubjectFacts& facts);

struct CheckedTerms {
  model::Purpose purpose;
  // Under which the answer still holds when the consent is written.
  storage::Preconditions preconditions;
};
// Checks terms against site, purpose and notices as they are now.
core::Result<CheckedTerms> CheckTerms(const storage::Store& store, const Terms& terms);
// Checks when a consent to that purpose ends.
core::Status CheckExpiry(const model::Purpose& purpose, core::Timestamp expires_at,
                         core::Timestamp now);

}  // namespace facegate::consent
