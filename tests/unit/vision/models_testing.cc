#include "models_testing.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "frame/pixels.h"
#include "vision/weights.h"

namespace facegate::vision {
namespace {

template <class T>
T OrAbort(core::Result<T> result) {
  if (!result.ok()) {
    std::cerr << result.status().ToString() << "\nrun scripts/fetch_models.sh" << std::endl;
    std::abort();
  }
  return std::move(*result);
}

std::unique_ptr<Network> LoadNetwork() {
  const VerifiedFile weights = OrAbort(LoadModelFile(Manifest(), "embedding", ModelsDir()));
  if (weights.entry.format == "dlib_network") return OrAbort(Network::FromDlib(weights.bytes));
  const VerifiedFile layout = OrAbort(LoadLayoutFile(Manifest(), weights.entry.name, ModelsDir()));
  const std::vector<Tensor> tensors =
      OrAbort(ReadTensors(core::AsText(layout.bytes), weights.bytes));
  return OrAbort(Network::FromTensors(tensors));
}

}  // namespace

std::string ModelsDir() {
  const char* chosen = std::getenv("FACEGATE_MODELS_DIR");
  return chosen != nullptr ? chosen : FACEGATE_SOURCE_DIR "/build/models";
}

std::string ManifestPath() { return FACEGATE_SOURCE_DIR "/models/manifest.yaml"; }

core::Bytes ReadBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cerr << path << " is missing\nrun scripts/fetch_models.sh" << std::endl;
    std::abort();
  }
  return core::Bytes(std::istreambuf_iterator<char>(in), {});
}

const std::vector<ModelFile>& Manifest() {
  static const std::vector<ModelFile> manifest = OrAbort(ReadModelManifest(ManifestPath()));
  return manifest;
}

std::shared_ptr<const LandmarkModel> SharedLandmarks() {
  static const std::shared_ptr<const LandmarkModel> landmarks = OrAbort(
      LandmarkModel::Load(OrAbort(LoadModelFile(Manifest(), "landmarks", ModelsDir())).bytes));
  return landmarks;
}

std::unique_ptr<Network> NewNetwork() {
  static const std::unique_ptr<Network> network = LoadNetwork();
  return network->Clone();
}

std::unique_ptr<Detector> NewDetector() {
  static const Detector detector;
  return detector.Clone();
}

frame::Image Photo(const std::string& name) {
  return OrAbort(frame::DecodePixels(ReadBytes(ModelsDir() + "/" + name), {}));
}

}  // namespace facegate::vision
