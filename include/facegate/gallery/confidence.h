// How sure one can be of an error rate that was counted: exact binomial bounds.
#pragma once

namespace facegate::gallery {

struct Interval {
  double lower = 0;
  double upper = 1;
};

// The exact (Clopper-Pearson) two-sided interval of a rate of which `errors` were seen in `trials`.
// No trials: [0, 1], for nothing is known.
// Requires: 0 <= errors <= trials, 0 < confidence < 1.
Interval ClopperPearson(long errors, long trials, double confidence = 0.95);

// The one-sided bound from above. Without errors it is about 3 / trials at 95 % ("rule of three").
// Requires: as ClopperPearson.
double UpperBound(long errors, long trials, double confidence = 0.95);

}  // namespace facegate::gallery
