// What one thread needs to answer calls: its own detector and network, and the shared landmarks.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "facegate/core/metrics.h"
#include "facegate/core/status.h"
#include "facegate/vision/face.h"
#include "vision/call_queue.h"
#include "vision/detector.h"
#include "vision/landmarks.h"
#include "vision/network.h"

namespace facegate::vision {

// Whether a face may be used under a permit: large enough, and three quarters of it in the region.
bool IsEligible(const FaceBox& box, int image_width, int image_height,
                const policy::Capture& capture);

// Not thread-safe: one per thread. Private to the engine, whose callers show permits.
class Worker {
 public:
  // `metrics` must outlive it.
  Worker(std::unique_ptr<Detector> detector, std::shared_ptr<const LandmarkModel> landmarks,
         std::unique_ptr<Network> network, int batch_max, core::Metrics& metrics);

  // Answers the calls: one to detect, or several to embed. Never throws; a fault of a library
  // becomes INTERNAL VISION_FAILED of the calls it hit.
  void Answer(std::span<Call* const> calls);

 private:
  // A face that passed the gate and waits for the network.
  struct Pending {
    Call* call;
    FaceBox box;
    Quality quality;
    Chip chip;
  };

  core::Status Detect(Call& call);
  void EmbedAll(std::span<Call* const> calls);
  // Aligns and gates the faces of one call.
  core::Status Align(Call& call, std::vector<Pending>& pending);
  // Runs the network over at most kBatchMax faces and hands the embeddings to their calls.
  core::Status EmbedBatch(std::span<Pending> batch);

  std::unique_ptr<Detector> detector_;
  std::shared_ptr<const LandmarkModel> landmarks_;
  std::unique_ptr<Network> network_;
  const std::size_t batch_max_;
  core::Metrics& metrics_;
};

}  // namespace facegate::vision
