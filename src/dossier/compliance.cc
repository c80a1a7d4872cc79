// The compliance report: every rule of a site, and what shows how it stands.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "dossier/evidence.h"
#include "dossier/phrases.h"
#include "dossier/sources.h"
#include "facegate/audit/past_receipt.h"
#include "facegate/core/time.h"
#include "facegate/model/fields.h"
#include "facegate/rules/explain.h"

namespace facegate::dossier {
namespace {

using core::Result;
using core::Status;
using documents::RuleState;

// More than these are counted, but not listed: a report is for reading.
constexpr std::size_t kRecordsMax = 1000;

// How a rule stands over all deployments of the site, as far as no person is needed to know.
struct Standing {
  bool applies = false;
  bool met = true;
  bool blocks = false;
  std::set<std::string> missing;
};

// What the log has of a rule in the period.
struct Heard {
  std::int64_t refused = 0;
  std::int64_t allowed = 0;
  std::set<std::uint64_t> records;
};

// The registered things that a rule reads.
struct RestsOn {
  std::set<Origin> origins;
  std::set<std::uint64_t> of_period;
  std::set<std::uint64_t> after;
};

class Report {
 public:
  Report(const Sources& sources, Deployments deployments, Evidence evidence,
         std::shared_ptr<const rules::RuleView> view)
      : sources_(sources),
        deployments_(std::move(deployments)),
        evidence_(std::move(evidence)),
        view_(std::move(view)),
        phrases_(sources.order.language) {}

  Result<documents::ComplianceModel> Make() {
    documents::ComplianceModel model;
    model.dated = Today(sources_);
    model.controller = sources_.op.display_name;
    model.site = deployments_.site.display_name;
    model.period = {DayOf(sources_.order.period->from), DayOf(sources_.order.period->until)};
    AddPacks(model);
    FG_ASSIGN_OR_RETURN(model.log, LogStateOf(sources_));
    ReadInputNames();
    ReadStandings();
    FG_RETURN_IF_ERROR(ReadLog());
    for (const rules::Rule* rule : view_->rules()) {
      FG_ASSIGN_OR_RETURN(documents::RuleResult result, ResultOf(*rule));
      model.rules.push_back(std::move(result));
    }
    return model;
  }

 private:
  void AddPacks(documents::ComplianceModel& model) const {
    for (const rules::PackInfo& used : view_->packs()) {
      documents::PackStatus status = documents::PackStatus::kInForce;
      for (const rules::Pack& pack : view_->rule_set().pack_files()) {
        if (pack.info.id == used.id) status = StatusOf(pack.status);
      }
      model.packs.push_back({used.id, used.version, status, used.sha256});
    }
  }

  static documents::PackStatus StatusOf(rules::PackStatus status) {
    switch (status) {
      case rules::PackStatus::kDraft:
        return documents::PackStatus::kDraft;
      case rules::PackStatus::kInForce:
        return documents::PackStatus::kInForce;
      case rules::PackStatus::kGuidance:
        return documents::PackStatus::kGuidance;
      case rules::PackStatus::kSuperseded:
        return documents::PackStatus::kSuperseded;
    }
    FG_CHECK(false);
  }

  void ReadInputNames() {
    const rules::Inputs none(view_->rule_set().vocabulary());
    const auto explained = rules::Explain(*view_, none, std::nullopt, rules::Judging::kLive);
    for (const rules::RuleExplanation& rule : explained.rules) {
      for (const rules::InputSeen& input : rule.inputs) inputs_of_[rule.rule].insert(input.name);
    }
  }

  void ReadStandings() {
    for (const policy::Review& review : deployments_.reviews) {
      provisional_ = provisional_ || review.provisional;
      for (const policy::ReviewedRule& reviewed : review.rules) {
        Standing& standing = standings_[reviewed.rule->id];
        standing.applies = true;
        standing.met = standing.met && reviewed.met;
        standing.blocks = standing.blocks || reviewed.blocks;
        standing.missing.insert(reviewed.missing.begin(), reviewed.missing.end());
      }
      for (const rules::Stage stage : {rules::Stage::kCandidate, rules::Stage::kDetection}) {
        for (const rules::Phase phase :
             {rules::Phase::kSelection, rules::Phase::kDeploy, rules::Phase::kRequest,
              rules::Phase::kScheduled, rules::Phase::kDoc}) {
          for (const rules::Rule* rule :
               review.view->Evaluate(*review.inputs, phase, stage).applies) {
            standings_[rule->id].applies = true;
          }
        }
      }
    }
  }

  // Decisions, and the rules that each found unmet.
  Status ReadLog() {
    storage::LogQuery query;
    query.site = deployments_.site.id.str();
    return ForEachRecord(sources_, InPeriod(sources_, std::move(query)), [&](const Line& line) {
      const std::string outcome = line.json.StringOr("outcome", "");
      if (outcome.empty() || line.json.StringOr("type", "") == "stream_lease") return Status::Ok();
      ++decisions_;
      const core::Json* unmet = line.json.Find("rules");
      if (unmet == nullptr || !unmet->is_array()) return Status::Ok();
      for (const core::Json& finding : unmet->AsArray()) {
        Heard& heard = heard_[finding.StringOr("rule", "")];
        ++(outcome == "ALLOW" ? heard.allowed : heard.refused);
        if (heard.records.size() < kRecordsMax) heard.records.insert(line.index);
      }
      return Status::Ok();
    });
  }

  Result<documents::RuleResult> ResultOf(const rules::Rule& rule) const {
    documents::RuleResult result;
    result.id = rule.id;
    result.article = rule.article;
    result.title = rule.title;
    static const Standing kNone;
    static const Heard kSilence;
    const auto standing = standings_.find(rule.id);
    const auto heard = heard_.find(rule.id);
    const Standing& stands = standing == standings_.end() ? kNone : standing->second;
    const Heard& said = heard == heard_.end() ? kSilence : heard->second;
    FG_ASSIGN_OR_RETURN(const RestsOn rests_on, RestsOnOf(rule));
    result.state = StateOf(rule, stands, said, rests_on);
    std::set<std::uint64_t> records = said.records;
    if (result.state != RuleState::kNotApplicable) {
      result.evidence = EvidenceOf(rule, stands, said, rests_on);
      records.insert(rests_on.of_period.begin(), rests_on.of_period.end());
    }
    result.records.assign(records.begin(), records.end());
    if (result.state == RuleState::kUnmet) result.duty = TextOr(rule.obligation);
    return result;
  }

  // What needs a person is met where the gateway refused everybody for whom it was not. What is
  // registered is judged as it is today: where that changed after the period, today's answer is
  // none about then.
  RuleState StateOf(const rules::Rule& rule, const Standing& stands, const Heard& said,
                    const RestsOn& rests_on) const {
    if (said.allowed > 0) return RuleState::kUnmet;
    if (deployments_.reviews.empty()) return RuleState::kNotChecked;
    if (!rests_on.after.empty()) return RuleState::kNotChecked;
    if (!stands.applies) {
      return said.refused > 0 ? RuleState::kMet : RuleState::kNotApplicable;
    }
    if (rule.machine_checkable == rules::MachineCheckable::kNone) return RuleState::kNotChecked;
    if (rule.stage == rules::Stage::kRequest) {
      return stands.met ? RuleState::kMet : RuleState::kUnmet;
    }
    return decisions_ > 0 ? RuleState::kMet : RuleState::kNotChecked;
  }

  std::optional<std::string> EvidenceOf(const rules::Rule& rule, const Standing& stands,
                                        const Heard& said, const RestsOn& rests_on) const {
    std::vector<std::string> parts;
    const std::set<Origin>& origins = rests_on.origins;
    const bool checked = rule.machine_checkable != rules::MachineCheckable::kNone;
    if (checked && !origins.empty()) parts.push_back(phrases_.RestsOn(origins));
    if (checked && origins.empty()) parts.push_back(phrases_.OwnChecks());
    if (checked && !rests_on.after.empty()) parts.push_back(phrases_.ChangedSince(rests_on.after));
    if (!stands.missing.empty()) {
      parts.push_back(phrases_.NotStated({stands.missing.begin(), stands.missing.end()}));
    }
    if (!stands.met && stands.blocks) parts.push_back(phrases_.Refuses());
    const bool needs_a_person = rule.stage != rules::Stage::kRequest;
    if (said.refused + said.allowed > 0 || (needs_a_person && checked && decisions_ > 0)) {
      parts.push_back(phrases_.Judged(decisions_, said.refused, said.allowed));
    } else if (needs_a_person && checked) {
      parts.push_back(phrases_.NobodyCame());
    }
    if (deployments_.reviews.empty()) parts = {phrases_.NothingRuns()};
    if (provisional_ && CountsWorkDays(rule)) parts.push_back(phrases_.Provisional());
    if (!rule.people.empty()) parts.push_back(phrases_.ForPeople(rule.people));
    return TextOr(phrases_.Joined(parts));
  }

  // What a rule's inputs come from, and which of it was registered in the period, or after it.
  Result<RestsOn> RestsOnOf(const rules::Rule& rule) const {
    RestsOn rests_on;
    const auto names = inputs_of_.find(&rule);
    if (names != inputs_of_.end()) rests_on.origins = evidence_.For(names->second);
    for (const Origin& origin : rests_on.origins) {
      FG_ASSIGN_OR_RETURN(const model::Date day, DayOfRecord(origin.record));
      if (IsWithin(*sources_.order.period, day)) rests_on.of_period.insert(origin.record);
      if (sources_.order.period->until < day) rests_on.after.insert(origin.record);
    }
    return rests_on;
  }

  static bool CountsWorkDays(const rules::Rule& rule) {
    return (rule.when + rule.check).find("workdays_cn") != std::string::npos;
  }

  Result<model::Date> DayOfRecord(std::uint64_t record) const {
    const auto known = days_.find(record);
    if (known != days_.end()) return known->second;
    FG_ASSIGN_OR_RETURN(const core::Timestamp time,
                        audit::RecordTime(sources_.store, sources_.op.id, record));
    return days_[record] = model::DateOf(time);
  }

  const Sources& sources_;
  const Deployments deployments_;
  const Evidence evidence_;
  const std::shared_ptr<const rules::RuleView> view_;
  const Phrases phrases_;
  std::map<const rules::Rule*, std::set<std::string>> inputs_of_;
  std::map<std::string, Standing> standings_;
  std::map<std::string, Heard> heard_;
  std::int64_t decisions_ = 0;
  bool provisional_ = false;
  mutable std::map<std::uint64_t, model::Date> days_;
};

}  // namespace

Result<documents::ComplianceModel> Compliance(const Sources& sources) {
  FG_ASSIGN_OR_RETURN(Deployments deployments, DeploymentsAt(sources, *sources.order.site));
  FG_ASSIGN_OR_RETURN(Evidence evidence, Evidence::Read(sources, deployments));
  FG_ASSIGN_OR_RETURN(auto view, sources.engine.RulesAt(deployments.site));
  return Report(sources, std::move(deployments), std::move(evidence), std::move(view)).Make();
}

}  // namespace facegate::dossier
