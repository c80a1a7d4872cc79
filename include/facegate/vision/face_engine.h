// Detection, quality, alignment and embedding behind one interface.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "facegate/core/metrics.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/frame/image.h"
#include "facegate/policy/permit.h"
#include "facegate/vision/face.h"

namespace facegate::vision {

// Thread-safe; concurrent calls queue for the workers, embeddings of queued calls are batched.
class FaceEngine {
 public:
  virtual ~FaceEngine() = default;

  // Finds faces; marks those that the permit's capture lets be used. Detection only: nothing about
  // a face is computed but its box. Counts kFacesSeen. Returns RESOURCE_EXHAUSTED QUEUE_FULL, or
  // the deadline's status.
  virtual core::Result<std::vector<FaceBox>> Detect(const frame::Image& image,
                                                    const policy::ViewPermit& permit,
                                                    const core::Deadline& deadline) = 0;

  // Aligns, gates and embeds the given boxes. Counts kFacesEmbedded.
  // Requires: every box is eligible. Returns as Detect.
  virtual core::Result<EmbeddedFaces> Embed(const frame::Image& image,
                                            std::span<const FaceBox> boxes,
                                            const policy::Permit& permit,
                                            const core::Deadline& deadline) = 0;

  // Detector, landmarks, embedding network.
  virtual const std::vector<ModelInfo>& models() const = 0;
  // The id of the embedding network: templates of another are not comparable.
  virtual const std::string& embedding_model_id() const = 0;
};

struct DlibOptions {
  std::string models_dir;     // where scripts/fetch_models.sh put the files
  std::string manifest_path;  // models/manifest.yaml
  int workers = 2;            // threads, each with its own network
  int batch_max = 8;
  int queue_max = 64;  // calls waiting; more are refused
};

// Verifies every file against the manifest and loads. Fails with the file, the expected and the
// found hash: FAILED_PRECONDITION MODEL_MISSING, DATA_LOSS MODEL_CORRUPT.
core::Result<std::unique_ptr<FaceEngine>> LoadDlibEngine(const DlibOptions& options,
                                                         core::Metrics& metrics);

}  // namespace facegate::vision
