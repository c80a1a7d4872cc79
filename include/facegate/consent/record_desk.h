// People's records, found in the log: by whoever may resolve pseudonyms, which is on record before
// anything is told, and by the person with the token of their receipt. See docs/AUDIT_FORMAT.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "facegate/audit/ledger.h"
#include "facegate/consent/consent_service.h"
#include "facegate/core/json.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/model/enums.h"
#include "facegate/model/people.h"
#include "facegate/storage/store.h"

namespace facegate::consent {

// Which of a person's records are asked for; what is absent or empty matches everything.
struct PersonFilter {
  model::SiteId site = {};
  model::PurposeId purpose = {};
  std::optional<core::Timestamp> from = {};   // inclusive
  std::optional<core::Timestamp> until = {};  // exclusive
};

// How many records to give, and where the page before ended ("" for the first). A list is of the
// log as it was at its first page: what is written since is not among its records.
struct RecordPage {
  std::size_t limit = 50;
  std::string after = {};
};

struct FoundRecords {
  std::vector<storage::LogEntry> records;  // by index
  std::string after;                       // what the next page goes on after; "": there is none
  audit::Receipt receipt;                  // of the record that they were asked for
};

struct FoundPeople {
  std::vector<model::SubjectRef> people;  // by id; empty where nobody who lives is meant
  // Of the records that it was asked: one for each of them, or one where there is nobody.
  std::vector<audit::Receipt> receipts;
};

// A record as the holder of a consent's token sees it.
struct OwnRecord {
  std::string entry;  // the record's bytes
  core::Json line;    // what they say
  // Whether the record's link to a consent opens to an event of this one.
  bool rests_on_consent = false;
};

struct OwnRecords {
  std::vector<OwnRecord> records;  // by index
  std::string after;               // as in FoundRecords
};

struct RecordDeskLimits {
  // Pseudonyms that are looked up for a page, but for those of its first day: a page may then have
  // fewer records than it has room for, or none, with more to come.
  std::size_t lookups_max = 20'000;
  // People whose secrets are tried to find one; an operator with more is refused.
  std::size_t people_max = 100'000;
};

// Thread-safe.
class RecordDesk {
 public:
  // All must outlive it.
  RecordDesk(const storage::Store& store, audit::Ledger& ledger, const crypto::KeyRing& keys,
             RecordDeskLimits limits = {})
      : store_(store), ledger_(ledger), keys_(keys), limits_(limits) {}

  // The records about a person. Each page is on record first, as audit.queried about that person;
  // so is that somebody was asked for who is not there. Returns NOT_FOUND SUBJECT_NOT_FOUND, the
  // same for people who never were and who were erased, or OPERATOR_NOT_FOUND; INVALID_ARGUMENT
  // BAD_PAGE_TOKEN; UNAVAILABLE NOT_RECORDED, and what `deadline` says.
  core::Result<FoundRecords> FindRecords(const Caller& caller, const model::SubjectRef& subject,
                                         const PersonFilter& filter, model::ResolutionReason why,
                                         const RecordPage& page,
                                         const core::Deadline& deadline) const;

  // The people whom record `index` is about, of those who live: the secret of every person of the
  // operator is tried, whoever it is and whether anybody is found, so that the time it takes tells
  // nothing. On record first, as audit.queried about each of them. Returns NOT_FOUND
  // OPERATOR_NOT_FOUND or RECORD_NOT_FOUND, FAILED_PRECONDITION TOO_MANY_SUBJECTS for an operator
  // with more people than are tried; UNAVAILABLE NOT_RECORDED, and what `deadline` says.
  core::Result<FoundPeople> FindPeople(const Caller& caller, const model::OperatorId& log,
                                       std::uint64_t index, model::ResolutionReason why,
                                       const core::Deadline& deadline) const;

  // What the holder of a consent's token may see: the records that rest on the consent, the events
  // of the consent itself, and who asked for the person's records. `only`: whether that record is
  // among them. Not recorded. Returns NOT_FOUND RECEIPT_TOKEN_UNKNOWN where the person was erased
  // meanwhile; INVALID_ARGUMENT BAD_PAGE_TOKEN, and what `deadline` says.
  core::Result<OwnRecords> ListOwn(const model::Consent& consent,
                                   const std::optional<std::uint64_t>& only, const RecordPage& page,
                                   const core::Deadline& deadline) const;

 private:
  struct Position;
  struct Search;
  // Hears of each record; says whether it counts.
  using Take = std::function<core::Result<bool>(storage::LogEntry)>;

  core::Status CheckOperator(const model::OperatorId& op) const;
  core::Result<Search> SearchOf(const model::Subject& subject, const PersonFilter& filter,
                                const RecordPage& page) const;
  core::Result<std::string> Walk(const Search& search, std::size_t limit,
                                 const core::Deadline& deadline, const Take& take) const;
  core::Result<std::vector<model::Subject>> TryAll(const storage::LogEntry& entry,
                                                   const model::OperatorId& op,
                                                   const core::Deadline& deadline) const;

  const storage::Store& store_;
  audit::Ledger& ledger_;
  const crypto::KeyRing& keys_;
  const RecordDeskLimits limits_;
};

}  // namespace facegate::consent
