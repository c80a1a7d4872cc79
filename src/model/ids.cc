#include "facegate/model/ids.h"

#include <array>
#include <vector>

namespace facegate::model {
namespace {

using core::Code;
using core::Result;
using core::Status;

Status BadName(std::string_view pattern) {
  return Status(Code::kInvalidArgument, "BAD_NAME",
                "expected a resource name of the form " + std::string(pattern));
}

// Splits "a/{x}/b/{y}" against its collection words; the ids in order, or nothing.
template <std::size_t N>
bool Split(std::string_view name, const std::array<std::string_view, N>& collections,
           std::array<std::string_view, N>& ids) {
  for (std::size_t i = 0; i < N; ++i) {
    if (!name.starts_with(collections[i])) return false;
    name.remove_prefix(collections[i].size());
    if (!name.starts_with('/')) return false;
    name.remove_prefix(1);
    const std::size_t end = i + 1 < N ? name.find('/') : name.size();
    if (end == std::string_view::npos) return false;
    ids[i] = name.substr(0, end);
    if (!IsValidId(ids[i])) return false;
    name.remove_prefix(end);
    if (i + 1 < N) name.remove_prefix(1);
  }
  return name.empty();
}

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string name;
  for (const std::string_view part : parts) {
    if (!name.empty()) name += '/';
    name += part;
  }
  return name;
}

}  // namespace

bool IsValidId(std::string_view text) {
  if (text.empty() || text.size() > 63) return false;
  for (const char c : text) {
    const bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!alnum && c != '-' && c != '_') return false;
  }
  return text.front() != '-' && text.front() != '_';
}

std::string OperatorName(const OperatorId& op) { return Join({"operators", op.str()}); }
std::string SiteName(const OperatorId& op, const SiteId& site) {
  return Join({OperatorName(op), "sites", site.str()});
}
std::string AccessPointName(const OperatorId& op, const SiteId& site, const AccessPointId& id) {
  return Join({SiteName(op, site), "accessPoints", id.str()});
}
std::string CameraName(const OperatorId& op, const SiteId& site, const CameraId& id) {
  return Join({SiteName(op, site), "cameras", id.str()});
}
std::string PurposeName(const OperatorId& op, const PurposeId& id) {
  return Join({OperatorName(op), "purposes", id.str()});
}
std::string NoticeName(const OperatorId& op, const PurposeId& purpose, const NoticeId& id) {
  return Join({PurposeName(op, purpose), "notices", id.str()});
}
std::string SubjectName(const OperatorId& op, const SubjectId& id) {
  return Join({OperatorName(op), "subjects", id.str()});
}
std::string ConsentName(const OperatorId& op, const SubjectId& subject, const ConsentId& id) {
  return Join({SubjectName(op, subject), "consents", id.str()});
}
std::string BadgeName(const OperatorId& op, const BadgeId& id) {
  return Join({OperatorName(op), "badges", id.str()});
}
std::string ImageName(const OperatorId& op, const SubjectId& subject, const ImageId& id) {
  return Join({SubjectName(op, subject), "images", id.str()});
}
std::string HolderTokenName(const OperatorId& op, const SubjectId& subject,
                            const HolderTokenId& id) {
  return Join({SubjectName(op, subject), "holderTokens", id.str()});
}

Result<OperatorId> ParseOperatorName(std::string_view name) {
  std::array<std::string_view, 1> ids;
  if (!Split<1>(name, {"operators"}, ids)) return BadName("operators/{operator}");
  return OperatorId(ids[0]);
}
Result<SiteRef> ParseSiteName(std::string_view name) {
  std::array<std::string_view, 2> ids;
  if (!Split<2>(name, {"operators", "sites"}, ids)) {
    return BadName("operators/{operator}/sites/{site}");
  }
  return SiteRef{OperatorId(ids[0]), SiteId(ids[1])};
}
Result<AccessPointRef> ParseAccessPointName(std::string_view name) {
  std::array<std::string_view, 3> ids;
  if (!Split<3>(name, {"operators", "sites", "accessPoints"}, ids)) {
    return BadName("operators/{operator}/sites/{site}/accessPoints/{access_point}");
  }
  return AccessPointRef{OperatorId(ids[0]), SiteId(ids[1]), AccessPointId(ids[2])};
}
Result<CameraRef> ParseCameraName(std::string_view name) {
  std::array<std::string_view, 3> ids;
  if (!Split<3>(name, {"operators", "sites", "cameras"}, ids)) {
    return BadName("operators/{operator}/sites/{site}/cameras/{camera}");
  }
  return CameraRef{OperatorId(ids[0]), SiteId(ids[1]), CameraId(ids[2])};
}
Result<PurposeRef> ParsePurposeName(std::string_view name) {
  std::array<std::string_view, 2> ids;
  if (!Split<2>(name, {"operators", "purposes"}, ids)) {
    return BadName("operators/{operator}/purposes/{purpose}");
  }
  return PurposeRef{OperatorId(ids[0]), PurposeId(ids[1])};
}
Result<NoticeRef> ParseNoticeName(std::string_view name) {
  std::array<std::string_view, 3> ids;
  if (!Split<3>(name, {"operators", "purposes", "notices"}, ids)) {
    return BadName("operators/{operator}/purposes/{purpose}/notices/{notice}");
  }
  return NoticeRef{OperatorId(ids[0]), PurposeId(ids[1]), NoticeId(ids[2])};
}
Result<SubjectRef> ParseSubjectName(std::string_view name) {
  std::array<std::string_view, 2> ids;
  if (!Split<2>(name, {"operators", "subjects"}, ids)) {
    return BadName("operators/{operator}/subjects/{subject}");
  }
  return SubjectRef{OperatorId(ids[0]), SubjectId(ids[1])};
}
Result<ConsentRef> ParseConsentName(std::string_view name) {
  std::array<std::string_view, 3> ids;
  if (!Split<3>(name, {"operators", "subjects", "consents"}, ids)) {
    return BadName("operators/{operator}/subjects/{subject}/consents/{consent}");
  }
  return ConsentRef{OperatorId(ids[0]), SubjectId(ids[1]), ConsentId(ids[2])};
}
Result<BadgeRef> ParseBadgeName(std::string_view name) {
  std::array<std::string_view, 2> ids;
  if (!Split<2>(name, {"operators", "badges"}, ids))
    return BadName("operators/{operator}/badges/{badge}");
  return BadgeRef{OperatorId(ids[0]), BadgeId(ids[1])};
}
Result<ImageRef> ParseImageName(std::string_view name) {
  std::array<std::string_view, 3> ids;
  if (!Split<3>(name, {"operators", "subjects", "images"}, ids)) {
    return BadName("operators/{operator}/subjects/{subject}/images/{image}");
  }
  return ImageRef{OperatorId(ids[0]), SubjectId(ids[1]), ImageId(ids[2])};
}
Result<HolderTokenRef> ParseHolderTokenName(std::string_view name) {
  std::array<std::string_view, 3> ids;
  if (!Split<3>(name, {"operators", "subjects", "holderTokens"}, ids)) {
    return BadName("operators/{operator}/subjects/{subject}/holderTokens/{holder_token}");
  }
  return HolderTokenRef{OperatorId(ids[0]), SubjectId(ids[1]), HolderTokenId(ids[2])};
}

}  // namespace facegate::model
