#include "facegate/report/compare.h"

#include <algorithm>
#include <utility>

#include "facegate/report/copy_reader.h"

namespace facegate::report {
namespace {

CopyRelation RelationOf(const CopyFault& fault) {
  return fault.kind == FaultKind::kMissing ? CopyRelation::kMissing : CopyRelation::kDamage;
}

// The first record that differs. Requires: the first `size` records are not the same in both.
core::Result<std::uint64_t> FirstDifference(const CopyReader& earlier, const CopyReader& later,
                                            std::uint64_t size) {
  std::uint64_t same = 0;  // so many are
  std::uint64_t differ = size;
  while (differ - same > 1) {
    const std::uint64_t middle = same + (differ - same) / 2;
    FG_ASSIGN_OR_RETURN(const tlog::Hash256 a, earlier.Root(middle));
    FG_ASSIGN_OR_RETURN(const tlog::Hash256 b, later.Root(middle));
    (a == b ? same : differ) = middle;
  }
  return same;
}

// The record with which the successor's log, or one before it, succeeded the closed one's.
std::optional<Succession> SuccessionOf(const CopyReport& closed, const CopyReport& successor) {
  const auto& all = successor.successions;
  const auto found = std::find_if(all.begin(), all.end(), [&closed](const Succession& one) {
    return one.previous_origin == closed.checkpoint.origin;
  });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

// What two good copies are to each other where the log of one succeeds that of the other: a fork
// where the closed one has other records than it is said to have had.
core::Status RelateSuccessor(const CopyReader& closed, const CopyReader& successor,
                             const Succession& succession, Comparison& comparison) {
  const tlog::Checkpoint& end = closed.checkpoint();
  const std::uint64_t left = std::min(end.size, succession.record);
  FG_ASSIGN_OR_RETURN(const tlog::Hash256 had, closed.Root(left));
  FG_ASSIGN_OR_RETURN(const tlog::Hash256 has, successor.Root(left));
  comparison.relation = CopyRelation::kFork;
  if (had != has) {
    FG_ASSIGN_OR_RETURN(comparison.first_difference, FirstDifference(closed, successor, left));
  } else if (end.size > succession.previous_size) {
    comparison.first_difference = succession.previous_size;
  } else if (end.size < succession.previous_size || end.root == succession.previous_root) {
    comparison.relation = CopyRelation::kSucceeds;
    comparison.succession = succession;
  }
  return core::Status::Ok();
}

// What two good copies are to each other.
core::Status Relate(const CopyReader& earlier, const CopyReader& later, Comparison& comparison) {
  if (const auto succession = SuccessionOf(comparison.earlier, comparison.later)) {
    return RelateSuccessor(earlier, later, *succession, comparison);
  }
  if (const auto succession = SuccessionOf(comparison.later, comparison.earlier)) {
    FG_RETURN_IF_ERROR(RelateSuccessor(later, earlier, *succession, comparison));
    if (comparison.succession) comparison.relation = CopyRelation::kRollback;
    return core::Status::Ok();
  }
  const std::uint64_t before = earlier.checkpoint().size;
  const std::uint64_t after = later.checkpoint().size;
  const bool holds = before <= after ? later.ProveExtends(earlier.checkpoint()).ok()
                                     : earlier.ProveExtends(later.checkpoint()).ok();
  if (!holds) {
    comparison.relation = CopyRelation::kFork;
    FG_ASSIGN_OR_RETURN(comparison.first_difference,
                        FirstDifference(earlier, later, std::min(before, after)));
  } else if (before == after) {
    comparison.relation = CopyRelation::kSame;
  } else {
    comparison.relation = before < after ? CopyRelation::kExtends : CopyRelation::kRollback;
  }
  return core::Status::Ok();
}

// Of lost records there may be several, each told once.
bool IsTold(const Unproved& unproved, const Unproved& told) {
  if (unproved.reason != told.reason) return false;
  return unproved.reason != "RECORDS_LOST" || unproved.what == told.what;
}

void TellUnproved(Comparison& comparison) {
  for (const CopyReport* report : {&comparison.later, &comparison.earlier}) {
    for (const Unproved& unproved : report->unproved) {
      // Of the later one the earlier one is the older checkpoint.
      if (unproved.reason == "NO_OLDER_CHECKPOINT" && report == &comparison.later) continue;
      const bool is_told =
          std::any_of(comparison.unproved.begin(), comparison.unproved.end(),
                      [&unproved](const Unproved& told) { return IsTold(unproved, told); });
      if (is_told) continue;
      comparison.unproved.push_back(unproved);
      if (unproved.reason == "NO_OLDER_CHECKPOINT") {
        comparison.unproved.back().what =
            "whether its end was cut off before the earlier copy was made";
      }
    }
  }
}

std::string SuccessionText(const Comparison& comparison) {
  std::string text = "the later copy's log succeeds the earlier one's, with its first " +
                     std::to_string(comparison.succession->record) + " records; ";
  const std::uint64_t missing = comparison.RecordsMissing();
  if (missing == 0) return text + "none of the earlier copy's is missing";
  return text + std::to_string(missing) + " of the earlier copy's are not in it";
}

}  // namespace

std::string_view CopyRelationWord(CopyRelation relation) {
  switch (relation) {
    case CopyRelation::kSame:
      return "SAME";
    case CopyRelation::kExtends:
      return "EXTENDS";
    case CopyRelation::kSucceeds:
      return "SUCCEEDS";
    case CopyRelation::kFork:
      return "FORK";
    case CopyRelation::kRollback:
      return "ROLLBACK";
    case CopyRelation::kDamage:
      return "DAMAGE";
    case CopyRelation::kMissing:
      return "MISSING";
  }
  return "DAMAGE";
}

std::uint64_t Comparison::RecordsMissing() const {
  if (relation != CopyRelation::kSucceeds) return 0;
  return earlier.checkpoint.size - std::min(earlier.checkpoint.size, succession->record);
}

bool Comparison::ok() const {
  return relation == CopyRelation::kSame || relation == CopyRelation::kExtends ||
         (relation == CopyRelation::kSucceeds && RecordsMissing() == 0);
}

core::Result<Comparison> CompareLogCopies(const std::string& earlier, const std::string& later,
                                          const LogKeys& keys, const Progress& progress,
                                          const CopyOptions& options) {
  CopyOptions own = options;
  own.older_checkpoint.reset();
  own.visit = nullptr;
  Comparison comparison;
  FG_ASSIGN_OR_RETURN(comparison.earlier, VerifyLogCopy(earlier, keys, progress, own));
  FG_ASSIGN_OR_RETURN(comparison.later, VerifyLogCopy(later, keys, progress, own));
  for (const CopyReport* report : {&comparison.earlier, &comparison.later}) {
    if (report->ok()) continue;
    comparison.relation = RelationOf(*report->fault);
    return comparison;
  }
  FG_ASSIGN_OR_RETURN(const CopyReader before, CopyReader::Open(earlier, keys));
  FG_ASSIGN_OR_RETURN(const CopyReader after, CopyReader::Open(later, keys));
  FG_RETURN_IF_ERROR(Relate(before, after, comparison));
  TellUnproved(comparison);
  return comparison;
}

std::string ComparisonText(const Comparison& comparison) {
  std::string text = std::string(CopyRelationWord(comparison.relation)) + ": ";
  const std::string before = std::to_string(comparison.earlier.checkpoint.size);
  const std::string after = std::to_string(comparison.later.checkpoint.size);
  switch (comparison.relation) {
    case CopyRelation::kSame:
      text += "both are the same " + after + " records";
      break;
    case CopyRelation::kExtends:
      text +=
          "proved: the later copy is the earlier one's " + before + " records and " +
          std::to_string(comparison.later.checkpoint.size - comparison.earlier.checkpoint.size) +
          " more";
      break;
    case CopyRelation::kSucceeds:
      text += SuccessionText(comparison);
      break;
    case CopyRelation::kFork:
      text += "the operator signed two histories";
      if (comparison.first_difference) {
        text +=
            "; the first record that differs is " + std::to_string(*comparison.first_difference);
      }
      break;
    case CopyRelation::kRollback:
      text += comparison.succession ? "the later copy is of " + comparison.later.checkpoint.origin +
                                          ", which the earlier one's log succeeded"
                                    : "the later copy has only the first " + after +
                                          " of the earlier one's " + before + " records";
      break;
    case CopyRelation::kDamage:
    case CopyRelation::kMissing:
      text += comparison.earlier.ok() ? "the later copy: " + CopyReportText(comparison.later)
                                      : "the earlier copy: " + CopyReportText(comparison.earlier);
      break;
  }
  for (const Unproved& unproved : comparison.unproved) {
    text += "\n  not shown: " + unproved.reason + ": " + unproved.what;
  }
  return text;
}

core::Json ComparisonJson(const Comparison& comparison) {
  core::Json json = core::Json::MakeObject();
  json.Set("ok", comparison.ok()).Set("relation", CopyRelationWord(comparison.relation));
  if (comparison.first_difference) json.Set("firstDifference", *comparison.first_difference);
  if (comparison.relation == CopyRelation::kSucceeds) {
    json.Set("recordsMissing", comparison.RecordsMissing());
  }
  json.Set("earlier", CopyReportJson(comparison.earlier))
      .Set("later", CopyReportJson(comparison.later))
      .Set("unproved", UnprovedJson(comparison.unproved));
  return json;
}

}  // namespace facegate::report
