// Which of many good frames of one face are worth keeping: the best, and no two that look alike.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "facegate/gallery/gallery.h"
#include "facegate/vision/face.h"

namespace facegate::gateway {

// How good a face is to compare with, 0 to 1; of use for one person's frames among each other.
// Brightness has no part in it: beyond the gate it would tell skins apart, not pictures.
double Worth(const vision::Quality& quality);

// What became of a face that was offered.
enum class Offered {
  kNew,          // another view
  kBetter,       // it took the place of views that it is like, or that it put in doubt
  kNotBetter,    // like one that stays
  kUnsure,       // perhaps not the person of a better one
  kOtherPerson,  // certainly not: nothing is left
};

// Holds faces that are all of one person, each by comparison with every other, and all different
// views. Not thread-safe.
class BestViews {
 public:
  using Comparison = std::function<gallery::Likeness(const vision::Face&, const vision::Face&)>;

  // Holds `views_max` at most, the best. Requires: views_max > 0.
  explicit BestViews(std::size_t views_max);

  Offered Offer(vision::Face face, const Comparison& compare);
  std::size_t size() const { return faces_.size(); }
  // The best, `count` at most, best first. Valid until the next Offer.
  std::vector<const vision::Face*> Best(std::size_t count) const;

 private:
  const std::size_t views_max_;
  std::vector<vision::Face> faces_;  // best first
};

}  // namespace facegate::gateway
