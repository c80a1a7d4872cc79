#include "vision/network.h"

#include <dlib/dnn.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/crypto/secret.h"
#include "vision/memory_stream.h"

namespace facegate::vision {
namespace {

using core::Code;
using core::Result;
using core::Status;

// The architecture, as dlib's face recognition example defines it; its files only load into this
// type.
template <template <int, template <typename> class, int, typename> class Block, int N,
          template <typename> class Norm, typename Below>
using Residual = dlib::add_prev1<Block<N, Norm, 1, dlib::tag1<Below>>>;

template <template <int, template <typename> class, int, typename> class Block, int N,
          template <typename> class Norm, typename Below>
using ResidualDown = dlib::add_prev2<
    dlib::avg_pool<2, 2, 2, 2, dlib::skip1<dlib::tag2<Block<N, Norm, 2, dlib::tag1<Below>>>>>>;

template <int N, template <typename> class Norm, int stride, typename Below>
using Block =
    Norm<dlib::con<N, 3, 3, 1, 1, dlib::relu<Norm<dlib::con<N, 3, 3, stride, stride, Below>>>>>;

template <int N, typename Below>
using Res = dlib::relu<Residual<Block, N, dlib::affine, Below>>;
template <int N, typename Below>
using ResDown = dlib::relu<ResidualDown<Block, N, dlib::affine, Below>>;

template <typename Below>
using Level0 = ResDown<256, Below>;
template <typename Below>
using Level1 = Res<256, Res<256, ResDown<256, Below>>>;
template <typename Below>
using Level2 = Res<128, Res<128, ResDown<128, Below>>>;
template <typename Below>
using Level3 = Res<64, Res<64, Res<64, ResDown<64, Below>>>>;
template <typename Below>
using Level4 = Res<32, Res<32, Res<32, Below>>>;

using Resnet = dlib::loss_metric<
    dlib::fc_no_bias<kEmbeddingSize,
                     dlib::avg_pool_everything<Level0<Level1<Level2<Level3<Level4<dlib::max_pool<
                         3, 3, 2, 2,
                         dlib::relu<dlib::affine<dlib::con<
                             32, 7, 7, 2, 2, dlib::input_rgb_image_sized<kChipSide>>>>>>>>>>>>>;

Status Corrupt(const std::string& what) { return Status(Code::kDataLoss, "MODEL_CORRUPT", what); }

// An affine layer starts out in the mode for fully connected input; its parameters would get the
// wrong size at the first pass.
struct SetConvMode {
  void operator()(dlib::affine_& layer) const { layer = dlib::affine_(dlib::CONV_MODE); }
};

// Where the parameters of one layer are.
struct LayerView {
  std::span<float> main;     // filters, scales or the matrix
  std::span<float> offsets;  // empty for the matrix
};

// Visits the layers that have parameters. An affine layer hides its own from the optimiser and so
// from get_layer_params().
class CollectLayers {
 public:
  explicit CollectLayers(std::vector<LayerView>& views) : views_(views) {}

  template <long n, long rows, long columns, int sy, int sx, int py, int px>
  void operator()(dlib::con_<n, rows, columns, sy, sx, py, px>& layer) const {
    const std::span<float> all(layer.get_layer_params().host(), layer.get_layer_params().size());
    views_.push_back({all.first(all.size() - n), all.last(n)});
  }
  void operator()(dlib::affine_& layer) const {
    dlib::alias_tensor_instance scales = layer.get_gamma();
    dlib::alias_tensor_instance offsets = layer.get_beta();
    views_.push_back({{scales.host(), scales.size()}, {offsets.host(), offsets.size()}});
  }
  template <unsigned long n, dlib::fc_bias_mode mode>
  void operator()(dlib::fc_<n, mode>& layer) const {
    views_.push_back({{layer.get_layer_params().host(), layer.get_layer_params().size()}, {}});
  }

 private:
  std::vector<LayerView>& views_;
};

// From the network's input to its output; dlib visits in the other order. Valid while `net` is.
std::vector<LayerView> LayersOf(Resnet& net) {
  std::vector<LayerView> views;
  dlib::visit_computational_layers(net, CollectLayers(views));
  std::reverse(views.begin(), views.end());
  return views;
}

// One pass over a black chip: layers take their size from what they are fed, and dlib refuses a
// forward pass until it has converted an input of its own once. Also spares the first face the
// wait.
void WarmUp(Resnet& net) {
  dlib::matrix<dlib::rgb_pixel> black(kChipSide, kChipSide);
  dlib::assign_all_pixels(black, dlib::rgb_pixel(0, 0, 0));
  dlib::resizable_tensor input;
  net.to_tensor(&black, &black + 1, input);
  net.subnet().forward(input);
}

// [height, width, in, out] to dlib's [out, in, height, width].
void PlaceFilters(const Tensor& filters, std::span<float> out) {
  const auto area =
      static_cast<std::size_t>(filters.shape[0]) * static_cast<std::size_t>(filters.shape[1]);
  const auto in_channels = static_cast<std::size_t>(filters.shape[2]);
  const auto out_channels = static_cast<std::size_t>(filters.shape[3]);
  const float* value = filters.values.data();
  for (std::size_t at = 0; at < area; ++at) {
    for (std::size_t i = 0; i < in_channels; ++i) {
      for (std::size_t o = 0; o < out_channels; ++o) {
        out[(o * in_channels + i) * area + at] = *value++;
      }
    }
  }
}

// Moves the next of `tensors` to `out`.
Status Place(std::span<const Tensor>& tensors, std::span<float> out) {
  if (tensors.empty()) return Corrupt("the weights hold too few tensors");
  const Tensor& tensor = tensors.front();
  if (tensor.values.size() != out.size()) {
    return Corrupt("tensor " + tensor.name + " has another size than its layer");
  }
  if (tensor.shape.size() == 4) {
    PlaceFilters(tensor, out);
  } else {
    std::copy(tensor.values.begin(), tensor.values.end(), out.begin());
  }
  tensors = tensors.subspan(1);
  return Status::Ok();
}

// As dlib's input layer does: less the mean of the training set, divided by 256.
void FillInput(std::span<const Chip* const> chips, float* out) {
  constexpr std::array<float, 3> kMean = {122.782F, 117.001F, 104.298F};
  constexpr int kPixels = kChipSide * kChipSide;
  for (const Chip* chip : chips) {
    for (std::size_t channel = 0; channel < kMean.size(); ++channel) {
      const std::uint8_t* in = chip->rgb() + channel;
      for (int i = 0; i < kPixels; ++i, in += 3)
        *out++ = (static_cast<float>(*in) - kMean[channel]) / 256.0F;
    }
  }
}

}  // namespace

struct Network::Impl {
  Resnet net;
  dlib::resizable_tensor input;
};

Network::Network(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Network::~Network() = default;

Result<std::unique_ptr<Network>> Network::FromDlib(core::ByteSpan serialised) {
  auto impl = std::make_unique<Impl>();
  try {
    MemoryStream in(serialised);
    deserialize(impl->net, in);
    WarmUp(impl->net);
  } catch (const std::exception&) {  // dlib::serialization_error, std::bad_alloc
    return Corrupt("not a face recognition network of dlib's");
  }
  return std::unique_ptr<Network>(new Network(std::move(impl)));
}

Result<std::unique_ptr<Network>> Network::FromTensors(std::span<const Tensor> tensors) {
  auto impl = std::make_unique<Impl>();
  dlib::visit_computational_layers(impl->net, SetConvMode{});
  WarmUp(impl->net);
  for (const LayerView& layer : LayersOf(impl->net)) {
    FG_RETURN_IF_ERROR(Place(tensors, layer.main));
    if (!layer.offsets.empty()) FG_RETURN_IF_ERROR(Place(tensors, layer.offsets));
  }
  if (!tensors.empty()) return Corrupt("the weights hold too many tensors");
  return std::unique_ptr<Network>(new Network(std::move(impl)));
}

std::unique_ptr<Network> Network::Clone() const {
  auto impl = std::make_unique<Impl>();
  impl->net = impl_->net;
  WarmUp(impl->net);
  return std::unique_ptr<Network>(new Network(std::move(impl)));
}

Result<std::vector<Embedding>> Network::Embed(std::span<const Chip* const> chips) {
  FG_CHECK(!chips.empty());
  FG_CHECK(chips.size() <= std::size_t{kBatchMax});
  dlib::resizable_tensor& input = impl_->input;
  input.set_size(static_cast<long long>(chips.size()), 3, kChipSide, kChipSide);
  FillInput(chips, input.host_write_only());
  const dlib::tensor& output = impl_->net.subnet().forward(input);
  crypto::Zero(input.host_write_only(), input.size() * sizeof(float));
  FG_CHECK(output.size() == chips.size() * kEmbeddingSize);
  std::vector<Embedding> embeddings;
  embeddings.reserve(chips.size());
  bool finite = true;
  const float* value = output.host();
  for (std::size_t i = 0; i < chips.size(); ++i, value += kEmbeddingSize) {
    std::array<float, kEmbeddingSize> values;
    std::copy_n(value, kEmbeddingSize, values.begin());
    for (const float v : values) finite = finite && std::isfinite(v);
    embeddings.emplace_back(values);
    crypto::Zero(values.data(), sizeof(values));
  }
  // The output belongs to the network, which lets nobody else write it.
  crypto::Zero(const_cast<float*>(output.host()), output.size() * sizeof(float));
  if (!finite) {
    return Status(Code::kInternal, "VISION_FAILED", "the network's output is not finite");
  }
  return embeddings;
}

std::vector<std::vector<float>> Network::Parameters() const {
  std::vector<std::vector<float>> layers;
  for (const LayerView& view : LayersOf(impl_->net)) {
    std::vector<float>& layer = layers.emplace_back(view.main.begin(), view.main.end());
    layer.insert(layer.end(), view.offsets.begin(), view.offsets.end());
  }
  return layers;
}

}  // namespace facegate::vision
