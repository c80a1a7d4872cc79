#include "gateway/best_views.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "facegate/core/check.h"

namespace facegate::gateway {
namespace {

using gallery::Likeness;

// A face as sharp as that gains nothing by being sharper: that of a face 80 pixels wide, half of
// the median (docs/ACCURACY.md).
constexpr double kSharpEnough = 0.045;

bool IsBetter(const vision::Face& a, const vision::Face& b) {
  return Worth(a.quality) > Worth(b.quality);
}

}  // namespace

double Worth(const vision::Quality& quality) {
  const double frontal = 1 - std::min(1.0, std::abs(static_cast<double>(quality.yaw)));
  const double sharp = std::min(1.0, static_cast<double>(quality.sharpness) / kSharpEnough);
  return static_cast<double>(quality.plausibility) * frontal * sharp;
}

BestViews::BestViews(std::size_t views_max) : views_max_(views_max) { FG_CHECK(views_max > 0); }

Offered BestViews::Offer(vision::Face face, const Comparison& compare) {
  std::vector<Likeness> likeness;
  for (const vision::Face& kept : faces_) likeness.push_back(compare(face, kept));
  const auto has = [&](Likeness value) {
    return std::find(likeness.begin(), likeness.end(), value) != likeness.end();
  };
  if (has(Likeness::kOtherPerson)) {
    faces_.clear();
    return Offered::kOtherPerson;
  }
  // Of two that do not stand side by side, the better one stays.
  for (std::size_t i = 0; i < faces_.size(); ++i) {
    if (likeness[i] == Likeness::kSamePerson || IsBetter(face, faces_[i])) continue;
    return likeness[i] == Likeness::kUnsure ? Offered::kUnsure : Offered::kNotBetter;
  }
  std::vector<vision::Face> staying;
  for (std::size_t i = 0; i < faces_.size(); ++i) {
    if (likeness[i] == Likeness::kSamePerson) staying.push_back(std::move(faces_[i]));
  }
  const bool replaces = staying.size() < faces_.size();
  faces_ = std::move(staying);
  const auto place = std::find_if(faces_.begin(), faces_.end(),
                                  [&](const vision::Face& kept) { return IsBetter(face, kept); });
  if (place == faces_.end() && faces_.size() == views_max_) return Offered::kNotBetter;
  faces_.insert(place, std::move(face));
  if (faces_.size() > views_max_) faces_.pop_back();
  return replaces ? Offered::kBetter : Offered::kNew;
}

std::vector<const vision::Face*> BestViews::Best(std::size_t count) const {
  std::vector<const vision::Face*> best;
  for (const vision::Face& face : faces_) {
    if (best.size() < count) best.push_back(&face);
  }
  return best;
}

}  // namespace facegate::gateway
