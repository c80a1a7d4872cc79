#include "audit/holds.h"

#include <algorithm>
#include <string>
#include <vector>

#include "facegate/model/duties.h"
#include "facegate/model/fields.h"
#include "facegate/storage/typed.h"

namespace facegate::audit {
namespace {

using core::Result;
using core::Status;

constexpr std::size_t kPage = 256;

bool IsOpen(const model::Complaint& complaint) { return !complaint.answered_on; }
bool IsOpen(const model::RightsRequest& request) { return !request.answered_on; }
bool IsOpen(const model::Incident& incident) { return !incident.drill && !incident.closed_at; }

template <class R>
Result<bool> HasOpen(const storage::Store& store, const model::OperatorId& op) {
  FG_ASSIGN_OR_RETURN(const std::vector<R> all,
                      storage::ReadResources<R>(store, model::OperatorName(op)));
  return std::any_of(all.begin(), all.end(), [](const R& one) { return IsOpen(one); });
}

bool Stands(const model::Consent& consent, core::Timestamp now) {
  return consent.status == model::ConsentStatus::kGranted && now < consent.expires_at;
}

Status HoldForPerson(const storage::Store& store, const model::Subject& subject,
                     core::Timestamp now, Limit& limit) {
  if (subject.restricted_at) limit.LowerTo(subject.log_index, HeldBy::kRestriction);
  FG_ASSIGN_OR_RETURN(const auto consents, store.ListConsents({subject.op, subject.id}));
  for (const model::Consent& consent : consents) {
    if (!Stands(consent, now)) continue;
    limit.LowerTo(consent.log_index, HeldBy::kConsent);
    for (const std::uint64_t event : consent.earlier) limit.LowerTo(event, HeldBy::kConsent);
  }
  return Status::Ok();
}

// One whose end cannot be read is taken to be good.
bool IsGoodPass(const storage::LogEntry& entry, core::Timestamp now) {
  const Result<core::Json> line = storage::LineOf(entry.entry);
  if (!line.ok()) return true;
  const auto end = core::ParseRfc3339(line->StringOr("expires_at", ""));
  return !end.ok() || now < *end;
}

}  // namespace

Status HoldYoung(const storage::Store& store, const model::OperatorId& log,
                 const storage::LogHead& head, core::Timestamp kept_from, Limit& limit) {
  storage::LogQuery query;
  query.from = kept_from;
  query.first_index = head.minimum_index;
  query.limit = 1;
  FG_ASSIGN_OR_RETURN(const auto found, store.QueryLog(log, query));
  if (!found.empty()) limit.LowerTo(found.front().index, HeldBy::kAge);
  return Status::Ok();
}

Status HoldForDuties(const storage::Store& store, const model::OperatorId& log,
                     const storage::LogHead& head, Limit& limit) {
  FG_ASSIGN_OR_RETURN(const bool complaint, HasOpen<model::Complaint>(store, log));
  FG_ASSIGN_OR_RETURN(const bool request, HasOpen<model::RightsRequest>(store, log));
  FG_ASSIGN_OR_RETURN(const bool incident, HasOpen<model::Incident>(store, log));
  // Whatever is asked about may be of any age.
  if (complaint || request || incident) limit.LowerTo(head.minimum_index, HeldBy::kDuty);
  return Status::Ok();
}

Status HoldForPeople(const storage::Store& store, const model::OperatorId& log, core::Timestamp now,
                     Limit& limit) {
  std::string after;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const auto page, store.ListSubjects(log, after, kPage));
    for (const model::Subject& subject : page) {
      FG_RETURN_IF_ERROR(HoldForPerson(store, subject, now, limit));
    }
    if (page.size() < kPage) return Status::Ok();
    after = page.back().id.str();
  }
}

Status HoldForPasses(const storage::Store& store, const model::OperatorId& log,
                     const storage::LogHead& head, core::Timestamp now, Limit& limit) {
  storage::LogQuery query;
  query.type = "pass.issued";
  query.first_index = head.minimum_index;
  query.limit = kPage;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const auto page, store.QueryLog(log, query));
    for (const storage::LogEntry& entry : page) {
      if (entry.index >= limit.index()) return Status::Ok();
      if (IsGoodPass(entry, now)) limit.LowerTo(entry.index, HeldBy::kPass);
    }
    if (page.size() < kPage) return Status::Ok();
    query.first_index = page.back().index + 1;
  }
}

}  // namespace facegate::audit
