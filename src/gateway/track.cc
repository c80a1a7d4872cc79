#include "gateway/track.h"

#include <algorithm>

namespace facegate::gateway {
namespace {

constexpr double kOverlapMin = 0.3;  // intersection over union that continues a track
constexpr int kFramesMissedMax = 5;  // a track without a box for longer has ended
constexpr int kFramesBeforeMin = 2;  // a face seen once may be a false detection
constexpr int kAttemptsMax = 3;      // frames in which a track may fail the quality gate
constexpr float kNearBest = 0.95f;   // of the widest view so far

double Overlap(const vision::FaceBox& a, const vision::FaceBox& b) {
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const auto area = [](const vision::FaceBox& box) {
    return static_cast<double>(box.right - box.left) * (box.bottom - box.top);
  };
  const double both = width * height;
  return both / (area(a) + area(b) - both);
}

}  // namespace

std::vector<Track*> Tracker::Update(const std::vector<vision::FaceBox>& eligible) {
  std::vector<bool> taken(eligible.size(), false);
  for (Track& track : tracks_) {
    std::size_t best = eligible.size();
    double best_overlap = kOverlapMin;
    for (std::size_t i = 0; i < eligible.size(); ++i) {
      const double overlap = taken[i] ? 0 : Overlap(track.box, eligible[i]);
      if (overlap < best_overlap) continue;
      best = i;
      best_overlap = overlap;
    }
    if (best == eligible.size()) {
      ++track.frames_missed;
      continue;
    }
    taken[best] = true;
    track.box = eligible[best];
    track.frames_missed = 0;
    ++track.frames_seen;
    track.best_width = std::max(track.best_width, static_cast<float>(track.box.width()));
  }
  std::erase_if(tracks_, [](const Track& track) { return track.frames_missed > kFramesMissedMax; });
  for (std::size_t i = 0; i < eligible.size(); ++i) {
    if (taken[i]) continue;
    Track track;
    track.box = eligible[i];
    track.frames_seen = 1;
    track.best_width = static_cast<float>(track.box.width());
    tracks_.push_back(track);
  }
  std::vector<Track*> present;
  for (Track& track : tracks_) {
    if (track.frames_missed == 0) present.push_back(&track);
  }
  return present;
}

bool WorthEmbedding(const Track& track) {
  return !track.decided && track.attempts < kAttemptsMax && track.frames_seen >= kFramesBeforeMin &&
         static_cast<float>(track.box.width()) >= kNearBest * track.best_width;
}

}  // namespace facegate::gateway
