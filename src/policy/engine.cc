#include "facegate/policy/engine.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/policy/context.h"
#include "policy/standing.h"

namespace facegate::policy {
namespace {

using core::Result;
using core::Status;
using model::Operation;
using model::Reason;
using rules::Phase;

constexpr std::size_t kPageSize = 256;

bool IsMissing(const Status& status) { return status.code() == core::Code::kNotFound; }

ConsentBasis BasisOf(const model::Consent& consent) {
  return {{consent.op, consent.subject, consent.id}, consent.epoch, consent.log_index};
}

// Evaluates the candidate rules for one enrolled person after the other, as of now.
class StoreCandidateTest final : public CandidateTest {
 public:
  // All but the shared must outlive it.
  StoreCandidateTest(const storage::Store& store, Standing& standing, const core::Clock& clock,
                     std::shared_ptr<const Deployment> deployment,
                     std::shared_ptr<const rules::Inputs> base)
      : store_(store),
        standing_(standing),
        clock_(clock),
        deployment_(std::move(deployment)),
        base_(std::move(base)) {}

  std::optional<ConsentBasis> Admits(const Candidate& candidate) const override {
    const auto person = standing_.PersonAt(candidate.subject, candidate.site, candidate.purpose);
    if (!person.ok() || !(*person)->subject.has_value()) return std::nullopt;
    const std::optional<model::Consent>& newest = (*person)->consent;
    if (newest.has_value() && newest->id == candidate.consent) {
      return Test(*(*person)->subject, *newest, candidate.site);
    }
    // The template rests on an older consent.
    const auto consent =
        store_.GetConsent({candidate.subject.op, candidate.subject.subject, candidate.consent});
    if (!consent.ok() || consent->purpose != candidate.purpose) return std::nullopt;
    return Test(*(*person)->subject, *consent, candidate.site);
  }

  // Whether anybody who is enrolled at the deployment may be searched for.
  Result<bool> AdmitsAny() const {
    const model::SiteRef site{deployment_->site.op, deployment_->site.id};
    const model::PurposeId& purpose = deployment_->purpose.id;
    std::string after;
    while (true) {
      FG_ASSIGN_OR_RETURN(const auto page, store_.ListConsentsAt(site, purpose, after, kPageSize));
      for (const model::Consent& consent : page) {
        FG_ASSIGN_OR_RETURN(const auto person,
                            standing_.PersonAt({consent.op, consent.subject}, site.site, purpose));
        if (!person->enrolled || !person->subject.has_value()) continue;
        if (Test(*person->subject, consent, site.site).has_value()) return true;
      }
      if (page.size() < kPageSize) return false;
      after = page.back().subject.str();
    }
  }

 private:
  std::optional<ConsentBasis> Test(const model::Subject& subject, const model::Consent& consent,
                                   const model::SiteId& site) const {
    rules::Inputs inputs(base_);
    SetConsent(inputs, &consent, deployment_->purpose, site, clock_.Now());
    SetSubject(inputs, &subject, /*enrolled=*/true);
    if (!deployment_->rules->Permits(inputs, Phase::kRequest, rules::Stage::kCandidate)) {
      return std::nullopt;
    }
    return BasisOf(consent);
  }

  const storage::Store& store_;
  Standing& standing_;
  const core::Clock& clock_;
  std::shared_ptr<const Deployment> deployment_;
  std::shared_ptr<const rules::Inputs> base_;
};

Reason ReasonOf(const rules::Rule& rule, const rules::Inputs* inputs) {
  const auto reason = model::FromWord<Reason>(rule.reason);
  if (!reason.has_value()) return Reason::kPolicyDenied;
  if (*reason != Reason::kConsentMissing || inputs == nullptr) return *reason;
  // Operators and auditors learn what became of the consent; doors do not (model::Coarse).
  const auto* status = std::get_if<std::string>(&inputs->Get("consent.status"));
  if (status == nullptr) return *reason;
  if (*status == "withdrawn") return Reason::kConsentWithdrawn;
  if (*status == "expired") return Reason::kConsentExpired;
  if (*status == "refused") return Reason::kConsentRefused;
  return *reason;
}

Denial Refuse(Grounds grounds, Reason reason, bool absolute, std::vector<RuleFinding> findings) {
  Denial denial;
  denial.verdict = VerdictOfRefusal(grounds.alternatives, absolute);
  denial.reason = reason;
  denial.findings = std::move(findings);
  denial.grounds = std::move(grounds);
  return denial;
}

// A denial for the unmet rules. The first that denies gives the reason; an absolute one comes
// first.
Denial RefuseByRules(Grounds grounds, const std::vector<rules::Finding>& unmet,
                     const rules::Inputs& inputs) {
  const rules::Finding* leading = nullptr;
  bool absolute = false;
  std::vector<RuleFinding> findings;
  for (const rules::Finding& finding : unmet) {
    if (!finding.blocks) continue;
    if (leading == nullptr || (finding.rule->absolute && !absolute)) leading = &finding;
    absolute = absolute || finding.rule->absolute;
    findings.push_back({finding.rule->id, finding.rule->article, finding.missing});
  }
  FG_CHECK(leading != nullptr);
  Reason reason = ReasonOf(*leading->rule, &inputs);
  if (reason == Reason::kPolicyDenied && !leading->missing.empty()) reason = Reason::kInputMissing;
  return Refuse(std::move(grounds), reason, absolute, std::move(findings));
}

model::Region Intersect(const model::Region& a, const model::Region& b) {
  return {std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
}

}  // namespace

model::Verdict VerdictOfRefusal(const std::vector<model::Alternative>& alternatives,
                                bool absolute) {
  const bool works = std::any_of(alternatives.begin(), alternatives.end(),
                                 [](const auto& alternative) { return alternative.operational; });
  return works && !absolute ? model::Verdict::kUseAlternative : model::Verdict::kDeny;
}

struct Engine::Impl {
  const storage::Store& store;
  const core::Clock& clock;
  EngineOptions options;
  std::shared_ptr<AbandonSink> abandon_sink;
  mutable std::mutex mutex;
  std::shared_ptr<const rules::RuleSet> rules;
  mutable Standing standing;

  // The inputs of a claim, over those of its deployment.
  static std::shared_ptr<rules::Inputs> BuildInputs(const Claim& claim,
                                                    const Deployment& deployment,
                                                    const Person* person, core::Timestamp now) {
    auto inputs = std::make_shared<rules::Inputs>(deployment.inputs);
    SetRequest(*inputs, claim, now);
    // A marked lane is stepped into; a claim at a door or desk is made by the person who stands
    // there.
    inputs->Set("request.active_participation",
                claim.operation == Operation::kIdentify1toN
                    ? deployment.camera.use == model::CameraUse::kMarkedLane
                    : claim.subject.has_value());
    if (person != nullptr) {
      SetSubject(*inputs, person->subject ? &*person->subject : nullptr, person->enrolled);
      SetConsent(*inputs, person->consent ? &*person->consent : nullptr, deployment.purpose,
                 claim.camera.site, now);
    }
    return inputs;
  }

  core::Timestamp Expiry(const Claim& claim, const Person* person, core::Timestamp now) const {
    const std::int64_t life_ms =
        claim.lease_ms > 0 ? std::min(claim.lease_ms, options.lease_ms_max) : options.permit_ms_max;
    core::Timestamp expiry = now + life_ms;
    if (person != nullptr && person->consent.has_value()) {
      expiry = std::min(expiry, person->consent->expires_at);
    }
    return expiry;
  }

  std::unique_ptr<internal::Warrant> MakeWarrant(const Deployment& deployment, const Person* person,
                                                 Grounds grounds) const {
    auto warrant = std::make_unique<internal::Warrant>();
    const Claim& claim = grounds.claim;
    warrant->scope = {claim.operation,
                      claim.camera,
                      grounds.access_point,
                      claim.purpose,
                      deployment.purpose.version,
                      claim.subject,
                      Expiry(claim, person, grounds.decided_at)};
    warrant->capture = {deployment.camera.region_of_interest, deployment.camera.min_face_px};
    if (claim.region.has_value()) {
      warrant->capture.region = Intersect(warrant->capture.region, *claim.region);
    }
    warrant->abandon_sink = abandon_sink;
    warrant->grounds = std::move(grounds);
    return warrant;
  }
};

Engine::Engine(const storage::Store& store, const core::Clock& clock,
               std::shared_ptr<const rules::RuleSet> rules, EngineOptions options,
               std::shared_ptr<AbandonSink> abandon_sink)
    : impl_(new Impl{
          store, clock, options, std::move(abandon_sink), {}, std::move(rules), Standing(store)}) {
  FG_CHECK(impl_->rules != nullptr);
  FG_CHECK(options.permit_ms_max > 0 && options.lease_ms_max > 0);
}

Engine::~Engine() = default;

void Engine::Reload(std::shared_ptr<const rules::RuleSet> rules) {
  FG_CHECK(rules != nullptr);
  const std::lock_guard lock(impl_->mutex);
  impl_->rules = std::move(rules);
}

std::shared_ptr<const rules::RuleSet> Engine::rules() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->rules;
}

void Engine::Forget(const model::SubjectRef& subject) { impl_->standing.Forget(subject); }

namespace {

// What a record says of the deployment and the person that a decision was about.
void AddGrounds(const Deployment& deployment, Grounds& grounds) {
  if (deployment.access_point.has_value()) {
    grounds.access_point = deployment.access_point->id;
    grounds.alternatives = deployment.access_point->alternatives;
  }
  grounds.purpose_version = deployment.purpose.version;
  grounds.rests_on = deployment.rests_on;
}

void AddGrounds(const Person& person, Grounds& grounds) {
  if (person.subject.has_value()) grounds.wrapped_subject_secret = person.subject->wrapped_secret;
  if (person.consent.has_value()) grounds.consent = BasisOf(*person.consent);
}

Denial RefuseForStore(Grounds grounds, const Status& status) {
  const Reason reason = IsMissing(status) ? Reason::kUnknownResource : Reason::kFault;
  return Refuse(std::move(grounds), reason, /*absolute=*/false, {});
}

}  // namespace

Decision Engine::Decide(const Claim& claim) const {
  FG_CHECK(crypto::IsUuid(claim.request_id));
  FG_CHECK(claim.subject.has_value() == (claim.operation != Operation::kIdentify1toN));
  const auto rule_set = rules();
  Grounds grounds;
  grounds.claim = claim;
  grounds.decided_at = impl_->clock.Now();
  grounds.packs = rule_set->packs();

  const auto found = impl_->standing.DeploymentOf(claim.camera, claim.purpose, rule_set);
  if (!found.ok()) return RefuseForStore(std::move(grounds), found.status());
  const std::shared_ptr<const Deployment>& deployment = *found;
  AddGrounds(*deployment, grounds);
  std::shared_ptr<const Person> person;
  if (claim.subject.has_value()) {
    const auto known = impl_->standing.PersonAt({claim.camera.op, *claim.subject},
                                                claim.camera.site, claim.purpose);
    if (!known.ok()) return RefuseForStore(std::move(grounds), known.status());
    person = *known;
    AddGrounds(*person, grounds);
  }

  const auto inputs = Impl::BuildInputs(claim, *deployment, person.get(), grounds.decided_at);
  auto evaluation = rule_set->Evaluate(*inputs, Phase::kRequest, rules::Stage::kRequest);
  if (person != nullptr) {
    auto about_person = rule_set->Evaluate(*inputs, Phase::kRequest, rules::Stage::kCandidate);
    std::move(about_person.unmet.begin(), about_person.unmet.end(),
              std::back_inserter(evaluation.unmet));
  }
  if (evaluation.denied()) return RefuseByRules(std::move(grounds), evaluation.unmet, *inputs);
  if (claim.operation == Operation::kVerify1to1 && !person->enrolled) {
    return Refuse(std::move(grounds), Reason::kNotEnrolled, /*absolute=*/false, {});
  }
  if (claim.region.has_value()) {
    const model::Region both = Intersect(deployment->camera.region_of_interest, *claim.region);
    if (!model::CheckRegion(both).ok()) {
      return Refuse(std::move(grounds), Reason::kNoFace, /*absolute=*/false, {});
    }
  }

  std::shared_ptr<const StoreCandidateTest> candidates;
  if (claim.operation == Operation::kIdentify1toN) {
    candidates = std::make_shared<StoreCandidateTest>(impl_->store, impl_->standing, impl_->clock,
                                                      deployment, inputs);
    const auto any = candidates->AdmitsAny();
    if (!any.ok() || !*any) {
      const Reason reason = any.ok() ? Reason::kConsentMissing : Reason::kFault;
      return Refuse(std::move(grounds), reason, /*absolute=*/false, {});
    }
  }
  auto warrant = impl_->MakeWarrant(*deployment, person.get(), std::move(grounds));
  warrant->candidates = std::move(candidates);
  warrant->rules = rule_set;
  warrant->inputs = inputs;
  return ViewPermit(std::move(warrant));
}

Admission Engine::Admit(ViewPermit permit, const FacesInView& view) const {
  const core::Timestamp now = impl_->clock.Now();
  const bool live = permit.LiveAt(now);
  auto warrant = std::move(permit).Spend();
  if (!live) {
    Denial denial =
        Refuse(std::move(warrant->grounds), Reason::kDeadlineExceeded, /*absolute=*/false, {});
    denial.view = view;
    return denial;
  }
  rules::Inputs inputs(warrant->inputs);
  SetView(inputs, view);
  const auto evaluation =
      warrant->rules->Evaluate(inputs, Phase::kRequest, rules::Stage::kDetection);
  if (evaluation.denied()) {
    Denial denial = RefuseByRules(std::move(warrant->grounds), evaluation.unmet, inputs);
    denial.view = view;
    return denial;
  }
  return Permit(std::move(warrant));
}

}  // namespace facegate::policy
