// Two copies of one log, taken at different times or by different people.
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
  kFork,      // they hold different records
  kRollback,  // the later one ends before the earlier one does, with the same records so far
  kDamage,    // one of them does not verify
  kMissing,   // one of them lacks files
};
// "SAME", "EXTENDS", "FORK", "ROLLBACK", "DAMAGE", "MISSING".
std::string_view CopyRelationWord(CopyRelation relation);

struct Comparison {
  CopyRelation relation = CopyRelation::kSame;
  CopyReport earlier;
  CopyReport later;
  std::optional<std::uint64_t> first_difference;  // with kFork: the first record that differs
  std::vector<Unproved> unproved;
  // The later copy is the same log, and lost nothing.
  bool ok() const { return relation == CopyRelation::kSame || relation == CopyRelation::kExtends; }
};

// Verifies both, with the options but for `older_checkpoint` and `visit`, then compares. That the
// later one extends the earlier one is proved by a consistency proof.
// Returns NOT_FOUND COPY_NOT_FOUND.
core::Result<Comparison> CompareLogCopies(const std::string& earlier, const std::string& later,
                                          const LogKeys& keys, const Progress& progress,
                                          const CopyOptions& options = {});

std::string ComparisonText(const Comparison& comparison);
core::Json ComparisonJson(const Comparison& comparison);

}  // namespace facegate::report
