// Whether a consent could ever be worth anything, judged before it is recorded.
//
// A consent that the rules of its site would refuse with every request is not taken in the first
// place: bundled with other terms, a condition of the service, a child's without a guardian,
// somebody's of unknown age where that must be known, asked for again after a refusal.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/people.h"
#include "facegate/policy/claim.h"
#include "facegate/policy/engine.h"
#include "facegate/storage/store.h"

namespace facegate::policy {

// The rules about the person and their consent that no request under `consent` could ever meet at
// its site; whatever else can still change counts as met. Every operation that its scopes name must
// stay possible. One that is only asked for (status requested) is judged by the best answer that
// could come: what no answer mends is against it. `reprompts` is how often the person will have
// been asked since they last refused.
// By id, each once; empty: nothing stands against it. Returns NOT_FOUND for a site or purpose that
// is not registered, and what Engine::RulesAt returns.
core::Result<std::vector<RuleFinding>> RulesAgainst(const storage::Store& store,
                                                    const Engine& engine,
                                                    const model::Subject& subject,
                                                    const model::Consent& consent, int reprompts,
                                                    core::Timestamp now);

// When the person whom a parent or guardian speaks for in `consent` will be old enough to give it
// themself: the birthday, as far as their age is known, after which no rule of the site refuses
// their own for their age. Nothing where their age is not known, they speak for themself already,
// or the rules let them at `now`. Returns as RulesAgainst.
core::Result<std::optional<core::Timestamp>> ComesOfAge(const storage::Store& store,
                                                        const Engine& engine,
                                                        const model::Subject& subject,
                                                        const model::Consent& consent,
                                                        core::Timestamp now);

// Whether a person's template is to be destroyed now, however long their consent would stand.
using DestructionTest = std::function<bool(const model::Subject&, const model::Consent&)>;

// By the rules of the phase scheduled at that site which destroy at their deadline; a rule that
// lacks an input destroys nothing. Empty where no rule there does. Returns as RulesAgainst.
core::Result<DestructionTest> DestructionTestAt(const storage::Store& store, const Engine& engine,
                                                const model::SiteRef& site,
                                                const model::PurposeId& purpose,
                                                core::Timestamp now);

// How often a consent was asked for since it was last refused at that site for that purpose; 0
// where nobody ever refused.
int RepromptsIn(const std::vector<model::Consent>& newest_first, const model::SiteId& site,
                const model::PurposeId& purpose);

}  // namespace facegate::policy
