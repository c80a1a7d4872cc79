#include "facegate/gateway/sweeper.h"

#include <chrono>
#include <string>

#include "facegate/crypto/primitives.h"

namespace facegate::gateway {

Sweeper::Sweeper(consent::ConsentService& consents, core::Logger& logger, std::int64_t interval_ms)
    : consents_(consents), logger_(logger), interval_ms_(interval_ms), thread_([this] { Run(); }) {}

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
  consent::Caller caller;
  caller.principal.role = model::Role::kOperator;
  caller.principal.fingerprint = "gateway";
  caller.request_id = crypto::RandomUuid();
  const auto swept = consents_.SweepExpired(caller);
  if (!swept.ok()) {
    logger_.Error("sweep_failed", {{"reason", swept.status().reason()}});
  } else if (*swept > 0) {
    logger_.Info("consents_expired", {{"count", std::to_string(*swept)}});
  }
}

}  // namespace facegate::gateway
