// What an operator must answer for in time: complaints, rights requests, incidents, disclosures and
// reviews of thresholds. Registry resources as plain values; their JSON form and names are as in
// resources.h. Nothing here is free text about a person.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "facegate/core/time.h"
#include "facegate/model/date.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"
#include "facegate/model/resources.h"

namespace facegate::model {

// Days within which a complaint or a rights request is answered, unless a law sets fewer or more.
constexpr int kAnswerDays = 30;

struct Complaint {
  OperatorId op;
  ComplaintId id;
  ComplaintKind kind = ComplaintKind::kOther;
  SiteId site = {};        // optional
  SubjectId subject = {};  // optional
  Date received_on = {};
  int deadline_days = kAnswerDays;  // 1..366
  std::optional<Date> due_on = {};  // set by the registry
  std::optional<Date> answered_on = {};
  std::optional<ComplaintOutcome> outcome = {};  // set with answered_on
  bool operator==(const Complaint&) const = default;
};

struct RightsRequest {
  OperatorId op;
  RightsRequestId id;
  RightsKind kind = RightsKind::kAccess;
  SubjectId subject = {};  // optional
  Date received_on = {};
  int deadline_days = kAnswerDays;  // 1..366
  std::optional<Date> due_on = {};  // set by the registry
  std::optional<Date> answered_on = {};
  std::optional<RightsOutcome> outcome = {};  // set with answered_on
  bool operator==(const RightsRequest&) const = default;
};

struct Incident {
  OperatorId op;
  IncidentId id;
  IncidentKind kind = IncidentKind::kOther;
  bool drill = false;  // an exercise: owes nobody a notification
  core::Timestamp detected_at = {};
  Fact high_risk = {};
  Fact major = {};
  std::optional<core::Timestamp> authority_notified_at = {};
  std::optional<core::Timestamp> subjects_notified_at = {};
  std::optional<core::Timestamp> closed_at = {};
  bool operator==(const Incident&) const = default;
};

// That data went to somebody else.
struct Disclosure {
  OperatorId op;
  DisclosureId id;
  std::string recipient = {};
  DisclosureBasis basis = DisclosureBasis::kNone;
  Fact for_value = {};
  PurposeId purpose = {};  // optional
  Date disclosed_on = {};
  std::vector<std::string> records = {};  // names of log records, operators/{o}/records/{index}
  bool operator==(const Disclosure&) const = default;
};

// A review of the thresholds of one recognition model.
struct ThresholdReview {
  OperatorId op;
  ThresholdReviewId id;
  Date reviewed_on = {};
  std::string model_id = {};
  ThresholdDecision decision = ThresholdDecision::kKept;
  std::string reviewed_by = {};
  std::string group_error_report_sha256 = {};
  bool operator==(const ThresholdReview&) const = default;
};

}  // namespace facegate::model
