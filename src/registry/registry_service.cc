#include "facegate/registry/registry_service.h"

#include <type_traits>
#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/core/json.h"
#include "facegate/crypto/primitives.h"
#include "registry/deploy_check.h"
#include "registry/stored.h"
#include "registry/traits.h"
#include "registry/validation.h"

namespace facegate::registry {
namespace {

using core::Code;
using core::Result;
using core::Status;

bool IsPreconditionFailure(const Status& status) {
  return status.code() == Code::kAborted && status.reason() == "PRECONDITION";
}

bool IsNotFound(const Status& status) { return status.code() == Code::kNotFound; }

Status RevisionMoved() {
  return Status(Code::kAborted, "REVISION_MOVED",
                "the resource, or one it depends on, changed meanwhile: read it again");
}

Status HasChildren(const char* message) {
  return Status(Code::kFailedPrecondition, "HAS_CHILDREN", message);
}

// ---- What goes into the log ----

enum class Action { kCreated, kUpdated, kDeleted };

const char* WordOf(Action action) {
  switch (action) {
    case Action::kCreated:
      return "CREATED";
    case Action::kUpdated:
      return "UPDATED";
    case Action::kDeleted:
      return "DELETED";
  }
  return "";
}

// Names the resource by its ids and its content by a hash: display names, statements and texts are
// free text and stay out of the log.
template <class R>
audit::Event MakeEvent(const Caller& caller, Action action, const R& resource,
                       std::uint64_t revision, std::string_view body) {
  audit::Event event;
  event.type = Traits<R>::kEvent;
  event.log = Traits<R>::Log(resource);
  event.site = Traits<R>::Site(resource);
  event.purpose = Traits<R>::Purpose(resource);
  event.actor = caller.principal;
  event.request_id = caller.request_id;
  event.body.Set("action", WordOf(action))
      .Set("kind", Traits<R>::kKind)
      .Set("name", model::NameOf(resource))
      .Set("revision", revision)
      .Set("sha256", core::HexEncode(crypto::Sha256(core::AsBytes(body))));
  return event;
}

// ---- What differs between kinds ----

// Sets what the registry decides itself about a new resource.
template <class R>
void Complete(R& resource) {
  if constexpr (std::is_same_v<R, model::Purpose>) resource.version = 1;
  if constexpr (std::is_same_v<R, model::Notice>) {
    resource.text_sha256 = core::HexEncode(crypto::Sha256(core::AsBytes(resource.text)));
  }
}

// Likewise for a replacement of `current`.
template <class R>
Status Complete(const R& current, R& resource) {
  if constexpr (std::is_same_v<R, model::Purpose>) {
    const bool told_otherwise = resource.display_name != current.display_name ||
                                resource.category != current.category ||
                                resource.retention_days != current.retention_days ||
                                resource.necessity_statement != current.necessity_statement;
    resource.version = current.version + (told_otherwise ? 1 : 0);
  }
  if constexpr (std::is_same_v<R, model::Notice>) {
    // Consents rest on the hash of this very text.
    return Status(Code::kFailedPrecondition, "NOTICE_IMMUTABLE",
                  "a notice is never changed: register another one");
  }
  return Status::Ok();
}

// Checks the parent and the other resources that this one refers to; returns that they stay so.
template <class R>
Result<storage::Preconditions> CheckLinks(const storage::Store& store, const R& resource) {
  storage::Preconditions preconditions;
  const std::string parent = Traits<R>::Parent(resource);
  if (parent.empty()) return preconditions;
  const Result<storage::Resource> found = store.GetResource(parent);
  if (!found.ok() && IsNotFound(found.status())) {
    return Status(Code::kNotFound, "PARENT_NOT_FOUND", "what it would belong to is not registered");
  }
  if (!found.ok()) return found.status();
  preconditions.push_back(storage::ResourceAtRevision{parent, found->revision});

  if constexpr (std::is_same_v<R, model::Camera>) {
    if (!resource.access_point.empty()) {
      const std::string name =
          model::AccessPointName(resource.op, resource.site, resource.access_point);
      const Result<storage::Resource> access_point = store.GetResource(name);
      if (!access_point.ok() && IsNotFound(access_point.status())) {
        return Status(Code::kNotFound, "ACCESS_POINT_NOT_FOUND",
                      "the camera's access point is not registered at its site");
      }
      if (!access_point.ok()) return access_point.status();
      preconditions.push_back(storage::ResourceAtRevision{name, access_point->revision});
    }
  }
  if constexpr (std::is_same_v<R, model::Notice>) {
    FG_ASSIGN_OR_RETURN(const Entry<model::Purpose> purpose, Decode<model::Purpose>(*found));
    if (resource.purpose_version != purpose.resource.version) {
      return Status(Code::kInvalidArgument, "PURPOSE_VERSION_STALE",
                    "a notice tells of its purpose's current version");
    }
  }
  return preconditions;
}

// Whether anything lives below a resource.
template <class R>
Status CheckNoChildren(const storage::Store& store, const R& resource) {
  const std::string name = model::NameOf(resource);
  for (const std::string_view kind : Traits<R>::kChildren) {
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
                        ReadAll<model::Camera>(store, Traits<R>::Parent(resource)));
    for (const model::Camera& camera : cameras) {
      if (camera.access_point == resource.id) return HasChildren("delete its cameras first");
    }
  }
  return Status::Ok();
}

// ---- Deploy-phase rules ----

// Applies the rules of one snapshot to a change and to what it carries with it.
class DeployCheck {
 public:
  DeployCheck(const storage::Store& store, const rules::RuleSet& rules, core::Timestamp now)
      : store_(store), rules_(rules), now_(now) {}

  Status Check(const model::Operator&) const { return Status::Ok(); }
  Status Check(const model::Notice&) const { return Status::Ok(); }

  Status Check(const model::Purpose& purpose) const {
    const std::string op = model::OperatorName(purpose.op);
    FG_ASSIGN_OR_RETURN(const std::vector<model::Site> sites, ReadAll<model::Site>(store_, op));
    Deployment fixed;
    fixed.purpose = purpose;
    if (sites.empty()) return CheckDeployment(rules_, fixed, now_);
    // It is enough that the purpose may be pursued at one of the operator's sites.
    Status refused;
    for (const model::Site& site : sites) {
      fixed.site = site;
      refused = CheckDeployment(rules_, fixed, now_);
      if (refused.ok()) break;
    }
    return refused;
  }

  Status Check(const model::Site& site) const {
    Deployment fixed;
    fixed.site = site;
    FG_RETURN_IF_ERROR(CheckDeployment(rules_, fixed, now_));
    const std::string name = model::NameOf(site);
    FG_ASSIGN_OR_RETURN(const std::vector<model::AccessPoint> access_points,
                        ReadAll<model::AccessPoint>(store_, name));
    for (const model::AccessPoint& access_point : access_points) {
      fixed.access_point = access_point;
      FG_RETURN_IF_ERROR(CheckDeployment(rules_, fixed, now_));
    }
    FG_ASSIGN_OR_RETURN(const std::vector<model::Camera> cameras,
                        ReadAll<model::Camera>(store_, name));
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
    FG_RETURN_IF_ERROR(CheckDeployment(rules_, fixed, now_));
    FG_ASSIGN_OR_RETURN(const std::vector<model::Camera> cameras,
                        ReadAll<model::Camera>(store_, model::NameOf(site)));
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
                        ReadEntry<model::Site>(store_, model::SiteName(op, id)));
    return std::move(site.resource);
  }

  // A camera of `site`; its access point is read where the caller does not bring a new one.
  Status CheckAt(const model::Site& site, std::optional<model::AccessPoint> access_point,
                 const model::Camera& camera) const {
    if (!access_point && !camera.access_point.empty()) {
      FG_ASSIGN_OR_RETURN(
          Entry<model::AccessPoint> entry,
          ReadEntry<model::AccessPoint>(
              store_, model::AccessPointName(camera.op, camera.site, camera.access_point)));
      access_point = std::move(entry.resource);
    }
    Deployment fixed;
    fixed.site = site;
    fixed.access_point = std::move(access_point);
    fixed.camera = camera;
    return CheckDeployment(rules_, fixed, now_);
  }

  const storage::Store& store_;
  const rules::RuleSet& rules_;
  core::Timestamp now_;
};

}  // namespace

RegistryService::RegistryService(storage::Store& store, audit::Ledger& ledger,
                                 const core::Clock& clock, const policy::Engine& engine)
    : store_(store), ledger_(ledger), clock_(clock), engine_(engine) {}

template <class R>
Result<Entry<R>> RegistryService::Create(const Caller& caller, R resource) {
  Complete(resource);
  FG_RETURN_IF_ERROR(Validate(resource));
  const std::lock_guard lock(writes_);
  FG_ASSIGN_OR_RETURN(storage::Preconditions preconditions, CheckLinks(store_, resource));
  const std::string name = model::NameOf(resource);
  const Status exists(Code::kAlreadyExists, "RESOURCE_EXISTS", "that id is taken, or once was");
  const Result<storage::Resource> current = store_.GetResource(name);
  if (current.ok()) return exists;
  if (!IsNotFound(current.status())) return current.status();
  const std::shared_ptr<const rules::RuleSet> rules = engine_.rules();
  FG_RETURN_IF_ERROR(DeployCheck(store_, *rules, clock_.Now()).Check(resource));

  const std::string body = model::ToJson(resource).Dump();
  const storage::PutResource put{name, std::string(Traits<R>::kKind), Traits<R>::Parent(resource),
                                 body, 1};
  const Result<audit::RecordedEvent> recorded =
      ledger_.Append(MakeEvent(caller, Action::kCreated, resource, 1, body), {put}, preconditions);
  if (recorded.ok()) return Entry<R>{std::move(resource), 1, recorded->receipt().index};
  if (!IsPreconditionFailure(recorded.status())) return recorded.status();
  // Either what it depends on moved, or the name was used before: names stand in the log for ever
  // and are not used twice.
  const Result<storage::Preconditions> links_now = CheckLinks(store_, resource);
  if (!links_now.ok()) return links_now.status();
  return exists;
}

template <class R>
Result<Entry<R>> RegistryService::Get(std::string_view name) const {
  return ReadEntry<R>(store_, name);
}

template <class R>
Result<std::vector<Entry<R>>> RegistryService::List(std::string_view parent, std::string_view after,
                                                    std::size_t limit) const {
  return ReadPage<R>(store_, parent, after, limit);
}

template <class R>
Result<Entry<R>> RegistryService::Update(const Caller& caller, R resource, std::uint64_t revision) {
  FG_RETURN_IF_ERROR(Validate(resource));
  const std::lock_guard lock(writes_);
  const std::string name = model::NameOf(resource);
  FG_ASSIGN_OR_RETURN(const Entry<R> current, ReadEntry<R>(store_, name));
  if (revision != 0 && revision != current.revision) return RevisionMoved();
  FG_RETURN_IF_ERROR(Complete(current.resource, resource));
  FG_ASSIGN_OR_RETURN(storage::Preconditions preconditions, CheckLinks(store_, resource));
  const std::shared_ptr<const rules::RuleSet> rules = engine_.rules();
  FG_RETURN_IF_ERROR(DeployCheck(store_, *rules, clock_.Now()).Check(resource));

  const std::uint64_t next = current.revision + 1;
  const std::string body = model::ToJson(resource).Dump();
  const storage::PutResource put{name, std::string(Traits<R>::kKind), Traits<R>::Parent(resource),
                                 body, next};
  const Result<audit::RecordedEvent> recorded = ledger_.Append(
      MakeEvent(caller, Action::kUpdated, resource, next, body), {put}, std::move(preconditions));
  if (recorded.ok()) return Entry<R>{std::move(resource), next, recorded->receipt().index};
  return IsPreconditionFailure(recorded.status()) ? RevisionMoved() : recorded.status();
}

template <class R>
Status RegistryService::Delete(const Caller& caller, std::string_view name) {
  const std::lock_guard lock(writes_);
  FG_ASSIGN_OR_RETURN(const Entry<R> current, ReadEntry<R>(store_, name));
  FG_RETURN_IF_ERROR(CheckNoChildren(store_, current.resource));
  const std::string body = model::ToJson(current.resource).Dump();
  const Result<audit::RecordedEvent> recorded =
      ledger_.Append(MakeEvent(caller, Action::kDeleted, current.resource, current.revision, body),
                     {storage::DeleteResource{std::string(name), current.revision}},
                     {storage::NoChildren{std::string(name)}});
  if (recorded.ok()) return Status::Ok();
  return IsPreconditionFailure(recorded.status()) ? RevisionMoved() : recorded.status();
}

// NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses
#define FG_INSTANTIATE(R)                                                                          \
  template Result<Entry<R>> RegistryService::Create(const Caller&, R);                             \
  template Result<Entry<R>> RegistryService::Get(std::string_view) const;                          \
  template Result<std::vector<Entry<R>>> RegistryService::List(std::string_view, std::string_view, \
                                                               std::size_t) const;                 \
  template Result<Entry<R>> RegistryService::Update(const Caller&, R, std::uint64_t);              \
  template Status RegistryService::Delete<R>(const Caller&, std::string_view);
FG_INSTANTIATE(model::Operator)
FG_INSTANTIATE(model::Site)
FG_INSTANTIATE(model::AccessPoint)
FG_INSTANTIATE(model::Camera)
FG_INSTANTIATE(model::Purpose)
FG_INSTANTIATE(model::Notice)
#undef FG_INSTANTIATE
// NOLINTEND(bugprone-macro-parentheses)

}  // namespace facegate::registry
