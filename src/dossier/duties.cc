// The duties of an operator: what the rules ask for at its sites and the registers have open, with
// the last day of each.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "dossier/clocks.h"
#include "dossier/phrases.h"
#include "dossier/sources.h"
#include "facegate/model/duties.h"
#include "facegate/model/fields.h"

namespace facegate::dossier {
namespace {

using core::Result;
using core::Status;
using documents::DutyState;

// How far the rules are asked ahead and back for the day on which something falls due.
constexpr int kHorizonDays = 400;

using RuleSetOf = std::set<const rules::Rule*>;
using Lapses = std::map<const rules::Rule*, model::Date>;

// The rules that are unmet at a deployment if nothing but time changes.
RuleSetOf UnmetAt(const policy::Review& review, core::Timestamp moment) {
  rules::Inputs inputs(review.inputs);
  inputs.Set("now", moment);
  RuleSetOf unmet;
  for (const rules::Phase phase : {rules::Phase::kSelection, rules::Phase::kDeploy,
                                   rules::Phase::kRequest, rules::Phase::kScheduled}) {
    const auto evaluation = review.view->Evaluate(inputs, phase, rules::Stage::kRequest);
    for (const rules::Finding& finding : evaluation.unmet) unmet.insert(finding.rule);
  }
  return unmet;
}

// The last moment of a day: what is unmet then was to be done on it.
core::Timestamp EndOf(model::Date day) { return model::StartOf(day + 1) + (-1); }

class Summary {
 public:
  explicit Summary(const Sources& sources)
      : sources_(sources), today_(model::DateOf(sources.now)), phrases_(sources.order.language) {}

  Result<documents::DutiesModel> Make() {
    model_.dated = Today(sources_);
    model_.controller = sources_.op.display_name;
    const std::string op = model::NameOf(sources_.op);
    FG_ASSIGN_OR_RETURN(const auto sites, storage::ReadResources<model::Site>(sources_.store, op));
    for (const model::Site& site : sites) {
      if (sources_.order.site && site.id != *sources_.order.site) continue;
      FG_RETURN_IF_ERROR(AddSite(site));
    }
    if (sources_.order.site) {
      const std::string name = model::SiteName(sources_.op.id, *sources_.order.site);
      FG_ASSIGN_OR_RETURN(const auto site, storage::ReadOne<model::Site>(sources_.store, name));
      model_.site = site.resource.display_name;
    } else {
      FG_RETURN_IF_ERROR(AddOperator());
    }
    std::stable_sort(model_.duties.begin(), model_.duties.end(),
                     [](const auto& a, const auto& b) { return Rank(a) < Rank(b); });
    return std::move(model_);
  }

 private:
  // What is late first, then what has a day, then the rest, then what is done.
  static std::tuple<int, bool, std::string> Rank(const documents::Duty& duty) {
    const int state = duty.state == DutyState::kOverdue ? 0
                      : duty.state == DutyState::kOpen  ? 1
                                                        : 2;
    return {state, !duty.due_on, duty.due_on ? duty.due_on->iso : ""};
  }

  // ---- What the rules ask for ----

  Status AddSite(const model::Site& site) {
    FG_ASSIGN_OR_RETURN(const Deployments deployments, DeploymentsAt(sources_, site.id));
    lapses_.clear();  // another site may have other packs
    struct Found {
      const rules::Rule* rule;
      DutyState state;
      std::optional<model::Date> due_on;
    };
    std::map<std::string, Found> found;  // of a rule, the most pressing of the deployments
    for (const policy::Review& review : deployments.reviews) {
      FG_RETURN_IF_ERROR(sources_.deadline.Check());
      const Lapses& lapses = LapsesOf(review);
      for (const policy::ReviewedRule& reviewed : review.rules) {
        if (!IsDuty(reviewed)) continue;
        const auto lapse = lapses.find(reviewed.rule);
        std::optional<model::Date> due_on;
        if (lapse != lapses.end()) due_on = lapse->second;
        const DutyState state = StateOf(reviewed, due_on);
        const auto [at, is_new] =
            found.try_emplace(reviewed.rule->id, Found{reviewed.rule, state, due_on});
        if (!is_new && Presses(state, due_on, at->second.state, at->second.due_on)) {
          at->second = {reviewed.rule, state, due_on};
        }
      }
    }
    for (const auto& [id, one] : found) {
      documents::Duty duty;
      duty.rule = id;
      duty.about = site.display_name;
      duty.title = one.rule->obligation;
      duty.state = one.state;
      if (one.due_on) duty.due_on = DayOf(*one.due_on);
      if (!one.rule->evidence.empty()) duty.document = phrases_.Listed(one.rule->evidence);
      model_.duties.push_back(std::move(duty));
    }
    return AddSigns(site);
  }

  // What a rule asks people to do; what it only tells them is no duty.
  bool IsDuty(const policy::ReviewedRule& reviewed) const {
    // With the operator's registers, each incident has its own.
    const std::string condition = reviewed.rule->when + " " + reviewed.rule->check;
    const bool is_of_an_incident = condition.find("incident.") != std::string::npos;
    return !reviewed.rule->obligation.empty() && !(is_of_an_incident && !sources_.order.site) &&
           reviewed.rule->machine_checkable != rules::MachineCheckable::kNone &&
           reviewed.phase != rules::Phase::kDoc;
  }

  DutyState StateOf(const policy::ReviewedRule& reviewed,
                    const std::optional<model::Date>& due_on) const {
    if (reviewed.met) return due_on ? DutyState::kOpen : DutyState::kDone;
    return due_on && *due_on < today_ ? DutyState::kOverdue : DutyState::kOpen;
  }

  static bool Presses(DutyState a, const std::optional<model::Date>& a_due, DutyState b,
                      const std::optional<model::Date>& b_due) {
    const auto rank = [](DutyState state, const std::optional<model::Date>& due) {
      const int order = state == DutyState::kOverdue ? 0 : state == DutyState::kOpen ? 1 : 2;
      return std::tuple(order, !due, due.value_or(model::Date{}));
    };
    return rank(a, a_due) < rank(b, b_due);
  }

  // For each rule the day on which it becomes unmet if nobody does anything, or on which it did.
  const Lapses& LapsesOf(const policy::Review& review) {
    // Most cameras of a site are alike: what the rules see of them is the same.
    rules::Inputs inputs(review.inputs);
    inputs.Set("now", sources_.now);
    const auto [at, is_new] = lapses_.try_emplace(inputs.ToJson().Dump());
    Lapses& lapses = at->second;
    if (!is_new) return lapses;
    const RuleSetOf now = UnmetAt(review, sources_.now);
    RuleSetOf before = now;
    for (int day = 0; day <= kHorizonDays; ++day) {
      const RuleSetOf then = UnmetAt(review, EndOf(today_ + day));
      for (const rules::Rule* rule : then) {
        if (!now.contains(rule)) lapses.try_emplace(rule, today_ + day);
      }
    }
    for (int day = 1; day <= kHorizonDays; ++day) {
      const RuleSetOf then = UnmetAt(review, EndOf(today_ + -day));
      for (const rules::Rule* rule : before) {
        if (!then.contains(rule)) lapses.try_emplace(rule, today_ + (1 - day));
      }
      std::erase_if(before, [&](const rules::Rule* rule) { return !then.contains(rule); });
    }
    return lapses;
  }

  // ---- What the registers have open ----

  void Add(std::string about, std::string title, DutyState state,
           std::optional<model::Date> due_on) {
    documents::Duty duty;
    duty.about = std::move(about);
    duty.title = std::move(title);
    duty.state = state;
    if (due_on) duty.due_on = DayOf(*due_on);
    model_.duties.push_back(std::move(duty));
  }

  DutyState DueState(model::Date due_on) const {
    return due_on < today_ ? DutyState::kOverdue : DutyState::kOpen;
  }

  Status AddSigns(const model::Site& site) {
    FG_ASSIGN_OR_RETURN(const auto signs, storage::ReadResources<model::Signage>(
                                              sources_.store, model::NameOf(site)));
    const auto last = std::max_element(
        signs.begin(), signs.end(),
        [](const auto& a, const auto& b) { return a.verified_at < b.verified_at; });
    if (last == signs.end()) return Status::Ok();
    const core::Timestamp ends =
        last->expires_at.value_or(last->verified_at + model::kSignageDaysMax * core::kMsPerDay);
    Add(model::NameOf(*last), phrases_.RenewSigns(), DueState(model::DateOf(ends)),
        model::DateOf(ends));
    return Status::Ok();
  }

  template <class R>
  Status AddAnswers(const std::string& what) {
    FG_ASSIGN_OR_RETURN(const auto all,
                        storage::ReadResources<R>(sources_.store, model::NameOf(sources_.op)));
    for (const R& one : all) {
      const model::Date due_on = one.due_on.value_or(one.received_on + one.deadline_days);
      Add(model::NameOf(one), phrases_.Answer(what),
          one.answered_on ? DutyState::kDone : DueState(due_on), due_on);
    }
    return Status::Ok();
  }

  Status AddOperator() {
    FG_RETURN_IF_ERROR(AddAnswers<model::Complaint>(phrases_.Complaint()));
    FG_RETURN_IF_ERROR(AddAnswers<model::RightsRequest>(phrases_.Request()));
    const std::string op = model::NameOf(sources_.op);
    FG_ASSIGN_OR_RETURN(const auto exemptions,
                        storage::ReadResources<model::Exemption>(sources_.store, op));
    for (const model::Exemption& one : exemptions) {
      if (!model::Stands(one, sources_.now)) continue;
      Add(model::NameOf(one), phrases_.ExemptionEnds(), DutyState::kOpen,
          model::DateOf(one.expires_at));
    }
    FG_ASSIGN_OR_RETURN(const auto incidents,
                        storage::ReadResources<model::Incident>(sources_.store, op));
    for (const model::Incident& one : incidents) FG_RETURN_IF_ERROR(AddIncident(one));
    return Status::Ok();
  }

  Status AddIncident(const model::Incident& incident) {
    if (incident.drill || incident.closed_at) return Status::Ok();  // a drill owes nobody anything
    std::shared_ptr<const rules::RuleSet> rules;
    FG_ASSIGN_OR_RETURN(const auto clocks, ClocksOf(sources_, incident, rules));
    const std::string name = model::NameOf(incident);
    for (const Clock& clock : clocks) {
      Add(name, clock.rule->obligation, dossier::StateOf(clock, sources_.now),
          model::DateOf(clock.due_at));
      model_.duties.back().rule = clock.rule->id;
    }
    Add(name, phrases_.CloseIncident(), DutyState::kOpen, std::nullopt);
    return Status::Ok();
  }

  const Sources& sources_;
  const model::Date today_;
  const Phrases phrases_;
  std::map<std::string, Lapses> lapses_;  // by the inputs
  documents::DutiesModel model_;
};

}  // namespace

Result<documents::DutiesModel> Duties(const Sources& sources) { return Summary(sources).Make(); }

}  // namespace facegate::dossier
