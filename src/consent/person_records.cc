#include "consent/person_records.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "facegate/audit/contexts.h"
#include "facegate/audit/pseudonym.h"
#include "facegate/model/fields.h"
#include "facegate/model/resources.h"
#include "facegate/storage/typed.h"

namespace facegate::consent {
namespace {

using core::Result;
using core::Status;

constexpr std::size_t kRecordsPage = 256;

// The ids of a kind that ever were registered below the operator: those there are, and from the log
// those that were deleted, whose records are still about the people who were there.
template <class R>
Result<std::set<std::string>> IdsEver(const storage::Store& store, const model::OperatorId& op,
                                      const std::string& type) {
  std::set<std::string> ids;
  FG_ASSIGN_OR_RETURN(const auto live, storage::ReadResources<R>(store, model::OperatorName(op)));
  for (const R& one : live) ids.insert(one.id.str());
  storage::LogQuery query;
  query.type = type;
  query.limit = kRecordsPage;
  for (;;) {
    FG_ASSIGN_OR_RETURN(const auto entries, store.QueryLog(op, query));
    for (const storage::LogEntry& entry : entries) {
      FG_ASSIGN_OR_RETURN(const core::Json json, storage::LineOf(entry.entry));
      const auto named = model::ParseNameOf<R>(json.StringOr("name", ""));
      if (named.ok()) ids.insert(named->id.str());
    }
    if (entries.size() < kRecordsPage) return ids;
    query.first_index = entries.back().index + 1;
  }
}

Status AddAll(const storage::Store& store, const model::OperatorId& op, storage::LogQuery query,
              std::vector<storage::LogEntry>& found) {
  query.limit = kRecordsPage;
  for (;;) {
    FG_ASSIGN_OR_RETURN(auto entries, store.QueryLog(op, query));
    const bool is_last = entries.size() < kRecordsPage;
    if (!is_last) query.first_index = entries.back().index + 1;
    std::move(entries.begin(), entries.end(), std::back_inserter(found));
    if (is_last) return Status::Ok();
  }
}

}  // namespace

Result<std::vector<Place>> PlacesEver(const storage::Store& store, const model::OperatorId& op) {
  FG_ASSIGN_OR_RETURN(const auto sites, IdsEver<model::Site>(store, op, "registry.site"));
  FG_ASSIGN_OR_RETURN(const auto purposes, IdsEver<model::Purpose>(store, op, "registry.purpose"));
  std::vector<Place> places{{"", ""}};
  for (const std::string& site : sites) {
    for (const std::string& purpose : purposes) places.emplace_back(site, purpose);
  }
  return places;
}

Result<crypto::SecretBytes> SecretOf(const model::Subject& subject, const crypto::KeyRing& keys) {
  return keys.Unwrap(subject.wrapped_secret, audit::SubjectSecretContext(subject.op, subject.id));
}

Result<std::vector<storage::LogEntry>> RecordsOfDay(const storage::Store& store,
                                                    const model::OperatorId& op,
                                                    const crypto::SecretBytes& secret,
                                                    const std::vector<Place>& places,
                                                    std::int64_t day, storage::LogQuery only) {
  const core::Timestamp time{day * core::kMsPerDay};
  std::vector<storage::LogEntry> found;
  for (const auto& [site, purpose] : places) {
    only.subject_pseudonym = audit::Pseudonym(secret, site, purpose, time);
    FG_RETURN_IF_ERROR(AddAll(store, op, only, found));
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  return found;
}

}  // namespace facegate::consent
