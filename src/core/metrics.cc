#include "facegate/core/metrics.h"

#include <chrono>

#include "facegate/core/check.h"

namespace facegate::core {
namespace {

std::int64_t SteadyNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::string_view CounterName(Counter counter) {
  switch (counter) {
    case Counter::kRequests:
      return "facegate_requests_total";
    case Counter::kGranted:
      return "facegate_granted_total";
    case Counter::kDenied:
      return "facegate_denied_total";
    case Counter::kFaults:
      return "facegate_faults_total";
    case Counter::kFramesDecoded:
      return "facegate_frames_decoded_total";
    case Counter::kFacesSeen:
      return "facegate_faces_seen_total";
    case Counter::kFacesEmbedded:
      return "facegate_faces_embedded_total";
    case Counter::kFacesIgnored:
      return "facegate_faces_ignored_total";
    case Counter::kComparisons:
      return "facegate_comparisons_total";
    case Counter::kRecords:
      return "facegate_records_total";
    case Counter::kLogCommits:
      return "facegate_log_commits_total";
    case Counter::kPermitsAbandoned:
      return "facegate_permits_abandoned_total";
    case Counter::kQueueRejections:
      return "facegate_queue_rejections_total";
    case Counter::kCheckpointsPublished:
      return "facegate_checkpoints_published_total";
    case Counter::kWitnessFailures:
      return "facegate_witness_failures_total";
    case Counter::kWitnessDisagreements:
      return "facegate_witness_disagreements_total";
    case Counter::kCount_:
      break;
  }
  FG_CHECK(false);
  return {};
}

std::string_view StageName(Stage stage) {
  switch (stage) {
    case Stage::kDecide:
      return "decide";
    case Stage::kDecode:
      return "decode";
    case Stage::kDetect:
      return "detect";
    case Stage::kAlign:
      return "align";
    case Stage::kEmbed:
      return "embed";
    case Stage::kMatch:
      return "match";
    case Stage::kCommit:
      return "commit";
    case Stage::kRequest:
      return "request";
    case Stage::kCount_:
      break;
  }
  FG_CHECK(false);
  return {};
}

void MemoryMetrics::Add(Counter counter, std::uint64_t n) {
  counts_[static_cast<std::size_t>(counter)] += n;
}

void MemoryMetrics::Observe(Stage stage, double seconds) {
  total_ns_[static_cast<std::size_t>(stage)] += static_cast<std::uint64_t>(seconds * 1e9);
  ++observed_[static_cast<std::size_t>(stage)];
}

std::uint64_t MemoryMetrics::Value(Counter counter) const {
  return counts_[static_cast<std::size_t>(counter)];
}

double MemoryMetrics::TotalSeconds(Stage stage) const {
  return static_cast<double>(total_ns_[static_cast<std::size_t>(stage)]) / 1e9;
}

std::uint64_t MemoryMetrics::Observations(Stage stage) const {
  return observed_[static_cast<std::size_t>(stage)];
}

StageTimer::StageTimer(Metrics& metrics, Stage stage)
    : metrics_(metrics), stage_(stage), start_ns_(SteadyNs()) {}

StageTimer::~StageTimer() {
  metrics_.Observe(stage_, static_cast<double>(SteadyNs() - start_ns_) / 1e9);
}

}  // namespace facegate::core
