#include "facegate/registry/registry_service.h"

#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/fields.h"
#include "registry/deploy_check.h"
#include "registry/lifecycle.h"
#include "registry/links.h"
#include "registry/traits.h"
#include "registry/validation.h"

namespace facegate::registry {
namespace {

using audit::IsPreconditionFailure;
using core::Code;
using core::Result;
using core::Status;

bool IsNotFound(const Status& status) { return status.code() == Code::kNotFound; }

Status RevisionMoved() {
  return Status(Code::kAborted, "REVISION_MOVED",
                "the resource, or one it depends on, changed meanwhile: read it again");
}

Status HasChildren(const char* message) {
  return Status(Code::kFailedPrecondition, "HAS_CHILDREN", message);
}

// ---- What goes into the log ----

enum class Action { kCreated, kUpdated, kDeleted, kAttested };

const char* WordOf(Action action) {
  switch (action) {
    case Action::kCreated:
      return "CREATED";
    case Action::kUpdated:
      return "UPDATED";
    case Action::kDeleted:
      return "DELETED";
    case Action::kAttested:
      return "ATTESTED";
  }
  return "";
}

// Of an incident, whether it is a drill and, once it is closed, how long each step took: what a
// drill is held for.
template <class R>
void AddSteps(const R&, audit::Event&) {}
void AddSteps(const model::Incident& incident, audit::Event& event) {
  event.body.Set("drill", incident.drill);
  if (!incident.closed_at) return;
  core::Json took = core::Json::MakeObject();
  const auto add = [&](const char* step, const std::optional<core::Timestamp>& at) {
    if (at) took.Set(step, (*at - incident.detected_at) / 1000);
  };
  add("authority_notified", incident.authority_notified_at);
  add("subjects_notified", incident.subjects_notified_at);
  add("closed", incident.closed_at);
  event.body.Set("took_s", std::move(took));
}

// What a record's hash vouches for. Not whom a complaint or a request is from: a hash of so little
// would tell whoever guesses, also after that person was erased.
template <class R>
std::string Hashed(R resource) {
  if constexpr (requires { resource.subject; }) resource.subject = {};
  return core::HexEncode(crypto::Sha256(core::AsBytes(model::ToJson(resource).Dump())));
}

// Names the resource by its ids and its content by a hash: display names, statements and texts are
// free text and stay out of the log.
template <class R>
audit::Event MakeEvent(const Caller& caller, Action action, const R& resource,
                       std::uint64_t revision) {
  audit::Event event;
  event.type = Traits<R>::Event();
  event.log = Traits<R>::Log(resource);
  event.site = model::SiteOf(resource);
  event.purpose = model::PurposeOf(resource);
  event.actor = caller.principal;
  event.request_id = caller.request_id;
  event.body.Set("action", WordOf(action))
      .Set("kind", Traits<R>::kKind)
      .Set("name", model::NameOf(resource))
      .Set("revision", revision)
      .Set("sha256", Hashed(resource));
  AddSteps(resource, event);
  return event;
}

// What was asked for and refused by a rule, also by the one that facegate has no eye for race,
// religion and the like, is on record: by kind and rule, without the words that were tried.
template <class R>
Status Noted(audit::Ledger& ledger, const Caller& caller, const R& resource, Status refusal) {
  const bool is_label = refusal.reason() == "SENSITIVE_LABEL";
  if (!is_label && refusal.reason() != "RULE_REFUSED") return refusal;
  if (Traits<R>::Log(resource).empty()) return refusal;
  audit::Event event;
  event.type = "registry.refused";
  event.log = Traits<R>::Log(resource);
  event.actor = caller.principal;
  event.request_id = caller.request_id;
  event.body.Set("kind", Traits<R>::kKind).Set("reason", refusal.reason());
  if (is_label) event.body.Set("rule", "core.no-attribute-analysis");
  const auto recorded = ledger.Append(std::move(event), {});
  return recorded.ok() ? refusal : recorded.status();
}

// ---- What lives below ----

// Whether anything lives below a resource.
template <class R>
Status CheckNoChildren(const storage::Store& store, const R& resource) {
  const std::string name = model::NameOf(resource);
  for (const std::string_view kind : Traits<R>::Children()) {
    FG_ASSIGN_OR_RETURN(const std::vector<storage::Resource> children,
                        store.ListResources(name, kind, "", 1));
    if (!children.empty()) return HasChildren("delete what lives below it first");
  }
  if constexpr (std::is_same_v<R, model::Operator>) {
    FG_ASSIGN_OR_RETURN(const std::vector<model::Subject> subjects,
                        store.ListSubjects(resource.id, "", 1));
    if (!subjects.empty()) return HasChildren("erase its subjects first");
  }
  if constexpr (std::is_same_v<R, model::AccessPoint>) {
    FG_ASSIGN_OR_RETURN(const std::vector<model::Camera> cameras,
                        storage::ReadResources<model::Camera>(store, model::ParentOf(resource)));
    for (const model::Camera& camera : cameras) {
      if (camera.access_point == resource.id) return HasChildren("delete its cameras first");
    }
  }
  return Status::Ok();
}

// ---- The wording of notices ----

// Only a notice has a text that people decide upon.
template <class R>
void Read(const wording::Wordlist&, R&) {}

// Every phrase is looked for, whichever language the text says it is in: a tag is no way around the
// list.
void Read(const wording::Wordlist& wordlist, model::Notice& notice) {
  std::set<std::string> phrases;
  bool bundled = false;
  bool misleading = false;
  for (const wording::Finding& finding : wordlist.Lint(notice.text)) {
    phrases.insert(finding.phrase->id);
    (finding.phrase->kind == wording::Kind::kBundled ? bundled : misleading) = true;
  }
  const bool is_known = wording::LanguageFromTag(notice.language).has_value();
  notice.wording_bundled = is_known || bundled ? model::Fact(bundled) : std::nullopt;
  notice.wording_misleading = is_known || misleading ? model::Fact(misleading) : std::nullopt;
  notice.wording_findings.assign(phrases.begin(), phrases.end());
}

// ---- Deploy-phase rules ----

// Applies the rules in force to a change and to what it carries with it.
class DeployCheck {
 public:
  DeployCheck(const storage::Store& store, const policy::Engine& engine, core::Timestamp now)
      : store_(store), engine_(engine), now_(now) {}

  // Rules of the deploy phase are about places, devices and purposes.
  template <class R>
  Status Check(const R&) const {
    return Status::Ok();
  }

  Status Check(const model::Purpose& purpose) const {
    const std::string op = model::OperatorName(purpose.op);
    FG_ASSIGN_OR_RETURN(const std::vector<model::Site> sites,
                        storage::ReadResources<model::Site>(store_, op));
    Deployment fixed;
    fixed.purpose = purpose;
    FG_ASSIGN_OR_RETURN(fixed.exemptions, storage::ReadResources<model::Exemption>(store_, op));
    if (sites.empty()) return CheckDeployment(engine_, fixed, now_);
    // It is enough that the purpose may be pursued at one of the operator's sites.
    Status refused;
    for (const model::Site& site : sites) {
      fixed.site = site;
      refused = CheckDeployment(engine_, fixed, now_);
      if (refused.ok()) break;
    }
    return refused;
  }

  Status Check(const model::Site& site) const {
    Deployment fixed;
    fixed.site = site;
    FG_RETURN_IF_ERROR(CheckDeployment(engine_, fixed, now_));
    const std::string name = model::NameOf(site);
    FG_ASSIGN_OR_RETURN(const std::vector<model::AccessPoint> access_points,
                        storage::ReadResources<model::AccessPoint>(store_, name));
    for (const model::AccessPoint& access_point : access_points) {
      fixed.access_point = access_point;
      FG_RETURN_IF_ERROR(CheckDeployment(engine_, fixed, now_));
    }
    FG_ASSIGN_OR_RETURN(const std::vector<model::Camera> cameras,
                        storage::ReadResources<model::Camera>(store_, name));
    for (const model::Camera& camera : cameras) {
      FG_RETURN_IF_ERROR(CheckAt(site, std::nullopt, camera));
    }
    return Status::Ok();
  }

  Status Check(const model::AccessPoint& access_point) const {
    FG_ASSIGN_OR_RETURN(const model::Site site, SiteOf(access_point.op, access_point.site));
    Deployment fixed;
    fixed.site = site;
    fixed.access_point = access_point;
    FG_RETURN_IF_ERROR(CheckDeployment(engine_, fixed, now_));
    FG_ASSIGN_OR_RETURN(const std::vector<model::Camera> cameras,
                        storage::ReadResources<model::Camera>(store_, model::NameOf(site)));
    for (const model::Camera& camera : cameras) {
      if (camera.access_point != access_point.id) continue;
      FG_RETURN_IF_ERROR(CheckAt(site, access_point, camera));
    }
    return Status::Ok();
  }

  Status Check(const model::Camera& camera) const {
    FG_ASSIGN_OR_RETURN(const model::Site site, SiteOf(camera.op, camera.site));
    return CheckAt(site, std::nullopt, camera);
  }

 private:
  Result<model::Site> SiteOf(const model::OperatorId& op, const model::SiteId& id) const {
    FG_ASSIGN_OR_RETURN(Entry<model::Site> site,
                        storage::ReadOne<model::Site>(store_, model::SiteName(op, id)));
    return std::move(site.resource);
  }

  // A camera of `site`; its access point is read where the caller does not bring a new one.
  Status CheckAt(const model::Site& site, std::optional<model::AccessPoint> access_point,
                 const model::Camera& camera) const {
    if (!access_point && !camera.access_point.empty()) {
      FG_ASSIGN_OR_RETURN(
          Entry<model::AccessPoint> entry,
          storage::ReadOne<model::AccessPoint>(
              store_, model::AccessPointName(camera.op, camera.site, camera.access_point)));
      access_point = std::move(entry.resource);
    }
    Deployment fixed;
    fixed.site = site;
    fixed.access_point = std::move(access_point);
    fixed.camera = camera;
    return CheckDeployment(engine_, fixed, now_);
  }

  const storage::Store& store_;
  const policy::Engine& engine_;
  core::Timestamp now_;
};

// Writes `resource` over `current`, with the event that tells of it.
template <class R>
Result<Entry<R>> Replace(audit::Ledger& ledger, const Caller& caller, Action action,
                         const Entry<R>& current, R resource,
                         storage::Preconditions preconditions) {
  const std::uint64_t next = current.revision + 1;
  const storage::PutResource put{model::NameOf(resource), std::string(Traits<R>::kKind),
                                 model::ParentOf(resource), model::ToJson(resource).Dump(), next};
  const Result<audit::RecordedEvent> recorded =
      ledger.Append(MakeEvent(caller, action, resource, next), {put}, std::move(preconditions));
  if (recorded.ok()) return Entry<R>{std::move(resource), next, recorded->receipt().index};
  return IsPreconditionFailure(recorded.status()) ? RevisionMoved() : recorded.status();
}

}  // namespace

RegistryService::RegistryService(storage::Store& store, audit::Ledger& ledger,
                                 const core::Clock& clock, const policy::Engine& engine,
                                 wording::Wordlist wordlist)
    : store_(store),
      ledger_(ledger),
      clock_(clock),
      engine_(engine),
      wordlist_(std::move(wordlist)) {}

template <class R>
Result<Entry<R>> RegistryService::Create(const Caller& caller, R resource) {
  const core::Timestamp now = clock_.Now();
  FG_RETURN_IF_ERROR(Lifecycle<R>::Begin(resource, now));
  Read(wordlist_, resource);
  FG_RETURN_IF_ERROR(Noted(ledger_, caller, resource, Validate(resource)));
  const std::lock_guard lock(writes_);
  const R* const nothing = nullptr;
  FG_ASSIGN_OR_RETURN(storage::Preconditions preconditions, CheckLinks(store_, resource, nothing));
  const std::string name = model::NameOf(resource);
  const Status exists(Code::kAlreadyExists, "RESOURCE_EXISTS", "that id is taken, or once was");
  const Result<storage::Resource> current = store_.GetResource(name);
  if (current.ok()) return exists;
  if (!IsNotFound(current.status())) return current.status();
  FG_RETURN_IF_ERROR(
      Noted(ledger_, caller, resource, DeployCheck(store_, engine_, now).Check(resource)));

  const storage::PutResource put{name, std::string(Traits<R>::kKind), model::ParentOf(resource),
                                 model::ToJson(resource).Dump(), 1};
  const Result<audit::RecordedEvent> recorded =
      ledger_.Append(MakeEvent(caller, Action::kCreated, resource, 1), {put}, preconditions);
  if (recorded.ok()) return Entry<R>{std::move(resource), 1, recorded->receipt().index};
  if (!IsPreconditionFailure(recorded.status())) return recorded.status();
  // Either what it depends on moved, or the name was used before: names stand in the log for ever
  // and are not used twice.
  const Result<storage::Preconditions> links_now = CheckLinks(store_, resource, nothing);
  if (!links_now.ok()) return links_now.status();
  return exists;
}

template <class R>
Result<Entry<R>> RegistryService::Get(std::string_view name) const {
  return storage::ReadOne<R>(store_, name);
}

template <class R>
Result<std::vector<Entry<R>>> RegistryService::List(std::string_view parent, std::string_view after,
                                                    std::size_t limit) const {
  return storage::ReadPage<R>(store_, parent, after, limit);
}

template <class R>
Result<Entry<R>> RegistryService::Update(const Caller& caller, R resource, std::uint64_t revision) {
  FG_RETURN_IF_ERROR(Noted(ledger_, caller, resource, Validate(resource)));
  const std::lock_guard lock(writes_);
  const core::Timestamp now = clock_.Now();
  FG_ASSIGN_OR_RETURN(const Entry<R> current, storage::ReadOne<R>(store_, model::NameOf(resource)));
  if (revision != 0 && revision != current.revision) return RevisionMoved();
  FG_RETURN_IF_ERROR(Lifecycle<R>::Advance(current.resource, resource, now));
  Read(wordlist_, resource);
  FG_ASSIGN_OR_RETURN(storage::Preconditions preconditions,
                      CheckLinks(store_, resource, &current.resource));
  FG_RETURN_IF_ERROR(
      Noted(ledger_, caller, resource, DeployCheck(store_, engine_, now).Check(resource)));
  return Replace(ledger_, caller, Action::kUpdated, current, std::move(resource),
                 std::move(preconditions));
}

template <class R>
Status RegistryService::Delete(const Caller& caller, std::string_view name) {
  const std::lock_guard lock(writes_);
  FG_ASSIGN_OR_RETURN(const Entry<R> current, storage::ReadOne<R>(store_, name));
  FG_RETURN_IF_ERROR(Lifecycle<R>::End(current.resource, clock_.Now()));
  FG_RETURN_IF_ERROR(CheckNoChildren(store_, current.resource));
  const Result<audit::RecordedEvent> recorded =
      ledger_.Append(MakeEvent(caller, Action::kDeleted, current.resource, current.revision),
                     {storage::DeleteResource{std::string(name), current.revision}},
                     {storage::NoChildren{std::string(name)}});
  if (recorded.ok()) return Status::Ok();
  return IsPreconditionFailure(recorded.status()) ? RevisionMoved() : recorded.status();
}

Result<Entry<model::Exemption>> RegistryService::AttestExemption(const Caller& caller,
                                                                 std::string_view name) {
  const std::lock_guard lock(writes_);
  FG_ASSIGN_OR_RETURN(const Entry<model::Exemption> current,
                      storage::ReadOne<model::Exemption>(store_, name));
  model::Exemption attested = current.resource;
  FG_RETURN_IF_ERROR(Attest(attested, caller.principal.fingerprint, clock_.Now()));
  return Replace(ledger_, caller, Action::kAttested, current, std::move(attested), {});
}

// NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses
#define FG_INSTANTIATE(R)                                                            \
  template Result<Entry<model::R>> RegistryService::Create(const Caller&, model::R); \
  template Result<Entry<model::R>> RegistryService::Get(std::string_view) const;     \
  template Result<std::vector<Entry<model::R>>> RegistryService::List(               \
      std::string_view, std::string_view, std::size_t) const;                        \
  template Result<Entry<model::R>> RegistryService::Update(const Caller&, model::R,  \
                                                           std::uint64_t);           \
  template Status RegistryService::Delete<model::R>(const Caller&, std::string_view);
FG_EACH_KIND(FG_INSTANTIATE)
#undef FG_INSTANTIATE
// NOLINTEND(bugprone-macro-parentheses)

}  // namespace facegate::registry
