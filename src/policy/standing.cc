#include "policy/standing.h"

#include <algorithm>
#include <string>
#include <utility>

#include "facegate/model/fields.h"
#include "facegate/policy/consent_review.h"
#include "facegate/policy/context.h"
#include "facegate/policy/population.h"
#include "facegate/storage/typed.h"

namespace facegate::policy {
namespace {

using core::Result;
using core::Status;

constexpr std::size_t kDeploymentsMax = 8192;  // of about 8 KiB each
constexpr std::size_t kOperatorsMax = 4096;
constexpr std::size_t kPeopleMax = 32768;  // of about 2 KiB each

bool IsMissing(const Status& status) { return status.code() == core::Code::kNotFound; }

// Reads registered resources, and remembers the records behind them.
class Reader {
 public:
  Reader(const storage::Store& store, std::vector<std::uint64_t>& rests_on)
      : store_(store), rests_on_(rests_on) {}

  template <class R>
  Result<R> One(const std::string& name) {
    FG_ASSIGN_OR_RETURN(storage::TypedResource<R> one, storage::ReadOne<R>(store_, name));
    rests_on_.push_back(one.log_index);
    return std::move(one.resource);
  }

  // Those directly below `parent` for which `wanted` is true.
  template <class R, class Wanted>
  Result<std::vector<R>> Some(const std::string& parent, Wanted wanted) {
    FG_ASSIGN_OR_RETURN(std::vector<storage::TypedResource<R>> all,
                        storage::ReadAll<R>(store_, parent));
    std::vector<R> some;
    for (storage::TypedResource<R>& one : all) {
      if (!wanted(one.resource)) continue;
      rests_on_.push_back(one.log_index);
      some.push_back(std::move(one.resource));
    }
    return some;
  }
  template <class R>
  Result<std::vector<R>> All(const std::string& parent) {
    return Some<R>(parent, [](const R&) { return true; });
  }

 private:
  const storage::Store& store_;
  std::vector<std::uint64_t>& rests_on_;
};

// Sets the inputs of everything that is registered around a deployment.
Status ReadInputs(Reader& reader, Deployment& loaded, rules::Inputs& inputs) {
  const std::string op = model::NameOf(loaded.op);
  const std::string site = model::NameOf(loaded.site);
  const std::string purpose = model::NameOf(loaded.purpose);
  FG_ASSIGN_OR_RETURN(const auto signs, reader.All<model::Signage>(site));
  SetSignage(inputs, signs);
  FG_ASSIGN_OR_RETURN(const auto notices,
                      reader.Some<model::Notice>(purpose, [&](const model::Notice& notice) {
                        return notice.purpose_version == loaded.purpose.version;
                      }));
  SetNotices(inputs, notices);
  FG_ASSIGN_OR_RETURN(const auto assessments, reader.All<model::Assessment>(purpose));
  SetAssessments(inputs, loaded.purpose, assessments);
  FG_ASSIGN_OR_RETURN(const auto filings, reader.All<model::Filing>(op));
  SetFilings(inputs, filings);
  FG_ASSIGN_OR_RETURN(const auto tests,
                      reader.All<model::DeviceAssessment>(model::NameOf(loaded.camera)));
  FG_ASSIGN_OR_RETURN(const auto reviews, reader.All<model::ThresholdReview>(op));
  SetDevice(inputs, tests, reviews);
  FG_ASSIGN_OR_RETURN(const auto incidents,
                      reader.Some<model::Incident>(op, [](const model::Incident& incident) {
                        return !incident.drill && !incident.closed_at.has_value();
                      }));
  FG_ASSIGN_OR_RETURN(const auto requests,
                      reader.Some<model::RightsRequest>(op, [](const auto& request) {
                        return !request.answered_on.has_value();
                      }));
  SetDuties(inputs, incidents, requests);
  FG_ASSIGN_OR_RETURN(loaded.exemptions,
                      reader.Some<model::Exemption>(op, [](const model::Exemption& exemption) {
                        return !exemption.withdrawn;
                      }));
  return Status::Ok();
}

// Whether an unmet rule refuses an operation at the deployment, beyond what is judged with every
// request.
bool Refuses(const rules::Finding& finding, rules::Phase phase, model::Operation operation) {
  switch (finding.rule->at_deadline) {
    case rules::AtDeadline::kEverything:
      return true;
    case rules::AtDeadline::kEnroll:
      if (operation == model::Operation::kEnroll) return true;
      break;
    case rules::AtDeadline::kNothing:
    case rules::AtDeadline::kDestroy:
      break;
  }
  return phase == rules::Phase::kDeploy && finding.blocks;
}

// What rules see of a person whatever the hour and whoever asks.
std::shared_ptr<const rules::InputLayer> LayerOf(
    const Person& person, const model::SiteId& site,
    const std::shared_ptr<const rules::Vocabulary>& vocabulary) {
  rules::Inputs inputs(vocabulary);
  SetSubjectAsKnown(inputs, person.subject ? &*person.subject : nullptr);
  SetConsentAsGiven(inputs, person.consent ? &*person.consent : nullptr, site);
  SetReprompts(inputs, person.reprompts);
  return std::make_shared<const rules::InputLayer>(inputs);
}

// The first time after `now` at which an alternative that must be heard begins or ceases to work.
core::Timestamp NextChange(const model::AccessPoint& point, core::Timestamp now) {
  core::Timestamp next = kForEver;
  for (const model::Alternative& alternative : point.alternatives) {
    if (!alternative.heartbeat_at) continue;
    const std::int64_t reach_ms = point.heartbeat_s_max * std::int64_t{1000};
    for (const core::Timestamp at :
         {*alternative.heartbeat_at + -reach_ms, *alternative.heartbeat_at + (reach_ms + 1)}) {
      if (now < at) next = std::min(next, at);
    }
  }
  return next;
}

}  // namespace

ConsentBasis BasisOf(const model::Consent& consent) {
  return {{consent.op, consent.subject, consent.id},
          consent.epoch,
          consent.log_index,
          consent.expires_at};
}

std::shared_ptr<const Moment> Moments::Of(const Deployment& deployment,
                                          const Heartbeats& heartbeats, core::Timestamp now) {
  const bool is_heard = !deployment.heard_as.access_point.empty();
  const std::uint64_t beats = is_heard ? heartbeats.CountOf(deployment.heard_as) : 0;
  {
    const std::lock_guard lock(mutex_);
    // A clock that was set back makes it anew.
    const bool holds =
        last_ != nullptr && last_->beats == beats && last_->since <= now && now < last_->until;
    if (holds) return last_;
  }
  auto moment = std::make_shared<Moment>();
  moment->since = now;
  moment->until = kForEver;
  moment->beats = beats;
  rules::Inputs inputs(deployment.inputs);
  if (deployment.access_point.has_value()) {
    model::AccessPoint point = *deployment.access_point;
    if (is_heard) {
      point = heartbeats.Applied(std::move(point));
      moment->until = NextChange(point, now);
      moment->alternatives_working = model::WorkingAlternatives(point, now);
      SetAccessPoint(inputs, &point, now);
    }
    moment->alternatives = point.alternatives;
    for (model::Alternative& alternative : moment->alternatives) {
      alternative.operational = model::IsWorking(point, alternative, now);
    }
  }
  moment->exemption =
      SetExemption(inputs, deployment.exemptions, {deployment.op.id, deployment.site.id},
                   deployment.purpose.id, now);
  if (moment->exemption != nullptr) {
    moment->until = std::min(moment->until, moment->exemption->expires_at);
  }
  moment->inputs = std::make_shared<const rules::Inputs>(std::move(inputs));
  const std::lock_guard lock(mutex_);
  last_ = moment;
  return moment;
}

std::shared_ptr<const StandingRefusals::Judged> StandingRefusals::Of(model::Operation operation,
                                                                     const rules::RuleView& view,
                                                                     const rules::Inputs& inputs,
                                                                     core::Timestamp now) {
  const auto slot = static_cast<std::size_t>(operation);
  {
    const std::lock_guard lock(mutex_);
    const auto& judged = judged_.at(slot);
    // A clock that was set back judges again.
    if (judged != nullptr && judged->at <= now && now - judged->at < kHoldMs) return judged;
  }
  auto fresh = std::make_shared<Judged>();
  fresh->at = now;
  for (const rules::Phase phase :
       {rules::Phase::kDeploy, rules::Phase::kRequest, rules::Phase::kScheduled}) {
    for (rules::Finding& finding : view.Evaluate(inputs, phase, rules::Stage::kRequest).unmet) {
      if (Refuses(finding, phase, operation)) fresh->unmet.push_back(std::move(finding));
    }
  }
  const std::lock_guard lock(mutex_);
  judged_.at(slot) = fresh;
  return fresh;
}

Standing::Standing(const storage::Store& store)
    : store_(store),
      deployments_(kDeploymentsMax),
      populations_(kOperatorsMax),
      people_(kPeopleMax) {}

Result<std::shared_ptr<const Deployment>> Standing::DeploymentOf(const model::CameraRef& camera,
                                                                 const model::PurposeId& purpose,
                                                                 const Terms& terms,
                                                                 core::Timestamp now) {
  const KeptName name{camera.op.str(), camera.site.str(), camera.camera.str(), purpose.str()};
  // Both only count up, and so does their sum.
  const storage::Versions& versions = store_.versions();
  const std::uint64_t count =
      versions.OfOperator(camera.op) + versions.OfSite(camera.op, camera.site);
  auto kept = deployments_.Find(name, count);
  if (kept != nullptr && kept->rules == terms.rules && kept->view->Holds(now)) return kept;
  FG_ASSIGN_OR_RETURN(kept, LoadDeployment(camera, purpose, terms, now));
  deployments_.Keep(name, count, kept);
  return kept;
}

Result<std::shared_ptr<const Deployment>> Standing::LoadDeployment(const model::CameraRef& ref,
                                                                   const model::PurposeId& purpose,
                                                                   const Terms& terms,
                                                                   core::Timestamp now) const {
  const auto& [op, site, camera] = ref;
  Deployment loaded;
  Reader reader(store_, loaded.rests_on);
  FG_ASSIGN_OR_RETURN(loaded.camera,
                      reader.One<model::Camera>(model::CameraName(op, site, camera)));
  FG_ASSIGN_OR_RETURN(loaded.site, reader.One<model::Site>(model::SiteName(op, site)));
  FG_ASSIGN_OR_RETURN(loaded.op, reader.One<model::Operator>(model::OperatorName(op)));
  if (!loaded.camera.access_point.empty()) {
    const std::string name = model::AccessPointName(op, site, loaded.camera.access_point);
    FG_ASSIGN_OR_RETURN(loaded.access_point, reader.One<model::AccessPoint>(name));
  }
  FG_ASSIGN_OR_RETURN(loaded.purpose, reader.One<model::Purpose>(model::PurposeName(op, purpose)));
  loaded.rules = terms.rules;
  FG_ASSIGN_OR_RETURN(
      loaded.view, terms.rules->Select({loaded.site.country, loaded.site.region, loaded.site.city,
                                        loaded.site.packs, terms.profiles, now}));

  loaded.filing_threshold = FilingThresholdOf(*loaded.view);

  rules::Inputs inputs(terms.rules->vocabulary());
  SetGateway(inputs, terms.gateway);
  SetEveryRequest(inputs);
  SetOperator(inputs, loaded.op, terms.gateway);
  SetSite(inputs, loaded.site);
  SetCamera(inputs, loaded.camera);
  SetPurpose(inputs, loaded.purpose);
  SetCustody(inputs, loaded.purpose);
  FG_RETURN_IF_ERROR(ReadInputs(reader, loaded, inputs));
  SetAccessPoint(inputs, loaded.access_point ? &*loaded.access_point : nullptr, now);
  if (loaded.access_point.has_value() && loaded.access_point->heartbeat_s_max > 0) {
    loaded.heard_as = {op, site, loaded.access_point->id};
  }
  loaded.refusals = std::make_shared<StandingRefusals>();
  loaded.moments = std::make_shared<Moments>();
  loaded.inputs = std::make_shared<const rules::Inputs>(std::move(inputs));
  return std::make_shared<const Deployment>(std::move(loaded));
}

Result<Population> Standing::PopulationOf(const Deployment& deployment, core::Timestamp now) {
  const model::OperatorId& op = deployment.op.id;
  const std::optional<std::uint64_t>& filing = deployment.filing_threshold;
  const std::string threshold = filing ? std::to_string(*filing) : std::string();
  const KeptName name{op.str(), threshold};
  const std::uint64_t count = store_.versions().TemplatesOf(op) + store_.versions().OfOperator(op);
  if (const auto kept = populations_.Find(name, count)) return *kept;
  Population population;
  FG_ASSIGN_OR_RETURN(population.stored_persons, store_.CountStoredPersons(op));
  if (filing && population.stored_persons >= *filing) {
    FG_ASSIGN_OR_RETURN(const Threshold known, ReadThreshold(store_, op, *filing));
    // Passed and not yet on record is passed today.
    population.threshold_crossed_on = known.crossed_on.value_or(model::DateOf(now));
  }
  populations_.Keep(name, count, std::make_shared<const Population>(population));
  return population;
}

Result<std::shared_ptr<const Person>> Standing::PersonAt(
    const model::OperatorId& op, const model::SubjectId& subject, const model::SiteId& site,
    const model::PurposeId& purpose, const std::shared_ptr<const rules::Vocabulary>& vocabulary) {
  const KeptName name{op.str(), subject.str(), site.str(), purpose.str()};
  const std::uint64_t count = store_.versions().Of(op, subject);
  auto kept = people_.Find(name, count);
  if (kept != nullptr && kept->inputs->vocabulary() == vocabulary) return kept;
  FG_ASSIGN_OR_RETURN(kept, LoadPerson({op, subject}, site, purpose, vocabulary));
  // Whoever is unknown is not kept: anybody can claim names without end.
  if (kept->subject.has_value()) people_.Keep(name, count, kept);
  return kept;
}

Result<std::shared_ptr<const Person>> Standing::LoadPerson(
    const model::SubjectRef& ref, const model::SiteId& site, const model::PurposeId& purpose,
    const std::shared_ptr<const rules::Vocabulary>& vocabulary) const {
  Person loaded;
  auto subject = store_.GetSubject(ref);
  if (!subject.ok()) {
    // Unknown and erased people are the same to a decision: nobody who consented.
    if (!storage::IsNobody(subject.status())) return subject.status();
    loaded.inputs = LayerOf(loaded, site, vocabulary);
    return std::make_shared<const Person>(std::move(loaded));
  }
  loaded.subject = std::move(subject).value();
  FG_ASSIGN_OR_RETURN(const auto consents, store_.ListConsents(ref));
  const auto current = std::find_if(consents.begin(), consents.end(), [&](const auto& consent) {
    return consent.site == site && consent.purpose == purpose;
  });
  if (current != consents.end()) {
    loaded.consent = *current;
    loaded.basis = BasisOf(*current);
  }
  loaded.reprompts = RepromptsIn(consents, site, purpose);
  const auto key = store_.GetTemplateKey(ref, purpose);
  if (!key.ok() && !IsMissing(key.status())) return key.status();
  loaded.enrolled = key.ok();
  loaded.inputs = LayerOf(loaded, site, vocabulary);
  return std::make_shared<const Person>(std::move(loaded));
}

void Standing::Forget(const model::SubjectRef& subject) {
  people_.Drop([&subject](const KeptName& name) {
    return name[0] == subject.op.str() && name[1] == subject.subject.str();
  });
}

}  // namespace facegate::policy
