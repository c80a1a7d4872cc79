#include "eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "facegate/core/check.h"

namespace facegate::eval {
namespace {

double Fraction(long errors, long trials) {
  return trials == 0 ? 0 : static_cast<double>(errors) / static_cast<double>(trials);
}

// Whether a rate moved enough to be seen on a logarithmic axis.
bool Moved(long from, long to) {
  if (from == 0 || to == 0) return from != to;
  return std::fabs(static_cast<double>(to - from)) >= 0.02 * static_cast<double>(from);
}

}  // namespace

double MeanErrorRate(const Point& point) {
  return (point.false_match.rate() + point.false_non_match.rate()) / 2;
}

Rate MakeRate(long errors, long trials) {
  return {errors, trials, gallery::ClopperPearson(errors, trials)};
}

Scores::Scores(std::vector<double> genuine, std::vector<double> impostor)
    : genuine_(std::move(genuine)), impostor_(std::move(impostor)) {
  const auto finite = [](double distance) { return std::isfinite(distance); };
  FG_CHECK(std::all_of(genuine_.begin(), genuine_.end(), finite));
  FG_CHECK(std::all_of(impostor_.begin(), impostor_.end(), finite));
  std::sort(genuine_.begin(), genuine_.end());
  std::sort(impostor_.begin(), impostor_.end());
}

long Scores::FalseMatches(double distance) const {
  return std::upper_bound(impostor_.begin(), impostor_.end(), distance) - impostor_.begin();
}

long Scores::FalseNonMatches(double distance) const {
  return genuine_.end() - std::upper_bound(genuine_.begin(), genuine_.end(), distance);
}

Point Scores::At(double distance) const {
  return {distance, MakeRate(FalseMatches(distance), impostor()),
          MakeRate(FalseNonMatches(distance), genuine())};
}

std::vector<double> Scores::Distances() const {
  std::vector<double> distances;
  distances.reserve(genuine_.size() + impostor_.size());
  std::merge(genuine_.begin(), genuine_.end(), impostor_.begin(), impostor_.end(),
             std::back_inserter(distances));
  distances.erase(std::unique(distances.begin(), distances.end()), distances.end());
  return distances;
}

std::optional<Point> Scores::EqualError() const {
  if (genuine_.empty() || impostor_.empty()) return std::nullopt;
  double best_distance = 0;
  double best_gap = 2;
  for (const double distance : Distances()) {
    const double gap = std::fabs(Fraction(FalseMatches(distance), impostor()) -
                                 Fraction(FalseNonMatches(distance), genuine()));
    if (gap < best_gap) {
      best_gap = gap;
      best_distance = distance;
    }
  }
  return At(best_distance);
}

std::vector<Point> Scores::Tradeoff() const {
  std::vector<Point> points;
  long false_matches = -1;
  long false_non_matches = -1;
  for (const double distance : Distances()) {
    const long now_false_matches = FalseMatches(distance);
    const long now_false_non_matches = FalseNonMatches(distance);
    const bool seen = points.empty() || Moved(false_matches, now_false_matches) ||
                      Moved(false_non_matches, now_false_non_matches);
    if (!seen) continue;
    points.push_back(At(distance));
    false_matches = now_false_matches;
    false_non_matches = now_false_non_matches;
  }
  return points;
}

}  // namespace facegate::eval
