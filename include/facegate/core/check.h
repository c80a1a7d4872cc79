// FG_CHECK: the form of "we are wrong". A broken contract ends the process; it is never an error
// that a caller handles, and never a grant.
#pragma once

namespace facegate::core {

// Writes `file:line: check failed: what` to stderr and aborts. Async-signal-safe, no allocation.
[[noreturn]] void CheckFailed(const char* file, int line, const char* what) noexcept;

}  // namespace facegate::core

#define FG_CHECK(condition)                                                          \
  do {                                                                               \
    if (!(condition)) ::facegate::core::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)
