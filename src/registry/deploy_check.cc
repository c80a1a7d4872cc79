#include "registry/deploy_check.h"

#include <string>
#include <utility>

#include "facegate/policy/context.h"

namespace facegate::registry {
namespace {

using core::Code;
using core::Status;

rules::Inputs InputsOf(const policy::Engine& engine, const rules::RuleView& view,
                       const Deployment& fixed, core::Timestamp now) {
  rules::Inputs inputs(view.rule_set().vocabulary());
  policy::SetAsked(inputs, std::nullopt, now);
  policy::SetGateway(inputs, engine.gateway_facts());
  if (fixed.site) policy::SetSite(inputs, *fixed.site);
  if (fixed.camera) policy::SetCamera(inputs, *fixed.camera);
  if (fixed.access_point) {
    const model::AccessPoint designed = model::AsDesigned(*fixed.access_point);
    policy::SetAccessPoint(inputs, &designed, now);
  } else if (fixed.camera && fixed.camera->access_point.empty()) {
    policy::SetAccessPoint(inputs, nullptr, now);
  }
  if (!fixed.purpose) return inputs;
  policy::SetPurpose(inputs, *fixed.purpose);
  // An exemption is in the register before the purpose that rests on it.
  const model::SiteRef site{fixed.purpose->op, fixed.site ? fixed.site->id : model::SiteId()};
  policy::SetExemption(inputs, fixed.exemptions, site, fixed.purpose->id, now);
  return inputs;
}

}  // namespace

Status CheckDeployment(const policy::Engine& engine, const Deployment& fixed, core::Timestamp now) {
  FG_ASSIGN_OR_RETURN(const auto view, engine.RulesAt(fixed.site.value_or(model::Site())));
  const rules::Inputs inputs = InputsOf(engine, *view, fixed, now);
  const auto lost = view->Foreclosed(inputs, rules::Phase::kDeploy);
  if (lost.empty()) return Status::Ok();
  std::string message = "no deployment of this would be allowed; refused by";
  for (const rules::Rule* rule : lost) message += " " + rule->id;
  return Status(Code::kFailedPrecondition, "RULE_REFUSED", std::move(message));
}

}  // namespace facegate::registry
