// A template as it is compared: 128 int8 values of a rotated embedding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "facegate/crypto/secret.h"
#include "facegate/vision/face.h"
#include "gallery/rotation.h"

namespace facegate::gallery {

constexpr std::size_t kTemplateBytes = vision::kEmbeddingSize;
using TemplateView = std::span<const std::uint8_t, kTemplateBytes>;  // int8 bit patterns

// One unit of distance in int8 steps, fixed for ever: templates in store depend on it.
//
// The network's embeddings have norms from 1.3 to 1.6 (measured), so a rotated value is about
// N(0, 0.13). At 208 steps a unit the range ends at 0.61, beyond four sigma of the longest, and the
// rounding moves a distance from 0.1 to 1.2 by less than 0.01 (below 0.1, where no decision lies,
// by less than 0.02). A finer scale clips, a coarser one rounds more: the property tests hold both
// ends.
constexpr double kStepsPerUnit = 208;

// Rotates and rounds to int8; what lies outside the range is set to its end, -127 or 127.
// Returns nothing if a value is not finite: a broken network must not enrol or match anybody.
std::optional<crypto::SecretBytes> Protect(const Rotation& rotation,
                                           const vision::Embedding& embedding);

// The squared Euclidean distance in int8 steps.
std::int32_t SquaredDistance(TemplateView a, TemplateView b);

// The largest squared distance in steps that lies at or below `distance`. Requires: 0 <= distance.
std::int32_t SquaredSteps(double distance);

}  // namespace facegate::gallery
