#include "facegate/gateway/duty_sweep.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/model/compliance.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"
#include "facegate/policy/consent_review.h"
#include "facegate/policy/population.h"
#include "facegate/rules/calendar.h"
#include "facegate/storage/typed.h"

namespace facegate::gateway {
namespace {

using core::Result;
using core::Status;

constexpr int kDeviceTestDays = 365;
constexpr int kFilingWorkDays = 30;  // cn23 art. 16, cn25 art. 15
constexpr int kErasureLagDays = 1;   // after a purpose ended
// That a resource ran out was recorded for that revision of it.
constexpr std::string_view kExpiryKind = "expiry";

using Which = consent::ConsentService::WhichConsents;

// The sweep of one operator.
class OperatorSweep {
 public:
  OperatorSweep(storage::Store& store, audit::Ledger& ledger, consent::ConsentService& consents,
                const policy::Engine& engine, core::Timestamp now, model::Operator op,
                std::optional<int> unconsented_days_max, DutySwept& swept)
      : store_(store),
        ledger_(ledger),
        consents_(consents),
        engine_(engine),
        now_(now),
        op_(std::move(op)),
        unconsented_days_max_(unconsented_days_max),
        swept_(swept) {}

  Status Run() {
    FG_ASSIGN_OR_RETURN(sites_, storage::ReadAll<model::Site>(store_, model::NameOf(op_)));
    FG_RETURN_IF_ERROR(Thresholds());
    FG_RETURN_IF_ERROR(Exemptions());
    for (const auto& site : sites_) FG_RETURN_IF_ERROR(Site(site.resource));
    FG_ASSIGN_OR_RETURN(const auto purposes,
                        storage::ReadAll<model::Purpose>(store_, model::NameOf(op_)));
    for (const auto& purpose : purposes) FG_RETURN_IF_ERROR(Purpose(purpose.resource));
    if (!unconsented_days_max_) return Status::Ok();
    for (const auto& purpose : purposes) {
      FG_RETURN_IF_ERROR(Overdue(purpose.resource));
      FG_RETURN_IF_ERROR(OwedToLaw(purpose.resource));
    }
    return Unconsented();
  }

 private:
  audit::Event EventOf(const char* type) const {
    audit::Event event;
    event.type = type;
    event.log = op_.id;
    event.actor = audit::GatewayItself();
    event.request_id = crypto::RandomUuid();
    return event;
  }

  // ---- Numbers of people ----

  Status Thresholds() {
    std::map<std::uint64_t, bool> milestones;  // whether a filing is owed from there on
    std::shared_ptr<const rules::WorkCalendar> calendar;
    for (const auto& site : sites_) {
      const auto view = engine_.RulesAt(site.resource);
      if (!view.ok()) continue;  // a pack it names is gone: requests there are refused for that
      calendar = (*view)->rule_set().calendar();
      for (const policy::Milestone& milestone : policy::MilestonesOf(**view)) {
        bool& filing = milestones[milestone.persons];
        filing = filing || milestone.filing;
      }
    }
    if (milestones.empty()) return Status::Ok();
    FG_ASSIGN_OR_RETURN(const std::uint64_t stored, store_.CountStoredPersons(op_.id));
    for (const auto& [persons, filing] : milestones) {
      FG_RETURN_IF_ERROR(Threshold(persons, filing, stored, calendar.get()));
    }
    return Status::Ok();
  }

  Status Threshold(std::uint64_t persons, bool filing, std::uint64_t stored,
                   const rules::WorkCalendar* calendar) {
    FG_ASSIGN_OR_RETURN(const policy::Threshold known,
                        policy::ReadThreshold(store_, op_.id, persons));
    const bool is_over = stored >= persons;
    if (is_over == known.crossed_on.has_value()) return Status::Ok();

    policy::Threshold next;
    next.persons = persons;
    if (is_over) next.crossed_on = model::DateOf(now_);
    audit::Event event = EventOf(is_over ? "threshold.reached" : "threshold.left");
    event.body.Set("persons", persons)
        .Set("kind", filing ? "FILING" : "EARLY_WARNING")
        .Set("stored", stored);
    if (is_over && filing && calendar != nullptr) {
      const auto due = calendar->After(next.crossed_on->days, kFilingWorkDays);
      event.body.Set("due_on", model::FormatDate({static_cast<std::int32_t>(due.day)}))
          .Set("provisional", due.provisional);
    }
    const storage::PutResource put{policy::ThresholdName(op_.id, persons),
                                   std::string(policy::kThresholdKind), model::NameOf(op_),
                                   policy::ToJson(next).Dump(), known.revision + 1};
    FG_RETURN_IF_ERROR(ledger_.Append(event, {put}).status());
    ++swept_.thresholds;
    return Status::Ok();
  }

  // ---- What ran out ----

  template <class R>
  Status Expire(const storage::TypedResource<R>& row) {
    const std::string name = model::NameOf(row.resource);
    const std::string marker = name + "/expiries/" + std::to_string(row.revision);
    const auto known = store_.GetResource(marker);
    if (known.ok()) return Status::Ok();
    if (known.status().code() != core::Code::kNotFound) return known.status();
    audit::Event event = EventOf("registry.expired");
    event.site = model::SiteOf(row.resource);
    event.purpose = model::PurposeOf(row.resource);
    event.body.Set("kind", model::Kind<R>::kWord).Set("name", name).Set("revision", row.revision);
    // Beside the resource, not below it: it keeps nothing from being deleted.
    const storage::PutResource put{marker, std::string(kExpiryKind), "expiries", "{}", 1};
    FG_RETURN_IF_ERROR(ledger_.Append(event, {put}).status());
    ++swept_.expiries;
    return Status::Ok();
  }

  Status Exemptions() {
    FG_ASSIGN_OR_RETURN(const auto rows,
                        storage::ReadAll<model::Exemption>(store_, model::NameOf(op_)));
    for (const auto& row : rows) {
      if (row.resource.withdrawn || now_ < row.resource.expires_at) continue;
      FG_RETURN_IF_ERROR(Expire(row));
    }
    return Status::Ok();
  }

  Status Site(const model::Site& site) {
    FG_ASSIGN_OR_RETURN(const auto signs,
                        storage::ReadAll<model::Signage>(store_, model::NameOf(site)));
    for (const auto& sign : signs) {
      const core::Timestamp end = sign.resource.expires_at.value_or(
          sign.resource.verified_at + model::kSignageDaysMax * core::kMsPerDay);
      if (end <= now_) FG_RETURN_IF_ERROR(Expire(sign));
    }
    FG_ASSIGN_OR_RETURN(const auto cameras,
                        storage::ReadAll<model::Camera>(store_, model::NameOf(site)));
    for (const auto& camera : cameras) {
      FG_ASSIGN_OR_RETURN(const auto tests, storage::ReadAll<model::DeviceAssessment>(
                                                store_, model::NameOf(camera.resource)));
      for (const auto& test : tests) {
        const bool is_old = test.resource.assessed_on + kDeviceTestDays < model::DateOf(now_);
        if (is_old) FG_RETURN_IF_ERROR(Expire(test));
      }
    }
    return Status::Ok();
  }

  Status Purpose(const model::Purpose& purpose) {
    FG_ASSIGN_OR_RETURN(const auto assessments,
                        storage::ReadAll<model::Assessment>(store_, model::NameOf(purpose)));
    for (const auto& assessment : assessments) {
      const auto& until = assessment.resource.retained_until;
      if (until && *until < model::DateOf(now_)) FG_RETURN_IF_ERROR(Expire(assessment));
    }
    if (!purpose.ended_on || model::DateOf(now_) < *purpose.ended_on + kErasureLagDays) {
      return Status::Ok();
    }
    return EndConsents(purpose);
  }

  // The end of a purpose is the end of every consent to it, and of the templates under them.
  Status EndConsents(const model::Purpose& purpose) {
    return EndGranted(purpose, "PURPOSE_ENDED", [](const auto&) { return Which(); });
  }

  // ---- Retention ----

  // A purpose whose retention was shortened holds no consent longer than it now would.
  Status Overdue(const model::Purpose& purpose) {
    const core::Timestamp granted_until = now_ + -purpose.retention_days * core::kMsPerDay;
    return EndGranted(purpose, "RETENTION", [&](const auto&) -> Which {
      return [granted_until](const model::Consent& consent) {
        return consent.granted_at <= granted_until;
      };
    });
  }

  // Whom a rule has destroyed at its deadline, whatever the purpose says.
  Status OwedToLaw(const model::Purpose& purpose) {
    return EndGranted(purpose, "RULE", [&](const model::SiteRef& site) -> std::optional<Which> {
      const auto test = policy::DestructionTestAt(store_, engine_, site, purpose.id, now_);
      // A pack that the site names is gone: requests there are refused for that.
      if (!test.ok() || !*test) return std::nullopt;
      return [this, owed = *test](const model::Consent& consent) -> Result<bool> {
        const auto subject = store_.GetSubject({consent.op, consent.subject});
        if (!subject.ok() && storage::IsNobody(subject.status())) return false;
        if (!subject.ok()) return subject.status();
        return owed(*subject, consent);
      };
    });
  }

  // `which_at` tells for a site which consents are meant; nothing: none there.
  Status EndGranted(const model::Purpose& purpose, const char* cause,
                    const std::function<std::optional<Which>(const model::SiteRef&)>& which_at) {
    int ended = 0;
    for (const auto& row : sites_) {
      const model::SiteRef site{op_.id, row.resource.id};
      const std::optional<Which> which = which_at(site);
      if (!which) continue;
      FG_ASSIGN_OR_RETURN(const int here,
                          consents_.EndPurpose({audit::GatewayItself(), crypto::RandomUuid()}, site,
                                               purpose.id, *which));
      ended += here;
    }
    if (ended == 0) return Status::Ok();
    swept_.consents_ended += ended;
    audit::Event event = EventOf("retention.swept");
    event.purpose = purpose.id;
    event.body.Set("cause", cause).Set("consents", ended);
    return ledger_.Append(event, {}).status();
  }

  // Who has no consent, and has had none for long, is known here for nothing.
  Status Unconsented() {
    const core::Timestamp until = now_ + -*unconsented_days_max_ * core::kMsPerDay;
    FG_ASSIGN_OR_RETURN(
        const int erased,
        consents_.EraseUnconsented({audit::GatewayItself(), crypto::RandomUuid()}, op_.id, until));
    if (erased == 0) return Status::Ok();
    swept_.people_erased += erased;
    audit::Event event = EventOf("retention.swept");
    event.body.Set("cause", "NO_CONSENT").Set("people_erased", erased);
    return ledger_.Append(event, {}).status();
  }

  storage::Store& store_;
  audit::Ledger& ledger_;
  consent::ConsentService& consents_;
  const policy::Engine& engine_;
  const core::Timestamp now_;
  const model::Operator op_;
  const std::optional<int> unconsented_days_max_;  // nothing: retention was swept today
  DutySwept& swept_;
  std::vector<storage::TypedResource<model::Site>> sites_;
};

}  // namespace

DutySweep::DutySweep(storage::Store& store, audit::Ledger& ledger,
                     consent::ConsentService& consents, const policy::Engine& engine,
                     const core::Clock& clock, int unconsented_days_max)
    : store_(store),
      ledger_(ledger),
      consents_(consents),
      engine_(engine),
      clock_(clock),
      unconsented_days_max_(unconsented_days_max) {}

Result<DutySwept> DutySweep::Run() {
  DutySwept swept;
  FG_ASSIGN_OR_RETURN(const auto operators, storage::ReadAll<model::Operator>(store_, ""));
  const core::Timestamp now = clock_.Now();
  std::optional<int> unconsented_days_max;
  if (retention_swept_on_ != model::DateOf(now)) unconsented_days_max = unconsented_days_max_;
  for (const auto& row : operators) {
    OperatorSweep sweep(store_, ledger_, consents_, engine_, now, row.resource,
                        unconsented_days_max, swept);
    FG_RETURN_IF_ERROR(sweep.Run());
  }
  retention_swept_on_ = model::DateOf(now);
  return swept;
}

}  // namespace facegate::gateway
