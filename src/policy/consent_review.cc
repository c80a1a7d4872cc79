#include "facegate/policy/consent_review.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "facegate/model/fields.h"
#include "facegate/policy/context.h"
#include "facegate/storage/typed.h"

namespace facegate::policy {
namespace {

using core::Result;
using core::Status;
using model::ConsentScope;
using model::Operation;
using rules::Phase;

// No law asks for a guardian of somebody of that age.
constexpr int kAdultYears = 21;

// What surrounds a consent, as it is registered.
struct Surroundings {
  model::Purpose purpose;
  std::vector<model::AccessPoint> access_points;
  std::shared_ptr<const rules::RuleView> view;
  std::shared_ptr<rules::Inputs> inputs;
};

Result<Surroundings> ReadSurroundings(const storage::Store& store, const Engine& engine,
                                      const model::SiteRef& at, const model::PurposeId& for_purpose,
                                      core::Timestamp now) {
  Surroundings found;
  const std::string op_name = model::OperatorName(at.op);
  const std::string site_name = model::SiteName(at.op, at.site);
  const std::string purpose_name = model::PurposeName(at.op, for_purpose);
  FG_ASSIGN_OR_RETURN(const auto op, storage::ReadOne<model::Operator>(store, op_name));
  FG_ASSIGN_OR_RETURN(const auto site, storage::ReadOne<model::Site>(store, site_name));
  FG_ASSIGN_OR_RETURN(auto purpose, storage::ReadOne<model::Purpose>(store, purpose_name));
  found.purpose = std::move(purpose.resource);
  FG_ASSIGN_OR_RETURN(found.access_points,
                      storage::ReadResources<model::AccessPoint>(store, site_name));
  FG_ASSIGN_OR_RETURN(found.view, engine.RulesAt(site.resource));

  found.inputs = std::make_shared<rules::Inputs>(found.view->rule_set().vocabulary());
  rules::Inputs& inputs = *found.inputs;
  SetGateway(inputs, engine.gateway_facts());
  SetOperator(inputs, op.resource, engine.gateway_facts());
  SetSite(inputs, site.resource);
  SetPurpose(inputs, found.purpose);
  FG_ASSIGN_OR_RETURN(std::vector<model::Notice> notices,
                      storage::ReadResources<model::Notice>(store, purpose_name));
  std::erase_if(notices, [&](const model::Notice& notice) {
    return notice.purpose_version != found.purpose.version;
  });
  SetNotices(inputs, notices);
  FG_ASSIGN_OR_RETURN(std::vector<model::Exemption> exemptions,
                      storage::ReadResources<model::Exemption>(store, op_name));
  std::erase_if(exemptions, [](const model::Exemption& exemption) { return exemption.withdrawn; });
  SetExemption(inputs, exemptions, at, for_purpose, now);
  return found;
}
Result<Surroundings> ReadSurroundings(const storage::Store& store, const Engine& engine,
                                      const model::Consent& consent, core::Timestamp now) {
  return ReadSurroundings(store, engine, {consent.op, consent.site}, consent.purpose, now);
}

std::vector<Operation> OperationsOf(const std::set<ConsentScope>& scopes) {
  std::vector<Operation> operations;
  const bool verifies = scopes.count(ConsentScope::kVerify) > 0;
  const bool identifies = scopes.count(ConsentScope::kIdentify) > 0;
  if (verifies) operations.push_back(Operation::kVerify1to1);
  if (identifies) operations.push_back(Operation::kIdentify1toN);
  if (verifies || identifies) operations.push_back(Operation::kEnroll);
  return operations;
}

// The most that a person can answer to what they are asked.
model::Consent BestAnswer(model::Consent asked, const core::Timestamp now) {
  asked.status = model::ConsentStatus::kGranted;
  asked.form = model::ConsentForm::kWritten;
  asked.given_by = model::ConsentGiver::kGuardian;
  asked.evidence_sha256 = std::string(64, '0');
  asked.guardian_evidence_sha256 = asked.evidence_sha256;
  asked.granted_at = now;
  asked.expires_at = now + core::kMsPerDay;
  return asked;
}

bool IsAboutAsking(const rules::Rule& rule) {
  return rule.check.find("pressure.reprompts_after_refusal") != std::string::npos;
}

// Judges one consent by the rules about people, for each operation and access point.
class Judge {
 public:
  Judge(const Surroundings& around, core::Timestamp now) : around_(around), now_(now) {}

  // Adds the rules that are lost with these inputs and for which `counts` is true.
  template <class Counts>
  void Add(const rules::Inputs& person, const std::set<ConsentScope>& scopes, Counts counts) {
    const auto base = std::make_shared<const rules::Inputs>(person);
    for (const Operation operation : OperationsOf(scopes)) {
      rules::Inputs inputs(base);
      SetAsked(inputs, operation, now_);
      SetKeptImage(inputs, around_.purpose, operation);
      AddLost(inputs, counts);
      for (const model::AccessPoint& point : around_.access_points) {
        const model::AccessPoint designed = model::AsDesigned(point);
        rules::Inputs there(std::make_shared<const rules::Inputs>(inputs));
        SetAccessPoint(there, &designed, now_);
        AddLost(there, counts);
      }
    }
  }
  std::vector<RuleFinding> Findings() && {
    std::vector<RuleFinding> list;
    for (auto& [id, finding] : found_) list.push_back(std::move(finding));
    return list;
  }

 private:
  template <class Counts>
  void AddLost(const rules::Inputs& inputs, Counts counts) {
    for (const Phase phase : {Phase::kRequest, Phase::kDeploy}) {
      for (const rules::Rule* rule : around_.view->Foreclosed(inputs, phase)) {
        if (rule->stage != rules::Stage::kCandidate || !counts(*rule)) continue;
        found_.emplace(rule->id, RuleFinding{rule->id, rule->article, {}});
      }
    }
  }

  const Surroundings& around_;
  const core::Timestamp now_;
  std::map<std::string, RuleFinding> found_;
};

// RulesAgainst, in surroundings that were read.
std::vector<RuleFinding> Against(const Surroundings& around, const model::Subject& subject,
                                 const model::Consent& consent, int reprompts,
                                 core::Timestamp now) {
  const bool is_asked = consent.status == model::ConsentStatus::kRequested;
  const model::Consent granted = is_asked ? BestAnswer(consent, now) : consent;
  rules::Inputs person(around.inputs);
  SetSubject(person, &subject, /*enrolled=*/true, now);
  SetConsent(person, &granted, around.purpose, consent.site, now);
  SetReprompts(person, reprompts);

  Judge judge(around, now);
  judge.Add(person, consent.scopes, [](const rules::Rule&) { return true; });
  if (is_asked && reprompts > 0) {
    // Until the answer comes, the refusal is what stands.
    rules::Inputs refused(around.inputs);
    SetSubject(refused, &subject, /*enrolled=*/false, now);
    model::Consent last = consent;
    last.status = model::ConsentStatus::kRefused;
    SetConsent(refused, &last, around.purpose, consent.site, now);
    SetReprompts(refused, reprompts);
    judge.Add(refused, consent.scopes, IsAboutAsking);
  }
  return std::move(judge).Findings();
}

}  // namespace

Result<std::vector<RuleFinding>> RulesAgainst(const storage::Store& store, const Engine& engine,
                                              const model::Subject& subject,
                                              const model::Consent& consent, int reprompts,
                                              core::Timestamp now) {
  FG_ASSIGN_OR_RETURN(const Surroundings around, ReadSurroundings(store, engine, consent, now));
  return Against(around, subject, consent, reprompts, now);
}

Result<std::optional<core::Timestamp>> ComesOfAge(const storage::Store& store, const Engine& engine,
                                                  const model::Subject& subject,
                                                  const model::Consent& consent,
                                                  core::Timestamp now) {
  using Moment = std::optional<core::Timestamp>;
  if (!subject.age_known || consent.given_by == model::ConsentGiver::kSelf) return Moment();
  FG_ASSIGN_OR_RETURN(const Surroundings around, ReadSurroundings(store, engine, consent, now));
  model::Consent own = consent;
  own.given_by = model::ConsentGiver::kSelf;
  own.guardian_evidence_sha256.clear();
  own.guardian_verified_by.clear();
  const auto count_at = [&](double years) {
    model::Subject older = subject;
    older.age_years = years;
    older.created_at = now;
    return Against(around, older, own, 0, now).size();
  };
  const std::size_t of_an_adult = count_at(kAdultYears);
  const double age = model::AgeYearsAt(subject, now);
  if (count_at(age) == of_an_adult) return Moment();
  for (int years = static_cast<int>(age) + 1; years < kAdultYears; ++years) {
    if (count_at(years) == of_an_adult) return Moment(model::HasLived(subject, years));
  }
  return Moment(model::HasLived(subject, kAdultYears));
}

Result<DestructionTest> DestructionTestAt(const storage::Store& store, const Engine& engine,
                                          const model::SiteRef& site,
                                          const model::PurposeId& purpose, core::Timestamp now) {
  FG_ASSIGN_OR_RETURN(Surroundings read, ReadSurroundings(store, engine, site, purpose, now));
  if (!read.view->MayDestroy()) return DestructionTest();
  const auto around = std::make_shared<const Surroundings>(std::move(read));
  return DestructionTest(
      [around, site, now](const model::Subject& subject, const model::Consent& consent) {
        rules::Inputs inputs(around->inputs);
        SetAsked(inputs, std::nullopt, now);
        SetSubject(inputs, &subject, /*enrolled=*/true, now);
        SetConsent(inputs, &consent, around->purpose, site.site, now);
        const rules::Evaluation evaluation =
            around->view->Evaluate(inputs, Phase::kScheduled, rules::Stage::kCandidate);
        return std::any_of(evaluation.unmet.begin(), evaluation.unmet.end(),
                           [](const rules::Finding& finding) {
                             return finding.rule->at_deadline == rules::AtDeadline::kDestroy &&
                                    finding.missing.empty();
                           });
      });
}

int RepromptsIn(const std::vector<model::Consent>& newest_first, const model::SiteId& site,
                const model::PurposeId& purpose) {
  int asked = 0;
  for (const model::Consent& consent : newest_first) {
    if (consent.site != site || consent.purpose != purpose) continue;
    if (consent.status == model::ConsentStatus::kRefused) return asked;
    if (consent.status == model::ConsentStatus::kRequested) ++asked;
  }
  return 0;  // nobody ever refused
}

}  // namespace facegate::policy
