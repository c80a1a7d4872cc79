// What the registry decides about a resource itself, and which changes it allows: versions, due
// days, state machines, what is kept for how long. The reasons are those of registry_service.h.
#pragma once

#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/compliance.h"
#include "facegate/model/duties.h"
#include "facegate/model/resources.h"

namespace facegate::registry {

// Of a kind that has no rules of its own: anything goes.
template <class R>
struct FreeLifecycle {
  // Completes a new resource, before its fields are validated.
  static core::Status Begin(R&, core::Timestamp) { return core::Status::Ok(); }
  // Completes a valid replacement of `current`.
  static core::Status Advance(const R&, R&, core::Timestamp) { return core::Status::Ok(); }
  // Whether it may be deleted.
  static core::Status End(const R&, core::Timestamp) { return core::Status::Ok(); }
};

template <class R>
struct Lifecycle : FreeLifecycle<R> {};

// What a new resource and a replacement must both hold, as most kinds have it.
#define FG_LIFECYCLE(R)                                                                        \
  template <>                                                                                  \
  struct Lifecycle<model::R> : FreeLifecycle<model::R> {                                       \
    static core::Status Begin(model::R& next, core::Timestamp now);                            \
    static core::Status Advance(const model::R& current, model::R& next, core::Timestamp now); \
    static core::Status End(const model::R& current, core::Timestamp now);                     \
  };
FG_LIFECYCLE(AccessPoint)
FG_LIFECYCLE(Purpose)
FG_LIFECYCLE(Notice)
FG_LIFECYCLE(Signage)
FG_LIFECYCLE(Assessment)
FG_LIFECYCLE(Filing)
FG_LIFECYCLE(Exemption)
FG_LIFECYCLE(DeviceAssessment)
FG_LIFECYCLE(Complaint)
FG_LIFECYCLE(RightsRequest)
FG_LIFECYCLE(Incident)
FG_LIFECYCLE(Disclosure)
FG_LIFECYCLE(ThresholdReview)
#undef FG_LIFECYCLE

// Adds one principal's word to an exemption.
core::Status Attest(model::Exemption& exemption, const std::string& fingerprint,
                    core::Timestamp now);

}  // namespace facegate::registry
