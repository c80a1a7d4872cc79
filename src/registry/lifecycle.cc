#include "registry/lifecycle.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>

#include "facegate/core/bytes.h"
#include "facegate/crypto/primitives.h"

namespace facegate::registry {
namespace {

using core::Code;
using core::Status;
using core::Timestamp;

// Clocks differ by a little; days by the time zone.
constexpr std::int64_t kClockSkewMs = 5 * 60 * 1000;
constexpr int kDaySkew = 1;
constexpr int kExemptionDaysMax = 366;

Status Invalid(const char* reason, const char* message) {
  return Status(Code::kInvalidArgument, reason, message);
}
Status BadTransition(const char* message) {
  return Status(Code::kFailedPrecondition, "BAD_TRANSITION", message);
}

// What is attested has happened.
Status CheckPast(std::initializer_list<std::optional<model::Date>> dates, Timestamp now) {
  const model::Date latest = model::DateOf(now) + kDaySkew;
  const bool past = std::all_of(dates.begin(), dates.end(),
                                [&](const auto& date) { return !date || *date <= latest; });
  return past ? Status::Ok() : Invalid("IN_THE_FUTURE", "what is recorded has happened already");
}
Status CheckPastTimes(std::initializer_list<std::optional<Timestamp>> times, Timestamp now) {
  const Timestamp latest = now + kClockSkewMs;
  const bool past = std::all_of(times.begin(), times.end(),
                                [&](const auto& time) { return !time || *time <= latest; });
  return past ? Status::Ok() : Invalid("IN_THE_FUTURE", "what is recorded has happened already");
}

std::string HashOf(const std::string& text) {
  return core::HexEncode(crypto::Sha256(core::AsBytes(text)));
}

// Of complaints and rights requests alike.
template <class R>
Status BeginAnswering(R& next, Timestamp now) {
  // Far beyond what validation takes, a sum of days would overflow.
  next.due_on = next.received_on + std::clamp(next.deadline_days, 0, 10'000);
  return CheckPast({next.received_on, next.answered_on}, now);
}
template <class R>
Status AdvanceAnswering(const R& current, R& next, Timestamp now) {
  if (next.received_on != current.received_on) {
    return BadTransition("the day of receipt is not changed: it starts the deadline");
  }
  const bool answered = current.answered_on.has_value();
  const bool same = next.answered_on == current.answered_on && next.outcome == current.outcome;
  if (answered && !same) return BadTransition("what was answered stays answered");
  return BeginAnswering(next, now);
}

}  // namespace

#define FG_BEGIN(R) \
  Status Lifecycle<model::R>::Begin(model::R& next, [[maybe_unused]] Timestamp now)
#define FG_ADVANCE(R)                                                                           \
  Status Lifecycle<model::R>::Advance([[maybe_unused]] const model::R& current, model::R& next, \
                                      [[maybe_unused]] Timestamp now)
#define FG_END(R)                                                           \
  Status Lifecycle<model::R>::End([[maybe_unused]] const model::R& current, \
                                  [[maybe_unused]] Timestamp now)
#define FG_ENDS_FREELY(R) \
  FG_END(R) { return Status::Ok(); }
// For kinds whose replacements hold what new ones do.
#define FG_ADVANCES_AS_IT_BEGINS(R) \
  FG_ADVANCE(R) { return Begin(next, now); }

FG_BEGIN(AccessPoint) {
  for (const model::Alternative& each : next.alternatives) {
    FG_RETURN_IF_ERROR(CheckPastTimes({each.heartbeat_at}, now));
  }
  return Status::Ok();
}
FG_ADVANCES_AS_IT_BEGINS(AccessPoint)
FG_ENDS_FREELY(AccessPoint)

FG_BEGIN(Purpose) {
  next.version = 1;
  return Status::Ok();
}
FG_ADVANCE(Purpose) {
  next.version = current.version + (model::TellsOtherwise(current, next) ? 1 : 0);
  return Status::Ok();
}
FG_ENDS_FREELY(Purpose)

FG_BEGIN(Notice) {
  next.text_sha256 = HashOf(next.text);
  return Status::Ok();
}
FG_ADVANCE(Notice) {
  next.text_sha256 = HashOf(next.text);
  // Consents rest on the hash of this very text; what is known about it may still be added.
  const bool same = next.text == current.text && next.language == current.language &&
                    next.purpose_version == current.purpose_version;
  if (same) return Status::Ok();
  return Status(Code::kFailedPrecondition, "NOTICE_IMMUTABLE",
                "a notice's text is never changed: register another one");
}
FG_ENDS_FREELY(Notice)

FG_BEGIN(Signage) {
  const Timestamp latest = next.verified_at + model::kSignageDaysMax * core::kMsPerDay;
  if (!next.expires_at) next.expires_at = latest;
  if (*next.expires_at <= next.verified_at || *next.expires_at > latest) {
    return Invalid("SIGNAGE_EXPIRY_BAD", "signs are verified again within 90 days");
  }
  return CheckPastTimes({next.verified_at}, now);
}
FG_ADVANCES_AS_IT_BEGINS(Signage)
FG_ENDS_FREELY(Signage)

FG_BEGIN(Assessment) { return CheckPast({next.approved_on}, now); }
FG_ADVANCE(Assessment) {
  if (next.purpose_version != current.purpose_version) {
    return BadTransition("an assessment is of one version of its purpose: make another one");
  }
  const bool same = next.approved_on == current.approved_on &&
                    next.approved_by == current.approved_by && next.sections == current.sections &&
                    next.coverage == current.coverage &&
                    next.document_sha256 == current.document_sha256;
  if (current.approved_on && !same) return BadTransition("what was approved is not changed");
  if (current.invalidated_by != model::InvalidatedBy::kNothing &&
      next.invalidated_by != current.invalidated_by) {
    return BadTransition("an assessment that became invalid stays so: make another one");
  }
  if (current.retained_until && next.retained_until < current.retained_until) {
    return BadTransition("an assessment is kept for as long as was said, or longer");
  }
  return Begin(next, now);
}
FG_END(Assessment) {
  if (!current.retained_until || *current.retained_until < model::DateOf(now)) return Status::Ok();
  return Status(Code::kFailedPrecondition, "STILL_RETAINED",
                "an assessment is kept until its retained_until has passed");
}

FG_BEGIN(Filing) {
  if (!model::CanMove(model::FilingStatus::kNone, next.status)) {
    return BadTransition("a filing starts as NONE or DRAFT");
  }
  return CheckPast({next.submitted_on, next.accepted_on, next.last_material_change_on,
                    next.change_submitted_on, next.cancel_submitted_on},
                   now);
}
FG_ADVANCE(Filing) {
  if (!model::CanMove(current.status, next.status)) {
    const std::string move =
        std::string(model::Word(current.status)) + " to " + std::string(model::Word(next.status));
    return Status(Code::kFailedPrecondition, "BAD_TRANSITION",
                  "a filing does not go from " + move + "; see docs/API.md");
  }
  return CheckPast({next.submitted_on, next.accepted_on, next.last_material_change_on,
                    next.change_submitted_on, next.cancel_submitted_on},
                   now);
}
FG_ENDS_FREELY(Filing)

FG_BEGIN(Exemption) {
  next.attestations.clear();
  if (next.withdrawn) return BadTransition("a new exemption is not withdrawn");
  if (next.expires_at <= now || next.expires_at > now + kExemptionDaysMax * core::kMsPerDay) {
    return Invalid("EXEMPTION_EXPIRY_BAD", "an exemption expires within 366 days");
  }
  return Status::Ok();
}
FG_ADVANCE(Exemption) {
  next.attestations = current.attestations;
  model::Exemption withdrawn = current;
  withdrawn.withdrawn = next.withdrawn;
  if (next != withdrawn) {
    return Status(Code::kFailedPrecondition, "EXEMPTION_IMMUTABLE",
                  "what is attested is not changed: withdraw it and register another one");
  }
  if (current.withdrawn && !next.withdrawn) return BadTransition("what is withdrawn stays so");
  return Status::Ok();
}
FG_END(Exemption) {
  if (!model::Stands(current, now)) return Status::Ok();
  return Status(Code::kFailedPrecondition, "EXEMPTION_STANDS", "withdraw it first");
}

FG_BEGIN(DeviceAssessment) { return CheckPast({next.assessed_on, next.threshold_review_on}, now); }
FG_ADVANCES_AS_IT_BEGINS(DeviceAssessment)
FG_ENDS_FREELY(DeviceAssessment)

FG_BEGIN(Complaint) { return BeginAnswering(next, now); }
FG_ADVANCE(Complaint) { return AdvanceAnswering(current, next, now); }
FG_ENDS_FREELY(Complaint)

FG_BEGIN(RightsRequest) { return BeginAnswering(next, now); }
FG_ADVANCE(RightsRequest) { return AdvanceAnswering(current, next, now); }
FG_ENDS_FREELY(RightsRequest)

FG_BEGIN(Incident) {
  return CheckPastTimes(
      {next.detected_at, next.authority_notified_at, next.subjects_notified_at, next.closed_at},
      now);
}
FG_ADVANCE(Incident) {
  if (next.drill != current.drill) {
    return BadTransition("an incident does not become a drill, nor a drill an incident");
  }
  if (current.closed_at && next != current) return BadTransition("a closed incident stays closed");
  return Begin(next, now);
}
FG_ENDS_FREELY(Incident)

FG_BEGIN(Disclosure) { return CheckPast({next.disclosed_on}, now); }
FG_ADVANCES_AS_IT_BEGINS(Disclosure)
FG_ENDS_FREELY(Disclosure)

FG_BEGIN(ThresholdReview) { return CheckPast({next.reviewed_on}, now); }
FG_ADVANCES_AS_IT_BEGINS(ThresholdReview)
FG_ENDS_FREELY(ThresholdReview)

#undef FG_BEGIN
#undef FG_ADVANCE
#undef FG_END
#undef FG_ENDS_FREELY
#undef FG_ADVANCES_AS_IT_BEGINS

Status Attest(model::Exemption& exemption, const std::string& fingerprint, Timestamp now) {
  const auto failed = [](const char* reason, const char* message) {
    return Status(Code::kFailedPrecondition, reason, message);
  };
  if (exemption.withdrawn || exemption.expires_at <= now) {
    return failed("EXEMPTION_OVER", "the exemption is withdrawn or expired");
  }
  for (const model::ExemptionAttestation& each : exemption.attestations) {
    if (each.principal == fingerprint) {
      return failed("SAME_ATTESTOR", "another principal must attest: this one did already");
    }
  }
  if (exemption.attestations.size() >= model::kExemptionAttestors) {
    return failed("ATTESTED_ALREADY", "the exemption is fully attested");
  }
  exemption.attestations.push_back({fingerprint, now});
  return Status::Ok();
}

}  // namespace facegate::registry
