// Deploy-phase rules over the register: could this place, or this purpose, ever be used?
//
// A deployment is a camera's use at an access point of a site, for a purpose, and comes into the
// register piece by piece. A change is refused where a rule is lost for good: whatever is
// registered later, nothing could meet it. What is merely not there yet (the signs of a new site)
// refuses requests until it is, as policy::Engine judges with every one.
#pragma once

#include <optional>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/compliance.h"
#include "facegate/model/resources.h"
#include "facegate/policy/engine.h"

namespace facegate::registry {

// What is fixed of a deployment.
struct Deployment {
  std::optional<model::Site> site;
  std::optional<model::AccessPoint> access_point;
  std::optional<model::Camera> camera;
  std::optional<model::Purpose> purpose;
  // Of the operator: a purpose that needs one is registered after it.
  std::vector<model::Exemption> exemptions;
};

// Returns FAILED_PRECONDITION RULE_REFUSED, with the ids of the rules that refuse in the message;
// NOT_FOUND PACK_UNKNOWN and FAILED_PRECONDITION PACK_NOT_IN_FORCE for a pack that the site names.
core::Status CheckDeployment(const policy::Engine& engine, const Deployment& fixed,
                             core::Timestamp now);

}  // namespace facegate::registry
