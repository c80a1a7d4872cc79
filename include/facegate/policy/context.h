// The one place that maps registry, consent, clock and request to rule inputs.
//
// No rule reads storage by itself. Each function sets the inputs that come from one source; what no
// source sets stays missing, and a rule that needs it is not met.
#pragma once

#include "facegate/core/time.h"
#include "facegate/model/people.h"
#include "facegate/model/resources.h"
#include "facegate/policy/claim.h"
#include "facegate/rules/value.h"

namespace facegate::policy {

// now, request.*, caller.*: from the clock and the authenticated request.
void SetRequest(rules::Inputs& inputs, const Claim& claim, core::Timestamp now);
// venue.*
void SetSite(rules::Inputs& inputs, const model::Site& site);
// access_point.*, alternatives.*; nullptr: the camera belongs to none.
void SetAccessPoint(rules::Inputs& inputs, const model::AccessPoint* access_point);
// camera.*
void SetCamera(rules::Inputs& inputs, const model::Camera& camera);
// purpose.*, and notice.registered: whether a notice of this version is registered.
void SetPurpose(rules::Inputs& inputs, const model::Purpose& purpose, bool notice_registered);
// consent.*; nullptr: there is none, which is known (status "absent"), not missing.
void SetConsent(rules::Inputs& inputs, const model::Consent* consent, const model::Purpose& purpose,
                const model::SiteId& site, core::Timestamp now);
// subject.*; nullptr: unknown to the operator.
void SetSubject(rules::Inputs& inputs, const model::Subject* subject, bool enrolled);
// faces.*, image.bystander_present
void SetView(rules::Inputs& inputs, const FacesInView& view);

}  // namespace facegate::policy
