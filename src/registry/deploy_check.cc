#include "registry/deploy_check.h"

#include <algorithm>
#include <set>
#include <utility>

#include "facegate/policy/claim.h"
#include "facegate/policy/context.h"

namespace facegate::registry {
namespace {

using core::Code;
using core::Status;

// ISO 3166-1 keeps this code free for private use: "some country".
constexpr const char* kNoCountry = "ZZ";

model::Site SomeSite(const model::OperatorId& op) {
  model::Site site;
  site.op = op;
  site.id = model::SiteId("any");
  site.country = kNoCountry;
  return site;
}

model::AccessPoint SomeAccessPoint(const model::Site& site) {
  model::AccessPoint access_point;
  access_point.op = site.op;
  access_point.site = site.id;
  access_point.id = model::AccessPointId("any");
  access_point.alternatives = {model::Alternative{model::AlternativeKind::kStaffDesk, "", true}};
  return access_point;
}

// The register must be able to say that an alternative broke down. Whether one works is judged at
// every request; here it counts that it is there.
model::AccessPoint AsDesigned(model::AccessPoint access_point) {
  access_point.heartbeat_s_max = 0;
  for (model::Alternative& alternative : access_point.alternatives) alternative.operational = true;
  return access_point;
}

std::vector<model::Camera> Cameras(const Deployment& fixed, const model::AccessPoint& at) {
  if (fixed.camera) return {*fixed.camera};
  std::vector<model::Camera> cameras;
  for (const model::CameraUse use : {model::CameraUse::kDoor, model::CameraUse::kMarkedLane,
                                     model::CameraUse::kEnrollmentDesk}) {
    const bool desk = use == model::CameraUse::kEnrollmentDesk;
    if (desk && fixed.access_point) continue;  // an access point is not made for its desk
    model::Camera camera;
    camera.op = at.op;
    camera.site = at.site;
    camera.id = model::CameraId("any");
    camera.use = use;
    if (!desk) camera.access_point = at.id;
    cameras.push_back(std::move(camera));
  }
  return cameras;
}

std::vector<model::Purpose> Purposes(const Deployment& fixed, const model::OperatorId& op) {
  if (fixed.purpose) return {*fixed.purpose};
  std::vector<model::Purpose> purposes;
  const int last = static_cast<int>(model::PurposeCategory::kPersonalDeviceUnlock);
  for (int category = 0; category <= last; ++category) {
    model::Purpose purpose;
    purpose.op = op;
    purpose.id = model::PurposeId("any");
    purpose.category = static_cast<model::PurposeCategory>(category);
    purpose.retention_days = 1;
    purpose.necessity_statement = "any";
    purpose.alternatives_assessed = true;
    purposes.push_back(std::move(purpose));
  }
  return purposes;
}

model::Operation OperationOf(model::CameraUse use) {
  switch (use) {
    case model::CameraUse::kDoor:
      return model::Operation::kVerify1to1;
    case model::CameraUse::kMarkedLane:
      return model::Operation::kIdentify1toN;
    case model::CameraUse::kEnrollmentDesk:
      return model::Operation::kEnroll;
  }
  return model::Operation::kVerify1to1;
}

// An orderly request of that deployment.
policy::Claim SomeClaim(const model::Camera& camera, const model::Purpose& purpose) {
  policy::Claim claim;
  claim.operation = OperationOf(camera.use);
  claim.camera = {camera.op, camera.site, camera.id};
  claim.purpose = purpose.id;
  claim.caller.role = model::Role::kController;
  if (claim.operation != model::Operation::kIdentify1toN) claim.subject = model::SubjectId("any");
  if (claim.operation == model::Operation::kEnroll) {
    claim.caller.role = model::Role::kEnroller;
    claim.region = camera.region_of_interest;
  }
  return claim;
}

// The rules that refuse one deployment; empty: it may be.
std::set<std::string> Refusals(const rules::RuleSet& rules, const model::Site& site,
                               const model::AccessPoint& access_point, const model::Camera& camera,
                               const model::Purpose& purpose, core::Timestamp now) {
  rules::Inputs inputs(rules.vocabulary());
  policy::SetRequest(inputs, SomeClaim(camera, purpose), now);
  policy::SetSite(inputs, site);
  policy::SetAccessPoint(inputs, camera.access_point.empty() ? nullptr : &access_point);
  policy::SetCamera(inputs, camera);
  policy::SetPurpose(inputs, purpose, /*notice_registered=*/true);
  const rules::Evaluation evaluation =
      rules.Evaluate(inputs, rules::Phase::kDeploy, rules::Stage::kRequest);
  std::set<std::string> refusals;
  if (!evaluation.denied()) return refusals;
  for (const rules::Finding& finding : evaluation.unmet) {
    if (finding.blocks) refusals.insert(finding.rule->id);
  }
  return refusals;
}

// The rules that refuse every deployment or, where no single one does, all that refuse any.
std::set<std::string> Decisive(const std::vector<std::set<std::string>>& refusals) {
  std::set<std::string> common = refusals.front();
  std::set<std::string> any;
  for (const std::set<std::string>& one : refusals) {
    std::erase_if(common, [&one](const std::string& id) { return !one.contains(id); });
    any.insert(one.begin(), one.end());
  }
  return common.empty() ? any : common;
}

model::OperatorId OperatorOf(const Deployment& fixed) {
  return fixed.site ? fixed.site->op : fixed.purpose ? fixed.purpose->op : model::OperatorId();
}

}  // namespace

Status CheckDeployment(const rules::RuleSet& rules, const Deployment& fixed, core::Timestamp now) {
  const model::Site site = fixed.site.value_or(SomeSite(OperatorOf(fixed)));
  const model::AccessPoint access_point =
      AsDesigned(fixed.access_point.value_or(SomeAccessPoint(site)));
  std::vector<std::set<std::string>> refusals;
  for (const model::Camera& camera : Cameras(fixed, access_point)) {
    for (const model::Purpose& purpose : Purposes(fixed, site.op)) {
      refusals.push_back(Refusals(rules, site, access_point, camera, purpose, now));
      if (refusals.back().empty()) return Status::Ok();
    }
  }
  std::string message = "no deployment of this would be allowed; refused by";
  for (const std::string& id : Decisive(refusals)) message += " " + id;
  return Status(Code::kFailedPrecondition, "RULE_REFUSED", std::move(message));
}

}  // namespace facegate::registry
