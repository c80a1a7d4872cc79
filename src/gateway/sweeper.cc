#include "facegate/gateway/sweeper.h"

#include <chrono>
#include <string>

#include "facegate/crypto/primitives.h"

namespace facegate::gateway {

Sweeper::Sweeper(consent::ConsentService& consents, consent::ImageDesk& images, DutySweep& duties,
                 alternatives::AlternativeService& alternatives, backup::Keeper& backups,
                 audit::LogPruner& pruner, Presence& presence, core::Logger& logger,
                 std::int64_t interval_ms)
    : consents_(consents),
      images_(images),
      duties_(duties),
      alternatives_(alternatives),
      backups_(backups),
      pruner_(pruner),
      presence_(presence),
      logger_(logger),
      interval_ms_(interval_ms),
      thread_([this] { Run(); }) {}

Sweeper::~Sweeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Sweeper::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    SweepOnce();
    lock.lock();
    wake_.wait_for(lock, std::chrono::milliseconds(interval_ms_), [this] { return stopping_; });
  }
}

void Sweeper::SweepOnce() {
  const auto beats = presence_.Beat();
  if (!beats.ok()) logger_.Error("heartbeat_failed", {{"reason", beats.status().reason()}});
  const auto swept = consents_.SweepExpired({audit::GatewayItself(), crypto::RandomUuid()});
  if (!swept.ok()) {
    logger_.Error("sweep_failed", {{"reason", swept.status().reason()}});
  } else if (*swept > 0) {
    logger_.Info("consents_expired", {{"count", std::to_string(*swept)}});
  }
  const auto images = images_.SweepExpired({audit::GatewayItself(), crypto::RandomUuid()});
  if (!images.ok()) {
    logger_.Error("image_sweep_failed", {{"reason", images.status().reason()}});
  } else if (*images > 0) {
    logger_.Info("images_expired", {{"count", std::to_string(*images)}});
  }
  const auto duties = duties_.Run();
  if (!duties.ok()) {
    logger_.Error("duty_sweep_failed", {{"reason", duties.status().reason()}});
  } else if (duties->thresholds + duties->expiries + duties->consents_ended +
                 duties->people_erased >
             0) {
    logger_.Info("duties_swept", {{"thresholds", std::to_string(duties->thresholds)},
                                  {"expiries", std::to_string(duties->expiries)},
                                  {"consents_ended", std::to_string(duties->consents_ended)},
                                  {"people_erased", std::to_string(duties->people_erased)}});
  }
  const auto pruned = backups_.PruneExpired();
  if (!pruned.ok()) {
    logger_.Error("backups_not_pruned", {{"reason", pruned.status().reason()}});
  } else if (*pruned > 0) {
    logger_.Info("backups_expired", {{"count", std::to_string(*pruned)}});
  }
  const auto records = pruner_.Run();
  if (!records.ok()) {
    logger_.Error("log_not_pruned", {{"reason", records.status().reason()}});
  } else if (*records > 0) {
    logger_.Info("log_pruned", {{"records", std::to_string(*records)}});
  }
  const auto silent = alternatives_.SweepSilent({audit::GatewayItself(), crypto::RandomUuid()});
  if (!silent.ok()) {
    logger_.Error("alternatives_sweep_failed", {{"reason", silent.status().reason()}});
  } else if (*silent > 0) {
    logger_.Warn("alternatives_silent", {{"access_points", std::to_string(*silent)}});
  }
}

}  // namespace facegate::gateway
