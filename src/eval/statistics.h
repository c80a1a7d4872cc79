// Error rates from counted comparisons; knows nothing of faces.
#pragma once

#include <optional>
#include <vector>

#include "facegate/eval/eval.h"

namespace facegate::eval {

// With its 95 % interval. Requires: 0 <= errors <= trials.
Rate MakeRate(long errors, long trials);

// Distances of genuine and impostor pairs.
class Scores {
 public:
  // Requires: every distance is finite.
  Scores(std::vector<double> genuine, std::vector<double> impostor);

  long genuine() const { return static_cast<long>(genuine_.size()); }
  long impostor() const { return static_cast<long>(impostor_.size()); }

  // Both rates where pairs at or below `distance` match.
  Point At(double distance) const;

  // Of all distances that occur, the smallest at which the two rates come closest. Nothing unless
  // there are pairs of both kinds.
  std::optional<Point> EqualError() const;

  // The rates at distances that occur, rising, leaving out steps that change both by less than two
  // percent of themselves.
  std::vector<Point> Tradeoff() const;

 private:
  long FalseMatches(double distance) const;
  long FalseNonMatches(double distance) const;
  std::vector<double> Distances() const;  // sorted, each once

  std::vector<double> genuine_;   // sorted
  std::vector<double> impostor_;  // sorted
};

}  // namespace facegate::eval
