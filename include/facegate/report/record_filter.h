// Which records of a log are asked for, and how one looks in a list.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "facegate/core/time.h"
#include "facegate/report/record.h"

namespace facegate::report {

// Every condition that is set must hold. Ids and words are those of the record, exactly.
struct RecordFilter {
  std::uint64_t first_index = 0;
  std::optional<core::Timestamp> from;   // at or after
  std::optional<core::Timestamp> until;  // before
  std::string type;                      // "consent.withdrawn"
  std::string site;
  std::string access_point;
  std::string camera;
  std::string purpose;
  std::string outcome;      // of decisions: "ALLOW"
  std::string reason;       // of decisions: "CONSENT_WITHDRAWN"
  std::string rule;         // id of a rule that was not met
  std::string fingerprint;  // of the caller's certificate

  bool Matches(const OpenedRecord& record) const;
};

// True for a record with an outcome of its own: about a face, or about another credential.
bool IsDecision(const OpenedRecord& record);

// "   7  2026-03-02T08:00:07.000Z  decision VERIFY_1TO1 ALLOW MATCHED  lobby/door".
std::string RecordLine(const OpenedRecord& record);

// The ids of the rules that were not met.
std::vector<std::string> RulesOf(const OpenedRecord& record);
// Who asked: "fingerprint" of the actor.
std::string CallerOf(const OpenedRecord& record);

}  // namespace facegate::report
