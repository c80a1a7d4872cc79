// Decides whether one claim may be processed, and mints the proof.
//
// Reads registry, consent, clock and rules; never sees pixels. The only code that can make a
// ViewPermit or a Permit. See docs/LIFE_OF_A_FRAME.md, steps 2 and 4, and invariants I1, I2 and I4.
#pragma once

#include <memory>
#include <vector>

#include "facegate/core/time.h"
#include "facegate/policy/claim.h"
#include "facegate/policy/context.h"
#include "facegate/policy/heartbeats.h"
#include "facegate/policy/permit.h"
#include "facegate/policy/token_judge.h"
#include "facegate/rules/rule_set.h"
#include "facegate/storage/store.h"

namespace facegate::policy {

// What the engine is told once; the rules themselves are handed to it and reloaded.
struct EngineOptions {
  std::int64_t permit_ms_max = 5'000;    // how long a permit lives
  std::int64_t lease_ms_max = 10'000;    // how long a stream lease may ask to live
  std::int64_t sitting_ms_max = 60'000;  // how long an enrolment from several frames may
  std::vector<rules::Profile> profiles;  // readings of the rules, selected by the configuration
  GatewayFacts gateway;
  // Whether this gateway keeps images at all. Rules judge what purposes would keep either way.
  bool keeps_images = false;
  // Must outlive the engine; with nullptr no holder token is good.
  const TokenJudge* tokens = nullptr;
};

// How one rule stands at a deployment, apart from whom it is about.
struct ReviewedRule {
  const rules::Rule* rule = nullptr;  // lives as long as the review's view
  rules::Phase phase = rules::Phase::kDeploy;
  bool met = false;
  bool blocks = false;  // unmet, it refuses requests
  std::vector<std::string> missing;
};
struct Review {
  std::shared_ptr<const rules::RuleView> view;
  std::vector<ReviewedRule> rules;  // those that apply, in the packs' order, phase by phase
  // What they were judged by.
  std::shared_ptr<const rules::Inputs> inputs;
  std::vector<std::uint64_t> rests_on;  // log indices of the registry events behind it
  bool provisional = false;             // working days beyond the published calendar were counted
};

// Which verdict a refusal gets at an access point with these alternatives: DENY for absolute bans
// and where no alternative works, else USE_ALTERNATIVE.
model::Verdict VerdictOfRefusal(const std::vector<model::Alternative>& alternatives, bool absolute);

// Thread-safe. Holds an immutable snapshot of the rules; Reload swaps it whole. Keeps what it read
// of registry and people while storage::Versions says that it stands (decision 10).
class Engine {
 public:
  // `store` and `clock` must outlive the engine. `abandon_sink` hears of permits dropped unspent;
  // with nullptr, dropping one aborts.
  Engine(const storage::Store& store, const core::Clock& clock,
         std::shared_ptr<const rules::RuleSet> rules, EngineOptions options,
         std::shared_ptr<AbandonSink> abandon_sink);
  ~Engine();

  // Grants or denies what is asked. Total: a fault or a missing input is a Denial, never a grant.
  //
  // Where people hold the templates of the purpose, every comparison needs a good holder token, and
  // a search, which can have none, is refused. What is wrong with the token by itself is the answer
  // whoever is claimed to show it.
  //
  // Requires: its request_id is a UUID; subject is set for enroll, and for verify unless a holder
  // token is; absent for identify.
  // Ensures:  a permit's scope lies within the claim and expires within permit_ms_max, or
  //           the lease_ms that the claim asks for and the options allow, and with the holder
  //           token.
  Decision Decide(Claim asked) const;

  // Whether a credential that is no face may be looked at there: camera, site, access point and
  // purpose are registered, and the access point offers a way for it, which works (staff who stand
  // there need no report that they do). No rule is evaluated and no consent needed: nothing
  // processes a face. Total, as Decide.
  //
  // Requires: its request_id is a UUID; credential is not kFace; no subject.
  FacelessDecision DecideFaceless(Claim asked) const;

  // Evaluates the rules that need to know who is in view, and turns the view permit into a Permit.
  //
  // Ensures: the permit's scope is that of `permit`; a permit that expired is a Denial.
  Admission Admit(ViewPermit permit, const FacesInView& view) const;

  // For a request of several frames, before each: whether the consent that the permit rests on is
  // as it was, and what is held about the person not restricted. Total: a fault is no.
  // Requires: the permit's operation is verify or enroll.
  bool StillStands(const ViewPermit& permit) const;
  // And after detection: whether the rules that need to know who is in view let that frame be used
  // under the permit. The others of the decision are not asked again.
  bool LetsUse(const ViewPermit& permit, const FacesInView& view) const;

  // What stands and what is owed at a deployment before anybody comes: every rule of every phase
  // that can be judged without a person or a picture. For reports and sweeps, never a decision.
  // Returns NOT_FOUND as for a claim about it, FAILED_PRECONDITION PACK_NOT_IN_FORCE.
  core::Result<policy::Review> ReviewDeployment(const model::CameraRef& camera,
                                                const model::PurposeId& purpose) const;

  // The rules that hold at a site now, under the engine's profiles.
  // Returns NOT_FOUND PACK_UNKNOWN or FAILED_PRECONDITION PACK_NOT_IN_FORCE for a pack it names.
  core::Result<std::shared_ptr<const rules::RuleView>> RulesAt(const model::Site& site) const;
  const GatewayFacts& gateway_facts() const;
  const std::vector<rules::Profile>& profiles() const;

  // What alternatives said last; decisions see what is heard from then on.
  Heartbeats& heartbeats() const;

  // Lets go of what was kept of a person, once that is gone from the store. Decisions do not need
  // it (they see that it moved); it is so that nothing of an erased person stays in memory.
  void Forget(const model::SubjectRef& subject);

  void Reload(std::shared_ptr<const rules::RuleSet> rules);
  std::shared_ptr<const rules::RuleSet> rules() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::policy
