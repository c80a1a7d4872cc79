#include "facegate/policy/engine.h"

#include <algorithm>
#include <iterator>
#include <limits>
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
    const auto person = PersonAt(candidate.subject, candidate.site, candidate.purpose);
    if (!person.ok() || !(*person)->subject.has_value()) return std::nullopt;
    if ((*person)->restricted()) return std::nullopt;
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
                            PersonAt({consent.op, consent.subject}, site.site, purpose));
        if (!person->enrolled || !person->subject.has_value() || person->restricted()) continue;
        if (Test(*person->subject, consent, site.site).has_value()) return true;
      }
      if (page.size() < kPageSize) return false;
      after = page.back().subject.str();
    }
  }

 private:
  Result<std::shared_ptr<const Person>> PersonAt(const model::SubjectRef& subject,
                                                 const model::SiteId& site,
                                                 const model::PurposeId& purpose) const {
    return standing_.PersonAt(subject.op, subject.subject, site, purpose,
                              deployment_->rules->vocabulary());
  }

  std::optional<ConsentBasis> Test(const model::Subject& subject, const model::Consent& consent,
                                   const model::SiteId& site) const {
    const core::Timestamp now = clock_.Now();
    if (consent.status != model::ConsentStatus::kGranted || now >= consent.expires_at) {
      return std::nullopt;
    }
    rules::Inputs inputs(base_);
    SetConsent(inputs, &consent, deployment_->purpose, site, now);
    SetSubject(inputs, &subject, /*enrolled=*/true, now);
    SetReprompts(inputs, 0);  // who has consented is asked nothing
    for (const Phase phase : {Phase::kRequest, Phase::kDeploy}) {
      if (deployment_->view->Denies(inputs, phase, rules::Stage::kCandidate)) return std::nullopt;
    }
    return BasisOf(consent);
  }

  const storage::Store& store_;
  Standing& standing_;
  const core::Clock& clock_;
  std::shared_ptr<const Deployment> deployment_;
  std::shared_ptr<const rules::Inputs> base_;
};

// Operators and auditors learn what became of the consent; doors do not (model::Coarse).
Reason ReasonWithoutConsent(const rules::Inputs& inputs) {
  const auto* status = std::get_if<std::string>(&inputs.Get("consent.status"));
  if (status == nullptr) return Reason::kConsentMissing;
  if (*status == "withdrawn") return Reason::kConsentWithdrawn;
  if (*status == "expired") return Reason::kConsentExpired;
  if (*status == "refused") return Reason::kConsentRefused;
  if (*status == kRestrictedStatus) return Reason::kSubjectRestricted;
  return Reason::kConsentMissing;
}

Reason ReasonOf(const rules::Rule& rule, const rules::Inputs& inputs) {
  const auto reason = model::FromWord<Reason>(rule.reason);
  if (!reason.has_value()) return Reason::kPolicyDenied;
  return *reason == Reason::kConsentMissing ? ReasonWithoutConsent(inputs) : *reason;
}

bool ConsentStands(const Person& person, core::Timestamp now) {
  const std::optional<model::Consent>& consent = person.consent;
  return !person.restricted() && consent.has_value() &&
         consent->status == model::ConsentStatus::kGranted && now < consent->expires_at;
}

Denial Refuse(Grounds grounds, Reason reason, bool absolute, std::vector<RuleFinding> findings) {
  Denial denial;
  denial.verdict = VerdictOfRefusal(grounds.alternatives, absolute);
  denial.reason = reason;
  denial.findings = std::move(findings);
  denial.grounds = std::move(grounds);
  return denial;
}

// Whether what a person did or did not agree to is what this rule tells.
bool TellsOfConsent(const rules::Rule& rule) {
  const auto reason = model::FromWord<Reason>(rule.reason);
  return reason.has_value() && model::Coarse(*reason) == Reason::kConsentMissing;
}

// A denial for unmet rules, all of which refuse. An absolute one gives the reason, else the first
// about the deployment, else one that tells of the consent: whoever is unknown and whoever did not
// consent get the same answer, whatever else is known of either.
Denial RefuseByRules(Grounds grounds, const std::vector<rules::Finding>& unmet,
                     const rules::Inputs& inputs) {
  FG_CHECK(!unmet.empty());
  const auto rank = [](const rules::Rule& rule) {
    if (rule.absolute) return 0;
    if (rule.stage != rules::Stage::kCandidate) return 1;
    return TellsOfConsent(rule) ? 2 : 3;
  };
  const rules::Finding* leading = &unmet.front();
  bool absolute = false;
  std::vector<RuleFinding> findings;
  for (const rules::Finding& finding : unmet) {
    if (rank(*finding.rule) < rank(*leading->rule)) leading = &finding;
    absolute = absolute || finding.rule->absolute;
    findings.push_back({finding.rule->id, finding.rule->article, finding.missing});
  }
  Reason reason = ReasonOf(*leading->rule, inputs);
  if (reason == Reason::kPolicyDenied && !leading->missing.empty()) reason = Reason::kInputMissing;
  return Refuse(std::move(grounds), reason, absolute, std::move(findings));
}

// The rules of one phase and stage that refuse; looked for only where one does.
void AppendRefusals(const rules::RuleView& view, const rules::Inputs& inputs, Phase phase,
                    rules::Stage stage, std::vector<rules::Finding>& refusals) {
  if (!view.Denies(inputs, phase, stage)) return;
  for (rules::Finding& finding : view.Evaluate(inputs, phase, stage).unmet) {
    if (finding.blocks) refusals.push_back(std::move(finding));
  }
}

// Whether one of these refuses whoever comes.
bool RefuseAnybody(const std::vector<rules::Finding>& refusals) {
  return std::any_of(refusals.begin(), refusals.end(), [](const rules::Finding& finding) {
    return finding.rule->absolute || finding.rule->stage != rules::Stage::kCandidate;
  });
}

// What became of the holder token of a request.
struct HeldToken {
  bool is_needed = false;
  std::optional<Reason> problem;
  core::Timestamp good_until = kForEver;
};

// Why a request is refused for its holder token; nothing for one that may go on, or that is refused
// as anybody's without a consent is.
std::optional<Reason> RefusalFor(const HeldToken& held, const Person* person, core::Timestamp now) {
  if (held.problem.has_value()) return held.problem;
  const bool is_others =
      held.is_needed && person != nullptr && ConsentStands(*person, now) && !person->enrolled;
  return is_others ? std::optional(Reason::kHolderTokenOther) : std::nullopt;
}

bool NamesWhomItMust(const Claim& claim) {
  switch (claim.operation) {
    case Operation::kIdentify1toN:
      return !claim.subject.has_value();
    case Operation::kVerify1to1:
      return claim.subject.has_value() || !claim.holder_token.empty();
    default:
      return claim.subject.has_value();
  }
}

// Every rule that refuses a request, before anything is looked at.
std::vector<rules::Finding> RefusalsOf(const Deployment& deployment, const rules::Inputs& inputs,
                                       const Claim& claim, core::Timestamp now) {
  std::vector<rules::Finding> refusals;
  const rules::RuleView& view = *deployment.view;
  AppendRefusals(view, inputs, Phase::kRequest, rules::Stage::kRequest, refusals);
  const auto standing = deployment.refusals->Of(claim.operation, view, inputs, now);
  for (const rules::Finding& finding : standing->unmet) {
    const bool is_known = std::any_of(refusals.begin(), refusals.end(), [&](const auto& other) {
      return other.rule == finding.rule;
    });
    if (!is_known) refusals.push_back(finding);
  }
  if (claim.subject.has_value()) {
    AppendRefusals(view, inputs, Phase::kRequest, rules::Stage::kCandidate, refusals);
    std::vector<rules::Finding> deploy;
    AppendRefusals(view, inputs, Phase::kDeploy, rules::Stage::kCandidate, deploy);
    for (rules::Finding& finding : deploy) {
      const auto& phases = finding.rule->phases;
      const bool is_known =
          std::find(phases.begin(), phases.end(), Phase::kRequest) != phases.end();
      if (!is_known) refusals.push_back(std::move(finding));
    }
  }
  return refusals;
}

// What a camera of that use is asked.
Operation OrdinaryOperation(model::CameraUse use) {
  switch (use) {
    case model::CameraUse::kDoor:
      return Operation::kVerify1to1;
    case model::CameraUse::kMarkedLane:
      return Operation::kIdentify1toN;
    case model::CameraUse::kEnrollmentDesk:
      return Operation::kEnroll;
  }
  return Operation::kVerify1to1;
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
  mutable Heartbeats heartbeats;
  std::shared_ptr<const core::Json> gateway =
      std::make_shared<const core::Json>(ToJson(options.gateway));
  core::Shared<std::vector<rules::Profile>> profiles = options.profiles;
  // Of permits and the inputs in them, which are gone with every request.
  std::shared_ptr<crypto::WipedPool> pool = std::make_shared<crypto::WipedPool>();

  // Refers to the options: for one call.
  Terms TermsOf(std::shared_ptr<const rules::RuleSet> rule_set) const {
    return {std::move(rule_set), options.profiles, options.gateway};
  }

  // The inputs of a claim, over those of its person and its deployment.
  rules::Inputs BuildInputs(const Claim& claim, const Deployment& deployment, const Moment& moment,
                            const Population& population, const Person* person,
                            core::Timestamp now) const {
    rules::Inputs inputs(moment.inputs, person != nullptr ? person->inputs : nullptr, pool.get());
    SetPopulation(inputs, population);
    SetRequest(inputs, claim, deployment.camera.use, now);
    SetKeptImage(inputs, deployment.purpose, claim.operation);
    if (person != nullptr) {
      inputs.Set("subject.enrolled", person->enrolled);
      SetAgeAsOf(inputs, person->subject ? &*person->subject : nullptr, now);
      SetConsentAsOf(inputs, person->consent ? &*person->consent : nullptr, deployment.purpose,
                     now);
      if (person->restricted()) SetRestricted(inputs);
    }
    return inputs;
  }

  // What of the picture may be kept, whatever rules are in force (I7): what this gateway and the
  // purpose keep, and the person agreed to by its own scope. For a smaller copy alone, and read by
  // the letter of the draft, their consent to the enrolment is enough.
  model::ImageRetention KeptImageOf(const Claim& claim, const model::Purpose& purpose,
                                    const Person* person) const {
    const auto wanted = purpose.image_retention.value_or(model::ImageRetention::kNone);
    const bool keeps = options.keeps_images && claim.operation == Operation::kEnroll &&
                       purpose.image_retention_days.has_value();
    if (!keeps || person == nullptr || !person->consent) return model::ImageRetention::kNone;
    const bool has_scope =
        person->consent->scopes.contains(model::ConsentScope::kOriginalImageRetention);
    const bool by_letter = wanted == model::ImageRetention::kReduced &&
                           std::find(options.profiles.begin(), options.profiles.end(),
                                     rules::Profile::kSeedLiteral) != options.profiles.end();
    return has_scope || by_letter ? wanted : model::ImageRetention::kNone;
  }

  // What is known before anything is looked up.
  Grounds GroundsFor(Claim claim, const std::shared_ptr<const rules::RuleSet>& rule_set) const {
    Grounds grounds;
    grounds.claim = std::move(claim);
    grounds.decided_at = clock.Now();
    grounds.packs = {rule_set, &rule_set->packs()};
    grounds.gateway = gateway;
    grounds.profiles = profiles;
    return grounds;
  }

  // Judges the holder token of a request, or its absence, by itself. A good one names the person,
  // where the claim does not.
  HeldToken TakeToken(const model::Purpose& purpose, Grounds& grounds) const {
    Claim& claim = grounds.claim;
    HeldToken held;
    held.is_needed = claim.operation != Operation::kEnroll &&
                     model::CustodyOf(purpose) == model::TemplateCustody::kHolder;
    if (!held.is_needed || options.tokens == nullptr || claim.holder_token.empty()) {
      if (!claim.holder_token.empty()) held.problem = Reason::kHolderTokenBad;
      if (held.is_needed && claim.holder_token.empty()) held.problem = Reason::kHolderTokenMissing;
      return held;
    }
    const JudgedToken judged =
        options.tokens->Judge(claim.holder_token, claim.camera.op, grounds.decided_at);
    held.problem = judged.problem;
    held.good_until = judged.good_until;
    if (judged.problem.has_value()) return held;
    grounds.token = judged.mark;
    if (!claim.subject.has_value()) claim.subject = judged.subject;
    return held;
  }

  // The claimed person. Where people hold their templates, whoever showed the token that was made
  // under the consent that stands is enrolled, and nobody else is.
  Result<std::shared_ptr<const Person>> PersonOf(
      const Claim& claim, const HeldToken& held,
      const std::shared_ptr<const rules::Vocabulary>& vocabulary) const {
    FG_ASSIGN_OR_RETURN(auto person,
                        standing.PersonAt(claim.camera.op, *claim.subject, claim.camera.site,
                                          claim.purpose, vocabulary));
    if (!held.is_needed) return person;
    auto holder = std::make_shared<Person>(*person);
    holder->enrolled = !held.problem.has_value() && person->consent.has_value() &&
                       options.tokens->IsBoundTo(claim.holder_token, *person->consent);
    return std::shared_ptr<const Person>(std::move(holder));
  }

  core::Timestamp Expiry(const Claim& claim, const Person* person,
                         const model::Exemption* exemption, core::Timestamp now) const {
    const bool is_sitting = claim.operation == Operation::kEnroll;
    const std::int64_t lease_ms_max = is_sitting ? options.sitting_ms_max : options.lease_ms_max;
    const std::int64_t life_ms =
        claim.lease_ms > 0 ? std::min(claim.lease_ms, lease_ms_max) : options.permit_ms_max;
    core::Timestamp expiry = now + life_ms;
    if (person != nullptr && person->consent.has_value()) {
      expiry = std::min(expiry, person->consent->expires_at);
    }
    if (exemption != nullptr) expiry = std::min(expiry, exemption->expires_at);
    return expiry;
  }

  internal::WarrantPtr MakeWarrant(const Deployment& deployment, const Person* person,
                                   const model::Exemption* exemption, const HeldToken& held,
                                   Grounds&& grounds) const {
    auto warrant = crypto::MakeWiped<internal::Warrant>(pool, std::move(grounds), abandon_sink);
    const Claim& claim = warrant->grounds.claim;
    const core::Timestamp decided_at = warrant->grounds.decided_at;
    Scope& scope = warrant->scope;
    scope.expires_at = std::min(Expiry(claim, person, exemption, decided_at), held.good_until);
    scope.kept_image = KeptImageOf(claim, deployment.purpose, person);
    scope.custody = model::CustodyOf(deployment.purpose);
    if (scope.kept_image != model::ImageRetention::kNone) {
      const core::Timestamp until =
          decided_at + *deployment.purpose.image_retention_days * core::kMsPerDay;
      warrant->image_grant.reset(
          new ImageGrant(scope, person->consent->id, std::min(until, person->consent->expires_at)));
    }
    warrant->capture = {deployment.camera.region_of_interest, deployment.camera.min_face_px};
    if (claim.region.has_value()) {
      warrant->capture.region = Intersect(warrant->capture.region, *claim.region);
    }
    return warrant;
  }
};

Engine::Engine(const storage::Store& store, const core::Clock& clock,
               std::shared_ptr<const rules::RuleSet> rules, EngineOptions options,
               std::shared_ptr<AbandonSink> abandon_sink)
    : impl_(new Impl{store,
                     clock,
                     std::move(options),
                     std::move(abandon_sink),
                     {},
                     std::move(rules),
                     Standing(store),
                     {}}) {
  FG_CHECK(impl_->rules != nullptr);
  const EngineOptions& kept = impl_->options;
  FG_CHECK(kept.permit_ms_max > 0 && kept.lease_ms_max > 0 && kept.sitting_ms_max > 0);
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

const GatewayFacts& Engine::gateway_facts() const { return impl_->options.gateway; }
const std::vector<rules::Profile>& Engine::profiles() const { return impl_->options.profiles; }

Result<std::shared_ptr<const rules::RuleView>> Engine::RulesAt(const model::Site& site) const {
  return rules()->Select({site.country, site.region, site.city, site.packs, impl_->options.profiles,
                          impl_->clock.Now()});
}

Result<Review> Engine::ReviewDeployment(const model::CameraRef& camera,
                                        const model::PurposeId& purpose) const {
  const core::Timestamp now = impl_->clock.Now();
  FG_ASSIGN_OR_RETURN(const auto deployment,
                      impl_->standing.DeploymentOf(camera, purpose, impl_->TermsOf(rules()), now));
  // An orderly request: what its caller decides is not what is reviewed.
  Claim claim;
  claim.camera = camera;
  claim.purpose = purpose;
  claim.operation = OrdinaryOperation(deployment->camera.use);
  const bool is_desk = claim.operation == Operation::kEnroll;
  claim.caller.role = is_desk ? model::Role::kEnroller : model::Role::kController;
  if (claim.operation != Operation::kIdentify1toN) claim.subject = model::SubjectId("any");
  FG_ASSIGN_OR_RETURN(const Population population, impl_->standing.PopulationOf(*deployment, now));
  const auto moment = deployment->moments->Of(*deployment, impl_->heartbeats, now);
  const auto inputs = std::make_shared<const rules::Inputs>(
      impl_->BuildInputs(claim, *deployment, *moment, population, nullptr, now));

  Review review;
  review.view = deployment->view;
  review.inputs = inputs;
  review.rests_on = deployment->rests_on;
  for (const Phase phase :
       {Phase::kSelection, Phase::kDeploy, Phase::kRequest, Phase::kScheduled, Phase::kDoc}) {
    rules::Evaluation evaluation = review.view->Evaluate(*inputs, phase, rules::Stage::kRequest);
    review.provisional = review.provisional || evaluation.provisional;
    for (const rules::Rule* rule : evaluation.applies) {
      ReviewedRule reviewed{rule, phase, true, false, {}};
      for (rules::Finding& finding : evaluation.unmet) {
        if (finding.rule != rule) continue;
        reviewed.met = false;
        reviewed.blocks = finding.blocks;
        reviewed.missing = std::move(finding.missing);
      }
      review.rules.push_back(std::move(reviewed));
    }
  }
  return review;
}

void Engine::Forget(const model::SubjectRef& subject) { impl_->standing.Forget(subject); }

namespace {

// What a record says of the deployment and the person that a decision was about.
void AddGrounds(const std::shared_ptr<const Deployment>& deployment,
                const std::shared_ptr<const Moment>& moment, Grounds& grounds) {
  if (deployment->access_point.has_value()) {
    grounds.access_point = {deployment, deployment->access_point->id};
    grounds.alternatives = {moment, moment->alternatives};
    grounds.alternatives_working = moment->alternatives_working;
  }
  grounds.packs = {deployment->view, &deployment->view->packs()};
  grounds.purpose_version = deployment->purpose.version;
  grounds.rests_on = {deployment, deployment->rests_on};
}

// The youngest age that the rules of the shipped packs treat like this one.
int AgeFrom(double years) {
  for (const int from : {18, 16, 14, 13}) {
    if (years >= from) return from;
  }
  return 0;
}

PersonSeen SeenOf(const std::shared_ptr<const Person>& of, const Deployment& deployment,
                  core::Timestamp now) {
  const Person& person = *of;
  PersonSeen seen;
  seen.consent_status = ConsentStatusInput(person.consent ? &*person.consent : nullptr, now);
  if (person.restricted()) seen.consent_status = kRestrictedStatus;
  seen.enrolled = person.enrolled;
  seen.reprompts = person.reprompts;
  if (person.subject && person.subject->age_known) {
    seen.age_from_years = AgeFrom(model::AgeYearsAt(*person.subject, now));
  }
  if (!person.consent) return seen;
  const model::Consent& consent = *person.consent;
  seen.consent_form = consent.form;
  seen.consent_given_by = consent.given_by;
  seen.consent_scopes = {of, consent.scopes};
  seen.covers_purpose_version = consent.purpose_version == deployment.purpose.version;
  seen.site_matches = consent.site == deployment.site.id;
  seen.guardian_verified = !consent.guardian_evidence_sha256.empty();
  seen.has_evidence = !consent.evidence_sha256.empty();
  return seen;
}

void AddGrounds(const Deployment& deployment, const std::shared_ptr<const Person>& person,
                Grounds& grounds) {
  if (person->subject.has_value()) {
    grounds.wrapped_subject_secret = {person, person->subject->wrapped_secret};
  }
  if (person->basis.has_value()) grounds.consent = {person, &*person->basis};
  grounds.person = SeenOf(person, deployment, grounds.decided_at);
}

// A person from elsewhere brings the rules that follow them.
void AddPacksFollowing(const rules::RuleView& view, const rules::Inputs& inputs, Grounds& grounds) {
  std::vector<rules::PackInfo> following = view.PacksFollowing(inputs);
  if (following.empty()) return;
  auto packs = std::make_shared<std::vector<rules::PackInfo>>(view.packs());
  std::move(following.begin(), following.end(), std::back_inserter(*packs));
  grounds.packs = std::move(packs);
}

Denial RefuseForStore(Grounds grounds, const Status& status) {
  const Reason reason = IsMissing(status) ? Reason::kUnknownResource : Reason::kFault;
  return Refuse(std::move(grounds), reason, /*absolute=*/false, {});
}

}  // namespace

Decision Engine::Decide(Claim asked) const {
  FG_CHECK(crypto::IsUuid(asked.request_id) && asked.credential == model::CredentialKind::kFace);
  FG_CHECK(NamesWhomItMust(asked));
  const auto rule_set = rules();
  Grounds grounds = impl_->GroundsFor(std::move(asked), rule_set);
  const Claim& claim = grounds.claim;  // until the grounds are handed on

  const auto found = impl_->standing.DeploymentOf(claim.camera, claim.purpose,
                                                  impl_->TermsOf(rule_set), grounds.decided_at);
  if (!found.ok()) return RefuseForStore(std::move(grounds), found.status());
  const std::shared_ptr<const Deployment>& deployment = *found;
  const auto moment = deployment->moments->Of(*deployment, impl_->heartbeats, grounds.decided_at);
  AddGrounds(deployment, moment, grounds);
  const auto population = impl_->standing.PopulationOf(*deployment, grounds.decided_at);
  if (!population.ok()) return RefuseForStore(std::move(grounds), population.status());
  grounds.stored_persons = population->stored_persons;
  grounds.threshold_crossed_on = population->threshold_crossed_on;
  const HeldToken held = impl_->TakeToken(deployment->purpose, grounds);
  std::shared_ptr<const Person> person;
  if (claim.subject.has_value()) {
    const auto known = impl_->PersonOf(claim, held, rule_set->vocabulary());
    if (!known.ok()) return RefuseForStore(std::move(grounds), known.status());
    person = *known;
    AddGrounds(*deployment, person, grounds);
  }

  rules::Inputs inputs = impl_->BuildInputs(claim, *deployment, *moment, *population, person.get(),
                                            grounds.decided_at);
  const model::Exemption* exemption = moment->exemption;
  if (exemption != nullptr) grounds.exemption = {deployment, exemption->id};
  if (person != nullptr) AddPacksFollowing(*deployment->view, inputs, grounds);
  const auto refusals = RefusalsOf(*deployment, inputs, claim, grounds.decided_at);
  const auto for_token = RefusalFor(held, person.get(), grounds.decided_at);
  if (for_token && !RefuseAnybody(refusals)) {
    return Refuse(std::move(grounds), *for_token, /*absolute=*/false, {});
  }
  if (!refusals.empty()) return RefuseByRules(std::move(grounds), refusals, inputs);
  // An exemption can lift a law's demand for consent. facegate works on consents all the same: what
  // a record rests on, and what a withdrawal undoes, is one (decision 11).
  if (person != nullptr && !ConsentStands(*person, grounds.decided_at)) {
    const Reason reason = ReasonWithoutConsent(inputs);
    return Refuse(std::move(grounds), reason, /*absolute=*/false, {});
  }
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
    candidates = std::make_shared<StoreCandidateTest>(
        impl_->store, impl_->standing, impl_->clock, deployment,
        std::make_shared<const rules::Inputs>(inputs));
    const auto any = candidates->AdmitsAny();
    if (!any.ok() || !*any) {
      const Reason reason = any.ok() ? Reason::kConsentMissing : Reason::kFault;
      return Refuse(std::move(grounds), reason, /*absolute=*/false, {});
    }
  }
  auto warrant = impl_->MakeWarrant(*deployment, person.get(), exemption, held, std::move(grounds));
  warrant->candidates = std::move(candidates);
  warrant->view = deployment->view;
  warrant->inputs.emplace(std::move(inputs));
  return ViewPermit(std::move(warrant));
}

FacelessDecision Engine::DecideFaceless(Claim asked) const {
  FG_CHECK(crypto::IsUuid(asked.request_id));
  FG_CHECK(asked.credential != model::CredentialKind::kFace && !asked.subject.has_value());
  Grounds grounds;
  grounds.claim = std::move(asked);
  const Claim& claim = grounds.claim;  // until the grounds are handed on
  grounds.decided_at = impl_->clock.Now();
  const auto found = impl_->standing.DeploymentOf(claim.camera, claim.purpose,
                                                  impl_->TermsOf(rules()), grounds.decided_at);
  if (!found.ok()) return RefuseForStore(std::move(grounds), found.status());
  const std::shared_ptr<const Deployment>& deployment = *found;
  AddGrounds(deployment,
             deployment->moments->Of(*deployment, impl_->heartbeats, grounds.decided_at), grounds);
  if (!deployment->access_point.has_value()) {
    return Refuse(std::move(grounds), Reason::kUnknownResource, /*absolute=*/false, {});
  }
  bool offered = false;
  bool works = claim.credential == model::CredentialKind::kStaffOverride;
  for (const model::Alternative& way : *grounds.alternatives) {
    if (!model::Serves(way.kind, claim.credential)) continue;
    offered = true;
    works = works || way.operational;
  }
  if (!offered || !works) {
    const Reason reason = offered ? Reason::kKindNotWorking : Reason::kKindNotOffered;
    return Refuse(std::move(grounds), reason, /*absolute=*/false, {});
  }
  return Faceless(
      crypto::MakeWiped<internal::Warrant>(impl_->pool, std::move(grounds), impl_->abandon_sink));
}

Heartbeats& Engine::heartbeats() const { return impl_->heartbeats; }

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
  rules::Inputs& inputs = *warrant->inputs;
  SetView(inputs, view);
  std::vector<rules::Finding> refusals;
  AppendRefusals(*warrant->view, inputs, Phase::kRequest, rules::Stage::kDetection, refusals);
  if (!refusals.empty()) {
    Denial denial = RefuseByRules(std::move(warrant->grounds), refusals, inputs);
    denial.view = view;
    return denial;
  }
  return Permit(std::move(warrant));
}

bool Engine::StillStands(const ViewPermit& permit) const {
  const Scope& scope = permit.scope();
  const auto& basis = permit.grounds().consent;
  FG_CHECK(scope.subject.has_value());
  const auto person = impl_->standing.PersonAt(scope.camera.op, *scope.subject, scope.camera.site,
                                               scope.purpose, rules()->vocabulary());
  if (!person.ok() || !basis || !ConsentStands(**person, impl_->clock.Now())) return false;
  const model::Consent& consent = *(*person)->consent;
  return consent.id == basis->consent.consent && consent.epoch == basis->epoch;
}

bool Engine::LetsUse(const ViewPermit& permit, const FacesInView& view) const {
  static_cast<void>(permit.scope());  // aborts on a permit that was moved from
  const internal::Warrant& warrant = *permit.warrant_;
  // Over those of the permit, which outlive these.
  rules::Inputs inputs({std::shared_ptr<const void>(), &*warrant.inputs}, nullptr,
                       impl_->pool.get());
  SetView(inputs, view);
  return !warrant.view->Denies(inputs, Phase::kRequest, rules::Stage::kDetection);
}

}  // namespace facegate::policy
