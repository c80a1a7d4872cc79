// The registry's resources as plain values, with their JSON form (the stored body).
//
// What a person states about the world is a Fact or an Attestation: where nobody stated it, rules
// find it missing, and what is missing is never a grant. Storage has bodies that were written
// before a member was added: such a member is as if it had never been stated.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/date.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"

namespace facegate::model {

// Yes, no, or nothing: nobody said.
using Fact = std::optional<bool>;

// That something was done or exists, dated, with the document that shows it. To state the contrary
// is to have none.
struct Attestation {
  std::string ref;  // SHA-256 in lower-case hex, or the id of a document; may be empty
  std::optional<Date> on = {};
  std::string by = {};  // a function or a staff number, not a name
  bool operator==(const Attestation&) const = default;
};

// A region of a picture as fractions of its width and height: 0 <= x0 < x1 <= 1, likewise y.
struct Region {
  double x0 = 0;
  double y0 = 0;
  double x1 = 1;
  double y1 = 1;
  bool operator==(const Region&) const = default;
};
// INVALID_ARGUMENT BAD_REGION unless the bounds above hold and every value is finite.
core::Status CheckRegion(const Region& region);

// The legal person who answers for the processing; has its own log, counts and keys.
struct Operator {
  OperatorId id;
  std::string display_name;
  std::optional<OrgKind> kind = {};
  Fact is_property_manager = {};
  Fact employs_subjects = {};  // is the employer of people it recognises
  Fact operates_cii = {};      // critical information infrastructure
  Fact serves_general_public = {};
  std::string complaint_channel = {};  // how anyone complains, as published
  std::optional<AnnexIiiClass> ai_annex_iii_class = {};
  // Oversight, documents and controls that only people can attest.
  std::optional<Attestation> oversight_training = {};
  std::optional<Attestation> worker_reps_informed = {};
  std::optional<Attestation> processing_register = {};
  std::optional<Attestation> processor_agreement = {};
  std::optional<Attestation> minor_rules = {};  // special rules for people under age
  std::optional<int> mlps_level = {};           // 1..5, multi-level protection scheme
  std::optional<Attestation> mlps_certificate = {};
  std::optional<Attestation> compliance_audit = {};  // the last one
  std::optional<Attestation> minors_audit = {};      // the last one
  std::optional<Attestation> staff_training = {};
  std::optional<Attestation> incident_plan = {};
  std::optional<Attestation> authorization_mgmt = {};
  std::optional<Attestation> intrusion_detection = {};
  std::optional<Attestation> lawful_ends = {};  // the declaration that it serves lawful ends alone
  bool operator==(const Operator&) const = default;
};

struct Site {
  OperatorId op;
  SiteId id;
  std::string display_name;
  VenueKind venue_kind = VenueKind::kOther;
  std::string country;  // ISO 3166-1 alpha-2
  std::string region;   // optional
  std::string city;     // optional
  bool public_place = false;
  Fact business_premises = {};  // where set, goes before what the venue kind says
  Fact private_space = {};
  Fact smart_access_multidwelling = {};
  Fact public_accommodation = {};
  std::optional<Date> started_on = {};
  std::optional<Date> ended_on = {};
  std::vector<std::string> packs = {};  // of rules, beyond those of its territory
  bool operator==(const Site&) const = default;
};

// Another way through the door, without the face.
struct Alternative {
  AlternativeKind kind = AlternativeKind::kStaffDesk;
  std::string display_name;
  bool operational = true;  // as last reported by the operator or a heartbeat
  std::optional<core::Timestamp> heartbeat_at = {};  // the last; unset: never
  std::optional<int> wait_s = {};                    // how long people usually wait
  Fact extra_cost = {};
  Fact separate_lane = {};
  bool operator==(const Alternative&) const = default;
};

struct AccessPoint {
  OperatorId op;
  SiteId site;
  AccessPointId id;
  std::string display_name;
  std::vector<Alternative> alternatives;
  std::optional<int> face_wait_s = {};  // how long people usually wait in the face lane
  int heartbeat_s_max = 0;  // an alternative silent for longer does not work; 0: none expected
  Fact service_refused_on_refusal = {};
  Fact penalty_or_price_on_refusal = {};
  bool operator==(const AccessPoint&) const = default;
};

// Whether an alternative of `point` works at `now`: it is operational and, where heartbeats are
// expected, the last is at most heartbeat_s_max away.
bool IsWorking(const AccessPoint& point, const Alternative& alternative, core::Timestamp now);
int WorkingAlternatives(const AccessPoint& point, core::Timestamp now);
// `point` with every alternative working: as it is meant to be, for what is judged before anybody
// stands at the door.
AccessPoint AsDesigned(AccessPoint point);
// The longest wait of the alternatives against the face lane's, which counts as a second at least.
// Nothing where a wait is not known or there is no alternative.
std::optional<double> MaxWaitRatio(const AccessPoint& point);
// The same in halves, rounded up: 3 for 1.2 and for 1.5. Rules that ask for a ratio ask in halves.
std::optional<int> WaitStep(const AccessPoint& point);

struct Camera {
  OperatorId op;
  SiteId site;
  CameraId id;
  std::string display_name;
  CameraUse use = CameraUse::kDoor;
  AccessPointId access_point;  // empty for an enrolment desk
  Region region_of_interest;
  int min_face_px = 80;           // faces narrower than this are counted, never embedded; 40..2000
  std::string capture_area = {};  // what it covers, in words
  Fact displays_prompt = {};      // shows the purpose at the moment of use
  bool operator==(const Camera&) const = default;
};

// A region of interest is set, or the capture area is told in words.
bool CaptureAreaDeclared(const Camera& camera);

// A way without faces that was weighed for a purpose.
struct ConsideredAlternative {
  AlternativeKind kind = AlternativeKind::kStaffDesk;
  std::string insufficiency;  // why it is not enough by itself
  bool operator==(const ConsideredAlternative&) const = default;
};

// Versions count up with every change of what people were told; consents name the version.
struct Purpose {
  OperatorId op;
  PurposeId id;
  int version = 1;
  std::string display_name;
  PurposeCategory category = PurposeCategory::kAccessControl;
  int retention_days = 30;  // 1..3650
  std::string necessity_statement;
  bool alternatives_assessed = false;
  std::vector<ConsideredAlternative> considered_alternatives = {};
  std::optional<Attestation> necessity_approval = {};  // of the necessity statement
  std::optional<DecisionEffect> decision_effect = {};
  Fact equivalent_nonbiometric_exists = {};
  Fact uses_national_id_channel = {};
  std::optional<int> other_law_days = {};  // days for which another law has data kept
  std::optional<Date> ended_on = {};
  std::optional<ImageRetention> image_retention = {};  // nothing: none
  // How long, 1..retention_days. A purpose that does not say it keeps nothing.
  std::optional<int> image_retention_days = {};
  std::optional<TemplateCustody> custody = {};  // nothing: the gateway
  bool operator==(const Purpose&) const = default;
};

// Where the purpose's templates are.
inline TemplateCustody CustodyOf(const Purpose& purpose) {
  return purpose.custody.value_or(TemplateCustody::kGateway);
}
// Whether `next` tells people something else than `current` does: consents do not carry over.
bool TellsOtherwise(const Purpose& current, const Purpose& next);

// The exact text that people are shown for a purpose version, in one language.
struct Notice {
  OperatorId op;
  PurposeId purpose;
  NoticeId id;
  int purpose_version = 1;
  std::string language;  // BCP 47
  std::string text;
  std::string text_sha256;  // lower-case hex, set by the registry
  std::set<NoticeField> fields = {};
  Fact plain_language = {};
  Fact accessible_format = {};
  Fact retention_schedule_public = {};
  Fact complaint_channel_public = {};
  Fact bundled_with_other_terms = {};
  Fact misleading = {};  // what people who reviewed the text found
  // What the registry found in the text by its word list; unset where the list does not know the
  // language and found nothing.
  Fact wording_bundled = {};
  Fact wording_misleading = {};                    // also words that press
  std::vector<std::string> wording_findings = {};  // ids of the phrases, each once, sorted
  bool operator==(const Notice&) const = default;
};

// Whether a notice bundles consent with other terms, or misleads or presses: what the word list
// found, or people who reviewed the text. Where the list knows the language, only its finding can
// say no.
Fact Bundles(const Notice& notice);
Fact Misleads(const Notice& notice);

// ---- Of every resource: those above, of compliance.h and of duties.h. Instantiated for each. ----

// The stored body. What was never stated is not written.
template <class R>
core::Json ToJson(const R& resource);
// The inverse. Returns DATA_LOSS BAD_RESOURCE when the body is not one.
template <class R>
core::Result<R> FromJson(const core::Json& json);

// The resource's name, and its parent's ("" for an operator).
template <class R>
std::string NameOf(const R& resource);
template <class R>
std::string ParentOf(const R& resource);
// A resource that has the ids of `name` and is else as it is made by default.
// Returns INVALID_ARGUMENT BAD_NAME for anything that is not exactly such a name.
template <class R>
core::Result<R> ParseNameOf(std::string_view name);
// That `name` is the name of a parent of such resources; BAD_NAME, too.
template <class R>
core::Status CheckParentName(std::string_view name);

}  // namespace facegate::model
