// Weights in the form that TensorFlow.js publishes: raw tensors in one file, a JSON layout beside
// it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"

namespace facegate::vision {

struct Tensor {
  std::string name;
  std::vector<int> shape;
  std::vector<float> values;  // row-major, as many as the shape says
};

// Splits `weights` as `layout_json` says; 8-bit tensors become value * scale + min, computed in
// double and rounded to float once, as TensorFlow.js does. Returns INVALID_ARGUMENT BAD_WEIGHTS if
// the two do not fit each other to the byte.
core::Result<std::vector<Tensor>> ReadTensors(std::string_view layout_json, core::ByteSpan weights);

}  // namespace facegate::vision
