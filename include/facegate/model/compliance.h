// What stands around a deployment so that it may run: signs, assessments, filings, exemptions and
// tests of devices. Registry resources as plain values; their JSON form and names are as in
// resources.h.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "facegate/core/time.h"
#include "facegate/model/date.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"
#include "facegate/model/resources.h"

namespace facegate::model {

// That the signs of a site hang, attested with a photograph.
struct Signage {
  OperatorId op;
  SiteId site;
  SignageId id;
  std::string photo_sha256;  // lower-case hex
  std::string attested_by;   // a function or a staff number, not a name
  core::Timestamp verified_at;
  std::optional<core::Timestamp> expires_at = {};  // set by the registry; 90 days on at most
  Fact present = {};
  Fact conspicuous = {};
  Fact at_every_customer_entrance = {};
  std::set<SignField> layer1_fields = {};
  bool operator==(const Signage&) const = default;
};

// How long an attestation of signs counts.
constexpr int kSignageDaysMax = 90;

// An impact assessment of one version of a purpose.
struct Assessment {
  OperatorId op;
  PurposeId purpose;
  AssessmentId id;
  int purpose_version = 1;
  std::set<AssessmentSection> sections = {};
  std::string coverage = {};  // what was looked at, in words: sites, devices, people
  std::string document_sha256 = {};
  std::string approved_by = {};
  std::optional<Date> approved_on = {};
  std::optional<Date> retained_until = {};  // three years after its approval at least
  InvalidatedBy invalidated_by = InvalidatedBy::kNothing;
  Fact consultation_done = {};
  Fact fria_done = {};  // fundamental rights impact assessment
  bool operator==(const Assessment&) const = default;
};

constexpr int kAssessmentYearsMin = 3;

// A filing with an authority, as one is due when many people's faces are stored.
struct Filing {
  OperatorId op;
  FilingId id;
  std::string authority;
  FilingStatus status = FilingStatus::kNone;
  std::string reference = {};  // the authority's number
  std::optional<Date> submitted_on = {};
  std::optional<Date> accepted_on = {};
  std::optional<Date> last_material_change_on = {};
  std::optional<Date> change_submitted_on = {};
  std::optional<Date> cancel_submitted_on = {};
  std::set<FilingDoc> docs = {};
  Fact data_disposed_on_exit = {};
  Fact registered_system = {};  // the authority lists the system
  bool operator==(const Filing&) const = default;
};

// Whether a filing may go from one status to the other. A status may stay.
//   none -> draft -> submitted -> accepted -> changed -> accepted (the change was taken)
//   submitted -> draft (sent back); submitted, accepted, changed -> cancelled, which is the end
bool CanMove(FilingStatus from, FilingStatus to);
// The moves from `from` to `to`, `to` last; empty where there is no way, or none is needed.
std::vector<FilingStatus> PathBetween(FilingStatus from, FilingStatus to);

// One person's word that an exemption stands.
struct ExemptionAttestation {
  std::string principal;  // fingerprint of the certificate
  core::Timestamp at;
  bool operator==(const ExemptionAttestation&) const = default;
};

// A law that excuses a rule. Counts once two principals attested it, until it expires or is
// withdrawn; what was attested is never changed.
struct Exemption {
  OperatorId op;
  ExemptionId id;
  ExemptionKind kind = ExemptionKind::kLawRequiresFr;
  SiteId site = {};        // empty: all of the operator's
  PurposeId purpose = {};  // empty: all of the operator's
  std::string legal_ref = {};
  core::Timestamp expires_at = {};
  Fact judicial_authorisation = {};
  bool withdrawn = false;
  std::vector<ExemptionAttestation> attestations = {};  // set by the registry
  bool operator==(const Exemption&) const = default;
};

constexpr std::size_t kExemptionAttestors = 2;

// Attested by two principals, not withdrawn, not expired.
bool Stands(const Exemption& exemption, core::Timestamp now);
// It is of this operator, and of this site and purpose or of all.
bool Covers(const Exemption& exemption, const SiteRef& site, const PurposeId& purpose);

// A yearly test of a camera and what came of it.
struct DeviceAssessment {
  OperatorId op;
  SiteId site;
  CameraId camera;
  DeviceAssessmentId id;
  Date assessed_on;
  std::string assessed_by = {};
  std::string report_sha256 = {};
  Fact certified = {};
  Fact certification_required = {};
  Fact post_assessment_action_logged = {};
  std::optional<Date> threshold_review_on = {};
  bool operator==(const DeviceAssessment&) const = default;
};

}  // namespace facegate::model
