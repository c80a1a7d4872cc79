// The real models and photographs that scripts/fetch_models.sh installs. Tests fail without them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "facegate/core/bytes.h"
#include "facegate/frame/image.h"
#include "vision/detector.h"
#include "vision/landmarks.h"
#include "vision/model_files.h"
#include "vision/network.h"

namespace facegate::vision {

// $FACEGATE_MODELS_DIR, or build/models of the source tree.
std::string ModelsDir();
std::string ManifestPath();
core::Bytes ReadBytes(const std::string& path);

// Each aborts with "run scripts/fetch_models.sh" if its file is not there. Loaded once a process.
const std::vector<ModelFile>& Manifest();
std::shared_ptr<const LandmarkModel> SharedLandmarks();
std::unique_ptr<Network> NewNetwork();
std::unique_ptr<Detector> NewDetector();
frame::Image Photo(const std::string& name);

}  // namespace facegate::vision
