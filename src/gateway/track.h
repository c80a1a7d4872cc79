// Follows faces from frame to frame, by the overlap of their boxes alone.
#pragma once

#include <cstdint>
#include <vector>

#include "facegate/vision/face.h"

namespace facegate::gateway {

struct Track {
  vision::FaceBox box;   // in the newest frame
  float best_width = 0;  // the widest it has been
  int frames_seen = 0;
  int frames_missed = 0;
  int attempts = 0;  // times it was handed to the embedder
  bool decided = false;
};

// Not thread-safe.
class Tracker {
 public:
  // Continues tracks with the eligible boxes of the next frame; others begin, or end after a while
  // without a box. Returns the tracks that have a box in this frame.
  std::vector<Track*> Update(const std::vector<vision::FaceBox>& eligible);

 private:
  std::vector<Track> tracks_;
};

// Whether this frame shows the track about as well as any before: worth embedding now.
bool WorthEmbedding(const Track& track);

}  // namespace facegate::gateway
