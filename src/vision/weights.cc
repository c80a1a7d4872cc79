#include "vision/weights.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "facegate/core/json.h"

namespace facegate::vision {
namespace {

using core::Code;
using core::Json;
using core::Result;
using core::Status;

// Generous for the networks here (5.6 million), small enough that no product below overflows.
constexpr std::size_t kTensorValuesMax = 100'000'000;
constexpr std::size_t kTensorDimensionsMax = 4;

Status Bad(const std::string& what) { return Status(Code::kInvalidArgument, "BAD_WEIGHTS", what); }

Result<std::vector<int>> ReadShape(const std::string& name, const Json& spec) {
  const Json* shape = spec.Find("shape");
  if (shape == nullptr || !shape->is_array() || shape->AsArray().empty() ||
      shape->AsArray().size() > kTensorDimensionsMax) {
    return Bad(name + ": shape");
  }
  std::vector<int> sizes;
  std::size_t total = 1;
  for (const Json& size : shape->AsArray()) {
    if (!size.is_int() || size.AsInt() < 1 ||
        size.AsInt() > static_cast<std::int64_t>(kTensorValuesMax)) {
      return Bad(name + ": shape");
    }
    total *= static_cast<std::size_t>(size.AsInt());
    if (total > kTensorValuesMax) return Bad(name + ": shape");
    sizes.push_back(static_cast<int>(size.AsInt()));
  }
  return sizes;
}

std::size_t Product(const std::vector<int>& shape) {
  std::size_t total = 1;
  for (const int size : shape) total *= static_cast<std::size_t>(size);
  return total;
}

std::vector<float> Dequantise(core::ByteSpan bytes, double scale, double min) {
  std::vector<float> values(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    values[i] = static_cast<float>(bytes[i] * scale + min);
  }
  return values;
}

std::vector<float> CopyFloats(core::ByteSpan bytes) {
  static_assert(std::endian::native == std::endian::little, "weights are little-endian");
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

// Takes the tensor that `spec` describes from the front of `rest`.
Result<Tensor> TakeTensor(const Json& spec, core::ByteSpan& rest) {
  Tensor tensor;
  tensor.name = spec.StringOr("name", "");
  if (tensor.name.empty() || spec.StringOr("dtype", "") != "float32") return Bad("name or dtype");
  FG_ASSIGN_OR_RETURN(tensor.shape, ReadShape(tensor.name, spec));
  const Json* quantization = spec.Find("quantization");
  const std::size_t size = Product(tensor.shape) * (quantization == nullptr ? sizeof(float) : 1);
  if (rest.size() < size) return Bad(tensor.name + ": the weights end before it");
  const core::ByteSpan bytes = rest.first(size);
  rest = rest.subspan(size);
  if (quantization == nullptr) {
    tensor.values = CopyFloats(bytes);
  } else {
    const double scale = quantization->NumberOr("scale", NAN);
    const double min = quantization->NumberOr("min", NAN);
    if (quantization->StringOr("dtype", "") != "uint8" || !std::isfinite(scale) ||
        !std::isfinite(min)) {
      return Bad(tensor.name + ": quantization");
    }
    tensor.values = Dequantise(bytes, scale, min);
  }
  for (const float value : tensor.values) {
    if (!std::isfinite(value)) return Bad(tensor.name + ": a value is not finite");
  }
  return tensor;
}

}  // namespace

Result<std::vector<Tensor>> ReadTensors(std::string_view layout_json, core::ByteSpan weights) {
  FG_ASSIGN_OR_RETURN(const Json layout, Json::Parse(layout_json));
  if (!layout.is_array() || layout.AsArray().size() != 1)
    return Bad("one group of tensors expected");
  const Json* specs = layout.AsArray()[0].Find("weights");
  if (specs == nullptr || !specs->is_array()) return Bad("a list `weights` is expected");
  std::vector<Tensor> tensors;
  core::ByteSpan rest = weights;
  for (const Json& spec : specs->AsArray()) {
    FG_ASSIGN_OR_RETURN(Tensor tensor, TakeTensor(spec, rest));
    tensors.push_back(std::move(tensor));
  }
  if (!rest.empty()) return Bad("bytes are left over after the last tensor");
  return tensors;
}

}  // namespace facegate::vision
