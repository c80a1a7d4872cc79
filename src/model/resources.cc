#include "facegate/model/resources.h"

#include <algorithm>
#include <cmath>

namespace facegate::model {

core::Status CheckRegion(const Region& r) {
  const bool finite =
      std::isfinite(r.x0) && std::isfinite(r.y0) && std::isfinite(r.x1) && std::isfinite(r.y1);
  if (!finite || r.x0 < 0 || r.y0 < 0 || r.x1 > 1 || r.y1 > 1 || r.x0 >= r.x1 || r.y0 >= r.y1) {
    return core::Status(core::Code::kInvalidArgument, "BAD_REGION",
                        "a region needs 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1");
  }
  return core::Status::Ok();
}

bool IsWorking(const AccessPoint& point, const Alternative& alternative, core::Timestamp now) {
  if (!alternative.operational) return false;
  if (point.heartbeat_s_max == 0) return true;
  if (!alternative.heartbeat_at) return false;
  // A heartbeat from the future comes from a wrong clock, and would count for ever.
  const std::int64_t distance_ms = std::abs(now - *alternative.heartbeat_at);
  return distance_ms <= point.heartbeat_s_max * std::int64_t{1000};
}

AccessPoint AsDesigned(AccessPoint point) {
  point.heartbeat_s_max = 0;
  for (Alternative& alternative : point.alternatives) alternative.operational = true;
  return point;
}

int WorkingAlternatives(const AccessPoint& point, core::Timestamp now) {
  const auto works = [&](const Alternative& each) { return IsWorking(point, each, now); };
  return static_cast<int>(
      std::count_if(point.alternatives.begin(), point.alternatives.end(), works));
}

std::optional<double> MaxWaitRatio(const AccessPoint& point) {
  if (!point.face_wait_s || point.alternatives.empty()) return std::nullopt;
  int longest_s = 0;
  for (const Alternative& alternative : point.alternatives) {
    if (!alternative.wait_s) return std::nullopt;
    longest_s = std::max(longest_s, *alternative.wait_s);
  }
  return static_cast<double>(longest_s) / std::max(*point.face_wait_s, 1);
}

std::optional<int> WaitStep(const AccessPoint& point) {
  const std::optional<double> ratio = MaxWaitRatio(point);
  if (!ratio) return std::nullopt;
  return static_cast<int>(std::ceil(*ratio * 2));
}

bool CaptureAreaDeclared(const Camera& camera) {
  return camera.region_of_interest != Region{} || !camera.capture_area.empty();
}

namespace {
Fact Found(const Fact& measured, const Fact& stated) {
  return stated.value_or(false) || !measured.has_value() ? stated : measured;
}
}  // namespace

Fact Bundles(const Notice& notice) {
  return Found(notice.wording_bundled, notice.bundled_with_other_terms);
}
Fact Misleads(const Notice& notice) { return Found(notice.wording_misleading, notice.misleading); }

bool TellsOtherwise(const Purpose& current, const Purpose& next) {
  // To state an effect for the first time takes nothing back that people were told.
  const bool other_effect =
      current.decision_effect.has_value() && next.decision_effect != current.decision_effect;
  const auto kept = [](const Purpose& purpose) {
    return purpose.image_retention.value_or(ImageRetention::kNone);
  };
  return next.display_name != current.display_name || next.category != current.category ||
         next.retention_days != current.retention_days ||
         next.necessity_statement != current.necessity_statement || other_effect ||
         kept(next) != kept(current) || next.image_retention_days != current.image_retention_days ||
         CustodyOf(next) != CustodyOf(current);
}

}  // namespace facegate::model
