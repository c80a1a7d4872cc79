// What a consent must satisfy before it is recorded.
#pragma once

#include "facegate/consent/consent_service.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/resources.h"
#include "facegate/storage/store.h"

namespace facegate::consent {

// Checks the fields that need no store: form, scopes, hashes.
core::Status CheckFields(const GrantRequest& request);

// Checks what is told of a person.
core::Status CheckFacts(const SubjectFacts& facts);

// Checks the request against site, purpose and notices as they are now. Returns the preconditions
// under which the answer still holds when the consent is written.
core::Result<storage::Preconditions> CheckTerms(const storage::Store& store,
                                                const GrantRequest& request, core::Timestamp now);

}  // namespace facegate::consent
