#include "dossier/clocks.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "facegate/model/fields.h"
#include "facegate/policy/context.h"

namespace facegate::dossier {
namespace {

using core::Result;
using core::Status;
using documents::Addressee;

// A rule that lets more time pass than this sets no time.
constexpr std::int64_t kClockMsMax = 366 * core::kMsPerDay;

// The rules of one site, asked about one incident.
class Site {
 public:
  Site(const Sources& sources, const model::Site& site, std::shared_ptr<const rules::RuleView> view)
      : view_(std::move(view)), base_(view_->rule_set().vocabulary()) {
    policy::SetGateway(base_, sources.engine.gateway_facts());
    policy::SetOperator(base_, sources.op, sources.engine.gateway_facts());
    policy::SetSite(base_, site);
  }

  // Appends the clocks of rules that are not in `known` yet.
  void Ask(const model::Incident& incident, std::set<std::string>& known,
           std::vector<Clock>& clocks) const {
    model::Incident untold = incident;
    untold.drill = false;  // what a real one would ask for
    untold.closed_at.reset();
    untold.authority_notified_at.reset();
    untold.subjects_notified_at.reset();
    const core::Timestamp end = incident.detected_at + kClockMsMax;
    const std::set<const rules::Rule*> without = Unmet(std::nullopt, end);
    for (const rules::Rule* rule : Unmet(untold, end)) {
      if (without.contains(rule)) continue;  // it asks for something else
      model::Incident told = untold;
      told.authority_notified_at = incident.detected_at;
      if (!Unmet(told, end).contains(rule)) {
        Add(*rule, Addressee::kAuthority, untold, incident.authority_notified_at, known, clocks);
      }
      told = untold;
      told.subjects_notified_at = incident.detected_at;
      if (!Unmet(told, end).contains(rule)) {
        Add(*rule, Addressee::kPeople, untold, incident.subjects_notified_at, known, clocks);
      }
    }
  }

 private:
  std::set<const rules::Rule*> Unmet(const std::optional<model::Incident>& incident,
                                     core::Timestamp now) const {
    rules::Inputs inputs(base_);
    inputs.Set("now", now);
    policy::SetDuties(inputs, incident ? std::vector{*incident} : std::vector<model::Incident>{},
                      {});
    std::set<const rules::Rule*> unmet;
    for (const rules::Phase phase :
         {rules::Phase::kDeploy, rules::Phase::kRequest, rules::Phase::kScheduled}) {
      const auto evaluation = view_->Evaluate(inputs, phase, rules::Stage::kRequest);
      for (const rules::Finding& finding : evaluation.unmet) unmet.insert(finding.rule);
    }
    return unmet;
  }

  void Add(const rules::Rule& rule, Addressee addressee, const model::Incident& untold,
           const std::optional<core::Timestamp>& told_at, std::set<std::string>& known,
           std::vector<Clock>& clocks) const {
    const std::string key = rule.id + " " + std::string(documents::WordOf(addressee));
    if (!known.insert(key).second) return;
    // Met until some moment, unmet from then on: halve what lies between.
    std::int64_t met_ms = -1;
    std::int64_t unmet_ms = kClockMsMax;
    while (unmet_ms - met_ms > 1) {
      const std::int64_t middle = met_ms + (unmet_ms - met_ms) / 2;
      (Unmet(untold, untold.detected_at + middle).contains(&rule) ? unmet_ms : met_ms) = middle;
    }
    clocks.push_back({&rule, addressee, untold.detected_at + unmet_ms, told_at});
  }

  const std::shared_ptr<const rules::RuleView> view_;
  rules::Inputs base_;
};

}  // namespace

Result<std::vector<Clock>> ClocksOf(const Sources& sources, const model::Incident& incident,
                                    std::shared_ptr<const rules::RuleSet>& keeps_alive) {
  keeps_alive = sources.engine.rules();
  FG_ASSIGN_OR_RETURN(const auto sites, storage::ReadResources<model::Site>(
                                            sources.store, model::NameOf(sources.op)));
  std::set<std::string> known;
  std::vector<Clock> clocks;
  for (const model::Site& site : sites) {
    FG_RETURN_IF_ERROR(sources.deadline.Check());
    FG_ASSIGN_OR_RETURN(const auto view, sources.engine.RulesAt(site));
    Site(sources, site, view).Ask(incident, known, clocks);
  }
  std::stable_sort(clocks.begin(), clocks.end(),
                   [](const Clock& a, const Clock& b) { return a.due_at < b.due_at; });
  return clocks;
}

documents::DutyState StateOf(const Clock& clock, core::Timestamp now) {
  if (clock.told_at) return documents::DutyState::kDone;
  return clock.due_at < now ? documents::DutyState::kOverdue : documents::DutyState::kOpen;
}

}  // namespace facegate::dossier
