#include "facegate/gateway/duty_sweep.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "facegate/crypto/primitives.h"
#include "facegate/model/compliance.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"
#include "facegate/policy/population.h"
#include "facegate/rules/calendar.h"

namespace facegate::gateway {
namespace {

using core::Result;
using core::Status;

constexpr std::size_t kPageSize = 256;
constexpr int kDeviceTestDays = 365;
constexpr int kFilingWorkDays = 30;  // cn23 art. 16, cn25 art. 15
constexpr int kErasureLagDays = 1;   // after a purpose ended
// That a resource ran out was recorded for that revision of it.
constexpr std::string_view kExpiryKind = "expiry";

bool IsMissing(const Status& status) { return status.code() == core::Code::kNotFound; }

model::Principal Gateway() {
  model::Principal gateway;
  gateway.role = model::Role::kOperator;
  gateway.fingerprint = "gateway";
  return gateway;
}

template <class R>
struct Row {
  R resource;
  std::uint64_t revision = 0;
};

template <class R>
Result<std::vector<Row<R>>> ReadAll(const storage::Store& store, const std::string& parent) {
  std::vector<Row<R>> all;
  std::string after;
  while (true) {
    FG_ASSIGN_OR_RETURN(const auto page,
                        store.ListResources(parent, model::Kind<R>::kWord, after, kPageSize));
    for (const storage::Resource& row : page) {
      FG_ASSIGN_OR_RETURN(const core::Json body, core::Json::Parse(row.body));
      FG_ASSIGN_OR_RETURN(R resource, model::FromJson<R>(body));
      all.push_back({std::move(resource), row.revision});
    }
    if (page.size() < kPageSize) return all;
    after = page.back().name;
  }
}

// The sweep of one operator.
class OperatorSweep {
 public:
  OperatorSweep(storage::Store& store, audit::Ledger& ledger, consent::ConsentService& consents,
                const policy::Engine& engine, core::Timestamp now, model::Operator op,
                DutySwept& swept)
      : store_(store),
        ledger_(ledger),
        consents_(consents),
        engine_(engine),
        now_(now),
        op_(std::move(op)),
        swept_(swept) {}

  Status Run() {
    FG_ASSIGN_OR_RETURN(sites_, ReadAll<model::Site>(store_, model::NameOf(op_)));
    FG_RETURN_IF_ERROR(Thresholds());
    FG_RETURN_IF_ERROR(Exemptions());
    for (const auto& site : sites_) FG_RETURN_IF_ERROR(Site(site.resource));
    FG_ASSIGN_OR_RETURN(const auto purposes, ReadAll<model::Purpose>(store_, model::NameOf(op_)));
    for (const auto& purpose : purposes) FG_RETURN_IF_ERROR(Purpose(purpose.resource));
    return Status::Ok();
  }

 private:
  audit::Event EventOf(const char* type) const {
    audit::Event event;
    event.type = type;
    event.log = op_.id;
    event.actor = Gateway();
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
    const std::string name = policy::ThresholdName(op_.id, persons);
    const auto row = store_.GetResource(name);
    if (!row.ok() && !IsMissing(row.status())) return row.status();
    policy::Threshold known;
    if (row.ok()) {
      FG_ASSIGN_OR_RETURN(const core::Json body, core::Json::Parse(row->body));
      FG_ASSIGN_OR_RETURN(known, policy::ThresholdFromJson(body));
    }
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
    const storage::PutResource put{name, std::string(policy::kThresholdKind), model::NameOf(op_),
                                   policy::ToJson(next).Dump(), row.ok() ? row->revision + 1 : 1};
    FG_RETURN_IF_ERROR(ledger_.Append(event, {put}).status());
    ++swept_.thresholds;
    return Status::Ok();
  }

  // ---- What ran out ----

  template <class R>
  Status Expire(const Row<R>& row) {
    const std::string name = model::NameOf(row.resource);
    const std::string marker = name + "/expiries/" + std::to_string(row.revision);
    const auto known = store_.GetResource(marker);
    if (known.ok()) return Status::Ok();
    if (!IsMissing(known.status())) return known.status();
    audit::Event event = EventOf("registry.expired");
    if constexpr (requires { row.resource.site; }) {
      if (!row.resource.site.empty()) event.site = row.resource.site;
    }
    if constexpr (requires { row.resource.purpose; }) {
      if (!row.resource.purpose.empty()) event.purpose = row.resource.purpose;
    }
    event.body.Set("kind", model::Kind<R>::kWord).Set("name", name).Set("revision", row.revision);
    // Beside the resource, not below it: it keeps nothing from being deleted.
    const storage::PutResource put{marker, std::string(kExpiryKind), "expiries", "{}", 1};
    FG_RETURN_IF_ERROR(ledger_.Append(event, {put}).status());
    ++swept_.expiries;
    return Status::Ok();
  }

  Status Exemptions() {
    FG_ASSIGN_OR_RETURN(const auto rows, ReadAll<model::Exemption>(store_, model::NameOf(op_)));
    for (const auto& row : rows) {
      if (row.resource.withdrawn || now_ < row.resource.expires_at) continue;
      FG_RETURN_IF_ERROR(Expire(row));
    }
    return Status::Ok();
  }

  Status Site(const model::Site& site) {
    FG_ASSIGN_OR_RETURN(const auto signs, ReadAll<model::Signage>(store_, model::NameOf(site)));
    for (const auto& sign : signs) {
      const core::Timestamp end = sign.resource.expires_at.value_or(
          sign.resource.verified_at + model::kSignageDaysMax * core::kMsPerDay);
      if (end <= now_) FG_RETURN_IF_ERROR(Expire(sign));
    }
    FG_ASSIGN_OR_RETURN(const auto cameras, ReadAll<model::Camera>(store_, model::NameOf(site)));
    for (const auto& camera : cameras) {
      FG_ASSIGN_OR_RETURN(const auto tests,
                          ReadAll<model::DeviceAssessment>(store_, model::NameOf(camera.resource)));
      for (const auto& test : tests) {
        const bool is_old = test.resource.assessed_on + kDeviceTestDays < model::DateOf(now_);
        if (is_old) FG_RETURN_IF_ERROR(Expire(test));
      }
    }
    return Status::Ok();
  }

  Status Purpose(const model::Purpose& purpose) {
    FG_ASSIGN_OR_RETURN(const auto assessments,
                        ReadAll<model::Assessment>(store_, model::NameOf(purpose)));
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
    int ended = 0;
    for (const auto& site : sites_) {
      FG_ASSIGN_OR_RETURN(const int here,
                          consents_.EndPurpose({Gateway(), crypto::RandomUuid()},
                                               {op_.id, site.resource.id}, purpose.id));
      ended += here;
    }
    if (ended == 0) return Status::Ok();
    swept_.consents_ended += ended;
    audit::Event event = EventOf("retention.swept");
    event.purpose = purpose.id;
    event.body.Set("consents", ended);
    return ledger_.Append(event, {}).status();
  }

  storage::Store& store_;
  audit::Ledger& ledger_;
  consent::ConsentService& consents_;
  const policy::Engine& engine_;
  const core::Timestamp now_;
  const model::Operator op_;
  DutySwept& swept_;
  std::vector<Row<model::Site>> sites_;
};

}  // namespace

DutySweep::DutySweep(storage::Store& store, audit::Ledger& ledger,
                     consent::ConsentService& consents, const policy::Engine& engine,
                     const core::Clock& clock)
    : store_(store), ledger_(ledger), consents_(consents), engine_(engine), clock_(clock) {}

Result<DutySwept> DutySweep::Run() {
  DutySwept swept;
  FG_ASSIGN_OR_RETURN(const auto operators, ReadAll<model::Operator>(store_, ""));
  for (const auto& row : operators) {
    OperatorSweep sweep(store_, ledger_, consents_, engine_, clock_.Now(), row.resource, swept);
    FG_RETURN_IF_ERROR(sweep.Run());
  }
  return swept;
}

}  // namespace facegate::gateway
