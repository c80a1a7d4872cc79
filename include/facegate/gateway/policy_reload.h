// Which rules are in force, in the logs: at the start, where an operator is registered, and where
// other rules are put in force while the gateway runs.
#pragma once

#include <memory>

#include "facegate/audit/ledger.h"
#include "facegate/core/status.h"
#include "facegate/policy/engine.h"
#include "facegate/rules/rule_set.h"
#include "facegate/storage/store.h"

namespace facegate::gateway {

// Puts the packs in force, their versions and hashes, into an operator's log as policy.loaded,
// unless the newest one in it says the same. Fails as Ledger::Append and the store do.
core::Status RecordPolicy(const model::OperatorId& log, const rules::RuleSet& rules,
                          const storage::Store& store, audit::Ledger& ledger);
// The same for every operator that is registered. Call it before the first request is taken.
core::Status RecordPolicyInAll(const rules::RuleSet& rules, const storage::Store& store,
                               audit::Ledger& ledger);

// Swaps the engine's rules for `rules` whole, and puts that into every operator's log:
// policy.loaded with the packs, their versions and hashes. Requests under way finish under the
// rules that they began with.
//
// Returns FAILED_PRECONDITION PACK_STILL_NAMED, with nothing changed, where a site names a pack
// that is not among them. If a record fails after the swap, the new rules stay in force (they are
// in every decision's record) and the fault is returned.
core::Status ReloadPolicy(const std::shared_ptr<const rules::RuleSet>& rules,
                          policy::Engine& engine, const storage::Store& store,
                          audit::Ledger& ledger);

}  // namespace facegate::gateway
