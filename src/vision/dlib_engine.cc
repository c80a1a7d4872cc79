#include <cblas.h>

#include <exception>
#include <future>
#include <opencv2/core/utility.hpp>
#include <thread>
#include <utility>

#include "facegate/core/check.h"
#include "facegate/vision/face_engine.h"
#include "vision/call_queue.h"
#include "vision/detector.h"
#include "vision/landmarks.h"
#include "vision/model_files.h"
#include "vision/network.h"
#include "vision/weights.h"
#include "vision/worker.h"

namespace facegate::vision {
namespace {

using core::Code;
using core::Result;
using core::Status;

// Everything that is loaded from files, once.
struct LoadedModels {
  std::unique_ptr<Detector> detector;
  std::shared_ptr<const LandmarkModel> landmarks;
  std::unique_ptr<Network> network;
  std::vector<ModelInfo> infos;
  std::string embedding_model_id;
};

struct LoadedLandmarks {
  std::shared_ptr<const LandmarkModel> model;
  ModelInfo info;
};

struct LoadedNetwork {
  std::unique_ptr<Network> network;
  ModelInfo info;
};

Result<LoadedLandmarks> LoadLandmarks(const std::vector<ModelFile>& manifest,
                                      const std::string& models_dir) {
  FG_ASSIGN_OR_RETURN(const VerifiedFile file, LoadModelFile(manifest, "landmarks", models_dir));
  Result<std::shared_ptr<const LandmarkModel>> model = LandmarkModel::Load(file.bytes);
  if (!model.ok()) return model.status().WithContext(file.entry.name);
  return LoadedLandmarks{std::move(*model), {file.entry.model, file.entry.sha256}};
}

Result<std::unique_ptr<Network>> ReadNetwork(const std::vector<ModelFile>& manifest,
                                             const std::string& models_dir,
                                             const VerifiedFile& file) {
  if (file.entry.format == "dlib_network") return Network::FromDlib(file.bytes);
  if (file.entry.format != "tfjs_weights") {
    return Status(Code::kInvalidArgument, "BAD_MODEL_MANIFEST",
                  "unknown format: " + file.entry.format);
  }
  FG_ASSIGN_OR_RETURN(const VerifiedFile layout,
                      LoadLayoutFile(manifest, file.entry.name, models_dir));
  FG_ASSIGN_OR_RETURN(const std::vector<Tensor> tensors,
                      ReadTensors(core::AsText(layout.bytes), file.bytes));
  return Network::FromTensors(tensors);
}

Result<LoadedNetwork> LoadNetwork(const std::vector<ModelFile>& manifest,
                                  const std::string& models_dir) {
  FG_ASSIGN_OR_RETURN(const VerifiedFile file, LoadModelFile(manifest, "embedding", models_dir));
  Result<std::unique_ptr<Network>> network = ReadNetwork(manifest, models_dir, file);
  if (!network.ok()) return network.status().WithContext(file.entry.name);
  return LoadedNetwork{std::move(*network), {file.entry.model, file.entry.sha256}};
}

// The landmarks take as long as all else together, so they load beside it.
Result<LoadedModels> LoadModels(const DlibOptions& options) {
  FG_ASSIGN_OR_RETURN(const std::vector<ModelFile> manifest,
                      ReadModelManifest(options.manifest_path));
  std::future<Result<LoadedLandmarks>> landmarks_later =
      std::async(std::launch::async,
                 [&manifest, &options] { return LoadLandmarks(manifest, options.models_dir); });
  Result<LoadedNetwork> network = LoadNetwork(manifest, options.models_dir);
  auto detector = std::make_unique<Detector>();
  Result<LoadedLandmarks> landmarks = landmarks_later.get();
  if (!network.ok()) return network.status();
  if (!landmarks.ok()) return landmarks.status();
  LoadedModels models;
  models.infos = {{"dlib-hog-frontal-v1", Detector::Sha256()}, landmarks->info, network->info};
  models.embedding_model_id = network->info.id;
  models.detector = std::move(detector);
  models.landmarks = std::move(landmarks->model);
  models.network = std::move(network->network);
  return models;
}

class DlibEngine final : public FaceEngine {
 public:
  DlibEngine(LoadedModels models, const DlibOptions& options, core::Metrics& metrics)
      : infos_(std::move(models.infos)),
        embedding_model_id_(std::move(models.embedding_model_id)),
        batch_max_(options.batch_max),
        queue_(options.queue_max, metrics) {
    for (int i = 0; i < options.workers; ++i) {
      const bool last = i + 1 == options.workers;
      workers_.emplace_back(
          last ? std::move(models.detector) : models.detector->Clone(), models.landmarks,
          last ? std::move(models.network) : models.network->Clone(), options.batch_max, metrics);
    }
  }
  DlibEngine(const DlibEngine&) = delete;
  DlibEngine& operator=(const DlibEngine&) = delete;

  ~DlibEngine() override {
    queue_.Close();
    for (std::thread& thread : threads_) thread.join();
  }

  // Apart from the constructor, so that a thread that cannot be started leaves an object whose
  // destructor ends the others.
  void Start() {
    for (Worker& worker : workers_) {
      threads_.emplace_back([this, &worker] { Serve(worker); });
    }
  }

  Result<std::vector<FaceBox>> Detect(const frame::Image& image, const policy::ViewPermit& permit,
                                      const core::Deadline& deadline) override {
    Call call;
    call.work = Work::kDetect;
    call.image = &image;
    call.deadline = &deadline;
    call.capture = permit.capture();
    FG_RETURN_IF_ERROR(queue_.Run(call));
    return std::move(call.found);
  }

  Result<EmbeddedFaces> Embed(const frame::Image& image, std::span<const FaceBox> boxes,
                              const policy::Permit& permit,
                              const core::Deadline& deadline) override {
    static_cast<void>(permit.scope());  // aborts on a permit that was moved from
    for (const FaceBox& box : boxes) FG_CHECK(box.eligible);
    Call call;
    call.work = Work::kEmbed;
    call.image = &image;
    call.deadline = &deadline;
    call.boxes = boxes;
    FG_RETURN_IF_ERROR(queue_.Run(call));
    return std::move(call.embedded);
  }

  const std::vector<ModelInfo>& models() const override { return infos_; }
  const std::string& embedding_model_id() const override { return embedding_model_id_; }

 private:
  void Serve(Worker& worker) {
    while (true) {
      const std::vector<Call*> calls = queue_.Take(batch_max_);
      if (calls.empty()) return;
      worker.Answer(calls);
      queue_.Finish(calls);
    }
  }

  const std::vector<ModelInfo> infos_;
  const std::string embedding_model_id_;
  const int batch_max_;
  CallQueue queue_;
  std::vector<Worker> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<FaceEngine>> LoadDlibEngine(const DlibOptions& options,
                                                   core::Metrics& metrics) {
  FG_CHECK(options.workers >= 1);
  FG_CHECK(options.batch_max >= 1 && options.batch_max <= kBatchMax);
  FG_CHECK(options.queue_max >= 1);
  // Calls run side by side on the workers; libraries that split one call over threads of their own
  // would only get in their way.
  openblas_set_num_threads(1);
  try {
    cv::setNumThreads(1);
    FG_ASSIGN_OR_RETURN(LoadedModels models, LoadModels(options));
    auto engine = std::make_unique<DlibEngine>(std::move(models), options, metrics);
    engine->Start();
    return std::unique_ptr<FaceEngine>(std::move(engine));
  } catch (const std::exception&) {  // no memory, no threads
    return Status(Code::kResourceExhausted, "VISION_FAILED",
                  "not enough memory or threads for the face engine");
  }
}

}  // namespace facegate::vision
