#include "facegate/policy/engine.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/crypto/primitives.h"
#include "facegate/policy/context.h"

namespace facegate::policy {
namespace {

using core::Result;
using core::Status;
using model::Operation;
using model::Reason;
using rules::Phase;

constexpr std::size_t kPageSize = 256;

// What the registry and the consent ledger say about one claim.
struct Facts {
  model::Camera camera;
  model::Site site;
  std::optional<model::AccessPoint> access_point;
  model::Purpose purpose;
  bool notice_registered = false;
  std::optional<model::Subject> subject;
  std::optional<model::Consent> consent;
  bool enrolled = false;
};

bool IsMissing(const Status& status) { return status.code() == core::Code::kNotFound; }

template <class R>
Result<R> Load(const storage::Store& store, const std::string& name, Grounds& grounds) {
  FG_ASSIGN_OR_RETURN(const storage::Resource row, store.GetResource(name));
  FG_ASSIGN_OR_RETURN(const core::Json body, core::Json::Parse(row.body));
  FG_ASSIGN_OR_RETURN(R resource, model::FromJson<R>(body));
  grounds.rests_on.push_back(row.log_index);
  return resource;
}

// Registry first: without a camera, a site and a purpose there is nothing to decide about.
Status LoadRegistry(const storage::Store& store, const Claim& claim, Facts& facts,
                    Grounds& grounds) {
  const auto& [op, site, camera] = claim.camera;
  FG_ASSIGN_OR_RETURN(facts.camera,
                      Load<model::Camera>(store, model::CameraName(op, site, camera), grounds));
  FG_ASSIGN_OR_RETURN(facts.site, Load<model::Site>(store, model::SiteName(op, site), grounds));
  if (!facts.camera.access_point.empty()) {
    const std::string name = model::AccessPointName(op, site, facts.camera.access_point);
    FG_ASSIGN_OR_RETURN(facts.access_point, Load<model::AccessPoint>(store, name, grounds));
    grounds.access_point = facts.access_point->id;
    grounds.alternatives = facts.access_point->alternatives;
  }
  const std::string purpose_name = model::PurposeName(op, claim.purpose);
  FG_ASSIGN_OR_RETURN(facts.purpose, Load<model::Purpose>(store, purpose_name, grounds));
  grounds.purpose_version = facts.purpose.version;

  FG_ASSIGN_OR_RETURN(const auto notices,
                      store.ListResources(purpose_name, "notice", "", kPageSize));
  for (const storage::Resource& row : notices) {
    FG_ASSIGN_OR_RETURN(const core::Json body, core::Json::Parse(row.body));
    FG_ASSIGN_OR_RETURN(const model::Notice notice, model::FromJson<model::Notice>(body));
    if (notice.purpose_version != facts.purpose.version) continue;
    facts.notice_registered = true;
    grounds.rests_on.push_back(row.log_index);
  }
  return Status::Ok();
}

Result<bool> IsEnrolled(const storage::Store& store, const model::SubjectRef& subject,
                        const model::PurposeId& purpose) {
  const auto key = store.GetTemplateKey(subject, purpose);
  if (key.ok()) return true;
  if (IsMissing(key.status())) return false;
  return key.status();
}

// The claimed person: what is known of them, and their newest consent for this site and purpose.
Status LoadClaimedSubject(const storage::Store& store, const Claim& claim, Facts& facts,
                          Grounds& grounds) {
  const model::SubjectRef ref{claim.camera.op, *claim.subject};
  auto subject = store.GetSubject(ref);
  if (!subject.ok()) {
    // Unknown and erased people are the same to a decision: nobody who consented.
    const bool nobody =
        IsMissing(subject.status()) || subject.status().reason() == "SUBJECT_ERASED";
    return nobody ? Status::Ok() : subject.status();
  }
  grounds.wrapped_subject_secret = subject->wrapped_secret;
  facts.subject = std::move(subject).value();
  FG_ASSIGN_OR_RETURN(const auto consents, store.ListConsents(ref));
  const auto current = std::find_if(consents.begin(), consents.end(), [&](const auto& consent) {
    return consent.site == claim.camera.site && consent.purpose == claim.purpose;
  });
  if (current != consents.end()) {
    facts.consent = *current;
    grounds.consent =
        ConsentBasis{{ref.op, ref.subject, current->id}, current->epoch, current->log_index};
  }
  FG_ASSIGN_OR_RETURN(facts.enrolled, IsEnrolled(store, ref, claim.purpose));
  return Status::Ok();
}

// Evaluates the candidate rules for one enrolled person after the other, as of now.
class StoreCandidateTest final : public CandidateTest {
 public:
  StoreCandidateTest(const storage::Store& store, const core::Clock& clock,
                     std::shared_ptr<const rules::RuleSet> rules,
                     std::shared_ptr<const rules::Inputs> base, model::Purpose purpose)
      : store_(store),
        clock_(clock),
        rules_(std::move(rules)),
        base_(std::move(base)),
        purpose_(std::move(purpose)) {}

  std::optional<ConsentBasis> Admits(const Candidate& candidate) const override {
    const auto consent =
        store_.GetConsent({candidate.subject.op, candidate.subject.subject, candidate.consent});
    if (!consent.ok()) return std::nullopt;
    if (consent->purpose != candidate.purpose) return std::nullopt;
    return Test(*consent, candidate.site);
  }

  std::optional<ConsentBasis> Test(const model::Consent& consent, const model::SiteId& site) const {
    const auto subject = store_.GetSubject({consent.op, consent.subject});
    if (!subject.ok()) return std::nullopt;
    rules::Inputs inputs = *base_;
    SetConsent(inputs, &consent, purpose_, site, clock_.Now());
    SetSubject(inputs, &*subject, /*enrolled=*/true);
    if (!rules_->Permits(inputs, Phase::kRequest, rules::Stage::kCandidate)) return std::nullopt;
    return ConsentBasis{
        {consent.op, consent.subject, consent.id}, consent.epoch, consent.log_index};
  }

 private:
  const storage::Store& store_;
  const core::Clock& clock_;
  std::shared_ptr<const rules::RuleSet> rules_;
  std::shared_ptr<const rules::Inputs> base_;
  model::Purpose purpose_;
};

// Whether anybody who is enrolled here may be searched for.
Result<bool> AnyCandidate(const storage::Store& store, const StoreCandidateTest& test,
                          const Claim& claim) {
  const model::SiteRef site{claim.camera.op, claim.camera.site};
  std::string after;
  while (true) {
    FG_ASSIGN_OR_RETURN(const auto page,
                        store.ListConsentsAt(site, claim.purpose, after, kPageSize));
    for (const model::Consent& consent : page) {
      if (!test.Test(consent, site.site).has_value()) continue;
      FG_ASSIGN_OR_RETURN(const bool enrolled,
                          IsEnrolled(store, {consent.op, consent.subject}, claim.purpose));
      if (enrolled) return true;
    }
    if (page.size() < kPageSize) return false;
    after = page.back().subject.str();
  }
}

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

  // The inputs of a claim whose facts are known.
  std::shared_ptr<rules::Inputs> BuildInputs(const Claim& claim, const Facts& facts,
                                             core::Timestamp now,
                                             const rules::RuleSet& rule_set) const {
    auto inputs = std::make_shared<rules::Inputs>(rule_set.vocabulary());
    SetRequest(*inputs, claim, now);
    SetSite(*inputs, facts.site);
    SetCamera(*inputs, facts.camera);
    SetAccessPoint(*inputs, facts.access_point ? &*facts.access_point : nullptr);
    SetPurpose(*inputs, facts.purpose, facts.notice_registered);
    // A marked lane is stepped into; a claim at a door or desk is made by the person who stands
    // there.
    inputs->Set("request.active_participation",
                claim.operation == Operation::kIdentify1toN
                    ? facts.camera.use == model::CameraUse::kMarkedLane
                    : claim.subject.has_value());
    if (claim.subject.has_value()) {
      SetSubject(*inputs, facts.subject ? &*facts.subject : nullptr, facts.enrolled);
      SetConsent(*inputs, facts.consent ? &*facts.consent : nullptr, facts.purpose,
                 claim.camera.site, now);
    }
    return inputs;
  }

  core::Timestamp Expiry(const Claim& claim, const Facts& facts, core::Timestamp now) const {
    const std::int64_t life_ms =
        claim.lease_ms > 0 ? std::min(claim.lease_ms, options.lease_ms_max) : options.permit_ms_max;
    core::Timestamp expiry = now + life_ms;
    if (facts.consent.has_value()) expiry = std::min(expiry, facts.consent->expires_at);
    return expiry;
  }

  std::unique_ptr<internal::Warrant> MakeWarrant(const Facts& facts, Grounds grounds) const {
    auto warrant = std::make_unique<internal::Warrant>();
    const Claim& claim = grounds.claim;
    warrant->scope = {claim.operation,
                      claim.camera,
                      grounds.access_point,
                      claim.purpose,
                      facts.purpose.version,
                      claim.subject,
                      Expiry(claim, facts, grounds.decided_at)};
    warrant->capture = {facts.camera.region_of_interest, facts.camera.min_face_px};
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
    : impl_(new Impl{store, clock, options, std::move(abandon_sink), {}, std::move(rules)}) {
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

Decision Engine::Decide(const Claim& claim) const {
  FG_CHECK(crypto::IsUuid(claim.request_id));
  FG_CHECK(claim.subject.has_value() == (claim.operation != Operation::kIdentify1toN));
  const auto rule_set = rules();
  Grounds grounds;
  grounds.claim = claim;
  grounds.decided_at = impl_->clock.Now();
  grounds.packs = rule_set->packs();

  Facts facts;
  Status loaded = LoadRegistry(impl_->store, claim, facts, grounds);
  if (loaded.ok() && claim.subject.has_value()) {
    loaded = LoadClaimedSubject(impl_->store, claim, facts, grounds);
  }
  if (!loaded.ok()) {
    const Reason reason = IsMissing(loaded) ? Reason::kUnknownResource : Reason::kFault;
    return Refuse(std::move(grounds), reason, /*absolute=*/false, {});
  }

  const auto inputs = impl_->BuildInputs(claim, facts, grounds.decided_at, *rule_set);
  auto evaluation = rule_set->Evaluate(*inputs, Phase::kRequest, rules::Stage::kRequest);
  if (claim.subject.has_value()) {
    auto about_person = rule_set->Evaluate(*inputs, Phase::kRequest, rules::Stage::kCandidate);
    std::move(about_person.unmet.begin(), about_person.unmet.end(),
              std::back_inserter(evaluation.unmet));
  }
  if (evaluation.denied()) return RefuseByRules(std::move(grounds), evaluation.unmet, *inputs);
  if (claim.operation == Operation::kVerify1to1 && !facts.enrolled) {
    return Refuse(std::move(grounds), Reason::kNotEnrolled, /*absolute=*/false, {});
  }
  if (claim.region.has_value()) {
    const model::Region both = Intersect(facts.camera.region_of_interest, *claim.region);
    if (!model::CheckRegion(both).ok()) {
      return Refuse(std::move(grounds), Reason::kNoFace, /*absolute=*/false, {});
    }
  }

  std::shared_ptr<const StoreCandidateTest> candidates;
  if (claim.operation == Operation::kIdentify1toN) {
    candidates = std::make_shared<StoreCandidateTest>(impl_->store, impl_->clock, rule_set, inputs,
                                                      facts.purpose);
    const auto any = AnyCandidate(impl_->store, *candidates, claim);
    if (!any.ok() || !*any) {
      const Reason reason = any.ok() ? Reason::kConsentMissing : Reason::kFault;
      return Refuse(std::move(grounds), reason, /*absolute=*/false, {});
    }
  }
  auto warrant = impl_->MakeWarrant(facts, std::move(grounds));
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
  rules::Inputs inputs = *warrant->inputs;
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
