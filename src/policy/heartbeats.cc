#include "facegate/policy/heartbeats.h"

namespace facegate::policy {

void Heartbeats::Hear(const model::AccessPointRef& point, model::AlternativeKind kind,
                      bool operational, core::Timestamp at) {
  const std::lock_guard lock(mutex_);
  Beats& beats = beats_[point];
  ++beats.count;
  beats.by_kind[kind] = {operational, at};
}

model::AccessPoint Heartbeats::Applied(model::AccessPoint point) const {
  const std::lock_guard lock(mutex_);
  const auto found = beats_.find({point.op, point.site, point.id});
  if (found == beats_.end()) return point;
  for (model::Alternative& alternative : point.alternatives) {
    const auto beat = found->second.by_kind.find(alternative.kind);
    if (beat == found->second.by_kind.end()) continue;
    if (alternative.heartbeat_at && beat->second.at < *alternative.heartbeat_at) continue;
    alternative.heartbeat_at = beat->second.at;
    alternative.operational = alternative.operational && beat->second.operational;
  }
  return point;
}

std::uint64_t Heartbeats::CountOf(const model::AccessPointRef& point) const {
  const std::lock_guard lock(mutex_);
  const auto found = beats_.find(point);
  return found == beats_.end() ? 0 : found->second.count;
}

std::vector<model::AccessPointRef> Heartbeats::Heard() const {
  const std::lock_guard lock(mutex_);
  std::vector<model::AccessPointRef> points;
  points.reserve(beats_.size());
  for (const auto& [point, beats] : beats_) points.push_back(point);
  return points;
}

}  // namespace facegate::policy
