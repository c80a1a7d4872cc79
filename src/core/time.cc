#include "facegate/core/time.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace facegate::core {
namespace {

namespace chr = std::chrono;

struct Civil {
  int year, month, day, hour, minute, second, ms;
};

Civil ToCivil(Timestamp t) {
  const chr::sys_time<chr::milliseconds> at{chr::milliseconds(t.unix_ms)};
  const auto day = chr::floor<chr::days>(at);
  const chr::year_month_day ymd(day);
  const auto ms = (at - day).count();
  FG_CHECK(int(ymd.year()) >= 1 && int(ymd.year()) <= 9999);
  return {int(ymd.year()),
          static_cast<int>(unsigned(ymd.month())),
          static_cast<int>(unsigned(ymd.day())),
          static_cast<int>(ms / 3'600'000),
          static_cast<int>(ms / 60'000 % 60),
          static_cast<int>(ms / 1'000 % 60),
          static_cast<int>(ms % 1'000)};
}

Status BadTimestamp() {
  return Status(Code::kInvalidArgument, "BAD_TIMESTAMP",
                "expected RFC 3339, such as 2026-11-23T08:30:00Z");
}

// Reads exactly `width` digits at `pos`, moving it on; -1 if they are not there.
int Digits(std::string_view text, std::size_t& pos, std::size_t width) {
  if (pos + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const char c = text[pos + i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  pos += width;
  return value;
}

bool Literal(std::string_view text, std::size_t& pos, char c) {
  if (pos >= text.size() || text[pos] != c) return false;
  ++pos;
  return true;
}

// The fraction after the seconds, cut to milliseconds; -1 if malformed.
int FractionMs(std::string_view text, std::size_t& pos) {
  if (pos >= text.size() || text[pos] != '.') return 0;
  ++pos;
  int ms = 0;
  int digits = 0;
  while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9') {
    if (digits < 3) ms = ms * 10 + (text[pos] - '0');
    ++digits;
    ++pos;
  }
  if (digits < 1 || digits > 9) return -1;
  for (; digits < 3; ++digits) ms *= 10;
  return ms;
}

// The offset in minutes east of UTC; nothing if malformed.
bool OffsetMinutes(std::string_view text, std::size_t& pos, int& minutes) {
  minutes = 0;
  if (Literal(text, pos, 'Z')) return true;
  if (pos >= text.size() || (text[pos] != '+' && text[pos] != '-')) return false;
  const int sign = text[pos++] == '-' ? -1 : 1;
  const int hours = Digits(text, pos, 2);
  if (hours < 0 || hours > 23 || !Literal(text, pos, ':')) return false;
  const int rest = Digits(text, pos, 2);
  if (rest < 0 || rest > 59) return false;
  minutes = sign * (hours * 60 + rest);
  return true;
}

}  // namespace

std::string FormatRfc3339(Timestamp t) {
  const Civil c = ToCivil(t);
  std::array<char, 64> buffer;
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year,
                c.month, c.day, c.hour, c.minute, c.second, c.ms);
  return buffer.data();
}

std::string FormatDay(Timestamp t) { return FormatRfc3339(t).substr(0, 10); }

Result<Timestamp> ParseRfc3339(std::string_view text) {
  std::size_t pos = 0;
  const int year = Digits(text, pos, 4);
  if (year < 1 || !Literal(text, pos, '-')) return BadTimestamp();
  const int month = Digits(text, pos, 2);
  if (month < 0 || !Literal(text, pos, '-')) return BadTimestamp();
  const int day = Digits(text, pos, 2);
  if (day < 0 || !Literal(text, pos, 'T')) return BadTimestamp();
  const int hour = Digits(text, pos, 2);
  if (hour < 0 || hour > 23 || !Literal(text, pos, ':')) return BadTimestamp();
  const int minute = Digits(text, pos, 2);
  if (minute < 0 || minute > 59 || !Literal(text, pos, ':')) return BadTimestamp();
  const int second = Digits(text, pos, 2);
  if (second < 0 || second > 59) return BadTimestamp();
  const int ms = FractionMs(text, pos);
  if (ms < 0) return BadTimestamp();
  int offset = 0;
  if (!OffsetMinutes(text, pos, offset) || pos != text.size()) return BadTimestamp();

  const chr::year_month_day ymd{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                chr::day(static_cast<unsigned>(day))};
  if (!ymd.ok()) return BadTimestamp();
  const auto days = chr::sys_days(ymd).time_since_epoch().count();
  const Timestamp at{days * kMsPerDay + ((hour * 60LL + minute - offset) * 60 + second) * 1'000 +
                     ms};
  // An offset can push a valid civil time out of the years that can be written.
  if (at < Timestamp{-62'135'596'800'000} || at > Timestamp{253'402'300'799'999}) {
    return BadTimestamp();
  }
  return at;
}

Timestamp SystemClock::Now() const {
  return {
      chr::duration_cast<chr::milliseconds>(chr::system_clock::now().time_since_epoch()).count()};
}

std::int64_t SystemClock::SteadyNs() const {
  return chr::duration_cast<chr::nanoseconds>(chr::steady_clock::now().time_since_epoch()).count();
}

}  // namespace facegate::core
