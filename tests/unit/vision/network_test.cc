#include "vision/network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "models_testing.h"
#include "vision/weights.h"

namespace facegate::vision {
namespace {

constexpr char kWeights[] = "/face_recognition_model.bin";
constexpr char kLayout[] = "/face_recognition_model-weights_manifest.json";

// A chip with a pattern that `seed` chooses; no face.
Chip Pattern(unsigned seed) {
  Chip chip;
  for (int i = 0; i < 3 * kChipSide * kChipSide; ++i) {
    seed = seed * 1664525u + 1013904223u;
    chip.mutable_rgb()[i] = static_cast<std::uint8_t>(seed >> 24);
  }
  return chip;
}

std::vector<Tensor> Tensors() {
  const core::Bytes layout = ReadBytes(ModelsDir() + kLayout);
  return ReadTensors(core::AsText(layout), ReadBytes(ModelsDir() + kWeights)).value();
}

std::array<float, kEmbeddingSize> EmbedOne(Network& network, const Chip& chip) {
  const Chip* one = &chip;
  return network.Embed({&one, 1}).value()[0].values();
}

// What the published files say a tensor holds, read and dequantised apart from the product's code,
// in the order of the network's parameters.
std::vector<float> Expected(const nlohmann::json& spec, const std::uint8_t*& at) {
  const std::vector<std::size_t> shape = spec["shape"];
  std::size_t count = 1;
  for (const std::size_t size : shape) count *= size;
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    if (spec.contains("quantization")) {
      const double scale = spec["quantization"]["scale"];
      const double min = spec["quantization"]["min"];
      values.push_back(static_cast<float>(*at++ * scale + min));
    } else {
      float value = 0;
      std::memcpy(&value, at, sizeof(value));
      at += sizeof(value);
      values.push_back(value);
    }
  }
  if (shape.size() != 4) return values;
  std::vector<float> moved(count);
  std::size_t i = 0;
  for (std::size_t y = 0; y < shape[0]; ++y) {
    for (std::size_t x = 0; x < shape[1]; ++x) {
      for (std::size_t in = 0; in < shape[2]; ++in) {
        for (std::size_t out = 0; out < shape[3]; ++out) {
          moved[((out * shape[2] + in) * shape[0] + y) * shape[1] + x] = values[i++];
        }
      }
    }
  }
  return moved;
}

TEST(Network, HoldsEveryTensorBitForBit) {
  const core::Bytes layout = ReadBytes(ModelsDir() + kLayout);
  const core::Bytes weights = ReadBytes(ModelsDir() + kWeights);
  const auto network = Network::FromTensors(Tensors());
  ASSERT_TRUE(network.ok()) << network.status().ToString();
  const std::vector<std::vector<float>> layers = (*network)->Parameters();
  const nlohmann::json specs = nlohmann::json::parse(layout)[0]["weights"];
  const std::uint8_t* at = weights.data();
  std::size_t next = 0;
  std::size_t parameters = 0;
  for (const std::vector<float>& layer : layers) {
    std::vector<float> expected = Expected(specs[next++], at);
    if (expected.size() < layer.size()) {
      const std::vector<float> offsets = Expected(specs[next++], at);
      expected.insert(expected.end(), offsets.begin(), offsets.end());
    }
    ASSERT_EQ(layer.size(), expected.size());
    ASSERT_EQ(std::memcmp(layer.data(), expected.data(), layer.size() * sizeof(float)), 0)
        << specs[next - 1]["name"];
    parameters += layer.size();
  }
  EXPECT_EQ(next, specs.size());
  EXPECT_EQ(at, weights.data() + weights.size());
  EXPECT_EQ(parameters, 5'614'592u);
}

TEST(Network, GivesTheSameEmbeddingForTheSameChip) {
  const auto network = NewNetwork();
  const Chip chip = Pattern(1);
  EXPECT_EQ(EmbedOne(*network, chip), EmbedOne(*network, chip));
}

TEST(Network, GivesAnotherEmbeddingForAnotherChip) {
  const auto network = NewNetwork();
  EXPECT_NE(EmbedOne(*network, Pattern(1)), EmbedOne(*network, Pattern(2)));
}

TEST(Network, EmbedsABatchAsItEmbedsOneByOne) {
  const auto network = NewNetwork();
  std::vector<Chip> chips;
  std::vector<const Chip*> pointers;
  for (unsigned i = 0; i < kBatchMax; ++i) chips.push_back(Pattern(i));
  for (const Chip& chip : chips) pointers.push_back(&chip);
  const auto batch = network->Embed(pointers);
  ASSERT_TRUE(batch.ok());
  ASSERT_EQ(batch->size(), std::size_t{kBatchMax});
  for (std::size_t i = 0; i < chips.size(); ++i) {
    const auto alone = EmbedOne(*network, chips[i]);
    for (std::size_t k = 0; k < alone.size(); ++k) {
      ASSERT_NEAR((*batch)[i].values()[k], alone[k], 1e-5) << i;
    }
  }
}

TEST(Network, ClonesEmbedAlike) {
  const auto network = NewNetwork();
  const auto clone = network->Clone();
  EXPECT_EQ(EmbedOne(*network, Pattern(3)), EmbedOne(*clone, Pattern(3)));
}

TEST(Network, RefusesATensorTooFew) {
  std::vector<Tensor> tensors = Tensors();
  tensors.pop_back();
  EXPECT_EQ(Network::FromTensors(tensors).status().reason(), "MODEL_CORRUPT");
}

TEST(Network, RefusesATensorTooMany) {
  std::vector<Tensor> tensors = Tensors();
  tensors.push_back(tensors.back());
  EXPECT_EQ(Network::FromTensors(tensors).status().reason(), "MODEL_CORRUPT");
}

TEST(Network, RefusesTensorsInAnotherOrder) {
  std::vector<Tensor> tensors = Tensors();
  std::swap(tensors[0], tensors[4]);
  EXPECT_EQ(Network::FromTensors(tensors).status().reason(), "MODEL_CORRUPT");
}

TEST(Network, RefusesBytesThatAreNoNetwork) {
  const auto status = Network::FromDlib(core::AsBytes("not a network")).status();
  EXPECT_EQ(status.code(), core::Code::kDataLoss);
  EXPECT_EQ(status.reason(), "MODEL_CORRUPT");
  EXPECT_EQ(Network::FromDlib({}).status().reason(), "MODEL_CORRUPT");
}

TEST(NetworkDeathTest, RefusesNoChips) {
  const auto network = NewNetwork();
  EXPECT_DEATH(static_cast<void>(network->Embed({})), "chips.empty");
}

TEST(NetworkDeathTest, RefusesMoreChipsThanABatch) {
  const auto network = NewNetwork();
  const Chip chip;
  const std::vector<const Chip*> many(kBatchMax + 1, &chip);
  EXPECT_DEATH(static_cast<void>(network->Embed(many)), "kBatchMax");
}

}  // namespace
}  // namespace facegate::vision
