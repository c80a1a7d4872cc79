// What falls due with time and with numbers, put on record: thresholds of stored people, signs,
// assessments, exemptions and device tests that ran out, purposes that ended, and what is kept
// beyond its time.
#pragma once

#include <optional>

#include "facegate/audit/ledger.h"
#include "facegate/consent/consent_service.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/date.h"
#include "facegate/policy/engine.h"
#include "facegate/storage/store.h"

namespace facegate::gateway {

// What one sweep put on record.
struct DutySwept {
  int thresholds = 0;  // passed, or fallen below again
  int expiries = 0;    // resources that ran out
  // Of purposes that ended, beyond their purpose's retention, or by a rule that destroys.
  int consents_ended = 0;
  int people_erased = 0;  // without a consent for too long
};

// Each fact is recorded once, whichever sweep sees it first: a second sweep at the same moment
// records nothing. A request never waits for a sweep: rules judge dates and numbers themselves.
//
// Records: threshold.reached and threshold.left (persons, kind, stored, due_on for a filing),
// registry.expired (kind, name, revision), retention.swept (cause, consents, people_erased).
//
// Retention is swept once a day: consents older than their purpose now lets them be are ended as if
// their time were up, and so are those whose templates a rule has destroyed; people who had no
// consent in force for
// `unconsented_days_max` days are erased. Whose data is restricted is left as they are.
//
// Not thread-safe; one sweeper runs it.
class DutySweep {
 public:
  // All must outlive it.
  DutySweep(storage::Store& store, audit::Ledger& ledger, consent::ConsentService& consents,
            const policy::Engine& engine, const core::Clock& clock, int unconsented_days_max = 365);

  // Every operator. Stops at the first fault, which the next sweep meets again.
  core::Result<DutySwept> Run();

 private:
  storage::Store& store_;
  audit::Ledger& ledger_;
  consent::ConsentService& consents_;
  const policy::Engine& engine_;
  const core::Clock& clock_;
  const int unconsented_days_max_;
  std::optional<model::Date> retention_swept_on_;
};

}  // namespace facegate::gateway
