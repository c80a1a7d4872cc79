#include "storage/sqlite_pool.h"

#include <utility>

#include "facegate/core/check.h"

namespace facegate::storage::sqlite {

ReaderPool::ReaderPool(const std::string& path, int count, int busy_timeout_ms) {
  FG_CHECK(count >= 1);
  for (int i = 0; i < count; ++i) {
    free_.push_back(
        std::make_unique<Connection>(path, Connection::Mode::kReadOnly, busy_timeout_ms));
  }
}

std::unique_ptr<Connection> ReaderPool::Take() {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock, [this] { return !free_.empty(); });
  std::unique_ptr<Connection> connection = std::move(free_.back());
  free_.pop_back();
  return connection;
}

void ReaderPool::GiveBack(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(connection));
  }
  given_back_.notify_one();
}

}  // namespace facegate::storage::sqlite
