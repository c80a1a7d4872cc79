// What auditors are shown of the logs: the newest checkpoint of each with a quorum of cosignatures.
//
// A thread of its own asks the witnesses; no request waits for them. Where they do not cosign, the
// last one they did stays. See docs/OPERATING.md, witnesses.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "facegate/core/log.h"
#include "facegate/core/metrics.h"
#include "facegate/core/status.h"
#include "facegate/core/time.h"
#include "facegate/model/ids.h"
#include "facegate/storage/store.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/policy.h"
#include "facegate/witness/remote_witness.h"

namespace facegate::publication {

// What happens to decisions while no quorum cosigns.
enum class OnMissingQuorum { kContinue, kStop };

struct PublisherOptions {
  tlog::WitnessPolicy policy;  // its witnesses with an address are asked
  OnMissingQuorum on_missing_quorum = OnMissingQuorum::kContinue;
  std::string data_dir;               // published/<operator>.checkpoint below it; "": nowhere
  std::int64_t interval_ms = 60'000;  // between two rounds
  std::int64_t age_ms_max = 600'000;  // kStop: since a quorum last cosigned
};

// Thread-safe.
class Publisher {
 public:
  // Reads what was published before. Nobody is asked until Start. All references must outlive it.
  //
  // Returns FAILED_PRECONDITION WITNESS_URL_MISSING where the witnesses with an address cannot be a
  // quorum; INVALID_ARGUMENT BAD_WITNESS_URL; DATA_LOSS PUBLISHED_DAMAGED for a file of published/
  // that is no checkpoint; UNAVAILABLE FILE_NOT_WRITTEN.
  static core::Result<std::unique_ptr<Publisher>> Open(const storage::Store& store,
                                                       const core::Clock& clock,
                                                       core::Metrics& metrics, core::Logger& logger,
                                                       PublisherOptions options);
  ~Publisher();  // waits for the witness that is being asked
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Asks at once, and then every interval. At most once.
  void Start();
  // Asks the witnesses about every log, once. Not while the thread runs.
  void Round();

  // The newest checkpoint of the log that a quorum cosigned: a signed note, the log's signature
  // first. Nothing if there is none yet.
  std::optional<std::string> Published(const model::OperatorId& log) const;

  // Whether decisions of that log may be answered. With kStop, UNAVAILABLE WITNESS_DISAGREES while
  // a witness, or what was published before, says that the log was set back or is another; and
  // QUORUM_MISSING unless a quorum cosigned it within age_ms_max, in the life of this process.
  core::Status MayAnswer(const model::OperatorId& log) const;

 private:
  // How one log stands.
  struct Standing {
    std::optional<std::string> published;
    tlog::Checkpoint checkpoint;            // of `published`
    bool is_compared = false;               // with the store, since the start
    std::optional<std::int64_t> quorum_ns;  // steady time of the last quorum in this process
    std::map<std::string, core::Status> disagreements;  // by witness
  };

  Publisher(const storage::Store& store, const core::Clock& clock, core::Metrics& metrics,
            core::Logger& logger, PublisherOptions options);
  core::Status ReadPublished();
  std::string PathOf(const model::OperatorId& log) const;
  void Run();
  core::Status RoundOf(const model::OperatorId& log);
  core::Status Compare(const model::OperatorId& log, std::uint64_t size,
                       const tlog::TileReader& tiles);
  void Collect(const model::OperatorId& log, const tlog::Checkpoint& checkpoint, tlog::Note& note,
               tlog::Prover& prover);
  core::Status Publish(const model::OperatorId& log, const tlog::Checkpoint& checkpoint,
                       const tlog::Note& note);
  void Disagree(const model::OperatorId& log, const std::string& who, const core::Status& why);
  bool IsStopping() const;

  const storage::Store& store_;
  const core::Clock& clock_;
  core::Metrics& metrics_;
  core::Logger& logger_;
  const PublisherOptions options_;
  std::vector<witness::RemoteWitness> witnesses_;  // the asking thread's own
  std::vector<bool> is_down_;                      // likewise, in this round

  mutable std::mutex mutex_;
  mutable std::condition_variable wake_;
  mutable bool is_wanted_ = false;  // somebody asks for a log that no round has seen
  bool stopping_ = false;
  std::map<model::OperatorId, Standing> standings_;
  std::thread thread_;
};

}  // namespace facegate::publication
