#include "facegate/alternatives/comparison.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "facegate/core/json.h"

namespace facegate::alternatives {
namespace {

using core::Json;
using core::Result;
using core::Status;

constexpr std::size_t kPageSize = 500;

// A way through, and the times of which only the spread is told.
struct Way {
  WayFigures figures;
  std::vector<std::int64_t> took_ms;
  std::vector<std::int64_t> waited_ms;
};
using Ways = std::map<std::pair<std::string, model::CredentialKind>, Way>;

Status BadRecord() {
  return Status(core::Code::kDataLoss, "BAD_RECORD", "a record of the log is no decision");
}

bool IsFault(std::string_view reason) {
  for (const model::Reason fault : {model::Reason::kFault, model::Reason::kCancelled,
                                    model::Reason::kDeadlineExceeded, model::Reason::kAbandoned}) {
    if (reason == model::Word(fault)) return true;
  }
  return false;
}

Status Count(const storage::LogEntry& entry, Ways& ways) {
  FG_ASSIGN_OR_RETURN(const Json line, storage::LineOf(entry.entry));
  const std::string point = line.StringOr("access_point", "");
  if (point.empty()) return Status::Ok();  // a desk, or nowhere that is registered
  const auto credential = model::FromWord<model::CredentialKind>(
      line.StringOr("credential", model::Word(model::CredentialKind::kFace)));
  if (!credential || !model::IsValidId(point)) return BadRecord();
  Way& way = ways[{point, *credential}];
  WayFigures& figures = way.figures;
  figures.access_point = model::AccessPointId(point);
  figures.credential = *credential;
  ++figures.uses;
  const std::string reason = line.StringOr("reason", "");
  ++figures.reasons[reason];
  if (line.StringOr("outcome", "") == model::Word(model::Verdict::kAllow)) {
    ++figures.let_through;
  } else {
    ++(IsFault(reason) ? figures.faults : figures.refused);
  }
  const std::string decided_at = line.StringOr("decided_at", "");
  if (!decided_at.empty()) {
    FG_ASSIGN_OR_RETURN(const core::Timestamp decided, core::ParseRfc3339(decided_at));
    FG_ASSIGN_OR_RETURN(const core::Timestamp recorded,
                        core::ParseRfc3339(line.StringOr("time", "")));
    way.took_ms.push_back(recorded - decided);
  }
  const std::int64_t waited_ms = line.IntOr("waited_ms", -1);
  if (waited_ms >= 0) way.waited_ms.push_back(waited_ms);
  return Status::Ok();
}

}  // namespace

Spread SpreadOf(std::vector<std::int64_t> times_ms) {
  if (times_ms.empty()) return {};
  std::sort(times_ms.begin(), times_ms.end());
  // The smallest time that so many of 100 do not exceed.
  const auto rank = [&](std::size_t percent) {
    return times_ms[(times_ms.size() * percent + 99) / 100 - 1];
  };
  return {times_ms.size(), rank(50), rank(95), times_ms.back()};
}

Result<std::vector<WayFigures>> Compare(const storage::Store& store, const model::SiteRef& site,
                                        core::Timestamp from, core::Timestamp until,
                                        const core::Deadline& deadline) {
  storage::LogQuery query;
  query.type = "decision";
  query.site = site.site.str();
  query.from = from;
  query.until = until;
  query.limit = kPageSize;
  Ways ways;
  for (;;) {
    FG_RETURN_IF_ERROR(deadline.Check());
    FG_ASSIGN_OR_RETURN(const std::vector<storage::LogEntry> page, store.QueryLog(site.op, query));
    for (const storage::LogEntry& entry : page) FG_RETURN_IF_ERROR(Count(entry, ways));
    if (page.size() < kPageSize) break;
    query.first_index = page.back().index + 1;
  }
  std::vector<WayFigures> all;
  for (auto& [key, way] : ways) {
    way.figures.took = SpreadOf(std::move(way.took_ms));
    way.figures.waited = SpreadOf(std::move(way.waited_ms));
    const auto face = ways.find({key.first, model::CredentialKind::kFace});
    // The face comes first, so that its spread is known by now.
    if (key.second != model::CredentialKind::kFace && face != ways.end() &&
        face->second.figures.waited.count > 0 && way.figures.waited.count > 0) {
      const std::int64_t face_ms =
          std::max<std::int64_t>(face->second.figures.waited.median_ms, 1000);
      way.figures.wait_ratio =
          static_cast<double>(way.figures.waited.median_ms) / static_cast<double>(face_ms);
    }
    all.push_back(way.figures);
  }
  return all;
}

}  // namespace facegate::alternatives
