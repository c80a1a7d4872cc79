// Counters and durations that the pipeline reports. rpc exposes them to Prometheus; tests count.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace facegate::core {

// Monotone counts. Names and meanings are in docs/API.md; CounterName gives the wire name.
enum class Counter {
  kRequests,
  kGranted,
  kDenied,
  kFaults,
  kFramesDecoded,
  kFacesSeen,
  kFacesEmbedded,
  kFacesIgnored,
  kComparisons,
  kRecords,
  kLogCommits,
  kPermitsAbandoned,
  kQueueRejections,
  kCheckpointsPublished,
  kWitnessFailures,
  kWitnessDisagreements,
  kCount_,
};

// Durations of stages, in seconds.
enum class Stage {
  kDecide,
  kDecode,
  kDetect,
  kAlign,
  kEmbed,
  kMatch,
  kCommit,
  kRequest,
  kCount_,
};

// "facegate_frames_decoded_total".
std::string_view CounterName(Counter counter);
// "decode".
std::string_view StageName(Stage stage);

// Thread-safe; never blocks for long, never fails.
class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual void Add(Counter counter, std::uint64_t n = 1) = 0;
  virtual void Observe(Stage stage, double seconds) = 0;
  // The count since start.
  virtual std::uint64_t Value(Counter counter) const = 0;
};

// Counts and totals of durations in memory, without an exporter.
class MemoryMetrics final : public Metrics {
 public:
  void Add(Counter counter, std::uint64_t n = 1) override;
  void Observe(Stage stage, double seconds) override;
  std::uint64_t Value(Counter counter) const override;
  // Sum of the observed durations in seconds, and how many there were.
  double TotalSeconds(Stage stage) const;
  std::uint64_t Observations(Stage stage) const;

 private:
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::kCount_)> counts_{};
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Stage::kCount_)> total_ns_{};
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Stage::kCount_)> observed_{};
};

// Observes a stage from construction to destruction. `metrics` must outlive it.
class StageTimer {
 public:
  StageTimer(Metrics& metrics, Stage stage);
  ~StageTimer();
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  Metrics& metrics_;
  Stage stage_;
  std::int64_t start_ns_;
};

}  // namespace facegate::core
