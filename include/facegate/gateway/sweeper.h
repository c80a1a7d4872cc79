// Does, in the background, what falls due with time: expiring consents and images, duties, silent
// alternatives and the gateway's own heartbeats put on record, backups deleted.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "facegate/alternatives/alternative_service.h"
#include "facegate/audit/pruning.h"
#include "facegate/backup/backup.h"
#include "facegate/consent/consent_service.h"
#include "facegate/consent/image_desk.h"
#include "facegate/core/log.h"
#include "facegate/gateway/duty_sweep.h"
#include "facegate/gateway/presence.h"

namespace facegate::gateway {

// Sweeps once at once and then every `interval_ms`, until it goes. A decision never waits for a
// sweep: an expired consent is no consent the moment its time is up; the sweep destroys what rested
// on it.
class Sweeper {
 public:
  // All must outlive it.
  Sweeper(consent::ConsentService& consents, consent::ImageDesk& images, DutySweep& duties,
          alternatives::AlternativeService& alternatives, backup::Keeper& backups,
          audit::LogPruner& pruner, Presence& presence, core::Logger& logger,
          std::int64_t interval_ms);
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

 private:
  void Run();
  void SweepOnce();

  consent::ConsentService& consents_;
  consent::ImageDesk& images_;
  DutySweep& duties_;
  alternatives::AlternativeService& alternatives_;
  backup::Keeper& backups_;
  audit::LogPruner& pruner_;
  Presence& presence_;
  core::Logger& logger_;
  const std::int64_t interval_ms_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace facegate::gateway
