// The registry's resources as plain values, with their JSON form (the stored body, also `--json`).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/enums.h"
#include "facegate/model/ids.h"

namespace facegate::model {

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
  bool operator==(const Site&) const = default;
};

// Another way through the door, without the face.
struct Alternative {
  AlternativeKind kind = AlternativeKind::kStaffDesk;
  std::string display_name;
  bool operational = true;  // as last reported by the operator or a heartbeat
  bool operator==(const Alternative&) const = default;
};

struct AccessPoint {
  OperatorId op;
  SiteId site;
  AccessPointId id;
  std::string display_name;
  std::vector<Alternative> alternatives;
  bool operator==(const AccessPoint&) const = default;
};

struct Camera {
  OperatorId op;
  SiteId site;
  CameraId id;
  std::string display_name;
  CameraUse use = CameraUse::kDoor;
  AccessPointId access_point;  // empty for an enrolment desk
  Region region_of_interest;
  int min_face_px = 80;  // faces narrower than this are counted, never embedded; 40..2000
  bool operator==(const Camera&) const = default;
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
  bool operator==(const Purpose&) const = default;
};

// The exact text that people are shown for a purpose version, in one language.
struct Notice {
  OperatorId op;
  PurposeId purpose;
  NoticeId id;
  int purpose_version = 1;
  std::string language;  // BCP 47
  std::string text;
  std::string text_sha256;  // lower-case hex, set by the registry
  bool operator==(const Notice&) const = default;
};

core::Json ToJson(const Operator& v);
core::Json ToJson(const Site& v);
core::Json ToJson(const AccessPoint& v);
core::Json ToJson(const Camera& v);
core::Json ToJson(const Purpose& v);
core::Json ToJson(const Notice& v);

// The inverse of ToJson. Instantiated for every resource above.
// Returns DATA_LOSS BAD_RESOURCE when the body is not one.
template <class R>
core::Result<R> FromJson(const core::Json& json);

// The resource's name.
std::string NameOf(const Operator& v);
std::string NameOf(const Site& v);
std::string NameOf(const AccessPoint& v);
std::string NameOf(const Camera& v);
std::string NameOf(const Purpose& v);
std::string NameOf(const Notice& v);

}  // namespace facegate::model
