// The lock that keeps a second process off what belongs to one: a store's file, a witness's state.
#pragma once

#include <string>

#include "facegate/core/status.h"

namespace facegate::core {

// Held for the life of the object; the kernel lets go of it when the process dies, however it dies.
class FileLock {
 public:
  // Locks `path`, creating it. The lock belongs to the opening, not to the process, so that a
  // second holder in one process is refused as well. Returns FAILED_PRECONDITION STORE_IN_USE,
  // UNAVAILABLE STORE_UNREADABLE.
  static Result<FileLock> Take(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace facegate::core
