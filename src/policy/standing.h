// What stands before a request comes: the deployment it is about and the person it names, read from
// registry and consent ledger and kept while nothing there changes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/model/people.h"
#include "facegate/model/resources.h"
#include "facegate/rules/rule_set.h"
#include "facegate/storage/store.h"
#include "policy/kept.h"

namespace facegate::policy {

// A camera used for a purpose. Immutable.
struct Deployment {
  model::Camera camera;
  model::Site site;
  std::optional<model::AccessPoint> access_point;
  model::Purpose purpose;
  std::vector<std::uint64_t> rests_on;  // log indices of the registry events behind it
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const rules::Inputs> inputs;  // those that only the registry decides
};

// A person as a purpose at a site sees them. Immutable.
struct Person {
  std::optional<model::Subject> subject;  // nothing: unknown or erased
  std::optional<model::Consent> consent;  // the newest for that site and purpose
  bool enrolled = false;
};

// Thread-safe.
class Standing {
 public:
  // `store` must outlive it.
  explicit Standing(const storage::Store& store);

  // NOT_FOUND where camera, site, access point or purpose is not registered.
  core::Result<std::shared_ptr<const Deployment>> DeploymentOf(
      const model::CameraRef& camera, const model::PurposeId& purpose,
      const std::shared_ptr<const rules::RuleSet>& rules);
  // An unknown person is a Person without a subject, not an error.
  core::Result<std::shared_ptr<const Person>> PersonAt(const model::SubjectRef& subject,
                                                       const model::SiteId& site,
                                                       const model::PurposeId& purpose);
  // Lets go of everything kept about a person.
  void Forget(const model::SubjectRef& subject);

 private:
  core::Result<std::shared_ptr<const Deployment>> LoadDeployment(
      const model::CameraRef& camera, const model::PurposeId& purpose,
      const std::shared_ptr<const rules::RuleSet>& rules) const;
  core::Result<std::shared_ptr<const Person>> LoadPerson(const model::SubjectRef& subject,
                                                         const model::SiteId& site,
                                                         const model::PurposeId& purpose) const;

  const storage::Store& store_;
  Kept<Deployment> deployments_;
  Kept<Person> people_;
};

}  // namespace facegate::policy
