// What stands before a request comes: the deployment it is about and the person it names, read from
// registry and consent ledger and kept while nothing there changes.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/model/compliance.h"
#include "facegate/model/people.h"
#include "facegate/model/resources.h"
#include "facegate/policy/context.h"
#include "facegate/policy/heartbeats.h"
#include "facegate/rules/rule_set.h"
#include "facegate/rules/rule_view.h"
#include "facegate/storage/store.h"
#include "policy/kept.h"

namespace facegate::policy {

// The rules that a deployment itself does not meet, whoever asks: those of the phase deploy, and
// the deadlines that passed. Judged again once a second, because time passes for signs and filings.
class StandingRefusals {
 public:
  struct Judged {
    core::Timestamp at;
    std::vector<rules::Finding> unmet;  // those that block
  };
  // `inputs` are those of a request for `operation`.
  std::shared_ptr<const Judged> Of(model::Operation operation, const rules::RuleView& view,
                                   const rules::Inputs& inputs, core::Timestamp now);

 private:
  static constexpr std::int64_t kHoldMs = 1000;
  static constexpr std::size_t kOperations = 4;
  std::mutex mutex_;
  std::array<std::shared_ptr<const Judged>, kOperations> judged_;
};

inline constexpr core::Timestamp kForEver{std::numeric_limits<std::int64_t>::max()};

// What a decision rests on, of a consent.
ConsentBasis BasisOf(const model::Consent& consent);

struct Deployment;

// A deployment as it is at a time. Immutable.
struct Moment {
  core::Timestamp since;
  core::Timestamp until;                         // as it is from `since` to before this
  std::uint64_t beats = 0;                       // of its access point, as of Heartbeats::CountOf
  std::shared_ptr<const rules::Inputs> inputs;   // over those of the deployment
  std::vector<model::Alternative> alternatives;  // `operational`: whether they work
  // How many of them work, where that depends on heartbeats.
  std::optional<int> alternatives_working;
  const model::Exemption* exemption = nullptr;  // of the deployment's; the one that stands
};

// The moment of a deployment, made anew when time or a heartbeat changes it. Thread-safe.
class Moments {
 public:
  std::shared_ptr<const Moment> Of(const Deployment& deployment, const Heartbeats& heartbeats,
                                   core::Timestamp now);

 private:
  std::mutex mutex_;
  std::shared_ptr<const Moment> last_;
};

// A camera used for a purpose. Immutable but for `refusals` and `moments`, which lock.
struct Deployment {
  model::Operator op;
  model::Site site;
  std::optional<model::AccessPoint> access_point;
  model::Camera camera;
  model::Purpose purpose;
  std::vector<model::Exemption> exemptions;  // all of the operator's, with their names in the log
  std::vector<std::uint64_t> rests_on;       // log indices of the registry events behind it
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const rules::RuleView> view;  // the rules that hold there
  std::optional<std::uint64_t>
      filing_threshold;                         // of people stored, from which on a filing is owed
  std::shared_ptr<const rules::Inputs> inputs;  // those that only the registry decides
  model::AccessPointRef heard_as;               // where heartbeats of it are expected
  std::shared_ptr<StandingRefusals> refusals;
  std::shared_ptr<Moments> moments;
};

// A person as a purpose at a site sees them. Immutable.
struct Person {
  std::optional<model::Subject> subject;  // nothing: unknown or erased
  std::optional<model::Consent> consent;  // the newest for that site and purpose
  std::optional<ConsentBasis> basis;      // of that consent
  int reprompts = 0;                      // requests for consent after the last refusal
  bool enrolled = false;
  // What rules see of the person whenever they come.
  std::shared_ptr<const rules::InputLayer> inputs;

  bool restricted() const { return subject.has_value() && subject->restricted_at.has_value(); }
};

// Which rules, what the gateway is: the same for every request until they are reloaded. Refers to
// what its caller holds.
struct Terms {
  std::shared_ptr<const rules::RuleSet> rules;
  const std::vector<rules::Profile>& profiles;
  const GatewayFacts& gateway;
};

// Thread-safe.
class Standing {
 public:
  // `store` must outlive it.
  explicit Standing(const storage::Store& store);

  // NOT_FOUND where operator, camera, site, access point or purpose is not registered, or the site
  // names a pack that is not loaded (PACK_UNKNOWN); FAILED_PRECONDITION PACK_NOT_IN_FORCE.
  core::Result<std::shared_ptr<const Deployment>> DeploymentOf(const model::CameraRef& camera,
                                                               const model::PurposeId& purpose,
                                                               const Terms& terms,
                                                               core::Timestamp now);
  // How many people the operator of a deployment stores.
  core::Result<Population> PopulationOf(const Deployment& deployment, core::Timestamp now);
  // An unknown person is a Person without a subject, not an error. Its inputs are of `vocabulary`.
  core::Result<std::shared_ptr<const Person>> PersonAt(
      const model::OperatorId& op, const model::SubjectId& subject, const model::SiteId& site,
      const model::PurposeId& purpose, const std::shared_ptr<const rules::Vocabulary>& vocabulary);
  // Lets go of everything kept about a person.
  void Forget(const model::SubjectRef& subject);

 private:
  core::Result<std::shared_ptr<const Deployment>> LoadDeployment(const model::CameraRef& camera,
                                                                 const model::PurposeId& purpose,
                                                                 const Terms& terms,
                                                                 core::Timestamp now) const;
  core::Result<std::shared_ptr<const Person>> LoadPerson(
      const model::SubjectRef& subject, const model::SiteId& site, const model::PurposeId& purpose,
      const std::shared_ptr<const rules::Vocabulary>& vocabulary) const;

  const storage::Store& store_;
  Kept<Deployment> deployments_;
  Kept<Population> populations_;
  Kept<Person> people_;
};

}  // namespace facegate::policy
