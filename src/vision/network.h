// The embedding network: dlib's face recognition ResNet with 29 convolutions.
//
// The network's type takes long to compile, so it exists in network.cc alone, behind this
// interface.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/core/status.h"
#include "facegate/vision/face.h"
#include "vision/chip.h"
#include "vision/weights.h"

namespace facegate::vision {

// Activations take 4 MB a face; more than this gains no speed.
constexpr int kBatchMax = 8;

// Not thread-safe: one per worker. Its activations hold what it last embedded until the next batch
// overwrites them; inputs and outputs are zeroed before Embed returns.
class Network {
 public:
  // From dlib's own file. Returns DATA_LOSS MODEL_CORRUPT if it holds another network.
  static core::Result<std::unique_ptr<Network>> FromDlib(core::ByteSpan serialised);
  // From tensors in the order of the network from its input: for each convolution filters
  // [height, width, in, out] and bias, then scales and offsets; last the fully connected matrix.
  // Returns DATA_LOSS MODEL_CORRUPT if a tensor does not fit its layer or the count differs.
  static core::Result<std::unique_ptr<Network>> FromTensors(std::span<const Tensor> tensors);
  ~Network();
  std::unique_ptr<Network> Clone() const;

  // One embedding a chip. Requires: 1 <= chips.size() <= kBatchMax.
  // Returns INTERNAL VISION_FAILED if the result is not finite.
  core::Result<std::vector<Embedding>> Embed(std::span<const Chip* const> chips);

  // The parameters layer by layer from the input: a convolution's filters [out, in, height, width]
  // with its biases, an affine layer's scales with its offsets, the matrix [in, out].
  std::vector<std::vector<float>> Parameters() const;

 private:
  struct Impl;
  explicit Network(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace facegate::vision
