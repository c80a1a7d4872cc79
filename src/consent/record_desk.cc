#include "facegate/consent/record_desk.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "consent/events.h"
#include "consent/person_records.h"
#include "facegate/audit/past_receipt.h"
#include "facegate/audit/pseudonym.h"

namespace facegate::consent {
namespace {

using core::Code;
using core::Json;
using core::Result;
using core::Status;
using storage::IsNobody;

constexpr std::size_t kPeoplePage = 500;
constexpr std::string_view kQueried = "audit.queried";

Status Nobody() {
  return Status(Code::kNotFound, "SUBJECT_NOT_FOUND", "the operator knows nobody of that id");
}

Status UnknownToken() {
  return Status(Code::kNotFound, "RECEIPT_TOKEN_UNKNOWN", "no receipt has that token");
}

// What was asked for, in words: nobody's id is in it, nor the index of a record, which would link
// what is told under the pseudonyms of different days.
Json QueryBody(const char* query, model::ResolutionReason why, std::size_t found) {
  Json body = Json::MakeObject();
  body.Set("query", query).Set("why", model::Word(why)).Set("found", found);
  return body;
}

Json FilterJson(const PersonFilter& filter) {
  Json json = Json::MakeObject();
  if (!filter.site.empty()) json.Set("site", filter.site.str());
  if (!filter.purpose.empty()) json.Set("purpose", filter.purpose.str());
  if (filter.from) json.Set("from", core::FormatRfc3339(*filter.from));
  if (filter.until) json.Set("until", core::FormatRfc3339(*filter.until));
  return json;
}

// About nobody where `person` is nullptr.
audit::Event QueriedEvent(const Caller& caller, const model::OperatorId& log,
                          const model::Subject* person, Json body) {
  audit::Event event;
  if (person != nullptr) event = SubjectEvent(std::string(kQueried), caller, *person);
  event.type = kQueried;
  event.log = log;
  event.actor = caller.principal;
  event.request_id = caller.request_id;
  event.body = std::move(body);
  return event;
}

const Json::Array& PeopleIn(const Json& line) {
  static const Json kNone = Json::MakeArray();
  const Json* people = line.Find("subjects");
  return (people != nullptr && people->is_array() ? *people : kNone).AsArray();
}

// Whom a record names, and where and when it does.
struct Named {
  std::string site, purpose;
  core::Timestamp time;
  std::set<std::string> pseudonyms;
};

Result<Named> NamedIn(const storage::LogEntry& entry) {
  FG_ASSIGN_OR_RETURN(const Json line, storage::LineOf(entry.entry));
  Named named;
  named.site = line.StringOr("site", "");
  named.purpose = line.StringOr("purpose", "");
  FG_ASSIGN_OR_RETURN(named.time, core::ParseRfc3339(line.StringOr("time", "")));
  for (const Json& person : PeopleIn(line)) {
    named.pseudonyms.insert(person.StringOr("pseudonym", ""));
  }
  return named;
}

// Whether a link of the record opens to one of these events of a consent.
bool RestsOn(const Json& line, std::uint64_t index, const std::set<std::uint64_t>& events,
             const crypto::SecretBytes& secret) {
  std::set<std::string> links;
  for (const Json& person : PeopleIn(line)) links.insert(person.StringOr("consent", ""));
  return std::any_of(events.begin(), events.end(), [&](std::uint64_t event) {
    return links.contains(audit::ConsentLink(secret, event, index));
  });
}

}  // namespace

// Where a list goes on.
struct RecordDesk::Position {
  std::int64_t day = 0;
  std::uint64_t next = 0;  // only records at or after this index
  std::uint64_t end = 0;   // only records before it: the log's size at the first page

  std::string ToString() const {
    return std::to_string(day) + " " + std::to_string(next) + " " + std::to_string(end);
  }
  static Result<Position> Parse(std::string_view text) {
    Position position;
    const char* const end = text.data() + text.size();
    const auto day = std::from_chars(text.data(), end, position.day);
    const char* at = day.ptr;
    for (std::uint64_t* const number : {&position.next, &position.end}) {
      const bool goes_on = at != end && *at == ' ';
      const auto read = std::from_chars(goes_on ? at + 1 : end, end, *number);
      if (read.ec != std::errc()) {
        return Status(Code::kInvalidArgument, "BAD_PAGE_TOKEN", "no list goes on after that");
      }
      at = read.ptr;
    }
    return position;
  }
};

// A person's records that are looked for.
struct RecordDesk::Search {
  model::Subject subject;
  std::vector<Place> places;
  storage::LogQuery only;
  Position at;
  std::int64_t last_day = 0;
};

Status RecordDesk::CheckOperator(const model::OperatorId& op) const {
  Status known = store_.GetResource(model::OperatorName(op)).status();
  if (known.code() != Code::kNotFound) return known;
  return Status(Code::kNotFound, "OPERATOR_NOT_FOUND", "the operator is not registered");
}

// All but its places.
Result<RecordDesk::Search> RecordDesk::SearchOf(const model::Subject& subject,
                                                const PersonFilter& filter,
                                                const RecordPage& page) const {
  Search search;
  search.subject = subject;
  search.only.from = filter.from;
  search.only.until = filter.until;
  if (page.after.empty()) {
    FG_ASSIGN_OR_RETURN(const storage::LogHead head, store_.GetLogHead(subject.op));
    search.at.end = head.size;
  } else {
    FG_ASSIGN_OR_RETURN(search.at, Position::Parse(page.after));
  }
  const core::Timestamp first =
      std::max(subject.created_at, filter.from.value_or(core::Timestamp{}));
  search.at.day = std::max(search.at.day, DayOf(first));
  search.last_day = search.at.day - 1;
  if (search.at.end == 0) return search;
  // The log's own time, which goes on where a clock was set back.
  FG_ASSIGN_OR_RETURN(core::Timestamp last,
                      audit::RecordTime(store_, subject.op, search.at.end - 1));
  search.last_day = DayOf(filter.until ? std::min(last, *filter.until) : last);
  return search;
}

// Gives each record to `take`, until `limit` of them counted. Gives where the next page goes on.
Result<std::string> RecordDesk::Walk(const Search& search, std::size_t limit,
                                     const core::Deadline& deadline, const Take& take) const {
  FG_ASSIGN_OR_RETURN(const crypto::SecretBytes secret, SecretOf(search.subject, keys_));
  storage::LogQuery only = search.only;
  std::size_t taken = 0;
  std::size_t looked_up = 0;
  for (Position at = search.at; at.day <= search.last_day; ++at.day) {
    const bool is_enough = looked_up > 0 && looked_up + search.places.size() > limits_.lookups_max;
    if (is_enough) return at.ToString();
    FG_RETURN_IF_ERROR(deadline.Check());
    looked_up += search.places.size();
    only.first_index = at.next;
    FG_ASSIGN_OR_RETURN(
        auto records, RecordsOfDay(store_, search.subject.op, secret, search.places, at.day, only));
    for (storage::LogEntry& record : records) {
      if (record.index >= at.end) return std::string();
      if (taken == limit) return at.ToString();
      at.next = record.index + 1;
      FG_ASSIGN_OR_RETURN(const bool counts, take(std::move(record)));
      if (counts) ++taken;
    }
  }
  return std::string();
}

Result<FoundRecords> RecordDesk::FindRecords(const Caller& caller, const model::SubjectRef& ref,
                                             const PersonFilter& filter,
                                             model::ResolutionReason why, const RecordPage& page,
                                             const core::Deadline& deadline) const {
  FG_RETURN_IF_ERROR(CheckOperator(ref.op));
  FoundRecords found;
  const auto note = [&](const model::Subject* person) {
    Json body = QueryBody("SUBJECT", why, found.records.size());
    body.Set("filter", FilterJson(filter));
    return ledger_.AppendOfWhoStands(QueriedEvent(caller, ref.op, person, std::move(body)), {});
  };
  const Result<model::Subject> subject = store_.GetSubject(ref);
  if (!subject.ok()) {
    if (!IsNobody(subject.status())) return subject.status();
    FG_RETURN_IF_ERROR(note(nullptr).status());
    return Nobody();
  }
  FG_ASSIGN_OR_RETURN(Search search, SearchOf(*subject, filter, page));
  FG_ASSIGN_OR_RETURN(search.places, PlacesEver(store_, ref.op));
  std::erase_if(search.places, [&filter](const Place& place) {
    return (!filter.site.empty() && place.first != filter.site.str()) ||
           (!filter.purpose.empty() && place.second != filter.purpose.str());
  });
  FG_ASSIGN_OR_RETURN(found.after, Walk(search, page.limit, deadline,
                                        [&found](storage::LogEntry entry) -> Result<bool> {
                                          found.records.push_back(std::move(entry));
                                          return true;
                                        }));
  FG_ASSIGN_OR_RETURN(const audit::RecordedEvent recorded, note(&*subject));
  found.receipt = recorded.receipt();
  // Whoever was erased meanwhile is not told of, though it is on record that they were asked for.
  const Status still = store_.GetSubject(ref).status();
  if (!still.ok()) return IsNobody(still) ? Nobody() : still;
  return found;
}

// Those whose secret makes a pseudonym that the record has.
Result<std::vector<model::Subject>> RecordDesk::TryAll(const storage::LogEntry& entry,
                                                       const model::OperatorId& op,
                                                       const core::Deadline& deadline) const {
  std::vector<model::Subject> found;
  FG_ASSIGN_OR_RETURN(const Named named, NamedIn(entry));
  if (named.pseudonyms.empty()) return found;
  std::size_t tried = 0;
  std::string after;
  for (;;) {
    FG_RETURN_IF_ERROR(deadline.Check());
    FG_ASSIGN_OR_RETURN(auto page, store_.ListSubjects(op, after, kPeoplePage));
    tried += page.size();
    if (tried > limits_.people_max) {
      return Status(Code::kFailedPrecondition, "TOO_MANY_SUBJECTS",
                    "the operator has more than " + std::to_string(limits_.people_max) +
                        " people: look for the records of one instead");
    }
    const bool is_last = page.size() < kPeoplePage;
    if (!page.empty()) after = page.back().id.str();
    for (model::Subject& subject : page) {
      FG_ASSIGN_OR_RETURN(const crypto::SecretBytes secret, SecretOf(subject, keys_));
      const std::string pseudonym = audit::Pseudonym(secret, named.site, named.purpose, named.time);
      if (named.pseudonyms.contains(pseudonym)) found.push_back(std::move(subject));
    }
    if (is_last) return found;
  }
}

Result<FoundPeople> RecordDesk::FindPeople(const Caller& caller, const model::OperatorId& log,
                                           std::uint64_t index, model::ResolutionReason why,
                                           const core::Deadline& deadline) const {
  FG_RETURN_IF_ERROR(CheckOperator(log));
  FG_ASSIGN_OR_RETURN(const auto entries, store_.ReadEntries(log, index, 1));
  if (entries.empty()) {
    return Status(Code::kNotFound, "RECORD_NOT_FOUND", "the log is not that long");
  }
  FG_ASSIGN_OR_RETURN(const auto meant, TryAll(entries.front(), log, deadline));
  FoundPeople found;
  const auto note = [&](const model::Subject* person) -> Status {
    FG_ASSIGN_OR_RETURN(
        const audit::RecordedEvent recorded,
        ledger_.AppendOfWhoStands(
            QueriedEvent(caller, log, person, QueryBody("RECORD", why, meant.size())), {}));
    found.receipts.push_back(recorded.receipt());
    return Status::Ok();
  };
  for (const model::Subject& subject : meant) FG_RETURN_IF_ERROR(note(&subject));
  if (meant.empty()) FG_RETURN_IF_ERROR(note(nullptr));
  for (const model::Subject& subject : meant) {
    const model::SubjectRef ref{subject.op, subject.id};
    const Status still = store_.GetSubject(ref).status();
    if (!still.ok() && !IsNobody(still)) return still;
    if (still.ok()) found.people.push_back(ref);
  }
  return found;
}

Result<OwnRecords> RecordDesk::ListOwn(const model::Consent& consent,
                                       const std::optional<std::uint64_t>& only,
                                       const RecordPage& page,
                                       const core::Deadline& deadline) const {
  const model::SubjectRef ref{consent.op, consent.subject};
  const Result<model::Subject> subject = store_.GetSubject(ref);
  if (!subject.ok()) return IsNobody(subject.status()) ? UnknownToken() : subject.status();
  FG_ASSIGN_OR_RETURN(Search search, SearchOf(*subject, {}, page));
  search.places = {{"", ""}, {consent.site.str(), consent.purpose.str()}};
  if (only) {
    if (*only >= search.at.end) return OwnRecords{};
    FG_ASSIGN_OR_RETURN(const core::Timestamp time, audit::RecordTime(store_, ref.op, *only));
    search.at = {DayOf(time), *only, *only + 1};
    search.last_day = search.at.day;
  }
  std::set<std::uint64_t> events(consent.earlier.begin(), consent.earlier.end());
  events.insert(consent.log_index);
  FG_ASSIGN_OR_RETURN(const crypto::SecretBytes secret, SecretOf(*subject, keys_));
  OwnRecords own;
  const auto take = [&](storage::LogEntry entry) -> Result<bool> {
    FG_ASSIGN_OR_RETURN(Json line, storage::LineOf(entry.entry));
    const bool rests = RestsOn(line, entry.index, events, secret);
    const bool is_theirs =
        rests || events.contains(entry.index) || line.StringOr("type", "") == kQueried;
    if (is_theirs) own.records.push_back({std::move(entry.entry), std::move(line), rests});
    return is_theirs;
  };
  FG_ASSIGN_OR_RETURN(own.after, Walk(search, page.limit, deadline, take));
  return own;
}

}  // namespace facegate::consent
