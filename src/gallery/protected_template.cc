#include "gallery/protected_template.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "facegate/core/check.h"

namespace facegate::gallery {

std::optional<crypto::SecretBytes> Protect(const Rotation& rotation,
                                           const vision::Embedding& embedding) {
  std::array<float, vision::kEmbeddingSize> rotated;
  rotation.Apply(embedding.values(), rotated);
  crypto::SecretBytes steps(kTemplateBytes);
  const std::span<std::uint8_t> out = steps.mutable_span();
  bool finite = true;
  for (std::size_t i = 0; i < kTemplateBytes; ++i) {
    finite = finite && std::isfinite(rotated[i]);
    const double step = std::nearbyint(static_cast<double>(rotated[i]) * kStepsPerUnit);
    const double clipped = finite ? std::clamp(step, -127.0, 127.0) : 0.0;
    out[i] = static_cast<std::uint8_t>(static_cast<std::int8_t>(clipped));
  }
  crypto::Zero(rotated.data(), sizeof(rotated));
  if (!finite) return std::nullopt;
  return steps;
}

std::int32_t SquaredDistance(TemplateView a, TemplateView b) {
  // int16 differences whose products are summed in int32: the form that compilers turn into
  // multiply-add instructions (pmaddwd), eight values at a time.
  const auto* x = reinterpret_cast<const std::int8_t*>(a.data());
  const auto* y = reinterpret_cast<const std::int8_t*>(b.data());
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < kTemplateBytes; ++i) {
    const auto difference = static_cast<std::int16_t>(x[i] - y[i]);
    sum += difference * difference;
  }
  return sum;
}

std::int32_t SquaredSteps(double distance) {
  FG_CHECK(distance >= 0);
  const double steps = distance * kStepsPerUnit;
  // Beyond the farthest two templates there is no difference to make.
  constexpr double kFarthest = 255.0 * 255.0 * kTemplateBytes;
  return static_cast<std::int32_t>(std::min(std::floor(steps * steps), kFarthest));
}

}  // namespace facegate::gallery
