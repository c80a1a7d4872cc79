#include "facegate/core/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace facegate::core {
namespace {

Status IoError(const std::string& what, const std::string& path) {
  return Status(Code::kUnavailable, "FILE_NOT_WRITTEN",
                what + " " + path + ": " + std::strerror(errno));
}

// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

Status SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return IoError("cannot sync the folder", folder);
  return Status::Ok();
}

}  // namespace

Status ReplaceFile(const std::string& path, std::string_view content) {
  const std::string next = path + ".next";
  {
    const Descriptor fd(
        ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd.get() < 0) return IoError("cannot create", next);
    if (!WriteAll(fd.get(), content)) return IoError("cannot write", next);
    if (::fdatasync(fd.get()) != 0) return IoError("cannot sync", next);
  }
  if (::rename(next.c_str(), path.c_str()) != 0) return IoError("cannot replace", path);
  return SyncFolderOf(path);
}

Status OverwriteInFile(const std::string& path, std::size_t offset, std::string_view content) {
  const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd.get() < 0) return IoError("cannot open", path);
  if (::lseek(fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
    return IoError("cannot seek in", path);
  }
  if (!WriteAll(fd.get(), content)) return IoError("cannot write", path);
  // Starts the write-out and does not wait for it.
  if (::sync_file_range(fd.get(), static_cast<off64_t>(offset),
                        static_cast<off64_t>(content.size()), SYNC_FILE_RANGE_WRITE) != 0) {
    return IoError("cannot write out", path);
  }
  return Status::Ok();
}

Status AppendToFile(const std::string& path, std::string_view content) {
  const bool is_new = ::access(path.c_str(), F_OK) != 0;
  const Descriptor fd(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd.get() < 0) return IoError("cannot open", path);
  if (!WriteAll(fd.get(), content)) return IoError("cannot write", path);
  if (::fdatasync(fd.get()) != 0) return IoError("cannot sync", path);
  return is_new ? SyncFolderOf(path) : Status::Ok();
}

Result<std::string> ReadWholeFile(const std::string& path, std::size_t bytes_max) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return Status(Code::kNotFound, "FILE_MISSING", "cannot read " + path);
  if (size > bytes_max) {
    return Status(Code::kDataLoss, "FILE_TOO_LARGE", path + " is larger than it can be");
  }
  std::ifstream file(path, std::ios::binary);
  std::string content(static_cast<std::size_t>(size), '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file) return Status(Code::kUnavailable, "FILE_UNREADABLE", "cannot read " + path);
  return content;
}

Status MakeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return IoError("cannot make the folder", path);
  }
  return Status::Ok();
}

}  // namespace facegate::core
