// The cameras for which somebody sits: one person at a time.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "facegate/model/ids.h"

namespace facegate::gateway {

// Thread-safe.
class Seats {
 public:
  void Leave(const model::CameraRef& camera) {
    const std::lock_guard lock(mutex_);
    taken_.erase(camera);
  }
  bool Take(const model::CameraRef& camera) {
    const std::lock_guard lock(mutex_);
    return taken_.insert(camera).second;
  }

 private:
  std::mutex mutex_;
  std::set<model::CameraRef> taken_;
};

// A seat that is taken, for as long as it lives. Move-only.
class Seat {
 public:
  // Nothing where somebody sits there.
  static std::optional<Seat> Take(std::shared_ptr<Seats> seats, const model::CameraRef& camera) {
    if (!seats->Take(camera)) return std::nullopt;
    return Seat(std::move(seats), camera);
  }
  Seat(Seat&&) noexcept = default;  // the seats go with it
  Seat& operator=(Seat&&) = delete;
  ~Seat() {
    if (seats_ != nullptr) seats_->Leave(camera_);
  }

 private:
  Seat(std::shared_ptr<Seats> seats, model::CameraRef camera)
      : seats_(std::move(seats)), camera_(std::move(camera)) {}
  std::shared_ptr<Seats> seats_;
  model::CameraRef camera_;
};

}  // namespace facegate::gateway
