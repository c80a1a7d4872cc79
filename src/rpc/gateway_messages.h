// GatewayService's messages to claims, and recorded outcomes to answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facegate/audit/outcome.h"
#include "facegate/core/status.h"
#include "facegate/policy/claim.h"
#include "facegate/v1/gateway_service.pb.h"
#include "rpc/messages.h"

namespace facegate::rpc {

// Claims of an authenticated, authorised caller. Return INVALID_ARGUMENT BAD_NAME, BAD_REQUEST_ID,
// BAD_CLIENT_COUNTER, BAD_REGION, BAD_LEASE, BAD_SITTING, BAD_CREDENTIAL, BAD_OVERRIDE_REASON,
// BAD_WAIT, or OPERATORS_DIFFER if the names are not of one operator.
// The pass, or what is on the badge; empty for a face and for staff.
std::string_view ShownIn(const v1::AuthorizeRequest& request);
core::Result<policy::Claim> ToClaim(const v1::AuthorizeRequest& request,
                                    const model::Principal& caller);
core::Result<policy::Claim> ToClaim(const v1::IdentifyRequest& request,
                                    const model::Principal& caller);
core::Result<policy::Claim> ToClaim(const v1::EnrollRequest& request,
                                    const model::Principal& caller);
core::Result<policy::Claim> ToClaim(const v1::StreamConfig& config, const model::Principal& caller);
core::Result<policy::Claim> ToClaim(const v1::SittingConfig& config,
                                    const model::Principal& caller);
// How many templates a sitting is for. Returns INVALID_ARGUMENT BAD_TEMPLATES.
core::Result<int> TemplatesOf(const v1::SittingConfig& config);

// What the caller learns. A coarse caller whose reason becomes CONSENT_MISSING gets one constant
// finding, no counts and no detail, so that the six states behind it look the same.
v1::Answer ToAnswer(const policy::Grounds& grounds, const audit::Outcome& outcome,
                    const std::vector<policy::RuleFinding>& findings, const audit::Receipt& receipt,
                    Detail detail);
v1::Answer ToAnswer(const audit::Recorded& recorded, Detail detail);

}  // namespace facegate::rpc
