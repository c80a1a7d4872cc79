#include "vision/worker.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "facegate/core/check.h"
#include "vision/quality.h"

namespace facegate::vision {
namespace {

using core::Status;

// Runs one stage; what a library throws ends here.
template <class Stage>
Status Guarded(Stage stage) {
  try {
    return stage();
  } catch (const std::exception&) {  // cv::Exception, dlib::error, std::bad_alloc
    return Status(core::Code::kInternal, "VISION_FAILED", "the face engine failed on this picture");
  }
}

// A neighbour whose cheek reaches into the region of interest is not the person who stands in it.
constexpr double kShareInRegionMin = 0.75;

}  // namespace

bool IsEligible(const FaceBox& box, int image_width, int image_height,
                const policy::Capture& capture) {
  const model::Region& region = capture.region;
  // What of the picture's part of the box lies in the region, along each side.
  const auto inside = [](double from, double to, double size, double low, double high) {
    from = std::max(from, 0.0);
    to = std::min(to, size);
    const double common = std::min(to, high * size) - std::max(from, low * size);
    return to > from ? std::max(common, 0.0) / (to - from) : 0.0;
  };
  const double share = inside(box.left, box.right, image_width, region.x0, region.x1) *
                       inside(box.top, box.bottom, image_height, region.y0, region.y1);
  return share >= kShareInRegionMin && box.width() >= capture.min_face_px;
}

Worker::Worker(std::unique_ptr<Detector> detector, std::shared_ptr<const LandmarkModel> landmarks,
               std::unique_ptr<Network> network, int batch_max, core::Metrics& metrics)
    : detector_(std::move(detector)),
      landmarks_(std::move(landmarks)),
      network_(std::move(network)),
      batch_max_(static_cast<std::size_t>(batch_max)),
      metrics_(metrics) {
  FG_CHECK(batch_max >= 1 && batch_max <= kBatchMax);
}

void Worker::Answer(std::span<Call* const> calls) {
  FG_CHECK(!calls.empty());
  if (calls.front()->work == Work::kDetect) {
    Call& call = *calls.front();
    call.status = Guarded([&] { return Detect(call); });
    return;
  }
  EmbedAll(calls);
}

Status Worker::Detect(Call& call) {
  FG_RETURN_IF_ERROR(call.deadline->Check());
  const core::StageTimer timer(metrics_, core::Stage::kDetect);
  call.found = detector_->Find(*call.image, call.capture.min_face_px);
  for (FaceBox& box : call.found) {
    box.eligible = IsEligible(box, call.image->width(), call.image->height(), call.capture);
  }
  metrics_.Add(core::Counter::kFacesSeen, call.found.size());
  return Status::Ok();
}

void Worker::EmbedAll(std::span<Call* const> calls) {
  std::vector<Pending> pending;
  for (Call* call : calls) {
    call->status = Guarded([&] { return Align(*call, pending); });
    if (call->status.ok()) call->status = call->deadline->Check();
  }
  std::erase_if(pending, [](const Pending& face) { return !face.call->status.ok(); });
  for (std::size_t from = 0; from < pending.size(); from += batch_max_) {
    const std::span<Pending> batch =
        std::span(pending).subspan(from, std::min(batch_max_, pending.size() - from));
    const Status status = Guarded([&] { return EmbedBatch(batch); });
    if (status.ok()) continue;
    for (const Pending& face : batch) face.call->status = status;
  }
}

Status Worker::Align(Call& call, std::vector<Pending>& pending) {
  const core::StageTimer timer(metrics_, core::Stage::kAlign);
  for (const FaceBox& box : call.boxes) {
    FG_RETURN_IF_ERROR(call.deadline->Check());
    const Landmarks landmarks = landmarks_->Find(*call.image, box);
    Chip chip = ExtractChip(*call.image, landmarks);
    const Quality quality = Assess(
        {call.image->width(), call.image->height(), box, landmarks, detector_->Confidence(chip)},
        chip);
    if (quality.issue == QualityIssue::kNone) {
      pending.push_back({&call, box, quality, std::move(chip)});
    } else {
      call.embedded.rejected.push_back({box, quality});
    }
  }
  return Status::Ok();
}

Status Worker::EmbedBatch(std::span<Pending> batch) {
  const core::StageTimer timer(metrics_, core::Stage::kEmbed);
  std::vector<const Chip*> chips;
  for (const Pending& face : batch) chips.push_back(&face.chip);
  FG_ASSIGN_OR_RETURN(std::vector<Embedding> embeddings, network_->Embed(chips));
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i].call->embedded.faces.push_back(
        {batch[i].box, batch[i].quality, std::move(embeddings[i])});
  }
  metrics_.Add(core::Counter::kFacesEmbedded, batch.size());
  return Status::Ok();
}

}  // namespace facegate::vision
