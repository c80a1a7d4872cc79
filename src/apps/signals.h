// Signals as something to wait for.
#pragma once

#include <chrono>
#include <optional>

namespace facegate::apps {

// SIGTERM, SIGINT and SIGHUP from its creation on, in the order in which they come. One a process.
//
// A handler puts them into a pipe. Blocking them would not do: libraries start threads before main,
// which do not inherit what main blocks, and such a thread would end the process.
class Signals {
 public:
  Signals();
  ~Signals();  // the signals have their default effect again
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The next one; waits for it. One thread at a time.
  int Wait();
  // The next one, or nothing if none comes within that time.
  std::optional<int> WaitFor(std::chrono::milliseconds time);

 private:
  int read_end_ = -1;
};

}  // namespace facegate::apps
