// The register of operators, sites, access points, cameras, purposes and notices.
//
// Every change is a log entry. Deploy-phase rules are checked at every change of a site, camera,
// access point or purpose: a refusal is FAILED_PRECONDITION RULE_REFUSED with the rule ids.
//
// A change is refused when no deployment that includes it could ever pass: what it says is judged
// together with what stands above and below it, and the rest (the purpose of a camera, the place of
// a purpose) as favourably as it could be. The actual combination is judged at every request.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
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

// Thread-safe; changes happen one after the other. R is one of model's resources: Operator, Site,
// AccessPoint, Camera, Purpose, Notice.
//
// Field reasons, all INVALID_ARGUMENT: BAD_ID (an id is empty), BAD_DISPLAY_NAME (over 200 bytes,
// not UTF-8, control characters), BAD_COUNTRY (not two capital letters), BAD_PLACE (region or city,
// as a display name), BAD_ALTERNATIVES (over 16), BAD_REGION, BAD_MIN_FACE_PX (outside 40..2000),
// ACCESS_POINT_MISSING (a door or lane without one), BAD_RETENTION_DAYS (outside 1..3650),
// BAD_NECESSITY_STATEMENT (over 4096 bytes or not plain text), BAD_LANGUAGE (not shaped as BCP 47),
// BAD_NOTICE_TEXT (empty, over 64 KiB or not plain text), PURPOSE_VERSION_STALE (a notice for
// another than the purpose's current version), and SENSITIVE_LABEL: a purpose, access point or
// camera whose id or words speak of race, religion, health and the like. facegate refuses to sort
// people by those.
class RegistryService {
 public:
  // All must outlive it.
  RegistryService(storage::Store& store, audit::Ledger& ledger, const core::Clock& clock,
                  const policy::Engine& engine);

  // A purpose starts at version 1; a notice's text_sha256 is set here.
  // Returns INVALID_ARGUMENT with a field's reason, NOT_FOUND PARENT_NOT_FOUND or
  // ACCESS_POINT_NOT_FOUND, ALREADY_EXISTS RESOURCE_EXISTS, FAILED_PRECONDITION RULE_REFUSED.
  template <class R>
  core::Result<Entry<R>> Create(const Caller& caller, R resource);
  // Returns NOT_FOUND RESOURCE_NOT_FOUND, also for a name of another kind.
  template <class R>
  core::Result<Entry<R>> Get(std::string_view name) const;
  // Directly below `parent` ("" for operators), by name, after the name `after`.
  template <class R>
  core::Result<std::vector<Entry<R>>> List(std::string_view parent, std::string_view after,
                                           std::size_t limit) const;
  // Replaces the whole resource. `revision` is the one that was read; 0: whichever is current.
  // A purpose's version is raised by the registry when what people were told changes: display name,
  // category, retention or necessity statement.
  // Returns ABORTED REVISION_MOVED, FAILED_PRECONDITION NOTICE_IMMUTABLE (register another notice),
  // NOT_FOUND RESOURCE_NOT_FOUND, and as Create.
  template <class R>
  core::Result<Entry<R>> Update(const Caller& caller, R resource, std::uint64_t revision);
  // Returns NOT_FOUND RESOURCE_NOT_FOUND, FAILED_PRECONDITION HAS_CHILDREN while anything lives
  // below it: an access point's cameras and an operator's subjects count.
  template <class R>
  core::Status Delete(const Caller& caller, std::string_view name);

 private:
  storage::Store& store_;
  audit::Ledger& ledger_;
  const core::Clock& clock_;
  const policy::Engine& engine_;
  // Registry changes are rare and small: one at a time, so that what was checked (an access point
  // without cameras, say) still holds when it is written.
  std::mutex writes_;
};

}  // namespace facegate::registry
