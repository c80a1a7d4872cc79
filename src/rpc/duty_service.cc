#include "rpc/duty_service.h"

namespace facegate::rpc {

FG_DEFINE_CHILD(DutyService, Complaint, Complaints)
FG_DEFINE_CHILD(DutyService, RightsRequest, RightsRequests)
FG_DEFINE_CHILD(DutyService, Incident, Incidents)
FG_DEFINE_CHILD(DutyService, Disclosure, Disclosures)
FG_DEFINE_CHILD(DutyService, ThresholdReview, ThresholdReviews)

}  // namespace facegate::rpc
