// Two copies of one log, or of it and one that succeeded it, taken at different times or by
// different people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/json.h"
#include "facegate/core/status.h"
#include "facegate/report/log_copy.h"

namespace facegate::report {

enum class CopyRelation {
  kSame,
  kExtends,   // the later one begins with the earlier one's records, and goes on
  kSucceeds,  // the later one's log succeeds the earlier one's, and has what it says is left of it
  kFork,      // they hold different records
  // The later one ends before the earlier one does, with the same records so far, or is of a log
  // that the earlier one's succeeded.
  kRollback,
  kDamage,   // one of them does not verify
  kMissing,  // one of them lacks files
};
// "SAME", "EXTENDS", "SUCCEEDS", "FORK", "ROLLBACK", "DAMAGE", "MISSING".
std::string_view CopyRelationWord(CopyRelation relation);

struct Comparison {
  CopyRelation relation = CopyRelation::kSame;
  CopyReport earlier;
  CopyReport later;
  // With kFork: the first record that differs. Absent where it is among lost ones.
  std::optional<std::uint64_t> first_difference;
  // What one copy says of the log of the other, which its own succeeds: always with kSucceeds,
  // where the later one says it.
  std::optional<Succession> succession;
  // With kSucceeds: how many of the earlier copy's records are not in the later one.
  std::uint64_t RecordsMissing() const;
  std::vector<Unproved> unproved;
  // The later copy is the same log, or one that succeeds it, and has all that the earlier one has.
  bool ok() const;
};

// Verifies both, with the options but for `older_checkpoint` and `visit`, then compares. That the
// later one extends the earlier one is proved by a consistency proof; that it succeeds it, by the
// record that says so and the root of the records that are left. A log that others have more of
// than its successor says there was, or with another end, is a fork.
// Returns NOT_FOUND COPY_NOT_FOUND.
core::Result<Comparison> CompareLogCopies(const std::string& earlier, const std::string& later,
                                          const LogKeys& keys, const Progress& progress,
                                          const CopyOptions& options = {});

std::string ComparisonText(const Comparison& comparison);
core::Json ComparisonJson(const Comparison& comparison);

}  // namespace facegate::report
