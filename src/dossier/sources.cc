#include "dossier/sources.h"

#include <algorithm>
#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/model/fields.h"
#include "facegate/tlog/checkpoint.h"
#include "facegate/tlog/note.h"

namespace facegate::dossier {
namespace {

using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kPageRecords = 1000;

bool HasEnded(const model::Purpose& purpose, core::Timestamp now) {
  return purpose.ended_on && *purpose.ended_on < model::DateOf(now);
}

Result<bool> IsPursued(const Sources& sources, const model::SiteId& site,
                       const model::PurposeId& purpose) {
  FG_ASSIGN_OR_RETURN(const auto consents,
                      sources.store.ListConsentsAt({sources.op.id, site}, purpose, "", 1));
  if (!consents.empty()) return true;
  storage::LogQuery query;
  query.site = site.str();
  query.purpose = purpose.str();
  query.limit = 1;
  FG_ASSIGN_OR_RETURN(const auto records, sources.store.QueryLog(sources.op.id, query));
  return !records.empty();
}

Result<std::vector<model::Purpose>> PursuedAt(const Sources& sources, const model::SiteId& site) {
  FG_ASSIGN_OR_RETURN(
      auto all, storage::ReadResources<model::Purpose>(sources.store, model::NameOf(sources.op)));
  std::erase_if(all, [&](const model::Purpose& p) { return HasEnded(p, sources.now); });
  std::vector<model::Purpose> pursued;
  for (const model::Purpose& purpose : all) {
    FG_ASSIGN_OR_RETURN(const bool is_pursued, IsPursued(sources, site, purpose.id));
    if (is_pursued) pursued.push_back(purpose);
  }
  return pursued.empty() ? all : pursued;
}

}  // namespace

Result<Line> LineOf(const storage::LogEntry& entry) {
  const Status damaged(Code::kDataLoss, "BAD_RECORD", "a record of the log is none");
  const Result<tlog::Note> note = tlog::ParseNote(entry.entry);
  if (!note.ok()) return damaged;
  Result<core::Json> json = core::Json::Parse(note->text);
  if (!json.ok() || !json->is_object()) return damaged;
  return Line{entry.index, std::move(json).value()};
}

Status ForEachRecord(const Sources& sources, storage::LogQuery query,
                     const std::function<Status(const Line&)>& take) {
  query.limit = kPageRecords;
  for (;;) {
    FG_RETURN_IF_ERROR(sources.deadline.Check());
    FG_ASSIGN_OR_RETURN(const auto page, sources.store.QueryLog(sources.op.id, query));
    for (const storage::LogEntry& entry : page) {
      FG_ASSIGN_OR_RETURN(const Line line, LineOf(entry));
      FG_RETURN_IF_ERROR(take(line));
    }
    if (page.size() < kPageRecords) return Status::Ok();
    query.first_index = page.back().index + 1;
  }
}

storage::LogQuery InPeriod(const Sources& sources, storage::LogQuery query) {
  FG_CHECK(sources.order.period.has_value());
  query.from = model::StartOf(sources.order.period->from);
  query.until = model::StartOf(sources.order.period->until + 1);
  return query;
}

bool IsWithin(const Period& period, model::Date day) {
  return period.from <= day && day <= period.until;
}
bool IsWithin(const Period& period, core::Timestamp time) {
  return IsWithin(period, model::DateOf(time));
}

Result<documents::LogState> LogStateOf(const Sources& sources) {
  FG_ASSIGN_OR_RETURN(const storage::LogHead head, sources.store.GetLogHead(sources.op.id));
  if (head.size == 0) return Status(Code::kNotFound, "LOG_EMPTY", "the log has no records yet");
  const Status damaged(Code::kDataLoss, "LOG_DAMAGED", "the stored checkpoint is not one");
  const Result<tlog::Note> note = tlog::ParseNote(head.checkpoint);
  if (!note.ok()) return damaged;
  const Result<tlog::Checkpoint> checkpoint = tlog::ParseCheckpointText(note->text);
  if (!checkpoint.ok()) return damaged;
  return documents::LogState{checkpoint->origin, static_cast<std::int64_t>(checkpoint->size),
                             core::HexEncode(checkpoint->root)};
}

documents::Day DayOf(model::Date day) { return {model::FormatDate(day)}; }
documents::Day Today(const Sources& sources) { return DayOf(model::DateOf(sources.now)); }

Result<Deployments> DeploymentsAt(const Sources& sources, const model::SiteId& id) {
  Deployments found;
  const std::string name = model::SiteName(sources.op.id, id);
  FG_ASSIGN_OR_RETURN(auto site, storage::ReadOne<model::Site>(sources.store, name));
  found.site = std::move(site.resource);
  FG_ASSIGN_OR_RETURN(found.cameras, storage::ReadResources<model::Camera>(sources.store, name));
  FG_ASSIGN_OR_RETURN(found.purposes, PursuedAt(sources, id));
  for (const model::Camera& camera : found.cameras) {
    for (const model::Purpose& purpose : found.purposes) {
      FG_RETURN_IF_ERROR(sources.deadline.Check());
      FG_ASSIGN_OR_RETURN(
          auto review, sources.engine.ReviewDeployment({sources.op.id, id, camera.id}, purpose.id));
      found.reviews.push_back(std::move(review));
    }
  }
  return found;
}

}  // namespace facegate::dossier
