// The two photographs that setup fetches, and the real face engine over the fetched models.
//
// Each shows three people; the first also a round badge that the detector takes for a face. The
// right-hand person of sample1.jpg is the middle one of sample3.jpg: "person A".
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "facegate/core/bytes.h"
#include "facegate/core/metrics.h"
#include "facegate/vision/face_engine.h"

namespace facegate::testing {

inline std::string ModelsDir() {
  const char* set = std::getenv("FACEGATE_MODELS_DIR");
  return set != nullptr ? set : FACEGATE_SOURCE_DIR "/build/models";
}

// Aborts with what to do if the file is not there: tests over photographs never skip.
inline core::Bytes ReadPhoto(const std::string& name) {
  const std::string path = ModelsDir() + "/" + name;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "no %s: run scripts/fetch_models.sh\n", path.c_str());
    std::abort();
  }
  return core::Bytes(std::istreambuf_iterator<char>(file), {});
}

inline std::unique_ptr<vision::FaceEngine> LoadRealEngine(core::Metrics& metrics, int workers = 1) {
  vision::DlibOptions options;
  options.models_dir = ModelsDir();
  options.manifest_path = FACEGATE_SOURCE_DIR "/models/manifest.yaml";
  options.workers = workers;
  auto engine = vision::LoadDlibEngine(options, metrics);
  if (!engine.ok()) {
    std::fprintf(stderr, "%s\nrun scripts/fetch_models.sh\n", engine.status().ToString().c_str());
    std::abort();
  }
  return std::move(engine).value();
}

}  // namespace facegate::testing
