#include "facegate/gallery/confidence.h"

#include <cmath>

#include "facegate/core/check.h"

namespace facegate::gallery {
namespace {

// The continued fraction of the incomplete beta function, by Lentz's method.
double BetaFraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr int kIterationsMax = 10'000;
  double c = 1;
  double d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::fabs(d) < kTiny ? kTiny : d);
  double fraction = d;
  const auto step = [&](double numerator) {
    d = 1 + numerator * d;
    d = 1 / (std::fabs(d) < kTiny ? kTiny : d);
    c = 1 + numerator / c;
    c = std::fabs(c) < kTiny ? kTiny : c;
    fraction *= c * d;
    return c * d;
  };
  for (int m = 1; m <= kIterationsMax; ++m) {
    step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    const double factor = step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (std::fabs(factor - 1) < 1e-15) break;
  }
  return fraction;
}

// The regularised incomplete beta function I_x(a, b).
double IncompleteBeta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double log_front =
      std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x);
  // The fraction converges quickly on this side only; the other follows by symmetry.
  if (x < (a + 1) / (a + b + 2)) return std::exp(log_front) * BetaFraction(a, b, x) / a;
  return 1 - std::exp(log_front) * BetaFraction(b, a, 1 - x) / b;
}

// The x at which I_x(a, b) reaches `probability`, by bisection.
double BetaQuantile(double a, double b, double probability) {
  double low = 0;
  double high = 1;
  for (int i = 0; i < 80; ++i) {
    const double middle = low + (high - low) / 2;
    (IncompleteBeta(a, b, middle) < probability ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

double Lower(long errors, long trials, double tail) {
  if (errors == 0) return 0;
  return BetaQuantile(static_cast<double>(errors), static_cast<double>(trials - errors) + 1, tail);
}

double Upper(long errors, long trials, double tail) {
  if (errors == trials) return 1;
  return BetaQuantile(static_cast<double>(errors) + 1, static_cast<double>(trials - errors),
                      1 - tail);
}

void CheckArguments(long errors, long trials, double confidence) {
  FG_CHECK(errors >= 0 && errors <= trials);
  FG_CHECK(confidence > 0 && confidence < 1);
}

}  // namespace

Interval ClopperPearson(long errors, long trials, double confidence) {
  CheckArguments(errors, trials, confidence);
  const double tail = (1 - confidence) / 2;
  return {Lower(errors, trials, tail), Upper(errors, trials, tail)};
}

double UpperBound(long errors, long trials, double confidence) {
  CheckArguments(errors, trials, confidence);
  return Upper(errors, trials, 1 - confidence);
}

}  // namespace facegate::gallery
