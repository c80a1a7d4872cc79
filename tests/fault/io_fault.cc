// A library that makes one file system call fail, for log_fault_test.py: it stands before libc in a
// program that is not built for it (LD_PRELOAD).
//
// It counts the calls that change files below $FAULT_DIR, from the program's start on, and has the
// call of number $FAULT_AT end as $FAULT says:
//   EIO, ENOSPC   it fails with that error, and nothing is done
//   SHORT         a write does half of its work and says so; others are as they were
//   KILL          the process is killed before the call
//   KILL_AFTER    and after it
// Without $FAULT_AT it only counts. How many calls there were is in $FAULT_COUNT, a file, as soon
// as each is counted.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

template <class F>
F* Real(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

const char* Setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool IsBelowOurs(const char* path) {
  const std::string_view folder = Setting("FAULT_DIR");
  return !folder.empty() && std::string_view(path).substr(0, folder.size()) == folder;
}

bool IsOurs(int fd) {
  char link[64];
  char path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return false;
  path[size] = '\0';
  return IsBelowOurs(path);
}

enum class Fault { kNone, kError, kShort, kKillAfter };

// Counts a call, and says what becomes of it.
Fault Next() {
  static std::atomic<int> calls{0};
  const int number = ++calls;
  if (const char* path = Setting("FAULT_COUNT"); *path != '\0') {
    const int fd = Real<int(const char*, int, ...)>("open")(path, O_WRONLY | O_CREAT, 0600);
    char text[16];
    const int size = std::snprintf(text, sizeof text, "%8d", number);
    const auto put = Real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
    if (fd < 0 || put(fd, text, static_cast<size_t>(size), 0) != size) std::abort();
    close(fd);
  }
  if (number != std::atoi(Setting("FAULT_AT"))) return Fault::kNone;
  const std::string_view fault = Setting("FAULT");
  if (fault == "KILL") kill(getpid(), SIGKILL);
  if (fault == "KILL_AFTER") return Fault::kKillAfter;
  if (fault == "SHORT") return Fault::kShort;
  errno = fault == "ENOSPC" ? ENOSPC : EIO;
  return Fault::kError;
}

template <class R, class Call>
R Done(Fault fault, Call call) {
  if (fault == Fault::kError) return -1;
  const R result = call();
  if (fault == Fault::kKillAfter) kill(getpid(), SIGKILL);
  return result;
}

size_t Bytes(Fault fault, size_t count) {
  return fault == Fault::kShort && count > 1 ? count / 2 : count;
}

ssize_t PositionedWrite(const char* name, int fd, const void* data, size_t count, off_t at) {
  const auto real = Real<ssize_t(int, const void*, size_t, off_t)>(name);
  if (!IsOurs(fd)) return real(fd, data, count, at);
  const Fault fault = Next();
  return Done<ssize_t>(fault, [&] { return real(fd, data, Bytes(fault, count), at); });
}

int OfDescriptor(const char* name, int fd) {
  const auto real = Real<int(int)>(name);
  if (!IsOurs(fd)) return real(fd);
  return Done<int>(Next(), [&] { return real(fd); });
}

int Truncate(const char* name, int fd, off_t size) {
  const auto real = Real<int(int, off_t)>(name);
  if (!IsOurs(fd)) return real(fd, size);
  return Done<int>(Next(), [&] { return real(fd, size); });
}

}  // namespace

extern "C" {

ssize_t pwrite(int fd, const void* data, size_t count, off_t at) {
  return PositionedWrite("pwrite", fd, data, count, at);
}
ssize_t pwrite64(int fd, const void* data, size_t count, off_t at) {
  return PositionedWrite("pwrite64", fd, data, count, at);
}
ssize_t write(int fd, const void* data, size_t count) {
  const auto real = Real<ssize_t(int, const void*, size_t)>("write");
  if (!IsOurs(fd)) return real(fd, data, count);
  const Fault fault = Next();
  return Done<ssize_t>(fault, [&] { return real(fd, data, Bytes(fault, count)); });
}
int fsync(int fd) { return OfDescriptor("fsync", fd); }
int fdatasync(int fd) { return OfDescriptor("fdatasync", fd); }
int ftruncate(int fd, off_t size) noexcept { return Truncate("ftruncate", fd, size); }
int ftruncate64(int fd, off_t size) noexcept { return Truncate("ftruncate64", fd, size); }
int unlink(const char* path) noexcept {
  const auto real = Real<int(const char*)>("unlink");
  if (!IsBelowOurs(path)) return real(path);
  return Done<int>(Next(), [&] { return real(path); });
}
int rename(const char* from, const char* to) noexcept {
  const auto real = Real<int(const char*, const char*)>("rename");
  if (!IsBelowOurs(to)) return real(from, to);
  return Done<int>(Next(), [&] { return real(from, to); });
}

}  // extern "C"
