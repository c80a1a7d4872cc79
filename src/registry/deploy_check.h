// Deploy-phase rules over the register: may this place, or this purpose, be used at all?
//
// A deployment is a camera's use at an access point of a site, for a purpose. What a change fixes
// of it is taken as it is, with what stands above it; the rest is tried as favourably as it could
// be. A change is refused where every such deployment is. No rule is skipped: an input that nothing
// supplies is missing, and a rule that needs it is not met.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/resources.h"
#include "facegate/rules/rule_set.h"

namespace facegate::registry {

// What is fixed of a deployment.
struct Deployment {
  std::optional<model::Site> site;
  std::optional<model::AccessPoint> access_point;
  std::optional<model::Camera> camera;
  std::optional<model::Purpose> purpose;
};

// Returns FAILED_PRECONDITION RULE_REFUSED, with the ids of the rules that refuse in the message.
core::Status CheckDeployment(const rules::RuleSet& rules, const Deployment& fixed,
                             core::Timestamp now);

}  // namespace facegate::registry
