// The ways through a door that need no face, and what is known of them: passes, badges, staff;
// which of them work; and how they compare with the face.
//
// Each is answered and recorded as a face is (policy::Faceless, invariant I3), and nothing of it is
// kept but what an answer needs: of a badge a keyed hash, of a pass for one use that it was used.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/alternatives/pass.h"
#include "facegate/audit/ledger.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/policy/engine.h"
#include "facegate/registry/registry_service.h"
#include "facegate/storage/store.h"

namespace facegate::alternatives {

using registry::Caller;

inline constexpr std::int64_t kPassMsMax = core::kMsPerDay;  // from not_before to expires_at
inline constexpr std::int64_t kPassAheadMsMax = 30 * core::kMsPerDay;  // from now to not_before
inline constexpr std::size_t kBadgeIdBytesMax = 128;
inline constexpr int kWaitSMax = 86'400;

struct PassOrder {
  model::SiteRef site;
  model::AccessPointId access_point;  // empty: any of the site
  bool many_uses = false;
  core::Timestamp not_before;
  core::Timestamp expires_at;
};
struct IssuedPass {
  std::string text;
  audit::Receipt receipt;
};

struct NewBadge {
  model::OperatorId op;
  std::string on_badge;           // what the reader reads off it, 1 to kBadgeIdBytesMax bytes
  std::set<model::SiteId> sites;  // empty: every site of the operator
  std::optional<core::Timestamp> expires_at;
};

// What one kind of alternative says of itself.
struct Report {
  model::AlternativeKind kind = model::AlternativeKind::kStaffDesk;
  bool operational = true;
  std::optional<int> wait_s;  // how long people wait now, 0..kWaitSMax; nothing: not told
};
struct Reported {
  int working = 0;                         // alternatives that work now
  std::optional<std::uint64_t> log_index;  // of the record, where the report changed something
};

// Thread-safe.
class AlternativeService {
 public:
  // All must outlive it.
  AlternativeService(const storage::Store& store, audit::Ledger& ledger,
                     const crypto::KeyRing& keys, const core::Clock& clock,
                     const policy::Engine& engine, registry::RegistryService& registry);

  // Answers a credential that is no face: `shown` is the pass or what is on the badge, and empty
  // for staff. Returns only what Ledger::Commit returns.
  //
  // Requires: as Engine::DecideFaceless; override_reason is set for staff.
  core::Result<audit::Recorded> Present(const policy::Claim& claim, std::string_view shown);

  // Returns NOT_FOUND RESOURCE_NOT_FOUND for a site or access point that is not there,
  // FAILED_PRECONDITION KIND_NOT_OFFERED if the access point takes no QR codes, INVALID_ARGUMENT
  // BAD_VALIDITY: it ends in the past or before it begins, lives longer than kPassMsMax, or begins
  // later than kPassAheadMsMax from now.
  core::Result<IssuedPass> IssuePass(const Caller& caller, const PassOrder& order);

  // Returns INVALID_ARGUMENT BAD_BADGE_ID or BAD_VALIDITY (it ends in the past), NOT_FOUND
  // RESOURCE_NOT_FOUND for an operator or a site that is not there, ALREADY_EXISTS BADGE_EXISTS.
  core::Result<model::Badge> RegisterBadge(const Caller& caller, const NewBadge& badge);
  // By id, after the id `after`.
  core::Result<std::vector<model::Badge>> ListBadges(const model::OperatorId& op,
                                                     std::string_view after,
                                                     std::size_t limit) const;
  // From when it returns, no request is let through by that badge.
  // Returns NOT_FOUND BADGE_NOT_FOUND.
  core::Status RemoveBadge(const Caller& caller, const model::BadgeRef& badge);

  // Takes what the alternatives of an access point say of themselves. It is recorded only where it
  // changes whether one works, whether one is registered as working, or the longest wait by half of
  // the face lane's (model::WaitStep), which is how finely rules ask; the register then says it.
  // Returns NOT_FOUND RESOURCE_NOT_FOUND, INVALID_ARGUMENT KIND_NOT_OFFERED or BAD_WAIT, and what
  // RegistryService::Update returns.
  core::Result<Reported> TakeReports(const Caller& caller, const model::AccessPointRef& point,
                                     const std::vector<Report>& reports);

  // Records, once, that alternatives which had said something fell silent and no longer count. How
  // many access points it recorded so.
  core::Result<int> SweepSilent(const Caller& caller);

 private:
  audit::Presented Judge(const policy::Grounds& grounds, std::string_view shown) const;
  core::Result<Pass> OpenPassOf(const model::OperatorId& op, std::string_view shown) const;
  audit::Presented JudgeShownPass(const policy::Grounds& grounds, std::string_view shown) const;
  audit::Presented JudgeShownBadge(const policy::Grounds& grounds, std::string_view shown) const;
  model::BadgeRef BadgeOf(const model::OperatorId& op, std::string_view on_badge) const;

  const storage::Store& store_;
  audit::Ledger& ledger_;
  const crypto::KeyRing& keys_;
  const core::Clock& clock_;
  const policy::Engine& engine_;
  registry::RegistryService& registry_;

  std::mutex reports_;  // one report after the other, and the sweep between them
  std::map<model::AccessPointRef, int> working_;  // as last recorded
};

}  // namespace facegate::alternatives
