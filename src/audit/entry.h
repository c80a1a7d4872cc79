// One log entry: what goes into it, and its bytes. docs/AUDIT_FORMAT.md is the byte-level page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facegate/audit/outcome.h"
#include "facegate/audit/pseudonym.h"
#include "facegate/core/time.h"
#include "facegate/crypto/key_ring.h"
#include "facegate/storage/store.h"

namespace facegate::audit {

// A person whom an entry is about, by their secret: the entry holds only what is derived from it.
struct EntryPerson {
  crypto::SecretBytes secret;
  std::optional<std::uint64_t> consent_index;
};

// An entry but for what the sequencer gives it: index, time, and what derives from them.
struct Draft {
  std::string type;
  model::OperatorId log;
  std::string site, access_point, camera, purpose;  // ids; "" where none
  model::Principal actor;
  std::string request_id;
  // The members that follow the common ones, as an object of them dumps. Made by the thread that
  // records, not by the one that all wait for.
  std::string body = "{}";
  std::vector<EntryPerson> people;
  // For the search index only; the entry has them in its body.
  std::string verdict, reason;
  std::vector<std::string> rules;
};

// The line of JSON that is signed, without a newline.
std::string EntryJson(const Draft& draft, std::uint64_t index, core::Timestamp time);
storage::IndexKeys KeysOf(const Draft& draft, core::Timestamp time);
// The same from the line of an entry, which must say that it is record `index`.
// Returns DATA_LOSS BAD_RECORD.
core::Result<storage::IndexKeys> KeysOfEntry(std::string_view line, std::uint64_t index);

// The drafts of the three things that are recorded.
Draft DecisionDraft(const policy::Grounds& grounds, const Outcome& outcome,
                    const std::vector<policy::RuleFinding>& findings);
Draft EventDraft(const Event& event);
// Opens the wrapped secrets of the people a draft is about.
core::Status AddClaimedPerson(Draft& draft, const policy::Grounds& grounds,
                              const crypto::KeyRing& keys);
core::Status AddPeople(Draft& draft, const model::OperatorId& op, const std::vector<Person>& people,
                       const crypto::KeyRing& keys);
core::Status AddEventPerson(Draft& draft, const Event& event, const crypto::KeyRing& keys);

}  // namespace facegate::audit
