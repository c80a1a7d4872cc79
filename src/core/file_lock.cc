#include "facegate/core/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace facegate::core {

Result<FileLock> FileLock::Take(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    return Status(Code::kUnavailable, "STORE_UNREADABLE", path + ": " + std::strerror(errno));
  }
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(file);
    if (error == EWOULDBLOCK) {
      return Status(Code::kFailedPrecondition, "STORE_IN_USE",
                    path + ": held by another server; stop it first");
    }
    return Status(Code::kUnavailable, "STORE_UNREADABLE", path + ": " + std::strerror(error));
  }
  return FileLock(file);
}

FileLock::FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

FileLock::~FileLock() {
  // The file stays: removing it would let two processes hold locks on two files of one name.
  if (file_ >= 0) close(file_);
}

}  // namespace facegate::core
