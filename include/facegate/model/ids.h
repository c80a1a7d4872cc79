// Ids as distinct types, so that a site can never be passed where a camera is meant.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/core/status.h"

namespace facegate::model {

// Lower-case letters, digits, '-' and '_'; 1 to 63 characters; starts with a letter or digit.
bool IsValidId(std::string_view text);

template <class Tag>
class Id {
 public:
  Id() = default;  // empty: "none"
  // Requires: IsValidId(text). Use Parse for anything that came from outside.
  explicit Id(std::string_view text) : text_(text) { FG_CHECK(IsValidId(text)); }

  // Returns INVALID_ARGUMENT BAD_ID; the message never repeats the text.
  static core::Result<Id> Parse(std::string_view text) {
    if (!IsValidId(text)) {
      return core::Status(core::Code::kInvalidArgument, "BAD_ID",
                          "an id is 1 to 63 of a-z 0-9 - _ and starts with a letter or digit");
    }
    return Id(text);
  }

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;  // NOLINT(modernize-use-nullptr)

 private:
  std::string text_;
};

using OperatorId = Id<struct OperatorTag>;
using SiteId = Id<struct SiteTag>;
using AccessPointId = Id<struct AccessPointTag>;
using CameraId = Id<struct CameraTag>;
using PurposeId = Id<struct PurposeTag>;
using NoticeId = Id<struct NoticeTag>;
using SubjectId = Id<struct SubjectTag>;
using ConsentId = Id<struct ConsentTag>;
using TemplateId = Id<struct TemplateTag>;
using SignageId = Id<struct SignageTag>;
using AssessmentId = Id<struct AssessmentTag>;
using FilingId = Id<struct FilingTag>;
using ExemptionId = Id<struct ExemptionTag>;
using DeviceAssessmentId = Id<struct DeviceAssessmentTag>;
using ComplaintId = Id<struct ComplaintTag>;
using RightsRequestId = Id<struct RightsRequestTag>;
using IncidentId = Id<struct IncidentTag>;
using DisclosureId = Id<struct DisclosureTag>;
using ThresholdReviewId = Id<struct ThresholdReviewTag>;
using BadgeId = Id<struct BadgeTag>;
using PassId = Id<struct PassTag>;
using ImageId = Id<struct ImageTag>;
using HolderTokenId = Id<struct HolderTokenTag>;
// By what a holder token is on the list of the revoked: a keyed hash of its id.
using TokenMark = Id<struct TokenMarkTag>;

// Resource names, AIP-122. Ids in names are those above. NameOf (resources.h) names any resource.
std::string OperatorName(const OperatorId& op);                        // operators/{o}
std::string SiteName(const OperatorId& op, const SiteId& site);        // operators/{o}/sites/{s}
std::string AccessPointName(const OperatorId& op, const SiteId& site,  // .../accessPoints/{a}
                            const AccessPointId& id);
std::string CameraName(const OperatorId& op, const SiteId& site,  // .../cameras/{c}
                       const CameraId& id);
std::string PurposeName(const OperatorId& op, const PurposeId& id);  // operators/{o}/purposes/{p}
std::string NoticeName(const OperatorId& op, const PurposeId& purpose,  // .../notices/{n}
                       const NoticeId& id);
std::string SubjectName(const OperatorId& op, const SubjectId& id);  // operators/{o}/subjects/{s}
std::string ConsentName(const OperatorId& op, const SubjectId& subject,  // .../consents/{c}
                        const ConsentId& id);
std::string BadgeName(const OperatorId& op, const BadgeId& id);        // operators/{o}/badges/{b}
std::string ImageName(const OperatorId& op, const SubjectId& subject,  // .../images/{i}
                      const ImageId& id);
std::string HolderTokenName(const OperatorId& op, const SubjectId& subject,  // .../holderTokens/{t}
                            const HolderTokenId& id);

// The parts of a name. Each field is set for as far as the name goes.
// Parse* return INVALID_ARGUMENT BAD_NAME for anything that is not exactly such a name.
struct SiteRef {
  OperatorId op;
  SiteId site;
  auto operator<=>(const SiteRef&) const = default;  // NOLINT(modernize-use-nullptr)
};
struct AccessPointRef {
  OperatorId op;
  SiteId site;
  AccessPointId access_point;
  auto operator<=>(const AccessPointRef&) const = default;  // NOLINT(modernize-use-nullptr)
};
struct CameraRef {
  OperatorId op;
  SiteId site;
  CameraId camera;
  auto operator<=>(const CameraRef&) const = default;  // NOLINT(modernize-use-nullptr)
};
struct PurposeRef {
  OperatorId op;
  PurposeId purpose;
  auto operator<=>(const PurposeRef&) const = default;  // NOLINT(modernize-use-nullptr)
};
struct NoticeRef {
  OperatorId op;
  PurposeId purpose;
  NoticeId notice;
  auto operator<=>(const NoticeRef&) const = default;  // NOLINT(modernize-use-nullptr)
};
struct SubjectRef {
  OperatorId op;
  SubjectId subject;
  auto operator<=>(const SubjectRef&) const = default;  // NOLINT(modernize-use-nullptr)
};
struct ConsentRef {
  OperatorId op;
  SubjectId subject;
  ConsentId consent;
  auto operator<=>(const ConsentRef&) const = default;  // NOLINT(modernize-use-nullptr)
};
struct BadgeRef {
  OperatorId op;
  BadgeId badge;
  auto operator<=>(const BadgeRef&) const = default;  // NOLINT(modernize-use-nullptr)
};
struct ImageRef {
  OperatorId op;
  SubjectId subject;
  ImageId image;
  auto operator<=>(const ImageRef&) const = default;  // NOLINT(modernize-use-nullptr)
};
struct HolderTokenRef {
  OperatorId op;
  SubjectId subject;
  HolderTokenId token;
  auto operator<=>(const HolderTokenRef&) const = default;  // NOLINT(modernize-use-nullptr)
};

core::Result<OperatorId> ParseOperatorName(std::string_view name);
core::Result<SiteRef> ParseSiteName(std::string_view name);
core::Result<AccessPointRef> ParseAccessPointName(std::string_view name);
core::Result<CameraRef> ParseCameraName(std::string_view name);
core::Result<PurposeRef> ParsePurposeName(std::string_view name);
core::Result<NoticeRef> ParseNoticeName(std::string_view name);
core::Result<SubjectRef> ParseSubjectName(std::string_view name);
core::Result<ConsentRef> ParseConsentName(std::string_view name);
core::Result<BadgeRef> ParseBadgeName(std::string_view name);
core::Result<ImageRef> ParseImageName(std::string_view name);
core::Result<HolderTokenRef> ParseHolderTokenName(std::string_view name);

}  // namespace facegate::model
