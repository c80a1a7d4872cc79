#include "facegate/alternatives/restored.h"

#include <algorithm>
#include <variant>

#include "facegate/alternatives/pass.h"
#include "facegate/core/time.h"
#include "facegate/model/enums.h"
#include "facegate/storage/typed.h"

namespace facegate::alternatives {
namespace {

using core::Json;
using core::Status;

// It must stand, and be removed once.
Status AddRemovedBadge(const Json& record, const model::OperatorId& op, const storage::Store& store,
                       storage::Changes& changes) {
  FG_ASSIGN_OR_RETURN(const auto id, model::BadgeId::Parse(record.StringOr("badge", "")));
  const model::BadgeRef badge{op, id};
  const auto stands = store.GetBadge(badge);
  if (stands.status().code() == core::Code::kNotFound) return Status::Ok();
  FG_RETURN_IF_ERROR(stands.status());
  const bool known = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
    const auto* removal = std::get_if<storage::DeleteBadge>(&change);
    return removal != nullptr && removal->badge == badge;
  });
  if (!known) changes.push_back(storage::DeleteBadge{badge});
  return Status::Ok();
}

// The record of its issue is among those that the decision rests on.
Status AddUsedPass(const Json& record, const model::OperatorId& op, const storage::Store& store,
                   storage::Changes& changes) {
  const Json* rests_on = record.Find("rests_on");
  if (rests_on == nullptr || !rests_on->is_array()) return Status::Ok();
  FG_ASSIGN_OR_RETURN(const auto at, core::ParseRfc3339(record.StringOr("decided_at", "")));
  for (const Json& item : rests_on->AsArray()) {
    const auto index = static_cast<std::uint64_t>(item.is_int() ? item.AsInt() : 0);
    const auto entries = store.ReadEntries(op, index, 1);
    if (entries.status().reason() == "RECORD_PRUNED") continue;  // of no pass that is still good
    if (!entries.ok()) return entries.status();
    if (entries->empty()) continue;
    FG_ASSIGN_OR_RETURN(const Json issue, storage::LineOf(entries->front().entry));
    const bool is_once =
        issue.StringOr("type", "") == "pass.issued" && issue.StringOr("uses", "") == "ONCE";
    if (!is_once) continue;
    FG_ASSIGN_OR_RETURN(const auto end, core::ParseRfc3339(issue.StringOr("expires_at", "")));
    changes.push_back(storage::UsePass{op, UsedAs(index), end, at});
  }
  return Status::Ok();
}

}  // namespace

Status AddClosedBy(const Json& record, const model::OperatorId& op, const storage::Store& store,
                   storage::Changes& changes) {
  if (record.StringOr("type", "") == "badge.removed") {
    return AddRemovedBadge(record, op, store, changes);
  }
  if (record.StringOr("reason", "") == model::Word(model::Reason::kPassAccepted)) {
    return AddUsedPass(record, op, store, changes);
  }
  return Status::Ok();
}

}  // namespace facegate::alternatives
