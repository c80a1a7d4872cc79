// Points in time as facegate stores them: milliseconds since the Unix epoch, UTC.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "facegate/core/status.h"

namespace facegate::core {

// A wall-clock time. Ordered, trivially copyable.
struct Timestamp {
  std::int64_t unix_ms = 0;
  auto operator<=>(const Timestamp&) const = default;  // NOLINT(modernize-use-nullptr)
};

constexpr std::int64_t kMsPerDay = 86'400'000;

constexpr Timestamp operator+(Timestamp t, std::int64_t ms) { return {t.unix_ms + ms}; }
constexpr std::int64_t operator-(Timestamp a, Timestamp b) { return a.unix_ms - b.unix_ms; }

// RFC 3339, UTC, exactly three decimals: "2026-11-23T08:30:00.000Z".
// Requires: the year lies in 0001..9999.
std::string FormatRfc3339(Timestamp t);
// The UTC calendar day, "2026-11-23".
std::string FormatDay(Timestamp t);
// Accepts RFC 3339 with "Z" or a numeric offset and up to nine decimals (cut to milliseconds).
// Returns INVALID_ARGUMENT BAD_TIMESTAMP for anything else, an impossible date among it.
Result<Timestamp> ParseRfc3339(std::string_view text);

// Where the time comes from. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time; may jump.
  virtual Timestamp Now() const = 0;
  // Nanoseconds that never go back; for durations only.
  virtual std::int64_t SteadyNs() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  Timestamp Now() const override;
  std::int64_t SteadyNs() const override;
};

// How long a caller still waits, and whether it went away. Checked before each costly stage.
class Deadline {
 public:
  virtual ~Deadline() = default;
  // CANCELLED or DEADLINE_EXCEEDED, else ok. Thread-safe.
  virtual Status Check() const = 0;
};

// A caller that waits for ever; for tests and local tools.
class NoDeadline final : public Deadline {
 public:
  Status Check() const override { return Status::Ok(); }
};

}  // namespace facegate::core
