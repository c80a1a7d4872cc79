#include "storage/sqlite_pool.h"

#include <chrono>
#include <utility>

#include "facegate/core/check.h"

namespace facegate::storage::sqlite {

ReaderPool::Quiet::Quiet(ReaderPool& pool, int wait_ms) : pool_(pool) {
  std::unique_lock lock(pool_.mutex_);
  FG_CHECK(!pool_.is_quiet_);
  pool_.is_quiet_ = true;
  pool_.given_back_.wait_for(lock, std::chrono::milliseconds(wait_ms),
                             [this] { return pool_.free_.size() == pool_.count_; });
  for (const auto& reader : pool_.free_) reader->ForgetPages();
}

ReaderPool::Quiet::~Quiet() {
  {
    const std::lock_guard lock(pool_.mutex_);
    pool_.is_quiet_ = false;
  }
  pool_.given_back_.notify_all();
}

ReaderPool::ReaderPool(const std::string& path, int count, int busy_timeout_ms)
    : count_(static_cast<std::size_t>(count)) {
  FG_CHECK(count >= 1);
  for (int i = 0; i < count; ++i) {
    free_.push_back(
        std::make_unique<Connection>(path, Connection::Mode::kReadOnly, busy_timeout_ms));
  }
}

std::unique_ptr<Connection> ReaderPool::Take() {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock, [this] { return !is_quiet_ && !free_.empty(); });
  std::unique_ptr<Connection> connection = std::move(free_.back());
  free_.pop_back();
  return connection;
}

void ReaderPool::GiveBack(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
  }
  // All: a reader that waits, and whoever waits for quiet.
  given_back_.notify_all();
}

}  // namespace facegate::storage::sqlite
