// The register of operators, sites, access points, cameras, purposes and notices.
//
// Every change is a log entry. Deploy-phase rules are checked at every change of a site, camera,
// access point or purpose: a refusal is FAILED_PRECONDITION RULE_REFUSED with the rule ids.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/core/time.h"
#include "facegate/model/resources.h"
#include "facegate/policy/engine.h"
#include "facegate/storage/store.h"

namespace facegate::registry {

// Who asks, and the request's UUID: for the record.
struct Caller {
  model::Principal principal;
  std::string request_id;
};

// A resource with its revision and the log index of the event that made it.
template <class R>
struct Entry {
  R resource;
  std::uint64_t revision = 0;
  std::uint64_t log_index = 0;
};

// Thread-safe. R is one of model's resources: Operator, Site, AccessPoint, Camera, Purpose, Notice.
class RegistryService {
 public:
  // All must outlive it.
  RegistryService(storage::Store& store, audit::Ledger& ledger, const core::Clock& clock,
                  const policy::Engine& engine);

  // Returns INVALID_ARGUMENT with a field's reason, NOT_FOUND PARENT_NOT_FOUND,
  // ALREADY_EXISTS RESOURCE_EXISTS, FAILED_PRECONDITION RULE_REFUSED.
  template <class R>
  core::Result<Entry<R>> Create(const Caller& caller, R resource);
  template <class R>
  core::Result<Entry<R>> Get(std::string_view name) const;
  // Directly below `parent` ("" for operators), by name, after the name `after`.
  template <class R>
  core::Result<std::vector<Entry<R>>> List(std::string_view parent, std::string_view after,
                                           std::size_t limit) const;
  // Replaces the whole resource. `revision` is the one that was read; 0: whichever is current.
  // A purpose's version is raised by the registry when what people were told changes.
  // Returns ABORTED REVISION_MOVED, and as Create.
  template <class R>
  core::Result<Entry<R>> Update(const Caller& caller, R resource, std::uint64_t revision);
  // Returns FAILED_PRECONDITION HAS_CHILDREN while anything lives below it.
  template <class R>
  core::Status Delete(const Caller& caller, std::string_view name);

 private:
  storage::Store& store_;
  audit::Ledger& ledger_;
  const core::Clock& clock_;
  const policy::Engine& engine_;
};

}  // namespace facegate::registry
