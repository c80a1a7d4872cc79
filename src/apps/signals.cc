#include "apps/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "facegate/core/check.h"

namespace facegate::apps {
namespace {

constexpr std::array kSignals{SIGTERM, SIGINT, SIGHUP};

// A handler is given nothing but the number, so that this cannot be a member.
std::atomic<int> write_end{-1};
static_assert(std::atomic<int>::is_always_lock_free, "or a handler could wait for itself");

void Handle(int signal) {
  const int saved = errno;
  const auto byte = static_cast<char>(signal);
  // Full means thousands that nobody looked at: one more says nothing new.
  [[maybe_unused]] const ssize_t written = write(write_end.load(), &byte, 1);
  errno = saved;
}

void Install(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : kSignals) FG_CHECK(sigaction(signal, &action, nullptr) == 0);
}

}  // namespace

Signals::Signals() {
  std::array<int, 2> ends{};
  FG_CHECK(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  read_end_ = ends[0];
  int none = -1;
  FG_CHECK(write_end.compare_exchange_strong(none, ends[1]));
  Install(Handle);
}

Signals::~Signals() {
  Install(SIG_DFL);
  // The other end stays open: a handler may still be running in another thread.
  write_end.store(-1);
  close(read_end_);
}

int Signals::Wait() {
  while (true) {
    if (const auto signal = WaitFor(std::chrono::hours(1))) return *signal;
  }
}

std::optional<int> Signals::WaitFor(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (true) {
    char byte = 0;
    if (read(read_end_, &byte, 1) == 1) return byte;
    const auto rest =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (rest.count() <= 0) return std::nullopt;
    pollfd wanted{read_end_, POLLIN, 0};
    (void)poll(&wanted, 1, static_cast<int>(rest.count()));
  }
}

}  // namespace facegate::apps
