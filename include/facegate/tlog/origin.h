// The origins of a log and of those that succeeded it; facegate's own, no part of C2SP's formats.
//
// A log of which records were lost is never gone on with: another one, with another origin, begins
// with the records that are left. "gate.example/acme" is succeeded by "gate.example/acme~2", and
// that by "gate.example/acme~3". See docs/AUDIT_FORMAT.md, "Succession".
#pragma once

#include <string>
#include <string_view>

namespace facegate::tlog {

struct Origin {
  std::string base;  // that of the first of them
  int number = 1;    // 1: the first

  bool operator==(const Origin&) const = default;
};

// No log is succeeded as often.
inline constexpr int kOriginNumberMax = 99;

// "base" or "base~2". Requires: 0 < number <= kOriginNumberMax.
std::string OriginName(const Origin& origin);
// What a name says. One that ends in anything but a number from 2 on, written as OriginName does,
// is a base.
Origin ParseOrigin(std::string_view name);
// What a checkpoint says it is of, in its first line. Of none, a base of no name.
Origin OriginIn(std::string_view checkpoint);

}  // namespace facegate::tlog
