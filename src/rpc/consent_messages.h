// ConsentService's messages to the consent service's values and back.
#pragma once

#include "facegate/consent/consent_service.h"
#include "facegate/consent/record_desk.h"
#include "facegate/core/status.h"
#include "facegate/model/people.h"
#include "facegate/v1/consent_service.pb.h"
#include "rpc/call_guard.h"
#include "rpc/messages.h"

namespace facegate::rpc {

// Who asks, with the request's id or a new one. INVALID_ARGUMENT BAD_REQUEST_ID.
core::Result<consent::Caller> CallerOf(const Call& call, const std::string& request_id);

// Returns INVALID_ARGUMENT BAD_NAME, BAD_ID, OPERATORS_DIFFER, BAD_CONSENT_FORM, BAD_CONSENT_GIVER,
// BAD_CONSENT_SCOPE or BAD_TIMESTAMP.
core::Result<consent::Terms> FromProto(const v1::RequestConsentRequest& request);
core::Result<consent::Terms> FromProto(const v1::RefuseConsentRequest& request);
core::Result<consent::GrantRequest> FromProto(const v1::GrantConsentRequest& request);

// INVALID_ARGUMENT BAD_SUBJECT_ROLE; the consent service checks the rest.
core::Result<consent::SubjectFacts> FromProto(const v1::Subject& subject);
v1::Subject ToProto(const model::Subject& subject);
v1::Consent ToProto(const model::Consent& consent);
// A record of the log of `op`, with no more of it than the person is to see.
v1::OwnRecord ToProto(const model::OperatorId& op, const consent::OwnRecord& record);

// What an erasure cannot promise, for the person: backups made before it last until `backups_end`.
std::string LimitsOfErasure(core::Timestamp backups_end);

}  // namespace facegate::rpc
